/* channel_config.c - channels with their secrets opened, kept 1 s per process. */
#include "app/channel_config.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/kept.h"
#include "base/log.h"
#include "io/crypto/sign.h"
#include "io/crypto/vault.h"
#include "app/channel_note.h"
#include "app/unusable.h"
#include "channel/member.h"

#define SEALED_SIZE 16384
#define KEPT_CHANNELS 24 /* over 16: a pointer lives until that many others were looked up */

struct channel_found {
    struct channel_config channel;
    char config[CHANNEL_CONFIG_SIZE];
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

static const char *last_why = "";

const char *channel_config_why(void)
{
    return last_why;
}

/* It is there and cannot be used: our fault, not "no such channel", and not a wrong signature. */
static enum pay_err unusable(const struct channel_found *row, struct db *db, const char *why)
{
    char room[128];
    struct text what = TEXT(room);

    last_why = why;
    text_addf(&what, "channel %s/%s", row->channel.app_key, row->channel.account.code);
    unusable_tell(db, row->channel.account.app_id, room, why);
    return PAY_FAULT;
}

static enum pay_err secrets_open(const struct channel_found *row, struct json **out)
{
    static char text[VAULT_MAX + 1];
    char owner[VAULT_OWNER_SIZE];
    const struct vault_place place = { "pay_channel", owner, "config_sealed" };
    size_t len = 0;

    vault_owner(row->channel.app_key, row->channel.account.code, owner);
    enum pay_err err = vault_unseal(&place, row->sealed.at, row->sealed.len, text, VAULT_MAX, &len);
    if (err == PAY_OK)
        err = json_parse(text, len, out);
    sign_wipe(text, sizeof(text));
    return err;
}

/* *why says what cannot be used with PAY_FAULT. */
static enum pay_err row_keys_open(struct channel_found *row, void **keys, const char **why)
{
    const struct channel_account *account = &row->channel.account;
    struct json *config = NULL, *secrets = NULL;

    *why = "its config is no JSON";
    enum pay_err err = json_parse(row->config, strlen(row->config), &config);
    if (err == PAY_OK) {
        *why = "its secrets do not open";
        err = secrets_open(row, &secrets);
    }
    const struct channel_parsed texts = { account->code, config, secrets, account->env };
    if (err == PAY_OK)
        err = channel_open(row->channel.driver, &texts, keys, why);
    json_free(&config);
    json_free(&secrets);
    return err == PAY_OK ? PAY_OK : PAY_FAULT;
}

struct channel_lookup {
    const char *sql;
    const struct db_param *in;
    size_t n;
};

static struct channel_found latest; /* the row that was read last */

/* Reads it, without its keys. */
static enum pay_err row_read(struct db *db, const struct config *config,
                             const struct channel_lookup *lookup)
{
    static uint8_t room[SEALED_SIZE];
    struct channel_account *account = &latest.channel.account;

    latest = (struct channel_found){ .sealed = { room, sizeof(room), 0 } };
    enum pay_err err = db_select(db, &(struct db_query){ .sql = lookup->sql,
                                                         .in = lookup->in,
                                                         .n = lookup->n,
                                                         .shape = DB_SHAPE(CHANNEL_COLUMNS),
                                                         .row = &latest });
    db_end(db);
    if (err != PAY_OK)
        return err == PAY_NO_ROW ? PAY_NO_CHANNEL : err;
    account->env = config;
    account->notes = channel_notes(db);
    latest.channel.driver = channel_find(account->code, config->test_mode, &account->product);
    return latest.channel.driver ? PAY_OK : PAY_NO_CHANNEL;
}

/* ---- kept */

/* Of the texts that the keys were made of. */
struct print {
    struct mac config, sealed;
};

static struct kept_channel {
    struct kept kept;
    struct channel_config channel;
    struct print print;
    void *keys;
} channels[KEPT_CHANNELS];

static struct kept_channel *channel_kept_as(const struct channel_key *key)
{
    for (size_t i = 0; i < KEPT_CHANNELS; i++) {
        const struct channel_account *account = &channels[i].channel.account;
        if (account->id != 0 && account->app_id == key->app_id && str_eq(account->code, key->code))
            return &channels[i];
    }
    return NULL;
}

static struct kept_channel *channel_kept_by_id(int64_t id)
{
    for (size_t i = 0; i < KEPT_CHANNELS; i++)
        if (id != 0 && channels[i].channel.account.id == id)
            return &channels[i];
    return NULL;
}

static enum pay_err print_row(struct print *out)
{
    return sign_sha256(latest.config, strlen(latest.config), &out->config) &&
                   sign_sha256(latest.sealed.at, latest.sealed.len, &out->sealed)
               ? PAY_OK
               : PAY_FAULT;
}

/* The keys are made anew only when the row's texts changed. */
static enum pay_err keys_take(struct db *db, struct kept_channel *slot)
{
    struct print print;
    const char *why = "";
    void *keys = NULL;

