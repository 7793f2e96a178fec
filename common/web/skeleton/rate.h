/* rate.h - token buckets by address and by app, shared by the workers of one executable.
 * Each is one 64-bit moment changed by compare-and-swap; a full table drops the fullest bucket. */
#ifndef WEB_RATE_H
#define WEB_RATE_H

#include <stdbool.h>
#include <stdint.h>

/* Before the fork. Requests per second, also the size of a burst; 0 = off. */
void rate_open(int64_t by_address, int64_t by_app);

/* IPv6 counts by /64. False when the bucket is empty: *wait is whole seconds until it is not. */
bool rate_take_address(const char *address, int *wait);
/* Callbacks: only those that were refused count, in a bucket of their own. */
bool rate_look_refused(const char *address, int *wait);
void rate_count_refused(const char *address);
/* Lines about what strangers ask: 50 a second and address, 2000 at once, whatever the rates; of all
 * addresses together 1000, and 20000 at once. */
bool rate_take_line(const char *address);
/* look: without taking, since before the signature is checked a stranger can name any app. */
bool rate_look_app(const char *app_key, int *wait);
bool rate_take_app(const char *app_key, int *wait);

/* One bucket by itself: one more each `step` microseconds, `burst` microseconds' worth at once.
 * Charged is what was done already: it counts beyond the burst too, and is paid by waiting. */
enum rate_use { RATE_LOOK, RATE_TAKE, RATE_CHARGE };
bool rate_pass(_Atomic int64_t *full_at, int64_t step, int64_t burst, enum rate_use use, int *wait);
/* An address as a number that a stranger cannot choose, by kind of bucket; 0: it is no address. */
uint64_t rate_owner(char kind, const char *address);

#endif
