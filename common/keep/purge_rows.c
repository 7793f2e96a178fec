/* purge_rows.c - rows that are deleted one by one, since no monthly partition drops them: in
 * batches, by primary key, so that a purge does not hold up the work beside it. */
#include "keep/purge.h"
#include "base/text.h"

#define DELETE_BATCH 500

static const char SQL_OLD_NONCES[] =
    "SELECT id FROM (SELECT id, create_time FROM api_nonce ORDER BY id LIMIT 500) n"
    " WHERE create_time < UTC_TIMESTAMP(3) - INTERVAL 900 SECOND";
static const char SQL_DROP_NONCES[] =
    "DELETE n FROM JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) j"
    "  STRAIGHT_JOIN api_nonce n ON n.id = j.id";

/* A host that is used again gets a new row with its next failure. Paused rows belong to an
 * operator. */
static const char SQL_OLD_HOSTS[] =
    "SELECT id FROM notify_endpoint"
    " WHERE paused = 0 AND update_time < UTC_TIMESTAMP(3) - INTERVAL 30 DAY"
    " ORDER BY id LIMIT 500";
static const char SQL_DROP_HOSTS[] =
    "DELETE e FROM JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) j"
    "  STRAIGHT_JOIN notify_endpoint e ON e.id = j.id"
    " WHERE e.paused = 0 AND e.update_time < UTC_TIMESTAMP(3) - INTERVAL 30 DAY";

static const char SQL_COUNT_REFUSED[] =
    "SELECT COUNT(*) FROM callback_log"
    " WHERE believed = 0 AND create_time < UTC_TIMESTAMP(3) - INTERVAL ? DAY";
static const char SQL_DROP_REFUSED[] =
    "DELETE FROM callback_log"
    " WHERE believed = 0 AND create_time < UTC_TIMESTAMP(3) - INTERVAL ? DAY"
    " ORDER BY create_time LIMIT 500";
/* Yesterday's stay: the clocks of two machines may show different days. */
static const char SQL_DROP_BOUNDS[] =
    "DELETE FROM callback_bound WHERE day < UTC_DATE() - INTERVAL 1 DAY";

/* ---- rows are found without locks, and deleted by number */

struct old_rows {
    const char *drop;
    int64_t count;
    struct text list;
};
struct old_row {
    int64_t id;
};

static enum pay_err keep_old(void *arg, void *row)
{
    struct old_rows *old = arg;
    const struct old_row *one = row;

    text_add(&old->list, old->count++ ? "," : "[");
    text_add_i64(&old->list, one->id);
    return PAY_OK;
}

static enum pay_err drop_old(struct db *db, void *arg)
{
    const struct old_rows *old = arg;
    const struct db_param in[] = { DB_BIN(old->list.at, old->list.len) };

    return db_exec(db, old->drop, DB_LIST(in), NULL);
}

static enum pay_err drop_by_id(struct db *db, const char *find, const char *drop, bool dry,
                               int64_t *gone)
{
    static const struct db_column COLUMNS[] = { DB_COLUMN(struct old_row, id) };
    static char room[DELETE_BATCH * 24];
    struct old_rows old = { .drop = drop, .list = TEXT(room) };
    struct old_row row;

    enum pay_err err = db_select(
        db,
        &(const struct db_query){
            .sql = find, .shape = DB_SHAPE(COLUMNS), .row = &row, .each = keep_old, .arg = &old });
    db_end(db);
    text_add_char(&old.list, ']');
    if (err == PAY_OK && old.count > 0 && !dry)
        err = db_txn(db, drop_old, &old);
    *gone = err == PAY_OK ? old.count : 0;
    return err;
}

static enum pay_err drop_nonces(struct db *db, int64_t keep_days, bool dry, int64_t *gone)
{
    (void)keep_days;
    return drop_by_id(db, SQL_OLD_NONCES, SQL_DROP_NONCES, dry, gone);
}

static enum pay_err drop_hosts(struct db *db, int64_t keep_days, bool dry, int64_t *gone)
{
    (void)keep_days;
    return drop_by_id(db, SQL_OLD_HOSTS, SQL_DROP_HOSTS, dry, gone);
}

/* ---- refused callbacks; the counts of past days go with the last batch */

struct refused_drop {
    int64_t keep_days, count;
};

static enum pay_err drop_refused_work(struct db *db, void *arg)
{
    struct refused_drop *drop = arg;
    const struct db_param in[] = { DB_NUM(drop->keep_days) };

    enum pay_err err = db_exec(db, SQL_DROP_REFUSED, DB_LIST(in), &drop->count);
    if (err == PAY_OK && drop->count < DELETE_BATCH)
        err = db_exec(db, SQL_DROP_BOUNDS, NULL, 0, NULL);
    return err;
}

static enum pay_err drop_refused(struct db *db, int64_t keep_days, bool dry, int64_t *gone)
{
    struct refused_drop drop = { keep_days, 0 };
    const struct db_param in[] = { DB_NUM(keep_days) };

    enum pay_err err = dry ? db_number(db, SQL_COUNT_REFUSED, in, COUNT(in), &drop.count)
                           : db_txn(db, drop_refused_work, &drop);
    if (dry)
        db_end(db);
    *gone = err == PAY_OK ? drop.count : 0;
    return err;
}

/* ---- the table */

static const struct {
    const char *name;
    enum pay_err (*drop)(struct db *db, int64_t keep_days, bool dry, int64_t *gone);
} KINDS[PURGE_KINDS] = {
    [PURGE_NONCES] = { "nonces", drop_nonces },
    [PURGE_REFUSED] = { "refused", drop_refused },
    [PURGE_HOSTS] = { "hosts", drop_hosts },
};

const char *purge_kind_name(enum purge_kind kind)
{
    return KINDS[kind].name;
}

enum pay_err purge_rows(struct db *db, enum purge_kind kind, int64_t keep_days,
                        struct purge_report *report, bool *more)
{
    int64_t gone = 0;
    enum pay_err err = KINDS[kind].drop(db, keep_days, report->dry, &gone);

    report->rows[kind] += gone;
    *more = err == PAY_OK && !report->dry && gone == DELETE_BATCH;
    return err;
}
