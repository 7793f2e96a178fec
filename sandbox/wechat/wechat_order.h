/* wechat_order.h - opening an order: its terms, its trade; for orders and bar codes. */
#ifndef SANDBOX_WECHAT_ORDER_H
#define SANDBOX_WECHAT_ORDER_H

#include "sandbox/wechat/wechat_books.h"

struct wechat_terms {
    const char *product; /* trade_type: NATIVE, JSAPI, APP, MWEB, MICROPAY */
    char appid[33], mchid[33], description[128], out_trade_no[33], attach[513], goods_tag[129];
    char currency[17], notify_url[256], openid[65], client_ip[46], h5_type[33], auth_code[33];
    int64_t total, expire_ms;
};
/* What every kind has. */
MUST_USE enum wechat_fault wechat_terms_read(struct wechat_call *call, struct wechat_terms *terms);
bool wechat_trade_make(const struct wechat_call *call, const struct wechat_terms *terms,
                       struct sandbox_trade *trade);

struct wechat_entry {
    struct wechat_terms terms;
    struct sandbox_trade trade; /* the new one, or the one of that number */
    bool first;
};
/* In a transaction: inserts the trade, or finds the one of that number and compares
 * (call->fault). */
MUST_USE enum pay_err wechat_trade_enter(struct db *db, struct wechat_call *call,
                                         struct wechat_entry *entry);
/* In a transaction: what a scenario refuses before the order is stored (call->fault): its first
 * call, or its number. */
MUST_USE enum pay_err wechat_first_refused(struct db *db, struct wechat_call *call,
                                           const struct sandbox_trade *trade);
/* Runs work, which enters call->arg's trade, and plays what its scenario does to the first
 * answer. */
MUST_USE enum wechat_fault wechat_entry_open(struct wechat_call *call, struct wechat_entry *entry,
                                             db_work *work);

#endif
