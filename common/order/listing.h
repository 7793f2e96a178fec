/* listing.h - orders, refunds and transfers of all apps, as operators list and find them. */
#ifndef ORDER_LISTING_H
#define ORDER_LISTING_H

#include "app/app.h"
#include "order/order.h"

/* Which objects are wanted, newest first. */
struct listing {
    const char *app_key; /* NULL: all apps */
    int64_t status;      /* or STATE_ANY */
    int64_t from, to;    /* ms; 0: no bound; from <= create_time < to */
    const char *after;   /* our number of an object; NULL: from the newest */
    int64_t limit;
};

/* A kind of objects: statements over its table and pay_app a, and the row that they fill: an object
 * first, then its app's key. */
struct listed {
    const char *list;          /* ends with LISTED_WHERE */
    const char *ours, *theirs; /* by our number; by the merchant's, with LISTED_APP */
    const struct db_shape *shape;
    void *row;
    size_t size; /* of the row */
};
#define LISTED_WHERE(t, table) \
    " WHERE (? IS NULL OR a.app_key = ?) AND (? < 0 OR " t ".status = ?)" \
    "   AND (? IS NULL OR " t ".create_time >= ?) AND (? IS NULL OR " t ".create_time < ?)" \
    "   AND (? IS NULL OR " t ".id < (SELECT id FROM " table " WHERE no = ?))" \
    " ORDER BY " t ".id DESC LIMIT ?"
#define LISTED_APP " AND (? IS NULL OR a.app_key = ?) LIMIT 2"

/* The columns of an object, then its app's key. */
struct listed_shape {
    struct db_column columns[64];
    struct db_shape shape;
};
const struct db_shape *listed_shape(struct listed_shape *to, const struct db_shape *object,
                                    const struct db_column *app_key);

/* PAY_NOT_FOUND: no object or app is called so. */
MUST_USE enum pay_err listed_each(struct db *db, const struct listed *of,
                                  const struct listing *want, db_each *each, void *arg);
/* By our number of any app, or by the merchant's own (of app_key, unless that is NULL), into out,
 * a row. PAY_CONFLICT: objects of several apps have it. */
MUST_USE enum pay_err listed_find(struct db *db, const struct listed *of, const char *number,
                                  const char *app_key, void *out);

#endif
