/* test_kept.c - what is kept for a second, and which of a table gives way. */
#include "tests/unit/unit.h"

#include "base/clock.h"
#include "base/kept.h"

static void test_kept__for_a_second_from_the_question_on(void **state)
{
    struct kept kept = { 0, 0 };
    (void)state;

    assert_false(kept_is_fresh(&kept));
    kept_from(&kept, clock_ticks_us());
    assert_true(kept_is_fresh(&kept));
    kept_from(&kept, clock_ticks_us() - KEPT_US + 60000000);
    assert_true(kept_is_fresh(&kept));
    kept_end(&kept);
    assert_false(kept_is_fresh(&kept));
    kept_from(&kept, clock_ticks_us() - KEPT_US);
    assert_false(kept_is_fresh(&kept));
}

static void test_kept_oldest__is_the_least_used(void **state)
{
    struct {
        struct kept kept;
        int n;
    } table[3] = { 0 };
    const int64_t now = clock_ticks_us();
    (void)state;

    for (int i = 0; i < 3; i++) {
        kept_from(&table[i].kept, now - 3 + i);
        table[i].n = i;
    }
    assert_ptr_equal(kept_oldest(table, 3, sizeof(table[0])), &table[0]);
    assert_true(kept_is_fresh(&table[0].kept));
    assert_ptr_equal(kept_oldest(table, 3, sizeof(table[0])), &table[1]);
    kept_end(&table[2].kept); /* ended, not unused: an earlier caller may hold it */
    assert_ptr_equal(kept_oldest(table, 3, sizeof(table[0])), &table[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kept__for_a_second_from_the_question_on),
        cmocka_unit_test(test_kept_oldest__is_the_least_used),
    };
    return cmocka_run_group_tests_name("kept", tests, NULL, NULL);
}
