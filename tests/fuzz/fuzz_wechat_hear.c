/* fuzz_wechat_hear.c - WeChat Pay's notification: an envelope signed by headers, an encrypted
 * object in it. The input is an envelope, and an object that a right envelope holds. */
#include "channel.h"
#include "base/json_text.h"
#include "channel/wechat/wechat.h"
#include "wire/wechat_text.h"

#define APIV3 "0123456789abcdef0123456789abcdef"
#define KEY_ID "PUB_KEY_ID_0119000001092026013100000000"
#define NONCE "0123456789ab"
#define PLAIN_MAX 4096

static struct channel_account account;
static struct stamp {
    char timestamp[24], sign[1024];
} stamp;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    return fuzz_open(&CHANNEL_WECHAT,
                     "{\"mchid\":\"1900000109\",\"appid\":\"wxd678efh567hg6787\","
                     "\"serial_no\":\"5157F09EFDC096DE\",\"public_key_id\":\"" KEY_ID "\","
                     "\"public_key\":\"" CHANNEL_PUBLIC "\"}",
                     "{\"private_key\":\"" APP_PRIVATE "\",\"apiv3_key\":\"" APIV3 "\"}", &account)
               ? 0
               : 1;
}

static const char *header(void *arg, const char *name)
{
    const struct stamp *of = arg;

    return strcmp(name, "Wechatpay-Timestamp") == 0   ? of->timestamp
           : strcmp(name, "Wechatpay-Nonce") == 0     ? NONCE
           : strcmp(name, "Wechatpay-Signature") == 0 ? of->sign
           : strcmp(name, "Wechatpay-Serial") == 0    ? KEY_ID
                                                      : NULL;
}

static enum pay_err hear(const char *at, size_t len, enum channel_about about,
                         struct channel_said *out)
{
    struct json *object = NULL;
    enum pay_err err = PAY_BAD_BODY;

    if (json_parse(at, len, &object) == PAY_OK && json_kind(object) == JSON_OBJECT) {
        const struct channel_callback callback = { .about = about,
                                                   .body = at,
                                                   .body_len = len,
                                                   .json = object,
                                                   .header = header,
                                                   .header_arg = &stamp };
        err = CHANNEL_WECHAT.hear(&account, &callback, out);
    }
    json_free(&object);
    return err;
}

static void stamp_make(const char *at, size_t len)
{
    static char canon_room[8 * PLAIN_MAX];
    struct text canon = TEXT(canon_room), sign = TEXT(stamp.sign);

    snprintf(stamp.timestamp, sizeof(stamp.timestamp), "%lld", (long long)clock_now_s());
    wechat_answer_text(stamp.timestamp, NONCE, (struct wechat_bytes){ at, len }, &canon);
    PROPERTY(!canon.full && rsa_sign(fuzz_signer, canon.at, canon.len, &sign));
}

/* An envelope that is signed, whatever stands in it. */
static void check_envelope(const char *at, size_t len, enum channel_about about)
{
    struct channel_said said;

    stamp.sign[0] = '\0';
    enum pay_err err = hear(at, len, about, &said);
    PROPERTY(err == PAY_BAD_SIGN || err == PAY_BAD_BODY);
    if (err == PAY_BAD_BODY)
        return;
    stamp_make(at, len);
    err = hear(at, len, about, &said);
    PROPERTY(err == PAY_OK || err == PAY_BAD_SIGN || err == PAY_BAD_FIELD);
    stamp.sign[9] = stamp.sign[9] == 'A' ? 'B' : 'A';
    PROPERTY(hear(at, len, about, &said) == PAY_BAD_SIGN);
}

/* A right envelope around an object, whatever that is. */
static void check_object(const char *plain, size_t len, enum channel_about about)
{
    static uint8_t sealed[PLAIN_MAX + SIGN_TAG];
    static char room[3 * PLAIN_MAX], base64[2 * PLAIN_MAX];
    const struct sign_lock lock = { (const uint8_t *)APIV3, "transaction", 11 };
    struct text cipher = TEXT(base64), body = TEXT(room);
    struct channel_said said;

    PROPERTY(sign_seal_with(&lock, NONCE, plain, len, sealed));
    sign_base64_add(&cipher, sealed, len + SIGN_TAG);
    text_addf(&body,
              "{\"resource\":{\"algorithm\":\"AEAD_AES_256_GCM\",\"nonce\":\"" NONCE "\","
              "\"associated_data\":\"transaction\",\"ciphertext\":\"%s\"}}",
              base64);
    PROPERTY(!body.full);
    stamp_make(body.at, body.len);
    enum pay_err err = hear(body.at, body.len, about, &said);
    PROPERTY(err == PAY_OK || err == PAY_BAD_FIELD);
    if (err == PAY_OK)
        fuzz_said_whole(&said, about);
}

/* The first byte says what the address is for. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0 || size > PLAIN_MAX)
        return 0;
    char *at = fuzz_copy(data + 1, size - 1);
    const enum channel_about about = (enum channel_about)(data[0] % 3);
    check_envelope(at, size - 1, about);
    check_object(at, size - 1, about);
    free(at);
    return 0;
}
