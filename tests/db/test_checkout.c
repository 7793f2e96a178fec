/* test_checkout.c - create and submit on a real database, with a played gateway to ask. */
#include "tests/db/pay_steps.h"
#include "tests/db/gateway.h"

/* ---- create */

static void test_checkout_create__opens_an_order_with_its_attempt(void **state)
{
    char want[256];

    (void)state;
    created("SO1", 10000);
    assert_true(C.created && C.has_attempt);
    assert_true(ulid_is(C.order.no) && ulid_is(C.attempt.no));
    assert_int_equal(C.order.expire_time - C.order.create_time, 7200 * 1000);
    snprintf(want, sizeof(want), "http://shroff.test/mockpay?pay_id=%s&token=", C.attempt.no);
    assert_true(str_starts(C.attempt.display_content, want));
    assert_true(str_is(C.attempt.display_content + strlen(want), ALPHA_HEX, 32, 32));
    assert_string_equal(C.attempt.display_mode, "redirect");
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order o JOIN pay_order_extension e ON e.order_id = o.id"
                  " WHERE o.status = 0 AND o.price = 10000 AND e.price = 10000 AND"
                  " e.display_mode = 'redirect' AND"
                  " e.next_sync_time > e.create_time AND o.channel_id IS NULL",
                  1);
    ASSERT_NUMBER("SELECT COUNT(*) FROM api_nonce", 1);
}

static void test_checkout_create__without_a_channel_makes_no_attempt(void **state)
{
    (void)state;
    ASSERT_ERR(create_with(fresh_nonce(), "SO1", 1, NULL), PAY_OK);
    assert_false(C.has_attempt);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order_extension", 0);
    /* a repeat with a channel opens the first attempt */
    ASSERT_ERR(create_with(fresh_nonce(), "SO1", 1, "mock"), PAY_OK);
    assert_true(C.has_attempt && !C.created);
    ASSERT_ERR(create_with(fresh_nonce(), "SO1", 1, NULL), PAY_OK);
    assert_true(C.has_attempt && !C.created);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order_extension", 1);
    ASSERT_NUMBER("SELECT COUNT(*) FROM api_nonce", 3);
}

static void test_checkout_create__keeps_every_term(void **state)
{
    struct order_terms terms = terms_of("a-b_c*d|e.f", MONEY_MAX);
    struct checkout_call call = call_of("nonce-of-every-term", "mock");
    struct order order;

    (void)state;
    memset(terms.body, 'b', 512);
    snprintf(terms.user_id, sizeof(terms.user_id), "用户 7");
    snprintf(terms.user_ip, sizeof(terms.user_ip), "2001:db8::7");
    snprintf(terms.notify_url, sizeof(terms.notify_url), "https://m.example/n?x=1");
    snprintf(terms.return_url, sizeof(terms.return_url), "https://m.example/r");
    snprintf(terms.metadata, sizeof(terms.metadata), "{ \"k\":\t[1, 2.50] }");
    call.extras = "{\"openid\":\"o1\"}";
    ASSERT_ERR(checkout_create(&call, &terms, &C), PAY_OK);
    const struct order_key key = { .order_no = C.order.no };
    ASSERT_ERR(order_find(S.db, S.app->id, &key, false, &order), PAY_OK);
    db_end(S.db);
    assert_string_equal(order.merchant_order_id, terms.merchant_order_id);
    assert_string_equal(order.subject, terms.subject);
    assert_string_equal(order.body, terms.body);
    assert_string_equal(order.user_id, terms.user_id);
    assert_string_equal(order.user_ip, terms.user_ip);
    assert_string_equal(order.notify_url, terms.notify_url);
    assert_string_equal(order.return_url, terms.return_url);
    assert_string_equal(order.metadata, terms.metadata);
    assert_string_equal(order.query_token, C.order.query_token);
    assert_int_equal(order.price.minor, MONEY_MAX);
    assert_int_equal(order.create_time, C.order.create_time);
    assert_int_equal(order.expire_time, C.order.expire_time);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order_extension"
                  " WHERE channel_extras = '{\"openid\":\"o1\"}' AND user_ip = '2001:db8::7'",
                  1);
}

