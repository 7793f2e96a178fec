/* alipay_cert.c - Alipay's certificates, for a client that does not know a number. */
#include <string.h>
#include "io/crypto/sign.h"
#include "sandbox/alipay/alipay_private.h"

enum alipay_fault alipay_cert_download(struct alipay_call *call)
{
    static char room[16384];
    struct text base64 = TEXT(room);
    char serial[129];

    const bool named = alipay_field(call, "alipay_cert_sn", serial, sizeof(serial));
    const bool next = named && str_eq(serial, call->keys->next_cert_sn);
    if (!named || (!next && !str_eq(serial, call->keys->cert_sn)))
        return alipay_wrong(call, AF_BAD_CERT, "alipay_cert_sn");
    const char *cert = next ? call->keys->next_cert : call->keys->cert;
    sign_base64_add(&base64, cert, strlen(cert));
    json_str(&call->json, "alipay_cert_content", room);
    return AF_OK;
}
