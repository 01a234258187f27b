#include "cli/doctor/doctor.h"

#include "base/clock.h"
#include "cli/commands.h"
#include "cli/law/command.h"
#include "cli/show.h"
#include "mail/words.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum doctor_place { PLACE_HOME, PLACE_VAULT };
enum { KEY_BYTES = 64, NUMBER_BYTES = 24, STATE_WIDTH = 13, NAME_WIDTH = 16 };

static const struct doctor_row {
    const char *slug;
    enum doctor_place place;
    enum doctor_state (*look)(struct doctor *doctor, struct buf *said);
} rows[] = {
#define DOCTOR(slug, place) {#slug, PLACE_##place, doctor_##slug},
#include "cli/doctor/doctor.def"
#undef DOCTOR
};

static const struct {
    const char *name, *words;
} states[] = {[DOCTOR_WELL] = {"well", "state.well"},
              [DOCTOR_NOTE] = {"note", "state.note"},
              [DOCTOR_BAD] = {"bad", "state.bad"},
              [DOCTOR_BLIND] = {"not seen", "state.blind"}};

struct doctor_count {
    uint64_t of[COUNT_OF(states)];
};

static void doctor_done(struct doctor *doctor)
{
    client_free(&doctor->client);
    buf_done(&doctor->lang);
    buf_done(&doctor->why);
    answer_done(&doctor->metrics);
    answer_done(&doctor->checkpoint);
}

/* The process that serves the home, by its socket; 0: none does. */
static int daemon_of(const char *home)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct ucred peer = {0};
    socklen_t len = sizeof peer;
    int pid = 0, directory = open(home, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (directory >= 0 && fd >= 0) {
        (void)snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/socket", directory);
        if (connect(fd, (const struct sockaddr *)&address, sizeof address) == 0 &&
            getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0)
            pid = peer.pid;
    }
    if (directory >= 0) (void)close(directory); /* nothing was written to either */
    if (fd >= 0) (void)close(fd);
    return pid;
}

uint64_t doctor_metric(struct doctor *doctor, const char *name)
{
    struct slice text = buf_slice(&doctor->metrics.body);
    SCOPED(buf_done) struct buf line = {0};
    buf_print(&line, "\namanah_%s ", name);
    const uint8_t *at = text.len > line.len ? memmem(text.at, text.len, line.at, line.len) : NULL;
    uint64_t number = 0;
    doctor->refused = doctor->refused || !at;
    if (!at) return 0;
    for (at += line.len; at < text.at + text.len && *at >= '0' && *at <= '9'; at++)
        number = number * 10 + (uint64_t)(*at - '0');
    return number;
}

/* A vault that does not open is a finding, not the end of the visit. */
static void vault_open(struct doctor *doctor)
{
    const struct status_ask status = {.metrics = true};
    const struct ledger_checkpoint_ask checkpoint = {0};
    struct result done = client_open(doctor->call, &doctor->client);
    if (done.code == CODE_OK) done = client_ask(doctor->client, VERB_STATUS, &status, &doctor->metrics);
    if (done.code == CODE_OK)
        done = client_ask(doctor->client, VERB_LEDGER_CHECKPOINT, &checkpoint, &doctor->checkpoint);
    if (done.code == CODE_OK) return;
    doctor->why_cause = done.cause;
    buf_text(&doctor->why, result_text());
    if (doctor->why.len == 0) buf_text(&doctor->why, cause_row(done.cause)->title);
    client_free(&doctor->client);
}

static bool is_wrong(enum doctor_state state)
{
    return state == DOCTOR_NOTE || state == DOCTOR_BAD;
}

void doctor_say_of(const struct doctor *doctor, const char *key, struct doctor_values values, struct buf *out)
{
    char full[KEY_BYTES], n[NUMBER_BYTES], m[NUMBER_BYTES];
    (void)snprintf(full, sizeof full, "doctor.%s", key);
    (void)snprintf(n, sizeof n, "%llu", (unsigned long long)values.n);
    (void)snprintf(m, sizeof m, "%llu", (unsigned long long)values.m);
    const struct mail_value all[] = {{"n", slice_text(n)},
                                     {"m", slice_text(m)},
                                     {"a", values.a},
                                     {"b", values.b},
                                     {"home", slice_text(doctor->home)}};
    words_put(buf_slice(&doctor->lang), full, all, COUNT_OF(all), out);
}

void doctor_say(const struct doctor *doctor, const char *key, struct buf *out)
{
    doctor_say_of(doctor, key, (struct doctor_values){0}, out);
}

/* What to type, with the home's own path; nothing for what is not wrong. */
static void mend_put(const struct doctor *doctor, const struct doctor_row *row, enum doctor_state state,
                     struct buf *out)
{
    char key[KEY_BYTES];
    (void)snprintf(key, sizeof key, "%s.mend", row->slug);
    if (is_wrong(state)) doctor_say(doctor, doctor->mend ? doctor->mend : key, out);
}

