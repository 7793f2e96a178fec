/* notify_admin.c - notifications listed, resent and probed for operators. */
#include "notify/notify_admin.h"

#include "notify/notify.h"
#include "notify/notify_endpoint.h"

#define TASK(member, kind, /* need */...) \
    VIEW_MEMBER(struct task_row, member, kind, #member, __VA_ARGS__)
static const struct view_member TASK_MEMBERS[] = {
    TASK(no, VIEW_TEXT, VIEW_ALWAYS),
    TASK(app_key, VIEW_TEXT, VIEW_ALWAYS),
    TASK(event, VIEW_TEXT, VIEW_ALWAYS),
    TASK(merchant_order_id, VIEW_TEXT, VIEW_UNLESS_EMPTY),
    TASK(status, VIEW_STATE, VIEW_ALWAYS, .words = STATE_WORDS(NOTIFY_STATES)),
    TASK(notify_times, VIEW_NUMBER, VIEW_ALWAYS),
    TASK(max_notify_times, VIEW_NUMBER, VIEW_ALWAYS),
    TASK(next_notify_time, VIEW_TIME, VIEW_UNLESS_EMPTY),
    TASK(parked_since, VIEW_TIME, VIEW_UNLESS_EMPTY),
    TASK(host_open_since, VIEW_TIME, VIEW_UNLESS_EMPTY),
    TASK(last_error, VIEW_TEXT, VIEW_UNLESS_EMPTY),
    TASK(last_reason, VIEW_TEXT, VIEW_UNLESS_EMPTY),
    TASK(notify_url, VIEW_TEXT, VIEW_ALWAYS),
    TASK(create_time, VIEW_TIME, VIEW_ALWAYS),
};
const struct view TASK_VIEW = VIEW_SHOWS_ALL(TASK_MEMBERS);

static const struct db_column TASK_COLUMNS[] = {
    DB_COLUMN(struct task_row, id),
    DB_COLUMN(struct task_row, no),
    DB_COLUMN(struct task_row, app_key),
    DB_COLUMN(struct task_row, event),
    DB_COLUMN(struct task_row, status),
    DB_COLUMN(struct task_row, notify_times),
    DB_COLUMN(struct task_row, max_notify_times),
    DB_COLUMN_TIME(struct task_row, next_notify_time),
    DB_COLUMN_TIME(struct task_row, parked_since),
    DB_COLUMN_TIME(struct task_row, host_open_since),
    DB_COLUMN(struct task_row, merchant_order_id),
    DB_COLUMN(struct task_row, notify_url),
    DB_COLUMN_TIME(struct task_row, create_time),
    DB_COLUMN(struct task_row, last_error),
    DB_COLUMN(struct task_row, last_reason),
};

#define TASKS_OF_FILTER \
    " FROM notify_task t JOIN pay_app a ON a.id = t.app_id" \
    " WHERE (? IS NULL OR a.app_key = ?) AND (? < 0 OR t.status = ?)" \
    " AND (? IS NULL OR t.id < (SELECT id FROM notify_task WHERE no = ?))"
#define LAST_LOG(column) \
    " (SELECT l." column " FROM notify_log l WHERE l.task_id = t.id ORDER BY l.id DESC LIMIT 1)"

enum pay_err notify_task_list(struct db *db, const struct task_filter *f, db_each *each, void *arg)
{
    /* clang-format off */
    static const char SQL[] =
        "SELECT t.id, t.no, a.app_key, t.event, t.status, t.notify_times, t.max_notify_times,"
        " t.next_notify_time, t.parked_since,"
        " (SELECT MIN(e.open_since) FROM notify_endpoint e"
        "   WHERE t.status = " STATE(NOTIFY_WAITING) " AND e.open_since IS NOT NULL"
        "     AND " NOTIFY_IS_HOST_OF_TASK ")"
        " AS host_open_since,"
        " t.merchant_order_id, t.notify_url, t.create_time,"
        LAST_LOG("error_code") " AS last_error," LAST_LOG("reason") " AS last_reason"
        TASKS_OF_FILTER
        " ORDER BY t.id DESC LIMIT ?";
    /* clang-format on */
    struct task_row row;

    if (!app_key_ok(f->app_key) || (f->after && !ulid_is(f->after)))
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
                                                         .each = each,
                                                         .arg = arg });
    db_end(db);
    return err;
}

enum pay_err notify_task_count(struct db *db, const struct task_filter *f, int64_t *count)
{
    static const char SQL[] = "SELECT COUNT(*)" TASKS_OF_FILTER;
    const struct db_param in[] = {
        DB_OPT(f->app_key), DB_OPT(f->app_key), DB_NUM(f->status),
        DB_NUM(f->status),  DB_OPT(f->after),   DB_OPT(f->after),
    };

    enum pay_err err = db_number(db, SQL, DB_LIST(in), count);
    db_end(db);
    return err;
}

struct resend_row {
    int64_t id, status, claimed;
    char schedule[1021];
};
static const struct db_column RESEND_COLUMNS[] = {
    DB_COLUMN(struct resend_row, id),
    DB_COLUMN(struct resend_row, status),
    DB_COLUMN(struct resend_row, claimed),
    DB_COLUMN(struct resend_row, schedule),
};
#define RESEND_SELECT \
    "SELECT t.id, t.status, t.claim_token <> 0 AND t.next_notify_time > UTC_TIMESTAMP(3)" \
    " AS claimed, a.notify_schedule AS schedule" \
    " FROM notify_task t JOIN pay_app a ON a.id = t.app_id"

