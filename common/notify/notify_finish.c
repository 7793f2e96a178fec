/* notify_finish.c - recording what became of tries, by the holder of the token only; a late success
 * still wins. A batch is two statements while all its tokens hold; when one does not, the whole is
 * done again one by one. Locks are taken in one order: tasks by id, then endpoints by id. */
#include <stdlib.h>
#include "base/fault.h"
#include "base/json_text.h"
#include "app/alert.h"
#include "notify/notify.h"
#include "notify/notify_private.h"
#include "notify/notify_queue.h"

static const char SQL_FINISH[] =
    "UPDATE notify_task"
    "   SET status = ?, lane = 1, claim_token = 0, manual = 0,"
    "       last_execute_time = UTC_TIMESTAMP(3),"
    "       next_notify_time = UTC_TIMESTAMP(3) + INTERVAL ? MICROSECOND"
    " WHERE id = ? AND claim_token = ?";
/* A task that was given up waits again before it is done: there is no step from 20 to 10. */
/* clang-format off */
static const char SQL_REOPEN[] =
    "UPDATE notify_task SET status = " STATE(NOTIFY_WAITING)
    " WHERE id = ? AND status = " STATE(NOTIFY_FAILURE);
static const char SQL_LATE_SUCCESS[] =
    "UPDATE notify_task"
    "   SET status = " STATE(NOTIFY_SUCCESS) ", lane = 1, claim_token = 0, manual = 0,"
    "       parked_since = NULL, last_execute_time = UTC_TIMESTAMP(3)"
    " WHERE id = ? AND status <> " STATE(NOTIFY_SUCCESS);
static const char SQL_LOGGED[] =
    "SELECT id, error_code FROM notify_log"
    " WHERE task_id = ? AND notify_times = ? ORDER BY id LIMIT 1";
/* clang-format on */
static const char SQL_LOG[] =
    "INSERT INTO notify_log (task_id, notify_times, status, error_code, reason, http_status,"
    "                        peer_address, duration_ms, response, cause, create_time)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, UTC_TIMESTAMP(3))";
static const char SQL_LOG_FOUND_AGAIN[] =
    "UPDATE notify_log"
    "   SET status = ?, error_code = ?, reason = ?, http_status = ?, peer_address = ?,"
    "       duration_ms = ?, response = ?"
    " WHERE id = ? AND task_id = ? AND error_code = 'RUNNER_LOST'";

struct logged {
    int64_t id;
    char error_code[17 * 4];
};

static enum pay_err find_logged(struct db *db, const struct notify_result *result,
                                struct logged *out)
{
    static const struct db_column COLUMNS[] = {
        DB_COLUMN(struct logged, id),
        DB_COLUMN(struct logged, error_code),
    };
    const struct db_param in[] = { DB_NUM(result->task_id), DB_NUM(result->times) };

    return db_select(db, &(const struct db_query){
                             .sql = SQL_LOGGED,
                             .in = in,
                             .n = COUNT(in),
                             .shape = DB_SHAPE(COLUMNS),
                             .row = out,
                         });
}

enum pay_err notify_log_add(struct db *db, const struct notify_result *result)
{
    const struct db_param in[] = {
        DB_NUM(result->task_id),    DB_NUM(result->times),
        DB_NUM(result->log_status), DB_STR(result->error_code),
        DB_OPT(result->reason),     DB_NUM_OPT(result->http_status),
        DB_OPT(result->peer),       DB_NUM(result->duration_ms),
        DB_OPT(result->response),   DB_STR(result->manual ? "manual" : "automatic"),
    };
    return db_exec(db, SQL_LOG, DB_LIST(in), NULL);
}

/* The try was written off as RUNNER_LOST, and here is its answer after all: one row per try. */
static enum pay_err correct_log(struct db *db, const struct notify_result *result, int64_t log_id)
{
    const struct db_param in[] = {
        DB_NUM(result->log_status), DB_STR(result->error_code),
        DB_OPT(result->reason),     DB_NUM_OPT(result->http_status),
        DB_OPT(result->peer),       DB_NUM(result->duration_ms),
        DB_OPT(result->response),   DB_NUM(log_id),
        DB_NUM(result->task_id),
    };
    return db_exec(db, SQL_LOG_FOUND_AGAIN, DB_LIST(in), NULL);
}

