/* form.c - see form.h. */
#include "base/form.h"

#include <string.h>

bool form_decode(const char *from, size_t len, char *to, size_t size)
{
    size_t n = 0;

    if (size == 0)
        return false;
    to[0] = '\0';
    for (size_t i = 0; i < len; i++) {
        int c = from[i] == '+' ? ' ' : (unsigned char)from[i];
        if (from[i] == '%') {
            const int high = i + 2 < len ? hex_value(from[i + 1]) : -1;
            const int low = i + 2 < len ? hex_value(from[i + 2]) : -1;
            c = high < 0 || low < 0 ? 0 : high * 16 + low;
            i += 2;
        }
        if (c == 0 || n + 1 >= size) {
            to[0] = '\0';
            return false;
        }
        to[n++] = (char)c;
    }
    to[n] = '\0';
    return true;
}

void text_add_form(struct text *to, const char *s)
{
    static const char HEX[] = "0123456789ABCDEF";

    for (; *s != '\0'; s++) {
        const unsigned char c = (unsigned char)*s;
        const char coded[] = { '%', HEX[c >> 4], HEX[c & 15] };
        if (str_is_n(s, 1, ALPHA_NONCE, 1, 1) || c == '.' || c == '~')
            text_add_char(to, *s);
        else
            text_add_n(to, coded, sizeof(coded));
    }
}

void form_mask(struct text *to, const char *text, const char *name)
{
    char read[64];

    while (*text != '\0') {
        const size_t len = strcspn(text, "&= ");
        const bool same = text[len] == '=' && form_decode(text, len, read, sizeof(read)) &&
                          str_eq(read, name);
        const size_t keep = len + (text[len] != '\0');
        text_add_n(to, text, keep);
        text += keep;
        if (!same)
            continue;
        text_add(to, "…");
        text += strcspn(text, "& ");
    }
}

const char *form_value(const struct form *form, const char *name)
{
    for (size_t i = 0; i < form->count; i++)
        if (str_eq(form->at[i].name, name))
            return form->at[i].value;
    return NULL;
}

/* The decoded text is never longer than the coded one. */
static const char *decode_into(char **room, const char *from, size_t len)
{
    const char *text = *room;

    if (!form_decode(from, len, *room, len + 1))
        return NULL;
    *room += strlen(text) + 1;
    return text;
}

static bool pair_read(const char *at, size_t len, char **room, struct form *out)
{
    const char *equals = memchr(at, '=', len);
    const size_t name_len = equals ? (size_t)(equals - at) : len;
    const size_t value_at = equals ? name_len + 1 : len;
    const char *name = decode_into(room, at, name_len);
    const char *value = decode_into(room, at + value_at, len - value_at);

    if (!name || *name == '\0' || !value || form_value(out, name) || out->count == FORM_PAIRS_MAX)
        return false;
    out->at[out->count++] = (struct form_pair){ name, value };
    return true;
}

bool form_read(const char *from, size_t len, char *room, struct form *out)
{
    size_t size;

    out->count = 0;
    for (const char *at = from, *end = from + len; at < end; at += size + 1) {
        const char *stop = memchr(at, '&', (size_t)(end - at));
        size = (size_t)((stop ? stop : end) - at);
        if (size > 0 && !pair_read(at, size, &room, out))
            return false;
    }
    return true;
}
