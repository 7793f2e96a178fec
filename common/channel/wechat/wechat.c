/* wechat.c - WeChat Pay's channel codes: the table of products and a channel's configuration. */
#include "channel/wechat/wechat.h"

#include <stdlib.h>
#include <string.h>

#include "channel/wechat/wechat_bill.h"
#include "io/crypto/sign.h"

#define APIV3_KEY_LEN 32

static const struct channel_member MEMBERS[] = {
    { .name = "mchid",
      .of = MEMBER_OF_ACCOUNT,
      .form = MEMBER_TEXT,
      .min = 1,
      .max = 32,
      .help = "the merchant's number, digits" },
    { .name = "appid",
      .of = MEMBER_OF_CODE,
      .form = MEMBER_TEXT,
      .min = 1,
      .max = 32,
      .help = "the number of the official account, mini program or app that is bound to mchid" },
    { .name = "serial_no",
      .optional = true,
      .form = MEMBER_TEXT,
      .min = 8,
      .max = 64,
      .help = "the serial number of the merchant's API certificate, hex; or merchant_cert" },
    { .name = "merchant_cert",
      .optional = true,
      .form = MEMBER_CERT,
      .help = "the merchant's API certificate (apiclient_cert.pem); its serial number and its end"
              " are read from it" },
    { .name = "public_key_id",
      .optional = true,
      .form = MEMBER_TEXT,
      .min = 11,
      .max = 64,
      .help = "the name of WeChat Pay's public key, PUB_KEY_ID_ and digits; a merchant that has"
              " none uses platform certificates, which Shroff fetches" },
    { .name = "public_key",
      .optional = true,
      .form = MEMBER_RSA_PUBLIC,
      .help = "WeChat Pay's public key" },
    { .name = "platform_serial",
      .optional = true,
      .form = MEMBER_TEXT,
      .min = 8,
      .max = 64,
      .help = "the serial number of the platform certificate, hex" },
    { .name = "platform_key",
      .optional = true,
      .form = MEMBER_RSA_PUBLIC,
      .help = "the public key of the platform certificate" },
    { .name = "base",
      .optional = true,
      .form = MEMBER_URL,
      .min = 8,
      .max = WECHAT_URL_MAX - 1,
      .help = "another address than " WECHAT_HOST },
    { .name = "backup",
      .optional = true,
      .form = MEMBER_URL,
      .min = 8,
      .max = WECHAT_URL_MAX - 1,
      .help = "the address that is called when no connection to base comes about; without base "
              "it is " WECHAT_BACKUP },
    { .name = "private_key",
      .secret = true,
      .form = MEMBER_RSA_PRIVATE,
      .help = "the private key of the merchant's API certificate (apiclient_key.pem)" },
    { .name = "apiv3_key",
      .secret = true,
      .form = MEMBER_TEXT,
      .min = APIV3_KEY_LEN,
      .max = APIV3_KEY_LEN,
      .help = "the APIv3 key: opens notifications" },
};

/* True when the pair of members is there whole or not at all. */
static bool signer_read(const struct json *config, const char *serial_name, const char *key_name,
                        struct wechat_signer *out)
{
    const char *serial = member_text(config, serial_name), *key = member_text(config, key_name);

    if (!serial && !key)
        return true;
    if (!serial || !key || !text_copy(out->serial, sizeof(out->serial), serial))
        return false;
    out->key = rsa_public(key);
    return out->key;
}

/* A path is put behind it, which begins with a slash. */
static bool address_read(const struct json *config, const char *name, const char *otherwise,
                         char to[WECHAT_URL_MAX])
{
    if (!text_copy(to, WECHAT_URL_MAX, str_or(member_text(config, name), otherwise)))
        return false;
    for (size_t len = strlen(to); len > 0 && to[len - 1] == '/'; len--)
        to[len - 1] = '\0';
    return true;
}

/* NULL, or what is wrong. */
static const char *numbers_read(const struct channel_parsed *row, struct wechat_keys *keys)
{
    const bool usual = !member_text(row->config, "base");

    if (!text_copy(keys->mchid, sizeof(keys->mchid), member_text(row->config, "mchid")) ||
        !str_is(keys->mchid, ALPHA_DIGITS, 1, 32))
        return "config.mchid must be digits: the merchant's number";
    if (!text_copy(keys->appid, sizeof(keys->appid), member_text(row->config, "appid")) ||
        !str_is(keys->appid, ALPHA_NONCE, 1, 32))
        return "config.appid must be letters and digits";
    if (!address_read(row->config, "base", WECHAT_HOST, keys->base))
        return "config.base is too long";
    if (!address_read(row->config, "backup", usual ? WECHAT_BACKUP : "", keys->backup))
        return "config.backup is too long";
    return NULL;
}

static const char *secrets_read(const struct channel_parsed *row, struct wechat_keys *keys)
{
    if (!text_copy(keys->apiv3, sizeof(keys->apiv3), member_text(row->secrets, "apiv3_key")))
        return "secrets.apiv3_key must have 32 characters";
    keys->own = rsa_private(member_text(row->secrets, "private_key"));
    if (!keys->own)
        return "secrets.private_key must be an RSA private key of at least 2048 bits, without a"
               " passphrase";
    return NULL;
}

