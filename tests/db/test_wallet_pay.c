/* test_wallet_pay.c - orders paid from a wallet: a new one in one call, the others statement by
 * statement. Every case is done on both paths, and all rows that they leave are compared. */
#include "tests/db/pay_steps.h"

#include "ledger/adjust.h"
#include "ledger/wallet_channel.h"

#define USER "payer-1"

static int wallet_up(void **state)
{
    struct new_channel channel;

    if (shroff_up(state) != 0)
        return -1;
    return registry_channel_create(S.root, &TESTER,
                                   &(struct channel_spec){ .env = &S.config,
                                                           .app_key = S.app_key,
                                                           .code = CHANNEL_WALLET_CODE,
                                                           .like = "{}",
                                                           .fee_rate = 6000 },
                                   &channel) == PAY_OK
               ? 0
               : -1;
}

/* Nothing but a wallet that holds so much; 0: no wallet. */
static void begun_with(int64_t balance)
{
    struct adjust_terms terms = { .currency = "CNY", .reason = "r", .price = MONEY(balance) };
    static struct adjusted out;

    empty_tables();
    run_sql("TRUNCATE ledger_entry");
    run_sql("TRUNCATE wallet_adjust");
    run_sql("TRUNCATE wallet");
    snprintf(terms.user_id, sizeof(terms.user_id), USER);
    snprintf(terms.merchant_adjust_id, sizeof(terms.merchant_adjust_id), "A");
    if (balance != 0)
        ASSERT_ERR(wallet_adjust(S.db,
                                 &(struct adjust_request){
                                     .app = S.app, .nonce = fresh_nonce(), .terms = &terms },
                                 &out),
                   PAY_OK);
    run_sql("DELETE FROM api_nonce");
}

static int wallet_begin(void **state)
{
    (void)state;
    begun_with(5000);
    return 0;
}

/* ---- both paths */

static void plain(struct order_terms *terms)
{
    (void)terms;
}

static void whole(struct order_terms *terms)
{
    snprintf(terms->body, sizeof(terms->body), "two lines\nof text");
    snprintf(terms->user_ip, sizeof(terms->user_ip), "203.0.113.7");
    snprintf(terms->metadata, sizeof(terms->metadata), "{\"a\": 1.50}");
    snprintf(terms->return_url, sizeof(terms->return_url), "https://shop.test/#{ORDER_NO}");
    terms->expire_in = 60;
}

static void told_elsewhere(struct order_terms *terms)
{
    snprintf(terms->notify_url, sizeof(terms->notify_url), "https://shop.test/heard?x=1");
}

static const struct purse_case {
    const char *name;
    int64_t balance;
    void (*terms)(struct order_terms *terms);
    const char *extras;
    const char *app_url; /* NULL: orders without an address of their own have no notification */
    enum pay_err want;
} CASES[] = {
    { "the usual payment", 5000, plain, NULL, "'" NOTIFY_URL "'", PAY_OK },
    { "all that an order can have", 5000, whole, "{\"n\":1}", "'" NOTIFY_URL "'", PAY_OK },
    { "an address of its own", 5000, told_elsewhere, NULL, "NULL", PAY_OK },
    { "no address", 5000, plain, NULL, "NULL", PAY_OK },
    { "all that there is", 1234, plain, NULL, "'" NOTIFY_URL "'", PAY_OK },
    { "one too little", 1233, plain, NULL, "'" NOTIFY_URL "'", PAY_REFUSED },
    { "no wallet", 0, plain, NULL, "'" NOTIFY_URL "'", PAY_REFUSED },
};

static const char *number = "W1"; /* the merchant's, of the order */

static enum pay_err created_by(const struct purse_case *c, const char *channel)
{
    struct order_terms terms = terms_of(number, 1234);
    struct checkout_call call = call_of(fresh_nonce(), channel);

    call.extras = channel ? c->extras : NULL;
    snprintf(terms.user_id, sizeof(terms.user_id), USER);
    c->terms(&terms);
    return checkout_create(&call, &terms, &C);
}

static enum pay_err at_once(const struct purse_case *c)
{
    return created_by(c, CHANNEL_WALLET_CODE);
}

/* The order is there already, so a repeat of create, or a submit, pays it. */
static enum pay_err by_repeat(const struct purse_case *c)
{
    ASSERT_ERR(created_by(c, NULL), PAY_OK);
    return created_by(c, CHANNEL_WALLET_CODE);
}

static enum pay_err by_submit(const struct purse_case *c)
{
    ASSERT_ERR(created_by(c, NULL), PAY_OK);
    struct checkout_call call = call_of(fresh_nonce(), CHANNEL_WALLET_CODE);
    call.extras = c->extras;
    return checkout_submit(&call, &(struct order_key){ .merchant_order_id = number }, &C);
}

/* Every row of every table that a payment writes, as one text. Numbers of rows are left out;
 * ULIDs and times are the same words everywhere, since they differ in each run. */
