/* text.c - bounded text, numbers, alphabets. UTF-8 is in utf8.c. */
#include "base/text.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct text text_over(char *room, size_t size)
{
    if (size > 0)
        room[0] = '\0';
    return (struct text){ room, 0, size, size == 0 };
}

void text_add_n(struct text *t, const void *at, size_t len)
{
    if (t->full)
        return;
    if (len >= t->size - t->len) {
        t->full = true;
        return;
    }
    if (len > 0)
        memcpy(t->at + t->len, at, len);
    t->len += len;
    t->at[t->len] = '\0';
}

void text_add(struct text *t, const char *s)
{
    if (s)
        text_add_n(t, s, strlen(s));
}

void text_add_char(struct text *t, char c)
{
    text_add_n(t, &c, 1);
}

void text_add_i64(struct text *t, int64_t n)
{
    char digits[20];
    size_t at = sizeof(digits);
    uint64_t rest = n < 0 ? UINT64_C(0) - (uint64_t)n : (uint64_t)n;

    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (n < 0)
        digits[--at] = '-';
    text_add_n(t, digits + at, sizeof(digits) - at);
}

int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

void text_add_hex(struct text *t, const void *at, size_t len)
{
    static const char DIGITS[] = "0123456789abcdef";
    const uint8_t *bytes = at;

    if (t->full || len >= (t->size - t->len + 1) / 2) {
        t->full = true;
        return;
    }
    for (size_t i = 0; i < len; i++) {
        t->at[t->len++] = DIGITS[bytes[i] >> 4];
        t->at[t->len++] = DIGITS[bytes[i] & 15];
    }
    t->at[t->len] = '\0';
}

void text_addf(struct text *t, const char *format, ...)
{
    va_list args;

    if (t->full)
        return;
    va_start(args, format);
    int n = vsnprintf(t->at + t->len, t->size - t->len, format, args);
    va_end(args);
    if (n < 0 || (size_t)n >= t->size - t->len) {
        t->full = true;
        t->at[t->len] = '\0';
        return;
    }
    t->len += (size_t)n;
}

void text_reset(struct text *t)
{
    *t = text_over(t->at, t->size);
}

bool text_copy_n(char *to, size_t size, const char *from, size_t len)
{
    if (size == 0)
        return false;
    if (len >= size) {
        to[0] = '\0';
        return false;
    }
    if (len > 0)
        memmove(to, from, len);
    to[len] = '\0';
    return true;
}

bool text_copy(char *to, size_t size, const char *from)
{
    return text_copy_n(to, size, from ? from : "", from ? strlen(from) : 0);
}

bool str_to_i64_n(const char *s, size_t len, int64_t min, int64_t max, int64_t *out)
{
    bool negative = len > 0 && s[0] == '-' && min < 0;
    size_t i = negative ? 1 : 0;
    int64_t n = 0;

    if (i == len || (s[i] == '0' && len > 1))
        return false;
    for (; i < len; i++) {
        int digit = s[i] - '0';
        if (digit < 0 || digit > 9 || __builtin_mul_overflow(n, 10, &n) ||
            __builtin_add_overflow(n, negative ? -digit : digit, &n))
            return false;
    }
    if (n < min || n > max)
        return false;
    *out = n;
    return true;
}

bool str_to_i64(const char *s, int64_t min, int64_t max, int64_t *out)
{
    return s && str_to_i64_n(s, strlen(s), min, max, out);
}

#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define DIGIT "0123456789"
/* clang-format off */
static const char *const ALPHABETS[] = {
    [ALPHA_MERCHANT_NO] = UPPER LOWER DIGIT "_-*|.",
    [ALPHA_NONCE]       = UPPER LOWER DIGIT "_-",
    [ALPHA_CHANNEL]     = LOWER DIGIT "_",
    [ALPHA_HEX]         = DIGIT "abcdef",
    [ALPHA_DIGITS]      = DIGIT,
    [ALPHA_BASE64]      = UPPER LOWER DIGIT "+/=",
    [ALPHA_ULID]        = DIGIT "ABCDEFGHJKMNPQRSTVWXYZ",
    [ALPHA_UPPER]       = UPPER,
};
/* clang-format on */

bool str_is_n(const char *s, size_t len, enum alphabet set, size_t min, size_t max)
{
    if (!s || len < min || len > max)
        return false;
    for (size_t i = 0; i < len; i++) {
        if (s[i] == '\0' || !strchr(ALPHABETS[set], s[i]))
            return false;
    }
    return true;
}

bool str_is(const char *s, enum alphabet set, size_t min, size_t max)
{
    return s && str_is_n(s, strnlen(s, max + 1), set, min, max);
}

bool str_eq(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

bool str_eq_nocase(const char *a, const char *b)
{
    if (!a || !b)
        return a == b;
    while (*a && lower(*a) == lower(*b)) {
        a++;
        b++;
    }
    return lower(*a) == lower(*b);
}

bool str_starts(const char *s, const char *prefix)
{
    return s && strncmp(s, prefix, strlen(prefix)) == 0;
}

const char *str_or(const char *s, const char *fallback)
{
    return s && *s ? s : fallback;
}