static void test_checkout_create__repeated_answers_the_same_order(void **state)
{
    char no[NO_SIZE], pay_id[NO_SIZE];

    (void)state;
    created("SO1", 10000);
    memcpy(no, C.order.no, NO_SIZE);
    memcpy(pay_id, C.attempt.no, NO_SIZE);
    created("SO1", 10000);
    assert_false(C.created);
    assert_string_equal(C.order.no, no);
    assert_string_equal(C.attempt.no, pay_id);
    ASSERT_NUMBER("SELECT COUNT(*) FROM api_nonce", 2);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order_extension", 1);
}

static void test_checkout_create__other_terms_conflict_and_spend_nothing(void **state)
{
    struct order_terms terms = terms_of("SO1", 10000);
    struct checkout_call call = call_of("the-nonce-of-a-conflict", "mock");

    (void)state;
    created("SO1", 10000);
    terms.price = MONEY(10001);
    ASSERT_ERR(checkout_create(&call, &terms, &C), PAY_CONFLICT);
    terms.price = MONEY(10000);
    snprintf(terms.currency, sizeof(terms.currency), "USD");
    ASSERT_ERR(checkout_create(&call, &terms, &C), PAY_CONFLICT);
    snprintf(terms.currency, sizeof(terms.currency), "CNY");
    snprintf(terms.subject, sizeof(terms.subject), "another");
    ASSERT_ERR(checkout_create(&call, &terms, &C), PAY_CONFLICT);
    ASSERT_NUMBER("SELECT COUNT(*) FROM api_nonce", 1);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order", 1);
    /* what is not compared is ignored, and the nonce is still good */
    terms = terms_of("SO1", 10000);
    snprintf(terms.body, sizeof(terms.body), "other");
    terms.expire_in = 60;
    ASSERT_ERR(checkout_create(&call, &terms, &C), PAY_OK);
    assert_string_equal(C.order.body, "");
}

static void test_checkout_create__numbers_compare_byte_for_byte(void **state)
{
    (void)state;
    created("SO1", 10000);
    created("so1", 20000);
    assert_true(C.created);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order", 2);
}

static void test_checkout_create__spends_a_nonce_once(void **state)
{
    (void)state;
    ASSERT_ERR(create_with("0123456789abcdef", "SO1", 10000, "mock"), PAY_OK);
    ASSERT_ERR(create_with("0123456789abcdef", "SO2", 10000, "mock"), PAY_NONCE_USED);
    ASSERT_ERR(create_with("0123456789abcdef", "SO1", 10000, "mock"), PAY_NONCE_USED);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order", 1);
}

static void test_checkout_create__refuses_channels_the_app_lacks(void **state)
{
    struct config live = S.config;
    struct checkout_call call = call_of("live-mode-has-no-mock", "mock");
    struct order_terms terms = terms_of("SO1", 10000);

    (void)state;
    ASSERT_ERR(create_with(fresh_nonce(), "SO1", 10000, "wx_pub"), PAY_NO_CHANNEL);
    ASSERT_ERR(create_with(fresh_nonce(), "SO1", 10000, "nonsense"), PAY_NO_CHANNEL);
    clock_sleep_ms(1100);
    live.test_mode = false;
    call.config = &live;
    ASSERT_ERR(checkout_create(&call, &terms, &C), PAY_NO_CHANNEL);
    ASSERT_ERR(registry_channel_status(
                   S.root, &TESTER, &(const struct channel_row){ .id = S.channel_id, .status = 1 }),
               PAY_OK);
    clock_sleep_ms(1100);
    ASSERT_ERR(create_with(fresh_nonce(), "SO1", 10000, "mock"), PAY_NO_CHANNEL);
    ASSERT_ERR(registry_channel_status(
                   S.root, &TESTER, &(const struct channel_row){ .id = S.channel_id, .status = 0 }),
               PAY_OK);
    clock_sleep_ms(1100);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order", 0);
    ASSERT_NUMBER("SELECT COUNT(*) FROM api_nonce", 0);
}