/* The certificate of the private key: given, or known by its serial number alone. */
static const char *merchant_cert_read(const struct channel_parsed *row, struct wechat_keys *keys)
{
    const char *pem = member_text(row->config, "merchant_cert");
    const char *serial = member_text(row->config, "serial_no");
    struct cert cert = { .key = NULL };

    if (!pem && !serial)
        return "config.merchant_cert must be there, the merchant's API certificate"
               " (apiclient_cert.pem), or config.serial_no";
    if (serial && (!text_copy(keys->serial, sizeof(keys->serial), serial) ||
                   !str_is(keys->serial, ALPHA_NONCE, 8, 64)))
        return "config.serial_no must be hex digits: the serial number of the API certificate";
    if (!pem)
        return NULL;
    const bool ours = cert_read(pem, &cert) && rsa_is_pair(cert.key, keys->own);
    const bool named = !serial || str_eq_nocase(serial, cert.serial);
    keys->own_end = ours ? cert.end_time : 0;
    memcpy(keys->serial, cert.serial, sizeof(keys->serial));
    cert_clear(&cert);
    if (!ours)
        return "config.merchant_cert must be the certificate of secrets.private_key";
    return named ? NULL : "config.serial_no is another one than that of config.merchant_cert";
}

static const char *signers_read(const struct channel_parsed *row, struct wechat_keys *keys)
{
    if (!signer_read(row->config, "public_key_id", "public_key", &keys->public_key))
        return "config.public_key_id and config.public_key must both be there, the key as PEM";
    if (!signer_read(row->config, "platform_serial", "platform_key", &keys->platform))
        return "config.platform_serial and config.platform_key must both be there";
    if ((keys->public_key.key && rsa_is_pair(keys->own, keys->public_key.key)) ||
        (keys->platform.key && rsa_is_pair(keys->own, keys->platform.key)))
        return "config.public_key is the merchant's own: paste the one that WeChat Pay shows";
    return NULL;
}

static enum pay_err wechat_open(const struct channel_parsed *row, void **out, const char **why)
{
    static const char *(*const STEPS[])(const struct channel_parsed *row,
                                        struct wechat_keys *keys) = { numbers_read, secrets_read,
                                                                      merchant_cert_read,
                                                                      signers_read };
    struct wechat_keys *keys = calloc(1, sizeof(*keys));

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

static void wechat_shut(void *opened)
{
    struct wechat_keys *keys = opened;

    if (!keys)
        return;
    rsa_free(&keys->own);
    rsa_free(&keys->public_key.key);
    rsa_free(&keys->platform.key);
    wechat_certs_free(&keys->learned);
    sign_wipe(keys, sizeof(*keys));
    free(keys);
}

/* Of WeChat Pay's the one that ends last: it sends the next one long before. */
static void wechat_certs(const struct channel_account *account, channel_cert_each *each, void *arg)
{
    const struct wechat_keys *keys = account->keys;
    const struct cert *last = NULL;
    char room[WECHAT_SERIAL_SIZE + 64];
    struct text name = TEXT(room);

    if (keys->own_end != 0)
        each(arg, "config.merchant_cert", keys->own_end);
    wechat_certs_recall(account);
    for (size_t i = 0; i < keys->learned->count; i++)
        if (!last || keys->learned->certs[i].end_time > last->end_time)
            last = &keys->learned->certs[i];
    if (!last)
        return;
    text_addf(&name, "WeChat Pay's certificate %s", last->serial);
    each(arg, room, last->end_time);
}

/* clang-format off */
#define WECHAT_PRODUCT(of, shows, how) \
    { .code = of, .display = shows, .way = BY_CALL, .currency = "CNY", .submit = how }
static const struct channel_product PRODUCTS[] = {
    WECHAT_PRODUCT("wx_native", "qr_code", wechat_submit),
    WECHAT_PRODUCT("wx_pub", "app", wechat_submit),
    WECHAT_PRODUCT("wx_lite", "app", wechat_submit),
    WECHAT_PRODUCT("wx_app", "app", wechat_submit),
    { .code = "wx_wap", .display = "redirect", .way = BY_CALL, .currency = "CNY",
      .device = ON_PHONES, .wants_ip = true, .submit = wechat_submit },
    { .code = "wx_bar", .display = "bar_code", .way = BY_CALL, .close_refunds = true,
      .currency = "CNY", .submit = wechat_bar },
};
/* clang-format on */

const struct channel_driver CHANNEL_WECHAT = {
    .protocol = "wechat",
    .body = CHANNEL_JSON,
    .body_max = 32768,
    .products = PRODUCTS,
    .product_count = COUNT(PRODUCTS),
    .members = MEMBERS,
    .member_count = COUNT(MEMBERS),
    .codes = &WECHAT_CODES,
    .open = wechat_open,
    .shut = wechat_shut,
    .certs = wechat_certs,
    .query = wechat_query,
    .probe = wechat_probe,
    .close = wechat_close,
    .refund = wechat_refund,
    .refund_query = wechat_refund_query,
    .divert = wechat_divert,
    .transfer = wechat_transfer,
    .transfer_query = wechat_transfer_query,
    .bill = wechat_bill,
    .bill_read = wechat_bill_read,
    .hear = wechat_hear,
    .acknowledge = wechat_acknowledge,
};
