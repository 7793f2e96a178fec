/* alipay_keys.h - the demo merchant of the played Alipay, and the keys of both sides. */
#ifndef SANDBOX_ALIPAY_ALIPAY_KEYS_H
#define SANDBOX_ALIPAY_ALIPAY_KEYS_H

#include "base/config.h"
#include "io/crypto/rsa.h"

struct alipay_keys {
    char app_id[33], seller_id[33], aes_key[33];
    char app_cert_sn[65], root_cert_sn[65], cert_sn[65], cert[8192];
    char next_cert_sn[65], next_cert[8192];        /* of the certificate that follows */
    struct rsa_key *app, *alipay, *next, *foreign; /* the app's public key; private ones of ours */
};
/* Read once in a process; NULL: a file is missing or wrong (one log line). */
const struct alipay_keys *alipay_keys(const struct config *config);

#endif