static void test_checkout_create__refuses_a_disabled_app(void **state)
{
    struct app off = *S.app;
    struct checkout_call call = call_of("the-app-is-disabled", "nonsense");
    struct order_terms terms = terms_of("SO1", 10000);

    (void)state;
    off.status = APP_DISABLED;
    call.app = &off;
    ASSERT_ERR(checkout_create(&call, &terms, &C), PAY_APP_DISABLED);
    ASSERT_ERR(checkout_submit(&call, &(struct order_key){ .merchant_order_id = "SO1" }, &C),
               PAY_APP_DISABLED);
    ASSERT_NUMBER("SELECT COUNT(*) FROM api_nonce", 0);
}

static void test_checkout_create__an_expired_or_paid_order_stands(void **state)
{
    (void)state;
    ASSERT_ERR(create_with(fresh_nonce(), "SO1", 10000, NULL), PAY_OK);
    run_sql("UPDATE pay_order SET expire_time = UTC_TIMESTAMP(3) - INTERVAL 1 SECOND");
    created("SO1", 10000);
    assert_true(!C.created && !C.has_attempt && C.order.expired != 0);
    created("SO2", 10000);
    ASSERT_ERR(settled(C.attempt.no, CHANNEL_SUCCESS, 10000), PAY_OK);
    created("SO2", 10000);
    assert_true(!C.created && !C.has_attempt);
    assert_int_equal(C.order.status, ORDER_SUCCESS);
    assert_int_equal(C.order.paid_price.minor, 10000);
    assert_string_equal(C.order.channel_code, "mock");
}

static void test_checkout_create__a_lost_commit_is_found_again(void **state)
{
    (void)state;
    cut_begin(CUT_AFTER_COMMIT_ARRIVED);
    ASSERT_ERR(create_with(fresh_nonce(), "SO1", 10000, "mock"), PAY_LOST);
    cut_end();
    created("SO1", 10000);
    assert_false(C.created);
    cut_begin(CUT_BEFORE_COMMIT_ARRIVES);
    ASSERT_ERR(create_with(fresh_nonce(), "SO2", 10000, "mock"), PAY_LOST);
    cut_end();
    created("SO2", 10000);
    assert_true(C.created);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order", 2);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order_extension", 2);
}

/* ---- submit */

static void test_checkout_submit__adds_an_attempt(void **state)
{
    char first[NO_SIZE];

    (void)state;
    created("SO1", 10000);
    memcpy(first, C.attempt.no, NO_SIZE);
    gateway_says(GATEWAY_HONEST, "WAITING", 10000);
    ASSERT_ERR(submit_extras("SO1", "{\"openid\":\"o1\"}"), PAY_OK);
    assert_true(C.created && C.has_attempt);
    assert_string_not_equal(C.attempt.no, first);
    assert_int_equal(G->asked, 1);
    assert_int_equal(G->good, 1);
    assert_int_equal(G->closed, 0);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order_extension WHERE status = 0 AND"
                  " display_expire_time = (SELECT expire_time FROM pay_order)",
                  2);
}

static void test_checkout_submit__gives_back_what_can_still_be_paid(void **state)
{
    static const char *const SAME[] = {
        "{\"openid\":\"o1\",\"b\":\"2\"}",
        "{ \"b\" : \"2\", \"openid\" : \"o1\" }",
    };
    char first[NO_SIZE], with[NO_SIZE];

    (void)state;
    created("SO1", 10000);
    memcpy(first, C.attempt.no, NO_SIZE);
    gateway_says(GATEWAY_HONEST, "WAITING", 10000);
    for (size_t i = 0; i < COUNT(SAME); i++) {
        ASSERT_ERR(submit_extras("SO1", SAME[i]), PAY_OK);
        assert_int_equal(C.created, i == 0);
        if (i == 0)
            memcpy(with, C.attempt.no, NO_SIZE);
        assert_string_equal(C.attempt.no, with);
        assert_true(str_starts(C.attempt.display_content, "http://"));
    }
    ASSERT_ERR(submit_extras("SO1", NULL), PAY_OK);
    assert_string_equal(C.attempt.no, first);
    ASSERT_ERR(submit_extras("SO1", "{}"), PAY_OK);
    assert_string_equal(C.attempt.no, first);
    assert_false(C.created);
    /* also when the channel cannot say anything: no new way to pay is made */
    gateway_says(GATEWAY_SILENT, "WAITING", 10000);
    ASSERT_ERR(submit_extras("SO1", NULL), PAY_OK);
    assert_string_equal(C.attempt.no, first);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order_extension", 2);
}

