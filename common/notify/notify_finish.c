/* notify_finish.c - recording what became of tries, by the holder of the token only; a late success
 * still wins. A batch is a few statements while all its tokens hold; when one does not, the whole
 * is done again one by one. Locks are taken in one order: the tasks that succeeded, token by token,
 * then those that failed, then endpoints by id. Only the holder of a token waits for its tasks, so
 * the order among tokens does not matter. */
#include <stdlib.h>
#include "base/fault.h"
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
/* clang-format on */

/* The token is not ours any more: either our own COMMIT had landed, or the lease ran out. */
static enum pay_err finish_late(struct db *db, struct notify_result *result)
{
    const struct db_param id[] = { DB_NUM(result->task_id) };
    enum pay_err err = notify_log_late(db, result);

    result->outcome = err == PAY_DUPLICATE ? NOTIFY_REPEATED : NOTIFY_LATE;
    if (err == PAY_DUPLICATE)
        return PAY_OK;
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
        err = notify_log_add(db, &result, 1);
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

/* clang-format off */
static const char SQL_SUCCEEDED[] =
    "UPDATE notify_task FORCE INDEX (PRIMARY)"
    "   SET status = " STATE(NOTIFY_SUCCESS) ", lane = 1, claim_token = 0, manual = 0,"
    "       last_execute_time = UTC_TIMESTAMP(3), next_notify_time = UTC_TIMESTAMP(3)"
    " WHERE claim_token = ? AND id IN (" NOTIFY_ID_PLACES ")";
/* clang-format on */
/* A result is an array: the server finds an element by its place sooner than by a name. */
static const char SQL_FAILED[] =
    "UPDATE JSON_TABLE(?, '$[*]' COLUMNS ("
    "         id BIGINT UNSIGNED PATH '$[0]', token BIGINT PATH '$[1]',"
    "         status TINYINT PATH '$[2]', wait_us BIGINT PATH '$[3]')) j"
    "  STRAIGHT_JOIN notify_task t ON t.id = j.id"
    "   SET t.status = j.status, t.lane = 1, t.claim_token = 0, t.manual = 0,"
    "       t.last_execute_time = UTC_TIMESTAMP(3),"
    "       t.next_notify_time = UTC_TIMESTAMP(3) + INTERVAL j.wait_us MICROSECOND"
    " WHERE t.claim_token = j.token";

/* PAY_WRONG_STATE: not all of them changed. */
static enum pay_err all_changed(enum pay_err err, int64_t changed, size_t count)
{
    return err == PAY_OK && changed != (int64_t)count ? PAY_WRONG_STATE : err;
}

/* Those with the token of batch->at[first]. */
static enum pay_err finish_succeeded(struct db *db, const struct notify_batch *batch, size_t first)
{
    int64_t ids[NOTIFY_FINISH_MAX], changed = 0, token = batch->at[first]->token;
    size_t count = 0;

    for (size_t i = first; i < batch->count; i++)
        if (batch->at[i]->status == NOTIFY_SUCCESS && batch->at[i]->token == token)
            ids[count++] = batch->at[i]->task_id;
    enum pay_err err =
        notify_change_ids(db, SQL_SUCCEEDED, &(struct notify_ids){ token, ids, count }, &changed);
    return all_changed(err, changed, count);
}

static bool is_first_of_token(const struct notify_batch *batch, size_t at)
{
    if (batch->at[at]->status != NOTIFY_SUCCESS)
        return false;
    for (size_t i = 0; i < at; i++)
        if (batch->at[i]->status == NOTIFY_SUCCESS && batch->at[i]->token == batch->at[at]->token)
            return false;
    return true;
}

static enum pay_err finish_failed(struct db *db, const struct notify_batch *batch)
{
    static char room[NOTIFY_FINISH_MAX * 88]; /* four numbers of 20 digits a row */
    struct text list = TEXT(room);
    int64_t changed = 0;
    size_t count = 0;

    for (size_t i = 0; i < batch->count; i++) {
        const struct notify_result *result = batch->at[i];
        if (result->status != NOTIFY_SUCCESS)
            text_addf(&list, "%s[%lld,%lld,%lld,%lld]", count++ ? "," : "[",
                      (long long)result->task_id, (long long)result->token,
                      (long long)result->status, (long long)result->wait_ms * 1000);
    }
    text_add_char(&list, ']');
    if (count == 0)
        return PAY_OK;
    const struct db_param in[] = { DB_BIN(list.at, list.len) };
    enum pay_err err = db_exec(db, SQL_FAILED, DB_LIST(in), &changed);
    return all_changed(err, changed, count);
}

/* PAY_WRONG_STATE, and all of it rolled back: one of the tokens does not hold. */
static enum pay_err finish_together(struct db *db, struct notify_batch *batch)
{
    enum pay_err err = PAY_OK;

    for (size_t i = 0; i < batch->count && err == PAY_OK; i++)
        if (is_first_of_token(batch, i))
            err = finish_succeeded(db, batch, i);
    if (err == PAY_OK)
        err = finish_failed(db, batch);
    return err == PAY_OK ? notify_log_add(db, batch->at, batch->count) : err;
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
    FP_AFTER(err, "result.written");
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
    FP_AFTER(err, "result.written");
    return err;
}

enum pay_err notify_finish(struct db *db, struct notify_batch *batch)
{
    qsort(batch->at, batch->count, sizeof(*batch->at), by_task);
    qsort(batch->tally, batch->tally_count, sizeof(*batch->tally), by_endpoint);
    enum pay_err err = db_txn(db, finish_all, batch);
    return err == PAY_WRONG_STATE ? db_txn(db, finish_each, batch) : err;
}
