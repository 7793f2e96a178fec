/* registry_channel.c - channels of apps: made, changed, shown, listed; their sealed secrets. */
#include "registry/registry.h"

#include <stdio.h>

#include "base/json_text.h"
#include "io/crypto/sign.h"
#include "registry/registry_private.h"

#define JSON_ROOM 8192
#define PEM_SIZE 4096
#define RSA_BITS 2048

/* A configuration as it is stored: two JSON objects. */
struct channel_texts {
    char config[4096], secrets[JSON_ROOM], secret[NEW_SECRET_SIZE];
};

static void secret_new(char out[NEW_SECRET_SIZE])
{
    uint8_t bytes[32];
    struct text t = text_over(out, NEW_SECRET_SIZE);

    random_bytes(bytes, sizeof(bytes));
    text_add_hex(&t, bytes, sizeof(bytes));
    sign_wipe(bytes, sizeof(bytes));
}

/* The mock channel's configuration is made here: a shared secret and, for RSA2, the gateway's pair.
 */
static enum pay_err mock_texts(const char *sign_type, struct channel_texts *out)
{
    char private_pem[PEM_SIZE] = "", public_pem[PEM_SIZE] = "";
    struct text private_text = TEXT(private_pem), public_text = TEXT(public_pem);
    struct text config = TEXT(out->config), secrets = TEXT(out->secrets);
    struct json_text c = JSON_TEXT(&config), s = JSON_TEXT(&secrets);

    secret_new(out->secret);
    if (str_eq(sign_type, "RSA2") && !sign_rsa_new(RSA_BITS, &private_text, &public_text))
        return PAY_FAULT;
    json_open(&c, NULL);
    json_str(&c, "sign_type", sign_type);
    json_opt(&c, "public_key", public_pem);
    json_close(&c);
    json_open(&s, NULL);
    json_str(&s, "secret", out->secret);
    json_opt(&s, "gateway_private_key", private_pem);
    json_close(&s);
    sign_wipe(private_pem, sizeof(private_pem));
    return config.full || secrets.full ? PAY_FULL : PAY_OK;
}

/* What a person typed or pasted into the secrets; a PEM has lines, and its reader is lenient. */
static bool secret_ok(void *arg, const char *name, const struct json *value)
{
    static char problem[160];
    struct actor *actor = arg;
    size_t len = 0;
    const char *text = json_kind(value) == JSON_STRING ? json_text(value, &len) : NULL;

    if (!text || str_starts(text, "-----BEGIN "))
        return true;
    const char *why = strlen(text) == len ? secret_problem(text) : "it holds a NUL";
    if (why)
        snprintf(problem, sizeof(problem), "secrets.%.32s: %s", name, why);
    if (why)
        actor->problem = problem;
    return !why;
}

/* Refuses what could not work (domain.md rule 14): the driver looks at it as it will be used. */
static enum pay_err texts_check(struct actor *actor, const struct config *config,
                                const struct channel_driver *driver,
                                const struct channel_texts *texts)
{
    struct channel_account account = { .env = config };
    struct json *config_json = NULL, *secrets_json = NULL;

    actor->problem = "config and secrets must each be one JSON object";
    enum pay_err err = json_parse(texts->config, strlen(texts->config), &config_json);
    if (err == PAY_OK)
        err = json_parse(texts->secrets, strlen(texts->secrets), &secrets_json);
    if (err == PAY_OK && !json_each(secrets_json, secret_ok, actor))
        err = PAY_BAD_FIELD;
    if (err == PAY_OK && text_copy(account.code, sizeof(account.code), driver->code)) {
        account.config = config_json;
        account.secrets = secrets_json;
        err = driver->check(&account, &actor->problem);
    }
    json_free(&config_json);
    json_free(&secrets_json);
    return err == PAY_OK ? PAY_OK : PAY_BAD_FIELD;
}

static enum pay_err texts_seal(const char *app_key, const char *code, const char *secrets,
                               struct sealed *out)
{
    char owner[80];

    registry_owner(app_key, code, owner);
    const struct vault_place place = { "pay_channel", owner, "config_sealed" };
    return vault_seal(&place, secrets, strlen(secrets), out->at, sizeof(out->at), &out->len);
}

struct channel_create {
    struct actor *actor;
    const struct channel_spec *spec;
    const struct channel_texts *texts;
    const struct sealed *sealed;
    int64_t id;
};