static void test_checkout_submit__ends_what_shows_nothing_that_lasts(void **state)
{
    char first[NO_SIZE];

    (void)state;
    created("SO1", 10000);
    memcpy(first, C.attempt.no, NO_SIZE);
    run_sql("UPDATE pay_order_extension SET display_expire_time ="
            " UTC_TIMESTAMP(3) + INTERVAL 29 SECOND");
    gateway_says(GATEWAY_HONEST, "WAITING", 10000);
    ASSERT_ERR(submit_extras("SO1", NULL), PAY_OK);
    assert_true(C.created);
    assert_string_not_equal(C.attempt.no, first);
    assert_int_equal(G->asked * 10 + G->closed, 11);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order_extension WHERE status = 0", 1);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order_extension"
                  " WHERE status = 20 AND channel_error_code = 'CLOSED'",
                  1);
    /* the payer was faster than the close */
    run_sql("UPDATE pay_order_extension SET display_expire_time = UTC_TIMESTAMP(3)"
            " WHERE status = 0");
    gateway_says(GATEWAY_PAID_AT_CLOSE, "WAITING", 10000);
    ASSERT_ERR(submit_extras("SO1", NULL), PAY_PAID);
    ASSERT_NUMBER("SELECT status FROM pay_order", 10);
}

static void test_checkout_submit__finds_what_was_paid_meanwhile(void **state)
{
    (void)state;
    gateway_says(GATEWAY_HONEST, "SUCCESS", 10000);
    created("SO1", 10000);
    ASSERT_ERR(submit_with("a-nonce-not-to-be-spent", "SO1", "mock"), PAY_PAID);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order"
                  " WHERE status = 10 AND channel_order_no LIKE 'GW%'",
                  1);
    ASSERT_NUMBER("SELECT COUNT(*) FROM api_nonce", 1);
    ASSERT_NUMBER("SELECT COUNT(*) FROM notify_task", 1);
    ASSERT_ERR(submit_with("a-nonce-not-to-be-spent", "SO1", "mock"), PAY_PAID);
}

static void test_checkout_submit__finds_the_oldest_of_many_paid(void **state)
{
    char oldest[NO_SIZE];

    (void)state;
    created("SO1", 10000);
    memcpy(oldest, C.attempt.no, NO_SIZE);
    gateway_says(GATEWAY_HONEST, "WAITING", 10000);
    for (int i = 0; i < 7; i++)
        ASSERT_ERR(submit_another("SO1"), PAY_OK);
    gateway_says(GATEWAY_HONEST, "SUCCESS", 10000);
    memcpy(G->only, oldest, NO_SIZE);
    ASSERT_ERR(submit_another("SO1"), PAY_PAID);
    assert_int_equal(G->asked, 8);
    ASSERT_NUMBER("SELECT extension_id = (SELECT MIN(id) FROM pay_order_extension)"
                  " FROM pay_order WHERE status = 10",
                  1);
}

static void test_checkout_submit__has_room_for_so_many(void **state)
{
    (void)state;
    created("SO1", 10000);
    gateway_says(GATEWAY_HONEST, "WAITING", 10000);
    for (int i = 0; i < 7; i++)
        ASSERT_ERR(submit_another("SO1"), PAY_OK);
    ASSERT_ERR(submit_another("SO1"), PAY_ATTEMPTS);
    ASSERT_NUMBER("SELECT COUNT(*) FROM api_nonce", 8);
    run_sql("UPDATE pay_order_extension SET status = 20 WHERE status = 0");
    run_sql("INSERT INTO pay_order_extension (order_id, no, channel_id, channel_code, price,"
            " currency, status) SELECT id, CONCAT('01J0EXAMP00000000000000', LPAD(seq, 3, '0')),"
            " (SELECT MIN(id) FROM pay_channel), 'mock', price, currency, 20"
            " FROM pay_order JOIN seq_1_to_41");
    ASSERT_ERR(submit_another("SO1"), PAY_OK);
    ASSERT_ERR(submit_another("SO1"), PAY_ATTEMPTS);
    ASSERT_ERR(submit_extras("SO1", NULL), PAY_ATTEMPTS);
    run_sql("UPDATE pay_order_extension SET status = 20 WHERE status = 0");
    ASSERT_ERR(create_with(fresh_nonce(), "SO1", 10000, "mock"), PAY_ATTEMPTS);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order_extension", 50);
    /* a channel that hung for a day, asked again and again, leaves the order payable */
    run_sql("UPDATE pay_order_extension SET channel_error_code = 'CHANNEL_BUSY'"
            " WHERE channel_error_code IS NULL LIMIT 1");
    ASSERT_ERR(submit_another("SO1"), PAY_OK);
    ASSERT_ERR(submit_another("SO1"), PAY_ATTEMPTS);
}

