/* test_registry.c - the registry on a real database with shroffctl's own rights: what is refused,
 * what is kept, a row in admin_log for every change and none for a refusal, at most four live keys
 * whoever comes at once, and the master key's rotation. */
#include "tests/db/shroff.h"

static struct actor ME = { "anna", "a reason", "" };
static char KEY[APP_KEY_SIZE]; /* of the test's own app */
static char WEBHOOK[WEBHOOK_TEXT_SIZE];

static int registry_up(void **state)
{
    int rc = shroff_up(state);

    if (rc == 0) {
        db_close(&S.db);
        S.db = open_as("shroff_ctl");
    }
    return rc;
}

static struct app_row plain_app(void)
{
    struct app_row app = { .notify_append_channel = 1 };

    snprintf(app.name, sizeof(app.name), "An app");
    snprintf(app.notify_schedule, sizeof(app.notify_schedule), "long");
    snprintf(app.late_payment, sizeof(app.late_payment), "refund");
    return app;
}

/* A fresh app, and an empty admin_log. */
static int registry_begin(void **state)
{
    struct app_row app = plain_app();

    (void)state;
    if (registry_app_create(S.db, &ME, &app, WEBHOOK) != PAY_OK)
        return -1;
    snprintf(KEY, sizeof(KEY), "%s", app.app_key);
    run_sql("DELETE FROM admin_log");
    return 0;
}

static enum pay_err key_create(const char *scopes, struct new_key *out)
{
    const struct key_spec spec = { .app_key = KEY, .scopes = scopes };

    return registry_key_create(S.db, &ME, &spec, out);
}

#define ASSERT_LOGGED(what) \
    ASSERT_NUMBER("SELECT COUNT(*) FROM admin_log WHERE what = '" what "' AND who = 'anna' AND" \
                  " why = 'a reason' AND on_what <> ''", \
                  1)
#define ASSERT_NOT_LOGGED() ASSERT_NUMBER("SELECT COUNT(*) FROM admin_log", 0)

/* ---- apps */

struct app_case {
    const char *name;
    size_t offset;
    const char *value, *problem;
};
#define APP_CASE(label, member, value, problem) \
    { \
        label, offsetof(struct app_row, member), value, problem \
    }
static const struct app_case APP_CASES[] = {
    APP_CASE("no name", name, "", "1 to 64 characters"),
    APP_CASE("a relative URL", order_notify_url, "/notify", "absolute http or https"),
    APP_CASE("another scheme", order_notify_url, "file:///etc/passwd", "absolute http or https"),
    APP_CASE("a user in the URL", order_notify_url, "https://u@x.example/", "without user"),
    APP_CASE("no schedule", notify_schedule, "", "the schedule must be"),
    APP_CASE("a schedule in words", notify_schedule, "hourly", "the schedule must be"),
    APP_CASE("a negative gap", notify_schedule, "15,-1", "the schedule must be"),
    APP_CASE("late payment", late_payment, "keep", "accept, refund or hold"),
    APP_CASE("a net of 33 bits", allowed_nets, "10.0.0.0/33", "a list like"),
    APP_CASE("a net by name", allowed_nets, "localhost", "a list like"),
};

static void test_registry_app_create__refuses_what_could_not_work(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(APP_CASES); i++) {
        const struct app_case *c = &APP_CASES[i];
        struct app_row app = plain_app();
        snprintf((char *)&app + c->offset, 64, "%s", c->value);
        CHECK_I64(c->name, registry_app_create(S.db, &ME, &app, WEBHOOK), PAY_BAD_FIELD);
        CHECK(c->name, strstr(ME.problem, c->problem) != NULL);
        snprintf(app.app_key, sizeof(app.app_key), "%s", KEY);
        CHECK_I64(c->name, registry_app_set(S.db, &ME, &app), PAY_BAD_FIELD);
    }
    ASSERT_NOT_LOGGED();
}

