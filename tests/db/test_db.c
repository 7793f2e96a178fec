/* test_db.c - io/db against a real MariaDB: values, errors, and the three ends of a transaction. */
#include "tests/unit/unit.h"
#include "tests/db/server.h"

#include "base/log.h"
#include "io/db/db_private.h"
#include "io/db/db_refusal.h"

static struct server server;
static struct db *root, *db;

static const char *const SCHEMA[] = {
    "CREATE DATABASE t CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin",
    "CREATE USER plain@localhost IDENTIFIED BY 'secret'",
    "GRANT ALL ON t.* TO plain@localhost",
    "CREATE TABLE t.kinds (id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, num BIGINT, tiny TINYINT"
    " UNSIGNED, txt VARCHAR(64) UNIQUE, fixed CHAR(26), doc JSON, bin VARBINARY(64),"
    " at DATETIME(3))",
    "CREATE TABLE t.account (id INT PRIMARY KEY, money BIGINT NOT NULL CHECK (money >= 0))",
    "INSERT INTO t.account VALUES (1, 1000), (2, 1000)",
    "CREATE PROCEDURE t.fail_with(number INT)"
    " SIGNAL SQLSTATE '45000' SET MYSQL_ERRNO = number, MESSAGE_TEXT = 'as asked'",
    "CREATE PROCEDURE t.rows_then(number INT) BEGIN"
    " SELECT id, money FROM account ORDER BY id;"
    " IF number > 0 THEN CALL fail_with(number); END IF; END",
    "CREATE PROCEDURE t.none() UPDATE account SET money = money WHERE id = 99",
};

static void run_root(const char *sql)
{
    char why[512];

    if (db_run_text(root, sql, why, sizeof(why)) != PAY_OK)
        fail_msg("%s: %s", sql, why);
}

static struct db_account account(const char *user, const char *password)
{
    struct db_account a = { .database = "t" };

    snprintf(a.user, sizeof(a.user), "%s", user);
    snprintf(a.password, sizeof(a.password), "%s", password);
    return a;
}

static int group_open(void **state)
{
    (void)state;
    log_open("test_db", getenv("TEST_LOG") ? LOG_DEBUG : LOG_ERROR + 1);
    if (!server_make(&server))
        return -1;
    struct db_account super = account("root", "");
    snprintf(super.database, sizeof(super.database), "mysql");
    root = open_at(server.socket, &super);
    db_patient(root, 30);
    for (size_t i = 0; i < COUNT(SCHEMA); i++)
        run_root(SCHEMA[i]);
    proxy_start(&server);
    return 0;
}

static int group_close(void **state)
{
    (void)state;
    db_close(&root);
    server_drop(&server);
    return 0;
}

static int each_open(void **state)
{
    struct db_account plain = account("plain", "secret");

    (void)state;
    db = open_at(server.socket, &plain);
    return 0;
}

static int each_close(void **state)
{
    (void)state;
    db_close(&db);
    return 0;
}

/* ---- small words */

struct number {
    int64_t n;
};
static const struct db_column NUMBER[] = { { NULL, DB_I64, 0, sizeof(int64_t) } }; /* any name */

static enum pay_err one_number(struct db *on, const char *sql, struct number *row)
{
    return db_select(on, &(struct db_query){ .sql = sql, .shape = DB_SHAPE(NUMBER), .row = row });
}

static int64_t ask(struct db *on, const char *sql)
{
    struct number row;
    enum pay_err err = one_number(on, sql, &row);
    db_end(on);
    if (err != PAY_OK)
        fail_msg("%s: %s", sql, err_name(err));
    return row.n;
}

static const char SQL_MONEY_1[] = "SELECT money FROM t.account WHERE id = 1";
static const char SQL_TAKE[] = "UPDATE account SET money = money - ? WHERE id = ? AND money >= ?";
static const char SQL_FAIL[] = "CALL fail_with(?)";

static enum pay_err take(struct db *on, int64_t id, int64_t n)
{
    const struct db_param in[] = { DB_NUM(n), DB_NUM(id), DB_NUM(n) };
    return db_exec_one(on, SQL_TAKE, DB_LIST(in));
}

