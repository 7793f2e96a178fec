/* alipay.h - the played Alipay: the OpenAPI gateway, its cashier, its notices. */
#ifndef SANDBOX_ALIPAY_ALIPAY_H
#define SANDBOX_ALIPAY_ALIPAY_H

#include "sandbox/core/sandbox.h"

extern const struct sandbox_channel SANDBOX_ALIPAY;

/* /gateway.do, GET or POST: parameters in the query, in the body, or in both. */
void alipay_serve(const struct sandbox_request *in, struct sandbox_answer *out);
/* /cashier/alipay: what a payer sees (GET), and what the payer decides (POST). */
void alipay_cashier(const struct sandbox_request *in, struct sandbox_answer *out);
/* /bill/alipay/…: the file that a bill's download address leads to. */
void alipay_bill_file(const struct sandbox_request *in, struct sandbox_answer *out);

#endif
