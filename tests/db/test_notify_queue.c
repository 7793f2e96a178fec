/* test_notify_queue.c - claim, park, finish, late results, handing back, the hosts' breaker, purge:
 * as the runner's own account, on a real database. */
#include "tests/db/shroff.h"

#include <stdlib.h>
#include "notify/notify.h"
#include "notify/notify_queue.h"
#include "keep/purge.h"

static struct db *R, *R2; /* two runners */
static struct notify_claim CLAIM, CLAIM2;
static enum notify_fate FATE;
static int64_t WAIT_MS;

static void begin(void *arg)
{
    (void)arg;
}

static enum pay_err decide(void *arg, struct db *db, struct notify_due *due)
{
    (void)arg;
    (void)db;
    due->fate = FATE;
    due->wait_ms = WAIT_MS;
    return PAY_OK;
}

static void claim_forget(struct notify_claim *claim)
{
    for (size_t i = 0; i < claim->count; i++)
        free(claim->rows[i].body);
    claim->count = 0;
}

static void claim_some(struct db *db, struct notify_claim *claim, enum notify_fate fate,
                       int64_t limit)
{
    claim_forget(claim);
    FATE = fate;
    claim->limit[0] = claim->limit[1] = limit;
    claim->begin = begin;
    claim->decide = decide;
    ASSERT_ERR(notify_claim(db, claim), PAY_OK);
}

static void claim_as(struct db *db, struct notify_claim *claim, enum notify_fate fate)
{
    claim_some(db, claim, fate, 10);
}

static int queue_begin(void **state)
{
    (void)state;
    run_sql("DELETE FROM notify_task");
    run_sql("DELETE FROM notify_log");
    run_sql("DELETE FROM notify_endpoint");
    run_sql("DELETE FROM pay_alert");
    return 0;
}

/* n tasks due now, in lane; their numbers end in 1, 2, 3 … */
static void tasks_make(int n, int lane)
{
    char sql[512];

    snprintf(sql, sizeof(sql),
             "INSERT INTO notify_task (no, app_id, type, event, data_id, version,"
             " notify_url, body, lane,"
             " max_notify_times, next_notify_time)"
             " SELECT LPAD(%d * 1000 + seq, 26, '0'), %lld, 1, 'order.success', %d * 1000 + seq, 0,"
             " 'http://127.0.0.1:9/', CONCAT('{\"n\":', seq, '}'), %d, 3,"
             " UTC_TIMESTAMP(3) - INTERVAL (100 - seq) SECOND FROM seq_1_to_%d",
             lane, (long long)S.app->id, lane, lane, n);
    run_sql(sql);
}

static void leases_run_out(void)
{
    run_sql("UPDATE notify_task SET next_notify_time = UTC_TIMESTAMP(3) - INTERVAL 1 SECOND"
            " WHERE claim_token <> 0");
}

/* A result for a claimed row. */
static struct notify_result result_of(const struct notify_claim *claim, size_t i, int64_t status)
{
    const struct notify_due *due = &claim->rows[i];
    struct notify_result result = {
        .task_id = due->id,
        .app_id = due->app_id,
        .token = claim->token,
        .times = due->notify_times + 1,
        .status = status,
        .wait_ms = 15000,
        .log_status = status == NOTIFY_SUCCESS ? TRY_SUCCESS : TRY_REFUSED,
        .http_status = status == NOTIFY_SUCCESS ? 200 : 500,
        .duration_ms = 7,
    };

    memcpy(result.no, due->no, sizeof(result.no));
    snprintf(result.error_code, sizeof(result.error_code), "%s",
             status == NOTIFY_SUCCESS ? "OK" : "HTTP_500");
    return result;
}

static void finish_as(struct db *db, struct notify_result *result)
{
    struct notify_result *one[] = { result };
    struct notify_batch batch = { .at = one, .count = 1 };

    ASSERT_ERR(notify_finish(db, &batch), PAY_OK);
}

static void test_notify_claim__takes_what_is_due_once(void **state)
{
    (void)state;
    tasks_make(3, 0);
    tasks_make(2, 1);
    run_sql("UPDATE notify_task SET next_notify_time = UTC_TIMESTAMP(3) + INTERVAL 1 MINUTE"
            " WHERE data_id = 3");
    claim_as(R, &CLAIM, NOTIFY_SEND);
    assert_int_equal(CLAIM.count, 4);
    assert_int_equal(CLAIM.seen[0], 2);
    assert_string_equal(CLAIM.rows[0].no, "00000000000000000000000001");
    assert_string_equal(CLAIM.rows[0].body, "{\"n\":1}");
    assert_int_equal(CLAIM.rows[0].body_len, 7);
    claim_as(R2, &CLAIM2, NOTIFY_SEND);
    assert_int_equal(CLAIM2.count, 0);
    ASSERT_NUMBER("SELECT COUNT(*) FROM notify_task WHERE claim_token > 0 AND notify_times = 1"
                  " AND next_notify_time BETWEEN UTC_TIMESTAMP(3) + INTERVAL 40 SECOND"
                  " AND UTC_TIMESTAMP(3) + INTERVAL 45 SECOND",
                  4);
    ASSERT_NUMBER("SELECT COUNT(*) FROM notify_log", 0);
}

