/* alipay.c - Alipay's channel codes: the table of products, a channel's configuration, and the
 * words and times that all its messages share. */
#include "channel/alipay/alipay.h"

#include <stdlib.h>
#include <string.h>

#include "channel/alipay/alipay_private.h"
#include "io/crypto/sign.h"

static const struct channel_member MEMBERS[] = {
    { .name = "app_id",
      .of = MEMBER_OF_ACCOUNT,
      .form = MEMBER_TEXT,
      .min = 1,
      .max = 32,
      .help = "the application's number (APPID), 16 digits" },
    { .name = "seller_id",
      .optional = true,
      .form = MEMBER_TEXT,
      .min = 16,
      .max = 16,
      .help = "the account that is paid (PID), 2088 and 12 digits; checked in each callback" },
    { .name = "alipay_public_key",
      .optional = true,
      .form = MEMBER_RSA_PUBLIC,
      .help = "Alipay's public key, not the application's own; or the three certificates" },
    { .name = "app_cert",
      .optional = true,
      .form = MEMBER_CERT,
      .help = "the application's certificate (appCertPublicKey_….crt)" },
    { .name = "alipay_cert",
      .optional = true,
      .form = MEMBER_CERT,
      .help = "Alipay's certificate (alipayCertPublicKey_RSA2.crt)" },
    { .name = "alipay_root_cert",
      .optional = true,
      .form = MEMBER_CERT,
      .help = "Alipay's root certificates (alipayRootCert.crt)" },
    { .name = "gateway",
      .optional = true,
      .form = MEMBER_URL,
      .min = 8,
      .max = ALIPAY_URL_MAX - 1,
      .help = "another address than " ALIPAY_GATEWAY },
    { .name = "private_key",
      .secret = true,
      .form = MEMBER_RSA_PRIVATE,
      .help = "the application's private key" },
    { .name = "aes_key",
      .secret = true,
      .optional = true,
      .form = MEMBER_TEXT,
      .min = 24,
      .max = 24,
      .help = "the key of content encryption (AES), base64; when it is switched on at Alipay" },
};

/* Alipay's own keys: of public-key mode, or of certificate mode. NULL, or what is wrong. */
static const char *theirs_read(const struct channel_parsed *row, struct alipay_keys *keys)
{
    const char *public_key = member_text(row->config, "alipay_public_key");

    if (!public_key)
        return alipay_certs_read(row, keys);
    if (member_text(row->config, "app_cert") || member_text(row->config, "alipay_cert") ||
        member_text(row->config, "alipay_root_cert"))
        return "config.alipay_public_key must be left out when there are certificates";
    keys->theirs = rsa_public(public_key);
    if (!keys->theirs)
        return "config.alipay_public_key must be an RSA public key of at least 2048 bits";
    if (rsa_is_pair(keys->own, keys->theirs))
        return "config.alipay_public_key is the application's own public key: paste the one that"
               " Alipay shows in exchange for it";
    return NULL;
}

static const char *alipay_secrets_read(const struct channel_parsed *row, struct alipay_keys *keys)
{
    const char *aes_key = str_or(member_text(row->secrets, "aes_key"), "");
    uint8_t key[16];
    size_t len = 0;

    keys->own = rsa_private(member_text(row->secrets, "private_key"));
    if (!keys->own)
        return "secrets.private_key must be an RSA private key of at least 2048 bits, without a"
               " passphrase";
    if (!text_copy(keys->aes_key, sizeof(keys->aes_key), aes_key) ||
        (*aes_key != '\0' &&
         (!sign_base64_read(aes_key, strlen(aes_key), key, sizeof(key), &len) || len != 16)))
        return "secrets.aes_key must be 16 bytes in base64";
    return NULL;
}

/* NULL, or what is wrong. */
static const char *alipay_numbers_read(const struct channel_parsed *row, struct alipay_keys *keys)
{
    const char *seller_id = str_or(member_text(row->config, "seller_id"), "");

    if (!text_copy(keys->app_id, sizeof(keys->app_id), member_text(row->config, "app_id")) ||
        !str_is(keys->app_id, ALPHA_DIGITS, 1, 32))
        return "config.app_id must be digits: the application's number";
    if (!text_copy(keys->seller_id, sizeof(keys->seller_id), seller_id) ||
        (*seller_id != '\0' && !str_is(seller_id, ALPHA_DIGITS, 16, 16)))
        return "config.seller_id must be 16 digits that begin with 2088";
    return text_copy(keys->gateway, sizeof(keys->gateway),
                     str_or(member_text(row->config, "gateway"), ALIPAY_GATEWAY))
               ? NULL
               : "config.gateway is too long";
}

