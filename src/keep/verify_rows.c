#include "keep/verify_priv.h"

#include <string.h>

/* What a tag adds to its subject's sum: 64 bits under the run's key. Order does not matter. */
static uint64_t tag_sum(struct verify *verify, const struct tag_row *row)
{
    uint8_t at[12];
    struct hash hash = {{0}};
    be32_put(at, row->index);
    be64_put(at + 4, row->no.at);
    const struct slice parts[] = {{at, sizeof at}, {row->tag, TAG_BYTES}};
    prf_run(verify->sum, parts, COUNT_OF(parts), &hash);
    return be64_get(hash.bytes);
}

/* Open what is indexed of a record, and count the tags it should have, each once. */
static RESULT expect_tags(struct verify *verify, struct subject_no no, const struct record *record)
{
    struct shop *shop = verify->shop;
    SCOPED(tags_done) struct tags tags = {0};
    SECRET data_key = {{0}};
    TRY(record_unlock(shop, no, record, &data_key));
    for (unsigned i = 0; i < FIELD_MAX; i++) {
        SCOPED(buf_done) struct buf value = {0};
        if (!(record->held >> i & 1) || !shop->fields.at[i].indexed) continue;
        TRY(record_field(shop, no, record, i, &value));
        TRY(tags_of(shop, &shop->fields.at[i], buf_slice(&value), &tags));
        verify->report->fields++;
    }
    for (size_t i = 0; i < tags.count; i++) {
        bool again = false;
        for (size_t j = 0; j < i && !again; j++) {
            again = tags.at[j].index == tags.at[i].index &&
                    bytes_equal_ct(tags.at[j].tag, tags.at[i].tag, TAG_BYTES);
        }
        if (again) continue;
        struct tag_row row = {.index = tags.at[i].index, .no = no};
        memcpy(row.tag, tags.at[i].tag, TAG_BYTES);
        verify->tags[no.at] += tag_sum(verify, &row);
    }
    return OK;
}

static RESULT check_subject(void *context, const struct subject_row *row)
{
    struct verify *verify = context;
    struct record record;
    verify->report->subjects++;
    if (row->no.at > verify->last) {
        return finding_of(verify, FAIL(TAMPERED, "subject %llu: no entry of the ledger made it",
                                       (unsigned long long)row->no.at));
    }
    uint64_t wrote = verify->written[row->no.at];
    verify->written[row->no.at] = NEVER; /* seen: what remains has no row */
    struct result checked = record_parse(row->record, &record);
    if (checked.code != CODE_OK) {
        checked = FAIL(TAMPERED, "subject %llu: its record is no record", (unsigned long long)row->no.at);
    } else if (wrote == NEVER) {
        checked =
            FAIL(TAMPERED, "subject %llu: no entry of the ledger made it", (unsigned long long)row->no.at);
    } else if (wrote != row->entry) {
        checked =
            FAIL(TAMPERED, "subject %llu: its record is of entry %llu, but entry %llu wrote a newer one",
                 (unsigned long long)row->no.at, (unsigned long long)row->entry, (unsigned long long)wrote);
    } else if (record.state != SUBJECT_ERASED) {
        checked = expect_tags(verify, row->no, &record);
        if (checked.code == CODE_CORRUPT) {
            checked =
                FAIL(TAMPERED, "subject %llu: its record does not open", (unsigned long long)row->no.at);
        }
    }
    return finding_of(verify, checked);
}

RESULT verify_subjects(struct verify *verify)
{
    struct store *store = verify->shop->store;
    TRY(store->subject->each(store, (struct subject_no){0}, check_subject, verify));
    for (uint64_t no = 1; no <= verify->last; no++) {
        if (verify->written[no] == NEVER) continue;
        TRY(finding_of(verify,
                       FAIL(TAMPERED, "subject %llu: its record is missing", (unsigned long long)no)));
    }
    return OK;
}

static RESULT take_tag(void *context, const struct tag_row *row)
{
    struct verify *verify = context;
    verify->report->tags++;
    if (row->no.at == 0 || row->no.at > verify->last) {
        return finding_of(verify, FAIL(TAMPERED, "index: a tag of subject %llu, who is not there",
                                       (unsigned long long)row->no.at));
    }
    verify->tags[row->no.at] -= tag_sum(verify, row);
    return OK;
}

RESULT verify_tags(struct verify *verify)
{
    struct store *store = verify->shop->store;
    TRY(finding_of(verify, store->tag->check(store)));
    TRY(finding_of(verify, store->tag->each(store, take_tag, verify)));
    for (uint64_t no = 1; no <= verify->last; no++) {
        if (verify->tags[no] == 0) continue;
        TRY(finding_of(verify, FAIL(TAMPERED, "index: the tags of subject %llu are not those of its record",
                                    (unsigned long long)no)));
    }
    return OK;
}
