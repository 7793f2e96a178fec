/* test_job_drain.c - jobs over due rows, on a table of the test's own: each row is worked on once,
 * by whichever program claimed it; what fails or dies comes back when its lease ends. And the work
 * that is done while the database does its own. */
#include "tests/unit/unit.h"
#include "tests/db/server.h"

#include "base/log.h"
#include "io/db/db_meanwhile.h"
#include "job/job_drain.h"

static struct server server;
static struct db *db, *other;

static const struct db_due ROWS = {
    .due = "SELECT id FROM t.work WHERE due_time <= UTC_TIMESTAMP(3) ORDER BY due_time, id LIMIT ?"
           "   FOR UPDATE SKIP LOCKED",
    .claim = "UPDATE t.work SET token = ?, tries = tries + 1,"
             "       due_time = UTC_TIMESTAMP(3) + INTERVAL ? SECOND WHERE id = ?",
    .done = "UPDATE t.work SET token = 0, done = done + 1,"
            "       due_time = UTC_TIMESTAMP(3) + INTERVAL ? SECOND WHERE id = ? AND token = ?",
    .lease_s = 30,
};

static void run(const char *sql)
{
    char why[512];

    if (db_run_text(db, sql, why, sizeof(why)) != PAY_OK)
        fail_msg("%s: %s", sql, why);
}

static int64_t number(const char *sql)
{
    int64_t n = -1;

    assert_int_equal(db_number(db, sql, NULL, 0, &n), PAY_OK);
    db_end(db);
    return n;
}

static int group_open(void **state)
{
    struct db_account root = { .user = "root", .database = "mysql" };

    (void)state;
    log_open("test_job_drain", LOG_ERROR + 1);
    if (!server_make(&server))
        return -1;
    db = open_at(server.socket, &root);
    other = open_at(server.socket, &root);
    run("CREATE DATABASE t");
    run("CREATE TABLE t.work (id BIGINT PRIMARY KEY AUTO_INCREMENT, due_time DATETIME(3) NOT NULL,"
        " token BIGINT NOT NULL DEFAULT 0, tries INT NOT NULL DEFAULT 0, done INT NOT NULL"
        " DEFAULT 0, KEY (due_time))");
    return 0;
}

static int group_close(void **state)
{
    (void)state;
    db_close(&db);
    db_close(&other);
    server_drop(&server);
    return 0;
}

/* Twelve rows are due, one is not. */
static int fill(void **state)
{
    (void)state;
    run("TRUNCATE t.work");
    run("INSERT INTO t.work (due_time) SELECT UTC_TIMESTAMP(3) FROM mysql.help_topic LIMIT 12");
    run("INSERT INTO t.work (due_time) VALUES (UTC_TIMESTAMP(3) + INTERVAL 1 HOUR)");
    return 0;
}

static struct job job_of(void)
{
    return (struct job){ .name = "test", .db = db, .once = true, .until_us = INT64_MAX };
}

/* ---- what a row's function may do */

static enum pay_err work(struct job *job, const struct db_due_row *row, int64_t *wait_s)
{
    (void)job;
    assert_true(row->token > 0);
    *wait_s = 600;
    return PAY_OK;
}

static enum pay_err work_on_even(struct job *job, const struct db_due_row *row, int64_t *wait_s)
{
    return row->id % 2 == 0 ? work(job, row, wait_s) : PAY_FAULT;
}

static enum pay_err work_fails(struct job *job, const struct db_due_row *row, int64_t *wait_s)
{
    (void)work(job, row, wait_s);
    return PAY_FAULT;
}

/* Another program claims what is left, in the middle of a batch. */
static enum pay_err work_in_company(struct job *job, const struct db_due_row *row, int64_t *wait_s)
{
    struct db_due_rows rows;

    assert_int_equal(db_due_claim(other, &ROWS, DB_DUE_MAX, NULL, &rows), PAY_OK);
    for (size_t i = 0; i < rows.count; i++)
        assert_int_equal(db_due_done(other, &ROWS, &rows.at[i], 600), PAY_OK);
    return work(job, row, wait_s);
}

