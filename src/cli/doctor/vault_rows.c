/* What the vault tells of itself. */
#include "cli/doctor/doctor.h"

#include "base/clock.h"

#include <string.h>
#include <sys/stat.h>
#include <sys/timex.h>

enum { KEY_DAYS = 14, WEEK_DAYS = 8, NIGHTLY_HOURS = 48, DRILL_DAYS = 35 };

/* What a verb answers; empty where it refused. */
static struct doc asked(struct doctor *doctor, enum verb verb, const void *ask, struct answer *answer)
{
    if (client_ask(doctor->client, verb, ask, answer).code != CODE_OK) return (struct doc){{0}};
    return doc_of(buf_slice(&answer->body));
}

/* A number that should be none. */
static enum doctor_state none_wanted(const struct doctor *doctor, const char *metric, const char *of,
                                     enum doctor_state otherwise, struct buf *said)
{
    uint64_t count = doctor_metric(doctor, metric);
    buf_print(said, "%s: %llu", of, (unsigned long long)count);
    return count == 0 ? DOCTOR_WELL : otherwise;
}

/* Each is a row of doctor.def. */
#define NONE_WANTED(row, metric, of, otherwise)                             \
    enum doctor_state doctor_##row(struct doctor *doctor, struct buf *said) \
    {                                                                       \
        return none_wanted(doctor, metric, of, otherwise, said);            \
    }
NONE_WANTED(rows, "rows_forged", "rows that give rights and that no entry made", DOCTOR_BAD)
NONE_WANTED(erasures, "erasures_unscrubbed", "erasures whose bytes are still in the store's log", DOCTOR_NOTE)
NONE_WANTED(leaves, "leaves_open", "people who left and of whom something is open", DOCTOR_BAD)
NONE_WANTED(alerts, "alerts_open", "alerts that last", DOCTOR_BAD)
NONE_WANTED(services, "services_drifting", "services that ask for more than they declared", DOCTOR_NOTE)
NONE_WANTED(approvals, "approvals_open", "changes that wait for a second person", DOCTOR_NOTE)

/* A file that a home cannot be without is not there; it and its kind are in the copy of the keys. */
static const char back_from_custody[] = "bring back what is gone from the copy of the keys: age -d keys.age "
                                        "| tar -xC HOME --skip-old-files; give it to the "
                                        "vault's user";

enum doctor_state doctor_opens(struct doctor *doctor, struct buf *said)
{
    if (!doctor->client) {
        buf_slice_put(said, buf_slice(&doctor->why));
        if (doctor->why_cause == CAUSE_NOT_FOUND) doctor->mend = back_from_custody;
        return DOCTOR_BAD;
    }
    buf_text(said, "the vault opens, its store is that of this version, its log goes on where it ended");
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
        buf_text(said, "is behind the newest entry of the log: it went back");
        return DOCTOR_BAD;
    }
    if (adjtimex(&kept) == TIME_ERROR) {
        buf_text(said, "nobody keeps it right: deadlines and receipts go by it");
        return DOCTOR_NOTE;
    }
    buf_text(said, "is ahead of the log, and kept");
    return DOCTOR_WELL;
}

enum doctor_state doctor_outside(struct doctor *doctor, struct buf *said)
{
    if (doctor_metric(doctor, "ledger_checkpoint_held_outside") > 0) {
        buf_text(said, "somebody outside holds a state of the log younger than a day");
        return DOCTOR_WELL;
    }
    buf_text(said, "nobody outside holds a recent state of the log: who has this machine could rewrite it");
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
        buf_text(said, "the home has its first seal");
        return DOCTOR_WELL;
    }
    struct doc newest = asked(doctor, VERB_ROTATION, &ask, &answer);
    struct slice began = doc_text(doc_get(newest, "began"));
    bool timed = began.len > 0 && time_get(began, &began_us).code == CODE_OK;
    if (timed && doc_true(doc_get(newest, "rekey")) && began_us / SECOND_US >= sealed.st_mtime) {
        buf_text(said, "the keys beneath the seal are younger than it");
        return DOCTOR_WELL;
    }
    buf_text(
        said,
        "the keys beneath are older than the seal: a whole copy of the home from before, and what opened it "
        "then, read today's database");
    return DOCTOR_NOTE;
}

enum doctor_state doctor_staff(struct doctor *doctor, struct buf *said)
{
    SCOPED(answer_done) struct answer answer = {0};
    const struct staff_list_ask ask = {0};
    uint64_t count = 0;
    struct docs each = docs_of(doc_get(asked(doctor, VERB_STAFF_LIST, &ask, &answer), "items"));
    struct doc one = {{0}};
    while (docs_next(&each, &one)) count += !doc_is(doc_get(one, "state"), "left");
    buf_print(said, "people who work here: %llu", (unsigned long long)count);
    if (count >= 2) return DOCTOR_WELL;
    buf_text(said, "; what takes two waits a day, and nobody is mailed of it");
    return DOCTOR_NOTE;
}

enum doctor_state doctor_secrets(struct doctor *doctor, struct buf *said)
{
    SCOPED(answer_done) struct answer answer = {0};
    const struct secret_list_ask ask = {0};
    uint64_t open = 0, all = 0;
    struct docs each = docs_of(doc_get(asked(doctor, VERB_SECRET_LIST, &ask, &answer), "items"));
    struct doc one = {{0}};
    for (; docs_next(&each, &one); all++) open += !doc_is(doc_get(one, "state"), "good");
    buf_print(said, "%llu of %llu wait to be rotated", (unsigned long long)open, (unsigned long long)all);
    return open == 0 ? DOCTOR_WELL : DOCTOR_BAD;
}

