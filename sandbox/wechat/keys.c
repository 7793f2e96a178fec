/* keys.c - the demo merchant's numbers and both sides' keys, from the state folder. */
#include "sandbox/wechat/keys.h"
#include "base/log.h"
#include "sandbox/core/sandbox.h"

#define KEY_SIZE 8192

static struct rsa_key *key_read(const struct config *config, const char *name)
{
    static char pem[KEY_SIZE];

    return sandbox_file(config, name, pem, sizeof(pem)) ? rsa_private(pem) : NULL;
}

#define FILE_INTO(config, name, to) sandbox_file((config), (name), (to), sizeof(to))

static bool numbers_read(const struct config *config, struct wechat_keys *k)
{
    return FILE_INTO(config, "wechat_mchid", k->mchid) &&
           FILE_INTO(config, "wechat_appid", k->appid) &&
           FILE_INTO(config, "wechat_openid", k->openid) &&
           FILE_INTO(config, "wechat_mch_serial", k->merchant_serial) &&
           FILE_INTO(config, "wechat_apiv3_key", k->apiv3_key) &&
           FILE_INTO(config, "wechat_platform_serial", k->platform_serial) &&
           FILE_INTO(config, "wechat_platform_next_serial", k->next_serial) &&
           FILE_INTO(config, "wechat_pubkey_id", k->public_key_id) &&
           FILE_INTO(config, "wechat_platform_cert.pem", k->platform_cert) &&
           FILE_INTO(config, "wechat_platform_next_cert.pem", k->next_cert);
}

const struct wechat_keys *wechat_keys(const struct config *config)
{
    static struct wechat_keys keys;

    if (keys.merchant)
        return &keys;
    if (!numbers_read(config, &keys)) {
        log_event(LOG_ERROR, "sandbox.wechat",
                  KV("keys", "a file of the demo merchant is missing"));
        return NULL;
    }
    keys.platform = (struct wechat_voice){ keys.platform_serial,
                                           key_read(config, "wechat_platform_private.pem") };
    keys.next = (struct wechat_voice){ keys.next_serial,
                                       key_read(config, "wechat_platform_next_private.pem") };
    keys.other =
        (struct wechat_voice){ keys.public_key_id, key_read(config, "wechat_pubkey_private.pem") };
    if (keys.platform.key && keys.next.key && keys.other.key)
        keys.merchant = key_read(config, "wechat_mch_private.pem");
    if (!keys.merchant)
        log_event(LOG_ERROR, "sandbox.wechat", KV("keys", "a key is missing or no RSA key"));
    return keys.merchant ? &keys : NULL;
}
