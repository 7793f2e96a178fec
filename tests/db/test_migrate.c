/* Migrations on a real database: once, twice, two at once, killed half-way, changed, broken. */
#include "tests/db/shroff.h"

#include "keep/migrate.h"

#define FILES_MAX 4

static struct migrate_report R;
static char FOLDER[128];

static void say_nothing(const char *file) { (void)file; }

/* A database of its own for each test, and a connection to it. */
static struct db *fresh(const char *name)
{
    struct db_account account = { .user = "root" };
    char sql[128];

    snprintf(sql, sizeof(sql), "DROP DATABASE IF EXISTS %s", name);
    run_sql(sql);
    snprintf(sql, sizeof(sql), "CREATE DATABASE %s COLLATE utf8mb4_nopad_bin", name);
    run_sql(sql);
    snprintf(account.database, sizeof(account.database), "%s", name);
    snprintf(account.socket, sizeof(account.socket), "%s", S.server.socket);
    return db_open(&account);
}

static void put(const char *name, const char *sql)
{
    char path[256];

    snprintf(path, sizeof(path), "%s/%s", FOLDER, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(sql, f);
    fclose(f);
}

static void folder_new(void)
{
    static int n;

    snprintf(FOLDER, sizeof(FOLDER), "%s/m%d", S.server.folder, n++);
    assert_int_equal(mkdir(FOLDER, 0700), 0);
}

static enum pay_err migrated(struct db *db, const char *folder, bool dry)
{
    return migrate_run(db, &(struct migrate_plan){ folder, "shroff", dry, say_nothing }, &R);
}
#define ASSERT_RUN(db, want_applied, want_known) \
    do { \
        ASSERT_ERR(migrated((db), FOLDER, false), PAY_OK); \
        assert_int_equal(R.applied, (want_applied)); \
        assert_int_equal(R.known, (want_known)); \
    } while (0)

static void test_migrate_run__applies_each_file_once_in_order(void **state)
{
    struct db *db = fresh("m_order");

    (void)state;
    folder_new();
    put("0010_last.sql", "INSERT INTO t VALUES (3);\n");
    put("0002_more.sql", "-- a; comment\nALTER TABLE t ADD PRIMARY KEY (n);\n"
                         "INSERT INTO t\nVALUES (2);\n");
    put("0001_first.sql", "CREATE TABLE t (n INT);\nINSERT INTO t VALUES (1);");
    put("notes.sql", "nonsense;\n");
    put("001_short.sql", "nonsense;\n");
    ASSERT_RUN(db, 3, 0);
    ASSERT_NUMBER("SELECT COUNT(*) FROM m_order.t", 3);
    ASSERT_RUN(db, 0, 3);
    put("0011_new.sql", "INSERT INTO t VALUES (4);\n");
    ASSERT_ERR(migrated(db, FOLDER, true), PAY_OK);
    assert_int_equal(R.applied * 10 + R.known, 13);
    ASSERT_NUMBER("SELECT COUNT(*) FROM m_order.t", 3);
    ASSERT_RUN(db, 1, 3);
    ASSERT_NUMBER("SELECT COUNT(*) FROM m_order.t", 4);
    ASSERT_NUMBER("SELECT COUNT(*) FROM m_order.schema_migration WHERE apply_time IS NOT NULL", 4);
    db_close(&db);
}

static void test_migrate_run__brings_the_real_schema(void **state)
{
    struct db *db = fresh("m_real"), *books = fresh("m_books");

    (void)state;
    ASSERT_ERR(migrated(db, "schema", false), PAY_OK);
    ASSERT_ERR(migrated(db, "schema", false), PAY_OK);
    assert_int_equal(R.applied, 0);
    ASSERT_NUMBER("SELECT COUNT(*) FROM information_schema.triggers WHERE trigger_schema = 'm_real'"
                  " AND trigger_name LIKE '%\\_status'", 5);
    ASSERT_NUMBER("SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = 'shroff' AND"
                  " table_name NOT IN (SELECT table_name FROM information_schema.tables"
                  " WHERE table_schema = 'm_real')", 0);
    ASSERT_ERR(migrated(books, "schema/sandbox", false), PAY_OK);
    ASSERT_NUMBER("SELECT COUNT(*) FROM m_books.merchant_attempt", 0);
    db_close(&db);
    db_close(&books);
}

/* Files of the real schema that a pattern of the shell names, put into FOLDER. */
static void schema_copied(const char *files)
{
    char line[256];

    snprintf(line, sizeof(line), "cp %s %s", files, FOLDER);
    assert_true(shell(line));
}

/* Two orders paid by one payment, as it could happen before migration 6, and one that failed. */
static const char TWICE[] =
    "INSERT INTO pay_app (id, app_key, name, webhook_secret_sealed) VALUES (1, 'a', 'a', 'x');\n"
    "INSERT INTO pay_channel (id, app_id, code, config, config_sealed)"
    " VALUES (1, 1, 'mock', '{}', 'x'), (2, 1, 'other', '{}', 'x');\n"
    "INSERT INTO pay_order (id, no, app_id, merchant_order_id, subject, price, currency,"
    " query_token, expire_time) SELECT seq, CONCAT('O', seq), 1, seq, 's', 5, 'CNY', seq, NOW(3)"
    " FROM seq_1_to_4;\n"
    "INSERT INTO pay_order_extension (id, order_id, no, channel_id, channel_code, price, currency)"
    " SELECT seq, seq, CONCAT('E', seq), IF(seq = 4, 2, 1), 'mock', 5, 'CNY' FROM seq_1_to_4;\n"
    "UPDATE pay_order_extension SET status = 10, paid_price = 5, success_time = NOW(3),"
    " channel_order_no = 'X' WHERE id IN (2, 4);\n"
    "UPDATE pay_order_extension SET status = 10, paid_price = 5, success_time = NOW(3),"
    " channel_order_no = 'X' WHERE id = 1;\n"
    "UPDATE pay_order_extension SET status = 20, channel_order_no = 'X' WHERE id = 3;\n"
    "UPDATE pay_order SET status = 10, extension_id = id, success_time = NOW(3),"
    " channel_order_no = 'X' WHERE id <> 3;\n";

static void test_migrate_run__a_payment_of_two_orders_stays_with_the_first(void **state)
{
    struct db *db = fresh("m_twice");

    (void)state;
    folder_new();
    schema_copied("schema/000[1-5]_*.sql");
    ASSERT_ERR(migrated(db, FOLDER, false), PAY_OK);
    folder_new();
    put("0900_orders.sql", TWICE);
    ASSERT_RUN(db, 1, 0);
    folder_new();
    schema_copied("schema/000[6-9]_*.sql");
    ASSERT_ERR(migrated(db, FOLDER, false), PAY_OK);
    ASSERT_NUMBER("SELECT SUM(1 << id) FROM m_twice.pay_order_extension"
                  " WHERE channel_order_no = 'X'", 4 + 16);
    ASSERT_NUMBER("SELECT SUM(1 << id) FROM m_twice.pay_order"
                  " WHERE channel_order_no = 'X'", 4 + 16);
    ASSERT_NUMBER("SELECT COUNT(*) FROM m_twice.pay_alert WHERE kind = 'other_payment' AND"
                  " about = 'E1' AND app_id = 1 AND text = 'order O1: attempt E1 was paid by"
                  " payment X of channel mock (1), which paid attempt E2 already'", 1);
    ASSERT_NUMBER("SELECT COUNT(*) FROM m_twice.pay_alert", 1);
    db_close(&db);
}

/* Its only statement fails when run twice, so that a second run would be seen. */
static int migrate_in_child(const char *database)
{
    struct db_account account = { .user = "root" };

    snprintf(account.database, sizeof(account.database), "%s", database);
    snprintf(account.socket, sizeof(account.socket), "%s", S.server.socket);
    pid_t pid = fork();
    if (pid == 0) {
        struct db *db = db_open(&account);
        enum pay_err err = migrated(db, FOLDER, false);
        if (err != PAY_OK)
            fprintf(stderr, "child: %s\n", R.why);
        db_close(&db);
        _exit(err == PAY_OK ? R.applied : 99);
    }
    return pid;
}

static void test_migrate_run__five_at_once_apply_each_file_once(void **state)
{
    struct db *db = fresh("m_crowd");
    pid_t pids[5];
    int applied = 0;

    (void)state;
    folder_new();
    put("0001_a.sql", "CREATE TABLE t (n INT);\nDO SLEEP(0.5);\nINSERT INTO t VALUES (1);\n");
    put("0002_b.sql", "INSERT INTO t VALUES (2);\nDO SLEEP(0.2);\nALTER TABLE t ADD m INT;\n");
    for (size_t i = 0; i < COUNT(pids); i++)
        pids[i] = migrate_in_child("m_crowd");
    for (size_t i = 0; i < COUNT(pids); i++) {
        int status = 0;
        waitpid(pids[i], &status, 0);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) <= 2);
        applied += WEXITSTATUS(status);
    }
    assert_int_equal(applied, 2);
    ASSERT_NUMBER("SELECT COUNT(*) FROM m_crowd.t", 2);
    ASSERT_RUN(db, 0, 2);
    db_close(&db);
}

