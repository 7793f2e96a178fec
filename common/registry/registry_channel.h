/* registry_channel.h - what operators do to channels; comes with registry.h. */
#ifndef REGISTRY_REGISTRY_CHANNEL_H
#define REGISTRY_REGISTRY_CHANNEL_H

#include "app/admin_log.h"
#include "app/app.h"
#include "channel/channel.h"

#define NEW_SECRET_SIZE 65 /* 64 lower-case hex digits */

struct channel_row {
    int64_t id, status, fee_rate, create_time;
    char app_key[APP_KEY_SIZE], code[CHANNEL_CODE_SIZE], name[257], config[CHANNEL_CONFIG_SIZE],
        remark[1021];
};

struct channel_spec {
    const struct config *env; /* the process's own: mode, addresses */
    const char *app_key, *code, *name;
    const char *config, *secrets; /* JSON objects; both NULL: the driver makes them */
    const char *like;             /* then: a config with what is no key; NULL: as usual */
    const char *keys_of; /* a code of the app whose config and secrets lie below the given ones */
    int64_t fee_rate;
};
struct new_channel {
    int64_t id;
    char secret[NEW_SECRET_SIZE];
}; /* "" when none was made */
MUST_USE enum pay_err registry_channel_create(struct db *db, struct actor *actor,
                                              const struct channel_spec *spec,
                                              struct new_channel *out);
MUST_USE enum pay_err registry_channel_rotate(struct db *db, struct actor *actor, int64_t id,
                                              char secret[NEW_SECRET_SIZE]);
/* New members of a channel's config and secrets, of those that all channels of the app with the
 * same account there have, too. codes: those that were changed. PAY_CONFLICT: another account,
 * though the channel was used. */
struct channel_given {
    const char *config, *secrets; /* JSON objects, or NULL */
};
struct channel_renewal {
    const struct config *env;
    int64_t id;
    struct channel_given given;
    char codes[256];
};
MUST_USE enum pay_err registry_channel_renew(struct db *db, struct actor *actor,
                                             struct channel_renewal *renewal);
/* Writes the row's status, found by its id. */
MUST_USE enum pay_err registry_channel_status(struct db *db, struct actor *actor,
                                              const struct channel_row *to);
MUST_USE enum pay_err registry_channel_list(struct db *db, const char *app_key, db_each *each,
                                            void *arg);

#endif
