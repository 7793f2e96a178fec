/* registry_channel.c - channels of apps: made, changed, shown, listed; their sealed secrets. */
#include "registry/registry.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/file.h"
#include "channel/member.h"
#include "io/crypto/sign.h"
#include "registry/registry_private.h"

#define JSON_ROOM 8192

/* A configuration as it is stored: two JSON objects. */
struct channel_texts {
    char config[CHANNEL_CONFIG_SIZE], secrets[JSON_ROOM], secret[NEW_SECRET_SIZE];
};

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

static enum pay_err texts_parse(const struct channel_texts *texts, struct json **config,
                                struct json **secrets)
{
    enum pay_err err = json_parse(texts->config, strlen(texts->config), config);
    if (err == PAY_OK)
        err = json_parse(texts->secrets, strlen(texts->secrets), secrets);
    const bool objects = err == PAY_OK && json_kind(*config) == JSON_OBJECT &&
                         json_kind(*secrets) == JSON_OBJECT;
    return err == PAY_OK && !objects ? PAY_BAD_BODY : err;
}

static void refuse_ended(void *arg, const char *name, int64_t end_time)
{
    static char problem[160];
    struct actor *actor = arg;
    struct text why = TEXT(problem);

    if (actor->problem || clock_now_ms() < end_time)
        return;
    text_addf(&why, "%s ended on ", name);
    time_add(&why, end_time);
    text_add(&why, ": get the next one from the channel");
    actor->problem = problem;
}

static enum pay_err certs_check(struct actor *actor, const struct channel_driver *driver,
                                const void *keys)
{
    const struct channel_account account = { .keys = keys };

    actor->problem = NULL;
    if (driver->certs)
        driver->certs(&account, refuse_ended, actor);
    return actor->problem ? PAY_BAD_FIELD : PAY_OK;
}

/* Refuses what could not work: the driver opens it as it will be used. */
static enum pay_err texts_check(struct actor *actor, const struct channel_spec *spec,
                                const struct channel_driver *driver,
                                const struct channel_texts *texts)
{
    struct json *config = NULL, *secrets = NULL;
    void *keys = NULL;

    actor->problem = "config and secrets must each be one JSON object";
    enum pay_err err = texts_parse(texts, &config, &secrets);
    const struct channel_parsed row = { spec->code, config, secrets, spec->env };
    if (err == PAY_OK && !json_each(secrets, secret_ok, actor))
        err = PAY_BAD_FIELD;
    if (err == PAY_OK)
        err = channel_members_known(driver, &row, &actor->problem);
    if (err == PAY_OK)
        err = channel_open(driver, &row, &keys, &actor->problem);
    if (err == PAY_OK) {
        err = certs_check(actor, driver, keys);
        driver->shut(keys);
    }
    json_free(&config);
    json_free(&secrets);
    return err == PAY_OK ? PAY_OK : PAY_BAD_FIELD;
}

/* New keys of the driver's making, like those of `like` (a JSON object, or NULL); the one that is
 * shown is copied out. */
static enum pay_err texts_make(const struct channel_driver *driver, const char *like,
                               struct channel_texts *out)
{
    struct text config = TEXT(out->config), secrets = TEXT(out->secrets);
    struct json *old = NULL, *made = NULL;

    if (like && json_parse(like, strlen(like), &old) != PAY_OK)
        return PAY_BAD_FIELD;
    enum pay_err err = driver->make(old, &config, &secrets);
    if (err == PAY_OK)
        err = json_parse(out->secrets, secrets.len, &made);
    for (size_t i = 0; err == PAY_OK && i < driver->member_count; i++) {
        const struct channel_member *m = &driver->members[i];
        if (m->shown && !text_copy(out->secret, sizeof(out->secret), member_text(made, m->name)))
            err = PAY_FULL;
    }
    json_free(&old);
    json_free(&made);
    return err;
}

static enum pay_err texts_seal(const char *app_key, const char *code, const char *secrets,
                               struct sealed *out)
{
    char owner[VAULT_OWNER_SIZE];

