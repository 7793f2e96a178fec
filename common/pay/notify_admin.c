#include "pay/notify_admin.h"

#include "pay/alert.h"
#include "pay/notify.h"

static const struct db_column TASK_COLUMNS[] = {
    DB_COLUMN(struct task_row, id),
    DB_COLUMN(struct task_row, no),
    DB_COLUMN(struct task_row, app_key),
    DB_COLUMN(struct task_row, event),
    DB_COLUMN(struct task_row, status),
    DB_COLUMN(struct task_row, notify_times),
    DB_COLUMN(struct task_row, max_notify_times),
    DB_COLUMN_TIME(struct task_row, next_notify_time),
    DB_COLUMN(struct task_row, merchant_order_id),
    DB_COLUMN(struct task_row, notify_url),
    DB_COLUMN_TIME(struct task_row, create_time),
    DB_COLUMN(struct task_row, last_error),
};

struct task_each {
    enum pay_err (*each)(void *, const struct task_row *);
    void *arg;
};

static enum pay_err task_each(void *arg, void *row)
{
    const struct task_each *e = arg;
    return e->each(e->arg, row);
}

enum pay_err notify_task_list(struct db *db, const struct task_filter *f,
                              enum pay_err (*each)(void *, const struct task_row *), void *arg)
{
    static const char SQL[] =
        "SELECT t.id, t.no, a.app_key, t.event, t.status, t.notify_times, t.max_notify_times,"
        " t.next_notify_time, t.merchant_order_id, t.notify_url, t.create_time,"
        " (SELECT l.error_code FROM notify_log l WHERE l.task_id = t.id ORDER BY l.id DESC LIMIT 1)"
        " FROM notify_task t JOIN pay_app a ON a.id = t.app_id"
        " WHERE (? IS NULL OR a.app_key = ?) AND (? < 0 OR t.status = ?)"
        " AND (? IS NULL OR t.id < (SELECT id FROM notify_task WHERE no = ?))"
        " ORDER BY t.id DESC LIMIT ?";
    struct task_row row;
    struct task_each e = { each, arg };

    if ((f->app_key && !str_is(f->app_key, ALPHA_NONCE, 1, APP_KEY_SIZE - 1)) ||
        (f->after && !ulid_is(f->after)))
        return PAY_NOT_FOUND;
    const struct db_param in[] = {
        DB_OPT(f->app_key), DB_OPT(f->app_key), DB_NUM(f->status), DB_NUM(f->status),
        DB_OPT(f->after),   DB_OPT(f->after),   DB_NUM(f->limit),
    };
    enum pay_err err = db_select(db, &(struct db_query){ .sql = SQL,
                                                         .in = in,
                                                         .n = COUNT(in),
                                                         .shape = DB_SHAPE(TASK_COLUMNS),
                                                         .row = &row,
                                                         .each = task_each,
                                                         .arg = &e });
    db_end(db);
    return err;
}

struct resend_row {
    int64_t id, status, claimed, notify_times;
    char schedule[1021];
};
static const struct db_column RESEND_COLUMNS[] = {
    DB_COLUMN(struct resend_row, id),       DB_COLUMN(struct resend_row, status),
    DB_COLUMN(struct resend_row, claimed),  DB_COLUMN(struct resend_row, notify_times),
    DB_COLUMN(struct resend_row, schedule),
};

struct resend {
    const struct actor *actor;
    const char *no;
};

static enum pay_err resend_work(struct db *db, void *arg)
{
    static const char SQL_GET[] =
        "SELECT t.id, t.status, t.claim_token <> 0 AND t.next_notify_time > UTC_TIMESTAMP(3),"
        " t.notify_times, a.notify_schedule FROM notify_task t JOIN pay_app a ON a.id = t.app_id"
        " WHERE t.no = ? FOR UPDATE";
    /* notify_times goes on counting (each try has its log row); the room for tries grows instead.
     */
    static const char SQL_PUT[] =
        "UPDATE notify_task SET status = 0, lane = 1, manual = 1, claim_token = 0,"
        " max_notify_times = IF(status = 20, notify_times + ?, max_notify_times),"
        " next_notify_time = UTC_TIMESTAMP(3) WHERE id = ?";
    const struct resend *w = arg;
    struct resend_row row;
    struct notify_schedule schedule;
    const struct db_param get[] = { DB_STR(w->no) };

    enum pay_err err = db_select(db, &(struct db_query){ .sql = SQL_GET,
                                                         .in = get,
                                                         .n = COUNT(get),
                                                         .shape = DB_SHAPE(RESEND_COLUMNS),
                                                         .row = &row });
    if (err != PAY_OK)
        return err == PAY_NO_ROW ? PAY_NOT_FOUND : err;
    if (row.status == NOTIFY_SUCCESS || row.claimed)
        return row.claimed ? PAY_WRONG_STATE : PAY_CONFLICT;
    if (!notify_schedule_parse(row.schedule, &schedule))
        schedule.gaps = 0;
    const struct db_param put[] = { DB_NUM((int64_t)schedule.gaps + 1), DB_NUM(row.id) };
    err = db_exec(db, SQL_PUT, DB_LIST(put), NULL);
    return err == PAY_OK ? admin_log_add(db, w->actor->who, "notify.resend", w->no, w->actor->why)
                         : err;
}

enum pay_err notify_task_resend(struct db *db, const struct actor *actor, const char *no)
{
    struct resend work = { actor, no };

    if (!ulid_is(no))
        return PAY_NOT_FOUND;
    enum pay_err err = db_txn(db, resend_work, &work);
    return err == PAY_WRONG_STATE ? PAY_TRY_AGAIN : err;
}
