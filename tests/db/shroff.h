/* shroff.h - Shroff's own database for the tests of the business: a throwaway MariaDB with the real
 * schema and the real grants, one app with a mock channel, and what tests count there. */
#ifndef TESTS_DB_SHROFF_H
#define TESTS_DB_SHROFF_H

#include "tests/unit/unit.h"
#include "tests/db/server.h"

#include "base/log.h"
#include "checkout/channels.h"
#include "io/crypto/sign.h"
#include "io/crypto/vault.h"
#include "registry/registry.h"

#define NOTIFY_URL "http://127.0.0.1:9/heard"

static struct shroff {
    struct server server;
    struct config config;
    struct db *db, *root;  /* as web; as root */
    const struct app *app; /* a copy: the cache's own lives until the next look */
    int64_t channel_id;
    char app_key[APP_KEY_SIZE], secret[NEW_SECRET_SIZE], webhook_secret[WEBHOOK_TEXT_SIZE];
} S;

static struct actor TESTER = { "tests", "because", "" };

static inline struct db *open_as(const char *user)
{
    struct db_account account = { .database = "shroff" };

    snprintf(account.user, sizeof(account.user), "%s", user);
    return open_at(S.server.socket, &account);
}

/* Through a proxy that loses COMMITs: as web, and S.db until cut_end. */
static inline void cut_begin(enum cut cut)
{
    struct db_account account = { .user = "shroff_web", .database = "shroff" };

    db_close(&S.db);
    S.db = open_at(S.server.proxy_socket, &account);
    *S.server.cut = (int)cut;
}

static inline void cut_end(void)
{
    *S.server.cut = CUT_NOTHING;
    db_close(&S.db);
    S.db = open_as("shroff_web");
}

/* ---- what stands in the database */

/* The number a SELECT answers, read as root; -1 without a row. sql is kept by its address. */
static inline int64_t number_of(const char *sql)
{
    int64_t n = 0;
    enum pay_err err = db_number(S.root, sql, NULL, 0, &n);

    db_end(S.root);
    if (err != PAY_OK && err != PAY_NO_ROW)
        fail_msg("%s: %s", sql, err_name(err));
    return err == PAY_OK ? n : -1;
}
#define ASSERT_NUMBER(sql, want) \
    do { \
        static const char sql_[] = sql; \
        CHECK_I64(sql_, number_of(sql_), want); \
    } while (0)
#define ASSERT_ERR(got, want) \
    do { \
        enum pay_err got_ = (got), want_ = (want); \
        if (got_ != want_) \
            fail_msg("%s:%d: got %s, want %s", __FILE__, __LINE__, err_name(got_), \
                     err_name(want_)); \
    } while (0)

static inline void run_sql(const char *sql)
{
    char why[512];

    if (db_run_text(S.root, sql, why, sizeof(why)) != PAY_OK)
        fail_msg("%s: %s", sql, why);
}

struct innodb_status {
    char Type[65], Name[65];
    struct db_bytes Status;
};

/* What InnoDB says of its latest deadlock, for people. */
static inline void deadlock_print(void)
{
    static const struct db_column COLUMNS[] = {
        DB_COLUMN(struct innodb_status, Type),
        DB_COLUMN(struct innodb_status, Name),
        DB_COLUMN(struct innodb_status, Status),
    };
    static uint8_t room[65536];
    struct innodb_status row = { .Status = { room, sizeof(room) - 1, 0 } };

    enum pay_err err = db_select(S.root, &(struct db_query){ .sql = "SHOW ENGINE INNODB STATUS",
                                                             .shape = DB_SHAPE(COLUMNS),
                                                             .row = &row });
    db_end(S.root);
    room[err == PAY_OK ? row.Status.len : 0] = '\0';
    const char *from = strstr((const char *)room, "LATEST DETECTED DEADLOCK");
    if (from != NULL)
        printf("%.6000s\n", from);
}

/* Deadlocks are run again and never surface; the lock order is to leave none to run again. */
static inline void test_locks__one_order_for_all(void **state)
{
    static const char SQL[] = "SELECT CAST(VARIABLE_VALUE AS SIGNED)"
                              "  FROM information_schema.GLOBAL_STATUS"
                              " WHERE VARIABLE_NAME = 'INNODB_DEADLOCKS'";
    int64_t deadlocks = -1;

    (void)state;
    ASSERT_ERR(db_number(S.root, SQL, NULL, 0, &deadlocks), PAY_OK);
    db_end(S.root);
    if (deadlocks > 0)
        deadlock_print();
    assert_int_equal(deadlocks, 0);
}

/* The tables of business, emptied between tests. */
static inline void empty_tables(void)
{
    static const char *const TABLES[] = {
        "pay_transfer", "pay_refund", "pay_order_extension", "pay_order", "notify_task",
        "callback_log", "status_log", "pay_alert",           "api_nonce", "callback_bound",
    };
    char sql[64];

    for (size_t i = 0; i < COUNT(TABLES); i++) {
        snprintf(sql, sizeof(sql), "DELETE FROM %s", TABLES[i]);
        run_sql(sql);
    }
    /* Waits until the deleted rows are purged: two inserts of a unique number whose deleted row is
     * still there lock the gap behind it, and deadlock. Nothing but tests deletes orders. */
    run_sql("SET GLOBAL innodb_max_purge_lag_wait = 0");
}

