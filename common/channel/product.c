/* product.c - see product.h. */
#include "channel/product.h"

enum pay_err channel_ticket_refuse(struct channel_ticket *ticket, const char *code, const char *msg)
{
    return text_copy(ticket->error_code, sizeof(ticket->error_code), code) &&
                   text_copy(ticket->error_msg, sizeof(ticket->error_msg), msg)
               ? PAY_REFUSED
               : PAY_FAULT;
}

void channel_ticket_reason(struct channel_ticket *ticket, const struct channel_said *said)
{
    if (channel_ticket_refuse(ticket, said->error_code, said->error_msg) != PAY_REFUSED)
        ticket->error_msg[0] = '\0';
}
