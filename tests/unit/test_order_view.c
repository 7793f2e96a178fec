/* test_order_view.c - the order as JSON, byte for byte. */
#include "tests/unit/unit.h"

#include "io/json/json.h"
#include "order/order_view.h"

static struct order order_full(void)
{
    return (struct order){
        .price = { 10000 },
        .status = ORDER_SUCCESS,
        .create_time = INT64_C(1763683200123),
        .expire_time = INT64_C(1763690400123),
        .success_time = INT64_C(1763683260000),
        .refund_price = { 1 },
        .refunding_price = { 2 },
        .version = 1,
        .paid_price = { 10000 },
        .no = "01J0EXAMP00000000000000001",
        .merchant_order_id = "SO1",
        .subject = "a \"cup\" \\ 茶",
        .body = "b",
        .user_id = "u1",
        .return_url = "https://m.example/r",
        .notify_url = "https://m.example/n",
        .metadata = "{ \"k\":\t[1, 2.50] }",
        .currency = "CNY",
        .channel_code = "mock",
        .channel_order_no = "GW1",
        .query_token = "0123456789abcdef0123456789abcdef",
    };
}

static struct order order_bare(void)
{
    return (struct order){
        .price = { 1 },
        .create_time = INT64_C(1763683200000),
        .expire_time = INT64_C(1763690400000),
        .no = "01J0EXAMP00000000000000001",
        .merchant_order_id = "SO1",
        .subject = "s",
        .currency = "CNY",
        .query_token = "0123456789abcdef0123456789abcdef",
    };
}

static struct attempt attempt_waiting(void)
{
    return (struct attempt){
        .no = "01J0EXAMP00000000000000002",
        .channel_code = "mock",
        .display_mode = "redirect",
        .display_content = "http://x/mockpay",
        .create_time = INT64_C(1763683200000),
    };
}

static char room[8192];

#define VIEW(call) \
    do { \
        struct text t = TEXT(room); \
        struct json_text j = JSON_TEXT(&t); \
        json_open(&j, NULL); \
        call; \
        json_close(&j); \
        assert_false(t.full); \
        assert_true(json_check(t.at, t.len)); \
    } while (0)

#define BARE \
    "{\"order_no\":\"01J0EXAMP00000000000000001\",\"merchant_order_id\":\"SO1\",\"price\":1," \
    "\"currency\":\"CNY\",\"subject\":\"s\",\"status\":\"WAITING\"," \
    "\"create_time\":\"2025-11-21T00:00:00.000Z\",\"expire_time\":\"2025-11-21T02:00:00.000Z\","
#define BARE_END \
    "\"refund_price\":0,\"refunding_price\":0,\"version\":0," \
    "\"query_token\":\"0123456789abcdef0123456789abcdef\""
#define FULL \
    "{\"order_no\":\"01J0EXAMP00000000000000001\",\"merchant_order_id\":\"SO1\",\"price\":10000," \
    "\"currency\":\"CNY\",\"subject\":\"a \\\"cup\\\" \\\\ 茶\",\"body\":\"b\"," \
    "\"metadata\":{ \"k\":\t[1, 2.50] },\"user_id\":\"u1\",\"status\":\"SUCCESS\"," \
    "\"create_time\":\"2025-11-21T00:00:00.123Z\",\"expire_time\":\"2025-11-21T02:00:00.123Z\"," \
    "\"success_time\":\"2025-11-21T00:01:00.000Z\",\"channel\":\"mock\"," \
    "\"channel_order_no\":\"GW1\"," \
    "\"paid_price\":10000,\"refund_price\":1,\"refunding_price\":2,\"version\":1,"

static void test_order_view__leaves_out_what_is_absent(void **state)
{
    struct order order = order_bare();

    (void)state;
    VIEW(order_view(&j, &order, NULL, NULL, false));
    assert_string_equal(room, BARE BARE_END "}");
}

/* Only while the order can be paid. */
static void test_order_view__names_the_cashier(void **state)
{
    static const char URL[] = "http://x/cashier/t";
    struct order order = order_bare();

    (void)state;
    VIEW(order_view(&j, &order, NULL, URL, false));
    assert_string_equal(room, BARE BARE_END ",\"cashier_url\":\"http://x/cashier/t\"}");
    order.expired = 1;
    VIEW(order_view(&j, &order, NULL, URL, false));
    assert_null(strstr(room, "cashier_url"));
    order.expired = 0;
    order.status = ORDER_CLOSED;
    VIEW(order_view(&j, &order, NULL, URL, false));
    assert_null(strstr(room, "cashier_url"));
}

static void test_order_view__says_where_to_pay(void **state)
{
    struct order order = order_bare();
    struct attempt open = attempt_waiting();

    (void)state;
    VIEW(order_view(&j, &order, &open, NULL, false));
    assert_string_equal(
        room, BARE "\"channel\":\"mock\"," BARE_END
                   ",\"pay_id\":\"01J0EXAMP00000000000000002\",\"display_mode\":\"redirect\","
                   "\"display_content\":\"http://x/mockpay\",\"pay_url\":\"http://x/mockpay\"}");
}

