/* Errands apart: read on a view of their own, one about the same after the other, broken off when nobody waits for them. */
#include "keep/home.h"
#include "keeper/errands.h"

#include "prop.h"

#include <poll.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { WAIT_MS = 60000 };

struct place {
    char path[64];
    struct home *home;
    struct errands *errands;
    int fd;
};

static int64_t now(void *context)
{
    (void)context;
    return 1795300000 * SECOND_US;
}

static int begin(void **state)
{
    SCOPED(home_made_done) struct home_made made = {0};
    struct place *place = calloc(1, sizeof *place);
    assert_non_null(place);
    (void)snprintf(place->path, sizeof place->path, "/tmp/amanah-errands-XXXXXX");
    assert_non_null(mkdtemp(place->path));
    struct home_options options = {.path = place->path, .seal.kind = SEAL_PLAIN, .clock = {now, NULL}};
    assert_ok(home_init(&options, &made));
    assert_ok(home_open(place->path, (struct slice){0}, true, &place->home));
    place->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    assert_true(place->fd >= 0);
    assert_ok(errands_new(place->home, options.clock, place->fd, &place->errands));
    *state = place;
    return 0;
}

static int end(void **state)
{
    struct place *place = *state;
    char command[96];
    errands_free(&place->errands);
    (void)close(place->fd);
    home_free(&place->home);
    (void)snprintf(command, sizeof command, "rm -r '%s'", place->path);
    assert_int_equal(system(command), 0);
    free(place);
    return 0;
}

/* What an errand of a test does, and tells. */
struct work {
    atomic_int began, freed, running_most;
    atomic_int *running; /* of several */
    atomic_bool go;
    bool reads_on, fails, writes;
    uint64_t entries;
    enum code wrote;
};

static RESULT work_run(struct shop *view, void *state)
{
    struct work *work = state;
    if (work->running) work->running_most = ++*work->running;
    work->began++;
    work->entries = ledger_durable(view->ledger);
    while (!work->go && !work->reads_on) (void)usleep(1000);
    while (work->reads_on) { /* as a count does: read after read, until one fails */
        struct subject_no last = {0};
        TRY(view->store->subject->last(view->store, &last));
    }
    if (work->writes) {
        work->wrote = view->store->batch->begin(view->store).code;
        if (work->wrote == CODE_OK) work->wrote = view->store->fact->put(view->store, "test", 1).code;
    }
    if (work->running) --*work->running;
    return work->fails ? FAIL(CONFLICT, "test: it is as it is") : OK;
}

static void work_free(void *state)
{
    ((struct work *)state)->freed++;
}

static bool put(struct place *place, void *from, uint64_t about, struct work *work)
{
    static const char frame[] = "..an ask..";
    struct keeper_ask ask = {.frame = slice_text(frame), .from = from};
    struct errand *errand = calloc(1, sizeof *errand);
    assert_non_null(errand);
    *errand = (struct errand){.about = about, .run = work_run, .free = work_free, .state = work};
    bool there = errands_put(place->errands, &ask, "shop", &errand);
    assert_true(there == (errand == NULL));
    if (errand) errand->state = NULL; /* the test's own */
    errand_free(&errand);
    return there;
}

static size_t take(struct place *place, struct keeper_ask *out)
{
    struct pollfd wait = {.fd = place->fd, .events = POLLIN};
    eventfd_t rung = 0;
    assert_int_equal(poll(&wait, 1, WAIT_MS), 1);
    assert_int_equal(eventfd_read(place->fd, &rung), 0);
    return errands_take(place->errands, out, ERRANDS_MAX);
}

static void until(const atomic_int *number, int want)
{
    for (int i = 0; i < WAIT_MS && *number < want; i++) (void)usleep(1000);
    assert_int_equal(*number, want);
}

static void what_was_put_aside_comes_back_with_what_was_read(void **state)
{
    struct place *place = *state;
    struct keeper_ask asks[ERRANDS_MAX];
    struct work work = {.go = true}, failing = {.go = true, .fails = true};
    int me = 0;
    assert_true(put(place, &me, 1, &work));
    assert_int_equal(take(place, asks), 1);
    assert_true(slice_is(asks[0].frame, "..an ask.."));
    assert_ptr_equal(asks[0].from, &me);
    assert_ok(errand_result(asks[0].returned));
    assert_ptr_equal(asks[0].returned->state, &work);
    assert_true(work.entries > 0); /* a home just made has entries: its log is opened, its first key made */
    assert_int_equal(work.freed, 0);
    errands_taken(place->errands);
    assert_int_equal(work.freed, 1);
    assert_true(put(place, &me, 1, &failing));
    assert_int_equal(take(place, asks), 1);
    assert_code(CODE_CONFLICT, errand_result(asks[0].returned));
    assert_string_equal(result_text(), "test: it is as it is");
    errands_taken(place->errands);
}

