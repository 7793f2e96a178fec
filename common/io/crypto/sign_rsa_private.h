/* sign_rsa_private.h - what an RSA key is, for the files of io/crypto. */
#ifndef IO_SIGN_RSA_PRIVATE_H
#define IO_SIGN_RSA_PRIVATE_H

#include <openssl/evp.h>
#include "io/crypto/rsa.h"

struct rsa_key {
    EVP_PKEY *pkey;
};

#endif
