/* ask.h - asks the channels what became of an order's open attempts, and ends those attempts there.
 * The payer may have paid while the callback is late or lost. */
#ifndef SETTLE_ASK_H
#define SETTLE_ASK_H

#include <stdbool.h>
#include <stdint.h>
#include "base/config.h"
#include "base/ulid.h"
#include "io/db/db.h"

#define OPEN_MAX 8      /* open attempts that an order may have before it gets another one */
#define ATTEMPTS_MAX 50 /* and in all, unless never sent */
/* channel_error_code: nothing was sent (PAY_FULL of channel/call.h), by a bound of Shroff's own. */
#define NEVER_SENT "CHANNEL_BUSY"
#define GATE_IS_FULL "too many requests of this app are at work with channels; none was asked"

struct open_attempt {
    int64_t id, channel_id;
    int64_t same;    /* its channel is the wanted one, and its channel_extras are */
    int64_t lasts;   /* it can be paid for 30 s more */
    int64_t sending; /* its call is under way, or had no answer just now */
    char no[NO_SIZE];
    bool ended;         /* by the answer to our question */
    bool silent;        /* its channel did not answer, or was not asked */
    bool unsure;        /* so it may be paid; or the answer is a conflict */
    bool unknown_there; /* its channel answered that it has no such payment */
};
struct open_list {
    struct open_attempt at[ATTEMPTS_MAX];
    size_t count;          /* the newest first */
    bool paid;             /* one of them is paid, as an answer said */
    enum pay_err conflict; /* settle_is_conflict: of one of them */
};
/* What `same` is compared with; zero: no attempt is the same. */
struct wanted {
    int64_t channel_id;
    const char *extras;
    bool any_extras; /* the channel alone is compared */
};

MUST_USE enum pay_err open_read(struct db *db, int64_t order_id, const struct wanted *wanted,
                                struct open_list *out);
/* Outside any transaction: asks the channel of each attempt until one is paid, for 2.5 s at most,
 * and records the answers in open. An error is the database's. */
MUST_USE enum pay_err open_ask(struct db *db, const struct config *config, struct open_list *open);
/* After open_ask: ends the chosen ones at their channels in the same way. */
typedef bool open_choice(const struct open_attempt *one);
MUST_USE enum pay_err open_end(struct db *db, const struct config *config, open_choice *chosen,
                               struct open_list *open);

#endif
