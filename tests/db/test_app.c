/* test_app.c - apps, keys, nonces, channels and alerts, on a real database. */
#include "tests/db/shroff.h"

#include "app/alert.h"
#include "app/channel_config.h"

static void wait_kept(void)
{
    clock_sleep_ms(1100);
}

static void key_make(const char *scopes, struct new_key *out)
{
    const struct key_spec spec = { .app_key = S.app_key, .scopes = scopes };
    ASSERT_ERR(registry_key_create(S.root, &TESTER, &spec, out), PAY_OK);
}

static const struct app *app_now(void)
{
    const struct app *app = NULL;

    wait_kept();
    ASSERT_ERR(app_find(S.db, S.app_key, &app), PAY_OK);
    return app;
}

static void test_app_find__reads_settings_and_live_keys(void **state)
{
    struct new_key first, second;
    const struct app *app;

    (void)state;
    key_make("all", &first);
    key_make("payment:query", &second);
    app = app_now();
    assert_int_equal(app->key_count, 2);
    assert_string_equal(app->keys[0].key_id, first.key_id);
    assert_string_equal(app->keys[0].secret, first.secret);
    assert_int_equal(app->keys[0].scopes, SCOPE_ALL);
    assert_int_equal(app->keys[1].scopes, SCOPE_QUERY);
    assert_string_equal(app->order_notify_url, NOTIFY_URL);
    assert_string_equal(app->late_payment, "refund");
    ASSERT_ERR(registry_key_revoke(S.root, &TESTER, S.app_key, first.key_id), PAY_OK);
    app = app_now();
    assert_int_equal(app->key_count, 1);
    assert_string_equal(app->keys[0].key_id, second.key_id);
    run_sql("UPDATE pay_app_key SET expire_time = UTC_TIMESTAMP(3) - INTERVAL 1 SECOND");
    assert_int_equal(app_now()->key_count, 0);
}

static void test_app_find__unknown_names(void **state)
{
    static const char *const NAMES[] = {
        "",
        "absent",
        "app one",
        "app_one'",
        "äpp",
        "APP_ONE",
        "a234567890123456789012345678901234567890",
    };
    const struct app *app;

    (void)state;
    for (size_t i = 0; i < COUNT(NAMES); i++)
        CHECK_TEXT(NAMES[i], err_name(app_find(S.db, NAMES[i], &app)), "PAY_NO_ROW");
    ASSERT_ERR(app_by_id(S.db, 999999, &app), PAY_NO_ROW);
    ASSERT_ERR(app_by_id(S.db, S.app->id, &app), PAY_OK);
    assert_string_equal(app->app_key, S.app_key);
}

static void test_app_find__a_secret_that_does_not_open_is_no_key(void **state)
{
    struct new_key key;

    (void)state;
    key_make("all", &key);
    size_t before = app_now()->key_count;
    run_sql("UPDATE pay_app_key SET secret_sealed = REVERSE(secret_sealed)"
            " ORDER BY id DESC LIMIT 1");
    assert_int_equal(app_now()->key_count, before - 1);
    run_sql("DELETE FROM pay_app_key");
}

static void test_app_find__a_list_that_cannot_be_read_admits_none(void **state)
{
    const struct app *app;

    (void)state;
    run_sql("UPDATE pay_app SET allowed_nets = '10.0.0.0/8, 2001:db8::/32'");
    assert_int_equal(app_now()->allowed.count, 2);
    const int64_t id = app_now()->id;
    run_sql("UPDATE pay_app SET allowed_nets = 'garbage'");
    wait_kept();
    ASSERT_ERR(app_find(S.db, S.app_key, &app), PAY_FAULT);
    ASSERT_ERR(app_find(S.db, S.app_key, &app), PAY_FAULT);
    ASSERT_ERR(app_by_id(S.db, id, &app), PAY_OK);
    run_sql("UPDATE pay_app SET allowed_nets = ''");
    assert_int_equal(app_now()->allowed.count, 0);
}

static void test_app_find__keeps_many_apps_apart(void **state)
{
    const struct app *app;
    char name[16];

    (void)state;
    for (int i = 0; i < 20; i++) {
        struct app_row row = { .name = "n", .notify_schedule = "seed", .late_payment = "hold" };
        char secret[WEBHOOK_TEXT_SIZE];
        snprintf(row.app_key, sizeof(row.app_key), "many%d", i);
        ASSERT_ERR(registry_app_create(S.root, &TESTER, &row, secret), PAY_OK);
    }
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 20; i++) {
            snprintf(name, sizeof(name), "many%d", i);
            ASSERT_ERR(app_find(S.db, name, &app), PAY_OK);
            assert_string_equal(app->app_key, name);
        }
    }
}

