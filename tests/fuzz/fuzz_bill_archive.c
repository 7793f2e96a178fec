/* fuzz_bill_archive.c - a bill's file as it is fetched: the zip archive of Alipay (text in GBK),
 * the gzip file of WeChat Pay. Whatever it is, it is read to an end, and a bill that is not
 * believed says why. The first byte chooses which. */
#include "fuzz.h"

#include <sys/mman.h>
#include <unistd.h>
#include "channel/alipay/alipay_private.h"
#include "channel/bill.h"
#include "channel/wechat/wechat_bill.h"

static enum pay_err line_see(void *arg, const struct bill_line *line)
{
    int64_t *sum = arg;

    PROPERTY(line->price.minor >= 0 && line->price.minor <= MONEY_MAX);
    PROPERTY(*line->channel_order_no != '\0' && line->time > 0 && line->number > 0);
    *sum += line->price.minor;
    return PAY_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct alipay_keys alipay = { .seller_id = "2088102177846880" };
    static const struct wechat_keys wechat = { .mchid = "1900000109" };
    int fd = memfd_create("bill", MFD_CLOEXEC);
    const bool gzip = size > 1 && data[0] == 0x1F;
    const struct channel_account account = { .keys = gzip ? (const void *)&wechat : &alipay };
    int64_t sum = 0;
    const struct bill_reading reading = {
        .fd = fd, .day = "2026-01-31", .each = line_see, .arg = &sum
    };
    struct bill_total total = { .payments = 0 };

    PROPERTY(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    const enum pay_err err = gzip ? wechat_bill_read(&account, &reading, &total)
                                  : alipay_bill_read(&account, &reading, &total);
    close(fd);
    PROPERTY(err == PAY_OK || err == PAY_BAD_BODY);
    PROPERTY((err == PAY_OK) == (*total.why == '\0'));
    PROPERTY(utf8_is_valid(total.why, strlen(total.why)));
    PROPERTY(err != PAY_OK || sum == total.paid + total.refunded);
    return 0;
}