/* A small body comes with its row, a larger one is read for what is sent: both come whole. */
static void test_notify_claim__brings_bodies_whole(void **state)
{
    static const int64_t LENGTHS[] = { 2, 2047, 2048, 2049, NOTIFY_BODY_MAX };
    char sql[512];

    (void)state;
    for (size_t i = 0; i < COUNT(LENGTHS); i++) {
        snprintf(sql, sizeof(sql),
                 "INSERT INTO notify_task (no, app_id, type, event, data_id, notify_url, body,"
                 " max_notify_times, next_notify_time)"
                 " SELECT LPAD(%zu, 26, '0'), %lld, 1, 'order.success', %zu, 'http://127.0.0.1:9/',"
                 " CONCAT('<', REPEAT('x', %lld), '>'), 3, UTC_TIMESTAMP(3) - INTERVAL %zu SECOND",
                 i, (long long)S.app->id, i, (long long)LENGTHS[i] - 2, 100 - i);
        run_sql(sql);
    }
    claim_as(R, &CLAIM, NOTIFY_SEND);
    assert_int_equal(CLAIM.count, COUNT(LENGTHS));
    for (size_t i = 0; i < COUNT(LENGTHS); i++) {
        const struct notify_due *due = &CLAIM.rows[i];
        size_t len = (size_t)due->body_len;
        CHECK_I64("length", len, LENGTHS[i]);
        CHECK_I64("all of it", strlen(due->body), len);
        CHECK("its ends", due->body[0] == '<' && due->body[len - 1] == '>');
    }
    leases_run_out();
    claim_as(R, &CLAIM, NOTIFY_PARK);
    assert_null(CLAIM.rows[COUNT(LENGTHS) - 1].body); /* not read for what is not sent */
}

static void test_notify_claim__newest_first_when_asked(void **state)
{
    (void)state;
    tasks_make(20, 0);
    CLAIM.newest = true;
    claim_as(R, &CLAIM, NOTIFY_SEND);
    CLAIM.newest = false;
    assert_string_equal(CLAIM.rows[0].no, "00000000000000000000000020");
    assert_int_equal(CLAIM.count, 10);
}

static void test_notify_claim__parking_uses_up_no_try(void **state)
{
    (void)state;
    tasks_make(3, 0);
    WAIT_MS = 30000;
    claim_as(R, &CLAIM, NOTIFY_PARK);
    assert_int_equal(CLAIM.parked, 3);
    ASSERT_NUMBER("SELECT COUNT(*) FROM notify_task WHERE claim_token = 0 AND notify_times = 0"
                  " AND lane = 0 AND next_notify_time > UTC_TIMESTAMP(3) + INTERVAL 29 SECOND",
                  3);
    claim_as(R, &CLAIM, NOTIFY_SEND);
    assert_int_equal(CLAIM.count, 0);
}

static void test_notify_claim__leaves_what_is_left(void **state)
{
    (void)state;
    tasks_make(2, 0);
    claim_as(R, &CLAIM, NOTIFY_LEAVE);
    assert_int_equal(CLAIM.count, 2);
    ASSERT_NUMBER("SELECT COUNT(*) FROM notify_task WHERE notify_times = 0 AND claim_token = 0"
                  " AND next_notify_time < UTC_TIMESTAMP(3)",
                  2);
}

static void test_notify_claim__a_lost_runners_try_is_logged(void **state)
{
    (void)state;
    tasks_make(2, 0);
    claim_as(R, &CLAIM, NOTIFY_SEND);
    leases_run_out();
    WAIT_MS = 1000;
    claim_as(R2, &CLAIM2, NOTIFY_PARK);
    assert_int_equal(CLAIM2.lost, 2);
    ASSERT_NUMBER("SELECT COUNT(*) FROM notify_log WHERE error_code = 'RUNNER_LOST' AND status = 22"
                  " AND notify_times = 1",
                  2);
    ASSERT_NUMBER("SELECT COUNT(*) FROM notify_task WHERE claim_token = 0 AND notify_times = 1", 2);
}

