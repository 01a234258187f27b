/* The loop with a keeper that only echoes: it is defined here, so the test links loop.c alone. */
#include "keeper/loop.h"
#include "prop.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

struct keeper {
    size_t batches, largest, frames, local;
    int losses, rings_fd;
    size_t soon; /* how often it was told of what comes next */
    struct slice told;
    bool told_wrong;
    void *aside;   /* who asked what was put aside */
    size_t forgot; /* how often */
};

enum { BIG_ANSWER = 300000 };

void keeper_soon(struct keeper *keeper, const struct keeper_ask *ask)
{
    keeper->soon++;
    keeper->told = ask->frame;
}

void keeper_run(struct keeper *keeper, const struct keeper_ask *asks, size_t count, struct keeper_sink sink)
{
    size_t longs = 0;
    keeper->batches++;
    for (size_t i = 0; i < count; i++) longs += asks[i].frame.len > LOOP_LONG_BYTES;
    if (longs > LOOP_LONGS) keeper->told_wrong = true; /* there is one peer */
    if (keeper->told.at && keeper->told.at < asks[count - 1].frame.at) keeper->told_wrong = true;
    keeper->told = (struct slice){0};
    if (count > keeper->largest) keeper->largest = count;
    for (size_t i = 0; i < count; i++) {
        SCOPED(buf_done) struct buf out = {0};
        keeper->frames++;
        keeper->local += asks[i].local;
        if (asks[i].frame.len > 0 && asks[i].frame.at[0] == 'A') {
            keeper->aside = asks[i].from;
            continue;
        }
        bool big = asks[i].frame.len > 0 && asks[i].frame.at[0] == 'B';
        buf_be32(&out, (uint32_t)(big ? BIG_ANSWER : asks[i].frame.len));
        if (big)
            memset(buf_extend(&out, BIG_ANSWER), 'b', BIG_ANSWER);
        else
            buf_slice_put(&out, asks[i].frame);
        sink.answer(sink.context, asks[i].from, buf_slice(&out));
    }
}

RESULT keeper_apart(struct keeper *keeper, int *out_fd)
{
    keeper->rings_fd = *out_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return *out_fd >= 0 ? OK : FAIL(UNAVAILABLE, "eventfd");
}

/* An ask that begins with 'A' is put aside, and echoed when the bell rings. */
void keeper_resume(struct keeper *keeper, struct keeper_sink sink)
{
    SCOPED(buf_done) struct buf out = {0};
    eventfd_t rung = 0;
    assert_int_equal(eventfd_read(keeper->rings_fd, &rung), 0);
    if (!keeper->aside) return;
    buf_be32(&out, 1);
    buf_byte(&out, 'A');
    sink.answer(sink.context, keeper->aside, buf_slice(&out));
    keeper->aside = NULL;
}

void keeper_forget(struct keeper *keeper, const void *from)
{
    if (keeper->aside != from) return;
    keeper->aside = NULL;
    keeper->forgot++;
}

int64_t keeper_idle(struct keeper *keeper)
{
    (void)keeper;
    return SECOND_US;
}

int keeper_word_fd(struct keeper *keeper, size_t which)
{
    (void)keeper;
    (void)which;
    return -1;
}

struct stage {
    struct keeper keeper;
    struct loop_doors doors;
    struct loop_hooks hooks;
    int front[2], signals[2];
    char home[64], path[80];
    pthread_t thread;
    bool joined;
    struct result ended;
};

static void stop_front(void *context)
{
    struct stage *stage = context;
    (void)shutdown(stage->front[1], SHUT_RDWR); /* a front that ends at once */
}

static int lose_front(void *context, int *out_wait_ms)
{
    struct stage *stage = context;
    *out_wait_ms = ++stage->keeper.losses < 3 ? 1 : -1;
    return -1;
}

static void *run_loop(void *context)
{
    struct stage *stage = context;
    stage->ended = keeper_loop(&stage->keeper, &stage->doors, &stage->hooks);
    return NULL;
}

/* Signals come as the bytes that a signalfd would give. */
static void send_signal(struct stage *stage, int number)
{
    struct signalfd_siginfo info = {.ssi_signo = (uint32_t)number};
    assert_int_equal(write(stage->signals[1], &info, sizeof info), sizeof info);
}

