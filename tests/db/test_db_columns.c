/* test_db_columns.c - a statement runs only when its columns are those of the row it fills. */
#include "tests/unit/unit.h"
#include "tests/db/server.h"

#include "base/log.h"
#include "io/db/db.h"

static struct server server;
static struct db *db;

static const char *const SCHEMA[] = {
    "CREATE DATABASE t CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin",
    "CREATE TABLE t.account (id INT PRIMARY KEY, money BIGINT NOT NULL)",
    "INSERT INTO t.account VALUES (1, 1000), (2, 1000)",
    "CREATE PROCEDURE t.rows_swapped() SELECT money, id FROM t.account ORDER BY id",
};

static int group_open(void **state)
{
    struct db_account root = { .user = "root", .database = "mysql" };
    char why[512];

    (void)state;
    log_open("test_db_columns", LOG_ERROR + 1);
    if (!server_make(&server))
        return -1;
    db = open_at(server.socket, &root);
    for (size_t i = 0; i < COUNT(SCHEMA); i++)
        if (db_run_text(db, SCHEMA[i], why, sizeof(why)) != PAY_OK)
            return -1;
    return 0;
}

static int group_close(void **state)
{
    (void)state;
    db_close(&db);
    server_drop(&server);
    return 0;
}

struct named {
    int64_t id, money;
};
static const struct db_column NAMED[] = {
    DB_COLUMN(struct named, id),
    DB_COLUMN(struct named, money),
};

/* What the log says while a query of two columns runs. */
static enum pay_err named_select(const char *sql, char *said, size_t size)
{
    struct named row = { 77, 77 };
    int ends[2], real_stderr = dup(STDERR_FILENO);

    assert_int_equal(pipe(ends), 0);
    dup2(ends[1], STDERR_FILENO);
    log_open("test_db_columns", LOG_ERROR);
    enum pay_err err =
        db_select(db, &(struct db_query){ .sql = sql, .shape = DB_SHAPE(NAMED), .row = &row });
    db_end(db);
    dup2(real_stderr, STDERR_FILENO);
    log_open("test_db_columns", LOG_ERROR + 1);
    close(ends[1]);
    ssize_t len = read(ends[0], said, size - 1);
    said[len > 0 ? len : 0] = '\0';
    close(ends[0]);
    close(real_stderr);
    if (err != PAY_OK)
        assert_true(row.id == 77 && row.money == 77);
    return err;
}

struct named_case {
    const char *name, *sql, *position, *wanted, *found;
};
static const struct named_case NAMED_CASES[] = {
    { "a swapped pair", "SELECT money, id FROM t.account", "\"position\":1", "\"wanted\":\"id\"",
      "\"found\":\"money\"" },
    { "an expression without a name", "SELECT id, money + 0 FROM t.account", "\"position\":2",
      "\"wanted\":\"money\"", "\"found\":\"money + 0\"" },
    { "one too few", "SELECT id FROM t.account", "\"position\":2", "\"wanted\":\"money\"",
      "\"found\":\"(no more)\"" },
    { "one too many", "SELECT id, money, 1 AS more FROM t.account", "\"position\":3",
      "\"wanted\":\"(no more)\"", "\"found\":\"more\"" },
};

static void test_db_select__runs_only_when_the_columns_are_the_rows(void **state)
{
    char said[4096];
    (void)state;

    for (size_t i = 0; i < COUNT(NAMED_CASES); i++) {
        const struct named_case *c = &NAMED_CASES[i];
        for (int again = 0; again < 2; again++) { /* prepared now, it does not pass either */
            CHECK_I64(c->name, named_select(c->sql, said, sizeof(said)), PAY_FAULT);
            CHECK(c->name, strstr(said, "db.columns") != NULL);
            CHECK(c->name, strstr(said, c->sql) != NULL);
            CHECK(c->name, strstr(said, c->position) != NULL);
            CHECK(c->name, strstr(said, c->wanted) != NULL);
            CHECK(c->name, strstr(said, c->found) != NULL);
        }
    }
    assert_int_equal(
        named_select("SELECT id, money * 2 AS money FROM t.account", said, sizeof(said)), PAY_OK);
    assert_string_equal(said, "");
}

struct inner_row {
    struct named inside;
};
static void test_db_select__a_member_of_a_member_has_its_last_name(void **state)
{
    static const struct db_column COLUMNS[] = {
        DB_COLUMN(struct inner_row, inside.money),
        DB_COLUMN(struct inner_row, inside.id),
    };
    static const char SQL[] = "SELECT 5 AS money, 6 AS id";
    struct inner_row row;
    (void)state;

    assert_int_equal(
        db_select(db, &(struct db_query){ .sql = SQL, .shape = DB_SHAPE(COLUMNS), .row = &row }),
        PAY_OK);
    assert_true(row.inside.money == 5 && row.inside.id == 6);
    /* The same statement with another table of columns is checked anew. */
    assert_int_equal(
        db_select(db, &(struct db_query){ .sql = SQL, .shape = DB_SHAPE(NAMED), .row = &row }),
        PAY_FAULT);
}

static enum pay_err call_swapped(struct db *on, void *arg)
{
    struct named row;
    (void)arg;
    return db_select(on, &(struct db_query){ .sql = "CALL t.rows_swapped()",
                                             .shape = DB_SHAPE(NAMED),
                                             .row = &row });
}

static enum pay_err change_nothing(struct db *on, void *arg)
{
    (void)arg;
    return db_exec(on, "UPDATE t.account SET money = money", NULL, 0, NULL);
}

static void test_db_select__checks_what_a_procedure_sends(void **state)
{
    (void)state;
    assert_int_equal(db_txn(db, call_swapped, NULL), PAY_FAULT);
    assert_int_equal(db_txn(db, change_nothing, NULL), PAY_OK); /* the link is clean */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_db_select__runs_only_when_the_columns_are_the_rows),
        cmocka_unit_test(test_db_select__a_member_of_a_member_has_its_last_name),
        cmocka_unit_test(test_db_select__checks_what_a_procedure_sends),
    };
    return cmocka_run_group_tests_name("db_columns", tests, group_open, group_close);
}