/* notify_times goes on counting (each try has its log row); the room for tries grows instead, set
 * before status, which it reads. A token left by a dead runner stays: its try is logged later. */
static enum pay_err resend_row(struct db *db, const struct resend_row *row, int64_t after_us)
{
    /* clang-format off */
    static const char SQL[] =
        "UPDATE notify_task"
        "   SET max_notify_times ="
        "         IF(status = " STATE(NOTIFY_FAILURE) ", notify_times + ?, max_notify_times),"
        "       status = " STATE(NOTIFY_WAITING) ", lane = 1, manual = 1, parked_since = NULL,"
        "       next_notify_time = UTC_TIMESTAMP(3) + INTERVAL ? MICROSECOND"
        " WHERE id = ?";
    /* clang-format on */
    struct notify_schedule schedule;

    if (!notify_schedule_parse(row->schedule, &schedule))
        schedule.gaps = 0;
    const struct db_param in[] = {
        DB_NUM((int64_t)schedule.gaps + 1),
        DB_NUM(after_us),
        DB_NUM(row->id),
    };
    return db_exec(db, SQL, DB_LIST(in), NULL);
}

struct resend {
    const struct actor *actor;
    const char *no;
};

static enum pay_err resend_work(struct db *db, void *arg)
{
    static const char SQL[] = RESEND_SELECT " WHERE t.no = ? FOR UPDATE";
    const struct resend *w = arg;
    struct resend_row row;
    const struct db_param in[] = { DB_STR(w->no) };

    enum pay_err err = db_select(
        db,
        &(struct db_query){
            .sql = SQL, .in = in, .n = COUNT(in), .shape = DB_SHAPE(RESEND_COLUMNS), .row = &row });
    if (err != PAY_OK)
        return err == PAY_NO_ROW ? PAY_NOT_FOUND : err;
    if (row.status == NOTIFY_SUCCESS || row.claimed)
        return row.claimed ? PAY_WRONG_STATE : PAY_CONFLICT;
    err = resend_row(db, &row, 0);
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

/* ---- many at once */

#define RESEND_BATCH 100

struct resend_batch {
    const struct resend_many *many;
    int64_t after, sent; /* the last id looked at; how many before this batch */
    struct resend_row rows[RESEND_BATCH];
    size_t count;
};

static enum pay_err batch_take(void *arg, void *row)
{
    struct resend_batch *b = arg;

    b->rows[b->count++] = *(const struct resend_row *)row;
    return PAY_OK;
}

static enum pay_err batch_read(struct db *db, struct resend_batch *b)
{
    static const char SQL[] = RESEND_SELECT
        " WHERE t.id > ? AND t.status = ? AND t.claim_token = 0 AND (? IS NULL OR a.app_key = ?)"
        " AND (? IS NULL OR t.create_time >= ?) AND (? IS NULL OR t.create_time < ?)"
        " ORDER BY t.id LIMIT 100 FOR UPDATE SKIP LOCKED";
    const struct resend_many *m = b->many;
    const struct db_param in[] = {
        DB_NUM(b->after), DB_NUM(m->status), DB_OPT(m->app_key), DB_OPT(m->app_key),
        DB_WHEN(m->from), DB_WHEN(m->from),  DB_WHEN(m->to),     DB_WHEN(m->to),
    };
    struct resend_row row;

    b->count = 0;
    return db_select(db, &(struct db_query){ .sql = SQL,
                                             .in = in,
                                             .n = COUNT(in),
                                             .shape = DB_SHAPE(RESEND_COLUMNS),
                                             .row = &row,
                                             .each = batch_take,
                                             .arg = b });
}

/* Spread over time, so that no merchant gets all it missed at once. */
static enum pay_err batch_work(struct db *db, void *arg)
{
    struct resend_batch *b = arg;

    enum pay_err err = batch_read(db, b);
    for (size_t i = 0; err == PAY_OK && !b->many->dry && i < b->count; i++)
        err = resend_row(db, &b->rows[i], (b->sent + (int64_t)i) * 1000000 / b->many->rate);
    return err;
}

static enum pay_err many_log(struct db *db, void *arg)
{
    const struct resend_many *m = arg;

    return admin_log_add(db, m->actor->who, "notify.resend", str_or(m->app_key, "all apps"),
                         m->actor->why);
}

enum pay_err notify_tasks_resend(struct db *db, const struct resend_many *many, int64_t *count)
{
    static struct resend_batch batch;
    struct resend_many copy = *many;

    *count = 0;
    if (!app_key_ok(many->app_key))
        return PAY_NOT_FOUND;
    batch = (struct resend_batch){ .many = many };
    enum pay_err err = many->dry ? PAY_OK : db_txn(db, many_log, &copy);
    while (err == PAY_OK) {
        err = db_txn(db, batch_work, &batch);
        if (err != PAY_OK || batch.count == 0)
            break;
        batch.after = batch.rows[batch.count - 1].id;
        batch.sent += (int64_t)batch.count;
        *count = batch.sent;
    }
    return err;
}
