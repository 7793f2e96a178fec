/* fuzz_blob.c - base64 has one spelling per value; a sealed secret opens whole, where it stands,
 * or not at all. */
#include <unistd.h>
#include "fuzz.h"
#include "base/log.h"
#include "io/crypto/sign.h"
#include "io/crypto/vault.h"

static char path[] = "/tmp/shroff-fuzz-XXXXXX";

static void drop_file(void)
{
    (void)unlink(path);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    static const char KEYS[] = "1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
                               "7:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\n";
    const int fd = mkstemp(path);

    (void)argc, (void)argv;
    log_open("fuzz", (enum log_level)(LOG_ERROR + 1));
    (void)atexit(drop_file);
    const bool good = fd >= 0 && write(fd, KEYS, sizeof(KEYS) - 1) == sizeof(KEYS) - 1 &&
                      vault_open(path) == PAY_OK && vault_version() == 7;
    return good ? 0 : 1;
}

static void check_base64(const char *s, size_t len)
{
    uint8_t *out = malloc(len + 1);
    char *again = malloc(len * 2 + 8);
    struct text text = text_over(again, len * 2 + 8);
    size_t n = 0;

    if (sign_base64_read(s, len, out, len + 1, &n)) {
        sign_base64_add(&text, out, n);
        PROPERTY(!text.full && text.len == len && memcmp(again, s, len) == 0);
        PROPERTY(n == 0 || !sign_base64_read(s, len, out, n - 1, &n));
    }
    text_reset(&text);
    sign_base64_add(&text, s, len);
    PROPERTY(!text.full && sign_base64_read(again, text.len, out, len + 1, &n));
    PROPERTY(n == len && memcmp(out, s, len) == 0);
    free(again);
    free(out);
}

static void check_sealed(const char *secret, size_t len, size_t at, const char *owner)
{
    static uint8_t sealed[VAULT_MAX + VAULT_EXTRA], opened[VAULT_MAX + 1];
    const struct vault_place place = { "pay_channel", "APP/mock", "config_sealed" };
    const struct vault_place other = { "pay_channel", owner, "config_sealed" };
    size_t n = 0, back = 0;

    PROPERTY(vault_seal(&place, secret, len, sealed, sizeof(sealed), &n) == PAY_OK);
    PROPERTY(n == len + VAULT_EXTRA && sealed[0] == 7);
    PROPERTY(vault_unseal(&place, sealed, n, opened, sizeof(opened), &back) == PAY_OK);
    PROPERTY(back == len && memcmp(opened, secret, len) == 0);
    if (strcmp(owner, place.owner) != 0)
        PROPERTY(vault_unseal(&other, sealed, n, opened, sizeof(opened), &back) != PAY_OK);
    PROPERTY(vault_unseal(&place, sealed, n - 1, opened, sizeof(opened), &back) != PAY_OK);
    if (len > 0)
        PROPERTY(vault_unseal(&place, sealed, n, opened, len - 1, &back) != PAY_OK);
    sealed[at % n] ^= 1U << at % 8;
    PROPERTY(vault_unseal(&place, sealed, n, opened, sizeof(opened), &back) != PAY_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct vault_place place = { "pay_channel", "APP/mock", "config_sealed" };
    static uint8_t opened[VAULT_MAX];
    struct fuzz_input in = { data, size };
    char *at = fuzz_copy(data, size), *owner = fuzz_field(&in, '\n');
    size_t n = 0;

    check_base64(at, size);
    if (size <= VAULT_MAX)
        check_sealed(at, size, size > 1 ? data[0] * 256U + data[1] : 0, owner);
    PROPERTY(vault_unseal(&place, (const uint8_t *)at, size, opened, sizeof(opened), &n) != PAY_OK);
    free(owner);
    free(at);
    return 0;
}
