#include "answer/notice/notice_lint.h"
#include "answer/notice/send.h"
#include "answer/notice/told.h"
#include "answer/notice/verbs.h"
#include "keep/access/approval.h"
#include "keep/access/changes.h"
#include "keep/access/notice_row.h"
#include "keep/post.h"
#include "keep/put.h"
#include "mail/texts.h"

#include <stdio.h>

static void people_take(struct run *run, struct draft_people *people)
{
    const struct {
        enum person_state state;
        struct set *set;
    } rows[] = {{PERSON_QUEUED, &people->queued},
                {PERSON_NO_ADDRESS, &people->no_address},
                {PERSON_NO_CONSENT, &people->no_consent}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        uint64_t at = 0;
        set_union_in(&run->states[rows[i].state], rows[i].set);
        while (set_next(rows[i].set, at, &at)) { /* one number a chunk marks it */
            run_move(run, (struct subject_no){at}, (enum person_state)0, rows[i].state);
            at = ((at >> SET_CHUNK_BITS) + 1) << SET_CHUNK_BITS;
        }
    }
}

static void counts_put(const struct draft_people *people, struct buf *out)
{
    cbor_text(out, SLICE_TEXT("languages"));
    cbor_map(out, SPEC_LANGUAGES);
    for (size_t i = 0; i < SPEC_LANGUAGES; i++) put_number(out, mail_language(i), people->by_language[i]);
    cbor_text(out, SLICE_TEXT("audiences"));
    cbor_map(out, 3);
    put_number(out, "active", people->by_state[SUBJECT_ACTIVE]);
    put_number(out, "closed", people->by_state[SUBJECT_CLOSED]);
    put_number(out, "linked", people->by_state[SUBJECT_LINKED]);
}

static RESULT draft_keep(struct batch *batch, const struct reader *reader, struct incident *incident,
                         struct notice_draft *draft, struct run **run, struct receipt *receipt)
{
    SCOPED(buf_done) struct buf body = {0}, text = {0}, name = {0};
    const struct run_row row = {.incident = incident->no, .line = incident->lines + 1, .state = RUN_DRAFT};
    TRY(run_new(batch, draft->runs, &row, run));
    people_take(*run, &draft->people);
    TRY(run_flush(batch, *run));
    spec_write(&draft->spec, &body);
    if (body.len > LINE_BODY_BYTES_MAX)
        return FAIL(FIELD_TOO_LONG, "notice: its texts and facts are too long");
    buf_print(&text, "notice %u to %llu people", (*run)->row.id,
              (unsigned long long)set_count(&draft->people.queued));
    buf_print(&name, "%u", (*run)->row.id);
    struct line line = {
        .kind = LINE_NOTICE, .text = buf_slice(&text), .name = buf_slice(&name), .body = buf_slice(&body)};
    return incident_line(batch, reader, incident, NULL, &line, receipt);
}

RESULT verb_notice_draft(struct batch *batch, const struct reader *reader, const struct notice_draft_ask *ask,
                         struct answer *out)
{
    struct shop *shop = batch->shop;
    struct incident *incident = NULL;
    struct run *run = NULL;
    struct receipt receipt = {0};
    const struct lawbook *book = NULL;
    SCOPED(reading_done) struct reading reading = {0};
    SCOPED(facts_done) struct facts facts = {0};
    SCOPED(notice_draft_done) struct notice_draft draft = {.shop = shop, .ask = ask};
    TRY(incident_find(batch, reader, ask->id, &incident));
    if (incident->closed) return FAIL(CONFLICT, "incident: it is closed; reopen it first");
    TRY(incident_read(shop, incident, &reading));
    TRY(facts_of(shop, &reading.fold, batch->now_us, &facts));
    TRY(lawbook(shop, &book));
    TRY(runs_of(shop, &draft.runs));
    draft.incident = incident->no;
    draft.fold = &reading.fold;
    draft.facts = &facts;
    draft.law = book->law;
    TRY(draft_make(&draft, batch->now_us));
    TRY(draft_keep(batch, reader, incident, &draft, &run, &receipt));
    batch_receipt(out, &receipt);
    out->head.flags |= ANSWER_CREATED;
    cbor_map(&out->body, 3);
    counts_put(&draft.people, &out->body);
    cbor_text(&out->body, SLICE_TEXT("notice"));
    return run_told(batch, draft.runs, run, &out->body);
}

/* One ask about one run. */
struct acting {
    struct batch *batch;
    const struct reader *reader;
    const struct notice_act_ask *ask;
    struct incident *incident;
    struct notices *runs;
    struct run *run;
    struct answer *out;
};

/* The run of that number, if the reader may know of its incident. */
static RESULT run_find(struct acting *acting, struct slice id, uint64_t number)
{
    struct run_asked asked = {0};
    TRY(run_asked_for(acting->batch, acting->reader, id, number, &asked));
    acting->incident = asked.incident;
    acting->runs = asked.runs;
    acting->run = asked.run;
    return OK;
}

