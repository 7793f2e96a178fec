/* test_repeat.c - what a request costs that is sent again and changes nothing: one read, one
 * insert, no lock and no rollback, so that thousands of them cost no more than the first one. */
#include "tests/db/pay_steps.h"

#define STATUS(names) \
    "SELECT CAST(SUM(VARIABLE_VALUE) AS SIGNED) FROM information_schema.GLOBAL_STATUS" \
    " WHERE VARIABLE_NAME IN (" names ")"
static const char STATEMENTS[] = STATUS("'COM_STMT_EXECUTE'");
static const char ENDS[] =
    STATUS("'COM_CALL_PROCEDURE', 'COM_COMMIT', 'COM_ROLLBACK', 'COM_SET_OPTION'");

static int64_t statements, ends;

static void count_begin(void)
{
    (void)number_of(STATEMENTS);
    ends = number_of(ENDS);
    statements = number_of(STATEMENTS);
}

/* Since count_begin: so many statements, the counting ones besides, and no transaction. */
static void count_end(int64_t want)
{
    statements = number_of(STATEMENTS) - statements;
    assert_in_range(statements, want, want + 2);
    assert_int_equal(number_of(ENDS) - ends, 0);
}

static void test_checkout_create__a_plain_repeat_is_two_statements(void **state)
{
    static const char *const CODES[] = { NULL, "mock" };

    (void)state;
    created("SO1", 10000);
    created("SO1", 10000); /* from now on this process knows the order */
    count_begin();
    for (int i = 0; i < 10; i++) {
        ASSERT_ERR(create_with(fresh_nonce(), "SO1", 10000, CODES[i % 2]), PAY_OK);
        assert_true(C.has_attempt && !C.created);
    }
    count_end(20);
    ASSERT_NUMBER("SELECT COUNT(*) FROM api_nonce", 12);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order_extension", 1);
}

/* An order that the process knows is judged like one that it does not. */
static void test_checkout_create__a_known_order_refuses_in_the_same_order(void **state)
{
    const char *const nonce = "a-nonce-that-is-not-spent";

    (void)state;
    created("SO1", 10000);
    for (int i = 0; i < 3; i++) {
        ASSERT_ERR(create_with(nonce, "SO1", 10001, "mock"), PAY_CONFLICT);
        assert_string_equal(C.field, "price");
    }
    ASSERT_NUMBER("SELECT COUNT(*) FROM api_nonce", 1);
    ASSERT_ERR(create_with(nonce, "SO1", 10000, NULL), PAY_OK);
    ASSERT_ERR(create_with(nonce, "SO1", 10000, NULL), PAY_NONCE_USED);
    ASSERT_ERR(create_with(nonce, "SO1", 10001, NULL), PAY_NONCE_USED);
    assert_null(C.field);
    run_sql("UPDATE pay_order_extension SET status = 20");
    ASSERT_ERR(create_with(nonce, "SO1", 10000, "mock"), PAY_NONCE_USED);
    ASSERT_ERR(create_with(fresh_nonce(), "SO1", 10000, "mock"), PAY_OK);
    assert_true(C.has_attempt && !C.created);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order_extension", 2);
    ASSERT_NUMBER("SELECT COUNT(*) FROM api_nonce", 3);
}

/* The copy is judged by one read; the other statement is its row of callback_log. */
static void test_settle__a_repeated_callback_is_two_statements(void **state)
{
    char second[NO_SIZE];

    (void)state;
    created("SO1", 10000);
    memcpy(second, C.attempt.no, NO_SIZE);
    ASSERT_ERR(settled(C.attempt.no, CHANNEL_SUCCESS, 10000), PAY_OK);
    ASSERT_ERR(settled(C.attempt.no, CHANNEL_SUCCESS, 10000), PAY_OK);
    count_begin();
    for (int i = 0; i < 10; i++)
        ASSERT_ERR(settled(C.attempt.no, CHANNEL_SUCCESS, 10000), PAY_OK);
    count_end(20);
    assert_int_equal(V, VERDICT_REPEATED);
    ASSERT_NUMBER("SELECT COUNT(*) FROM callback_log WHERE verdict = 'REPEATED'"
                  " AND extension_id = (SELECT id FROM pay_order_extension)",
                  11);
    ASSERT_NUMBER("SELECT version FROM pay_order", 1);
    /* a second payment of the attempt, and its copies */
    ASSERT_ERR(paid_by(second, "X2"), PAY_OK);
    assert_int_equal(V, VERDICT_DUPLICATE_PAID);
    ASSERT_ERR(paid_by(second, "X2"), PAY_OK);
    count_begin();
    for (int i = 0; i < 10; i++)
        ASSERT_ERR(paid_by(second, "X2"), PAY_OK);
    count_end(30);
    assert_int_equal(V, VERDICT_REPEATED);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order_extension", 2);
}

