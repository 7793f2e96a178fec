#include "pay/doctor.h"
#include <string.h>
#include "base/config.h"
#include "base/text.h"

#define NGINX_DEFAULT 512

static const struct db_column FACT_COLUMNS[] = {
    DB_COLUMN_TIME(struct doctor_facts, now),
    DB_COLUMN(struct doctor_facts, flush_at_commit),
    DB_COLUMN(struct doctor_facts, due),
    DB_COLUMN(struct doctor_facts, oldest_due_s),
    DB_COLUMN(struct doctor_facts, given_up),
    DB_COLUMN(struct doctor_facts, open_alerts),
    DB_COLUMN(struct doctor_facts, partitions_ahead),
    DB_COLUMN(struct doctor_facts, nonces),
    DB_COLUMN(struct doctor_facts, version),
};

enum pay_err doctor_facts(struct db *db, struct doctor_facts *out)
{
    static const char SQL[] =
        "SELECT UTC_TIMESTAMP(3), @@innodb_flush_log_at_trx_commit,"
        " (SELECT COUNT(*) FROM notify_task WHERE status = 0 AND next_notify_time <= "
        "UTC_TIMESTAMP(3)),"
        " (SELECT IFNULL(TIMESTAMPDIFF(SECOND, MIN(next_notify_time), UTC_TIMESTAMP(3)), 0)"
        "  FROM notify_task WHERE status = 0 AND next_notify_time <= UTC_TIMESTAMP(3)),"
        " (SELECT COUNT(*) FROM notify_task WHERE status = 20),"
        " (SELECT COUNT(*) FROM pay_alert WHERE closed_by IS NULL),"
        " (SELECT COUNT(DISTINCT table_name) FROM information_schema.partitions"
        "  WHERE table_schema = DATABASE() AND table_name IN ('notify_log', 'callback_log', "
        "'status_log')"
        "  AND partition_description > CONCAT('''', UTC_DATE() + INTERVAL 1 MONTH)"
        "  AND partition_description <> 'MAXVALUE'),"
        " (SELECT COUNT(*) FROM api_nonce WHERE create_time < UTC_TIMESTAMP(3) - INTERVAL 2 DAY),"
        " VERSION()";

    enum pay_err err = db_select(
        db, &(struct db_query){ .sql = SQL, .shape = DB_SHAPE(FACT_COLUMNS), .row = out });
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
    for (const char *at = conf; (at = strstr(at, NAME)) != NULL;) {
        const char *line = at;
        while (line > conf && line[-1] != '\n')
            line--;
        const bool comment = memchr(line, '#', (size_t)(at - line)) != NULL;
        at += strlen(NAME);
        at += strspn(at, " \t");
        if (!comment && str_to_i64_n(at, strspn(at, "0123456789"), 1, INT32_MAX, &n))
            return n;
    }
    return NGINX_DEFAULT;
}
