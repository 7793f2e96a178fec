/* sandbox_gbk.c - see sandbox_gbk.h. */
#include "sandbox/core/sandbox_gbk.h"

#include <iconv.h>

/* GB18030 has all of GBK, and every other character too. */
static bool converted(struct text *to, const char *s, size_t len, bool to_gbk)
{
    iconv_t way = to_gbk ? iconv_open("GB18030", "UTF-8") : iconv_open("UTF-8", "GB18030");
    union {
        const char *constant;
        char *plain;
    } in = { .constant = s };
    char room[512];
    bool ok = way != (iconv_t)-1;

    while (ok && len > 0) {
        char *out = room;
        size_t left = sizeof(room);
        const size_t before = len, got = iconv(way, &in.plain, &len, &out, &left);
        text_add_n(to, room, sizeof(room) - left);
        ok = got != (size_t)-1 || (len < before && left < sizeof(room) / 2);
    }
    if (way != (iconv_t)-1)
        iconv_close(way);
    return ok && !to->full;
}

bool text_add_gbk(struct text *to, const char *utf8, size_t len)
{
    return converted(to, utf8, len, true);
}

bool text_add_from_gbk(struct text *to, const char *gbk, size_t len)
{
    return converted(to, gbk, len, false);
}
