/* mock_submit.c - submitting to the mock channel makes no call: the page's token follows from the
 * secret and the pay_id, and the gateway opens its trade when its page is first opened.
 *
 * A program that wants to see a channel fail says so in the order's metadata:
 * {"mock":{"submit":"refused"}}, or unknown, or slow. Such a submit plays a call: through the gate,
 * with no request in it. */
#include <string.h>

#include "channel/gate.h"
#include "channel/mock/mock_private.h"
#include "io/crypto/sign.h"

#define TOKEN_BYTES 16
#define SLOW_MS 2000

static bool mock_token(const struct channel_account *account, const char *pay_id,
                       char out[TOKEN_SIZE])
{
    const struct mock_keys *keys = account->keys;
    char room[64];
    struct text t = TEXT(room), hex = text_over(out, TOKEN_SIZE);
    struct mac mac;

    text_add(&t, "mockpay:");
    text_add(&t, pay_id);
    if (t.full || !sign_hmac_sha256(keys->secret, strlen(keys->secret), t.at, t.len, &mac))
        return false;
    text_add_hex(&hex, mac.bytes, TOKEN_BYTES);
    return !hex.full;
}

/* ---- metadata.mock.submit */

enum switched { SUBMIT_PLAIN, SUBMIT_REFUSED, SUBMIT_UNKNOWN, SUBMIT_SLOW };

static enum switched switch_read(const struct json *metadata)
{
    static const char *const WORDS[] = {
        [SUBMIT_REFUSED] = "refused",
        [SUBMIT_UNKNOWN] = "unknown",
        [SUBMIT_SLOW] = "slow",
    };
    const struct json *mock = json_kind(metadata) == JSON_OBJECT ? json_member(metadata, "mock")
                                                                 : NULL;
    const char *word = mock && json_kind(mock) == JSON_OBJECT ? signed_json_str(mock, "submit")
                                                              : NULL;

    for (size_t i = SUBMIT_REFUSED; word && i < COUNT(WORDS); i++)
        if (str_eq(WORDS[i], word))
            return (enum switched)i;
    return SUBMIT_PLAIN;
}

static enum switched submit_switch(const struct channel_order *order)
{
    const char *metadata = str_or(order->metadata, "");
    struct json *parsed;

    if (!strstr(metadata, "mock") || json_parse(metadata, strlen(metadata), &parsed) != PAY_OK)
        return SUBMIT_PLAIN;
    enum switched found = switch_read(parsed);
    json_free(&parsed);
    return found;
}

bool mock_by_call(const struct channel_order *order)
{
    return submit_switch(order) != SUBMIT_PLAIN;
}

static enum pay_err switched_answer(enum switched how, struct channel_ticket *out)
{
    static const char CODE[] = "MOCK_REFUSED", WHY[] = "refused, as metadata.mock.submit asks";

    switch (how) {
    case SUBMIT_REFUSED:
        return channel_ticket_refuse(out, CODE, WHY);
    case SUBMIT_UNKNOWN:
        return PAY_UNKNOWN;
    case SUBMIT_SLOW:
        clock_sleep_ms(SLOW_MS);
        return PAY_OK;
    case SUBMIT_PLAIN:
        return PAY_OK;
    }
    return PAY_FAULT;
}

static enum pay_err played_call(const struct channel_account *account, enum switched how,
                                struct channel_ticket *out)
{
    struct gate_pass pass;

    if (how == SUBMIT_PLAIN)
        return PAY_OK;
    if (!gate_enter(account, &pass))
        return PAY_FULL;
    enum pay_err err = switched_answer(how, out);
    gate_leave(&pass, err != PAY_UNKNOWN);
    return err;
}

enum pay_err mock_submit(const struct channel_account *account, const struct channel_order *order,
                         struct channel_ticket *out)
{
    char token[TOKEN_SIZE];
    struct text url = TEXT(out->display_content);

    channel_ticket_clear(out);
    enum pay_err err = played_call(account, submit_switch(order), out);
    if (err != PAY_OK)
        return err;
    if (!mock_token(account, order->pay_id, token) ||
        !text_copy(out->display_mode, sizeof(out->display_mode), account->product->display))
        return PAY_FAULT;
    text_addf(&url, "%s/mockpay?pay_id=%s&token=%s", account->env->base_url, order->pay_id, token);
    return !url.full ? PAY_OK : PAY_FAULT;
}
