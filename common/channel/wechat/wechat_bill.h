/* wechat_bill.h - bills: of the driver's files, with wechat_private.h. */
#ifndef CHANNEL_WECHAT_BILL_H
#define CHANNEL_WECHAT_BILL_H

#include "channel/wechat/wechat_private.h"

/* A file that WeChat Pay does not sign, into fd. PAY_UNKNOWN, PAY_FULL: it did not come whole. */
MUST_USE enum pay_err wechat_download(const struct channel_account *account, const char *path,
                                      int fd, int64_t most);

/* The functions of CHANNEL_WECHAT. */
MUST_USE enum pay_err wechat_bill(const struct channel_account *account, const struct bill_ask *ask,
                                  struct bill_answer *out);
MUST_USE enum pay_err wechat_bill_read(const struct channel_account *account,
                                       const struct bill_reading *reading, struct bill_total *out);

#endif
