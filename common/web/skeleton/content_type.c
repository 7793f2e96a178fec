/* content_type.c - see content_type.h. */
#include "web/skeleton/content_type.h"
#include <string.h>
#include "base/text.h"

#define BLANKS " \t"

/* One ";name=value" at *at, which moves behind it; a value may be in quotes. */
struct param {
    const char *name, *value;
    size_t name_len, value_len;
};

static struct param next_param(const char **at)
{
    struct param p = { .name = *at + strspn(*at, BLANKS ";") };

    p.name_len = strcspn(p.name, BLANKS "=;");
    p.value = p.name + p.name_len + strspn(p.name + p.name_len, BLANKS);
    if (*p.value == '=')
        p.value += 1 + strspn(p.value + 1, BLANKS);
    const bool quoted = *p.value == '"';
    p.value += quoted;
    p.value_len = strcspn(p.value, quoted ? "\"" : BLANKS ";");
    *at = p.value + p.value_len;
    *at += strcspn(*at, ";");
    return p;
}

static bool same_word(const char *s, size_t len, const char *want)
{
    char room[64];

    return text_copy_n(room, sizeof(room), s, len) && str_eq_nocase(room, want);
}

bool content_type_is(const char *header, const char *want)
{
    const char *at = header + strspn(header, BLANKS);
    const size_t len = strcspn(at, BLANKS ";");

    if (!same_word(at, len, want))
        return false;
    at += len + strspn(at + len, BLANKS);
    if (*at && *at != ';')
        return false;
    while (*at) {
        const struct param p = next_param(&at);
        if (same_word(p.name, p.name_len, "charset") && !same_word(p.value, p.value_len, "utf-8") &&
            !same_word(p.value, p.value_len, "utf8"))
            return false;
    }
    return true;
}
