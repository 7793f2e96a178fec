/* fuzz_cert.c - certificates as operators paste them and as Alipay's gateway sends them: a text of
 * PEM, or the bytes of one certificate (DER), which a PEM then holds. */
#include "channel.h"
#include "io/crypto/cert.h"
#include "tests/unit/alipay_certs.h"

static void check_pem(const char *pem)
{
    char numbers_room[33 * 16];
    struct text numbers = TEXT(numbers_room);
    struct cert cert = { .key = NULL };

    const bool ok = cert_read(pem, &cert), are_roots = cert_numbers(pem, &numbers);
    PROPERTY(!ok || (cert.key && strlen(cert.number) == 32));
    PROPERTY(!ok || (*cert.serial && strlen(cert.serial) < sizeof(cert.serial)));
    PROPERTY(!are_roots || (numbers.len + 1) % 33 == 0);
    cert_clear(&cert);
    if (ok)
        (void)cert_is_issued(pem, ALIPAY_ROOTS);
    if (are_roots)
        (void)cert_is_issued(ALIPAY_CERT, pem);
}

static void check_der(const uint8_t *data, size_t size)
{
    const size_t room_size = size * 2 + 128;
    char *room = malloc(room_size);
    struct text pem = text_over(room, room_size);

    text_add(&pem, "-----BEGIN CERTIFICATE-----\n");
    sign_base64_add(&pem, data, size);
    text_add(&pem, "\n-----END CERTIFICATE-----\n");
    PROPERTY(!pem.full);
    check_pem(room);
    free(room);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *pem = fuzz_text(data, size);

    if (size > 0 && data[0] == '-')
        check_pem(pem);
    else
        check_der(data, size);
    free(pem);
    return 0;
}
