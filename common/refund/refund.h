/* refund.h - refunds: rows, finding, listing. A refund is reserved (refund_reserve.h), sent to its
 * channel (refund_send.h), and ended by what the channel says (refund_apply.h, through settle). */
#ifndef REFUND_REFUND_H
#define REFUND_REFUND_H

#include "io/db/db_page.h"
#include "order/order.h"
#include "refund/refund_state.h"

#define REASON_SIZE (512 * 4 + 1)

/* A row of pay_refund, with the numbers by which its channel knows the payment. Times in ms, 0
 * absent. */
struct refund {
    int64_t id, app_id, channel_id, order_id, extension_id, status, version;
    int64_t create_time, success_time, sync_times, next_sync_time;
    struct money pay_price, refund_price;
    struct money bonus_price; /* of a recharge: its share of the bonus */
    char no[NO_SIZE], order_no[NO_SIZE], merchant_order_id[MERCHANT_NO_SIZE];
    char merchant_refund_id[MERCHANT_NO_SIZE], channel_code[33], currency[CURRENCY_SIZE];
    char cause[17], notify_url[URL_SIZE], reason[REASON_SIZE];
    char channel_refund_no[65], channel_error_code[65], channel_error_msg[1021];
    char pay_id[NO_SIZE], channel_order_no[65]; /* of the payment */
};

/* An automatic refund (a second payment, a late one) has no number of the merchant's: its own
 * begins with what no merchant's number can hold. */
#define REFUND_AUTO "auto:"
bool refund_is_automatic(const struct refund *refund);

/* What names a refund: exactly one member is set. */
struct refund_key {
    const char *refund_no, *merchant_refund_id;
};

/* PAY_NOT_FOUND when there is none or it is another app's. */
MUST_USE enum pay_err refund_find(struct db *db, int64_t app_id, const struct refund_key *key,
                                  struct refund *out);
MUST_USE enum pay_err refund_by_id(struct db *db, int64_t id, struct refund *out);

#define ORDER_REFUNDS_MAX 50
/* Those of an order, the newest first, at most ORDER_REFUNDS_MAX. */
MUST_USE enum pay_err refund_list_of(struct db *db, int64_t order_id, db_each *each, void *arg);

/* Newest first (io/db/db_page.h); the owner is the app. */
MUST_USE enum pay_err refund_list(struct db *db, const struct list_filter *filter, db_each *each,
                                  void *arg);

#endif
