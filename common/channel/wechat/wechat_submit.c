/* wechat_submit.c - the six products: an order at WeChat Pay by its kind, and what the payer is
 * shown: a code, an address, or the object that a page or an app hands to WeChat. A payer's bar
 * code (codepay) is paid by the call itself. */
#include <stdio.h>
#include <string.h>

#include "channel/wechat/wechat_private.h"

#define DESCRIPTION_MAX 127       /* bytes */
#define EXPIRE_MIN_MS (75 * 1000) /* a minute is wanted; the call, and clocks that differ */

/* ---- by code */

struct kind {
    const char *code, *path, *member; /* of the answer */
    int64_t life_ms;
    bool payer; /* extras name an openid */
    bool scene; /* the payer's address is sent */
    bool (*show)(const struct wechat_keys *keys, const char *value, struct text *to);
};

struct placing {
    const struct channel_account *account;
    const struct channel_order *order;
    const struct kind *kind;
    const char *openid, *auth_code;
};

static bool show_plain(const struct wechat_keys *keys, const char *value, struct text *to)
{
    (void)keys;
    text_add(to, value);
    return !to->full;
}

/* What a page hands to WeixinJSBridge, a mini program to wx.requestPayment. */
static bool show_jsapi(const struct wechat_keys *keys, const char *value, struct text *to)
{
    char now[24], nonce[TOKEN_SIZE], package[96], sign_room[1024];
    struct text package_text = TEXT(package), sign = TEXT(sign_room);
    struct json_text j = JSON_TEXT(to);

    snprintf(now, sizeof(now), "%lld", (long long)clock_now_s());
    token_new(nonce);
    text_addf(&package_text, "prepay_id=%s", value);
    const char *const lines[] = { keys->appid, now, nonce, package };
    if (package_text.full || !wechat_sign_lines(keys, lines, COUNT(lines), &sign))
        return false;
    json_open(&j, NULL);
    json_str(&j, "appId", keys->appid);
    json_str(&j, "timeStamp", now);
    json_str(&j, "nonceStr", nonce);
    json_str(&j, "package", package);
    json_str(&j, "signType", "RSA");
    json_str(&j, "paySign", sign_room);
    json_close(&j);
    return !to->full;
}

/* What an app hands to WeChat's SDK. */
static bool show_app(const struct wechat_keys *keys, const char *value, struct text *to)
{
    char now[24], nonce[TOKEN_SIZE], sign_room[1024];
    struct text sign = TEXT(sign_room);
    struct json_text j = JSON_TEXT(to);

    snprintf(now, sizeof(now), "%lld", (long long)clock_now_s());
    token_new(nonce);
    const char *const lines[] = { keys->appid, now, nonce, value };
    if (!wechat_sign_lines(keys, lines, COUNT(lines), &sign))
        return false;
    json_open(&j, NULL);
    json_str(&j, "appid", keys->appid);
    json_str(&j, "partnerid", keys->mchid);
    json_str(&j, "prepayid", value);
    json_str(&j, "package", "Sign=WXPay");
    json_str(&j, "noncestr", nonce);
    json_str(&j, "timestamp", now);
    json_str(&j, "sign", sign_room);
    json_close(&j);
    return !to->full;
}

#define PAY "/v3/pay/transactions/"
static const struct kind KINDS[] = {
    { .code = "wx_native",
      .path = PAY "native",
      .member = "code_url",
      .life_ms = WECHAT_CODE_LIFE_MS,
      .show = show_plain },
    { .code = "wx_pub",
      .path = PAY "jsapi",
      .member = "prepay_id",
      .life_ms = WECHAT_CODE_LIFE_MS,
      .payer = true,
      .show = show_jsapi },
    { .code = "wx_lite",
      .path = PAY "jsapi",
      .member = "prepay_id",
      .life_ms = WECHAT_CODE_LIFE_MS,
      .payer = true,
      .show = show_jsapi },
    { .code = "wx_app",
      .path = PAY "app",
      .member = "prepay_id",
      .life_ms = WECHAT_CODE_LIFE_MS,
      .show = show_app },
    { .code = "wx_wap",
      .path = PAY "h5",
      .member = "h5_url",
      .life_ms = WECHAT_H5_LIFE_MS,
      .scene = true,
      .show = show_plain },
    { .code = "wx_bar", .path = PAY "codepay" },
};

static const struct kind *wechat_kind_of(const char *code)
{
    for (size_t i = 0; i < COUNT(KINDS); i++)
        if (str_eq(KINDS[i].code, code))
            return &KINDS[i];
    return NULL;
}

/* ---- the order */

/* RFC 3339 in whole seconds: WeChat Pay reads no fraction. */
static void time_write(struct json_text *to, const char *name, int64_t ms)
{
    char room[32];
    struct text text = TEXT(room);

    time_add_china(&text, ms, 'T');
    text_add(&text, "+08:00");
    json_str(to, name, room);
}