static int start(void **state)
{
    struct stage *stage = calloc(1, sizeof *stage);
    snprintf(stage->home, sizeof stage->home, "/tmp/amn-loop-XXXXXX");
    assert_non_null(mkdtemp(stage->home));
    snprintf(stage->path, sizeof stage->path, "%s/socket", stage->home);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, stage->front), 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, stage->signals), 0);
    assert_ok(keeper_listen(stage->home, &stage->doors.listen_fd));
    stage->doors.front_fd = dup(stage->front[0]);
    assert_int_equal(fcntl(stage->doors.front_fd, F_SETFL, O_NONBLOCK), 0);
    close(stage->front[0]);
    stage->doors.signal_fd = stage->signals[0];
    stage->hooks = (struct loop_hooks){stage, lose_front, NULL, stop_front};
    assert_int_equal(pthread_create(&stage->thread, NULL, run_loop, stage), 0);
    *state = stage;
    return 0;
}

static void join(struct stage *stage)
{
    if (!stage->joined) pthread_join(stage->thread, NULL);
    stage->joined = true;
}

static int finish(void **state)
{
    struct stage *stage = *state;
    join(stage);
    close(stage->front[1]);
    close(stage->signals[0]);
    close(stage->signals[1]);
    close(stage->doors.listen_fd);
    unlink(stage->path);
    rmdir(stage->home);
    free(stage);
    return 0;
}

static void end(struct stage *stage)
{
    send_signal(stage, SIGTERM);
}

static void put_frame(int fd, const char *text)
{
    SCOPED(buf_done) struct buf frame = {0};
    buf_be32(&frame, (uint32_t)strlen(text));
    buf_text(&frame, text);
    assert_int_equal(send(fd, frame.at, frame.len, MSG_NOSIGNAL), frame.len);
}

static size_t get_frame(int fd, char *out, size_t room)
{
    uint8_t word[4];
    assert_int_equal(recv(fd, word, sizeof word, MSG_WAITALL), 4);
    size_t len = be32_get(word);
    assert_true(len <= room);
    if (len > 0) assert_int_equal(recv(fd, out, len, MSG_WAITALL), len);
    return len;
}

static int connect_local(struct stage *stage)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", stage->path);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

static void answers_go_to_whom_they_belong(void **state)
{
    struct stage *stage = *state;
    char got[16];
    int local = connect_local(stage);
    put_frame(stage->front[1], "front");
    put_frame(local, "local");
    assert_int_equal(get_frame(local, got, sizeof got), 5);
    assert_memory_equal(got, "local", 5);
    assert_int_equal(get_frame(stage->front[1], got, sizeof got), 5);
    assert_memory_equal(got, "front", 5);
    close(local);
    end(stage);
    join(stage);
    assert_int_equal(stage->ended.code, CODE_OK);
    assert_int_equal(stage->keeper.local, 1);
}

static void what_was_put_aside_is_answered_when_the_bell_rings(void **state)
{
    struct stage *stage = *state;
    char got[16];
    put_frame(stage->front[1], "Aside");
    put_frame(stage->front[1], "later");
    assert_int_equal(get_frame(stage->front[1], got, sizeof got), 5);
    assert_memory_equal(got, "later", 5);
    assert_int_equal(eventfd_write(stage->keeper.rings_fd, 1), 0);
    assert_int_equal(get_frame(stage->front[1], got, sizeof got), 1);
    assert_memory_equal(got, "A", 1);
    int local = connect_local(stage);
    put_frame(local, "Aside");
    put_frame(local, "then");
    assert_int_equal(get_frame(local, got, sizeof got), 4);
    close(local); /* whoever asked is gone: its place may be another's when the bell rings */
    local = connect_local(stage);
    put_frame(local, "new");
    assert_int_equal(get_frame(local, got, sizeof got), 3);
    assert_int_equal(eventfd_write(stage->keeper.rings_fd, 1), 0);
    put_frame(local, "more");
    assert_int_equal(get_frame(local, got, sizeof got), 4);
    assert_memory_equal(got, "more", 4);
    close(local);
    end(stage);
    join(stage);
    assert_int_equal(stage->keeper.forgot, 1);
    close(stage->keeper.rings_fd);
}

static void frames_in_pieces_are_put_together(void **state)
{
    struct stage *stage = *state;
    static const uint8_t bytes[] = {0, 0, 0, 3, 'a', 'b', 'c', 0, 0, 0, 1, 'd'};
    char got[8];
    for (size_t i = 0; i < sizeof bytes; i++) {
        assert_int_equal(send(stage->front[1], bytes + i, 1, 0), 1);
        usleep(200);
    }
    assert_int_equal(get_frame(stage->front[1], got, sizeof got), 3);
    assert_int_equal(get_frame(stage->front[1], got, sizeof got), 1);
    end(stage);
}