/* A signed order string is longer than any URL of ours; a code or an app's string is no page. */
static void test_order_view__only_a_page_is_a_pay_url(void **state)
{
    struct order order = order_bare();
    struct attempt open = attempt_waiting();
    char want[sizeof(open.display_content) + 16];
    struct text wanted = TEXT(want);

    (void)state;
    memset(open.display_content, 'a', 3000);
    memcpy(open.display_content, "https://", 8);
    text_add(&wanted, "\"pay_url\":\"");
    text_add(&wanted, open.display_content);
    text_add(&wanted, "\"");
    VIEW(order_view(&j, &order, &open, NULL, false));
    assert_non_null(strstr(room, want));
    snprintf(open.display_content, sizeof(open.display_content), "weixin://wxpay/bizpayurl?pr=x");
    VIEW(order_view(&j, &order, &open, NULL, false));
    assert_non_null(strstr(room, "weixin://"));
    assert_null(strstr(room, "pay_url"));
    open.display_content[0] = '\0';
    VIEW(order_view(&j, &order, &open, NULL, false));
    assert_null(strstr(room, "pay_url"));
}

static void test_order_view__past_its_end_there_is_no_way_to_pay(void **state)
{
    struct order order = order_bare();
    struct attempt open = attempt_waiting();

    (void)state;
    order.expired = 1;
    VIEW(order_view(&j, &order, &open, NULL, false));
    assert_string_equal(room, BARE "\"channel\":\"mock\"," BARE_END
                                   ",\"pay_id\":\"01J0EXAMP00000000000000002\"}");
}

static void test_order_view__warns_of_a_blocked_address(void **state)
{
    struct order order = order_bare();

    (void)state;
    snprintf(order.notify_url, sizeof(order.notify_url), "http://10.0.0.1/");
    VIEW(order_view(&j, &order, NULL, NULL, true));
    assert_string_equal(room, BARE BARE_END ",\"notify_url\":\"http://10.0.0.1/\","
                                            "\"notify_url_blocked\":true}");
}

static void test_order_view__a_paid_order_has_no_pay_url(void **state)
{
    struct order order = order_full();
    struct attempt open = attempt_waiting();

    (void)state;
    VIEW(order_view(&j, &order, &open, NULL, false));
    assert_string_equal(room, FULL "\"query_token\":\"0123456789abcdef0123456789abcdef\","
                                   "\"return_url\":\"https://m.example/r\","
                                   "\"notify_url\":\"https://m.example/n\"}");
}

static void test_order_view_notification__has_no_secrets_and_no_way_to_pay(void **state)
{
    struct order order = order_full();

    (void)state;
    VIEW(order_view_notification(&j, &order, "app_one"));
    assert_string_equal(room, FULL "\"return_url\":\"https://m.example/r\","
                                   "\"notify_url\":\"https://m.example/n\","
                                   "\"app_key\":\"app_one\"}");
}

static void test_order_view_public__for_the_payers_browser(void **state)
{
    struct order order = order_full();

    (void)state;
    VIEW(order_view_public(&j, &order));
    assert_string_equal(
        room,
        "{\"order_no\":\"01J0EXAMP00000000000000001\",\"status\":\"SUCCESS\","
        "\"price\":10000,\"currency\":\"CNY\",\"subject\":\"a \\\"cup\\\" \\\\ 茶\","
        "\"return_url\":\"https://m.example/r\",\"expire_time\":\"2025-11-21T02:00:00.123Z\"}");
}

static void test_attempt_view__each_state(void **state)
{
    struct attempt attempt = attempt_waiting();
    struct text t = TEXT(room);
    struct json_text j = JSON_TEXT(&t);

    (void)state;
    json_open_list(&j, NULL);
    attempt_view(&j, &attempt);
    attempt.status = ATTEMPT_CLOSED;
    snprintf(attempt.channel_error_code, sizeof(attempt.channel_error_code), "FAILED");
    snprintf(attempt.channel_error_msg, sizeof(attempt.channel_error_msg), "no money");
    attempt_view(&j, &attempt);
    json_close_list(&j);
    assert_string_equal(
        room,
        "[{\"pay_id\":\"01J0EXAMP00000000000000002\",\"channel\":\"mock\",\"status\":\"WAITING\","
        "\"create_time\":\"2025-11-21T00:00:00.000Z\"},"
        "{\"pay_id\":\"01J0EXAMP00000000000000002\",\"channel\":\"mock\",\"status\":\"CLOSED\","
        "\"channel_error_code\":\"FAILED\",\"channel_error_msg\":\"no money\","
        "\"create_time\":\"2025-11-21T00:00:00.000Z\"}]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order_view__leaves_out_what_is_absent),
        cmocka_unit_test(test_order_view__says_where_to_pay),
        cmocka_unit_test(test_order_view__names_the_cashier),
        cmocka_unit_test(test_order_view__only_a_page_is_a_pay_url),
        cmocka_unit_test(test_order_view__past_its_end_there_is_no_way_to_pay),
        cmocka_unit_test(test_order_view__warns_of_a_blocked_address),
        cmocka_unit_test(test_order_view__a_paid_order_has_no_pay_url),
        cmocka_unit_test(test_order_view_notification__has_no_secrets_and_no_way_to_pay),
        cmocka_unit_test(test_order_view_public__for_the_payers_browser),
        cmocka_unit_test(test_attempt_view__each_state),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
