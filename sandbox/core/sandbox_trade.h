/* sandbox_trade.h - trades of the played channels. A trade's key is (channel, merchant,
 * out_trade_no): merchant is Alipay's seller_id, WeChat Pay's mchid. */
#ifndef SANDBOX_CORE_SANDBOX_TRADE_H
#define SANDBOX_CORE_SANDBOX_TRADE_H

#include "base/money.h"
#include "io/db/db.h"
#include "sandbox/core/sandbox_state.h"

#define SANDBOX_DETAIL_SIZE 8193

struct sandbox_trade {
    int64_t id, state;
    int64_t create_time, expire_time, pay_time, close_time; /* ms; 0: none */
    int64_t now;                                            /* the database's clock when read */
    struct money amount, discount, refunded;
    char channel[9], merchant[33], app[33], product[17]; /* app: app_id or appid */
    char out_trade_no[65], trade_no[33];
    char handle[129]; /* what a payer opens: the code, or prepay_id; "" without */
    char currency[CURRENCY_SIZE], subject[1025], marker[2049]; /* marker: attach, passback_params */
    char notify_url[1025], return_url[1025];
    char buyer[65];                   /* buyer_id or openid; "" until it is known */
    char scenario[33];                /* its name in sandbox_scenario.h; "" without */
    char detail[SANDBOX_DETAIL_SIZE]; /* the channel's own: any text */
};

/* Which trade is meant. The first of the three that is not NULL or "" decides. */
struct sandbox_trade_key {
    const char *channel, *merchant; /* merchant NULL: any (the cashier, the control API) */
    const char *trade_no, *handle, *out_trade_no;
    bool lock; /* FOR UPDATE, in a transaction */
};
/* PAY_NO_ROW: there is none. Of several the newest. */
MUST_USE enum pay_err sandbox_trade_find(struct db *db, const struct sandbox_trade_key *key,
                                         struct sandbox_trade *out);
/* In a transaction. Fills id. PAY_DUPLICATE: the key is used (read it then, and compare). */
MUST_USE enum pay_err sandbox_trade_insert(struct db *db, struct sandbox_trade *trade);
/* In a transaction, the row locked: writes every member back but the key, amount, currency and
 * create_time. */
MUST_USE enum pay_err sandbox_trade_save(struct db *db, const struct sandbox_trade *trade);
/* A new number of the channel, 28 digits that begin with China's date, as both channels have it. */
void sandbox_number_new(char out[33]);

/* The newest trades, for lists and bills; channel and merchant NULL: of all. from, to: pay_time or
 * (unpaid) create_time in [from, to), 0: no bound. At most 1000. each gets a trade. */
struct sandbox_trade_range {
    const char *channel, *merchant;
    int64_t from, to;
    bool paid; /* only those that were paid */
};
MUST_USE enum pay_err sandbox_trade_each(struct db *db, const struct sandbox_trade_range *range,
                                         db_each *each, void *arg);

/* The test clock. app_key NULL: what is due, expires or happened becomes so many seconds earlier.
 * Else only what is due or expires, of one Shroff app. *due: notices that became due by it. */
MUST_USE enum pay_err sandbox_clock_advance(struct db *db, const char *app_key, int64_t seconds,
                                            int64_t *due);

#endif
