#include "cli/client.h"

#include "keep/home.h"
#include "prop.h"

#include <pthread.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* A home, and a stand-in for its daemon that answers one connection with prepared bytes. */
struct stage {
    char folder[64], home[80], socket[96];
    int listener;
    pthread_t thread;
    bool running;
    struct buf script; /* sent when the first ask has come */
    bool hang_up;      /* close instead of answering */
};

static int stage_make(void **state)
{
    struct stage *stage = calloc(1, sizeof *stage);
    struct home_made made = {0};
    (void)snprintf(stage->folder, sizeof stage->folder, "/tmp/amn-client-XXXXXX");
    assert_non_null(mkdtemp(stage->folder));
    (void)snprintf(stage->home, sizeof stage->home, "%s/home", stage->folder);
    (void)snprintf(stage->socket, sizeof stage->socket, "%s/socket", stage->home);
    struct home_options options = {.path = stage->home, .seal.kind = SEAL_PLAIN, .clock = clock_system()};
    assert_ok(home_init(&options, &made));
    home_made_done(&made);
    stage->listener = -1;
    *state = stage;
    return 0;
}

static int stage_free(void **state)
{
    struct stage *stage = *state;
    char command[128];
    if (stage->running) (void)pthread_join(stage->thread, NULL);
    if (stage->listener >= 0) (void)close(stage->listener);
    buf_done(&stage->script);
    (void)snprintf(command, sizeof command, "rm -r %s", stage->folder);
    assert_int_equal(system(command), 0);
    free(stage);
    return 0;
}

static void *play(void *context)
{
    struct stage *stage = context;
    uint8_t length[4], ask[4096];
    int fd = accept(stage->listener, NULL, NULL);
    if (fd < 0) return NULL;
    if (recv(fd, length, sizeof length, MSG_WAITALL) == 4 && be32_get(length) <= sizeof ask &&
        recv(fd, ask, be32_get(length), MSG_WAITALL) > 0 && !stage->hang_up) {
        for (size_t i = 0; i < stage->script.len; i++) /* byte by byte: frames come in pieces */
            if (send(fd, stage->script.at + i, 1, MSG_NOSIGNAL) != 1) break;
    }
    (void)close(fd);
    return NULL;
}

static void listen_at(struct stage *stage)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s", stage->socket);
    stage->listener = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(stage->listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(stage->listener, 1), 0);
}

static void start(struct stage *stage)
{
    listen_at(stage);
    assert_int_equal(pthread_create(&stage->thread, NULL, play, stage), 0);
    stage->running = true;
}

static struct result ask_self(struct stage *stage, struct answer *out)
{
    static const struct command command = {.words = "self"};
    struct call call = {.command = &command, .given_count = 1, .given = {{OPT_HOME, stage->home}}};
    struct self_ask ask = {0};
    SCOPED(client_free) struct client *client = NULL;
    TRY(client_open(&call, &client));
    return client_ask(client, VERB_SELF, &ask, out);
}

static void text_body(struct buf *out, const char *name, const char *text)
{
    cbor_map(out, 1);
    cbor_text(out, slice_text(name));
    cbor_text(out, slice_text(text));
}

static void runs_the_keeper_itself_where_no_daemon_runs(void **state)
{
    struct stage *stage = *state;
    SCOPED(answer_done) struct answer answer = {0};
    assert_ok(ask_self(stage, &answer));
    assert_true(doc_is(doc_get(answer_doc(&answer), "reader"), "operator"));
}

static void passes_over_a_stale_socket(void **state)
{
    struct stage *stage = *state;
    SCOPED(answer_done) struct answer answer = {0};
    listen_at(stage);
    (void)close(stage->listener); /* as after kill -9: the file is there, nobody listens */
    stage->listener = -1;
    assert_ok(ask_self(stage, &answer));
}

