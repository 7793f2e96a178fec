/* audit_told.c - proofs about what is said and when: notifications say what is so, nothing that is
 * open is put off for longer than its gaps, and each conflict with a channel has its alert. */
#include "notify/notify_state.h"
#include "order/order_state.h"
#include "refund/refund_state.h"
#include "settle/verdict.h"
#include "transfer/transfer_state.h"
#include "watch/audit_private.h"

/* clang-format off */
#define TELLS(member) "JSON_VALUE(t.body, '$." member "')"
#define EVENTS \
    "'order.success', 'order.closed', 'refund.success', 'refund.failure', 'transfer.success'," \
    " 'transfer.failure'"
#define THEIR_STATES "'SUCCESS', 'CLOSED', 'SUCCESS', 'FAILURE', 'SUCCESS', 'CLOSED'"
#define SAYS_ITS(x, member) TELLS("data." member) " <=> " x "." member
#define ABOUT(type, no, x, price) \
    " WHEN " STATE(type) " THEN " TELLS("data." no) " <=> " x ".no AND " \
    SAYS_ITS(x, price) " AND " SAYS_ITS(x, "currency")
/* Merchants' JSON libraries take the last of two members with a name, some in any case; JSON_VALUE
 * takes the first. So each name is there once, and is spelled as Shroff's names are. */
#define PLAIN(path) \
    "JSON_LENGTH(t.body, '" path "') = JSON_LENGTH(JSON_KEYS(t.body, '" path "'))" \
    " AND JSON_KEYS(t.body, '" path "') COLLATE utf8mb4_bin REGEXP '^[][a-z_\", ]+$'"

/* The usual body of an order, byte for byte as order/order_view.c writes it. All of it comes from
 * the order's row, except the timestamp: its 24 characters are only proved to hold no quote and no
 * backslash. The functions for JSON read any other body: that of an order which changed since, or
 * of a text that JSON_QUOTE escapes in another way. They take twenty times as long, since each of
 * them reads the body from its beginning. */
#define QUOTED(column) " BINARY JSON_QUOTE(" column ")"
#define BODY_TEXT(name, column) " IFNULL(CONCAT(',\"" name "\":'," QUOTED(column) "), ''),"
#define BODY_TIME(name, column) \
    " IFNULL(CONCAT(',\"" name "\":\"', REPLACE(" column ", ' ', 'T'), 'Z\"'), ''),"
#define TIMESTAMP "SUBSTRING(t.body, 25 + LENGTH(t.event), 24)"
#define USUAL_ORDER \
    "(t.type = " STATE(NOTIFY_ORDER) " AND o.app_id = t.app_id" \
    " AND t.event IN ('order.success', 'order.closed')" \
    " AND " TIMESTAMP " NOT REGEXP '[\"\\\\x5c]'" \
    " AND (o.metadata IS NULL OR JSON_VALID(o.metadata))" \
    " AND t.body = CONCAT('{\"type\":\"', t.event, '\",\"timestamp\":\"', " TIMESTAMP "," \
    " '\",\"data\":{\"order_no\":\"', o.no," \
    " '\",\"merchant_order_id\":'," QUOTED("o.merchant_order_id") "," \
    " ',\"price\":', o.price, ',\"currency\":\"', o.currency," \
    " '\",\"subject\":'," QUOTED("o.subject") "," BODY_TEXT("body", "o.body") \
    " IFNULL(CONCAT(',\"metadata\":', o.metadata), '')," BODY_TEXT("user_id", "o.user_id") \
    " ',\"status\":\"', IF(t.event = 'order.success', 'SUCCESS', 'CLOSED'), '\"'," \
    BODY_TIME("create_time", "o.create_time") BODY_TIME("expire_time", "o.expire_time") \
    BODY_TIME("success_time", "o.success_time") BODY_TEXT("channel", "o.channel_code") \
    BODY_TEXT("channel_order_no", "o.channel_order_no") \
    " IF(o.extension_id, CONCAT(',\"paid_price\":', o.price), '')," \
    " ',\"refund_price\":0,\"refunding_price\":0,\"version\":', t.version," \
    BODY_TEXT("return_url", "o.return_url") BODY_TEXT("notify_url", "o.notify_url") \
    " IF(o.kind = 'payment', '', ',\"kind\":\"recharge\"'), ',\"app_key\":\"', a.app_key," \
    " '\"}}'))"

const char AUDIT_USUAL_ORDER[] = USUAL_ORDER;