static void test_app_webhook_keys__two_while_it_rotates(void **state)
{
    char fresh[WEBHOOK_TEXT_SIZE];
    struct webhook_keys keys;
    uint8_t want[WEBHOOK_KEY_MAX];
    size_t len;

    (void)state;
    ASSERT_ERR(app_webhook_keys(S.db, S.app->id, &keys), PAY_OK);
    assert_int_equal(keys.count, 1);
    assert_true(sign_base64_read(S.webhook_secret + 6, strlen(S.webhook_secret) - 6, want,
                                 sizeof(want), &len));
    assert_int_equal(keys.len[0], len);
    assert_memory_equal(keys.key[0], want, len);
    ASSERT_ERR(registry_app_rotate(S.root, &TESTER, S.app_key, 3600, fresh), PAY_OK);
    ASSERT_ERR(app_webhook_keys(S.db, S.app->id, &keys), PAY_OK);
    assert_int_equal(keys.count, 2);
    assert_memory_equal(keys.key[1], want, len);
    run_sql("UPDATE pay_app SET webhook_secret_old_until = UTC_TIMESTAMP(3) - INTERVAL 1 SECOND");
    ASSERT_ERR(app_webhook_keys(S.db, S.app->id, &keys), PAY_OK);
    assert_int_equal(keys.count, 1);
    ASSERT_ERR(app_webhook_keys(S.db, 999999, &keys), PAY_NO_ROW);
}

static enum pay_err spend(struct db *db, void *arg)
{
    return nonce_spend(db, S.app->id, arg);
}

static void test_nonce_spend__once_per_app(void **state)
{
    char nonce[] = "0123456789abcdef", upper[] = "0123456789ABCDEF";

    (void)state;
    ASSERT_ERR(nonce_check(S.db, S.app->id, nonce), PAY_OK);
    ASSERT_ERR(db_txn(S.db, spend, nonce), PAY_OK);
    ASSERT_ERR(db_txn(S.db, spend, nonce), PAY_NONCE_USED);
    ASSERT_ERR(db_txn(S.db, spend, upper), PAY_OK);
    ASSERT_ERR(nonce_check(S.db, S.app->id, nonce), PAY_NONCE_USED);
    ASSERT_ERR(nonce_check(S.db, S.app->id + 1, nonce), PAY_OK);
    db_end(S.db);
}

static void test_app_key_used__notes_it_seldom(void **state)
{
    struct new_key key;

    (void)state;
    key_make("all", &key);
    const struct app *app = app_now();
    app_key_used(S.db, &app->keys[app->key_count - 1]);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_app_key WHERE last_used_time IS NOT NULL", 1);
    run_sql("UPDATE pay_app_key SET last_used_time = NULL");
    app_key_used(S.db, &app->keys[app->key_count - 1]);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_app_key WHERE last_used_time IS NOT NULL", 0);
}

/* ---- channels */

static void test_channel_config__found_by_code_and_number(void **state)
{
    const struct channel_config *by_code, *by_id;

    (void)state;
    ASSERT_ERR(channel_config_by_code(S.db, &S.config, S.app->id, "mock", &by_code), PAY_OK);
    ASSERT_ERR(channel_config_by_id(S.db, &S.config, S.channel_id, &by_id), PAY_OK);
    assert_ptr_equal(by_code, by_id);
    assert_int_equal(by_id->fee_rate, 6000);
    assert_string_equal(by_id->app_key, S.app_key);
    ASSERT_ERR(channel_config_by_code(S.db, &S.config, S.app->id + 1, "mock", &by_id),
               PAY_NO_CHANNEL);
    ASSERT_ERR(channel_config_by_code(S.db, &S.config, S.app->id, "wx_pub", &by_id),
               PAY_NO_CHANNEL);
    ASSERT_ERR(channel_config_by_code(S.db, &S.config, S.app->id, "no such", &by_id),
               PAY_NO_CHANNEL);
    ASSERT_ERR(channel_config_by_id(S.db, &S.config, 999999, &by_id), PAY_NO_CHANNEL);
}

/* It follows from the channel's secret. */
static void pay_url_of(const struct channel_config *channel, char out[1025])
{
    const struct channel_order order = { .pay_id = "01J0EXAMP00000000000000002" };
    struct channel_ticket ticket;

    ASSERT_ERR(channel->account.product->submit(&channel->account, &order, &ticket), PAY_OK);
    assert_true(text_copy(out, 1025, ticket.display_content));
}