static void test_notify_claim__a_task_that_kills_runners_is_given_up(void **state)
{
    (void)state;
    tasks_make(1, 0);
    for (int i = 0; i < 6; i++) {
        claim_as(R, &CLAIM, NOTIFY_SEND);
        leases_run_out();
    }
    ASSERT_NUMBER("SELECT status FROM notify_task", 20);
    ASSERT_NUMBER("SELECT notify_times FROM notify_task", 5);
    ASSERT_NUMBER("SELECT COUNT(*) FROM notify_log", 5);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_alert WHERE kind = 'notify_given_up'", 1);
}

static void test_notify_finish__by_the_holder_of_the_token(void **state)
{
    (void)state;
    tasks_make(2, 0);
    claim_as(R, &CLAIM, NOTIFY_SEND);
    struct notify_result ok = result_of(&CLAIM, 0, NOTIFY_SUCCESS);
    struct notify_result bad = result_of(&CLAIM, 1, NOTIFY_WAITING);
    finish_as(R, &ok);
    finish_as(R, &bad);
    assert_int_equal(ok.outcome, NOTIFY_RECORDED);
    ASSERT_NUMBER("SELECT COUNT(*) FROM notify_task WHERE status = 10 AND claim_token = 0", 1);
    ASSERT_NUMBER("SELECT COUNT(*) FROM notify_task WHERE status = 0 AND claim_token = 0"
                  " AND lane = 1"
                  " AND next_notify_time > UTC_TIMESTAMP(3) + INTERVAL 14 SECOND",
                  1);
    ASSERT_NUMBER("SELECT COUNT(*) FROM notify_log WHERE notify_times = 1 AND duration_ms = 7", 2);
}

/* Results of one batch go in as one list: what merchants answer comes out as it was. */
static void test_notify_finish__a_batch_keeps_what_was_answered(void **state)
{
    static const char *const SAID[] = {
        "he said \"no\", C:\\temp\\x00 'and' %s %n",
        "line\none\ttwo \xF0\x9F\x98\x80 \xE8\x8C\xB6",
        "{\"code\":1,\"a\":[null,\"\\u0000\"]}",
        "",
    };
    struct notify_result results[COUNT(SAID)], *at[COUNT(SAID)];
    char room[512];

    (void)state;
    tasks_make((int)COUNT(SAID), 0);
    claim_as(R, &CLAIM, NOTIFY_SEND);
    for (size_t i = 0; i < COUNT(SAID); i++) {
        results[i] = result_of(&CLAIM, i, i % 2 ? NOTIFY_SUCCESS : NOTIFY_WAITING);
        snprintf(results[i].response, sizeof(results[i].response), "%s", SAID[i]);
        snprintf(results[i].peer, sizeof(results[i].peer), "%s", i == 0 ? "::1" : "");
        results[i].http_status = i == 2 ? 0 : 200;
        at[i] = &results[i];
    }
    ASSERT_ERR(notify_finish(R, &(struct notify_batch){ .at = at, .count = COUNT(SAID) }), PAY_OK);
    for (size_t i = 0; i < COUNT(SAID); i++) {
        struct text sql = TEXT(room);
        text_addf(&sql,
                  "SELECT COUNT(*) FROM notify_log WHERE task_id = %lld AND"
                  " CAST(COALESCE(response, '') AS BINARY) = UNHEX('",
                  (long long)results[i].task_id);
        text_add_hex(&sql, SAID[i], strlen(SAID[i]));
        text_add(&sql, "')");
        assert_false(sql.full);
        CHECK_I64(room, number_of(room), 1);
        assert_int_equal(results[i].outcome, NOTIFY_RECORDED);
    }
    ASSERT_NUMBER("SELECT COUNT(*) FROM notify_log WHERE peer_address = '::1'", 1);
    ASSERT_NUMBER("SELECT COUNT(*) FROM notify_log WHERE peer_address IS NULL", 3);
    ASSERT_NUMBER("SELECT COUNT(*) FROM notify_log WHERE http_status IS NULL", 1);
    ASSERT_NUMBER("SELECT COUNT(*) FROM notify_log WHERE response IS NULL", 1);
    ASSERT_NUMBER("SELECT COUNT(*) FROM notify_task WHERE status = 10 AND claim_token = 0", 2);
}

