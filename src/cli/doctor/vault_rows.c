/* What the vault tells of itself. */
#include "cli/doctor/doctor.h"

#include "base/clock.h"

#include <string.h>
#include <sys/stat.h>
#include <sys/timex.h>

enum { KEY_DAYS = 14, WEEK_DAYS = 8, NIGHTLY_HOURS = 48, DRILL_DAYS = 35 };

/* What a verb answers; empty where there is nothing, and where it refused: then the row was not looked at. */
static struct doc asked(struct doctor *doctor, enum verb verb, const void *ask, struct answer *answer)
{
    struct result done = client_ask(doctor->client, verb, ask, answer);
    if (done.code == CODE_OK) return answer_doc(answer);
    doctor->refused = doctor->refused || done.code != CODE_NOT_FOUND;
    return (struct doc){{0}};
}

/* A list that comes in pages; staff, keys and secrets are asked for alike. */
struct listed {
    struct doctor *doctor;
    enum verb verb;
    bool begun;
    struct answer page;
    struct docs items;
    struct buf after;
};
_Static_assert(sizeof(struct staff_list_ask) == sizeof(struct key_list_ask), "alike");
_Static_assert(sizeof(struct secret_list_ask) == sizeof(struct key_list_ask), "alike");

static void listed_done(struct listed *listed)
{
    answer_done(&listed->page);
    buf_done(&listed->after);
}

static bool listed_next(struct listed *listed, struct doc *item)
{
    while (!docs_next(&listed->items, item)) {
        struct slice next = doc_text(doc_get(answer_doc(&listed->page), "next"));
        if (listed->begun && next.len == 0) return false;
        listed->begun = true;
        buf_clear(&listed->after);
        buf_slice_put(&listed->after, next);
        answer_done(&listed->page);
        const struct key_list_ask ask = {.after = buf_slice(&listed->after), .limit = PAGE_MAX};
        listed->items = docs_of(doc_get(asked(listed->doctor, listed->verb, &ask, &listed->page), "items"));
    }
    return true;
}

/* A number that should be none. */
static enum doctor_state none_wanted(struct doctor *doctor, const char *metric, const char *words,
                                     enum doctor_state otherwise, struct buf *said)
{
    uint64_t count = doctor_metric(doctor, metric);
    doctor_say_of(doctor, words, (struct doctor_values){.n = count}, said);
    return count == 0 ? DOCTOR_WELL : otherwise;
}

