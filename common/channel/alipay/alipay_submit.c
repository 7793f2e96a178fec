/* alipay_submit.c - the five products: a page for a desktop or a phone's browser and a string for
 * an app, which need no call; a QR code (precreate); a payer's bar code (trade.pay). */
#include <string.h>

#include "channel/alipay/alipay_reply.h"

#define SUBJECT_MAX 256 /* bytes */
#define DETAIL_MAX 128

struct trade {
    const struct channel_order *order;
    const char *product_code, *auth_code;
};

/* Alipay refuses / = & in a subject. */
static void subject_write(struct json_text *to, const char *subject)
{
    char room[SUBJECT_MAX + 1];

    if (!text_copy_n(room, sizeof(room), subject, utf8_cut(subject, strlen(subject), SUBJECT_MAX)))
        return;
    for (char *c = strpbrk(room, "/=&"); c; c = strpbrk(c, "/=&"))
        *c = ' ';
    json_str(to, "subject", room);
}

static void alipay_trade_write(struct json_text *to, const void *arg)
{
    const struct trade *trade = arg;
    const struct channel_order *order = trade->order;
    const char *body = str_or(order->body, "");
    char price[32], expires[20];
    struct text price_text = TEXT(price), expires_text = TEXT(expires);

    money_add_plain(&price_text, order->price);
    time_add_china(&expires_text, order->expire_time, ' ');
    json_str(to, "out_trade_no", order->pay_id);
    json_str(to, "total_amount", price);
    subject_write(to, order->subject);
    if (*body != '\0')
        json_str_n(to, "body", body, utf8_cut(body, strlen(body), DETAIL_MAX));
    json_str(to, "product_code", trade->product_code);
    json_str(to, "time_expire", expires);
    if (trade->auth_code) {
        json_str(to, "scene", "bar_code");
        json_str(to, "auth_code", trade->auth_code);
    }
}

static bool display_copy(const struct channel_account *account, struct channel_ticket *out)
{
    return text_copy(out->display_mode, sizeof(out->display_mode), account->product->display);
}

/* ---- by the payer's browser or app */

static enum pay_err page_submit(const struct channel_account *account,
                                const struct channel_order *order, const char *method,
                                const char *product_code, struct channel_ticket *out)
{
    const struct alipay_keys *keys = account->keys;
    const struct trade trade = { .order = order, .product_code = product_code };
    const struct alipay_request request = {
        .method = method,
        .write = alipay_trade_write,
        .arg = &trade,
        .notifies = true,
        .return_url = order->return_url,
    };
    static char string[ALIPAY_TEXT_MAX];
    struct text to = TEXT(string), url = TEXT(out->display_content);

    channel_ticket_clear(out);
    if (!alipay_string(account, &request, &to) || !display_copy(account, out))
        return PAY_FAULT;
    text_addf(&url, "%s?%s", keys->gateway, string);
    return !url.full ? PAY_OK : PAY_FAULT;
}

enum pay_err alipay_page(const struct channel_account *account, const struct channel_order *order,
                         struct channel_ticket *out)
{
    return page_submit(account, order, "alipay.trade.page.pay", "FAST_INSTANT_TRADE_PAY", out);
}

enum pay_err alipay_wap(const struct channel_account *account, const struct channel_order *order,
                        struct channel_ticket *out)
{
    return page_submit(account, order, "alipay.trade.wap.pay", "QUICK_WAP_WAY", out);
}

/* The string for the phone's SDK has no address. */
enum pay_err alipay_app(const struct channel_account *account, const struct channel_order *order,
                        struct channel_ticket *out)
{
    const struct trade trade = { .order = order, .product_code = "QUICK_MSECURITY_PAY" };
    const struct alipay_request request = {
        .method = "alipay.trade.app.pay",
        .write = alipay_trade_write,
        .arg = &trade,
        .notifies = true,
    };
    struct text to = TEXT(out->display_content);

    channel_ticket_clear(out);
    return alipay_string(account, &request, &to) && display_copy(account, out) ? PAY_OK : PAY_FAULT;
}

