/* ulid.h - public numbers (ULIDs) and random tokens, both from getrandom(2).
 * When the kernel gives no randomness the process ends: a guessable number is worse than none. */
#ifndef BASE_ULID_H
#define BASE_ULID_H

#include <stdbool.h>
#include <stddef.h>

#define NO_SIZE 27    /* 26 characters and NUL: order_no, pay_id, webhook-id … */
#define TOKEN_SIZE 33 /* 128 random bits in lower-case hex and NUL */

void ulid_new(char out[NO_SIZE]); /* never below the one before in this process */
bool ulid_is(const char *s);      /* 26 of Crockford's alphabet, first 0..7 */
void token_new(char out[TOKEN_SIZE]);
void random_bytes(void *out, size_t len);

#endif
