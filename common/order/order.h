/* order.h - orders: rows, states, finding, listing. Opened by checkout.h, paid by settle.h. */
#ifndef ORDER_ORDER_H
#define ORDER_ORDER_H

#include <stdbool.h>
#include <stdint.h>
#include "base/money.h"
#include "base/ulid.h"
#include "io/db/db_page.h"
#include "order/order_state.h"

#define MERCHANT_NO_SIZE 65
#define URL_SIZE 1025
#define SUBJECT_SIZE (127 * 4 + 1)
#define BODY_SIZE (512 * 4 + 1)
#define METADATA_SIZE 4097
#define USER_ID_SIZE (64 * 4 + 1)
#define CONTENT_SIZE 16385 /* of what the payer sees: a signed order string, a page */

/* A row of pay_order; each size mirrors its column. Times in ms, 0 absent. */
struct order {
    int64_t id, app_id, channel_id, status, create_time, expire_time, success_time;
    int64_t extension_id, version;
    int64_t expired;      /* by the database's clock */
    int64_t refund_count; /* its rows of pay_refund */
    int64_t attempts;     /* its rows of pay_order_extension */
    int64_t latest_ended; /* the newest of them neither waits nor paid the order */
    struct money price, refund_price, refunding_price;
    struct money bonus_price; /* of a recharge */
    struct money paid_price;  /* the price, once it is paid; 0 */
    char no[NO_SIZE], merchant_order_id[MERCHANT_NO_SIZE], subject[SUBJECT_SIZE], body[BODY_SIZE];
    char user_id[USER_ID_SIZE], user_ip[46], notify_url[URL_SIZE], return_url[URL_SIZE];
    char metadata[METADATA_SIZE], currency[CURRENCY_SIZE], channel_code[33], channel_order_no[65];
    char query_token[TOKEN_SIZE];
    char kind[17]; /* ORDER_PAYMENT or ORDER_RECHARGE */
};

#define ORDER_PAYMENT "payment"
/* What it brings goes onto the wallet of its user_id (ledger/recharge.h). */
#define ORDER_RECHARGE "recharge"
static inline bool order_is_recharge(const struct order *order)
{
    return str_eq(order->kind, ORDER_RECHARGE);
}

/* For 60 s a cancel may still be at work, longer than any call waits (channel/call.h). */
enum cancelled { CANCELLED_NOT, CANCELLED_LONG_AGO, CANCELLED_JUST_NOW };
/* A row of pay_order_extension. */
struct attempt {
    int64_t id, order_id, channel_id, status, duplicate_paid, create_time, success_time;
    int64_t cancelled; /* a cancel was sent that may give its money back: enum cancelled */
    struct money price, paid_price;
    char no[NO_SIZE], channel_code[33], currency[CURRENCY_SIZE], display_mode[17];
    char display_content[CONTENT_SIZE], channel_order_no[65];
    char channel_error_code[65], channel_error_msg[1021];
};

/* A number of an order, refund or transfer: ours, or when that is NULL the merchant's. True when it
 * has its form. Only ASCII passes: an ascii column answers anything else with an error. */
bool number_fits(const char *ours, const char *merchants);
/* What names an order: exactly one member is set. */
struct order_key {
    const char *order_no, *merchant_order_id, *pay_id;
};

/* PAY_NOT_FOUND when there is none or it is another app's. With lock the row is locked FOR UPDATE
 * (inside db_txn). */
MUST_USE enum pay_err order_find(struct db *db, int64_t app_id, const struct order_key *key,
                                 bool lock, struct order *out);
/* By query_token, which is valid until 24 h after the order's end; of any app. Only public members
 * are filled (no, status, price, currency, subject, return_url, expire_time), and id and expired.
 */
MUST_USE enum pay_err order_by_token(struct db *db, const char *token, struct order *out);
/* An order by the merchant's number and its newest open attempt, with one statement. The attempt
 * has what order_view.h shows; its id is 0 when there is none. */
MUST_USE enum pay_err order_find_open(struct db *db, int64_t app_id, const char *merchant_order_id,
                                      struct order *out, struct attempt *open);

/* Newest first (io/db/db_page.h); the owner is the app. */
MUST_USE enum pay_err order_list(struct db *db, const struct list_filter *filter, db_each *each,
                                 void *arg);

#define ORDER_ATTEMPTS_MAX 20
/* An order and its attempts, the newest first, as of one moment; found like order_find's.
 * Only what order_view.h shows is filled. */
struct order_whole {
    struct order order;
    struct attempt attempts[ORDER_ATTEMPTS_MAX];
    size_t count;
};
MUST_USE enum pay_err order_find_whole(struct db *db, int64_t app_id, const struct order_key *key,
                                       struct order_whole *out);

#endif
