/* registry_texts.c - a channel's configuration and secrets as texts: read, made, changed, checked,
 * sealed. */
#include "registry/registry_texts.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json_text.h"
#include "channel/member.h"

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
enum pay_err texts_check(const struct texts_of *of, const struct channel_texts *texts)
{
    struct json *config = NULL, *secrets = NULL;
    void *keys = NULL;

    of->actor->problem = "config and secrets must each be one JSON object";
    enum pay_err err = texts_parse(texts, &config, &secrets);
    const struct channel_parsed row = { of->code, config, secrets, of->env };
    if (err == PAY_OK && !json_each(secrets, secret_ok, of->actor))
        err = PAY_BAD_FIELD;
    if (err == PAY_OK)
        err = channel_members_known(of->driver, &row, &of->actor->problem);
    if (err == PAY_OK)
        err = channel_open(of->driver, &row, &keys, &of->actor->problem);
    if (err == PAY_OK) {
        err = certs_check(of->actor, of->driver, keys);
        of->driver->shut(keys);
    }
    json_free(&config);
    json_free(&secrets);
    return err == PAY_OK ? PAY_OK : PAY_BAD_FIELD;
}

/* New keys of the driver's making, like those of `like` (a JSON object, or NULL); the one that is
 * shown is copied out. */