    vault_owner(app_key, code, owner);
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
    char on[VAULT_OWNER_SIZE];
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
    vault_owner(w->spec->app_key, w->spec->code, on);
    return registry_log(db, w->actor, "channel.create", on);
}

static enum pay_err texts_fill(struct actor *actor, const struct channel_spec *spec,
                               const struct channel_driver *driver, struct channel_texts *texts)
{
    if (!spec->config && !spec->secrets && driver->make) {
        actor->problem = "its keys could not be made";
        return texts_make(driver, spec->like, texts);
    }
    actor->problem = "config or secrets are too long";
    if (!text_copy(texts->config, sizeof(texts->config), str_or(spec->config, "{}")) ||
        !text_copy(texts->secrets, sizeof(texts->secrets), str_or(spec->secrets, "{}")))
        return PAY_BAD_FIELD;
    return PAY_OK;
}

static const struct channel_driver *driver_of(struct actor *actor, const char *code,
                                              const struct config *env)
{
    const struct channel_product *product;
    const struct channel_driver *driver = channel_find(code, env->test_mode, &product);

    if (!driver)
        actor->problem = channel_missing(code);
    return driver;
}

enum pay_err registry_channel_create(struct db *db, struct actor *actor,
                                     const struct channel_spec *spec, struct new_channel *out)
{
    struct channel_texts texts = { .secret = "" };
    struct sealed sealed;

    const struct channel_driver *driver = driver_of(actor, spec->code, spec->env);
    if (!driver)
        return PAY_BAD_FIELD;
    if (!utf8_shows(str_or(spec->name, ""))) {
        actor->problem = "the name must hold no character that does not show";
        return PAY_BAD_FIELD;
    }
    enum pay_err err = texts_fill(actor, spec, driver, &texts);
    if (err == PAY_OK)
        err = texts_check(actor, spec, driver, &texts);
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
#define CHANNEL_ROW_SELECT \
    "SELECT c.id, a.app_key, c.code, c.name, c.status, c.fee_rate, c.config, c.remark, " \
    "c.create_time" \
    " FROM pay_channel c JOIN pay_app a ON a.id = c.app_id"

static enum pay_err channel_get(struct db *db, int64_t id, struct channel_row *out)
{
    static const char SQL[] = CHANNEL_ROW_SELECT " WHERE c.id = ? FOR UPDATE";
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
    char on[VAULT_OWNER_SIZE];

    vault_owner(row->app_key, row->code, on);
    return registry_log(db, w->actor, what, on);
}

static enum pay_err texts_anew(const struct channel_change *w, const struct channel_row *row)
{
    const struct channel_product *product;
    const struct channel_driver *driver = channel_find(row->code, true, &product);

    if (driver && driver->make)
        return texts_make(driver, row->config, w->texts);
    w->actor->problem = "its keys are made by the channel, not here";
    return PAY_BAD_FIELD;
}

static enum pay_err channel_rotate_work(struct db *db, void *arg)
{
    static const char SQL[] = "UPDATE pay_channel SET config = ?, config_sealed = ? WHERE id = ?";
    struct channel_change *w = arg;
    struct channel_row row;
    struct sealed sealed;

    enum pay_err err = channel_get(db, w->id, &row);
    if (err == PAY_OK)
        err = texts_anew(w, &row);
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
    return channel_log(db, w, &row,
                       w->status == CHANNEL_DISABLED ? "channel.disable" : "channel.enable");
}

enum pay_err registry_channel_status(struct db *db, struct actor *actor,
                                     const struct channel_row *to)
{
    struct channel_change work = { .actor = actor, .id = to->id, .status = to->status };
    return db_txn(db, channel_status_work, &work);
}

enum pay_err registry_channel_list(struct db *db, const char *app_key, db_each *each, void *arg)
{
    static const char SQL[] = CHANNEL_ROW_SELECT
        " WHERE (? IS NULL OR a.app_key = ?) ORDER BY c.id";
    struct channel_row row;

    return registry_list(db, app_key,
                         &(struct db_query){ .sql = SQL,
                                             .shape = DB_SHAPE(CHANNEL_COLUMNS),
                                             .row = &row,
                                             .each = each,
                                             .arg = arg });
}
