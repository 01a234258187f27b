#include "answer/notice/send.h"

#include "answer/notice/care.h"
#include "answer/notice/hook.h"
#include "answer/notice/notice_lint.h"
#include "answer/notice/person.h"
#include "answer/notice/told.h"
#include "keep/access/notice_row.h"
#include "keep/contact.h"
#include "keep/post.h"
#include "keep/put.h"
#include "mail/mime.h"

#include <string.h>

enum { AGAIN_US = 1000 * 1000, TRY_AT_A_TIME = 256 };

RESULT notices_way(struct shop *shop, enum notice_channel channel, int64_t now_us)
{
    struct post_head head = {0};
    int64_t changed_us = 0;
    bool by_hook = channel == NOTICE_BY_HOOK;
    if (notice_on_paper(channel)) return OK;
    SCOPED(buf_done) struct buf time = {0};
    SCOPED(buf_done) struct buf entry_bytes = {0};
    struct entry first = {0};
    if (!by_hook) TRY(post_head(shop, &head));
    if (!by_hook && !head.route)
        return FAIL(NOT_FOUND, "mail: there is no way to send them; see amanah mail put");
    TRY(by_hook ? hook_changed_us(shop, &changed_us) : post_changed_us(shop, &changed_us));
    if (now_us - changed_us >= NOTICE_HOLD_HOURS * HOUR_US) return OK;
    TRY(ledger_entry(shop->ledger, 0, &entry_bytes, NULL));
    TRY(entry_read(buf_slice(&entry_bytes), &first));
    if (now_us - first.time_us < NOTICE_HOLD_HOURS * HOUR_US)
        return OK; /* a vault younger than that has no older way */
    time_put(&time, changed_us + NOTICE_HOLD_HOURS * HOUR_US);
    return FAIL(CONFLICT, "%s was changed less than %d hours ago; notices may go from %s on",
                by_hook ? "hook: where text messages go" : "mail: the way that mails go", NOTICE_HOLD_HOURS,
                buf_c(&time));
}

/* The look at those who come next, as one entry, before any of them is opened for sending. */
static RESULT look_enter(struct batch *batch, struct run *run)
{
    struct shop *shop = batch->shop;
    const struct spec *spec = &run->words->spec;
    struct reader system = {.no = reader_no(READER_SYSTEM, 0)};
    struct draft draft = batch_draft(batch, &system, ENTRY_RUN);
    struct receipt receipt = {0};
    struct sighted *set = arena_take(batch->arena, RUN_LOOK_MAX * sizeof *set);
    struct hash *leaves = arena_take(batch->arena, RUN_LOOK_MAX * sizeof *leaves);
    size_t count = 0;
    uint64_t at = run->row.entered + 1;
    for (; count < RUN_LOOK_MAX && set_next(&run->states[PERSON_QUEUED], at, &at); at++) {
        struct record record;
        struct hash salt = {{0}};
        SCOPED(buf_done) struct buf bytes = {0};
        SECRET data_key = {{0}};
        struct subject_no no = {at};
        struct result got = record_get(shop, no, false, &bytes, &record, NULL);
        if (got.code == CODE_NOT_FOUND) continue; /* erased since: nothing of them is looked at */
        TRY(got);
        TRY(record_unlock(shop, no, &record, &data_key));
        set[count] = (struct sighted){no, person_opened(shop, spec, &record), 0};
        draft.entry.full |= set[count].full;
        leaf_salt(shop->crypto, &data_key, draft.entry.nonce, &salt);
        set_leaf(shop->crypto, &salt, &set[count], NULL, &leaves[count]);
        count++;
    }
    run->row.entered = at - 1;
    run->row_dirty = true;
    if (count == 0) return OK;
    draft.set = set;
    draft.leaves = leaves;
    draft.set_count = count;
    draft.entry.object_kind = RUN_ENTRY_LOOK;
    draft.entry.object_id = run->row.id;
    batch_append(batch, &draft, &receipt);
    return OK;
}

static RESULT put_off(struct batch *batch, struct run *run, struct subject_no no, enum person_state from,
                      int64_t until_us)
{
    struct run_odd *odd = run_odd_of(run, no, true);
    if (odd->made_us == 0) odd->made_us = batch->now_us;
    odd->due_us = until_us;
    run_move(run, no, from, from == PERSON_UNKNOWN ? PERSON_UNKNOWN : PERSON_WAITING);
    return run_odd_keep(batch, odd);
}

