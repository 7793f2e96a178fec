/* test_hear.c - a second channel (tests/unit/coin.h) from a merchant's create to its callbacks: it
 * sends forms, signs a header, and reads a text and a status. And numbers of no channel, which are
 * answered as numbers of one. */
#include "tests/db/pay_steps.h"

#include "channel/mock/mock.h"
#include "ledger/wallet_channel.h"
#include "settle/hear.h"
#include "tests/unit/coin.h"

#define SECRET "opensesame"

static const struct channel_driver *const BOTH[] = { &CHANNEL_MOCK, &CHANNEL_COIN, NULL };
static struct config live; /* S.config in live mode: the mock channel does not exist */
static int64_t coin_id;

static int64_t channel_new(const char *code)
{
    struct new_channel channel;

    ASSERT_ERR(
        registry_channel_create(S.root, &TESTER,
                                &(struct channel_spec){ .env = &S.config,
                                                        .app_key = S.app_key,
                                                        .code = code,
                                                        .fee_rate = 6000,
                                                        .config = "{\"merchant\":\"M100\"}",
                                                        .secrets = "{\"secret\":\"" SECRET "\"}" },
                                &channel),
        PAY_OK);
    return channel.id;
}

static int coin_up(void **state)
{
    if (shroff_up(state) != 0)
        return -1;
    channels_use(BOTH);
    live = S.config;
    live.test_mode = false;
    coin_id = channel_new("coin_app");
    (void)channel_new("coin_form");
    (void)channel_new("coin_call");
    (void)channel_new("coin_bar");
    return 0;
}

/* ---- hearing */

static const char *signature;
static char why_room[256], what[512];
static struct channel_answer answer; /* of the last one; status 0: in the words of our API */
static struct hearing H;

static const char *header(void *arg, const char *name)
{
    (void)arg;
    return str_eq(name, "Coin-Signature") ? signature : NULL;
}

static void headers(void *arg, struct text *to)
{
    (void)arg;
    text_add(to, "{}");
}

static enum pay_err heard(const struct config *config, int64_t number, const char *body)
{
    static struct text why;

    why = TEXT(why_room);
    H = (struct hearing){
        .db = S.db,
        .config = config,
        .number = number,
        .why = &why,
        .source = { .header = header, .all = headers },
        .raw = { .kind = "order", .remote_address = "192.0.2.9" },
    };
    enum pay_err err = hear_begin(&H);
    H.raw.body = body;
    H.raw.body_len = strlen(body);
    err = err == PAY_OK ? hear(&H) : hear_refuse(&H, err);
    answer.status = 0;
    if (!hear_answer(&H, err, &answer))
        answer.status = 0;
    return err;
}

static const char *sign(const char *key, const char *body)
{
    static char hex[MAC_HEX_SIZE];
    struct mac mac;

    assert_true(sign_hmac_sha256(key, strlen(key), body, strlen(body), &mac));
    sign_mac_hex(&mac, hex);
    return hex;
}

/* Of the attempt in C; rest: "state=PAID&…". */
static enum pay_err coin_says(const char *key, const char *rest)
{
    snprintf(what, sizeof(what), "order=%s&%s", C.attempt.no, rest);
    signature = sign(key, what);
    return heard(&live, coin_id, what);
}

static void answered(int status, const char *text)
{
    assert_int_equal(answer.status, status);
    assert_string_equal(answer.body, text);
}

static void coin_created(const char *no, const char *code)
{
    ASSERT_ERR(create_with(fresh_nonce(), no, 10000, code), PAY_OK);
}

#define PAID "state=PAID&merchant=M100&price=10000&number=C1"

static void test_hear__a_form_pays_an_order(void **state)
{
    (void)state;
    coin_created("SO1", "coin_app");
    assert_string_equal(C.attempt.display_mode, "app");
    ASSERT_ERR(coin_says(SECRET, PAID), PAY_OK);
    answered(200, "ok");
    assert_true(H.believed);
    assert_string_equal(H.no, C.attempt.no);
    ASSERT_NUMBER("SELECT o.status + e.status FROM pay_order o, pay_order_extension e WHERE"
                  " o.extension_id = e.id AND e.channel_order_no = 'C1' AND"
                  " o.channel_code = 'coin_app'",
                  20);
    ASSERT_ERR(coin_says(SECRET, PAID), PAY_OK);
    answered(200, "ok");
    assert_int_equal(H.verdict, VERDICT_REPEATED);
    ASSERT_NUMBER("SELECT COUNT(*) FROM notify_task", 1);
    ASSERT_NUMBER("SELECT COUNT(*) FROM callback_log l JOIN pay_order_extension e"
                  " ON e.id = l.extension_id WHERE l.believed = 1 AND"
                  " l.verdict IN ('ACCEPTED', 'REPEATED') AND"
                  " l.body = CONCAT('order=', e.no, '&" PAID "')",
                  2);
}

