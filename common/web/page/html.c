/* html.c - the escapers. */
#include "web/page/html.h"
#include <string.h>

void html_raw(struct text *page, const char *markup)
{
    text_add(page, markup);
}

/* Copies s, each character of `special` as its entity (same place in `entities`). */
static void escape(struct text *page, const char *s, const char *special,
                   const char *const *entities)
{
    while (s && *s) {
        size_t plain = strcspn(s, special);
        text_add_n(page, s, plain);
        s += plain;
        if (*s)
            text_add(page, entities[strchr(special, *s++) - special]);
    }
}

static const char *const ENTITIES[] = { "&amp;", "&lt;", "&gt;", "&quot;", "&#39;" };

void html_text(struct text *page, const char *s)
{
    escape(page, s, "&<>\"", ENTITIES);
}
void html_attr(struct text *page, const char *s)
{
    escape(page, s, "&<>\"'", ENTITIES);
}
