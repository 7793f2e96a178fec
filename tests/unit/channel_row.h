/* channel_row.h - a channel opened from its two JSON objects, without a database. */
#ifndef TESTS_CHANNEL_ROW_H
#define TESTS_CHANNEL_ROW_H

#include "channel/channel.h"
#include "channel/member.h"

struct own {
    struct channel_account account;
    const struct channel_driver *driver;
    void *keys;      /* NULL: it does not open */
    const char *why; /* then */
};

static struct config own_env = { .test_mode = true, .base_url = "https://pay.example" };

static struct own opened(const struct channel_driver *driver, const char *code, const char *config,
                         const char *secrets)
{
    struct own own = {
        .account = { .id = 7, .app_id = 3, .env = &own_env, .product = driver->products },
        .driver = driver,
    };
    struct channel_parsed row = { .code = code, .env = &own_env };
    struct json *config_json, *secrets_json;

    assert_true(text_copy(own.account.code, sizeof(own.account.code), code));
    while (!str_eq(own.account.product->code, code))
        own.account.product++;
    assert_int_equal(json_parse(config, strlen(config), &config_json), PAY_OK);
    assert_int_equal(json_parse(secrets, strlen(secrets), &secrets_json), PAY_OK);
    row.config = config_json;
    row.secrets = secrets_json;
    enum pay_err err = channel_open(driver, &row, &own.keys, &own.why);
    assert_true((own.keys == NULL) == (err != PAY_OK));
    own.account.keys = own.keys;
    json_free(&config_json);
    json_free(&secrets_json);
    return own;
}

static void shut(struct own *own)
{
    own->driver->shut(own->keys);
}

#endif
