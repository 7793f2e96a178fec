/* fuzz_ack.c - was the merchant's answer an acknowledgement? The rule is not written down a second
 * time, but from both sides: what the strict gate reads as code 0 or SUCCESS must be heard, what
 * cannot say either must not; and blanks around change nothing. */
#include <strings.h>
#include "fuzz.h"
#include "io/json/json.h"
#include "notify/notify.h"

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
        return (n == 1 && *code == '0') || (n == 2 && memcmp(code, "-0", 2) == 0) ||
               (n == 3 && memcmp(code, "0.0", 3) == 0);
    PROPERTY(json_parse(code, n, &alone) == PAY_OK);
    const char *s = json_text(alone, &read);
    heard = read == 7 && memcmp(s, "SUCCESS", 7) == 0;
    json_free(&alone);
    return heard;
}

static bool has(const char *at, size_t len, const char *word)
{
    for (size_t i = 0; i + strlen(word) <= len; i++)
        if (strncasecmp(at + i, word, strlen(word)) == 0)
            return true;
    return false;
}

/* The least an acknowledgement holds: the word, or `code` and a zero; escapes may hide both. */
static bool could_say(const char *at, size_t len)
{
    return has(at, len, "\\") || has(at, len, "success") ||
           (has(at, len, "code") && has(at, len, "0") && has(at, len, "{"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char BLANK[] = "\xEF\xBB\xBF \xC2\xA0";
    char *body = fuzz_copy(data, size);
    const bool heard = notify_acknowledged(200, body, size);

    if (size > 0 && *body == '{' && json_check(body, size) && code_says(body, size))
        PROPERTY(heard);
    if (size == 7 && strncasecmp(body, "success", 7) == 0)
        PROPERTY(heard);
    PROPERTY(!heard || could_say(body, size));
    char *padded = malloc(size + 2 * sizeof(BLANK));
    PROPERTY(padded != NULL);
    memcpy(padded, BLANK, sizeof(BLANK) - 1);
    memcpy(padded + sizeof(BLANK) - 1, body, size);
    memcpy(padded + sizeof(BLANK) - 1 + size, BLANK, sizeof(BLANK) - 1);
    PROPERTY(notify_acknowledged(200, padded, size + 2 * (sizeof(BLANK) - 1)) == heard);
    PROPERTY(!notify_acknowledged(201, body, size) && !notify_acknowledged(204, body, size));
    PROPERTY(!notify_acknowledged(302, body, size) && !notify_acknowledged(0, body, size));
    free(padded);
    free(body);
    return 0;
}
