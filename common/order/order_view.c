/* order_view.c - the members of orders and attempts, and which of them each view shows. */
#include "order/order_view.h"

enum {
    O_NO,
    O_MERCHANT_NO,
    O_PRICE,
    O_CURRENCY,
    O_SUBJECT,
    O_BODY,
    O_METADATA,
    O_USER,
    O_STATUS,
    O_CREATED,
    O_EXPIRES,
    O_PAID,
    O_CHANNEL,
    O_CHANNEL_NO,
    O_PAID_PRICE,
    O_REFUND,
    O_REFUNDING,
    O_VERSION,
    O_TOKEN,
    O_RETURN,
    O_NOTIFY,
    O_BLOCKED,
    O_KIND,
    O_CASHIER,
    O_PAY_ID,
    O_MODE,
    O_CONTENT,
    O_PAY_URL,
    O_APP
};

#define ORDER(member, kind, name, /* need */...) \
    VIEW_PART(struct order_shown, order, struct order, member, kind, name, __VA_ARGS__)
#define OPEN(part, member, name, need) \
    VIEW_PART(struct order_shown, part, struct attempt, member, VIEW_TEXT, name, need)

static const struct view_member ORDER_MEMBERS[] = {
    [O_NO] = ORDER(no, VIEW_TEXT, "order_no", VIEW_ALWAYS),
    [O_MERCHANT_NO] = ORDER(merchant_order_id, VIEW_TEXT, "merchant_order_id", VIEW_ALWAYS),
    [O_PRICE] = ORDER(price, VIEW_MONEY, "price", VIEW_ALWAYS),
    [O_CURRENCY] = ORDER(currency, VIEW_TEXT, "currency", VIEW_ALWAYS),
    [O_SUBJECT] = ORDER(subject, VIEW_TEXT, "subject", VIEW_ALWAYS),
    [O_BODY] = ORDER(body, VIEW_TEXT, "body", VIEW_UNLESS_EMPTY),
    [O_METADATA] = ORDER(metadata, VIEW_JSON, "metadata", VIEW_UNLESS_EMPTY),
    [O_USER] = ORDER(user_id, VIEW_TEXT, "user_id", VIEW_UNLESS_EMPTY),
    [O_STATUS] =
        ORDER(status, VIEW_STATE, "status", VIEW_ALWAYS, .words = STATE_WORDS(ORDER_STATES)),
    [O_CREATED] = ORDER(create_time, VIEW_TIME, "create_time", VIEW_ALWAYS),
    [O_EXPIRES] = ORDER(expire_time, VIEW_TIME, "expire_time", VIEW_ALWAYS),
    [O_PAID] = ORDER(success_time, VIEW_TIME, "success_time", VIEW_UNLESS_EMPTY),
    [O_CHANNEL] =
        VIEW_MEMBER(struct order_shown, channel, VIEW_STRING, "channel", VIEW_UNLESS_EMPTY),
    [O_CHANNEL_NO] = ORDER(channel_order_no, VIEW_TEXT, "channel_order_no", VIEW_UNLESS_EMPTY),
    [O_PAID_PRICE] = ORDER(paid_price, VIEW_MONEY, "paid_price", VIEW_UNLESS_EMPTY),
    [O_REFUND] = ORDER(refund_price, VIEW_MONEY, "refund_price", VIEW_ALWAYS),
    [O_REFUNDING] = ORDER(refunding_price, VIEW_MONEY, "refunding_price", VIEW_ALWAYS),
    [O_VERSION] = ORDER(version, VIEW_NUMBER, "version", VIEW_ALWAYS),
    [O_TOKEN] = ORDER(query_token, VIEW_TEXT, "query_token", VIEW_ALWAYS),
    [O_RETURN] = ORDER(return_url, VIEW_TEXT, "return_url", VIEW_UNLESS_EMPTY),
    [O_NOTIFY] = ORDER(notify_url, VIEW_TEXT, "notify_url", VIEW_UNLESS_EMPTY),
    [O_BLOCKED] = VIEW_MEMBER(struct order_shown, notify_url_blocked, VIEW_FLAG,
                              "notify_url_blocked", VIEW_UNLESS_EMPTY),
    [O_KIND] = VIEW_MEMBER(struct order_shown, kind, VIEW_STRING, "kind", VIEW_UNLESS_EMPTY),
    [O_CASHIER] =
        VIEW_MEMBER(struct order_shown, cashier_url, VIEW_STRING, "cashier_url", VIEW_UNLESS_EMPTY),
    [O_PAY_ID] = OPEN(open, no, "pay_id", VIEW_ALWAYS),
    [O_MODE] = OPEN(payable, display_mode, "display_mode", VIEW_UNLESS_EMPTY),
    [O_CONTENT] = OPEN(payable, display_content, "display_content", VIEW_UNLESS_EMPTY),
    [O_PAY_URL] =
        VIEW_MEMBER(struct order_shown, pay_url, VIEW_STRING, "pay_url", VIEW_UNLESS_EMPTY),
    [O_APP] = VIEW_MEMBER(struct order_shown, app_key, VIEW_STRING, "app_key", VIEW_ALWAYS),
};