static enum pay_err fail_now(struct db *on, int64_t number)
{
    const struct db_param in[] = { DB_NUM(number) };
    return db_exec(on, SQL_FAIL, DB_LIST(in), NULL);
}

/* ---- values */

struct kinds {
    int64_t id, num, tiny;
    char txt[9], fixed[27], doc[32];
    struct db_bytes bin;
    int64_t at;
};
static const struct db_column KINDS[] = {
    DB_COLUMN(struct kinds, id),  DB_COLUMN(struct kinds, num),     DB_COLUMN(struct kinds, tiny),
    DB_COLUMN(struct kinds, txt), DB_COLUMN(struct kinds, fixed),   DB_COLUMN(struct kinds, doc),
    DB_COLUMN(struct kinds, bin), DB_COLUMN_TIME(struct kinds, at),
};
static const char SQL_KINDS_ADD[] =
    "INSERT INTO kinds (num, tiny, txt, fixed, doc, bin, at) VALUES (?, ?, ?, ?, ?, ?, ?)"
    " RETURNING id";
static const char SQL_KINDS_FIND[] =
    "SELECT id, num, tiny, txt, fixed, doc, bin, at FROM kinds WHERE id = ?";

static enum pay_err kinds_add(struct db *on, void *arg)
{
    struct kinds *k = arg;
    struct number made;
    const struct db_param in[] = {
        DB_NUM_OPT(k->num), DB_NUM(k->tiny), DB_OPT(k->txt),
        DB_OPT(k->fixed),   DB_OPT(k->doc),  DB_BIN(k->bin.len ? k->bin.at : NULL, k->bin.len),
        DB_WHEN(k->at),
    };
    enum pay_err err = db_select(on, &(struct db_query){ .sql = SQL_KINDS_ADD,
                                                         .in = in,
                                                         .n = COUNT(in),
                                                         .shape = DB_SHAPE(NUMBER),
                                                         .row = &made });
    k->id = made.n;
    return err;
}

static enum pay_err kinds_find(int64_t id, struct kinds *k)
{
    const struct db_param in[] = { DB_NUM(id) };
    enum pay_err err = db_select(
        db, &(struct db_query){
                .sql = SQL_KINDS_FIND, .in = in, .n = 1, .shape = DB_SHAPE(KINDS), .row = k });
    db_end(db);
    return err;
}

static void test_db_select__gives_back_what_was_put(void **state)
{
    uint8_t raw[] = "a\0b\xff", room[8];
    struct kinds in = { .num = INT64_MIN,
                        .tiny = 255,
                        .txt = "h\xc3\xa9 \xc2\xa5!!",
                        .doc = "{\"a\": 1}",
                        .fixed = "01ARZ3NDEKTSV4RRFFQ69G5FAV",
                        .bin = { raw, 4, 4 },
                        .at = INT64_C(1700000000123) };
    struct kinds out = { .bin = { room, sizeof(room), 0 } };
    (void)state;

    assert_int_equal(db_txn(db, kinds_add, &in), PAY_OK);
    assert_true(in.id > 0);
    assert_int_equal(kinds_find(in.id, &out), PAY_OK);
    assert_true(out.num == INT64_MIN && out.tiny == 255 && out.at == in.at);
    assert_string_equal(out.txt, in.txt);
    assert_string_equal(out.fixed, in.fixed);
    assert_string_equal(out.doc, in.doc);
    assert_int_equal(out.bin.len, 4);
    assert_memory_equal(room, raw, 4);
    assert_int_equal(out.bin.size, sizeof(room));
}

static void test_db_select__makes_null_nothing(void **state)
{
    struct kinds in = { .tiny = 0 }, out;
    uint8_t room[4] = "old";
    (void)state;

    memset(&out, 'x', sizeof(out));
    out.bin = (struct db_bytes){ room, sizeof(room), 3 };
    assert_int_equal(db_txn(db, kinds_add, &in), PAY_OK);
    assert_int_equal(kinds_find(in.id, &out), PAY_OK);
    assert_true(out.num == 0 && out.tiny == 0 && out.at == 0 && out.bin.len == 0);
    assert_string_equal(out.txt, "");
    assert_string_equal(out.fixed, "");
    assert_string_equal(out.doc, "");
}

