/* test_clock.h - POST /sandbox/clock {"advance": seconds}, for the route table of mockpay:
 * .auth = SIGNED_BY_APP, .scope = SCOPE_CLOCK, .fields = TEST_CLOCK_FIELDS,
 * .input_size = sizeof(struct test_clock_in), .test_only = true, .handle = test_clock_post. */
#ifndef WEB_TEST_CLOCK_H
#define WEB_TEST_CLOCK_H

#include "web/skeleton/endpoint.h"

#define TEST_CLOCK_MAX 31536000 /* a year */

struct test_clock_in {
    int64_t advance;
};
extern const struct field TEST_CLOCK_FIELD;
/* clang-format off */
#define TEST_CLOCK_FIELDS { &TEST_CLOCK_FIELD, 1, false }
/* clang-format on */

/* Answers {"advanced":seconds}. */
MUST_USE enum pay_err test_clock_post(struct call *call, const void *input);

#endif
