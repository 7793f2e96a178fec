/* ask.c - asks Shroff about an order that a payer went to pay and no notification came for.
 * A notification may be lost, and so may the channel's callback to Shroff. So the query lets Shroff
 * ask the channels of the open attempts first. */
#include "ask.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "payments.h"
#include "web.h"

bool ask_settle(const struct order *order, const struct shroff_order *answer)
{
    const struct payment payment = {
        .order_id = order->id,
        .shroff_no = answer->order_no,
        .webhook_id = "",
        .price = answer->price,
        .currency = answer->currency,
    };

    /* REFUND: paid, and all of the money went back. */
    if (strcmp(answer->status, "SUCCESS") != 0 && strcmp(answer->status, "REFUND") != 0)
        return false;
    enum settled settled = orders_settle(&payment);
    return settled == SETTLED || settled == SETTLED_BEFORE;
}

static bool is_past(const char *expire_time)
{
    char now[32];
    const time_t seconds = time(NULL);
    struct tm utc;

    gmtime_r(&seconds, &utc);
    strftime(now, sizeof(now), "%Y-%m-%d %H:%M:%S", &utc);
    return expire_time[0] != '\0' && strcmp(expire_time, now) < 0;
}

/* The new state of a payment that the answer says is not paid; NULL: no change. */
static const char *state_after(int code, const struct shroff_order *answer)
{
    if (code != SHROFF_OK)
        return NULL; /* 429, 503, no answer, …: it is asked again anyway */
    if (strcmp(answer->status, "WAITING") != 0 || is_past(answer->expire_time))
        return "OVER";
    return strcmp(answer->attempt, "CLOSED") == 0 ? "FAILED" : "UNHEARD";
}

static void ask_about(const struct order *order)
{
    struct shroff_order answer = { .price = 0 };
    char number[16];

    int code = shroff_sync(order->id, &answer);
    bool paid = code == SHROFF_OK && ask_settle(order, &answer);
    const char *state = paid ? NULL : state_after(code, &answer);
    if (state)
        payments_asked(order->id, state);
    snprintf(number, sizeof(number), "%d", code);
    web_log("ask", order->id, paid ? "FOUND" : state ? state : number);
}

bool ask_due(void)
{
    struct order order;

    if (!payments_take_due(&order))
        return false;
    ask_about(&order);
    return true;
}