/* The body is signed as it is in the row, so a row that is wrong is a forged notification. */
const char AUDIT_TOLD_TRULY[] =
    "SELECT t.no AS about, CONCAT(t.event, ', version ', t.version, ', of app ', t.app_id,"
    " ' and object ', t.data_id, ', says: ', LEFT(t.body, 300)) AS text"
    " FROM " KEEP " JOIN notify_task t LEFT JOIN pay_app a ON a.id = t.app_id"
    " LEFT JOIN pay_order o ON t.type = " STATE(NOTIFY_ORDER) " AND o.id = t.data_id"
    " LEFT JOIN pay_refund r ON t.type = " STATE(NOTIFY_REFUND) " AND r.id = t.data_id"
    " LEFT JOIN pay_transfer x ON t.type = " STATE(NOTIFY_TRANSFER) " AND x.id = t.data_id"
    " LEFT JOIN pay_order y ON y.id = r.order_id"
    " WHERE t.create_time" KEPT " AND NOT IFNULL(" USUAL_ORDER ", 0)"
    " AND NOT IFNULL(" PLAIN("$") " AND " PLAIN("$.data")
    " AND SUBSTRING_INDEX(t.event, '.', 1) = " STATE_CASE("t.type", NOTIFY_TYPES)
    " AND COALESCE(o.app_id, r.app_id, x.app_id) <=> t.app_id"
    " AND " TELLS("type") " <=> t.event AND " TELLS("data.app_key") " <=> a.app_key"
    " AND " TELLS("data.version") " <=> t.version"
    " AND " TELLS("data.status") " = ELT(FIELD(t.event, " EVENTS "), " THEIR_STATES ")"
    " AND CASE t.type" ABOUT(NOTIFY_ORDER, "order_no", "o", "price")
    " AND " SAYS_ITS("o", "merchant_order_id") " AND " SAYS_ITS("o", "user_id")
    " AND JSON_QUERY(t.body, '$.data.metadata') <=> o.metadata"
    " AND IFNULL(" TELLS("data.kind") ", 'payment') = o.kind"
    ABOUT(NOTIFY_REFUND, "refund_no", "r", "refund_price")
    " AND " TELLS("data.order_no") " <=> y.no AND " SAYS_ITS("r", "merchant_order_id")
    " AND " TELLS("data.merchant_refund_id")
    " <=> IF(r.cause = 'merchant', r.merchant_refund_id, NULL)"
    ABOUT(NOTIFY_TRANSFER, "transfer_no", "x", "price")
    " AND " SAYS_ITS("x", "merchant_transfer_id") " ELSE 0 END, 0)";

/* Bytes are looked through faster than characters. */
#define HOLDS(...) "LOCATE(CONCAT(" __VA_ARGS__ "), BINARY t.body) > 0"
/* What ended otherwise may have ended like this before: then its step is in status_log, and the
 * version is an earlier one; that of a refund that is tried again is still the same. What is told
 * as paid is the whole price. The address is the object's own, with a number at its end, unless it
 * is the app's, which may have changed. */
#define WAS(event, x, kind, state) \
    " WHEN '" event "' THEN " x ".status <> " STATE(state) \
    " AND ((" x ".success_time IS NOT NULL AND t.version >= " x ".version)" \
    " OR NOT EXISTS (SELECT 1 FROM status_log s WHERE s.data_id = " x ".id AND s.kind = '" kind \
    "' AND s.to_status = " STATE(state) "))"
