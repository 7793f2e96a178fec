/* story.c - the SQL of an order's time line, and how its rows become lines. */
#include "watch/story.h"

#include <string.h>

#include "base/json_text.h"
#include "notify/notify_endpoint.h"
#include "notify/notify_state.h"
#include "order/order_state.h"

static const struct view_member EVENT_MEMBERS[] = {
    VIEW_MEMBER(struct story_event, time, VIEW_TIME, "time", VIEW_ALWAYS),
    VIEW_MEMBER(struct story_event, what, VIEW_TEXT, "what", VIEW_ALWAYS),
    VIEW_MEMBER(struct story_event, about, VIEW_TEXT, "about", VIEW_UNLESS_EMPTY),
    VIEW_MEMBER(struct story_event, text, VIEW_TEXT, "text", VIEW_UNLESS_EMPTY),
};
const struct view STORY_EVENT_VIEW = VIEW_SHOWS_ALL(EVENT_MEMBERS);

static const struct db_column KEY_COLUMNS[] = {
    DB_COLUMN(struct story_key, id),
    DB_COLUMN(struct story_key, no),
};

struct found {
    struct story_key *first;
    int count;
};

static enum pay_err found_one(void *arg, void *row)
{
    struct found *found = arg;

    if (found->count++ == 0)
        *found->first = *(const struct story_key *)row;
    return PAY_OK;
}

static enum pay_err find(struct db *db, const char *sql, const struct db_param *in, size_t n,
                         struct story_key *out)
{
    struct story_key row;
    struct found found = { out, 0 };

    enum pay_err err = db_select(db, &(struct db_query){ .sql = sql,
                                                         .in = in,
                                                         .n = n,
                                                         .shape = DB_SHAPE(KEY_COLUMNS),
                                                         .row = &row,
                                                         .each = found_one,
                                                         .arg = &found });
    db_end(db);
    if (err != PAY_OK)
        return err;
    return found.count == 0 ? PAY_NOT_FOUND : found.count > 1 ? PAY_CONFLICT : PAY_OK;
}

enum pay_err story_find(struct db *db, const char *number, const char *app_key,
                        struct story_key *out)
{
    static const char OURS[] =
        "SELECT id, no FROM pay_order WHERE no = ?"
        " UNION SELECT o.id, o.no FROM pay_order_extension e JOIN pay_order o ON o.id = e.order_id"
        " WHERE e.no = ?"
        " UNION SELECT o.id, o.no FROM notify_task t JOIN pay_order o ON o.id = t.data_id"
        " WHERE t.type = " STATE(NOTIFY_ORDER) " AND t.no = ?";
    static const char THEIRS[] =
        "SELECT o.id, o.no FROM pay_app a"
        " STRAIGHT_JOIN pay_order o ON o.app_id = a.id AND o.merchant_order_id = ?"
        " WHERE ? IS NULL OR a.app_key = ? LIMIT 2";
    const struct db_param ours[] = { DB_STR(number), DB_STR(number), DB_STR(number) };
    const struct db_param theirs[] = { DB_STR(number), DB_OPT(app_key), DB_OPT(app_key) };
    enum pay_err err = PAY_NOT_FOUND;

    if (ulid_is(number))
        err = find(db, OURS, DB_LIST(ours), out);
    bool fits = str_is(number, ALPHA_MERCHANT_NO, 1, 64) &&
                (!app_key || str_is(app_key, ALPHA_NONCE, 1, 64));
    return err == PAY_NOT_FOUND && fits ? find(db, THEIRS, DB_LIST(theirs), out) : err;
}

/* One SELECT per kind of thing that happened; ? is the order's id in each. */
#define STEP_OF(log, states) \
    STATE_CASE(log "from_status", states) ", ' -> ', " STATE_CASE(log "to_status", states)
#define EVENT_ORDER \
    "SELECT create_time AS time, 1 AS k, 'order' AS what, no AS about," \
    " CONCAT('opened: ', price, ' ', currency," \
    " ', merchant_order_id ', merchant_order_id, ', expires ', expire_time) AS text" \
    " FROM pay_order WHERE id = ?"
#define EVENT_ATTEMPT \
    " UNION ALL SELECT create_time, 2, 'attempt', no," \
    " CONCAT(IF(of_id, 'a second payment of an attempt on ', 'begun on '), channel_code," \
    " ' (channel ', channel_id, IFNULL(CONCAT('), shown as ', display_mode), ')')," \
    " IFNULL(CONCAT(', channel said ', channel_error_code, ' ', channel_error_msg), ''))" \
    " FROM pay_order_extension WHERE order_id = ?"
/* Any sender that knows the number can send refused ones: only the latest 20 are shown. */
#define CALLBACKS \
    "SELECT c.create_time, 3, 'callback', e.no, CONCAT(c.verdict, ' from '," \
    " c.remote_address, ': ', LEFT(c.body, 400)) FROM callback_log c" \
    " JOIN pay_order_extension e ON e.id = c.extension_id WHERE e.order_id = ? AND"
#define EVENT_CALLBACK \
    " UNION ALL (" CALLBACKS " c.believed <> 0)" \
    " UNION ALL (" CALLBACKS " c.believed = 0 ORDER BY c.id DESC LIMIT 20)"
