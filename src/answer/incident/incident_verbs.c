#include "answer/incident/incident_put.h"
#include "answer/incident/law_lines.h"
#include "answer/incident/lawbook.h"
#include "answer/incident/posting.h"
#include "answer/incident/trial.h"
#include "answer/incident/verbs.h"
#include "answer/playbook/playbook.h"
#include "keep/access/containment.h"
#include "keep/hold.h"
#include "keep/post.h"
#include "keep/put.h"

#include <string.h>

static RESULT reader_find(struct shop *shop, struct slice text, uint64_t *out)
{
    uint64_t id = 0;
    if (slice_is(text, "operator")) {
        *out = reader_no(READER_OPERATOR, 0);
        return OK;
    }
    if (slice_starts(text, "key_")) {
        TRY(id_get(shop, ID_KEY, text, &id));
        *out = reader_no(READER_KEY, (uint32_t)id);
        return key_by_id(&shop->access, (uint32_t)id) ? OK
                                                      : FAIL(NOT_FOUND, "who: this shop has no such key");
    }
    TRY(id_get(shop, ID_STAFF, text, &id));
    *out = reader_no(READER_STAFF, (uint32_t)id);
    return staff_by_id(&shop->access, id) ? OK : FAIL(NOT_FOUND, "who: this shop has nobody of that id");
}

static RESULT time_find(struct slice text, const char *name, int64_t *out)
{
    if (text.len == 0) return OK;
    if (time_get(text, out).code == CODE_OK && *out > 0) return OK;
    return FAIL(INVALID, "%s: not a time such as 2026-11-22T09:00:00Z", name);
}

static bool is_currency(struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] < 'A' || text.at[i] > 'Z') return false;
    }
    return text.len == 0 || text.len == 3;
}

static RESULT line_of_ask(struct shop *shop, const struct incident_add_ask *ask, struct line *out)
{
    const struct line_row *row = line_row_of(ask->kind);
    if (!row || !row->path[0]) return FAIL(ROUTE_UNKNOWN, "kind: no kind of line that people add");
    *out = (struct line){.kind = row->kind,
                         .text = ask->text,
                         .name = ask->name,
                         .state = ask->state,
                         .of = ask->of,
                         .source = ask->source,
                         .confidence = ask->confidence,
                         .evidence = ask->evidence,
                         .hash = ask->hash,
                         .receipt = ask->receipt,
                         .check = ask->check,
                         .fixes = ask->fixes,
                         .stance = ask->stance,
                         .cause = ask->cause,
                         .needs_evidence = ask->needs_evidence,
                         .minutes = ask->minutes,
                         .amount = ask->amount,
                         .currency = ask->currency,
                         .peers = ask->peers,
                         .role = ask->role,
                         .question = ask->question,
                         .lang = ask->lang,
                         .answer = ask->answer,
                         .url = ask->url,
                         .says = ask->says,
                         .people = ask->people,
                         .basis = ask->basis};
    if (!is_currency(ask->currency)) return FAIL(INVALID, "currency: three capital letters, such as IDR");
    if ((ask->amount > 0) != (ask->currency.len > 0))
        return FAIL(MEMBER_MISSING, "amount: comes with its currency, and a currency with its amount");
    if (ask->who.len > 0) TRY(reader_find(shop, ask->who, &out->who));
    TRY(time_find(ask->at, "at", &out->at));
    TRY(time_find(ask->until, "until", &out->until));
    return time_find(ask->due, "due", &out->due);
}

/* Whoever shares a key or role with a suspect is let in only with a reason that stands in the timeline. */
static RESULT peers_ask(const struct shop *shop, const struct fold *fold, const struct line *line)
{
    bool joins = line->kind == LINE_OWNER || (line->kind == LINE_MEMBER && !slice_is(line->state, "out"));
    if (!joins || line->text.len > 0 || !incident_is_peer(shop, &fold->circle, line->who)) return OK;
    return FAIL(REASON_MISSING, "text: they share a key or role with a suspect; say why they must know");
}

/* What the vault checks itself has a check that it can make, and no word of it by hand. */
static RESULT trials_ask(struct shop *shop, const struct fold *fold, const struct line *line)
{
    struct trial trial = {0};
    const struct item *of = line->kind == LINE_CHECK ? fold_item(fold, LINE_PREVENTION, line->of) : NULL;
    if (of && trial_is(of->now.check))
        return FAIL(CHECK_NOT_MET, "check: the vault makes this one itself: amanah incident check");
    if (line->kind != LINE_PREVENTION || !trial_is(line->check)) return OK;
    return trial_of(shop, line->check, &trial);
}

