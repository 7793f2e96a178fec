/* test_ledger.c - the ledger on a real database: journals that sum to nothing, once each; balances
 * that are never below nothing; rows that nobody changes. */
#include "tests/db/shroff.h"

#include "ledger/journal.h"

/* One event: `price` to the wallet, from `channel`. */
struct event {
    int64_t id, price, bonus;
    const char *user;
    struct journal_booked booked;
    struct wallet wallet;
};

static struct journal journal_of(const struct event *e)
{
    const enum ledger_kind kind = e->price < 0 ? ENTRY_PAYMENT : ENTRY_RECHARGE;

    return (struct journal){
        .cause = BIZ_ORDER,
        .biz_id = e->id,
        .step = 1,
        .rows = { { ACCOUNT_WALLET, kind, MONEY(e->price) },
                  { ACCOUNT_WALLET, ENTRY_BONUS, MONEY(e->bonus) },
                  { ACCOUNT_CHANNEL, kind, MONEY(-e->price) },
                  { ACCOUNT_BONUS, ENTRY_BONUS, MONEY(-e->bonus) } },
        .recharge = MONEY(e->price > 0 ? e->price : 0),
        .expense = MONEY(e->price < 0 ? -e->price : 0),
    };
}

static enum pay_err event_work(struct db *db, void *arg)
{
    struct event *e = arg;
    const struct wallet_key key = { S.app->id, e->user ? e->user : "u1", "CNY" };
    const struct journal journal = journal_of(e);

    enum pay_err err = wallet_lock(db, &key, &e->wallet);
    return err == PAY_OK ? journal_book(db, &journal, &e->wallet, &e->booked) : err;
}

static enum pay_err booked(int64_t id, int64_t price)
{
    struct event e = { .id = id, .price = price };
    return db_txn(S.db, event_work, &e);
}

static int ledger_begin(void **state)
{
    (void)state;
    run_sql("TRUNCATE ledger_entry");
    run_sql("TRUNCATE wallet_adjust");
    run_sql("TRUNCATE wallet");
    return 0;
}

/* What must be true of any ledger. */
static int ledger_holds(void **state)
{
    (void)state;
    ASSERT_NUMBER(
        "SELECT COUNT(*) FROM (SELECT journal FROM ledger_entry GROUP BY journal, currency"
        " HAVING SUM(price) <> 0 OR COUNT(*) < 2) x",
        0);
    ASSERT_NUMBER(
        "SELECT COUNT(*) FROM wallet w WHERE w.balance < 0 OR w.frozen < 0 OR w.balance <>"
        " (SELECT IFNULL(SUM(l.price), 0) FROM ledger_entry l WHERE l.wallet_id = w.id"
        "  AND l.account = 'wallet') OR w.frozen <>"
        " (SELECT IFNULL(SUM(l.price), 0) FROM ledger_entry l WHERE l.wallet_id = w.id"
        "  AND l.account = 'frozen')",
        0);
    ASSERT_NUMBER("SELECT COUNT(*) FROM wallet w JOIN ledger_entry l ON l.wallet_id = w.id"
                  " AND l.version = w.version WHERE l.balance <> w.balance",
                  0);
    ASSERT_NUMBER("SELECT COUNT(*) FROM wallet w WHERE w.version <>"
                  " (SELECT COUNT(*) FROM ledger_entry l WHERE l.wallet_id = w.id)",
                  0);
    return 0;
}

#define LEDGER_TEST(f) cmocka_unit_test_setup_teardown(f, ledger_begin, ledger_holds)

static void test_wallet_find__zeros_until_something_is_booked(void **state)
{
    struct wallet wallet;

    (void)state;
    ASSERT_ERR(wallet_find(S.db, &(struct wallet_key){ S.app->id, "u1", "CNY" }, &wallet), PAY_OK);
    db_end(S.db);
    assert_int_equal(wallet.id, 0);
    assert_string_equal(wallet.user_id, "u1");
    ASSERT_NUMBER("SELECT COUNT(*) FROM wallet", 0);
}

static void test_journal_book__writes_rows_and_balance(void **state)
{
    struct event e = { .id = 1, .price = 1000, .bonus = 50 };

    (void)state;
    ASSERT_ERR(db_txn(S.db, event_work, &e), PAY_OK);
    assert_true(e.booked.now);
    assert_true(ulid_is(e.booked.no));
    assert_int_equal(e.wallet.balance.minor, 1050);
    ASSERT_NUMBER("SELECT COUNT(*) FROM ledger_entry", 4);
    ASSERT_NUMBER("SELECT COUNT(DISTINCT journal) FROM ledger_entry", 1);
    ASSERT_NUMBER("SELECT COUNT(*) FROM wallet WHERE balance = 1050 AND total_recharge = 1000"
                  " AND total_expense = 0 AND version = 2",
                  1);
    ASSERT_NUMBER("SELECT COUNT(*) FROM ledger_entry WHERE account = 'wallet' AND"
                  " (kind, price, balance, version) IN (('recharge', 1000, 1000, 1),"
                  " ('bonus', 50, 1050, 2))",
                  2);
    ASSERT_NUMBER("SELECT COUNT(*) FROM ledger_entry WHERE account IN ('channel', 'bonus')"
                  " AND wallet_id IS NULL AND balance IS NULL AND version IS NULL",
                  2);
}

