/* zip.h - writes a zip archive whose files are stored as they are. Names are bytes: whoever reads
 * the archive must know their charset (Alipay's bills: GBK). */
#ifndef IO_ZIP_H
#define IO_ZIP_H

#include <stdint.h>
#include "base/text.h"

#define ZIP_FILES_MAX 8

struct zip {
    struct text *to;
    size_t count;
    struct zip_entry {
        const char *name;
        size_t name_len, at, size;
        uint32_t crc;
    } entries[ZIP_FILES_MAX];
};
/* Adds a file; name must live until zip_end. */
void zip_add(struct zip *zip, const char *name, const struct text *content);
/* The directory. False: it did not fit, or there are over ZIP_FILES_MAX. */
MUST_USE bool zip_end(struct zip *zip);

#endif
