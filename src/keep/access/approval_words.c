#include "keep/access/approval_words.h"

#include "keep/access/access_priv.h"
#include "keep/post.h"
#include "keep/put.h"

#include <assert.h>

const char *approval_state_name(enum approval_state state)
{
    static const char *const names[] = {"?",         "waiting", "delayed",  "applied",
                                        "cancelled", "lapsed",  "permitted"};
    return (size_t)state < COUNT_OF(names) ? names[state] : names[0];
}

void approval_body_write(const struct approval *approval, struct buf *out)
{
    cbor_array(out, 14);
    cbor_uint(out, approval->state);
    cbor_uint(out, approval->asker);
    cbor_array(out, approval->person_count);
    for (size_t i = 0; i < approval->person_count; i++) cbor_uint(out, approval->persons[i]);
    cbor_uint(out, approval->kind);
    cbor_uint(out, approval->row);
    cbor_uint(out, approval->base);
    cbor_uint(out, (uint64_t)approval->asked_us);
    cbor_uint(out, (uint64_t)approval->due_us);
    cbor_uint(out, approval->decided_by);
    cbor_uint(out, (uint64_t)approval->decided_us);
    cbor_uint(out, approval->subjects_max);
    cbor_uint(out, (uint64_t)approval->minutes);
    cbor_uint(out, (uint64_t)approval->until_us);
    cbor_bytes(out, buf_slice(&approval->sealed));
}

static RESULT small_read(struct cbor *reader, uint32_t *out)
{
    uint64_t number = 0;
    TRY(cbor_read_uint(reader, &number));
    if (number > UINT32_MAX) return FAIL(CORRUPT, "authority: a stored number is out of range");
    *out = (uint32_t)number;
    return OK;
}

static RESULT approval_body_read(struct slice body, struct approval *out, struct slice *sealed)
{
    struct cbor reader = cbor_reader(body);
    size_t members = 0;
    uint32_t state = 0;
    TRY(cbor_read_array(&reader, &members));
    TRY(small_read(&reader, &state));
    TRY(cbor_read_uint(&reader, &out->asker));
    TRY(body_numbers_read(&reader, out->persons, KEY_HOLDERS_MAX, &out->person_count));
    TRY(small_read(&reader, &out->kind));
    TRY(small_read(&reader, &out->row));
    TRY(cbor_read_uint(&reader, &out->base));
    TRY(body_time_read(&reader, &out->asked_us));
    TRY(body_time_read(&reader, &out->due_us));
    TRY(cbor_read_uint(&reader, &out->decided_by));
    TRY(body_time_read(&reader, &out->decided_us));
    TRY(cbor_read_uint(&reader, &out->subjects_max));
    TRY(body_time_read(&reader, &out->minutes));
    TRY(body_time_read(&reader, &out->until_us));
    TRY(cbor_read_bytes(&reader, sealed));
    if (members != 14 || state < APPROVAL_WAITING || state > APPROVAL_PERMITTED)
        return FAIL(CORRUPT, "authority: a stored approval is malformed");
    out->state = (enum approval_state)state;
    return cbor_end(&reader);
}

RESULT approval_take(struct access *access, uint32_t id, struct slice body)
{
    struct approval approval = {.id = id};
    struct slice sealed = {0};
    void *rows = access->approvals, *at = NULL;
    TRY(approval_body_read(body, &approval, &sealed));
    TRY(row_place(&rows, &access->approval_count, sizeof approval, id, &at));
    access->approvals = rows;
    struct approval *row = at;
    buf_done(&row->sealed);
    *row = approval;
    buf_slice_put(&row->sealed, sealed);
    return OK;
}

static void approval_aad(uint32_t id, struct buf *out)
{
    buf_text(out, "approval");
    buf_be32(out, id);
}

static RESULT words_read(struct approval_words *words)
{
    struct cbor reader = cbor_reader(buf_slice(&words->text));
    size_t members = 0;
    TRY(cbor_read_array(&reader, &members));
    TRY(cbor_read_text(&reader, &words->what));
    TRY(cbor_read_bytes(&reader, &words->body));
    TRY(cbor_read_bytes(&reader, &words->changes));
    return members > 3 ? cbor_read_bytes(&reader, &words->about) : OK;
}

