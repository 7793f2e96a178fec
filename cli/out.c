/* out.c - in: members of a row, one after the other; out: JSON, aligned columns or "name: value".
 * */
#include "cli/out.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json_text.h"

#define CELL_MAX 8192
#define SAID_MAX 2048

/* A copy of foreign text as people may see it; the caller frees. */
static char *shown(const char *s, size_t len)
{
    const size_t size = len * strlen("\\xHH") + 1;
    char *copy = malloc(size);

    if (!copy)
        abort();
    struct text t = text_over(copy, size);
    text_add_shown(&t, s, len);
    return copy;
}

void out_text(FILE *to, const char *s, size_t len)
{
    char *copy = shown(s, len);

    fputs(copy, to);
    free(copy);
}

void out_say(const char *format, ...)
{
    char room[SAID_MAX];
    va_list args;

    va_start(args, format);
    vsnprintf(room, sizeof(room), format, args);
    va_end(args);
    fputs("shroffctl: ", stderr);
    out_text(stderr, room, strlen(room));
    fputc('\n', stderr);
}

/* JSON for programs, which people read too: what does not print is spelled as JSON spells it. */
static void put_json(const char *json)
{
    const size_t len = strlen(json);

    for (size_t at = 0, step; at < len; at += step) {
        uint32_t c = '?';
        step = utf8_next(json + at, len - at, &c);
        if (step == 0 || !utf8_is_hidden(c))
            fwrite(json + at, 1, step ? step : 1, stdout);
        else if (c > 0xFFFF)
            printf("\\u%04x\\u%04x", (unsigned)(0xD7C0 + (c >> 10)),
                   (unsigned)(0xDC00 + (c & 0x3FF)));
        else
            printf("\\u%04x", (unsigned)c);
        step = step ? step : 1;
    }
}

void out_open(struct out *out, bool json, bool list)
{
    *out = (struct out){ .json = json, .list = list };
    if (json && list)
        fputs("{\"items\":[", stdout);
}

static void row_end(struct out *out)
{
    if (out->rows && out->json)
        fputs("}", stdout);
    if (out->cells > out->columns)
        out->columns = out->cells;
    out->cells = 0;
}

void out_row(struct out *out)
{
    row_end(out);
    if (out->json)
        fputs(out->rows ? ",{" : "{", stdout);
    else
        out->table = realloc(out->table, (size_t)(out->rows + 1) * OUT_COLUMNS * sizeof(char *));
    if (!out->json && !out->table)
        abort();
    out->rows++;
}

static void json_cell(const struct out *out, const char *name, const char *value, bool number)
{
    static char room[CELL_MAX * 6];
    struct text t = TEXT(room);
    struct json_text j = JSON_TEXT(&t);

    if (number)
        json_raw(&j, name, value);
    else
        json_str(&j, name, value);
    fputs(out->cells ? "," : "", stdout);
    put_json(room);
}

static void cell(struct out *out, const char *name, const char *value, bool number)
{
    if (out->cells == OUT_COLUMNS)
        return;
    if (out->json) {
        json_cell(out, name, value, number);
    } else {
        out->names[out->cells] = name;
        out->table[(out->rows - 1) * OUT_COLUMNS + out->cells] = shown(value, strlen(value));
    }
    out->cells++;
}

void out_str(struct out *out, const char *name, const char *s)
{
    cell(out, name, s, false);
}

void out_i64(struct out *out, const char *name, int64_t n)
{
    char room[24];
    struct text t = TEXT(room);

    text_add_i64(&t, n);
    cell(out, name, room, true);
}

void out_json(struct out *out, const char *name, const char *json)
{
    cell(out, name, json, true);
}

void out_time(struct out *out, const char *name, int64_t ms)
{
    char room[TIME_TEXT_SIZE] = "";
    struct text t = TEXT(room);

    if (ms)
        time_add(&t, ms);
    cell(out, name, room, false);
}

static void out_member(struct out *out, const struct view_member *member,
                       const struct view_value *value)
{
    switch (member->kind) {
    case VIEW_TEXT:
    case VIEW_STRING:
    case VIEW_STATE:
        out_str(out, member->name, value->text);
        break;
    case VIEW_JSON:
        out_json(out, member->name, value->text);
        break;
    case VIEW_NUMBER:
    case VIEW_MONEY:
        out_i64(out, member->name, value->number);
        break;
    case VIEW_TIME:
        out_time(out, member->name, value->number);
        break;
    case VIEW_FLAG:
        out_json(out, member->name, value->number ? "true" : "false");
        break;
    }
}

