/* alipay_hear.c - Alipay's notification of a trade: a form, signed over the decoded bytes as they
 * came, whatever their charset. What is kept of it is ASCII. Of a refund Alipay sends the same
 * form to the same address; the trade was paid all the same, and that is what it says here. */
#include <string.h>

#include "base/clock.h"
#include "base/form.h"
#include "channel/alipay/alipay_private.h"
#include "wire/alipay_text.h"

#define NOTE_MAX 32768

/* The body of the callback in hand, decoded. */
static struct form *form_of(const struct channel_callback *callback)
{
    static char room[2 * NOTE_MAX + 2];
    static struct form form;

    if (callback->body_len > NOTE_MAX ||
        !form_read(callback->body, callback->body_len, room, &form))
        return NULL;
    return &form;
}

static enum pay_err bad_field(const struct channel_callback *callback, const char **field,
                              const char *name, const char *want)
{
    *field = name;
    if (callback->why)
        text_addf(callback->why, "%s: want %s", name, want);
    return PAY_BAD_FIELD;
}

enum pay_err alipay_read_no(const struct channel_callback *callback, char no[NO_SIZE],
                            const char **field)
{
    const struct form *form = form_of(callback);

    *field = NULL;
    *no = '\0';
    if (!form && callback->why)
        text_add(callback->why, "the body is not a form: send name=value joined by &, with %"
                                " escapes, each name once");
    if (!form)
        return PAY_BAD_BODY;
    const char *pay_id = str_or(form_value(form, "out_trade_no"), "");
    if (!ulid_is(pay_id) || !text_copy(no, NO_SIZE, pay_id))
        return bad_field(callback, field, "out_trade_no", "the pay_id of an attempt");
    if (!str_eq(form_value(form, "sign_type"), "RSA2"))
        return bad_field(callback, field, "sign_type", "RSA2");
    if (!form_value(form, "sign"))
        return bad_field(callback, field, "sign", "a signature");
    return PAY_OK;
}

static bool form_member_is_signed(const char *name)
{
    static const char *const NOT[] = { "sign", "sign_type", "alipay_cert_sn" };

    for (size_t i = 0; i < COUNT(NOT); i++)
        if (str_eq(NOT[i], name))
            return false;
    return true;
}

static bool sign_is_right(const struct rsa_key *key, const struct form *form)
{
    static char room[2 * NOTE_MAX];
    struct alipay_pair pairs[FORM_PAIRS_MAX];
    struct text canon = TEXT(room);
    size_t count = 0;

    for (size_t i = 0; i < form->count; i++)
        if (form_member_is_signed(form->at[i].name))
            pairs[count++] = (struct alipay_pair){ form->at[i].name, form->at[i].value };
    alipay_text(pairs, count, &canon);
    return !canon.full && rsa_verify(key, canon.at, canon.len, form_value(form, "sign"));
}

/* Whose is it? A seller that the configuration does not name is not compared. */
static bool form_is_others(const struct alipay_keys *keys, const struct form *form)
{
    return !str_eq(form_value(form, "app_id"), keys->app_id) ||
           (*keys->seller_id != '\0' && !str_eq(form_value(form, "seller_id"), keys->seller_id));
}

static enum pay_err form_said(const struct alipay_keys *keys, const struct form *form,
                              struct channel_said *out)
{
    const char *when = form_value(form, "gmt_payment");

    if (said_begin(ABOUT_ORDER, form_value(form, "out_trade_no"), out) != PAY_OK ||
        !alipay_state(form_value(form, "trade_status"), when, out) ||
        !text_copy(out->channel_no, sizeof(out->channel_no),
                   str_or(form_value(form, "trade_no"), "")) ||
        !text_copy(
            out->channel_user_id, sizeof(out->channel_user_id),
            str_or(form_value(form, "buyer_id"), str_or(form_value(form, "buyer_open_id"), ""))))
        return PAY_BAD_FIELD;
    out->other_account = form_is_others(keys, form);
    if (!alipay_price(form_value(form, "total_amount"), out))
        return PAY_BAD_FIELD;
    if (out->state != CHANNEL_SUCCESS)
        return PAY_OK;
    return *out->channel_no != '\0' && alipay_time_read(when, &out->success_time) ? PAY_OK
                                                                                  : PAY_BAD_FIELD;
}

/* Alipay need not name its certificate in a notification: then each that is known is tried. */
static bool form_is_genuine(const struct channel_account *account, const struct form *form)
{
    const struct alipay_keys *keys = account->keys;
    const struct alipay_learned *learned = keys->learned;
    const char *number = form_value(form, "alipay_cert_sn");
    const struct rsa_key *known = alipay_key_of(account, number, true);
    const struct rsa_key *key = known ? known : rsa_stand_in();

    if (key && sign_is_right(key, form))
        return known;
    if (number || !keys->cert.key)
        return false;
    alipay_certs_recall(account);
    for (size_t i = 0; i < learned->count; i++)
        if (clock_now_ms() < learned->at[i].cert.end_time &&
            sign_is_right(learned->at[i].cert.key, form))
            return true;
    return false;
}

enum pay_err alipay_hear(const struct channel_account *account,
                         const struct channel_callback *callback, struct channel_said *out)
{
    const struct form *form = form_of(callback);
    const struct rsa_key *nobody = rsa_stand_in();

    if (!account || !form) {
        if (form && nobody) /* as much work as for a wrong signature */
            (void)sign_is_right(nobody, form);
        return PAY_BAD_SIGN;
    }
    if (!form_is_genuine(account, form) || callback->about != ABOUT_ORDER)
        return PAY_BAD_SIGN; /* of refunds and transfers none come */
    return form_said(account->keys, form, out);
}

/* Only these seven letters end the notification's tries. */
bool alipay_acknowledge(enum pay_err result, struct channel_answer *out)
{
    *out = (struct channel_answer){ 200, "text/plain; charset=utf-8", "success" };
    return result == PAY_OK;
}