static const char *rows_now(void)
{
    static const char GATHER[] =
        "BEGIN NOT ATOMIC SET @rows = ''; SET SESSION group_concat_max_len = 65536;"
        " FOR t IN (SELECT table_name AS name, GROUP_CONCAT(CONCAT('IFNULL(', column_name,"
        "   ', ''-'')') ORDER BY ordinal_position SEPARATOR ', ') AS shown"
        "   FROM information_schema.columns WHERE table_schema = 'shroff' AND table_name IN"
        "   ('pay_order', 'pay_order_extension', 'wallet', 'ledger_entry', 'notify_task',"
        "    'status_log', 'pay_alert', 'callback_log') AND column_name NOT IN"
        "   ('id', 'order_id', 'data_id', 'biz_id', 'wallet_id', 'extension_id', 'query_token')"
        "   GROUP BY table_name) DO"
        "   EXECUTE IMMEDIATE CONCAT('SET @part = (SELECT GROUP_CONCAT(CONCAT_WS(''|'', ',"
        "     t.shown, ') ORDER BY id SEPARATOR ''\\n'') FROM ', t.name, ')');"
        "   SET @rows = CONCAT(@rows, t.name, '\\n', IFNULL(@part, 'none'), '\\n');"
        " END FOR;"
        " SET @rows = REGEXP_REPLACE(REGEXP_REPLACE(@rows, '[0-9A-Z]{26}', 'NUMBER'),"
        "   '20[0-9]{2}-[0-9]{2}-[0-9]{2}[ T][0-9:.]+Z?', 'TIME'); END";
    static const char SQL[] = "SELECT @rows AS text";
    static struct rows {
        char text[16384];
    } row;
    static const struct db_column COLUMNS[] = { DB_COLUMN(struct rows, text) };

    run_sql(GATHER);
    ASSERT_ERR(db_select(S.root,
                         &(struct db_query){ .sql = SQL, .shape = DB_SHAPE(COLUMNS), .row = &row }),
               PAY_OK);
    db_end(S.root);
    return row.text;
}

/* What an answer shows, of both the same. */
static const char *answer_now(void)
{
    static char text[2048];

    snprintf(text, sizeof(text), "%lld %lld %lld %s %d %d %s %s %s %d %d",
             (long long)C.order.status, (long long)C.order.version,
             (long long)C.order.paid_price.minor, C.order.channel_code, C.order.success_time != 0,
             C.order.expire_time > C.order.create_time,
             C.has_attempt ? C.attempt.display_mode : "-", C.error_code, C.error_msg,
             C.order.id != 0, *C.order.channel_order_no != '\0');
    return text;
}

static void app_is_told_at(const char *url)
{
    static char now[64];
    char sql[128];

    if (str_eq(now, url))
        return;
    snprintf(now, sizeof(now), "%s", url);
    snprintf(sql, sizeof(sql), "UPDATE pay_app SET order_notify_url = %s", url);
    run_sql(sql);
    static struct app copy;
    const struct app *found;
    app_forget(S.app_key);
    ASSERT_ERR(app_find(S.db, S.app_key, &found), PAY_OK);
    copy = *found;
    S.app = &copy;
    clock_sleep_ms(1100); /* other paths keep the app's row for 1 s */
}

static void test_wallet__leaves_the_same_rows_on_both_paths(void **state)
{
    static enum pay_err (*const OTHERS[])(const struct purse_case *c) = { by_repeat, by_submit };
    static char by_call[16384], answered[2048];

    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++) {
        app_is_told_at(CASES[i].app_url);
        begun_with(CASES[i].balance);
        ASSERT_ERR(at_once(&CASES[i]), CASES[i].want);
        snprintf(by_call, sizeof(by_call), "%s", rows_now());
        snprintf(answered, sizeof(answered), "%s", answer_now());
        assert_non_null(strstr(by_call, "payment"));
        for (size_t k = 0; k < COUNT(OTHERS); k++) {
            begun_with(CASES[i].balance);
            ASSERT_ERR(OTHERS[k](&CASES[i]), CASES[i].want);
            if (strcmp(by_call, rows_now()) != 0)
                fail_msg("%s:\nby the call:\n%s\nby statements:\n%s", CASES[i].name, by_call,
                         rows_now());
            assert_string_equal(answered, answer_now());
        }
    }
    app_is_told_at("'" NOTIFY_URL "'");
}

/* ---- the call itself */

/* Of this session, and of one more order: the look at the wallet, the CALL, and this. */
static int64_t questions(void)
{
    static const char SQL[] = "SELECT VARIABLE_VALUE + 0 FROM information_schema.SESSION_STATUS"
                              " WHERE VARIABLE_NAME = 'QUESTIONS'";
    int64_t n = 0;

    ASSERT_ERR(db_number(S.db, SQL, NULL, 0, &n), PAY_OK);
    db_end(S.db);
    return n;
}

