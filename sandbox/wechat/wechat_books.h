/* wechat_books.h - what becomes of orders, refunds and transfers of the played WeChat Pay, and what
 * merchants are told of it. */
#ifndef SANDBOX_WECHAT_BOOKS_H
#define SANDBOX_WECHAT_BOOKS_H

#include "sandbox/wechat/wechat_private.h"

#define COUPON_FEN 1 /* what a payer's coupon is worth */

/* ---- orders */

/* The order as query answers it, or as its notice has it; members only. */
void wechat_order_write(const struct sandbox_trade *trade, struct json_text *to);
/* Paid orders answer REFUND once a refund was accepted. */
const char *wechat_trade_state(const struct sandbox_trade *trade);
/* Entered, then lost by its scenario: as if it had never been. */
bool wechat_trade_undone(const struct sandbox_trade *trade);
/* PAY_OK: it can be paid; PAY_PAID, PAY_CLOSED, PAY_EXPIRED. */
enum pay_err wechat_trade_payable(const struct sandbox_trade *trade);
MUST_USE enum pay_err wechat_trade_pay(struct db *db, const struct config *config,
                                       struct sandbox_trade *trade,
                                       const struct sandbox_payment *how);
/* The same whatever state it is in. */
MUST_USE enum pay_err wechat_pay_force(struct db *db, const struct config *config,
                                       struct sandbox_trade *trade,
                                       const struct sandbox_payment *how);
/* The end of an order whose payer was asked for a password, once its time has come. */
MUST_USE enum pay_err wechat_codepay_end(struct db *db, const struct config *config,
                                         struct sandbox_trade *trade);
MUST_USE enum pay_err wechat_trade_cancel(struct db *db, const struct config *config,
                                          struct sandbox_trade *trade);
void wechat_transaction_id(int64_t ms, char out[33]);

/* ---- refunds and transfers */
void wechat_refund_write(const struct sandbox_move *refund, const struct sandbox_trade *trade,
                         struct json_text *to);
/* A refund's trade; its number stands in the refund's account. */
MUST_USE enum pay_err wechat_refund_trade(struct db *db, const char *trade_no, bool lock,
                                          struct sandbox_trade *out);
/* Why a transfer fails, as its scenario wants it; "" when it does not. */
const char *wechat_transfer_reason(const struct sandbox_move *move);
/* Ends a transfer, a batch's part or a batch whose time has come, and tells the merchant. */
MUST_USE enum pay_err wechat_bill_end(struct db *db, const struct config *config,
                                      struct sandbox_move *move);
MUST_USE enum pay_err wechat_batch_end(struct db *db, const struct config *config,
                                       struct sandbox_move *move);
MUST_USE enum pay_err wechat_due(struct db *db, const struct config *config, size_t *worked);

/* The receiver's page; number: the transfer's package_info or out_bill_no. */
void wechat_receiver(const struct sandbox_request *in, const char *number,
                     struct sandbox_answer *out);

/* ---- notices */
struct wechat_news {
    const char *event, *plain, *url, *number;
    const char *scenario; /* what is wrong with it, or with its time */
    int64_t trade_id;
};
/* In a transaction: the notice, as the scenario wants it. */
MUST_USE enum pay_err wechat_notice_add(struct db *db, const struct config *config,
                                        const struct wechat_news *news);
/* Sends the last one that was added, before the request in hand is answered. */
void wechat_notice_hurry(struct db *db, const struct config *config);
bool wechat_notice_sign(const struct config *config, const struct sandbox_notice *notice,
                        struct sandbox_try *out);
/* The key that signs, as the scenario wants it, else the usual one. */
struct wechat_voice wechat_voice_of(const struct wechat_keys *keys, const char *scenario,
                                    const struct wechat_voice *usual);
bool wechat_acknowledged(int status, const char *body, size_t len);

#endif