/* What is made on the way to one job. */
struct handing {
    struct batch *batch;
    struct notices *runs;
    struct post_head head;
    uint64_t number;
    struct notice_job *jobs;
    size_t room, count;
    size_t left[NOTICE_HOSTS]; /* that each may have now */
};

void notice_job_done(struct notice_job *job)
{
    mail_job_done(&job->mail);
    send_job_done(&job->hook);
    job->by_hook = false;
}

/* A text message: a post to whom the shop has sending those. The same id at every attempt: the other side drops doubles. */
static RESULT message_make(struct handing *handing, struct run *run, struct subject_no no,
                           const struct record *record, const struct notice_mail *mail)
{
    struct notices *runs = handing->runs;
    const struct run_odd *odd = run_odd_of(run, no, false);
    struct notice_job *job = &handing->jobs[handing->count];
    SCOPED(buf_done) struct buf id = {0}, code = {0}, leaked = {0};
    const char *lang = mail_language(says_language(slice_text(record->lang)));
    message_id_put(runs->codes, run->row.id, no, &id);
    notice_code_put(runs->codes, run->row.id, no, &code);
    run_labels(&run->words->scope, &handing->batch->shop->fields, no, lang, &leaked);
    const struct hook_message message = {.id = buf_slice(&id),
                                         .kind = slice_text(notice_kind_name(run->words->spec.kind)),
                                         .to = buf_slice(&mail->to),
                                         .lang = slice_text(lang),
                                         .shop = buf_slice(&run->words->name),
                                         .subject = buf_slice(&mail->subject),
                                         .text = buf_slice(&mail->body),
                                         .leaked = buf_slice(&leaked),
                                         .contact = spec_fact(&run->words->spec, "contact", lang),
                                         .code = buf_slice(&code)};
    *job = (struct notice_job){.by_hook = true,
                               .hook = {.shop = handing->number,
                                        .sink = odd ? odd->attempts + 1 : 1,
                                        .upto = (uint64_t)run->row.id << 40 | no.at,
                                        .more = (uint64_t)(odd ? odd->made_us : handing->batch->now_us)}};
    struct result made = hook_job(handing->batch->shop, &message, handing->batch->now_us, &job->hook);
    if (made.code != CODE_OK) {
        notice_job_done(job);
        return made;
    }
    handing->count++;
    return OK;
}

static RESULT job_make(struct handing *handing, struct run *run, struct subject_no no,
                       const struct notice_mail *mail)
{
    struct notices *runs = handing->runs;
    const struct run_odd *odd = run_odd_of(run, no, false);
    struct mail_job *job = &handing->jobs[handing->count].mail;
    handing->jobs[handing->count] = (struct notice_job){0};
    SCOPED(buf_done) struct buf id = {0};
    message_id_put(runs->codes, run->row.id, no, &id);
    buf_byte(&id, '@');
    buf_slice_put(&id, mail_address_domain(handing->head.from));
    struct mail_mime mime = {.from = handing->head.from,
                             .from_name = handing->head.name,
                             .reply_to = handing->head.reply_to,
                             .to = buf_slice(&mail->to),
                             .to_name = mail->guardian ? (struct slice){0} : buf_slice(&mail->name),
                             .subject = buf_slice(&mail->subject),
                             .body = buf_slice(&mail->body),
                             .id = buf_slice(&id),
                             .time_us = handing->batch->now_us};
    *job = (struct mail_job){.shop = handing->number,
                             .id = (uint64_t)run->row.id << 40 | no.at,
                             .made_us = odd ? odd->made_us : handing->batch->now_us,
                             .attempts = odd ? odd->attempts + 1 : 1};
    return_path_put(runs->codes, run->row.id, no, handing->head.from, &job->from);
    buf_slice_put(&job->to, buf_slice(&mail->to));
    struct result made = mail_mime_write(&mime, &job->message);
    if (made.code != CODE_OK) {
        mail_job_done(job);
        return made;
    }
    job->route = mail_route_keep(handing->head.route);
    handing->count++;
    return OK;
}

static void flight_add(struct notices *runs, struct run *run, struct subject_no no, uint64_t domain,
                       const struct notice_mail *mail)
{
    SCOPED(buf_done) struct buf masked = {0};
    struct flight *flight = &runs->flights[runs->flight_count++];
    *flight = (struct flight){
        .run = run->row.id, .no = no, .domain = domain, .text = mail->text, .host = run_host(run)};
    mask(run_host(run) == HOST_HOOK ? MASK_TAIL : MASK_EMAIL, buf_slice(&mail->to), &masked);
    size_t len = masked.len < sizeof flight->masked ? masked.len : sizeof flight->masked - 1;
    memcpy(flight->masked, masked.at, len);
}

