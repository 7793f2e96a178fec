/* fuzz_auth.c - the Authorization header against a second parser, written from the contract: both
 * accept the same, with the same values. */
#include "fuzz.h"
#include "web/skeleton/auth.h"

enum { APP_KEY, KEY_ID, TIMESTAMP, NONCE, SIGNATURE, PARAMS };
static const char *const NAMES[PARAMS] = { "app_key", "key_id", "timestamp", "nonce", "signature" };
struct oracle {
    char *value[PARAMS];
};

static bool all_of(const char *s, const char *extra, size_t min, size_t max)
{
    size_t n = 0;

    for (; s[n]; n++) {
        const char c = s[n];
        const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                           (c >= 'A' && c <= 'Z');
        if (!plain && !strchr(extra, c))
            return false;
    }
    return n >= min && n <= max;
}

static const char *blanks(const char *s)
{
    while (*s == ' ' || *s == '\t')
        s++;
    return s;
}

/* One name="value"; where it ends, NULL when it is none. */
static const char *one(const char *s, struct oracle *out)
{
    const char *equals = strchr(s, '='), *open = equals ? equals + 1 : NULL;
    const char *close = open && *open == '"' ? strchr(open + 1, '"') : NULL;

    for (size_t i = 0; close && i < PARAMS; i++) {
        if (strlen(NAMES[i]) != (size_t)(equals - s) ||
            strncmp(NAMES[i], s, (size_t)(equals - s)) != 0)
            continue;
        if (out->value[i])
            return NULL;
        out->value[i] = fuzz_text(open + 1, (size_t)(close - open - 1));
        return close + 1;
    }
    return NULL;
}

static bool read_all(const char *s, struct oracle *out)
{
    for (;;) {
        s = one(blanks(s), out);
        if (!s)
            return false;
        s = blanks(s);
        if (*s == '\0')
            return true;
        if (*s++ != ',')
            return false;
    }
}

static bool values_good(const struct oracle *o, bool rsa)
{
    const char *signature = o->value[SIGNATURE];

    if (!o->value[APP_KEY] || !o->value[TIMESTAMP] || !o->value[NONCE] || !signature ||
        !all_of(o->value[APP_KEY], "_-", 1, APP_KEY_SIZE - 1) ||
        (o->value[KEY_ID] && !all_of(o->value[KEY_ID], "_-", 1, APP_KEY_SIZE - 1)) ||
        !all_of(o->value[NONCE], "_-", 16, 64))
        return false;
    if (strspn(o->value[TIMESTAMP], "0123456789") != strlen(o->value[TIMESTAMP]) ||
        !all_of(o->value[TIMESTAMP], "", 1, 10))
        return false;
    return rsa ? all_of(signature, "+/=", 1, 2048)
               : strspn(signature, "0123456789abcdef") == strlen(signature) && *signature &&
                     strlen(signature) <= 2048;
}

static void same(const struct oracle *o, const struct credentials *said, bool rsa)
{
    int64_t time = 0;

    for (const char *c = o->value[TIMESTAMP]; *c; c++)
        time = time * 10 + (*c - '0');
    PROPERTY(said->time == time && (said->algorithm == KEY_RSA2) == rsa);
    PROPERTY(strcmp(said->app_key, o->value[APP_KEY]) == 0);
    PROPERTY(strcmp(said->key_id, o->value[KEY_ID] ? o->value[KEY_ID] : "") == 0);
    PROPERTY(strcmp(said->timestamp, o->value[TIMESTAMP]) == 0);
    PROPERTY(strcmp(said->nonce, o->value[NONCE]) == 0);
    PROPERTY(strcmp(said->signature, o->value[SIGNATURE]) == 0);
    PROPERTY(auth_time(said, time + TIMESTAMP_WINDOW) == PAY_OK);
    PROPERTY(auth_time(said, time + TIMESTAMP_WINDOW + 1) == PAY_BAD_TIME);
    PROPERTY(auth_time(said, time - TIMESTAMP_WINDOW - 1) == PAY_BAD_TIME);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char HMAC[] = "SHROFF-HMAC-SHA256", RSA[] = "SHROFF-RSA2";
    struct oracle oracle = { { NULL } };
    struct credentials said;
    char room[AUTH_WHY_SIZE];
    struct text why = TEXT(room);
    char *header = fuzz_text(data, size);
    const bool rsa = strncmp(header, RSA, sizeof(RSA) - 1) == 0;
    const bool hmac = strncmp(header, HMAC, sizeof(HMAC) - 1) == 0;
    const char *rest = header + (rsa ? sizeof(RSA) - 1 : hmac ? sizeof(HMAC) - 1 : 0);
    const bool want = (rsa || hmac) && (*rest == ' ' || *rest == '\t') && read_all(rest, &oracle) &&
                      values_good(&oracle, rsa);

    PROPERTY(auth_parse(header, &said) == want);
    /* What is refused is told why, in printable ASCII and whole. */
    PROPERTY(auth_explain(header, &why) == !want && (why.len == 0) == want && !why.full);
    for (size_t i = 0; i < why.len; i++)
        PROPERTY(why.at[i] >= 32 && why.at[i] < 127);
    if (want)
        same(&oracle, &said, rsa);
    for (size_t i = 0; i < PARAMS; i++)
        free(oracle.value[i]);
    free(header);
    return 0;
}
