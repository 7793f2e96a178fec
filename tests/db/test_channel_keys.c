/* test_channel_keys.c - one set of keys serves several channel codes of an app: entered once, and
 * renewed for all of them in one transaction, or for none. With shroffctl's own rights. */
#include "tests/db/shroff.h"
#include "tests/unit/rsa_keys.h"

#include "registry/registry_texts.h"

static struct actor ME = { "anna", "a reason", "" };
static char KEY[APP_KEY_SIZE]; /* of the test's own app */

#define QR_CONFIG "{\"app_id\":\"1\",\"alipay_public_key\":\"" CHANNEL_PUBLIC "\"}"
#define APP_SECRETS "{\"private_key\":\"" APP_PRIVATE "\"}"
#define WX_CONFIG \
    "{\"mchid\":\"1\",\"appid\":\"wxA\",\"serial_no\":\"0123456789\",\"public_key_id\":" \
    "\"PUB_KEY_ID_1\",\"public_key\":\"" CHANNEL_PUBLIC "\"}"
#define WX_SECRETS \
    "{\"private_key\":\"" APP_PRIVATE "\",\"apiv3_key\":\"0123456789abcdef0123456789abcdef\"}"

static int keys_up(void **state)
{
    int rc = shroff_up(state);

    if (rc == 0) {
        db_close(&S.db);
        S.db = open_as("shroff_ctl");
    }
    return rc;
}

static void app_new(void)
{
    struct app_row app = { .notify_append_channel = 1 };
    char webhook[WEBHOOK_TEXT_SIZE];

    snprintf(app.name, sizeof(app.name), "An app");
    snprintf(app.notify_schedule, sizeof(app.notify_schedule), "long");
    snprintf(app.late_payment, sizeof(app.late_payment), "refund");
    ASSERT_ERR(registry_app_create(S.db, &ME, &app, webhook), PAY_OK);
    snprintf(KEY, sizeof(KEY), "%s", app.app_key);
}

static enum pay_err create(const char *code, const char *keys_of, const char *config,
                           const char *secrets)
{
    const struct channel_spec spec = { .env = &S.config,
                                       .app_key = KEY,
                                       .code = code,
                                       .keys_of = keys_of,
                                       .config = config,
                                       .secrets = secrets };
    struct new_channel channel;

    return registry_channel_create(S.db, &ME, &spec, &channel);
}

/* A fresh app with three codes of one account, one of another account there, and two of WeChat. */
static int keys_begin(void **state)
{
    (void)state;
    app_new();
    ASSERT_ERR(create("alipay_qr", NULL, QR_CONFIG, APP_SECRETS), PAY_OK);
    ASSERT_ERR(create("alipay_wap", "alipay_qr", NULL, NULL), PAY_OK);
    ASSERT_ERR(create("alipay_app", "alipay_wap", "{\"seller_id\":\"2088000000000001\"}", NULL),
               PAY_OK);
    ASSERT_ERR(create("alipay_pc", "alipay_qr", "{\"app_id\":\"2\"}", NULL), PAY_OK);
    ASSERT_ERR(create("wx_native", NULL, WX_CONFIG, WX_SECRETS), PAY_OK);
    ASSERT_ERR(create("wx_pub", "wx_native", "{\"appid\":\"wxB\"}", NULL), PAY_OK);
    run_sql("DELETE FROM admin_log");
    return 0;
}

static bool has(const char *code, const char *in_config, const char *in_secrets)
{
    const struct texts_of of = { .actor = &ME, .app_key = KEY, .code = code };
    static struct channel_texts texts;

    ASSERT_ERR(texts_read(S.root, &of, &texts), PAY_OK);
    db_end(S.root);
    return strstr(texts.config, in_config) && strstr(texts.secrets, in_secrets);
}

static int64_t id_of(const char *code)
{
    static const char SQL[] = "SELECT c.id FROM pay_channel c JOIN pay_app a ON a.id = c.app_id"
                              " WHERE a.app_key = ? AND c.code = ?";
    const struct db_param in[] = { DB_STR(KEY), DB_STR(code) };
    int64_t id = 0;

    ASSERT_ERR(db_number(S.root, SQL, DB_LIST(in), &id), PAY_OK);
    db_end(S.root);
    return id;
}

