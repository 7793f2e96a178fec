/* bill.c - fetching and reading a bill by the channel's driver, its days, its sums. */
#include "channel/bill.h"

#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "channel/bill_file.h"
#include "channel/call.h"

bool bill_day(const char *day, int64_t *from)
{
    char room[32];
    struct text text = TEXT(room);

    text_addf(&text, "%.10sT00:00:00+08:00", day);
    return strlen(day) == 10 && !text.full && time_parse(room, from);
}

enum pay_err channel_bill_fetch(const struct channel_driver *driver,
                                const struct channel_account *account, const struct bill_ask *ask,
                                struct bill_answer *out)
{
    int64_t from;
    struct text why = TEXT(out->why);

    *out = (struct bill_answer){ .end = BILL_LATER };
    if (!bill_day(ask->day, &from) || ftruncate(ask->fd, 0) != 0 ||
        lseek(ask->fd, 0, SEEK_SET) != 0) {
        text_add(&why, "the day is none, or the file cannot be written");
        return PAY_FAULT;
    }
    if (!driver->bill) {
        text_add(&why, "this channel makes no bills");
        return PAY_REFUSED;
    }
    enum pay_err err = driver->bill(account, ask, out);
    const bool cut = err != PAY_OK && channel_call_met()->end == HTTP_TOO_LARGE;
    if (out->end == BILL_HERE &&
        (cut || (err == PAY_OK && lseek(ask->fd, 0, SEEK_END) > BILL_FILE_MAX))) {
        text_addf(&why, "the bill's file is over %lld MiB, and so it is not taken",
                  (long long)(BILL_FILE_MAX >> 20));
        return PAY_BAD_BODY;
    }
    return err;
}

enum pay_err channel_bill_read(const struct channel_driver *driver,
                               const struct channel_account *account,
                               const struct bill_reading *reading, struct bill_total *out)
{
    int64_t from;

    *out = (struct bill_total){ .payments = 0 };
    if (!driver->bill_read || !bill_day(reading->day, &from))
        return PAY_FAULT;
    return driver->bill_read(account, reading, out);
}

/* ---- what all readers check */

enum pay_err bill_line_take(struct bill_file *file, const struct bill_reading *reading,
                            struct bill_line *line, struct bill_total *total)
{
    const bool refund = line->about == BILL_REFUND;
    int64_t *sum = refund ? &total->refunded : &total->paid;

    line->number = bill_row_number(file);
    if (line->price.minor < 0 || line->price.minor > MONEY_MAX ||
        !str_is(line->channel_order_no, ALPHA_MERCHANT_NO, 1, BILL_NO_SIZE - 1) ||
        !currency_is_current(line->currency))
        return bill_wrong(file, "its amount, its currency or the channel's number is wrong");
    if (total->payments + total->refunds >= BILL_LINES_MAX)
        return bill_wrong(file, "there are over %d lines", BILL_LINES_MAX);
    *sum += line->price.minor;
    *(refund ? &total->refunds : &total->payments) += 1;
    return reading->each(reading->arg, line);
}

enum pay_err bill_day_take(struct bill_file *file, struct bill_days *days, int64_t time)
{
    if (time < days->from - DAY_MS || time >= days->from + DAY_MS)
        return bill_wrong(file, "it is of another day");
    *(time < days->from ? &days->before : &days->inside) += 1;
    return PAY_OK;
}

enum pay_err bill_days_end(struct bill_file *file, const struct bill_days *days)
{
    if (days->before > 1 && days->before > days->inside)
        return bill_wrong(file, "%lld of its lines are of the day before, %lld of the day",
                          (long long)days->before, (long long)days->inside);
    return PAY_OK;
}
