/* sandbox_alipay.c - the played Alipay (test mode only).
 *
 * GET, POST /gateway.do      the OpenAPI gateway
 * POST, GET /v3/alipay/…     the same as JSON over REST
 * GET, POST /cashier/alipay  the payer's page
 * GET /bill/alipay/{}        a bill's file */
#include "cgi-bin/sandbox_call.h"
#include "sandbox/alipay/alipay.h"
#include "sandbox/alipay/alipay_v3.h"

SANDBOX_HANDLER(gateway, alipay_serve)
SANDBOX_HANDLER(rest, alipay_v3_serve)
SANDBOX_HANDLER(cashier, alipay_cashier)
SANDBOX_HANDLER(bill, alipay_bill_file)

static const struct route ROUTES[] = {
    SANDBOX_ROUTE("GET", "/gateway.do", gateway),
    SANDBOX_ROUTE("POST", "/gateway.do", gateway),
    SANDBOX_ROUTE("GET", "/cashier/alipay", cashier),
    SANDBOX_ROUTE("POST", "/cashier/alipay", cashier),
    SANDBOX_ROUTE("GET", "/bill/alipay/{}", bill),
    SANDBOX_ROUTE("POST", "/v3/alipay/trade/{}", rest),
    SANDBOX_ROUTE("POST", "/v3/alipay/trade/fastpay/refund/query", rest),
    SANDBOX_ROUTE("POST", "/v3/alipay/fund/trans/uni/transfer", rest),
    SANDBOX_ROUTE("POST", "/v3/alipay/fund/trans/common/query", rest),
    SANDBOX_ROUTE("POST", "/v3/alipay/fund/account/query", rest),
    SANDBOX_ROUTE("GET", "/v3/alipay/data/dataservice/bill/downloadurl/query", rest),
    SANDBOX_ROUTE("POST", "/v3/alipay/open/app/alipaycert/download", rest),
};
static const struct endpoint SANDBOX_ALIPAY_CGI = {
    .name = "sandbox_alipay",
    .routes = ROUTES,
    .count = COUNT(ROUTES),
    .load = LOAD_READ,
    .db_role = "sandbox",
    .test_only = true,
};

int main(int argc, char **argv)
{
    return endpoint_serve(&SANDBOX_ALIPAY_CGI, argc, argv);
}