/* More rows than one statement changes, of two claims, some of them failed. */
static void test_notify_finish__a_large_batch_of_two_claims(void **state)
{
    static struct notify_result results[198], *at[COUNT(results)];
    struct notify_claim *claims[] = { &CLAIM, &CLAIM2 };
    size_t count = 0;

    (void)state;
    tasks_make(99, 0);
    tasks_make(99, 1);
    for (size_t i = 0; i < COUNT(claims); i++) {
        claim_some(R, claims[i], NOTIFY_SEND, 70);
        for (size_t k = 0; k < claims[i]->count && count < COUNT(results); k++, count++) {
            results[count] =
                result_of(claims[i], k, count % 7 == 0 ? NOTIFY_WAITING : NOTIFY_SUCCESS);
            at[count] = &results[count];
        }
    }
    assert_int_equal(CLAIM.count, 140);
    ASSERT_NUMBER("SELECT COUNT(DISTINCT claim_token) FROM notify_task WHERE claim_token <> 0", 2);
    ASSERT_ERR(notify_finish(R, &(struct notify_batch){ .at = at, .count = count }), PAY_OK);
    ASSERT_NUMBER("SELECT COUNT(*) FROM notify_task WHERE claim_token = 0 AND lane = 1", 198);
    ASSERT_NUMBER("SELECT COUNT(*) FROM notify_task WHERE status = 10", 169);
    ASSERT_NUMBER("SELECT COUNT(*) FROM notify_task"
                  " WHERE status = 0 AND next_notify_time > UTC_TIMESTAMP(3) + INTERVAL 9 SECOND",
                  29);
    ASSERT_NUMBER("SELECT COUNT(DISTINCT task_id) FROM notify_log", 198);
    ASSERT_NUMBER("SELECT COUNT(*) FROM notify_log l JOIN notify_task t ON t.id = l.task_id"
                  " WHERE (t.status = 10) = (l.status = 10)",
                  198);
}

static void test_notify_finish__one_lost_token_leaves_the_others_theirs(void **state)
{
    struct notify_result results[3], *at[3];

    (void)state;
    tasks_make(3, 0);
    claim_as(R, &CLAIM, NOTIFY_SEND);
    for (size_t i = 0; i < 3; i++) {
        results[i] = result_of(&CLAIM, i, i == 1 ? NOTIFY_WAITING : NOTIFY_SUCCESS);
        at[i] = &results[i];
    }
    run_sql("UPDATE notify_task SET next_notify_time = UTC_TIMESTAMP(3) - INTERVAL 1 SECOND"
            " WHERE data_id = 2");
    claim_as(R2, &CLAIM2, NOTIFY_SEND);
    assert_int_equal(CLAIM2.count, 1);
    ASSERT_ERR(notify_finish(R, &(struct notify_batch){ .at = at, .count = 3 }), PAY_OK);
    assert_int_equal(results[0].outcome, NOTIFY_RECORDED);
    assert_int_equal(results[1].outcome, NOTIFY_LATE);
    assert_int_equal(results[2].outcome, NOTIFY_RECORDED);
    ASSERT_NUMBER("SELECT COUNT(*) FROM notify_task WHERE status = 10", 2);
    ASSERT_NUMBER("SELECT COUNT(*) FROM notify_task WHERE data_id = 2 AND claim_token <> 0", 1);
    ASSERT_NUMBER("SELECT COUNT(*) FROM notify_log", 3);
    ASSERT_NUMBER("SELECT COUNT(*) FROM notify_log WHERE error_code = 'RUNNER_LOST'", 0);
}

/* The answer to COMMIT was lost and the batch is run again. */
static void test_notify_finish__twice_is_once(void **state)
{
    (void)state;
    tasks_make(1, 0);
    claim_as(R, &CLAIM, NOTIFY_SEND);
    struct notify_result bad = result_of(&CLAIM, 0, NOTIFY_WAITING);
    finish_as(R, &bad);
    finish_as(R, &bad);
    assert_int_equal(bad.outcome, NOTIFY_REPEATED);
    ASSERT_NUMBER("SELECT COUNT(*) FROM notify_log", 1);
}

static void test_notify_finish__a_late_success_wins(void **state)
{
    (void)state;
    tasks_make(1, 0);
    claim_as(R, &CLAIM, NOTIFY_SEND);
    leases_run_out();
    claim_as(R2, &CLAIM2, NOTIFY_SEND);
    struct notify_result late = result_of(&CLAIM, 0, NOTIFY_SUCCESS);
    finish_as(R, &late);
    assert_int_equal(late.outcome, NOTIFY_LATE);
    ASSERT_NUMBER("SELECT status FROM notify_task", 10);
    struct notify_result other = result_of(&CLAIM2, 0, NOTIFY_WAITING);
    finish_as(R2, &other);
    assert_int_equal(other.outcome, NOTIFY_LATE);
    ASSERT_NUMBER("SELECT status FROM notify_task", 10);
    ASSERT_NUMBER("SELECT COUNT(*) FROM notify_log", 2);
    ASSERT_NUMBER("SELECT COUNT(*) FROM notify_log WHERE error_code = 'RUNNER_LOST'", 0);
}

