/* endpoint.c - what a handler notes of its request, for the log line. */
#include "web/skeleton/endpoint.h"

void call_about(struct call *call, const char *order_no, const char *pay_id)
{
    if (order_no && !text_copy(call->order_no, sizeof(call->order_no), order_no))
        call->order_no[0] = '\0';
    if (pay_id && !text_copy(call->pay_id, sizeof(call->pay_id), pay_id))
        call->pay_id[0] = '\0';
}

void call_about_refund(struct call *call, const char *refund_no)
{
    if (!text_copy(call->refund_no, sizeof(call->refund_no), refund_no))
        call->refund_no[0] = '\0';
}

void call_about_transfer(struct call *call, const char *transfer_no)
{
    if (!text_copy(call->transfer_no, sizeof(call->transfer_no), transfer_no))
        call->transfer_no[0] = '\0';
}