/* Numbers of those in a state, as ids: for who must reach them another way. */
static RESULT people_put(struct shop *shop, const struct run *run, const struct notice_status_ask *ask,
                         struct buf *out)
{
    enum person_state state = (enum person_state)0;
    uint64_t at = 0, limit = ask->limit ? ask->limit : 100;
    for (unsigned i = 1; i < PERSON_STATES; i++) {
        if (slice_is(ask->state, person_state_name((enum person_state)i))) state = (enum person_state)i;
    }
    if (state == 0) return FAIL(INVALID, "state: one of those that the run counts its people by");
    if (ask->after.len > 0) {
        TRY(id_get(shop, ID_SUBJECT, ask->after, &at));
        at++;
    }
    cbor_map(out, 2);
    cbor_text(out, SLICE_TEXT("items"));
    size_t mark = cbor_open(out), count = 0;
    uint64_t last = 0;
    for (; count < limit && set_next(&run->states[state], at, &at); at++, count++) {
        SCOPED(buf_done) struct buf id = {0};
        id_put(shop, ID_SUBJECT, at, &id);
        cbor_text(out, buf_slice(&id));
        last = at;
    }
    cbor_array_close(out, mark, count);
    bool more = set_next(&run->states[state], at, &at);
    if (more) {
        put_id(shop, out, "next", ID_SUBJECT, last);
    } else {
        cbor_text(out, SLICE_TEXT("next"));
        cbor_null(out);
    }
    return OK;
}

RESULT verb_notice_status(struct batch *batch, const struct reader *reader,
                          const struct notice_status_ask *ask, struct answer *out)
{
    struct acting about = {.batch = batch, .reader = reader};
    struct incident *incident = NULL;
    struct notices *runs = NULL;
    if (ask->run > 0) {
        TRY(run_find(&about, ask->id, ask->run));
        if (ask->state.len > 0) return people_put(batch->shop, about.run, ask, &out->body);
        return run_told(batch, about.runs, about.run, &out->body);
    }
    TRY(incident_find(batch, reader, ask->id, &incident));
    TRY(runs_of(batch->shop, &runs));
    cbor_map(&out->body, 1);
    cbor_text(&out->body, SLICE_TEXT("items"));
    size_t mark = cbor_open(&out->body), count = 0;
    for (size_t i = 0; i < runs->count; i++) {
        if (runs->at[i]->row.incident != incident->no) continue;
        TRY(run_told(batch, runs, runs->at[i], &out->body));
        count++;
    }
    cbor_array_close(&out->body, mark, count);
    return OK;
}

/* A change of the run is a line of its incident, with its entry. */
static RESULT state_line(const struct acting *acting, enum run_state state, const char *text)
{
    struct run *run = acting->run;
    struct receipt receipt = {0};
    SCOPED(buf_done) struct buf said = {0};
    buf_print(&said, "notice %u: %s", run->row.id, text);
    struct line line = {.kind = LINE_NOTICE,
                        .text = buf_slice(&said),
                        .state = slice_text(state == RUN_DRAFT ? "drafted" : run_state_name(state)),
                        .of = run->row.line};
    TRY(incident_line(acting->batch, acting->reader, acting->incident, NULL, &line, &receipt));
    batch_receipt(acting->out, &receipt);
    run->row.state = state;
    run->row_dirty = true;
    return run_flush(acting->batch, run);
}

/* The lint of words over what it says, by what the incident knows and claims now. */
static RESULT words_hold(const struct acting *acting, const struct reading *reading)
{
    SCOPED(notice_faults_done) struct notice_faults faults = {{0}};
    TRY(run_lint(acting->batch, acting->run, reading, &faults));
    return notice_faults_refuse(&faults, "notice");
}

/* Two people start a run: what is asked is a loosening, which somebody else must agree to. */
/* What the second person says yes to: each text that goes, in every language that somebody reads, and those that follow. */
static void texts_asked(const struct run *run, uint64_t people, struct buf *out)
{
    const struct spec *spec = &run->words->spec;
    size_t mark = cbor_open(out), count = 2;
    put_number(out, "run", run->row.id);
    put_number(out, "people", people);
    for (size_t i = 0; i < SPEC_LANGUAGES; i++) {
        char name[16];
        if (!(spec->languages >> i & 1)) continue;
        (void)snprintf(name, sizeof name, "says %s", mail_language(i));
        put_text(out, name, spec->texts[i]);
        count++;
        if (spec->care[i].len == 0) continue;
        (void)snprintf(name, sizeof name, "care %s", mail_language(i));
        put_text(out, name, spec->care[i]);
        count++;
    }
    cbor_map_close(out, mark, count);
}