static void what_waits_becomes_one_batch(void **state)
{
    struct stage *stage = *state;
    SCOPED(buf_done) struct buf many = {0};
    char got[8];
    for (int i = 0; i < 3000; i++) {
        buf_be32(&many, 1);
        buf_byte(&many, 'x');
    }
    assert_int_equal(send(stage->front[1], many.at, many.len, 0), many.len);
    for (int i = 0; i < 3000; i++) assert_int_equal(get_frame(stage->front[1], got, sizeof got), 1);
    end(stage);
    join(stage);
    assert_true(stage->keeper.largest <= KEEPER_BATCH_MAX);
    assert_true(stage->keeper.batches < 100);
}

static void long_frames_go_one_by_one(void **state)
{
    enum { FRAMES = 20, LONG = LOOP_LONG_BYTES + 7 };
    struct stage *stage = *state;
    static char text[LONG + 1], got[LONG];
    int local = connect_local(stage);
    memset(text, 'l', LONG);
    for (int i = 0; i < FRAMES; i++) {
        text[0] = (char)('a' + i);
        put_frame(local, text);
        put_frame(local, "short");
    }
    for (int i = 0; i < FRAMES; i++) {
        assert_int_equal(get_frame(local, got, sizeof got), LONG);
        assert_int_equal(got[0], 'a' + i);
        assert_int_equal(get_frame(local, got, sizeof got), 5);
    }
    close(local);
    end(stage);
    join(stage);
    assert_true(stage->keeper.batches >= FRAMES && stage->keeper.soon > 0);
    assert_false(stage->keeper.told_wrong);
    assert_int_equal(stage->keeper.frames, 2 * FRAMES);
}

static void a_peer_that_reads_late_gets_everything(void **state)
{
    struct stage *stage = *state;
    char *got = malloc(BIG_ANSWER);
    int local = connect_local(stage);
    for (int i = 0; i < 60; i++) put_frame(local, "B"); /* 18 MB of answers, above LOOP_OUT_BYTES */
    shutdown(local, SHUT_WR);
    usleep(20000);
    for (int i = 0; i < 60; i++) assert_int_equal(get_frame(local, got, BIG_ANSWER), BIG_ANSWER);
    assert_int_equal(recv(local, got, 1, 0), 0); /* then it is closed */
    close(local);
    free(got);
    end(stage);
}

static void a_frame_above_its_bound_ends_the_peer(void **state)
{
    struct stage *stage = *state;
    static const uint8_t long_frame[] = {0x7f, 0, 0, 0, 1};
    char got[1];
    int local = connect_local(stage);
    assert_int_equal(send(local, long_frame, sizeof long_frame, 0), sizeof long_frame);
    assert_true(recv(local, got, 1, 0) <= 0);
    close(local);
    end(stage);
}

static void the_socket_is_the_owners_alone(void **state)
{
    struct stage *stage = *state;
    struct stat about = {0};
    assert_int_equal(stat(stage->path, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0600);
    int again = -1;
    assert_ok(keeper_listen(stage->home, &again)); /* a stale file is replaced */
    close(again);
    end(stage);
}

static void a_front_that_stays_away_ends_the_loop(void **state)
{
    struct stage *stage = *state;
    shutdown(stage->front[1], SHUT_RDWR);
    join(stage);
    assert_int_equal(stage->ended.code, CODE_UNAVAILABLE);
    assert_int_equal(stage->keeper.losses, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(answers_go_to_whom_they_belong, start, finish),
        cmocka_unit_test_setup_teardown(what_was_put_aside_is_answered_when_the_bell_rings, start, finish),
        cmocka_unit_test_setup_teardown(frames_in_pieces_are_put_together, start, finish),
        cmocka_unit_test_setup_teardown(what_waits_becomes_one_batch, start, finish),
        cmocka_unit_test_setup_teardown(long_frames_go_one_by_one, start, finish),
        cmocka_unit_test_setup_teardown(a_peer_that_reads_late_gets_everything, start, finish),
        cmocka_unit_test_setup_teardown(a_frame_above_its_bound_ends_the_peer, start, finish),
        cmocka_unit_test_setup_teardown(the_socket_is_the_owners_alone, start, finish),
        cmocka_unit_test_setup_teardown(a_front_that_stays_away_ends_the_loop, start, finish),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
