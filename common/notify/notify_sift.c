/* notify_sift.c - a claim failed: which of its tasks cannot be claimed? Each is tried alone, in a
 * transaction that is rolled back. Those that fail are put off with an alert, so that what is due
 * behind them is sent. When all fail the cause is another one, and none is put off. */
#include "app/alert.h"
#include "base/log.h"
#include "base/ulid.h"
#include "notify/notify_private.h"

/* clang-format off */
#define DUE_IDS(order) \
    "SELECT id FROM notify_task FORCE INDEX (idx_due)" \
    " WHERE status = " STATE(NOTIFY_WAITING) " AND lane = ?" \
    "   AND next_notify_time <= UTC_TIMESTAMP(3)" \
    " ORDER BY " order " LIMIT ?"
/* clang-format on */
static const char SQL_OLDEST[] = DUE_IDS("next_notify_time");
static const char SQL_NEWEST[] = DUE_IDS("status DESC, lane DESC, next_notify_time DESC");
static const char SQL_PUT_OFF[] =
    "UPDATE notify_task FORCE INDEX (PRIMARY)"
    "   SET next_notify_time = UTC_TIMESTAMP(3) + INTERVAL 1 HOUR WHERE id = ?";
static const char SQL_WHOSE[] = "SELECT app_id, no FROM notify_task WHERE id = ?";

bool notify_is_of_a_row(enum pay_err err)
{
    return err != PAY_OK && err != PAY_DB_AWAY && err != PAY_LOST && err != PAY_TRY_AGAIN;
}

struct suspects {
    int64_t at[2 * NOTIFY_BATCH_MAX];
    size_t count;
};
struct suspect {
    int64_t id;
};

static enum pay_err keep_suspect(void *arg, void *row)
{
    struct suspects *all = arg;
    const struct suspect *one = row;

    if (all->count < COUNT(all->at))
        all->at[all->count++] = one->id;
    return PAY_OK;
}

static enum pay_err find_suspects(struct db *db, const struct notify_claim *claim,
                                  struct suspects *out)
{
    static const struct db_column COLUMNS[] = { DB_COLUMN(struct suspect, id) };
    struct suspect row;
    enum pay_err err = PAY_OK;

    out->count = 0;
    for (int64_t lane = 0; lane < 2 && err == PAY_OK; lane++) {
        const struct db_param in[] = { DB_NUM(lane), DB_NUM(claim->limit[lane]) };
        err = db_select(db, &(const struct db_query){
                                .sql = claim->newest ? SQL_NEWEST : SQL_OLDEST,
                                .in = in,
                                .n = COUNT(in),
                                .shape = DB_SHAPE(COLUMNS),
                                .row = &row,
                                .each = keep_suspect,
                                .arg = out,
                            });
    }
    db_end(db);
    return err;
}

static enum pay_err try_work(struct db *db, void *arg)
{
    enum pay_err err = notify_claim_rows(db, arg);

    return err == PAY_OK ? PAY_STOP : err; /* rolls back */
}

/* Those that fail stay in the list. *others: some do not. */
static enum pay_err try_each(struct db *db, struct notify_claim *claim, struct suspects *all,
                             bool *others)
{
    enum pay_err err = PAY_STOP;
    size_t bad = 0;

    for (size_t i = 0; i < all->count && err != PAY_DB_AWAY && err != PAY_LOST; i++) {
        claim->only = all->at[i];
        err = db_txn(db, try_work, claim);
        if (notify_is_of_a_row(err) && err != PAY_STOP)
            all->at[bad++] = all->at[i];
        *others = *others || (err == PAY_STOP && claim->count > 0);
    }
    claim->only = 0;
    all->count = bad;
    return err == PAY_DB_AWAY || err == PAY_LOST ? err : PAY_OK;
}

struct whose {
    int64_t app_id;
    char no[NO_SIZE];
};

static enum pay_err put_off(struct db *db, void *arg)
{
    static const struct db_column COLUMNS[] = {
        DB_COLUMN(struct whose, app_id),
        DB_COLUMN(struct whose, no),
    };
    const struct db_param in[] = { DB_NUM_AT(arg) };
    struct whose of = { .app_id = 0 };

    enum pay_err err = db_select(
        db,
        &(const struct db_query){
            .sql = SQL_WHOSE, .in = in, .n = COUNT(in), .shape = DB_SHAPE(COLUMNS), .row = &of });
    if (err == PAY_OK)
        err = db_exec(db, SQL_PUT_OFF, DB_LIST(in), NULL);
    if (err != PAY_OK)
        return err;
    return alert_raise_each(
        db, &(const struct alert_crowd){
                .kind = "notify_unreadable",
                .app_id = of.app_id,
                .about = of.no,
                .text = "this notification cannot be claimed: the runner's log has the reason; it"
                        " is put off for an hour, again and again" });
}

bool notify_sift(struct db *db, struct notify_claim *claim)
{
    static struct suspects all;
    bool others = false;

    if (find_suspects(db, claim, &all) != PAY_OK || try_each(db, claim, &all, &others) != PAY_OK)
        return false;
    for (size_t i = 0; i < all.count && others; i++) {
        enum pay_err err = db_txn(db, put_off, &all.at[i]);
        log_event(LOG_ERROR, "notify.unreadable", KN("task_id", all.at[i]),
                  KV("put_off", err_name(err)));
    }
    return others && all.count > 0;
}