static void test_notify_finish__a_late_failure_is_only_logged(void **state)
{
    (void)state;
    tasks_make(1, 0);
    claim_as(R, &CLAIM, NOTIFY_SEND);
    leases_run_out();
    claim_as(R2, &CLAIM2, NOTIFY_SEND);
    struct notify_result late = result_of(&CLAIM, 0, NOTIFY_FAILURE);
    late.alert = "notify_given_up";
    finish_as(R, &late);
    ASSERT_NUMBER("SELECT status FROM notify_task", 0);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_alert", 0);
    struct notify_result ok = result_of(&CLAIM2, 0, NOTIFY_SUCCESS);
    finish_as(R2, &ok);
    assert_int_equal(ok.outcome, NOTIFY_RECORDED);
    ASSERT_NUMBER("SELECT status FROM notify_task", 10);
    ASSERT_NUMBER("SELECT COUNT(*) FROM notify_log", 2);
}

static void test_notify_finish__giving_up_raises_an_alert(void **state)
{
    (void)state;
    tasks_make(1, 0);
    claim_as(R, &CLAIM, NOTIFY_SEND);
    struct notify_result gone = result_of(&CLAIM, 0, NOTIFY_FAILURE);
    gone.alert = "notify_gone";
    snprintf(gone.alert_text, sizeof(gone.alert_text), "gone");
    finish_as(R, &gone);
    ASSERT_NUMBER("SELECT status FROM notify_task", 20);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_alert WHERE kind = 'notify_gone'"
                  " AND about = '00000000000000000000000001'",
                  1);
}

/* The next of the waiting tasks ends with 410. Host 0: not known. */
static void host_gone(int host)
{
    static size_t next;

    if (next == CLAIM.count) {
        claim_as(R, &CLAIM, NOTIFY_SEND);
        next = 0;
    }
    struct notify_result gone = result_of(&CLAIM, next++, NOTIFY_FAILURE);

    gone.alert = "notify_gone";
    snprintf(gone.alert_text, sizeof(gone.alert_text), "host %d is gone", host);
    if (host > 0)
        snprintf(gone.alert_crowd, sizeof(gone.alert_crowd), "https://%d.example", host);
    finish_as(R, &gone);
}

static void test_notify_finish__hosts_without_end_are_some_alerts_and_one(void **state)
{
    (void)state;
    tasks_make(40, 0);
    claim_forget(&CLAIM);
    for (int host = 1; host <= 30; host++)
        host_gone(host);
    for (int i = 0; i < 5; i++)
        host_gone(0);
    host_gone(7);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_alert", 21);
    ASSERT_NUMBER("SELECT times FROM pay_alert WHERE crowd = 'https://7.example'", 2);
    ASSERT_NUMBER("SELECT times FROM pay_alert WHERE crowd = '*' AND closed_by IS NULL AND"
                  " text LIKE 'more than 20 %: host 0 is gone'",
                  15);
    /* what an operator closed makes room */
    run_sql("UPDATE pay_alert SET closed_by = 'me', close_time = UTC_TIMESTAMP(3)"
            " WHERE crowd <> 'https://7.example'");
    host_gone(31);
    host_gone(8);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_alert WHERE closed_by IS NULL", 3);
    ASSERT_NUMBER("SELECT times FROM pay_alert WHERE crowd = 'https://31.example'", 1);
    ASSERT_NUMBER("SELECT times FROM pay_alert WHERE crowd = '*'", 15);
}

static void test_notify_hand_back__counts_no_try(void **state)
{
    (void)state;
    tasks_make(2, 0);
    claim_as(R, &CLAIM, NOTIFY_SEND);
    const struct notify_lease leases[] = {
        { CLAIM.rows[0].id, CLAIM.token },
        { CLAIM.rows[1].id, CLAIM.token + 1 },
    };
    ASSERT_ERR(notify_hand_back(R, leases, COUNT(leases), 0), PAY_OK);
    ASSERT_NUMBER("SELECT COUNT(*) FROM notify_task WHERE claim_token = 0 AND notify_times = 0", 1);
    ASSERT_NUMBER("SELECT COUNT(*) FROM notify_task WHERE claim_token <> 0 AND"
                  " notify_times = 1",
                  1);
    claim_as(R2, &CLAIM2, NOTIFY_SEND);
    assert_int_equal(CLAIM2.count, 1);
    ASSERT_NUMBER("SELECT COUNT(*) FROM notify_log", 0);
}

static void test_notify_is_due__by_lane(void **state)
{
    bool due[2];

    (void)state;
    ASSERT_ERR(notify_is_due(R, due), PAY_OK);
    assert_false(due[0] || due[1]);
    tasks_make(1, 1);
    ASSERT_ERR(notify_is_due(R, due), PAY_OK);
    assert_true(!due[0] && due[1]);
}

/* ---- the breaker */

static const struct http_url HOST = { "http", "merchant.test", 8080 };

static struct notify_endpoint load(void)
{
    struct notify_endpoint state;

