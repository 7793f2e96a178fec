/* gunzip.h - zlib: reads a gzip file (RFC 1952) piece by piece. */
#ifndef IO_GUNZIP_H
#define IO_GUNZIP_H

#include "base/source.h"

/* Reads the file from its beginning. It must be one gzip file, whole, and nothing behind it. */
struct source *gunzip_open(int fd);

#endif