static RESULT act_send(const struct acting *acting)
{
    struct batch *batch = acting->batch;
    struct shop *shop = batch->shop;
    struct run *run = acting->run;
    const struct lawbook *book = NULL;
    bool put = false;
    SCOPED(buf_done) struct buf missing = {0}, body = {0}, was = {0}, now = {0}, changes = {0};
    SCOPED(reading_done) struct reading reading = {0};
    if (run->row.state != RUN_DRAFT && run->row.state != RUN_ASKED)
        return FAIL(CONFLICT, "notice: it was started already");
    TRY(run_words(batch, run));
    TRY(notices_way(shop, run->words->spec.channel, batch->now_us));
    TRY(lawbook(shop, &book));
    TRY(incident_read(shop, acting->incident, &reading));
    const struct spec *spec = &run->words->spec;
    if (draft_missing(spec, book->law, &missing) > 0)
        return FAIL(CHECK_NOT_MET, "notice: does not say what it must: %s", buf_c(&missing));
    if (draft_waits(spec, book->law, &reading.fold, &missing))
        return FAIL(CHECK_NOT_MET, "notice: persons may not be told before %s is done", buf_c(&missing));
    TRY(words_hold(acting, &reading));
    run_yes_body(shop->crypto, run, buf_slice(&run->words->bytes), &body);
    uint64_t people = set_count(&run->states[PERSON_QUEUED]);
    texts_asked(run, people, &now);
    changes_put(buf_slice(&was), buf_slice(&now), &changes);
    const struct loosening loosening = {AUTHORITY_NOTICE,
                                        NOTICE_ROW_RUN + run->row.id,
                                        buf_slice(&body),
                                        {spec->care[0].len > 0 ? LOOSENS_NOTICE_CARE : LOOSENS_NOTICE,
                                         {SAID_NUMBER(run->row.id), SAID_NUMBER(people)}},
                                        buf_slice(&changes)};
    TRY(loosen(batch, acting->reader, &loosening, acting->out, &put));
    run->row.asked_by = acting->reader->no;
    run->row.state = RUN_ASKED;
    run->row_dirty = true;
    TRY(run_flush(batch, run));
    return put ? run_told(batch, acting->runs, run, &acting->out->body) : OK;
}

static RESULT told_now(const struct acting *acting)
{
    return run_told(acting->batch, acting->runs, acting->run, &acting->out->body);
}

static RESULT act_pause(const struct acting *acting)
{
    if (acting->run->row.state != RUN_SENDING) return FAIL(CONFLICT, "notice: it is not being sent");
    TRY(state_line(acting, RUN_PAUSED, "paused; what is on its way goes on"));
    return told_now(acting);
}

static RESULT act_resume(const struct acting *acting)
{
    if (acting->run->row.state != RUN_PAUSED) return FAIL(CONFLICT, "notice: it is not paused");
    TRY(run_words(acting->batch, acting->run));
    TRY(notices_way(acting->batch->shop, acting->run->words->spec.channel, acting->batch->now_us));
    SCOPED(reading_done) struct reading reading = {0};
    TRY(incident_read(acting->batch->shop, acting->incident, &reading));
    TRY(words_hold(acting, &reading));
    TRY(state_line(acting, RUN_SENDING, "sent on"));
    return told_now(acting);
}

static RESULT act_stop(const struct acting *acting)
{
    enum run_state state = acting->run->row.state;
    if (state == RUN_STOPPED || state == RUN_DONE) return FAIL(CONFLICT, "notice: it has ended already");
    acting->run->row.ended_us = acting->batch->now_us;
    TRY(state_line(acting, RUN_STOPPED, "stopped for good"));
    return told_now(acting);
}

/* Those whom no mail reaches, once they were told another way. */
static RESULT act_reached(const struct acting *acting)
{
    const struct notice_act_ask *ask = acting->ask;
    struct run *run = acting->run;
    TRY(run_words(acting->batch, run));
    bool by_hand =
        run->words->spec.channel == NOTICE_BY_LIST; /* those on a list are told so, and no other way */
    if (ask->subjects.count == 0 || ask->text.len == 0)
        return FAIL(MEMBER_MISSING, "subjects: whom; text: how and when they were told");
    for (size_t i = 0; i < ask->subjects.count; i++) {
        struct subject_no no = {0};
        TRY(id_get(acting->batch->shop, ID_SUBJECT, ask->subjects.at[i], &no.at));
        bool listed = by_hand && set_has(&run->states[PERSON_QUEUED], no.at);
        if (listed) {
            run_move(run, no, PERSON_QUEUED, PERSON_OTHERWISE);
            TRY(run_reached_before(acting->batch, acting->runs, run, no));
        } else if (!run_reached(run, no)) {
            acting->batch->shop->notice.stale = true; /* what was moved is read again */
            return FAIL(CONFLICT, "subjects: one of them is not among those whom no mail reaches");
        }
    }
    SCOPED(buf_done) struct buf text = {0};
    buf_print(&text, "%zu people reached otherwise: ", ask->subjects.count);
    buf_slice_put(&text, ask->text);
    TRY(state_line(acting, run->row.state, buf_c(&text)));
    return told_now(acting);
}