static void row_json(const struct doctor_row *row, enum doctor_state state, struct slice said,
                     struct slice mend, struct buf *out)
{
    cbor_map(out, 4);
    cbor_text(out, SLICE_TEXT("check"));
    cbor_text(out, slice_text(row->slug));
    cbor_text(out, SLICE_TEXT("state"));
    cbor_text(out, slice_text(states[state].name));
    cbor_text(out, SLICE_TEXT("said"));
    cbor_text(out, said);
    cbor_text(out, SLICE_TEXT("mend"));
    cbor_text(out, mend);
}

static void cell(const struct doctor *doctor, const char *key, int width)
{
    SCOPED(buf_done) struct buf text = {0};
    doctor_say(doctor, key, &text);
    show_slice(buf_slice(&text));
    int gap = width - (int)text_width(buf_slice(&text));
    show_words("%*s", (gap > 0 ? gap : 0) + 2, "");
}

static void row_show(const struct doctor *doctor, const struct doctor_row *row, enum doctor_state state,
                     struct slice said, struct slice mend)
{
    if (!is_wrong(state) && call_has(doctor->call, OPT_QUIET)) return;
    cell(doctor, states[state].words, STATE_WIDTH);
    cell(doctor, row->slug, NAME_WIDTH);
    show_value(said);
    if (mend.len > 0) {
        SCOPED(buf_done) struct buf words = {0};
        doctor_say_of(doctor, "mend", (struct doctor_values){.a = mend}, &words);
        show_words("; ");
        show_value(buf_slice(&words));
    }
    show_words("\n");
}

static enum doctor_state row_look(struct doctor *doctor, const struct doctor_row *row, struct buf *said)
{
    bool shut = row->place == PLACE_VAULT && !doctor->client && row->look != doctor_opens;
    doctor->mend = NULL;
    doctor->refused = false;
    enum doctor_state state = shut ? DOCTOR_BLIND : row->look(doctor, said);
    if (!shut && !doctor->refused) return state;
    buf_clear(said);
    doctor_say(doctor, shut ? "shut" : "refused", said);
    return DOCTOR_BLIND;
}

static void rows_look(struct doctor *doctor, struct doctor_count *count, struct buf *out)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct doctor_row *row = &rows[i];
        SCOPED(buf_done) struct buf said = {0}, mend = {0};
        enum doctor_state state = row_look(doctor, row, &said);
        count->of[state]++;
        mend_put(doctor, row, state, &mend);
        if (call_has(doctor->call, OPT_JSON))
            row_json(row, state, buf_slice(&said), buf_slice(&mend), out);
        else
            row_show(doctor, row, state, buf_slice(&said), buf_slice(&mend));
    }
}

/* As asked for, else as the home writes its mails; English while it does not open. */
static RESULT language_find(struct doctor *doctor)
{
    SCOPED(answer_done) struct answer answer = {0};
    const struct mail_show_ask ask = {0};
    struct slice given = {0};
    TRY(law_language(doctor->call, &given));
    if (!call_has(doctor->call, OPT_LANG) && doctor->client &&
        client_ask(doctor->client, VERB_MAIL_SHOW, &ask, &answer).code == CODE_OK)
        given = doc_text(doc_get(doc_of(buf_slice(&answer.body)), "lang"));
    buf_slice_put(&doctor->lang, given);
    return OK;
}

static RESULT home_there(const char *home)
{
    if (access(home, R_OK | X_OK) == 0) return OK;
    if (errno == ENOENT)
        return FAIL(NOT_FOUND, "%s: %s; make a home with amanah init", home, strerror(errno));
    return FAIL(DENIED, "%s: %s; look as root, or as the vault's own user: sudo -u amanah amanah doctor %s",
                home, strerror(errno), home);
}

RESULT command_doctor(struct call *call)
{
    SCOPED(buf_done) struct buf list = {0}, out = {0};
    SCOPED(doctor_done) struct doctor doctor = {.call = call};
    struct doctor_count count = {{0}};
    const struct clock clock = clock_system();
    doctor.now_us = clock_now(&clock);
    if (call->arg_count > 0 && call->given_count < COUNT_OF(call->given) && !call_has(call, OPT_HOME)) {
        call->given[call->given_count].option = OPT_HOME;
        call->given[call->given_count++].value = call->args[0];
    }
    TRY(client_home(call, &doctor.home));
    TRY(home_there(doctor.home));
    doctor.pid = daemon_of(doctor.home);
    vault_open(&doctor);
    TRY(language_find(&doctor));
    cbor_array(&list, COUNT_OF(rows));
    rows_look(&doctor, &count, &list);
    if (count.of[DOCTOR_BAD] > 0) call->exit = code_row(CODE_CONFLICT)->exit;
    if (!call_has(call, OPT_JSON)) return OK;
    cbor_map(&out, 3);
    cbor_text(&out, SLICE_TEXT("items"));
    buf_slice_put(&out, buf_slice(&list));
    cbor_text(&out, SLICE_TEXT("bad"));
    cbor_uint(&out, count.of[DOCTOR_BAD]);
    cbor_text(&out, SLICE_TEXT("notes"));
    cbor_uint(&out, count.of[DOCTOR_NOTE]);
    return show_json(doc_of(buf_slice(&out)));
}
