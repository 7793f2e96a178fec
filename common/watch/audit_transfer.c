/* audit_transfer.c - the proofs about transfers. */
#include "notify/notify_state.h"
#include "settle/verdict.h"
#include "transfer/transfer_state.h"
#include "watch/audit_private.h"

/* clang-format off */
const char AUDIT_TRANSFER_OPEN[] =
    "SELECT t.no AS about, CONCAT('is ', t.status, ', success_time ', IFNULL(t.success_time, '-'),"
    " ', asked next ', IFNULL(t.next_sync_time, '-')) AS text"
    " FROM " KEEP " JOIN pay_transfer t"
    " WHERE (t.status = " STATE(TRANSFER_SUCCESS) ") <> (t.success_time IS NOT NULL)"
    " OR (t.status IN " STATE_IN(TRANSFER_OPEN) ") <> (t.next_sync_time IS NOT NULL)";

const char AUDIT_TRANSFER_TOLD[] =
    TOLD_ONCE("transfer", NOTIFY_TRANSFER, STATE_IN(TRANSFER_OPEN), TRANSFER_SUCCESS);

/* A callback names its transfer, and the channel's number of it: another number has its alert. */
const char AUDIT_TRANSFER_CALLBACKS[] =
    "SELECT CONCAT('callback ', c.id) AS about, CONCAT(c.verdict, ': ', " BODY_SHOWN ", ' but"
    " transfer ', IFNULL(t.no, '(none)'), ' says ', IFNULL(t.status, '-'), ' ',"
    " IFNULL(t.price, '-')) AS text"
    " FROM " KEEP " JOIN callback_log c"
    " LEFT JOIN pay_transfer t ON t.no = CONVERT(" SAYS("transfer_no") " USING ascii)"
    " WHERE c.kind = 'transfer' AND c.verdict IN " VERDICT_IN(VERDICTS_AGREED) " AND"
    " c.create_time" KEPT " AND " SAYS("transfer_no") " IS NOT NULL"
    " AND NOT (t.channel_id <=> c.channel_id"
    " AND " SAYS("price") " <=> t.price"
    " AND " SAYS("currency") " <=> t.currency"
    " AND t.status = IF(" SAYS("status") " = 'SUCCESS', " STATE(TRANSFER_SUCCESS) ", "
    STATE(TRANSFER_CLOSED) ") AND (" SAYS("status") " <> 'SUCCESS' OR "
    SAYS("channel_transfer_no") " <=> t.channel_transfer_no OR EXISTS (SELECT 1 FROM pay_alert a"
    " WHERE a.kind = 'transferred_twice' AND (a.about = t.no OR " COUNTED_FOR("t.app_id") "))))";
/* clang-format on */
