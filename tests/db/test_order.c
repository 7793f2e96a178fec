/* test_order.c - finding, listing and showing orders, on a real database. */
#include "tests/db/pay_steps.h"

#include "order/order_view.h"

static void test_order_find__by_each_of_its_names(void **state)
{
    struct order order;
    char order_no[NO_SIZE], pay_id[NO_SIZE];

    (void)state;
    created("SO1", 10000);
    memcpy(order_no, C.order.no, NO_SIZE);
    memcpy(pay_id, C.attempt.no, NO_SIZE);
    created("SO2", 20000);
    const struct {
        const char *name;
        struct order_key key;
        enum pay_err want;
    } CASES[] = {
        { "order_no", { .order_no = order_no }, PAY_OK },
        { "merchant", { .merchant_order_id = "SO1" }, PAY_OK },
        { "pay_id", { .pay_id = pay_id }, PAY_OK },
        { "pay_id as order_no", { .order_no = pay_id }, PAY_NOT_FOUND },
        { "order_no as pay_id", { .pay_id = order_no }, PAY_NOT_FOUND },
        { "other case", { .merchant_order_id = "so1" }, PAY_NOT_FOUND },
        { "a blank after", { .merchant_order_id = "SO1 " }, PAY_NOT_FOUND },
        { "not ASCII", { .order_no = "01J0EXAMPLE000000000000é" }, PAY_NOT_FOUND },
        { "none", { .order_no = NULL }, PAY_NOT_FOUND },
    };
    for (size_t i = 0; i < COUNT(CASES); i++) {
        enum pay_err err = order_find(S.db, S.app->id, &CASES[i].key, false, &order);
        CHECK_TEXT(CASES[i].name, err_name(err), err_name(CASES[i].want));
        if (err == PAY_OK)
            CHECK_TEXT(CASES[i].name, order.no, order_no);
        err = order_find(S.db, S.app->id + 1, &CASES[i].key, false, &order);
        CHECK_TEXT(CASES[i].name, err_name(err), "PAY_NOT_FOUND");
    }
    db_end(S.db);
}

static void test_order_by_token__lives_a_day_after_the_end(void **state)
{
    static const struct {
        const char *name, *sql;
        enum pay_err want;
    } CASES[] = {
        { "waiting", "UPDATE pay_order SET status = 0", PAY_OK },
        { "expired a day ago",
          "UPDATE pay_order SET expire_time = UTC_TIMESTAMP(3) -"
          " INTERVAL 86390 SECOND",
          PAY_OK },
        { "expired over a day ago",
          "UPDATE pay_order SET expire_time = UTC_TIMESTAMP(3) -"
          " INTERVAL 86401 SECOND",
          PAY_NOT_FOUND },
        { "closed now", "UPDATE pay_order SET status = 20", PAY_OK },
        { "closed long ago", "UPDATE pay_order SET update_time = UTC_TIMESTAMP(3) - INTERVAL 2 DAY",
          PAY_NOT_FOUND },
        { "paid now",
          "UPDATE pay_order SET status = 10, extension_id = (SELECT MAX(id) FROM"
          " pay_order_extension), success_time = UTC_TIMESTAMP(3)",
          PAY_OK },
        { "another one, paid long ago",
          "UPDATE pay_order SET status = 10, extension_id = id,"
          " success_time = UTC_TIMESTAMP(3) - INTERVAL 2 DAY WHERE status = 0",
          PAY_NOT_FOUND },
    };
    struct order order;

    (void)state;
    created("SO1", 10000);
    for (size_t i = 0; i < COUNT(CASES); i++) {
        if (i + 1 == COUNT(CASES))
            created("SO2", 10000);
        run_sql(CASES[i].sql);
        enum pay_err err = order_by_token(S.db, C.order.query_token, &order);
        db_end(S.db);
        CHECK_TEXT(CASES[i].name, err_name(err), err_name(CASES[i].want));
    }
    ASSERT_ERR(order_by_token(S.db, "00000000000000000000000000000000", &order), PAY_NOT_FOUND);
    ASSERT_ERR(order_by_token(S.db, "short", &order), PAY_NOT_FOUND);
    db_end(S.db);
}

/* ---- lists */

struct seen {
    char names[512];
    int count;
};

static enum pay_err see(void *arg, void *row)
{
    struct seen *seen = arg;
    const struct order *order = row;

    strncat(seen->names, order->merchant_order_id, sizeof(seen->names) - strlen(seen->names) - 1);
    seen->count++;
    return PAY_OK;
}

static const char *listed(struct list_filter filter)
{
    static struct seen seen;

    seen = (struct seen){ .count = 0 };
    filter.owner = S.app->id;
    ASSERT_ERR(order_list(S.db, &filter, see, &seen), PAY_OK);
    db_end(S.db);
    return seen.names;
}

#define LISTED(...) listed((struct list_filter){ __VA_ARGS__ })

