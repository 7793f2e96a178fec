/* audit_private.h - what the files of the proofs share. A proof is one SELECT of about and text. */
#ifndef WATCH_AUDIT_PRIVATE_H
#define WATCH_AUDIT_PRIVATE_H

#include "app/alert.h"

/* Every proof has one parameter, the number of days that logs are kept, so that all are called
 * alike. */
#define KEPT " > UTC_TIMESTAMP() - INTERVAL k.days DAY"
#define KEEP "(SELECT ? AS days) k"
#define PAID STATE_IN(ORDER_PAID)

/* The beginning of a callback's body (c), without its signature: JSON or a form, also cut. */
#define BODY_SHOWN \
    "REGEXP_REPLACE(LEFT(c.body, 300), '(\"sign\":[ ]*\"|(^|&)sign=)[^\"& ]*', '\\\\1…')"

/* An alert (a) that counts for further things of one app: app/alert.c. */
#define COUNTED_FOR(app) "(a.crowd = '*' AND a.app_id = " app ")"

/* The money is handled: an automatic refund of all of it is under way or done, an alert about it is
 * open, or an operator decided to keep it. */
/* clang-format off */
#define HANDLED(attempt) \
    "(EXISTS (SELECT 1 FROM pay_refund r WHERE r.extension_id = " attempt ".id AND r.status" \
    " <> " STATE(REFUND_FAILURE) " AND r.cause <> 'merchant' AND r.refund_price = " attempt \
    ".paid_price)" \
    " OR EXISTS (SELECT 1 FROM pay_alert a WHERE a.about = " attempt ".no" \
    " AND a.kind IN " MONEY_ALERTS " AND (a.closed_by IS NULL OR a.decision = 'keep')))"
/* clang-format on */

/* clang-format off */
/* Row x came to that state when its app (a) had an address of its own already, in all programs:
 * each keeps an app's row for up to two seconds. By status_log, since an account may write
 * update_time at will; times there can be wrong only if it set its session's clock (SECURITY.md).
 */
#define APP_WAS_ADDRESSED(kind, x, to) \
    "EXISTS (SELECT 1 FROM status_log s WHERE s.kind = '" kind "' AND s.data_id = " x ".id" \
    " AND s.to_status = " to " AND s.create_time > a." kind "_notify_since + INTERVAL 2 SECOND)"

/* A refund or transfer that ended has one task of its end: its version says which end a task is
 * about. An app may have got its own address since, or have none now: then no task is also
 * correct. */
#define TOLD_ONCE(kind, type_, open, success) \
    "SELECT r.no AS about, CONCAT('ended and has ', COUNT(t.id), ' tasks of version ', r.version)" \
    " AS text" \
    " FROM " KEEP " JOIN pay_" kind " r JOIN pay_app a ON a.id = r.app_id" \
    " LEFT JOIN notify_task t ON t.type = " STATE(type_) " AND t.data_id = r.id" \
    " AND t.version = r.version AND t.event = IF(r.status = " STATE(success) "," \
    " '" kind ".success', '" kind ".failure')" \
    " WHERE r.status NOT IN " open \
    " GROUP BY r.id HAVING COUNT(t.id) > 1 OR (COUNT(t.id) = 0 AND MAX(r.notify_url IS NOT NULL" \
    " OR (t.id IS NULL AND " APP_WAS_ADDRESSED(kind, "r", "r.status") ")))" \
    " UNION ALL SELECT t.no, CONCAT(t.event, ' speaks of " kind " ', IFNULL(r.no, t.data_id)," \
    " ', which is not so') FROM notify_task t LEFT JOIN pay_" kind " r ON r.id = t.data_id" \
    " WHERE t.type = " STATE(type_) " AND (r.id IS NULL OR t.version > r.version OR" \
    " (t.event = '" kind ".success' AND r.status <> " STATE(success) "))"
/* clang-format on */

/* audit_ledger.c */
extern const char AUDIT_JOURNALS[], AUDIT_WALLETS[], AUDIT_WALLET_TOTALS[], AUDIT_WALLET_OWNERS[],
    AUDIT_BOOKED[];
/* audit_refund.c */
extern const char AUDIT_REFUND_SUMS[], AUDIT_REFUND_OF_PAYMENT[], AUDIT_REFUND_TOLD[],
    AUDIT_REFUND_CALLBACKS[];
/* audit_told.c */
/* The form of usual bodies that TOLD_TRULY accepts at once, for a test: t, o and a as there. */
extern const char AUDIT_USUAL_ORDER[];
extern const char AUDIT_TOLD_TRULY[], AUDIT_TOLD_STEPS[], AUDIT_IN_TIME[], AUDIT_CONFLICTS[];
/* audit_transfer.c */
extern const char AUDIT_TRANSFER_OPEN[], AUDIT_TRANSFER_TOLD[], AUDIT_TRANSFER_CALLBACKS[];

/* A member of a callback's JSON (of callback_log c). SQL's functions of JSON accept no BOM. */
#define SAYS(member) \
    "JSON_VALUE(TRIM(LEADING CONVERT(x'EFBBBF' USING utf8mb4) FROM c.body), '$." member "')"

#endif