static void test_hear__refusals_are_in_the_drivers_words(void **state)
{
    static const struct {
        const char *key, *rest;
        enum pay_err err;
        enum verdict verdict;
    } CASES[] = {
        { "other key", PAID, PAY_BAD_SIGN, VERDICT_BAD_SIGN },
        { SECRET, "merchant=M100&price=1&number=C1", PAY_BAD_FIELD, VERDICT_BAD_FIELD },
        { SECRET, "state=PAID&merchant=M200&price=10000&number=C1", PAY_OTHER_ACCOUNT,
          VERDICT_OTHER_ACCOUNT },
        { SECRET, "state=PAID&merchant=M200&price=1&number=C1", PAY_OTHER_ACCOUNT,
          VERDICT_OTHER_ACCOUNT },
        { SECRET, "state=PAID&merchant=M100&price=1&number=C1", PAY_OTHER_PRICE,
          VERDICT_OTHER_PRICE },
    };

    (void)state;
    coin_created("SO1", "coin_app");
    for (size_t i = 0; i < COUNT(CASES); i++) {
        ASSERT_ERR(coin_says(CASES[i].key, CASES[i].rest), CASES[i].err);
        assert_int_equal(H.verdict, CASES[i].verdict);
        answered(409, "again");
    }
    ASSERT_NUMBER("SELECT o.status + e.status FROM pay_order o, pay_order_extension e", 0);
    ASSERT_NUMBER("SELECT times FROM pay_alert WHERE kind = 'other_account'", 2);
    ASSERT_NUMBER("SELECT COUNT(*) FROM callback_log", COUNT(CASES));
}

static void test_hear__an_end_has_the_channels_word(void **state)
{
    (void)state;
    coin_created("SO1", "coin_app");
    ASSERT_ERR(coin_says(SECRET, "state=VOID&merchant=M100&price=10000&number=C1"), PAY_OK);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order_extension WHERE status = 20 AND"
                  " channel_error_code = 'VOIDED'",
                  1);
}

static void test_hear__what_is_not_there_is_on_record_whole(void **state)
{
    (void)state;
    coin_created("SO1", "mock"); /* another channel's attempt */
    ASSERT_ERR(coin_says(SECRET, PAID), PAY_BAD_SIGN);
    assert_int_equal(H.verdict, VERDICT_UNKNOWN_ATTEMPT);
    answered(409, "again");
    snprintf(what, sizeof(what), "refund=%s&" PAID, C.attempt.no);
    signature = sign(SECRET, what);
    ASSERT_ERR(heard(&live, coin_id, what), PAY_BAD_SIGN);
    assert_int_equal(H.verdict, VERDICT_UNKNOWN_ATTEMPT);
    ASSERT_NUMBER("SELECT COUNT(*) FROM callback_log WHERE believed = 1 AND"
                  " verdict = 'UNKNOWN_ATTEMPT' AND extension_id IS NULL",
                  2);
    ASSERT_NUMBER("SELECT status FROM pay_order", 0);
}

/* ---- numbers that are no channel's */

static void test_hear__an_absent_number_is_answered_like_one_that_is_there(void **state)
{
    static const char *const BODIES[] = {
        "",
        "x",
        "a=b",
        "{}",
        "{\"pay_id\":1}",
        "order=1&state=PAID",
        "\xff\xfe",
        "<xml/>",
        ("order=01J0EXAMP00000000000000002&" PAID),
    };
    struct channel_answer there;

    (void)state;
    for (size_t i = 0; i < COUNT(BODIES); i++) {
        signature = i % 2 == 0 ? NULL : sign(SECRET "!", BODIES[i]);
        enum pay_err err = heard(&live, coin_id, BODIES[i]);
        there = answer;
        const size_t most = H.driver->body_max;
        const enum channel_body kind = H.driver->body;
        CHECK_TEXT(BODIES[i], err_name(err), "PAY_BAD_SIGN");
        CHECK_TEXT(BODIES[i], err_name(heard(&live, 999999, BODIES[i])), err_name(err));
        CHECK(BODIES[i], memcmp(&there, &answer, sizeof(answer)) == 0);
        CHECK(BODIES[i], H.driver->body_max == most && H.driver->body == kind);
    }
    /* a right signature by the dummy key is none */
    signature = sign("dummy", PAID);
    ASSERT_ERR(heard(&live, 999999, PAID), PAY_BAD_SIGN);
    ASSERT_NUMBER("SELECT COUNT(*) FROM callback_log WHERE believed = 1", 0);
}

/* With several drivers, which one a number gets is the same each time, and anybody's guess. One
 * that takes no callbacks is none of them. */
