/* db_param.h - what a statement's question marks stand for. */
#ifndef IO_DB_PARAM_H
#define IO_DB_PARAM_H
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum db_kind { DB_I64, DB_TEXT, DB_BYTES, DB_TIME };
struct db_param {
    enum db_kind kind;
    const void *at; /* int64_t for DB_I64 and DB_TIME; NULL is SQL NULL */
    size_t size;
};
/* clang-format off */
static inline size_t db_len(const char *s) { return s ? strlen(s) : 0; }
static inline const int64_t *db_not_0(const int64_t *n) { return *n != 0 ? n : NULL; }
#define DB_STR(s)       { DB_TEXT, (s), db_len(s) }     /* "" or 0 is NULL: OPT, NUM_OPT, WHEN */
#define DB_OPT(s)       { DB_TEXT, db_len(s) > 0 ? (s) : NULL, db_len(s) }
#define DB_BIN(p, n)    { DB_BYTES, (p), (n) }
#define DB_NUM(n)       { DB_I64, &(const int64_t){ (n) }, sizeof(int64_t) }
#define DB_NUM_AT(p)    { DB_I64, (p), sizeof(int64_t) }
#define DB_MONEY(m)     DB_NUM((m).minor)
#define DB_NUM_OPT(n)   { DB_I64, db_not_0(&(const int64_t){ (n) }), sizeof(int64_t) }
#define DB_WHEN(ms)     { DB_TIME, db_not_0(&(const int64_t){ (ms) }), sizeof(int64_t) }
#define DB_LIST(a)      (a), COUNT(a)
/* For statements that many rows share: a piece of SQL 4 times, 16 times, … in a list. */
#define DB_4(sql)       sql ", " sql ", " sql ", " sql
#define DB_16(sql)      DB_4(sql) ", " DB_4(sql) ", " DB_4(sql) ", " DB_4(sql)
#define DB_64(sql)      DB_16(sql) ", " DB_16(sql) ", " DB_16(sql) ", " DB_16(sql)
/* clang-format on */
#endif