void approval_words_make(const struct loosening *loosening, struct approval_words *out)
{
    SCOPED(buf_done) struct buf what = {0}, about = {0};
    loosening_said_put(&loosening->what, slice_text(mail_language(0)), &what);
    loosening_said_write(&loosening->what, &about);
    cbor_array(&out->text, 4);
    cbor_text(&out->text, buf_slice(&what));
    cbor_bytes(&out->text, loosening->body);
    cbor_bytes(&out->text, loosening->changes);
    cbor_bytes(&out->text, buf_slice(&about));
    struct result read = words_read(out);
    assert(read.code == CODE_OK); /* our own words */
    (void)read;
}

void approval_words_seal(struct shop *shop, const struct approval_words *words, struct approval *approval)
{
    SCOPED(buf_done) struct buf aad = {0};
    approval_aad(approval->id, &aad);
    aead_seal(shop->staff_box, buf_slice(&aad), buf_slice(&words->text), &approval->sealed);
}

void approval_words_done(struct approval_words *words)
{
    buf_done(&words->text);
}

RESULT approval_words_open(struct shop *shop, const struct approval *approval, struct approval_words *out)
{
    SCOPED(buf_done) struct buf aad = {0};
    approval_aad(approval->id, &aad);
    TRY(aead_open(shop->staff_box, buf_slice(&aad), buf_slice(&approval->sealed), &out->text));
    return words_read(out);
}

bool approval_may_agree(const struct reader *reader)
{
    return reader->role->acts >> ACT_APPROVE & 1;
}

void approval_put(struct shop *shop, const struct approval *approval, const struct approval_words *words,
                  bool whole, struct buf *out)
{
    SCOPED(buf_done) struct buf asker = {0}, decider = {0};
    bool permission = approval->kind == 0;
    size_t mark = cbor_open(out), count = 6;
    reader_put(shop, approval->asker, &asker);
    put_id(shop, out, "approval", ID_APPROVAL, approval->id);
    put_text(out, "state", slice_text(approval_state_name(approval->state)));
    put_text(out, "kind", slice_text(permission ? "permission" : authority_kind_name(approval->kind)));
    put_text(out, "what", words->what);
    put_text(out, "asker", buf_slice(&asker));
    put_time(out, "asked", approval->asked_us);
    if (approval_is_open(approval)) {
        put_time(out, approval->state == APPROVAL_DELAYED ? "effective" : "lapses", approval->due_us);
        count++;
    }
    if (approval->decided_us > 0) {
        reader_put(shop, approval->decided_by, &decider);
        put_text(out, "decided_by", buf_slice(&decider));
        put_time(out, "decided", approval->decided_us);
        count += 2;
    }
    if (whole && words->changes.len > 0) {
        cbor_text(out, SLICE_TEXT("changes"));
        buf_slice_put(out, words->changes);
        count++;
    }
    if (words->about.len > 0) {
        cbor_text(out, SLICE_TEXT("about"));
        buf_slice_put(out, words->about);
        count++;
    }
    if (permission) {
        put_number(out, "subjects_max", approval->subjects_max);
        count++;
    }
    if (approval->until_us > 0) {
        put_time(out, "until", approval->until_us);
        count++;
    }
    cbor_map_close(out, mark, count);
}

RESULT approval_tell(struct batch *batch, const struct approval *approval, enum mail_kind kind,
                     const struct approval_words *words)
{
    SCOPED(buf_done) struct buf who = {0}, id = {0}, until = {0};
    struct loosening_said said = {0};
    bool old = words->about.len == 0;
    if (!old) TRY(loosening_said_read(words->about, &said));
    reader_put(batch->shop, approval->asker, &who);
    id_put(batch->shop, ID_APPROVAL, approval->id, &id);
    mail_time_put(&until, approval->due_us);
    struct mail_value values[4] = {{"who", buf_slice(&who)}, {"approval", buf_slice(&id)}};
    size_t count = 2;
    if (kind != MAIL_LOOSENING_APPLIED) values[count++] = (struct mail_value){"until", buf_slice(&until)};
    if (old) values[count++] = (struct mail_value){"what", words->what};
    struct result told = mail_tell_staff(
        batch, &(struct mail_draft){
                   .kind = kind, .values = values, .count = count, .loosening = old ? NULL : &said});
    return told.code == CODE_UNAVAILABLE ? told : OK;
}
