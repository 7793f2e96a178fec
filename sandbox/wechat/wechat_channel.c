/* wechat_channel.c - WeChat Pay's row in the table of played channels. */
#include "sandbox/wechat/wechat_books.h"

/* Seconds between the tries of a notice: 15 in 24 hours and 4 minutes. */
static const int64_t GAPS[] = { 15,   15,   30,    180,   600,   1200,  1800, 1800,
                                1800, 3600, 10800, 10800, 10800, 21600, 21600 };

const struct sandbox_channel SANDBOX_WECHAT = {
    .word = WECHAT,
    .gaps = GAPS,
    .gap_count = COUNT(GAPS),
    .timeout_ms = 5000,
    .pay = wechat_trade_pay,
    .cancel = wechat_trade_cancel,
    .notice_sign = wechat_notice_sign,
    .acknowledged = wechat_acknowledged,
    .due = wechat_due,
};
