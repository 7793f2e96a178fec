/* alipay_bill.c - the day's bill and the certificate, for download. */
#include "sandbox/alipay/alipay_private.h"

#include <string.h>
#include "io/crypto/sign.h"

enum alipay_fault alipay_bill(struct alipay_call *call)
{
    (void)call;
    return AF_NO_BILL;
}

void alipay_bill_file(const struct sandbox_request *in, struct sandbox_answer *out)
{
    (void)in;
    out->status = 404;
}

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