static void test_checkout_submit__ends_what_failed_and_goes_on(void **state)
{
    (void)state;
    gateway_says(GATEWAY_HONEST, "FAILED", 10000);
    created("SO1", 10000);
    ASSERT_ERR(submit_with(fresh_nonce(), "SO1", "mock"), PAY_OK);
    assert_true(C.created);
    ASSERT_NUMBER("SELECT SUM(status) FROM pay_order_extension", 20);
}

static void test_checkout_submit__believes_only_what_it_can_check(void **state)
{
    static const enum gateway_mood MOODS[] = { GATEWAY_FORGES, GATEWAY_OTHER_PAY_ID, GATEWAY_STALE,
                                               GATEWAY_SILENT };

    (void)state;
    for (size_t i = 0; i < COUNT(MOODS); i++) {
        empty_tables();
        gateway_says(MOODS[i], "SUCCESS", 10000);
        created("SO1", 10000);
        ASSERT_ERR(submit_another("SO1"), PAY_UNKNOWN);
        assert_true(ulid_is(C.order.no) && !C.has_attempt);
        ASSERT_NUMBER("SELECT MAX(status) FROM pay_order", 0);
        ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order_extension", 1);
        ASSERT_NUMBER("SELECT COUNT(*) FROM api_nonce", 1);
    }
}

static void test_checkout_submit__another_channel_blocks_no_other(void **state)
{
    (void)state;
    created("SO1", 10000);
    run_sql("INSERT INTO pay_channel (app_id, code, config, config_sealed)"
            " SELECT app_id, 'gone', '{}', 'x' FROM pay_channel LIMIT 1");
    run_sql("INSERT INTO pay_order_extension (order_id, no, channel_id, channel_code, price,"
            " currency) SELECT o.id, '01J0EXAMP00000000000000001', c.id, c.code, o.price,"
            " o.currency FROM pay_order o JOIN pay_channel c ON c.code = 'gone'");
    gateway_says(GATEWAY_HONEST, "WAITING", 10000);
    ASSERT_ERR(submit_another("SO1"), PAY_OK);
    assert_true(C.created);
    /* past the end it is not known whether the order is paid */
    run_sql("UPDATE pay_order SET expire_time = UTC_TIMESTAMP(3)");
    ASSERT_ERR(submit_another("SO1"), PAY_UNKNOWN);
    run_sql("DELETE FROM pay_order_extension");
    latest_copied();
    run_sql("UPDATE pay_channel SET code = CONCAT('gone', id), status = 1 WHERE code = 'gone'");
}

static void test_checkout_submit__waits_for_no_channel_that_hangs(void **state)
{
    (void)state;
    gateway_says(GATEWAY_HONEST, "WAITING", 10000);
    created("SO1", 10000);
    ASSERT_ERR(submit_another("SO1"), PAY_OK);
    gateway_says(GATEWAY_HANGS, "SUCCESS", 10000);
    int64_t since = clock_ticks_us();
    ASSERT_ERR(submit_another("SO1"), PAY_UNKNOWN);
    assert_in_range(clock_ticks_us() - since, 1900000, 3500000);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order_extension WHERE status = 0", 2);
    clock_sleep_ms(1700); /* the gateway takes one connection at a time */
    gateway_says(GATEWAY_HONEST, "WAITING", 10000);
}