static struct channel_renewal R;

static enum pay_err renew(const char *code, const char *config, const char *secrets)
{
    R = (struct channel_renewal){ .env = &S.config,
                                  .id = id_of(code),
                                  .given = { config, secrets } };
    return registry_channel_renew(S.db, &ME, &R);
}

#define OLD_KEYS "\"private_key\":\"" APP_PRIVATE "\""
#define NEW_KEYS "\"private_key\":\"" CHANNEL_PRIVATE "\""
#define NEW_CONFIG "{\"alipay_public_key\":\"" APP_PUBLIC "\"}"
#define NEW_SECRETS "{" NEW_KEYS "}"

static void test_registry_channel_create__with_the_keys_of_another_code(void **state)
{
    (void)state;
    assert_true(has("alipay_wap", "\"app_id\":\"1\"", OLD_KEYS));
    assert_true(has("alipay_app", "\"seller_id\":\"2088000000000001\"", OLD_KEYS));
    assert_true(has("alipay_pc", "\"app_id\":\"2\"", OLD_KEYS));
    assert_true(has("wx_pub", "\"appid\":\"wxB\"", "\"apiv3_key\":\"0123456789abcdef"));
    ASSERT_ERR(create("wx_app", "alipay_qr", NULL, NULL), PAY_BAD_FIELD);
    assert_non_null(strstr(ME.problem, "codes of one channel"));
    ASSERT_ERR(create("alipay_bar", "gold", NULL, NULL), PAY_BAD_FIELD);
    ASSERT_ERR(create("alipay_bar", "alipay_bar", NULL, NULL), PAY_BAD_FIELD);
    assert_non_null(strstr(ME.problem, "the app has no channel"));
    ASSERT_ERR(create("alipay_bar", "alipay_qr", "{\"appid\":\"1\"}", NULL), PAY_BAD_FIELD);
    assert_string_equal(ME.problem, "config has no member appid");
    ASSERT_ERR(create("alipay_bar", "alipay_qr", "{\"app_id\":1}", NULL), PAY_BAD_FIELD);
    assert_string_equal(ME.problem, "config.app_id must be a text, or null to leave it out");
    ASSERT_ERR(create("alipay_bar", "alipay_qr", "[]", NULL), PAY_BAD_FIELD);
    /* keys of another app are not to be had */
    app_new();
    ASSERT_ERR(create("alipay_bar", "alipay_qr", NULL, NULL), PAY_BAD_FIELD);
    ASSERT_NUMBER("SELECT COUNT(*) FROM admin_log WHERE what = 'channel.create'", 0);
}

static void test_registry_channel_renew__all_of_the_account(void **state)
{
    (void)state;
    ASSERT_ERR(renew("alipay_wap", NEW_CONFIG, NEW_SECRETS), PAY_OK);
    assert_string_equal(R.codes, "alipay_wap, alipay_qr, alipay_app");
    assert_true(has("alipay_qr", "\"alipay_public_key\":\"" APP_PUBLIC "\"", NEW_KEYS));
    assert_true(has("alipay_wap", "\"app_id\":\"1\"", NEW_KEYS));
    assert_true(has("alipay_app", "\"seller_id\":\"2088000000000001\"", NEW_KEYS));
    assert_true(has("alipay_pc", CHANNEL_PUBLIC, OLD_KEYS));
    ASSERT_NUMBER("SELECT COUNT(*) FROM admin_log WHERE what = 'channel.rotate'", 3);
    /* null and "" take a member away */
    ASSERT_ERR(renew("alipay_qr", "{\"seller_id\":null}", NULL), PAY_OK);
    assert_false(has("alipay_app", "seller_id", NEW_KEYS));
    R.id = 999999;
    ASSERT_ERR(registry_channel_renew(S.db, &ME, &R), PAY_NOT_FOUND);
}

