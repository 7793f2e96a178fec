/* audit.c - the proofs, one SELECT each, and how they are run. */
#include "watch/audit.h"

#include "notify/notify_state.h"
#include "order/order_state.h"
#include "refund/refund_state.h"
#include "settle/verdict.h"
#include "transfer/transfer_state.h"
#include "watch/audit_private.h"

/* clang-format off */
/* Orders o with each attempt e that did not pay them. paid-once proves of what paid an order that
 * it is the order's own, on its channel, and latest-copied that there are as many attempts as the
 * order says. */
#define OTHER_ATTEMPTS \
    "pay_order o STRAIGHT_JOIN pay_order_extension e ON e.order_id = o.id" \
    " AND (o.attempts <> 1 OR o.extension_id IS NULL) AND NOT (o.extension_id <=> e.id)"

#define PAID_ONCE \
    "SELECT o.no AS about, CONCAT('SUCCESS or REFUND, but its attempt '," \
    " IFNULL(e.no, '(none)'), ' says '," \
    " IFNULL(e.status, '-'), ' ', IFNULL(e.paid_price, '-'), ' ', IFNULL(e.paid_currency, '-')," \
    " ' for ', o.price, ' ', o.currency) AS text" \
    " FROM " KEEP " JOIN pay_order o" \
    " LEFT JOIN pay_order_extension e ON e.id = o.extension_id AND e.order_id = o.id" \
    " WHERE o.status IN " PAID " AND NOT (e.status <=> " STATE(ATTEMPT_SUCCESS) \
    " AND e.channel_id <=> o.channel_id AND e.channel_code <=> o.channel_code" \
    " AND e.paid_price <=> o.price" \
    " AND e.paid_currency <=> o.currency AND e.price <=> o.price" \
    " AND e.duplicate_paid <=> 0 AND o.success_time IS NOT NULL AND e.success_time IS NOT NULL)" \
    " UNION ALL SELECT o.no, 'WAITING or CLOSED, but it carries the marks of a payment'" \
    " FROM pay_order o WHERE o.status IN " STATE_IN(ORDER_UNPAID) \
    " AND (o.extension_id IS NOT NULL OR o.success_time IS NOT NULL)" \
    " UNION ALL SELECT e.no, CONCAT('asks for ', e.price, ' ', e.currency, ', its order for '," \
    " o.price, ' ', o.currency) FROM " OTHER_ATTEMPTS \
    " WHERE e.price <> o.price OR e.currency <> o.currency"

#define SURPLUS \
    "SELECT e.no AS about, CONCAT('brought in ', IFNULL(e.paid_price, '-'), ' '," \
    " IFNULL(e.paid_currency, '-'), ' for order ', o.no," \
    " ', which it did not pay; no refund, no open alert') AS text" \
    " FROM " KEEP " JOIN " OTHER_ATTEMPTS \
    " WHERE e.status = " STATE(ATTEMPT_SUCCESS) " AND NOT " HANDLED("e")

/* An app may have got its own address since, or have none now: then no task is also correct. */
#define ONE_TASK_PER_EVENT \
    "SELECT o.no AS about, 'is paid and has no task order.success' AS text" \
    " FROM " KEEP " STRAIGHT_JOIN pay_order o STRAIGHT_JOIN pay_app a ON a.id = o.app_id" \
    " LEFT JOIN notify_task t ON t.type = " STATE(NOTIFY_ORDER) \
    " AND t.data_id = o.id AND t.event = 'order.success'" \
    " WHERE o.status IN " PAID " AND t.id IS NULL AND (o.notify_url IS NOT NULL" \
    " OR " APP_WAS_ADDRESSED("order", "o", STATE(ORDER_SUCCESS)) ")" \
    " UNION ALL SELECT MIN(t.no), CONCAT('and others: ', COUNT(*), ' tasks ', t.event," \
    " ' of order ', t.data_id) FROM notify_task t FORCE INDEX (uk_event)" \
    " WHERE t.type = " STATE(NOTIFY_ORDER) \
    " GROUP BY t.data_id, t.event HAVING COUNT(*) > 1 AND t.event = 'order.success'" \
    " UNION ALL SELECT t.no, CONCAT(t.event, ' speaks of order ', IFNULL(o.no, t.data_id)," \
    " ', which is not so') FROM notify_task t LEFT JOIN pay_order o ON o.id = t.data_id" \
    " WHERE t.type = " STATE(NOTIFY_ORDER) " AND (o.id IS NULL OR" \
    " (t.event = 'order.success' AND o.status NOT IN " PAID ")" \
    " OR (t.event = 'order.closed' AND o.status = " STATE(ORDER_WAITING) "))"

