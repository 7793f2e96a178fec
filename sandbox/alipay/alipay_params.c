/* alipay_params.c - see alipay_params.h. */
#include "sandbox/alipay/alipay_params.h"

#include <stdlib.h>
#include <string.h>
#include "sandbox/core/sandbox_gbk.h"
#include "wire/alipay_text.h"

#define QUERY_MAX 8192
#define BODY_MAX 65536

static char query_room[2 * QUERY_MAX + 2], body_room[2 * BODY_MAX + 2];
static char utf8_room[2 * (QUERY_MAX + BODY_MAX)];

static bool pairs_add(struct alipay_params *out, const char *from, size_t len, char *room)
{
    struct form form = { .count = 0 };

    if (!form_read(from, len, room, &form))
        return false;
    for (size_t i = 0; i < form.count; i++) {
        for (size_t k = 0; k < out->count; k++) {
            if (str_eq(out->at[k].name, form.at[i].name))
                return false;
        }
        out->at[out->count++] = form.at[i];
    }
    return true;
}

bool alipay_params_read(const char *query, const char *body, size_t body_len,
                        struct alipay_params *out)
{
    *out = (struct alipay_params){ .count = 0 };
    if (strlen(query) > QUERY_MAX || body_len > BODY_MAX ||
        !pairs_add(out, query, strlen(query), query_room) ||
        !pairs_add(out, body, body_len, body_room))
        return false;
    out->gbk = str_starts(alipay_param(out, "charset"), "gb") ||
               str_starts(alipay_param(out, "charset"), "GB");
    return true;
}

const char *alipay_param(const struct alipay_params *params, const char *name)
{
    for (size_t i = 0; i < params->count; i++) {
        if (str_eq(params->at[i].name, name))
            return params->at[i].value;
    }
    return "";
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct alipay_pair *)a)->name, ((const struct alipay_pair *)b)->name);
}

static void text_with_empties(struct alipay_pair *pairs, size_t count, struct text *to)
{
    qsort(pairs, count, sizeof(*pairs), by_name);
    for (size_t i = 0; i < count; i++)
        text_addf(to, "%s%s=%s", i > 0 ? "&" : "", pairs[i].name, pairs[i].value);
}

bool alipay_params_signed(const struct alipay_params *params, const struct rsa_key *key,
                          struct text *canonical)
{
    static char room[QUERY_MAX + BODY_MAX];
    struct alipay_pair pairs[ALIPAY_PARAMS_MAX];
    struct text whole = TEXT(room);
    size_t count = 0;

    for (size_t i = 0; i < params->count; i++) {
        if (!str_eq(params->at[i].name, "sign"))
            pairs[count++] = (struct alipay_pair){ params->at[i].name, params->at[i].value };
    }
    alipay_text(pairs, count, canonical);
    const char *sign = alipay_param(params, "sign");
    if (!canonical->full && rsa_verify(key, canonical->at, canonical->len, sign))
        return true;
    text_with_empties(pairs, count, &whole);
    return !whole.full && whole.len != canonical->len && rsa_verify(key, room, whole.len, sign);
}

bool alipay_params_to_utf8(struct alipay_params *params)
{
    struct text to = TEXT(utf8_room);

    for (size_t i = 0; i < params->count; i++) {
        const char *value = params->at[i].value;
        if (!params->gbk) {
            if (!utf8_is_valid(value, strlen(value)))
                return false;
            continue;
        }
        const char *start = to.at + to.len;
        if (!text_add_from_gbk(&to, value, strlen(value)))
            return false;
        text_add_char(&to, '\0');
        params->at[i].value = start;
    }
    return !to.full;
}
