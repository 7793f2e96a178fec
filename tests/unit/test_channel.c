/* test_channel.c - finding drivers, checking configurations by their tables, and a second driver
 * on the interface (coin.h). */
#include "tests/unit/unit.h"

#include "channel/mock/mock.h"
#include "tests/unit/coin.h"

#define PAY_ID "01J0EXAMP00000000000000002"

static const struct channel_driver *const BOTH[] = { &CHANNEL_MOCK, &CHANNEL_COIN, NULL };
static const struct channel_driver *const MOCK_ALONE[] = { &CHANNEL_MOCK, NULL };

static void test_channel_find__by_product_and_mode(void **state)
{
    static const struct {
        const char *code;
        bool test_mode;
        const struct channel_driver *want;
    } CASES[] = {
        { "mock", true, &CHANNEL_MOCK },
        { "mock", false, NULL },
        { "coin_app", true, &CHANNEL_COIN },
        { "coin_app", false, &CHANNEL_COIN },
        { "coin_call", false, &CHANNEL_COIN },
        { "coin", true, NULL },
        { "", true, NULL },
    };
    const struct channel_product *product;

    (void)state;
    channels_use(BOTH);
    for (size_t i = 0; i < COUNT(CASES); i++) {
        const char *code = CASES[i].code;
        const struct channel_driver *found = channel_find(code, CASES[i].test_mode, &product);
        CHECK(code, found == CASES[i].want);
        CHECK(code, found == NULL || str_eq(product->code, code));
    }
    channels_use(MOCK_ALONE);
    assert_null(channel_find("coin_app", true, &product));
}

static void test_channel_stand_in__one_that_could_be_there(void **state)
{
    (void)state;
    channels_use(BOTH);
    assert_ptr_equal(channel_stand_in(true, 7), &CHANNEL_MOCK);
    for (int64_t number = 1; number < 50; number++)
        assert_ptr_equal(channel_stand_in(false, number), &CHANNEL_COIN);
    channels_use(MOCK_ALONE);
    assert_null(channel_stand_in(false, 7));
}

/* ---- configurations */

struct coin {
    struct channel_account account;
    void *keys;
    const char *why;
};

static struct coin coin_of(const char *config, const char *secrets)
{
    struct coin coin = { .account = { .id = 1, .code = "coin_app", .product = &COIN_PRODUCTS[0] } };
    struct channel_parsed row = { .code = "coin_app" };
    struct json *config_json, *secrets_json;

    assert_int_equal(json_parse(config, strlen(config), &config_json), PAY_OK);
    assert_int_equal(json_parse(secrets, strlen(secrets), &secrets_json), PAY_OK);
    row.config = config_json;
    row.secrets = secrets_json;
    enum pay_err err = channel_members_known(&CHANNEL_COIN, &row, &coin.why);
    if (err == PAY_OK)
        err = channel_open(&CHANNEL_COIN, &row, &coin.keys, &coin.why);
    assert_true((coin.keys != NULL) == (err == PAY_OK));
    coin.account.keys = coin.keys;
    json_free(&config_json);
    json_free(&secrets_json);
    return coin;
}

#define GOOD_CONFIG "{\"merchant\":\"M100\"}"
#define GOOD_SECRETS "{\"secret\":\"opensesame\"}"