static void test_registry_app_set__changes_what_is_given_and_logs_it(void **state)
{
    struct app_row app, again;

    (void)state;
    ASSERT_ERR(registry_app_get(S.db, KEY, &app), PAY_OK);
    snprintf(app.allowed_nets, sizeof(app.allowed_nets), "10.0.0.0/8, 2001:db8::/32");
    snprintf(app.notify_schedule, sizeof(app.notify_schedule), "1");
    ASSERT_ERR(registry_app_set(S.db, &ME, &app), PAY_OK);
    ASSERT_ERR(registry_app_get(S.db, KEY, &again), PAY_OK);
    assert_string_equal(again.allowed_nets, app.allowed_nets);
    assert_string_equal(again.notify_schedule, "1");
    ASSERT_LOGGED("app.set");
    ASSERT_ERR(registry_app_status(S.db, &ME, KEY, APP_DISABLED), PAY_OK);
    ASSERT_LOGGED("app.disable");
    snprintf(app.app_key, sizeof(app.app_key), "app_nobody");
    ASSERT_ERR(registry_app_set(S.db, &ME, &app), PAY_NOT_FOUND);
    ASSERT_ERR(registry_app_status(S.db, &ME, "' OR 1=1", APP_DISABLED), PAY_NOT_FOUND);
    ASSERT_ERR(registry_app_get(S.db, "", &app), PAY_NOT_FOUND);
}

static void test_registry_app_rotate__keeps_the_old_secret_for_its_time(void **state)
{
    char second[WEBHOOK_TEXT_SIZE];
    int64_t opened, broken;

    (void)state;
    ASSERT_ERR(registry_app_rotate(S.db, &ME, KEY, 60, second), PAY_OK);
    assert_string_not_equal(second, WEBHOOK);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_app WHERE webhook_secret_old_sealed IS NOT NULL AND"
                  " webhook_secret_old_until > UTC_TIMESTAMP(3) + INTERVAL 50 SECOND AND"
                  " webhook_secret_old_until < UTC_TIMESTAMP(3) + INTERVAL 61 SECOND",
                  1);
    ASSERT_LOGGED("app.rotate");
    ASSERT_ERR(registry_check_secrets(S.db, &opened, &broken), PAY_OK);
    assert_int_equal(broken, 0);
    ASSERT_ERR(registry_app_rotate(S.db, &ME, "app_nobody", 60, second), PAY_NOT_FOUND);
}

/* ---- keys */

static void test_registry_key_create__takes_known_scopes_and_four_keys(void **state)
{
    static const char *const BAD[] = { "", ",", "payment:all", "ALL", "all,x" };
    struct new_key key, more;

    (void)state;
    for (size_t i = 0; i < COUNT(BAD); i++)
        CHECK_I64(BAD[i], key_create(BAD[i], &key), PAY_BAD_FIELD);
    ASSERT_NOT_LOGGED();
    ASSERT_ERR(key_create("payment:query,payment:create", &key), PAY_OK);
    assert_int_equal(strlen(key.secret), 64);
    ASSERT_LOGGED("key.create");
    for (int i = 1; i < APP_KEYS_MAX; i++)
        ASSERT_ERR(key_create("all", &more), PAY_OK);
    ASSERT_ERR(key_create("all", &more), PAY_CONFLICT);
    assert_non_null(strstr(ME.problem, "revoke one first"));
    ASSERT_ERR(registry_key_revoke(S.db, &ME, KEY, key.key_id), PAY_OK);
    ASSERT_ERR(key_create("all", &key), PAY_OK);
}

static void test_registry_key_create__registers_a_secret_once(void **state)
{
    static const char SECRET[] = "0123456789abcdef0123456789abcdef";
    struct new_key key;
    struct key_spec spec = { .app_key = KEY, .scopes = "all", .secret = SECRET };

    (void)state;
    ASSERT_ERR(registry_key_create(S.db, &ME, &spec, &key), PAY_OK);
    assert_string_equal(key.secret, SECRET);
    spec.app_key = "app_one";
    ASSERT_ERR(registry_key_create(S.db, &ME, &spec, &key), PAY_CONFLICT);
    assert_non_null(strstr(ME.problem, "registered already"));
    spec.secret = "0123456789abcdef0123456789abcde";
    ASSERT_ERR(registry_key_create(S.db, &ME, &spec, &key), PAY_BAD_FIELD);
    spec = (struct key_spec){ .app_key = KEY, .scopes = "all", .public_key = "not a key" };
    ASSERT_ERR(registry_key_create(S.db, &ME, &spec, &key), PAY_BAD_FIELD);
    assert_non_null(strstr(ME.problem, "2048 bits"));
    ASSERT_LOGGED("key.create");
}