/* A runner works when it began a try in the last two minutes. */
#define NOT_LATE \
    "SELECT t.no AS about, CONCAT('due since ', t.next_notify_time, IF(t.claim_token, ', its" \
    " lease is over', '')) AS text" \
    " FROM " KEEP " JOIN notify_task t WHERE t.status = " STATE(NOTIFY_WAITING) \
    " AND t.next_notify_time < UTC_TIMESTAMP(3) - INTERVAL 5 MINUTE AND EXISTS (SELECT 1" \
    " FROM notify_log l WHERE l.create_time > UTC_TIMESTAMP(3) - INTERVAL 2 MINUTE)"

#define TRIES_LOGGED \
    "SELECT no AS about, CONCAT(notify_times, ' tries begun, ', logged, ' on record, '," \
    " acknowledged, ' acknowledged, status ', status) AS text FROM (SELECT t.no, t.notify_times," \
    " t.status, COUNT(l.id) AS logged," \
    " IFNULL(SUM(l.status = " STATE(TRY_SUCCESS) "), 0) AS acknowledged" \
    " FROM " KEEP " STRAIGHT_JOIN notify_task t FORCE INDEX (PRIMARY)" \
    " LEFT JOIN notify_log l ON l.task_id = t.id" \
    " WHERE (t.claim_token = 0 OR t.status <> " STATE(NOTIFY_WAITING) ")" \
    " AND t.create_time" KEPT " GROUP BY t.id" \
    " HAVING logged <> t.notify_times" \
    " OR (t.status = " STATE(NOTIFY_SUCCESS) ") <> (acknowledged > 0)" \
    " OR (t.status = " STATE(NOTIFY_WAITING) " AND t.notify_times >= MAX(t.max_notify_times))" \
    " OR t.status NOT IN (" STATE(NOTIFY_WAITING) ", " STATE(NOTIFY_SUCCESS) ", " \
    STATE(NOTIFY_FAILURE) ")) x"

#define CLOSED_UNPAID \
    "SELECT o.no AS about, CONCAT('is CLOSED, attempt ', e.no, ' is paid, no refund or alert')" \
    " AS text" \
    " FROM " KEEP " JOIN pay_order o JOIN pay_order_extension e ON e.order_id = o.id AND" \
    " e.status = " STATE(ATTEMPT_SUCCESS) \
    " WHERE o.status = " STATE(ORDER_CLOSED) " AND NOT " HANDLED("e")

/* The mock channel's callback about a payment begins with what its attempt says. Any other body is
 * read by the functions for JSON, which take twice as long. */
#define BEGINS_AS_PAID \
    "LOCATE(CONCAT('{\"pay_id\":\"', e.no, '\",\"channel_order_no\":\"', e.channel_order_no," \
    " '\",\"status\":\"SUCCESS\",\"price\":', e.price, ',\"currency\":\"', e.currency, '\",')," \
    " BINARY c.body) = 1"
#define CALLBACKS_AGREE \
    "SELECT CONCAT('callback ', c.id) AS about, CONCAT(c.verdict, ': ', " BODY_SHOWN ", ' but" \
    " attempt '," \
    " IFNULL(e.no, '(none)'), ' says ', IFNULL(e.status, '-'), ' ', IFNULL(e.price, '-')) AS text" \
    " FROM " KEEP " JOIN callback_log c LEFT JOIN pay_order_extension e ON e.id = c.extension_id" \
    " WHERE c.verdict IN " VERDICT_IN(VERDICTS_AGREED) " AND c.kind = 'order' AND" \
    " c.create_time" KEPT \
    " AND (e.id IS NULL OR NOT (e.channel_id <=> c.channel_id) OR (e.channel_code = 'mock'" \
    " AND NOT IFNULL(e.status = " STATE(ATTEMPT_SUCCESS) " AND " BEGINS_AS_PAID ", 0)" \
    " AND NOT (" SAYS("pay_id") " <=> e.no AND " SAYS("price") " <=>" \
    " e.price" \
    " AND " SAYS("currency") " <=> e.currency" \
    " AND (" SAYS("status") " <> 'SUCCESS' OR e.status = " STATE(ATTEMPT_SUCCESS) \
    "))))"

