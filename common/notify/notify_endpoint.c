/* notify_endpoint.c - see notify_endpoint.h. */
#include "notify/notify_endpoint.h"
#include "base/text.h"
#include "notify/notify_state.h"

#define WAKE_MAX 1000 /* the others come in their time */

static const char SQL_LOAD[] =
    "SELECT id, consecutive_fail,"
    "       COALESCE(TIMESTAMPDIFF(MICROSECOND, UTC_TIMESTAMP(3), open_until) DIV 1000, 0)"
    "         AS open_ms,"
    "       COALESCE(TIMESTAMPDIFF(MICROSECOND, UTC_TIMESTAMP(3), first_until) DIV 1000, 0)"
    "         AS first_ms,"
    "       paused"
    "  FROM notify_endpoint"
    " WHERE app_id = ? AND scheme = ? AND host = ? AND port = ?";

enum pay_err notify_endpoint_load(struct db *db, int64_t app_id, const struct http_url *url,
                                  struct notify_endpoint *out)
{
    static const struct db_column COLUMNS[] = {
        DB_COLUMN(struct notify_endpoint, id),
        DB_COLUMN(struct notify_endpoint, consecutive_fail),
        DB_COLUMN(struct notify_endpoint, open_ms),
        DB_COLUMN(struct notify_endpoint, first_ms),
        DB_COLUMN(struct notify_endpoint, paused),
    };
    const struct db_param in[] = {
        DB_NUM(app_id),
        DB_STR(url->scheme),
        DB_STR(url->host),
        DB_NUM(url->port),
    };
    enum pay_err err = db_select(db, &(const struct db_query){
                                         .sql = SQL_LOAD,
                                         .in = in,
                                         .n = COUNT(in),
                                         .shape = DB_SHAPE(COLUMNS),
                                         .row = out,
                                     });
    if (err != PAY_NO_ROW)
        return err;
    *out = (struct notify_endpoint){ 0 };
    return PAY_OK;
}

struct making {
    int64_t app_id;
    const struct http_url *url;
};

static const char SQL_MAKE[] = "INSERT IGNORE INTO notify_endpoint (app_id, scheme, host, port)"
                               " VALUES (?, ?, ?, ?)";

static enum pay_err endpoint_make_work(struct db *db, void *arg)
{
    const struct making *making = arg;
    const struct db_param in[] = {
        DB_NUM(making->app_id),
        DB_STR(making->url->scheme),
        DB_STR(making->url->host),
        DB_NUM(making->url->port),
    };
    return db_exec(db, SQL_MAKE, DB_LIST(in), NULL);
}

enum pay_err notify_endpoint_make(struct db *db, int64_t app_id, const struct http_url *url,
                                  int64_t *id)
{
    struct notify_endpoint state;
    enum pay_err err = db_txn(db, endpoint_make_work, &(struct making){ app_id, url });

    if (err == PAY_OK)
        err = notify_endpoint_load(db, app_id, url, &state);
    db_end(db);
    if (err == PAY_OK)
        *id = state.id;
    return err;
}

static const char SQL_PROBE[] =
    "UPDATE notify_endpoint"
    "   SET open_until = IF(? = 1, UTC_TIMESTAMP(3) + INTERVAL ? SECOND, open_until),"
    "       first_until = IF(? = 1, UTC_TIMESTAMP(3) + INTERVAL ? SECOND, first_until)"
    " WHERE id = ? AND consecutive_fail >= ?"
    "   AND (? = 0 OR open_until IS NULL OR open_until <= UTC_TIMESTAMP(3))"
    "   AND (? = 0 OR first_until IS NULL OR first_until <= UTC_TIMESTAMP(3))";