/* One close without an answer is enough, however many attempts are to be closed there. */
static void test_checkout_submit__waits_for_one_close_that_hangs(void **state)
{
    (void)state;
    gateway_says(GATEWAY_HONEST, "WAITING", 10000);
    created("SO1", 10000);
    ASSERT_ERR(submit_another("SO1"), PAY_OK);
    run_sql("UPDATE pay_order_extension SET channel_extras = NULL,"
            " display_expire_time = UTC_TIMESTAMP(3)");
    gateway_says(GATEWAY_HANGS_AT_CLOSE, "WAITING", 10000);
    int64_t since = clock_ticks_us();
    ASSERT_ERR(submit_extras("SO1", NULL), PAY_UNKNOWN);
    assert_in_range(clock_ticks_us() - since, 1900000, 3500000);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order_extension WHERE status = 0", 2);
    clock_sleep_ms(1700); /* the gateway takes one connection at a time */
    gateway_says(GATEWAY_HONEST, "WAITING", 10000);
}

/* ---- past its end: the channel is asked before that is judged */

static void expired_and(const char *status)
{
    created("SO1", 10000);
    gateway_says(GATEWAY_HONEST, status, 10000);
    run_sql("UPDATE pay_order SET expire_time = UTC_TIMESTAMP(3)");
}

static void test_expired__submit_finds_what_was_paid(void **state)
{
    (void)state;
    expired_and("WAITING");
    ASSERT_ERR(submit_extras("SO1", NULL), PAY_EXPIRED);
    assert_int_equal(G->asked * 10 + G->closed, 10);
    gateway_says(GATEWAY_SILENT, "SUCCESS", 10000);
    ASSERT_ERR(submit_extras("SO1", NULL), PAY_UNKNOWN);
    gateway_says(GATEWAY_HONEST, "SUCCESS", 10000);
    ASSERT_ERR(submit_extras("SO1", NULL), PAY_PAID);
    ASSERT_NUMBER("SELECT status FROM pay_order", 10);
    ASSERT_NUMBER("SELECT COUNT(*) FROM notify_task", 1);
}

static void test_expired__create_again_finds_what_was_paid(void **state)
{
    (void)state;
    expired_and("WAITING");
    ASSERT_ERR(create_with(fresh_nonce(), "SO1", 10000, NULL), PAY_OK);
    ASSERT_ERR(create_with(fresh_nonce(), "SO1", 9999, "mock"), PAY_CONFLICT);
    assert_int_equal(G->asked, 0);
    created("SO1", 10000);
    assert_int_equal(G->asked, 1);
    assert_int_equal(C.order.status, ORDER_WAITING);
    gateway_says(GATEWAY_HONEST, "SUCCESS", 10000);
    created("SO1", 10000);
    assert_int_equal(C.order.status, ORDER_SUCCESS);
    assert_false(C.created || C.has_attempt);
}

static void test_expired__status_asks_once_in_ten_seconds(void **state)
{
    struct order order;
    char token[TOKEN_SIZE];

    (void)state;
    created("SO1", 10000);
    memcpy(token, C.order.query_token, TOKEN_SIZE);
    gateway_says(GATEWAY_SILENT, "", 10000);
    ASSERT_ERR(checkout_status(S.db, &S.config, token, &order), PAY_OK);
    run_sql("UPDATE pay_order SET expire_time = UTC_TIMESTAMP(3)");
    for (int i = 0; i < 3; i++)
        ASSERT_ERR(checkout_status(S.db, &S.config, token, &order), PAY_OK);
    assert_int_equal(G->asked, 1);
    assert_int_equal(order.status, ORDER_WAITING);
    gateway_says(GATEWAY_HONEST, "SUCCESS", 10000);
    run_sql("UPDATE pay_order SET asked_time = asked_time - INTERVAL 9 SECOND");
    ASSERT_ERR(checkout_status(S.db, &S.config, token, &order), PAY_OK);
    assert_int_equal(G->asked, 0);
    run_sql("UPDATE pay_order SET asked_time = asked_time - INTERVAL 1 SECOND");
    ASSERT_ERR(checkout_status(S.db, &S.config, token, &order), PAY_OK);
    assert_int_equal(G->asked, 1);
    assert_int_equal(order.status, ORDER_SUCCESS);
    ASSERT_ERR(checkout_status(S.db, &S.config, token, &order), PAY_OK);
    assert_int_equal(G->asked, 1);
}

