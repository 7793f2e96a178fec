/* test_clock.h - POST /sandbox/clock {"advance": seconds}, for the route table of mockpay:
 * .auth = SIGNED_BY_APP, .scope = SCOPE_CLOCK, .fields = TEST_CLOCK_FIELDS,
 * .input_size = sizeof(struct test_clock_in), .test_only = true, .handle = a function
 * that calls test_clock_post. */
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

/* What else moves with it: another program's books, after Shroff's own. *due: how many rows became
 * due by it. An error means that Shroff's own moved alone. */
struct test_clock_other {
    const char *name; /* of the rows, in the answer */
    enum pay_err (*advance)(struct call *call, int64_t seconds, int64_t *due);
};
/* Answers {"advanced":seconds,"due":{"orders":0,…}}. */
MUST_USE enum pay_err test_clock_post(struct call *call, const void *input,
                                      const struct test_clock_other *other);

#endif
