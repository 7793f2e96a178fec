/* wechat_query.c - what became of an order, and making it unpayable: close, and for a bar code
 * reverse, since its first answer may have been lost. */
#include <stdio.h>

#include "channel/wechat/wechat_private.h"

static void mchid_write(struct json_text *to, const struct wechat_keys *keys, const void *arg)
{
    (void)arg;
    json_str(to, "mchid", keys->mchid);
}

static void ids_write(struct json_text *to, const struct wechat_keys *keys, const void *arg)
{
    json_str(to, "appid", keys->appid);
    mchid_write(to, keys, arg);
}

enum pay_err wechat_query(const struct channel_account *account, const char *pay_id,
                          struct channel_said *out)
{
    const struct wechat_keys *keys = account->keys;
    char path[160];

    snprintf(path, sizeof(path), "/v3/pay/transactions/out-trade-no/%s?mchid=%s", pay_id,
             keys->mchid);
    const struct wechat_request request = { .what = "query", .path = path };
    return wechat_question(account, &request, pay_id, "ORDER_NOT_EXIST", out);
}

/* PAY_OK with the state; PAY_REFUSED: it is in another state. */
static enum pay_err end_order(const struct channel_account *account, const char *pay_id, bool bar,
                              struct channel_said *out)
{
    char path[160];
    struct json *root;

    snprintf(path, sizeof(path), "/v3/pay/transactions/out-trade-no/%s/%s", pay_id,
             bar ? "reverse" : "close");
    const struct wechat_request request = { .what = "close",
                                            .path = path,
                                            .write = bar ? ids_write : mchid_write };
    enum pay_err err = wechat_ask(account, &request, &root, out);
    json_free(&root);
    out->state = CHANNEL_CLOSED;
    if (err != PAY_REFUSED)
        return err;
    if (str_eq(out->error_code, "ORDER_CLOSED"))
        return PAY_OK;
    out->state = CHANNEL_NOT_FOUND;
    return str_eq(out->error_code, "ORDER_NOT_EXIST") ? PAY_OK : PAY_REFUSED;
}

static enum pay_err order_end(const struct channel_account *account, const char *pay_id, bool bar,
                              struct channel_said *out)
{
    enum pay_err err = said_begin(ABOUT_ORDER, pay_id, out);

    if (err == PAY_OK)
        err = end_order(account, pay_id, bar, out);
    return err == PAY_REFUSED ? wechat_query(account, pay_id, out) : err; /* it was paid */
}

/* A reverse gives the money of a paid order back, so a bar code's order is asked about first. */
enum pay_err wechat_close(const struct channel_account *account, const char *pay_id,
                          struct channel_said *out)
{
    if (!str_eq(account->code, "wx_bar"))
        return order_end(account, pay_id, false, out);
    enum pay_err err = wechat_query(account, pay_id, out);
    if (err != PAY_OK || out->state == CHANNEL_SUCCESS || out->state == CHANNEL_CLOSED)
        return err;
    return order_end(account, pay_id, true, out);
}
