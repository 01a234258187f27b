/*
 * Notices on paper: letters to be printed, and lists for who tells people by hand. The vault hands out the texts of the
 * next ones, as a look at exactly those; who asked draws them (cli/incident/letters.c). Letters are handed out in the
 * order of people's numbers, so that whoever was cut off goes on behind the last one they have, or begins anew.
 */
#include "answer/notice/delivery.h"
#include "answer/notice/notice_lint.h"
#include "answer/notice/person.h"
#include "answer/notice/told.h"
#include "answer/notice/verbs.h"
#include "keep/put.h"

#include <stdlib.h>
#include <string.h>

/* What goes into one answer. */
struct page_of {
    struct batch *batch;
    struct run *run;
    struct notices *runs;
    bool list;
    struct draft look;
    struct sighted *set;
    struct hash *leaves;
    size_t count;
    struct delivery delivery;
    struct buf *out;
};

/* One person's own lines. */
struct addressee {
    struct buf recipient, address, postcode, phone;
};

static void addressee_done(struct addressee *addressee)
{
    buf_done(&addressee->recipient);
    buf_done(&addressee->address);
    buf_done(&addressee->postcode);
    buf_done(&addressee->phone);
}

/* The text of a group's item; nothing when it has none. */
static RESULT item_open(struct shop *shop, struct subject_no no, const struct record *record, unsigned field,
                        uint8_t item, struct buf *out)
{
    SCOPED(buf_done) struct buf items = {0};
    uint8_t at = 0;
    struct slice text = {0};
    if (!(record->held >> field & 1)) return OK;
    TRY(record_field(shop, no, record, field, &items));
    struct cursor cursor = {buf_slice(&items), false};
    while (item_get(&cursor, &at, &text)) {
        if (at == item) buf_slice_put(out, text);
    }
    return OK;
}

/* The first address that there is. The person's data key is set. */
static RESULT addressee_open(struct shop *shop, struct subject_no no, const struct record *record,
                             struct addressee *out)
{
    SCOPED(buf_done) struct buf items = {0};
    uint8_t item = 0;
    struct slice text = {0};
    if (record->held >> FIELD_PHONE & 1) TRY(record_field(shop, no, record, FIELD_PHONE, &out->phone));
    if (!(record->held >> FIELD_ADDRESS & 1)) return OK;
    TRY(record_field(shop, no, record, FIELD_ADDRESS, &items));
    struct cursor cursor = {buf_slice(&items), false};
    while (out->address.len == 0 && item_get(&cursor, &item, &text)) buf_slice_put(&out->address, text);
    if (out->address.len == 0) return OK;
    return item_open(shop, no, record, FIELD_POSTCODE, item, &out->postcode);
}

static void letter_put(const struct page_of *page, const struct record *record, struct subject_no no,
                       const struct addressee *to, const struct notice_mail *mail)
{
    struct shop *shop = page->batch->shop;
    struct buf *out = page->out;
    const char *lang = record->lang[0] ? record->lang : "en";
    SCOPED(buf_done) struct buf code = {0}, labels = {0};
    notice_code_put(page->runs->codes, page->run->row.id, no, &code);
    run_labels(&page->run->words->scope, &shop->fields, no, lang, &labels);
    cbor_map(out, 12);
    put_id(shop, out, "subject", ID_SUBJECT, no.at);
    put_text(out, "lang", slice_text(lang));
    put_text(out, "country", slice_text(record->country));
    put_text(out, "name", buf_slice(&mail->name));
    put_bool(out, "guardian", mail->guardian);
    put_text(out, "address", buf_slice(&to->address));
    put_text(out, "postcode", buf_slice(&to->postcode));
    put_text(out, "phone", page->list ? buf_slice(&to->phone) : (struct slice){0});
    put_text(out, "leaked", buf_slice(&labels));
    put_text(out, "code", buf_slice(&code));
    put_text(out, "subject_line", buf_slice(&mail->subject));
    put_text(out, "body", page->list ? (struct slice){0} : buf_slice(&mail->body));
}

/* Which fields of a person a letter, or a row of a list, opens. */
static uint64_t opened_of(const struct page_of *page, uint64_t held)
{
    uint64_t bits = (uint64_t)1 << FIELD_NAME | (uint64_t)1 << FIELD_ADDRESS | (uint64_t)1 << FIELD_POSTCODE |
                    (uint64_t)1 << FIELD_BIRTH_DATE;
    if (page->list) bits |= (uint64_t)1 << FIELD_PHONE;
    return bits & held;
}

/* One more record of what was handed out, once for each person. */
static RESULT handed_out(struct page_of *page, struct subject_no no, const struct addressee *to,
                         const struct notice_mail *mail)
{
    enum { SHOWN = 2, LEAST = 5 }; /* the end of a postcode that is long enough to have one */
    SCOPED(buf_done) struct buf masked = {0};
    struct flight flight = {.run = page->run->row.id, .no = no, .text = mail->text};
    struct slice postcode = buf_slice(&to->postcode);
    buf_text(&masked, "letter ***");
    if (postcode.len >= LEAST) buf_slice_put(&masked, slice_from(postcode, postcode.len - SHOWN));
    size_t len = masked.len < sizeof flight.masked ? masked.len : sizeof flight.masked - 1;
    memcpy(flight.masked, masked.at, len);
    TRY(delivery_add(page->batch, &flight, SLICE_TEXT("handed out to be printed"), &page->delivery));
    run_move(page->run, no, PERSON_QUEUED, PERSON_ACCEPTED);
    return run_reached_before(page->batch, page->runs, page->run, no);
}

