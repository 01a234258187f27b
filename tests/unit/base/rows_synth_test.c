#include "base/rows/rows.h"
#include "cli/synth.h"
#include "prop.h"

enum { CUSTOMERS = 20000, SEED = 7 };

static const char *const members[] = {"ref",     "name",      "email",      "phone",     "birth_date",
                                      "address", "postcode",  "recipient",  "door_code", "country",
                                      "lang",    "order_ref", "ordered_at", "goods",     "total"};

static const char *member(const struct synth_customer *one, size_t i)
{
    const char *const texts[] = {one->ref,        one->name,    one->email,    one->phone,
                                 one->birth_date, one->address, one->postcode, one->recipient,
                                 one->door_code,  one->country, one->lang,     one->order_ref,
                                 one->ordered_at, one->goods,   one->total};
    return texts[i];
}

static struct result keep(void *context, struct slice text)
{
    buf_slice_put(context, text);
    return OK;
}

static struct result same_customer(void *context, uint64_t line, const struct row_value *values, size_t count)
{
    uint64_t *n = context;
    struct synth_customer one;
    synth_customer(SEED, *n, &one);
    assert_int_equal(line, *n + 2);
    assert_int_equal(count, COUNT_OF(members));
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(values[i].target, members[i]);
        assert_true(slice_is(values[i].text, member(&one, i)));
    }
    ++*n;
    return OK;
}

static struct result no_reject(void *context, uint64_t line, const char *reason)
{
    (void)context;
    fail_msg("line %llu: %s", (unsigned long long)line, reason);
    return OK;
}

static void made_up_customers_are_read_back(void **state)
{
    (void)state;
    SCOPED(buf_done) struct buf list = {0}, again = {0}, other = {0};
    assert_ok(synth_write((struct synth_sink){&list, keep}, CUSTOMERS, SEED));
    uint64_t n = 0;
    SCOPED(rows_free) struct rows *rows = NULL;
    assert_ok(rows_new(&(struct rows_options){0}, (struct rows_sink){&n, same_customer, no_reject}, &rows));
    assert_ok(rows_push(rows, buf_slice(&list)));
    assert_ok(rows_end(rows));
    assert_int_equal(n, CUSTOMERS);
    struct rows_summary summary = rows_summary(rows);
    assert_int_equal(summary.unmapped, 0);

    assert_ok(synth_write((struct synth_sink){&again, keep}, CUSTOMERS, SEED));
    assert_true(slice_equal(buf_slice(&list), buf_slice(&again)));
    assert_ok(synth_write((struct synth_sink){&other, keep}, CUSTOMERS, SEED + 1));
    assert_false(slice_equal(buf_slice(&list), buf_slice(&other)));
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static size_t distinct(const char **texts, size_t count)
{
    qsort(texts, count, sizeof *texts, by_text);
    size_t found = 1;
    for (size_t i = 1; i < count; i++) found += strcmp(texts[i - 1], texts[i]) != 0;
    return found;
}

static void refs_and_emails_are_unique_and_few_phones_are_shared(void **state)
{
    (void)state;
    struct synth_customer *all = calloc(CUSTOMERS, sizeof *all);
    const char **texts = calloc(CUSTOMERS, sizeof *texts);
    assert_non_null(all);
    assert_non_null(texts);
    static const size_t unique[] = {0, 2};
    for (size_t i = 0; i < CUSTOMERS; i++) synth_customer(SEED, i, &all[i]);
    for (size_t u = 0; u < COUNT_OF(unique); u++) {
        for (size_t i = 0; i < CUSTOMERS; i++) texts[i] = member(&all[i], unique[u]);
        assert_int_equal(distinct(texts, CUSTOMERS), CUSTOMERS);
    }
    for (size_t i = 0; i < CUSTOMERS; i++) texts[i] = all[i].phone;
    assert_in_range(distinct(texts, CUSTOMERS), CUSTOMERS * 97 / 100, CUSTOMERS - 1);
    free(texts);
    free(all);
}

static void ends_with_any(const char *email)
{
    static const char *const reserved[] = {"@example.com", "@example.net", "@example.org", ".example"};
    for (size_t i = 0; i < COUNT_OF(reserved); i++) {
        size_t len = strlen(email), end = strlen(reserved[i]);
        if (len > end && strcmp(email + len - end, reserved[i]) == 0) return;
    }
    fail_msg("%s", email);
}

static void nothing_in_them_can_be_real(void **state)
{
    (void)state;
    static const struct {
        const char *country, *prefix;
    } ranges[] = {{"KR", "010-0"}, {"KR", "010-1"}, {"ID", "0890"}, {"ID", "0891"},
                  {"ID", "0892"},  {"ID", "0893"},  {"ID", "0894"}};
    size_t count[3] = {0};
    for (uint64_t n = 0; n < CUSTOMERS; n++) {
        struct synth_customer one;
        synth_customer(SEED, n < CUSTOMERS / 2 ? n : n * 1000003, &one);
        ends_with_any(one.email);
        bool good = false;
        for (size_t i = 0; i < COUNT_OF(ranges); i++)
            if (strcmp(one.country, ranges[i].country) == 0 &&
                strstr(one.phone, ranges[i].prefix) == one.phone)
                good = true;
        if (strcmp(one.country, "US") == 0) good = strstr(one.phone, ") 555-01") || one.phone[2] == '9';
        if (!good) fail_msg("%s", one.phone);
        count[one.country[0] == 'K' ? 0 : one.country[0] == 'I' ? 1 : 2]++;
    }
    assert_in_range(count[0], CUSTOMERS * 37 / 100, CUSTOMERS * 43 / 100);
    assert_in_range(count[1], CUSTOMERS * 37 / 100, CUSTOMERS * 43 / 100);
    assert_in_range(count[2], CUSTOMERS * 17 / 100, CUSTOMERS * 23 / 100);
}

static void the_largest_numbers_fit(void **state)
{
    (void)state;
    PROPERTY(2000, rng) {
        struct synth_customer one;
        synth_customer(prop_u64(&rng), UINT64_MAX - 1 - prop_below(&rng, 1000), &one);
        assert_int_equal(one.ref[0], 'C');
    }
}

static struct result full(void *context, struct slice text)
{
    (void)context, (void)text;
    return FAIL(DISK_FULL, "disk: full");
}

static void a_failing_sink_ends_the_writing(void **state)
{
    (void)state;
    assert_code(CODE_UNAVAILABLE, synth_write((struct synth_sink){NULL, full}, CUSTOMERS, SEED));
    assert_code(CODE_UNAVAILABLE, synth_write((struct synth_sink){NULL, full}, 0, SEED));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(made_up_customers_are_read_back),
        cmocka_unit_test(refs_and_emails_are_unique_and_few_phones_are_shared),
        cmocka_unit_test(nothing_in_them_can_be_real),
        cmocka_unit_test(the_largest_numbers_fit),
        cmocka_unit_test(a_failing_sink_ends_the_writing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