static void test_db_select__never_cuts_short(void **state)
{
    struct kinds fits = { .txt = "12345678" }, out = { .bin = { NULL, 0, 0 } };
    uint8_t raw[9] = "123456789", room[8];
    struct kinds bytes = { .bin = { raw, 9, 9 } };
    (void)state;

    assert_int_equal(db_txn(db, kinds_add, &fits), PAY_OK);
    assert_int_equal(kinds_find(fits.id, &out), PAY_OK);
    assert_string_equal(out.txt, "12345678");
    run_root("UPDATE t.kinds SET txt = '123456789' WHERE txt = '12345678'");
    assert_int_equal(kinds_find(fits.id, &out), PAY_FAULT);
    assert_int_equal(db_txn(db, kinds_add, &bytes), PAY_OK);
    out.bin = (struct db_bytes){ room, sizeof(room), 0 };
    assert_int_equal(kinds_find(bytes.id, &out), PAY_FAULT);
    /* The handle is as good as new. */
    assert_int_equal(ask(db, "SELECT 7"), 7);
}

static void test_db_select__numbers_of_any_width(void **state)
{
    struct number out;
    (void)state;

    assert_int_equal(ask(db, "SELECT COUNT(*) FROM account"), 2);
    assert_int_equal(ask(db, "SELECT SUM(money) FROM account"), 2000);
    assert_int_equal(ask(db, "SELECT 1 = 1"), 1);
    assert_int_equal(ask(db, "SELECT CAST(-5 AS SIGNED)"), -5);
    assert_int_equal(ask(db, "SELECT CAST(200 AS UNSIGNED)"), 200);
    assert_int_equal(ask(db, "SELECT MAX(n) FROM (SELECT tiny n FROM kinds UNION SELECT 255) x"),
                     255);
    assert_int_equal(ask(db, "SELECT ROUND(UNIX_TIMESTAMP(UTC_TIMESTAMP(3)) * 1000) > 1"), 1);
    /* Beyond int64: said, not clamped. */
    assert_int_equal(db_select(db, &(struct db_query){ .sql = "SELECT 18446744073709551615",
                                                       .shape = DB_SHAPE(NUMBER),
                                                       .row = &out }),
                     PAY_FAULT);
}

static void test_db_select__texts_of_the_database_clock(void **state)
{
    struct when {
        int64_t at;
    } row;
    static const struct db_column WHEN[] = { DB_COLUMN_TIME(struct when, at) };
    (void)state;

    assert_int_equal(db_select(db, &(struct db_query){ .sql = "SELECT UTC_TIMESTAMP(3) AS at",
                                                       .shape = DB_SHAPE(WHEN),
                                                       .row = &row }),
                     PAY_OK);
    db_end(db);
    assert_in_range(row.at, clock_now_ms() - 5000, clock_now_ms() + 5000);
    assert_int_equal(
        db_select(db,
                  &(struct db_query){
                      .sql = "SELECT CAST('2038-01-19 03:14:08.999' AS DATETIME(3)) AS at",
                      .shape = DB_SHAPE(WHEN),
                      .row = &row }),
        PAY_OK);
    assert_true(row.at == INT64_C(2147483648999));
    db_end(db);
}

/* ---- rows */

struct sum {
    int64_t ids, rows;
    enum pay_err end;
};
static enum pay_err add_up(void *arg, void *row)
{
    struct sum *sum = arg;
    sum->ids += ((struct number *)row)->n;
    sum->rows++;
    return sum->rows == 2 ? sum->end : PAY_OK;
}