static void test_wallet__a_new_order_is_one_call(void **state)
{
    static const char *const NUMBERS[] = { "W1", "W2", "W3", "W4" };
    int64_t least = 100;

    (void)state;
    begun_with(1234 * (int64_t)COUNT(NUMBERS));
    for (size_t i = 0; i < COUNT(NUMBERS); i++) { /* the first prepares its statements */
        number = NUMBERS[i];
        const int64_t before = (questions(), questions());
        ASSERT_ERR(at_once(&CASES[0]), PAY_OK);
        const int64_t asked = questions() - before;
        least = asked < least ? asked : least; /* app and channel are read once a second */
    }
    number = NUMBERS[0];
    assert_int_equal(least, 3);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order o JOIN pay_order_extension e ON e.order_id = o.id"
                  " JOIN ledger_entry l ON l.no = o.channel_order_no AND l.biz_id = o.id"
                  " WHERE o.expire_time = o.create_time + INTERVAL 7200 SECOND"
                  "   AND o.success_time = o.create_time AND e.success_time = o.create_time"
                  "   AND o.extension_id = e.id AND e.channel_order_no = l.no"
                  "   AND l.balance IN (3702, 2468, 1234, 0)"
                  "   AND l.create_time >= o.create_time AND o.channel_fee_price = 7",
                  4);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order o JOIN notify_task t ON t.data_id = o.id WHERE"
                  " JSON_VALUE(t.body, '$.data.create_time') ="
                  "   CONCAT(REPLACE(o.create_time, ' ', 'T'), 'Z')"
                  " AND JSON_VALUE(t.body, '$.data.expire_time') ="
                  "   CONCAT(REPLACE(o.expire_time, ' ', 'T'), 'Z')"
                  " AND JSON_VALUE(t.body, '$.data.channel_order_no') = o.channel_order_no",
                  4);
}

static void test_wallet__a_spent_nonce_does_nothing(void **state)
{
    struct order_terms terms = terms_of("W2", 1234);
    const char *nonce = fresh_nonce();
    struct checkout_call call = call_of(nonce, CHANNEL_WALLET_CODE);

    (void)state;
    snprintf(terms.user_id, sizeof(terms.user_id), USER);
    ASSERT_ERR(checkout_create(&call, &terms, &C), PAY_OK);
    snprintf(terms.merchant_order_id, sizeof(terms.merchant_order_id), "W3");
    ASSERT_ERR(checkout_create(&call, &terms, &C), PAY_NONCE_USED);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order", 1);
    ASSERT_NUMBER("SELECT balance FROM wallet", 3766);
}

static void test_wallet__a_repeat_pays_once(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        ASSERT_ERR(at_once(&CASES[0]), PAY_OK);
        assert_int_equal(C.created, i == 0);
        assert_int_equal(C.order.status, ORDER_SUCCESS);
    }
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order", 1);
    ASSERT_NUMBER("SELECT COUNT(*) FROM notify_task", 1);
    ASSERT_NUMBER("SELECT balance FROM wallet", 3766);
}

static void test_wallet__a_lost_commit_is_found_again(void **state)
{
    static const enum cut CUTS[] = { CUT_AFTER_COMMIT_ARRIVED, CUT_BEFORE_COMMIT_ARRIVES };

    (void)state;
    for (size_t i = 0; i < COUNT(CUTS); i++) {
        begun_with(5000);
        cut_begin(CUTS[i]);
        ASSERT_ERR(at_once(&CASES[0]), PAY_LOST);
        cut_end();
        assert_int_equal(number_of("SELECT COUNT(*) FROM ledger_entry WHERE kind = 'payment'"),
                         i == 0 ? 2 : 0);
        ASSERT_ERR(at_once(&CASES[0]), PAY_OK);
        assert_int_equal(C.created, i == 1);
        ASSERT_NUMBER("SELECT balance FROM wallet", 3766);
        ASSERT_NUMBER("SELECT COUNT(*) FROM notify_task", 1);
    }
}

/* The triggers of wallet and ledger refuse what does not agree, in the call as anywhere. */
static void test_wallet__what_a_trigger_refuses_leaves_nothing(void **state)
{
    (void)state;
    run_sql("CREATE TRIGGER odd BEFORE INSERT ON ledger_entry FOR EACH ROW"
            " SET NEW.price = NEW.price - (NEW.account = 'wallet')");
    ASSERT_ERR(at_once(&CASES[0]), PAY_FAULT);
    run_sql("DROP TRIGGER odd");
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order", 0);
    ASSERT_NUMBER("SELECT COUNT(*) FROM api_nonce", 0);
    ASSERT_NUMBER("SELECT balance FROM wallet", 5000);
}

#define WALLET_TEST(f) cmocka_unit_test_setup_teardown(f, wallet_begin, proofs_hold)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_wallet__leaves_the_same_rows_on_both_paths, wallet_begin),
        WALLET_TEST(test_wallet__a_new_order_is_one_call),
        WALLET_TEST(test_wallet__a_spent_nonce_does_nothing),
        WALLET_TEST(test_wallet__a_repeat_pays_once),
        WALLET_TEST(test_wallet__a_lost_commit_is_found_again),
        WALLET_TEST(test_wallet__what_a_trigger_refuses_leaves_nothing),
        cmocka_unit_test(test_locks__one_order_for_all),
    };
    return cmocka_run_group_tests_name("wallet_pay", tests, wallet_up, shroff_down);
}