static void test_registry_channel_renew__what_is_of_one_code_stays_its_own(void **state)
{
    (void)state;
    ASSERT_ERR(renew("wx_native", "{\"appid\":\"wxC\",\"serial_no\":\"9876543210\"}", NULL),
               PAY_OK);
    assert_string_equal(R.codes, "wx_native, wx_pub");
    assert_true(has("wx_native", "\"appid\":\"wxC\",\"serial_no\":\"9876543210\"", OLD_KEYS));
    assert_true(has("wx_pub", "\"appid\":\"wxB\",\"serial_no\":\"9876543210\"", OLD_KEYS));
}

/* Keys that do not fit one of the channels are refused for all of them. */
static void test_registry_channel_renew__all_or_none(void **state)
{
    (void)state;
    ASSERT_ERR(renew("alipay_qr", NULL, "{\"private_key\":\"x\"}"), PAY_BAD_FIELD);
    ASSERT_ERR(renew("alipay_qr", NULL, NEW_SECRETS), PAY_BAD_FIELD);
    assert_non_null(strstr(ME.problem, "the application's own public key"));
    ASSERT_ERR(renew("alipay_qr", "{\"privat_key\":\"x\"}", NULL), PAY_BAD_FIELD);
    /* alipay_app alone has a row that does not open */
    run_sql("UPDATE pay_channel SET config_sealed = 'x' WHERE code = 'alipay_app'"
            " ORDER BY id DESC LIMIT 1");
    assert_int_not_equal(renew("alipay_qr", NEW_CONFIG, NEW_SECRETS), PAY_OK);
    assert_true(has("alipay_qr", CHANNEL_PUBLIC, OLD_KEYS));
    assert_true(has("alipay_wap", CHANNEL_PUBLIC, OLD_KEYS));
    ASSERT_NUMBER("SELECT COUNT(*) FROM admin_log", 0);
}

/* A typing error can be mended; where money was paid, refunds need the account. */
static void test_registry_channel_renew__a_used_channel_keeps_its_account(void **state)
{
    char sql[256], why[128];

    (void)state;
    ASSERT_ERR(renew("alipay_qr", "{\"app_id\":\"3\"}", NULL), PAY_OK);
    assert_true(has("alipay_app", "\"app_id\":\"3\"", OLD_KEYS));
    snprintf(sql, sizeof(sql),
             "INSERT INTO pay_transfer (no, app_id, channel_id, channel_code, merchant_transfer_id,"
             " subject, price, currency, user_account) VALUES ('01J0EXAMP00000000000000001', 1,"
             " %lld, 'alipay_wap', 'T1', 's', 1, 'CNY', 'u')",
             (long long)id_of("alipay_wap"));
    ASSERT_ERR(db_run_text(S.root, sql, why, sizeof(why)), PAY_OK);
    ASSERT_ERR(renew("alipay_qr", "{\"app_id\":\"4\"}", NULL), PAY_CONFLICT);
    assert_non_null(strstr(ME.problem, "whose keys refunds need"));
    assert_true(has("alipay_qr", "\"app_id\":\"3\"", OLD_KEYS));
    ASSERT_ERR(renew("alipay_qr", "{\"app_id\":\"3\"}", NEW_SECRETS), PAY_BAD_FIELD);
    ASSERT_ERR(renew("alipay_qr", NEW_CONFIG, NEW_SECRETS), PAY_OK);
    run_sql("DELETE FROM pay_transfer");
}

#define KEYS_TEST(f) cmocka_unit_test_setup(f, keys_begin)

int main(void)
{
    const struct CMUnitTest tests[] = {
        KEYS_TEST(test_registry_channel_create__with_the_keys_of_another_code),
        KEYS_TEST(test_registry_channel_renew__all_of_the_account),
        KEYS_TEST(test_registry_channel_renew__what_is_of_one_code_stays_its_own),
        KEYS_TEST(test_registry_channel_renew__all_or_none),
        KEYS_TEST(test_registry_channel_renew__a_used_channel_keeps_its_account),
    };
    return cmocka_run_group_tests(tests, keys_up, shroff_down);
}