/* Each is a row of doctor.def. */
#define NONE_WANTED(row, metric, otherwise)                                 \
    enum doctor_state doctor_##row(struct doctor *doctor, struct buf *said) \
    {                                                                       \
        return none_wanted(doctor, metric, #row ".count", otherwise, said); \
    }
NONE_WANTED(rows, "rows_forged", DOCTOR_BAD)
NONE_WANTED(erasures, "erasures_unscrubbed", DOCTOR_NOTE)
NONE_WANTED(leaves, "leaves_open", DOCTOR_BAD)
NONE_WANTED(alerts, "alerts_open", DOCTOR_BAD)
NONE_WANTED(services, "services_drifting", DOCTOR_NOTE)
NONE_WANTED(approvals, "approvals_open", DOCTOR_NOTE)

enum doctor_state doctor_opens(struct doctor *doctor, struct buf *said)
{
    if (!doctor->client) {
        doctor_say_of(doctor, "opens.failed", (struct doctor_values){.a = buf_slice(&doctor->why)}, said);
        /* a file that a home cannot be without is gone; it and its kind are in the copy of the keys */
        if (doctor->why_cause == CAUSE_NOT_FOUND) doctor->mend = "opens.gone.mend";
        return DOCTOR_BAD;
    }
    doctor_say(doctor, "opens.well", said);
    return DOCTOR_WELL;
}

/* Times of entries only grow: a clock that went back would make none before it has caught up. */
enum doctor_state doctor_clock(struct doctor *doctor, struct buf *said)
{
    SCOPED(answer_done) struct answer answer = {0};
    struct timex kept = {0};
    int64_t last_us = 0;
    uint64_t size = doc_number(doc_get(answer_doc(&doctor->checkpoint), "size"));
    const struct ledger_entry_ask ask = {size > 0 ? size - 1 : 0};
    struct slice time = doc_text(doc_get(asked(doctor, VERB_LEDGER_ENTRY, &ask, &answer), "time"));
    if (time.len > 0 && time_get(time, &last_us).code == CODE_OK && last_us > doctor->now_us + MINUTE_US) {
        doctor_say(doctor, "clock.back", said);
        return DOCTOR_BAD;
    }
    if (adjtimex(&kept) == TIME_ERROR) {
        doctor_say(doctor, "clock.unkept", said);
        return DOCTOR_NOTE;
    }
    doctor_say(doctor, "clock.well", said);
    return DOCTOR_WELL;
}

enum doctor_state doctor_outside(struct doctor *doctor, struct buf *said)
{
    if (doctor_metric(doctor, "ledger_checkpoint_held_outside") > 0) {
        doctor_say(doctor, "outside.held", said);
        return DOCTOR_WELL;
    }
    doctor_say(doctor, "outside.none", said);
    return DOCTOR_BAD;
}

/* `amanah seal` makes a new root key, and leaves the keys beneath it as they are: a rekeying makes those anew. */
enum doctor_state doctor_reseal(struct doctor *doctor, struct buf *said)
{
    SCOPED(answer_done) struct answer answer = {0};
    SCOPED(buf_done) struct buf former = {0};
    const struct rotation_ask ask = {0};
    struct stat sealed = {0};
    int64_t began_us = 0;
    buf_print(&former, "%s/former", doctor->home);
    if (stat(buf_c(&former), &sealed) != 0) {
        doctor_say(doctor, "reseal.first", said);
        return DOCTOR_WELL;
    }
    struct doc newest = asked(doctor, VERB_ROTATION, &ask, &answer);
    struct slice began = doc_text(doc_get(newest, "began"));
    bool timed = began.len > 0 && time_get(began, &began_us).code == CODE_OK;
    if (timed && doc_true(doc_get(newest, "rekey")) && began_us / SECOND_US >= sealed.st_mtime) {
        doctor_say(doctor, "reseal.younger", said);
        return DOCTOR_WELL;
    }
    doctor_say(doctor, "reseal.older", said);
    return DOCTOR_NOTE;
}

enum doctor_state doctor_staff(struct doctor *doctor, struct buf *said)
{
    SCOPED(listed_done) struct listed people = {.doctor = doctor, .verb = VERB_STAFF_LIST};
    struct doc one = {{0}};
    uint64_t count = 0;
    while (listed_next(&people, &one)) count += !doc_is(doc_get(one, "state"), "left");
    doctor_say_of(doctor, count >= 2 ? "staff.count" : "staff.one", (struct doctor_values){.n = count}, said);
    return count >= 2 ? DOCTOR_WELL : DOCTOR_NOTE;
}

enum doctor_state doctor_secrets(struct doctor *doctor, struct buf *said)
{
    SCOPED(listed_done) struct listed secrets = {.doctor = doctor, .verb = VERB_SECRET_LIST};
    struct doc one = {{0}};
    uint64_t open = 0, all = 0;
    for (; listed_next(&secrets, &one); all++) open += !doc_is(doc_get(one, "state"), "good");
    doctor_say_of(doctor, "secrets.count", (struct doctor_values){.n = open, .m = all}, said);
    return open == 0 ? DOCTOR_WELL : DOCTOR_BAD;
}

/* By age or as nobody uses it. One that was ended already needs no other in its place. */
static bool ends_soon(const struct doctor *doctor, struct doc key)
{
    static const char *const ends[] = {"expires", "unused_until"};
    bool soon = false;
    for (size_t i = 0; i < COUNT_OF(ends); i++) {
        int64_t us = 0;
        struct slice time = doc_text(doc_get(key, ends[i]));
        bool there = time.len > 0 && time_get(time, &us).code == CODE_OK;
        soon = soon || (there && us > doctor->now_us && us < doctor->now_us + KEY_DAYS * DAY_US);
    }
    return soon && !doc_there(doc_get(key, "ended"));
}

enum doctor_state doctor_keys(struct doctor *doctor, struct buf *said)
{
    SCOPED(listed_done) struct listed keys = {.doctor = doctor, .verb = VERB_KEY_LIST};
    struct doc one = {{0}};
    uint64_t soon = 0;
    while (listed_next(&keys, &one)) soon += ends_soon(doctor, one);
    doctor_say_of(doctor, "keys.count", (struct doctor_values){.n = soon, .m = KEY_DAYS}, said);
    return soon == 0 ? DOCTOR_WELL : DOCTOR_NOTE;
}

/* With --email a test goes there: only who reads it knows that mails arrive. What to say of it comes out. */
static enum doctor_state mail_try(struct doctor *doctor, const char **words)
{
    SCOPED(answer_done) struct answer answer = {0};
    const struct mail_test_ask ask = {.to = call_slice(doctor->call, OPT_EMAIL)};
    if (ask.to.len == 0) {
        *words = "mail.count";
        return DOCTOR_WELL;
    }
    bool sent = client_ask(doctor->client, VERB_MAIL_TEST, &ask, &answer).code == CODE_OK;
    *words = !sent ? "mail.refused" : doctor->pid > 0 ? "mail.sent" : "mail.waits";
    return sent ? DOCTOR_WELL : DOCTOR_BAD;
}

enum doctor_state doctor_mail(struct doctor *doctor, struct buf *said)
{
    SCOPED(answer_done) struct answer answer = {0};
    const struct mail_list_ask ask = {0};
    struct doc queue = asked(doctor, VERB_MAIL_LIST, &ask, &answer);
    uint64_t failed = doc_number(doc_get(queue, "failed"));
    if (!doc_true(doc_get(queue, "set"))) {
        doctor_say(doctor, "mail.unset", said);
        return DOCTOR_BAD;
    }
    if (doc_there(doc_get(queue, "problem"))) {
        doctor_say_of(doctor, "mail.problem",
                      (struct doctor_values){.a = doc_text(doc_get(queue, "problem"))}, said);
        return DOCTOR_BAD;
    }
    const char *words = NULL;
    enum doctor_state tried = mail_try(doctor, &words);
    doctor_say_of(doctor, words,
                  (struct doctor_values){.n = doc_number(doc_get(queue, "waiting")), .m = failed}, said);
    return tried != DOCTOR_WELL ? tried : failed > 0 ? DOCTOR_NOTE : DOCTOR_WELL;
}

static int64_t began_us(struct doctor *doctor)
{
    SCOPED(answer_done) struct answer answer = {0};
    const struct ledger_entry_ask ask = {0};
    int64_t us = 0;
    struct slice time = doc_text(doc_get(asked(doctor, VERB_LEDGER_ENTRY, &ask, &answer), "time"));
    return time.len > 0 && time_get(time, &us).code == CODE_OK ? us : doctor->now_us;
}

/* Mails that went are kept for a while: of a week that went well there is one. */
enum doctor_state doctor_weekly(struct doctor *doctor, struct buf *said)
{
    SCOPED(answer_done) struct answer answer = {0};
    const struct mail_list_ask ask = {0};
    struct docs each = docs_of(doc_get(asked(doctor, VERB_MAIL_LIST, &ask, &answer), "kinds"));
    struct doc one = {{0}};
    uint64_t sent = 0;
    while (docs_next(&each, &one)) {
        if (doc_is(doc_get(one, "kind"), "weekly") && doc_is(doc_get(one, "state"), "sent"))
            sent += doc_number(doc_get(one, "count"));
    }
    if (sent > 0) {
        doctor_say(doctor, "weekly.sent", said);
        return DOCTOR_WELL;
    }
    if (doctor->now_us - began_us(doctor) < WEEK_DAYS * DAY_US) {
        doctor_say(doctor, "weekly.young", said);
        return DOCTOR_WELL;
    }
    doctor_say(doctor, "weekly.none", said);
    return DOCTOR_BAD;
}

enum doctor_state doctor_sinks(struct doctor *doctor, struct buf *said)
{
    SCOPED(answer_done) struct answer answer = {0};
    const struct sink_list_ask ask = {0};
    size_t count = doc_count(doc_get(asked(doctor, VERB_SINK_LIST, &ask, &answer), "items"));
    doctor_say_of(doctor, "sinks.count", (struct doctor_values){.n = count}, said);
    return count > 0 ? DOCTOR_WELL : DOCTOR_NOTE;
}

enum doctor_state doctor_breakers(struct doctor *doctor, struct buf *said)
{
    uint64_t open = doctor_metric(doctor, "breakers{state=\"open\"}");
    uint64_t slow = doctor_metric(doctor, "breakers{state=\"slowed\"}") +
                    doctor_metric(doctor, "breakers{state=\"half_open\"}");
    doctor_say_of(doctor, "breakers.count", (struct doctor_values){.n = open, .m = slow}, said);
    return open > 0 ? DOCTOR_BAD : slow > 0 ? DOCTOR_NOTE : DOCTOR_WELL;
}

/* A moment of what the ledger knows of backups; 0: there was none. */
static int64_t noted_us(struct doc told, const char *outcome)
{
    int64_t time_us = 0;
    struct slice time = doc_text(doc_get(doc_get(told, outcome), "time"));
    return time.len > 0 && time_get(time, &time_us).code == CODE_OK ? time_us : 0;
}

/* The newest that went well, unless one failed since or it is older than `most_us`. */
static enum doctor_state noted_look(const struct doctor *doctor, struct doc told, const char *const names[2],
                                    int64_t most_us, struct buf *said)
{
    int64_t good_us = noted_us(told, names[0]), failed_us = noted_us(told, names[1]);
    int64_t age_us = doctor->now_us > good_us ? doctor->now_us - good_us : 0;
    SCOPED(buf_done) struct buf good = {0};
    doctor_say_of(doctor, good_us > 0 ? "noted.hours" : "noted.none",
                  (struct doctor_values){.n = (uint64_t)(age_us / HOUR_US)}, &good);
    if (failed_us >= good_us && failed_us > 0) {
        const struct doctor_values values = {.a = doc_text(doc_get(doc_get(told, names[1]), "cause")),
                                             .b = buf_slice(&good)};
        doctor_say_of(doctor, "noted.failed", values, said);
        return DOCTOR_BAD;
    }
    buf_slice_put(said, buf_slice(&good));
    if (good_us > 0) return age_us > most_us ? DOCTOR_BAD : DOCTOR_WELL;
    return DOCTOR_NOTE; /* no timer runs: a shop may have backups of its own making, which the row `backup` sees */
}

static enum doctor_state backups_look(struct doctor *doctor, const char *const names[2], int64_t most_us,
                                      struct buf *said)
{
    SCOPED(answer_done) struct answer answer = {0};
    const struct backup_status_ask ask = {0};
    struct doc told = asked(doctor, VERB_BACKUP_STATUS, &ask, &answer);
    return noted_look(doctor, told, names, most_us, said);
}

enum doctor_state doctor_nightly(struct doctor *doctor, struct buf *said)
{
    return backups_look(doctor, (const char *const[]){"made", "failed"}, NIGHTLY_HOURS * HOUR_US, said);
}

enum doctor_state doctor_drill(struct doctor *doctor, struct buf *said)
{
    return backups_look(doctor, (const char *const[]){"drill", "drill_failed"}, DRILL_DAYS * DAY_US, said);
}