static void test_order_list__newest_first_by_pages(void **state)
{
    char third[NO_SIZE] = "";
    char name[2] = "a";

    (void)state;
    for (int i = 0; i < 5; i++) {
        name[0] = (char)('a' + i);
        created(name, 100);
        if (i == 2)
            memcpy(third, C.order.no, NO_SIZE);
        clock_sleep_ms(3);
    }
    assert_string_equal(LISTED(.status = -1, .limit = 20), "edcba");
    assert_string_equal(LISTED(.status = -1, .limit = 2), "edc");
    assert_string_equal(LISTED(.status = -1, .limit = 9, .after = third), "ba");
    assert_string_equal(LISTED(.status = 10, .limit = 9), "");
    run_sql("UPDATE pay_order SET status = 20 WHERE merchant_order_id IN ('b', 'd')");
    assert_string_equal(LISTED(.status = 20, .limit = 9), "db");
    assert_string_equal(LISTED(.status = 0, .limit = 9, .after = third), "a");
    int64_t from = C.order.create_time;
    assert_string_equal(LISTED(.status = -1, .limit = 9, .from = from), "e");
    assert_string_equal(LISTED(.status = -1, .limit = 9, .to = from), "dcba");
    /* made in the same millisecond */
    run_sql("UPDATE pay_order SET create_time = '2026-01-01 00:00:00.001'");
    assert_string_equal(LISTED(.status = -1, .limit = 9), "edcba");
    assert_string_equal(LISTED(.status = -1, .limit = 9, .after = third), "ba");
    assert_string_equal(LISTED(.status = 0, .limit = 9, .after = third), "a");
    struct list_filter unknown = {
        .owner = S.app->id, .status = -1, .limit = 9, .after = "01J0EXAMP00000000000000001"
    };
    ASSERT_ERR(order_list(S.db, &unknown, see, &(struct seen){ .count = 0 }), PAY_NOT_FOUND);
    struct list_filter foreign = { .owner = S.app->id + 1, .status = -1, .limit = 9 };
    struct seen none = { .count = 0 };
    ASSERT_ERR(order_list(S.db, &foreign, see, &none), PAY_OK);
    assert_int_equal(none.count, 0);
    db_end(S.db);
}

static void test_order_find_whole__latest_twenty(void **state)
{
    static struct order_whole whole;
    const struct order_key key = { .merchant_order_id = "SO1" };
    struct attempt open;
    struct order order;

    (void)state;
    created("SO1", 100);
    for (int i = 0; i < 22; i++)
        another_attempt();
    ASSERT_ERR(order_find_whole(S.db, S.app->id, &key, &whole), PAY_OK);
    assert_int_equal(whole.count, 20);
    assert_string_equal(whole.attempts[0].no, C.attempt.no);
    assert_string_equal(whole.order.no, C.order.no);
    ASSERT_ERR(order_find_whole(S.db, S.app->id + 1, &key, &whole), PAY_NOT_FOUND);
    ASSERT_ERR(order_find_open(S.db, S.app->id, "SO1", &order, &open), PAY_OK);
    assert_string_equal(open.no, C.attempt.no);
    run_sql("UPDATE pay_order_extension SET status = 20");
    ASSERT_ERR(order_find_open(S.db, S.app->id, "SO1", &order, &open), PAY_OK);
    assert_int_equal(open.id, 0);
    assert_string_equal(order.query_token, C.order.query_token);
    ASSERT_ERR(order_find_open(S.db, S.app->id + 1, "SO1", &order, &open), PAY_NOT_FOUND);
    db_end(S.db);
}

/* ---- one attempt: read from its order's row alone */

static const char *shown(void)
{
    static char room[2][8192];
    static size_t turn;
    static struct order_whole whole;
    const struct order_key key = { .order_no = C.order.no };
    struct text text = text_over(room[turn++ % 2], sizeof(room[0]));
    struct json_text json = JSON_TEXT(&text);

    ASSERT_ERR(order_find_whole(S.db, S.app->id, &key, &whole), PAY_OK);
    db_end(S.db);
    json_open(&json, NULL);
    order_view(&json, &whole.order, whole.count > 0 ? &whole.attempts[0] : NULL, NULL, false);
    json_open_list(&json, "attempts");
    for (size_t i = 0; i < whole.count; i++)
        attempt_view(&json, &whole.attempts[i]);
    json_close_list(&json);
    json_close(&json);
    assert_false(text.full);
    return text.at;
}

static void waits(void) {}
static void is_late(void)
{
    run_sql("UPDATE pay_order SET expire_time = UTC_TIMESTAMP(3)");
}
static void is_paid(void)
{
    ASSERT_ERR(settled(C.attempt.no, CHANNEL_SUCCESS, 10000), PAY_OK);
}
static void is_paid_without_number(void)
{
    struct channel_said said = result_of(C.attempt.no, CHANNEL_SUCCESS, 10000);

    said.channel_no[0] = '\0';
    ASSERT_ERR(settled_as(&said), PAY_OK);
}
static void failed_and_is_paid(void)
{
    ASSERT_ERR(settled(C.attempt.no, CHANNEL_FAILED, 10000), PAY_OK);
    assert_non_null(strstr(shown(), "\"channel_error_code\":\"FAILED\""));
    is_paid();
}

