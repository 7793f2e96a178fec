/* mock_bill.c - the bill of the mock gateway: asked for piece by piece (POST /mockpay/bill), each
 * piece signed, and written into a file:
 *   bill,CHANNEL_ID,DAY
 *   P,pay_id,channel_order_no,,,price,currency,time      a payment, time in ms
 *   R,pay_id,channel_order_no,refund_no,channel_refund_no,price,currency,time
 *   sums,payments,paid,refunds,refunded */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "channel/bill_file.h"
#include "channel/mock/mock_private.h"

#define HEAD_SIZE 64
#define ROW_VALUES 8

/* ---- into the file */

struct mock_bill_question {
    const struct channel_account *account;
    const char *day;
    char after[32];
};

static void piece_write(struct json_text *to, const void *arg)
{
    const struct mock_bill_question *question = arg;

    json_i64(to, "channel_id", question->account->id);
    json_str(to, "day", question->day);
    json_opt(to, "after", question->after);
}

static bool rows_put(const struct json *piece, int fd)
{
    const char *rows = signed_json_str(piece, "rows");

    for (size_t len; rows && *rows != '\0'; rows += len + (rows[len] == ';')) {
        len = strcspn(rows, ";");
        if (!fd_write(fd, rows, len) || !fd_write(fd, "\n", 1))
            return false;
    }
    return true;
}

static bool sums_put(const struct json *piece, int fd)
{
    static const char *const SUMS[] = { "payments", "paid", "refunds", "refunded" };
    char room[128];
    struct text line = TEXT(room);

    text_add(&line, "sums");
    for (size_t i = 0; i < COUNT(SUMS); i++) {
        const struct json *sum = json_member(piece, SUMS[i]);
        if (!sum || json_kind(sum) != JSON_INT)
            return false;
        text_addf(&line, ",%lld", (long long)json_int(sum));
    }
    text_add(&line, "\n");
    return !line.full && fd_write(fd, line.at, line.len);
}

/* *more: there is another piece. */
static enum pay_err piece_take(const struct json *piece, const struct bill_ask *ask,
                               struct mock_bill_question *question, struct bill_answer *out,
                               bool *more)
{
    const char *later = signed_json_str(piece, "later"), *next = signed_json_str(piece, "next");

    *more = false;
    if (!str_eq(signed_json_str(piece, "day"), ask->day))
        return PAY_UNKNOWN;
    if (later)
        return text_copy(out->why, sizeof(out->why), later) ? PAY_OK : PAY_UNKNOWN;
    if (!rows_put(piece, ask->fd))
        return PAY_FAULT;
    if (!next) {
        out->end = BILL_HERE;
        return sums_put(piece, ask->fd) ? PAY_OK : PAY_UNKNOWN;
    }
    *more = !str_eq(next, question->after);
    return *more && text_copy(question->after, sizeof(question->after), next) ? PAY_OK
                                                                              : PAY_UNKNOWN;
}

enum pay_err mock_bill(const struct channel_account *account, const struct bill_ask *ask,
                       struct bill_answer *out)
{
    struct mock_bill_question asked = { .account = account, .day = ask->day };
    const struct mock_question question = {
        .path = "bill", .what = "bill", .no = NULL, .write = piece_write, .arg = &asked
    };
    char head[HEAD_SIZE];
    struct text text = TEXT(head);
    enum pay_err err = ask->kind == BILL_TRADES ? PAY_OK : PAY_REFUSED;

    text_addf(&text, "bill,%lld,%s\n", (long long)account->id, ask->day);
    if (err == PAY_OK && !fd_write(ask->fd, text.at, text.len))
        err = PAY_FAULT;
    for (bool more = true; more && err == PAY_OK;) {
        struct json *piece = NULL;
        err = mock_ask_object(account, &question, &piece);
        if (err == PAY_OK)
            err = piece_take(piece, ask, &asked, out, &more);
        json_free(&piece);
    }
    return err;
}

/* ---- out of it */

struct fd_source {
    struct source source; /* first: they are one object */
    int fd;
};

