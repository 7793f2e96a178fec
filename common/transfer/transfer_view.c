/* transfer_view.c - the members of transfers, and which of them each view shows. */
#include "transfer/transfer_view.h"

enum {
    T_NO,
    T_MERCHANT_NO,
    T_PRICE,
    T_CURRENCY,
    T_STATUS,
    T_DONE,
    T_CHANNEL_NO,
    T_ERROR_CODE,
    T_ERROR_MSG,
    T_SUBJECT,
    T_CHANNEL,
    T_ACCOUNT,
    T_CREATED,
    T_VERSION,
    T_APP,
    T_ASKED,
    T_NEXT
};

#define TRANSFER(member, kind, name, /* need */...) \
    VIEW_PART(struct transfer_shown, transfer, struct transfer, member, kind, name, __VA_ARGS__)

static const struct view_member MEMBERS[] = {
    [T_NO] = TRANSFER(no, VIEW_TEXT, "transfer_no", VIEW_ALWAYS),
    [T_MERCHANT_NO] =
        TRANSFER(merchant_transfer_id, VIEW_TEXT, "merchant_transfer_id", VIEW_ALWAYS),
    [T_PRICE] = TRANSFER(price, VIEW_MONEY, "price", VIEW_ALWAYS),
    [T_CURRENCY] = TRANSFER(currency, VIEW_TEXT, "currency", VIEW_ALWAYS),
    [T_STATUS] =
        TRANSFER(status, VIEW_STATE, "status", VIEW_ALWAYS, .words = STATE_WORDS(TRANSFER_STATES)),
    [T_DONE] = TRANSFER(success_time, VIEW_TIME, "success_time", VIEW_UNLESS_EMPTY),
    [T_CHANNEL_NO] =
        TRANSFER(channel_transfer_no, VIEW_TEXT, "channel_transfer_no", VIEW_UNLESS_EMPTY),
    [T_ERROR_CODE] =
        TRANSFER(channel_error_code, VIEW_TEXT, "channel_error_code", VIEW_UNLESS_EMPTY),
    [T_ERROR_MSG] = TRANSFER(channel_error_msg, VIEW_TEXT, "channel_error_msg", VIEW_UNLESS_EMPTY),
    [T_SUBJECT] = TRANSFER(subject, VIEW_TEXT, "subject", VIEW_ALWAYS),
    [T_CHANNEL] = TRANSFER(channel_code, VIEW_TEXT, "channel", VIEW_ALWAYS),
    [T_ACCOUNT] = VIEW_MEMBER(struct transfer_shown, user_account, VIEW_STRING, "user_account",
                              VIEW_UNLESS_EMPTY),
    [T_CREATED] = TRANSFER(create_time, VIEW_TIME, "create_time", VIEW_ALWAYS),
    [T_VERSION] = TRANSFER(version, VIEW_NUMBER, "version", VIEW_ALWAYS),
    [T_APP] = VIEW_MEMBER(struct transfer_shown, app_key, VIEW_STRING, "app_key", VIEW_ALWAYS),
    [T_ASKED] = TRANSFER(sync_times, VIEW_NUMBER, "asked_times", VIEW_UNLESS_EMPTY),
    [T_NEXT] = TRANSFER(next_sync_time, VIEW_TIME, "asked_next", VIEW_UNLESS_EMPTY),
};

/* The order of the members is the contract's. */
#define ANSWERED \
    T_NO, T_MERCHANT_NO, T_PRICE, T_CURRENCY, T_STATUS, T_DONE, T_CHANNEL_NO, T_ERROR_CODE, \
        T_ERROR_MSG
static const unsigned char IN_ANSWER[] = { ANSWERED };
static const unsigned char IN_QUERY[] = {
    ANSWERED, T_SUBJECT, T_CHANNEL, T_ACCOUNT, T_CREATED, T_VERSION,
};
/* Sent to an address that anyone may have set, and kept for resending: without the account. */
static const unsigned char IN_NOTIFICATION[] = {
    ANSWERED, T_SUBJECT, T_CHANNEL, T_CREATED, T_VERSION, T_APP,
};

/* Operators see no account: the channel and the merchant know it by the numbers. */
static const unsigned char IN_LIST[] = {
    T_NO,       T_APP,     T_MERCHANT_NO, T_STATUS, T_PRICE,
    T_CURRENCY, T_CHANNEL, T_CREATED,     T_DONE,   T_ERROR_CODE,
};
static const unsigned char WHOLE[] = {
    T_NO,         T_APP,        T_MERCHANT_NO, T_STATUS,  T_PRICE, T_CURRENCY, T_SUBJECT, T_CHANNEL,
    T_CHANNEL_NO, T_ERROR_CODE, T_ERROR_MSG,   T_CREATED, T_DONE,  T_ASKED,    T_NEXT,    T_VERSION,
};
const struct view TRANSFER_IN_LIST = VIEW_SHOWS(MEMBERS, IN_LIST);
const struct view TRANSFER_WHOLE = VIEW_SHOWS(MEMBERS, WHOLE);

void transfer_view(struct json_text *to, const struct transfer *transfer)
{
    static const struct view VIEW_OF_ANSWER = VIEW_SHOWS(MEMBERS, IN_ANSWER);

    view_write(to, &VIEW_OF_ANSWER, &(struct transfer_shown){ .transfer = transfer });
}

void transfer_view_whole(struct json_text *to, const struct transfer *transfer)
{
    static const struct view VIEW_OF_QUERY = VIEW_SHOWS(MEMBERS, IN_QUERY);

    view_write(
        to, &VIEW_OF_QUERY,
        &(struct transfer_shown){ .transfer = transfer, .user_account = transfer->user_account });
}

void transfer_view_notification(struct json_text *to, const struct transfer *transfer,
                                const char *app_key)
{
    static const struct view VIEW_OF_NOTIFICATION = VIEW_SHOWS(MEMBERS, IN_NOTIFICATION);

    view_write(to, &VIEW_OF_NOTIFICATION,
               &(struct transfer_shown){ .transfer = transfer, .app_key = app_key });
}
