/* success_time.c - when a payment or a refund happened, as far as the channel can be believed. */
#include "base/clock.h"
#include "settle/settle_private.h"

#define ODD_MS (INT64_C(3653) * 86400000) /* ten years */

bool success_time_is_odd(const struct channel_said *said)
{
    const int64_t off = said->success_time - clock_now_ms();

    return said->success_time != 0 && (off > ODD_MS || off < -ODD_MS);
}

/* The time of payment is now when the channel gives none, or an impossible one. */
int64_t success_time_of(const struct channel_said *said)
{
    return said->success_time != 0 && !success_time_is_odd(said) ? said->success_time
                                                                 : clock_now_ms();
}
