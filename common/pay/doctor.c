#include "pay/doctor.h"

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
