/* test_purge.c - partitions made ahead, old nonces deleted. */
#include "tests/db/shroff.h"

#include "keep/purge.h"

static void test_purge__partitions_and_nonces(void **state)
{
    struct db *migrate = open_as("shroff_migrate");
    struct purge_report report = { .dry = true };
    bool more = true;

    (void)state;
    db_patient(migrate, 60);
    ASSERT_ERR(partitions_extend(migrate, &report), PAY_OK);
    report = (struct purge_report){ .dry = false };
    ASSERT_ERR(partitions_extend(migrate, &report), PAY_OK);
    assert_int_equal(report.added, 9);
    ASSERT_ERR(partitions_extend(migrate, &report), PAY_OK);
    assert_int_equal(report.added, 9);
    ASSERT_ERR(partitions_drop(migrate, 400, &report), PAY_OK);
    assert_int_equal(report.dropped, 0);
    run_sql("INSERT INTO api_nonce (app_id, nonce, create_time)"
            " SELECT 1, CONCAT('n', seq), UTC_TIMESTAMP(3) - INTERVAL IF(seq <= 700, 901,"
            " 890) SECOND"
            "   FROM seq_1_to_800");
    for (int i = 0; i < 3 && more; i++)
        ASSERT_ERR(purge_rows(migrate, PURGE_NONCES, 0, &report, &more), PAY_OK);
    assert_false(more);
    assert_int_equal(report.rows[PURGE_NONCES], 700);
    ASSERT_NUMBER("SELECT COUNT(*) FROM api_nonce", 100);
    db_close(&migrate);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_purge__partitions_and_nonces),
    };

    return cmocka_run_group_tests_name("purge", tests, shroff_up, shroff_down);
}
