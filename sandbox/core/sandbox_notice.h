/* sandbox_notice.h - what a played channel sends to a merchant: stored when the thing happens,
 * signed anew for each try, repeated with the channel's own gaps until it is acknowledged. */
#ifndef SANDBOX_CORE_SANDBOX_NOTICE_H
#define SANDBOX_CORE_SANDBOX_NOTICE_H

#include "base/config.h"
#include "base/text.h"
#include "io/db/db.h"
#include "sandbox/core/sandbox_state.h"

#define SANDBOX_CONTENT_SIZE 16385

struct sandbox_notice {
    int64_t id, tries, trade_id;
    char channel[9], kind[33];          /* kind: the channel's own word */
    char notice_id[65];                 /* stays the same in all tries */
    char out_trade_no[65], url[1025];   /* of the transfer it is the transfer's number */
    char fault[33];                     /* a scenario's name: what is wrong with it; "" */
    char content[SANDBOX_CONTENT_SIZE]; /* what is to be signed or encrypted; the channel's form */
};

/* In a transaction: adds a notice that is due after delay_ms (which is not scaled again). An empty
 * url adds nothing. id and tries are filled. */
MUST_USE enum pay_err sandbox_notice_add(struct db *db, struct sandbox_notice *notice,
                                         int64_t delay_ms);

/* One try, as a channel writes it. */
#define SANDBOX_TRY_HEADERS 8 /* as many as io/http sends */
struct sandbox_try {
    struct text body;                        /* 64 KiB */
    struct text canonical;                   /* what was signed; 64 KiB */
    char headers[SANDBOX_TRY_HEADERS][1200]; /* "Name: value", the first "" ends them */
};

/* One turn of a runner: takes what is due (with take), as many as it may send at once, signs and
 * sends it beside what is under way, and records what came back. A merchant that is slow holds up
 * no other one. channels: the table that a notice's channel is looked up in. *worked: how many were
 * taken, and how many are still under way. */
struct sandbox_channel;
MUST_USE enum pay_err sandbox_notices_turn(struct db *db, const struct config *config,
                                           const struct sandbox_channel *const *channels, bool take,
                                           size_t *worked);
/* Sends one at once: a notice that comes before its request is answered. Outside a transaction.
 * PAY_NO_ROW: a runner has it. */
MUST_USE enum pay_err sandbox_notice_now(struct db *db, const struct config *config,
                                         const struct sandbox_channel *channel, int64_t id);

#endif
