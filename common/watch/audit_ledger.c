/* audit_ledger.c - the proofs about wallets: journals sum to nothing, balances are those of their
 * entries, and each event has its journal. */
#include "order/order_state.h"
#include "refund/refund_state.h"
#include "transfer/transfer_state.h"
#include "watch/audit_private.h"

/* clang-format off */
const char AUDIT_JOURNALS[] =
    "SELECT l.journal AS about, CONCAT(COUNT(*), ' rows that sum to ', SUM(l.price), ' ',"
    " MIN(l.currency)) AS text"
    " FROM " KEEP " JOIN ledger_entry l GROUP BY l.journal"
    " HAVING SUM(l.price) <> 0 OR COUNT(*) < 2 OR MIN(l.currency) <> MAX(l.currency)"
    " OR MIN(l.app_id) <> MAX(l.app_id) OR COUNT(DISTINCT l.biz_type, l.biz_id, l.step) <> 1";

/* What a wallet's channel rows say of recharges and of payments. */
#define OF_KINDS(a, b) "SUM(IF(l.kind IN ('" a "', '" b "'), l.price, 0))"
const char AUDIT_WALLET_TOTALS[] =
    "SELECT CONCAT('wallet ', w.id) AS about, CONCAT('total_recharge ', w.total_recharge,"
    " ', total_expense ', w.total_expense, '; its journals say ', IFNULL(s.recharge, 0), ' and ',"
    " IFNULL(s.expense, 0)) AS text"
    " FROM " KEEP " JOIN wallet w LEFT JOIN (SELECT j.wallet_id, -" OF_KINDS("recharge",
    "recharge_refund") " AS recharge, " OF_KINDS("payment", "refund") " AS expense"
    " FROM (SELECT journal, MIN(wallet_id) AS wallet_id FROM ledger_entry"
    " WHERE wallet_id IS NOT NULL GROUP BY journal) j"
    " JOIN ledger_entry l ON l.journal = j.journal AND l.account = 'channel'"
    " GROUP BY j.wallet_id) s ON s.wallet_id = w.id"
    " WHERE w.total_recharge <> IFNULL(s.recharge, 0) OR w.total_expense <> IFNULL(s.expense, 0)"
    " UNION ALL SELECT r.no, CONCAT('lost ', -l.price, ' ', l.currency, ' and there was no alert')"
    " FROM ledger_entry l JOIN pay_refund r ON r.id = l.biz_id WHERE l.account = 'shortfall'"
    " AND NOT EXISTS (SELECT 1 FROM pay_alert a WHERE a.kind = 'wallet_shortfall'"
    " AND (a.about = r.no OR " COUNTED_FOR("r.app_id") "))";

/* Each entry's balance is the sum so far, so the latest one's is the wallet's. */
const char AUDIT_WALLETS[] =
    "WITH keep AS (SELECT ? AS days), sums AS (SELECT wallet_id,"
    " SUM(IF(account = 'wallet', price, 0)) AS balance,"
    " SUM(IF(account = 'frozen', price, 0)) AS frozen, COUNT(*) AS entries,"
    " MAX(version) AS version FROM ledger_entry WHERE wallet_id IS NOT NULL GROUP BY wallet_id)"
    " SELECT CONCAT('wallet ', w.id) AS about, CONCAT('holds ', w.balance, ', ', w.frozen,"
    " ' frozen, at version ', w.version, '; its entries say ', IFNULL(s.balance, 0), ', ',"
    " IFNULL(s.frozen, 0), ' and ', IFNULL(s.version, 0)) AS text"
    " FROM keep k JOIN wallet w LEFT JOIN sums s ON s.wallet_id = w.id"
    " WHERE w.balance < 0 OR w.frozen < 0 OR w.balance <> IFNULL(s.balance, 0)"
    " OR w.frozen <> IFNULL(s.frozen, 0) OR w.version <> IFNULL(s.version, 0)"
    " OR w.version <> IFNULL(s.entries, 0)"
    " UNION ALL SELECT l.no, CONCAT('says balance ', IFNULL(l.balance, '-'), ', the sum is ',"
    " x.balance) FROM (SELECT id, SUM(IF(account = 'wallet', price, 0))"
    " OVER (PARTITION BY wallet_id ORDER BY version) AS balance"
    " FROM ledger_entry WHERE wallet_id IS NOT NULL) x JOIN ledger_entry l ON l.id = x.id"
    " WHERE NOT (l.balance <=> x.balance)"
    " UNION ALL SELECT l.no, 'is of no wallet' FROM ledger_entry l"
    " LEFT JOIN wallet w ON w.id = l.wallet_id AND w.app_id = l.app_id"
    " AND w.currency = l.currency"
    " WHERE (l.account IN ('wallet', 'frozen')) <> (w.id IS NOT NULL)";

