/* fuzz_html.c - what an escaper writes is one text node (or one attribute value) that says exactly
 * what went in. */
#include "fuzz.h"
#include "web/page/html.h"

static const struct {
    const char *entity, *means;
} ENTITIES[] = {
    { "&amp;", "&" }, { "&lt;", "<" }, { "&gt;", ">" }, { "&quot;", "\"" }, { "&#39;", "'" },
};

/* A browser's reading of the entities we use; any other & is a mistake. */
static void read_back(const char *page, struct text *to)
{
    while (*page) {
        if (*page != '&') {
            text_add_char(to, *page++);
            continue;
        }
        size_t i = 0;
        while (i < COUNT(ENTITIES) &&
               strncmp(page, ENTITIES[i].entity, strlen(ENTITIES[i].entity)) != 0)
            i++;
        PROPERTY(i < COUNT(ENTITIES));
        text_add(to, ENTITIES[i].means);
        page += strlen(ENTITIES[i].entity);
    }
}

static void check(void (*escape)(struct text *, const char *), const char *s, const char *never)
{
    const size_t len = strlen(s), size = len * 6 + 1;
    char *page = malloc(size), *back = malloc(len + 1), *little = malloc(len / 2 + 1);
    struct text text = text_over(page, size), read = text_over(back, len + 1);
    struct text small = text_over(little, len / 2 + 1);

    escape(&text, s);
    PROPERTY(!text.full && !strpbrk(page, never));
    read_back(page, &read);
    PROPERTY(!read.full && strcmp(back, s) == 0);
    escape(&small, s); /* no room: never past its end, never a half entity */
    PROPERTY(strlen(little) == small.len && strncmp(little, page, small.len) == 0);
    const char *open = strrchr(little, '&');
    PROPERTY(!open || strchr(open, ';'));
    free(page);
    free(back);
    free(little);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *s = fuzz_text(data, size);

    check(html_text, s, "<>\"");
    check(html_attr, s, "<>\"'");
    free(s);
    return 0;
}