static void a_view_cannot_be_written(void **state)
{
    struct place *place = *state;
    struct keeper_ask asks[ERRANDS_MAX];
    struct work work = {.go = true, .writes = true};
    assert_true(put(place, NULL, 1, &work));
    assert_int_equal(take(place, asks), 1);
    errands_taken(place->errands);
    assert_int_not_equal(work.wrote, CODE_OK);
}

static void two_about_the_same_wait_for_each_other(void **state)
{
    struct place *place = *state;
    struct keeper_ask asks[ERRANDS_MAX];
    struct work first = {.go = true}, second = {.go = true}, other = {.go = true};
    assert_true(put(place, NULL, 7, &first));
    assert_true(put(place, NULL, 7, &second));
    assert_true(put(place, NULL, 8, &other));
    until(&first.began, 1);
    until(&other.began, 1); /* it came last, and is about something else */
    assert_int_equal(second.began, 0);
    size_t taken = 0;
    while (taken < 2) taken += take(place, asks);
    (void)usleep(20000);
    assert_int_equal(second.began, 0); /* what the first found is not settled yet */
    errands_taken(place->errands);
    assert_int_equal(take(place, asks), 1);
    assert_ptr_equal(asks[0].returned->state, &second);
    errands_taken(place->errands);
}

static void there_is_room_for_so_many_and_no_more(void **state)
{
    struct place *place = *state;
    struct work works[ERRANDS_MAX + 1] = {{0}};
    struct keeper_ask asks[ERRANDS_MAX];
    for (size_t i = 0; i < ERRANDS_MAX; i++) assert_true(put(place, NULL, i, &works[i]));
    assert_false(put(place, NULL, 99, &works[ERRANDS_MAX]));
    for (size_t i = 0; i < ERRANDS_MAX; i++) works[i].go = true;
    for (size_t taken = 0; taken < ERRANDS_MAX;) {
        taken += take(place, asks);
        errands_taken(place->errands);
    }
    assert_true(put(place, NULL, 99, &works[ERRANDS_MAX]));
    works[ERRANDS_MAX].go = true;
    assert_int_equal(take(place, asks), 1);
    errands_taken(place->errands);
}

static void what_nobody_waits_for_is_broken_off(void **state)
{
    struct place *place = *state;
    struct keeper_ask asks[ERRANDS_MAX];
    struct work running = {.go = true, .reads_on = true}, waiting = {.go = true};
    int gone = 0;
    assert_true(put(place, &gone, 1, &running));
    assert_true(put(place, &gone, 1, &waiting));
    until(&running.began, 1);
    for (int i = 0; i < WAIT_MS && running.freed == 0; i++) { /* an interrupt between two reads is lost */
        errands_forget(place->errands, &gone);
        (void)usleep(1000);
    }
    assert_int_equal(running.freed, 1);
    assert_int_equal(waiting.freed, 1);
    assert_int_equal(waiting.began, 0);
    assert_int_equal(errands_take(place->errands, asks, ERRANDS_MAX), 0);
}

static void an_end_waits_for_no_reader(void **state)
{
    struct place *place = *state;
    struct work running = {.go = true, .reads_on = true};
    assert_true(put(place, NULL, 1, &running));
    until(&running.began, 1);
    errands_free(&place->errands); /* it would read on for ever */
    assert_int_equal(running.freed, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_put_aside_comes_back_with_what_was_read, begin, end),
        cmocka_unit_test_setup_teardown(a_view_cannot_be_written, begin, end),
        cmocka_unit_test_setup_teardown(two_about_the_same_wait_for_each_other, begin, end),
        cmocka_unit_test_setup_teardown(there_is_room_for_so_many_and_no_more, begin, end),
        cmocka_unit_test_setup_teardown(what_nobody_waits_for_is_broken_off, begin, end),
        cmocka_unit_test_setup_teardown(an_end_waits_for_no_reader, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
