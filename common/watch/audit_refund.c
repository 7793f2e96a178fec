/* audit_refund.c - the proofs about refunds. */
#include "notify/notify_state.h"
#include "order/order_state.h"
#include "refund/refund_state.h"
#include "settle/verdict.h"
#include "watch/audit_private.h"

/* clang-format off */
/* Refunds of a recharge take the bonus in the same share as the price, rounded down; the one that
 * takes the rest of the price takes the rest of the bonus. One that fails gives back what it took,
 * which may differ from its share by 1, until the next one is reserved. */
#define OF_OPEN(price) "SUM(IF(status = " STATE(REFUND_FAILURE) ", 0, " price "))"
const char AUDIT_REFUND_SUMS[] =
    "SELECT o.no AS about, CONCAT('refund_price ', o.refund_price, ' (refunds say ',"
    " IFNULL(r.done, 0),"
    " '), refunding_price ', o.refunding_price, ' (refunds say ', IFNULL(r.open, 0), ') of ',"
    " o.price) AS text"
    " FROM " KEEP " JOIN pay_order o LEFT JOIN (SELECT order_id,"
    " SUM(IF(status = " STATE(REFUND_SUCCESS) ", refund_price, 0)) AS done,"
    " SUM(IF(status = " STATE(REFUND_WAITING) ", refund_price, 0)) AS open"
    " FROM pay_refund WHERE cause = 'merchant' GROUP BY order_id) r ON r.order_id = o.id"
    " WHERE o.refund_price <> IFNULL(r.done, 0) OR o.refunding_price <> IFNULL(r.open, 0)"
    " OR o.refund_price + o.refunding_price > o.price"
    " OR (o.status = " STATE(ORDER_REFUND) ") <>"
    " (o.refund_price = o.price AND o.status IN " PAID ")"
    " UNION ALL SELECT e.no, CONCAT('automatic refunds of ', SUM(r.refund_price), ' for ',"
    " e.paid_price)"
    " FROM pay_refund r JOIN pay_order_extension e ON e.id = r.extension_id"
    " WHERE r.cause <> 'merchant' AND r.status <> " STATE(REFUND_FAILURE)
    " GROUP BY e.id, e.no, e.paid_price"
    " HAVING SUM(r.refund_price) > e.paid_price"
    " UNION ALL SELECT o.no, CONCAT('refunds of ', r.price, ' of ', o.price, ' take ', r.bonus,"
    " ' of the bonus ', o.bonus_price, ', the least of them ', r.least)"
    " FROM pay_order o JOIN (SELECT order_id, " OF_OPEN("refund_price") " AS price, "
    OF_OPEN("bonus_price") " AS bonus, MIN(bonus_price) AS least,"
    " SUM(version DIV 2 + (status = " STATE(REFUND_FAILURE) ")) AS failed"
    " FROM pay_refund WHERE cause = 'merchant' GROUP BY order_id) r ON r.order_id = o.id"
    " WHERE r.least < 0 OR r.bonus > o.bonus_price"
    " OR (r.price = o.price AND r.bonus <> o.bonus_price)"
    " OR ABS(r.bonus * o.price - o.bonus_price * r.price) > (1 + LEAST(r.failed, 100)) * o.price"
    " UNION ALL SELECT no, CONCAT('is automatic, and takes ', bonus_price, ' of a bonus')"
    " FROM pay_refund WHERE cause <> 'merchant' AND bonus_price <> 0";

/* A refund gives back what its own attempt brought in, on that attempt's channel: of cause merchant
 * the attempt that paid the order, of another cause one that did not. */
const char AUDIT_REFUND_OF_PAYMENT[] =
    "SELECT r.no AS about, CONCAT('cause ', r.cause, ', ', r.refund_price, ' of ', r.pay_price,"
    " ' ', r.currency, '; its attempt ', IFNULL(e.no, '(none)'), ' says ',"
    " IFNULL(e.status, '-'), ' ', IFNULL(e.paid_price, '-'), ' ', IFNULL(e.paid_currency, '-'),"
    " IF(o.extension_id <=> e.id, ' and paid the order', '')) AS text"
    " FROM " KEEP " JOIN pay_refund r LEFT JOIN pay_order o ON o.id = r.order_id"
    " LEFT JOIN pay_order_extension e ON e.id = r.extension_id AND e.order_id = r.order_id"
    " WHERE NOT (e.status <=> " STATE(ATTEMPT_SUCCESS) " AND e.paid_price <=> r.pay_price"
    " AND e.paid_currency <=> r.currency AND e.channel_id <=> r.channel_id"
    " AND r.app_id <=> o.app_id AND r.merchant_order_id <=> o.merchant_order_id"
    " AND (r.cause = 'merchant') = (o.extension_id <=> e.id)"
    " AND (r.status = " STATE(REFUND_SUCCESS) ") = (r.success_time IS NOT NULL)"
    " AND (r.status = " STATE(REFUND_WAITING) ") = (r.next_sync_time IS NOT NULL))"
    " UNION ALL SELECT o.no, CONCAT('counts ', o.refund_count, ' refunds, there are ',"
    " IFNULL(r.n, 0)) FROM pay_order o LEFT JOIN (SELECT order_id, COUNT(*) AS n"
    " FROM pay_refund GROUP BY order_id) r ON r.order_id = o.id"
    " WHERE o.refund_count <> IFNULL(r.n, 0)";

const char AUDIT_REFUND_TOLD[] =
    TOLD_ONCE("refund", NOTIFY_REFUND, "(" STATE(REFUND_WAITING) ")", REFUND_SUCCESS);

/* A callback names its refund; a second number of one that is done raised an alert. */
const char AUDIT_REFUND_CALLBACKS[] =
    "SELECT CONCAT('callback ', c.id) AS about, CONCAT(c.verdict, ': ', " BODY_SHOWN ", ' but"
    " refund ', IFNULL(r.no, '(none)'), ' says ', IFNULL(r.status, '-'), ' ',"
    " IFNULL(r.refund_price, '-')) AS text"
    " FROM " KEEP " JOIN callback_log c"
    " LEFT JOIN pay_refund r ON r.no = CONVERT(" SAYS("refund_no") " USING ascii)"
    " WHERE c.kind = 'refund' AND c.verdict IN " VERDICT_IN(VERDICTS_AGREED) " AND"
    " c.create_time" KEPT " AND " SAYS("refund_no") " IS NOT NULL"
    " AND NOT (r.channel_id <=> c.channel_id AND r.extension_id <=> c.extension_id"
    " AND " SAYS("price") " <=> r.refund_price"
    " AND " SAYS("currency") " <=> r.currency"
    " AND (" SAYS("status") " <> 'SUCCESS' OR (r.status = " STATE(REFUND_SUCCESS)
    " AND (r.channel_refund_no <=> " SAYS("channel_refund_no")
    " OR EXISTS (SELECT 1 FROM pay_alert a WHERE a.kind = 'refunded_twice' AND (a.about = r.no"
    " OR a.about = SUBSTRING(r.merchant_refund_id, 6) OR " COUNTED_FOR("r.app_id") "))))))";
/* clang-format on */
