/* registry_private.h - what the files of the registry share. */
#ifndef REGISTRY_REGISTRY_PRIVATE_H
#define REGISTRY_REGISTRY_PRIVATE_H

#include "io/crypto/sign.h"
#include "io/crypto/vault.h"
#include "registry/registry.h"

struct registry_id {
    int64_t id;
};
struct sealed {
    uint8_t at[VAULT_MAX + VAULT_EXTRA];
    size_t len;
};

/* A row of one sealed column; value.at must point at room (wipe not needed: it is sealed). */
struct sealed_row {
    struct db_bytes value;
    uint8_t room[VAULT_MAX + VAULT_EXTRA];
};
extern const struct db_shape REGISTRY_SEALED;
#define SEALED_SHAPE (&REGISTRY_SEALED)

/* The app's id, its row locked: PAY_NOT_FOUND without. */
MUST_USE enum pay_err registry_app_id(struct db *db, const char *app_key, int64_t *id);
MUST_USE enum pay_err registry_log(struct db *db, struct actor *actor, const char *what,
                                   const char *on);
/* What a secret's or key's bare digest is kept as, inside db_txn. PAY_FAULT: the installation's own
 * key does not open, so the master key is another one. */
MUST_USE enum pay_err registry_print(struct db *db, const struct mac *bare, struct mac *out);
/* A list's query, whose two ? take app_key (NULL: all apps). PAY_NOT_FOUND: no app can have it. */
MUST_USE enum pay_err registry_list(struct db *db, const char *app_key, struct db_query *query);
/* prefix and 20 random characters of a-z0-9. */
void registry_name_new(const char *prefix, char out[APP_KEY_SIZE]);
/* Opens what is sealed for `from` and seals it for `to`. */
MUST_USE enum pay_err registry_reseal(const struct vault_place *from, const struct vault_place *to,
                                      const struct sealed_row *row, struct sealed *out);

#endif
