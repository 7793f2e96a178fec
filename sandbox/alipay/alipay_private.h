/* alipay_private.h - what the files of the played Alipay share. */
#ifndef SANDBOX_ALIPAY_ALIPAY_PRIVATE_H
#define SANDBOX_ALIPAY_ALIPAY_PRIVATE_H

#include "base/json_text.h"
#include "io/json/json.h"
#include "sandbox/alipay/alipay.h"
#include "sandbox/alipay/alipay_fault.h"
#include "sandbox/alipay/alipay_field.h"
#include "sandbox/alipay/alipay_keys.h"
#include "sandbox/alipay/alipay_params.h"
#include "sandbox/core/sandbox_move.h"
#include "sandbox/core/sandbox_scenario.h"

#define ALIPAY "alipay"
#define ALIPAY_BUYER "2088000200000002"
#define ALIPAY_BUYER_LOGON "san***@sandbox.example"
#define ALIPAY_PAYER "payer" /* kind of a move: what the payer does later */

/* One request under way. */
struct alipay_call {
    const struct sandbox_request *in;
    struct sandbox_answer *out;
    const struct alipay_keys *keys;
    struct alipay_params params;
    const struct alipay_method *method;
    struct json *biz;        /* biz_content; NULL before it was read */
    const char *biz_text;    /* the same as it came, in plain text */
    struct json_text json;   /* the business members of the answer, under way */
    struct text *inner;      /* where they are written */
    char detail[512];        /* added to sub_msg */
    char scenario[33];       /* what spoils this answer; "" */
    bool fresh;              /* the call made its trade */
    bool encrypted, by_cert; /* how the request came, and the answer goes */
    bool verified, page;     /* it is the demo app's; a browser's: its answer is a page */
    struct sandbox_trade trade;
    struct sandbox_move move;
    enum alipay_fault fault; /* of the handler's transaction */
};
typedef enum alipay_fault alipay_handler(struct alipay_call *call);
struct alipay_method {
    const char *name;
    alipay_handler *handle;
    bool page; /* it is opened by a browser */
};
/* NULL: there is none. */
const struct alipay_method *alipay_method_named(const char *name);
alipay_handler alipay_precreate, alipay_create, alipay_open_page, alipay_open_wap, alipay_open_app;
alipay_handler played_alipay_bar, played_alipay_query, played_alipay_close, alipay_cancel;
alipay_handler played_alipay_refund, played_alipay_refund_query;
alipay_handler played_alipay_transfer, played_alipay_transfer_query, alipay_account;
alipay_handler alipay_bill, alipay_cert_download;

/* ---- alipay_order.c */

/* What every way to begin a trade has, checked, into trade; and what it plays. */
MUST_USE enum alipay_fault alipay_terms_read(struct alipay_call *call, const char *product,
                                             struct sandbox_trade *trade);
void alipay_scenario_take(struct alipay_call *call, struct sandbox_trade *trade);
/* In a transaction: stores the call's trade, or finds that its number is used. */
MUST_USE enum pay_err alipay_open_work(struct db *db, void *call);

/* ---- alipay_trade.c */

/* In a transaction: the trade that trade_no or out_trade_no names, locked; one whose end has passed
 * is closed first. AF_NO_TRADE, also for a code that nobody opened. */
MUST_USE enum alipay_fault alipay_trade_lock(struct db *db, struct alipay_call *call);
MUST_USE bool alipay_trade_expire(struct sandbox_trade *trade);
/* TRADE_SUCCESS … */
const char *alipay_trade_status(const struct sandbox_trade *trade);
/* In a transaction: what is left of a paid trade goes back, without a notice; save the trade. */
MUST_USE enum pay_err alipay_refund_whole(struct db *db, struct sandbox_trade *trade);
void alipay_paid_members(struct json_text *to, const struct sandbox_trade *trade);

/* ---- alipay_channel.c */

/* In a transaction, the trade locked: it is paid and saved, its notice added. */
MUST_USE enum pay_err alipay_pay(struct db *db, const struct config *config,
                                 struct sandbox_trade *trade, const struct sandbox_payment *how);
/* In a transaction: the payer's move comes later. what: "pay", "pay-closed", "cancel", "". */
MUST_USE enum pay_err alipay_payer_later(struct db *db, const struct config *config,
                                         const struct sandbox_trade *trade, const char *what,
                                         int64_t seconds);
/* In a transaction: the notice of the trade's state; refund NULL: of the payment. */
MUST_USE enum pay_err alipay_notice_add(struct db *db, const struct config *config,
                                        const struct sandbox_trade *trade,
                                        const struct sandbox_move *refund);
/* The newest notice that this process added; 0: none. */
int64_t alipay_notice_last(void);

/* ---- alipay_envelope.c */

/* Writes the answer of a call: the envelope, signed when the app is known; or a browser's page. */
void alipay_answer(struct alipay_call *call, enum alipay_fault fault);

#endif