static void test_db_select__walks_rows_until_each_says_stop(void **state)
{
    static const char SQL[] = "SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 4";
    static const char NONE[] = "SELECT money FROM account WHERE id = 99";
    struct number row;
    struct sum all = { .end = PAY_OK }, some = { .end = PAY_STOP };
    struct db_query q = {
        .sql = SQL, .shape = DB_SHAPE(NUMBER), .row = &row, .each = add_up, .arg = &all
    };
    (void)state;

    assert_int_equal(db_select(db, &q), PAY_OK);
    assert_true(all.ids == 7 && all.rows == 3);
    q.arg = &some;
    assert_int_equal(db_select(db, &q), PAY_STOP);
    assert_int_equal(some.rows, 2);
    q.sql = NONE;
    assert_int_equal(db_select(db, &q), PAY_OK);
    q.each = NULL;
    assert_int_equal(db_select(db, &q), PAY_NO_ROW);
    /* Without each the first of several, and the connection is clean afterwards. */
    q.sql = SQL;
    assert_int_equal(db_select(db, &q), PAY_OK);
    assert_int_equal(row.n, 1);
    assert_int_equal(ask(db, "SELECT 9"), 9);
}

struct pair {
    int64_t id, money;
};
static const struct db_column PAIR[] = {
    DB_COLUMN(struct pair, id),
    DB_COLUMN(struct pair, money),
};
static const char SQL_ROWS_THEN[] = "CALL rows_then(?)";

static enum pay_err call_rows(struct db *on, void *arg)
{
    struct pair row;
    const struct db_param in[] = { DB_NUM(*(int64_t *)arg) };
    enum pay_err err = db_select(
        on, &(struct db_query){
                .sql = SQL_ROWS_THEN, .in = in, .n = 1, .shape = DB_SHAPE(PAIR), .row = &row });
    return err == PAY_OK && row.id != 1 ? PAY_FAULT : err;
}

static enum pay_err call_none(struct db *on, void *arg)
{
    struct number row;
    (void)arg;
    return one_number(on, "CALL none()", &row);
}

static void test_db_select__reads_a_procedure_to_its_end(void **state)
{
    int64_t fine = 0, fault = 1644, duplicate = 1062;
    (void)state;

    assert_int_equal(db_txn(db, call_rows, &fine), PAY_OK);
    assert_int_equal(db_txn(db, call_rows, &fine), PAY_OK);
    assert_int_equal(db_txn(db, call_rows, &fault), PAY_FAULT); /* after its rows */
    assert_int_equal(db_txn(db, call_rows, &duplicate), PAY_DUPLICATE);
    assert_int_equal(db_txn(db, call_none, NULL), PAY_NO_ROW);
    assert_int_equal(db_txn(db, call_rows, &fine), PAY_OK);
}

/* ---- misuse is told, not done */

static enum pay_err nested(struct db *on, void *arg)
{
    (void)arg;
    return db_txn(on, call_none, NULL);
}

static void test_db__refuses_what_would_not_be_committed(void **state)
{
    const struct db_param one[] = { DB_NUM(1) };
    struct number row;
    struct pair pair;
    (void)state;

    assert_int_equal(take(db, 1, 1), PAY_FAULT); /* outside db_txn */
    assert_int_equal(ask(root, SQL_MONEY_1), 1000);
    assert_int_equal(db_txn(db, nested, NULL), PAY_FAULT);
    assert_int_equal(db_select(db, &(struct db_query){ .sql = "SELECT 1",
                                                       .in = one,
                                                       .n = 1,
                                                       .shape = DB_SHAPE(NUMBER),
                                                       .row = &row }),
                     PAY_FAULT);
    assert_int_equal(
        db_select(db,
                  &(struct db_query){ .sql = "SELECT 1", .shape = DB_SHAPE(PAIR), .row = &pair }),
        PAY_FAULT);
    assert_int_equal(db_select(db, &(struct db_query){ .sql = "SELECT nonsense FROM nowhere",
                                                       .shape = DB_SHAPE(NUMBER),
                                                       .row = &row }),
                     PAY_FAULT);
    assert_int_equal(ask(db, "SELECT 3"), 3);
}

/* ---- transactions */

struct script {
    int64_t number;
    int runs;
    enum pay_err after;
    bool swallow;
};