/* A page that must stand so long is ended only once probes show that it did. */
static RESULT posting_ask(struct shop *shop, const struct fold *fold, const struct line *line)
{
    const struct lawbook *book = NULL;
    if (line->kind != LINE_POSTING) return OK;
    TRY(lawbook(shop, &book));
    return posting_may(fold, book->law, line);
}

/* A decision stands beside how much was known when it was made. */
static void known_then(struct batch *batch, const struct fold *fold, struct line *line)
{
    if (line->kind != LINE_DECISION || line->of > 0) return;
    line->ledger = ledger_size(batch->shop->ledger);
    line->lines = fold->line_count;
    line->scope = fold->scope;
}

static void added_put(const struct line *line, struct buf *out)
{
    cbor_map(out, 2);
    put_number(out, "line", line->n);
    put_text(out, "kind", slice_text(line_row(line->kind)->name));
}

/*
 * The home's playbooks, or those of the program alone where a file of the home cannot be read: on the day of a leak an
 * incident is opened all the same, and `problem` says what is wrong.
 */
static RESULT playbooks_of(const struct shop *shop, struct buf *problem, struct playbooks **out)
{
    SCOPED(buf_done) struct buf folder = {0};
    if (!shop->home) return playbooks_load(NULL, out);
    buf_print(&folder, "%s/playbooks", home_path(shop->home));
    if (playbooks_load(buf_c(&folder), out).code == CODE_OK) return OK;
    buf_text(problem, result_text());
    return playbooks_load(NULL, out);
}

/* Whose tasks are added, and what came of it. */
struct playing {
    struct batch *batch;
    const struct reader *reader;
    struct incident *incident;
    const struct fold *fold; /* of an open one; NULL: it begins */
    struct slice kind, lang;
    int64_t aware_us;
    uint32_t count;     /* out: tasks that were added */
    struct buf problem; /* out: why the home's own playbooks were left aside; empty: they were not */
};

static void playing_done(struct playing *playing)
{
    buf_done(&playing->problem);
}

static bool task_there(const struct fold *fold, struct slice name)
{
    for (size_t i = 0; fold && i < fold->item_count; i++) {
        if (fold->items[i].now.kind == LINE_TASK && slice_equal(fold->items[i].now.name, name)) return true;
    }
    return false;
}

/* The tasks of the kind that are not there yet, due so long after the shop became aware. A kind without a playbook has none. */
static RESULT playbook_tasks(struct playing *playing)
{
    SCOPED(playbooks_free) struct playbooks *books = NULL;
    struct receipt receipt = {0};
    TRY(playbooks_of(playing->batch->shop, &playing->problem, &books));
    const struct playbook *book = playbook_of(books, playing->kind);
    for (uint32_t i = 0; book && i < book->tasks_count; i++) {
        const struct playbook_task *task = &book->tasks[i];
        SCOPED(buf_done) struct buf name = {0};
        buf_print(&name, "%s/%s", book->id, task->id);
        if (task_there(playing->fold, buf_slice(&name))) continue;
        struct line line = {.kind = LINE_TASK,
                            .text = slice_text(form_text(&task->text, playing->lang)),
                            .name = buf_slice(&name),
                            .role = slice_text(playbook_role_name(task->role)),
                            .due = playing->aware_us + task->due_us,
                            .needs_evidence = task->needs_evidence,
                            .source = SLICE_TEXT("playbook")};
        TRY(incident_line(playing->batch, playing->reader, playing->incident, NULL, &line, &receipt));
        playing->count++;
    }
    return OK;
}

static RESULT playbook_begin(struct batch *batch, const struct reader *reader, struct incident *incident,
                             const struct incident_open_ask *ask, int64_t aware_us, struct answer *out)
{
    SCOPED(playing_done)
    struct playing playing = {.batch = batch,
                              .reader = reader,
                              .incident = incident,
                              .kind = ask->kind,
                              .lang = ask->lang.len > 0 ? ask->lang : post_language(batch->shop),
                              .aware_us = aware_us};
    TRY(playbook_tasks(&playing));
    cbor_map(&out->body, 4 + (playing.problem.len > 0));
    put_id(batch->shop, &out->body, "id", ID_INCIDENT, incident->no);
    put_text(&out->body, "state", SLICE_TEXT("open"));
    put_number(&out->body, "lines", incident->lines);
    put_number(&out->body, "tasks", playing.count);
    if (playing.problem.len > 0) put_text(&out->body, "playbook_problem", buf_slice(&playing.problem));
    return OK;
}