    enum pay_err err = print_row(&print);
    if (err != PAY_OK)
        return err;
    if (slot->keys && memcmp(&print, &slot->print, sizeof(print)) == 0)
        return PAY_OK;
    err = row_keys_open(&latest, &keys, &why);
    if (err != PAY_OK)
        return unusable(&latest, db, why);
    if (slot->keys)
        slot->channel.driver->shut(slot->keys);
    slot->keys = keys;
    slot->print = print;
    return PAY_OK;
}

/* A channel that is gone or no longer opens leaves its slot expired, not emptied: an earlier caller
 * may still hold it. */
static enum pay_err channel_read(struct db *db, const struct config *config,
                                 const struct channel_lookup *lookup, struct kept_channel *slot,
                                 const struct channel_config **out)
{
    const int64_t since = clock_ticks_us();
    enum pay_err err = row_read(db, config, lookup);

    if (slot)
        kept_end(&slot->kept);
    else
        slot = kept_oldest(channels, KEPT_CHANNELS, sizeof(channels[0]));
    if (err == PAY_OK && slot->channel.account.id != latest.channel.account.id)
        slot->print = (struct print){ .config = { { 0 } } };
    if (err == PAY_OK)
        err = keys_take(db, slot);
    *out = err == PAY_FAULT && latest.channel.driver ? &latest.channel : NULL;
    if (err != PAY_OK)
        return err;
    slot->channel = latest.channel;
    slot->channel.account.keys = slot->keys;
    kept_from(&slot->kept, since);
    *out = &slot->channel;
    return PAY_OK;
}

static bool is_fresh(struct kept_channel *slot, const struct channel_config **out)
{
    if (!slot || !kept_is_fresh(&slot->kept))
        return false;
    *out = &slot->channel;
    return true;
}

enum pay_err channel_config_by_code(struct db *db, const struct config *config, int64_t app_id,
                                    const char *code, const struct channel_config **out)
{
    static const char SQL[] = CHANNEL_SELECT " WHERE c.app_id = ? AND c.code = ?";
    if (!str_is(code, ALPHA_CHANNEL, 1, CHANNEL_CODE_SIZE - 1))
        return PAY_NO_CHANNEL;
    struct kept_channel *slot = channel_kept_as(&(struct channel_key){ app_id, code });
    if (is_fresh(slot, out))
        return PAY_OK;
    const struct db_param in[] = { DB_NUM(app_id), DB_STR(code) };
    const struct channel_lookup lookup = { SQL, DB_LIST(in) };
    return channel_read(db, config, &lookup, slot, out);
}

enum pay_err channel_config_by_id(struct db *db, const struct config *config, int64_t id,
                                  const struct channel_config **out)
{
    static const char SQL[] = CHANNEL_SELECT " WHERE c.id = ?";
    struct kept_channel *slot = channel_kept_by_id(id);
    if (is_fresh(slot, out))
        return PAY_OK;
    const struct db_param in[] = { DB_NUM(id) };
    const struct channel_lookup lookup = { SQL, DB_LIST(in) };
    return channel_read(db, config, &lookup, slot, out);
}

enum pay_err channel_secrets_each(
    struct db *db, const struct config *config, const struct channel_key *key,
    bool (*each)(void *arg, const char *name, const struct json *value), void *arg)
{
    static const char SQL[] = CHANNEL_SELECT " WHERE c.app_id = ? AND c.code = ?";
    const struct db_param in[] = { DB_NUM(key->app_id), DB_STR(key->code) };
    const struct channel_lookup lookup = { SQL, DB_LIST(in) };
    struct json *secrets = NULL;

    enum pay_err err = row_read(db, config, &lookup);
    if (err == PAY_OK)
        err = secrets_open(&latest, &secrets);
    if (err == PAY_OK && json_kind(secrets) == JSON_OBJECT)
        (void)json_each(secrets, each, arg);
    json_free(&secrets);
    return err;
}
