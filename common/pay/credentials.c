#include "pay/credentials.h"

#include <string.h>

#include "io/sign.h"

struct scheme { const char *word; enum key_algorithm algorithm; enum alphabet alphabet; };
static const struct scheme SCHEMES[] = {
    { "SHROFF-HMAC-SHA256", KEY_HMAC_SHA256, ALPHA_HEX },
    { "SHROFF-RSA2", KEY_RSA2, ALPHA_BASE64 },
};

struct param { const char *name; size_t offset, min, max; enum alphabet alphabet; };
#define PARAM(member, min, alphabet) \
    { #member, offsetof(struct credentials, member), min, \
      sizeof(((struct credentials *)0)->member) - 1, alphabet }
static const struct param PARAMS[] = {
    PARAM(app_key, 1, ALPHA_NONCE),
    PARAM(key_id, 1, ALPHA_NONCE),
    PARAM(timestamp, 1, ALPHA_DIGITS),
    PARAM(nonce, 16, ALPHA_NONCE),
    PARAM(signature, 1, ALPHA_BASE64),
};

static const char *skip_blanks(const char *s)
{
    return s + strspn(s, " \t");
}

/* name="value" at *at into its member, which must be empty still; *at moves behind it. */
static bool take_param(const char **at, struct credentials *out)
{
    for (size_t i = 0; i < COUNT(PARAMS); i++) {
        const struct param *p = &PARAMS[i];
        const size_t len = strlen(p->name);
        if (strncmp(*at, p->name, len) != 0 || (*at)[len] != '=' || (*at)[len + 1] != '"')
            continue;
        const char *value = *at + len + 2, *end = strchr(value, '"');
        char *to = (char *)out + p->offset;
        if (!end || *to || !str_is_n(value, (size_t)(end - value), p->alphabet, p->min, p->max))
            return false;
        *at = end + 1;
        return text_copy_n(to, p->max + 1, value, (size_t)(end - value));
    }
    return false;
}

static bool take_params(const char *at, struct credentials *out)
{
    for (;;) {
        at = skip_blanks(at);
        if (!take_param(&at, out))
            return false;
        at = skip_blanks(at);
        if (!*at)
            return true;
        if (*at++ != ',')
            return false;
    }
}

static const struct scheme *scheme_of(const char *header)
{
    for (size_t i = 0; i < COUNT(SCHEMES); i++) {
        const size_t len = strlen(SCHEMES[i].word);
        if (strncmp(header, SCHEMES[i].word, len) == 0 &&
            (header[len] == ' ' || header[len] == '\t'))
            return &SCHEMES[i];
    }
    return NULL;
}

/* 1 to 10 digits, zeros in front allowed. */
static bool read_time(const char *digits, int64_t *out)
{
    while (digits[0] == '0' && digits[1])
        digits++;
    return str_to_i64(digits, 0, INT64_C(9999999999), out);
}

bool auth_parse(const char *header, struct credentials *out)
{
    const struct scheme *scheme = header ? scheme_of(header) : NULL;

    out->app_key[0] = out->key_id[0] = out->timestamp[0] = out->nonce[0] = out->signature[0] = '\0';
    if (!scheme || !take_params(header + strlen(scheme->word), out))
        return false;
    out->algorithm = scheme->algorithm;
    return out->app_key[0] && out->nonce[0] && read_time(out->timestamp, &out->time) &&
           str_is(out->signature, scheme->alphabet, 1, sizeof(out->signature) - 1);
}

void credentials_text(const struct signed_request *request, const struct credentials *said,
                      struct text *to)
{
    const char *const lines[] = { request->method, request->uri, said->timestamp, said->nonce };

    for (size_t i = 0; i < COUNT(lines); i++) {
        text_add(to, lines[i]);
        text_add_char(to, '\n');
    }
    text_add_n(to, request->body, request->body_len);
    text_add_char(to, '\n');
}

static bool hmac_fits(const char *secret, const struct text *text, const char *signature)
{
    struct mac mac;

    return sign_hmac_sha256(secret, strlen(secret), text->at, text->len, &mac) &&
           sign_mac_is_hex(&mac, signature);
}

bool credentials_fit(const struct app_key *key, const struct text *text, const char *signature)
{
    switch (key->algorithm) {
    case KEY_HMAC_SHA256:
        return key->secret[0] && hmac_fits(key->secret, text, signature);
    case KEY_RSA2:
        return key->public_key[0] &&
               sign_rsa_verify(key->public_key, text->at, text->len, signature);
    }
    return false;
}
