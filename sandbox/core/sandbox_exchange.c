/* sandbox_exchange.c - see sandbox_exchange.h. */
#include "sandbox/core/sandbox_exchange.h"

#include "base/log.h"
#include "base/text.h"

#define TEXT_MAX 16384
#define EXCHANGES_KEPT 4000
#define SWEEP_EACH 64
#define WHAT_MAX 128

/* The log is for people's eyes: the oldest rows go. */
static enum pay_err exchange_sweep(struct db *db)
{
    static const char SQL[] = "DELETE FROM sandbox_exchange WHERE id <= ? LIMIT 1000";
    const int64_t id = db_last_id(db);
    const struct db_param in[] = { DB_NUM(id - EXCHANGES_KEPT) };

    return id % SWEEP_EACH == 0 ? db_exec(db, SQL, DB_LIST(in), NULL) : PAY_OK;
}

static enum pay_err exchange_insert(struct db *db, void *arg)
{
    static const char SQL[] =
        "INSERT INTO sandbox_exchange (channel, direction, what, out_trade_no, received, canonical,"
        " sent, verdict, http_status) VALUES (?,?,?,?,?,?,?,?,?)";
    const struct sandbox_exchange *e = arg;
    char what_room[WHAT_MAX + 1];
    struct text what = TEXT(what_room);

    text_add_n(&what, e->what, strnlen(str_or(e->what, ""), WHAT_MAX));
    /* clang-format off */
#define CUT(s) DB_BIN(str_or(s, ""), strnlen(str_or(s, ""), TEXT_MAX))
    const struct db_param in[] = {
        DB_STR(e->channel), DB_STR(e->direction), DB_STR(what_room),
        DB_STR(str_or(e->out_trade_no, "")), CUT(e->received), CUT(e->canonical), CUT(e->sent),
        DB_STR(str_or(e->verdict, "")), DB_NUM(e->http_status),
    };
    /* clang-format on */
    enum pay_err err = db_exec(db, SQL, DB_LIST(in), NULL);
    return err == PAY_OK ? exchange_sweep(db) : err;
}

void sandbox_exchange_log(struct db *db, const struct sandbox_exchange *exchange)
{
    struct sandbox_exchange copy = *exchange;
    enum pay_err err = db_txn(db, exchange_insert, &copy);

    if (err != PAY_OK)
        log_event(LOG_WARN, "sandbox.exchange", KV("result", err_name(err)));
}
