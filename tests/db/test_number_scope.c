/* test_number_scope.c - a channel's number of a payment, refund or transfer counts once among all
 * codes of its family, of all apps: Alipay and WeChat Pay number across all merchants. The channels
 * of this test have no keys, since settle asks for none. */
#include "tests/db/pay_steps.h"

enum who { ONE, TWO };
static int64_t app_ids[2];

/* A second app, and channels of each; the apps' own are mock. */
static int scope_up(void **state)
{
    if (shroff_up(state) != 0)
        return -1;
    const struct shroff first = S;
    app_ids[ONE] = S.app->id;
    app_make("app_two", "HMAC-SHA256");
    app_ids[TWO] = S.app->id;
    S = first;
    run_sql("INSERT INTO pay_channel (app_id, code, config, config_sealed)"
            " SELECT a.id, c.code, '{}', 'x' FROM pay_app a JOIN (SELECT 'alipay_qr' AS code"
            " UNION ALL SELECT 'alipay_wap' UNION ALL SELECT 'wx_native' UNION ALL SELECT 'wx_app')"
            " c");
    return 0;
}

struct side {
    enum who who;
    const char *code;
};

static struct channel_config channel_of(const struct side *side)
{
    static const char SQL[] = "SELECT id FROM pay_channel WHERE app_id = ? AND code = ?";
    struct channel_config channel = { .account.app_id = app_ids[side->who] };
    const struct db_param in[] = { DB_NUM(app_ids[side->who]), DB_STR(side->code) };

    ASSERT_ERR(db_number(S.root, SQL, DB_LIST(in), &channel.account.id), PAY_OK);
    db_end(S.root);
    snprintf(channel.account.code, sizeof(channel.account.code), "%s", side->code);
    return channel;
}

/* ---- a row of each kind, waiting for its channel's word */

static void make(const char *format, const struct side *side, const char *no)
{
    const struct channel_config channel = channel_of(side);
    char sql[1024], why[256];

    snprintf(sql, sizeof(sql),
             "SET @no = '%s', @app = %lld, @channel = %lld, @code = '%s', @t = UTC_TIMESTAMP(3)",
             no, (long long)app_ids[side->who], (long long)channel.account.id, side->code);
    ASSERT_ERR(db_run_text(S.root, sql, why, sizeof(why)), PAY_OK);
    if (db_run_text(S.root, format, why, sizeof(why)) != PAY_OK)
        fail_msg("%s: %s", format, why);
}

static void make_attempt(const struct side *side, const char *no)
{
    make("INSERT INTO pay_order (no, app_id, merchant_order_id, subject, price, currency,"
         " expire_time, query_token, attempts) VALUES (REVERSE(@no), @app, @no, 's', 10000, 'CNY',"
         " @t + INTERVAL 1 HOUR, MD5(@no), 1)",
         side, no);
    make("INSERT INTO pay_order_extension (order_id, no, channel_id, channel_code, price, currency,"
         " next_sync_time) SELECT id, @no, @channel, @code, price, currency, @t FROM pay_order"
         " WHERE merchant_order_id = @no",
         side, no);
    latest_copied();
}

static void make_refund(const struct side *side, const char *no)
{
    char pay_id[NO_SIZE];

    ulid_new(pay_id);
    make_attempt(side, pay_id);
    const struct channel_config channel = channel_of(side);
    const struct channel_said paid = result_of(pay_id, CHANNEL_SUCCESS, 10000);
    ASSERT_ERR(settle(S.db, &channel, &paid, NULL, &V), PAY_OK);
    make("INSERT INTO pay_refund (no, app_id, channel_id, channel_code, order_id, extension_id,"
         " merchant_order_id, merchant_refund_id, pay_price, refund_price, currency,"
         " next_sync_time) SELECT @no, app_id, @channel, @code, id, extension_id,"
         " merchant_order_id, @no, price, price, currency, @t"
         "  FROM pay_order WHERE status = 10 AND refund_count = 0",
         side, no);
    make("UPDATE pay_order SET refunding_price = price, refund_count = 1"
         " WHERE status = 10 AND refund_count = 0",
         side, no);
}

static void make_transfer(const struct side *side, const char *no)
{
    make("INSERT INTO pay_transfer (no, app_id, channel_id, channel_code, merchant_transfer_id,"
         " subject, price, currency, user_account, next_sync_time)"
         " VALUES (@no, @app, @channel, @code, @no, 's', 10000, 'CNY', 'u', @t)",
         side, no);
}

