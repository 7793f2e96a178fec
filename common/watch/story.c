/* story.c - the SQL of an order's time line, and how its rows become lines. */
#include "watch/story.h"

#include <string.h>

#include "base/form.h"
#include "base/json_text.h"
#include "io/db/db_only.h"
#include "order/order_state.h"
#include "refund/refund_state.h"
#include "watch/story_private.h"

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

static enum pay_err story_key_find(struct db *db, const char *sql, const struct db_param *in,
                                   size_t n, struct story_key *out)
{
    struct story_key row;
    const struct db_query query = {
        .sql = sql, .in = in, .n = n, .shape = DB_SHAPE(KEY_COLUMNS), .row = &row
    };

    return db_only(db, &query, sizeof(row), out);
}

enum pay_err story_find(struct db *db, const char *number, const char *app_key,
                        struct story_key *out)
{
    /* clang-format off */
    static const char OURS[] =
        "SELECT id, no FROM pay_order WHERE no = ?"
        " UNION SELECT o.id, o.no FROM pay_order_extension e JOIN pay_order o ON o.id = e.order_id"
        " WHERE e.no = ?"
        " UNION SELECT o.id, o.no FROM pay_refund r JOIN pay_order o ON o.id = r.order_id"
        " WHERE r.no = ?"
        " UNION SELECT o.id, o.no FROM notify_task t JOIN pay_order o ON o.id = t.data_id"
        " WHERE t.type = " STATE(NOTIFY_ORDER) " AND t.no = ?"
        " UNION SELECT o.id, o.no FROM notify_task t JOIN pay_refund r ON r.id = t.data_id"
        " JOIN pay_order o ON o.id = r.order_id"
        " WHERE t.type = " STATE(NOTIFY_REFUND) " AND t.no = ?";
    /* clang-format on */
    static const char THEIRS[] =
        "SELECT id, no FROM (SELECT o.id, o.no FROM pay_app a"
        " STRAIGHT_JOIN pay_order o ON o.app_id = a.id AND o.merchant_order_id = ?"
        " WHERE ? IS NULL OR a.app_key = ?"
        " UNION SELECT o.id, o.no FROM pay_app a"
        " STRAIGHT_JOIN pay_refund r ON r.app_id = a.id AND r.merchant_refund_id = ?"
        " STRAIGHT_JOIN pay_order o ON o.id = r.order_id"
        " WHERE ? IS NULL OR a.app_key = ?) x LIMIT 2";
    const struct db_param ours[] = {
        DB_STR(number), DB_STR(number), DB_STR(number), DB_STR(number), DB_STR(number),
    };
    const struct db_param theirs[] = {
        DB_STR(number), DB_OPT(app_key), DB_OPT(app_key),
        DB_STR(number), DB_OPT(app_key), DB_OPT(app_key),
    };
    enum pay_err err = PAY_NOT_FOUND;

    if (ulid_is(number))
        err = story_key_find(db, OURS, DB_LIST(ours), out);
    bool fits = str_is(number, ALPHA_MERCHANT_NO, 1, 64) &&
                (!app_key || str_is(app_key, ALPHA_NONCE, 1, 64));
    return err == PAY_NOT_FOUND && fits ? story_key_find(db, THEIRS, DB_LIST(theirs), out) : err;
}

/* One SELECT per kind of thing that happened; ? is the order's id in each. */
#define EVENT_ORDER \
    "SELECT create_time AS time, 1 AS k, 'order' AS what, no AS about," \
    " CONCAT('opened: ', price, ' ', currency, IF(kind = 'recharge'," \
    " CONCAT(', a recharge with a bonus of ', bonus_price), '')," \
    " ', merchant_order_id ', merchant_order_id, ', expires ', expire_time) AS text" \
    " FROM pay_order WHERE id = ?"
#define EVENT_ATTEMPT \
    " UNION ALL SELECT create_time, 2, 'attempt', no," \
    " CONCAT(IF(of_id, 'a second payment of an attempt on ', 'begun on '), channel_code," \
    " ' (channel ', channel_id, IFNULL(CONCAT('), shown as ', display_mode), ')')," \
    " IFNULL(CONCAT(', channel said ', channel_error_code, ' ', channel_error_msg), ''))" \
    " FROM pay_order_extension WHERE order_id = ?"
/* clang-format off */
#define EVENT_REFUND \
    " UNION ALL SELECT create_time, 2, 'refund', no, CONCAT(refund_price, ' ', currency," \
    " IF(cause = 'merchant', CONCAT(', merchant_refund_id ', merchant_refund_id)," \
    " CONCAT(', by itself: ', cause)), IFNULL(CONCAT(', ', reason), '')," \
    " IFNULL(CONCAT(', channel said ', channel_error_code), '')," \
    " IFNULL(CONCAT(' ', channel_error_msg), ''), IF(status = " STATE(REFUND_WAITING) "," \
    " CONCAT(', the channel is asked ', next_sync_time), ''))" \
    " FROM pay_refund WHERE order_id = ?"
