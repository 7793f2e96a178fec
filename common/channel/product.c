/* product.c - see product.h. */
#include "channel/product.h"

enum pay_err channel_ticket_refuse(struct channel_ticket *ticket, const char *code, const char *msg)
{
    return text_copy(ticket->error_code, sizeof(ticket->error_code), code) &&
                   text_copy(ticket->error_msg, sizeof(ticket->error_msg), msg)
               ? PAY_REFUSED
               : PAY_FAULT;
}

/* A payer's bar code: the call itself takes the money. */
static bool is_paid_by_call(const struct channel_ticket *ticket)
{
    return str_eq(ticket->display_mode, "bar_code");
}

enum pay_err channel_ticket_end(struct channel_ticket *ticket, enum pay_err err)
{
    const struct channel_said *said = &ticket->said;

    if (channel_ticket_refuse(ticket, said->error_code, said->error_msg) != PAY_REFUSED)
        ticket->error_msg[0] = '\0';
    if (err == PAY_REFUSED && said->meaning == MEANS_PAID)
        return PAY_UNKNOWN;
    return err == PAY_UNKNOWN && said->meaning == MEANS_BUSY && !is_paid_by_call(ticket) ? PAY_FULL
                                                                                         : err;
}