/* Each row begins in the first state. Its steps, whose ids grow, are legal, follow one another, and
 * end where the row is. Rows and their steps are read in the order of their ids, so nothing is
 * sorted or kept; most rows have one step, so few are asked whether two of them fit together. */
#define REPLAY(kind_, table, first, legal) \
    "SELECT CONCAT('" kind_ " ', v.no) AS about, CONCAT('is ', v.status, ', the ', v.steps," \
    " ' steps of its log begin at ', IFNULL(v.begins MOD 256, '-'), ' and end at '," \
    " IFNULL(v.ends MOD 256, '-'), ', not legal are ', IFNULL(v.odd, 0)) AS text" \
    " FROM (SELECT x.id, x.no, x.status, COUNT(s.id) AS steps," \
    " MIN(s.id * 256 + s.from_status) AS begins, MAX(s.id * 256 + s.to_status) AS ends," \
    " SUM((s.from_status, s.to_status) NOT IN " STATE_PAIRS(legal) ") AS odd" \
    " FROM keep k STRAIGHT_JOIN " table " x FORCE INDEX (PRIMARY)" \
    " LEFT JOIN status_log s ON s.data_id = x.id AND s.kind = '" kind_ "'" \
    " WHERE x.create_time" KEPT " GROUP BY x.id" \
    " HAVING x.status <> IFNULL(ends MOD 256, " first ") OR IFNULL(begins MOD 256, " first ") <> " \
    first " OR odd > 0 OR (steps > 1 AND EXISTS (SELECT 1 FROM status_log b JOIN status_log n" \
    " ON n.data_id = b.data_id AND n.kind = b.kind AND n.from_status <> b.to_status" \
    " WHERE b.data_id = x.id AND b.kind = '" kind_ "' AND n.id = (SELECT MIN(c.id)" \
    " FROM status_log c WHERE c.data_id = b.data_id AND c.kind = b.kind AND c.id > b.id)))) v"
#define STATES_REPLAY \
    "WITH keep AS (SELECT ? AS days) " \
    REPLAY("order", "pay_order", STATE(ORDER_WAITING), ORDER_STEPS) " UNION ALL " \
    REPLAY("attempt", "pay_order_extension", STATE(ATTEMPT_WAITING), ATTEMPT_STEPS)
#define OUT_STATES_REPLAY \
    "WITH keep AS (SELECT ? AS days) " \
    REPLAY("refund", "pay_refund", STATE(REFUND_WAITING), REFUND_STEPS) " UNION ALL " \
    REPLAY("transfer", "pay_transfer", STATE(TRANSFER_WAITING), TRANSFER_STEPS)
/* clang-format on */

#define FEE_FITS \
    "SELECT o.no AS about, CONCAT('fee ', IFNULL(o.channel_fee_price, '-'), ' at '," \
    " IFNULL(o.channel_fee_rate, '-')," \
    " ' ppm of ', o.price) AS text FROM " KEEP " JOIN pay_order o" \
    " WHERE o.channel_fee_price > o.price OR o.channel_fee_price < 0" \
    " OR (o.status IN " PAID " AND NOT (o.channel_fee_price <=>" \
    " LEAST(o.price, (o.price * o.channel_fee_rate + 500000) DIV 1000000)))"

