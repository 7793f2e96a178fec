/* text.h - bounded text: a builder over the caller's room, number parsing, alphabets. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"

/* A builder over the caller's room. `full` sticks: once something did not fit nothing more is
 * added, and one test at the end shows it. The text is always NUL-ended; len counts without it. */
struct text {
    char *at;
    size_t len, size;
    bool full;
};
#define TEXT(room) text_over((room), sizeof(room)) /* room is an array */
struct text text_over(char *room, size_t size);

void text_add(struct text *t, const char *s); /* NULL adds nothing */
void text_add_n(struct text *t, const void *at, size_t len);
void text_add_char(struct text *t, char c);
void text_add_i64(struct text *t, int64_t n);
void text_add_hex(struct text *t, const void *at, size_t len); /* lower case */
void text_addf(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_reset(struct text *t);

/* A copy with its own bound, of NULL "": false when it did not fit (to is then ""). */
MUST_USE bool text_copy(char *to, size_t size, const char *from);
MUST_USE bool text_copy_n(char *to, size_t size, const char *from, size_t len);

/* The only number parser: plain decimal digits, a '-' only when min < 0, no blanks, no sign '+',
 * no leading zeros but "0" itself. False and *out untouched outside [min, max]. */
MUST_USE bool str_to_i64(const char *s, int64_t min, int64_t max, int64_t *out);
MUST_USE bool str_to_i64_n(const char *s, size_t len, int64_t min, int64_t max, int64_t *out);

int hex_value(char c); /* of one digit, either case; -1 */

/* Alphabets of the contract: true when s has min..max characters, all of the set. */
enum alphabet {
    ALPHA_MERCHANT_NO, /* A-Za-z0-9_-*|. */
    ALPHA_NONCE,       /* A-Za-z0-9_- */
    ALPHA_CHANNEL,     /* a-z0-9_ */
    ALPHA_HEX,         /* 0-9a-f */
    ALPHA_DIGITS,      /* 0-9 */
    ALPHA_BASE64,      /* A-Za-z0-9+/= */
    ALPHA_ULID,        /* Crockford: 0-9A-HJKMNP-TV-Z */
    ALPHA_UPPER        /* A-Z */
};
bool str_is(const char *s, enum alphabet set, size_t min, size_t max);
bool str_is_n(const char *s, size_t len, enum alphabet set, size_t min, size_t max);

bool str_eq(const char *a, const char *b);        /* NULL equals only NULL; not for secrets */
bool str_eq_nocase(const char *a, const char *b); /* ASCII */
bool str_starts(const char *s, const char *prefix);
const char *str_or(const char *s, const char *fallback); /* s unless NULL or "" */

/* UTF-8, strict: no overlong forms, no surrogates, nothing above U+10FFFF. */
bool utf8_is_valid(const char *s, size_t len);
size_t utf8_count(const char *s, size_t len);     /* characters of valid text */
bool utf8_has_control(const char *s, size_t len); /* C0, DEL, C1, U+2028/2029, bidi overrides */
/* The character s begins with into *out and its length in bytes; 0 when it is not valid. */
size_t utf8_next(const char *s, size_t len, uint32_t *out);
size_t utf8_put(uint32_t c, char to[4]); /* writes the character; its length in bytes */
bool utf8_is_control(uint32_t c);
bool utf8_steers(uint32_t c);    /* a control, or a mark that turns the direction of text */
bool utf8_is_hidden(uint32_t c); /* a control, or what prints nothing (bidi, zero width) */
bool utf8_shows(const char *s);  /* valid, and no character of it is hidden */
/* Foreign text for people's eyes, on a terminal or in a message: every byte that is not of a
 * character that prints becomes \xHH, so nothing steers the terminal and nothing is invisible. */
void text_add_shown(struct text *t, const char *s, size_t len);
/* The longest prefix of at most max bytes that does not cut a character. */
size_t utf8_cut(const char *s, size_t len, size_t max);
/* The same of its first max bytes, then "…" when there is more: at most 4 * max + 3 bytes. */
void text_add_cut(struct text *t, const char *s, size_t len, size_t max);

#endif
