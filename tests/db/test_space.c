/* test_space.c - create and submit while the database's disk is short of space. */
#include "tests/db/pay_steps.h"
#include "tests/db/gateway.h"

#define NO_DISK_HAS_MB (INT64_C(1) << 40)

static void test_space_is_short__no_row_is_made_and_an_open_attempt_is_given_back(void **state)
{
    const int64_t least = S.config.min_free_mb;
    char first[NO_SIZE];

    (void)state;
    created("SO1", 10000);
    memcpy(first, C.attempt.no, NO_SIZE);
    ASSERT_ERR(create_with(fresh_nonce(), "SO2", 10000, NULL), PAY_OK);
    gateway_says(GATEWAY_HONEST, "WAITING", 10000);
    S.config.min_free_mb = NO_DISK_HAS_MB;
    enum pay_err fresh = create_with(fresh_nonce(), "SO3", 10000, "mock");
    enum pay_err again = create_with(fresh_nonce(), "SO2", 10000, "mock");
    enum pay_err another = submit_another("SO1");
    enum pay_err given = submit_extras("SO1", NULL);
    const bool same = strcmp(C.attempt.no, first) == 0 && !C.created;
    run_sql("UPDATE pay_order_extension SET display_expire_time = UTC_TIMESTAMP(3)");
    enum pay_err stale = submit_extras("SO1", NULL);
    S.config.min_free_mb = least;
    ASSERT_ERR(fresh, PAY_DB_AWAY);
    ASSERT_ERR(again, PAY_DB_AWAY);
    ASSERT_ERR(another, PAY_DB_AWAY);
    ASSERT_ERR(given, PAY_OK);
    assert_true(same);
    ASSERT_ERR(stale, PAY_DB_AWAY);
    assert_int_equal(G->closed, 0);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order_extension WHERE status = 0", 1);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order_extension", 1);
    ASSERT_NUMBER("SELECT COUNT(*) FROM api_nonce", 3);
    ASSERT_ERR(submit_another("SO1"), PAY_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MONEY_TEST(test_space_is_short__no_row_is_made_and_an_open_attempt_is_given_back),
    };
    return cmocka_run_group_tests(tests, asked_up, asked_down);
}
