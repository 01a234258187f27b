/* Work in a copy of the process: what comes back, and what does not. */
#include "crypto/apart.h"
#include "prop.h"

#include <signal.h>
#include <unistd.h>

enum { MANY = 4000 };

static int touched; /* by the work, in its copy alone */

static struct result fill(void *context, struct buf *out)
{
    const size_t *count = context;
    touched = 1;
    for (size_t i = 0; i < *count; i++) buf_byte(out, (uint8_t)i);
    return OK;
}

static struct result refuse(void *context, struct buf *out)
{
    (void)context;
    buf_text(out, "half of it");
    return FAIL(SEALED, "work: refused, %d", 7);
}

static struct result die(void *context, struct buf *out)
{
    const int *how = context;
    buf_text(out, "half of it");
    if (*how > 0) (void)raise(*how);
    _exit(0); /* without a word */
}

static void bytes_come_back_and_nothing_else(void **state)
{
    (void)state;
    SCOPED(buf_done) struct buf out = {0};
    buf_text(&out, "before ");
    for (size_t count = 0; count <= MANY; count += MANY / 2) {
        out.len = 7;
        assert_ok(apart_run(fill, &count, &out));
        assert_int_equal(out.len, 7 + count);
        for (size_t i = 0; i < count; i++) assert_int_equal(out.at[7 + i], (uint8_t)i);
    }
    assert_int_equal(touched, 0);
}

static void a_failure_comes_back_with_cause_and_text(void **state)
{
    (void)state;
    SCOPED(buf_done) struct buf out = {0};
    struct result done = apart_run(refuse, NULL, &out);
    assert_int_equal(done.cause, CAUSE_SEALED);
    assert_string_equal(result_text(), "work: refused, 7");
    assert_int_equal(out.len, 0);
}

static void one_that_dies_or_says_too_much_did_nothing(void **state)
{
    (void)state;
    SCOPED(buf_done) struct buf out = {0};
    size_t too_many = APART_BYTES_MAX + 1;
    for (int how = 0; how <= SIGKILL; how += SIGKILL) {
        assert_code(CODE_UNAVAILABLE, apart_run(die, &how, &out));
        assert_int_equal(out.len, 0);
    }
    assert_code(CODE_UNAVAILABLE, apart_run(fill, &too_many, &out));
    assert_int_equal(out.len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_come_back_and_nothing_else),
        cmocka_unit_test(a_failure_comes_back_with_cause_and_text),
        cmocka_unit_test(one_that_dies_or_says_too_much_did_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
