/* channel_config.h - apps' configured channels with their secrets opened; kept 1 s per process. */
#ifndef APP_CHANNEL_CONFIG_H
#define APP_CHANNEL_CONFIG_H

#include "channel/channel.h"
#include "io/db/db.h"

struct channel_config {
    struct channel_account account;
    const struct channel_driver *driver;
    int64_t status, fee_rate; /* enum channel_status; parts per million */
    char app_key[33];
};

/* By (app, code) or by number. PAY_NO_CHANNEL: absent, unknown driver, or a mock channel in live
 * mode. PAY_FAULT: if its keys cannot be used, *out is its row without keys until the next look-up,
 * else NULL. A disabled one is returned (callbacks go on): the caller looks at status. *out stays
 * valid until 16 others were looked up. config is kept (the process's own). */
MUST_USE enum pay_err channel_config_by_code(struct db *db, const struct config *config,
                                             int64_t app_id, const char *code,
                                             const struct channel_config **out);
MUST_USE enum pay_err channel_config_by_id(struct db *db, const struct config *config, int64_t id,
                                           const struct channel_config **out);
/* Why the last channel whose keys cannot be used cannot be; "" when each could. */
const char *channel_config_why(void);

/* Calls each with the members of a channel's secrets: for shroffctl verify, which tries them as
 * keys, since a program may have taken one for the app's. */
struct channel_key {
    int64_t app_id;
    const char *code;
};
MUST_USE enum pay_err channel_secrets_each(
    struct db *db, const struct config *config, const struct channel_key *key,
    bool (*each)(void *arg, const char *name, const struct json *value), void *arg);

#endif
