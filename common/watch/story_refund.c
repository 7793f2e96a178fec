/* story_refund.c - the SQL of a refund's time line. */
#include "refund/refund_state.h"
#include "watch/story_private.h"

/* clang-format off */
#define REFUND_TASKS \
    "WITH t AS (SELECT id, no, app_id, event, notify_url, status, next_notify_time," \
    " parked_since, create_time FROM notify_task" \
    " WHERE type = " STATE(NOTIFY_REFUND) " AND data_id = ?) "
#define EVENT_REFUND_ITSELF \
    "SELECT create_time AS time, 1 AS k, 'refund' AS what, no AS about," \
    " CONCAT(refund_price, ' ', currency, ' on ', channel_code, ' (channel ', channel_id, ')'," \
    " IFNULL(CONCAT(', channel said ', channel_error_code), '')," \
    " IFNULL(CONCAT(' ', channel_error_msg), '')," \
    " IFNULL(CONCAT(', the channel is asked ', next_sync_time), '')) AS text" \
    " FROM pay_refund WHERE id = ?"
#define EVENT_REFUND_STATE \
    " UNION ALL SELECT create_time, 4, 'state', kind, CONCAT(" STEP_OF("", REFUND_STATES) ")" \
    " FROM status_log WHERE kind = 'refund' AND data_id = ?"
#define OF_THE_REFUND \
    "JOIN pay_refund r ON r.id = ? AND c.extension_id = r.extension_id AND c.out_no = r.no" \
    " WHERE true"
#define EVENT_REFUND_CALLBACKS EVENT_CALLBACK("c.out_no", OF_THE_REFUND)
#define EVENT_REFUND_WALLET \
    " UNION ALL SELECT " WALLET_ROW " FROM ledger_entry l" \
    " WHERE l.biz_type IN ('refund', 'freeze') AND l.biz_id = ? AND " IS_WALLET_ROW
#define EVENT_REFUND_ALERT \
    ALERTS_ABOUT " (SELECT no FROM pay_refund WHERE id = ? UNION SELECT no FROM t)"
/* clang-format on */

#define IDS_IN_REFUND_STORY 7

enum pay_err story_of_refund(struct db *db, int64_t refund_id, db_each *each, void *arg)
{
    static const char SQL[] =
        REFUND_TASKS STORY_BEGIN EVENT_REFUND_ITSELF EVENT_REFUND_CALLBACKS EVENT_REFUND_STATE
            EVENT_REFUND_WALLET EVENT_TASK EVENT_DELIVERY EVENT_HOST EVENT_REFUND_ALERT STORY_END;

    return story_select(db, &(struct story_query){ SQL, refund_id, IDS_IN_REFUND_STORY }, each,
                        arg);
}
