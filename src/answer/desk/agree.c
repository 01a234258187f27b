/* A second person with a name who agrees: to a pool, and to what is decided of a claim. */
#include "answer/desk/desk_priv.h"
#include "keep/access/second.h"

enum { ALONE_HOURS = 24 };

static RESULT alone_check(struct batch *batch, const struct asked_by *asker, const struct matter_row *row)
{
    int64_t asked_us = 0, alone_us = second_alone_us(&batch->shop->access, asker);
    TRY(desk_newest_us(batch->shop, row, &asked_us));
    if (batch->now_us >= (alone_us > asked_us ? alone_us : asked_us) + ALONE_HOURS * HOUR_US) return OK;
    return FAIL(CHECK_NOT_MET,
                "approval: nobody else could agree; you may %d hours after it was asked, and where others "
                "were there %d days and %d hours after the last of them",
                ALONE_HOURS, MAKER_FRESH_DAYS, ALONE_HOURS);
}

RESULT desk_second_check(struct batch *batch, const struct reader *reader, const struct matter_row *row)
{
    struct access *access = &batch->shop->access;
    uint32_t id = (uint32_t)row->owner;
    enum reader_kind kind = (enum reader_kind)(row->owner >> 32);
    const struct key *key = kind == READER_KEY ? key_by_id(access, id) : NULL;
    const struct asked_by asker = {row->owner, key ? key->holders : &id,
                                   key ? key->holder_count : (size_t)(kind == READER_STAFF)};
    TRY(access_act(reader, ACT_APPROVE));
    if (reader->person_count != 1) {
        return FAIL(APPROVAL_UNNAMED,
                    "approval: it takes one person with a name; use a session, or a key with "
                    "one holder");
    }
    if (!second_person(access, &asker, batch->now_us)) return alone_check(batch, &asker, row);
    if (reader->no == row->owner ||
        !maker_speaks(access, reader->persons[0], reader->key, &asker, batch->now_us))
        return FAIL(APPROVAL_ASKER,
                    "approval: you asked for it, or could be behind who did; somebody else must agree");
    return OK;
}