static void test_channel_config__changes_are_in_force_within_2_s(void **state)
{
    const struct channel_config *channel;
    char secret[NEW_SECRET_SIZE], before[1025], after[1025];

    (void)state;
    ASSERT_ERR(channel_config_by_id(S.db, &S.config, S.channel_id, &channel), PAY_OK);
    pay_url_of(channel, before);
    ASSERT_ERR(registry_channel_status(
                   S.root, &TESTER, &(const struct channel_row){ .id = S.channel_id, .status = 1 }),
               PAY_OK);
    ASSERT_ERR(registry_channel_rotate(S.root, &TESTER, S.channel_id, secret), PAY_OK);
    wait_kept();
    ASSERT_ERR(channel_config_by_id(S.db, &S.config, S.channel_id, &channel), PAY_OK);
    assert_int_equal(channel->status, 1);
    pay_url_of(channel, after);
    assert_string_not_equal(before, after);
    /* the same texts are not opened again */
    const void *keys = channel->account.keys;
    ASSERT_ERR(registry_channel_status(
                   S.root, &TESTER, &(const struct channel_row){ .id = S.channel_id, .status = 0 }),
               PAY_OK);
    wait_kept();
    ASSERT_ERR(channel_config_by_id(S.db, &S.config, S.channel_id, &channel), PAY_OK);
    assert_int_equal(channel->status, 0);
    assert_ptr_equal(channel->account.keys, keys);
    pay_url_of(channel, before);
    assert_string_equal(before, after);
}

static bool is_the_secret(void *arg, const char *name, const struct json *value)
{
    size_t len;

    if (str_eq(name, "secret"))
        assert_string_equal(json_text(value, &len), arg);
    return true;
}

static void test_channel_secrets_each__gives_them_opened(void **state)
{
    const struct channel_key key = { S.app->id, "mock" }, none = { S.app->id, "wx_pub" };
    char secret[NEW_SECRET_SIZE];

    (void)state;
    ASSERT_ERR(registry_channel_rotate(S.root, &TESTER, S.channel_id, secret), PAY_OK);
    ASSERT_ERR(channel_secrets_each(S.db, &S.config, &key, is_the_secret, secret), PAY_OK);
    ASSERT_ERR(channel_secrets_each(S.db, &S.config, &none, is_the_secret, secret), PAY_NO_CHANNEL);
    snprintf(S.secret, sizeof(S.secret), "%s", secret);
}

static void test_channel_config__secrets_that_do_not_open_are_our_fault(void **state)
{
    const struct channel_config *channel;

    (void)state;
    /* a code that no driver has is no channel */
    run_sql("INSERT INTO pay_channel (app_id, code, config, config_sealed)"
            " SELECT app_id, 'mock2', config, config_sealed FROM pay_channel LIMIT 1");
    ASSERT_ERR(channel_config_by_code(S.db, &S.config, S.app->id, "mock2", &channel),
               PAY_NO_CHANNEL);
    /* sealed for another place: copied from another app */
    run_sql("INSERT INTO pay_channel (app_id, code, config, config_sealed)"
            " SELECT a.id, 'mock', c.config, c.config_sealed FROM pay_channel c JOIN pay_app a"
            " WHERE a.app_key = 'many1' AND c.code = 'mock2'");
    static const char SQL[] = "SELECT MAX(id) FROM pay_channel";
    ASSERT_ERR(channel_config_by_id(S.db, &S.config, number_of(SQL), &channel), PAY_FAULT);
    assert_int_equal(number_of("SELECT COUNT(*) FROM pay_alert WHERE kind = 'unusable'"
                               " AND about = 'channel many1/mock'"),
                     1);
    run_sql("DELETE FROM pay_alert WHERE kind = 'unusable'");
    run_sql("UPDATE pay_channel SET code = CONCAT('gone', id), status = 1"
            " ORDER BY id DESC LIMIT 2");
}

/* ---- alerts */

static enum pay_err raise_one(struct db *db, void *arg)
{
    return alert_raise(db, "other_price", S.app->id, arg, "something is wrong");
}

static enum pay_err count_alert(void *arg, void *row)
{
    int64_t *sum = arg;
    const struct alert *alert = row;
    *sum = *sum * 100 + alert->times;
    return PAY_OK;
}

static int64_t alerts(bool all)
{
    const struct alert_filter filter = { .all = all, .limit = 100 };
    int64_t sum = 0;

    ASSERT_ERR(alert_list(S.db, &filter, count_alert, &sum), PAY_OK);
    return sum;
}