static enum pay_err take_then_fail(struct db *on, void *arg)
{
    struct script *s = arg;
    s->runs++;
    enum pay_err err = take(on, 1, 100);
    if (err == PAY_OK)
        err = fail_now(on, s->number);
    s->after = take(on, 2, 100); /* F21: what comes after an error */
    return s->swallow ? PAY_OK : err;
}

struct error_case {
    const char *name;
    int64_t number;
    enum pay_err want;
    int runs;
};
/* clang-format off */
static const struct error_case ERRORS[] = {
    { "deadlock",       1213, PAY_DB_AWAY,  5 },
    { "lock wait",      1205, PAY_DB_AWAY,  5 },
    { "changed row",    1020, PAY_DB_AWAY,  5 },
    { "statement time", 1969, PAY_DB_AWAY,  5 },
    { "read only",      1290, PAY_DB_AWAY,  5 },
    { "trigger",        1644, PAY_FAULT,    1 },
    { "check",          4025, PAY_FAULT,    1 },
};
/* clang-format on */

static void test_db_txn__an_error_poisons_and_undoes_all(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(ERRORS); i++) {
        for (int swallow = 0; swallow < 2; swallow++) {
            struct script s = { .number = ERRORS[i].number, .swallow = swallow };
            CHECK_I64(ERRORS[i].name, db_txn(db, take_then_fail, &s), ERRORS[i].want);
            CHECK_I64(ERRORS[i].name, s.runs, ERRORS[i].runs);
            CHECK(ERRORS[i].name, s.after != PAY_OK);
            CHECK_I64(ERRORS[i].name, ask(root, "SELECT SUM(money) FROM t.account"), 2000);
        }
    }
    assert_int_equal(ask(db, "SELECT 4"), 4);
}

static enum pay_err duplicate_then_take(struct db *on, void *arg)
{
    struct kinds *k = arg;
    enum pay_err first = kinds_add(on, k);

    for (int i = 0; i < 5; i++) /* the same statement again and again, never waiting */
        if (first != PAY_OK || kinds_add(on, k) != PAY_DUPLICATE)
            return PAY_FAULT;
    return take(on, 1, 5000) == PAY_WRONG_STATE ? take(on, 1, 1) : PAY_FAULT;
}

static void test_db_txn__goes_on_after_duplicate_and_wrong_state(void **state)
{
    struct kinds k = { .txt = "once" };
    int64_t since = clock_ticks_us();
    (void)state;

    assert_int_equal(db_txn(db, duplicate_then_take, &k), PAY_OK);
    assert_true(clock_ticks_us() - since < 1000000);
    assert_int_equal(ask(root, SQL_MONEY_1), 999);
    run_root("UPDATE t.account SET money = 1000");
}

static enum pay_err refuse_after_change(struct db *on, void *arg)
{
    enum pay_err err = take(on, 1, 7);
    return err == PAY_OK ? *(enum pay_err *)arg : err;
}

static void test_db_txn__undoes_what_a_refusal_leaves(void **state)
{
    enum pay_err conflict = PAY_CONFLICT;
    (void)state;

    assert_int_equal(db_txn(db, refuse_after_change, &conflict), PAY_CONFLICT);
    assert_int_equal(ask(root, SQL_MONEY_1), 1000);
}

static enum pay_err add_plain(struct db *on, void *arg)
{
    int64_t changed = 0;
    (void)arg;
    enum pay_err err = db_exec(on, "INSERT INTO kinds (num) VALUES (1), (2)", NULL, 0, &changed);
    return err == PAY_OK && changed != 2 ? PAY_FAULT : err;
}

static void test_db_last_id__is_the_inserted_rows(void **state)
{
    (void)state;
    assert_int_equal(db_txn(db, add_plain, NULL), PAY_OK);
    int64_t id = db_last_id(db);
    assert_true(id > 0);
    assert_int_equal(ask(db, "SELECT id FROM kinds ORDER BY id DESC LIMIT 1, 1"), id);
}

/* ---- the connection breaks */

static const char SQL_MY_ID[] = "SELECT CONNECTION_ID()";

