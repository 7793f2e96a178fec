/* fuzz_bill_text.c - the text of a bill, before it is compressed: rows, columns, sums. A backtick
 * or a mark at its beginning makes it WeChat Pay's, else it is Alipay's, in GBK. */
#include "fuzz.h"

#include <sys/mman.h>
#include <unistd.h>
#include "channel/alipay/alipay_private.h"
#include "channel/bill.h"
#include "channel/wechat/wechat_bill.h"
#include "io/gzip.h"
#include "io/zip.h"

#define TEXT_MAX 4096

struct seen {
    int64_t paid, refunded, payments, refunds, last;
};

static enum pay_err line_see(void *arg, const struct bill_line *line)
{
    struct seen *seen = arg;

    PROPERTY(line->price.minor >= 0 && line->price.minor <= MONEY_MAX);
    PROPERTY(str_is(line->channel_order_no, ALPHA_MERCHANT_NO, 1, BILL_NO_SIZE - 1));
    PROPERTY(line->about == BILL_REFUND || *line->refund_no == '\0');
    PROPERTY(line->number > seen->last);
    seen->last = line->number;
    *(line->about == BILL_REFUND ? &seen->refunded : &seen->paid) += line->price.minor;
    *(line->about == BILL_REFUND ? &seen->refunds : &seen->payments) += 1;
    return PAY_OK;
}

static int file_of(const uint8_t *data, size_t size, bool gzip)
{
    static char room[4 * TEXT_MAX], content_room[TEXT_MAX + 1];
    struct text to = TEXT(room), content = TEXT(content_room);
    struct zip zip = { .to = &to };
    const int fd = memfd_create("bill", MFD_CLOEXEC);

    text_add_n(&content, data, size);
    if (gzip)
        PROPERTY(gzip_add(data, size, &to) == PAY_OK);
    else {
        zip_add(&zip, "x.csv", &content);
        PROPERTY(zip_end(&zip));
    }
    PROPERTY(fd >= 0 && write(fd, to.at, to.len) == (ssize_t)to.len);
    return fd;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct alipay_keys alipay = { .seller_id = "2088102177846880" };
    static const struct wechat_keys wechat = { .mchid = "1900000109" };
    const bool gzip = size > 0 && (data[0] == 0xEF || data[0] == '`');
    const struct channel_account account = { .keys = gzip ? (const void *)&wechat : &alipay };
    struct seen seen = { 0 };
    struct bill_total total = { .payments = 0 };

    if (size > TEXT_MAX)
        return 0;
    const struct bill_reading reading = {
        .fd = file_of(data, size, gzip), .day = "2026-01-31", .each = line_see, .arg = &seen
    };
    const enum pay_err err = gzip ? wechat_bill_read(&account, &reading, &total)
                                  : alipay_bill_read(&account, &reading, &total);
    close(reading.fd);
    PROPERTY(err == PAY_OK || err == PAY_BAD_BODY);
    PROPERTY((err == PAY_OK) == (*total.why == '\0'));
    PROPERTY(seen.paid == total.paid && seen.refunded == total.refunded);
    PROPERTY(seen.payments == total.payments && seen.refunds == total.refunds);
    return 0;
}
