/* story_private.h - what the time lines of orders, refunds and transfers share: the SQL of events
 * that several have. Each is a part of one SELECT; `t` in it are the notifications. */
#ifndef WATCH_STORY_PRIVATE_H
#define WATCH_STORY_PRIVATE_H

#include "notify/notify_endpoint.h"
#include "notify/notify_state.h"
#include "watch/story.h"

struct story_query {
    const char *sql; /* every ? but the last is the id */
    int64_t id;
    size_t ids;
};
MUST_USE enum pay_err story_select(struct db *db, const struct story_query *query, db_each *each,
                                   void *arg);

/* clang-format off */
#define STORY_BEGIN "SELECT time, what, about, text, COUNT(*) OVER () AS `all` FROM ("
#define STORY_END ") x ORDER BY time, k LIMIT ?"
#define STEP_OF(log, states) \
    STATE_CASE(log "from_status", states) ", ' -> ', " STATE_CASE(log "to_status", states)
/* What an event did to a wallet. */
#define WALLET_ROW \
    "l.create_time, 4, 'wallet', l.no, CONCAT(IF(l.account = 'wallet', ''," \
    " CONCAT(l.account, ': ')), l.kind, IF(l.price > 0, ' +', ' '), l.price, ' ', l.currency," \
    " IFNULL(CONCAT(', balance ', l.balance), ''))"
#define IS_WALLET_ROW "l.account IN ('wallet', 'frozen', 'shortfall')"
#define EVENT_TASK \
    " UNION ALL SELECT create_time, 5, 'notification', no," \
    " CONCAT(event, ' to ', notify_url, ': '," \
    " " STATE_CASE("status", NOTIFY_STATES) ", IF(status = " STATE(NOTIFY_WAITING) "," \
    " CONCAT(', next ', next_notify_time, IFNULL(CONCAT(', put off since ', parked_since), ''))," \
    " '')) FROM t"
#define EVENT_DELIVERY \
    " UNION ALL SELECT l.create_time, 6, 'delivery', t.no, CONCAT('try ', l.notify_times, ' ('," \
    " l.cause, '): ', l.error_code, IFNULL(CONCAT(' (', l.reason, ')'), '')," \
    " IFNULL(CONCAT(', HTTP ', l.http_status), '')," \
    " IFNULL(CONCAT(' from ', l.peer_address), ''), IFNULL(CONCAT(' in ', l.duration_ms, ' ms')," \
    " ''), IFNULL(CONCAT(': ', LEFT(l.response, 200)), ''))" \
    " FROM t JOIN notify_log l ON l.task_id = t.id"
#define EVENT_HOST \
    " UNION ALL SELECT DISTINCT e.open_since, 6, 'host'," \
    " " NOTIFY_ORIGIN ", CONCAT('does not answer since then, '," \
    " e.consecutive_fail, ' failures in a row; the next probe ', e.open_until)" \
    " FROM t JOIN notify_endpoint e ON " NOTIFY_IS_HOST_OF_TASK \
    " WHERE e.open_since IS NOT NULL AND t.status = " STATE(NOTIFY_WAITING)
/* Any sender that knows the number can send refused ones: only the latest 20 are shown. `c` is
 * callback_log, and what it is joined to follows, then which rows. */
#define CALLBACKS(about, from) \
    "SELECT c.create_time, 3, 'callback', " about ", CONCAT(c.verdict, ' from '," \
    " c.remote_address, ': ', LEFT(c.body, 400)) FROM callback_log c " from " AND"
#define EVENT_CALLBACK(about, from) \
    " UNION ALL (" CALLBACKS(about, from) " c.believed <> 0)" \
    " UNION ALL (" CALLBACKS(about, from) " c.believed = 0 ORDER BY c.id DESC LIMIT 20)"
/* The numbers follow, as a list or a SELECT in brackets. */
#define ALERTS_ABOUT \
    " UNION ALL SELECT create_time, 7, 'alert', about, CONCAT(kind, ' x', times, ': ', text," \
    " IFNULL(CONCAT(' (closed by ', closed_by, ')'), '')) FROM pay_alert WHERE about IN"
/* clang-format on */

#endif
