/* db_only.c - see db_only.h. */
#include "io/db/db_only.h"

struct found {
    void *first;
    size_t size;
    int count;
};

static enum pay_err found_one(void *arg, void *row)
{
    struct found *found = arg;

    if (found->count++ == 0)
        memcpy(found->first, row, found->size);
    return PAY_OK;
}

enum pay_err db_only(struct db *db, const struct db_query *query, size_t size, void *out)
{
    struct found found = { .first = out, .size = size };
    struct db_query each = *query;

    each.each = found_one;
    each.arg = &found;
    enum pay_err err = db_select(db, &each);
    db_end(db);
    if (err != PAY_OK)
        return err;
    return found.count == 0 ? PAY_NOT_FOUND : found.count > 1 ? PAY_CONFLICT : PAY_OK;
}
