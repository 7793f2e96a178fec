/* registry_channel.c - channels of apps: made, changed, shown, listed; their sealed secrets. */
#include "registry/registry_channel.h"

#include <stdio.h>

#include "base/file.h"
#include "io/crypto/sign.h"
#include "registry/registry_texts.h"

struct channel_create {
    const struct texts_of *of;
    const struct channel_spec *spec;
    struct channel_texts texts;
    struct sealed sealed;
    int64_t id;
};

static const struct channel_driver *driver_of(struct actor *actor, const char *code,
                                              const struct config *env)
{
    const struct channel_product *product;
    const struct channel_driver *driver = channel_find(code, env->test_mode, &product);

    if (!driver)
        actor->problem = channel_missing(code);
    return driver;
}

/* Those of another code of the app, with the given members over them. */
static enum pay_err texts_share(struct db *db, struct channel_create *w)
{
    const struct channel_spec *spec = w->spec;
    const struct channel_given given = { spec->config, spec->secrets };
    struct texts_of other = *w->of;

    other.code = spec->keys_of;
    if (driver_of(w->of->actor, spec->keys_of, spec->env) != w->of->driver) {
        w->of->actor->problem = "keys are shared by codes of one channel: alipay_…, wx_…";
        return PAY_BAD_FIELD;
    }
    enum pay_err err = texts_read(db, &other, &w->texts);
    if (err == PAY_NOT_FOUND) {
        w->of->actor->problem = "the app has no channel of the code whose keys are to be shared";
        return PAY_BAD_FIELD;
    }
    return err == PAY_OK ? texts_over(w->of, &given, true, &w->texts) : err;
}

static enum pay_err texts_fill(struct db *db, struct channel_create *w)
{
    const struct channel_spec *spec = w->spec;
    struct channel_texts *texts = &w->texts;

    if (spec->keys_of)
        return texts_share(db, w);
    if (!spec->config && !spec->secrets && w->of->driver->make) {
        w->of->actor->problem = "its keys could not be made";
        return texts_make(w->of->driver, spec->like, texts);
    }
    w->of->actor->problem = "config or secrets are too long";
    if (!text_copy(texts->config, sizeof(texts->config), str_or(spec->config, "{}")) ||
        !text_copy(texts->secrets, sizeof(texts->secrets), str_or(spec->secrets, "{}")))
        return PAY_BAD_FIELD;
    return PAY_OK;
}

static enum pay_err texts_prepare(struct db *db, struct channel_create *w)
{
    enum pay_err err = texts_fill(db, w);

    if (err == PAY_OK)
        err = texts_check(w->of, &w->texts);
    if (err == PAY_OK)
        err = texts_seal(w->of, &w->texts, &w->sealed);
    if (err == PAY_OK)
        w->of->actor->problem = NULL;
    return err;
}

static enum pay_err channel_create_work(struct db *db, void *arg)
{
    static const char SQL[] =
        "INSERT INTO pay_channel (app_id, code, name, fee_rate, config, config_sealed)"
        " VALUES (?, ?, ?, ?, ?, ?)";
    struct channel_create *w = arg;
    char on[VAULT_OWNER_SIZE];
    int64_t app_id;

    enum pay_err err = registry_app_id(db, w->spec->app_key, &app_id);
    if (err == PAY_OK)
        err = texts_prepare(db, w);
    if (err != PAY_OK)
        return err;
    const struct db_param in[] = {
        DB_NUM(app_id),
        DB_STR(w->spec->code),
        DB_STR(str_or(w->spec->name, w->spec->code)),
        DB_NUM(w->spec->fee_rate),
        DB_STR(w->texts.config),
        DB_BIN(w->sealed.at, w->sealed.len),
    };
    err = db_exec(db, SQL, DB_LIST(in), NULL);
    if (err != PAY_OK)
        return err;
    w->id = db_last_id(db);
    vault_owner(w->spec->app_key, w->spec->code, on);
    return registry_log(db, w->of->actor, "channel.create", on);
}

enum pay_err registry_channel_create(struct db *db, struct actor *actor,
                                     const struct channel_spec *spec, struct new_channel *out)
{
    static struct channel_create work;
    struct texts_of of = { actor, spec->env, NULL, spec->app_key, spec->code };

    of.driver = driver_of(actor, spec->code, spec->env);
    if (!of.driver)
        return PAY_BAD_FIELD;
    if (!utf8_shows(str_or(spec->name, ""))) {
        actor->problem = "the name must hold no character that does not show";
        return PAY_BAD_FIELD;
    }
    actor->problem = NULL;
    work = (struct channel_create){ .of = &of, .spec = spec };
    enum pay_err err = db_txn(db, channel_create_work, &work);
    if (err == PAY_DUPLICATE)
        actor->problem = "the app has a channel of this code already";
    out->id = work.id;
    memcpy(out->secret, work.texts.secret, sizeof(out->secret));
    sign_wipe(&work, sizeof(work));
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
    w->actor->problem =
        "its keys come from the channel: give the new ones with --config-file, --secrets-file";
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
        err = texts_seal(&(const struct texts_of){ .app_key = row.app_key, .code = row.code },
                         w->texts, &sealed);
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