/* A bare SHA-256 of a weak secret could be guessed without the master key. */
static void test_registry_key_create__keeps_no_bare_digest(void **state)
{
    static const char SECRET[] = "password password password password";
    struct new_key key;
    const struct key_spec spec = { .app_key = KEY, .scopes = "all", .secret = SECRET };

    (void)state;
    ASSERT_ERR(registry_key_create(S.db, &ME, &spec, &key), PAY_OK);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_app_key WHERE fingerprint = UNHEX(SHA2("
                  "'password password password password', 256))",
                  0);
    /* Through a rotation of the master key it stays the same, and open. */
    int64_t sealed;
    ASSERT_ERR(registry_rotate_master(S.db, &ME, &sealed), PAY_OK);
    ASSERT_ERR(registry_key_create(S.db, &ME, &spec, &key), PAY_CONFLICT);
    /* An installation of before: bare digests, and no key for them yet. */
    run_sql("DELETE FROM installation_key");
    run_sql("UPDATE pay_app_key SET fingerprint = UNHEX(SHA2("
            "'password password password password', 256)) WHERE secret_sealed IS NOT NULL"
            " ORDER BY id DESC LIMIT 1");
    ASSERT_ERR(registry_key_create(S.db, &ME, &spec, &key), PAY_CONFLICT);
    ASSERT_ERR(key_create("all", &key), PAY_OK);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_app_key WHERE fingerprint = UNHEX(SHA2("
                  "'password password password password', 256))",
                  0);
    ASSERT_ERR(registry_key_create(S.db, &ME, &spec, &key), PAY_CONFLICT);
    assert_non_null(strstr(ME.problem, "registered already"));
    /* Under another master key no key is made that could not be told apart. */
    run_sql("UPDATE installation_key SET value_sealed = CONCAT(LEFT(value_sealed, 40), 'x',"
            " SUBSTRING(value_sealed, 42))");
    ASSERT_ERR(key_create("all", &key), PAY_FAULT);
    assert_non_null(strstr(ME.problem, "master key"));
    run_sql("DELETE FROM installation_key");
}

static bool create_in_child(void)
{
    struct new_key key;

    S.db = open_as("shroff_ctl");
    db_patient(S.db, 10);
    return key_create("all", &key) == PAY_OK;
}

static void test_registry_key_create__eight_at_once_make_four(void **state)
{
    pid_t pids[8];
    int made = 0;

    (void)state;
    for (size_t i = 0; i < COUNT(pids); i++) {
        pids[i] = fork();
        if (pids[i] == 0)
            _exit(create_in_child() ? 1 : 0);
    }
    for (size_t i = 0; i < COUNT(pids); i++) {
        int status = 0;
        waitpid(pids[i], &status, 0);
        made += WIFEXITED(status) ? WEXITSTATUS(status) : 100;
    }
    assert_int_equal(made, APP_KEYS_MAX);
    ASSERT_NUMBER("SELECT COUNT(*) FROM admin_log WHERE what = 'key.create'", APP_KEYS_MAX);
}

static void test_registry_key_rotate__never_lengthens_a_life(void **state)
{
    struct new_key old, next;
    struct key_ref ref = { KEY, old.key_id };

    (void)state;
    ASSERT_ERR(key_create("payment:query", &old), PAY_OK);
    ASSERT_ERR(registry_key_rotate(S.db, &ME, &ref, 60, &next), PAY_OK);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_app_key WHERE scopes = 'payment:query' AND"
                  " expire_time IS NULL",
                  1);
    ASSERT_ERR(registry_key_rotate(S.db, &ME, &ref, 86400, &next), PAY_OK);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_app_key WHERE scopes = 'payment:query' AND"
                  " expire_time < UTC_TIMESTAMP(3) + INTERVAL 61 SECOND",
                  1);
    run_sql("UPDATE pay_app_key SET expire_time = UTC_TIMESTAMP(3) WHERE expire_time IS NOT NULL");
    ASSERT_ERR(registry_key_rotate(S.db, &ME, &ref, 86400, &next), PAY_CONFLICT);
    assert_non_null(strstr(ME.problem, "has expired"));
    ref.key_id = next.key_id;
    ASSERT_ERR(registry_key_revoke(S.db, &ME, KEY, next.key_id), PAY_OK);
    ASSERT_ERR(registry_key_revoke(S.db, &ME, KEY, next.key_id), PAY_OK);
    ASSERT_ERR(registry_key_rotate(S.db, &ME, &ref, 60, &next), PAY_CONFLICT);
    ASSERT_ERR(registry_key_revoke(S.db, &ME, "app_one", old.key_id), PAY_NOT_FOUND);
    ASSERT_NUMBER("SELECT COUNT(*) FROM admin_log WHERE what = 'key.rotate'", 2);
    ASSERT_NUMBER("SELECT COUNT(*) FROM admin_log WHERE what = 'key.revoke'", 2);
}