static void test_settle__a_repeated_end_is_two_statements(void **state)
{
    (void)state;
    created("SO1", 10000);
    ASSERT_ERR(settled(C.attempt.no, CHANNEL_FAILED, 10000), PAY_OK);
    ASSERT_ERR(settled(C.attempt.no, CHANNEL_FAILED, 10000), PAY_OK);
    count_begin();
    for (int i = 0; i < 10; i++)
        ASSERT_ERR(settled(C.attempt.no, i % 2 ? CHANNEL_FAILED : CHANNEL_CLOSED, 10000), PAY_OK);
    count_end(20);
    assert_int_equal(V, VERDICT_REPEATED);
}

/* ---- the transaction of one statement */

struct two {
    const char *nonce, *second;
};

static enum pay_err spend(struct db *db, void *arg)
{
    const struct two *two = arg;
    enum pay_err err = nonce_spend(db, S.app->id, two->nonce);

    return err == PAY_OK && two->second ? nonce_spend(db, S.app->id, two->second) : err;
}
/* clang-format off */
#define NONCE(nonce) &(struct two){ nonce, NULL }
/* clang-format on */

static void test_db_txn_one__commits_by_itself(void **state)
{
    (void)state;
    /* after a usual transaction, which turns autocommit off */
    ASSERT_ERR(db_txn(S.db, spend, NONCE("nonce-of-a-transaction")), PAY_OK);
    ASSERT_ERR(db_txn_one(S.db, spend, NONCE("nonce-of-one-statement")), PAY_OK);
    ASSERT_NUMBER("SELECT COUNT(*) FROM api_nonce", 2);
    ASSERT_ERR(db_txn_one(S.db, spend, NONCE("nonce-of-one-statement")), PAY_NONCE_USED);
    ASSERT_ERR(db_txn_one(S.db, spend, NONCE("nonce-that-comes-after")), PAY_OK);
    ASSERT_NUMBER("SELECT COUNT(*) FROM api_nonce", 3);
}

/* The first one has been committed, so a second would not belong together with it. */
static void test_db_txn_one__refuses_a_second_statement(void **state)
{
    (void)state;
    ASSERT_ERR(db_txn_one(S.db, spend, &(struct two){ "nonce-one", "nonce-two" }), PAY_FAULT);
    ASSERT_NUMBER("SELECT COUNT(*) FROM api_nonce", 1);
    ASSERT_ERR(db_txn_one(S.db, spend, NONCE("nonce-that-comes-after")), PAY_OK);
}

/* What was read before may be undone where a new connection leads. */
static void test_db_txn_one__stays_on_the_link_of_the_read(void **state)
{
    static const char MINE[] = "SELECT CONNECTION_ID()";
    int64_t id;
    char sql[64];

    (void)state;
    ASSERT_ERR(db_number(S.db, MINE, NULL, 0, &id), PAY_OK);
    db_end(S.db);
    snprintf(sql, sizeof(sql), "KILL CONNECTION %lld", (long long)id);
    run_sql(sql);
    clock_sleep_ms(50);
    ASSERT_ERR(db_txn_one(S.db, spend, NONCE("nonce-on-a-dead-link")), PAY_DB_AWAY);
    ASSERT_NUMBER("SELECT COUNT(*) FROM api_nonce", 0);
    ASSERT_ERR(db_number(S.db, MINE, NULL, 0, &id), PAY_OK);
    db_end(S.db);
    ASSERT_ERR(db_txn_one(S.db, spend, NONCE("nonce-on-the-next-one")), PAY_OK);
    ASSERT_NUMBER("SELECT COUNT(*) FROM api_nonce", 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PAY_TEST(test_checkout_create__a_plain_repeat_is_two_statements),
        PAY_TEST(test_checkout_create__a_known_order_refuses_in_the_same_order),
        PAY_TEST(test_settle__a_repeated_callback_is_two_statements),
        PAY_TEST(test_settle__a_repeated_end_is_two_statements),
        PAY_TEST(test_db_txn_one__commits_by_itself),
        PAY_TEST(test_db_txn_one__refuses_a_second_statement),
        PAY_TEST(test_db_txn_one__stays_on_the_link_of_the_read),
    };
    (void)proofs_hold;
    return cmocka_run_group_tests(tests, shroff_up, shroff_down);
}