/* Which accounts an event of each kind may touch: AUDIT_BOOKED adds up no others. */
#define ITS_ACCOUNTS \
    "CASE l.biz_type WHEN 'order' THEN l.account IN ('wallet', 'channel', 'bonus')" \
    " WHEN 'freeze' THEN l.account IN ('wallet', 'frozen', 'shortfall')" \
    " WHEN 'refund' THEN l.account IN ('wallet', 'frozen', 'channel', 'bonus')" \
    " WHEN 'transfer' THEN l.account IN ('wallet', 'channel')" \
    " WHEN 'adjust' THEN l.account IN ('wallet', 'adjustment') ELSE 0 END"
#define OWNED_BY(x, user) \
    x ".app_id <=> w.app_id AND " x "." user " <=> w.user_id AND " x ".currency <=> w.currency"
const char AUDIT_WALLET_OWNERS[] =
    "SELECT l.no AS about, CONCAT('is on account ', l.account, IFNULL(CONCAT(' of wallet ', w.id),"
    " ''), '; its ', l.biz_type, ' ', l.biz_id, ' is not of that') AS text"
    " FROM " KEEP " JOIN ledger_entry l LEFT JOIN wallet w ON w.id = l.wallet_id"
    " LEFT JOIN pay_refund r ON l.biz_type IN ('refund', 'freeze') AND r.id = l.biz_id"
    " LEFT JOIN pay_order o ON o.id = IF(l.biz_type = 'order', l.biz_id, r.order_id)"
    " LEFT JOIN pay_transfer t ON l.biz_type = 'transfer' AND t.id = l.biz_id"
    " LEFT JOIN wallet_adjust a ON l.biz_type = 'adjust' AND a.id = l.biz_id"
    " WHERE NOT (" ITS_ACCOUNTS ") OR (l.wallet_id IS NOT NULL AND NOT CASE l.biz_type"
    " WHEN 'transfer' THEN " OWNED_BY("t", "user_account")
    " WHEN 'adjust' THEN a.wallet_id <=> w.id AND a.app_id <=> w.app_id"
    " ELSE " OWNED_BY("o", "user_id") " END)";

#define ON_ACCOUNT(name) "SUM(IF(account = '" name "', price, 0)) AS on_" name
#define RECHARGE(o) o ".kind = 'recharge'"
#define BY_WALLET(x) x ".channel_code <=> 'wallet'"
#define ORDER_BOOKS "(o.status IN " PAID " AND (" RECHARGE("o") " OR " BY_WALLET("o") "))"
#define REFUND_BOOKS "(r.cause = 'merchant' AND (" RECHARGE("o") " OR " BY_WALLET("r") "))"
#define TRANSFER_BOOKS "(t.status = " STATE(TRANSFER_SUCCESS) " AND " BY_WALLET("t") ")"
#define HAS(x) "IFNULL(j.on_" x ", 0)"

