#include "answer/facts/said.h"
#include "answer/incident/incident_put.h"
#include "answer/report/silence.h"
#include "answer/report/statement.h"
#include "answer/report/verbs.h"
#include "keep/put.h"

enum { CADENCE_HOURS = 72, CADENCE_HOURS_MAX = 720, DRAFT_HOURS = 24 };

static const struct line *statement_line(const struct fold *fold, uint64_t n)
{
    if (n == 0 || n > fold->line_count || !fold_item(fold, LINE_STATEMENT, n)) return NULL;
    return &fold->lines[n - 1];
}

static int64_t next_of(uint64_t hours, int64_t now_us)
{
    return now_us + (int64_t)(hours > 0 ? hours : CADENCE_HOURS) * HOUR_US;
}

static void texts_put(const struct statement *statement, struct buf *out)
{
    static const char *const languages[STATEMENT_LANGUAGES] = {"en", "id", "ko"};
    cbor_text(out, SLICE_TEXT("texts"));
    cbor_array(out, (size_t)STATEMENT_LANGUAGES * CHANNEL_COUNT);
    for (size_t i = 0; i < STATEMENT_LANGUAGES; i++) {
        for (size_t j = 0; j < CHANNEL_COUNT; j++) {
            cbor_map(out, 3);
            put_text(out, "lang", slice_text(languages[i]));
            put_text(out, "channel", slice_text(channel_name((enum channel)j)));
            put_text(out, "text", buf_slice(&statement->texts[i][j]));
        }
    }
}

/* Its kind, instants, texts and what the lint finds in them now. */
static RESULT statement_put(struct shop *shop, const struct statement_making *making,
                            const struct statement *statement, struct buf *out, size_t *faults)
{
    put_text(out, "kind", statement->kind);
    put_time(out, "as_of", statement->as_of_us);
    put_time(out, "next", statement->next_us);
    texts_put(statement, out);
    cbor_text(out, SLICE_TEXT("findings"));
    return statement_lint(shop, making, statement, out, faults);
}

static RESULT kind_check(struct slice kind)
{
    if (slice_is(kind, "statement") || slice_is(kind, "apology") || slice_is(kind, "update")) return OK;
    return FAIL(INVALID, "kind: statement, apology, or update");
}

/* One text of an earlier draft replaced by what somebody wrote; the others stay as they were. */
static RESULT text_replace(const struct line *line, const struct statement_draft_ask *ask,
                           struct statement *out)
{
    size_t language = 0;
    enum channel channel = CHANNEL_PAGE;
    TRY(statement_read(line->body, out));
    if (!statement_language(ask->lang, &language)) return FAIL(INVALID, "lang: en, id or ko");
    if (!channel_by(ask->channel, &channel))
        return FAIL(INVALID, "channel: page, email, sms, messenger, social, banner, desk, or qa");
    if (ask->text.len == 0) return FAIL(MEMBER_MISSING, "text: what shall stand there instead?");
    buf_clear(&out->texts[language][channel]);
    buf_slice_put(&out->texts[language][channel], ask->text);
    return OK;
}

RESULT verb_statement_draft(struct batch *batch, const struct reader *reader,
                            const struct statement_draft_ask *ask, struct answer *out)
{
    struct shop *shop = batch->shop;
    struct incident *incident = NULL;
    struct receipt receipt = {0};
    size_t faults = 0;
    SCOPED(reading_done) struct reading reading = {0};
    SCOPED(facts_done) struct facts facts = {0};
    SCOPED(statement_done)
    struct statement statement = {
        .kind = ask->kind, .as_of_us = batch->now_us, .next_us = next_of(ask->hours, batch->now_us)};
    SCOPED(buf_done) struct buf body = {0};
    TRY(incident_find(batch, reader, ask->id, &incident));
    TRY(incident_read(shop, incident, &reading));
    TRY(facts_of(shop, &reading.fold, batch->now_us, &facts));
    const struct statement_making making = {&reading, &facts};
    const struct line *line = ask->amends > 0 ? statement_line(&reading.fold, ask->amends) : NULL;
    if (ask->amends > 0 && !line)
        return FAIL(NOT_FOUND, "amends: this incident has no statement of that line");
    if (line) {
        TRY(text_replace(line, ask, &statement));
    } else {
        TRY(kind_check(ask->kind));
        TRY(statement_make(shop, &making, &statement));
    }
    statement_write(&statement, &body);
    if (body.len > LINE_BODY_BYTES_MAX)
        return FAIL(TOO_MANY, "statement: above %d bytes", LINE_BODY_BYTES_MAX);
    cbor_map(&out->body, 6);
    put_number(&out->body, "line", ask->dry_run ? 0 : incident->lines + 1);
    TRY(statement_put(shop, &making, &statement, &out->body, &faults));
    if (ask->dry_run) return OK;
    struct line draft = {
        .kind = LINE_STATEMENT, .name = statement.kind, .body = buf_slice(&body), .due = statement.next_us};
    TRY(incident_line(batch, reader, incident, &reading, &draft, &receipt));
    TRY(silence_set(batch, incident->no, batch->now_us + (int64_t)DRAFT_HOURS * HOUR_US, true));
    batch_receipt(out, &receipt);
    out->head.flags |= ANSWER_CREATED;
    return OK;
}

