/* test_clock.c - the clock for tests, as a request. */
#include "web/skeleton/test_clock.h"
#include "keep/test_clock.h"

const struct field TEST_CLOCK_FIELD =
    FIELD(struct test_clock_in, advance, FIELD_I64, NEEDED, .min = 1, .max = TEST_CLOCK_MAX);

static enum pay_err too_many(struct call *call, const struct clock_jump *jump)
{
    call->field = "advance";
    text_addf(call->why, "advance: over %d %s are open: so many cannot be moved at once",
              CLOCK_ROWS_MAX, CLOCK_MOVED[jump->over]);
    return PAY_BAD_FIELD;
}

enum pay_err test_clock_post(struct call *call, const void *input,
                             const struct test_clock_other *other)
{
    const struct test_clock_in *in = input;
    struct clock_jump jump = { .app_id = call->app->id,
                               .seconds = in->advance,
                               .nonce = call->nonce };
    int64_t others = 0;

    enum pay_err err = test_clock_advance(call->db, &jump);
    if (err == PAY_FULL)
        return too_many(call, &jump);
    if (err != PAY_OK)
        return err;
    /* The nonce is spent by now: the same request again would be refused. */
    if (other->advance(call, in->advance, &others) != PAY_OK)
        return PAY_LOST;
    struct json_text *data = reply_data(call->reply);
    json_i64(data, "advanced", in->advance);
    json_open(data, "due");
    for (size_t i = 0; i < CLOCK_KINDS; i++)
        if (CLOCK_MOVED[i])
            json_i64(data, CLOCK_MOVED[i], jump.due[i]);
    json_i64(data, other->name, others);
    json_close(data);
    return PAY_OK;
}