void out_view(struct out *out, const struct view *view, const void *object)
{
    struct view_value value;

    for (size_t i = 0; i < view->count; i++) {
        const struct view_member *member = view_member(view, i);
        view_read(member, object, &value);
        if (!out->list && member->kind == VIEW_NUMBER && member->need == VIEW_UNLESS_EMPTY &&
            value.number == 0)
            continue;
        out_member(out, member, &value);
    }
}

/* Columns on a terminal: Chinese, Japanese and Korean characters take two. */
static size_t columns(const char *s)
{
    size_t n = utf8_count(s, strlen(s));

    for (const unsigned char *c = (const unsigned char *)s; *c; c++)
        n += (*c >= 0xe3 && *c <= 0xed) || (*c == 0xef && c[1] >= 0xbc) || *c == 0xf0;
    return n;
}

static size_t width(const struct out *out, int column)
{
    size_t most = columns(out->names[column]);

    for (int row = 0; row < out->rows; row++) {
        const char *value = out->table[row * OUT_COLUMNS + column];
        size_t len = columns(value);
        most = len > most ? len : most;
    }
    return most;
}

static void padded(const char *s, size_t want, bool last)
{
    fputs(s, stdout);
    for (size_t len = columns(s); !last && len < want + 2; len++)
        fputc(' ', stdout);
}

static void print_list(const struct out *out)
{
    size_t wide[OUT_COLUMNS];

    for (int i = 0; i < out->columns; i++)
        wide[i] = width(out, i);
    for (int row = -1; row < out->rows; row++) {
        for (int i = 0; i < out->columns; i++)
            padded(row < 0 ? out->names[i] : out->table[row * OUT_COLUMNS + i], wide[i],
                   i == out->columns - 1);
        fputc('\n', stdout);
    }
}

static void print_one(const struct out *out)
{
    size_t most = 0;

    for (int i = 0; i < out->columns; i++)
        most = strlen(out->names[i]) > most ? strlen(out->names[i]) : most;
    for (int i = 0; i < out->columns; i++)
        if (*out->table[i])
            printf("%-*s  %s\n", (int)most, out->names[i], out->table[i]);
}

static void table_free(struct out *out)
{
    for (int i = 0; !out->json && i < out->rows; i++)
        for (int c = 0; c < out->columns; c++)
            free(out->table[i * OUT_COLUMNS + c]);
    free(out->table);
    out->table = NULL;
}

void out_under(struct out *out, const char *name)
{
    if (out->json) {
        printf(",\"%s\":[", name);
    } else {
        row_end(out);
        print_one(out);
        fputc('\n', stdout);
        table_free(out);
    }
    *out = (struct out){ .json = out->json, .list = true };
}

enum pay_err out_page_row(void *arg, void *row)
{
    const struct out_page *page = arg;

    if (page->out->rows < page->limit)
        return page->print(page->out, row);
    page->out->goes_on = true;
    return PAY_OK;
}

/* Behind a list: how many more there are. */
static void out_more(const struct out *out)
{
    const char *cure = str_or(out->more_cure, "--limit N, or --after the last one");

    if (out->goes_on && out->json)
        fputs("],\"more\":true}\n", stdout);
    else if (out->goes_on)
        printf("and more: %s\n", cure);
    else if (out->json)
        printf("],\"more\":%lld}\n", (long long)out->more);
    else
        printf("and %lld more: %s\n", (long long)out->more, cure);
}

static void out_finish(struct out *out, const char *empty, bool broken)
{
    const bool more = out->more > 0 || out->goes_on;

    row_end(out);
    if (out->json && out->list && more && !broken)
        out_more(out);
    else if (out->json)
        fputs(!out->list ? "\n" : broken ? "],\"incomplete\":true}\n" : "]}\n", stdout);
    else if (!out->rows && empty)
        printf("%s\n", empty);
    else if (out->rows && out->list)
        print_list(out);
    else if (out->rows)
        print_one(out);
    if (!out->json && more)
        out_more(out);
    table_free(out);
}

void out_close(struct out *out, const char *empty)
{
    out_finish(out, empty, false);
}

void out_broken(struct out *out)
{
    out_finish(out, NULL, true);
}
