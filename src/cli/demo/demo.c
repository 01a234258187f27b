#include "cli/demo/demo.h"

#include "base/clock.h"
#include "cli/commands.h"
#include "cli/show.h"
#include "serve/pages.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ftw.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { READY_MS = 30000, READY_TURN_NS = 20 * 1000 * 1000, REMOVE_DESCRIPTORS = 16 };

static const char *const reader_names[] = {
    [DEMO_ADMIN] = "admin",     [DEMO_SERVICE] = "service", [DEMO_SUPPORT] = "support",
    [DEMO_AUDITOR] = "auditor", [DEMO_SIGNIN] = "signin",   [DEMO_FRONTEND] = "frontend"};

const char *demo_reader_name(enum demo_reader reader)
{
    return reader_names[reader];
}

const char *demo_path(const struct demo *demo, const char *name, char *out)
{
    (void)snprintf(out, DEMO_PATH_BYTES, "%s/%s", demo->folder, name); /* both are short and ours */
    return out;
}

RESULT demo_expect(const struct demo *demo, bool met, const char *words)
{
    if (met) return OK;
    return FAIL(CHECK_NOT_MET, "demo: step %u: expected that %s; it is not so", demo->page.steps, words);
}

void demo_answer_done(struct remote_answer *answer)
{
    buf_done(&answer->body);
}

struct doc demo_doc(const struct remote_answer *answer)
{
    return doc_of(buf_slice(&answer->body));
}

/* Ctrl-C is kept back, so that the daemon and the folder don't outlive the demo; it is looked at between asks. */
static bool interrupted(void)
{
    sigset_t waiting;
    (void)sigpending(&waiting);
    return sigismember(&waiting, SIGINT) == 1 || sigismember(&waiting, SIGTERM) == 1;
}

static RESULT go_on(void)
{
    return interrupted() ? FAIL(UNAVAILABLE, "demo: interrupted") : OK;
}

RESULT demo_ask(struct demo *demo, enum demo_reader reader, enum verb verb, const void *ask,
                struct remote_answer *out)
{
    buf_done(&out->body);
    TRY(go_on());
    return remote_ask(demo->readers[reader], verb, ask, DEMO_ANSWER_S, out);
}

RESULT demo_run(struct demo *demo, const char *const *words, enum demo_reader key, int exit, struct buf *doc)
{
    char name[32], key_file[DEMO_PATH_BYTES];
    SCOPED(ended_done) struct ended ended = {0};
    struct program_options options = {.words = words, .home = buf_c(&demo->home)};
    TRY(go_on());
    if (key < DEMO_READERS) {
        (void)snprintf(name, sizeof name, "%s.key", demo_reader_name(key));
        options.key_file = demo_path(demo, name, key_file);
    }
    TRY(program_run(&options, &ended));
    if (ended.exit != exit) {
        return FAIL(CHECK_NOT_MET, "demo: step %u: amanah %s %s ended with %d instead of %d: %s",
                    demo->page.steps, words[0], words[1] ? words[1] : "", ended.exit, exit,
                    buf_c(&ended.err));
    }
    return doc ? doc_from_json(buf_slice(&ended.out), doc) : OK;
}

RESULT demo_find(struct demo *demo, enum demo_reader reader, uint64_t n, struct buf *id, enum cause *cause)
{
    struct synth_customer customer = {0};
    SCOPED(demo_answer_done) struct remote_answer answer = {0};
    synth_customer(DEMO_SEED, n, &customer);
    struct lookup_ask ask = {.field = SLICE_TEXT("ref"),
                             .value = slice_text(customer.ref),
                             .purpose = SLICE_TEXT("support"),
                             .reason = SLICE_TEXT("amanah demo")};
    TRY(demo_ask(demo, reader, VERB_LOOKUP, &ask, &answer));
    struct docs ids = docs_of(doc_get(demo_doc(&answer), "ids"));
    struct doc found = {0};
    *cause = answer.cause;
    buf_clear(id);
    if (answer.cause == CAUSE_OK && docs_next(&ids, &found)) buf_slice_put(id, doc_text(found));
    return OK;
}

/* A port of this machine that nobody listens at. */
static RESULT free_port(uint16_t *out)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool bound = fd >= 0 && bind(fd, (const struct sockaddr *)&address, sizeof address) == 0 &&
                 getsockname(fd, (struct sockaddr *)&address, &len) == 0;
    if (fd >= 0) (void)close(fd);
    if (!bound) return FAIL(UNAVAILABLE, "demo: no port of 127.0.0.1 can be had: %s", strerror(errno));
    *out = ntohs(address.sin_port);
    return OK;
}

