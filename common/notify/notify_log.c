/* notify_log.c - the rows of notify_log, one for each try. */
#include "base/text.h"
#include "notify/notify.h"
#include "notify/notify_private.h"

#define INSERT_ROWS \
    "INSERT INTO notify_log (task_id, notify_times, status, error_code, reason, http_status," \
    "                        peer_address, duration_ms, response, cause, create_time)" \
    " VALUES "
#define ROW "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, UTC_TIMESTAMP(3))"
#define ROW_PARAMS 10
#define ROWS_MOST 64

static const char SQL_1[] = INSERT_ROWS ROW;
static const char SQL_4[] = INSERT_ROWS DB_4(ROW);
static const char SQL_16[] = INSERT_ROWS DB_16(ROW);
static const char SQL_64[] = INSERT_ROWS DB_64(ROW);
static const struct {
    size_t rows;
    const char *sql;
} INSERTS[] = { { ROWS_MOST, SQL_64 }, { 16, SQL_16 }, { 4, SQL_4 }, { 1, SQL_1 } };

/* clang-format off */
static const char SQL_LOGGED[] =
    "SELECT id, error_code FROM notify_log"
    " WHERE task_id = ? AND notify_times = ? ORDER BY id LIMIT 1";
/* clang-format on */
static const char SQL_LOG_FOUND_AGAIN[] =
    "UPDATE notify_log"
    "   SET status = ?, error_code = ?, reason = ?, http_status = ?, peer_address = ?,"
    "       duration_ms = ?, response = ?"
    " WHERE id = ? AND task_id = ? AND error_code = 'RUNNER_LOST'";

static void list_row(const struct notify_result *result, struct db_param in[ROW_PARAMS])
{
    const struct db_param row[ROW_PARAMS] = {
        DB_NUM_AT(&result->task_id),    DB_NUM_AT(&result->times),
        DB_NUM_AT(&result->log_status), DB_STR(result->error_code),
        DB_OPT(result->reason),         DB_NUM_AT(db_not_0(&result->http_status)),
        DB_OPT(result->peer),           DB_NUM_AT(&result->duration_ms),
        DB_OPT(result->response),       DB_STR(result->manual ? "manual" : "automatic"),
    };

    memcpy(in, row, sizeof(row));
}

enum pay_err notify_log_add(struct db *db, struct notify_result *const *at, size_t count)
{
    struct db_param in[ROWS_MOST * ROW_PARAMS];
    enum pay_err err = PAY_OK;

    for (size_t i = 0; i < COUNT(INSERTS); i++)
        for (; count >= INSERTS[i].rows && err == PAY_OK; count -= INSERTS[i].rows) {
            for (size_t row = 0; row < INSERTS[i].rows; row++)
                list_row(*at++, &in[row * ROW_PARAMS]);
            err = db_exec(db, INSERTS[i].sql, in, INSERTS[i].rows * ROW_PARAMS, NULL);
        }
    return err;
}

struct logged {
    int64_t id;
    char error_code[17 * 4];
};

static enum pay_err find_logged(struct db *db, const struct notify_result *result,
                                struct logged *out)
{
    static const struct db_column COLUMNS[] = {
        DB_COLUMN(struct logged, id),
        DB_COLUMN(struct logged, error_code),
    };
    const struct db_param in[] = { DB_NUM(result->task_id), DB_NUM(result->times) };

    return db_select(db, &(const struct db_query){
                             .sql = SQL_LOGGED,
                             .in = in,
                             .n = COUNT(in),
                             .shape = DB_SHAPE(COLUMNS),
                             .row = out,
                         });
}

/* The try was written off as RUNNER_LOST, and here is its answer after all: one row per try. */
static enum pay_err correct_log(struct db *db, const struct notify_result *result, int64_t log_id)
{
    const struct db_param in[] = {
        DB_NUM(result->log_status), DB_STR(result->error_code),
        DB_OPT(result->reason),     DB_NUM_OPT(result->http_status),
        DB_OPT(result->peer),       DB_NUM(result->duration_ms),
        DB_OPT(result->response),   DB_NUM(log_id),
        DB_NUM(result->task_id),
    };
    return db_exec(db, SQL_LOG_FOUND_AGAIN, DB_LIST(in), NULL);
}

enum pay_err notify_log_late(struct db *db, struct notify_result *result)
{
    struct logged logged = { 0 };
    enum pay_err err = find_logged(db, result, &logged);

    if (err == PAY_NO_ROW)
        return notify_log_add(db, &result, 1);
    if (err != PAY_OK)
        return err;
    if (!str_eq(logged.error_code, "RUNNER_LOST"))
        return PAY_DUPLICATE;
    return correct_log(db, result, logged.id);
}
