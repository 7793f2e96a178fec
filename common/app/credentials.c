/* credentials.c - in: the Authorization header; out: its parts, and the text that was signed. */
#include "app/credentials.h"

#include <string.h>

#include "io/crypto/sign.h"

struct scheme {
    const char *word;
    enum key_algorithm algorithm;
    enum alphabet alphabet;
};
static const struct scheme SCHEMES[] = {
    { "SHROFF-HMAC-SHA256", KEY_HMAC_SHA256, ALPHA_HEX },
    { "SHROFF-RSA2", KEY_RSA2, ALPHA_BASE64 },
};

struct param {
    const char *name, *want;
    size_t offset, min, max;
    enum alphabet alphabet;
};
/* clang-format off */
#define PARAM(member, min, alphabet, want) \
    { #member, want, offsetof(struct credentials, member), min, \
      sizeof(((struct credentials *)0)->member) - 1, alphabet }
/* clang-format on */
static const struct param PARAMS[] = {
    PARAM(app_key, 1, ALPHA_NONCE, "1 to 32 of A-Za-z0-9_-"),
    PARAM(key_id, 1, ALPHA_NONCE, "1 to 32 of A-Za-z0-9_-"),
    PARAM(timestamp, 1, ALPHA_DIGITS, "Unix seconds, 1 to 10 digits"),
    PARAM(nonce, 16, ALPHA_NONCE, "16 to 64 of A-Za-z0-9_-"),
    PARAM(signature, 1, ALPHA_BASE64, "base64 of the RSA signature"),
};
static const char NAMES[] = "app_key, key_id, timestamp, nonce, signature";
static const char WANT_HEX[] = "64 lower-case hex digits";

struct reading {
    const char *at; /* what is not read yet */
    struct credentials *out;
    struct text *why; /* NULL: not wanted */
};
/* Writes what is wrong when that is asked for; its value is false. */
#define WRONG(r, ...) ((r)->why ? text_addf((r)->why, __VA_ARGS__) : (void)0, false)

static void skip_blanks(struct reading *r)
{
    r->at += strspn(r->at, " \t");
}

/* ---- a value that is none: what was wanted, what came, and the usual reason */

struct value {
    const struct param *param;
    const struct scheme *scheme;
    const char *at;
    size_t len;
};

static bool made_of(const struct value *v, const char *set)
{
    return v->len > 0 && strspn(v->at, set) >= v->len;
}

#define DIGITS "0123456789"
#define HEX_ANY DIGITS "abcdefABCDEF"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define BASE64_ANY LETTERS DIGITS "+/=-_"

/* Why people write it so, and the cure; "" when it is not one of the usual mistakes. */
static const char *usual_mistake(const struct value *v)
{
    const bool hmac = v->scheme->algorithm == KEY_HMAC_SHA256;

    if (str_eq(v->param->name, "timestamp"))
        return !made_of(v, DIGITS) ? ": no date, no fraction, no sign"
               : v->len == 13      ? ": these are milliseconds, divide them by 1000"
               : v->len > 13       ? ": these are micro- or nanoseconds, divide them"
                                   : "";
    if (str_eq(v->param->name, "nonce"))
        return v->len < v->param->min ? ": too short, take 16 random bytes in hex"
               : made_of(v, BASE64_ANY) && v->len <= v->param->max
                   ? ": base64 has other characters, write the bytes in hex"
                   : "";
    if (!str_eq(v->param->name, "signature"))
        return "";
    if (hmac && made_of(v, HEX_ANY))
        return ": write the hex in lower case";
    if (hmac && v->len >= 43 && v->len <= 44 && made_of(v, BASE64_ANY))
        return ": this looks like base64, write the 32 bytes in hex";
    return !hmac && made_of(v, BASE64_ANY) ? ": base64url, write + and / for - and _" : "";
}

/* The signature's characters are its scheme's, whatever the table allows at most. */
static enum alphabet alphabet_of(const struct value *v)
{
    return str_eq(v->param->name, "signature") ? v->scheme->alphabet : v->param->alphabet;
}

static bool wrong_value(struct reading *r, const struct value *v)
{
    const struct param *p = v->param;
    const bool hex = str_eq(p->name, "signature") && v->scheme->algorithm == KEY_HMAC_SHA256;
    size_t good = 0;

    if (!r->why)
        return false;
    text_addf(r->why, "%s: want %s, got ", p->name, hex ? WANT_HEX : p->want);
    while (good < v->len && str_is_n(v->at + good, 1, alphabet_of(v), 1, 1))
        good++;
    if (good < v->len && v->len >= p->min && v->len <= p->max) {
        const uint32_t byte = (uint8_t)v->at[good];
        text_addf(r->why, byte > 32 && byte < 127 ? "'%c'" : "the byte \\x%02x", (int)byte);
    } else {
        text_addf(r->why, "%zu character%s", v->len, v->len == 1 ? "" : "s");
    }
    text_add(r->why, usual_mistake(v));
    return false;
}