static void test_checkout_submit__stops_at_money_of_another_amount(void **state)
{
    (void)state;
    gateway_says(GATEWAY_HONEST, "SUCCESS", 9999);
    created("SO1", 10000);
    ASSERT_ERR(submit_with(fresh_nonce(), "SO1", "mock"), PAY_OTHER_PRICE);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_alert WHERE kind = 'other_price'", 1);
    ASSERT_NUMBER("SELECT status FROM pay_order", 0);
}

static void test_checkout_submit__refusals_come_in_their_order(void **state)
{
    (void)state;
    gateway_says(GATEWAY_HONEST, "WAITING", 10000);
    ASSERT_ERR(create_with("the-nonce-that-was-spent", "SO1", 10000, NULL), PAY_OK);
    ASSERT_ERR(submit_with("the-nonce-that-was-spent", "absent", "none"), PAY_NO_CHANNEL);
    ASSERT_ERR(submit_with("the-nonce-that-was-spent", "absent", "mock"), PAY_NONCE_USED);
    ASSERT_ERR(submit_with(fresh_nonce(), "absent", "mock"), PAY_NOT_FOUND);
    run_sql("UPDATE pay_order SET expire_time = UTC_TIMESTAMP(3) - INTERVAL 1 SECOND");
    ASSERT_ERR(submit_with("the-nonce-that-was-spent", "SO1", "mock"), PAY_NONCE_USED);
    ASSERT_ERR(submit_with(fresh_nonce(), "SO1", "mock"), PAY_EXPIRED);
    run_sql("UPDATE pay_order SET status = 20, expire_time = UTC_TIMESTAMP(3) + INTERVAL 1 HOUR");
    ASSERT_ERR(submit_with(fresh_nonce(), "SO1", "mock"), PAY_CLOSED);
    ASSERT_NUMBER("SELECT COUNT(*) FROM api_nonce", 1);
}

static void test_checkout_submit__sees_no_other_apps_order(void **state)
{
    struct app other = *S.app;
    struct checkout_call call = call_of("the-nonce-of-another", "mock");

    (void)state;
    created("SO1", 10000);
    other.id += 1000;
    call.app = &other;
    ASSERT_ERR(checkout_submit(&call, &(struct order_key){ .order_no = C.order.no }, &C),
               PAY_NO_CHANNEL);
}

/* ---- at once */

#define CROWD 8
#define EACH 13 /* times 8: over a hundred */

/* New for each round. The database keeps a deleted order's key for a while, and two inserts of such
 * a key both lock the gap behind it, which ends in a deadlock. Only tests delete orders. */
static char crowd_no[32];

static bool create_many(int who)
{
    (void)who;
    for (int i = 0; i < EACH; i++)
        if (create_with(fresh_nonce(), crowd_no, 10000, "mock") != PAY_OK)
            return false;
    return true;
}

static bool one_nonce(int who)
{
    char no[32];

    snprintf(no, sizeof(no), "ONE%d", who);
    return create_with("the-one-nonce-of-all", no, 10000, "mock") == PAY_OK;
}

static bool submit_many(int who)
{
    (void)who;
    for (int i = 0; i < 3; i++)
        if (submit_with(fresh_nonce(), "SO1", "mock") != PAY_OK)
            return false;
    return true;
}

static bool submit_each_another(int who)
{
    (void)who;
    for (int i = 0; i < 3; i++) {
        enum pay_err err = submit_another("SO1");
        if (err != PAY_OK && err != PAY_ATTEMPTS && err != PAY_UNKNOWN)
            return false;
    }
    return true;
}

static bool status_looked(int who)
{
    struct order order;

    (void)who;
    return checkout_status(S.db, &S.config, C.order.query_token, &order) == PAY_OK;
}

static int crowd(bool (*work)(int who))
{
    pid_t pids[CROWD];
    int yes = 0;

    for (int i = 0; i < CROWD; i++) {
        pids[i] = fork();
        if (pids[i] == 0) {
            S.db = open_as("shroff_web");
            _exit(work(i) ? 1 : 0);
        }
    }
    for (int i = 0; i < CROWD; i++) {
        int status = 0;
        waitpid(pids[i], &status, 0);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) <= 1);
        yes += WEXITSTATUS(status);
    }
    return yes;
}