/* Its lease ran out meanwhile, and another program has it. */
static enum pay_err work_too_long(struct job *job, const struct db_due_row *row, int64_t *wait_s)
{
    run("UPDATE t.work SET token = token + 1 WHERE id = 1");
    return work(job, row, wait_s);
}

static enum pay_err lose_database(struct job *job, const struct db_due_row *row, int64_t *wait_s)
{
    (void)job;
    (void)row;
    (void)wait_s;
    return PAY_DB_AWAY;
}

struct drain_case {
    const char *name;
    enum pay_err (*row)(struct job *, const struct db_due_row *, int64_t *);
    size_t batch;
    enum pay_err want;
    int64_t worked, done, leased; /* rows begun here; done, by whomever; still leased */
};
static const struct drain_case CASES[] = {
    { "all, in batches", work, 5, PAY_OK, 12, 12, 0 },
    { "one by one", work, 1, PAY_OK, 12, 12, 0 },
    { "what fails waits for its lease", work_on_even, 5, PAY_OK, 12, 6, 6 },
    { "what fails and says for how long is put off so long", work_fails, 5, PAY_OK, 12, 12, 0 },
    { "another program has the others", work_in_company, 5, PAY_OK, 5, 12, 0 },
    { "a lost lease records nothing", work_too_long, 5, PAY_OK, 12, 11, 1 },
    { "the database goes", lose_database, 5, PAY_DB_AWAY, 1, 0, 5 },
};

static void test_job_drain__cases(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++) {
        const struct drain_case *c = &CASES[i];
        const struct job_drain table[] = { { c->name, &ROWS, c->batch, c->row, NULL } };
        struct job job = job_of();

        fill(NULL);
        CHECK_I64(c->name, job_drain(&job, table, COUNT(table)), c->want);
        CHECK_I64(c->name, job.counts[0].n, c->worked);
        CHECK_I64(c->name, number("SELECT SUM(done) FROM t.work"), c->done);
        CHECK_I64(c->name, number("SELECT COUNT(*) FROM t.work WHERE token <> 0"), c->leased);
        CHECK_I64(c->name, number("SELECT MAX(tries) FROM t.work"), 1);
        CHECK_I64(c->name,
                  number("SELECT COUNT(*) FROM t.work WHERE done > 0 AND due_time <"
                         " UTC_TIMESTAMP(3) + INTERVAL 590 SECOND"),
                  0);
    }
}

/* Two jobs of one table take turns, and the time of a run ends it. */
static void test_job_drain__turns_and_time(void **state)
{
    const struct job_drain table[] = {
        { "first", &ROWS, 4, work, NULL },
        { "second", &ROWS, 2, work, NULL },
    };
    struct job job = job_of();

    (void)state;
    fill(NULL);
    assert_int_equal(job_drain(&job, table, COUNT(table)), PAY_OK);
    assert_int_equal(job.counts[0].n, 8);
    assert_int_equal(job.counts[1].n, 4);
    job = job_of();
    job.once = false;
    job.until_us = clock_ticks_us() + 200000;
    int64_t since = clock_ticks_us();
    assert_int_equal(job_drain(&job, table, COUNT(table)), PAY_OK);
    assert_in_range(clock_ticks_us() - since, 200000, 2000000);
}

/* ---- a job that fails keeps no other from its work */

static enum pay_err fail_at_once(struct job *job, size_t *worked)
{
    (void)job;
    *worked = 0;
    return PAY_FAULT;
}

/* A trigger stands for whatever keeps rows 1 and 2 from being changed. */
static void test_job_drain__steps_over_rows_that_cannot_be_claimed(void **state)
{
    (void)state;
    for (size_t batch = 1; batch <= 5; batch += 4) {
        const struct job_drain table[] = { { "stuck", &ROWS, batch, work, NULL } };
        struct job job = job_of();

        fill(NULL);
        run("CREATE TRIGGER t.stuck BEFORE UPDATE ON t.work FOR EACH ROW"
            " IF OLD.id < 3 THEN SIGNAL SQLSTATE '45000'; END IF");
        assert_int_not_equal(job_drain(&job, table, COUNT(table)), PAY_OK); /* they are left */
        run("DROP TRIGGER t.stuck");
        assert_int_equal(number("SELECT SUM(done) FROM t.work"), 10);
        assert_int_equal(number("SELECT COUNT(*) FROM t.work WHERE id < 3 AND tries = 0"), 2);
    }
}

