/* registry.h - what operators do to apps, keys and channels. Every change is one transaction with
 * its row in admin_log. Secrets are made here, returned once, kept sealed. Requires vault_open. */
#ifndef REGISTRY_REGISTRY_H
#define REGISTRY_REGISTRY_H

#include "registry/registry_channel.h"

#define WEBHOOK_TEXT_SIZE 64 /* "whsec_" and base64 of 32 bytes */

struct app_row {
    int64_t id, status, notify_append_channel, notify_closed, create_time;
    char app_key[APP_KEY_SIZE], name[257], order_notify_url[1025], notify_schedule[1021];
    char refund_notify_url[1025], transfer_notify_url[1025];
    char late_payment[9], allowed_nets[1025], remark[1021];
};
struct key_row {
    int64_t id, status, expire_time, last_used_time, create_time;
    char app_key[APP_KEY_SIZE], key_id[APP_KEY_SIZE], algorithm[17], scopes[256];
};

/* Seconds that an old key or secret goes on working beside the new one. */
#define OVERLAP_DEFAULT 86400
#define OVERLAP_MAX 604800

/* PAY_BAD_FIELD, PAY_CONFLICT: actor->problem says what is wrong. PAY_NOT_FOUND: no such app. */
MUST_USE enum pay_err registry_app_create(struct db *db, struct actor *actor, struct app_row *app,
                                          char webhook_secret[WEBHOOK_TEXT_SIZE]);
/* Writes all settings of app (found by app_key) from the row. */
MUST_USE enum pay_err registry_app_set(struct db *db, struct actor *actor,
                                       const struct app_row *app);
MUST_USE enum pay_err registry_app_status(struct db *db, struct actor *actor, const char *app_key,
                                          int64_t status);
/* A new webhook secret; the old one signs too for overlap_s seconds. */
MUST_USE enum pay_err registry_app_rotate(struct db *db, struct actor *actor, const char *app_key,
                                          int64_t overlap_s,
                                          char webhook_secret[WEBHOOK_TEXT_SIZE]);
MUST_USE enum pay_err registry_app_get(struct db *db, const char *app_key, struct app_row *out);
MUST_USE enum pay_err registry_app_list(struct db *db, db_each *each, void *arg);

struct key_spec {
    const char *app_key, *scopes; /* "all" or a comma separated list */
    const char *public_key;       /* RSA2: PEM or base64 DER; NULL: an HMAC secret is made */
    const char *secret;           /* an HMAC secret to take over (>= 32 bytes); NULL: made */
    int64_t expire_time;          /* ms; 0 never */
};
struct new_key {
    char key_id[APP_KEY_SIZE], secret[SECRET_SIZE];
}; /* secret "" for RSA2 */
MUST_USE enum pay_err registry_key_create(struct db *db, struct actor *actor,
                                          const struct key_spec *spec, struct new_key *out);
/* A new HMAC key with the scopes of an old one, which expires in overlap_s seconds. */
struct key_ref {
    const char *app_key, *key_id;
};
MUST_USE enum pay_err registry_key_rotate(struct db *db, struct actor *actor,
                                          const struct key_ref *ref, int64_t overlap_s,
                                          struct new_key *out);
MUST_USE enum pay_err registry_key_revoke(struct db *db, struct actor *actor, const char *app_key,
                                          const char *key_id);
/* app_key NULL: of all apps. */
MUST_USE enum pay_err registry_key_list(struct db *db, const char *app_key, db_each *each,
                                        void *arg);

/* Seals every secret anew under a new master key (shroffctl key rotate-master). Safe to run again
 * after being killed anywhere: both keys open until all is sealed under the new one. */
MUST_USE enum pay_err registry_rotate_master(struct db *db, struct actor *actor, int64_t *sealed);
/* Tries to open every secret: how many do, how many do not (each is logged by the vault). */
MUST_USE enum pay_err registry_check_secrets(struct db *db, int64_t *opened, int64_t *broken);

#endif
