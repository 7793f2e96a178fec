/* sandbox_wechat.c - the played WeChat Pay (test mode only).
 *
 * /v3/…            its API: which calls there are, and how they are signed, is in sandbox/wechat
 * /cashier/wechat  what a payer sees: ?out_trade_no=…&qr=…, or the prepay_id of an h5_url; with
 *                  ?transfer=… what the receiver of a transfer sees */
#include "cgi-bin/sandbox_call.h"
#include "sandbox/wechat/wechat.h"

SANDBOX_HANDLER(api, wechat_serve)
SANDBOX_HANDLER(cashier, wechat_cashier)

static const struct route ROUTES[] = {
    SANDBOX_ROUTE("GET", "/v3/*", api),
    SANDBOX_ROUTE("POST", "/v3/*", api),
    SANDBOX_ROUTE("PUT", "/v3/*", api),
    SANDBOX_ROUTE("DELETE", "/v3/*", api),
    SANDBOX_ROUTE("GET", "/cashier/wechat", cashier),
    SANDBOX_ROUTE("POST", "/cashier/wechat", cashier),
};
static const struct endpoint SANDBOX = {
    .name = "sandbox_wechat",
    .routes = ROUTES,
    .count = COUNT(ROUTES),
    .load = LOAD_READ,
    .db_role = "sandbox",
    .test_only = true,
};

int main(int argc, char **argv)
{
    return endpoint_serve(&SANDBOX, argc, argv);
}