static void puts_the_receipt_into_the_answer(void **state)
{
    struct stage *stage = *state;
    SCOPED(answer_done) struct answer answer = {0};
    SCOPED(buf_done) struct buf body = {0};
    struct answer_head note = {.shape = ANSWER_CHECKPOINT, .shop = 3};
    struct answer_head head = {.id = 1, .flags = ANSWER_RECEIPT, .shop = 3, .index = 41, .leaf_hash = {9}};
    text_body(&body, "reader", "key_1");
    answer_write(&note, SLICE_TEXT("the note\n"), &stage->script);
    answer_write(&head, buf_slice(&body), &stage->script);
    start(stage);
    assert_ok(ask_self(stage, &answer));
    struct doc receipt = doc_get(answer_doc(&answer), "receipt");
    assert_true(doc_is(doc_get(answer_doc(&answer), "reader"), "key_1"));
    assert_int_equal(doc_number(doc_get(receipt, "index")), 41);
    assert_true(doc_is(doc_get(receipt, "checkpoint"), "the note\n"));
}

static void carries_a_refusal_with_its_words(void **state)
{
    struct stage *stage = *state;
    SCOPED(answer_done) struct answer answer = {0};
    SCOPED(buf_done) struct buf body = {0};
    struct answer_head head = {.id = 1, .cause = CAUSE_BUDGET_DAY, .retry_after_s = 60};
    text_body(&body, "detail", "budget: spent; come back tomorrow");
    answer_write(&head, buf_slice(&body), &stage->script);
    start(stage);
    struct result refused = ask_self(stage, &answer);
    assert_int_equal(refused.cause, CAUSE_BUDGET_DAY);
    assert_string_equal(result_text(), "budget: spent; come back tomorrow");
    assert_int_equal(answer.head.retry_after_s, 60);
}

static void says_that_the_daemon_went_away(void **state)
{
    struct stage *stage = *state;
    SCOPED(answer_done) struct answer answer = {0};
    stage->hang_up = true;
    start(stage);
    assert_code(CODE_UNAVAILABLE, ask_self(stage, &answer));
}

static void refuses_frames_out_of_bounds(void **state)
{
    struct stage *stage = *state;
    SCOPED(answer_done) struct answer answer = {0};
    buf_be32(&stage->script, UINT32_MAX);
    start(stage);
    assert_code(CODE_UNAVAILABLE, ask_self(stage, &answer));
}

static void refuses_short_frames(void **state)
{
    struct stage *stage = *state;
    SCOPED(answer_done) struct answer answer = {0};
    buf_be32(&stage->script, 3);
    buf_text(&stage->script, "abc");
    start(stage);
    assert_code(CODE_INVALID, ask_self(stage, &answer));
}

static void says_who_holds_the_home(void **state) /* and waits a few seconds for it before */
{
    struct stage *stage = *state;
    SCOPED(answer_done) struct answer answer = {0};
    SCOPED(home_free) struct home *home = NULL;
    assert_ok(home_open(stage->home, (struct slice){0}, true, &home));
    assert_code(CODE_UNAVAILABLE, ask_self(stage, &answer));
    assert_non_null(strstr(result_text(), "its socket does not answer"));
}

static void names_a_missing_home(void **state)
{
    struct stage *stage = *state;
    SCOPED(answer_done) struct answer answer = {0};
    (void)snprintf(stage->home, sizeof stage->home, "%s/none", stage->folder);
    assert_code(CODE_NOT_FOUND, ask_self(stage, &answer));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(runs_the_keeper_itself_where_no_daemon_runs, stage_make, stage_free),
        cmocka_unit_test_setup_teardown(passes_over_a_stale_socket, stage_make, stage_free),
        cmocka_unit_test_setup_teardown(puts_the_receipt_into_the_answer, stage_make, stage_free),
        cmocka_unit_test_setup_teardown(carries_a_refusal_with_its_words, stage_make, stage_free),
        cmocka_unit_test_setup_teardown(says_that_the_daemon_went_away, stage_make, stage_free),
        cmocka_unit_test_setup_teardown(refuses_frames_out_of_bounds, stage_make, stage_free),
        cmocka_unit_test_setup_teardown(refuses_short_frames, stage_make, stage_free),
        cmocka_unit_test_setup_teardown(says_who_holds_the_home, stage_make, stage_free),
        cmocka_unit_test_setup_teardown(names_a_missing_home, stage_make, stage_free),
    };
    (void)unsetenv("AMANAH_KEY");
    (void)unsetenv("AMANAH_KEY_FILE");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
