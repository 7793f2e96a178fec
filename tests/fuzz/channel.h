/* channel.h - a channel opened from its two JSON objects, and the channel's own side of the
 * wire: its signatures, made with a key that the target has, so that the parsers behind the
 * signature's check are reached. */
#ifndef TESTS_FUZZ_CHANNEL_H
#define TESTS_FUZZ_CHANNEL_H

#include "fuzz.h"
#include "base/clock.h"
#include "base/log.h"
#include "channel/channel.h"
#include "channel/member.h"
#include "io/crypto/rsa.h"
#include "io/crypto/sign.h"
#include "tests/unit/rsa_keys.h"

#define FUZZ_PAY_ID "01J0EXAMP00000000000000002"
#define FUZZ_REFUND_NO "01J0EXAMP00000000000000003"
#define FUZZ_TRANSFER_NO "01J0EXAMP00000000000000004"

static struct config fuzz_env;
static struct rsa_key *fuzz_signer; /* the channel's private key */

static inline bool fuzz_open(const struct channel_driver *driver, const char *config,
                             const char *secrets, struct channel_account *out)
{
    struct channel_parsed row = { .code = driver->products[0].code, .env = &fuzz_env };
    struct json *config_json, *secrets_json;
    const char *why = "";
    void *keys;

    log_open("fuzz", (enum log_level)(LOG_ERROR + 1));
    fuzz_env.test_mode = true;
    if (!fuzz_signer)
        fuzz_signer = rsa_private(CHANNEL_PRIVATE);
    if (!fuzz_signer || !text_copy(fuzz_env.base_url, sizeof(fuzz_env.base_url), "https://x.test"))
        return false;
    if (json_parse(config, strlen(config), &config_json) != PAY_OK ||
        json_parse(secrets, strlen(secrets), &secrets_json) != PAY_OK)
        return false;
    row.config = config_json;
    row.secrets = secrets_json;
    const bool ok = channel_open(driver, &row, &keys, &why) == PAY_OK;
    if (!ok)
        fprintf(stderr, "%s\n", why);
    json_free(&config_json);
    json_free(&secrets_json);
    *out = (struct channel_account){
        .id = 7, .app_id = 3, .env = &fuzz_env, .product = driver->products, .keys = keys
    };
    return ok && text_copy(out->code, sizeof(out->code), row.code);
}

/* Whatever a channel sent, what is kept of it fits its columns. */
static inline void fuzz_said_bounded(const struct channel_said *said)
{
    PROPERTY(memchr(said->no, '\0', sizeof(said->no)));
    PROPERTY(memchr(said->channel_no, '\0', sizeof(said->channel_no)));
    PROPERTY(memchr(said->channel_user_id, '\0', sizeof(said->channel_user_id)));
    PROPERTY(memchr(said->error_code, '\0', sizeof(said->error_code)));
    PROPERTY(memchr(said->error_msg, '\0', sizeof(said->error_msg)));
    PROPERTY(memchr(said->currency, '\0', sizeof(said->currency)));
    PROPERTY(said->price.minor >= 0 && said->price.minor <= MONEY_MAX);
    PROPERTY(said->state <= CHANNEL_NOT_FOUND);
}

/* What is believed names a number, which is looked up, and is paid only with a time. */
static inline void fuzz_said_whole(const struct channel_said *said, enum channel_about about)
{
    fuzz_said_bounded(said);
    PROPERTY(said->about == about && *said->no != '\0');
    PROPERTY(said->state != CHANNEL_SUCCESS || said->success_time >= 0);
}

#endif
