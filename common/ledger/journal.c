/* journal.c - see journal.h. */
#include "ledger/journal.h"

#include "base/fault.h"

#define AS_WORD(name, word) [name] = word,
static const char *const ACCOUNTS[] = { LEDGER_ACCOUNTS(AS_WORD) };
static const char *const KINDS[] = { LEDGER_KINDS(AS_WORD) };
static const char *const CAUSES[] = { LEDGER_CAUSES(AS_WORD) };

/* The wallet as it is after the rows so far. */
struct booking {
    const struct journal *journal;
    const struct wallet *before;
    struct wallet after;
    char no[NO_SIZE]; /* of the first row, and of the journal */
    int inserted;
};

static bool is_wallets(enum ledger_account account)
{
    return account == ACCOUNT_WALLET || account == ACCOUNT_FROZEN;
}

static bool sum_add(struct money *to, struct money price)
{
    return !__builtin_add_overflow(to->minor, price.minor, &to->minor);
}

/* One row's effect on the wallet. */
static bool row_apply(const struct journal_row *row, struct wallet *wallet)
{
    if (!is_wallets(row->account) || row->price.minor == 0)
        return true;
    wallet->version++;
    return sum_add(row->account == ACCOUNT_WALLET ? &wallet->balance : &wallet->frozen, row->price);
}

/* False: the rows do not sum to nothing, or a sum is too large for its column. */
static bool journal_apply(const struct journal *journal, struct wallet *wallet)
{
    struct money sum = MONEY(0);
    bool ok = sum_add(&wallet->total_recharge, journal->recharge) &&
              sum_add(&wallet->total_expense, journal->expense);

    for (size_t i = 0; ok && i < JOURNAL_ROWS; i++)
        ok = row_apply(&journal->rows[i], wallet) && sum_add(&sum, journal->rows[i].price);
    return ok && sum.minor == 0;
}

static enum pay_err entry_insert(struct db *db, struct booking *w, const struct journal_row *row)
{
    static const char SQL[] =
        "INSERT INTO ledger_entry (no, journal, app_id, account, wallet_id, currency, kind,"
        " biz_type, biz_id, step, price, balance, version)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    const bool ours = is_wallets(row->account);
    char no[NO_SIZE];

    if (row->price.minor == 0)
        return PAY_OK;
    ulid_new(no);
    if (w->no[0] == '\0')
        memcpy(w->no, no, NO_SIZE);
    if (!row_apply(row, &w->after))
        return PAY_FAULT;
    const struct db_param in[] = {
        DB_STR(no),
        DB_STR(w->no),
        DB_NUM(w->before->app_id),
        DB_STR(ACCOUNTS[row->account]),
        DB_NUM_OPT(ours ? w->before->id : 0),
        DB_STR(w->before->currency),
        DB_STR(KINDS[row->kind]),
        DB_STR(CAUSES[w->journal->cause]),
        DB_NUM(w->journal->biz_id),
        DB_NUM(w->journal->step),
        DB_MONEY(row->price),
        { DB_I64, ours ? &w->after.balance.minor : NULL, sizeof(int64_t) },
        DB_NUM_OPT(ours ? w->after.version : 0),
    };
    enum pay_err err = db_exec(db, SQL, DB_LIST(in), NULL);
    w->inserted += err == PAY_OK;
    return err;
}

/* The wallet is locked, so the row is as it was read; the conditions hold all the same. */
static enum pay_err wallet_change(struct db *db, const struct wallet *before,
                                  const struct wallet *after)
{
    static const char SQL[] =
        "UPDATE wallet"
        "   SET balance = balance + ?, frozen = frozen + ?, total_recharge = total_recharge + ?,"
        "       total_expense = total_expense + ?, version = ?"
        " WHERE id = ? AND version = ? AND balance + ? >= 0 AND frozen + ? >= 0";
    const int64_t balance = after->balance.minor - before->balance.minor;
    const int64_t frozen = after->frozen.minor - before->frozen.minor;
    const struct db_param in[] = {
        DB_NUM(balance),
        DB_NUM(frozen),
        DB_NUM(after->total_recharge.minor - before->total_recharge.minor),
        DB_NUM(after->total_expense.minor - before->total_expense.minor),
        DB_NUM(after->version),
        DB_NUM(before->id),
        DB_NUM(before->version),
        DB_NUM(balance),
        DB_NUM(frozen),
    };

    enum pay_err err = db_exec_one(db, SQL, DB_LIST(in));
    return err == PAY_WRONG_STATE ? PAY_FAULT : err;
}

/* PAY_OK: the event was booked before; else `otherwise`. */
static enum pay_err booked_or(struct db *db, const struct journal *journal, enum pay_err otherwise)
{
    static const char SQL[] = "SELECT COUNT(*) FROM ledger_entry"
                              " WHERE biz_type = ? AND biz_id = ? AND step = ?";
    const struct db_param in[] = { DB_STR(CAUSES[journal->cause]), DB_NUM(journal->biz_id),
                                   DB_NUM(journal->step) };
    int64_t rows = 0;

    enum pay_err err = db_number(db, SQL, DB_LIST(in), &rows);
    return err == PAY_OK && rows == 0 ? otherwise : err;
}

static enum pay_err rows_insert(struct db *db, struct booking *w)
{
    enum pay_err err = PAY_OK;

    for (size_t i = 0; err == PAY_OK && i < JOURNAL_ROWS; i++)
        err = entry_insert(db, w, &w->journal->rows[i]);
    FP_AFTER(err, "ledger.inserted");
    return err;
}

static enum pay_err booking_write(struct db *db, const struct wallet *after, struct booking *w)
{
    enum pay_err err = rows_insert(db, w);

    if (err == PAY_OK)
        err = wallet_change(db, w->before, after);
    FP_AFTER(err, "wallet.changed");
    return err;
}

enum pay_err journal_book(struct db *db, const struct journal *journal, struct wallet *wallet,
                          struct journal_booked *out)
{
    struct wallet after = *wallet;
    struct booking work = { .journal = journal, .before = wallet, .after = *wallet };

    *out = (struct journal_booked){ .now = false };
    if (!journal_apply(journal, &after))
        return PAY_FAULT;
    if (after.balance.minor < 0 || after.frozen.minor < 0)
        return booked_or(db, journal, PAY_LOW_BALANCE);
    enum pay_err err = booking_write(db, &after, &work);
    if (err == PAY_DUPLICATE)
        return work.inserted == 0 ? booked_or(db, journal, PAY_FAULT) : PAY_FAULT;
    if (err != PAY_OK)
        return err;
    *wallet = after;
    out->now = true;
    memcpy(out->no, work.no, NO_SIZE);
    return PAY_OK;
}
