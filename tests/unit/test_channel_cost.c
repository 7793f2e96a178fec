/* test_channel_cost.c - what a request to Alipay or WeChat Pay costs: RSA at most once each way,
 * and no key is read. This program is the other end of the wire (channel/call.h), and counts calls
 * of OpenSSL's own functions. */
#include "tests/unit/unit.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/decoder.h>
#include <openssl/evp.h>

#include "base/clock.h"
#include "base/log.h"
#include "channel/alipay/alipay.h"
#include "channel/call.h"
#include "channel/wechat/wechat.h"
#include "io/crypto/rsa.h"
#include "wire/wechat_text.h"

#include "tests/unit/channel_row.h"
#include "tests/unit/rsa_keys.h"

#define PAY_ID "01J0EXAMP00000000000000002"
#define KEY_ID "PUB_KEY_ID_0119000001092026013100000000"

static struct {
    int signs, checks, reads;
} cost;

/* The library's own function of that name. */
#define NEXT(name) ((__typeof__(&name))(uintptr_t)dlsym(RTLD_NEXT, #name))

int EVP_DigestSign(EVP_MD_CTX *ctx, unsigned char *out, size_t *size, const unsigned char *at,
                   size_t len)
{
    cost.signs++;
    return NEXT(EVP_DigestSign)(ctx, out, size, at, len);
}

int EVP_DigestVerify(EVP_MD_CTX *ctx, const unsigned char *sign, size_t size,
                     const unsigned char *at, size_t len)
{
    cost.checks++;
    return NEXT(EVP_DigestVerify)(ctx, sign, size, at, len);
}

int OSSL_DECODER_from_data(OSSL_DECODER_CTX *ctx, const unsigned char **at, size_t *len)
{
    cost.reads++;
    return NEXT(OSSL_DECODER_from_data)(ctx, at, len);
}

/* ---- the other end: it signs outside the count */

static void channel_signs(const char *at, size_t len, struct text *to)
{
    struct rsa_key *key = rsa_private(CHANNEL_PRIVATE);

    assert_true(key && rsa_sign(key, at, len, to));
    rsa_free(&key);
}

static void answer_alipay(struct text *body)
{
    static const char INNER[] = "{\"code\":\"10000\",\"msg\":\"Success\",\"out_trade_no\":\"" PAY_ID
                                "\",\"qr_code\":\"https://qr.alipay.com/bax1\"}";
    char room[1024];
    struct text sign = TEXT(room);

    channel_signs(INNER, strlen(INNER), &sign);
    text_addf(body, "{\"alipay_trade_precreate_response\":%s,\"sign\":\"%s\"}", INNER, room);
}

static void answer_wechat(const struct http_request *request, struct text *body)
{
    char now[24], canon_room[512], sign_room[1024];
    struct text canon = TEXT(canon_room), sign = TEXT(sign_room);
    const char *const values[] = { now, "nonce", sign_room, KEY_ID };

    text_add(body, "{\"code_url\":\"weixin://wxpay/bizpayurl/up?pr=1\"}");
    snprintf(now, sizeof(now), "%lld", (long long)clock_now_s());
    wechat_answer_text(now, "nonce", (struct wechat_bytes){ body->at, body->len }, &canon);
    channel_signs(canon.at, canon.len, &sign);
    for (size_t i = 0; i < COUNT(values); i++)
        assert_true(text_copy(request->kept[i].value, request->kept[i].size, values[i]));
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
    char room[4096];
    struct text body = TEXT(room);
    const int signs = cost.signs, reads = cost.reads;

    assert_string_equal(what, "submit");
    if (str_starts(account->code, "wx"))
        answer_wechat(request, &body);
    else
        answer_alipay(&body);
    cost.signs = signs;
    cost.reads = reads;
    *answer = (struct http_answer){
        .end = HTTP_DONE, .status = HTTP_OK, .body = strdup(room), .body_len = body.len
    };
    return PAY_OK;
}

static void submits_at_this_cost(const struct channel_driver *driver, const char *code,
                                 const char *config, const char *secrets)
{
    static struct channel_ticket ticket;
    const struct channel_order order = { .pay_id = PAY_ID,
                                         .subject = "kettle",
                                         .currency = "CNY",
                                         .price = MONEY(8800),
                                         .expire_time = INT64_C(1769824800000) };
    struct own own = opened(driver, code, config, secrets);

    assert_non_null(own.keys);
    assert_true(cost.reads > 0);
    for (int i = 0; i < 3; i++) {
        memset(&cost, 0, sizeof(cost));
        assert_int_equal(own.account.product->submit(&own.account, &order, &ticket), PAY_OK);
        assert_int_equal(cost.signs, 1);
        assert_int_equal(cost.checks, 1);
        assert_int_equal(cost.reads, 0);
    }
    shut(&own);
}

static void test_submit__one_signature_one_check_no_key_read(void **state)
{
    (void)state;
    submits_at_this_cost(&CHANNEL_ALIPAY, "alipay_qr",
                         "{\"app_id\":\"2021000000000001\","
                         "\"alipay_public_key\":\"" CHANNEL_PUBLIC "\"}",
                         "{\"private_key\":\"" APP_PRIVATE "\"}");
    submits_at_this_cost(&CHANNEL_WECHAT, "wx_native",
                         "{\"mchid\":\"1900000109\",\"appid\":\"wxd678efh567hg6787\","
                         "\"serial_no\":\"5157F09EFDC096DE\",\"public_key_id\":\"" KEY_ID "\","
                         "\"public_key\":\"" CHANNEL_PUBLIC "\"}",
                         "{\"private_key\":\"" APP_PRIVATE "\","
                         "\"apiv3_key\":\"0123456789abcdef0123456789abcdef\"}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_submit__one_signature_one_check_no_key_read),
    };
    return cmocka_run_group_tests_name("channel_cost", tests, NULL, NULL);
}
