/* entry.c - see entry.h. */
#include "ledger/entry.h"

static const struct db_column ENTRY_COLUMNS[] = {
    DB_COLUMN(struct entry, id),          DB_COLUMN_TIME(struct entry, create_time),
    DB_COLUMN(struct entry, price),       DB_COLUMN(struct entry, balance),
    DB_COLUMN(struct entry, no),          DB_COLUMN(struct entry, kind),
    DB_COLUMN(struct entry, order_no),    DB_COLUMN(struct entry, refund_no),
    DB_COLUMN(struct entry, transfer_no), DB_COLUMN(struct entry, merchant_adjust_id),
};

/* STRAIGHT_JOIN: the entries come first, in the order of their index. */
#define ENTRY_FIELDS \
    "SELECT STRAIGHT_JOIN l.id, l.create_time, l.price, l.balance, l.no, l.kind," \
    " IFNULL(o.no, b.no) AS order_no, r.no AS refund_no, t.no AS transfer_no," \
    " a.merchant_adjust_id FROM ledger_entry l"
#define ENTRY_JOINS \
    " LEFT JOIN pay_order o ON l.biz_type = 'order' AND o.id = l.biz_id" \
    " LEFT JOIN pay_refund r ON l.biz_type IN ('refund', 'freeze') AND r.id = l.biz_id" \
    " LEFT JOIN pay_order b ON b.id = r.order_id" \
    " LEFT JOIN pay_transfer t ON l.biz_type = 'transfer' AND t.id = l.biz_id" \
    " LEFT JOIN wallet_adjust a ON l.biz_type = 'adjust' AND a.id = l.biz_id"
#define ENTRY_SELECT ENTRY_FIELDS ENTRY_JOINS

enum pay_err entry_of_adjust(struct db *db, int64_t adjust_id, struct entry *out)
{
    static const char SQL[] = ENTRY_SELECT
        " WHERE l.biz_type = 'adjust' AND l.biz_id = ? AND l.account = 'wallet'";
    const struct db_param in[] = { DB_NUM(adjust_id) };

    enum pay_err err = db_select(
        db,
        &(struct db_query){
            .sql = SQL, .in = in, .n = COUNT(in), .shape = DB_SHAPE(ENTRY_COLUMNS), .row = out });
    return err == PAY_NO_ROW ? PAY_NOT_FOUND : err;
}

enum pay_err entry_list(struct db *db, const struct list_filter *filter, db_each *each, void *arg)
{
    static const char ALL[] = ENTRY_FIELDS
        " FORCE INDEX (idx_time)" ENTRY_JOINS
        " WHERE l.wallet_id = ? AND l.account = 'wallet'" DB_PAGE("l");
    static const char PLACE[] = "SELECT create_time, id FROM ledger_entry"
                                " WHERE no = ? AND wallet_id = ? AND account = 'wallet'";
    static struct entry row;
    const struct db_list list = { ALL, NULL, PLACE, DB_SHAPE(ENTRY_COLUMNS), &row };

    return db_list(db, &list, filter, each, arg);
}

/* ---- views */

#define WALLET(member, kind, name) VIEW_MEMBER(struct wallet, member, kind, name, VIEW_ALWAYS)
static const struct view_member WALLET_MEMBERS[] = {
    WALLET(user_id, VIEW_TEXT, "user_id"),
    WALLET(currency, VIEW_TEXT, "currency"),
    WALLET(balance, VIEW_MONEY, "balance"),
    WALLET(frozen, VIEW_MONEY, "frozen"),
    WALLET(total_recharge, VIEW_MONEY, "total_recharge"),
    WALLET(total_expense, VIEW_MONEY, "total_expense"),
    WALLET(version, VIEW_NUMBER, "version"),
};

void wallet_view(struct json_text *to, const struct wallet *wallet)
{
    static const struct view VIEW_OF_WALLET = VIEW_SHOWS_ALL(WALLET_MEMBERS);

    view_write(to, &VIEW_OF_WALLET, wallet);
}

#define ENTRY(member, kind, name, need) VIEW_MEMBER(struct entry, member, kind, name, need)
static const struct view_member ENTRY_MEMBERS[] = {
    ENTRY(no, VIEW_TEXT, "entry_no", VIEW_ALWAYS),
    ENTRY(kind, VIEW_TEXT, "kind", VIEW_ALWAYS),
    ENTRY(price, VIEW_MONEY, "price", VIEW_ALWAYS),
    ENTRY(balance, VIEW_MONEY, "balance", VIEW_ALWAYS),
    ENTRY(order_no, VIEW_TEXT, "order_no", VIEW_UNLESS_EMPTY),
    ENTRY(refund_no, VIEW_TEXT, "refund_no", VIEW_UNLESS_EMPTY),
    ENTRY(transfer_no, VIEW_TEXT, "transfer_no", VIEW_UNLESS_EMPTY),
    ENTRY(merchant_adjust_id, VIEW_TEXT, "merchant_adjust_id", VIEW_UNLESS_EMPTY),
    ENTRY(create_time, VIEW_TIME, "create_time", VIEW_ALWAYS),
};

const struct view ENTRY_VIEW = VIEW_SHOWS_ALL(ENTRY_MEMBERS);

void entry_view(struct json_text *to, const struct entry *entry)
{
    view_write(to, &ENTRY_VIEW, entry);
}