/* It turned out to be of another kind: what is to be done about that one is added; what is open of the other stays. */
static RESULT playbook_turn(struct batch *batch, const struct reader *reader, struct incident *incident,
                            const struct fold *fold, const struct line *line)
{
    const struct item *aware = fold_instant(fold, "aware");
    SCOPED(playing_done)
    struct playing playing = {.batch = batch,
                              .reader = reader,
                              .incident = incident,
                              .fold = fold,
                              .kind = line->name,
                              .lang = post_language(batch->shop),
                              .aware_us = aware ? aware->now.at : fold->opened_us};
    if (line->kind != LINE_KIND) return OK;
    return playbook_tasks(&playing);
}

RESULT verb_incident_open(struct batch *batch, const struct reader *reader,
                          const struct incident_open_ask *ask, struct answer *out)
{
    struct incident *incident = NULL;
    struct receipt receipt = {0};
    struct line opened = {.kind = LINE_OPENED, .text = ask->title, .name = ask->kind, .source = ask->source};
    struct line aware = {.kind = LINE_INSTANT,
                         .name = SLICE_TEXT("aware"),
                         .at = batch->now_us,
                         .who = reader->no,
                         .source = ask->source};
    if (ask->title.len == 0 || ask->kind.len == 0) return FAIL(MEMBER_MISSING, "title, kind: say both");
    TRY(time_find(ask->at, "at", &aware.at));
    if (aware.at > batch->now_us) return FAIL(INVALID, "at: is in the future");
    TRY(incident_new(batch, &incident));
    TRY(hold_set(batch, incident->no, true));
    TRY(incident_line(batch, reader, incident, NULL, &opened, &receipt));
    TRY(incident_line(batch, reader, incident, NULL, &aware, &receipt));
    batch_receipt(out, &receipt);
    out->head.flags |= ANSWER_CREATED;
    return playbook_begin(batch, reader, incident, ask, aware.at, out);
}

static RESULT listed_put(struct shop *shop, const struct incident *incident, struct buf *out)
{
    SCOPED(reading_done) struct reading reading = {0};
    SCOPED(buf_done) struct buf owner = {0};
    const struct fold *fold = &reading.fold;
    TRY(incident_read(shop, incident, &reading));
    reader_put(shop, fold->circle.owner, &owner);
    cbor_map(out, 7);
    put_id(shop, out, "id", ID_INCIDENT, incident->no);
    put_text(out, "title", incident_title(fold));
    put_text(out, "kind", fold->kind);
    put_text(out, "state", fold->closed_us ? SLICE_TEXT("closed") : SLICE_TEXT("open"));
    put_time(out, "opened", fold->opened_us);
    put_text(out, "owner", buf_slice(&owner));
    put_number(out, "lines", fold->line_count);
    return OK;
}

/* Pages count those that the reader sees: how many others there are does not show. */
RESULT verb_incident_list(struct batch *batch, const struct reader *reader,
                          const struct incident_list_ask *ask, struct answer *out)
{
    struct shop *shop = batch->shop;
    struct incidents *incidents = NULL;
    struct page page = {0};
    size_t seen = 0, count = 0;
    TRY(incidents_of(shop, &incidents));
    for (size_t i = 0; i < incidents->count; i++)
        page.count += incident_seen_by(shop, &incidents->at[i], reader);
    TRY(page_of(shop, ID_MORE, ask->after, ask->limit, &page));
    cbor_map(&out->body, 2);
    cbor_text(&out->body, SLICE_TEXT("items"));
    size_t mark = cbor_open(&out->body);
    for (size_t i = 0; i < incidents->count; i++) {
        if (!incident_seen_by(shop, &incidents->at[i], reader)) continue;
        bool here = seen >= page.from && seen < page.to;
        seen++;
        if (!here) continue;
        TRY(listed_put(shop, &incidents->at[i], &out->body));
        count++;
    }
    cbor_array_close(&out->body, mark, count);
    put_next(shop, ID_MORE, &page, &out->body);
    incident_audited(batch, reader, NULL, SLICE_TEXT("the list of incidents"), out);
    return OK;
}

static RESULT timeline_put(struct shop *shop, const struct fold *fold, const struct incident_show_ask *ask,
                           struct buf *out)
{
    struct page page = {.count = fold->line_count};
    TRY(page_of(shop, ID_MORE, ask->after, ask->limit, &page));
    cbor_map(out, 2);
    cbor_text(out, SLICE_TEXT("items"));
    size_t mark = cbor_open(out), count = 0;
    for (size_t i = page.from; i < page.to; i++, count++) line_put(shop, &fold->lines[i], out);
    cbor_array_close(out, mark, count);
    put_next(shop, ID_MORE, &page, out);
    return OK;
}