/* One person: a job, or the state in which no mail goes to them. */
static RESULT person_open(struct handing *handing, struct run *run, struct subject_no no,
                          enum person_state from)
{
    struct batch *batch = handing->batch;
    struct shop *shop = batch->shop;
    struct record record;
    SCOPED(buf_done) struct buf bytes = {0};
    SCOPED(notice_mail_done) struct notice_mail mail = {0};
    SECRET data_key = {{0}};
    bool agrees = false;
    int64_t until_us = 0;
    struct result got = record_get(shop, no, false, &bytes, &record, NULL);
    if (got.code == CODE_NOT_FOUND) {
        run_move(run, no, from, PERSON_GONE);
        return OK;
    }
    TRY(got);
    const struct field *silence = person_field(shop, "do_not_contact");
    if (!spec_is_legal(&run->words->spec) && silence && record.held & field_bit(silence)) {
        run_move(run, no, from, PERSON_NO_CONSENT); /* all but legal notices leave them alone */
        return OK;
    }
    until_us = contact_held_until(shop, &record);
    if (until_us != 0)
        return put_off(batch, run, no, from, until_us); /* a code must not reach who took an account over */
    TRY(record_unlock(shop, no, &record, &data_key));
    TRY(person_consents(shop, &run->words->spec, &record, no, batch->now_us, &agrees));
    if (agrees) TRY(notice_mail_write(shop, handing->runs, run, &record, no, &mail));
    bool by_hook = run_host(run) == HOST_HOOK;
    if (!agrees || (by_hook ? mail.to.len == 0 : !mail_address_good(buf_slice(&mail.to)))) {
        run_move(run, no, from, agrees ? PERSON_NO_ADDRESS : PERSON_NO_CONSENT);
        return OK;
    }
    uint64_t domain =
        pace_domain(by_hook ? SLICE_TEXT("text messages") : mail_address_domain(buf_slice(&mail.to)));
    if (!pace_may(&handing->runs->pace, domain, batch->now_us, &until_us))
        return put_off(batch, run, no, from, until_us);
    TRY(by_hook ? message_make(handing, run, no, &record, &mail) : job_make(handing, run, no, &mail));
    flight_add(handing->runs, run, no, domain, &mail);
    pace_went(&handing->runs->pace, domain);
    run_move(run, no, from, PERSON_SENDING);
    run->row.today++;
    run->row_dirty = true;
    return OK;
}

/* How many more may go today. */
static size_t day_room(struct run *run, int64_t now_us, size_t room)
{
    uint64_t most = run->words->spec.per_day;
    uint32_t day = (uint32_t)(now_us / DAY_US);
    if (run->row.day != day) {
        run->row.day = day;
        run->row.today = 0;
        run->row_dirty = true;
    }
    if (most == 0) return room;
    uint64_t left = most > run->row.today ? most - run->row.today : 0;
    return left < room ? (size_t)left : room;
}

/* Those who were told "later", or of whom it is unknown, when it is time. */
static RESULT again(struct handing *handing, struct run *run, size_t most)
{
    int64_t now_us = handing->batch->now_us;
    size_t tried = 0;
    for (size_t i = 0; i < run->odd_count && handing->count < most && tried < TRY_AT_A_TIME; i++) {
        struct subject_no no = run->odds[i].no;
        bool waits = set_has(&run->states[PERSON_WAITING], no.at);
        bool unknown = !waits && set_has(&run->states[PERSON_UNKNOWN], no.at);
        if ((!waits && !unknown) || run->odds[i].due_us > now_us) continue;
        tried++;
        TRY(person_open(handing, run, no, waits ? PERSON_WAITING : PERSON_UNKNOWN));
    }
    return OK;
}

static RESULT run_hand_over(struct handing *handing, struct run *run)
{
    TRY(run_words(handing->batch, run));
    unsigned host = run_host(run);
    size_t left = handing->room - handing->count, began = handing->count;
    if (left > handing->left[host]) left = handing->left[host];
    size_t flights = FLIGHTS_MAX - handing->runs->flight_count;
    size_t most = handing->count + day_room(run, handing->batch->now_us, left < flights ? left : flights);
    TRY(again(handing, run, most));
    uint64_t at = 0;
    for (size_t tried = 0; handing->count < most && tried < TRY_AT_A_TIME; tried++) {
        if (!set_next(&run->states[PERSON_QUEUED], 0, &at)) break;
        if (at > run->row.entered) TRY(look_enter(handing->batch, run));
        TRY(person_open(handing, run, (struct subject_no){at}, PERSON_QUEUED));
    }
    handing->left[host] -= handing->count - began;
    return OK;
}

