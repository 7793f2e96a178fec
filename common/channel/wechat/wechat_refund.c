/* wechat_refund.c - a refund and a transfer at WeChat Pay, and what became of them. Repeated under
 * the same number, neither happens twice. */
#include <stdio.h>
#include <string.h>

#include "channel/wechat/wechat_private.h"

#define WECHAT_REASON_MAX 80
#define REMARK_MAX 32
#define REFUNDS_PATH "/v3/refund/domestic/refunds"
#define TRANSFERS_PATH "/v3/fund-app/mch-transfer/transfer-bills"

struct paying_back {
    const struct channel_account *account;
    const struct channel_refund *refund;
};

static void wechat_refund_write(struct json_text *to, const struct wechat_keys *keys,
                                const void *arg)
{
    const struct paying_back *back = arg;
    const struct channel_refund *refund = back->refund;
    const char *reason = str_or(refund->reason, "");

    (void)keys;
    json_str(to, "out_trade_no", refund->pay_id);
    json_str(to, "out_refund_no", refund->refund_no);
    if (*reason != '\0')
        json_str_n(to, "reason", reason, utf8_cut(reason, strlen(reason), WECHAT_REASON_MAX));
    wechat_notify_url(back->account, ABOUT_REFUND, to);
    json_open(to, "amount");
    json_i64(to, "refund", refund->refund_price.minor);
    json_i64(to, "total", refund->price.minor);
    json_str(to, "currency", refund->currency);
    json_close(to);
}

enum pay_err wechat_refund(const struct channel_account *account,
                           const struct channel_refund *refund, struct channel_said *out)
{
    const struct paying_back back = { account, refund };
    const struct wechat_request request = { ABOUT_REFUND, .what = "refund", .path = REFUNDS_PATH,
                                            .write = wechat_refund_write, .arg = &back };

    enum pay_err err = wechat_ask_about(account, &request, refund->refund_no, out);
    return err == PAY_OK && out->state == CHANNEL_FAILED ? PAY_REFUSED : err;
}

enum pay_err wechat_refund_query(const struct channel_account *account,
                                 const struct channel_refund *refund, struct channel_said *out)
{
    const char *no = refund->refund_no;
    char path[128];

    snprintf(path, sizeof(path), REFUNDS_PATH "/%s", no);
    const struct wechat_request request = { ABOUT_REFUND, .what = "refund_query", .path = path };
    return wechat_question(account, &request, no, "RESOURCE_NOT_EXISTS", out);
}

/* ---- transfers: bills that the receiver confirms */

struct paying_out {
    const struct channel_account *account;
    const struct channel_transfer *transfer;
    char user_name[WECHAT_SECRET_SIZE]; /* encrypted; "": none was given */
};

static void info_write(struct json_text *to, const char *type, const char *content)
{
    json_open(to, NULL);
    json_str(to, "info_type", type);
    json_str(to, "info_content", content);
    json_close(to);
}

/* What a scene wants to be told. Of 1000 (cash for a campaign) the subject says it; for another one
 * the merchant gives the list as a JSON text in channel_extras. */
static void infos_write(struct json_text *to, const struct json *extras, const char *subject)
{
    static const char NAME[] = "transfer_scene_report_infos";
    const char *given = extras ? member_text(extras, NAME) : NULL;
    struct json *list = NULL;

    if (given && json_parse(given, strlen(given), &list) == PAY_OK &&
        json_kind(list) == JSON_ARRAY) {
        json_raw(to, NAME, given);
    } else {
        json_open_list(to, NAME);
        info_write(to, "活动名称", subject);
        info_write(to, "奖励说明", subject);
        json_close_list(to);
    }
    json_free(&list);
}

static void wechat_transfer_write(struct json_text *to, const struct wechat_keys *keys,
                                  const void *arg)
{
    const struct paying_out *pay = arg;
    const struct channel_transfer *transfer = pay->transfer;
    const char *scene = transfer->extras ? member_text(transfer->extras, "transfer_scene_id")
                                         : NULL;
    char remark[REMARK_MAX + 1];
    const size_t len = utf8_cut(transfer->subject, strlen(transfer->subject), REMARK_MAX);

    if (!text_copy_n(remark, sizeof(remark), transfer->subject, len))
        remark[0] = '\0';
    json_str(to, "appid", keys->appid);
    json_str(to, "out_bill_no", transfer->transfer_no);
    json_str(to, "transfer_scene_id", str_or(scene, "1000"));
    json_str(to, "openid", transfer->user_account);
    if (*pay->user_name != '\0')
        json_str(to, "user_name", pay->user_name);
    json_i64(to, "transfer_amount", transfer->price.minor);
    json_str(to, "transfer_remark", remark);
    infos_write(to, transfer->extras, remark);
    wechat_notify_url(pay->account, ABOUT_TRANSFER, to);
}

/* The first answer names the number and the state, not the amount. */
enum pay_err wechat_transfer(const struct channel_account *account,
                             const struct channel_transfer *transfer, struct channel_said *out)
{
    struct paying_out pay = { .account = account, .transfer = transfer };
    const struct wechat_request request = { ABOUT_TRANSFER, .what = "transfer",
                                            .path = TRANSFERS_PATH, .write = wechat_transfer_write,
                                            .arg = &pay };

    enum pay_err err = wechat_encrypt(account, transfer->user_name, pay.user_name, out);
    if (err != PAY_OK)
        return err;
    err = wechat_ask_about(account, &request, transfer->transfer_no, out);
    return err == PAY_OK && out->state == CHANNEL_FAILED ? PAY_REFUSED : err;
}

enum pay_err wechat_transfer_query(const struct channel_account *account,
                                   const struct channel_transfer *transfer,
                                   struct channel_said *out)
{
    const char *no = transfer->transfer_no;
    char path[128];

    snprintf(path, sizeof(path), TRANSFERS_PATH "/out-bill-no/%s", no);
    const struct wechat_request request = { ABOUT_TRANSFER, .what = "transfer_query",
                                            .path = path };
    return wechat_question(account, &request, no, "NOT_FOUND", out);
}
