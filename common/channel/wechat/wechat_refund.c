/* wechat_refund.c - a refund and a transfer at WeChat Pay, and what became of them. Repeated under
 * the same number, neither happens twice. */
#include <stdio.h>
#include <string.h>

#include "channel/wechat/wechat_private.h"

#define REASON_MAX 80
#define REMARK_MAX 32
#define REFUNDS "/v3/refund/domestic/refunds"
#define TRANSFERS "/v3/fund-app/mch-transfer/transfer-bills"

struct paying_back {
    const struct channel_account *account;
    const struct channel_refund *refund;
};

static void refund_write(struct json_text *to, const struct wechat_keys *keys, const void *arg)
{
    const struct paying_back *back = arg;
    const struct channel_refund *refund = back->refund;
    const char *reason = str_or(refund->reason, "");

    (void)keys;
    json_str(to, "out_trade_no", refund->pay_id);
    json_str(to, "out_refund_no", refund->refund_no);
    if (*reason != '\0')
        json_str_n(to, "reason", reason, utf8_cut(reason, strlen(reason), REASON_MAX));
    wechat_notify_url(back->account, ABOUT_REFUND, to);
    json_open(to, "amount");
    json_i64(to, "refund", refund->refund_price.minor);
    json_i64(to, "total", refund->price.minor);
    json_str(to, "currency", refund->currency);
    json_close(to);
}

/* err is what wechat_ask returned; the object must be about no. */
static enum pay_err refund_read(enum pay_err err, const struct json *root, const char *no,
                                struct channel_said *out)
{
    if (err == PAY_OK)
        err = root ? wechat_refund_said(root, "status", out) : PAY_UNKNOWN;
    return err == PAY_OK && !str_eq(out->no, no) ? PAY_UNKNOWN : err;
}

enum pay_err wechat_refund(const struct channel_account *account,
                           const struct channel_refund *refund, struct channel_said *out)
{
    const struct paying_back back = { account, refund };
    const struct wechat_request request = {
        .what = "refund", .path = REFUNDS, .write = refund_write, .arg = &back
    };
    struct json *root;

    enum pay_err err = said_begin(ABOUT_REFUND, refund->refund_no, out);
    if (err != PAY_OK)
        return err;
    err = wechat_ask(account, &request, &root, out);
    err = refund_read(err, root, refund->refund_no, out);
    json_free(&root);
    return err == PAY_OK && out->state == CHANNEL_FAILED ? PAY_REFUSED : err;
}

enum pay_err wechat_refund_query(const struct channel_account *account,
                                 const struct channel_refund *refund, struct channel_said *out)
{
    char path[128];
    struct json *root;

    snprintf(path, sizeof(path), REFUNDS "/%s", refund->refund_no);
    const struct wechat_request request = { .what = "refund_query", .path = path };
    enum pay_err err = said_begin(ABOUT_REFUND, refund->refund_no, out);
    if (err != PAY_OK)
        return err;
    err = wechat_ask(account, &request, &root, out);
    err = refund_read(err, root, refund->refund_no, out);
    json_free(&root);
    if (err != PAY_REFUSED)
        return err;
    out->state = CHANNEL_NOT_FOUND;
    return str_eq(out->error_code, "RESOURCE_NOT_EXISTS") ? PAY_OK : PAY_UNKNOWN;
}

/* ---- transfers: bills that the receiver confirms */

struct paying_out {
    const struct channel_account *account;
    const struct channel_transfer *transfer;
};

static void transfer_write(struct json_text *to, const struct wechat_keys *keys, const void *arg)
{
    const struct paying_out *pay = arg;
    const struct channel_transfer *transfer = pay->transfer;
    const char *scene = transfer->extras ? member_text(transfer->extras, "transfer_scene_id")
                                         : NULL;
    const char *remark = transfer->subject;

    json_str(to, "appid", keys->appid);
    json_str(to, "out_bill_no", transfer->transfer_no);
    json_str(to, "transfer_scene_id", str_or(scene, "1000"));
    json_str(to, "openid", transfer->user_account);
    json_i64(to, "transfer_amount", transfer->price.minor);
    json_str_n(to, "transfer_remark", remark, utf8_cut(remark, strlen(remark), REMARK_MAX));
    wechat_notify_url(pay->account, ABOUT_TRANSFER, to);
}

/* The first answer names the number and the state, not the amount. */
static enum pay_err transfer_read(enum pay_err err, const struct json *root,
                                  const struct channel_transfer *transfer, struct channel_said *out)
{
    if (err == PAY_OK)
        err = root ? wechat_transfer_said(root, out) : PAY_UNKNOWN;
    if (err == PAY_OK && !str_eq(out->no, transfer->transfer_no))
        return PAY_UNKNOWN;
    return err;
}

enum pay_err wechat_transfer(const struct channel_account *account,
                             const struct channel_transfer *transfer, struct channel_said *out)
{
    const struct paying_out pay = { account, transfer };
    const struct wechat_request request = {
        .what = "transfer", .path = TRANSFERS, .write = transfer_write, .arg = &pay
    };
    struct json *root;

    enum pay_err err = said_begin(ABOUT_TRANSFER, transfer->transfer_no, out);
    if (err != PAY_OK)
        return err;
    err = wechat_ask(account, &request, &root, out);
    err = transfer_read(err, root, transfer, out);
    json_free(&root);
    return err == PAY_OK && out->state == CHANNEL_FAILED ? PAY_REFUSED : err;
}

enum pay_err wechat_transfer_query(const struct channel_account *account,
                                   const struct channel_transfer *transfer,
                                   struct channel_said *out)
{
    char path[128];
    struct json *root;

    snprintf(path, sizeof(path), TRANSFERS "/out-bill-no/%s", transfer->transfer_no);
    const struct wechat_request request = { .what = "transfer_query", .path = path };
    enum pay_err err = said_begin(ABOUT_TRANSFER, transfer->transfer_no, out);
    if (err != PAY_OK)
        return err;
    err = wechat_ask(account, &request, &root, out);
    err = transfer_read(err, root, transfer, out);
    json_free(&root);
    if (err != PAY_REFUSED)
        return err;
    out->state = CHANNEL_NOT_FOUND;
    return str_eq(out->error_code, "NOT_FOUND") ? PAY_OK : PAY_UNKNOWN;
}
