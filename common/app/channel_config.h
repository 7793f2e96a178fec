/* channel_config.h - apps' configured channels with their secrets opened; kept 1 s per process. */
#ifndef APP_CHANNEL_CONFIG_H
#define APP_CHANNEL_CONFIG_H

#include "channel/channel.h"
#include "io/db/db.h"

struct channel_config {
    struct channel_account account;
    const struct channel_driver *driver;
    int64_t status, fee_rate;       /* 0 ENABLED, 1 DISABLED; parts per million */
    char app_key[33];
};

/* By (app, code) or by number. PAY_NO_CHANNEL: absent, unknown driver, or a mock channel in live
 * mode. A disabled one is returned (callbacks go on): the caller looks at status. *out stays valid
 * until 16 others were looked up. config is kept (the process's own). */
MUST_USE enum pay_err channel_config_by_code(struct db *db, const struct config *config,
                                             int64_t app_id, const char *code,
                                             const struct channel_config **out);
MUST_USE enum pay_err channel_config_by_id(struct db *db, const struct config *config, int64_t id,
                                           const struct channel_config **out);

#endif
