/* file.h - whole files and streams, read and written; what a secret in a file may be. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include "base/err.h"

/* Reads to the end: PAY_OK. PAY_FULL: room is full before it. PAY_NO_ROW: an error (errno). */
MUST_USE enum pay_err fd_read(int fd, char *room, size_t size, size_t *len);
/* All of it; false on an error (errno). */
MUST_USE bool fd_write(int fd, const char *at, size_t len);

/* An empty file without a name in TMPDIR (/tmp); it is gone when it is closed. -1: errno. */
int file_unnamed(void);

/* Whole file into room, its bytes as they are and a NUL behind them. PAY_NO_ROW absent or
 * unreadable (errno says why), PAY_FULL too long. */
MUST_USE enum pay_err file_bytes(const char *path, char *room, size_t size, size_t *len);
/* file_bytes and line_end_cut. */
MUST_USE enum pay_err file_read(const char *path, char *room, size_t size);
/* Cuts one line end, LF or CRLF, off the end of text; its length then. */
size_t line_end_cut(char *text, size_t len);

/* A secret is one line of printable ASCII without blanks or quotes around it: what an editor or a
 * shell adds unseen would be part of the key. NULL, or what is wrong and the cure. */
const char *secret_problem(const char *text);

#endif
