#include "answer/notice/told.h"

#include "answer/notice/notice_lint.h"
#include "answer/notice/send.h"
#include "keep/access/approval.h"
#include "keep/access/notice_row.h"
#include "keep/put.h"
#include "mail/texts.h"

/* By which ages and consents it goes, by country; "" is everywhere else. */
static void countries_put(const struct spec *spec, struct buf *out)
{
    cbor_text(out, SLICE_TEXT("countries"));
    cbor_array(out, spec->country_count);
    for (size_t i = 0; i < spec->country_count; i++) {
        cbor_map(out, 3);
        put_text(out, "country", slice_text(spec->countries[i].code));
        put_number(out, "minor_under", spec->countries[i].under);
        put_bool(out, "consent", spec->countries[i].consent);
    }
}

/* Of which countries a law wants consent that this shop cannot tell, as it keeps none. */
static void unasked_put(const struct shop *shop, const struct spec *spec, struct buf *out)
{
    SCOPED(buf_done) struct buf text = {0};
    bool kept = field_find(&shop->fields, SLICE_TEXT("e_notice_consent")) != NULL;
    for (size_t i = 0; i < spec->country_count && !kept && !spec->consent; i++) {
        if (spec->countries[i].consent)
            buf_print(&text, "%s%s", text.len > 0 ? ", " : "", spec->countries[i].code);
    }
    if (text.len > 0) {
        buf_text(
            &text,
            ": a law wants agreement beforehand to being told electronically, and this shop keeps no field "
            "e_notice_consent, so nobody is held back; consent=true holds all back for paper");
    }
    put_text(out, "consent", buf_slice(&text));
}

/* What the run's laws allow or want instead, where people are left whom nothing reached. */
static void instead_put(const struct spec *spec, const struct law *law, uint64_t unreached, struct buf *out)
{
    cbor_text(out, SLICE_TEXT("instead"));
    size_t mark = cbor_open(out), count = 0;
    for (size_t k = 0; k < spec->regime_count && unreached > 0; k++) {
        SCOPED(buf_done) struct buf id = {0};
        buf_slice_put(&id, spec->regimes[k]);
        const struct law_regime *regime = law_regime(law, buf_c(&id));
        for (uint32_t i = 0; regime && i < regime->substitutes_count; i++) {
            const struct law_substitute *one = &regime->substitutes[i];
            cbor_map(out, 4);
            put_text(out, "regime", spec->regimes[k]);
            put_text(out, "id", slice_text(one->id));
            put_text(out, "at_least", slice_text(one->at_least));
            put_text(out, "text", slice_text(one->text));
            count++;
        }
    }
    cbor_array_close(out, mark, count);
}

RESULT run_asked_for(struct batch *batch, const struct reader *reader, struct slice id, uint64_t number,
                     struct run_asked *out)
{
    TRY(incident_find(batch, reader, id, &out->incident));
    TRY(runs_of(batch->shop, &out->runs));
    out->run = run_by_id(out->runs, number);
    if (!out->run || out->run->row.incident != out->incident->no)
        return FAIL(NOT_FOUND, "notice: this incident has no such run");
    return OK;
}

void run_yes_body(struct crypto *crypto, const struct run *run, struct slice spec, struct buf *out)
{
    struct hash hash = {{0}};
    sha256_one(crypto, spec, &hash);
    cbor_array(out, 3);
    cbor_uint(out, run->row.id);
    cbor_uint(out, run->row.line);
    cbor_bytes(out, SLICE_OF(hash));
}

static void odds_put(struct shop *shop, const struct run *run, enum person_state state, const char *name,
                     struct buf *out)
{
    cbor_text(out, slice_text(name));
    size_t mark = cbor_open(out), count = 0;
    for (size_t i = 0; i < run->odd_count && count < NOTICE_LISTED_MAX; i++) {
        const struct run_odd *odd = &run->odds[i];
        bool listed = state == PERSON_UNKNOWN ? odd->doubts > 0 : set_has(&run->states[state], odd->no.at);
        enum person_state now = PERSON_STATES;
        if (!listed) continue;
        for (unsigned k = 1; k < PERSON_STATES && now == PERSON_STATES; k++) {
            if (set_has(&run->states[k], odd->no.at)) now = (enum person_state)k;
        }
        cbor_map(out, 5);
        put_id(shop, out, "subject", ID_SUBJECT, odd->no.at);
        put_text(out, "state", slice_text(person_state_name(now)));
        put_number(out, "attempts", odd->attempts);
        put_number(out, "unknown", odd->doubts);
        put_number(out, "reply", odd->reply);
        count++;
    }
    cbor_array_close(out, mark, count);
}

/* How long it takes at so many mails a day, beside what the shortest of the laws gives. */
static void time_put_of(const struct spec *spec, const struct law *law, uint64_t people, struct buf *out)
{
    enum { DAY_HOURS = 24 };
    uint64_t hours = draft_law_hours(spec, law), days = 0;
    SCOPED(buf_done) struct buf advice = {0};
    if (spec->per_day > 0) days = (people + spec->per_day - 1) / spec->per_day;
    bool late = hours > 0 && days * DAY_HOURS > hours;
    uint64_t needs = late ? (people * DAY_HOURS + hours - 1) / hours : 0;
    cbor_text(out, SLICE_TEXT("time"));
    cbor_map(out, 6);
    put_number(out, "people", people);
    put_number(out, "per_day", spec->per_day);
    put_number(out, "days", days);
    put_number(out, "law_hours", hours);
    put_number(out, "needs_per_day", needs);
    if (spec->per_day == 0) {
        buf_text(&advice, "how many mails a day the host takes is not known: ask it, and give per_day");
    } else if (late) {
        buf_print(&advice,
                  "%llu people at your host's %llu a day is %llu days; the law gives %llu: have the host "
                  "take %llu a day for "
                  "these days, or set a host that does (amanah mail put; it can be used after %d hours), and "
                  "tell by "
                  "letter or in public whom mail does not reach in time",
                  (unsigned long long)people, (unsigned long long)spec->per_day, (unsigned long long)days,
                  (unsigned long long)(hours / DAY_HOURS), (unsigned long long)needs, NOTICE_HOLD_HOURS);
    }
    put_text(out, "advice", buf_slice(&advice));
}

