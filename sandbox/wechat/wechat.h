/* wechat.h - the played WeChat Pay v3: its API below /v3/, its cashier, its notices. */
#ifndef SANDBOX_WECHAT_WECHAT_H
#define SANDBOX_WECHAT_WECHAT_H

#include "sandbox/core/sandbox.h"

extern const struct sandbox_channel SANDBOX_WECHAT;

/* A merchant's request to /v3/…: signature, parameters, answer. */
void wechat_serve(const struct sandbox_request *in, struct sandbox_answer *out);
/* /cashier/wechat: what a payer sees, and what the payer decides. */
void wechat_cashier(const struct sandbox_request *in, struct sandbox_answer *out);

#endif
