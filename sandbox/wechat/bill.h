/* bill.h - the files of WeChat Pay: trades, and the flow of funds, as text before compression. */
#ifndef SANDBOX_WECHAT_BILL_H
#define SANDBOX_WECHAT_BILL_H

#include "sandbox/wechat/wechat_books.h"

#define BILL_ROWS_MAX 2000

/* One line: a payment, or a refund of it. */
struct bill_row {
    bool refund, planted;                            /* planted: a payment that no merchant knows */
    int64_t time, done_time, amount, discount, back; /* back: of a refund */
    int64_t state;                                   /* of the refund */
    char app[33], merchant[33], trade_no[33], out_trade_no[65], buyer[65], product[17];
    char no[33], out_no[65], subject[1025], marker[2049], scenario[33];
};
struct bill {
    int64_t from, to; /* the day */
    struct bill_row at[BILL_ROWS_MAX];
    size_t count;
    bool late, empty, wrong_hash; /* what scenarios want of the whole */
};
/* The day's payments and refunds, with the differences that scenarios plant. */
MUST_USE enum pay_err bill_read(struct db *db, const struct config *config, const char *merchant,
                                struct bill *out);
/* type: ALL, SUCCESS, REFUND. False: there is no room. */
MUST_USE bool bill_trades_write(const struct bill *bill, const char *type, struct text *to);
MUST_USE bool bill_funds_write(const struct bill *bill, struct text *to);

#endif
