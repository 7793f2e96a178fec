/* test_clock.c - the clock for tests, as a request. */
#include "web/skeleton/test_clock.h"
#include "keep/test_clock.h"

const struct field TEST_CLOCK_FIELD =
    FIELD(struct test_clock_in, advance, FIELD_I64, NEEDED, .min = 1, .max = TEST_CLOCK_MAX);

enum pay_err test_clock_post(struct call *call, const void *input)
{
    const struct test_clock_in *in = input;
    const struct clock_jump jump = { .app_id = call->app->id,
                                     .seconds = in->advance,
                                     .nonce = call->nonce };

    enum pay_err err = test_clock_advance(call->db, &jump);
    if (err == PAY_OK)
        json_i64(reply_data(call->reply), "advanced", in->advance);
    return err;
}