enum pay_err notify_endpoint_probe(struct db *db, const struct notify_probe *probe, bool *won)
{
    const struct db_param in[] = {
        DB_NUM(probe->ripe),    DB_NUM(NOTIFY_PROBE_S), DB_NUM(probe->first),
        DB_NUM(NOTIFY_PROBE_S), DB_NUM(probe->id),      DB_NUM(NOTIFY_OPEN_AFTER),
        DB_NUM(probe->ripe),    DB_NUM(probe->first),
    };
    int64_t changed = 0;
    enum pay_err err = db_exec(db, SQL_PROBE, DB_LIST(in), &changed);

    *won = err == PAY_OK && changed == 1;
    return err;
}

static const char SQL_CLOSE[] =
    "UPDATE notify_endpoint"
    "   SET consecutive_fail = 0, open_until = NULL, first_until = NULL, open_since = NULL,"
    "       last_ok_time = UTC_TIMESTAMP(3)"
    " WHERE id = ?";

/* MariaDB assigns from left to right: the others are reckoned from the new consecutive_fail. The
 * first opening lasts 30 s, each further failed probe doubles it. */
#define OPEN_FOR \
    "UTC_TIMESTAMP(3) + INTERVAL LEAST(900, 30 << LEAST(consecutive_fail - 5, 5)) SECOND"
#define OPEN_SINCE \
    "open_since = IF(consecutive_fail < 5, NULL, COALESCE(open_since, UTC_TIMESTAMP(3)))," \
    "first_until = IF(? = 1, UTC_TIMESTAMP(3) + INTERVAL ? SECOND, first_until)"

/* clang-format off */
static const char SQL_FAILED[] =
    "UPDATE notify_endpoint"
    "   SET consecutive_fail = IF(open_until > UTC_TIMESTAMP(3), consecutive_fail,"
    "                             GREATEST(consecutive_fail + 1, LEAST(consecutive_fail + ?, 5))),"
    "       open_until = IF(open_until > UTC_TIMESTAMP(3) OR consecutive_fail < 5, open_until, "
    OPEN_FOR "),"
    OPEN_SINCE
    " WHERE id = ?";
/* clang-format on */

static const char SQL_PROBE_FAILED[] =
    "UPDATE notify_endpoint"
    "   SET consecutive_fail = GREATEST(consecutive_fail + 1, 5), open_until = " OPEN_FOR
    "," OPEN_SINCE " WHERE id = ?";

enum pay_err notify_endpoint_write(struct db *db, const struct notify_endpoint_tally *tally)
{
    const struct db_param id_only[] = { DB_NUM(tally->id) };
    const struct db_param failed[] = {
        DB_NUM(tally->failed),
        DB_NUM(tally->first),
        DB_NUM(NOTIFY_FIRST_GAP_S),
        DB_NUM(tally->id),
    };

    if (tally->ok > 0)
        return db_exec(db, SQL_CLOSE, DB_LIST(id_only), NULL);
    if (tally->ripe)
        return db_exec(db, SQL_PROBE_FAILED, failed + 1, COUNT(failed) - 1, NULL);
    if (tally->failed > 0)
        return db_exec(db, SQL_FAILED, DB_LIST(failed), NULL);
    return PAY_OK;
}

/* ---- waking. Tasks are found without locks and changed by primary key, in its order. */

/* clang-format off */
static const char SQL_PARKED[] =
    "SELECT t.id"
    "  FROM (SELECT id, app_id, notify_url FROM notify_task FORCE INDEX (idx_parked)"
    "         WHERE parked_since IS NOT NULL AND app_id = ? AND status = " STATE(NOTIFY_WAITING)
    "         LIMIT 5000) t"
    "  JOIN notify_endpoint e ON e.id = ? AND " NOTIFY_IS_HOST_OF_TASK
    " ORDER BY t.id LIMIT ?";