static ptrdiff_t fd_source_read(struct source *source, char *to, size_t size)
{
    const struct fd_source *s = (const struct fd_source *)source;
    ssize_t n;

    do
        n = read(s->fd, to, size);
    while (n < 0 && errno == EINTR);
    source->why = "the file cannot be read";
    return n;
}

static void fd_source_close(struct source *source)
{
    free(source);
}

static struct source *fd_source_open(int fd)
{
    struct fd_source *s = calloc(1, sizeof(*s));

    if (!s)
        abort();
    s->source = (struct source){ .read = fd_source_read, .close = fd_source_close };
    s->fd = lseek(fd, 0, SEEK_SET) == 0 ? fd : -1;
    return &s->source;
}

/* Ends each value by a NUL; false unless there are so many. */
static bool values_part(char *row, char *value[ROW_VALUES])
{
    size_t count = 0;

    for (char *next = row; next; row = next) {
        next = strchr(row, ',');
        if (next)
            *next++ = '\0';
        if (count == ROW_VALUES)
            return false;
        value[count++] = row;
    }
    return count == ROW_VALUES;
}

static bool mock_line_take(char *row, struct bill_line *line)
{
    char *value[ROW_VALUES];

    if (!values_part(row, value) || (!str_eq(value[0], "P") && !str_eq(value[0], "R")))
        return false;
    line->about = *value[0] == 'R' ? BILL_REFUND : BILL_PAYMENT;
    line->state = CHANNEL_SUCCESS;
    return text_copy(line->order_no, sizeof(line->order_no), value[1]) &&
           text_copy(line->channel_order_no, sizeof(line->channel_order_no), value[2]) &&
           text_copy(line->refund_no, sizeof(line->refund_no), value[3]) &&
           text_copy(line->channel_refund_no, sizeof(line->channel_refund_no), value[4]) &&
           str_to_i64(value[5], 0, MONEY_MAX, &line->price.minor) &&
           text_copy(line->currency, sizeof(line->currency), value[6]) &&
           str_to_i64(value[7], 1, INT64_MAX, &line->time);
}

static enum pay_err mock_rows_read(struct bill_file *file, const struct bill_reading *reading,
                                   struct bill_total *total, char **sums)
{
    struct bill_days days = { .from = 0 };
    enum pay_err err = bill_day(reading->day, &days.from) ? PAY_OK : PAY_FAULT;

    while (err == PAY_OK && (*sums = bill_row(file, NULL)) && !str_starts(*sums, "sums,")) {
        struct bill_line line = { .state = CHANNEL_SUCCESS };
        if (!mock_line_take(*sums, &line))
            return bill_wrong(file, "it is no payment and no refund");
        err = bill_day_take(file, &days, line.time);
        if (err == PAY_OK)
            err = bill_line_take(file, reading, &line, total);
    }
    return err == PAY_OK && !*sums ? bill_wrong(file, "the file ends before the sums") : err;
}

enum pay_err mock_bill_read(const struct channel_account *account,
                            const struct bill_reading *reading, struct bill_total *out)
{
    struct bill_file *file = bill_file_open(fd_source_open(reading->fd), NULL);
    char head[HEAD_SIZE], room[128];
    struct text text = TEXT(head), want = TEXT(room);
    const char *first = bill_row(file, NULL);
    char *sums = NULL;

    text_addf(&text, "bill,%lld,%s", (long long)account->id, reading->day);
    enum pay_err err = first && str_eq(first, head)
                           ? mock_rows_read(file, reading, out, &sums)
                           : bill_wrong(file, "it is not the bill of this channel and day");
    text_addf(&want, "sums,%lld,%lld,%lld,%lld", (long long)out->payments, (long long)out->paid,
              (long long)out->refunds, (long long)out->refunded);
    if (err == PAY_OK && !str_eq(sums, room))
        err = bill_wrong(file, "the sums disagree with the lines");
    if (err == PAY_OK || err == PAY_BAD_BODY)
        err = bill_file_end(file, out);
    bill_file_close(&file);
    return err;
}