static void test_alert__counted_listed_closed_opened_again(void **state)
{
    char first[] = "A1", second[] = "A2";

    (void)state;
    ASSERT_ERR(db_txn(S.db, raise_one, first), PAY_OK);
    ASSERT_ERR(db_txn(S.db, raise_one, first), PAY_OK);
    ASSERT_ERR(db_txn(S.db, raise_one, second), PAY_OK);
    assert_int_equal(alerts(false), 201);
    static const char SQL[] = "SELECT MIN(id) FROM pay_alert";
    ASSERT_ERR(alert_close(S.root, number_of(SQL), "me", "seen to"), PAY_OK);
    ASSERT_ERR(alert_close(S.root, number_of(SQL), "me", "again"), PAY_NOT_FOUND);
    ASSERT_NUMBER("SELECT COUNT(*) FROM admin_log"
                  " WHERE what = 'alert.close' AND why = 'seen to'",
                  1);
    assert_int_equal(alerts(false), 1);
    assert_int_equal(alerts(true), 201);
    ASSERT_ERR(db_txn(S.db, raise_one, first), PAY_OK);
    assert_int_equal(alerts(false), 301);
}

static enum pay_err raise_each(struct db *db, void *arg)
{
    return alert_raise_each(
        db, &(const struct alert_crowd){
                .kind = "each", .app_id = S.app->id, .about = arg, .text = "something is wrong" });
}

static void each_raised(int number)
{
    char about[16];

    snprintf(about, sizeof(about), "E%d", number);
    ASSERT_ERR(db_txn(S.db, raise_each, about), PAY_OK);
}

#define OF_EACH " FROM pay_alert WHERE kind = 'each' AND "

/* A merchant with its channel's keys makes conflicts without end. */
static void test_alert_raise_each__a_hundred_of_an_app_then_they_are_counted(void **state)
{
    (void)state;
    for (int i = 1; i <= 105; i++)
        each_raised(i);
    each_raised(7);
    each_raised(103);
    ASSERT_NUMBER("SELECT COUNT(*)" OF_EACH "1", 101);
    ASSERT_NUMBER("SELECT times" OF_EACH "about = 'E7'", 2);
    ASSERT_NUMBER("SELECT times" OF_EACH "crowd = '*' AND text LIKE 'more than 100 %'", 6);
    /* closed ones make room, also for one that was counted only */
    run_sql("UPDATE pay_alert SET closed_by = 'me' WHERE kind = 'each'");
    each_raised(101);
    each_raised(7);
    ASSERT_NUMBER("SELECT COUNT(*)" OF_EACH "closed_by IS NULL", 2);
    ASSERT_NUMBER("SELECT times" OF_EACH "about = 'E101'", 1);
    run_sql("DELETE FROM pay_alert WHERE kind = 'each'");
}

static void test_scopes_parse__words_of_the_contract(void **state)
{
    static const struct {
        const char *text;
        bool ok;
        unsigned bits;
    } CASES[] = {
        { "all", true, SCOPE_ALL },
        { "payment:create", true, SCOPE_CREATE },
        { "payment:query,payment:create", true, SCOPE_CREATE | SCOPE_QUERY },
        { "payment:query, sandbox:clock", true, SCOPE_QUERY | SCOPE_CLOCK },
        { "payment", false, 0 },
        { "", false, 0 },
        { "payment:createx", false, 0 },
    };
    char room[256];

    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++) {
        unsigned bits = 0;
        CHECK(CASES[i].text, scopes_parse(CASES[i].text, &bits) == CASES[i].ok);
        CHECK_I64(CASES[i].text, bits, CASES[i].bits);
    }
    struct text t = TEXT(room);
    scopes_add(&t, SCOPE_CREATE | SCOPE_REFUND);
    assert_string_equal(room, "payment:create,refund:execute");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PAY_TEST(test_app_find__reads_settings_and_live_keys),
        PAY_TEST(test_app_find__unknown_names),
        PAY_TEST(test_app_find__a_secret_that_does_not_open_is_no_key),
        PAY_TEST(test_app_find__a_list_that_cannot_be_read_admits_none),
        PAY_TEST(test_app_find__keeps_many_apps_apart),
        PAY_TEST(test_app_webhook_keys__two_while_it_rotates),
        PAY_TEST(test_nonce_spend__once_per_app),
        PAY_TEST(test_app_key_used__notes_it_seldom),
        PAY_TEST(test_channel_config__found_by_code_and_number),
        PAY_TEST(test_channel_config__changes_are_in_force_within_2_s),
        PAY_TEST(test_channel_secrets_each__gives_them_opened),
        PAY_TEST(test_channel_config__secrets_that_do_not_open_are_our_fault),
        PAY_TEST(test_alert__counted_listed_closed_opened_again),
        PAY_TEST(test_alert_raise_each__a_hundred_of_an_app_then_they_are_counted),
        PAY_TEST(test_scopes_parse__words_of_the_contract),
    };
    return cmocka_run_group_tests(tests, shroff_up, shroff_down);
}
