/* fcgi_ask.h - is a FastCGI program alive behind its socket? */
#ifndef IO_FCGI_ASK_H
#define IO_FCGI_ASK_H

/* NULL when it answers a request within timeout_ms; else what is wrong (static text). */
const char *fcgi_ask(const char *path, int timeout_ms);

#endif
