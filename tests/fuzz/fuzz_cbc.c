/* fuzz_cbc.c - Alipay's content encryption: what is sealed opens to itself; any other text opens to
 * what fits or not at all. The first line is the key, the rest the text. */
#include "channel.h"
#include "io/crypto/sign_cbc.h"

#define AES_KEY "aa4BtZ4tspm2wnXLb1ThQA=="

static void check_open(const char *key, const char *sealed, size_t size)
{
    char *out = malloc(size > 0 ? size : 1);
    size_t len = 0;

    PROPERTY(!sign_cbc_open(key, sealed, out, size, &len) || len <= size);
    free(out);
}

static void check_round(const char *plain, size_t size)
{
    const size_t room_size = size * 2 + 64;
    char *room = malloc(room_size), *out = malloc(size > 0 ? size : 1);
    struct text sealed = text_over(room, room_size);
    size_t len = 0;

    PROPERTY(sign_cbc_seal(AES_KEY, plain, size, &sealed));
    PROPERTY(sign_cbc_open(AES_KEY, room, out, size, &len));
    PROPERTY(len == size && memcmp(out, plain, size) == 0);
    PROPERTY(size == 0 || !sign_cbc_open(AES_KEY, room, out, size - 1, &len));
    free(out);
    free(room);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = { data, size };
    char *key = fuzz_field(&in, '\n'), *sealed = fuzz_text(in.at, in.len);
    char *plain = fuzz_copy(data, size);

    check_open(AES_KEY, sealed, size);
    check_open(AES_KEY, sealed, size / 2);
    check_open(key, sealed, size);
    check_round(plain, size);
    free(plain);
    free(sealed);
    free(key);
    return 0;
}
