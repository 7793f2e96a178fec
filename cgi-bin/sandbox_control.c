/* sandbox_control.c - what steers and shows the played channels (test mode only, loopback only).
 *
 * POST /control/trades/{out_trade_no}   pays, cancels, chooses a scenario
 * GET  /control/trades                  the newest trades: JSON, or a page
 * GET  /control/trades/{out_trade_no}   one of them, with what was received, signed and sent
 * POST /control/clock                   what is due comes so many seconds earlier
 * GET  /cashier/codes                   bar codes of played payers, for everybody
 *
 * What a proxy passed on comes from anybody, and a page that a browser shows may send requests
 * there: both are refused for /control. */
#include "cgi-bin/sandbox_call.h"
#include "sandbox/channels.h"
#include "sandbox/core/sandbox_codes.h"
#include "sandbox/core/sandbox_control.h"
#include "web/skeleton/origin.h"

static enum pay_err answered_here(struct call *call, sandbox_serve *serve)
{
    const bool is_from_here = !request_was_forwarded(call->request) &&
                              origin_is_local(call->request);

    return is_from_here ? sandbox_answered(call, serve) : PAY_CROSS_SITE;
}

static void steer_channels(const struct sandbox_request *in, struct sandbox_answer *out)
{
    sandbox_control_steer(in, SANDBOX_CHANNELS, out);
}

#define CONTROL_HANDLER(name, serve) \
    static enum pay_err name(struct call *call, const void *input) \
    { \
        (void)input; \
        return answered_here(call, serve); \
    }
CONTROL_HANDLER(trades, sandbox_control_trades)
CONTROL_HANDLER(trade, sandbox_control_trade)
CONTROL_HANDLER(steer, steer_channels)
CONTROL_HANDLER(advance, sandbox_control_clock)
SANDBOX_HANDLER(codes, sandbox_codes)

static const struct route ROUTES[] = {
    SANDBOX_ROUTE("GET", "/control/trades", trades),
    SANDBOX_ROUTE("GET", "/control/trades/{}", trade),
    SANDBOX_ROUTE("POST", "/control/trades/{}", steer),
    SANDBOX_ROUTE("POST", "/control/clock", advance),
    SANDBOX_ROUTE("GET", "/cashier/codes", codes),
};
static const struct endpoint SANDBOX_CONTROL = {
    .name = "sandbox_control",
    .routes = ROUTES,
    .count = COUNT(ROUTES),
    .load = LOAD_FEW,
    .db_role = "sandbox",
    .test_only = true,
};

int main(int argc, char **argv)
{
    return endpoint_serve(&SANDBOX_CONTROL, argc, argv);
}
