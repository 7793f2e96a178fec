/* fuzz_ack.c - was the merchant's answer an acknowledgement? Against the rule written down a second
 * time: 200 and `success`, or an object whose code is the number 0 or the string SUCCESS. */
#include <strings.h>
#include "fuzz.h"
#include "io/json.h"
#include "pay/notify.h"

static const char *trim(const char *at, size_t *len)
{
    while (*len > 0 && strchr(" \t\r\n\v\f", *at) && *at) {
        at++;
        --*len;
    }
    while (*len > 0 && at[*len - 1] && strchr(" \t\r\n\v\f", at[*len - 1]))
        --*len;
    return at;
}

/* The member's own bytes say it: 0, or a string that reads SUCCESS once its escapes are undone. */
static bool code_says(const char *at, size_t len)
{
    size_t n = 0, read = 0;
    struct json *alone = NULL;
    const char *code = json_span(at, len, "code", &n);
    bool heard = false;

    if (!code)
        return false;
    if (*code != '"')
        return (n == 1 && *code == '0') || (n == 2 && memcmp(code, "-0", 2) == 0);
    PROPERTY(json_parse(code, n, &alone) == PAY_OK);
    const char *s = json_text(alone, &read);
    heard = read == 7 && memcmp(s, "SUCCESS", 7) == 0;
    json_free(&alone);
    return heard;
}

static bool oracle(const char *at, size_t len)
{
    at = trim(at, &len);
    if (len == 7 && strncasecmp(at, "success", 7) == 0)
        return true;
    return len > 0 && *at == '{' && json_check(at, len) && code_says(at, len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *body = fuzz_copy(data, size);

    PROPERTY(notify_acknowledged(200, body, size) == oracle(body, size));
    PROPERTY(!notify_acknowledged(201, body, size) && !notify_acknowledged(204, body, size));
    PROPERTY(!notify_acknowledged(302, body, size) && !notify_acknowledged(0, body, size));
    free(body);
    return 0;
}