/* The order of the members is the contract's. */
#define ORDER_TERMS_AND_STATE \
    O_NO, O_MERCHANT_NO, O_PRICE, O_CURRENCY, O_SUBJECT, O_BODY, O_METADATA, O_USER, O_STATUS, \
        O_CREATED, O_EXPIRES, O_PAID, O_CHANNEL, O_CHANNEL_NO, O_PAID_PRICE, O_REFUND, \
        O_REFUNDING, O_VERSION
static const unsigned char IN_ANSWER[] = {
    ORDER_TERMS_AND_STATE,
    O_TOKEN,
    O_RETURN,
    O_NOTIFY,
    O_BLOCKED,
    O_KIND,
    O_CASHIER,
    O_PAY_ID,
    O_MODE,
    O_CONTENT,
    O_PAY_URL,
};
static const unsigned char IN_NOTIFICATION[] = { ORDER_TERMS_AND_STATE, O_RETURN, O_NOTIFY, O_KIND,
                                                 O_APP };
static const unsigned char FOR_PAYER[] = {
    O_NO, O_STATUS, O_PRICE, O_CURRENCY, O_SUBJECT, O_RETURN, O_EXPIRES,
};
static const unsigned char IN_LIST[] = {
    O_NO,      O_APP,     O_MERCHANT_NO, O_STATUS, O_PRICE,   O_CURRENCY,
    O_CHANNEL, O_CREATED, O_EXPIRES,     O_PAID,   O_SUBJECT,
};

const struct view ORDER_IN_LIST = VIEW_SHOWS(ORDER_MEMBERS, IN_LIST);

/* Only recharges say what they are. */
static const char *kind_shown(const struct order *order)
{
    return order_is_recharge(order) ? order->kind : NULL;
}

static const char *page_of(const struct attempt *payable)
{
    return payable && str_starts(payable->display_content, "http") ? payable->display_content
                                                                   : NULL;
}

/* An open attempt of a paid or closed order is not shown: no payer should be sent to it. One that
 * paid in the request that is answered is. Past the
 * order's end its open attempt is shown without a way to pay. */
void order_view(struct json_text *to, const struct order *order, const struct attempt *open,
                const char *cashier_url, bool notify_url_blocked)
{
    static const struct view VIEW_OF_ANSWER = VIEW_SHOWS(ORDER_MEMBERS, IN_ANSWER);

    if (order->status != ORDER_WAITING && !(open && open->status == ATTEMPT_SUCCESS))
        open = NULL;
    const struct attempt *payable = order->expired ? NULL : open;
    const bool can_be_paid = order->status == ORDER_WAITING && !order->expired;
    view_write(to, &VIEW_OF_ANSWER,
               &(struct order_shown){ .order = order,
                                      .kind = kind_shown(order),
                                      .cashier_url = can_be_paid ? cashier_url : NULL,
                                      .open = open,
                                      .payable = payable,
                                      .pay_url = page_of(payable),
                                      .channel = open ? open->channel_code : order->channel_code,
                                      .notify_url_blocked = notify_url_blocked });
}

void order_view_notification(struct json_text *to, const struct order *order, const char *app_key)
{
    static const struct view VIEW_OF_NOTIFICATION = VIEW_SHOWS(ORDER_MEMBERS, IN_NOTIFICATION);

    view_write(to, &VIEW_OF_NOTIFICATION,
               &(struct order_shown){ .order = order,
                                      .kind = kind_shown(order),
                                      .channel = order->channel_code,
                                      .app_key = app_key });
}

void order_view_public(struct json_text *to, const struct order *order)
{
    static const struct view VIEW_OF_PAYER = VIEW_SHOWS(ORDER_MEMBERS, FOR_PAYER);

    view_write(to, &VIEW_OF_PAYER, &(struct order_shown){ .order = order });
}

/* ---- attempts */

#define ATTEMPT(member, kind, name, /* need */...) \
    VIEW_MEMBER(struct attempt, member, kind, name, __VA_ARGS__)

static const struct view_member ATTEMPT_MEMBERS[] = {
    ATTEMPT(no, VIEW_TEXT, "pay_id", VIEW_ALWAYS),
    ATTEMPT(channel_code, VIEW_TEXT, "channel", VIEW_ALWAYS),
    ATTEMPT(status, VIEW_STATE, "status", VIEW_ALWAYS, .words = STATE_WORDS(ATTEMPT_STATES)),
    ATTEMPT(channel_order_no, VIEW_TEXT, "channel_order_no", VIEW_UNLESS_EMPTY),
    ATTEMPT(channel_error_code, VIEW_TEXT, "channel_error_code", VIEW_UNLESS_EMPTY),
    ATTEMPT(channel_error_msg, VIEW_TEXT, "channel_error_msg", VIEW_UNLESS_EMPTY),
    ATTEMPT(create_time, VIEW_TIME, "create_time", VIEW_ALWAYS),
    ATTEMPT(success_time, VIEW_TIME, "success_time", VIEW_UNLESS_EMPTY),
};

void attempt_view(struct json_text *to, const struct attempt *attempt)
{
    static const struct view VIEW_OF_ATTEMPT = VIEW_SHOWS_ALL(ATTEMPT_MEMBERS);

    json_open(to, NULL);
    view_write(to, &VIEW_OF_ATTEMPT, attempt);
    json_close(to);
}
