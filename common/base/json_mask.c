/* json_mask.c - json_mask of json_text.h. It reads text that was not checked before. */
#include <string.h>
#include "base/json_text.h"

/* The character that an escape (s is behind its backslash) stands for, and its length. */
static size_t unescape(const char *s, uint32_t *out)
{
    *out = (uint8_t)*s;
    if (*s != 'u')
        return *s != '\0';
    *out = 0;
    for (size_t i = 1; i <= 4; i++) {
        const int digit = hex_value(s[i]);
        if (digit < 0)
            return i;
        *out = *out << 4 | (uint32_t)digit;
    }
    return 5;
}

/* s is the first quote of a string: gives where the string ends, and whether it is name. */
static const char *string_read(const char *s, const char *name, bool *same)
{
    *same = true;
    for (s++; *s && *s != '"';) {
        uint32_t c = (uint8_t)*s;
        s += *s == '\\' ? 1 + unescape(s + 1, &c) : 1;
        *same = *same && *name && c == (uint8_t)*name;
        name += *same;
    }
    *same = *same && !*name;
    return *s ? s + 1 : s;
}

static const char *value_end(const char *s)
{
    bool same;

    return *s == '"' ? string_read(s, "", &same) : s + strcspn(s, ",}]");
}

void json_mask(struct text *to, const char *text, const char *name)
{
    static const char BLANKS[] = " \t\r\n";

    while (*text) {
        bool same = false;
        const char *end = *text == '"' ? string_read(text, name, &same)
                                       : text + strcspn(text, "\"");
        const char *colon = end + strspn(end, BLANKS);
        if (same && *colon == ':')
            end = colon + 1 + strspn(colon + 1, BLANKS);
        text_add_n(to, text, (size_t)(end - text));
        text = end;
        if (same && *colon == ':') {
            text_add(to, "\"…\"");
            text = value_end(text);
        }
    }
}
