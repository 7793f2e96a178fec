/* gzip.h - zlib: a file as gzip has it (RFC 1952). */
#ifndef IO_GZIP_H
#define IO_GZIP_H

#include "base/err.h"
#include "base/text.h"

/* Adds the bytes, compressed. PAY_FULL: there is no room. */
MUST_USE enum pay_err gzip_add(const void *at, size_t len, struct text *to);

#endif