/* ---- channels */

static void test_registry_channel_create__asks_the_driver(void **state)
{
    struct config live = S.config;
    struct channel_spec spec = { .env = &live, .app_key = KEY, .code = "mock" };
    struct new_channel channel;

    (void)state;
    live.test_mode = false;
    ASSERT_ERR(registry_channel_create(S.db, &ME, &spec, &channel), PAY_BAD_FIELD);
    assert_non_null(strstr(ME.problem, "test mode only"));
    spec.env = &S.config;
    spec.code = "gold";
    ASSERT_ERR(registry_channel_create(S.db, &ME, &spec, &channel), PAY_BAD_FIELD);
    spec.code = "mock";
    spec.like = "{\"sign_type\":\"MD5\"}";
    ASSERT_ERR(registry_channel_create(S.db, &ME, &spec, &channel), PAY_BAD_FIELD);
    spec.config = "{\"sign_type\":\"HMAC-SHA256\"}";
    spec.secrets = "{\"secret\":\"\"}";
    ASSERT_ERR(registry_channel_create(S.db, &ME, &spec, &channel), PAY_BAD_FIELD);
    spec.secrets = "[]";
    ASSERT_ERR(registry_channel_create(S.db, &ME, &spec, &channel), PAY_BAD_FIELD);
    /* a member that the driver does not have is a typing error */
    spec.secrets = "{\"secret\":\"0123456789abcdef\",\"secrte\":\"x\"}";
    ASSERT_ERR(registry_channel_create(S.db, &ME, &spec, &channel), PAY_BAD_FIELD);
    assert_string_equal(ME.problem, "secrets has no member secrte");
    ASSERT_NOT_LOGGED();
    spec.secrets = spec.config = NULL;
    spec.like = "{\"sign_type\":\"RSA2\"}";
    ASSERT_ERR(registry_channel_create(S.db, &ME, &spec, &channel), PAY_OK);
    ASSERT_LOGGED("channel.create");
    ASSERT_ERR(registry_channel_create(S.db, &ME, &spec, &channel), PAY_CONFLICT);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_channel WHERE config LIKE '%PRIVATE%'", 0);
}

static void test_registry_channel_rotate__and_status(void **state)
{
    char secret[NEW_SECRET_SIZE];
    struct new_channel channel;

    (void)state;
    ASSERT_ERR(registry_channel_create(
                   S.db, &ME,
                   &(struct channel_spec){ .env = &S.config, .app_key = KEY, .code = "mock" },
                   &channel),
               PAY_OK);
    ASSERT_ERR(registry_channel_rotate(S.db, &ME, channel.id, secret), PAY_OK);
    assert_string_not_equal(secret, channel.secret);
    ASSERT_LOGGED("channel.rotate");
    ASSERT_ERR(registry_channel_status(
                   S.db, &ME, &(const struct channel_row){ .id = channel.id, .status = 1 }),
               PAY_OK);
    ASSERT_LOGGED("channel.disable");
    ASSERT_ERR(registry_channel_status(S.db, &ME,
                                       &(const struct channel_row){ .id = 999999, .status = 1 }),
               PAY_NOT_FOUND);
    ASSERT_ERR(registry_channel_rotate(S.db, &ME, 999999, secret), PAY_NOT_FOUND);
}

