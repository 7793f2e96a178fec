/* mock.c - the mock channel: a gateway of our own, for demos and tests. Test mode only. Its
 * configuration is this file's, its callbacks are mock_hear.c's. */
#include "channel/mock/mock.h"

#include <stdlib.h>

#include "base/json_text.h"
#include "channel/mock/mock_private.h"
#include "io/crypto/sign.h"

#define RSA_BITS 2048
#define PEM_SIZE 4096

static const struct channel_member MEMBERS[] = {
    { .name = "sign_type",
      .form = MEMBER_CHOICE,
      .words = SIGNED_HMAC " " SIGNED_RSA2,
      .help = "how the gateway signs its callbacks" },
    { .name = "public_key",
      .form = MEMBER_RSA_PUBLIC,
      .optional = true,
      .help = "the gateway's key, for RSA2" },
    { .name = "secret",
      .secret = true,
      .shown = true,
      .form = MEMBER_TEXT,
      .min = 16,
      .max = MOCK_SECRET_MAX,
      .help = "the key that we share with the gateway" },
    { .name = "gateway_private_key",
      .secret = true,
      .optional = true,
      .form = MEMBER_RSA_PRIVATE,
      .help = "the gateway's own, for RSA2: it signs with it" },
};

static enum pay_err mock_open(const struct channel_parsed *row, void **out, const char **why)
{
    const char *key = member_text(row->config, "public_key");
    const bool rsa2 = str_eq(member_text(row->config, "sign_type"), SIGNED_RSA2);
    struct mock_keys *keys = calloc(1, sizeof(*keys));

    if (!keys)
        abort();
    *out = keys;
    *why = "config.public_key must be there for RSA2, with at most 4095 bytes";
    if (!text_copy(keys->secret, sizeof(keys->secret), member_text(row->secrets, "secret")) ||
        (rsa2 && (!key || !text_copy(keys->public_key, sizeof(keys->public_key), key))))
        return PAY_BAD_FIELD;
    keys->ours = (struct signed_key){ SIGNED_HMAC, keys->secret };
    keys->gateway = rsa2 ? (struct signed_key){ SIGNED_RSA2, keys->public_key } : keys->ours;
    return PAY_OK;
}

static void mock_shut(void *keys)
{
    if (keys)
        sign_wipe(keys, sizeof(struct mock_keys));
    free(keys);
}

static bool secret_new(struct json_text *to)
{
    uint8_t bytes[32];
    char room[sizeof(bytes) * 2 + 1];
    struct text hex = TEXT(room);

    random_bytes(bytes, sizeof(bytes));
    text_add_hex(&hex, bytes, sizeof(bytes));
    json_str(to, "secret", room);
    sign_wipe(bytes, sizeof(bytes));
    sign_wipe(room, sizeof(room));
    return !to->to->full;
}

/* A shared secret and, for RSA2, the gateway's pair. */
static enum pay_err mock_make(const struct json *like, struct text *config, struct text *secrets)
{
    const char *sign_type = str_or(member_text(like, "sign_type"), SIGNED_HMAC);
    char private_pem[PEM_SIZE] = "", public_pem[PEM_SIZE] = "";
    struct text private_text = TEXT(private_pem), public_text = TEXT(public_pem);
    struct json_text c = JSON_TEXT(config), s = JSON_TEXT(secrets);

    if (str_eq(sign_type, SIGNED_RSA2) && !sign_rsa_new(RSA_BITS, &private_text, &public_text))
        return PAY_FAULT;
    json_open(&c, NULL);
    json_str(&c, "sign_type", sign_type);
    json_opt(&c, "public_key", public_pem);
    json_close(&c);
    json_open(&s, NULL);
    bool ok = secret_new(&s);
    json_opt(&s, "gateway_private_key", private_pem);
    json_close(&s);
    sign_wipe(private_pem, sizeof(private_pem));
    return ok && !config->full && !secrets->full ? PAY_OK : PAY_FULL;
}

static const struct channel_product PRODUCTS[] = {
    { .code = "mock",
      .display = "redirect",
      .way = OFFLINE,
      .by_call = mock_by_call,
      .submit = mock_submit },
};

const struct channel_driver CHANNEL_MOCK = {
    .protocol = "mock",
    .test_only = true,
    .body = CHANNEL_JSON,
    .body_max = 8192,
    .products = PRODUCTS,
    .product_count = COUNT(PRODUCTS),
    .members = MEMBERS,
    .member_count = COUNT(MEMBERS),
    .open = mock_open,
    .shut = mock_shut,
    .make = mock_make,
    .query = mock_query,
    .probe = mock_probe,
    .close = mock_close,
    .refund = mock_refund,
    .refund_query = mock_refund_query,
    .transfer = mock_transfer,
    .transfer_query = mock_transfer_query,
    .bill = mock_bill,
    .bill_read = mock_bill_read,
    .read_no = mock_read_no,
    .hear = mock_hear,
    .acknowledge = mock_acknowledge,
};
