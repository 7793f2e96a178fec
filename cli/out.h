/* out.h - what shroffctl prints: JSON for programs, aligned columns or "name: value" for people. */
#ifndef CLI_OUT_H
#define CLI_OUT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include "base/err.h"
#include "base/view.h"

#define OUT_COLUMNS 24

struct out {
    bool json, list;
    int rows, cells;       /* of the row under way */
    int64_t more;          /* of a list: rows beyond its limit, printed with it */
    bool goes_on;          /* instead: there are more, that were not counted */
    const char *more_cure; /* how people see those; NULL: by --limit and --after */
    const char *names[OUT_COLUMNS];
    char **table; /* people's lists: rows * columns texts, owned */
    int columns;
};

/* Foreign text, or what may hold some, on a terminal: nothing steers, nothing is invisible. */
void out_text(FILE *to, const char *s, size_t len);
/* "shroffctl: …" on standard error, printed by out_text. */
void out_say(const char *format, ...) __attribute__((format(printf, 1, 2)));
void out_open(struct out *out, bool json, bool list);
/* Every row has the same members in the same order. */
void out_row(struct out *out);
void out_str(struct out *out, const char *name, const char *s);
void out_i64(struct out *out, const char *name, int64_t n);
void out_json(struct out *out, const char *name, const char *json); /* JSON, checked */
void out_time(struct out *out, const char *name, int64_t ms);       /* 0: left out / empty */
/* A db_each (arg: struct out_page) for a list that was asked for limit + 1 rows: the last one only
 * says that there are more. print's arg is out. */
struct out_page {
    struct out *out;
    enum pay_err (*print)(void *arg, void *row);
    int64_t limit;
};
enum pay_err out_page_row(void *arg, void *row);
/* The members of a view of an object, as cells of the row. Empty ones are printed too, but a count
 * of nothing only in a list. */
void out_view(struct out *out, const struct view *view, const void *object);
/* Ends the object so far. What follows is a list behind it: in JSON its member `name`. */
void out_under(struct out *out, const char *name);
/* Prints what is pending; `empty` is printed for people when a list has no rows. */
void out_close(struct out *out, const char *empty);
/* Instead, when the listing failed: what there is, and for programs "incomplete":true. */
void out_broken(struct out *out);

#endif