/* Its words against what its incident knows and claims now: where they no longer hold it waits, and a line says why. */
static RESULT run_hold(struct batch *batch, struct run *run, struct incident *incident, const char *when)
{
    const struct reader system = {.no = reader_no(READER_SYSTEM, 0)};
    struct receipt receipt = {0};
    SCOPED(reading_done) struct reading reading = {0};
    SCOPED(notice_faults_done) struct notice_faults faults = {{0}};
    SCOPED(buf_done) struct buf text = {0};
    TRY(incident_read(batch->shop, incident, &reading));
    TRY(run_lint(batch, run, &reading, &faults));
    run->linted = incident->lines;
    if (faults.count == 0) return OK;
    run->row.state = RUN_PAUSED;
    run->row_dirty = true;
    buf_print(&text, "notice %u: held back %s: ", run->row.id, when);
    buf_slice_put(&text, buf_slice(&faults.first));
    struct line line = {.kind = LINE_NOTICE,
                        .text = buf_slice(&text),
                        .state = slice_text(run_state_name(RUN_PAUSED)),
                        .of = run->row.line};
    return incident_line(batch, &system, incident, &reading, &line, &receipt);
}

/*
 * Facts and claims change while a run is sent, which takes days: each line that its incident gets has its words looked at
 * again before anybody else is written to. After-care is looked at here for the first time since it was drafted.
 */
static RESULT run_hold_again(struct batch *batch, struct run *run)
{
    struct incident *incident = NULL;
    TRY(run_incident(batch->shop, run, &incident));
    return run->linted == incident->lines ? OK
                                          : run_hold(batch, run, incident, "by what the incident says now");
}

/* Two people said yes to these very words: it starts. */
static RESULT run_start(struct batch *batch, struct run *run)
{
    struct shop *shop = batch->shop;
    struct incident *incident = NULL;
    SCOPED(buf_done) struct buf body = {0};
    struct slice row = notice_row(&shop->access, NOTICE_ROW_RUN + run->row.id);
    if (row.len == 0) return OK;
    TRY(run_words(batch, run));
    run_yes_body(shop->crypto, run, buf_slice(&run->words->bytes), &body);
    if (!slice_equal(row, buf_slice(&body)))
        return OK; /* the yes was to other words: it counts for nothing */
    run->row.state = RUN_SENDING;
    run->row.started_us = batch->now_us;
    run->row_dirty = true;
    TRY(run_incident(shop, run, &incident));
    return run_hold(batch, run, incident, "when it was agreed to");
}

static bool run_over(const struct run *run)
{
    return set_count(&run->states[PERSON_QUEUED]) == 0 && set_count(&run->states[PERSON_SENDING]) == 0 &&
           set_count(&run->states[PERSON_WAITING]) == 0 && set_count(&run->states[PERSON_UNKNOWN]) == 0;
}

/* One run's turn: it starts, sends, and ends. */
static RESULT run_turn(struct handing *handing, struct run *run)
{
    struct batch *batch = handing->batch;
    if (run->row.state == RUN_ASKED) TRY(run_start(batch, run));
    if (run->row.state != RUN_SENDING) return run->row_dirty ? run_flush(batch, run) : OK;
    TRY(run_words(batch, run));
    TRY(run_hold_again(batch, run));
    if (run->row.state != RUN_SENDING) return run_flush(batch, run);
    if (handing->room > 0 && !notice_on_paper(run->words->spec.channel)) {
        struct result way = notices_way(batch->shop, run->words->spec.channel, batch->now_us);
        if (way.code == CODE_CONFLICT || way.code == CODE_NOT_FOUND)
            return run_flush(batch, run); /* the way is new: it waits by itself */
        TRY(way);
        if (run_host(run) == HOST_MAIL) TRY(post_head(batch->shop, &handing->head));
        TRY(run_hand_over(handing, run));
    }
    if (run_over(run)) {
        run->row.state = RUN_DONE;
        run->row.ended_us = batch->now_us;
        run->row_dirty = true;
    }
    return run_flush(batch, run);
}

/* How many more a host may have: one, while it is tried whether it is there again. */
static size_t host_left(const struct notices *runs, unsigned host, int64_t now_us, size_t room)
{
    const struct notice_host *at = &runs->hosts[host];
    size_t flights = 0;
    for (size_t i = 0; i < runs->flight_count; i++) flights += runs->flights[i].host == host;
    if (now_us < at->paused_us || (at->failures > 0 && flights > 0)) return 0;
    return at->failures > 0 && room > 1 ? 1 : room;
}

