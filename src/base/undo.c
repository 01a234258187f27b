#include "base/undo.h"

#include <assert.h>

struct place {
    void *at;
    size_t len;
};

void undo_note(struct undo *undo, void *at, size_t len)
{
    const struct place place = {at, len};
    buf_put(&undo->was, at, len);
    buf_put(&undo->was, &place, sizeof place);
}

void undo_ended(struct undo *undo, bool durable)
{
    for (size_t left = undo->was.len; !durable && left > 0;) {
        struct place place;
        assert(left > sizeof place);
        left -= sizeof place;
        memcpy(&place, undo->was.at + left, sizeof place);
        assert(left >= place.len);
        left -= place.len;
        memcpy(place.at, undo->was.at + left, place.len);
    }
    buf_clear(&undo->was);
}

void undo_done(struct undo *undo)
{
    buf_done(&undo->was);
}
