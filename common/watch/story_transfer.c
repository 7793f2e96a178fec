/* story_transfer.c - the SQL of a transfer's time line. */
#include "transfer/transfer_state.h"
#include "watch/story_private.h"

/* clang-format off */
#define TRANSFER_TASKS \
    "WITH t AS (SELECT id, no, app_id, event, notify_url, status, next_notify_time," \
    " parked_since, create_time FROM notify_task" \
    " WHERE type = " STATE(NOTIFY_TRANSFER) " AND data_id = ?) "
#define EVENT_TRANSFER \
    "SELECT create_time AS time, 1 AS k, 'transfer' AS what, no AS about," \
    " CONCAT(price, ' ', currency, ' on ', channel_code, ' (channel ', channel_id," \
    " '), merchant_transfer_id ', merchant_transfer_id," \
    " IFNULL(CONCAT(', channel said ', channel_error_code), '')," \
    " IFNULL(CONCAT(' ', channel_error_msg), '')," \
    " IFNULL(CONCAT(', the channel is asked ', next_sync_time), '')) AS text" \
    " FROM pay_transfer WHERE id = ?"
#define EVENT_TRANSFER_STATE \
    " UNION ALL SELECT create_time, 4, 'state', kind, CONCAT(" STEP_OF("", TRANSFER_STATES) ")" \
    " FROM status_log WHERE kind = 'transfer' AND data_id = ?"
#define OF_THE_TRANSFER \
    "JOIN pay_transfer t_ ON t_.id = ? AND c.extension_id IS NULL AND c.out_no = t_.no WHERE true"
#define EVENT_TRANSFER_CALLBACKS EVENT_CALLBACK("c.out_no", OF_THE_TRANSFER)
#define EVENT_TRANSFER_WALLET \
    " UNION ALL SELECT " WALLET_ROW " FROM ledger_entry l" \
    " WHERE l.biz_type = 'transfer' AND l.biz_id = ? AND " IS_WALLET_ROW
#define EVENT_TRANSFER_ALERT \
    ALERTS_ABOUT " (SELECT no FROM pay_transfer WHERE id = ? UNION SELECT no FROM t)"
/* clang-format on */

#define IDS_IN_TRANSFER_STORY 7

enum pay_err story_of_transfer(struct db *db, int64_t transfer_id, db_each *each, void *arg)
{
    static const char SQL[] = TRANSFER_TASKS STORY_BEGIN EVENT_TRANSFER EVENT_TRANSFER_CALLBACKS
        EVENT_TRANSFER_STATE EVENT_TRANSFER_WALLET EVENT_TASK EVENT_DELIVERY EVENT_HOST
            EVENT_TRANSFER_ALERT STORY_END;

    return story_select(db, &(struct story_query){ SQL, transfer_id, IDS_IN_TRANSFER_STORY }, each,
                        arg);
}