static void test_journal_book__a_row_without_money_is_left_out(void **state)
{
    (void)state;
    ASSERT_ERR(booked(1, 1000), PAY_OK);
    ASSERT_NUMBER("SELECT COUNT(*) FROM ledger_entry", 2);
}

static void test_journal_book__a_repeat_does_nothing(void **state)
{
    struct event e = { .id = 1, .price = 1000 };

    (void)state;
    ASSERT_ERR(booked(1, 1000), PAY_OK);
    for (int i = 0; i < 3; i++) {
        ASSERT_ERR(db_txn(S.db, event_work, &e), PAY_OK);
        assert_false(e.booked.now);
    }
    ASSERT_NUMBER("SELECT balance FROM wallet", 1000);
    ASSERT_NUMBER("SELECT COUNT(*) FROM ledger_entry", 2);
    /* also of one that the balance would not cover any more */
    ASSERT_ERR(booked(2, -1000), PAY_OK);
    ASSERT_ERR(booked(2, -1000), PAY_OK);
    ASSERT_NUMBER("SELECT balance FROM wallet", 0);
}

static void test_journal_book__never_below_nothing(void **state)
{
    (void)state;
    ASSERT_ERR(booked(1, -1), PAY_LOW_BALANCE);
    ASSERT_NUMBER("SELECT COUNT(*) FROM wallet", 0);
    ASSERT_ERR(booked(2, 1000), PAY_OK);
    ASSERT_ERR(booked(3, -1001), PAY_LOW_BALANCE);
    ASSERT_ERR(booked(3, -1000), PAY_OK);
    ASSERT_NUMBER("SELECT COUNT(*) FROM wallet WHERE balance = 0 AND total_expense = 1000", 1);
}

static void test_journal_book__refuses_what_does_not_sum_to_nothing(void **state)
{
    static const struct journal_row ODD[] = {
        { ACCOUNT_CHANNEL, ENTRY_RECHARGE, { -999 } },
        { ACCOUNT_CHANNEL, ENTRY_RECHARGE, { 0 } },
        { ACCOUNT_CHANNEL, ENTRY_RECHARGE, { INT64_MAX } },
    };

    (void)state;
    ASSERT_ERR(booked(1, 1000), PAY_OK);
    for (size_t i = 0; i < COUNT(ODD); i++) {
        struct wallet wallet = {
            .id = 1, .app_id = S.app->id, .balance = MONEY(1000), .currency = "CNY", .version = 1
        };
        const struct journal journal = {
            .cause = BIZ_ORDER,
            .biz_id = 9,
            .step = 1,
            .rows = { { ACCOUNT_WALLET, ENTRY_RECHARGE, MONEY(1000) }, ODD[i] },
        };
        struct journal_booked out;
        ASSERT_ERR(journal_book(S.db, &journal, &wallet, &out), PAY_FAULT);
    }
    ASSERT_NUMBER("SELECT balance FROM wallet", 1000);
}

/* ---- all at once */

#define CROWD 50

/* In CROWD processes: how many got PAY_OK. */
static int crowd(enum pay_err (*work)(int i))
{
    pid_t pids[CROWD];
    int ok = 0;

    for (int i = 0; i < CROWD; i++) {
        pids[i] = fork();
        if (pids[i] == 0) {
            S.db = open_as("shroff_web");
            _exit(work(i) == PAY_OK ? 0 : 1);
        }
    }
    for (int i = 0; i < CROWD; i++) {
        int status = -1;
        assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
        ok += status == 0;
    }
    return ok;
}

static enum pay_err take_a_third(int i)
{
    return booked(100 + i, -300);
}

static enum pay_err the_same(int i)
{
    (void)i;
    return booked(7, 1000);
}

static enum pay_err of_its_own(int i)
{
    struct event e = { .id = i + 1, .price = 10, .user = i % 2 ? "odd" : "even" };
    return db_txn(S.db, event_work, &e);
}

static void test_journal_book__fifty_take_from_one_wallet(void **state)
{
    (void)state;
    ASSERT_ERR(booked(1, 1000), PAY_OK);
    assert_int_equal(crowd(take_a_third), 3);
    ASSERT_NUMBER("SELECT balance FROM wallet", 100);
}

static void test_journal_book__fifty_book_one_event(void **state)
{
    (void)state;
    assert_int_equal(crowd(the_same), CROWD);
    ASSERT_NUMBER("SELECT balance FROM wallet", 1000);
    ASSERT_NUMBER("SELECT COUNT(*) FROM ledger_entry", 2);
}

