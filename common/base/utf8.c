/* utf8.c - the UTF-8 part of text.h. */
#include <string.h>
#include "base/text.h"

/* What the first byte promises: how many bytes follow, its own payload, the least code point that
 * needs so many (anything below is an overlong form). */
struct lead {
    uint8_t mask, bits;
    size_t more;
    uint32_t least;
};
static const struct lead LEADS[] = {
    { 0x80, 0x00, 0, 0x0 },
    { 0xE0, 0xC0, 1, 0x80 },
    { 0xF0, 0xE0, 2, 0x800 },
    { 0xF8, 0xF0, 3, 0x10000 },
};

size_t utf8_next(const char *s, size_t len, uint32_t *out)
{
    if (len == 0)
        return 0;
    const uint8_t first = (uint8_t)s[0];
    const struct lead *lead = NULL;
    for (size_t i = 0; i < COUNT(LEADS) && !lead; i++) {
        if ((first & LEADS[i].mask) == LEADS[i].bits)
            lead = &LEADS[i];
    }
    if (!lead || lead->more >= len)
        return 0;
    uint32_t c = first & (uint8_t)~lead->mask;
    for (size_t i = 1; i <= lead->more; i++) {
        const uint8_t byte = (uint8_t)s[i];
        if ((byte & 0xC0) != 0x80)
            return 0;
        c = c << 6 | (byte & 0x3FU);
    }
    if (c < lead->least || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
        return 0;
    *out = c;
    return lead->more + 1;
}

size_t utf8_put(uint32_t c, char to[4])
{
    const size_t more = c < 0x80 ? 0 : c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;

    to[0] = (char)(LEADS[more].bits | c >> (6 * more));
    for (size_t i = 1; i <= more; i++)
        to[i] = (char)(0x80 | (c >> (6 * (more - i)) & 0x3F));
    return more + 1;
}

bool utf8_is_valid(const char *s, size_t len)
{
    uint32_t c;

    for (size_t at = 0, step; at < len; at += step) {
        step = utf8_next(s + at, len - at, &c);
        if (step == 0)
            return false;
    }
    return true;
}

size_t utf8_count(const char *s, size_t len)
{
    size_t n = 0;

    for (size_t i = 0; i < len; i++)
        n += ((uint8_t)s[i] & 0xC0) != 0x80;
    return n;
}

bool utf8_is_control(uint32_t c)
{
    return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029 ||
           (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

bool utf8_steers(uint32_t c)
{
    return utf8_is_control(c) || c == 0x61C || c == 0x200E || c == 0x200F;
}

/* First and last of each run of characters that print nothing, or turn the direction of what
 * follows: a reader does not see them, a terminal or a browser obeys them. */
static const struct {
    uint32_t first, last;
} HIDDEN[] = {
    { 0xAD, 0xAD },       { 0x34F, 0x34F },     { 0x61C, 0x61C },   { 0x115F, 0x1160 },
    { 0x17B4, 0x17B5 },   { 0x180B, 0x180F },   { 0x200B, 0x200F }, { 0x2028, 0x202E },
    { 0x2060, 0x206F },   { 0x2800, 0x2800 },   { 0x3164, 0x3164 }, { 0xFE00, 0xFE0F },
    { 0xFEFF, 0xFEFF },   { 0xFFA0, 0xFFA0 },   { 0xFFF0, 0xFFFB }, { 0x1BCA0, 0x1BCA3 },
    { 0x1D173, 0x1D17A }, { 0xE0000, 0xE0FFF },
};

bool utf8_is_hidden(uint32_t c)
{
    bool hidden = utf8_is_control(c);

    for (size_t i = 0; i < COUNT(HIDDEN) && !hidden; i++)
        hidden = c >= HIDDEN[i].first && c <= HIDDEN[i].last;
    return hidden;
}

bool utf8_shows(const char *s)
{
    uint32_t c;

    for (size_t at = 0, len = strlen(s), step; at < len; at += step) {
        step = utf8_next(s + at, len - at, &c);
        if (step == 0 || utf8_is_hidden(c))
            return false;
    }
    return true;
}

/* Blanks that look like the one of the keyboard and are not. */
static bool is_odd_blank(uint32_t c)
{
    return c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x202F || c == 0x205F;
}

void text_add_shown(struct text *t, const char *s, size_t len)
{
    for (size_t at = 0; at < len;) {
        uint32_t c = 0;
        const size_t step = utf8_next(s + at, len - at, &c);
        const bool shows = step > 0 && !utf8_is_hidden(c) && !is_odd_blank(c);
        const size_t end = at + (step > 0 ? step : 1);
        if (shows)
            text_add_n(t, s + at, step);
        for (; !shows && at < end; at++)
            text_addf(t, "\\x%02x", (unsigned)(uint8_t)s[at]);
        at = end;
    }
}

bool utf8_has_control(const char *s, size_t len)
{
    for (size_t at = 0; at < len;) {
        uint32_t c = 0;
        size_t step = utf8_next(s + at, len - at, &c);
        if (step > 0 && utf8_is_control(c))
            return true;
        at += step > 0 ? step : 1;
    }
    return false;
}

size_t utf8_cut(const char *s, size_t len, size_t max)
{
    if (len <= max)
        return len;
    while (max > 0 && ((uint8_t)s[max] & 0xC0) == 0x80)
        max--;
    return max;
}

void text_add_cut(struct text *t, const char *s, size_t len, size_t max)
{
    const size_t shown = utf8_cut(s, len, max);

    text_add_shown(t, s, shown);
    text_add(t, shown < len ? "\xE2\x80\xA6" : "");
}
