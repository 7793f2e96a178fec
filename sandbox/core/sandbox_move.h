/* sandbox_move.h - money that goes out of the played channels: a refund of a trade, or a transfer.
 * One table has both. A refund's number is unique in its trade (Alipay) or for its merchant (WeChat
 * Pay, whose driver looks it up by merchant); a transfer's is unique for its merchant. */
#ifndef SANDBOX_CORE_SANDBOX_MOVE_H
#define SANDBOX_CORE_SANDBOX_MOVE_H

#include "base/money.h"
#include "io/db/db.h"
#include "sandbox/core/sandbox_state.h"

#define SANDBOX_REFUND "refund"
#define SANDBOX_TRANSFER "transfer"
#define SANDBOX_BATCH "batch" /* WeChat Pay's older transfers: the batch; its parts are transfers */

struct sandbox_move {
    int64_t id, state, trade_id;              /* trade_id: of a refund, else 0 */
    int64_t create_time, done_time, due_time; /* due_time: when a pending one ends by itself; 0 */
    int64_t now;
    struct money amount;
    char kind[9], channel[9], merchant[33], app[33];
    char out_no[65], no[33];                        /* the merchant's number, the channel's */
    char account[513], name[257], reason[1025];     /* a transfer's receiver; why */
    char notify_url[1025], scenario[33], error[65]; /* error: why it failed */
    char detail[4097];                              /* the channel's own: any text */
};

/* The first of no and out_no that is given decides. trade_id 0: any trade, by merchant. */
struct sandbox_move_key {
    const char *kind, *channel, *merchant, *no, *out_no;
    int64_t trade_id;
    bool lock;
};
MUST_USE enum pay_err sandbox_move_find(struct db *db, const struct sandbox_move_key *key,
                                        struct sandbox_move *out);
/* In a transaction. PAY_DUPLICATE: (kind, channel, merchant, trade_id, out_no) is used. */
MUST_USE enum pay_err sandbox_move_insert(struct db *db, struct sandbox_move *move);
/* In a transaction, the row locked: writes state, done_time, due_time, error, detail. */
MUST_USE enum pay_err sandbox_move_save(struct db *db, const struct sandbox_move *move);

/* Which moves: of a trade (the oldest first), or done in [from, to), or due. At most 1000. */
struct sandbox_move_range {
    const char *kind, *channel; /* NULL: any */
    int64_t trade_id, from, to; /* 0: any */
    bool due;                   /* pending ones whose due_time has come */
};
MUST_USE enum pay_err sandbox_move_each(struct db *db, const struct sandbox_move_range *range,
                                        db_each *each, void *arg);

#endif
