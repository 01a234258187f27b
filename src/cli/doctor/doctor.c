#include "cli/doctor/doctor.h"

#include "base/clock.h"
#include "cli/commands.h"
#include "cli/show.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum place { PLACE_HOME, PLACE_VAULT };

static const struct doctor_row {
    const char *slug, *mend;
    enum place place;
    enum doctor_state (*look)(struct doctor *doctor, struct buf *said);
} rows[] = {
#define DOCTOR(slug, place, mend) {#slug, mend, PLACE_##place, doctor_##slug},
#include "cli/doctor/doctor.def"
#undef DOCTOR
};

static const char *const states[] = {"well", "note", "bad", "not seen"};

struct doctor_count {
    uint64_t of[COUNT_OF(states)];
};

static void doctor_done(struct doctor *doctor)
{
    client_free(&doctor->client);
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

uint64_t doctor_metric(const struct doctor *doctor, const char *name)
{
    struct slice text = buf_slice(&doctor->metrics.body);
    SCOPED(buf_done) struct buf line = {0};
    buf_print(&line, "\namanah_%s ", name);
    const uint8_t *at = text.len > line.len ? memmem(text.at, text.len, line.at, line.len) : NULL;
    uint64_t number = 0;
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

/* With the home's own path, to be typed as it stands there. */
static void mend_put(const struct doctor *doctor, const struct doctor_row *row, struct buf *out)
{
    static const char word[] = "HOME";
    const char *at = doctor->mend ? doctor->mend : row->mend;
    for (const char *home = NULL; (home = strstr(at, word)) != NULL; at = home + strlen(word)) {
        buf_put(out, at, (size_t)(home - at));
        buf_text(out, doctor->home);
    }
    buf_text(out, at);
}

static void row_json(const struct doctor *doctor, const struct doctor_row *row, enum doctor_state state,
                     struct slice said, struct buf *out)
{
    SCOPED(buf_done) struct buf mend = {0};
    if (is_wrong(state)) mend_put(doctor, row, &mend);
    cbor_map(out, 4);
    cbor_text(out, SLICE_TEXT("check"));
    cbor_text(out, slice_text(row->slug));
    cbor_text(out, SLICE_TEXT("state"));
    cbor_text(out, slice_text(states[state]));
    cbor_text(out, SLICE_TEXT("said"));
    cbor_text(out, said);
    cbor_text(out, SLICE_TEXT("mend"));
    cbor_text(out, buf_slice(&mend));
}

static void row_show(const struct doctor *doctor, const struct doctor_row *row, enum doctor_state state,
                     struct slice said)
{
    SCOPED(buf_done) struct buf mend = {0};
    if (!is_wrong(state) && call_has(doctor->call, OPT_QUIET)) return;
    show_words("%-8s  %-11s  ", states[state], row->slug);
    show_value(said);
    if (is_wrong(state)) {
        mend_put(doctor, row, &mend);
        show_words("; mend: ");
        show_value(buf_slice(&mend));
    }
    show_words("\n");
}

static void rows_look(struct doctor *doctor, struct doctor_count *count, struct buf *out)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct doctor_row *row = &rows[i];
        SCOPED(buf_done) struct buf said = {0};
        enum doctor_state state = DOCTOR_BLIND;
        doctor->mend = NULL;
        if (row->place == PLACE_VAULT && !doctor->client && row->look != doctor_opens)
            buf_text(&said, "the vault did not open");
        else
            state = row->look(doctor, &said);
        count->of[state]++;
        if (call_has(doctor->call, OPT_JSON))
            row_json(doctor, row, state, buf_slice(&said), out);
        else
            row_show(doctor, row, state, buf_slice(&said));
    }
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