/* clang-format off */
/* The unique keys refuse this; a table that was copied or mended by hand may lack them. */
#define NUMBER_TWICE(table, number, what) \
    "SELECT x.no AS about, CONCAT('number ', d.number, ' of channel ', d.number_scope," \
    " ' stands on ', d.n, ' " what "s: the first is ', x.no, ', the last ', y.no) AS text" \
    " FROM (SELECT " number " AS number, number_scope, COUNT(*) AS n, MIN(id) AS first," \
    " MAX(id) AS last FROM " table " WHERE " number " IS NOT NULL GROUP BY " number \
    ", number_scope HAVING COUNT(*) > 1) d JOIN " table " x ON x.id = d.first JOIN " table \
    " y ON y.id = d.last"
#define NUMBER_ONCE \
    "SELECT e.no AS about, CONCAT('is not paid, but carries the number of payment '," \
    " e.channel_order_no) AS text FROM " KEEP " JOIN pay_order_extension e" \
    " WHERE e.channel_order_no IS NOT NULL AND e.status <> " STATE(ATTEMPT_SUCCESS) \
    " UNION ALL " NUMBER_TWICE("pay_order_extension", "channel_order_no", "attempt") \
    " UNION ALL " NUMBER_TWICE("pay_refund", "channel_refund_no", "refund") \
    " UNION ALL " NUMBER_TWICE("pay_transfer", "channel_transfer_no", "transfer") \
    " UNION ALL SELECT o.no, CONCAT('was paid by payment ', IFNULL(o.channel_order_no, '(none)')," \
    " ', its attempt ', e.no, ' says ', IFNULL(e.channel_order_no, '(none)'))" \
    " FROM pay_order o JOIN pay_order_extension e ON e.id = o.extension_id" \
    " WHERE o.status IN " PAID " AND NOT (o.channel_order_no <=> e.channel_order_no)"

/* A callback names its attempt: the number of its payment is on that, or on one of its own. */
#define SECOND_KEPT \
    "SELECT e.no AS about, CONCAT('callback ', c.id, ' (', c.verdict, ') names payment '," \
    " LEFT(" SAYS("channel_order_no") ", 64), ', which no attempt has') AS text" \
    " FROM " KEEP " JOIN callback_log c JOIN pay_order_extension e ON e.id = c.extension_id" \
    " WHERE c.verdict IN " VERDICT_IN(VERDICTS_AGREED) " AND c.kind = 'order'" \
    " AND c.create_time" KEPT " AND e.channel_code = 'mock'" \
    " AND NOT IFNULL(e.status = " STATE(ATTEMPT_SUCCESS) \
    " AND e.channel_order_no = " SAYS("channel_order_no") ", 0)" \
    " AND " SAYS("status") " = 'SUCCESS' AND NOT EXISTS (SELECT 1 FROM pay_order_extension x" \
    " WHERE x.order_id = e.order_id" \
    " AND (x.id = e.id OR x.of_id = e.id) AND x.status = " STATE(ATTEMPT_SUCCESS) \
    " AND x.channel_order_no = " SAYS("channel_order_no") ")" \
    " UNION ALL SELECT e.no, CONCAT('is a second payment of attempt ', IFNULL(f.no, e.of_id)," \
    " ' (', IFNULL(f.status, '-'), '), says ', e.status, ' and duplicate_paid '," \
    " e.duplicate_paid," \
    " ', or has neither a refund nor an open alert')" \
    " FROM pay_order_extension e LEFT JOIN pay_order_extension f ON f.id = e.of_id" \
    " WHERE e.of_id IS NOT NULL AND NOT (e.status = " STATE(ATTEMPT_SUCCESS) \
    " AND e.duplicate_paid = 1 AND e.channel_order_no IS NOT NULL" \
    " AND f.status <=> " STATE(ATTEMPT_SUCCESS) " AND f.order_id = e.order_id" \
    " AND " HANDLED("e") ")"

/* There is no foreign key to apps and channels (schema/0001_tables.sql). Each table is read once.
 * For each app, channel and code that its rows name, these are looked up once. The code is the
 * channel's: by it money is booked on a wallet. */
