/* fuzz_wechat_reply.c - WeChat Pay's answers. This target is the other end of the wire in place of
 * channel/call.c: the first byte says what is asked, the second what comes (2xx with and without a
 * signature, 4xx), the rest is the answer's body. */
#include "channel.h"
#include "channel/call.h"
#include "channel/wechat/wechat.h"
#include "wire/wechat_text.h"

#define KEY_ID "PUB_KEY_ID_0119000001092026013100000000"
#define NONCE "0123456789ab"

enum wrap { SIGNED, UNSIGNED, EMPTY, REFUSED };

static struct channel_account account;
static struct {
    const char *at;
    size_t len;
    enum wrap wrap;
} next;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    return fuzz_open(&CHANNEL_WECHAT,
                     "{\"mchid\":\"1900000109\",\"appid\":\"wxd678efh567hg6787\","
                     "\"serial_no\":\"5157F09EFDC096DE\",\"public_key_id\":\"" KEY_ID "\","
                     "\"public_key\":\"" CHANNEL_PUBLIC "\"}",
                     "{\"private_key\":\"" APP_PRIVATE "\","
                     "\"apiv3_key\":\"0123456789abcdef0123456789abcdef\"}",
                     &account)
               ? 0
               : 1;
}

static void keep(const struct http_request *request, const char *name, const char *value)
{
    for (size_t i = 0; i < request->kept_count; i++)
        if (strcmp(request->kept[i].name, name) == 0)
            PROPERTY(text_copy(request->kept[i].value, request->kept[i].size, value));
}

static void stamp(const struct http_request *request, const char *at, size_t len)
{
    char now[24], sign_room[1024];
    char *room = malloc(len + 256);
    struct text canon = text_over(room, len + 256), sign = TEXT(sign_room);

    snprintf(now, sizeof(now), "%lld", (long long)clock_now_s());
    wechat_answer_text(now, NONCE, (struct wechat_bytes){ at, len }, &canon);
    PROPERTY(!canon.full && rsa_sign(fuzz_signer, canon.at, canon.len, &sign));
    keep(request, "Wechatpay-Timestamp", now);
    keep(request, "Wechatpay-Nonce", NONCE);
    keep(request, "Wechatpay-Signature", sign_room);
    keep(request, "Wechatpay-Serial", KEY_ID);
    free(room);
}

/* Stands beside the stand-in below, so that call.c is not linked. */
const struct channel_met *channel_call_met(void)
{
    static const struct channel_met NOTHING = { .end = HTTP_DONE };

    return &NOTHING;
}

enum pay_err channel_call(const struct channel_account *of, const char *what,
                          const struct http_request *request, struct http_answer *answer)
{
    const size_t len = next.wrap == EMPTY ? 0 : next.len;

    PROPERTY(of && what && *what && request->kept_count > 0);
    for (size_t i = 0; i < request->kept_count; i++)
        request->kept[i].value[0] = '\0';
    if (next.wrap == SIGNED || next.wrap == EMPTY)
        stamp(request, next.at, len);
    *answer = (struct http_answer){ .end = HTTP_DONE,
                                    .status = next.wrap == REFUSED ? 403
                                              : next.wrap == EMPTY ? 204
                                                                   : HTTP_OK,
                                    .body = malloc(len + 1),
                                    .body_len = len };
    PROPERTY(answer->body);
    memcpy(answer->body, next.at, len);
    answer->body[len] = '\0';
    return next.wrap == REFUSED ? PAY_REFUSED : PAY_OK;
}

static void check(enum pay_err err, enum channel_about about, const struct channel_said *said)
{
    PROPERTY(err == PAY_OK || err == PAY_REFUSED || err == PAY_UNKNOWN);
    PROPERTY(next.wrap != UNSIGNED || err == PAY_UNKNOWN); /* of a 2xx: only what is signed */
    fuzz_said_bounded(said);
    if (err == PAY_OK)
        fuzz_said_whole(said, about);
}

static void submits(const char *code, const char *extras)
{
    static struct channel_ticket ticket;
    struct channel_account of = account;
    struct json *json = NULL;
    struct channel_order order = { .pay_id = FUZZ_PAY_ID,
                                   .subject = "kettle",
                                   .currency = "CNY",
                                   .user_ip = "203.0.113.7",
                                   .price = MONEY(8800),
                                   .expire_time = INT64_C(1769824800000) };

    PROPERTY(json_parse(extras, strlen(extras), &json) == PAY_OK);
    order.extras = json;
    while (strcmp(of.product->code, code) != 0)
        of.product++;
    PROPERTY(text_copy(of.code, sizeof(of.code), code));
    enum pay_err err = of.product->submit(&of, &order, &ticket);
    PROPERTY(err == PAY_OK || err == PAY_REFUSED || err == PAY_UNKNOWN || err == PAY_FULL);
    PROPERTY(next.wrap != UNSIGNED || err != PAY_OK);
    PROPERTY(memchr(ticket.display_content, '\0', sizeof(ticket.display_content)));
    PROPERTY(memchr(ticket.error_code, '\0', sizeof(ticket.error_code)));
    PROPERTY(memchr(ticket.error_msg, '\0', sizeof(ticket.error_msg)));
    json_free(&json);
}

static void asks(unsigned what)
{
    static const struct channel_refund REFUND = { FUZZ_REFUND_NO, FUZZ_PAY_ID, "4200", "CNY", "",
                                                  MONEY(2000),    MONEY(8800) };
    const struct channel_driver *wechat = &CHANNEL_WECHAT;
    struct channel_transfer transfer = {
        FUZZ_TRANSFER_NO, "pay", "CNY", "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o", NULL, MONEY(2000), NULL
    };
    struct channel_said said = { .no = FUZZ_PAY_ID };

    switch (what % 9) {
    case 0:
        check(wechat->query(&account, FUZZ_PAY_ID, &said), ABOUT_ORDER, &said);
        break;
    case 1:
        check(wechat->close(&account, FUZZ_PAY_ID, &said), ABOUT_ORDER, &said);
        break;
    case 2:
        check(wechat->refund(&account, &REFUND, &said), ABOUT_REFUND, &said);
        break;
    case 3:
        check(wechat->refund_query(&account, &REFUND, &said), ABOUT_REFUND, &said);
        break;
    case 4:
        check(wechat->transfer_query(&account, &transfer, &said), ABOUT_TRANSFER, &said);
        break;
    case 5:
        submits("wx_native", "{}");
        break;
    case 6:
        submits("wx_pub", "{\"openid\":\"o1\"}");
        break;
    case 7:
        submits("wx_bar", "{\"auth_code\":\"130000000000000000\"}");
        break;
    default:
        submits("wx_wap", "{}");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    char *at = fuzz_copy(data + 2, size - 2);
    next.at = at;
    next.len = size - 2;
    next.wrap = data[1] % 4;
    asks(data[0]);
    free(at);
    return 0;
}