/* ---- by a call */

/* What precreate answers can be scanned for two hours, whatever expires later. */
static enum pay_err code_show(const struct channel_order *order, const struct alipay_reply *reply,
                              struct channel_ticket *out)
{
    const char *code = alipay_member(reply, "qr_code");
    const int64_t ends = clock_now_ms() + ALIPAY_QR_LIFE_MS;

    if (!code || !str_eq(alipay_member(reply, "out_trade_no"), order->pay_id) ||
        !text_copy(out->display_content, sizeof(out->display_content), code))
        return PAY_UNKNOWN;
    out->display_expire_time = ends < order->expire_time ? ends : 0;
    return PAY_OK;
}

enum pay_err alipay_qr(const struct channel_account *account, const struct channel_order *order,
                       struct channel_ticket *out)
{
    const struct trade trade = { .order = order, .product_code = "QR_CODE_OFFLINE" };
    const struct alipay_request request = {
        .method = "alipay.trade.precreate",
        .what = "submit",
        .write = alipay_trade_write,
        .arg = &trade,
        .notifies = true,
    };
    struct alipay_reply reply;

    channel_ticket_clear(out);
    if (!display_copy(account, out) || said_begin(ABOUT_ORDER, order->pay_id, &out->said) != PAY_OK)
        return PAY_FAULT;
    enum pay_err err = alipay_ask(account, &request, &reply, &out->said);
    if (err == PAY_OK)
        err = code_show(order, &reply, out);
    alipay_reply_free(&reply);
    return channel_ticket_end(out, err);
}

static const char *auth_code_of(const struct json *extras)
{
    const char *code = str_or(member_text_of(extras, "auth_code", "authCode"), "");

    return str_is(code, ALPHA_DIGITS, 16, 24) ? code : NULL;
}

/* 10000: the payer's code has paid. 10003: the payer must confirm first. */
static enum pay_err bar_read(const struct channel_order *order, const struct alipay_reply *reply,
                             struct channel_ticket *out)
{
    struct channel_said *said = &out->said;
    const char *trade_no = str_or(alipay_member(reply, "trade_no"), "");

    if (!str_eq(alipay_member(reply, "out_trade_no"), order->pay_id))
        return PAY_UNKNOWN;
    if (str_eq(alipay_member(reply, "code"), "10003"))
        return PAY_OK;
    if (!text_copy(said->channel_no, sizeof(said->channel_no), trade_no) || *trade_no == '\0' ||
        !alipay_price(alipay_member(reply, "total_amount"), said) ||
        !alipay_time_read(alipay_member(reply, "gmt_payment"), &said->success_time) ||
        !text_copy(said->channel_user_id, sizeof(said->channel_user_id),
                   str_or(alipay_member(reply, "buyer_user_id"), "")))
        return PAY_UNKNOWN;
    said->state = CHANNEL_SUCCESS;
    return PAY_OK;
}

enum pay_err alipay_bar(const struct channel_account *account, const struct channel_order *order,
                        struct channel_ticket *out)
{
    const struct trade trade = { order, "FACE_TO_FACE_PAYMENT", auth_code_of(order->extras) };
    const struct alipay_request request = {
        .method = "alipay.trade.pay",
        .what = "submit",
        .write = alipay_trade_write,
        .arg = &trade,
        .notifies = true,
    };
    struct alipay_reply reply;

    channel_ticket_clear(out);
    if (!display_copy(account, out) || said_begin(ABOUT_ORDER, order->pay_id, &out->said) != PAY_OK)
        return PAY_FAULT;
    if (!trade.auth_code)
        return channel_ticket_refuse(
            out, "AUTH_CODE", "channel_extras.auth_code must be the payer's code, 16 to 24 digits");
    enum pay_err err = alipay_ask(account, &request, &reply, &out->said);
    if (err == PAY_OK)
        err = bar_read(order, &reply, out);
    alipay_reply_free(&reply);
    return channel_ticket_end(out, err);
}
