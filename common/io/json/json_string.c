/* json_string.c - the characters inside a JSON string: UTF-8, escapes, surrogate pairs. */
#include "io/json/json_string.h"
#include <stdlib.h>
#include <string.h>
#include "base/text.h"

static bool hex4(const char *at, const char *end, uint32_t *out)
{
    static const char DIGITS[] = "0123456789abcdef0123456789ABCDEF";

    *out = 0;
    if (end - at < 4)
        return false;
    for (int i = 0; i < 4; i++) {
        const char *digit = at[i] ? strchr(DIGITS, at[i]) : NULL;
        if (!digit)
            return false;
        *out = *out << 4 | (uint32_t)((digit - DIGITS) & 15);
    }
    return true;
}

/* \uXXXX or a pair of them, at the first digit; bytes it takes, 0 when wrong. */
static size_t unicode_escape(const char *at, const char *end, uint32_t *out)
{
    uint32_t low;

    if (!hex4(at, end, out) || (*out >= 0xDC00 && *out <= 0xDFFF))
        return 0;
    if (*out < 0xD800 || *out > 0xDBFF)
        return 4;
    if (end - at < 10 || at[4] != '\\' || at[5] != 'u' || !hex4(at + 6, end, &low) ||
        low < 0xDC00 || low > 0xDFFF)
        return 0;
    *out = 0x10000 + ((*out - 0xD800) << 10) + (low - 0xDC00);
    return 10;
}

static const char LETTERS[] = "\"\\/bfnrt";

size_t json_character(const char *at, const char *end, uint32_t *out)
{
    static const char MEANT[] = "\"\\/\b\f\n\r\t";

    if (*at != '\\') {
        size_t step = utf8_next(at, (size_t)(end - at), out);
        return step > 0 && *out >= 0x20 ? step : 0;
    }
    if (end - at < 2 || at[1] == '\0')
        return 0;
    if (at[1] == 'u') {
        size_t step = unicode_escape(at + 2, end, out);
        return step > 0 ? step + 2 : 0;
    }
    const char *letter = strchr(LETTERS, at[1]);
    if (!letter)
        return 0;
    *out = (uint8_t)MEANT[letter - LETTERS];
    return 2;
}

size_t json_character_lenient(const char *at, const char *end)
{
    uint32_t code;

    if (*at != '\\')
        return 1;
    if (end - at < 2 || at[1] == '\0')
        return 0;
    if (at[1] == 'u')
        return hex4(at + 2, end, &code) ? 6 : 0;
    return strchr(LETTERS, at[1]) ? 2 : 0;
}

/* json-c 0.16 decodes the escaped pair of U+1D800, takes the lower half for a surrogate of its own,
 * and makes U+FFFD of it. So each pair is replaced by its character before json-c reads it. */
char *json_without_pairs(const char *at, size_t *len)
{
    const char *end = at + *len;
    char *room = NULL, *to = NULL;

    for (const char *c = at; c < end;) {
        uint32_t code = 0;
        size_t step = *c == '\\' ? json_character(c, end, &code) : 1;
        if (code >= 0x10000 && !room) {
            room = malloc(*len);
            if (!room)
                abort();
            memcpy(room, at, (size_t)(c - at));
            to = room + (c - at);
        }
        if (code >= 0x10000)
            to += utf8_put(code, to);
        else if (room)
            to = (char *)memcpy(to, c, step) + step;
        c += step;
    }
    *len = room ? (size_t)(to - room) : *len;
    return room;
}
