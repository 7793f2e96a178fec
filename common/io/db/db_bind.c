/* db_bind.c - between our parameters and rows and the connector's binds. */
#include <string.h>
#include <errmsg.h>
#include "base/clock.h"
#include "base/log.h"
#include "io/db/db_private.h"

static my_bool IS_NULL = 1;

/* The connector's binds are not const; it only reads a parameter's buffer. */
static void *readable(const void *at)
{
    void *same;
    memcpy(&same, &at, sizeof(same));
    return same;
}

static void time_to_bind(int64_t ms, MYSQL_TIME *out)
{
    struct time_parts parts;

    time_split(ms, &parts);
    *out = (MYSQL_TIME){
        .year = (unsigned)parts.year,
        .month = (unsigned)parts.month,
        .day = (unsigned)parts.day,
        .hour = (unsigned)parts.hour,
        .minute = (unsigned)parts.minute,
        .second = (unsigned)parts.second,
        .second_part = (unsigned long)parts.ms * 1000,
        .time_type = MYSQL_TIMESTAMP_DATETIME,
    };
}

static int64_t time_from_bind(const MYSQL_TIME *in)
{
    return in->year == 0 ? 0
                         : time_join(&(struct time_parts){
                               .year = (int)in->year,
                               .month = (int)in->month,
                               .day = (int)in->day,
                               .hour = (int)in->hour,
                               .minute = (int)in->minute,
                               .second = (int)in->second,
                               .ms = (int)(in->second_part / 1000),
                           });
}

static enum enum_field_types wire_type(enum db_kind kind)
{
    switch (kind) {
    case DB_I64:
        return MYSQL_TYPE_LONGLONG;
    case DB_TEXT:
        return MYSQL_TYPE_STRING;
    case DB_BYTES:
        return MYSQL_TYPE_BLOB;
    case DB_TIME:
        return MYSQL_TYPE_DATETIME;
    }
    return MYSQL_TYPE_NULL;
}

/* Executes here, because the binds live on this stack. */
unsigned db_execute(struct db *db, MYSQL_STMT *stmt, const struct db_param *in, size_t n)
{
    MYSQL_BIND bind[DB_PARAMS_MAX];
    MYSQL_TIME times[DB_PARAMS_MAX];

    if (n > DB_PARAMS_MAX || n != mysql_stmt_param_count(stmt)) {
        log_event(LOG_ERROR, "db.params", KN("given", (int64_t)n),
                  KN("wanted", (int64_t)mysql_stmt_param_count(stmt)));
        return CR_INVALID_PARAMETER_NO;
    }
    memset(bind, 0, n * sizeof(*bind));
    for (size_t i = 0; i < n; i++) {
        bind[i].buffer_type = wire_type(in[i].kind);
        bind[i].buffer = readable(in[i].at);
        bind[i].buffer_length = in[i].size;
        if (!in[i].at) {
            bind[i].is_null = &IS_NULL;
        } else if (in[i].kind == DB_TIME) {
            time_to_bind(*(const int64_t *)in[i].at, &times[i]);
            bind[i].buffer = &times[i];
            bind[i].buffer_length = sizeof(times[i]);
        }
    }
    if ((n > 0 && mysql_stmt_bind_param(stmt, bind) != 0) || db_wait_execute(db, stmt) != 0)
        return db_stmt_number(stmt);
    return 0;
}

static void *member_at(const struct db_query *query, const struct db_column *column)
{
    return (char *)query->row + column->offset;
}

/* Of a member inside a member the last name counts: "app.id" is filled from a column "id". */
static bool named(const struct db_column *column, const char *found)
{
    if (!column->name)
        return true;
    const char *dot = strrchr(column->name, '.');
    return strcmp(dot ? dot + 1 : column->name, found) == 0;
}

/* The first position, from 1, at which the columns differ; 0: none. */
static size_t first_difference(const struct db_shape *shape, MYSQL_RES *result)
{
    size_t came = result ? mysql_num_fields(result) : 0;

    for (size_t i = 0; i < shape->count && i < came; i++)
        if (!named(&shape->columns[i], mysql_fetch_field_direct(result, (unsigned)i)->name))
            return i + 1;
    return shape->count == came ? 0 : (came < shape->count ? came : shape->count) + 1;
}

