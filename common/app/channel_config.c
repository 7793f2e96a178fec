/* channel_config.c - channels with their secrets opened, kept 1 s per process. */
#include "app/channel_config.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "io/crypto/sign.h"
#include "io/crypto/vault.h"
#include "app/unusable.h"

#define KEPT_CHANNELS 24        /* over 16: a pointer lives until that many others were looked up */
#define KEPT_US 1000000
#define OWNER_SIZE 80
#define CONFIG_SIZE 16384

struct channel_found {
    struct channel_config channel;
    char config[CONFIG_SIZE];
    struct db_bytes sealed;
};

#define CHANNEL_SELECT \
    "SELECT c.id, c.app_id, c.code, c.status, c.fee_rate, a.app_key, c.config," \
    "       c.config_sealed AS sealed" \
    "  FROM pay_channel c JOIN pay_app a ON a.id = c.app_id"

static const struct db_column CHANNEL_COLUMNS[] = {
    DB_COLUMN(struct channel_found, channel.account.id),
    DB_COLUMN(struct channel_found, channel.account.app_id),
    DB_COLUMN(struct channel_found, channel.account.code),
    DB_COLUMN(struct channel_found, channel.status),
    DB_COLUMN(struct channel_found, channel.fee_rate),
    DB_COLUMN(struct channel_found, channel.app_key),
    DB_COLUMN(struct channel_found, config),
    DB_COLUMN(struct channel_found, sealed),
};

/* It is there and cannot be used: our fault, not "no such channel", and not a wrong signature. */
static enum pay_err unusable(const struct channel_found *row, struct db *db, const char *why)
{
    char room[128];
    struct text what = TEXT(room);

    text_addf(&what, "channel %s/%s", row->channel.app_key, row->channel.account.code);
    unusable_tell(db, row->channel.account.app_id, room, why);
    return PAY_FAULT;
}

/* The parsed secrets stay in memory for the second they are kept; their text does not. */
static enum pay_err secrets_open(const struct channel_found *row, struct json **out)
{
    static char text[VAULT_MAX + 1];
    char owner[OWNER_SIZE];
    const struct vault_place place = { "pay_channel", owner, "config_sealed" };
    size_t len = 0;

    snprintf(owner, sizeof(owner), "%s/%s", row->channel.app_key, row->channel.account.code);
    enum pay_err err = vault_unseal(&place, row->sealed.at, row->sealed.len, text, VAULT_MAX, &len);
    if (err == PAY_OK)
        err = json_parse(text, len, out);
    sign_wipe(text, sizeof(text));
    return err;
}

/* *why says what cannot be used with PAY_FAULT. */
static enum pay_err channel_open(const struct config *config, struct channel_found *row,
                                 const char **why)
{
    struct json *open = NULL, *secret = NULL;

    row->channel.driver = channel_driver_find(row->channel.account.code, config->test_mode);
    if (row->channel.driver == NULL)
        return PAY_NO_CHANNEL;
    if (json_parse(row->config, strlen(row->config), &open) != PAY_OK) {
        *why = "its config is no JSON";
        return PAY_FAULT;
    }
    if (secrets_open(row, &secret) != PAY_OK) {
        json_free(&open);
        *why = "its secrets do not open";
        return PAY_FAULT;
    }
    row->channel.account.config = open;
    row->channel.account.secrets = secret;
    row->channel.account.env = config;
    if (row->channel.driver->check(&row->channel.account, why) == PAY_OK)
        return PAY_OK;
    json_free(&open);
    json_free(&secret);
    return PAY_FAULT;
}

struct channel_lookup { const char *sql; const struct db_param *in; size_t n; };

static enum pay_err channel_read(struct db *db, const struct config *config,
                                 const struct channel_lookup *lookup, struct channel_config *out)
{
    static uint8_t room[CONFIG_SIZE];
    static struct channel_found row;
    const char *why = "";

    row = (struct channel_found){ .sealed = { room, sizeof(room), 0 } };
    enum pay_err err = db_select(db, &(struct db_query){
        .sql = lookup->sql, .in = lookup->in, .n = lookup->n,
        .shape = DB_SHAPE(CHANNEL_COLUMNS), .row = &row });
    db_end(db);
    if (err != PAY_OK)
        return err == PAY_NO_ROW ? PAY_NO_CHANNEL : err;
    err = channel_open(config, &row, &why);
    if (err == PAY_FAULT)
        return unusable(&row, db, why);
    if (err == PAY_OK)
        *out = row.channel;
    return err;
}

