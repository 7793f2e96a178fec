/* wechat_divert.c - another account for a refund that is ABNORMAL (apply-abnormal-refund). The card
 * and the name are encrypted for WeChat Pay. */
#include <stdio.h>
#include <string.h>

#include "channel/divert.h"
#include "channel/wechat/wechat_private.h"

struct diverting {
    const struct channel_diversion *to;
    char bank_account[WECHAT_SECRET_SIZE], real_name[WECHAT_SECRET_SIZE];
};

static void divert_write(struct json_text *to, const struct wechat_keys *keys, const void *arg)
{
    const struct diverting *w = arg;

    (void)keys;
    json_str(to, "out_refund_no", w->to->refund_no);
    json_str(to, "type", w->to->bank_type ? "USER_BANK_CARD" : "MERCHANT_BANK_CARD");
    if (!w->to->bank_type)
        return;
    json_str(to, "bank_type", w->to->bank_type);
    json_str(to, "bank_account", w->bank_account);
    json_str(to, "real_name", w->real_name);
}

enum pay_err wechat_divert(const struct channel_account *account,
                           const struct channel_diversion *diversion, struct channel_said *out)
{
    struct diverting w = { .to = diversion };
    char path[192];

    snprintf(path, sizeof(path), "/v3/refund/domestic/refunds/%s/apply-abnormal-refund",
             diversion->channel_refund_no);
    const struct wechat_request request = { ABOUT_REFUND, .what = "divert", .path = path,
                                            .write = divert_write, .arg = &w };
    enum pay_err err = wechat_encrypt(account, diversion->bank_account, w.bank_account, out);
    if (err == PAY_OK)
        err = wechat_encrypt(account, diversion->real_name, w.real_name, out);
    return err == PAY_OK ? wechat_ask_about(account, &request, diversion->refund_no, out) : err;
}
