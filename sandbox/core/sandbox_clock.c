/* sandbox_clock.c - the test clock of the played channels (sandbox_trade.h). */
#include "sandbox/core/sandbox_trade.h"

/* Of one app's trades and transfers, or of all when the parameter is NULL. */
#define IN_VIEW(view, column) \
    "EXISTS (SELECT 1 FROM " view " m WHERE m.no = " column " AND m.app_key = ?)"

struct advance {
    const char *app_key;
    int64_t seconds, due;
};

static enum pay_err notices_move(struct db *db, struct advance *w)
{
    /* clang-format off */
#define OWED " WHERE status = " STATE(NOTICE_WAITING) " AND claim_token = 0 AND (? IS NULL OR " \
             IN_VIEW("merchant_number", "sandbox_notice.out_trade_no") " OR " \
             IN_VIEW("merchant_transfer", "sandbox_notice.out_trade_no") ")"
    static const char SQL_DUE[] = "SELECT COUNT(*) FROM sandbox_notice" OWED
        " AND due_time > UTC_TIMESTAMP(3) AND due_time <= UTC_TIMESTAMP(3) + INTERVAL ? SECOND";
    static const char SQL[] =
        "UPDATE sandbox_notice SET due_time = due_time - INTERVAL ? SECOND" OWED;
    /* clang-format on */
    const struct db_param app = DB_OPT(w->app_key), seconds = DB_NUM(w->seconds);
    const struct db_param due[] = { app, app, app, seconds };
    const struct db_param in[] = { seconds, app, app, app };

    enum pay_err err = db_number(db, SQL_DUE, DB_LIST(due), &w->due);
    return err == PAY_OK ? db_exec(db, SQL, DB_LIST(in), NULL) : err;
}

static enum pay_err advance_work(struct db *db, void *arg)
{
    /* clang-format off */
    static const char SQL_TRADE[] =
        "UPDATE sandbox_trade SET create_time = create_time - INTERVAL ? SECOND,"
        " expire_time = expire_time - INTERVAL ? SECOND, pay_time = pay_time - INTERVAL ? SECOND,"
        " close_time = close_time - INTERVAL ? SECOND"
        " WHERE ? IS NULL OR " IN_VIEW("merchant_number", "sandbox_trade.out_trade_no");
    /* One table alone: MariaDB asks for other rights on a view in an UPDATE of a join. */
    static const char SQL_MOVE[] =
        "UPDATE sandbox_move SET create_time = create_time - INTERVAL ? SECOND,"
        " done_time = done_time - INTERVAL ? SECOND, due_time = due_time - INTERVAL ? SECOND"
        " WHERE ? IS NULL OR (kind = 'transfer' AND "
        IN_VIEW("merchant_transfer", "sandbox_move.out_no") ")"
        " OR EXISTS (SELECT 1 FROM sandbox_trade t"
        "    JOIN merchant_number m ON m.no = t.out_trade_no"
        "   WHERE t.id = sandbox_move.trade_id AND sandbox_move.kind IN ('refund', 'payer')"
        "     AND m.app_key = ?)";
    /* clang-format on */
    struct advance *w = arg;
    const struct db_param app = DB_OPT(w->app_key), s = DB_NUM(w->seconds);
    /* The day of what an app was told of stays: reconciliation compares it. */
    const struct db_param past = DB_NUM(w->app_key ? 0 : w->seconds);
    const struct db_param trade[] = { s, s, past, past, app, app };
    const struct db_param move[] = { s, past, s, app, app, app };

    enum pay_err err = notices_move(db, w);
    if (err == PAY_OK)
        err = db_exec(db, SQL_TRADE, DB_LIST(trade), NULL);
    return err == PAY_OK ? db_exec(db, SQL_MOVE, DB_LIST(move), NULL) : err;
}

enum pay_err sandbox_clock_advance(struct db *db, const char *app_key, int64_t seconds,
                                   int64_t *due)
{
    struct advance work = { .app_key = app_key, .seconds = seconds };
    enum pay_err err = db_txn(db, advance_work, &work);

    *due = work.due;
    return err;
}