static void test_migrate_run__goes_on_where_one_was_killed(void **state)
{
    struct db *db = fresh("m_kill");

    (void)state;
    folder_new();
    put("0001_a.sql", "CREATE TABLE t (n INT);\nINSERT INTO t VALUES (1);\nDO SLEEP(1);\n"
                      "INSERT INTO t VALUES (2);\nCREATE TABLE u (n INT);\n");
    pid_t pid = migrate_in_child("m_kill");
    for (int i = 0; i < 100 && number_of("SELECT COUNT(*) FROM information_schema.tables WHERE"
                                         " table_schema = 'm_kill' AND table_name = 't'") != 1; i++)
        clock_sleep_ms(50);
    static const char DONE[] = "SELECT statements_done FROM m_kill.schema_migration";
    for (int i = 0; i < 100 && number_of(DONE) < 2; i++)
        clock_sleep_ms(20);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    ASSERT_NUMBER("SELECT apply_time IS NULL FROM m_kill.schema_migration", 1);
    ASSERT_RUN(db, 1, 0);
    ASSERT_NUMBER("SELECT COUNT(*) FROM m_kill.t", 2);
    ASSERT_NUMBER("SELECT COUNT(*) FROM m_kill.u", 0);
    db_close(&db);
}

/* The statement was done, its count was not: at the first statement and at a later one. */
static void test_migrate_run__meets_what_was_done_and_not_counted(void **state)
{
    static const char *const BACK[] = {
        "UPDATE m_met.schema_migration SET apply_time = NULL, statements_done = 0",
        "UPDATE m_met.schema_migration SET apply_time = NULL, statements_done = 1",
    };
    struct db *db = fresh("m_met");

    (void)state;
    folder_new();
    put("0001_a.sql", "CREATE TABLE t (n INT);\nCREATE TABLE u (n INT);\n");
    ASSERT_RUN(db, 1, 0);
    run_sql("DROP TABLE m_met.u");
    for (size_t i = 0; i < COUNT(BACK); i++) {
        run_sql(BACK[i]);
        ASSERT_RUN(db, 1, 0);
        ASSERT_RUN(db, 0, 1);
    }
    ASSERT_NUMBER("SELECT COUNT(*) FROM m_met.t, m_met.u", 0);
    db_close(&db);
}

