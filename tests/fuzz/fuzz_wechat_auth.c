/* fuzz_wechat_auth.c - the played WeChat Pay's parser of Authorization headers: what it accepts,
 * written again from its parts, is the header itself, and each part comes once. */
#include "fuzz.h"
#include "sandbox/wechat/auth.h"

static const char *const NAMES[] = { "mchid", "nonce_str", "signature", "timestamp", "serial_no" };

static size_t count(const char *s, const char *word)
{
    size_t n = 0;

    for (const char *at = strstr(s, word); at; at = strstr(at + 1, word))
        n++;
    return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char SCHEME[] = "WECHATPAY2-SHA256-RSA2048 ";
    struct wechat_credentials said;
    char *header = fuzz_text(data, size);

    if (wechat_auth_parse(header, &said)) {
        const char *const values[] = { said.mchid, said.nonce_str, said.signature, said.timestamp,
                                       said.serial_no };
        size_t len = sizeof(SCHEME) - 1 + 4; /* the commas */
        PROPERTY(strncmp(header, SCHEME, sizeof(SCHEME) - 1) == 0);
        for (size_t i = 0; i < COUNT(NAMES); i++) {
            char part[2048];
            PROPERTY(*values[i]);
            snprintf(part, sizeof(part), "%s=\"%s\"", NAMES[i], values[i]);
            PROPERTY(count(header, part) >= 1);
            len += strlen(part);
        }
        PROPERTY(len == strlen(header));
        PROPERTY(count(header, "\"") == 10);
        PROPERTY(said.time >= 0);
    }
    free(header);
    return 0;
}
