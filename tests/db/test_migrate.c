/* test_migrate.c - migrations on a real database: once, twice, two at once, killed half-way,
 * changed, broken. */
#include "tests/db/shroff.h"

#include "keep/migrate.h"

#define FILES_MAX 4

static struct migrate_report R;
static char FOLDER[128];

static void say_nothing(const char *file)
{
    (void)file;
}

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
    return open_at(S.server.socket, &account);
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
    return migrate_run(db, &(struct migrate_plan){ folder, "shroff", dry, say_nothing, false }, &R);
}

static enum pay_err migrated_all(struct db *db, const char *folder, bool dry)
{
    return migrate_run(db, &(struct migrate_plan){ folder, "shroff", dry, say_nothing, true }, &R);
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
    ASSERT_ERR(migrated_all(db, "schema", false), PAY_OK);
    ASSERT_ERR(migrated_all(db, "schema", false), PAY_OK);
    assert_int_equal(R.applied, 0);
    ASSERT_NUMBER("SELECT COUNT(*) FROM information_schema.triggers WHERE trigger_schema = 'm_real'"
                  " AND trigger_name LIKE '%\\_status'",
                  5);
    ASSERT_NUMBER("SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = 'shroff' AND"
                  " table_name NOT IN (SELECT table_name FROM information_schema.tables"
                  " WHERE table_schema = 'm_real')",
                  0);
    ASSERT_ERR(migrated(books, "schema/sandbox", false), PAY_OK);
    ASSERT_NUMBER("SELECT COUNT(*) FROM m_books.merchant_attempt", 0);
    db_close(&db);
    db_close(&books);
}

/* What the server shows of the procedures and triggers of a database, in one order. */
#define ALL_SHOWN(database) \
    "(SELECT GROUP_CONCAT(text ORDER BY text) FROM (" \
    " SELECT CONCAT_WS('|', ROUTINE_NAME, SQL_DATA_ACCESS, SECURITY_TYPE," \
    "                  ROUTINE_DEFINITION) AS text" \
    "   FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = '" database "'" \
    " UNION ALL" \
    " SELECT CONCAT_WS('|', SPECIFIC_NAME, ORDINAL_POSITION, PARAMETER_NAME, DTD_IDENTIFIER)" \
    "   FROM information_schema.PARAMETERS WHERE SPECIFIC_SCHEMA = '" database "'" \
    " UNION ALL" \
    " SELECT CONCAT_WS('|', TRIGGER_NAME, ACTION_TIMING, EVENT_MANIPULATION, EVENT_OBJECT_TABLE," \
    "                  ACTION_STATEMENT)" \
    "   FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = '" database "') s)"

/* The client read the files into shroff; migrate brings the same. */
static void test_procedures__are_those_of_the_files(void **state)
{
    struct db *db = fresh("m_procedures");

    (void)state;
    ASSERT_ERR(migrated_all(db, "schema", false), PAY_OK);
    assert_true(R.procedures.changed > 10);
    ASSERT_NUMBER("SELECT LENGTH(" ALL_SHOWN("m_procedures") ") > 9000", 1);
    ASSERT_NUMBER("SELECT " ALL_SHOWN("m_procedures") " = " ALL_SHOWN("shroff"), 1);
    ASSERT_ERR(migrated_all(db, "schema", true), PAY_OK);
    assert_int_equal(R.procedures.changed, 0);
    assert_string_equal(R.procedures.strange, "");
    ASSERT_NUMBER("SELECT COUNT(*) FROM information_schema.COLUMNS"
                  " WHERE TABLE_SCHEMA = 'm_procedures' AND COLUMN_COMMENT = ''",
                  0);
    ASSERT_NUMBER("SELECT COUNT(*) FROM information_schema.TABLES"
                  " WHERE TABLE_SCHEMA = 'm_procedures' AND TABLE_COMMENT = ''",
                  0);
    db_close(&db);
}

static void procedures_put(const char *one_body)
{
    char sql[512];

    snprintf(sql, sizeof(sql),
             "-- a comment; left out\nDELIMITER //\n"
             "CREATE OR REPLACE PROCEDURE one (p INT)\nBEGIN\n  %s;\nEND//\n"
             "CREATE OR REPLACE TRIGGER two AFTER INSERT ON t FOR EACH ROW\n"
             "BEGIN\n  DO 2;\nEND//\n"
             "DELIMITER ;\n",
             one_body);
    put("procedures/one_two.sql", sql);
}