/* An order that ends sooner is closed there when it ends here. */
static int64_t expire_of(const struct channel_order *order)
{
    const int64_t earliest = clock_now_ms() + EXPIRE_MIN_MS;

    return order->expire_time < earliest ? earliest : order->expire_time;
}

static void payer_write(struct json_text *to, const struct placing *placing)
{
    if (!placing->openid && !placing->auth_code)
        return;
    json_open(to, "payer");
    json_opt(to, "openid", placing->openid);
    json_opt(to, "auth_code", placing->auth_code);
    json_close(to);
}

static void scene_write(struct json_text *to, const struct placing *placing)
{
    if (placing->kind->scene) {
        json_open(to, "scene_info");
        json_str(to, "payer_client_ip", placing->order->user_ip);
        json_open(to, "h5_info");
        json_str(to, "type", "Wap");
        json_close(to);
        json_close(to);
    } else if (placing->auth_code) {
        json_open(to, "scene_info");
        json_open(to, "store_info");
        json_str(to, "id", "1");
        json_close(to);
        json_close(to);
    }
}

static void place_write(struct json_text *to, const struct wechat_keys *keys, const void *arg)
{
    const struct placing *placing = arg;
    const struct channel_order *order = placing->order;
    const char *subject = order->subject;

    json_str(to, "appid", keys->appid);
    json_str(to, "mchid", keys->mchid);
    json_str_n(to, "description", subject, utf8_cut(subject, strlen(subject), DESCRIPTION_MAX));
    json_str(to, "out_trade_no", order->pay_id);
    if (!placing->auth_code) {
        time_write(to, "time_expire", expire_of(order));
        wechat_notify_url(placing->account, ABOUT_ORDER, to);
    }
    json_open(to, "amount");
    json_i64(to, "total", order->price.minor);
    json_str(to, "currency", order->currency);
    json_close(to);
    payer_write(to, placing);
    scene_write(to, placing);
}

/* ---- the answer */

static enum pay_err ticket_read(const struct placing *placing, const struct json *root,
                                struct channel_ticket *out)
{
    const struct kind *kind = placing->kind;
    const char *value = root ? wechat_str(root, kind->member) : NULL;
    const int64_t ends = clock_now_ms() + kind->life_ms;
    struct text content = TEXT(out->display_content);

    if (!value)
        return PAY_UNKNOWN;
    if (!kind->show(placing->account->keys, value, &content))
        return PAY_FAULT;
    out->display_expire_time = ends < placing->order->expire_time ? ends : 0;
    return PAY_OK;
}

static bool ticket_begin(const struct channel_account *account, const struct channel_order *order,
                         struct channel_ticket *out)
{
    channel_ticket_clear(out);
    return text_copy(out->display_mode, sizeof(out->display_mode), account->product->display) &&
           said_begin(ABOUT_ORDER, order->pay_id, &out->said) == PAY_OK;
}

enum pay_err wechat_submit(const struct channel_account *account, const struct channel_order *order,
                           struct channel_ticket *out)
{
    struct placing placing = { .account = account,
                               .order = order,
                               .kind = wechat_kind_of(account->code) };
    struct json *root;

    if (!ticket_begin(account, order, out) || !placing.kind)
        return PAY_FAULT;
    if (placing.kind->payer &&
        !(placing.openid = member_text_of(order->extras, "openid", "openId")))
        return channel_ticket_refuse(out, "OPENID",
                                     "channel_extras.openid must name the payer at this appid");
    const struct wechat_request request = {
        .what = "submit", .path = placing.kind->path, .write = place_write, .arg = &placing
    };
    enum pay_err err = wechat_ask(account, &request, &root, &out->said);
    if (err == PAY_OK)
        err = ticket_read(&placing, root, out);
    json_free(&root);
    return channel_ticket_end(out, err);
}

/* USERPAYING: the payer must confirm first, and the order stays open. After a code that is not
 * known the payer may still be asked to confirm, and pay. */
enum pay_err wechat_bar(const struct channel_account *account, const struct channel_order *order,
                        struct channel_ticket *out)
{
    struct placing placing = { .account = account,
                               .order = order,
                               .kind = wechat_kind_of("wx_bar") };

    if (!ticket_begin(account, order, out))
        return PAY_FAULT;
    placing.auth_code = str_or(member_text_of(order->extras, "auth_code", "authCode"), "");
    if (!str_is(placing.auth_code, ALPHA_DIGITS, 18, 18))
        return channel_ticket_refuse(
            out, "AUTH_CODE", "channel_extras.auth_code must be the payer's code, 18 digits");
    const struct wechat_request request = {
        .what = "submit", .path = placing.kind->path, .write = place_write, .arg = &placing
    };
    enum pay_err err = wechat_ask_about(account, &request, order->pay_id, &out->said);
    if (err == PAY_REFUSED && out->said.meaning == MEANS_NOTHING)
        err = PAY_UNKNOWN;
    return channel_ticket_end(out, err);
}
