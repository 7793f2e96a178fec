/* doctor.c - the SQL of doctor's facts, and nginx.conf's worker_connections. */
#include "watch/doctor.h"
#include <string.h>
#include "base/config.h"
#include "base/file.h"
#include "base/text.h"
#include "checkout/order_open.h"
#include "notify/notify_state.h"
#include "settle/order_pay.h"

#define NGINX_DEFAULT 512

static const struct db_column FACT_COLUMNS[] = {
    DB_COLUMN_TIME(struct doctor_facts, now),    DB_COLUMN(struct doctor_facts, flush_at_commit),
    DB_COLUMN(struct doctor_facts, pool_mb),     DB_COLUMN(struct doctor_facts, redo_mb),
    DB_COLUMN(struct doctor_facts, connections), DB_COLUMN(struct doctor_facts, partitions_ahead),
    DB_COLUMN(struct doctor_facts, nonces),      DB_COLUMN_TIME(struct doctor_facts, migrated),
    DB_COLUMN(struct doctor_facts, own_clocks),  DB_COLUMN(struct doctor_facts, version),
};

static enum pay_err keep_host(void *arg, void *row)
{
    *(struct notify_open_host *)arg = *(const struct notify_open_host *)row;
    return PAY_OK;
}

enum pay_err doctor_facts(struct db *db, struct doctor_facts *out)
{
    static const char SQL[] =
        "SELECT UTC_TIMESTAMP(3) AS now, @@innodb_flush_log_at_trx_commit AS flush_at_commit,"
        " @@innodb_buffer_pool_size DIV 1048576 AS pool_mb,"
        " @@innodb_log_file_size DIV 1048576 AS redo_mb, @@max_connections AS connections,"
        " (SELECT COUNT(DISTINCT table_name) FROM information_schema.partitions"
        "  WHERE table_schema = DATABASE() AND table_name IN ('notify_log', 'callback_log', "
        "'status_log')"
        "  AND partition_description > CONCAT('''', UTC_DATE() + INTERVAL 1 MONTH)"
        "  AND partition_description <> 'MAXVALUE') AS partitions_ahead,"
        " (SELECT COUNT(*) FROM api_nonce WHERE create_time < UTC_TIMESTAMP(3) - INTERVAL 2 DAY)"
        " AS nonces, (SELECT MIN(apply_time) FROM schema_migration) AS migrated,"
        " @@secure_timestamp = 'NO' AS own_clocks, VERSION() AS version";

    enum pay_err err = db_select(
        db, &(struct db_query){ .sql = SQL, .shape = DB_SHAPE(FACT_COLUMNS), .row = out });
    db_end(db);
    if (err == PAY_OK)
        err = gauges_read(db, &out->gauges);
    if (err == PAY_OK)
        err = notify_open_hosts(db, 1, &out->open_hosts, keep_host, &out->longest);
    return err;
}

enum pay_err doctor_reads(struct db *db, bool sandbox)
{
    static const char SQL[] = "SELECT COUNT(*) FROM (SELECT id FROM pay_app LIMIT 1) x";
    static const char SQL_ANYTHING[] = "SELECT 1";
    int64_t unused;

    enum pay_err err = db_number(db, sandbox ? SQL_ANYTHING : SQL, NULL, 0, &unused);
    db_end(db);
    return err;
}

static enum pay_err pay_nothing(struct db *db)
{
    static const struct order NO_ORDER;
    static const struct notify_plan NO_TASK;
    static const struct channel_said NOTHING;

    enum pay_err err = order_pay(
        db, &(struct order_paying){ .paid = &NO_ORDER, .said = &NOTHING, .task = &NO_TASK });
    return err == PAY_WRONG_STATE ? PAY_OK : err;
}

enum pay_err doctor_calls(struct db *db, const char **which)
{
    /* Shows an account what it may execute. */
    static const char SQL[] = "SELECT 1 FROM information_schema.ROUTINES"
                              " WHERE ROUTINE_SCHEMA = DATABASE() AND ROUTINE_NAME = ?";
    static const struct db_procedure *const ALL[] = { &ORDER_OPEN, &ORDER_OPEN_PAID, &NOTIFY_ADD,
                                                      &ORDER_PAY };
    enum pay_err err = PAY_OK;
    int64_t unused;

    for (size_t i = 0; i < COUNT(ALL) && err == PAY_OK; i++) {
        *which = ALL[i]->name;
        const struct db_param in[] = { DB_STR(*which) };
        err = db_number(db, SQL, DB_LIST(in), &unused);
        db_end(db);
    }
    return err == PAY_OK ? pay_nothing(db) : err;
}

static const struct db_column WAITING_COLUMNS[] = {
    DB_COLUMN(struct doctor_waiting, app_key),
    DB_COLUMN(struct doctor_waiting, count),
    DB_COLUMN_TIME(struct doctor_waiting, oldest),
    DB_COLUMN(struct doctor_waiting, all),
};

enum pay_err doctor_waiting(struct db *db, struct doctor_waiting *out)
{
    /* clang-format off */
    static const char SQL[] =
        "SELECT a.app_key, w.`count`, w.oldest, w.`all` FROM"
        " (SELECT app_id, COUNT(*) AS `count`, MIN(create_time) AS oldest,"
        "         SUM(COUNT(*)) OVER () AS `all`"
        "    FROM (SELECT app_id, create_time FROM notify_task"
        "           WHERE status = " STATE(NOTIFY_WAITING) " AND lane = 1 LIMIT ?) t"
        "   GROUP BY app_id) w"
        " JOIN pay_app a ON a.id = w.app_id ORDER BY w.`count` DESC LIMIT 1";
    /* clang-format on */
    const struct db_param in[] = { DB_NUM(DOCTOR_WAITING_MOST) };

    enum pay_err err = db_select(
        db,
        &(struct db_query){
            .sql = SQL, .in = in, .n = COUNT(in), .shape = DB_SHAPE(WAITING_COLUMNS), .row = out });
    db_end(db);
    return err;
}

enum pay_err doctor_channel_next(struct db *db, int64_t *channel_id)
{
    /* clang-format off */
    static const char SQL[] =
        "SELECT id FROM pay_channel WHERE id > ? AND status = " STATE(CHANNEL_ENABLED)
        " ORDER BY id LIMIT 1";
    /* clang-format on */
    const struct db_param in[] = { DB_NUM(*channel_id) };

    enum pay_err err = db_number(db, SQL, DB_LIST(in), channel_id);
    db_end(db);
    return err;
}

int64_t doctor_nginx_connections(const char *path)
{
    static const char NAME[] = "worker_connections";
    static char conf[65536];
    int64_t n;

    if (file_read(path, conf, sizeof(conf)) != PAY_OK)
        return -1;
    for (const char *at = conf; (at = strstr(at, NAME));) {
        const char *line = at;
        while (line > conf && line[-1] != '\n')
            line--;
        const bool comment = memchr(line, '#', (size_t)(at - line));
        at += strlen(NAME);
        at += strspn(at, " \t");
        if (!comment && str_to_i64_n(at, strspn(at, "0123456789"), 1, INT32_MAX, &n))
            return n;
    }
    return NGINX_DEFAULT;
}
