/* alipay_notice.h - Alipay's notices: their parameters, and one try of them, signed anew. */
#ifndef SANDBOX_ALIPAY_ALIPAY_NOTICE_H
#define SANDBOX_ALIPAY_ALIPAY_NOTICE_H

#include "sandbox/core/sandbox.h"

bool alipay_notice_sign(const struct config *config, const struct sandbox_notice *notice,
                        struct sandbox_try *out);
/* The query of the browser's way back, signed; "" when the trade has no return_url. */
void alipay_return_write(const struct config *config, const struct sandbox_trade *trade,
                         struct text *to);

#endif