static enum pay_err channel_create_work(struct db *db, void *arg)
{
    static const char SQL[] =
        "INSERT INTO pay_channel (app_id, code, name, fee_rate, config, config_sealed)"
        " VALUES (?, ?, ?, ?, ?, ?)";
    struct channel_create *w = arg;
    char on[80];
    int64_t app_id;

    enum pay_err err = registry_app_id(db, w->spec->app_key, &app_id);
    if (err != PAY_OK)
        return err;
    const struct db_param in[] = {
        DB_NUM(app_id),
        DB_STR(w->spec->code),
        DB_STR(str_or(w->spec->name, w->spec->code)),
        DB_NUM(w->spec->fee_rate),
        DB_STR(w->texts->config),
        DB_BIN(w->sealed->at, w->sealed->len),
    };
    err = db_exec(db, SQL, DB_LIST(in), NULL);
    if (err != PAY_OK)
        return err;
    w->id = db_last_id(db);
    registry_owner(w->spec->app_key, w->spec->code, on);
    return registry_log(db, w->actor, "channel.create", on);
}

static enum pay_err texts_fill(struct actor *actor, const struct channel_spec *spec,
                               struct channel_texts *texts)
{
    const char *sign_type = str_or(spec->sign_type, "HMAC-SHA256");

    if (!spec->config && !spec->secrets && str_eq(spec->code, "mock")) {
        actor->problem = "sign type must be HMAC-SHA256 or RSA2";
        if (!str_eq(sign_type, "HMAC-SHA256") && !str_eq(sign_type, "RSA2"))
            return PAY_BAD_FIELD;
        return mock_texts(sign_type, texts);
    }
    actor->problem = "config or secrets are too long";
    if (!text_copy(texts->config, sizeof(texts->config), str_or(spec->config, "{}")) ||
        !text_copy(texts->secrets, sizeof(texts->secrets), str_or(spec->secrets, "{}")))
        return PAY_BAD_FIELD;
    return PAY_OK;
}

enum pay_err registry_channel_create(struct db *db, struct actor *actor,
                                     const struct channel_spec *spec, struct new_channel *out)
{
    struct channel_texts texts = { .secret = "" };
    struct sealed sealed;

    const struct channel_driver *driver = channel_driver_find(spec->code, spec->env->test_mode);
    if (!driver) {
        actor->problem = str_eq(spec->code, "mock")
                   ? "the mock channel exists in test mode only (SHROFF_MODE=test)"
                   : "no such channel code";
        return PAY_BAD_FIELD;
    }
    enum pay_err err = texts_fill(actor, spec, &texts);
    if (err == PAY_OK)
        err = texts_check(actor, spec->env, driver, &texts);
    if (err == PAY_OK)
        err = texts_seal(spec->app_key, spec->code, texts.secrets, &sealed);
    sign_wipe(texts.secrets, sizeof(texts.secrets));
    if (err != PAY_OK)
        return err;
    actor->problem = NULL;
    struct channel_create work = {
        .actor = actor, .spec = spec, .texts = &texts, .sealed = &sealed
    };
    err = db_txn(db, channel_create_work, &work);
    if (err == PAY_DUPLICATE)
        actor->problem = "the app has a channel of this code already";
    out->id = work.id;
    memcpy(out->secret, texts.secret, sizeof(out->secret));
    return err == PAY_DUPLICATE ? PAY_CONFLICT : err;
}

static const struct db_column CHANNEL_COLUMNS[] = {
    DB_COLUMN(struct channel_row, id),
    DB_COLUMN(struct channel_row, app_key),
    DB_COLUMN(struct channel_row, code),
    DB_COLUMN(struct channel_row, name),
    DB_COLUMN(struct channel_row, status),
    DB_COLUMN(struct channel_row, fee_rate),
    DB_COLUMN(struct channel_row, config),
    DB_COLUMN(struct channel_row, remark),
    DB_COLUMN_TIME(struct channel_row, create_time),
};
#define CHANNEL_SELECT                                                                             \
    "SELECT c.id, a.app_key, c.code, c.name, c.status, c.fee_rate, c.config, c.remark, "           \
    "c.create_time"                                                                                \
    " FROM pay_channel c JOIN pay_app a ON a.id = c.app_id"

static enum pay_err channel_get(struct db *db, int64_t id, struct channel_row *out)
{
    static const char SQL[] = CHANNEL_SELECT " WHERE c.id = ? FOR UPDATE";
    const struct db_param in[] = { DB_NUM(id) };