static void test_job_drain__a_job_that_fails_ends_no_other(void **state)
{
    static const struct db_due BROKEN = { .due = "SELECT id FROM t.absent LIMIT ?", .lease_s = 30 };
    const struct job_drain table[] = {
        { .name = "fails", .at_once = fail_at_once },
        { .name = "claims nothing", .due = &BROKEN, .batch = 4, .row = work },
        { .name = "works", .due = &ROWS, .batch = 4, .row = work },
    };

    (void)state;
    for (int once = 0; once < 2; once++) {
        struct job job = job_of();
        fill(NULL);
        job.once = once == 1;
        job.until_us = job.once ? INT64_MAX : clock_ticks_us() + 200000;
        assert_int_equal(job_drain(&job, table, COUNT(table)), PAY_FAULT);
        assert_int_equal(job.counts[2].n, 12);
        assert_int_equal(number("SELECT SUM(done) FROM t.work"), 12);
    }
}

/* ---- owners: the rows of one are slow */

/* Row 1 to 12 are owner 1's, a thirteenth is owner 2's, due last. */
static const struct db_due OWNED = {
    .due = "SELECT id, IF(id > 12, 2, 1) AS app FROM t.work WHERE due_time <= UTC_TIMESTAMP(3)"
           "   AND FIND_IN_SET(IF(id > 12, 2, 1), ?) = 0 ORDER BY due_time, id LIMIT ?"
           "   FOR UPDATE SKIP LOCKED",
    .claim = "UPDATE t.work SET due_time = UTC_TIMESTAMP(3) + INTERVAL 30 SECOND WHERE id = ?",
    .no_token = true,
    .owners = OF_APP,
};

static int64_t slow_ms, turn_of_last, turns;

static enum pay_err work_slowly(struct job *job, const struct db_due_row *row, int64_t *wait_s)
{
    (void)job;
    (void)wait_s;
    turns++;
    if (row->id > 12)
        turn_of_last = turns;
    else
        clock_sleep_ms((int)slow_ms);
    return PAY_OK;
}

static const struct fair_case {
    const char *name;
    size_t batch;
    int64_t slow_ms, for_ms;
    int64_t turn, worked; /* of the thirteenth row; rows at least in this time */
} FAIR[] = {
    { "left out of the next claim", 1, 300, 900, 2, 3 },
    { "claimed together: the others wait for their lease", 32, 1300, 2600, 2, 2 },
    { "alone it has all of the time", 32, 40, 600, 9, 9 },
};

static void test_job_drain__a_slow_owner_delays_others_by_one_row(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(FAIR); i++) {
        const struct fair_case *c = &FAIR[i];
        const struct job_drain table[] = {
            { .name = c->name, .due = &OWNED, .batch = c->batch, .row = work_slowly },
        };
        struct job job = job_of();

        fill(NULL);
        run("UPDATE t.work SET due_time = UTC_TIMESTAMP(3) WHERE id > 12");
        job.once = false;
        job.until_us = clock_ticks_us() + c->for_ms * 1000;
        slow_ms = c->slow_ms;
        turns = turn_of_last = 0;
        CHECK_I64(c->name, job_drain(&job, table, COUNT(table)), PAY_OK);
        if (c->slow_ms >= 300)
            CHECK_I64(c->name, turn_of_last, c->turn);
        assert_true(turns >= c->worked);
    }
}