/* clang-format on */
static const char SQL_WAKE[] =
    "UPDATE JSON_TABLE(?, '$[*]' COLUMNS (n FOR ORDINALITY, id BIGINT UNSIGNED PATH '$')) j"
    "  STRAIGHT_JOIN notify_task t ON t.id = j.id"
    "   SET t.next_notify_time = LEAST(t.next_notify_time,"
    "                                  UTC_TIMESTAMP(3) + INTERVAL (j.n * 2000) MICROSECOND)"
    " WHERE t.parked_since IS NOT NULL AND t.claim_token = 0 AND t.status = " STATE(NOTIFY_WAITING);

struct wake_row {
    int64_t id;
};

static enum pay_err keep_id(void *arg, void *row)
{
    const struct wake_row *one = row;

    text_addf(arg, ",%lld", (long long)one->id);
    return PAY_OK;
}

static enum pay_err endpoints_wake_work(struct db *db, void *arg)
{
    const struct text *list = arg;
    const struct db_param in[] = { DB_BIN(list->at, list->len) };

    return db_exec(db, SQL_WAKE, DB_LIST(in), NULL);
}

enum pay_err notify_endpoint_wake(struct db *db, const struct notify_asleep *of)
{
    static const struct db_column COLUMNS[] = { DB_COLUMN(struct wake_row, id) };
    static char room[WAKE_MAX * 21 + 8];
    const struct db_param in[] = {
        DB_NUM(of->app_id),
        DB_NUM(of->endpoint_id),
        DB_NUM(WAKE_MAX),
    };
    struct text list = TEXT(room);
    struct wake_row row;

    text_add(&list, "[0");
    enum pay_err err = db_select(db, &(const struct db_query){ .sql = SQL_PARKED,
                                                               .in = in,
                                                               .n = COUNT(in),
                                                               .shape = DB_SHAPE(COLUMNS),
                                                               .row = &row,
                                                               .each = keep_id,
                                                               .arg = &list });
    db_end(db);
    text_add_char(&list, ']');
    if (err != PAY_OK || list.full)
        return err == PAY_OK ? PAY_FULL : err;
    return db_txn(db, endpoints_wake_work, &list);
}

/* ---- for people */

/* When nothing waits for an open host any more, no probe closes it. After two days it is left out:
 * the longest gap between two tries of the default schedule is one day. */
#define IS_OPEN "e.open_since IS NOT NULL AND e.open_until > UTC_TIMESTAMP(3) - INTERVAL 2 DAY"

enum pay_err notify_open_hosts(struct db *db, int64_t limit, int64_t *count, db_each *each,
                               void *arg)
{
    static const char SQL_COUNT[] = "SELECT COUNT(*) FROM notify_endpoint e WHERE " IS_OPEN;
    static const char SQL_LIST[] =
        "SELECT e.app_id, e.consecutive_fail, e.open_since, e.open_until, a.app_key,"
        "       " NOTIFY_ORIGIN " AS origin"
        "  FROM notify_endpoint e JOIN pay_app a ON a.id = e.app_id"
        " WHERE " IS_OPEN " ORDER BY e.open_since LIMIT ?";
    static const struct db_column COLUMNS[] = {
        DB_COLUMN(struct notify_open_host, app_id),
        DB_COLUMN(struct notify_open_host, consecutive_fail),
        DB_COLUMN_TIME(struct notify_open_host, open_since),
        DB_COLUMN_TIME(struct notify_open_host, open_until),
        DB_COLUMN(struct notify_open_host, app_key),
        DB_COLUMN(struct notify_open_host, origin),
    };
    const struct db_param in[] = { DB_NUM(limit) };
    struct notify_open_host row = { 0 };

    enum pay_err err = db_number(db, SQL_COUNT, NULL, 0, count);
    if (err == PAY_OK && *count > 0)
        err = db_select(db, &(const struct db_query){ .sql = SQL_LIST,
                                                      .in = in,
                                                      .n = COUNT(in),
                                                      .shape = DB_SHAPE(COLUMNS),
                                                      .row = &row,
                                                      .each = each,
                                                      .arg = arg });
    db_end(db);
    return err;
}