static RESULT wait_ready(const struct demo *demo)
{
    const struct timespec turn = {.tv_nsec = READY_TURN_NS};
    const struct status_ask ask = {0};
    SCOPED(remote_free) struct remote *stranger = NULL;
    int64_t until_us = clock_monotonic_us() + READY_MS * (SECOND_US / 1000);
    SCOPED(buf_done) struct buf url = {0};
    buf_slice_put(&url, buf_slice(&demo->url));
    TRY(remote_open(buf_c(&url), (struct slice){0}, &stranger));
    while (!program_gone(demo->daemon) && clock_monotonic_us() < until_us) {
        SCOPED(demo_answer_done) struct remote_answer answer = {0};
        TRY(go_on());
        struct result asked = remote_ask(stranger, VERB_STATUS, &ask, DEMO_ANSWER_S, &answer);
        if (asked.code == CODE_OK && answer.cause == CAUSE_OK) return OK;
        (void)nanosleep(&turn, NULL);
    }
    return FAIL(UNAVAILABLE, "demo: amanah serve does not get ready; see %s/serve.log", demo->folder);
}

RESULT demo_serve(struct demo *demo)
{
    char log[DEMO_PATH_BYTES], listen_at[32], console_at[32];
    uint16_t port = 0;
    TRY(free_port(&port));
    (void)snprintf(listen_at, sizeof listen_at, "127.0.0.1:%u", port);
    const char *words[] = {"serve", buf_c(&demo->home), "--listen", listen_at, NULL, NULL, NULL, NULL, NULL};
    if (pages_there(DOOR_CONSOLE)) {
        TRY(free_port(&port));
        (void)snprintf(console_at, sizeof console_at, "127.0.0.1:%u", port);
        buf_clear(&demo->console);
        buf_print(&demo->console, "http://localhost:%u", port); /* a name: passkeys take no address */
        words[4] = "--console";
        words[5] = console_at;
        words[6] = "--public-origin";
        words[7] = buf_c(&demo->console);
    }
    buf_clear(&demo->url);
    buf_print(&demo->url, "http://%s", listen_at);
    TRY(program_start(&(struct program_options){.words = words}, demo_path(demo, "serve.log", log),
                      &demo->daemon));
    return wait_ready(demo);
}

static RESULT begin(struct demo *demo, struct call *call)
{
    const char *temporary = getenv("TMPDIR");
    bool fits = temporary && temporary[0] == '/' && strlen(temporary) < sizeof demo->folder - 24;
    demo->call = call;
    demo->page.json = call_has(call, OPT_JSON);
    demo->page.colour = colour_wanted(STDOUT_FILENO);
    (void)snprintf(demo->folder, sizeof demo->folder, "%s/amanah-demo-XXXXXX", fits ? temporary : "/tmp");
    if (!mkdtemp(demo->folder)) {
        demo->folder[0] = 0;
        return FAIL(UNAVAILABLE, "demo: no temporary folder: %s", strerror(errno));
    }
    buf_print(&demo->home, "%s/home", demo->folder);
    page_open(
        &demo->page, "Amanah, shown on made-up customers",
        "Amanah keeps a shop's customer data and writes down every look at it. This page tells what it does "
        "while it is done, with the real program, on this machine only. Nobody in it exists: names, "
        "addresses and numbers are made up, and are shown masked all the same.");
    return OK;
}

static RESULT play(struct demo *demo)
{
    typedef struct result step(struct demo * demo);
    static step *const steps[] = {demo_step_home,    demo_step_import,  demo_step_keys,    demo_step_look,
                                  demo_step_walk,    demo_step_pass,    demo_step_history, demo_step_proof,
                                  demo_step_erase,   demo_step_contain, demo_step_scope,   demo_step_tell,
                                  demo_step_redress, demo_step_pin,     demo_step_tamper,  demo_step_verify};
    for (size_t i = 0; i < COUNT_OF(steps); i++) TRY(steps[i](demo));
    return OK;
}