static void test_checkout_create__a_hundred_at_once_make_one_order(void **state)
{
    (void)state;
    for (int round = 0; round < 5; round++) {
        empty_tables();
        snprintf(crowd_no, sizeof(crowd_no), "CROWD%d", round);
        assert_int_equal(crowd(create_many), CROWD);
        ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order", 1);
        ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order_extension", 1);
        ASSERT_NUMBER("SELECT COUNT(*) FROM api_nonce", CROWD * EACH);
    }
}

static void test_checkout_create__one_nonce_at_once_makes_one_order(void **state)
{
    (void)state;
    assert_int_equal(crowd(one_nonce), 1);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order", 1);
}

static void test_checkout_submit__several_at_once_share_one(void **state)
{
    (void)state;
    created("SO1", 10000);
    run_sql("UPDATE pay_order_extension SET status = 20");
    gateway_says(GATEWAY_HONEST, "WAITING", 10000);
    assert_int_equal(crowd(submit_many), CROWD);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order_extension WHERE status = 0", 1);
}

static void test_checkout_submit__several_at_once_keep_the_bound(void **state)
{
    (void)state;
    created("SO1", 10000);
    gateway_says(GATEWAY_HONEST, "WAITING", 10000);
    assert_int_equal(crowd(submit_each_another), CROWD);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order_extension WHERE status = 0", 8);
}

static void test_expired__one_of_many_lookers_asks(void **state)
{
    (void)state;
    expired_and("WAITING");
    assert_int_equal(crowd(status_looked), CROWD);
    assert_int_equal(G->asked, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MONEY_TEST(test_checkout_create__opens_an_order_with_its_attempt),
        MONEY_TEST(test_checkout_create__without_a_channel_makes_no_attempt),
        MONEY_TEST(test_checkout_create__keeps_every_term),
        MONEY_TEST(test_checkout_create__repeated_answers_the_same_order),
        MONEY_TEST(test_checkout_create__other_terms_conflict_and_spend_nothing),
        MONEY_TEST(test_checkout_create__numbers_compare_byte_for_byte),
        MONEY_TEST(test_checkout_create__spends_a_nonce_once),
        MONEY_TEST(test_checkout_create__refuses_channels_the_app_lacks),
        MONEY_TEST(test_checkout_create__refuses_a_disabled_app),
        MONEY_TEST(test_checkout_create__an_expired_or_paid_order_stands),
        MONEY_TEST(test_checkout_create__a_lost_commit_is_found_again),
        MONEY_TEST(test_checkout_submit__adds_an_attempt),
        MONEY_TEST(test_checkout_submit__gives_back_what_can_still_be_paid),
        MONEY_TEST(test_checkout_submit__ends_what_shows_nothing_that_lasts),
        MONEY_TEST(test_checkout_submit__finds_what_was_paid_meanwhile),
        MONEY_TEST(test_checkout_submit__finds_the_oldest_of_many_paid),
        MONEY_TEST(test_checkout_submit__has_room_for_so_many),
        MONEY_TEST(test_checkout_submit__ends_what_failed_and_goes_on),
        MONEY_TEST(test_checkout_submit__believes_only_what_it_can_check),
        MONEY_TEST(test_checkout_submit__another_channel_blocks_no_other),
        MONEY_TEST(test_checkout_submit__waits_for_no_channel_that_hangs),
        MONEY_TEST(test_checkout_submit__waits_for_one_close_that_hangs),
        MONEY_TEST(test_expired__submit_finds_what_was_paid),
        MONEY_TEST(test_expired__create_again_finds_what_was_paid),
        MONEY_TEST(test_expired__status_asks_once_in_ten_seconds),
        MONEY_TEST(test_checkout_submit__stops_at_money_of_another_amount),
        MONEY_TEST(test_checkout_submit__refusals_come_in_their_order),
        MONEY_TEST(test_checkout_submit__sees_no_other_apps_order),
        MONEY_TEST(test_checkout_create__a_hundred_at_once_make_one_order),
        MONEY_TEST(test_checkout_create__one_nonce_at_once_makes_one_order),
        MONEY_TEST(test_checkout_submit__several_at_once_share_one),
        MONEY_TEST(test_checkout_submit__several_at_once_keep_the_bound),
        MONEY_TEST(test_expired__one_of_many_lookers_asks),
        PAY_TEST(test_locks__one_order_for_all),
    };
    return cmocka_run_group_tests(tests, asked_up, asked_down);
}
