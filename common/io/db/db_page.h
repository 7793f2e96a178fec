/* db_page.h - a page of a list, newest first, by keys and never by offset: the end of a statement
 * over a table with create_time and id, and its parameters. */
#ifndef IO_DB_PAGE_H
#define IO_DB_PAGE_H

#include "io/db/db.h"

struct db_page {
    int64_t from, to;             /* ms; 0: no bound; from <= create_time < to */
    int64_t after_time, after_id; /* the row that it comes after; 0: from the newest */
    int64_t limit;                /* one more row is read: it says that there are more */
};
#define DB_PAGE_FIRST 1
#define DB_PAGE_LAST INT64_C(253402300799999) /* 9999-12-31T23:59:59.999Z */

#define DB_PAGE(t) \
    " AND " t ".create_time BETWEEN ? AND ? AND (" t ".create_time < ? OR " t ".id < ?)" \
    " ORDER BY " t ".create_time DESC, " t ".id DESC LIMIT ?"
#define DB_PAGE_VALUES(page) \
    DB_WHEN((page)->from != 0 ? (page)->from : DB_PAGE_FIRST), DB_WHEN(db_page_last(page)), \
        DB_WHEN(db_page_after(page)), \
        DB_NUM((page)->after_id != 0 ? (page)->after_id : INT64_MAX), DB_NUM((page)->limit + 1)

static inline int64_t db_page_after(const struct db_page *page)
{
    return page->after_time != 0 ? page->after_time : DB_PAGE_LAST;
}

static inline int64_t db_page_last(const struct db_page *page)
{
    const int64_t last = page->to != 0 ? page->to - 1 : DB_PAGE_LAST;

    return db_page_after(page) < last ? db_page_after(page) : last;
}

#endif
