/* What open pages are told has changed: all of what did, and nothing to whom it does not concern. */
#include "keep/news.h"

#include "keep/access/access.h"
#include "keep/access/authority.h"
#include "prop.h"

#define MAY(ACT) (UINT64_C(1) << ACT_##ACT)

static void every_entry_is_news_of_the_ledger_and_of_what_it_is_about(void **state)
{
    static const struct {
        struct entry entry;
        enum news_kind kind;
    } rows[] = {
        {{.kind = ENTRY_REVEAL}, NEWS_WATCH},
        {{.kind = ENTRY_REFUSED}, NEWS_WATCH},
        {{.kind = ENTRY_BACKUP}, NEWS_BACKUP},
        {{.kind = ENTRY_MATTER}, NEWS_DESK},
        {{.kind = ENTRY_VOUCHER}, NEWS_REDRESS},
        {{.kind = ENTRY_AUTHORITY, .object_kind = AUTHORITY_APPROVAL}, NEWS_APPROVALS},
        {{.kind = ENTRY_AUTHORITY, .object_kind = AUTHORITY_KEY}, NEWS_TEAM},
        {{.kind = ENTRY_AUTHORITY, .object_kind = AUTHORITY_SINK}, NEWS_SETTINGS},
        {{.kind = ENTRY_AUTHORITY, .object_kind = AUTHORITY_PAYMENT}, NEWS_REDRESS},
        {{.kind = ENTRY_AUTHORITY, .object_kind = AUTHORITY_CONTAINMENT}, NEWS_LEDGER},
        {{.kind = ENTRY_AUTHORITY, .object_kind = 4000}, NEWS_LEDGER},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct news news = {.last = 7};
        news_entry(&news, &rows[i].entry);
        assert_true(news.of[rows[i].kind] > 7 && news.of[NEWS_LEDGER] > 7);
        for (enum news_kind kind = 0; kind < NEWS_COUNT; kind++)
            if (kind != rows[i].kind && kind != NEWS_LEDGER) assert_int_equal(news.of[kind], 0);
    }
}

static void who_may_not_see_it_is_not_told_of_it(void **state)
{
    (void)state;
    for (enum news_kind kind = 0; kind < NEWS_COUNT; kind++) {
        assert_false(news_may(kind, 0));
        assert_false(news_may(kind, MAY(REVEAL) | MAY(LOOKUP) | MAY(SHOW)));
        assert_true(news_may(kind, UINT64_MAX));
    }
    assert_true(news_any(MAY(APPROVE)) && !news_any(MAY(REDEEM) | MAY(REVEAL)));
    assert_true(news_may(NEWS_WATCH, MAY(WATCH)) && !news_may(NEWS_INCIDENTS, MAY(WATCH)));
}

static void an_incident_is_named_for_what_is_behind_and_for_what_is_forgotten(void **state)
{
    struct news news = {0};
    (void)state;
    news_incident(&news, 5);
    uint64_t since = news.last;
    assert_true(news_touches(&news, 5, 0));
    assert_false(news_touches(&news, 5, since));
    news_incident(&news, 6);
    assert_false(news_touches(&news, 5, since));
    assert_true(news_touches(&news, 6, since));
    for (uint64_t i = 0; i < NEWS_INCIDENTS_KEPT - 2; i++) news_incident(&news, 7);
    assert_true(news_touches(&news, 6, since));
    assert_false(news_touches(&news, 5, since));
    news_incident(&news, 7);
    assert_true(news_touches(&news, 6, since)); /* forgotten: all may have changed behind so old a number */
    assert_true(news_touches(&news, 5, since));
    assert_false(news_touches(&news, 5, news.last));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_entry_is_news_of_the_ledger_and_of_what_it_is_about),
        cmocka_unit_test(who_may_not_see_it_is_not_told_of_it),
        cmocka_unit_test(an_incident_is_named_for_what_is_behind_and_for_what_is_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
