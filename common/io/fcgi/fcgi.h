/* fcgi.h - libfcgi: one request at a time, from a listening socket or, without, as plain CGI. */
#ifndef IO_FCGI_H
#define IO_FCGI_H

#include <stdbool.h>
#include <stddef.h>
#include "base/err.h"

/* Makes and listens on a Unix socket (0660, a stale one is replaced, a live one is not: PAY_FAULT
 * with a log line). The descriptor lands on *fd. */
MUST_USE enum pay_err fcgi_listen(const char *path, int *fd);
/* True when descriptor 0 is a listening socket (systemd, spawn-fcgi). */
bool fcgi_stdin_listens(void);

struct fcgi;
#define FCGI_CONNECTIONS_MAX 64
/* connections: how many a client may keep with this worker (at least 1). Requests on one wait while
 * another's is served, so more than 1 is for quick answers only; see fcgi_slow. The client closes a
 * kept connection: a stop waits 1.5 s for that.
 * fd < 0: plain CGI, from the environment, stdin and stdout; exactly one request. */
struct fcgi *fcgi_open(int fd, size_t connections);
void fcgi_close(struct fcgi **fcgi);
/* Waits for a request. PAY_STOP: SIGTERM came (fcgi_stop) or the one CGI request is done. */
MUST_USE enum pay_err fcgi_accept(struct fcgi *fcgi);
void fcgi_finish(struct fcgi *fcgi);
void fcgi_stop(void); /* async-signal-safe: the next fcgi_accept returns PAY_STOP */

/* The request in hand takes long from here on: closes the other connections that clients keep with
 * this worker. What was sent on one just then is sent again to another worker (nginx/kept.conf). */
void fcgi_slow(void);

/* NULL when absent. Lives until fcgi_finish. */
const char *fcgi_param(const struct fcgi *fcgi, const char *name);
/* How often the name occurs among the parameters (a repeated header comes twice). */
int fcgi_param_count(const struct fcgi *fcgi, const char *name);
/* The i-th "NAME=value", NULL at the end. */
const char *fcgi_param_at(const struct fcgi *fcgi, size_t i);
/* Reads exactly CONTENT_LENGTH bytes, NUL-ended into room (size > length). PAY_BAD_BODY when fewer
 * or more came or the length is malformed, PAY_TOO_LARGE when it would not fit. Without a length:
 * 0 bytes. */
MUST_USE enum pay_err fcgi_body(struct fcgi *fcgi, char *room, size_t size, size_t *len);
/* False when the other side is gone. */
bool fcgi_write(struct fcgi *fcgi, const void *at, size_t len);

#endif