    ASSERT_ERR(notify_endpoint_load(R, S.app->id, &HOST, &state), PAY_OK);
    db_end(R);
    return state;
}

static enum pay_err write_news(struct db *db, void *arg)
{
    return notify_endpoint_write(db, arg);
}

static void tell(struct notify_endpoint_tally tally)
{
    tally.id = load().id;
    ASSERT_ERR(db_txn(R, write_news, &tally), PAY_OK);
}

struct probing {
    struct notify_probe probe;
    bool won;
};

static enum pay_err probe(struct db *db, void *arg)
{
    struct probing *probing = arg;

    return notify_endpoint_probe(db, &probing->probe, &probing->won);
}

static bool won(struct db *db, bool ripe, bool first)
{
    struct probing probing = { .probe = { .id = load().id, .ripe = ripe, .first = first } };

    ASSERT_ERR(db_txn(db, probe, &probing), PAY_OK);
    return probing.won;
}

static bool probe_won(struct db *db)
{
    return won(db, true, false);
}

static void reopen(void)
{
    run_sql("UPDATE notify_endpoint SET open_until = UTC_TIMESTAMP(3)");
}

#define CHECK_OPEN(seconds) \
    CHECK("open", load().open_ms > ((seconds)-3) * 1000 && load().open_ms <= (seconds)*1000)

static void test_notify_endpoint__opens_doubles_and_closes(void **state)
{
    int64_t id, same;

    (void)state;
    assert_int_equal(load().id, 0);
    ASSERT_ERR(notify_endpoint_make(R, S.app->id, &HOST, &id), PAY_OK);
    ASSERT_ERR(notify_endpoint_make(R2, S.app->id, &HOST, &same), PAY_OK);
    assert_int_equal(id, same);
    tell((struct notify_endpoint_tally){ .failed = 4 });
    assert_int_equal(load().consecutive_fail, 4);
    assert_true(load().open_ms <= 0);
    assert_false(probe_won(R));
    tell((struct notify_endpoint_tally){ .failed = 4 });
    assert_int_equal(load().consecutive_fail, 5);
    CHECK_OPEN(30);
    tell((struct notify_endpoint_tally){ .failed = 3 }); /* were on their way */
    assert_int_equal(load().consecutive_fail, 5);
    CHECK_OPEN(30);
    static const int OPEN[] = { 60, 120, 240, 480, 900, 900 };
    for (size_t i = 0; i < COUNT(OPEN); i++) {
        assert_false(probe_won(R));
        reopen();
        assert_true(probe_won(R));
        assert_false(probe_won(R2));
        tell((struct notify_endpoint_tally){ .failed = 1, .ripe = true });
        CHECK_OPEN(OPEN[i]);
    }
    tell((struct notify_endpoint_tally){ .ok = 1, .failed = 2 });
    assert_int_equal(load().consecutive_fail, 0);
    assert_true(load().open_ms <= 0);
    ASSERT_NUMBER("SELECT open_until IS NULL AND last_ok_time IS NOT NULL FROM notify_endpoint", 1);
}

/* One first try at a time, whatever the breaker's time; it and a ripe probe are one when it is. */
static void test_notify_endpoint__a_first_try_may_probe_early(void **state)
{
    int64_t id;

    (void)state;
    ASSERT_ERR(notify_endpoint_make(R, S.app->id, &HOST, &id), PAY_OK);
    assert_false(won(R, false, true)); /* not open: nothing to probe */
    tell((struct notify_endpoint_tally){ .failed = 5 });
    ASSERT_NUMBER("SELECT COUNT(*) FROM notify_endpoint"
                  " WHERE open_since > UTC_TIMESTAMP(3) - INTERVAL 5 SECOND",
                  1);
    assert_true(won(R, false, true));
    assert_false(won(R2, false, true));
    CHECK_OPEN(30);
    tell((struct notify_endpoint_tally){ .failed = 1, .first = true });
    CHECK_OPEN(30);
    assert_int_equal(load().consecutive_fail, 5);
    assert_false(won(R, false, true)); /* a second after the last */
    run_sql("UPDATE notify_endpoint SET first_until = UTC_TIMESTAMP(3)");
    reopen();
    assert_true(won(R, true, true));
    assert_false(won(R2, true, false));
    assert_false(won(R2, false, true));
    tell((struct notify_endpoint_tally){ .failed = 1, .ripe = true, .first = true });
    CHECK_OPEN(60);
    tell((struct notify_endpoint_tally){ .ok = 1 });
    ASSERT_NUMBER("SELECT open_since IS NULL AND first_until IS NULL FROM notify_endpoint", 1);
}

static enum pay_err keep_open(void *arg, void *open_host)
{
    *(struct notify_open_host *)arg = *(const struct notify_open_host *)open_host;
    return PAY_OK;
}