/* ---- kept */

static struct kept_channel {
    struct channel_config channel;
    int64_t until, used;
} kept[KEPT_CHANNELS];

static bool is_it(const struct kept_channel *slot, int64_t app_id, const char *code, int64_t id)
{
    const struct channel_account *account = &slot->channel.account;

    if (account->id == 0 || code == NULL)
        return account->id != 0 && account->id == id;
    return account->app_id == app_id && str_eq(account->code, code);
}

static struct kept_channel *kept_find(int64_t app_id, const char *code, int64_t id)
{
    for (size_t i = 0; i < KEPT_CHANNELS; i++)
        if (is_it(&kept[i], app_id, code, id))
            return &kept[i];
    return NULL;
}

static struct kept_channel *kept_oldest(void)
{
    struct kept_channel *oldest = &kept[0];

    for (size_t i = 1; i < KEPT_CHANNELS; i++)
        if (kept[i].used < oldest->used)
            oldest = &kept[i];
    return oldest;
}

static void json_drop(const struct json *value)
{
    struct json *root;

    /* we parsed it, so we may free what the account may not */
    memcpy(&root, &value, sizeof(root));
    json_free(&root);
}

static void kept_put(struct kept_channel *slot, const struct channel_config *fresh)
{
    json_drop(slot->channel.account.config);
    json_drop(slot->channel.account.secrets);
    slot->channel = *fresh;
}

/* A channel that is gone or no longer opens leaves its slot expired, not emptied: an earlier caller
 * may still hold it. */
static enum pay_err kept_answer(struct kept_channel *slot, enum pay_err err,
                                const struct channel_config *fresh,
                                const struct channel_config **out)
{
    if (err != PAY_OK) {
        if (slot != NULL)
            slot->until = 0;
        return err;
    }
    slot = slot != NULL ? slot : kept_oldest();
    kept_put(slot, fresh);
    slot->used = clock_ticks_us();
    slot->until = slot->used + KEPT_US;
    *out = &slot->channel;
    return PAY_OK;
}

static bool is_fresh(struct kept_channel *slot, const struct channel_config **out)
{
    int64_t now = clock_ticks_us();

    if (slot == NULL || now >= slot->until)
        return false;
    slot->used = now;
    *out = &slot->channel;
    return true;
}

enum pay_err channel_config_by_code(struct db *db, const struct config *config, int64_t app_id,
                                    const char *code, const struct channel_config **out)
{
    static const char SQL[] = CHANNEL_SELECT " WHERE c.app_id = ? AND c.code = ?";
    struct channel_config fresh;

    if (!str_is(code, ALPHA_CHANNEL, 1, CHANNEL_CODE_SIZE - 1))
        return PAY_NO_CHANNEL;
    struct kept_channel *slot = kept_find(app_id, code, 0);
    if (is_fresh(slot, out))
        return PAY_OK;
    const struct db_param in[] = { DB_NUM(app_id), DB_STR(code) };
    const struct channel_lookup lookup = { SQL, DB_LIST(in) };
    enum pay_err err = channel_read(db, config, &lookup, &fresh);
    return kept_answer(slot, err, &fresh, out);
}

enum pay_err channel_config_by_id(struct db *db, const struct config *config, int64_t id,
                                  const struct channel_config **out)
{
    static const char SQL[] = CHANNEL_SELECT " WHERE c.id = ?";
    struct channel_config fresh;

    struct kept_channel *slot = kept_find(0, NULL, id);
    if (is_fresh(slot, out))
        return PAY_OK;
    const struct db_param in[] = { DB_NUM(id) };
    const struct channel_lookup lookup = { SQL, DB_LIST(in) };
    enum pay_err err = channel_read(db, config, &lookup, &fresh);
    return kept_answer(slot, err, &fresh, out);
}
