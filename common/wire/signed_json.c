/* signed_json.c - the canonical text of a flat JSON object, signed and verified. */
#include "wire/signed_json.h"

#include <stdlib.h>
#include <string.h>
#include "base/json_text.h"
#include "io/crypto/sign.h"

#define CANON_MAX 65536 /* the largest body; its text is never longer */

struct member {
    const char *name;
    const struct json *value;
};
struct members {
    struct member at[SIGNED_MEMBERS_MAX];
    size_t count;
    const char *bad;
};

static bool is_plain(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (s[i] < ' ' || s[i] > '~' || s[i] == '&' || s[i] == '=')
            return false;
    return true;
}

static bool value_ok(const char *name, const struct json *value)
{
    size_t len = 0;

    switch (json_kind(value)) {
    case JSON_NULL:
    case JSON_INT:
        return true;
    case JSON_STRING: {
        const char *s = json_text(value, &len);
        if (str_eq(name, "sign")) /* base64 ends in '=' */
            return !memchr(s, '\0', len);
        return is_plain(s, len);
    }
    case JSON_BOOL:
    case JSON_NUMBER:
    case JSON_OBJECT:
    case JSON_ARRAY:
        return false;
    }
    return false;
}

static bool collect(void *arg, const char *name, const struct json *value)
{
    struct members *m = arg;

    m->bad = m->count == SIGNED_MEMBERS_MAX ? "" : name;
    if (m->count == SIGNED_MEMBERS_MAX || !is_plain(name, strlen(name)) || !value_ok(name, value))
        return false;
    m->at[m->count++] = (struct member){ name, value };
    return true;
}

static bool members_read(const struct json *object, struct members *out)
{
    *out = (struct members){ .bad = "" };
    return object && json_kind(object) == JSON_OBJECT && json_each(object, collect, out);
}

bool signed_json_ok(const struct json *object, const char **bad)
{
    struct members members;

    bool ok = members_read(object, &members);
    *bad = ok ? NULL : members.bad;
    return ok;
}

/* strcmp compares as unsigned bytes: "sorted bytewise". */
static int member_compare(const void *a, const void *b)
{
    return strcmp(((const struct member *)a)->name, ((const struct member *)b)->name);
}

static bool member_is_signed(const struct member *m)
{
    size_t len = 0;

    if (str_eq(m->name, "sign") || str_eq(m->name, "sign_type") || json_kind(m->value) == JSON_NULL)
        return false;
    if (json_kind(m->value) == JSON_STRING)
        (void)json_text(m->value, &len);
    return json_kind(m->value) == JSON_INT || len > 0;
}

bool signed_json_text(const struct json *object, struct text *to)
{
    struct members members;
    size_t written = 0;

    if (!members_read(object, &members))
        return false;
    qsort(members.at, members.count, sizeof(members.at[0]), member_compare);
    for (size_t i = 0; i < members.count; i++) {
        const struct member *m = &members.at[i];
        size_t len = 0;

        if (!member_is_signed(m))
            continue;
        if (written++ > 0)
            text_add_char(to, '&');
        text_add(to, m->name);
        text_add_char(to, '=');
        if (json_kind(m->value) == JSON_INT) {
            text_add_i64(to, json_int(m->value));
        } else {
            const char *s = json_text(m->value, &len);
            text_add_n(to, s, len);
        }
    }
    return !to->full;
}

const char *signed_json_str(const struct json *object, const char *name)
{
    const struct json *value = object ? json_member(object, name) : NULL;
    size_t len = 0;

    if (!value || json_kind(value) != JSON_STRING)
        return NULL;
    const char *s = json_text(value, &len);
    return len > 0 ? s : NULL;
}

static bool hmac_of(const struct signed_key *key, const struct text *canon, struct mac *out)
{
    return sign_hmac_sha256(key->key, strlen(key->key), canon->at, canon->len, out);
}

bool signed_json_verify(const struct json *object, const struct signed_key *key)
{
    const char *sign = signed_json_str(object, "sign");
    struct mac mac;

    if (!sign || !key->key || *key->key == '\0' ||
        !str_eq(signed_json_str(object, "sign_type"), key->sign_type))
        return false;
    char *room = malloc(CANON_MAX);
    if (!room)
        abort();
    struct text canon = text_over(room, CANON_MAX);
    bool ok = signed_json_text(object, &canon);
    if (ok && str_eq(key->sign_type, SIGNED_HMAC))
        ok = hmac_of(key, &canon, &mac) && sign_mac_is_hex(&mac, sign);
    else
        ok = ok && str_eq(key->sign_type, SIGNED_RSA2) &&
             sign_rsa_verify(key->key, canon.at, canon.len, sign);
    free(room);
    return ok;
}

static bool sign_text(const struct signed_key *key, const struct text *canon, struct text *to)
{
    char hex[MAC_HEX_SIZE];
    struct mac mac;

    if (str_eq(key->sign_type, SIGNED_RSA2))
        return sign_rsa_sign(key->key, canon->at, canon->len, to);
    if (!str_eq(key->sign_type, SIGNED_HMAC) || !hmac_of(key, canon, &mac))
        return false;
    sign_mac_hex(&mac, hex);
    text_add(to, hex);
    return !to->full;
}

bool signed_json_sign(struct text *json, const struct signed_key *key)
{
    char canon_room[8192], sign_room[1024];
    struct text canon = TEXT(canon_room), sign = TEXT(sign_room);
    struct json *object;

    if (json->full || !key->key || *key->key == '\0' ||
        json_parse(json->at, json->len, &object) != PAY_OK)
        return false;
    bool ok = signed_json_text(object, &canon) && sign_text(key, &canon, &sign);
    bool any = json_kind(object) == JSON_OBJECT && json_size(object) > 0;
    json_free(&object);
    if (!ok)
        return false;
    json->at[--json->len] = '\0';
    struct json_text j = { json, any };
    json_str(&j, "sign_type", key->sign_type);
    json_str(&j, "sign", sign.at);
    text_add_char(json, '}');
    return !json->full;
}
