/* alipay_params.h - the parameters of one request, from query and body together. */
#ifndef SANDBOX_ALIPAY_ALIPAY_PARAMS_H
#define SANDBOX_ALIPAY_ALIPAY_PARAMS_H

#include "base/form.h"
#include "io/crypto/rsa.h"

#define ALIPAY_PARAMS_MAX (2 * FORM_PAIRS_MAX)

struct alipay_params {
    struct form_pair at[ALIPAY_PARAMS_MAX]; /* values as they came, in the request's charset */
    size_t count;
    bool gbk;
};
/* False: they cannot be read, or one is there twice. Lives until the next call. */
MUST_USE bool alipay_params_read(const char *query, const char *body, size_t body_len,
                                 struct alipay_params *out);
/* "" when it is absent. */
const char *alipay_param(const struct alipay_params *params, const char *name);
/* Is `sign` right? Writes the text that was signed, without empty parameters, into canonical. A
 * signature over the text with empty ones (`name=`) is taken too, as some SDKs make it. */
MUST_USE bool alipay_params_signed(const struct alipay_params *params, const struct rsa_key *key,
                                   struct text *canonical);
/* The values in UTF-8 from here on. False: one is not valid in the charset that was named. */
MUST_USE bool alipay_params_to_utf8(struct alipay_params *params);

#endif
