/* listing.c - in: a kind of objects and which are wanted; out: their rows, one by one. */
#include "order/listing.h"

#include "io/db/db_only.h"

const struct db_shape *listed_shape(struct listed_shape *to, const struct db_shape *object,
                                    const struct db_column *app_key)
{
    if (to->shape.columns)
        return &to->shape;
    memcpy(to->columns, object->columns, object->count * sizeof(to->columns[0]));
    to->columns[object->count] = *app_key;
    to->shape = (struct db_shape){ to->columns, object->count + 1 };
    return &to->shape;
}

enum pay_err listed_each(struct db *db, const struct listed *of, const struct listing *want,
                         db_each *each, void *arg)
{
    if (!app_key_ok(want->app_key) || (want->after && !ulid_is(want->after)))
        return PAY_NOT_FOUND;
    const struct db_param in[] = {
        DB_OPT(want->app_key), DB_OPT(want->app_key), DB_NUM(want->status), DB_NUM(want->status),
        DB_WHEN(want->from),   DB_WHEN(want->from),   DB_WHEN(want->to),    DB_WHEN(want->to),
        DB_OPT(want->after),   DB_OPT(want->after),   DB_NUM(want->limit),
    };
    enum pay_err err = db_select(db, &(struct db_query){ .sql = of->list,
                                                         .in = in,
                                                         .n = COUNT(in),
                                                         .shape = of->shape,
                                                         .row = of->row,
                                                         .each = each,
                                                         .arg = arg });
    db_end(db);
    return err;
}

static enum pay_err listed_row(struct db *db, const struct listed *of, const char *sql,
                               const struct db_param in[3], void *out)
{
    const struct db_query query = {
        .sql = sql,
        .in = in,
        .n = sql == of->ours ? 1 : 3,
        .shape = of->shape,
        .row = of->row,
    };

    return db_only(db, &query, of->size, out);
}

enum pay_err listed_find(struct db *db, const struct listed *of, const char *number,
                         const char *app_key, void *out)
{
    const struct db_param in[] = { DB_STR(number), DB_OPT(app_key), DB_OPT(app_key) };
    enum pay_err err = PAY_NOT_FOUND;

    if (ulid_is(number))
        err = listed_row(db, of, of->ours, in, out);
    if (err != PAY_NOT_FOUND || !app_key_ok(app_key) ||
        !str_is(number, ALPHA_MERCHANT_NO, 1, MERCHANT_NO_SIZE - 1))
        return err;
    return listed_row(db, of, of->theirs, in, out);
}