static void test_migrate_run__refuses_a_foreign_table_of_that_name(void **state)
{
    struct db *db = fresh("m_foreign");

    (void)state;
    folder_new();
    put("0001_a.sql", "CREATE TABLE t (n INT);\n");
    run_sql("CREATE TABLE m_foreign.t (other INT)");
    for (int i = 0; i < 3; i++) {
        assert_int_not_equal(migrated(db, FOLDER, false), PAY_OK);
        assert_non_null(strstr(R.why, "0001_a.sql, statement 1: "));
        assert_non_null(strstr(R.why, "already exists"));
    }
    db_close(&db);
}

static void test_migrate_run__refuses_a_changed_file(void **state)
{
    struct db *db = fresh("m_changed");

    (void)state;
    folder_new();
    put("0001_a.sql", "CREATE TABLE t (n INT);\n");
    ASSERT_RUN(db, 1, 0);
    put("0001_a.sql", "CREATE TABLE t (n BIGINT);\n");
    put("0002_b.sql", "CREATE TABLE u (n INT);\n");
    for (int dry = 0; dry < 2; dry++) {
        ASSERT_ERR(migrated(db, FOLDER, dry), PAY_CONFLICT);
        assert_non_null(strstr(R.why, "0001_a.sql was changed after it was applied"));
    }
    ASSERT_NUMBER("SELECT COUNT(*) FROM information_schema.tables"
                  " WHERE table_schema = 'm_changed'", 2);
    put("0001_a.sql", "CREATE TABLE t (n INT);\n");
    ASSERT_RUN(db, 1, 1);
    db_close(&db);
}