enum doctor_state doctor_keys(struct doctor *doctor, struct buf *said)
{
    static const char *const ends[] = {"expires", "unused_until"};
    SCOPED(answer_done) struct answer answer = {0};
    const struct key_list_ask ask = {0};
    uint64_t soon = 0;
    struct docs each = docs_of(doc_get(asked(doctor, VERB_KEY_LIST, &ask, &answer), "items"));
    struct doc one = {{0}};
    while (docs_next(&each, &one)) {
        bool near = false;
        for (size_t i = 0; i < COUNT_OF(ends); i++) {
            int64_t us = 0;
            struct slice time = doc_text(doc_get(one, ends[i]));
            bool there = time.len > 0 && time_get(time, &us).code == CODE_OK;
            near = near || (there && us > doctor->now_us && us < doctor->now_us + KEY_DAYS * DAY_US);
        }
        soon += near;
    }
    buf_print(said, "%llu end within %d days, by age or as nobody uses them", (unsigned long long)soon,
              KEY_DAYS);
    return soon == 0 ? DOCTOR_WELL : DOCTOR_NOTE;
}

/* With --email a test goes there: only who reads it knows that mails arrive. */
static enum doctor_state mail_try(struct doctor *doctor, struct buf *said)
{
    SCOPED(answer_done) struct answer answer = {0};
    const struct mail_test_ask ask = {.to = call_slice(doctor->call, OPT_EMAIL)};
    if (ask.to.len == 0) return DOCTOR_WELL;
    if (client_ask(doctor->client, VERB_MAIL_TEST, &ask, &answer).code == CODE_OK) {
        buf_text(said, doctor->pid > 0
                           ? "; a test is on its way: look whether it comes, else what amanah mail queue says"
                           : "; a test waits until the home is served");
        return DOCTOR_WELL;
    }
    buf_text(said, "; the test was refused");
    return DOCTOR_BAD;
}

enum doctor_state doctor_mail(struct doctor *doctor, struct buf *said)
{
    SCOPED(answer_done) struct answer answer = {0};
    const struct mail_list_ask ask = {0};
    struct doc queue = asked(doctor, VERB_MAIL_LIST, &ask, &answer);
    uint64_t failed = doc_number(doc_get(queue, "failed"));
    if (!doc_true(doc_get(queue, "set"))) {
        buf_text(said, "is not set: nobody is told of deadlines, alerts or what is loosened");
        return DOCTOR_BAD;
    }
    if (doc_there(doc_get(queue, "problem"))) {
        buf_slice_put(said, doc_text(doc_get(queue, "problem")));
        return DOCTOR_BAD;
    }
    buf_print(said, "%llu wait, %llu failed", (unsigned long long)doc_number(doc_get(queue, "waiting")),
              (unsigned long long)failed);
    enum doctor_state tried = mail_try(doctor, said);
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
        buf_text(said, "the mail of the week went out");
        return DOCTOR_WELL;
    }
    if (doctor->now_us - began_us(doctor) < WEEK_DAYS * DAY_US) {
        buf_text(said, "the vault is not a week old");
        return DOCTOR_WELL;
    }
    buf_text(said, "no mail of the week went out");
    return DOCTOR_BAD;
}

enum doctor_state doctor_sinks(struct doctor *doctor, struct buf *said)
{
    SCOPED(answer_done) struct answer answer = {0};
    const struct sink_list_ask ask = {0};
    size_t count = doc_count(doc_get(asked(doctor, VERB_SINK_LIST, &ask, &answer), "items"));
    buf_print(said, "receivers of alerts beside the mails: %zu", count);
    return count > 0 ? DOCTOR_WELL : DOCTOR_NOTE;
}

enum doctor_state doctor_breakers(struct doctor *doctor, struct buf *said)
{
    uint64_t open = doctor_metric(doctor, "breakers{state=\"open\"}");
    uint64_t slow = doctor_metric(doctor, "breakers{state=\"slowed\"}") +
                    doctor_metric(doctor, "breakers{state=\"half_open\"}");
    buf_print(said, "readers that are stopped: %llu, slowed: %llu", (unsigned long long)open,
              (unsigned long long)slow);
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
    int64_t hours = (doctor->now_us - good_us) / HOUR_US;
    if (good_us > 0)
        buf_print(said, "the last good one is %lld hours old", (long long)hours);
    else
        buf_text(said, "there was no good one yet");
    if (failed_us >= good_us && failed_us > 0) {
        buf_text(said, "; the newest failed: ");
        buf_slice_put(said, doc_text(doc_get(doc_get(told, names[1]), "cause")));
        return DOCTOR_BAD;
    }
    if (good_us > 0) return doctor->now_us - good_us > most_us ? DOCTOR_BAD : DOCTOR_WELL;
    return DOCTOR_NOTE; /* no timer runs: a shop may have backups of its own making, which the row `backup` sees */
}

static enum doctor_state backups_look(struct doctor *doctor, const char *const names[2], int64_t most_us,
                                      struct buf *said)
{
    SCOPED(answer_done) struct answer answer = {0};
    const struct backup_status_ask ask = {0};
    struct doc told = asked(doctor, VERB_BACKUP_STATUS, &ask, &answer);
    if (doc_there(doc_get(told, "well"))) return noted_look(doctor, told, names, most_us, said);
    buf_text(said, "what the ledger knows of backups cannot be asked for");
    return DOCTOR_BLIND;
}

enum doctor_state doctor_nightly(struct doctor *doctor, struct buf *said)
{
    return backups_look(doctor, (const char *const[]){"made", "failed"}, NIGHTLY_HOURS * HOUR_US, said);
}

enum doctor_state doctor_drill(struct doctor *doctor, struct buf *said)
{
    return backups_look(doctor, (const char *const[]){"drill", "drill_failed"}, DRILL_DAYS * DAY_US, said);
}