static void kill_link(struct db *on, const char *how)
{
    char sql[64];
    struct number row;

    if (one_number(on, SQL_MY_ID, &row) == PAY_OK) {
        snprintf(sql, sizeof(sql), "%s %lld", how, (long long)row.n);
        run_root(sql);
        clock_sleep_ms(50);
    }
}

static enum pay_err broken_once(struct db *on, void *arg)
{
    int *runs = arg;
    enum pay_err err = take(on, 1, 10);
    if (err == PAY_OK && ++*runs == 1)
        kill_link(on, "KILL CONNECTION");
    return err == PAY_OK ? take(on, 2, 10) : err;
}

static void test_db_txn__runs_again_when_lost_before_commit(void **state)
{
    int runs = 0;
    (void)state;

    assert_int_equal(db_txn(db, broken_once, &runs), PAY_OK);
    assert_int_equal(runs, 2);
    assert_int_equal(ask(root, "SELECT SUM(money) FROM t.account"), 1980);
    run_root("UPDATE t.account SET money = 1000");
}

static void test_db_select__survives_an_idle_link_that_died(void **state)
{
    (void)state;
    kill_link(db, "KILL CONNECTION");
    db_end(db);
    assert_int_equal(ask(db, "SELECT 5"), 5);
    kill_link(db, "KILL CONNECTION");
    db_end(db);
    assert_true(db_ping(db, 1000));
    assert_int_equal(ask(db, "SELECT @@autocommit"), 1); /* and is our session again */
    assert_int_equal(ask(db, "SELECT @@tx_isolation = 'READ-COMMITTED'"), 1);
}

static void test_db__prepares_anew_when_the_server_forgot(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(ask(db, SQL_MONEY_1), 1000);
        run_root(i % 2 ? "ALTER TABLE t.account DROP COLUMN note"
                       : "ALTER TABLE t.account ADD COLUMN note INT");
        run_root("FLUSH TABLES");
    }
    run_root("ALTER TABLE t.account DROP COLUMN IF EXISTS note");
    assert_int_equal(ask(db, SQL_MONEY_1), 1000);
}

static enum pay_err take_ten(struct db *on, void *arg)
{
    (void)arg;
    return take(on, 1, 10);
}

static enum pay_err only_look(struct db *on, void *arg)
{
    struct number row;
    (void)arg;
    return one_number(on, SQL_MONEY_1, &row);
}

static void test_db_txn__says_lost_when_commit_has_no_answer(void **state)
{
    struct db_account plain = account("plain", "secret");
    struct db *far = open_at(server.proxy_socket, &plain);
    (void)state;

    assert_int_equal(ask(far, SQL_MONEY_1), 1000);
    *server.cut = CUT_BEFORE_COMMIT_ARRIVES;
    assert_int_equal(db_txn(far, take_ten, NULL), PAY_LOST);
    assert_int_equal(ask(root, SQL_MONEY_1), 1000); /* F16: it never came */
    *server.cut = CUT_AFTER_COMMIT_ARRIVED;
    assert_int_equal(db_txn(far, take_ten, NULL), PAY_LOST);
    assert_int_equal(ask(root, SQL_MONEY_1), 990);          /* F15: it is done */
    assert_int_equal(db_txn(far, only_look, NULL), PAY_OK); /* a read has nothing to lose */
    *server.cut = CUT_NOTHING;
    assert_int_equal(db_txn(far, take_ten, NULL), PAY_OK);
    assert_int_equal(ask(far, SQL_MONEY_1), 980);
    db_close(&far);
    run_root("UPDATE t.account SET money = 1000");
}

/* Two processes take the two rows in opposite order: 1213 is met and survived. */
struct crossing {
    int64_t first, second;
};
static enum pay_err cross(struct db *on, void *arg)
{
    const struct crossing *c = arg;
    enum pay_err err = take(on, c->first, 1);
    clock_sleep_ms(2);
    return err == PAY_OK ? take(on, c->second, 1) : err;
}

