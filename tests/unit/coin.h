/* coin.h - a channel of the tests' own, which shares nothing with the mock channel: it sends forms,
 * signs headers, names the merchant's account, is called for two products and not for the other
 * two, and reads what is answered in a text and a status. */
#ifndef TESTS_UNIT_COIN_H
#define TESTS_UNIT_COIN_H

#include <stdlib.h>
#include <string.h>

#include "channel/channel.h"
#include "channel/member.h"
#include "io/crypto/sign.h"

struct coin_keys {
    char merchant[33], secret[65];
};

static const struct channel_member COIN_MEMBERS[] = {
    { .name = "merchant", .form = MEMBER_TEXT, .min = 4, .max = 32, .help = "our number there" },
    { .name = "kind",
      .form = MEMBER_CHOICE,
      .words = "gold silver bronze",
      .optional = true,
      .help = "what is paid in" },
    { .name = "secret",
      .secret = true,
      .form = MEMBER_TEXT,
      .min = 8,
      .max = 64,
      .help = "signs callbacks" },
};

static inline enum pay_err coin_open(const struct channel_parsed *row, void **out, const char **why)
{
    struct coin_keys *keys = calloc(1, sizeof(*keys));

    (void)why;
    *out = keys;
    bool ok =
        text_copy(keys->merchant, sizeof(keys->merchant), member_text(row->config, "merchant")) &&
        text_copy(keys->secret, sizeof(keys->secret), member_text(row->secrets, "secret"));
    return ok ? PAY_OK : PAY_BAD_FIELD;
}

static inline void coin_shut(void *keys)
{
    free(keys);
}

static int coin_calls; /* of submit for coin_call */

static inline enum pay_err coin_submit(const struct channel_account *account,
                                       const struct channel_order *order,
                                       struct channel_ticket *out)
{
    struct text text = TEXT(out->display_content);

    *out = (struct channel_ticket){ .display_mode = "" };
    coin_calls += account->product->way == BY_CALL;
    text_addf(&text, "coin:%s:%lld", order->pay_id, (long long)order->price.minor);
    return text_copy(out->display_mode, sizeof(out->display_mode), account->product->display)
               ? PAY_OK
               : PAY_FAULT;
}

#define COIN_PAGE 12000 /* bytes that coin_form shows, as long as pages with forms are */

static inline enum pay_err coin_page(const struct channel_account *account,
                                     const struct channel_order *order, struct channel_ticket *out)
{
    enum pay_err err = coin_submit(account, order, out);

    memset(out->display_content + strlen(out->display_content), '.',
           COIN_PAGE - strlen(out->display_content));
    out->display_content[COIN_PAGE] = '\0';
    return err;
}

/* Takes the money in the call, as a bar code does. */
static inline enum pay_err coin_take(const struct channel_account *account,
                                     const struct channel_order *order, struct channel_ticket *out)
{
    enum pay_err err = coin_submit(account, order, out);

    out->said = (struct channel_said){ .state = CHANNEL_SUCCESS,
                                       .price = order->price,
                                       .channel_no = "B1" };
    return text_copy(out->said.no, sizeof(out->said.no), order->pay_id) ? err : PAY_FAULT;
}

/* The value of a form's member, to be freed; NULL: it has none. Nothing is decoded. */
static inline char *coin_value(const struct channel_callback *callback, const char *name)
{
    const size_t len = strlen(name);
    const char *at = callback->body, *end = at + callback->body_len;

    for (; at < end; at += strcspn(at, "&") + 1)
        if (strncmp(at, name, len) == 0 && at[len] == '=')
            return strndup(at + len + 1, strcspn(at + len + 1, "&"));
    return NULL;
}

static inline bool coin_copy(const struct channel_callback *callback, const char *name, char *to,
                             size_t size)
{
    char *value = coin_value(callback, name);
    bool ok = value != NULL && text_copy(to, size, value);

    free(value);
    return ok;
}

static inline bool coin_signed(const char *secret, const struct channel_callback *callback)
{
    const char *sign = callback->header(callback->header_arg, "Coin-Signature");
    struct mac mac;

    return sign_hmac_sha256(secret, strlen(secret), callback->body, callback->body_len, &mac) &&
           sign != NULL && sign_mac_is_hex(&mac, sign);
}

/* state=PAID|VOID, refund=… for a refund. What it says is under the key: there is no read_no. */
static inline enum pay_err coin_hear(const struct channel_account *account,
                                     const struct channel_callback *callback,
                                     struct channel_said *out)
{
    const struct coin_keys *keys = account != NULL ? account->keys : NULL;
    char state[9], merchant[33], price[24];

    *out = (struct channel_said){ .about = ABOUT_ORDER };
    if (!coin_signed(keys != NULL ? keys->secret : "dummy", callback) || keys == NULL)
        return PAY_BAD_SIGN;
    if (coin_copy(callback, "refund", out->no, sizeof(out->no)))
        out->about = ABOUT_REFUND;
    else if (!coin_copy(callback, "order", out->no, sizeof(out->no)))
        return PAY_BAD_FIELD;
    if (!coin_copy(callback, "state", state, sizeof(state)) ||
        !coin_copy(callback, "merchant", merchant, sizeof(merchant)) ||
        !coin_copy(callback, "price", price, sizeof(price)) ||
        !coin_copy(callback, "number", out->channel_no, sizeof(out->channel_no)) ||
        !str_to_i64(price, 1, MONEY_MAX, &out->price.minor) || !text_copy(out->currency, 4, "CNY"))
        return PAY_BAD_FIELD;
    out->state = str_eq(state, "PAID") ? CHANNEL_SUCCESS : CHANNEL_FAILED;
    if (out->state == CHANNEL_FAILED)
        memcpy(out->error_code, "VOIDED", sizeof("VOIDED"));
    out->other_account = !str_eq(merchant, keys->merchant);
    return PAY_OK;
}

/* 200 and "ok" end it. Any other status is sent again. */
static inline bool coin_acknowledge(enum pay_err result, struct channel_answer *out)
{
    *out = result == PAY_OK ? (struct channel_answer){ 200, "text/plain", "ok" }
                            : (struct channel_answer){ 409, "text/plain", "again" };
    return true;
}

static inline enum pay_err coin_query(const struct channel_account *account, const char *pay_id,
                                      struct channel_said *out)
{
    (void)account;
    *out = (struct channel_said){ .state = CHANNEL_WAITING };
    return text_copy(out->no, sizeof(out->no), pay_id) ? PAY_OK : PAY_FAULT;
}

static const struct channel_product COIN_PRODUCTS[] = {
    { .code = "coin_app",
      .display = "app",
      .way = OFFLINE,
      .currency = "CNY",
      .submit = coin_submit },
    { .code = "coin_form", .display = "form", .way = OFFLINE, .submit = coin_page },
    { .code = "coin_call", .display = "qr_code", .way = BY_CALL, .submit = coin_submit },
    { .code = "coin_bar", .display = "none", .way = BY_CALL, .submit = coin_take },
};

static const struct channel_driver CHANNEL_COIN = {
    .protocol = "coin",
    .body = CHANNEL_FORM,
    .body_max = 4096,
    .products = COIN_PRODUCTS,
    .product_count = COUNT(COIN_PRODUCTS),
    .members = COIN_MEMBERS,
    .member_count = COUNT(COIN_MEMBERS),
    .open = coin_open,
    .shut = coin_shut,
    .query = coin_query,
    .close = coin_query,
    .hear = coin_hear,
    .acknowledge = coin_acknowledge,
};

#endif
