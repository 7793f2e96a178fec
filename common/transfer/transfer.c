/* transfer.c - the SQL that finds and lists transfers, and how a row becomes a struct transfer. */
#include "transfer/transfer.h"

#include "base/text.h"
#include "transfer/transfer_row.h"

static const struct db_column TRANSFER_COLUMNS[] = {
    DB_COLUMN(struct transfer, id),
    DB_COLUMN(struct transfer, app_id),
    DB_COLUMN(struct transfer, channel_id),
    DB_COLUMN(struct transfer, status),
    DB_COLUMN(struct transfer, version),
    DB_COLUMN_TIME(struct transfer, create_time),
    DB_COLUMN_TIME(struct transfer, success_time),
    DB_COLUMN(struct transfer, sync_times),
    DB_COLUMN_TIME(struct transfer, next_sync_time),
    DB_COLUMN(struct transfer, price),
    DB_COLUMN(struct transfer, no),
    DB_COLUMN(struct transfer, merchant_transfer_id),
    DB_COLUMN(struct transfer, channel_code),
    DB_COLUMN(struct transfer, currency),
    DB_COLUMN(struct transfer, subject),
    DB_COLUMN(struct transfer, notify_url),
    DB_COLUMN(struct transfer, user_account),
    DB_COLUMN(struct transfer, user_name),
    DB_COLUMN(struct transfer, channel_transfer_no),
    DB_COLUMN(struct transfer, channel_error_code),
    DB_COLUMN(struct transfer, channel_error_msg),
};
const struct db_shape TRANSFER_SHAPE = { TRANSFER_COLUMNS, COUNT(TRANSFER_COLUMNS) };

bool transfer_is_open(const struct transfer *transfer)
{
    return transfer->status == TRANSFER_WAITING || transfer->status == TRANSFER_PROCESSING;
}

static enum pay_err not_found(enum pay_err err)
{
    return err == PAY_NO_ROW ? PAY_NOT_FOUND : err;
}

enum pay_err transfer_read(struct db *db, const char *sql, const struct db_param *in, size_t n,
                           struct transfer *out)
{
    return not_found(db_select(
        db,
        &(struct db_query){ .sql = sql, .in = in, .n = n, .shape = &TRANSFER_SHAPE, .row = out }));
}

enum pay_err transfer_find(struct db *db, int64_t app_id, const struct transfer_key *key,
                           struct transfer *out)
{
    static const char BY_NO[] = TRANSFER_SELECT " WHERE t.no = ? AND t.app_id = ?";
    static const char BY_MERCHANT[] = TRANSFER_SELECT
        " WHERE t.merchant_transfer_id = ? AND t.app_id = ?";

    if (!number_fits(key->transfer_no, key->merchant_transfer_id))
        return PAY_NOT_FOUND;
    const struct db_param in[] = {
        DB_STR(key->transfer_no ? key->transfer_no : key->merchant_transfer_id),
        DB_NUM(app_id),
    };
    return transfer_read(db, key->transfer_no ? BY_NO : BY_MERCHANT, DB_LIST(in), out);
}

enum pay_err transfer_by_id(struct db *db, int64_t id, struct transfer *out)
{
    static const char SQL[] = TRANSFER_SELECT " WHERE t.id = ?";
    const struct db_param in[] = { DB_NUM(id) };

    return transfer_read(db, SQL, DB_LIST(in), out);
}

struct extras_row {
    char channel_extras[TRANSFER_EXTRAS_SIZE];
};
static const struct db_column EXTRAS_COLUMNS[] = { DB_COLUMN(struct extras_row, channel_extras) };

enum pay_err transfer_extras(struct db *db, int64_t id, char out[TRANSFER_EXTRAS_SIZE])
{
    static const char SQL[] = "SELECT channel_extras FROM pay_transfer WHERE id = ?";
    static struct extras_row row;
    const struct db_param in[] = { DB_NUM(id) };

    enum pay_err err =
        not_found(db_select(db, &(struct db_query){ .sql = SQL,
                                                    .in = in,
                                                    .n = COUNT(in),
                                                    .shape = DB_SHAPE(EXTRAS_COLUMNS),
                                                    .row = &row }));
    if (err != PAY_OK)
        return err;
    return text_copy(out, TRANSFER_EXTRAS_SIZE, row.channel_extras) ? PAY_OK : PAY_FAULT;
}

enum pay_err transfer_channel(struct db *db, const char *transfer_no, int64_t *channel_id)
{
    static const char SQL[] = "SELECT channel_id FROM pay_transfer WHERE no = ?";
    const struct db_param in[] = { DB_STR(transfer_no) };

    if (!ulid_is(transfer_no))
        return PAY_NOT_FOUND;
    enum pay_err err = db_number(db, SQL, DB_LIST(in), channel_id);
    db_end(db);
    return not_found(err);
}

/* ---- lists */

enum pay_err transfer_list(struct db *db, const struct list_filter *filter, db_each *each,
                           void *arg)
{
    static const char ALL[] = TRANSFER_SELECT
        " FORCE INDEX (idx_time) WHERE t.app_id = ?" DB_PAGE("t");
    static const char IN_STATE[] = TRANSFER_SELECT
        " FORCE INDEX (idx_state_time) WHERE t.status = ? AND t.app_id = ?" DB_PAGE("t");
    static const char PLACE[] =
        "SELECT create_time, id FROM pay_transfer WHERE no = ? AND app_id = ?";
    static struct transfer row;
    const struct db_list list = { ALL, IN_STATE, PLACE, &TRANSFER_SHAPE, &row };

    return db_list(db, &list, filter, each, arg);
}
