/* config.h - every SHROFF_* setting, in one table (config.c) with default and bounds.
 * Read once at the start; a bad value ends the program with exit code 78 and one line. */
#ifndef BASE_CONFIG_H
#define BASE_CONFIG_H

#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"
#include "base/net.h"
#include "base/sizes.h"

#define CONFIG_TEXT 512
#define EXIT_CONFIG 78 /* sysexits.h EX_CONFIG */

struct config {
    bool test_mode;                     /* SHROFF_MODE=test */
    char state[CONFIG_TEXT];            /* absolute */
    char base_url[CONFIG_TEXT];         /* no trailing slash; "" when unset */
    char callback_url[CONFIG_TEXT];     /* SHROFF_CALLBACK_URL, else base_url */
    char mock_gateway_url[CONFIG_TEXT]; /* SHROFF_MOCK_GATEWAY_URL, else base_url */
    char sandbox_url[CONFIG_TEXT];      /* of the played channels; "" when unset */
    char listen[108];                   /* SHROFF_LISTEN, "" when unset */
    char db_socket[108];
    char db_name[65];
    char sandbox_db_name[65];
    char master_key_file[CONFIG_TEXT];
    char metrics_file[CONFIG_TEXT];
    int64_t workers, worker_requests, rate_app, rate_ip, keep_days, keep_refused_days, min_free_mb,
        log_level, sandbox_time_scale;
    struct net_list trusted_proxies, metrics_nets, notify_allow_nets;
};

/* Fills *out from the environment (set but empty counts as unset, but for LISTEN and METRICS_FILE,
 * where it means none). Prints one line (variable, value, bounds, cure) and exits 78 when
 * a value is bad. */
void config_load(struct config *out);
/* After config_load: config->workers becomes the number of this program: SHROFF_WORKERS_<PROGRAM>,
 * else SHROFF_WORKERS, else what such a load gets on this machine. Exits 78 when a value is bad. */
void config_workers(struct config *config, const char *program, enum load load);
/* Before config_load, for what people start by hand: the settings that `scripts/run` recorded under
 * the state folder fill what the environment does not say. Without SHROFF_STATE only when it says
 * nothing but what `run` alone reads (its ports): the settings of one installation never mix with
 * another's. */
void config_take_recorded(void);
/* What config_load reads: name, default, bounds, meaning of each setting, for --help and docs. */
void config_print_help(void);

/* The database account of a role: "web", "runner", "migrate", "ctl", "audit",
 * "sandbox".
 * SHROFF_<ROLE>_DB_USER (default shroff_<role>); SHROFF_<ROLE>_DB_PASSWORD, or the unit's
 * credential <role>.password, or the file named by SHROFF_<ROLE>_DB_PASSWORD_FILE (default
 * STATE/secrets/<role>.password). Exits 78 when that
 * cannot be read. */
struct db_account {
    char user[81], password[129], database[65];
};
void config_db_account(const struct config *config, const char *role, struct db_account *out);
/* The same for a caller that can go on without it: instead of the exit, false, and *why says what
 * is wrong. */
struct text;
bool config_db_account_read(const struct config *config, const char *role, struct db_account *out,
                            struct text *why);

#endif