static void test_channel_open__checks_by_the_drivers_table(void **state)
{
    static const struct {
        const char *config, *secrets, *why;
    } CASES[] = {
        { GOOD_CONFIG, GOOD_SECRETS, NULL },
        { "{\"merchant\":\"M100\",\"kind\":\"gold\"}", GOOD_SECRETS, NULL },
        { "{\"merchant\":\"M100\",\"kind\":\"\"}", GOOD_SECRETS, NULL },
        { "{\"merchant\":\"M100\",\"kind\":null}", GOOD_SECRETS, NULL },
        { "{}", GOOD_SECRETS, "config.merchant must be a text" },
        { "{\"merchant\":7}", GOOD_SECRETS, "config.merchant must be a text" },
        { "{\"merchant\":\"M\"}", GOOD_SECRETS, "config.merchant must have at least 4 characters" },
        { "{\"merchant\":\"a\\u0000bcd\"}", GOOD_SECRETS, "config.merchant must be a text" },
        { "{\"merchant\":\"012345678901234567890123456789012\"}", GOOD_SECRETS,
          "config.merchant must have at most 32 bytes" },
        { "{\"merchant\":\"M100\",\"kind\":\"gol\"}", GOOD_SECRETS,
          "config.kind must be gold, silver or bronze" },
        { "{\"merchant\":\"M100\",\"kind\":1}", GOOD_SECRETS, "config.kind must be a text" },
        { GOOD_CONFIG, "{}", "secrets.secret must be a text" },
        { "{\"merchant\":\"M100\",\"secret\":\"opensesame\"}", GOOD_SECRETS,
          "config has no member secret" },
        { GOOD_CONFIG, "{\"secret\":\"opensesame\",\"x\":1}", "secrets has no member x" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct coin coin = coin_of(CASES[i].config, CASES[i].secrets);
        CHECK(CASES[i].config, (coin.keys != NULL) == (CASES[i].why == NULL));
        if (CASES[i].why != NULL)
            CHECK_TEXT(CASES[i].config, coin.why, CASES[i].why);
        CHANNEL_COIN.shut(coin.keys);
    }
}

/* ---- the second driver */

static const char *signature;

static const char *header(void *arg, const char *name)
{
    (void)arg;
    return str_eq(name, "Coin-Signature") ? signature : NULL;
}

static enum pay_err heard(const struct channel_account *account, const char *key, const char *body,
                          struct channel_said *out)
{
    const struct channel_callback callback = { .body = body,
                                               .body_len = strlen(body),
                                               .header = header };
    static char hex[MAC_HEX_SIZE];
    struct mac mac;

    assert_true(sign_hmac_sha256(key, strlen(key), body, strlen(body), &mac));
    sign_mac_hex(&mac, hex);
    signature = hex;
    return CHANNEL_COIN.hear(account, &callback, out);
}

static void test_coin__speaks_of_orders_and_refunds_in_forms(void **state)
{
    struct coin coin = coin_of(GOOD_CONFIG, GOOD_SECRETS);
    static const char PAID[] = "order=" PAY_ID "&state=PAID&merchant=M100&price=10000&number=C1";
    static const char BACK[] = "refund=" PAY_ID "&state=VOID&merchant=M200&price=5&number=C2";
    struct channel_said said;

    (void)state;
    assert_int_equal(heard(&coin.account, "opensesame", PAID, &said), PAY_OK);
    assert_int_equal(said.about, ABOUT_ORDER);
    assert_int_equal(said.state, CHANNEL_SUCCESS);
    assert_string_equal(said.no, PAY_ID);
    assert_string_equal(said.channel_no, "C1");
    assert_int_equal(said.price.minor, 10000);
    assert_false(said.other_account);
    assert_int_equal(heard(&coin.account, "opensesame", BACK, &said), PAY_OK);
    assert_int_equal(said.about, ABOUT_REFUND);
    assert_int_equal(said.state, CHANNEL_FAILED);
    assert_string_equal(said.error_code, "VOIDED");
    assert_true(said.other_account);
    assert_int_equal(heard(&coin.account, "opensesamE", PAID, &said), PAY_BAD_SIGN);
    assert_int_equal(heard(NULL, "opensesame", PAID, &said), PAY_BAD_SIGN);
    assert_int_equal(heard(NULL, "dummy", PAID, &said), PAY_BAD_SIGN);
    CHANNEL_COIN.shut(coin.keys);
}

static void test_coin__each_product_shows_its_own(void **state)
{
    const struct channel_order order = { .pay_id = PAY_ID, .price = MONEY(7) };
    struct coin coin = coin_of(GOOD_CONFIG, GOOD_SECRETS);
    struct channel_ticket ticket;

    (void)state;
    for (size_t i = 0; i < COUNT(COIN_PRODUCTS); i++) {
        coin.account.product = &COIN_PRODUCTS[i];
        assert_int_equal(COIN_PRODUCTS[i].submit(&coin.account, &order, &ticket), PAY_OK);
        assert_string_equal(ticket.display_mode, COIN_PRODUCTS[i].display);
        assert_true(str_starts(ticket.display_content, "coin:" PAY_ID ":7"));
    }
    assert_int_equal(coin_calls, 2);
    CHANNEL_COIN.shut(coin.keys);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_channel_find__by_product_and_mode),
        cmocka_unit_test(test_channel_stand_in__one_that_could_be_there),
        cmocka_unit_test(test_channel_open__checks_by_the_drivers_table),
        cmocka_unit_test(test_coin__speaks_of_orders_and_refunds_in_forms),
        cmocka_unit_test(test_coin__each_product_shows_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
