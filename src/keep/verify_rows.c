#include "keep/verify_priv.h"

#include <string.h>

/*
 * What a tag adds to its subject's sum: 64 bits under the run's key. Order does not matter. The text is of fixed length
 * and fits one block with its key before it, so the hash alone is as good as an HMAC, at a third of the cost.
 */
static uint64_t tag_sum(struct hand *hand, const struct tag_row *row)
{
    uint8_t text[SUM_KEY_BYTES + 4 + 8 + TAG_BYTES];
    struct hash hash = {{0}};
    memcpy(text, hand->verify->sum_key, SUM_KEY_BYTES);
    be32_put(text + SUM_KEY_BYTES, row->index);
    be64_put(text + SUM_KEY_BYTES + 4, row->no.at);
    memcpy(text + SUM_KEY_BYTES + 12, row->tag, TAG_BYTES);
    sha256_one(hand->shop->crypto, SLICE_OF(text), &hash);
    return be64_get(hash.bytes);
}

static void tags_add(struct hand *hand, struct subject_no no, uint64_t sum)
{
    (void)__atomic_fetch_add(&hand->verify->tags[no.at], sum, __ATOMIC_RELAXED); /* read when all is added */
}

/* Open what is indexed of a record, and count the tags it should have, each once. */
static RESULT expect_tags(struct hand *hand, struct subject_no no, const struct record *record)
{
    struct shop *shop = hand->shop;
    SCOPED(tags_done) struct tags tags = {0};
    SECRET data_key = {{0}};
    TRY(record_unlock(shop, no, record, &data_key));
    for (unsigned i = 0; i < FIELD_MAX; i++) {
        SCOPED(buf_done) struct buf value = {0};
        if (!(record->held >> i & 1) || !shop->fields.at[i].indexed) continue;
        TRY(record_field(shop, no, record, i, &value));
        TRY(tags_of(shop, &shop->fields.at[i], buf_slice(&value), &tags));
        hand->part.fields++;
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
        tags_add(hand, no, tag_sum(hand, &row));
    }
    return OK;
}

static RESULT check_subject(struct hand *hand, const struct subject_row *row)
{
    struct verify *verify = hand->verify;
    struct record record;
    hand->part.subjects++;
    if (row->no.at > verify->last) {
        return finding_by(hand, FAIL(TAMPERED, "subject %llu: no entry of the ledger made it",
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
        checked = expect_tags(hand, row->no, &record);
        if (checked.code == CODE_CORRUPT || checked.code == CODE_NOT_FOUND) { /* or its kek is gone */
            checked =
                FAIL(TAMPERED, "subject %llu: its record does not open", (unsigned long long)row->no.at);
        }
    }
    return finding_by(hand, checked);
}

static RESULT take_tag(void *context, const struct tag_row *row)
{
    struct hand *hand = context;
    hand->part.tags++;
    if (row->no.at == 0 || row->no.at > hand->verify->last) {
        return finding_by(hand, FAIL(TAMPERED, "index: a tag of subject %llu, who is not there",
                                     (unsigned long long)row->no.at));
    }
    tags_add(hand, row->no, -tag_sum(hand, row));
    return OK;
}

static RESULT work_tags(struct hand *hand)
{
    struct store *store = hand->shop->store;
    TRY(finding_by(hand, store->tag->check(store)));
    return finding_by(hand, store->tag->each(store, take_tag, hand));
}

static RESULT take_subject(void *context, const struct subject_row *row)
{
    struct hand *hand = context;
    hand->rows_ended = row->no.at >= hand->rows_end;
    if (hand->rows_ended)
        return FAIL(TOO_MANY, "verify: that subject is of another piece"); /* ends the walk */
    return check_subject(hand, row);
}

enum { PIECE_TILES, PIECE_TAGS, PIECES_BESIDE };

/* A piece is all tiles, all tags, or the subjects of so many numbers; the last of these is open. */
static RESULT work_subjects(struct hand *hand, uint64_t piece)
{
    struct store *store = hand->shop->store;
    if (piece == PIECE_TILES) return verify_tiles(hand);
    if (piece == PIECE_TAGS) return work_tags(hand);
    uint64_t from = (piece - PIECES_BESIDE) * PIECE_SUBJECTS;
    hand->rows_end = piece + 1 == hand->verify->crew.pieces ? UINT64_MAX : from + PIECE_SUBJECTS;
    hand->rows_ended = false;
    struct result got = store->subject->each(store, (struct subject_no){from}, take_subject, hand);
    return hand->rows_ended ? OK : got;
}

RESULT verify_subjects(struct verify *verify)
{
    static const struct crew_job job = {work_subjects, NULL};
    TRY(crew_run(verify, &job, PIECES_BESIDE + 1 + verify->last / PIECE_SUBJECTS));
    for (uint64_t no = 1; no <= verify->last; no++) {
        if (verify->written[no] == NEVER) continue;
        TRY(finding_of(verify,
                       FAIL(TAMPERED, "subject %llu: its record is missing", (unsigned long long)no)));
    }
    for (uint64_t no = 1; no <= verify->last; no++) {
        if (verify->tags[no] == 0) continue;
        TRY(finding_of(verify, FAIL(TAMPERED, "index: the tags of subject %llu are not those of its record",
                                    (unsigned long long)no)));
    }
    return OK;
}