/* Rows read, not time: a merchant that is away for days has hundreds of thousands of them. */
static void test_notify_endpoint__waking_reads_no_rows_of_other_apps(void **state)
{
    static const char READ[] =
        "SELECT CAST(variable_value AS SIGNED) FROM information_schema.global_status"
        " WHERE variable_name = 'HANDLER_READ_NEXT'";

    (void)state;
    tasks_make(90, 0);
    run_sql("UPDATE notify_task SET parked_since = next_notify_time");
    run_sql("INSERT INTO notify_endpoint (id, app_id, scheme, host, port)"
            " VALUES (1, 1, 'http', '127.0.0.1', 9)");
    const int64_t before = number_of(READ);
    ASSERT_ERR(notify_endpoint_wake(R, &(struct notify_asleep){ S.app->id + 1, 1 }), PAY_OK);
    assert_true(number_of(READ) - before < 20);
}

static void test_notify_open_hosts__that_were_asked_lately(void **state)
{
    struct notify_open_host host = { 0 };
    int64_t id, count = -1;

    (void)state;
    ASSERT_ERR(notify_endpoint_make(R, S.app->id, &HOST, &id), PAY_OK);
    ASSERT_ERR(notify_open_hosts(R, 1, &count, keep_open, &host), PAY_OK);
    assert_int_equal(count, 0);
    tell((struct notify_endpoint_tally){ .failed = 5 });
    ASSERT_ERR(notify_open_hosts(R, 1, &count, keep_open, &host), PAY_OK);
    assert_int_equal(count, 1);
    char origin[300];
    struct text want = TEXT(origin);
    http_url_add_origin(&HOST, &want);
    assert_string_equal(host.origin, origin);
    /* nothing waits for it any more, so nothing asks it */
    run_sql("UPDATE notify_endpoint SET open_until = UTC_TIMESTAMP(3) - INTERVAL 49 HOUR");
    ASSERT_ERR(notify_open_hosts(R, 1, &count, keep_open, &host), PAY_OK);
    assert_int_equal(count, 0);
}

static void test_notify_app_schedule__as_set(void **state)
{
    struct notify_schedule schedule;

    (void)state;
    ASSERT_ERR(notify_app_schedule(R, S.app->id, &schedule), PAY_OK);
    assert_int_equal(schedule.gaps, 15);
    run_sql("UPDATE pay_app SET notify_schedule = '5,60'");
    ASSERT_ERR(notify_app_schedule(R, S.app->id, &schedule), PAY_OK);
    assert_int_equal(schedule.gaps, 2);
    run_sql("UPDATE pay_app SET notify_schedule = 'long'");
    ASSERT_ERR(notify_app_schedule(R, 999999, &schedule), PAY_NO_ROW);
    assert_int_equal(schedule.gaps, 15);
}

static void test_purge__partitions_and_nonces(void **state)
{
    struct db *migrate = open_as("shroff_migrate");
    struct purge_report report = { .dry = true };
    bool more = true;

    (void)state;
    db_patient(migrate, 60);
    ASSERT_ERR(partitions_extend(migrate, &report), PAY_OK);
    report = (struct purge_report){ .dry = false };
    ASSERT_ERR(partitions_extend(migrate, &report), PAY_OK);
    assert_int_equal(report.added, 9);
    ASSERT_ERR(partitions_extend(migrate, &report), PAY_OK);
    assert_int_equal(report.added, 9);
    ASSERT_ERR(partitions_drop(migrate, 400, &report), PAY_OK);
    assert_int_equal(report.dropped, 0);
    run_sql("INSERT INTO api_nonce (app_id, nonce, create_time)"
            " SELECT 1, CONCAT('n', seq), UTC_TIMESTAMP(3) - INTERVAL IF(seq <= 700, 901,"
            " 890) SECOND"
            "   FROM seq_1_to_800");
    for (int i = 0; i < 3 && more; i++)
        ASSERT_ERR(purge_rows(migrate, PURGE_NONCES, 0, &report, &more), PAY_OK);
    assert_false(more);
    assert_int_equal(report.rows[PURGE_NONCES], 700);
    ASSERT_NUMBER("SELECT COUNT(*) FROM api_nonce", 100);
    db_close(&migrate);
}