    enum pay_err err = db_select(
        db,
        &(struct db_query){
            .sql = SQL, .in = in, .n = COUNT(in), .shape = DB_SHAPE(CHANNEL_COLUMNS), .row = out });
    return err == PAY_NO_ROW ? PAY_NOT_FOUND : err;
}

struct channel_change {
    struct actor *actor;
    struct channel_texts *texts;
    int64_t id, status;
};

static enum pay_err channel_log(struct db *db, const struct channel_change *w,
                                const struct channel_row *row, const char *what)
{
    char on[80];

    registry_owner(row->app_key, row->code, on);
    return registry_log(db, w->actor, what, on);
}

static enum pay_err channel_rotate_work(struct db *db, void *arg)
{
    static const char SQL[] = "UPDATE pay_channel SET config = ?, config_sealed = ? WHERE id = ?";
    struct channel_change *w = arg;
    struct channel_row row;
    struct sealed sealed;

    enum pay_err err = channel_get(db, w->id, &row);
    if (err == PAY_OK && !str_eq(row.code, "mock")) {
        w->actor->problem = "only the mock channel's secret is made here: others come from the"
                            " channel";
        return PAY_BAD_FIELD;
    }
    if (err == PAY_OK)
        err = mock_texts(strstr(row.config, "RSA2") ? "RSA2" : "HMAC-SHA256", w->texts);
    if (err == PAY_OK)
        err = texts_seal(row.app_key, row.code, w->texts->secrets, &sealed);
    if (err != PAY_OK)
        return err;
    const struct db_param in[] = { DB_STR(w->texts->config), DB_BIN(sealed.at, sealed.len),
                                   DB_NUM(w->id) };
    err = db_exec(db, SQL, DB_LIST(in), NULL);
    return err == PAY_OK ? channel_log(db, w, &row, "channel.rotate") : err;
}

enum pay_err registry_channel_rotate(struct db *db, struct actor *actor, int64_t id,
                                     char secret[NEW_SECRET_SIZE])
{
    struct channel_texts texts = { .secret = "" };
    struct channel_change work = { .actor = actor, .texts = &texts, .id = id };

    enum pay_err err = db_txn(db, channel_rotate_work, &work);
    memcpy(secret, texts.secret, NEW_SECRET_SIZE);
    sign_wipe(&texts, sizeof(texts));
    return err;
}

static enum pay_err channel_status_work(struct db *db, void *arg)
{
    static const char SQL[] = "UPDATE pay_channel SET status = ? WHERE id = ?";
    struct channel_change *w = arg;
    struct channel_row row;

    enum pay_err err = channel_get(db, w->id, &row);
    if (err != PAY_OK)
        return err;
    const struct db_param in[] = { DB_NUM(w->status), DB_NUM(w->id) };
    err = db_exec(db, SQL, DB_LIST(in), NULL);
    if (err != PAY_OK)
        return err;
    return channel_log(db, w, &row, w->status ? "channel.disable" : "channel.enable");
}

enum pay_err registry_channel_status(struct db *db, struct actor *actor, int64_t id,
                                     int64_t status)
{
    struct channel_change work = { .actor = actor, .id = id, .status = status };
    return db_txn(db, channel_status_work, &work);
}

struct channel_each {
    enum pay_err (*each)(void *, const struct channel_row *);
    void *arg;
};

static enum pay_err channel_each(void *arg, void *row)
{
    const struct channel_each *e = arg;
    return e->each(e->arg, row);
}

enum pay_err registry_channel_list(struct db *db, const char *app_key,
                                   enum pay_err (*each)(void *, const struct channel_row *),
                                   void *arg)
{
    static const char SQL[] = CHANNEL_SELECT
        " WHERE (? IS NULL OR a.app_key = ?) ORDER BY c.id LIMIT 1000";
    struct channel_row row;
    struct channel_each e = { each, arg };

    if (app_key && !str_is(app_key, ALPHA_NONCE, 1, APP_KEY_SIZE - 1))
        return PAY_NOT_FOUND;
    const struct db_param in[] = { DB_OPT(app_key), DB_OPT(app_key) };
    enum pay_err err = db_select(db, &(struct db_query){ .sql = SQL,
                                                         .in = in,
                                                         .n = COUNT(in),
                                                         .shape = DB_SHAPE(CHANNEL_COLUMNS),
                                                         .row = &row,
                                                         .each = channel_each,
                                                         .arg = &e });
    db_end(db);
    return err;
}