/* The token is not ours any more: either our own COMMIT had landed, or the lease ran out. */
static enum pay_err finish_late(struct db *db, struct notify_result *result)
{
    struct logged logged = { 0 };
    const struct db_param id[] = { DB_NUM(result->task_id) };
    enum pay_err err = find_logged(db, result, &logged);

    if (err == PAY_OK && !str_eq(logged.error_code, "RUNNER_LOST")) {
        result->outcome = NOTIFY_REPEATED;
        return PAY_OK;
    }
    result->outcome = NOTIFY_LATE;
    if (err == PAY_OK)
        err = correct_log(db, result, logged.id);
    else if (err == PAY_NO_ROW)
        err = notify_log_add(db, result);
    if (err != PAY_OK || result->status != NOTIFY_SUCCESS)
        return err;
    err = db_exec(db, SQL_REOPEN, DB_LIST(id), NULL);
    if (err == PAY_OK)
        err = db_exec(db, SQL_LATE_SUCCESS, DB_LIST(id), NULL);
    return err;
}

/* A merchant that is gone, or down for days, is one alert however many notifications it misses. */
static enum pay_err raise_alert(struct db *db, const struct notify_result *result)
{
    if (!result->alert)
        return PAY_OK;
    return alert_raise_crowd(db, &(const struct alert_crowd){ .kind = result->alert,
                                                              .app_id = result->app_id,
                                                              .about = result->no,
                                                              .crowd = *result->alert_crowd
                                                                           ? result->alert_crowd
                                                                           : result->no,
                                                              .text = result->alert_text });
}

static enum pay_err finish_one(struct db *db, struct notify_result *result)
{
    int64_t changed = 0;
    const struct db_param in[] = {
        DB_NUM(result->status),
        DB_NUM(result->wait_ms * 1000),
        DB_NUM(result->task_id),
        DB_NUM(result->token),
    };
    enum pay_err err = db_exec(db, SQL_FINISH, DB_LIST(in), &changed);

    if (err == PAY_OK && changed == 0)
        return finish_late(db, result);
    result->outcome = NOTIFY_RECORDED;
    if (err == PAY_OK)
        err = notify_log_add(db, result);
    return err == PAY_OK ? raise_alert(db, result) : err;
}

/* ---- in the order of locks */

static int by_task(const void *a, const void *b)
{
    const struct notify_result *x = *(struct notify_result *const *)a;
    const struct notify_result *y = *(struct notify_result *const *)b;
    return (x->task_id > y->task_id) - (x->task_id < y->task_id);
}

static int by_endpoint(const void *a, const void *b)
{
    const struct notify_endpoint_tally *x = a, *y = b;
    return (x->id > y->id) - (x->id < y->id);
}

/* ---- all at once */

/* A result is an array: the server finds an element by its place sooner than by a name. */
static const char SQL_FINISH_ALL[] =
    "UPDATE JSON_TABLE(?, '$[*]' COLUMNS ("
    "         id BIGINT UNSIGNED PATH '$[0]', token BIGINT PATH '$[1]',"
    "         status TINYINT PATH '$[2]', wait_us BIGINT PATH '$[3]')) j"
    "  STRAIGHT_JOIN notify_task t ON t.id = j.id"
    "   SET t.status = j.status, t.lane = 1, t.claim_token = 0, t.manual = 0,"
    "       t.last_execute_time = UTC_TIMESTAMP(3),"
    "       t.next_notify_time = UTC_TIMESTAMP(3) + INTERVAL j.wait_us MICROSECOND"
    " WHERE t.claim_token = j.token";
static const char SQL_LOG_ALL[] =
    "INSERT INTO notify_log (task_id, notify_times, status, error_code, reason, http_status,"
    "                        peer_address, duration_ms, response, cause, create_time)"
    " SELECT id, times, log_status, error_code, reason, http_status, peer, duration_ms, response,"
    "        cause, UTC_TIMESTAMP(3)"
    "   FROM JSON_TABLE(?, '$[*]' COLUMNS ("
    "         id BIGINT UNSIGNED PATH '$[0]', times INT PATH '$[4]',"
    "         log_status TINYINT PATH '$[5]', error_code VARCHAR(16) PATH '$[6]',"
    "         http_status INT PATH '$[7]', peer VARCHAR(45) PATH '$[8]',"
    "         duration_ms INT PATH '$[9]', cause VARCHAR(16) PATH '$[10]',"
    "         reason VARCHAR(255) PATH '$[11]', response VARCHAR(2048) PATH '$[12]')) j";

