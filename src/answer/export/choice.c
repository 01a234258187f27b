#include "answer/export/choice.h"

#include "answer/scope/count.h"
#include "keep/watch/canary.h"

void choice_done(struct choice *choice)
{
    scope_done(&choice->scope);
    set_done(&choice->exposed);
    *choice = (struct choice){0};
}

static void field_done(struct scope_field *field)
{
    scope_field_done(field);
}

RESULT choice_make(struct shop *shop, const struct export *export, struct choice *out)
{
    SCOPED(field_done) struct scope_field field = {0};
    out->who = export->who;
    out->last = export->last;
    out->listed = export->listed;
    if (export->who != EXPORT_EXPOSED) return OK;
    TRY(count_load(shop->store, export->incident, export->version, &out->scope));
    scope_field(&out->scope, export->exposed, &field);
    if (export->standing & EXPORT_KNOWN) {
        set_union_in(&out->exposed, &field.full);
        set_union_in(&out->exposed, &field.masked);
        set_union_in(&out->exposed, &field.observed);
    }
    if (export->standing & EXPORT_POSSIBLE) set_union_in(&out->exposed, &field.possible);
    return OK;
}

bool choice_takes(const struct shop *shop, const struct choice *choice, struct subject_no no,
                  const struct record *record)
{
    if (no.at > choice->last.at || record->state == SUBJECT_ERASED || canary_is(shop, no)) return false;
    switch (choice->who) {
    case EXPORT_ALL:
        return true;
    case EXPORT_ACTIVE:
        return record->state == SUBJECT_ACTIVE;
    case EXPORT_CLOSED:
        return record->state == SUBJECT_CLOSED;
    case EXPORT_LISTED:
        return listed_after(choice->listed, no.at - 1) == no.at;
    case EXPORT_EXPOSED:
        return set_has(&choice->exposed, no.at);
    }
    return false;
}

uint64_t listed_after(struct slice listed, uint64_t no)
{
    size_t low = 0, high = listed.len / 8;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (be64_get(listed.at + 8 * middle) <= no)
            low = middle + 1;
        else
            high = middle;
    }
    return low < listed.len / 8 ? be64_get(listed.at + 8 * low) : 0;
}

struct counting {
    struct shop *shop;
    const struct choice *choice;
    uint64_t count;
};

static RESULT row_count(void *context, const struct subject_row *row)
{
    struct counting *counting = context;
    struct record record;
    TRY(record_parse(row->record, &record));
    counting->count += choice_takes(counting->shop, counting->choice, row->no, &record);
    return OK;
}

static RESULT listed_count(struct counting *counting)
{
    struct slice listed = counting->choice->listed;
    for (uint64_t no = listed_after(listed, 0); no > 0; no = listed_after(listed, no)) {
        struct record record;
        SCOPED(buf_done) struct buf bytes = {0};
        struct result got = record_get(counting->shop, (struct subject_no){no}, false, &bytes, &record, NULL);
        if (got.code == CODE_NOT_FOUND) continue;
        TRY(got);
        counting->count += choice_takes(counting->shop, counting->choice, (struct subject_no){no}, &record);
    }
    return OK;
}

RESULT choice_count(struct shop *shop, const struct choice *choice, uint64_t *out)
{
    struct counting counting = {shop, choice, 0};
    if (choice->who == EXPORT_LISTED)
        TRY(listed_count(&counting));
    else
        TRY(shop->store->subject->each(shop->store, (struct subject_no){1}, row_count, &counting));
    *out = counting.count;
    return OK;
}

void choice_standing(const struct choice *choice, struct subject_no no, uint64_t *known, uint64_t *possible)
{
    *known = *possible = 0;
    for (size_t i = 0; i < choice->scope.part_count; i++) {
        const struct scope_part *part = &choice->scope.parts[i];
        uint64_t fields = part->full | part->masked;
        uint64_t *into = part->source == SOURCE_RULE ? possible : known;
        if ((fields & ~*into) && set_has(&part->subjects, no.at)) *into |= fields;
    }
    *possible &= ~*known;
}