static void test_db_txn__survives_deadlocks(void **state)
{
    struct db_account plain = account("plain", "secret");
    int bad = 0, status;
    (void)state;

    pid_t child = fork();
    struct db *own = open_at(server.socket, &plain);
    struct crossing c = child == 0 ? (struct crossing){ 1, 2 } : (struct crossing){ 2, 1 };
    /* Five tries of db_txn's own may all meet the other: its answer then is "come again". */
    for (int i = 0, tries = 0; i < 40; i++, tries = 0)
        while (db_txn(own, cross, &c) != PAY_OK && ++tries < 4)
            bad += tries == 3;
    db_close(&own);
    if (child == 0)
        _exit(bad);
    waitpid(child, &status, 0);
    assert_int_equal(bad, 0);
    assert_int_equal(status, 0);
    assert_int_equal(ask(root, "SELECT SUM(money) FROM t.account"), 2000 - 160);
    run_root("UPDATE t.account SET money = 1000");
}

static void test_db__a_statement_has_three_seconds(void **state)
{
    struct number row;
    int64_t since = clock_ticks_us();
    (void)state;

    assert_int_equal(
        db_select(db,
                  &(struct db_query){
                      .sql = "SELECT COUNT(*) FROM seq_1_to_1000000000 a JOIN seq_1_to_100000 b",
                      .shape = DB_SHAPE(NUMBER),
                      .row = &row }),
        PAY_DB_AWAY);
    assert_in_range(clock_ticks_us() - since, 2500000, 3900000);
    assert_int_equal(ask(db, "SELECT 6"), 6);
    db_patient(db, 0);
    assert_int_equal(ask(db, "SELECT @@max_statement_time"), 0);
}

static void test_db__read_only_is_away(void **state)
{
    (void)state;
    run_root("SET GLOBAL read_only = 1");
    assert_int_equal(db_txn(db, take_ten, NULL), PAY_DB_AWAY);
    run_root("SET GLOBAL read_only = 0");
    assert_int_equal(ask(root, SQL_MONEY_1), 1000);
}

static void test_db_ping__gives_up_in_time(void **state)
{
    (void)state;
    assert_true(db_ping(db, 1000));
    server_freeze(&server);
    int64_t since = clock_ticks_us();
    assert_false(db_ping(db, 500));
    assert_in_range(clock_ticks_us() - since, 400000, 900000);
    kill(server.pid, SIGCONT);
    clock_sleep_ms(100);
    assert_true(db_ping(db, 1000));
}

static void test_db__fails_fast_while_the_server_is_down(void **state)
{
    struct number row;
    struct db_query q = { .sql = "SELECT 8", .shape = DB_SHAPE(NUMBER), .row = &row };
    (void)state;

    assert_int_equal(ask(db, "SELECT 8"), 8);
    server_kill(&server);
    int64_t since = clock_ticks_us();
    for (int i = 0; i < 100; i++)
        assert_int_equal(db_select(db, &q), PAY_DB_AWAY);
    assert_int_equal(db_txn(db, take_ten, NULL), PAY_DB_AWAY);
    assert_true(clock_ticks_us() - since < 1000000);
    assert_false(db_ping(db, 1000));
    assert_true(server_start(&server));
    clock_sleep_ms(2100); /* the longest backoff */
    assert_int_equal(ask(db, "SELECT 8"), 8);
    assert_int_equal(db_txn(db, take_ten, NULL), PAY_OK);
    assert_int_equal(ask(db, SQL_MONEY_1), 990);
}

/* ---- the table of meanings */

struct meaning_case {
    unsigned number;
    enum pay_err at_statement, at_commit;
    bool loss;
};
/* clang-format off */
static const struct meaning_case MEANINGS[] = {
    { 1062, PAY_DUPLICATE, PAY_LOST,      false }, { 1205, PAY_TRY_AGAIN, PAY_TRY_AGAIN, false },
    { 1213, PAY_TRY_AGAIN, PAY_TRY_AGAIN, false }, { 1020, PAY_TRY_AGAIN, PAY_TRY_AGAIN, false },
    { 1969, PAY_TRY_AGAIN, PAY_LOST,      false }, { 1290, PAY_DB_AWAY,   PAY_DB_AWAY,   true },
    { 1836, PAY_DB_AWAY,   PAY_DB_AWAY,   true },  { 2002, PAY_DB_AWAY,   PAY_LOST,      true },
    { 2006, PAY_DB_AWAY,   PAY_LOST,      true },  { 2013, PAY_DB_AWAY,   PAY_LOST,      true },
    { 1040, PAY_DB_AWAY,   PAY_LOST,      true },  { 1053, PAY_DB_AWAY,   PAY_LOST,      true },
    { 1927, PAY_DB_AWAY,   PAY_LOST,      true },  { 1406, PAY_FAULT,     PAY_LOST,      false },
    { 1180, PAY_FAULT,     PAY_LOST,      false }, { 0,    PAY_FAULT,     PAY_LOST,      false },
};
/* clang-format on */

