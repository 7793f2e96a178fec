/* zip.c - see zip.h. The form is PKWARE's APPNOTE 6.3, sections 4.3.7, 4.3.12 and 4.3.16. */
#include "io/zip.h"

#include <string.h>
#include <zlib.h>

#define VERSION 20
#define DATE_1980 0x21 /* 1 January 1980, the first that the form has */

static void add16(struct text *to, uint32_t n)
{
    const char bytes[] = { (char)(n & 0xFF), (char)(n >> 8 & 0xFF) };

    text_add_n(to, bytes, sizeof(bytes));
}

static void add32(struct text *to, uint32_t n)
{
    add16(to, n & 0xFFFF);
    add16(to, n >> 16);
}

/* What both heads of a file have in common, from the version on. */
static void entry_write(struct text *to, const struct zip_entry *e)
{
    add16(to, VERSION);
    add16(to, 0); /* flags */
    add16(to, 0); /* stored */
    add16(to, 0); /* time */
    add16(to, DATE_1980);
    add32(to, e->crc);
    add32(to, (uint32_t)e->size);
    add32(to, (uint32_t)e->size);
    add16(to, (uint32_t)e->name_len);
    add16(to, 0); /* extra */
}

void zip_add(struct zip *zip, const char *name, const struct text *content)
{
    if (zip->count == ZIP_FILES_MAX || content->full) {
        zip->to->full = true;
        return;
    }
    struct zip_entry *e = &zip->entries[zip->count++];

    *e = (struct zip_entry){ name, strlen(name), zip->to->len, content->len, 0 };
    e->crc = (uint32_t)crc32(0, (const Bytef *)content->at, (uInt)content->len);
    text_add_n(zip->to, "PK\3\4", 4);
    entry_write(zip->to, e);
    text_add_n(zip->to, name, e->name_len);
    text_add_n(zip->to, content->at, content->len);
}

bool zip_end(struct zip *zip)
{
    const size_t start = zip->to->len;

    for (size_t i = 0; i < zip->count; i++) {
        const struct zip_entry *e = &zip->entries[i];
        text_add_n(zip->to, "PK\1\2", 4);
        add16(zip->to, VERSION);
        entry_write(zip->to, e);
        add16(zip->to, 0); /* comment */
        add16(zip->to, 0); /* disk */
        add16(zip->to, 0); /* internal attributes */
        add32(zip->to, 0); /* external ones */
        add32(zip->to, (uint32_t)e->at);
        text_add_n(zip->to, e->name, e->name_len);
    }
    const size_t size = zip->to->len - start;
    text_add_n(zip->to, "PK\5\6", 4);
    add32(zip->to, 0); /* disks */
    add16(zip->to, (uint32_t)zip->count);
    add16(zip->to, (uint32_t)zip->count);
    add32(zip->to, (uint32_t)size);
    add32(zip->to, (uint32_t)start);
    add16(zip->to, 0); /* comment */
    return !zip->to->full;
}
