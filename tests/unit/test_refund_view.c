/* test_refund_view.c - the refund as JSON, byte for byte; and when its channel is asked next. */
#include "tests/unit/unit.h"

#include "channel/ask_gaps.h"
#include "refund/refund_view.h"

#define NUMBERS \
    "\"refund_no\":\"01J0EXAMP00000000000000002\",\"merchant_refund_id\":\"R1\"," \
    "\"order_no\":\"01J0EXAMP00000000000000001\","
#define DONE \
    "\"refund_price\":400,\"currency\":\"CNY\",\"status\":\"SUCCESS\"," \
    "\"success_time\":\"2025-11-21T00:01:00.000Z\",\"channel_refund_no\":\"GR1\""
#define CIRCUMSTANCES \
    ",\"reason\":\"too small\",\"cause\":\"merchant\"," \
    "\"create_time\":\"2025-11-21T00:00:00.123Z\",\"version\":2"

static struct refund refund_done(void)
{
    return (struct refund){
        .status = REFUND_SUCCESS,
        .version = 2,
        .create_time = INT64_C(1763683200123),
        .success_time = INT64_C(1763683260000),
        .pay_price = { 1000 },
        .refund_price = { 400 },
        .no = "01J0EXAMP00000000000000002",
        .order_no = "01J0EXAMP00000000000000001",
        .merchant_order_id = "SO1",
        .merchant_refund_id = "R1",
        .currency = "CNY",
        .cause = "merchant",
        .reason = "too small",
        .notify_url = "https://m.example/back",
        .channel_refund_no = "GR1",
        .pay_id = "01J0EXAMP00000000000000003",
    };
}

static const char *shown(void (*view)(struct json_text *to, const struct refund *refund),
                         const struct refund *refund)
{
    static char room[2048];
    struct text text = TEXT(room);
    struct json_text j = JSON_TEXT(&text);

    json_open(&j, NULL);
    view(&j, refund);
    json_close(&j);
    return room;
}

static void as_app(struct json_text *to, const struct refund *refund)
{
    refund_view_notification(to, refund, "app_1");
}

static void test_refund_view__answer_query_notification(void **state)
{
    const struct refund refund = refund_done();

    (void)state;
    assert_string_equal(shown(refund_view, &refund), "{" NUMBERS DONE "}");
    assert_string_equal(shown(refund_view_whole, &refund), "{" NUMBERS DONE CIRCUMSTANCES "}");
    assert_string_equal(shown(as_app, &refund),
                        "{" NUMBERS "\"merchant_order_id\":\"SO1\"," DONE CIRCUMSTANCES
                        ",\"app_key\":\"app_1\"}");
}

static void test_refund_view__absent_values_are_left_out(void **state)
{
    struct refund refund = { .refund_price = { 1 },
                             .create_time = INT64_C(1763683200123),
                             .no = "01J0EXAMP00000000000000002",
                             .order_no = "01J0EXAMP00000000000000001",
                             .merchant_refund_id = REFUND_AUTO "01J0EXAMP00000000000000003",
                             .currency = "CNY",
                             .cause = "late" };

    (void)state;
    assert_true(refund_is_automatic(&refund));
    assert_string_equal(shown(refund_view, &refund),
                        "{\"refund_no\":\"01J0EXAMP00000000000000002\","
                        "\"order_no\":\"01J0EXAMP00000000000000001\",\"refund_price\":1,"
                        "\"currency\":\"CNY\",\"status\":\"WAITING\"}");
}

/* After 10 s, 30 s, 2 min, 10 min, 1 h, then hourly for a day, then daily. */
static void test_ask_gap__grows(void **state)
{
    static const int64_t FIRST[] = { 10, 30, 120, 600, 3600 };

    (void)state;
    for (size_t i = 0; i < COUNT(FIRST); i++)
        assert_int_equal(ask_gap_s((int64_t)i), FIRST[i]);
    for (int64_t i = 5; i < 29; i++)
        assert_int_equal(ask_gap_s(i), 3600);
    assert_int_equal(ask_gap_s(29), 86400);
    assert_int_equal(ask_gap_s(1000), 86400);
    assert_false(ask_is_overdue(28));
    assert_true(ask_is_overdue(29));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refund_view__answer_query_notification),
        cmocka_unit_test(test_refund_view__absent_values_are_left_out),
        cmocka_unit_test(test_ask_gap__grows),
    };
    return cmocka_run_group_tests_name("refund_view", tests, NULL, NULL);
}
