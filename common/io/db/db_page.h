/* db_page.h - lists, newest first, a page at a time: by keys and never by offset, over a table with
 * the columns id, create_time, no and, for objects with states, status. */
#ifndef IO_DB_PAGE_H
#define IO_DB_PAGE_H

#include "io/db/db.h"

/* Which part of a list. */
struct list_filter {
    int64_t owner;     /* whose rows: an app, or a wallet */
    int64_t from, to;  /* ms; 0: no bound; from <= create_time < to */
    int64_t status;    /* or STATE_ANY */
    const char *after; /* the number of the row that it comes after; NULL or "": from the newest */
    int64_t limit;     /* 1..100 */
};

/* A list's statements, which are static arrays. The first two end with DB_PAGE; before that their
 * parameters are the owner, and of in_state the state before the owner. */
struct db_list {
    const char *all, *in_state; /* in_state NULL: its rows have no state */
    const char *place;          /* create_time and id of a row, by `no` and owner */
    const struct db_shape *shape;
    void *row; /* filled for each row */
};
#define DB_PAGE(t) \
    " AND " t ".create_time BETWEEN ? AND ? AND (" t ".create_time < ? OR " t ".id < ?)" \
    " ORDER BY " t ".create_time DESC, " t ".id DESC LIMIT ?"

/* each is called per row, at most limit + 1 times: a surplus one says that there are more.
 * PAY_NOT_FOUND: the owner has no row `after`. */
MUST_USE enum pay_err db_list(struct db *db, const struct db_list *list,
                              const struct list_filter *filter, db_each *each, void *arg);

#endif