static RESULT person_put(struct page_of *page, struct subject_no no, bool queued)
{
    struct shop *shop = page->batch->shop;
    struct record record;
    SCOPED(buf_done) struct buf bytes = {0};
    SCOPED(addressee_done) struct addressee to = {0};
    SCOPED(notice_mail_done) struct notice_mail mail = {0};
    SECRET data_key = {{0}};
    struct hash salt = {{0}};
    struct result got = record_get(shop, no, false, &bytes, &record, NULL);
    if (got.code == CODE_NOT_FOUND) {
        if (queued) run_move(page->run, no, PERSON_QUEUED, PERSON_GONE);
        return OK;
    }
    TRY(got);
    TRY(notice_mail_make(page->batch, page->runs, page->run, no, &mail)); /* it sets the data key */
    TRY(record_unlock(shop, no, &record, &data_key));
    TRY(addressee_open(shop, no, &record, &to));
    page->set[page->count] = (struct sighted){no, opened_of(page, record.held), 0};
    page->look.entry.full |= page->set[page->count].full;
    leaf_salt(shop->crypto, &data_key, page->look.entry.nonce, &salt);
    set_leaf(shop->crypto, &salt, &page->set[page->count], NULL, &page->leaves[page->count]);
    page->count++;
    if (!page->list && to.address.len == 0) {
        if (queued) run_move(page->run, no, PERSON_QUEUED, PERSON_NO_ADDRESS);
        return OK;
    }
    letter_put(page, &record, no, &to, &mail);
    return !page->list && queued ? handed_out(page, no, &to, &mail) : OK;
}

static void page_done(struct page_of *page)
{
    delivery_done(&page->delivery);
}

/* The people of the run behind `at`, in order: those who wait, and letters that were handed out before. */
static bool person_next(const struct run *run, uint64_t at, uint64_t *out, bool *queued)
{
    uint64_t waits = 0, had = 0;
    bool any = set_next(&run->states[PERSON_QUEUED], at, &waits);
    bool again = set_next(&run->states[PERSON_ACCEPTED], at, &had);
    if (!any && !again) return false;
    *queued = any && (!again || waits < had);
    *out = *queued ? waits : had;
    return true;
}

static RESULT look_enter(struct page_of *page, struct answer *out)
{
    struct receipt receipt = {0};
    if (page->count == 0) return OK;
    page->look.set = page->set;
    page->look.leaves = page->leaves;
    page->look.set_count = page->count;
    page->look.entry.object_kind = RUN_ENTRY_LOOK;
    page->look.entry.object_id = page->run->row.id;
    batch_append(page->batch, &page->look, &receipt);
    batch_receipt(out, &receipt);
    return OK;
}

/* What the incident says may have changed a moment ago: no letter is handed out whose words no longer hold. */
static RESULT words_hold(struct batch *batch, struct run *run)
{
    SCOPED(reading_done) struct reading reading = {0};
    SCOPED(notice_faults_done) struct notice_faults faults = {{0}};
    TRY(run_reading(batch->shop, run, &reading));
    TRY(run_lint(batch, run, &reading, &faults));
    return notice_faults_refuse(&faults, "notice");
}

RESULT verb_notice_letters(struct batch *batch, const struct reader *reader,
                           const struct notice_letters_ask *ask, struct answer *out)
{
    struct run_asked asked = {0};
    uint64_t at = 0, last = 0, limit = ask->limit > 0 ? ask->limit : NOTICE_LETTERS_MAX;
    bool queued = false;
    TRY(run_asked_for(batch, reader, ask->id, ask->run, &asked));
    TRY(run_words(batch, asked.run));
    enum notice_channel channel = asked.run->words->spec.channel;
    if (!notice_on_paper(channel))
        return FAIL(CONFLICT,
                    "notice: this run goes out by itself; draft one with channel=letter or channel=list");
    if (asked.run->row.state != RUN_SENDING && asked.run->row.state != RUN_DONE)
        return FAIL(CONFLICT,
                    "notice: two people must have agreed to it, and it must not be paused or stopped");
    if (asked.run->row.state == RUN_SENDING) TRY(words_hold(batch, asked.run));
    if (ask->after.len > 0) TRY(id_get(batch->shop, ID_SUBJECT, ask->after, &last));
    SCOPED(page_done)
    struct page_of page = {.batch = batch,
                           .run = asked.run,
                           .runs = asked.runs,
                           .list = channel == NOTICE_BY_LIST,
                           .look = batch_draft(batch, reader, ENTRY_RUN),
                           .set = arena_take(batch->arena, NOTICE_LETTERS_MAX * sizeof *page.set),
                           .leaves = arena_take(batch->arena, NOTICE_LETTERS_MAX * sizeof *page.leaves),
                           .out = &out->body};
    TRY(delivery_new(NOTICE_LETTERS_MAX, &page.delivery));
    cbor_map(&out->body, 5);
    put_time(&out->body, "made", batch->now_us);
    put_text(&out->body, "channel", slice_text(notice_channel_name(channel)));
    put_text(&out->body, "shop", buf_slice(&asked.run->words->name));
    cbor_text(&out->body, SLICE_TEXT("items"));
    size_t mark = cbor_open(&out->body), items = 0;
    while (page.count < limit && person_next(page.run, last + 1, &at, &queued)) {
        size_t before = out->body.len;
        TRY(person_put(&page, (struct subject_no){at}, queued));
        items += out->body.len > before;
        last = at;
    }
    cbor_array_close(&out->body, mark, items);
    TRY(look_enter(&page, out));
    TRY(delivery_enter(batch, page.run, &page.delivery));
    TRY(run_flush(batch, page.run));
    if (person_next(page.run, last + 1, &at, &queued)) {
        put_id(batch->shop, &out->body, "next", ID_SUBJECT, last);
    } else {
        cbor_text(&out->body, SLICE_TEXT("next"));
        cbor_null(&out->body);
    }
    return OK;
}