/* ---- making it */

static inline bool shell(const char *line)
{
    int status = -1;
    pid_t pid = fork();

    if (pid == 0) {
        execl("/bin/sh", "sh", "-c", line, (char *)NULL);
        _exit(127);
    }
    return waitpid(pid, &status, 0) == pid && status == 0;
}

/* The SQL files that a pattern of the shell names, in its order. */
static inline bool client_reads(const char *files)
{
    char line[256];

    snprintf(line, sizeof(line), "cat %s | mariadb --no-defaults -uroot --socket=%s shroff", files,
             S.server.socket);
    return shell(line);
}

static inline void accounts_make(void)
{
    static const char *const ROLES[] = {
        "web", "runner", "migrate", "ctl", "audit", "sandbox", "shop", "reader",
    };
    char sql[96];

    run_sql("CREATE DATABASE sandbox");
    run_sql("CREATE DATABASE shop");
    for (size_t i = 0; i < COUNT(ROLES); i++) {
        snprintf(sql, sizeof(sql), "CREATE USER shroff_%s@localhost", ROLES[i]);
        run_sql(sql);
    }
    run_sql("GRANT ALL ON shroff.* TO shroff_migrate@localhost");
}

static inline bool vault_make(void)
{
    char path[128];

    snprintf(path, sizeof(path), "%s/master.key", S.server.folder);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    static const char KEY[] = "1:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=\n";
    bool ok = fd >= 0 && write(fd, KEY, sizeof(KEY) - 1) == (ssize_t)sizeof(KEY) - 1;
    close(fd);
    return ok && vault_open(path) == PAY_OK;
}

/* An app with a mock channel; sign_type as the channel's row is to say. */
static inline void app_make(const char *app_key, const char *sign_type)
{
    struct app_row app = { .notify_append_channel = 1 };
    char like[64];
    static struct app copy;
    struct new_channel channel;

    snprintf(like, sizeof(like), "{\"sign_type\":\"%s\"}", sign_type);
    snprintf(app.app_key, sizeof(app.app_key), "%s", app_key);
    snprintf(app.name, sizeof(app.name), "%s", app_key);
    snprintf(app.order_notify_url, sizeof(app.order_notify_url), "%s", NOTIFY_URL);
    snprintf(app.notify_schedule, sizeof(app.notify_schedule), "long");
    snprintf(app.late_payment, sizeof(app.late_payment), "refund");
    if (registry_app_create(S.root, &TESTER, &app, S.webhook_secret) != PAY_OK ||
        registry_channel_create(S.root, &TESTER,
                                &(struct channel_spec){ .env = &S.config,
                                                        .app_key = app_key,
                                                        .code = "mock",
                                                        .like = like,
                                                        .fee_rate = 6000 },
                                &channel) != PAY_OK ||
        app_find(S.db, app_key, &S.app) != PAY_OK)
        fail_msg("could not make %s: %s", app_key, TESTER.problem);
    copy = *S.app;
    S.app = &copy;
    S.channel_id = channel.id;
    snprintf(S.app_key, sizeof(S.app_key), "%s", app_key);
    snprintf(S.secret, sizeof(S.secret), "%s", channel.secret);
}

static inline int shroff_up(void **state)
{
    char why[256];
    struct db_account super = { .user = "root", .database = "mysql" };

    (void)state;
    log_open("test", getenv("TEST_LOG") ? LOG_DEBUG : LOG_ERROR + 1);
    channels_use(CHANNELS);
    S.config = (struct config){ .test_mode = true,
                                .base_url = "http://shroff.test",
                                .mock_gateway_url = "http://127.0.0.1:9" };
    if (!server_make(&S.server) || !vault_make())
        return -1;
    struct db *first = open_at(S.server.socket, &super);
    if (db_run_text(first, "CREATE DATABASE shroff CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin",
                    why, sizeof(why)) != PAY_OK)
        return -1;
    db_close(&first);
    S.root = open_as("root");
    db_patient(S.root, 60);
    accounts_make();
    run_sql("SET GLOBAL log_bin_trust_function_creators = 1");
    if (!client_reads("schema/0*.sql schema/procedures/*.sql schema/accounts.sql"))
        return -1;
    proxy_start(&S.server);
    S.db = open_as("shroff_web");
    app_make("app_one", "HMAC-SHA256");
    return 0;
}

static inline int shroff_down(void **state)
{
    (void)state;
    db_close(&S.db);
    db_close(&S.root);
    server_drop(&S.server);
    return 0;
}

static inline int test_begin(void **state)
{
    (void)state;
    empty_tables();
    return 0;
}

#define PAY_TEST(f) cmocka_unit_test_setup(f, test_begin)

#endif