/* To read a row takes 10 ms, and is counted. */
static const struct db_due COUNTED = {
    .due = "SELECT id, 1 AS app FROM t.work WHERE due_time <= UTC_TIMESTAMP(3)"
           "   AND (@looks := @looks + 1) > 0 AND SLEEP(0.01) = 0 AND FIND_IN_SET('1', ?) = 0"
           " ORDER BY due_time LIMIT ? FOR UPDATE SKIP LOCKED",
    .claim = "UPDATE t.work SET due_time = UTC_TIMESTAMP(3) + INTERVAL 30 SECOND WHERE id = ?",
    .no_token = true,
    .owners = OF_APP,
};

static void test_job_drain__the_backlog_of_one_owner_is_not_read_for_each_row(void **state)
{
    static const struct job_drain TABLE[] = {
        { .name = "counted", .due = &COUNTED, .batch = 1, .row = work_slowly },
    };
    struct job job = job_of();

    fill(state);
    run("SET @looks = 0");
    slow_ms = 90;
    turns = 0;
    assert_int_equal(job_drain(&job, TABLE, COUNT(TABLE)), PAY_OK);
    assert_int_equal(turns, 12);
    /* 3 until it is over its share, 9 to see that it is alone, 9 and a second look; not 57. */
    assert_in_range(number("SELECT @looks"), 12, 35);
}

/* ---- db_meanwhile */

static void count_call(void *arg, int fd, int timeout_ms)
{
    struct pollfd waits = { .fd = fd, .events = POLLIN };

    ++*(int *)arg;
    assert_in_range(timeout_ms, 0, 4000);
    (void)!poll(&waits, 1, timeout_ms < 10 ? timeout_ms : 10);
}

static enum pay_err insert_slowly(struct db *in, void *arg)
{
    (void)arg;
    return db_exec(in,
                   "INSERT INTO t.work (due_time) SELECT UTC_TIMESTAMP(3) + INTERVAL"
                   " SLEEP(0.2) SECOND",
                   NULL, 0, NULL);
}

static void test_db_meanwhile__is_called_while_the_server_works(void **state)
{
    int calls = 0;

    (void)state;
    db_meanwhile(db, count_call, &calls);
    assert_int_equal(number("SELECT SLEEP(0.2)"), 0);
    assert_in_range(calls, 10, 30);
    calls = 0;
    int64_t before = number("SELECT COUNT(*) FROM t.work");
    assert_int_equal(db_txn(db, insert_slowly, NULL), PAY_OK);
    assert_true(calls >= 10);
    assert_int_equal(number("SELECT COUNT(*) FROM t.work"), before + 1);
    db_meanwhile(db, NULL, NULL);
    calls = 0;
    assert_int_equal(number("SELECT SLEEP(0.05)"), 0);
    assert_int_equal(calls, 0);
}

/* A server that hangs is given up after the read timeout, as without it. */
static void test_db_meanwhile__a_server_that_hangs(void **state)
{
    int calls = 0;
    int64_t n = 0;

    (void)state;
    db_meanwhile(db, count_call, &calls);
    assert_int_equal(number("SELECT 0"), 0);
    server_freeze(&server);
    int64_t since = clock_ticks_us();
    assert_int_equal(db_number(db, "SELECT 1", NULL, 0, &n), PAY_DB_AWAY);
    kill(server.pid, SIGCONT);
    assert_in_range(clock_ticks_us() - since, 3500000, 9000000);
    db_meanwhile(db, NULL, NULL);
    clock_sleep_ms(2100); /* the pause after a refused connection */
    assert_int_equal(number("SELECT 1"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_job_drain__cases),
        cmocka_unit_test(test_job_drain__turns_and_time),
        cmocka_unit_test(test_job_drain__steps_over_rows_that_cannot_be_claimed),
        cmocka_unit_test(test_job_drain__a_job_that_fails_ends_no_other),
        cmocka_unit_test(test_job_drain__a_slow_owner_delays_others_by_one_row),
        cmocka_unit_test(test_job_drain__the_backlog_of_one_owner_is_not_read_for_each_row),
        cmocka_unit_test(test_db_meanwhile__is_called_while_the_server_works),
        cmocka_unit_test(test_db_meanwhile__a_server_that_hangs),
    };
    return cmocka_run_group_tests_name("job_drain", tests, group_open, group_close);
}
