/* refund_view.c - the members of refunds, and which of them each view shows. */
#include "refund/refund_view.h"

enum {
    R_NO,
    R_MERCHANT_NO,
    R_ORDER,
    R_MERCHANT_ORDER,
    R_PRICE,
    R_CURRENCY,
    R_STATUS,
    R_DONE,
    R_CHANNEL_NO,
    R_ERROR_CODE,
    R_ERROR_MSG,
    R_REASON,
    R_CAUSE,
    R_CREATED,
    R_VERSION,
    R_APP,
    R_CHANNEL,
    R_PAY_ID,
    R_ASKED,
    R_NEXT
};

#define REFUND(member, kind, name, /* need */...) \
    VIEW_PART(struct refund_shown, refund, struct refund, member, kind, name, __VA_ARGS__)

static const struct view_member MEMBERS[] = {
    [R_NO] = REFUND(no, VIEW_TEXT, "refund_no", VIEW_ALWAYS),
    [R_MERCHANT_NO] = VIEW_MEMBER(struct refund_shown, merchant_refund_id, VIEW_STRING,
                                  "merchant_refund_id", VIEW_UNLESS_EMPTY),
    [R_ORDER] = REFUND(order_no, VIEW_TEXT, "order_no", VIEW_ALWAYS),
    [R_MERCHANT_ORDER] = REFUND(merchant_order_id, VIEW_TEXT, "merchant_order_id", VIEW_ALWAYS),
    [R_PRICE] = REFUND(refund_price, VIEW_MONEY, "refund_price", VIEW_ALWAYS),
    [R_CURRENCY] = REFUND(currency, VIEW_TEXT, "currency", VIEW_ALWAYS),
    [R_STATUS] =
        REFUND(status, VIEW_STATE, "status", VIEW_ALWAYS, .words = STATE_WORDS(REFUND_STATES)),
    [R_DONE] = REFUND(success_time, VIEW_TIME, "success_time", VIEW_UNLESS_EMPTY),
    [R_CHANNEL_NO] = REFUND(channel_refund_no, VIEW_TEXT, "channel_refund_no", VIEW_UNLESS_EMPTY),
    [R_ERROR_CODE] = REFUND(channel_error_code, VIEW_TEXT, "channel_error_code", VIEW_UNLESS_EMPTY),
    [R_ERROR_MSG] = REFUND(channel_error_msg, VIEW_TEXT, "channel_error_msg", VIEW_UNLESS_EMPTY),
    [R_REASON] = REFUND(reason, VIEW_TEXT, "reason", VIEW_UNLESS_EMPTY),
    [R_CAUSE] = REFUND(cause, VIEW_TEXT, "cause", VIEW_ALWAYS),
    [R_CREATED] = REFUND(create_time, VIEW_TIME, "create_time", VIEW_ALWAYS),
    [R_VERSION] = REFUND(version, VIEW_NUMBER, "version", VIEW_ALWAYS),
    [R_APP] = VIEW_MEMBER(struct refund_shown, app_key, VIEW_STRING, "app_key", VIEW_ALWAYS),
    [R_CHANNEL] = REFUND(channel_code, VIEW_TEXT, "channel", VIEW_ALWAYS),
    [R_PAY_ID] = REFUND(pay_id, VIEW_TEXT, "pay_id", VIEW_ALWAYS),
    [R_ASKED] = REFUND(sync_times, VIEW_NUMBER, "asked_times", VIEW_UNLESS_EMPTY),
    [R_NEXT] = REFUND(next_sync_time, VIEW_TIME, "asked_next", VIEW_UNLESS_EMPTY),
};

/* The order of the members is the contract's. */
#define REFUND_NUMBERS R_NO, R_MERCHANT_NO, R_ORDER
#define TERMS_AND_STATE \
    R_PRICE, R_CURRENCY, R_STATUS, R_DONE, R_CHANNEL_NO, R_ERROR_CODE, R_ERROR_MSG
#define CIRCUMSTANCES R_REASON, R_CAUSE, R_CREATED, R_VERSION
static const unsigned char IN_ANSWER[] = { REFUND_NUMBERS, TERMS_AND_STATE };
static const unsigned char IN_QUERY[] = { REFUND_NUMBERS, TERMS_AND_STATE, CIRCUMSTANCES };
static const unsigned char IN_NOTIFICATION[] = {
    REFUND_NUMBERS, R_MERCHANT_ORDER, TERMS_AND_STATE, CIRCUMSTANCES, R_APP,
};

static const unsigned char IN_LIST[] = {
    R_NO,       R_APP,     R_MERCHANT_NO, R_ORDER,   R_STATUS, R_PRICE,
    R_CURRENCY, R_CHANNEL, R_CAUSE,       R_CREATED, R_DONE,   R_ERROR_CODE,
};
static const unsigned char WHOLE[] = {
    REFUND_NUMBERS, R_MERCHANT_ORDER, R_APP,   TERMS_AND_STATE, CIRCUMSTANCES,
    R_CHANNEL,      R_PAY_ID,         R_ASKED, R_NEXT,
};
const struct view REFUND_IN_LIST = VIEW_SHOWS(MEMBERS, IN_LIST);
const struct view REFUND_WHOLE = VIEW_SHOWS(MEMBERS, WHOLE);

/* An automatic refund has no number of the merchant's. */
static void refund_show(struct json_text *to, const struct view *view, const struct refund *refund,
                        const char *app_key)
{
    view_write(to, view,
               &(struct refund_shown){ .refund = refund,
                                       .app_key = app_key,
                                       .merchant_refund_id = refund_is_automatic(refund)
                                                                 ? NULL
                                                                 : refund->merchant_refund_id });
}

void refund_view(struct json_text *to, const struct refund *refund)
{
    static const struct view VIEW_OF_ANSWER = VIEW_SHOWS(MEMBERS, IN_ANSWER);

    refund_show(to, &VIEW_OF_ANSWER, refund, NULL);
}

void refund_view_whole(struct json_text *to, const struct refund *refund)
{
    static const struct view VIEW_OF_QUERY = VIEW_SHOWS(MEMBERS, IN_QUERY);

    refund_show(to, &VIEW_OF_QUERY, refund, NULL);
}

void refund_view_notification(struct json_text *to, const struct refund *refund,
                              const char *app_key)
{
    static const struct view VIEW_OF_NOTIFICATION = VIEW_SHOWS(MEMBERS, IN_NOTIFICATION);

    refund_show(to, &VIEW_OF_NOTIFICATION, refund, app_key);
}