static const struct kind {
    enum channel_about about;
    const char *word;
    void (*make)(const struct side *side, const char *no);
} KINDS[] = {
    { ABOUT_ORDER, "order", make_attempt },
    { ABOUT_REFUND, "refund", make_refund },
    { ABOUT_TRANSFER, "transfer", make_transfer },
};

enum way { CALLBACK, QUERY };

/* The channel says that `no` succeeded under this number of its own. */
static enum pay_err says(const struct kind *kind, const struct side *side, enum way way,
                         const char *no, const char *number)
{
    const struct channel_config channel = channel_of(side);
    struct channel_said said = result_of(no, CHANNEL_SUCCESS, 10000);
    const struct callback_raw raw = {
        .channel_id = channel.account.id, .kind = kind->word, .body = "{}", .body_len = 2
    };

    said.about = kind->about;
    snprintf(said.channel_no, sizeof(said.channel_no), "%s", number);
    return settle(S.db, &channel, &said, way == CALLBACK ? &raw : NULL, &V);
}

/* ---- one number, said of two rows */

static const struct scope_case {
    const char *name;
    struct side first, second;
    bool one_scope;
} CASES[] = {
    { "two codes of an app", { ONE, "alipay_qr" }, { ONE, "alipay_wap" }, true },
    { "one code of two apps", { ONE, "alipay_qr" }, { TWO, "alipay_qr" }, true },
    { "two codes of two apps", { ONE, "wx_native" }, { TWO, "wx_app" }, true },
    { "one channel", { ONE, "mock" }, { ONE, "mock" }, true },
    { "Alipay and WeChat Pay", { ONE, "alipay_qr" }, { ONE, "wx_native" }, false },
    { "two played gateways", { ONE, "mock" }, { TWO, "mock" }, false },
};

static void refused(const struct scope_case *c, const struct kind *kind, enum way way,
                    const char *no)
{
    CHECK(c->name, says(kind, &c->second, way, no, "N1") == PAY_OTHER_PAYMENT);
    CHECK_I64(c->name, V, VERDICT_OTHER_PAYMENT);
    CHECK_I64(c->name, number_of("SELECT COUNT(*) FROM pay_alert WHERE kind = 'other_payment'"), 1);
    CHECK_I64(c->name,
              number_of("SELECT COUNT(*) FROM callback_log WHERE verdict = 'OTHER_PAYMENT'"),
              way == CALLBACK ? 1 : 0);
}

static void scope_check(const struct scope_case *c, const struct kind *kind, enum way way)
{
    char first[NO_SIZE], second[NO_SIZE];

    empty_tables();
    ulid_new(first);
    ulid_new(second);
    kind->make(&c->first, first);
    kind->make(&c->second, second);
    CHECK(c->name, says(kind, &c->first, way, first, "N1") == PAY_OK);
    if (c->one_scope)
        refused(c, kind, way, second);
    CHECK(c->name, says(kind, &c->second, way, second, c->one_scope ? "N2" : "N1") == PAY_OK);
    CHECK_I64(c->name, V, VERDICT_ACCEPTED);
}

static void test_settle__a_number_counts_once_in_its_family(void **state)
{
    (void)state;
    for (size_t c = 0; c < COUNT(CASES); c++)
        for (size_t k = 0; k < COUNT(KINDS); k++)
            for (int way = CALLBACK; way <= QUERY; way++)
                scope_check(&CASES[c], &KINDS[k], (enum way)way);
}

/* What the schema makes of a code must be so of the drivers: codes of one driver begin alike up to
 * '_', those of two drivers do not, and one that numbers for itself has no '_' in its code. */
static size_t family_of(const char *code)
{
    return strchr(code, '_') ? strcspn(code, "_") + 1 : 0;
}

static void test_channels__codes_begin_with_their_family(void **state)
{
    (void)state;
    for (size_t i = 0; CHANNELS[i]; i++) {
        const char *first = CHANNELS[i]->products[0].code;
        const size_t family = family_of(first);
        CHECK(first, family > 0 || CHANNELS[i]->product_count == 1);
        for (size_t p = 1; p < CHANNELS[i]->product_count; p++)
            CHECK(CHANNELS[i]->products[p].code,
                  strncmp(CHANNELS[i]->products[p].code, first, family) == 0);
        for (size_t k = 0; k < i && family > 0; k++)
            CHECK(first, strncmp(CHANNELS[k]->products[0].code, first, family) != 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PAY_TEST(test_settle__a_number_counts_once_in_its_family),
        PAY_TEST(test_channels__codes_begin_with_their_family),
        PAY_TEST(test_locks__one_order_for_all),
    };
    return cmocka_run_group_tests(tests, scope_up, shroff_down);
}
