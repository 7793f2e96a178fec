#include "cli/out.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json_text.h"

#define CELL_MAX 8192

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
    fprintf(stdout, "%s%s", out->cells ? "," : "", room);
}

static void cell(struct out *out, const char *name, const char *value, bool number)
{
    if (out->cells == OUT_COLUMNS)
        return;
    if (out->json) {
        json_cell(out, name, value, number);
    } else {
        out->names[out->cells] = name;
        char *copy = strdup(value);
        if (!copy)
            abort();
        /* What came from outside must not steer the terminal. */
        for (char *p = copy; *p; p++)
            if ((unsigned char)*p < 32 || *p == 127)
                *p = ' ';
        out->table[(out->rows - 1) * OUT_COLUMNS + out->cells] = copy;
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
    for (int row = -1; row < out->rows; row++) {
        for (int i = 0; i < out->columns; i++)
            padded(row < 0 ? out->names[i] : out->table[row * OUT_COLUMNS + i], width(out, i),
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

static void finish(struct out *out, const char *empty, bool broken)
{
    row_end(out);
    if (out->json)
        fputs(!out->list ? "\n" : broken ? "],\"incomplete\":true}\n" : "]}\n", stdout);
    else if (!out->rows && empty)
        printf("%s\n", empty);
    else if (out->rows && out->list)
        print_list(out);
    else if (out->rows)
        print_one(out);
    for (int i = 0; !out->json && i < out->rows; i++)
        for (int c = 0; c < out->columns; c++)
            free(out->table[i * OUT_COLUMNS + c]);
    free(out->table);
    out->table = NULL;
}

void out_close(struct out *out, const char *empty)
{
    finish(out, empty, false);
}

void out_broken(struct out *out)
{
    finish(out, NULL, true);
}