static RESULT list_put(struct shop *shop, const struct incident *incident, const struct fold *fold,
                       struct buf *out)
{
    int64_t due_us = 0;
    TRY(silence_get(shop, incident->no, &due_us));
    cbor_map(out, due_us > 0 ? 3 : 2);
    items_put(shop, fold, LINE_STATEMENT, "items", out);
    if (due_us > 0) put_time(out, "word_due", due_us);
    cbor_text(out, SLICE_TEXT("next"));
    cbor_null(out);
    return OK;
}

RESULT verb_statement_show(struct batch *batch, const struct reader *reader,
                           const struct statement_show_ask *ask, struct answer *out)
{
    struct shop *shop = batch->shop;
    struct incident *incident = NULL;
    size_t faults = 0;
    SCOPED(reading_done) struct reading reading = {0};
    SCOPED(facts_done) struct facts facts = {0};
    SCOPED(statement_done) struct statement statement = {.kind = {0}};
    TRY(incident_find(batch, reader, ask->id, &incident));
    TRY(incident_read(shop, incident, &reading));
    if (ask->line == 0) return list_put(shop, incident, &reading.fold, &out->body);
    const struct line *line = statement_line(&reading.fold, ask->line);
    if (!line) return FAIL(NOT_FOUND, "line: this incident has no statement of that line");
    TRY(statement_read(line->body, &statement));
    TRY(facts_of(shop, &reading.fold, batch->now_us, &facts));
    const struct statement_making making = {&reading, &facts};
    cbor_map(&out->body, 7);
    put_number(&out->body, "line", line->n);
    put_text(&out->body, "state", fold_item(&reading.fold, LINE_STATEMENT, ask->line)->now.state);
    return statement_put(shop, &making, &statement, &out->body, &faults);
}

/* The staff behind a reader of that number; none: the operator, or a key without a name. */
static size_t persons_of(const struct access *access, uint64_t no, uint32_t out[KEY_HOLDERS_MAX])
{
    for (size_t i = 0; i < access->staff_count; i++) {
        if (reader_no(READER_STAFF, access->staff[i].id) != no) continue;
        out[0] = access->staff[i].id;
        return 1;
    }
    for (size_t i = 0; i < access->key_count; i++) {
        if (reader_no(READER_KEY, access->keys[i].id) != no) continue;
        memcpy(out, access->keys[i].holders, access->keys[i].holder_count * sizeof *out);
        return access->keys[i].holder_count;
    }
    return 0;
}

/* Somebody else than who drafted it: another credential, and nobody behind both. */
static RESULT second_ask(const struct shop *shop, const struct line *line, const struct reader *reader)
{
    uint32_t persons[KEY_HOLDERS_MAX] = {0};
    size_t count = persons_of(&shop->access, line->author, persons);
    bool same = line->author == reader->no;
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < reader->person_count; j++) same = same || persons[i] == reader->persons[j];
    }
    return same ? FAIL(CHECK_NOT_MET, "statement: somebody else than who wrote it must publish it") : OK;
}

RESULT verb_statement_publish(struct batch *batch, const struct reader *reader,
                              const struct statement_publish_ask *ask, struct answer *out)
{
    struct shop *shop = batch->shop;
    struct incident *incident = NULL;
    struct receipt receipt = {0};
    size_t faults = 0;
    SCOPED(reading_done) struct reading reading = {0};
    SCOPED(facts_done) struct facts facts = {0};
    SCOPED(statement_done) struct statement statement = {.kind = {0}};
    SCOPED(buf_done) struct buf found = {0};
    TRY(incident_find(batch, reader, ask->id, &incident));
    TRY(incident_read(shop, incident, &reading));
    const struct line *line = statement_line(&reading.fold, ask->line);
    if (!line) return FAIL(NOT_FOUND, "line: this incident has no statement of that line");
    if (slice_is(fold_item(&reading.fold, LINE_STATEMENT, ask->line)->now.state, "published"))
        return FAIL(CONFLICT, "line: that statement was published already; draft an update");
    TRY(second_ask(shop, line, reader));
    TRY(statement_read(line->body, &statement));
    TRY(facts_of(shop, &reading.fold, batch->now_us, &facts));
    const struct statement_making making = {&reading, &facts};
    TRY(statement_lint(shop, &making, &statement, &found, &faults));
    if (faults > 0) {
        return FAIL(CHECK_NOT_MET,
                    "statement: the lint finds %zu fault%s in it; amanah statement show lists them", faults,
                    faults == 1 ? "" : "s");
    }
    struct line published = {.kind = LINE_STATEMENT,
                             .of = ask->line,
                             .state = SLICE_TEXT("published"),
                             .text = ask->where,
                             .at = batch->now_us,
                             .due = ask->hours > 0 ? next_of(ask->hours, batch->now_us) : statement.next_us};
    TRY(incident_line(batch, reader, incident, &reading, &published, &receipt));
    TRY(silence_set(batch, incident->no, published.due, false));
    batch_receipt(out, &receipt);
    cbor_map(&out->body, 3);
    put_number(&out->body, "line", published.n);
    put_text(&out->body, "state", SLICE_TEXT("published"));
    put_time(&out->body, "word_due", published.due);
    return OK;
}
