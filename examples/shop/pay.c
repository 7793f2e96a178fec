/* pay.c - POST /shop/orders/{id}/pay: the order is opened at Shroff on the channel that the payer
 * chose, and the payer is led on: to the pay page, to a code to scan, or back when all is done. */
#include <stdio.h>
#include <string.h>

#include "ask.h"
#include "pages.h"
#include "payments.h"
#include "settings.h"
#include "shop.h"
#include "shroff.h"
#include "ways.h"

/* Has the payer somewhere to pay, or to type the password? */
static bool can_be_paid(const struct shroff_order *answer)
{
    return answer->pay_url[0] != '\0' || answer->display_mode[0] != '\0';
}

/* The payment's state when Shroff's answer to Pay says that it is not paid; NULL: as before. */
static const char *state_after_pay(int code, const struct shroff_order *answer)
{
    switch (code) {
    case SHROFF_OK:
        return can_be_paid(answer) ? "OPEN" : "OVER";
    case SHROFF_CLOSED:
    case SHROFF_EXPIRED:
        return "OVER";
    case SHROFF_UNKNOWN:
        return "UNHEARD";
    case SHROFF_NO_ANSWER:
    case SHROFF_TOO_MANY:
    case SHROFF_NOTHING_DONE:
    case SHROFF_NOT_KNOWN:
        return NULL;
    default: /* the channel refused, or the shop's own mistake */
        return "REFUSED";
    }
}

/* There is nowhere to pay: answers with a page that says why. */
static void pay_failed(struct web *web, const struct order *order, const char *state, int code)
{
    const struct words *words = web->words;
    char number[16];

    snprintf(number, sizeof(number), "%d", code);
    web_log("pay", order->id, number);
    if (!state)
        page_message(web, 503, words->again, &(struct way_on){ web->path, words->pay, "" });
    else if (strcmp(state, "OVER") == 0)
        page_message(web, 409, words->expired,
                     &(struct way_on){ "/shop/orders", words->order_again, order->id });
    else
        page_message(web, 502, words->failed, &(struct way_on){ web->path, words->retry, "" });
}

/* Opens the order at Shroff, and an attempt on the way. Our number is Shroff's merchant_order_id,
 * so pressing Pay twice leads to the same order there, and never to two payments. */
static int attempt_open(const struct order *order, const struct shroff_way *way,
                        struct shroff_order *answer)
{
    int code = shroff_create(order, way, answer);
    /* The order exists already. Its open attempt is on another channel; or it has none, since the
     * order has expired or the result of an attempt is unknown. Submit answers which. */
    const bool elsewhere = answer->channel[0] != '\0' && strcmp(answer->channel, way->channel) != 0;
    if (code == SHROFF_OK && strcmp(answer->status, "WAITING") == 0 &&
        (elsewhere || !can_be_paid(answer)))
        code = shroff_submit(order->id, way, answer);
    if (code == SHROFF_PAID) /* paid by an earlier try: ask for its terms */
        code = shroff_query(order->id, answer);
    return code;
}

/* Where the payer goes: a page of the channel's, our page with a code or a button, or back to the
 * order, which waits for what the payer does on the phone. */
static void lead_on(struct web *web, const struct order *order, const struct shroff_order *answer)
{
    const bool is_ours = strcmp(answer->display_mode, "qr_code") == 0 ||
                         strcmp(answer->display_mode, "app") == 0;
    char path[64];

    snprintf(path, sizeof(path), "/shop/orders/%s%s", order->id, is_ours ? "/code" : "");
    web_redirect(web, is_ours || answer->pay_url[0] == '\0' ? path : answer->pay_url);
}

static void pay(struct web *web, const struct order *order, const struct shroff_way *way)
{
    struct shroff_order answer = { .price = 0 };
    int code = attempt_open(order, way, &answer);

    if (code == SHROFF_OK && ask_settle(order, &answer)) {
        shop_to_order(web, order->id);
        return;
    }
    const char *state = state_after_pay(code, &answer);
    if (state)
        payments_note(order->id, state, code, &answer);
    if (code == SHROFF_OK && can_be_paid(&answer))
        lead_on(web, order, &answer);
    else
        pay_failed(web, order, state, code);
}

void shop_pay(struct web *web, const char *id)
{
    char channel[65], auth_code[65];

    const struct order *order = shop_form_order(web, id);
    if (!order)
        return;
    if (order_is_paid(order)) {
        shop_to_order(web, id);
        return;
    }
    const struct way *way =
        way_find(web_field(web, "channel", channel) ? channel : settings.channel);
    if (!way)
        page_message(web, 400, web->words->not_found, NULL);
    else if (way->at_the_till && !web_field(web, "auth_code", auth_code))
        page_till(web, order, way);
    else
        pay(web, order,
            &(struct shroff_way){
                .channel = way->channel,
                .extra = way->at_the_till ? "auth_code"
                         : way->to_openid ? "openid"
                                          : NULL,
                .value = way->at_the_till ? auth_code : settings.openid,
                .payer_ip = web_param(web, "REMOTE_ADDR"),
            });
}

/* GET /shop/orders/{id}/code: what Shroff says that the payer needs. Where that is a page of the
 * channel's, or there is nothing to pay any more, the order's own page is right. */
void shop_code(struct web *web, const char *id)
{
    struct shroff_order answer = { .price = 0 };

    const struct order *order = shop_order_or_sorry(web, id);
    if (!order)
        return;
    if (!order_is_paid(order) && shroff_query(id, &answer) == SHROFF_OK &&
        answer.display_content[0] != '\0')
        page_code(web, order, &answer);
    else
        shop_to_order(web, id);
}
