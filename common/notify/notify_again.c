/* notify_again.c - see notify_again.h. */
#include "notify/notify_again.h"

#include <stdlib.h>
#include <string.h>

#include "notify/notify_private.h"

static const char SQL_LOAD[] =
    "SELECT id, app_id, notify_times, max_notify_times, 1 AS manual, no, notify_url, body"
    "  FROM notify_task WHERE no = ? AND status = " STATE(NOTIFY_SUCCESS);

struct again_row {
    struct notify_due due;
    struct db_bytes body;
};

enum pay_err notify_again_load(struct db *db, const char *no, struct notify_due *out)
{
    static const struct db_column COLUMNS[] = {
        DB_COLUMN(struct again_row, due.id),
        DB_COLUMN(struct again_row, due.app_id),
        DB_COLUMN(struct again_row, due.notify_times),
        DB_COLUMN(struct again_row, due.max_notify_times),
        DB_COLUMN(struct again_row, due.manual),
        DB_COLUMN(struct again_row, due.no),
        DB_COLUMN(struct again_row, due.notify_url),
        DB_COLUMN(struct again_row, body),
    };
    static uint8_t room[NOTIFY_BODY_MAX];
    static struct again_row row;
    const struct db_param in[] = { DB_STR(no) };

    row = (struct again_row){ .due.lane = 1, .body = { room, sizeof(room), 0 } };
    enum pay_err err = ulid_is(no) ? db_select(db,
                                               &(const struct db_query){
                                                   .sql = SQL_LOAD,
                                                   .in = in,
                                                   .n = COUNT(in),
                                                   .shape = DB_SHAPE(COLUMNS),
                                                   .row = &row,
                                               })
                                   : PAY_NO_ROW;
    db_end(db);
    if (err != PAY_OK)
        return err == PAY_NO_ROW ? PAY_NOT_FOUND : err;
    *out = row.due;
    out->body = malloc(row.body.len + 1);
    if (!out->body)
        abort();
    memcpy(out->body, room, row.body.len);
    out->body[row.body.len] = '\0';
    out->body_len = (int64_t)row.body.len;
    return PAY_OK;
}

struct recording {
    const struct actor *actor;
    struct notify_result *result;
};

static enum pay_err resend_record(struct db *db, void *arg)
{
    static const char SQL_COUNT[] = "UPDATE notify_task SET notify_times = notify_times + 1,"
                                    "       last_execute_time = UTC_TIMESTAMP(3) WHERE id = ?";
    static const char SQL_TIMES[] = "SELECT notify_times AS times FROM notify_task WHERE id = ?";
    static const struct db_column COLUMNS[] = { DB_COLUMN(struct notify_result, times) };
    struct recording *work = arg;
    const struct db_param id[] = { DB_NUM(work->result->task_id) };

    enum pay_err err = db_exec_one(db, SQL_COUNT, DB_LIST(id));
    if (err == PAY_OK)
        err = db_select(db, &(const struct db_query){ .sql = SQL_TIMES,
                                                      .in = id,
                                                      .n = COUNT(id),
                                                      .shape = DB_SHAPE(COLUMNS),
                                                      .row = work->result });
    if (err == PAY_OK)
        err = notify_log_add(db, &work->result, 1);
    return err == PAY_OK ? admin_log_add(db, work->actor->who, "notify.resend", work->result->no,
                                         work->actor->why)
                         : err;
}

enum pay_err notify_again_record(struct db *db, const struct actor *actor,
                                 struct notify_result *result)
{
    return db_txn(db, resend_record, &(struct recording){ actor, result });
}