static void list_text(struct json_text *list, const char *text)
{
    if (*text)
        json_str(list, NULL, text);
    else
        json_raw(list, NULL, "null");
}

/* In the order of the paths above. */
static void list_result(struct json_text *list, const struct notify_result *result)
{
    json_open_list(list, NULL);
    json_i64(list, NULL, result->task_id);
    json_i64(list, NULL, result->token);
    json_i64(list, NULL, result->status);
    json_i64(list, NULL, result->wait_ms * 1000);
    json_i64(list, NULL, result->times);
    json_i64(list, NULL, result->log_status);
    json_str(list, NULL, result->error_code);
    if (result->http_status != 0)
        json_i64(list, NULL, result->http_status);
    else
        json_raw(list, NULL, "null");
    list_text(list, result->peer);
    json_i64(list, NULL, result->duration_ms);
    json_str(list, NULL, result->manual ? "manual" : "automatic");
    list_text(list, result->reason);
    list_text(list, result->response);
    json_close_list(list);
}

/* PAY_WRONG_STATE, and all of it rolled back: one of the tokens does not hold. */
static enum pay_err finish_together(struct db *db, struct notify_batch *batch)
{
    static char room[NOTIFY_FINISH_MAX * 2 * (NOTIFY_RESPONSE_SIZE + 256)];
    struct text text = TEXT(room);
    struct json_text list = JSON_TEXT(&text);
    int64_t changed = 0;

    json_open_list(&list, NULL);
    for (size_t i = 0; i < batch->count; i++)
        list_result(&list, batch->at[i]);
    json_close_list(&list);
    if (text.full)
        return PAY_WRONG_STATE;
    const struct db_param in[] = { { DB_TEXT, text.at, text.len } };
    enum pay_err err = db_exec(db, SQL_FINISH_ALL, DB_LIST(in), &changed);
    if (err == PAY_OK && changed != (int64_t)batch->count)
        return PAY_WRONG_STATE;
    return err == PAY_OK ? db_exec(db, SQL_LOG_ALL, DB_LIST(in), NULL) : err;
}

static enum pay_err raise_alerts(struct db *db, const struct notify_batch *batch)
{
    enum pay_err err = PAY_OK;

    for (size_t i = 0; i < batch->count && err == PAY_OK; i++) {
        struct notify_result *result = batch->at[i];
        result->outcome = NOTIFY_RECORDED;
        err = raise_alert(db, result);
    }
    return err;
}

static enum pay_err write_endpoints(struct db *db, const struct notify_batch *batch)
{
    enum pay_err err = PAY_OK;

    for (size_t i = 0; i < batch->tally_count && err == PAY_OK; i++)
        err = notify_endpoint_write(db, &batch->tally[i]);
    return err;
}

static enum pay_err finish_all(struct db *db, void *arg)
{
    struct notify_batch *batch = arg;
    enum pay_err err = finish_together(db, batch);

    if (err == PAY_OK)
        err = raise_alerts(db, batch);
    if (err == PAY_OK)
        err = write_endpoints(db, batch);
    FP("result.written");
    return err;
}

/* ---- one by one */

static enum pay_err finish_each(struct db *db, void *arg)
{
    struct notify_batch *batch = arg;
    bool repeated = false;
    enum pay_err err = PAY_OK;

    for (size_t i = 0; i < batch->count && err == PAY_OK; i++) {
        err = finish_one(db, batch->at[i]);
        repeated = repeated || batch->at[i]->outcome == NOTIFY_REPEATED;
    }
    /* A batch that is found recorded has changed the endpoints then, too. */
    if (err == PAY_OK && !repeated)
        err = write_endpoints(db, batch);
    FP("result.written");
    return err;
}

enum pay_err notify_finish(struct db *db, struct notify_batch *batch)
{
    qsort(batch->at, batch->count, sizeof(*batch->at), by_task);
    qsort(batch->tally, batch->tally_count, sizeof(*batch->tally), by_endpoint);
    enum pay_err err = db_txn(db, finish_all, batch);
    return err == PAY_WRONG_STATE ? db_txn(db, finish_each, batch) : err;
}