/* Both ways: what must be booked is, as it should be; what is booked has its cause. */
const char AUDIT_BOOKED[] =
    "WITH keep AS (SELECT ? AS days), j AS (SELECT"
    " IF(biz_type = 'freeze', 'refund', biz_type) AS biz, biz_id,"
    " COUNT(DISTINCT journal) AS journals, " ON_ACCOUNT("wallet") ", " ON_ACCOUNT("frozen") ", "
    ON_ACCOUNT("channel") ", " ON_ACCOUNT("bonus") " FROM ledger_entry GROUP BY biz, biz_id)"
    " SELECT o.no AS about, CONCAT('is a paid ', o.kind, ' of ', o.price, ' and ', o.bonus_price,"
    " '; booked on the wallet: ', IFNULL(j.on_wallet, 'nothing')) AS text"
    " FROM keep k JOIN pay_order o LEFT JOIN j ON j.biz = 'order' AND j.biz_id = o.id"
    " WHERE " ORDER_BOOKS " AND NOT (j.journals <=> 1 AND " HAS("wallet") " = IF(" RECHARGE("o")
    ", o.price + o.bonus_price, -o.price))"
    " UNION ALL SELECT r.no, CONCAT('is ', r.status, ', of ', r.refund_price, ' and ',"
    " r.bonus_price, '; booked: ', " HAS("frozen") ", ' frozen, ', " HAS("channel") ","
    " ' by the channel, ', " HAS("bonus") ", ' of the bonus') FROM pay_refund r"
    " JOIN pay_order o ON o.id = r.order_id"
    " LEFT JOIN j ON j.biz = 'refund' AND j.biz_id = r.id"
    " WHERE " REFUND_BOOKS " AND NOT (" HAS("frozen") " = IF(" RECHARGE("o") " AND r.status = "
    STATE(REFUND_WAITING) ", r.refund_price + r.bonus_price, 0) AND " HAS("channel")
    " = IF(r.status = " STATE(REFUND_SUCCESS) ", IF(" RECHARGE("o") ", r.refund_price,"
    " -r.refund_price), 0) AND " HAS("bonus") " = IF(" RECHARGE("o") " AND r.status = "
    STATE(REFUND_SUCCESS) ", r.bonus_price, 0))"
    " UNION ALL SELECT t.no, 'is paid out to a wallet, and not booked as that' FROM pay_transfer t"
    " LEFT JOIN j ON j.biz = 'transfer' AND j.biz_id = t.id"
    " WHERE " TRANSFER_BOOKS " AND NOT (j.journals <=> 1 AND " HAS("wallet") " = t.price)"
    " UNION ALL SELECT CONCAT('adjustment ', a.id), CONCAT('is of ', a.price, ', booked: ',"
    " IFNULL(j.on_wallet, 'nothing')) FROM wallet_adjust a"
    " LEFT JOIN j ON j.biz = 'adjust' AND j.biz_id = a.id"
    " WHERE NOT (j.journals <=> 1 AND " HAS("wallet") " = a.price)"
    " UNION ALL SELECT CONCAT(j.biz, ' ', j.biz_id), 'is booked, and gives no cause for that'"
    " FROM j LEFT JOIN pay_refund r ON j.biz = 'refund' AND r.id = j.biz_id"
    " LEFT JOIN pay_order o ON o.id = IF(j.biz = 'order', j.biz_id, r.order_id)"
    " LEFT JOIN pay_transfer t ON j.biz = 'transfer' AND t.id = j.biz_id"
    " LEFT JOIN wallet_adjust a ON j.biz = 'adjust' AND a.id = j.biz_id"
    " WHERE NOT IFNULL(CASE j.biz WHEN 'order' THEN " ORDER_BOOKS " WHEN 'refund' THEN "
    REFUND_BOOKS " WHEN 'transfer' THEN " TRANSFER_BOOKS " WHEN 'adjust' THEN a.id IS NOT NULL"
    " END, 0)";
/* clang-format on */
