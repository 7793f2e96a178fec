/* test_notify_queue.c - claim, park, finish, late results, handing back: as the runner's own
 * account, on a real database. */
#include "tests/db/queue.h"

#include <stdlib.h>
#include "notify/notify.h"
#include "notify/notify_queue.h"

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
        QUEUE_TEST(test_notify_app_schedule__as_set),
        QUEUE_TEST(test_notify_task__the_runner_cannot_change_its_terms),
        cmocka_unit_test(test_locks__one_order_for_all),
    };

    return cmocka_run_group_tests_name("notify_queue", tests, queue_up, queue_down);
}
