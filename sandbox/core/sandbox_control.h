/* sandbox_control.h - the control API and the page of trades, for scripts and for people that ask
 * why a signature was refused. Loopback only (nginx/sandbox.conf).
 *
 * POST /control/trades/{out_trade_no}   {"pay": true} or {"cancel": true}, with success_time (RFC
 *                                       3339), scenario (a name, "" for none), channel
 * GET  /control/trades                  the newest trades
 * GET  /control/trades/{out_trade_no}   one, with its notices and exchanges
 * POST /control/clock                   {"advance": seconds}
 * A GET answers a page when Accept names text/html, else JSON. */
#ifndef SANDBOX_CORE_SANDBOX_CONTROL_H
#define SANDBOX_CORE_SANDBOX_CONTROL_H

#include "sandbox/core/sandbox.h"

/* in->segment is the out_trade_no of the path. channels: ended by NULL. */
void sandbox_control_trades(const struct sandbox_request *in, struct sandbox_answer *out);
void sandbox_control_trade(const struct sandbox_request *in, struct sandbox_answer *out);
void sandbox_control_steer(const struct sandbox_request *in,
                           const struct sandbox_channel *const *channels,
                           struct sandbox_answer *out);
void sandbox_control_clock(const struct sandbox_request *in, struct sandbox_answer *out);

#endif
