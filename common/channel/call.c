/* call.c - a call to a channel: through its gate, over HTTPS, its time and answer noted. */
#include "channel/call.h"

#include "channel/gate.h"

enum pay_err channel_submit(const struct channel_account *account,
                            const struct channel_order *order, struct channel_ticket *out)
{
    struct gate_pass pass;

    if (!gate_enter(account->app_id, account->id, &pass))
        return PAY_FULL;
    enum pay_err err = account->product->submit(account, order, out);
    gate_leave(&pass, err != PAY_UNKNOWN);
    return err;
}

static enum pay_err asked(channel_ask *ask, const struct channel_account *account,
                          const char *pay_id, struct channel_said *out)
{
    struct gate_pass pass;

    if (!gate_enter(account->app_id, account->id, &pass))
        return PAY_FULL;
    enum pay_err err = ask(account, pay_id, out);
    gate_leave(&pass, err == PAY_OK);
    return err;
}

enum pay_err channel_query(const struct channel_driver *driver,
                           const struct channel_account *account, const char *pay_id,
                           struct channel_said *out)
{
    return asked(driver->query, account, pay_id, out);
}

enum pay_err channel_close(const struct channel_driver *driver,
                           const struct channel_account *account, const char *pay_id,
                           struct channel_said *out)
{
    return asked(driver->close, account, pay_id, out);
}