#define OWNERS_OF(table, channel, code_) \
    "SELECT g.no AS about, CONCAT('and ', g.n - 1, ' more: of app ', g.app_id, IF(a.id IS NULL," \
    " ', which does not exist', ''), ', its channel ', IFNULL(g.channel_id, '-'), ' ('," \
    " IFNULL(g.code, '-'), ') of ', IFNULL(CONCAT(c.app_id, ' (', c.code, ')'), 'none')) AS text" \
    " FROM (SELECT x.app_id, " channel " AS channel_id, " code_ " AS code, COUNT(*) AS n," \
    " MIN(x.no) AS no FROM " table " GROUP BY x.app_id, " channel ", " code_ ") g" \
    " LEFT JOIN pay_app a ON a.id = g.app_id LEFT JOIN pay_channel c ON c.id = g.channel_id" \
    " WHERE a.id IS NULL OR (g.channel_id IS NOT NULL" \
    " AND NOT (c.app_id <=> a.id AND c.code <=> g.code))"
#define OWNERS_EXIST \
    "SELECT o.no AS about, '' AS text FROM " KEEP " JOIN pay_order o WHERE 0" \
    " UNION ALL " OWNERS_OF("pay_order x", "x.channel_id", "x.channel_code") \
    " UNION ALL " OWNERS_OF("(SELECT e.no, o.app_id, e.channel_id, e.channel_code" \
    " FROM " OTHER_ATTEMPTS ") x", "x.channel_id", "x.channel_code") \
    " UNION ALL " OWNERS_OF("pay_refund x", "x.channel_id", "x.channel_code") \
    " UNION ALL " OWNERS_OF("pay_transfer x", "x.channel_id", "x.channel_code") \
    " UNION ALL " OWNERS_OF("notify_task x", "NULL", "NULL")
/* clang-format on */

/* clang-format off */
/* What query reads in place of the attempts (order/order_whole.c). An attempt whose order counts
 * one must be that one: numbers of attempts are unique, so a second one differs. */
#define SHOWS_LATEST \
    "(o.latest_no <=> e.no" \
    " AND o.latest_channel_code <=> e.channel_code AND o.latest_create_time <=> e.create_time" \
    " AND o.latest_ended = IFNULL(e.status <> " STATE(ATTEMPT_WAITING) \
    " AND NOT (o.extension_id <=> e.id), 0) AND o.latest_display_mode <=> e.display_mode" \
    " AND o.latest_display_content <=> e.display_content" \
    " AND (e.success_time <=> o.success_time OR NOT (o.extension_id <=> e.id)))"
#define LATEST_SHOWN \
    " CONCAT('says ', IFNULL(o.attempts, '-'), ' attempts, the latest '," \
    " IFNULL(o.latest_no, '(none)'), '; there is ', IFNULL(e.no, 'none')," \
    " ', or another number of them, or the order shows other" \
    " things of it')"
#define LATEST_COPIED \
    "SELECT IFNULL(o.no, e.no) AS about," LATEST_SHOWN " AS text FROM " KEEP " STRAIGHT_JOIN" \
    " pay_order_extension e LEFT JOIN pay_order o ON o.id = e.order_id" \
    " WHERE o.id IS NULL OR (o.attempts = 1 AND NOT " SHOWS_LATEST ")" \
    " UNION ALL SELECT o.no," LATEST_SHOWN " FROM pay_order o LEFT JOIN pay_order_extension e" \
    " ON e.id = (SELECT MAX(n.id) FROM pay_order_extension n WHERE n.order_id = o.id)" \
    " WHERE (o.attempts <> 1 OR o.extension_id IS NULL) AND NOT (" SHOWS_LATEST \
    " AND o.attempts = (SELECT COUNT(*) FROM pay_order_extension n WHERE n.order_id = o.id))"
/* clang-format on */