#define ITS(member) "COALESCE(o." member ", r." member ", x." member ")"
#define ITS_URL "SUBSTRING_INDEX(" ITS("notify_url") ", '?', 1)"
const char AUDIT_TOLD_STEPS[] =
    "SELECT t.no AS about, CONCAT(t.event, ', version ', t.version, ', of ', " ITS("no") ","
    " ' to ', t.notify_url, ': it never came to that, or names another address') AS text"
    " FROM " KEEP " JOIN notify_task t"
    " LEFT JOIN pay_order o ON t.type = " STATE(NOTIFY_ORDER) " AND o.id = t.data_id"
    " LEFT JOIN pay_refund r ON t.type = " STATE(NOTIFY_REFUND) " AND r.id = t.data_id"
    " LEFT JOIN pay_transfer x ON t.type = " STATE(NOTIFY_TRANSFER) " AND x.id = t.data_id"
    " WHERE t.create_time" KEPT
    " AND (t.version NOT BETWEEN 1 AND " ITS("version") " OR CASE t.event"
    WAS("order.closed", "o", "order", ORDER_CLOSED)
    WAS("refund.failure", "r", "refund", REFUND_FAILURE)
    WAS("transfer.failure", "x", "transfer", TRANSFER_CLOSED)
    " ELSE 0 END OR (t.event = 'order.success' AND NOT "
    HOLDS("',\"paid_price\":', o.price, ',\"refund_price\":'") ")"
    " OR (t.notify_url <> " ITS("notify_url") /* the usual ones first */
    " AND IFNULL(t.notify_url <> CONCAT(" ITS("notify_url") ", '/', " ITS("channel_id") "), 1)"
    " AND NOT (LOCATE(" ITS_URL ", t.notify_url) = 1 AND (RIGHT(" ITS_URL ", 1) = '/'"
    " OR SUBSTRING(t.notify_url, CHAR_LENGTH(" ITS_URL ") + 1, 1) IN ('', '/', '?')))))";

/* The longest gaps are a day for a channel (channel/ask_gaps.c), 7.7 days for a merchant. One that
 * an operator sends again may be spread over days; another one that was never tried, or is put off
 * since, waits minutes. */
#define ASKED_LATE(x) \
    " OR " x ".next_sync_time > UTC_TIMESTAMP(3) + INTERVAL 2 DAY"
#define ASKED_NEXT(x) \
    "CONCAT('is ', " x ".status, ', asked next ', IFNULL(" x ".next_sync_time, '-'))"
const char AUDIT_IN_TIME[] =
    "SELECT e.no AS about, " ASKED_NEXT("e") " AS text FROM " KEEP " JOIN pay_order_extension e"
    " WHERE (e.status = " STATE(ATTEMPT_WAITING) " AND e.next_sync_time IS NULL)"
    " OR (e.status <> " STATE(ATTEMPT_WAITING) " AND e.next_sync_time IS NOT NULL"
    "     AND (e.status <> " STATE(ATTEMPT_CLOSED) " OR e.cancel_time IS NULL))"
    ASKED_LATE("e")
    " UNION ALL SELECT r.no, " ASKED_NEXT("r") " FROM pay_refund r WHERE 0" ASKED_LATE("r")
    " UNION ALL SELECT x.no, " ASKED_NEXT("x") " FROM pay_transfer x WHERE 0" ASKED_LATE("x")
    " UNION ALL SELECT o.no, CONCAT('waits until ', o.expire_time, ', channels were asked at ',"
    " IFNULL(o.asked_time, '-')) FROM pay_order o WHERE o.status = " STATE(ORDER_WAITING)
    " AND (o.expire_time > o.create_time + INTERVAL 31 DAY"
    " OR o.asked_time > UTC_TIMESTAMP(3) + INTERVAL 1 HOUR)"
    " UNION ALL SELECT t.no, CONCAT('is sent next at ', t.next_notify_time) FROM notify_task t"
    " WHERE t.status = " STATE(NOTIFY_WAITING)
    " AND (t.next_notify_time > UTC_TIMESTAMP(3) + INTERVAL 9 DAY"
    " OR (t.next_notify_time > UTC_TIMESTAMP(3) + INTERVAL 1 HOUR AND (t.claim_token <> 0"
    " OR (t.manual = 0 AND (t.notify_times = 0 OR t.next_notify_time"
    " > IFNULL(t.last_execute_time, t.create_time) + INTERVAL 9 DAY)))))";

/* Of every channel: the body may be encrypted, but its number has a column. */
const char AUDIT_CONFLICTS[] =
    "SELECT CONCAT('callback ', c.id) AS about, CONCAT(c.verdict, ': ', " BODY_SHOWN ","
    " ', and there was no alert') AS text"
    " FROM " KEEP " JOIN callback_log c JOIN pay_channel h ON h.id = c.channel_id"
    " LEFT JOIN pay_order_extension e ON e.id = c.extension_id"
    " WHERE c.verdict IN " VERDICT_IN(VERDICTS_CONFLICT) " AND c.create_time" KEPT
    " AND NOT EXISTS (SELECT 1 FROM pay_alert a"
    " WHERE a.kind = IF(c.verdict = 'OTHER_END', CONCAT(c.kind, '_other_end'), LOWER(c.verdict))"
    " AND (a.about IN (e.no, c.out_no) OR " COUNTED_FOR("h.app_id") "))";
/* clang-format on */