static void test_purge__hosts_that_did_not_change(void **state)
{
    struct db *migrate = open_as("shroff_migrate");
    struct purge_report report = { .dry = true };
    bool more = true;

    (void)state;
    run_sql("INSERT INTO notify_endpoint (app_id, scheme, host, port, paused, consecutive_fail,"
            " update_time)"
            " SELECT 1, 'http', CONCAT('h', seq), 80, seq = 1, 7,"
            "        UTC_TIMESTAMP(3) - INTERVAL IF(seq <= 601, 31, 29) DAY"
            "   FROM seq_1_to_605");
    ASSERT_ERR(purge_rows(migrate, PURGE_HOSTS, 0, &report, &more), PAY_OK);
    assert_false(more);
    ASSERT_NUMBER("SELECT COUNT(*) FROM notify_endpoint", 605);
    report = (struct purge_report){ .dry = false };
    ASSERT_ERR(purge_rows(migrate, PURGE_HOSTS, 0, &report, &more), PAY_OK);
    assert_true(more);
    ASSERT_ERR(purge_rows(migrate, PURGE_HOSTS, 0, &report, &more), PAY_OK);
    assert_false(more);
    assert_int_equal(report.rows[PURGE_HOSTS], 600);
    ASSERT_NUMBER("SELECT COUNT(*) FROM notify_endpoint", 5);
    ASSERT_NUMBER("SELECT COUNT(*) FROM notify_endpoint WHERE paused = 1", 1);
    db_close(&migrate);
}

/* The trigger compares the terms for every account but this one: its rights must be enough. */
static void test_notify_task__the_runner_cannot_change_its_terms(void **state)
{
    /* clang-format off */
    static const char *const TERMS[] = {
        "id", "no", "app_id", "type", "event", "data_id", "version", "merchant_order_id",
        "merchant_refund_id", "notify_url", "body", "status = 10, body", "create_time",
    };
    /* clang-format on */
    char sql[128], why[512];

    (void)state;
    tasks_make(1, 0);
    for (size_t i = 0; i < COUNT(TERMS); i++) {
        snprintf(sql, sizeof(sql), "UPDATE notify_task SET %s = '2'", TERMS[i]);
        CHECK(TERMS[i], db_run_text(R, sql, why, sizeof(why)) != PAY_OK);
        CHECK(why, strstr(why, "command denied"));
    }
    run_sql("UPDATE notify_task SET status = 10");
    CHECK("a step back",
          db_run_text(R, "UPDATE notify_task SET status = 0", why, sizeof(why)) != PAY_OK);
    CHECK(why, strstr(why, "no step from 10 to 0"));
}

static int up(void **state)
{
    int rc = shroff_up(state);

    if (rc == 0) {
        R = open_as("shroff_runner");
        R2 = open_as("shroff_runner");
    }
    return rc;
}

static int down(void **state)
{
    db_close(&R);
    db_close(&R2);
    return shroff_down(state);
}

#define QUEUE_TEST(f) cmocka_unit_test_setup((f), queue_begin)

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(test_notify_claim__takes_what_is_due_once),
        QUEUE_TEST(test_notify_claim__brings_bodies_whole),
        QUEUE_TEST(test_notify_claim__newest_first_when_asked),
        QUEUE_TEST(test_notify_claim__parking_uses_up_no_try),
        QUEUE_TEST(test_notify_claim__leaves_what_is_left),
        QUEUE_TEST(test_notify_claim__a_lost_runners_try_is_logged),
        QUEUE_TEST(test_notify_claim__a_task_that_kills_runners_is_given_up),
        QUEUE_TEST(test_notify_finish__by_the_holder_of_the_token),
        QUEUE_TEST(test_notify_finish__a_batch_keeps_what_was_answered),
        QUEUE_TEST(test_notify_finish__a_large_batch_of_two_claims),
        QUEUE_TEST(test_notify_finish__one_lost_token_leaves_the_others_theirs),
        QUEUE_TEST(test_notify_finish__twice_is_once),
        QUEUE_TEST(test_notify_finish__a_late_success_wins),
        QUEUE_TEST(test_notify_finish__a_late_failure_is_only_logged),
        QUEUE_TEST(test_notify_finish__giving_up_raises_an_alert),
        QUEUE_TEST(test_notify_finish__hosts_without_end_are_some_alerts_and_one),
        QUEUE_TEST(test_notify_hand_back__counts_no_try),
        QUEUE_TEST(test_notify_is_due__by_lane),
        QUEUE_TEST(test_notify_endpoint__opens_doubles_and_closes),
        QUEUE_TEST(test_notify_endpoint__a_first_try_may_probe_early),
        QUEUE_TEST(test_notify_endpoint__waking_reads_no_rows_of_other_apps),
        QUEUE_TEST(test_notify_open_hosts__that_were_asked_lately),
        QUEUE_TEST(test_notify_app_schedule__as_set),
        QUEUE_TEST(test_purge__partitions_and_nonces),
        QUEUE_TEST(test_purge__hosts_that_did_not_change),
        QUEUE_TEST(test_notify_task__the_runner_cannot_change_its_terms),
        cmocka_unit_test(test_locks__one_order_for_all),
    };

    return cmocka_run_group_tests_name("notify_queue", tests, up, down);
}
