/* fuzz_alipay_reply.c - the gateway's answers. This target is the other end of the wire in place of
 * channel/call.c: the first byte says what is asked, the second how the answer is wrapped (as it
 * is, signed, or encrypted and signed), the rest is what is answered. */
#include "channel.h"
#include "base/json_text.h"
#include "channel/alipay/alipay.h"
#include "channel/call.h"
#include "io/crypto/sign_cbc.h"

#define AES_KEY "aa4BtZ4tspm2wnXLb1ThQA=="
#define ANSWER_MAX 32768

enum wrap { PLAIN, SIGNED, SEALED };

static struct channel_account accounts[2]; /* without and with content encryption */
static struct {
    const char *at;
    size_t len;
    enum wrap wrap;
} next;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    static const char CONFIG[] =
        "{\"app_id\":\"2021000000000001\",\"alipay_public_key\":\"" CHANNEL_PUBLIC "\"}";

    (void)argc, (void)argv;
    return fuzz_open(&CHANNEL_ALIPAY, CONFIG, "{\"private_key\":\"" APP_PRIVATE "\"}",
                     &accounts[0]) &&
                   fuzz_open(&CHANNEL_ALIPAY, CONFIG,
                             "{\"private_key\":\"" APP_PRIVATE "\",\"aes_key\":\"" AES_KEY "\"}",
                             &accounts[1])
               ? 0
               : 1;
}

/* alipay.trade.query -> alipay_trade_query_response: it stands in what was sent. */
static void name_of(const struct http_request *request, char *out, size_t size)
{
    const char *method = strstr(request->body, "&method=");

    PROPERTY(method && request->body_len == strlen(request->body));
    method += strlen("&method=");
    snprintf(out, size, "%.*s_response", (int)strcspn(method, "&"), method);
    for (char *c = out; *c; c++)
        *c = *c == '.' ? '_' : *c;
}

/* {"NAME":value,"sign":"…"} */
static void wrap_signed(const char *name, const char *value, size_t len, struct text *to)
{
    static char room[1024];
    struct text sign = TEXT(room);

    PROPERTY(rsa_sign(fuzz_signer, value, len, &sign));
    text_addf(to, "{\"%s\":", name);
    text_add_n(to, value, len);
    text_addf(to, ",\"sign\":\"%s\"}", room);
}

static void wrap_sealed(const char *name, struct text *to)
{
    static char room[ANSWER_MAX];
    struct text value = TEXT(room);

    text_add_char(&value, '"');
    PROPERTY(sign_cbc_seal(AES_KEY, next.at, next.len, &value));
    text_add_char(&value, '"');
    wrap_signed(name, value.at, value.len, to);
}

/* Stands beside the stand-in below, so that call.c is not linked. */
const struct channel_met *channel_call_met(void)
{
    static const struct channel_met NOTHING = { .end = HTTP_DONE };

    return &NOTHING;
}

enum pay_err channel_call(const struct channel_account *account, const char *what,
                          const struct http_request *request, struct http_answer *answer)
{
    static char room[2 * ANSWER_MAX];
    struct text body = TEXT(room);
    char name[96];

    PROPERTY(account && what && *what);
    name_of(request, name, sizeof(name));
    switch (next.wrap) {
    case PLAIN:
        text_add_n(&body, next.at, next.len);
        break;
    case SIGNED:
        wrap_signed(name, next.at, next.len, &body);
        break;
    case SEALED:
        wrap_sealed(name, &body);
        break;
    }
    *answer = (struct http_answer){
        .end = HTTP_DONE, .status = HTTP_OK, .body = malloc(body.len + 1), .body_len = body.len
    };
    PROPERTY(answer->body && !body.full);
    memcpy(answer->body, body.at, body.len + 1);
    return PAY_OK;
}

static void submits(const struct channel_account *of, const char *code, const char *extras)
{
    static struct channel_ticket ticket;
    struct channel_account account = *of;
    struct json *json = NULL;
    struct channel_order order = { .pay_id = FUZZ_PAY_ID,
                                   .subject = "kettle",
                                   .currency = "CNY",
                                   .price = MONEY(8800),
                                   .expire_time = INT64_C(1769824800000) };

    PROPERTY(json_parse(extras, strlen(extras), &json) == PAY_OK);
    order.extras = json;
    while (strcmp(account.product->code, code) != 0)
        account.product++;
    enum pay_err err = account.product->submit(&account, &order, &ticket);
    PROPERTY(err == PAY_OK || err == PAY_REFUSED || err == PAY_UNKNOWN);
    PROPERTY(next.wrap != PLAIN || err == PAY_UNKNOWN);
    PROPERTY(memchr(ticket.display_content, '\0', sizeof(ticket.display_content)));
    PROPERTY(memchr(ticket.error_code, '\0', sizeof(ticket.error_code)));
    PROPERTY(memchr(ticket.error_msg, '\0', sizeof(ticket.error_msg)));
    if (err == PAY_OK)
        fuzz_said_bounded(&ticket.said);
    json_free(&json);
}

static void check(enum pay_err err, enum channel_about about, const struct channel_said *said)
{
    PROPERTY(err == PAY_OK || err == PAY_REFUSED || err == PAY_UNKNOWN);
    PROPERTY(next.wrap != PLAIN || err == PAY_UNKNOWN); /* only what is signed is believed */
    fuzz_said_bounded(said);
    if (err == PAY_OK)
        fuzz_said_whole(said, about);
}

static void asks(const struct channel_account *account, unsigned what)
{
    static const struct channel_refund REFUND = { FUZZ_REFUND_NO, FUZZ_PAY_ID, "2026", "CNY", "",
                                                  MONEY(2000),    MONEY(8800) };
    static const struct channel_transfer TRANSFER = {
        FUZZ_TRANSFER_NO, "pay", "CNY", "2088000000000009", NULL, MONEY(2000), NULL
    };
    const struct channel_driver *alipay = &CHANNEL_ALIPAY;
    struct channel_said said = { .no = FUZZ_PAY_ID };

    switch (what % 8) {
    case 0:
        check(alipay->query(account, FUZZ_PAY_ID, &said), ABOUT_ORDER, &said);
        break;
    case 1:
        check(alipay->close(account, FUZZ_PAY_ID, &said), ABOUT_ORDER, &said);
        break;
    case 2:
        check(alipay->refund(account, &REFUND, &said), ABOUT_REFUND, &said);
        break;
    case 3:
        check(alipay->refund_query(account, &REFUND, &said), ABOUT_REFUND, &said);
        break;
    case 4:
        check(alipay->transfer(account, &TRANSFER, &said), ABOUT_TRANSFER, &said);
        break;
    case 5:
        check(alipay->transfer_query(account, &TRANSFER, &said), ABOUT_TRANSFER, &said);
        break;
    case 6:
        submits(account, "alipay_qr", "{}");
        break;
    default:
        submits(account, "alipay_bar", "{\"auth_code\":\"281234567890123456\"}");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    char *at = fuzz_copy(data + 2, size - 2);
    next.at = at;
    next.len = size - 2;
    next.wrap = data[1] % 3;
    asks(&accounts[next.wrap == SEALED], data[0]);
    free(at);
    return 0;
}