/* Where to look at it, and how to get in. */
static RESULT show_console(struct demo *demo)
{
    static const char *const words[] = {"staff",  "add",   "--name", "You", "--email", "you@shop.example",
                                        "--role", "admin", "--json", NULL};
    SCOPED(buf_done) struct buf doc = {0};
    if (demo->console.len == 0) return OK;
    TRY(demo_run(demo, words, DEMO_READERS, 0, &doc));
    SCOPED(buf_done) struct buf invite = {0};
    buf_slice_put(&invite, doc_text(doc_get(doc_of(buf_slice(&doc)), "invite")));
    show_words("\nTo look at it, open %s, press \"I have an invitation\" and give\n\n  %s\n\n"
               "Make a passkey, or a password with an authenticator app; then sign in as you@shop.example.\n",
               buf_c(&demo->console), buf_c(&invite));
    return OK;
}

/* Serve on until Ctrl-C. */
static RESULT stay(struct demo *demo, const sigset_t *ends)
{
    int which = 0;
    struct buf *url = &demo->url;
    TRY(demo_serve(demo));
    if (demo->page.json) {
        show_remark(demo->call, "It serves at %s, its folder is %s; Ctrl-C ends it.", buf_c(url),
                    demo->folder);
        TRY(show_end());
    } else {
        show_words("\nIt goes on serving; Ctrl-C ends it and removes its folder. To try:\n\n"
                   "  export AMANAH_URL=%s\n  export AMANAH_KEY_FILE=%s/support.key\n"
                   "  amanah self\n  echo C0000001 | amanah lookup ref --purpose support --reason 'a try'\n"
                   "  amanah subject reveal ID --fields name.mask,email.mask --purpose support \\\n"
                   "    --reason 'a try'\n\n"
                   "Keys of the other readers: %s/{admin,service,auditor}.key\n"
                   "What was imported: %s/customers.csv\n",
                   buf_c(url), demo->folder, demo->folder, demo->folder);
        TRY(show_console(demo));
        (void)fflush(stdout);
    }
    (void)sigwait(ends, &which); /* fails for a bad set only */
    return OK;
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *at)
{
    (void)status, (void)kind, (void)at;
    return remove(path);
}

static void demo_done(struct demo *demo)
{
    for (size_t i = 0; i < DEMO_READERS; i++) remote_free(&demo->readers[i]);
    buf_done(&demo->home);
    buf_done(&demo->url);
    buf_done(&demo->console);
    buf_done(&demo->vkey);
    buf_done(&demo->first_id);
    buf_done(&demo->last_id);
    buf_done(&demo->support_id);
    buf_done(&demo->incident);
    page_done(&demo->page);
}

/* End the daemon if it runs, remove the folder; after a failure it is kept to be looked at. The first failure counts. */
static RESULT clean_up(struct demo *demo, struct result result)
{
    SCOPED(buf_done) struct buf text = {0};
    buf_text(&text, result.code == CODE_OK ? "" : result_text());
    if (demo->daemon) {
        struct result stopped = program_stop(demo->daemon);
        demo->daemon = 0;
        if (result.code == CODE_OK) result = stopped;
    }
    bool keep = demo->folder[0] == 0 || (result.code != CODE_OK && !interrupted());
    bool removed = keep || nftw(demo->folder, remove_one, REMOVE_DESCRIPTORS, FTW_DEPTH | FTW_PHYS) == 0;
    if (keep && demo->folder[0]) show_remark(demo->call, "The demo's folder is kept: %s", demo->folder);
    if (text.len > 0) return result_carry(result.cause, (const char *)text.at, text.len);
    if (result.code == CODE_OK && !removed)
        return FAIL(UNAVAILABLE, "%s: cannot be removed: %s", demo->folder, strerror(errno));
    return result;
}

RESULT command_demo(struct call *call)
{
    SCOPED(demo_done) struct demo demo = {0};
    sigset_t ends, before;
    (void)sigemptyset(&ends);
    (void)sigaddset(&ends, SIGINT);
    (void)sigaddset(&ends, SIGTERM);
    (void)sigprocmask(SIG_BLOCK, &ends, &before);
    int64_t began_us = clock_monotonic_us();
    struct result played = begin(&demo, call);
    if (played.code == CODE_OK) played = play(&demo);
    if (played.code == CODE_OK) {
        char words[256];
        (void)snprintf(
            words, sizeof words,
            "That was all, in %.1f seconds; every step came out as it had to. The same with your own "
            "customers: amanah init, amanah import, amanah serve; amanah help lists the rest.",
            (double)(clock_monotonic_us() - began_us) / SECOND_US);
        played = page_close(&demo.page, words);
    }
    if (played.code == CODE_OK && call_has(call, OPT_STAY)) played = stay(&demo, &ends);
    played = clean_up(&demo, played);
    while (sigtimedwait(&ends, NULL, &(struct timespec){0}) > 0) continue; /* it was heard */
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
    return played;
}
