/* notify_queue.c - the queue's smaller questions: what is due, handing back, the clock. */
#include "notify/notify_queue.h"
#include "base/text.h"

#define HAND_BACK_MAX 64

static const char SQL_HAND_BACK[] =
    "UPDATE JSON_TABLE(?, '$[*]'"
    "                  COLUMNS (id BIGINT UNSIGNED PATH '$[0]', token BIGINT PATH '$[1]')) j"
    "  STRAIGHT_JOIN notify_task t ON t.id = j.id AND t.claim_token = j.token"
    "   SET t.claim_token = 0, t.notify_times = t.notify_times - 1,"
    "       t.parked_since = IF(? > 0, UTC_TIMESTAMP(3), NULL),"
    "       t.next_notify_time = UTC_TIMESTAMP(3) + INTERVAL ? MICROSECOND";

struct handing_back {
    struct text *list;
    int64_t wait_ms;
};

static enum pay_err hand_back(struct db *db, void *arg)
{
    const struct handing_back *back = arg;
    const struct db_param in[] = {
        DB_BIN(back->list->at, back->list->len),
        DB_NUM(back->wait_ms),
        DB_NUM(back->wait_ms * 1000),
    };
    return db_exec(db, SQL_HAND_BACK, DB_LIST(in), NULL);
}

enum pay_err notify_hand_back(struct db *db, const struct notify_lease *leases, size_t count,
                              int64_t wait_ms)
{
    char room[HAND_BACK_MAX * 48];
    enum pay_err err = PAY_OK;

    for (size_t i = 0; i < count && err == PAY_OK;) {
        struct text list = TEXT(room);
        for (size_t n = 0; n < HAND_BACK_MAX && i < count; n++, i++)
            text_addf(&list, "%s[%lld,%lld]", n ? "," : "[", (long long)leases[i].task_id,
                      (long long)leases[i].token);
        text_add_char(&list, ']');
        err = db_txn(db, hand_back, &(struct handing_back){ &list, wait_ms });
    }
    return err;
}

/* clang-format off */
static const char SQL_IS_DUE[] =
    "SELECT EXISTS (SELECT 1 FROM notify_task FORCE INDEX (idx_due)"
    "                WHERE status = " STATE(NOTIFY_WAITING) " AND lane = 0"
    "                  AND next_notify_time <= UTC_TIMESTAMP(3)) AS lane_0,"
    "       EXISTS (SELECT 1 FROM notify_task FORCE INDEX (idx_due)"
    "                WHERE status = " STATE(NOTIFY_WAITING) " AND lane = 1"
    "                  AND next_notify_time <= UTC_TIMESTAMP(3)) AS lane_1";
/* clang-format on */

struct due_row {
    int64_t lane_0, lane_1;
};

enum pay_err notify_is_due(struct db *db, bool due[2])
{
    static const struct db_column COLUMNS[] = {
        DB_COLUMN(struct due_row, lane_0),
        DB_COLUMN(struct due_row, lane_1),
    };
    struct due_row row = { 0, 0 };
    enum pay_err err = db_select(db, &(const struct db_query){
                                         .sql = SQL_IS_DUE,
                                         .shape = DB_SHAPE(COLUMNS),
                                         .row = &row,
                                     });
    db_end(db);
    due[0] = row.lane_0 != 0;
    due[1] = row.lane_1 != 0;
    return err;
}

/* clang-format off */
static const char SQL_LIST_DUE[] =
    "SELECT id, app_id, lane, notify_times, max_notify_times,"
    "       TIMESTAMPDIFF(MICROSECOND, next_notify_time, UTC_TIMESTAMP(3)) DIV 1000 AS late_ms,"
    "       no, event, notify_url"
    "  FROM notify_task FORCE INDEX (idx_due)"
    " WHERE status = " STATE(NOTIFY_WAITING) " AND lane = ?"
    "   AND next_notify_time <= UTC_TIMESTAMP(3)"
    " ORDER BY next_notify_time"
    " LIMIT ?";
/* clang-format on */

enum pay_err notify_list_due(struct db *db, int64_t limit, db_each *each, void *arg)
{
    static const struct db_column COLUMNS[] = {
        DB_COLUMN(struct notify_listed, id),
        DB_COLUMN(struct notify_listed, app_id),
        DB_COLUMN(struct notify_listed, lane),
        DB_COLUMN(struct notify_listed, notify_times),
        DB_COLUMN(struct notify_listed, max_notify_times),
        DB_COLUMN(struct notify_listed, late_ms),
        DB_COLUMN(struct notify_listed, no),
        DB_COLUMN(struct notify_listed, event),
        DB_COLUMN(struct notify_listed, notify_url),
    };
    static struct notify_listed row;
    enum pay_err err = PAY_OK;

    for (int64_t lane = 0; lane < 2 && err == PAY_OK; lane++) {
        const struct db_param in[] = { DB_NUM(lane), DB_NUM(limit) };
        err = db_select(db, &(const struct db_query){
                                .sql = SQL_LIST_DUE,
                                .in = in,
                                .n = COUNT(in),
                                .shape = DB_SHAPE(COLUMNS),
                                .row = &row,
                                .each = each,
                                .arg = arg,
                            });
    }
    db_end(db);
    return err;
}

static const char SQL_SCHEDULE[] = "SELECT notify_schedule FROM pay_app WHERE id = ?";

struct schedule_row {
    char notify_schedule[1021];
};

enum pay_err notify_app_schedule(struct db *db, int64_t app_id, struct notify_schedule *out)
{
    static const struct db_column COLUMNS[] = { DB_COLUMN(struct schedule_row, notify_schedule) };
    const struct db_param in[] = { DB_NUM(app_id) };
    struct schedule_row row = { "" };
    enum pay_err err = db_select(db, &(const struct db_query){
                                         .sql = SQL_SCHEDULE,
                                         .in = in,
                                         .n = COUNT(in),
                                         .shape = DB_SHAPE(COLUMNS),
                                         .row = &row,
                                     });
    db_end(db);
    if (!notify_schedule_parse(row.notify_schedule, out) && !notify_schedule_parse("long", out))
        *out = (struct notify_schedule){ .gaps = 0 };
    return err;
}