const struct audit_proof AUDIT_PROOFS[] = {
    { "paid-once", "a paid order has one attempt that paid it, and they agree", PAID_ONCE },
    { "surplus-handled", "every other payment has a refund or an open alert", SURPLUS },
    { "refund-sums", "refunds add up to what orders say, never above the price",
      AUDIT_REFUND_SUMS },
    { "refund-of-payment", "each refund is of money that its attempt brought in, on its channel",
      AUDIT_REFUND_OF_PAYMENT },
    { "refund-told-once", "each refund that ended has one task of its end", AUDIT_REFUND_TOLD },
    { "transfer-open", "each transfer that is open is asked about, each other has its end",
      AUDIT_TRANSFER_OPEN },
    { "transfer-told-once", "each transfer that ended has one task of its end",
      AUDIT_TRANSFER_TOLD },
    { "journals-balance", "the rows of each journal sum to nothing", AUDIT_JOURNALS },
    { "wallet-sums", "each wallet holds what its entries sum to, at each of them", AUDIT_WALLETS },
    { "wallet-totals",
      "wallets' totals are those of their journals; money that was lost is alerted",
      AUDIT_WALLET_TOTALS },
    { "entries-own", "each entry is on the wallet of its event's user, or an account of its event",
      AUDIT_WALLET_OWNERS },
    { "booked-once",
      "each payment, recharge, refund and correction of a wallet has its journal,"
      " and no journal lacks its cause",
      AUDIT_BOOKED },
    { "told-once", "each finished order has one task per event", ONE_TASK_PER_EVENT },
    { "not-late", "no task is due for 5 minutes while a runner works", NOT_LATE },
    { "tries-logged", "each delivery try has its row", TRIES_LOGGED },
    { "closed-unpaid", "no closed order holds money without a refund or an open alert",
      CLOSED_UNPAID },
    { "callbacks-agree", "each accepted callback agrees with its attempt", CALLBACKS_AGREE },
    { "refund-callbacks-agree", "each accepted callback about a refund agrees with it",
      AUDIT_REFUND_CALLBACKS },
    { "transfer-callbacks-agree", "each accepted callback about a transfer agrees with it",
      AUDIT_TRANSFER_CALLBACKS },
    { "states-replay", "status_log replays to the orders and attempts, by legal steps",
      STATES_REPLAY },
    { "out-states-replay", "status_log replays to the refunds and transfers, by legal steps",
      OUT_STATES_REPLAY },
    { "fee-fits", "fees are as agreed and never above the price", FEE_FITS },
    { "number-once", "no channel's number belongs to two payments, refunds or transfers",
      NUMBER_ONCE },
    { "second-kept", "each second payment of an attempt has a row, and a refund or an open alert",
      SECOND_KEPT },
    { "told-truly", "each notification says what its order, refund or transfer is",
      AUDIT_TOLD_TRULY },
    { "told-steps", "each notification says what its object came to, in its order, to its address",
      AUDIT_TOLD_STEPS },
    { "in-time", "nothing that is open is asked about, or sent, later than its gaps allow",
      AUDIT_IN_TIME },
    { "conflicts-alerted", "each callback in conflict with what is on record raised its alert",
      AUDIT_CONFLICTS },
    { "owners-exist", "each order, attempt, refund, transfer and task has its own app and channel",
      OWNERS_EXIST },
    { "latest-copied", "each attempt has its order, which counts them and shows the latest one",
      LATEST_COPIED },
};
const size_t AUDIT_PROOF_COUNT = COUNT(AUDIT_PROOFS);

static const struct db_column AUDIT_COLUMNS[] = {
    DB_COLUMN(struct audit_row, about),
    DB_COLUMN(struct audit_row, text),
};

struct audit_each {
    db_each *each;
    void *arg;
    int shown;
};

static enum pay_err audit_each(void *arg, void *row)
{
    struct audit_each *e = arg;
    return e->shown++ < AUDIT_ROWS_MAX ? e->each(e->arg, row) : PAY_OK;
}

enum pay_err audit_prove(struct db *db, const struct audit_proof *proof, int64_t keep_days,
                         db_each *each, void *arg)
{
    const struct db_param in[] = { DB_NUM(keep_days) };
    struct audit_row row;
    struct audit_each e = { .each = each, .arg = arg };

    enum pay_err err = db_select(db, &(struct db_query){ .sql = proof->sql,
                                                         .in = in,
                                                         .n = COUNT(in),
                                                         .shape = DB_SHAPE(AUDIT_COLUMNS),
                                                         .row = &row,
                                                         .each = audit_each,
                                                         .arg = &e });
    db_end(db);
    return err;
}
