/* transfer_admin.c - the SQL that lists transfers of all apps. */
#include "transfer/transfer_admin.h"

#include "transfer/transfer_row.h"

/* The columns of a transfer, then the app's key. */
static const struct db_shape *listed_shape(void)
{
    static struct db_column columns[64];
    static struct db_shape shape;
    static const struct db_column KEY = DB_COLUMN(struct transfer_listed, app_key);

    _Static_assert(offsetof(struct transfer_listed, transfer) == 0, "the transfer stands first");
    if (shape.columns)
        return &shape;
    memcpy(columns, TRANSFER_SHAPE.columns, TRANSFER_SHAPE.count * sizeof(columns[0]));
    columns[TRANSFER_SHAPE.count] = KEY;
    shape = (struct db_shape){ columns, TRANSFER_SHAPE.count + 1 };
    return &shape;
}

/* Only ASCII passes: an ascii column answers anything else with an error. */
static bool names_fit(const struct transfer_listing *want)
{
    return (!want->app_key || str_is(want->app_key, ALPHA_NONCE, 1, APP_KEY_SIZE - 1)) &&
           (!want->after || ulid_is(want->after)) &&
           (!want->number || str_is(want->number, ALPHA_MERCHANT_NO, 1, MERCHANT_NO_SIZE - 1));
}

enum pay_err transfer_listing(struct db *db, const struct transfer_listing *want, db_each *each,
                              void *arg)
{
    static const char SQL[] =
        "SELECT " TRANSFER_FIELDS
        ", a.app_key FROM pay_transfer t JOIN pay_app a ON a.id = t.app_id"
        " WHERE (? IS NULL OR a.app_key = ?) AND (? < 0 OR t.status = ?)"
        "   AND (? IS NULL OR t.create_time >= ?) AND (? IS NULL OR t.create_time < ?)"
        "   AND (? IS NULL OR t.id < (SELECT id FROM pay_transfer WHERE no = ?))"
        "   AND (? IS NULL OR t.no = ? OR t.merchant_transfer_id = ?)"
        " ORDER BY t.id DESC LIMIT ?";
    static struct transfer_listed row;

    if (!names_fit(want))
        return PAY_NOT_FOUND;
    const struct db_param in[] = {
        DB_OPT(want->app_key), DB_OPT(want->app_key), DB_NUM(want->status), DB_NUM(want->status),
        DB_WHEN(want->from),   DB_WHEN(want->from),   DB_WHEN(want->to),    DB_WHEN(want->to),
        DB_OPT(want->after),   DB_OPT(want->after),   DB_OPT(want->number), DB_OPT(want->number),
        DB_OPT(want->number),  DB_NUM(want->limit),
    };
    enum pay_err err = db_select(db, &(struct db_query){ .sql = SQL,
                                                         .in = in,
                                                         .n = COUNT(in),
                                                         .shape = listed_shape(),
                                                         .row = &row,
                                                         .each = each,
                                                         .arg = arg });
    db_end(db);
    return err;
}