static void test_migrate_run__names_the_broken_statement_and_takes_the_mended_file(void **state)
{
    struct db *db = fresh("m_broken");

    (void)state;
    folder_new();
    put("0001_a.sql", "CREATE TABEL t (n INT);\n");
    assert_int_not_equal(migrated(db, FOLDER, false), PAY_OK);
    assert_non_null(strstr(R.why, "0001_a.sql, statement 1: "));
    put("0001_a.sql", "CREATE TABLE t (n INT);\nNONSENSE;\nINSERT INTO t VALUES (1);\n");
    assert_int_not_equal(migrated(db, FOLDER, false), PAY_OK);
    assert_non_null(strstr(R.why, "0001_a.sql, statement 2: "));
    /* Half of it is there: what it said then is what must be ended. */
    put("0001_a.sql", "CREATE TABLE t (n INT);\nINSERT INTO t VALUES (1);\n");
    ASSERT_ERR(migrated(db, FOLDER, false), PAY_CONFLICT);
    assert_non_null(strstr(R.why, "after it was begun"));
    db_close(&db);
}

static void test_migrate_run__says_when_there_is_nothing_to_read(void **state)
{
    struct db *db = fresh("m_none");

    (void)state;
    folder_new();
    ASSERT_ERR(migrated(db, FOLDER, false), PAY_NO_ROW);
    assert_non_null(strstr(R.why, FOLDER));
    ASSERT_ERR(migrated(db, "/nowhere/schema", false), PAY_NO_ROW);
    db_close(&db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_migrate_run__applies_each_file_once_in_order),
        cmocka_unit_test(test_migrate_run__brings_the_real_schema),
        cmocka_unit_test(test_migrate_run__a_payment_of_two_orders_stays_with_the_first),
        cmocka_unit_test(test_migrate_run__five_at_once_apply_each_file_once),
        cmocka_unit_test(test_migrate_run__goes_on_where_one_was_killed),
        cmocka_unit_test(test_migrate_run__meets_what_was_done_and_not_counted),
        cmocka_unit_test(test_migrate_run__refuses_a_foreign_table_of_that_name),
        cmocka_unit_test(test_migrate_run__refuses_a_changed_file),
        cmocka_unit_test(test_migrate_run__names_the_broken_statement_and_takes_the_mended_file),
        cmocka_unit_test(test_migrate_run__says_when_there_is_nothing_to_read),
    };
    return cmocka_run_group_tests_name("migrate", tests, shroff_up, shroff_down);
}
