/* bill_file.h - what the drivers' readers of bills share: rows of columns that are found by their
 * titles, values, and sums. */
#ifndef CHANNEL_BILL_FILE_H
#define CHANNEL_BILL_FILE_H

#include "base/source.h"
#include "channel/bill.h"

#define BILL_COLUMNS_MAX 64

/* A file under way. The first fault sticks. */
struct bill_file;
/* The source becomes a part of it; NULL: why says what was wrong with it. */
struct bill_file *bill_file_open(struct source *from, const char *why);
void bill_file_close(struct bill_file **file);
/* Notes what is wrong, at this line; the first fault counts. Always PAY_BAD_BODY. */
enum pay_err bill_wrong(struct bill_file *file, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* The next line without its end, NULL at the file's end or after a fault. A text in a column may
 * hold line ends: a line joins the one before it unless `begins` is true of it. begins NULL: none
 * joins. */
char *bill_row(struct bill_file *file, bool (*begins)(const char *line));
/* The number of the line that bill_row gave. */
int64_t bill_row_number(const struct bill_file *file);
/* At the end: fills why, or hash. */
MUST_USE enum pay_err bill_file_end(struct bill_file *file, struct bill_total *out);

/* Columns. The file may have them in another order, and others between them. */
struct bill_columns {
    const char *const *titles; /* the ones that are wanted, `count` of them */
    size_t count;
    const char *cut;             /* what parts two values of a row */
    size_t text;                 /* which of titles may hold `cut` */
    size_t times;                /* how many times stand directly behind it, and show where it ends;
                                    0: values that are too many are all its own */
    size_t at[BILL_COLUMNS_MAX]; /* where each was found */
    size_t width;                /* columns of the file */
    char *value[BILL_COLUMNS_MAX];
};
/* Reads the line of titles, which are parted by commas. */
MUST_USE enum pay_err bill_titles(struct bill_file *file, char *line, struct bill_columns *c);
/* Parts a row. */
MUST_USE enum pay_err bill_values(struct bill_file *file, char *row, struct bill_columns *c);
/* A value by the place of its title, without blanks around it. */
const char *bill_value(const struct bill_columns *c, size_t title);

/* "2026-01-31 08:00:00", +08:00. */
MUST_USE bool bill_time(const char *s, int64_t *ms);
/* Yuan with up to five decimals, maybe negative, in thousandths of the minor unit. */
MUST_USE bool bill_yuan(const char *s, int64_t *milli);
/* The same in whole minor units: False with a fraction of one. */
MUST_USE bool bill_minor(const char *s, int64_t *minor);
/* Rounded half up, away from nothing. */
struct money bill_rounded(int64_t milli);

/* Counts a line into the total and hands it on. */
MUST_USE enum pay_err bill_line_take(struct bill_file *file, const struct bill_reading *reading,
                                     struct bill_line *line, struct bill_total *total);
/* The days of a bill's lines. A payment of the last minutes before midnight may come with the next
 * day's bill: of the day before there may be one line, or as many as there are of the day. */
struct bill_days {
    int64_t from, inside, before;
};
MUST_USE enum pay_err bill_day_take(struct bill_file *file, struct bill_days *days, int64_t time);
MUST_USE enum pay_err bill_days_end(struct bill_file *file, const struct bill_days *days);

#endif
