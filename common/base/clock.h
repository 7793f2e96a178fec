/* clock.h - times are int64_t milliseconds since 1970-01-01 UTC; 0 means absent.
 * What is due, leased or expired is decided by the database's clock, never by this one. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>
#include "base/text.h"

#define DAY_MS INT64_C(86400000)
#define TIME_TEXT_SIZE 25 /* "2026-11-21T01:02:03.004Z" and NUL */

int64_t clock_now_ms(void); /* wall clock */
int64_t clock_now_s(void);
int64_t clock_ticks_us(void);    /* monotonic, for durations */
void clock_sleep_ms(int64_t ms); /* ends early on a signal */

void time_add(struct text *to, int64_t ms); /* RFC 3339, milliseconds, Z */
/* In whole seconds of China's time, +08:00, with this character between date and time:
 * "2026-01-31 08:00:00". */
void time_add_china(struct text *to, int64_t ms, char between);
/* RFC 3339 with Z or an offset, optional fraction (cut to ms); years 1970 to 9999. */
MUST_USE bool time_parse(const char *s, int64_t *ms);
/* Calendar parts in UTC, for DATETIME columns and HTTP dates. */
struct time_parts {
    int year, month, day, hour, minute, second, ms;
};
void time_split(int64_t ms, struct time_parts *out);
int64_t time_join(const struct time_parts *in);
/* "Sun, 06 Nov 1994 08:49:37 GMT" */
MUST_USE bool time_parse_http(const char *s, int64_t *ms);

#endif
