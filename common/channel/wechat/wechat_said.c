/* wechat_said.c - what WeChat Pay's objects say: an order, a refund, a transfer. The same objects
 * come as answers and, encrypted, in notifications. */
#include <string.h>

#include "channel/wechat/wechat_private.h"

#define DEPTH 3

static const struct json *at_path(const struct json *object, const char *path)
{
    char name[64];

    for (size_t i = 0; i < DEPTH && object; i++) {
        const size_t len = strcspn(path, ".");
        if (json_kind(object) != JSON_OBJECT || !text_copy_n(name, sizeof(name), path, len))
            return NULL;
        object = json_member(object, name);
        if (path[len] == '\0')
            return object;
        path += len + 1;
    }
    return NULL;
}

const char *wechat_str(const struct json *object, const char *path)
{
    const struct json *value = at_path(object, path);
    size_t len = 0;

    if (!value || json_kind(value) != JSON_STRING)
        return NULL;
    const char *text = json_text(value, &len);
    return len > 0 && strlen(text) == len ? text : NULL;
}

int64_t wechat_int(const struct json *object, const char *path)
{
    const struct json *value = at_path(object, path);

    return value && json_kind(value) == JSON_INT ? json_int(value) : -1;
}

/* Fen; 0 when it is not said. Without a currency it is CNY. */
static bool wechat_price_read(const struct json *object, const char *path, struct channel_said *out)
{
    const int64_t fen = wechat_int(object, path);

    if (fen < 0)
        return true;
    out->price = MONEY(fen);
    return fen <= MONEY_MAX && text_copy(out->currency, sizeof(out->currency),
                                         str_or(wechat_str(object, "amount.currency"), "CNY"));
}

struct word_state {
    const char *word;
    enum channel_state state;
};

static bool wechat_state_read(const struct word_state *states, size_t count, const char *word,
                              enum channel_state *out)
{
    for (size_t i = 0; i < count; i++) {
        if (!str_eq(states[i].word, word))
            continue;
        *out = states[i].state;
        return true;
    }
    return false;
}

/* REFUND: any part of it was refunded, so it was paid. */
static enum pay_err order_said(const struct wechat_keys *keys, const struct json *object,
                               struct channel_said *out)
{
    static const struct word_state STATES[] = {
        { "SUCCESS", CHANNEL_SUCCESS }, { "REFUND", CHANNEL_SUCCESS },
        { "NOTPAY", CHANNEL_WAITING },  { "USERPAYING", CHANNEL_WAITING },
        { "ACCEPT", CHANNEL_WAITING },  { "CLOSED", CHANNEL_CLOSED },
        { "REVOKED", CHANNEL_CLOSED },  { "PAYERROR", CHANNEL_FAILED },
    };
    const char *no = wechat_str(object, "out_trade_no");
    const char *when = wechat_str(object, "success_time");

    if (!no || said_begin(ABOUT_ORDER, no, out) != PAY_OK ||
        !wechat_state_read(STATES, COUNT(STATES), wechat_str(object, "trade_state"), &out->state) ||
        !text_copy(out->channel_no, sizeof(out->channel_no),
                   wechat_str(object, "transaction_id")) ||
        !text_copy(out->channel_user_id, sizeof(out->channel_user_id),
                   wechat_str(object, "payer.openid")) ||
        !wechat_price_read(object, "amount.total", out))
        return PAY_UNKNOWN;
    out->other_account = !str_eq(wechat_str(object, "mchid"), keys->mchid) ||
                         !str_eq(wechat_str(object, "appid"), keys->appid);
    if (out->state == CHANNEL_FAILED &&
        !text_copy(out->error_msg, sizeof(out->error_msg), wechat_str(object, "trade_state_desc")))
        out->error_msg[0] = '\0';
    if (out->state != CHANNEL_SUCCESS)
        return PAY_OK;
    out->part_back = str_eq(wechat_str(object, "trade_state"), "REFUND");
    return when && time_parse(when, &out->success_time) && *out->channel_no != '\0' &&
                   out->price.minor > 0
               ? PAY_OK
               : PAY_UNKNOWN;
}

/* ABNORMAL: the payer's card takes no money. It is open until an operator settles it at WeChat. */
static enum pay_err wechat_refund_said(const struct json *object, struct channel_said *out)
{
    static const struct word_state STATES[] = {
        { "SUCCESS", CHANNEL_SUCCESS },
        { "PROCESSING", CHANNEL_WAITING },
        { "ABNORMAL", CHANNEL_WAITING },
        { "CLOSED", CHANNEL_FAILED },
    };
    const char *no = wechat_str(object, "out_refund_no");
    const char *notified = wechat_str(object, "refund_status"); /* an answer has "status" */
    const char *status = notified ? notified : wechat_str(object, "status");
    const char *when = wechat_str(object, "success_time");

    if (!no || said_begin(ABOUT_REFUND, no, out) != PAY_OK ||
        !wechat_state_read(STATES, COUNT(STATES), status, &out->state) ||
        !text_copy(out->channel_no, sizeof(out->channel_no), wechat_str(object, "refund_id")) ||
        !wechat_price_read(object, "amount.refund", out))
        return PAY_UNKNOWN;
    if (out->state == CHANNEL_FAILED || str_eq(status, "ABNORMAL"))
        said_reason(out, status, NULL);
    if (out->state != CHANNEL_SUCCESS)
        return PAY_OK;
    return when && time_parse(when, &out->success_time) && *out->channel_no != '\0' ? PAY_OK
                                                                                    : PAY_UNKNOWN;
}

static enum pay_err transfer_said(const struct json *object, struct channel_said *out)
{
    static const struct word_state STATES[] = {
        { "SUCCESS", CHANNEL_SUCCESS },     { "ACCEPTED", CHANNEL_WAITING },
        { "PROCESSING", CHANNEL_WAITING },  { "WAIT_USER_CONFIRM", CHANNEL_WAITING },
        { "TRANSFERING", CHANNEL_WAITING }, { "CANCELING", CHANNEL_WAITING },
        { "FAIL", CHANNEL_FAILED },         { "CANCELLED", CHANNEL_FAILED },
    };
    const char *no = wechat_str(object, "out_bill_no");
    const char *when = wechat_str(object, "update_time");

    if (!no || said_begin(ABOUT_TRANSFER, no, out) != PAY_OK ||
        !wechat_state_read(STATES, COUNT(STATES), wechat_str(object, "state"), &out->state) ||
        !text_copy(out->channel_no, sizeof(out->channel_no),
                   wechat_str(object, "transfer_bill_no")) ||
        !wechat_price_read(object, "transfer_amount", out))
        return PAY_UNKNOWN;
    if (out->state == CHANNEL_FAILED)
        said_reason(out, str_or(wechat_str(object, "fail_reason"), wechat_str(object, "state")),
                    NULL);
    if (out->state != CHANNEL_SUCCESS)
        return PAY_OK;
    return when && time_parse(when, &out->success_time) ? PAY_OK : PAY_UNKNOWN;
}

enum pay_err wechat_object_said(const struct wechat_keys *keys, enum channel_about about,
                                const struct json *object, struct channel_said *out)
{
    switch (about) {
    case ABOUT_ORDER:
        return order_said(keys, object, out);
    case ABOUT_REFUND:
        return wechat_refund_said(object, out);
    case ABOUT_TRANSFER:
        return transfer_said(object, out);
    }
    return PAY_UNKNOWN;
}