/* ---- the master key */

static void test_registry_rotate_master__seals_every_secret_anew(void **state)
{
    int64_t before, sealed, opened, broken;
    struct new_key key;
    char second[WEBHOOK_TEXT_SIZE];

    (void)state;
    ASSERT_ERR(key_create("all", &key), PAY_OK);
    ASSERT_ERR(registry_app_rotate(S.db, &ME, KEY, 60, second), PAY_OK);
    ASSERT_ERR(registry_check_secrets(S.db, &before, &broken), PAY_OK);
    assert_int_equal(broken, 0);
    int version = vault_version();
    for (int i = 1; i <= 3; i++) {
        ASSERT_ERR(registry_rotate_master(S.db, &ME, &sealed), PAY_OK);
        assert_int_equal(sealed, before);
        assert_int_equal(vault_version(), version + i);
    }
    ASSERT_ERR(registry_check_secrets(S.db, &opened, &broken), PAY_OK);
    assert_int_equal(opened, before);
    assert_int_equal(broken, 0);
    ASSERT_NUMBER("SELECT COUNT(*) FROM admin_log WHERE what = 'key.rotate-master'", 3);
}

static void test_registry_check_secrets__sees_a_moved_and_an_altered_one(void **state)
{
    struct new_key key;
    int64_t opened, broken;

    (void)state;
    ASSERT_ERR(key_create("all", &key), PAY_OK);
    run_sql("UPDATE pay_app a JOIN pay_app b ON b.app_key = 'app_one' AND a.id <> b.id"
            " SET a.webhook_secret_sealed = b.webhook_secret_sealed"
            " WHERE a.id = (SELECT MAX(id) FROM (SELECT id FROM pay_app) x)");
    ASSERT_ERR(registry_check_secrets(S.db, &opened, &broken), PAY_OK);
    assert_int_equal(broken, 1);
    run_sql("UPDATE pay_app_key SET secret_sealed = CONCAT(LEFT(secret_sealed, 40), 'x',"
            " SUBSTRING(secret_sealed, 42)) ORDER BY id DESC LIMIT 1");
    ASSERT_ERR(registry_check_secrets(S.db, &opened, &broken), PAY_OK);
    assert_int_equal(broken, 2);
    /* A rotation stops there, and says so; what it sealed so far opens. */
    assert_int_not_equal(registry_rotate_master(S.db, &ME, &opened), PAY_OK);
    ASSERT_ERR(registry_check_secrets(S.db, &opened, &broken), PAY_OK);
    assert_int_equal(broken, 2);
}

#define REGISTRY_TEST(f) cmocka_unit_test_setup(f, registry_begin)

int main(void)
{
    const struct CMUnitTest tests[] = {
        REGISTRY_TEST(test_registry_app_create__refuses_what_could_not_work),
        REGISTRY_TEST(test_registry_app_set__changes_what_is_given_and_logs_it),
        REGISTRY_TEST(test_registry_app_rotate__keeps_the_old_secret_for_its_time),
        REGISTRY_TEST(test_registry_key_create__takes_known_scopes_and_four_keys),
        REGISTRY_TEST(test_registry_key_create__registers_a_secret_once),
        REGISTRY_TEST(test_registry_key_create__keeps_no_bare_digest),
        REGISTRY_TEST(test_registry_key_create__eight_at_once_make_four),
        REGISTRY_TEST(test_registry_key_rotate__never_lengthens_a_life),
        REGISTRY_TEST(test_registry_channel_create__asks_the_driver),
        REGISTRY_TEST(test_registry_channel_rotate__and_status),
        REGISTRY_TEST(test_registry_rotate_master__seals_every_secret_anew),
        REGISTRY_TEST(test_registry_check_secrets__sees_a_moved_and_an_altered_one),
    };
    return cmocka_run_group_tests_name("registry", tests, registry_up, shroff_down);
}
