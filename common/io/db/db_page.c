/* db_page.c - in: a list's statements and which part is wanted; out: its rows, one by one. */
#include "io/db/db_page.h"

#include "base/state.h"
#include "base/ulid.h"

#define FIRST_MS 1
#define LAST_MS INT64_C(253402300799999) /* 9999-12-31T23:59:59.999Z */

/* Where a row is in the order of a list. */
struct place {
    int64_t create_time, id;
};
static const struct db_column PLACE_COLUMNS[] = {
    DB_COLUMN_TIME(struct place, create_time),
    DB_COLUMN(struct place, id),
};

static enum pay_err place_find(struct db *db, const struct db_list *list,
                               const struct list_filter *filter, struct place *out)
{
    const struct db_param in[] = { DB_STR(filter->after), DB_NUM(filter->owner) };

    *out = (struct place){ LAST_MS, INT64_MAX };
    if (!filter->after || *filter->after == '\0')
        return PAY_OK;
    if (!ulid_is(filter->after))
        return PAY_NOT_FOUND;
    enum pay_err err = db_select(db, &(struct db_query){ .sql = list->place,
                                                         .in = in,
                                                         .n = COUNT(in),
                                                         .shape = DB_SHAPE(PLACE_COLUMNS),
                                                         .row = out });
    return err == PAY_NO_ROW ? PAY_NOT_FOUND : err;
}

enum pay_err db_list(struct db *db, const struct db_list *list, const struct list_filter *filter,
                     db_each *each, void *arg)
{
    const int64_t end = filter->to != 0 ? filter->to - 1 : LAST_MS;
    struct place after;

    enum pay_err err = place_find(db, list, filter, &after);
    if (err != PAY_OK)
        return err;
    const struct db_param in[] = {
        DB_NUM(filter->status),
        DB_NUM(filter->owner),
        DB_WHEN(filter->from != 0 ? filter->from : FIRST_MS),
        DB_WHEN(after.create_time < end ? after.create_time : end),
        DB_WHEN(after.create_time),
        DB_NUM(after.id),
        DB_NUM(filter->limit + 1), /* the surplus row */
    };
    const size_t from = !list->in_state || filter->status == STATE_ANY ? 1 : 0;
    return db_select(db, &(struct db_query){ .sql = from == 1 ? list->all : list->in_state,
                                             .in = in + from,
                                             .n = COUNT(in) - from,
                                             .shape = list->shape,
                                             .row = list->row,
                                             .each = each,
                                             .arg = arg });
}