static void approval_put_of(struct shop *shop, const struct run *run, struct buf *out)
{
    uint32_t row = NOTICE_ROW_RUN + run->row.id;
    cbor_text(out, SLICE_TEXT("approval"));
    for (size_t i = shop->access.approval_count; i > 0; i--) {
        const struct approval *approval = &shop->access.approvals[i - 1];
        if (approval->kind != AUTHORITY_NOTICE || approval->row != row) continue;
        SCOPED(buf_done) struct buf id = {0};
        id_put(shop, ID_APPROVAL, approval->id, &id);
        cbor_text(out, buf_slice(&id));
        return;
    }
    cbor_null(out);
}

static void names_put(const char *name, const struct slice *names, size_t count, struct buf *out)
{
    cbor_text(out, slice_text(name));
    cbor_array(out, count);
    for (size_t i = 0; i < count; i++) cbor_text(out, names[i]);
}

/* The run's words are made. */
static const char *holdup(struct batch *batch, const struct notices *runs, const struct run *run)
{
    enum notice_channel channel = run->words->spec.channel;
    if (run->row.state != RUN_SENDING && run->row.state != RUN_ASKED && run->row.state != RUN_DRAFT)
        return NULL;
    if (notices_way(batch->shop, channel, batch->now_us).code != CODE_OK) return result_text();
    return run->row.state == RUN_SENDING ? runs->hosts[run_host(run)].problem : NULL;
}

RESULT run_told(struct batch *batch, struct notices *runs, struct run *run, struct buf *out)
{
    struct shop *shop = batch->shop;
    const struct lawbook *book = NULL;
    SCOPED(buf_done) struct buf missing = {0}, waits = {0};
    SCOPED(reading_done) struct reading reading = {0};
    SCOPED(notice_faults_done) struct notice_faults faults = {{0}};
    TRY(run_words(batch, run));
    TRY(lawbook(shop, &book));
    TRY(run_reading(shop, run, &reading));
    if (run->row.state == RUN_DRAFT || run->row.state == RUN_ASKED || run->row.state == RUN_PAUSED)
        TRY(run_lint(batch, run, &reading, &faults));
    else
        cbor_array(&faults.list, 0);
    const struct spec *spec = &run->words->spec;
    (void)draft_missing(spec, book->law, &missing);
    (void)draft_waits(spec, book->law, &reading.fold, &waits);
    cbor_map(out, 26);
    put_number(out, "run", run->row.id);
    put_id(shop, out, "incident", ID_INCIDENT, run->row.incident);
    put_text(out, "kind", slice_text(notice_kind_name(spec->kind)));
    put_text(out, "channel", slice_text(notice_channel_name(spec->channel)));
    put_number(out, "follows", spec->follows);
    put_text(out, "state", slice_text(run_state_name(run->row.state)));
    put_number(out, "count", spec->count);
    put_time(out, "drafted", run->row.made_us);
    put_time_or_null(out, "started", run->row.started_us);
    put_time_or_null(out, "ended", run->row.ended_us);
    names_put("regimes", spec->regimes, spec->regime_count, out);
    countries_put(spec, out);
    unasked_put(shop, spec, out);
    put_text(out, "missing", buf_slice(&missing));
    put_text(out, "waits_for", buf_slice(&waits));
    cbor_text(out, SLICE_TEXT("findings"));
    buf_slice_put(out, buf_slice(&faults.list));
    cbor_text(out, SLICE_TEXT("people"));
    cbor_map(out, PERSON_STATES - 1);
    uint64_t open = 0;
    for (unsigned i = 1; i < PERSON_STATES; i++) {
        uint64_t count = set_count(&run->states[i]);
        put_number(out, person_state_name((enum person_state)i), count);
        if (i <= PERSON_UNKNOWN) open += count;
    }
    time_put_of(spec, book->law, open, out);
    uint64_t unreached = 0;
    for (size_t i = 0; i < RUN_UNREACHED; i++) unreached += set_count(&run->states[run_unreached[i]]);
    instead_put(spec, book->law, unreached, out);
    approval_put_of(shop, run, out);
    const char *problem = holdup(batch, runs, run);
    put_text(out, "problem", slice_text(problem));
    put_number(out, "today", run->row.today);
    uint64_t doubted = 0;
    for (size_t i = 0; i < run->odd_count; i++) doubted += run->odds[i].doubts > 0;
    put_number(out, "doubted",
               doubted); /* of whom it was ever unknown: the list below names the first of them */
    odds_put(shop, run, PERSON_UNKNOWN, "unknown", out);
    odds_put(shop, run, PERSON_REFUSED, "refused", out);
    odds_put(shop, run, PERSON_BOUNCED, "bounced", out);
    return OK;
}