enum pay_err texts_make(const struct channel_driver *driver, const char *like,
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

enum pay_err texts_seal(const struct texts_of *of, const struct channel_texts *texts,
                        struct sealed *out)
{
    char owner[VAULT_OWNER_SIZE];

    vault_owner(of->app_key, of->code, owner);
    const struct vault_place place = { "pay_channel", owner, "config_sealed" };
    return vault_seal(&place, texts->secrets, strlen(texts->secrets), out->at, sizeof(out->at),
                      &out->len);
}

/* ---- what is stored, and its change member by member */

struct stored {
    char config[CHANNEL_CONFIG_SIZE];
    struct db_bytes sealed;
};
static const struct db_column STORED_COLUMNS[] = {
    DB_COLUMN(struct stored, config),
    DB_COLUMN(struct stored, sealed),
};

static enum pay_err stored_unseal(const struct texts_of *of, const struct stored *row,
                                  struct channel_texts *out)
{
    char owner[VAULT_OWNER_SIZE];
    const struct vault_place place = { "pay_channel", owner, "config_sealed" };
    size_t len = 0;

    vault_owner(of->app_key, of->code, owner);
    enum pay_err err = vault_unseal(&place, row->sealed.at, row->sealed.len, out->secrets,
                                    sizeof(out->secrets) - 1, &len);
    out->secrets[err == PAY_OK ? len : 0] = '\0';
    if (err != PAY_OK)
        of->actor->problem = "the secrets of the channel do not open: the master key is another";
    return err == PAY_OK && !text_copy(out->config, sizeof(out->config), row->config) ? PAY_FULL
                                                                                      : err;
}

enum pay_err texts_read(struct db *db, const struct texts_of *of, struct channel_texts *out)
{
    static const char SQL[] = "SELECT c.config, c.config_sealed AS sealed"
                              "  FROM pay_channel c JOIN pay_app a ON a.id = c.app_id"
                              " WHERE a.app_key = ? AND c.code = ? FOR UPDATE";
    static uint8_t room[VAULT_MAX + VAULT_EXTRA];
    static struct stored row;
    const struct db_param in[] = { DB_STR(of->app_key), DB_STR(of->code) };

    row = (struct stored){ .sealed = { room, sizeof(room), 0 } };
    enum pay_err err = db_select(
        db,
        &(struct db_query){
            .sql = SQL, .in = in, .n = COUNT(in), .shape = DB_SHAPE(STORED_COLUMNS), .row = &row });
    if (err == PAY_NO_ROW)
        return PAY_NOT_FOUND;
    return err == PAY_OK ? stored_unseal(of, &row, out) : err;
}

/* One of the two objects. */
struct object {
    const struct texts_of *of;
    bool secret, whole;
    const char *name;
    struct json *given, *old;
};

static bool given_ok(void *arg, const char *name, const struct json *value)
{
    static char problem[160];
    const struct object *w = arg;
    size_t len = 0;
    const char *text = json_kind(value) == JSON_STRING ? json_text(value, &len) : "";

    if ((json_kind(value) == JSON_STRING || json_kind(value) == JSON_NULL) && strlen(text) == len)
        return true;
    snprintf(problem, sizeof(problem), "%s.%.32s must be a text, or null to leave it out", w->name,
             name);
    w->of->actor->problem = problem;
    return false;
}

/* Each member as it was given, or else as it was. What is given as null or "" is left out. */
static void members_over(const struct object *w, struct text *to)
{
    const struct channel_driver *driver = w->of->driver;
    struct json_text json = JSON_TEXT(to);

    json_open(&json, NULL);
    for (size_t i = 0; i < driver->member_count; i++) {
        const struct channel_member *m = &driver->members[i];
        const bool from = json_member(w->given, m->name) && (w->whole || m->of != MEMBER_OF_CODE);
        if (m->secret == w->secret)
            json_opt(&json, m->name, member_text(from ? w->given : w->old, m->name));
    }
    json_close(&json);
}

static enum pay_err object_over(struct object *w, const char *given, char *room, size_t size)
{
    static char made[CHANNEL_CONFIG_SIZE];
    struct text to = TEXT(made);

    w->of->actor->problem = "config and secrets must each be one JSON object";
    enum pay_err err = json_parse(given, strlen(given), &w->given);
    if (err == PAY_OK && json_kind(w->given) != JSON_OBJECT)
        err = PAY_BAD_BODY;
    if (err == PAY_OK)
        err = json_parse(room, strlen(room), &w->old);
    if (err == PAY_OK && !json_each(w->given, given_ok, w))
        err = PAY_BAD_FIELD;
    if (err == PAY_OK) {
        members_over(w, &to);
        err = to.full || !text_copy(room, size, made) ? PAY_FULL : PAY_OK;
    }
    sign_wipe(made, sizeof(made));
    json_free(&w->given);
    json_free(&w->old);
    return err == PAY_OK ? PAY_OK : PAY_BAD_FIELD;
}

static enum pay_err given_known(const struct texts_of *of, const struct channel_given *given)
{
    struct json *config = NULL, *secrets = NULL;
    const char *const config_text = str_or(given->config, "{}");
    const char *const secrets_text = str_or(given->secrets, "{}");

    of->actor->problem = "config and secrets must each be one JSON object";
    enum pay_err err = json_parse(config_text, strlen(config_text), &config);
    if (err == PAY_OK)
        err = json_parse(secrets_text, strlen(secrets_text), &secrets);
    const struct channel_parsed row = { of->code, config, secrets, of->env };
    if (err == PAY_OK && json_kind(config) == JSON_OBJECT && json_kind(secrets) == JSON_OBJECT)
        err = channel_members_known(of->driver, &row, &of->actor->problem);
    json_free(&config);
    json_free(&secrets);
    return err == PAY_OK ? PAY_OK : PAY_BAD_FIELD;
}

enum pay_err texts_over(const struct texts_of *of, const struct channel_given *given, bool whole,
                        struct channel_texts *texts)
{
    struct object config = { .of = of, .whole = whole, .name = "config" };
    struct object secrets = { .of = of, .whole = whole, .secret = true, .name = "secrets" };

    enum pay_err err = given_known(of, given);
    if (err == PAY_OK)
        err =
            object_over(&config, str_or(given->config, "{}"), texts->config, sizeof(texts->config));
    if (err == PAY_OK)
        err = object_over(&secrets, str_or(given->secrets, "{}"), texts->secrets,
                          sizeof(texts->secrets));
    return err;
}

bool texts_account(const struct channel_driver *driver, const struct channel_texts *texts,
                   char account[MERCHANT_SIZE])
{
    struct json *config = NULL;

    *account = '\0';
    if (json_parse(texts->config, strlen(texts->config), &config) != PAY_OK)
        return false;
    for (size_t i = 0; i < driver->member_count; i++)
        if (driver->members[i].of == MEMBER_OF_ACCOUNT &&
            !text_copy(account, MERCHANT_SIZE,
                       str_or(member_text(config, driver->members[i].name), "")))
            *account = '\0';
    json_free(&config);
    return *account != '\0';
}
