/* refund_admin.c - the SQL that lists refunds of all apps. */
#include "refund/refund_admin.h"

#include "refund/refund_row.h"

#define LISTED_SELECT \
    "SELECT " REFUND_FIELDS ", a.app_key FROM pay_refund r" REFUND_JOINS \
    " JOIN pay_app a ON a.id = r.app_id"

/* The columns of a refund, then the app's key. */
static const struct db_shape *listed_shape(void)
{
    static struct db_column columns[64];
    static struct db_shape shape;
    static const struct db_column KEY = DB_COLUMN(struct refund_listed, app_key);

    _Static_assert(offsetof(struct refund_listed, refund) == 0, "the refund stands first");
    if (shape.columns)
        return &shape;
    memcpy(columns, REFUND_SHAPE.columns, REFUND_SHAPE.count * sizeof(columns[0]));
    columns[REFUND_SHAPE.count] = KEY;
    shape = (struct db_shape){ columns, REFUND_SHAPE.count + 1 };
    return &shape;
}

static bool app_key_ok(const char *app_key)
{
    return !app_key || str_is(app_key, ALPHA_NONCE, 1, APP_KEY_SIZE - 1);
}

enum pay_err refund_listing(struct db *db, const struct refund_listing *want, db_each *each,
                            void *arg)
{
    static const char SQL[] = LISTED_SELECT
        " WHERE (? IS NULL OR a.app_key = ?) AND (? < 0 OR r.status = ?)"
        "   AND (? IS NULL OR r.create_time >= ?) AND (? IS NULL OR r.create_time < ?)"
        "   AND (? IS NULL OR r.id < (SELECT id FROM pay_refund WHERE no = ?))"
        " ORDER BY r.id DESC LIMIT ?";
    static struct refund_listed row;

    if (!app_key_ok(want->app_key) || (want->after && !ulid_is(want->after)))
        return PAY_NOT_FOUND;
    const struct db_param in[] = {
        DB_OPT(want->app_key), DB_OPT(want->app_key), DB_NUM(want->status), DB_NUM(want->status),
        DB_WHEN(want->from),   DB_WHEN(want->from),   DB_WHEN(want->to),    DB_WHEN(want->to),
        DB_OPT(want->after),   DB_OPT(want->after),   DB_NUM(want->limit),
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

struct found {
    struct refund_listed *first;
    int count;
};

static enum pay_err found_one(void *arg, void *row)
{
    struct found *found = arg;

    if (found->count++ == 0)
        *found->first = *(const struct refund_listed *)row;
    return PAY_OK;
}

static enum pay_err find(struct db *db, const char *sql, const struct db_param *in, size_t n,
                         struct refund_listed *out)
{
    static struct refund_listed row;
    struct found found = { out, 0 };

    enum pay_err err = db_select(db, &(struct db_query){ .sql = sql,
                                                         .in = in,
                                                         .n = n,
                                                         .shape = listed_shape(),
                                                         .row = &row,
                                                         .each = found_one,
                                                         .arg = &found });
    db_end(db);
    if (err != PAY_OK)
        return err;
    return found.count == 0 ? PAY_NOT_FOUND : found.count > 1 ? PAY_CONFLICT : PAY_OK;
}

enum pay_err refund_of_number(struct db *db, const char *number, const char *app_key,
                              struct refund_listed *out)
{
    static const char OURS[] = LISTED_SELECT " WHERE r.no = ?";
    static const char THEIRS[] = LISTED_SELECT
        " WHERE r.merchant_refund_id = ? AND (? IS NULL OR a.app_key = ?) LIMIT 2";
    const struct db_param in[] = { DB_STR(number), DB_OPT(app_key), DB_OPT(app_key) };
    enum pay_err err = PAY_NOT_FOUND;

    if (ulid_is(number))
        err = find(db, OURS, in, 1, out);
    if (err != PAY_NOT_FOUND || !app_key_ok(app_key) ||
        !str_is(number, ALPHA_MERCHANT_NO, 1, MERCHANT_NO_SIZE - 1))
        return err;
    return find(db, THEIRS, DB_LIST(in), out);
}
