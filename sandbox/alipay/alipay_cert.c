/* alipay_cert.c - Alipay's certificate, for a client that does not know its number. */
#include <string.h>
#include "io/crypto/sign.h"
#include "sandbox/alipay/alipay_private.h"

enum alipay_fault alipay_cert_download(struct alipay_call *call)
{
    static char room[16384];
    struct text base64 = TEXT(room);
    char serial[129];

    if (!alipay_field(call, "alipay_cert_sn", serial, sizeof(serial)) ||
        !str_eq(serial, call->keys->cert_sn))
        return alipay_wrong(call, AF_BAD_CERT, "alipay_cert_sn");
    sign_base64_add(&base64, call->keys->cert, strlen(call->keys->cert));
    json_str(&call->json, "alipay_cert_content", room);
    return AF_OK;
}
