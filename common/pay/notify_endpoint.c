/* notify_endpoint.c - see notify_endpoint.h. */
#include "pay/notify_endpoint.h"

static const char SQL_LOAD[] =
    "SELECT id, consecutive_fail,"
    "       COALESCE(TIMESTAMPDIFF(MICROSECOND, UTC_TIMESTAMP(3), open_until) DIV 1000, 0)"
    "         AS open_ms,"
    "       paused"
    "  FROM notify_endpoint"
    " WHERE app_id = ? AND scheme = ? AND host = ? AND port = ?";

enum pay_err notify_endpoint_load(struct db *db, int64_t app_id, const struct http_url *url,
                                  struct notify_endpoint *out)
{
    static const struct db_column COLUMNS[] = {
        DB_COLUMN(struct notify_endpoint, id), DB_COLUMN(struct notify_endpoint, consecutive_fail),
        DB_COLUMN(struct notify_endpoint, open_ms), DB_COLUMN(struct notify_endpoint, paused),
    };
    const struct db_param in[] = {
        DB_NUM(app_id), DB_STR(url->scheme), DB_STR(url->host), DB_NUM(url->port),
    };
    enum pay_err err = db_select(db, &(const struct db_query){
        .sql = SQL_LOAD, .in = in, .n = COUNT(in), .shape = DB_SHAPE(COLUMNS), .row = out,
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

static const char SQL_MAKE[] =
    "INSERT IGNORE INTO notify_endpoint (app_id, scheme, host, port)"
    " VALUES (?, ?, ?, ?)";

static enum pay_err make(struct db *db, void *arg)
{
    const struct making *making = arg;
    const struct db_param in[] = {
        DB_NUM(making->app_id), DB_STR(making->url->scheme), DB_STR(making->url->host),
        DB_NUM(making->url->port),
    };
    return db_exec(db, SQL_MAKE, DB_LIST(in), NULL);
}

enum pay_err notify_endpoint_make(struct db *db, int64_t app_id, const struct http_url *url,
                                  int64_t *id)
{
    struct notify_endpoint state;
    enum pay_err err = db_txn(db, make, &(struct making){ app_id, url });

    if (err == PAY_OK)
        err = notify_endpoint_load(db, app_id, url, &state);
    db_end(db);
    if (err == PAY_OK)
        *id = state.id;
    return err;
}

static const char SQL_PROBE[] =
    "UPDATE notify_endpoint"
    "   SET open_until = UTC_TIMESTAMP(3) + INTERVAL ? SECOND"
    " WHERE id = ? AND consecutive_fail >= ?"
    "   AND (open_until IS NULL OR open_until <= UTC_TIMESTAMP(3))";

enum pay_err notify_endpoint_probe(struct db *db, int64_t id, bool *won)
{
    const struct db_param in[] = {
        DB_NUM(NOTIFY_PROBE_S), DB_NUM(id), DB_NUM(NOTIFY_OPEN_AFTER),
    };
    int64_t changed = 0;
    enum pay_err err = db_exec(db, SQL_PROBE, DB_LIST(in), &changed);

    *won = err == PAY_OK && changed == 1;
    return err;
}

static const char SQL_CLOSE[] =
    "UPDATE notify_endpoint"
    "   SET consecutive_fail = 0, open_until = NULL, last_ok_time = UTC_TIMESTAMP(3)"
    " WHERE id = ?";

/* MariaDB assigns from left to right: open_until is reckoned from the new consecutive_fail. The
 * first opening lasts 30 s, each further failed probe doubles it. */
#define OPEN_FOR \
    "UTC_TIMESTAMP(3) + INTERVAL LEAST(900, 30 << LEAST(consecutive_fail - 5, 5)) SECOND"

static const char SQL_FAILED[] =
    "UPDATE notify_endpoint"
    "   SET consecutive_fail = IF(open_until > UTC_TIMESTAMP(3), consecutive_fail,"
    "                             GREATEST(consecutive_fail + 1, LEAST(consecutive_fail + ?, 5))),"
    "       open_until = IF(open_until > UTC_TIMESTAMP(3) OR consecutive_fail < 5, open_until, "
    OPEN_FOR ")"
    " WHERE id = ?";

static const char SQL_PROBE_FAILED[] =
    "UPDATE notify_endpoint"
    "   SET consecutive_fail = GREATEST(consecutive_fail + 1, 5), open_until = " OPEN_FOR
    " WHERE id = ?";

enum pay_err notify_endpoint_write(struct db *db, const struct notify_endpoint_news *news)
{
    const struct db_param id_only[] = { DB_NUM(news->id) };
    const struct db_param failed[] = { DB_NUM(news->failed), DB_NUM(news->id) };

    if (news->ok > 0)
        return db_exec(db, SQL_CLOSE, DB_LIST(id_only), NULL);
    if (news->probe)
        return db_exec(db, SQL_PROBE_FAILED, DB_LIST(id_only), NULL);
    if (news->failed > 0)
        return db_exec(db, SQL_FAILED, DB_LIST(failed), NULL);
    return PAY_OK;
}
