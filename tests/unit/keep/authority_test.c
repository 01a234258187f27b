/* Authority rows: whoever can write the database can still not give themselves a role, nor put an old row back. */
#include "keep/access/authority.h"
#include "store/sqlite/sqlite_priv.h"
#include "two_shops.h"

/* Write to the first shop's database behind its back, and open the shop again. */
static struct result reopened(struct two_shops *two, const char *sql)
{
    struct shop_options options = {
        .home = two->home, .name = "first", .clock = {two_shops_now, two}, .mode = SHOP_WRITER};
    sqlite3 *db = sqlite_of(two->shops[0]->store)->db;
    if (sql) {
        assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
        assert_true(sqlite3_changes(db) > 0);
    }
    shop_free(&two->shops[0]);
    return shop_open(&options, &two->shops[0]);
}

/* Give the role of this id another daily budget, as an admin would. */
static void role_change(struct two_shops *two, uint32_t id, uint64_t daily)
{
    struct shop *shop = two->shops[0];
    SCOPED(arena_done) struct arena arena = {0};
    SCOPED(batch_done) struct batch batch = {0};
    SCOPED(buf_done) struct buf body = {0};
    struct reader operator= {.no = reader_no(READER_OPERATOR, 0)};
    struct receipt receipt = {0};
    struct role role = *role_by_id(&shop->access, id);
    role.limits.at[WINDOW_DAY] = daily;
    role_body_write(&role, &body);
    assert_ok(batch_begin(shop, &arena, &batch));
    assert_ok(authority_put(&batch, &operator, AUTHORITY_ROLE, id, buf_slice(&body), &receipt));
    assert_ok(batch_settle(&batch));
}

static void rows_hold_after_honest_changes(void **state)
{
    (void)state;
    struct two_shops two;
    two_shops_begin(&two);
    role_change(&two, 3, 7);
    role_change(&two, 3, 9);
    role_change(&two, 1, 11);
    assert_ok(reopened(&two, NULL));
    assert_int_equal(role_by_id(&two.shops[0]->access, 3)->limits.at[WINDOW_DAY], 9);
    assert_int_equal(role_by_id(&two.shops[0]->access, 1)->limits.at[WINDOW_DAY], 11);
    assert_int_equal(two.shops[0]->access.key_count, 1);
    two_shops_end(&two);
}

static void a_row_written_by_anybody_else_is_found(void **state)
{
    (void)state;
    static const char *const changes[] = {
        "UPDATE authority SET body = CAST(substr(body, 1, length(body) - 1) || x'f5' AS BLOB) WHERE kind = 3 "
        "AND id = 4",
        "UPDATE authority SET body = (SELECT body FROM authority WHERE kind = 3 AND id = 1) WHERE kind = 3 "
        "AND id = 4",
        "UPDATE authority SET mac = (SELECT mac FROM authority WHERE kind = 3 AND id = 1) WHERE kind = 3 AND "
        "id = 4",
        "UPDATE authority SET body = (SELECT body FROM authority WHERE kind = 3 AND id = 1),"
        " mac = (SELECT mac FROM authority WHERE kind = 3 AND id = 1) WHERE kind = 3 AND id = 4",
        "UPDATE authority SET entry = entry + 1 WHERE kind = 3 AND id = 4",
        "UPDATE authority SET id = 19 WHERE kind = 3 AND id = 4",
        "UPDATE authority SET kind = 4 WHERE kind = 3 AND id = 4",
        "DELETE FROM authority WHERE kind = 3 AND id = 4",
        "DELETE FROM authority WHERE kind = 2",
        "DELETE FROM authority",
        "DELETE FROM ledger_authority WHERE entry = (SELECT max(entry) FROM ledger_authority)",
    };
    for (size_t i = 0; i < COUNT_OF(changes); i++) {
        struct two_shops two;
        two_shops_begin(&two);
        struct result got = reopened(&two, changes[i]);
        if (got.cause != CAUSE_TAMPERED) fail_msg("%s: %s", changes[i], cause_row(got.cause)->slug);
        two_shops_end(&two);
    }
}

/* The newest refusal that the vault itself wrote. */
static void refused_by_the_vault(const struct shop *shop)
{
    struct entry entry = {0};
    for (uint64_t at = ledger_durable(shop->ledger); at-- > 0 && entry.kind != ENTRY_REFUSED;) {
        SCOPED(buf_done) struct buf bytes = {0};
        assert_ok(ledger_entry(shop->ledger, at, &bytes, NULL));
        assert_ok(entry_read(buf_slice(&bytes), &entry));
    }
    assert_int_equal(entry.kind, ENTRY_REFUSED);
    assert_int_equal(entry.reader, 0);
}

/* It gives nobody anything, and must not stop the shop either; verify names it, and it is told. */
static void a_row_that_nobody_made_is_passed_over_and_told(void **state)
{
    (void)state;
    static const char *const changes[] = {
        "INSERT INTO authority SELECT kind, 99, entry, body, mac FROM authority WHERE kind = 3 AND id = 1",
        "INSERT INTO authority SELECT 2, 2, entry, body, mac FROM authority WHERE kind = 2 AND id = 1",
        "INSERT INTO authority SELECT 1, 1, entry, body, mac FROM authority WHERE kind = 2 AND id = 1",
    };
    for (size_t i = 0; i < COUNT_OF(changes); i++) {
        struct two_shops two;
        two_shops_begin(&two);
        size_t roles = two.shops[0]->access.role_count, keys = two.shops[0]->access.key_count;
        assert_ok(reopened(&two, changes[i]));
        const struct shop *shop = two.shops[0];
        assert_int_equal(shop->forged, 1);
        assert_int_equal(shop->access.role_count, roles);
        assert_int_equal(shop->access.key_count, keys);
        assert_int_equal(shop->access.staff_count, 0);
        refused_by_the_vault(shop);
        two_shops_end(&two);
    }
}

static void an_old_row_put_back_is_found(void **state)
{
    (void)state;
    struct two_shops two;
    two_shops_begin(&two);
    sqlite3 *db = sqlite_of(two.shops[0]->store)->db;
    assert_int_equal(
        sqlite3_exec(db, "CREATE TEMP TABLE old AS SELECT * FROM authority WHERE kind = 3 AND id = 3", NULL,
                     NULL, NULL),
        SQLITE_OK);
    role_change(&two, 3, 7);
    struct result got = reopened(&two, "INSERT OR REPLACE INTO authority SELECT * FROM old");
    assert_int_equal(got.cause, CAUSE_TAMPERED);
    two_shops_end(&two);
}

static void a_row_of_another_shop_is_found(void **state)
{
    (void)state;
    struct two_shops two;
    char sql[160];
    two_shops_begin(&two);
    (void)snprintf(sql, sizeof sql, "ATTACH DATABASE '%s/shops/second/shop.db' AS other", two.path);
    sqlite3 *db = sqlite_of(two.shops[0]->store)->db;
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    struct result got =
        reopened(&two, "INSERT OR REPLACE INTO main.authority SELECT * FROM other.authority WHERE kind = 2");
    assert_int_equal(got.cause, CAUSE_TAMPERED);
    two_shops_end(&two);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_hold_after_honest_changes),
        cmocka_unit_test(a_row_written_by_anybody_else_is_found),
        cmocka_unit_test(a_row_that_nobody_made_is_passed_over_and_told),
        cmocka_unit_test(an_old_row_put_back_is_found),
        cmocka_unit_test(a_row_of_another_shop_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
