/* charset.h - iconv: reads text in GBK as UTF-8, piece by piece. */
#ifndef IO_CHARSET_H
#define IO_CHARSET_H

#include "base/source.h"

/* GB18030, which has all of GBK. The source becomes a part of it. A byte that is none of the
 * charset, or a character that is cut off at the end, ends the reading with -1. */
struct source *charset_from_gbk(struct source *from);

#endif
