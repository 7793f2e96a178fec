/* sign_cbc.h - AES-128-CBC as Alipay's content encryption has it: PKCS#7 padding, an initialization
 * vector of zeros, a key of 16 bytes in base64, ciphertext in base64. */
#ifndef IO_SIGN_CBC_H
#define IO_SIGN_CBC_H

#include <stdbool.h>
#include <stddef.h>
#include "base/err.h"
#include "base/text.h"

MUST_USE bool sign_cbc_seal(const char *key_base64, const char *plain, size_t len,
                            struct text *base64);
/* out has room for size bytes; *len is what was written. */
MUST_USE bool sign_cbc_open(const char *key_base64, const char *base64, char *out, size_t size,
                            size_t *len);

#endif