static void test_journal_book__fifty_make_two_wallets(void **state)
{
    (void)state;
    assert_int_equal(crowd(of_its_own), CROWD);
    ASSERT_NUMBER("SELECT COUNT(*) FROM wallet WHERE balance = 250", 2);
}

/* ---- what no account may do */

#define NEWEST "by what its newest journal says"
static void test_ledger__is_written_once(void **state)
{
    static const struct {
        const char *sql, *says;
    } REFUSED[] = {
        { "UPDATE ledger_entry SET price = 1", "never changed" },
        { "DELETE FROM ledger_entry", "never deleted" },
        { "UPDATE wallet SET balance = -1", "below nothing" },
        { "UPDATE wallet SET frozen = -1", "below nothing" },
        { "UPDATE wallet SET user_id = 'u2'", "keeps its owner" },
        { "UPDATE wallet SET version = 0", "its version grows" },
        { "UPDATE wallet SET balance = balance + 1", NEWEST },
        { "UPDATE wallet SET balance = balance + 1, version = version + 1", NEWEST },
        { "UPDATE wallet SET version = version + 1", NEWEST },
        { "UPDATE wallet SET frozen = 1, balance = balance - 1", NEWEST },
        { "UPDATE wallet SET total_recharge = total_recharge + 1", NEWEST },
        { "UPDATE wallet SET total_expense = total_expense - 1", NEWEST },
        { "DELETE FROM wallet", "never deleted" },
        { "INSERT INTO wallet (app_id, user_id, currency, balance) VALUES (1, 'x', 'CNY', 5)",
          "begins with nothing" },
        { "UPDATE wallet_adjust SET price = 2", "never changed" },
        { "DELETE FROM wallet_adjust", "never deleted" },
    };
    char why[256];

    (void)state;
    ASSERT_ERR(booked(1, 1000), PAY_OK);
    run_sql("INSERT INTO wallet_adjust (app_id, merchant_adjust_id, wallet_id, price, reason)"
            " VALUES (1, 'A', 1, 1, 'r')");
    run_sql("SET SESSION check_constraint_checks = 0, foreign_key_checks = 0");
    for (size_t i = 0; i < COUNT(REFUSED); i++) {
        if (db_run_text(S.root, REFUSED[i].sql, why, sizeof(why)) == PAY_OK)
            fail_msg("not refused: %s", REFUSED[i].sql);
        if (!strstr(why, REFUSED[i].says))
            fail_msg("%s: %s", REFUSED[i].sql, why);
    }
    run_sql("SET SESSION check_constraint_checks = 1, foreign_key_checks = 1");
}

/* A journal has to sum to nothing, and counts once. */
static void test_wallet__changes_with_its_entries(void **state)
{
    static const char SQL[] = "UPDATE wallet SET balance = balance + 5, version = version + 1";
    char why[256];

    (void)state;
    ASSERT_ERR(booked(1, 1000), PAY_OK);
    run_sql("INSERT INTO ledger_entry (no, journal, app_id, account, wallet_id, currency, kind,"
            " biz_type, biz_id, step, price, version)"
            " SELECT 'E1', 'J', app_id, 'wallet', id, 'CNY', 'adjust', 'adjust', 7, 0, 5,"
            " version + 1 FROM wallet");
    if (db_run_text(S.root, SQL, why, sizeof(why)) == PAY_OK)
        fail_msg("a journal that does not sum to nothing changed the wallet");
    run_sql("INSERT INTO ledger_entry (no, journal, app_id, account, currency, kind, biz_type,"
            " biz_id, step, price)"
            " SELECT 'E2', 'J', app_id, 'adjustment', 'CNY', 'adjust', 'adjust', 7, 0, -5"
            " FROM wallet");
    run_sql(SQL);
    if (db_run_text(S.root, SQL, why, sizeof(why)) == PAY_OK)
        fail_msg("a journal changed the wallet twice");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LEDGER_TEST(test_wallet_find__zeros_until_something_is_booked),
        LEDGER_TEST(test_journal_book__writes_rows_and_balance),
        LEDGER_TEST(test_journal_book__a_row_without_money_is_left_out),
        LEDGER_TEST(test_journal_book__a_repeat_does_nothing),
        LEDGER_TEST(test_journal_book__never_below_nothing),
        LEDGER_TEST(test_journal_book__refuses_what_does_not_sum_to_nothing),
        LEDGER_TEST(test_journal_book__fifty_take_from_one_wallet),
        LEDGER_TEST(test_journal_book__fifty_book_one_event),
        LEDGER_TEST(test_journal_book__fifty_make_two_wallets),
        LEDGER_TEST(test_ledger__is_written_once),
        LEDGER_TEST(test_wallet__changes_with_its_entries),
        cmocka_unit_test(test_locks__one_order_for_all),
    };
    return cmocka_run_group_tests_name("ledger", tests, shroff_up, shroff_down);
}
