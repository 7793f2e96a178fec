/* unzip.h - minizip: reads one file of a zip archive piece by piece. */
#ifndef IO_UNZIP_H
#define IO_UNZIP_H

#include <stdbool.h>
#include "base/source.h"

/* The one file of the archive in fd whose name (its bytes) is wanted. NULL: there is no such file,
 * more than one, or no archive; *why is then a static text. */
struct source *unzip_open(int fd, bool (*wanted)(const char *name), const char **why);

#endif