#define ASSERT_PROCEDURES(db, is_dry, want_which) \
    do { \
        ASSERT_ERR(migrated_all((db), FOLDER, (is_dry)), PAY_OK); \
        assert_string_equal(R.procedures.which, (want_which)); \
    } while (0)

static void sample_put(void)
{
    char path[256];

    folder_new();
    snprintf(path, sizeof(path), "%s/procedures", FOLDER);
    assert_int_equal(mkdir(path, 0700), 0);
    put("0001_a.sql", "CREATE TABLE t (n INT);\n");
    procedures_put("DO 1");
}

static void test_procedures__differ_until_migrate_installs_them(void **state)
{
    static const struct {
        const char *by_hand, *which;
    } CASES[] = {
        { "CREATE OR REPLACE PROCEDURE m_hand.one (p INT) BEGIN DO 9; END", "one" },
        { "CREATE OR REPLACE PROCEDURE m_hand.one (p BIGINT)\nBEGIN\n  DO 1;\nEND", "one" },
        { "DROP PROCEDURE m_hand.one", "one" },
        { "CREATE OR REPLACE TRIGGER m_hand.two AFTER INSERT ON m_hand.t FOR EACH ROW DO 2",
          "two" },
        { "CREATE OR REPLACE TRIGGER m_hand.two BEFORE INSERT ON m_hand.t FOR EACH ROW\n"
          "BEGIN\n  DO 2;\nEND",
          "two" },
        { "DROP TRIGGER m_hand.two", "two" },
        { "DO 0", "" },
    };
    struct db *db = fresh("m_hand");

    (void)state;
    sample_put();
    ASSERT_PROCEDURES(db, true, "one, two");
    ASSERT_NUMBER("SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = 'm_hand'"
                  " AND TABLE_NAME = 'schema_procedure'",
                  0);
    ASSERT_PROCEDURES(db, false, "one, two");
    for (size_t i = 0; i < COUNT(CASES); i++) {
        run_sql(CASES[i].by_hand);
        ASSERT_PROCEDURES(db, true, CASES[i].which);
        ASSERT_PROCEDURES(db, true, CASES[i].which);
        ASSERT_PROCEDURES(db, false, CASES[i].which);
        ASSERT_PROCEDURES(db, true, "");
    }
    procedures_put("DO 3");
    ASSERT_PROCEDURES(db, true, "one");
    ASSERT_PROCEDURES(db, false, "one");
    ASSERT_NUMBER("SELECT ROUTINE_DEFINITION LIKE '%DO 3%' FROM information_schema.ROUTINES"
                  " WHERE ROUTINE_SCHEMA = 'm_hand'",
                  1);
    run_sql("CREATE PROCEDURE m_hand.odd () DO 1");
    ASSERT_PROCEDURES(db, true, "");
    assert_string_equal(R.procedures.strange, "odd");
    db_close(&db);
}

/* A right to call one outlives the procedure's next version. */
static void test_procedures__keep_the_rights_to_them(void **state)
{
    struct db *db = fresh("m_rights");

    (void)state;
    sample_put();
    ASSERT_PROCEDURES(db, false, "one, two");
    run_sql("GRANT EXECUTE ON PROCEDURE m_rights.one TO shroff_web@localhost");
    procedures_put("DO 3");
    ASSERT_PROCEDURES(db, false, "one");
    ASSERT_NUMBER("SELECT COUNT(*) FROM mysql.procs_priv WHERE Db = 'm_rights'"
                  " AND User = 'shroff_web' AND Proc_priv LIKE '%Execute%'",
                  1);
    db_close(&db);
}

/* What another account installed, and recorded, is installed again. */
static void test_procedures__get_the_account_that_migrates_as_definer(void **state)
{
    struct db_account other = { .user = "shroff_migrate", .database = "m_definer" };
    struct db *db = fresh("m_definer");

    (void)state;
    sample_put();
    run_sql("GRANT ALL ON m_definer.* TO shroff_migrate@localhost");
    struct db *by_other = open_at(S.server.socket, &other);
    ASSERT_PROCEDURES(by_other, false, "one, two");
    ASSERT_PROCEDURES(by_other, true, "");
    ASSERT_PROCEDURES(db, false, "one, two");
    ASSERT_PROCEDURES(db, true, "");
    run_sql("REVOKE ALL ON m_definer.* FROM shroff_migrate@localhost");
    db_close(&by_other);
    db_close(&db);
}

