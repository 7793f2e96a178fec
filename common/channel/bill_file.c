/* bill_file.c - the lines of a bill's file, one after the other, in a room of fixed size. */
#include "channel/bill_file.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/crypto/sign_stream.h"

#define BILL_ROOM 262144
#define ROW_MAX 65536
#define UTF8_MARK "\xEF\xBB\xBF"

struct bill_file {
    struct source *from;
    struct sign_stream *hash;
    int64_t total;           /* bytes read */
    int64_t number, numbers; /* of the row's first line; of the last line that was read */
    size_t row, next, filled;
    bool over;
    char why[BILL_WHY_SIZE];
    char room[BILL_ROOM + 1]; /* always ended by a NUL at `filled` */
};

enum pay_err bill_wrong(struct bill_file *f, const char *format, ...)
{
    va_list list;
    char room[BILL_WHY_SIZE];

    if (*f->why)
        return PAY_BAD_BODY;
    struct text why = TEXT(f->why);
    va_start(list, format);
    vsnprintf(room, sizeof(room), format, list);
    va_end(list);
    if (f->number > 0)
        text_addf(&why, "line %lld: ", (long long)f->number);
    text_add_cut(&why, room, strlen(room), sizeof(f->why) / 4 - 16);
    return PAY_BAD_BODY;
}

/* Reads on behind what is there. False at the end, or after a fault. */
static bool bill_fill(struct bill_file *f)
{
    if (f->over || *f->why)
        return false;
    if (f->row > 0) {
        memmove(f->room, f->room + f->row, f->filled - f->row + 1);
        f->next -= f->row;
        f->filled -= f->row;
        f->row = 0;
    }
    const ptrdiff_t n = f->from->read(f->from, f->room + f->filled, BILL_ROOM - f->filled);
    if (n < 0) {
        (void)bill_wrong(f, "%s", f->from->why);
        return false;
    }
    sign_stream_add(f->hash, f->room + f->filled, (size_t)n);
    f->filled += (size_t)n;
    f->room[f->filled] = '\0';
    f->total += n;
    f->over = n == 0;
    if (f->total > BILL_PLAIN_MAX)
        (void)bill_wrong(f, "the file has over %lld MiB", (long long)(BILL_PLAIN_MAX >> 20));
    return n > 0 && !*f->why;
}

/* Takes the next line into the row. False: there is none, or not a whole one. */
static bool bill_extend(struct bill_file *f)
{
    size_t from = f->next - f->row; /* the row may move to the room's beginning */
    const char *end;

    while (!(end = memchr(f->room + f->row + from, '\n', f->filled - f->row - from))) {
        from = f->filled - f->row;
        if (from > ROW_MAX) {
            (void)bill_wrong(f, "it has over %d bytes", ROW_MAX);
            return false;
        }
        if (!bill_fill(f)) {
            if (f->filled > f->next)
                (void)bill_wrong(f, "the file ends within a line");
            return false;
        }
    }
    f->next = (size_t)(end - f->room) + 1;
    f->numbers++;
    return true;
}

/* Is there a whole line behind the row that belongs to it? */
static bool bill_goes_on(struct bill_file *f, bool (*begins)(const char *line))
{
    while (!memchr(f->room + f->next, '\n', f->filled - f->next) && f->filled - f->row <= ROW_MAX &&
           bill_fill(f))
        ;
    return f->room[f->next] != '\0' && !begins(f->room + f->next);
}

char *bill_row(struct bill_file *f, bool (*begins)(const char *line))
{
    f->row = f->next;
    f->number = f->numbers + 1;
    if (*f->why || !bill_extend(f))
        return NULL;
    while (begins && bill_goes_on(f, begins))
        if (!bill_extend(f))
            return NULL;
    char *line = f->room + f->row;
    size_t len = f->next - f->row;
    if (*f->why || len > ROW_MAX || memchr(line, '\0', len) || !utf8_is_valid(line, len)) {
        (void)bill_wrong(f, len > ROW_MAX ? "it is too long" : "it is no text");
        return NULL;
    }
    line[len - 1] = '\0';
    if (len > 1 && line[len - 2] == '\r')
        line[len - 2] = '\0';
    return line;
}

int64_t bill_row_number(const struct bill_file *f)
{
    return f->number;
}

struct bill_file *bill_file_open(struct source *from, const char *why)
{
    struct bill_file *f = calloc(1, sizeof(*f));

    if (!f)
        abort();
    f->from = from;
    f->hash = sign_stream_open(SIGN_SHA256);
    if (!from)
        (void)bill_wrong(f, "%s", why);
    if (from && !bill_fill(f) && !*f->why)
        (void)bill_wrong(f, "the file is empty");
    if (strncmp(f->room, UTF8_MARK, strlen(UTF8_MARK)) == 0)
        f->next = strlen(UTF8_MARK);
    return f;
}

void bill_file_close(struct bill_file **f)
{
    if (*f) {
        source_close(&(*f)->from);
        sign_stream_close(&(*f)->hash);
    }
    free(*f);
    *f = NULL;
}

enum pay_err bill_file_end(struct bill_file *f, struct bill_total *out)
{
    struct text hash = TEXT(out->hash);

    if (!*f->why && (f->next < f->filled || bill_fill(f)))
        (void)bill_wrong(f, "there is more behind the sums");
    if (!*f->why && !sign_stream_end(f->hash, &hash))
        (void)bill_wrong(f, "its SHA-256 could not be made");
    if (!text_copy(out->why, sizeof(out->why), f->why))
        out->why[0] = '\0';
    return *f->why ? PAY_BAD_BODY : PAY_OK;
}