#define OF_THE_ORDER "JOIN pay_order_extension e ON e.id = c.extension_id WHERE e.order_id = ?"
#define EVENT_ORDER_CALLBACKS EVENT_CALLBACK("IFNULL(c.out_no, e.no)", OF_THE_ORDER)
#define EVENT_ORDER_STATE \
    " UNION ALL SELECT create_time, 4, 'state', kind, CONCAT(" STEP_OF("", ORDER_STATES) ")" \
    " FROM status_log WHERE kind = 'order' AND data_id = ?" \
    " UNION ALL SELECT s.create_time, 4, 'state', e.no, CONCAT('attempt ', " \
    STEP_OF("s.", ATTEMPT_STATES) ") FROM pay_order_extension e" \
    " JOIN status_log s ON s.kind = 'attempt' AND s.data_id = e.id WHERE e.order_id = ?" \
    " UNION ALL SELECT s.create_time, 4, 'state', r.no, CONCAT('refund ', " \
    STEP_OF("s.", REFUND_STATES) ") FROM pay_refund r" \
    " JOIN status_log s ON s.kind = 'refund' AND s.data_id = r.id WHERE r.order_id = ?"
/* Notifications of the order, and of its refunds. */
#define ORDER_TASKS \
    "WITH t AS (SELECT id, no, app_id, event, notify_url, status, next_notify_time," \
    " parked_since, create_time FROM notify_task" \
    " WHERE type = " STATE(NOTIFY_ORDER) " AND data_id = ?" \
    " UNION ALL SELECT k.id, k.no, k.app_id, k.event, k.notify_url, k.status," \
    " k.next_notify_time, k.parked_since, k.create_time FROM pay_refund r STRAIGHT_JOIN" \
    " notify_task k ON k.type = " STATE(NOTIFY_REFUND) " AND k.data_id = r.id" \
    " WHERE r.order_id = ?) "
#define EVENT_ORDER_WALLET \
    " UNION ALL SELECT " WALLET_ROW " FROM ledger_entry l" \
    " WHERE l.biz_type = 'order' AND l.biz_id = ? AND " IS_WALLET_ROW \
    " UNION ALL SELECT " WALLET_ROW " FROM pay_refund r JOIN ledger_entry l" \
    " ON l.biz_type IN ('refund', 'freeze') AND l.biz_id = r.id AND " IS_WALLET_ROW \
    " WHERE r.order_id = ?"
#define EVENT_ORDER_ALERT \
    ALERTS_ABOUT \
    " (SELECT no FROM pay_order WHERE id = ?" \
    " UNION SELECT no FROM pay_order_extension WHERE order_id = ?" \
    " UNION SELECT no FROM pay_refund WHERE order_id = ?" \
    " UNION SELECT no FROM t)"
/* clang-format on */

static const struct db_column EVENT_COLUMNS[] = {
    DB_COLUMN_TIME(struct story_event, time), DB_COLUMN(struct story_event, what),
    DB_COLUMN(struct story_event, about),     DB_COLUMN(struct story_event, text),
    DB_COLUMN(struct story_event, all),
};

#define IDS_IN_ORDER_STORY 15 /* the order's id, in story_sql */

struct story_each {
    db_each *each;
    void *arg;
};

/* A callback, JSON or a form, is shown without its signature. */
static void sign_mask(struct story_event *event)
{
    char json[sizeof(event->text)], form[sizeof(event->text)];
    struct text of_json = TEXT(json), of_form = TEXT(form);

    json_mask(&of_json, event->text, "sign");
    form_mask(&of_form, json, "sign");
    memcpy(event->text, form, sizeof(form));
}

static enum pay_err story_each(void *arg, void *row)
{
    const struct story_each *e = arg;
    struct story_event *event = row;

    if (str_eq(event->what, "callback"))
        sign_mask(event);
    return e->each(e->arg, event);
}

/* In two parts, since a literal may have 4095 characters; whole once, as a statement is known by
 * its address. */
static const char *story_sql(void)
{
    static const char THINGS[] = ORDER_TASKS STORY_BEGIN EVENT_ORDER EVENT_ATTEMPT EVENT_REFUND
        EVENT_ORDER_CALLBACKS EVENT_ORDER_STATE;
    static const char NEWS[] =
        EVENT_ORDER_WALLET EVENT_TASK EVENT_DELIVERY EVENT_HOST EVENT_ORDER_ALERT STORY_END;
    static char whole[sizeof(THINGS) + sizeof(NEWS)];
    struct text sql = TEXT(whole);

    if (*whole == '\0') {
        text_add(&sql, THINGS);
        text_add(&sql, NEWS);
    }
    return whole;
}

enum pay_err story_select(struct db *db, const struct story_query *query, db_each *each, void *arg)
{
    struct db_param in[IDS_IN_ORDER_STORY + 1];
    const struct db_param id = DB_NUM(query->id), most = DB_NUM(STORY_EVENTS_MAX);
    struct story_event row;
    struct story_each e = { each, arg };

    if (query->ids > IDS_IN_ORDER_STORY)
        return PAY_FAULT;
    for (size_t i = 0; i < query->ids; i++)
        in[i] = id;
    in[query->ids] = most;
    enum pay_err err = db_select(db, &(struct db_query){ .sql = query->sql,
                                                         .in = in,
                                                         .n = query->ids + 1,
                                                         .shape = DB_SHAPE(EVENT_COLUMNS),
                                                         .row = &row,
                                                         .each = story_each,
                                                         .arg = &e });
    db_end(db);
    return err;
}

enum pay_err story_read(struct db *db, int64_t order_id, db_each *each, void *arg)
{
    return story_select(db, &(struct story_query){ story_sql(), order_id, IDS_IN_ORDER_STORY },
                        each, arg);
}