/* clang-format off */
#define EVENT_STATE \
    " UNION ALL SELECT create_time, 4, 'state', kind, CONCAT(" STEP_OF("", ORDER_STATES) ")" \
    " FROM status_log WHERE kind = 'order' AND data_id = ?" \
    " UNION ALL SELECT s.create_time, 4, 'state', e.no, CONCAT('attempt ', " \
    STEP_OF("s.", ATTEMPT_STATES) ") FROM pay_order_extension e" \
    " JOIN status_log s ON s.kind = 'attempt' AND s.data_id = e.id WHERE e.order_id = ?"
#define EVENT_TASK \
    " UNION ALL SELECT create_time, 5, 'notification', no," \
    " CONCAT(event, ' to ', notify_url, ': '," \
    " " STATE_CASE("status", NOTIFY_STATES) ", IF(status = " STATE(NOTIFY_WAITING) "," \
    " CONCAT(', next ', next_notify_time, IFNULL(CONCAT(', put off since ', parked_since), ''))," \
    " ''))" \
    " FROM notify_task WHERE type = " STATE(NOTIFY_ORDER) " AND data_id = ?"
/* clang-format on */
#define EVENT_DELIVERY \
    " UNION ALL SELECT l.create_time, 6, 'delivery', t.no, CONCAT('try ', l.notify_times, ' ('," \
    " l.cause, '): ', l.error_code, IFNULL(CONCAT(' (', l.reason, ')'), '')," \
    " IFNULL(CONCAT(', HTTP ', l.http_status), '')," \
    " IFNULL(CONCAT(' from ', l.peer_address), ''), IFNULL(CONCAT(' in ', l.duration_ms, ' ms')," \
    " ''), IFNULL(CONCAT(': ', LEFT(l.response, 200)), ''))" \
    " FROM notify_task t JOIN notify_log l ON l.task_id = t.id" \
    " WHERE t.type = " STATE(NOTIFY_ORDER) " AND t.data_id = ?"
#define EVENT_HOST \
    " UNION ALL SELECT DISTINCT e.open_since, 6, 'host'," \
    " " NOTIFY_ORIGIN ", CONCAT('does not answer since then, '," \
    " e.consecutive_fail, ' failures in a row; the next probe ', e.open_until)" \
    " FROM notify_task t JOIN notify_endpoint e ON " NOTIFY_IS_HOST_OF_TASK \
    " WHERE t.type = " STATE(NOTIFY_ORDER) " AND t.data_id = ? AND e.open_since IS NOT NULL" \
                                           " AND t.status = " STATE(NOTIFY_WAITING)
#define EVENT_ALERT \
    " UNION ALL SELECT create_time, 7, 'alert', about, CONCAT(kind, ' x', times, ': ', text," \
    " IFNULL(CONCAT(' (closed by ', closed_by, ')'), '')) FROM pay_alert WHERE about IN" \
    " (SELECT no FROM pay_order WHERE id = ?" \
    " UNION SELECT no FROM pay_order_extension WHERE order_id = ?" \
    " UNION SELECT no FROM notify_task WHERE type = " STATE(NOTIFY_ORDER) " AND data_id = ?)"

static const struct db_column EVENT_COLUMNS[] = {
    DB_COLUMN_TIME(struct story_event, time), DB_COLUMN(struct story_event, what),
    DB_COLUMN(struct story_event, about),     DB_COLUMN(struct story_event, text),
    DB_COLUMN(struct story_event, all),
};

struct story_each {
    db_each *each;
    void *arg;
};

/* A callback is shown without its signature. */
static enum pay_err story_each(void *arg, void *row)
{
    const struct story_each *e = arg;
    struct story_event *event = row;
    char masked[sizeof(event->text)];
    struct text t = TEXT(masked);

    if (str_eq(event->what, "callback")) {
        json_mask(&t, event->text, "sign");
        memcpy(event->text, masked, sizeof(masked));
    }
    return e->each(e->arg, event);
}

enum pay_err story_read(struct db *db, int64_t order_id, db_each *each, void *arg)
{
    static const char SQL[] =
        "SELECT time, what, about, text, COUNT(*) OVER () AS `all` FROM (" EVENT_ORDER EVENT_ATTEMPT
            EVENT_CALLBACK EVENT_STATE EVENT_TASK EVENT_DELIVERY EVENT_HOST EVENT_ALERT
        ") x ORDER BY time, k LIMIT ?";
    const struct db_param in[] = {
        DB_NUM(order_id),         DB_NUM(order_id), DB_NUM(order_id), DB_NUM(order_id),
        DB_NUM(order_id),         DB_NUM(order_id), DB_NUM(order_id), DB_NUM(order_id),
        DB_NUM(order_id),         DB_NUM(order_id), DB_NUM(order_id), DB_NUM(order_id),
        DB_NUM(STORY_EVENTS_MAX),
    };
    struct story_event row;
    struct story_each e = { each, arg };

    enum pay_err err = db_select(db, &(struct db_query){ .sql = SQL,
                                                         .in = in,
                                                         .n = COUNT(in),
                                                         .shape = DB_SHAPE(EVENT_COLUMNS),
                                                         .row = &row,
                                                         .each = story_each,
                                                         .arg = &e });
    db_end(db);
    return err;
}