static void test_db_meaning__no_unclear_commit_counts_as_done_or_undone(void **state)
{
    char name[16];
    (void)state;

    for (size_t i = 0; i < COUNT(MEANINGS); i++) {
        const struct meaning_case *c = &MEANINGS[i];
        snprintf(name, sizeof(name), "%u", c->number);
        CHECK_I64(name, db_meaning(c->number, DB_AT_STATEMENT), c->at_statement);
        CHECK_I64(name, db_meaning(c->number, DB_AT_COMMIT), c->at_commit);
        CHECK(name, db_is_loss(c->number) == c->loss);
    }
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, each_open, each_close)
/* Each way to be refused has its words and its cure; 1045, 1044, 1049 and sockets: tests/e2e. */
static void test_db_refusal__names_the_cure(void **state)
{
    static const struct {
        unsigned number;
        const char *want;
    } ROWS[] = {
        { 1040, "max_connections" },
        { 1203, "MAX_USER_CONNECTIONS" },
        { 1226, "MAX_CONNECTIONS_PER_HOUR" },
        { 1130, "'localhost'" },
        { 4151, "ACCOUNT UNLOCK" },
        { 2013, "overloaded or hangs" },
        { 9999, "MariaDB's log" },
        { 0, "session's settings" },
    };
    const struct db_account web = { .user = "shroff_web" };
    struct db *away = open_at("/nowhere", &web);

    (void)state;
    for (size_t i = 0; i < COUNT(ROWS); i++) {
        assert_non_null(strstr(db_refused(ROWS[i].number, "its words", away), ROWS[i].want));
        assert_non_null(strstr(db_refusal(), "shroff_web"));
        assert_int_equal(strstr(db_refusal(), "its words") != NULL, ROWS[i].number != 0);
        assert_non_null(strstr(db_refusal(), ROWS[i].want));
    }
    db_close(&away);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_db_select__gives_back_what_was_put),
        CASE(test_db_select__makes_null_nothing),
        CASE(test_db_select__never_cuts_short),
        CASE(test_db_select__numbers_of_any_width),
        CASE(test_db_select__texts_of_the_database_clock),
        CASE(test_db_select__walks_rows_until_each_says_stop),
        CASE(test_db_select__reads_a_procedure_to_its_end),
        CASE(test_db__refuses_what_would_not_be_committed),
        CASE(test_db_txn__an_error_poisons_and_undoes_all),
        CASE(test_db_txn__goes_on_after_duplicate_and_wrong_state),
        CASE(test_db_txn__undoes_what_a_refusal_leaves),
        CASE(test_db_last_id__is_the_inserted_rows),
        CASE(test_db_txn__runs_again_when_lost_before_commit),
        CASE(test_db_select__survives_an_idle_link_that_died),
        CASE(test_db__prepares_anew_when_the_server_forgot),
        CASE(test_db_txn__says_lost_when_commit_has_no_answer),
        CASE(test_db_txn__survives_deadlocks),
        CASE(test_db__a_statement_has_three_seconds),
        CASE(test_db__read_only_is_away),
        CASE(test_db_ping__gives_up_in_time),
        CASE(test_db__fails_fast_while_the_server_is_down),
        CASE(test_db_meaning__no_unclear_commit_counts_as_done_or_undone),
        CASE(test_db_refusal__names_the_cure),
    };
    return cmocka_run_group_tests_name("db", tests, group_open, group_close);
}
