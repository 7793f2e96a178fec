/* fuzz_alipay_hear.c - Alipay's callback, a form: without the right signature nothing of it is
 * believed; with it, what is believed is bounded. */
#include "channel.h"
#include "base/form.h"
#include "channel/alipay/alipay.h"
#include "wire/alipay_text.h"

#define NOTE_MAX 4096

static struct channel_account account;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    return fuzz_open(&CHANNEL_ALIPAY,
                     "{\"app_id\":\"2021000000000001\",\"seller_id\":\"2088000000000001\","
                     "\"alipay_public_key\":\"" CHANNEL_PUBLIC "\"}",
                     "{\"private_key\":\"" APP_PRIVATE "\"}", &account)
               ? 0
               : 1;
}

static enum pay_err hear(const struct channel_account *who, const char *at, size_t len,
                         struct channel_said *out)
{
    const struct channel_callback callback = { .about = ABOUT_ORDER, .body = at, .body_len = len };

    return CHANNEL_ALIPAY.hear(who, &callback, out);
}

static bool is_signed(const char *name)
{
    return strcmp(name, "sign") != 0 && strcmp(name, "sign_type") != 0 &&
           strcmp(name, "alipay_cert_sn") != 0;
}

/* The form anew, as Alipay would sign it. */
static bool sign_anew(const struct form *form, struct text *to)
{
    static char canon_room[2 * NOTE_MAX], sign_room[1024];
    struct text canon = TEXT(canon_room), sign = TEXT(sign_room);
    struct alipay_pair pairs[FORM_PAIRS_MAX];
    size_t count = 0;

    for (size_t i = 0; i < form->count; i++)
        if (is_signed(form->at[i].name))
            pairs[count++] = (struct alipay_pair){ form->at[i].name, form->at[i].value };
    for (size_t i = 0; i < count; i++) {
        text_add_form(to, pairs[i].name);
        text_add_char(to, '=');
        text_add_form(to, pairs[i].value);
        text_add_char(to, '&');
    }
    alipay_text(pairs, count, &canon);
    if (canon.full || !rsa_sign(fuzz_signer, canon.at, canon.len, &sign))
        return false;
    text_add(to, "sign_type=RSA2&sign=");
    text_add_form(to, sign_room);
    return !to->full;
}

static void signed_is_heard(const struct form *form)
{
    static char room[16 * NOTE_MAX];
    struct text text = TEXT(room);
    struct channel_said said;

    if (!sign_anew(form, &text))
        return;
    enum pay_err err = hear(&account, text.at, text.len, &said);
    PROPERTY(err == PAY_OK || err == PAY_BAD_FIELD);
    if (err == PAY_OK) {
        fuzz_said_whole(&said, ABOUT_ORDER);
        PROPERTY(strcmp(said.no, form_value(form, "out_trade_no")) == 0);
        PROPERTY(said.state != CHANNEL_SUCCESS || (said.price.minor > 0 && *said.channel_no));
    }
    PROPERTY(hear(NULL, text.at, text.len, &said) == PAY_BAD_SIGN);
    text.at[text.len - 8] = text.at[text.len - 8] == 'A' ? 'B' : 'A';
    PROPERTY(hear(&account, text.at, text.len, &said) != PAY_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *at = fuzz_copy(data, size), *room = malloc(2 * size + 2), no[NO_SIZE];
    const char *field = "not set";
    const struct channel_callback callback = { .about = ABOUT_ORDER, .body = at, .body_len = size };
    struct channel_said said;
    struct form form;

    enum pay_err err = CHANNEL_ALIPAY.read_no(&callback, no, &field);
    PROPERTY(err == PAY_OK || err == PAY_BAD_BODY || (err == PAY_BAD_FIELD && field && *field));
    PROPERTY(*no == '\0' || ulid_is(no));
    PROPERTY(hear(&account, at, size, &said) == PAY_BAD_SIGN);
    if (size <= NOTE_MAX && form_read(at, size, room, &form) &&
        ulid_is(str_or(form_value(&form, "out_trade_no"), "")))
        signed_is_heard(&form);
    free(room);
    free(at);
    return 0;
}
