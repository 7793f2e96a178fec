/* call.h - calls to a channel, each through its gate (gate.h). Outside any transaction. */
#ifndef CHANNEL_CALL_H
#define CHANNEL_CALL_H

#include "channel/channel.h"

/* As the driver's function of that name, and PAY_FULL: it was not called, because too many of its
 * app's requests are at work with channels, or it hangs. */
MUST_USE enum pay_err channel_submit(const struct channel_account *account,
                                     const struct channel_order *order, struct channel_ticket *out);
MUST_USE enum pay_err channel_query(const struct channel_driver *driver,
                                    const struct channel_account *account, const char *pay_id,
                                    struct channel_said *out);
MUST_USE enum pay_err channel_close(const struct channel_driver *driver,
                                    const struct channel_account *account, const char *pay_id,
                                    struct channel_said *out);

#endif