bool db_shape_fits(MYSQL_STMT *stmt, const struct db_query *query)
{
    const struct db_shape *shape = query->shape;
    MYSQL_RES *result = mysql_stmt_result_metadata(stmt);
    size_t at = first_difference(shape, result);

    if (at > 0)
        log_event(LOG_ERROR, "db.columns", KV("sql", db_sql_shown(query->sql)),
                  KN("position", (int64_t)at),
                  KV("wanted", at <= shape->count ? shape->columns[at - 1].name : "(no more)"),
                  KV("found", result && at <= mysql_num_fields(result)
                                  ? mysql_fetch_field_direct(result, (unsigned)at - 1)->name
                                  : "(no more)"));
    if (result)
        mysql_free_result(result);
    return at == 0 && shape->count <= DB_BINDS_MAX;
}

bool db_bind_out(MYSQL_STMT *stmt, const struct db_query *query, struct db_row_binds *binds)
{
    size_t n = query->shape->count;

    memset(binds->bind, 0, n * sizeof(*binds->bind));
    for (size_t i = 0; i < n; i++) {
        const struct db_column *column = &query->shape->columns[i];
        MYSQL_BIND *bind = &binds->bind[i];
        struct db_cell *cell = &binds->cell[i];

        bind->buffer_type = wire_type(column->kind);
        bind->buffer = member_at(query, column);
        bind->buffer_length = column->size;
        bind->length = &cell->length;
        bind->is_null = &cell->is_null;
        bind->error = &cell->cut;
        if (column->kind == DB_TEXT) {
            bind->buffer_length = column->size - 1; /* room for the NUL */
        } else if (column->kind == DB_TIME) {
            bind->buffer = &cell->time;
            bind->buffer_length = sizeof(cell->time);
        } else if (column->kind == DB_BYTES) {
            const struct db_bytes *bytes = member_at(query, column);
            bind->buffer = bytes->at;
            bind->buffer_length = bytes->size;
        }
    }
    return mysql_stmt_bind_result(stmt, binds->bind) == 0;
}

/* A text is empty with its first byte: rows have room for kilobytes that are mostly not there. */
static void member_clear(const struct db_query *query, const struct db_column *column)
{
    switch (column->kind) {
    case DB_BYTES:
        ((struct db_bytes *)member_at(query, column))->len = 0;
        break;
    case DB_TEXT:
        *(char *)member_at(query, column) = '\0';
        break;
    case DB_I64:
    case DB_TIME:
        *(int64_t *)member_at(query, column) = 0;
        break;
    }
}

void db_row_clear(const struct db_query *query)
{
    for (size_t i = 0; i < query->shape->count; i++)
        member_clear(query, &query->shape->columns[i]);
}

/* The connector's own `cut` is kept for numbers; for text and bytes the lengths say it. */
static bool was_cut(const struct db_column *column, const MYSQL_BIND *bind,
                    const struct db_cell *cell)
{
    switch (column->kind) {
    case DB_TEXT:
    case DB_BYTES:
        return cell->length > bind->buffer_length;
    case DB_I64:
        return cell->cut != 0;
    case DB_TIME:
        return false;
    }
    return true;
}

enum pay_err db_row_finish(const struct db_query *query, const struct db_row_binds *binds)
{
    for (size_t i = 0; i < query->shape->count; i++) {
        const struct db_column *column = &query->shape->columns[i];
        const struct db_cell *cell = &binds->cell[i];

        if (cell->is_null) {
            member_clear(query, column);
            continue;
        }
        if (was_cut(column, &binds->bind[i], cell)) {
            log_event(LOG_ERROR, "db.cut", KV("column", column->name),
                      KN("length", (int64_t)cell->length), KN("room", (int64_t)column->size));
            return PAY_FAULT;
        }
        if (column->kind == DB_TEXT)
            ((char *)member_at(query, column))[cell->length] = '\0';
        else if (column->kind == DB_TIME)
            *(int64_t *)member_at(query, column) = time_from_bind(&cell->time);
        else if (column->kind == DB_BYTES)
            ((struct db_bytes *)member_at(query, column))->len = cell->length;
    }
    return PAY_OK;
}
