/* log.h - one JSON line per event on stderr: {"time":…,"level":…,"event":…,"program":…,pairs…}.
 * Log where a foreign library fails and once per request or run; nothing secret ever. A line is one
 * write(2) of at most LOG_LINE_MAX bytes, so lines of several processes never mix. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdint.h>
#include "base/text.h"

#define LOG_LINE_MAX 4096

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

struct log_pair {
    const char *name;
    const char *text; /* NULL: the number counts */
    int64_t number;
};
/* clang-format off */
/* KV("order_no", o->no), KN("ms", 12): text pairs with NULL or "" are left out. */
#define KV(name, value) { (name), str_or((value), ""), 0 }
#define KN(name, value) { (name), NULL, (value) }
/* clang-format on */

void log_open(const char *program, enum log_level least);
/* The current request's id rides on every line until it is set to NULL (the text is copied). */
void log_request(const char *request_id);
void log_pairs(enum log_level level, const char *event, const struct log_pair *pairs, int count);
#define log_event(level, event, ...) \
    log_pairs((level), (event), (const struct log_pair[]){ __VA_ARGS__ }, \
              (int)(sizeof((const struct log_pair[]){ __VA_ARGS__ }) / sizeof(struct log_pair)))

#endif
