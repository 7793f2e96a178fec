/* alipay_v3.h - the gateway's newer style: JSON over REST, the signature in headers. */
#ifndef SANDBOX_ALIPAY_ALIPAY_V3_H
#define SANDBOX_ALIPAY_ALIPAY_V3_H

#include "sandbox/core/sandbox.h"

/* Below /v3/alipay/: the method's name with slashes. */
void alipay_v3_serve(const struct sandbox_request *in, struct sandbox_answer *out);

/* What the Authorization header says. */
struct alipay_v3_said {
    char signed_part[1024]; /* all before ",sign=" */
    char app_id[33], app_cert_sn[65], nonce[129], timestamp[21], sign[1025];
};
/* False: it is not of the form. */
MUST_USE bool alipay_v3_read(const char *authorization, struct alipay_v3_said *out);

#endif