RESULT notices_hand_over(struct batch *batch, uint64_t number, struct notice_job *jobs, size_t room,
                         size_t *count)
{
    struct handing handing = {.batch = batch, .number = number, .jobs = jobs, .room = room};
    *count = 0;
    TRY(runs_of(batch->shop, &handing.runs));
    for (unsigned i = 0; i < NOTICE_HOSTS; i++)
        handing.left[i] = host_left(handing.runs, i, batch->now_us, room);
    struct result done = notices_care(batch, handing.runs);
    for (size_t i = 0; i < handing.runs->count && done.code == CODE_OK; i++)
        done = run_turn(&handing, handing.runs->at[i]);
    *count = handing.count;
    if (done.code == CODE_OK) return OK;
    for (size_t i = 0; i < handing.count; i++) notice_job_done(&jobs[i]);
    *count = 0;
    return done;
}

void notices_settled(struct shop *shop, bool durable)
{
    struct notices *runs = shop->notice.at;
    size_t kept = 0;
    if (!runs) return;
    for (size_t i = 0; i < runs->flight_count; i++) {
        if (!durable && !runs->flights[i].given) {
            pace_word(&runs->pace, runs->flights[i].domain, PACE_OTHER, 0);
            continue;
        }
        runs->flights[kept] = runs->flights[i];
        runs->flights[kept++].given = true;
    }
    runs->flight_count = kept;
}

/* When a run next has something to do. */
static int64_t run_due_us(struct shop *shop, const struct run *run, int64_t now_us)
{
    int64_t run_us = INT64_MAX;
    uint64_t at = 0;
    struct incident *incident = NULL;
    if (run->row.state == RUN_ASKED && notice_row(&shop->access, NOTICE_ROW_RUN + run->row.id).len > 0)
        return now_us;
    if (run->row.state != RUN_SENDING) return INT64_MAX;
    if (!run->words || run_over(run)) return now_us; /* not begun by this process, or at its end */
    if (run_incident(shop, run, &incident).code == CODE_OK && incident->lines != run->linted) return now_us;
    if (notice_on_paper(run->words->spec.channel)) return INT64_MAX; /* somebody fetches them */
    uint64_t per_day = run->words->spec.per_day;
    bool today = per_day == 0 || run->row.today < per_day || run->row.day != (uint32_t)(now_us / DAY_US);
    if (!today) return ((int64_t)run->row.day + 1) * DAY_US;
    if (set_next(&run->states[PERSON_QUEUED], 0, &at)) return now_us;
    for (size_t k = 0; k < run->odd_count && run_us > now_us; k++) {
        const struct run_odd *odd = &run->odds[k];
        bool open = set_has(&run->states[PERSON_WAITING], odd->no.at) ||
                    set_has(&run->states[PERSON_UNKNOWN], odd->no.at);
        if (open && odd->due_us < run_us) run_us = odd->due_us;
    }
    return run_us;
}

/* The same, when what it goes through is waited for. */
static int64_t host_due_us(struct shop *shop, const struct notices *runs, const struct run *run,
                           int64_t run_us)
{
    unsigned host = run_host(run);
    int64_t now_us = clock_now(&shop->clock);
    const struct notice_host *at = &runs->hosts[host];
    if (notice_on_paper(run->words->spec.channel) || run_over(run)) return run_us;
    for (size_t i = 0; i < runs->flight_count && at->failures > 0; i++) {
        if (runs->flights[i].host == host) return INT64_MAX; /* first hear of the one that tries */
    }
    if (run_us < at->paused_us) run_us = at->paused_us;
    bool way = notices_way(shop, run->words->spec.channel, now_us).code == CODE_OK;
    return !way && run_us < now_us + MINUTE_US ? now_us + MINUTE_US : run_us;
}

int64_t notices_due_us(struct shop *shop, int64_t now_us)
{
    struct notices *runs = NULL;
    int64_t next_us = INT64_MAX;
    if (runs_of(shop, &runs).code != CODE_OK) return now_us + AGAIN_US;
    for (size_t i = 0; i < runs->count; i++) {
        int64_t run_us = run_due_us(shop, runs->at[i], now_us);
        if (run_us < INT64_MAX && runs->at[i]->words) run_us = host_due_us(shop, runs, runs->at[i], run_us);
        if (run_us < next_us) next_us = run_us;
    }
    if (runs->count > 0 && runs->care_us < next_us) next_us = runs->care_us;
    return next_us == INT64_MAX || next_us > now_us ? next_us : now_us;
}