static void test_order_find_whole__one_attempt_is_read_from_its_orders_row(void **state)
{
    static const struct {
        const char *name;
        void (*step)(void);
    } CASES[] = {
        { "waits", waits },
        { "past its end", is_late },
        { "paid", is_paid },
        { "paid, without a number", is_paid_without_number },
        { "failed, then paid", failed_and_is_paid },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++) {
        empty_tables();
        created(CASES[i].name[0] == 'w' ? "SO1" : "SO2", 10000);
        CASES[i].step();
        proofs_hold(NULL);
        const char *of_order = shown();
        run_sql("UPDATE pay_order SET latest_ended = 1"); /* both tables are read */
        CHECK_TEXT(CASES[i].name, of_order, shown());
        run_sql("UPDATE pay_order SET latest_ended = 0, latest_channel_code = 'copy'");
        if (!strstr(shown(), "\"channel\":\"copy\",\"status\""))
            fail_msg("%s: not from the order's row: %s", CASES[i].name, shown());
    }
}

static void test_notify_order__freezes_what_the_order_then_was(void **state)
{
    (void)state;
    created("SO1", 100);
    ASSERT_ERR(settled(C.attempt.no, CHANNEL_SUCCESS, 100), PAY_OK);
    ASSERT_NUMBER("SELECT COUNT(*) FROM notify_task t JOIN pay_order o ON o.id = t.data_id"
                  " WHERE t.body LIKE CONCAT('{\"type\":\"order.success\",\"timestamp\":"
                  "\"2025-11-21T00:00:00.123Z\",\"data\":{\"order_no\":\"', o.no, '\",%')"
                  " AND JSON_VALUE(t.body, '$.data.status') = 'SUCCESS'"
                  " AND JSON_VALUE(t.body, '$.data.version') = 1"
                  " AND JSON_VALUE(t.body, '$.data.paid_price') = 100"
                  " AND JSON_VALUE(t.body, '$.data.channel') = 'mock'"
                  " AND JSON_VALUE(t.body, '$.data.channel_order_no') LIKE 'GW%'"
                  " AND JSON_VALUE(t.body, '$.data.app_key') = 'app_one'"
                  " AND JSON_VALUE(t.body, '$.data.subject') = o.subject"
                  " AND t.body NOT LIKE '%query_token%' AND t.body NOT LIKE '%pay_id%'"
                  " AND t.body NOT LIKE '%pay_url%' AND t.body NOT LIKE '%display%'"
                  " AND t.notify_url = CONCAT('" NOTIFY_URL "/', o.channel_id)"
                  " AND t.merchant_order_id = 'SO1' AND t.status = 0 AND t.notify_times = 0",
                  1);
}

static void test_notify_order__url_of_the_order_then_the_apps(void **state)
{
    struct order_terms terms = terms_of("SO1", 100);
    struct checkout_call call = call_of("the-nonce-of-own-url", "mock");

    (void)state;
    snprintf(terms.notify_url, sizeof(terms.notify_url), "https://m.example/n?x=1");
    ASSERT_ERR(checkout_create(&call, &terms, &C), PAY_OK);
    ASSERT_ERR(settled(C.attempt.no, CHANNEL_SUCCESS, 100), PAY_OK);
    ASSERT_NUMBER("SELECT COUNT(*) FROM notify_task WHERE notify_url ="
                  " CONCAT('https://m.example/n/', (SELECT MAX(id) FROM pay_channel), '?x=1')",
                  1);
    run_sql("UPDATE pay_app SET notify_append_channel = 0, notify_schedule = 'seed'");
    clock_sleep_ms(1100);
    created("SO2", 100);
    ASSERT_ERR(settled(C.attempt.no, CHANNEL_SUCCESS, 100), PAY_OK);
    ASSERT_NUMBER("SELECT COUNT(*) FROM notify_task WHERE notify_url = '" NOTIFY_URL "' AND"
                  " max_notify_times = 9",
                  1);
    run_sql("UPDATE pay_app SET order_notify_url = NULL");
    clock_sleep_ms(1100);
    created("SO3", 100);
    ASSERT_ERR(settled(C.attempt.no, CHANNEL_SUCCESS, 100), PAY_OK);
    ASSERT_NUMBER("SELECT COUNT(*) FROM notify_task", 2);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order WHERE status = 10", 3);
    run_sql("UPDATE pay_app SET order_notify_url = '" NOTIFY_URL "', notify_append_channel = 1,"
            " notify_schedule = 'long'");
    clock_sleep_ms(1100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PAY_TEST(test_order_find__by_each_of_its_names),
        PAY_TEST(test_order_by_token__lives_a_day_after_the_end),
        PAY_TEST(test_order_list__newest_first_by_pages),
        PAY_TEST(test_order_find_whole__latest_twenty),
        PAY_TEST(test_order_find_whole__one_attempt_is_read_from_its_orders_row),
        PAY_TEST(test_notify_order__freezes_what_the_order_then_was),
        PAY_TEST(test_notify_order__url_of_the_order_then_the_apps),
    };
    return cmocka_run_group_tests(tests, shroff_up, shroff_down);
}