static void test_procedures__say_what_is_wrong(void **state)
{
    struct db *db = fresh("m_wrong");

    (void)state;
    sample_put();
    put("procedures/one_two.sql", "INSERT INTO t VALUES (1);\n");
    ASSERT_ERR(migrated_all(db, FOLDER, false), PAY_FAULT);
    assert_non_null(strstr(R.why, "procedures/one_two.sql: not a CREATE OR REPLACE"));
    procedures_put("DO DO");
    assert_int_not_equal(migrated_all(db, FOLDER, false), PAY_OK);
    assert_non_null(strstr(R.why, "procedures/one_two.sql, one: "));
    folder_new();
    put("0001_a.sql", "CREATE TABLE t (n INT);\n");
    ASSERT_ERR(migrated_all(db, FOLDER, false), PAY_NO_ROW);
    assert_non_null(strstr(R.why, "no procedures in "));
    db_close(&db);
}

/* Its only statement fails when run twice, so that a second run would be seen. */
static int migrate_in_child(const char *database)
{
    struct db_account account = { .user = "root" };

    snprintf(account.database, sizeof(account.database), "%s", database);
    pid_t pid = fork();
    if (pid == 0) {
        struct db *db = open_at(S.server.socket, &account);
        enum pay_err err = migrated_all(db, FOLDER, false);
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
    sample_put();
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
    ASSERT_PROCEDURES(db, true, "");
    ASSERT_RUN(db, 0, 2);
    db_close(&db);
}

static void test_migrate_run__goes_on_where_one_was_killed(void **state)
{
    struct db *db = fresh("m_kill");

    (void)state;
    sample_put();
    put("0001_a.sql", "CREATE TABLE t (n INT);\nINSERT INTO t VALUES (1);\nDO SLEEP(1);\n"
                      "INSERT INTO t VALUES (2);\nCREATE TABLE u (n INT);\n");
    pid_t pid = migrate_in_child("m_kill");
    for (int i = 0; i < 100 && number_of("SELECT COUNT(*) FROM information_schema.tables WHERE"
                                         " table_schema = 'm_kill' AND table_name = 't'") != 1;
         i++)
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
                  " WHERE table_schema = 'm_changed'",
                  2);
    put("0001_a.sql", "CREATE TABLE t (n INT);\n");
    ASSERT_RUN(db, 1, 1);
    put("0002_b.sql", "CREATE TABLE u (n BIGINT);\n");
    ASSERT_ERR(migrated(db, FOLDER, false), PAY_CONFLICT);
    assert_non_null(strstr(R.why, "restore it and write a new file"));
    db_close(&db);
}

/* As a database of another version is: its first file has another text, and others follow. */
static void test_migrate_run__says_how_to_start_anew(void **state)
{
    struct db *db = fresh("m_old");

    (void)state;
    folder_new();
    put("0001_old.sql", "CREATE TABLE t (n INT);\n");
    put("0002_old.sql", "CREATE TABLE u (n INT);\n");
    ASSERT_RUN(db, 2, 0);
    for (int dry = 0; dry < 2; dry++) {
        ASSERT_ERR(migrated_all(db, "schema", dry), PAY_CONFLICT);
        assert_non_null(strstr(R.why, "made by another version"));
        assert_non_null(strstr(R.why, "Begin with an empty database"));
    }
    ASSERT_NUMBER("SELECT COUNT(*) FROM information_schema.tables"
                  " WHERE table_schema = 'm_old'",
                  3);
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
        cmocka_unit_test(test_procedures__are_those_of_the_files),
        cmocka_unit_test(test_procedures__differ_until_migrate_installs_them),
        cmocka_unit_test(test_procedures__keep_the_rights_to_them),
        cmocka_unit_test(test_procedures__get_the_account_that_migrates_as_definer),
        cmocka_unit_test(test_procedures__say_what_is_wrong),
        cmocka_unit_test(test_migrate_run__five_at_once_apply_each_file_once),
        cmocka_unit_test(test_migrate_run__goes_on_where_one_was_killed),
        cmocka_unit_test(test_migrate_run__meets_what_was_done_and_not_counted),
        cmocka_unit_test(test_migrate_run__refuses_a_foreign_table_of_that_name),
        cmocka_unit_test(test_migrate_run__refuses_a_changed_file),
        cmocka_unit_test(test_migrate_run__says_how_to_start_anew),
        cmocka_unit_test(test_migrate_run__names_the_broken_statement_and_takes_the_mended_file),
        cmocka_unit_test(test_migrate_run__says_when_there_is_nothing_to_read),
    };
    return cmocka_run_group_tests_name("migrate", tests, shroff_up, shroff_down);
}