/* The whole text for somebody made up, of whom everything leaked that leaked of anybody. The words are there. */
static void sample(const struct run_words *words, const struct says *says, struct slice lang,
                   struct buf *subject, struct buf *body)
{
    struct notice_person person = {
        .lang = lang, .name = SLICE_TEXT("Siti Rahma"), .code = SLICE_TEXT("(code)")};
    for (size_t i = 0; i < words->scope.part_count; i++) {
        const struct scope_part *part = &words->scope.parts[i];
        if (part->source == SOURCE_RULE)
            person.possible |= part->full;
        else
            person.known |= part->full | part->masked;
    }
    person.possible &= ~person.known;
    says_write(says, &person, subject, body);
}

static RESULT act_test(const struct acting *acting)
{
    struct batch *batch = acting->batch;
    struct receipt receipt = {0};
    SCOPED(buf_done) struct buf subject = {0}, body = {0};
    TRY(run_words(batch, acting->run));
    sample(acting->run->words, acting->run->words->says, acting->ask->lang, &subject, &body);
    const struct mail_value values[] = {{"subject", buf_slice(&subject)}, {"lines", buf_slice(&body)}};
    TRY(mail_queue(batch, &(struct mail_draft){.kind = MAIL_NOTICE_TEST,
                                               .to = acting->ask->to,
                                               .lang = acting->ask->lang,
                                               .values = values,
                                               .count = COUNT_OF(values)}));
    struct draft draft = batch_draft(batch, acting->reader, ENTRY_NOTICE);
    draft.entry.count = 1;
    draft.entry.object_id = MAIL_NOTICE_TEST;
    batch_append(batch, &draft, &receipt);
    batch_receipt(acting->out, &receipt);
    acting->out->head.flags |= ANSWER_ACCEPTED;
    cbor_map(&acting->out->body, 1);
    put_text(&acting->out->body, "state", SLICE_TEXT("waiting"));
    return OK;
}

RESULT verb_notice_act(struct batch *batch, const struct reader *reader, const struct notice_act_ask *ask,
                       struct answer *out)
{
    static const struct {
        const char *name;
        RESULT (*run)(const struct acting *acting);
    } acts[] = {{"send", act_send}, {"pause", act_pause},     {"resume", act_resume},
                {"stop", act_stop}, {"reached", act_reached}, {"test", act_test}};
    struct acting acting = {.batch = batch, .reader = reader, .ask = ask, .out = out};
    TRY(run_find(&acting, ask->id, ask->run));
    for (size_t i = 0; i < COUNT_OF(acts); i++) {
        if (slice_is(ask->act, acts[i].name)) return acts[i].run(&acting);
    }
    return FAIL(ROUTE_UNKNOWN, "act: send, pause, resume, stop, reached or test");
}

/* Member `care`: the text that follows by itself, months later. */
static RESULT care_put(const struct shop *shop, const struct run_words *words, struct slice lang,
                       struct buf *out)
{
    SCOPED(says_free) struct says *says = NULL;
    SCOPED(buf_done) struct buf subject = {0}, body = {0};
    const struct spec spec = spec_care(&words->spec);
    TRY(says_new(&spec, &shop->fields, buf_slice(&words->name), buf_slice(&words->sender), &says));
    sample(words, says, lang, &subject, &body);
    cbor_text(out, SLICE_TEXT("care"));
    cbor_map(out, 2);
    put_text(out, "subject", buf_slice(&subject));
    put_text(out, "body", buf_slice(&body));
    return OK;
}

RESULT verb_notice_preview(struct batch *batch, const struct reader *reader,
                           const struct notice_preview_ask *ask, struct answer *out)
{
    struct acting about = {.batch = batch, .reader = reader};
    SCOPED(buf_done) struct buf subject = {0}, body = {0};
    TRY(run_find(&about, ask->id, ask->run));
    TRY(run_words(batch, about.run));
    const struct run_words *words = about.run->words;
    bool cares = words->spec.care[0].len > 0;
    sample(words, words->says, ask->lang, &subject, &body);
    cbor_map(&out->body, 3 + cares);
    put_text(&out->body, "lang", slice_text(mail_language(says_language(ask->lang))));
    put_text(&out->body, "subject", buf_slice(&subject));
    put_text(&out->body, "body", buf_slice(&body));
    return cares ? care_put(batch->shop, words, ask->lang, &out->body) : OK;
}
