/* bill_columns.c - the columns and values of a bill's rows. */
#include "channel/bill_file.h"

#include <string.h>

/* ---- values */

bool bill_time(const char *s, int64_t *ms)
{
    char room[32];
    struct text text = TEXT(room);

    if (strlen(s) != 19 || s[10] != ' ')
        return false;
    text_addf(&text, "%.10sT%.8s+08:00", s, s + 11);
    return !text.full && time_parse(room, ms);
}

bool bill_yuan(const char *s, int64_t *milli)
{
    const bool negative = *s == '-';
    const char *point = strchr(s += negative, '.');
    const size_t whole_len = point ? (size_t)(point - s) : strlen(s);
    int64_t whole, parts = 0;

    if (!str_to_i64_n(s, whole_len, 0, MONEY_MAX, &whole) ||
        (point && !str_is(point + 1, ALPHA_DIGITS, 1, 5)))
        return false;
    for (size_t i = 1; i <= 5; i++) {
        const bool there = point && i <= strlen(point + 1);
        parts = parts * 10 + (there ? point[i] - '0' : 0);
    }
    *milli = (whole * 100000 + parts) * (negative ? -1 : 1);
    return true;
}

bool bill_minor(const char *s, int64_t *minor)
{
    int64_t milli;

    if (!bill_yuan(s, &milli) || milli % 1000 != 0)
        return false;
    *minor = milli / 1000;
    return true;
}

struct money bill_rounded(int64_t milli)
{
    const int64_t half = milli < 0 ? -500 : 500;

    return MONEY((milli + half) / 1000);
}

/* ---- titles */

static char *value_trim(char *value)
{
    size_t len = strlen(value);

    while (len > 0 && (value[len - 1] == '\t' || value[len - 1] == ' '))
        value[--len] = '\0';
    return value;
}

/* Ends each value by a NUL. How many there are; those past the room are counted only. */
static size_t bill_part(char *row, const char *cut, char **value, size_t room)
{
    size_t count = 0;

    for (char *next = row; next; row = next) {
        next = strstr(row, cut);
        if (next) {
            *next = '\0';
            next += strlen(cut);
        }
        if (count < room)
            value[count] = row;
        count++;
    }
    return count;
}

enum pay_err bill_titles(struct bill_file *file, char *line, struct bill_columns *c)
{
    char *title[BILL_COLUMNS_MAX];

    c->width = bill_part(line, ",", title, COUNT(title));
    if (c->width > COUNT(title))
        return bill_wrong(file, "it has %zu titles of columns", c->width);
    for (size_t i = 0; i < c->count; i++) {
        size_t at = 0;
        while (at < c->width && !str_eq(value_trim(title[at]), c->titles[i]))
            at++;
        if (at == c->width)
            return bill_wrong(file, "there is no column %s", c->titles[i]);
        c->at[i] = at;
    }
    return PAY_OK;
}

/* ---- rows */

/* The values of the text that is cut into too many: up to where the times are, among count. */
static size_t text_surplus(const struct bill_columns *c, char *const *value, size_t count)
{
    const size_t surplus = count - c->width;
    int64_t ms;

    for (size_t more = 0; c->times > 0 && more <= surplus; more++) {
        const size_t first = c->at[c->text] + 1 + more;
        size_t found = 0;
        while (found < c->times && first + found < count && bill_time(value[first + found], &ms))
            found++;
        if (found == c->times)
            return more;
    }
    return surplus;
}

enum pay_err bill_values(struct bill_file *file, char *row, struct bill_columns *c)
{
    char *value[2 * BILL_COLUMNS_MAX];
    const size_t count = bill_part(row, c->cut, value, COUNT(value));

    if (count < c->width || count > COUNT(value))
        return bill_wrong(file, "it has %zu columns, not %zu", count, c->width);
    const size_t more = text_surplus(c, value, count);
    for (size_t i = 0; i < c->width; i++)
        c->value[i] = value_trim(value[i <= c->at[c->text] ? i : i + more]);
    return PAY_OK;
}

const char *bill_value(const struct bill_columns *c, size_t title)
{
    return c->value[c->at[title]];
}