static enum pay_err alipay_open(const struct channel_parsed *row, void **out, const char **why)
{
    static const char *(*const STEPS[])(
        const struct channel_parsed *row,
        struct alipay_keys *keys) = { alipay_numbers_read, alipay_secrets_read, theirs_read };
    struct alipay_keys *keys = calloc(1, sizeof(*keys));

    if (!keys)
        abort();
    keys->learned = calloc(1, sizeof(*keys->learned));
    if (!keys->learned)
        abort();
    *out = keys;
    *why = NULL;
    for (size_t i = 0; i < COUNT(STEPS) && !*why; i++)
        *why = STEPS[i](row, keys);
    return *why ? PAY_BAD_FIELD : PAY_OK;
}

static void alipay_shut(void *opened)
{
    struct alipay_keys *keys = opened;

    if (!keys)
        return;
    rsa_free(&keys->own);
    rsa_free(&keys->theirs);
    cert_clear(&keys->cert);
    sign_wipe(keys->aes_key, sizeof(keys->aes_key));
    alipay_certs_free(&keys->learned);
    free(keys->roots);
    free(keys);
}

/* ---- words and times */

bool alipay_time_read(const char *s, int64_t *ms)
{
    char room[32];
    struct text text = TEXT(room);

    if (!s || strlen(s) < 19 || s[10] != ' ')
        return false;
    text_add_n(&text, s, 10);
    text_addf(&text, "T%.8s+08:00", s + 11);
    return !text.full && time_parse(room, ms);
}

bool alipay_state(const char *trade_status, bool paid, struct channel_said *out)
{
    const bool closed = str_eq(trade_status, "TRADE_CLOSED");

    if (str_eq(trade_status, "WAIT_BUYER_PAY"))
        out->state = CHANNEL_WAITING;
    else if (str_eq(trade_status, "TRADE_SUCCESS") || str_eq(trade_status, "TRADE_FINISHED"))
        out->state = CHANNEL_SUCCESS;
    else if (closed)
        out->state = paid ? CHANNEL_SUCCESS : CHANNEL_CLOSED;
    else
        return false;
    out->gone_back = closed && paid;
    return true;
}

bool alipay_price(const char *yuan, struct channel_said *out)
{
    return yuan && money_parse(yuan, &out->price) && out->price.minor > 0 &&
           text_copy(out->currency, sizeof(out->currency), "CNY");
}

/* clang-format off */
#define ALIPAY_PRODUCT(of, shows, by, how) \
    { .code = of, .display = shows, .way = by, .currency = "CNY", .submit = how }
static const struct channel_product PRODUCTS[] = {
    { .code = "alipay_pc", .display = "redirect", .way = OFFLINE, .currency = "CNY",
      .device = ON_DESKTOPS, .return_max = ALIPAY_RETURN_MAX, .submit = alipay_page },
    { .code = "alipay_wap", .display = "redirect", .way = OFFLINE, .currency = "CNY",
      .device = ON_PHONES, .return_max = ALIPAY_RETURN_MAX, .submit = alipay_wap },
    ALIPAY_PRODUCT("alipay_app", "app", OFFLINE, alipay_app),
    ALIPAY_PRODUCT("alipay_qr", "qr_code", BY_CALL, alipay_qr),
    { .code = "alipay_bar", .display = "bar_code", .way = BY_CALL, .close_refunds = true,
      .currency = "CNY", .submit = alipay_bar },
};
/* clang-format on */

const struct channel_driver CHANNEL_ALIPAY = {
    .protocol = "alipay",
    .body = CHANNEL_FORM,
    .body_max = 32768,
    .products = PRODUCTS,
    .product_count = COUNT(PRODUCTS),
    .members = MEMBERS,
    .member_count = COUNT(MEMBERS),
    .codes = &ALIPAY_CODES,
    .open = alipay_open,
    .shut = alipay_shut,
    .certs = alipay_certs,
    .query = alipay_query,
    .close = alipay_close,
    .refund = alipay_refund,
    .refund_query = alipay_refund_query,
    .transfer = alipay_transfer,
    .transfer_query = alipay_transfer_query,
    .bill = alipay_bill,
    .bill_read = alipay_bill_read,
    .read_no = alipay_read_no,
    .hear = alipay_hear,
    .acknowledge = alipay_acknowledge,
};