/* ---- reading */

static const struct param *param_named(const char *name, size_t len)
{
    for (size_t i = 0; i < COUNT(PARAMS); i++)
        if (strlen(PARAMS[i].name) == len && strncmp(PARAMS[i].name, name, len) == 0)
            return &PARAMS[i];
    return NULL;
}

static bool wrong_name(struct reading *r, size_t len)
{
    if (len > 0)
        return WRONG(r, "%.*s: no such parameter, want %s", (int)(len > 32 ? 32 : len), r->at,
                     NAMES);
    if (r->at[0] == '\r' || r->at[0] == '\n')
        return WRONG(r, "the header's value holds a line end: cut it off");
    return r->at[0] ? WRONG(r, "want NAME=\"VALUE\" parameters with commas between them")
                    : WRONG(r, "a parameter is missing at the end, or a comma is too many");
}

/* name="value" into its member, which must be empty still. */
static bool take_param(struct reading *r, const struct scheme *scheme)
{
    const size_t len = strspn(r->at, LETTERS DIGITS "_-");
    const struct param *p = param_named(r->at, len);

    if (!p)
        return wrong_name(r, len);
    if (r->at[len] != '=' || r->at[len + 1] != '"')
        return WRONG(r, "%s: want its value in double quotes, right behind the =", p->name);
    const char *at = r->at + len + 2, *end = strchr(at, '"');
    char *to = (char *)r->out + p->offset;
    if (!end)
        return WRONG(r, "%s: the quote that ends its value is missing", p->name);
    if (*to)
        return WRONG(r, "%s: given twice", p->name);
    const struct value v = { p, scheme, at, (size_t)(end - at) };
    if (!str_is_n(at, v.len, alphabet_of(&v), p->min, p->max))
        return wrong_value(r, &v);
    r->at = end + 1;
    return text_copy_n(to, p->max + 1, at, v.len);
}

static bool take_params(struct reading *r, const struct scheme *scheme)
{
    for (;;) {
        skip_blanks(r);
        if (!take_param(r, scheme))
            return false;
        skip_blanks(r);
        if (!*r->at)
            return true;
        if (*r->at != ',')
            return strchr("\r\n", *r->at)
                       ? WRONG(r, "the header's value holds a line end: cut it off")
                       : WRONG(r, "want a comma between two parameters");
        r->at++;
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

static bool wrong_scheme(struct reading *r)
{
    static const char NAME[] = "Authorization:";
    char word[sizeof(NAME)] = "";
    struct text head = TEXT(word);

    if (!r->at || !*r->at)
        return WRONG(r, "there is no Authorization header, or it is empty");
    text_add_n(&head, r->at, strnlen(r->at, sizeof(NAME) - 1));
    if (str_eq_nocase(word, NAME))
        return WRONG(r, "the value begins with the header's name: leave \"%s \" out", NAME);
    return WRONG(r, "want SHROFF-HMAC-SHA256 or SHROFF-RSA2, a blank, and the parameters");
}

static bool header_read(struct reading *r)
{
    const struct scheme *scheme = r->at ? scheme_of(r->at) : NULL;
    struct credentials *out = r->out;

    out->app_key[0] = out->key_id[0] = out->timestamp[0] = out->nonce[0] = out->signature[0] = '\0';
    if (!scheme)
        return wrong_scheme(r);
    r->at += strlen(scheme->word);
    out->algorithm = scheme->algorithm;
    if (!take_params(r, scheme))
        return false;
    for (size_t i = 0; i < COUNT(PARAMS); i++)
        if (!*((const char *)out + PARAMS[i].offset) && !str_eq(PARAMS[i].name, "key_id"))
            return WRONG(r, "%s: missing", PARAMS[i].name);
    return read_time(out->timestamp, &out->time);
}

bool auth_parse(const char *header, struct credentials *out)
{
    return header_read(&(struct reading){ .at = header, .out = out });
}

bool auth_explain(const char *header, struct text *why)
{
    struct credentials scratch;

    text_reset(why);
    return !header_read(&(struct reading){ .at = header, .out = &scratch, .why = why });
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