static void test_channel_stand_in__depends_on_the_number(void **state)
{
    static struct channel_driver other;
    static const struct channel_driver *const FOUR[] = {
        &CHANNEL_MOCK, &CHANNEL_WALLET, &CHANNEL_COIN, &other, NULL,
    };
    int coins = 0;

    other = CHANNEL_COIN;

    (void)state;
    channels_use(FOUR);
    for (int64_t number = 1; number <= 64; number++) {
        const struct channel_driver *driver = channel_stand_in(false, number);
        assert_ptr_equal(driver, channel_stand_in(false, number));
        assert_true(driver == &CHANNEL_COIN || driver == &other);
        coins += driver == &CHANNEL_COIN;
    }
    assert_true(coins > 12 && coins < 52);
    channels_use(BOTH);
}

/* The mock channel is none in live mode: its number is an absent one's. In test mode absent numbers
 * are answered as the mock channel's. */
static void test_hear__a_mock_channels_number_in_both_modes(void **state)
{
    (void)state;
    signature = NULL;
    clock_sleep_ms(1100); /* a program has one mode; ours forgets what it read in the other */
    ASSERT_ERR(heard(&live, S.channel_id, "{}"), PAY_BAD_SIGN);
    answered(409, "again");
    for (int i = 0; i < 2; i++) {
        ASSERT_ERR(heard(&S.config, i == 0 ? S.channel_id : 999999, "{}"), PAY_BAD_FIELD);
        assert_string_equal(H.field, "pay_id");
        assert_int_equal(answer.status, 0);
        ASSERT_ERR(heard(&S.config, i == 0 ? S.channel_id : 999999, "["), PAY_BAD_BODY);
    }
}

/* ---- products */

static void test_checkout__each_product_goes_its_way(void **state)
{
    (void)state;
    coin_calls = 0;
    coin_created("SO1", "coin_form");
    assert_int_equal(coin_calls, 0);
    assert_string_equal(C.attempt.display_mode, "form");
    assert_int_equal(strlen(C.attempt.display_content), COIN_PAGE);
    ASSERT_NUMBER("SELECT LENGTH(display_content) FROM pay_order_extension", COIN_PAGE);
    /* the same again gives the same page, read back */
    coin_created("SO1", "coin_form");
    assert_false(C.created);
    assert_int_equal(strlen(C.attempt.display_content), COIN_PAGE);
    coin_created("SO2", "coin_call");
    assert_int_equal(coin_calls, 1);
    assert_string_equal(C.attempt.display_mode, "qr_code");
}

static void test_checkout__only_the_currency_that_the_channel_takes(void **state)
{
    struct order_terms terms = terms_of("SO1", 10000);
    struct checkout_call call = call_of(fresh_nonce(), "coin_app");

    (void)state;
    snprintf(terms.currency, sizeof(terms.currency), "USD");
    ASSERT_ERR(checkout_create(&call, &terms, &C), PAY_BAD_FIELD);
    assert_string_equal(C.field, "currency");
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order", 0);
    call = call_of(fresh_nonce(), NULL);
    ASSERT_ERR(checkout_create(&call, &terms, &C), PAY_OK);
    ASSERT_ERR(submit_with(fresh_nonce(), "SO1", "coin_app"), PAY_BAD_FIELD);
    assert_string_equal(C.field, "channel");
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order_extension", 0);
    ASSERT_ERR(submit_with(fresh_nonce(), "SO1", "coin_call"), PAY_OK);
}

static void test_checkout__a_call_may_take_the_money(void **state)
{
    (void)state;
    coin_created("SO1", "coin_bar");
    assert_int_equal(C.order.status, ORDER_SUCCESS);
    assert_true(C.created && !C.has_attempt);
    assert_string_equal(C.order.channel_order_no, "B1");
    ASSERT_NUMBER("SELECT COUNT(*) FROM notify_task", 1);
    ASSERT_NUMBER("SELECT COUNT(*) FROM callback_log", 0);
    /* the callback comes as well */
    static const char SQL[] = "SELECT id FROM pay_channel WHERE code = 'coin_bar'";
    snprintf(what, sizeof(what), "order=%s&state=PAID&merchant=M100&price=10000&number=B1",
             C.attempt.no);
    signature = sign(SECRET, what);
    ASSERT_ERR(heard(&live, number_of(SQL), what), PAY_OK);
    assert_int_equal(H.verdict, VERDICT_REPEATED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MONEY_TEST(test_hear__a_form_pays_an_order),
        MONEY_TEST(test_hear__refusals_are_in_the_drivers_words),
        MONEY_TEST(test_hear__an_end_has_the_channels_word),
        MONEY_TEST(test_hear__what_is_not_there_is_on_record_whole),
        MONEY_TEST(test_hear__an_absent_number_is_answered_like_one_that_is_there),
        PAY_TEST(test_channel_stand_in__depends_on_the_number),
        MONEY_TEST(test_hear__a_mock_channels_number_in_both_modes),
        MONEY_TEST(test_checkout__each_product_goes_its_way),
        MONEY_TEST(test_checkout__only_the_currency_that_the_channel_takes),
        MONEY_TEST(test_checkout__a_call_may_take_the_money),
    };
    return cmocka_run_group_tests(tests, coin_up, shroff_down);
}
