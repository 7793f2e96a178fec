/* mock_merchant.c - a merchant of the gateway: its name, and the keys agreed with it, as the
 * channel's configuration has them. */
#include "sandbox/mock/mock_private.h"

#include "base/text.h"
#include "io/crypto/sign.h"
#include "io/crypto/vault.h"

struct merchant_row {
    char app_key[33], shop[257], config[8193];
    struct db_bytes sealed;
    uint8_t room[VAULT_MAX + VAULT_EXTRA];
};

static const struct db_column MERCHANT_COLUMNS[] = {
    DB_COLUMN(struct merchant_row, app_key),
    DB_COLUMN(struct merchant_row, shop),
    DB_COLUMN(struct merchant_row, config),
    DB_COLUMN(struct merchant_row, sealed),
};

struct signed_key mock_sign_key(const struct mock_merchant *merchant)
{
    if (str_eq(merchant->sign_type, SIGNED_RSA2))
        return (struct signed_key){ SIGNED_RSA2, merchant->private_key };
    return (struct signed_key){ SIGNED_HMAC, merchant->secret };
}

static bool merchant_keys_read(const struct merchant_row *row, const char *secrets, size_t len,
                               struct mock_merchant *out)
{
    struct json *config = NULL, *sealed = NULL;
    bool ok = json_parse(row->config, strlen(row->config), &config) == PAY_OK &&
              json_parse(secrets, len, &sealed) == PAY_OK &&
              text_copy(out->sign_type, sizeof(out->sign_type),
                        str_or(signed_json_str(config, "sign_type"), "")) &&
              text_copy(out->secret, sizeof(out->secret),
                        str_or(signed_json_str(sealed, "secret"), "")) &&
              text_copy(out->private_key, sizeof(out->private_key),
                        str_or(signed_json_str(sealed, "gateway_private_key"), "")) &&
              *out->secret;
    json_free(&config);
    json_free(&sealed);
    return ok;
}

static enum pay_err merchant_fill(const struct merchant_row *row, struct mock_merchant *out)
{
    char owner[VAULT_OWNER_SIZE], plain[VAULT_MAX + 1];
    size_t len;

    vault_owner(row->app_key, "mock", owner);
    const struct vault_place place = { "pay_channel", owner, "config_sealed" };
    if (!text_copy(out->shop, sizeof(out->shop), row->shop) ||
        vault_unseal(&place, row->room, row->sealed.len, plain, VAULT_MAX, &len) != PAY_OK)
        return PAY_FAULT;
    bool ok = merchant_keys_read(row, plain, len, out);
    sign_wipe(plain, sizeof(plain));
    return ok ? PAY_OK : PAY_FAULT;
}

enum pay_err mock_merchant_read(struct db *db, int64_t channel_id, struct mock_merchant *out)
{
    static const char SQL[] = "SELECT app_key, shop, config, config_sealed AS sealed"
                              "  FROM merchant_channel WHERE channel_id = ?";
    static struct merchant_row row;
    const struct db_param in[] = { DB_NUM(channel_id) };

    *out = (struct mock_merchant){ .channel_id = channel_id };
    row.sealed = (struct db_bytes){ row.room, sizeof(row.room), 0 };
    enum pay_err err = db_select(db, &(struct db_query){ .sql = SQL,
                                                         .in = in,
                                                         .n = COUNT(in),
                                                         .shape = DB_SHAPE(MERCHANT_COLUMNS),
                                                         .row = &row });
    db_end(db);
    if (err != PAY_OK)
        return err == PAY_NO_ROW ? PAY_NOT_FOUND : err;
    return merchant_fill(&row, out);
}

void mock_merchant_wipe(struct mock_merchant *merchant)
{
    sign_wipe(merchant->secret, sizeof(merchant->secret));
    sign_wipe(merchant->private_key, sizeof(merchant->private_key));
}
