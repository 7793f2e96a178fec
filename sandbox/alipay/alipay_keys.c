/* alipay_keys.c - see alipay_keys.h. The files are made by scripts/lib/sandbox.sh. */
#include "sandbox/alipay/alipay_keys.h"

#include "base/log.h"
#include "sandbox/core/sandbox.h"

static struct rsa_key *key_read(const struct config *config, const char *name,
                                struct rsa_key *(*parse)(const char *text))
{
    char room[8192];

    return sandbox_file(config, name, room, sizeof(room)) ? parse(room) : NULL;
}

static bool keys_read(const struct config *config, struct alipay_keys *k)
{
    const struct {
        const char *name;
        char *to;
        size_t size;
    } TEXTS[] = {
        { "alipay_app_id", k->app_id, sizeof(k->app_id) },
        { "alipay_seller_id", k->seller_id, sizeof(k->seller_id) },
        { "alipay_aes_key", k->aes_key, sizeof(k->aes_key) },
        { "alipay_app_cert.sn", k->app_cert_sn, sizeof(k->app_cert_sn) },
        { "alipay_root_cert.sn", k->root_cert_sn, sizeof(k->root_cert_sn) },
        { "alipay_cert.sn", k->cert_sn, sizeof(k->cert_sn) },
        { "alipay_cert.pem", k->cert, sizeof(k->cert) },
        { "alipay_next_cert.sn", k->next_cert_sn, sizeof(k->next_cert_sn) },
        { "alipay_next_cert.pem", k->next_cert, sizeof(k->next_cert) },
    };

    for (size_t i = 0; i < COUNT(TEXTS); i++) {
        if (!sandbox_file(config, TEXTS[i].name, TEXTS[i].to, TEXTS[i].size)) {
            log_event(LOG_ERROR, "sandbox.alipay.key", KV("file", TEXTS[i].name));
            return false;
        }
    }
    k->app = key_read(config, "alipay_app_public.pem", rsa_public);
    k->alipay = key_read(config, "alipay_private.pem", rsa_private);
    k->next = key_read(config, "alipay_next_private.pem", rsa_private);
    k->foreign = key_read(config, "foreign_private.pem", rsa_private);
    const bool whole = k->app && k->alipay && k->next && k->foreign;
    if (!whole)
        log_event(LOG_ERROR, "sandbox.alipay.key", KV("file", "a key's"));
    return whole;
}

const struct alipay_keys *alipay_keys(const struct config *config)
{
    static struct alipay_keys keys;
    static bool read;

    if (!read)
        read = keys_read(config, &keys);
    return read ? &keys : NULL;
}