RESULT verb_incident_show(struct batch *batch, const struct reader *reader,
                          const struct incident_show_ask *ask, struct answer *out)
{
    struct shop *shop = batch->shop;
    struct incident *incident = NULL;
    SCOPED(reading_done) struct reading reading = {0};
    TRY(incident_find(batch, reader, ask->id, &incident));
    TRY(incident_read(shop, incident, &reading));
    incident_audited(batch, reader, incident, ask->part.len > 0 ? ask->part : SLICE_TEXT("all"), out);
    if (ask->part.len == 0) {
        incident_put(shop, incident, &reading.fold, &out->body);
        return OK;
    }
    if (slice_is(ask->part, "timeline")) return timeline_put(shop, &reading.fold, ask, &out->body);
    const struct line_row *row = line_row_of(ask->part);
    if (!row) return FAIL(ROUTE_UNKNOWN, "part: timeline, or a kind of line such as tasks");
    cbor_map(&out->body, 2);
    items_put(shop, &reading.fold, row->kind, "items", &out->body);
    cbor_text(&out->body, SLICE_TEXT("next"));
    cbor_null(&out->body);
    return OK;
}

RESULT verb_incident_add(struct batch *batch, const struct reader *reader, const struct incident_add_ask *ask,
                         struct answer *out)
{
    struct shop *shop = batch->shop;
    struct incident *incident = NULL;
    struct receipt receipt = {0};
    struct line line = {0};
    SCOPED(reading_done) struct reading reading = {0};
    TRY(incident_find(batch, reader, ask->id, &incident));
    TRY(line_of_ask(shop, ask, &line));
    TRY(incident_read(shop, incident, &reading));
    TRY(peers_ask(shop, &reading.fold, &line));
    TRY(trials_ask(shop, &reading.fold, &line));
    TRY(law_line_may(shop, &line));
    TRY(posting_ask(shop, &reading.fold, &line));
    known_then(batch, &reading.fold, &line);
    TRY(incident_line(batch, reader, incident, &reading, &line, &receipt));
    batch_receipt(out, &receipt);
    out->head.flags |= ANSWER_CREATED;
    added_put(&line, &out->body);
    return playbook_turn(batch, reader, incident, &reading.fold, &line);
}

/* Is it that reader, or a key of that person alone? */
static bool reader_is(const struct reader *reader, uint64_t no)
{
    return reader->no == no ||
           (reader->person_count == 1 && reader_no(READER_STAFF, reader->persons[0]) == no);
}

/* What is missing is listed one by one, beside the refusal. */
static RESULT missing_tell(const struct fold *fold, const struct containment *contained, struct answer *out)
{
    struct missing missing[MISSING_MAX];
    size_t count = fold_missing(fold, missing);
    if (contained && contained->lifted_us == 0 && count < MISSING_MAX) {
        missing[count++] = (struct missing){"contain.stands", 0,
                                            "its containment stands: revoke what stays shut, and lift it"};
    }
    for (size_t i = 0; i < count; i++) {
        struct result why = missing[i].n ? FAIL(CHECK_NOT_MET, "%s: line %llu: %s", missing[i].code,
                                                (unsigned long long)missing[i].n, missing[i].text)
                                         : FAIL(CHECK_NOT_MET, "%s: %s", missing[i].code, missing[i].text);
        batch_problem(out, why, "/%s", missing[i].code);
    }
    if (count == 0) return OK;
    return FAIL(CHECK_NOT_MET, "incident: %zu thing%s missing before it can be closed; see errors", count,
                count == 1 ? " is" : "s are");
}

RESULT verb_incident_close(struct batch *batch, const struct reader *reader,
                           const struct incident_close_ask *ask, struct answer *out)
{
    struct shop *shop = batch->shop;
    struct incident *incident = NULL;
    struct receipt receipt = {0};
    struct line line = {.kind = ask->reopen ? LINE_REOPENED : LINE_CLOSED, .text = ask->text};
    SCOPED(reading_done) struct reading reading = {0};
    TRY(incident_find(batch, reader, ask->id, &incident));
    TRY(incident_read(shop, incident, &reading));
    TRY(fold_may(&reading.fold, &line));
    if (!reader_is(reader, reading.fold.circle.owner) && reader->no != reader_no(READER_OPERATOR, 0))
        return FAIL(ROLE_ACT, "incident: its owner closes and reopens it");
    if (!ask->reopen) TRY(missing_tell(&reading.fold, containment_of(&shop->access, incident->no), out));
    cbor_map(&out->body, 2);
    put_id(shop, &out->body, "id", ID_INCIDENT, incident->no);
    put_text(&out->body, "state",
             ask->dry_run  ? SLICE_TEXT("would change")
             : ask->reopen ? SLICE_TEXT("open")
                           : SLICE_TEXT("closed"));
    if (ask->dry_run) return OK;
    TRY(hold_set(batch, incident->no, ask->reopen));
    TRY(incident_line(batch, reader, incident, &reading, &line, &receipt));
    batch_receipt(out, &receipt);
    return OK;
}
