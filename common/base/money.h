/* money.h - amounts: whole minor units (fen for CNY) and an ISO 4217 code. No floating point. */
#ifndef BASE_MONEY_H
#define BASE_MONEY_H

#include <stdbool.h>
#include <stdint.h>
#include "base/text.h"

/* The type of amounts alone: a rate or a time in the place of one does not compile. */
struct money {
    int64_t minor;
};
#define MONEY(n) ((struct money){ (n) })
static inline bool money_eq(struct money a, struct money b)
{
    return a.minor == b.minor;
}

#define MONEY_MAX INT64_C(1000000000000) /* 10^12 minor units: the contract's upper bound */
#define CURRENCY_SIZE 4

/* "10.00", "10", "10.5" -> 1000, 1000, 1050 for two decimals; refuses signs, blanks, exponents,
 * leading zeros ("01"), more than two decimals and more than MONEY_MAX. */
MUST_USE bool money_parse(const char *s, struct money *out);
/* 1000 -> "10.00" */
void money_add_plain(struct text *to, struct money amount);
/* For people: 123456 CNY -> "1,234.56"; decimals as the currency has (JPY 0, KWD 3). */
void money_add_grouped(struct text *to, struct money amount, const char *currency);
/* Checked sum: false on overflow or beyond MONEY_MAX; *sum untouched then. */
MUST_USE bool money_add(struct money a, struct money b, struct money *sum);
/* rate in parts per million, rounded half up once, never above price. */
struct money money_fee(struct money price, int64_t rate_ppm);

bool currency_is_current(const char *code); /* an ISO 4217 code in use today, upper case */
int currency_digits(const char *code);      /* CNY 2, JPY 0, KWD 3; 2 when unknown */

#endif
