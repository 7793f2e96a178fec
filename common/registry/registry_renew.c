/* registry_renew.c - new keys from the channel, pasted once: all channels of an app with the same
 * account there get them in one transaction. */
#include <stdio.h>

#include "registry/registry_texts.h"

#define CODES_MAX 32

struct code_row {
    int64_t id;
    char app_key[APP_KEY_SIZE], code[CHANNEL_CODE_SIZE];
};
static const struct db_column CODE_COLUMNS[] = {
    DB_COLUMN(struct code_row, id),
    DB_COLUMN(struct code_row, app_key),
    DB_COLUMN(struct code_row, code),
};

struct renewing {
    struct actor *actor;
    struct channel_renewal *out;
    struct code_row named, rows[CODES_MAX]; /* the channel that the operator named; its app's */
    size_t count;
    struct text codes;
    bool has_account;
    char account[MERCHANT_SIZE]; /* of the named one, as it was */
};

static enum pay_err code_take(void *arg, void *row)
{
    struct renewing *w = arg;

    if (w->count < COUNT(w->rows))
        w->rows[w->count++] = *(const struct code_row *)row;
    return PAY_OK;
}

/* The app's row is locked, as it is while a channel is made: the next one has the new keys. */
static enum pay_err codes_lock(struct db *db, struct renewing *w)
{
    static const char NAMED[] =
        "SELECT c.id, a.app_key, c.code FROM pay_channel c JOIN pay_app a ON a.id = c.app_id"
        " WHERE c.id = ?";
    static const char ALL[] =
        "SELECT c.id, a.app_key, c.code FROM pay_channel c JOIN pay_app a ON a.id = c.app_id"
        " WHERE a.id = ? ORDER BY c.id";
    const struct db_param id[] = { DB_NUM(w->out->id) };
    struct code_row row;
    int64_t app_id;

    enum pay_err err = db_select(db, &(struct db_query){ .sql = NAMED,
                                                         .in = id,
                                                         .n = COUNT(id),
                                                         .shape = DB_SHAPE(CODE_COLUMNS),
                                                         .row = &w->named });
    if (err == PAY_OK)
        err = registry_app_id(db, w->named.app_key, &app_id);
    if (err != PAY_OK)
        return err == PAY_NO_ROW ? PAY_NOT_FOUND : err;
    const struct db_param app[] = { DB_NUM(app_id) };
    return db_select(db, &(struct db_query){ .sql = ALL,
                                             .in = app,
                                             .n = COUNT(app),
                                             .shape = DB_SHAPE(CODE_COLUMNS),
                                             .row = &row,
                                             .each = code_take,
                                             .arg = w });
}

/* Refunds of what was paid there, and questions about it, need the account's own keys. */
static enum pay_err account_kept(struct db *db, const struct renewing *w, const struct texts_of *of,
                                 int64_t channel_id, const struct channel_texts *texts)
{
    static const char SQL[] =
        "SELECT EXISTS (SELECT 1 FROM pay_order_extension WHERE channel_id = ?)"
        "    OR EXISTS (SELECT 1 FROM pay_transfer WHERE channel_id = ?)";
    const struct db_param in[] = { DB_NUM(channel_id), DB_NUM(channel_id) };
    char account[MERCHANT_SIZE];
    int64_t used = 0;

    (void)texts_account(of->driver, texts, account);
    if (str_eq(account, w->account))
        return PAY_OK;
    enum pay_err err = db_number(db, SQL, DB_LIST(in), &used);
    if (err == PAY_OK && used != 0)
        of->actor->problem = "it was paid at the account that it has now, whose keys refunds need:"
                             " another account needs a channel of another app";
    return err == PAY_OK && used != 0 ? PAY_CONFLICT : err;
}

static enum pay_err texts_put(struct db *db, const struct texts_of *of, int64_t channel_id,
                              const struct channel_texts *texts)
{
    static const char SQL[] = "UPDATE pay_channel SET config = ?, config_sealed = ? WHERE id = ?";
    char on[VAULT_OWNER_SIZE];
    struct sealed sealed;

    enum pay_err err = texts_seal(of, texts, &sealed);
    if (err != PAY_OK)
        return err;
    const struct db_param in[] = { DB_STR(texts->config), DB_BIN(sealed.at, sealed.len),
                                   DB_NUM(channel_id) };
    err = db_exec(db, SQL, DB_LIST(in), NULL);
    vault_owner(of->app_key, of->code, on);
    return err == PAY_OK ? registry_log(db, of->actor, "channel.rotate", on) : err;
}

/* texts: those that the channel has. */
static enum pay_err texts_renew(struct db *db, struct renewing *w, const struct texts_of *of,
                                const struct code_row *row, struct channel_texts *texts)
{
    const bool named = row->id == w->named.id;

    enum pay_err err = texts_over(of, &w->out->given, named, texts);
    if (err == PAY_OK)
        err = texts_check(of, texts);
    if (err == PAY_OK)
        err = account_kept(db, w, of, row->id, texts);
    if (err == PAY_OK)
        err = texts_put(db, of, row->id, texts);
    if (err == PAY_OK)
        text_addf(&w->codes, "%s%s", w->codes.len > 0 ? ", " : "", row->code);
    return err;
}

/* One channel of the app, if it has the driver and the account of the named one. */
static enum pay_err code_renew(struct db *db, struct renewing *w,
                               const struct channel_driver *driver, const struct code_row *row)
{
    static struct channel_texts texts;
    const struct texts_of of = { w->actor, w->out->env, driver, row->app_key, row->code };
    const bool named = row->id == w->named.id;
    char account[MERCHANT_SIZE];

    texts.secret[0] = '\0';
    enum pay_err err = texts_read(db, &of, &texts);
    if (err == PAY_OK && named)
        w->has_account = texts_account(driver, &texts, w->account);
    if (err == PAY_OK && !named)
        (void)texts_account(driver, &texts, account);
    if (err == PAY_OK && (named || (w->has_account && str_eq(account, w->account))))
        err = texts_renew(db, w, &of, row, &texts);
    sign_wipe(texts.secrets, sizeof(texts.secrets));
    return err;
}

static enum pay_err renew_work(struct db *db, void *arg)
{
    struct renewing *w = arg;
    const struct channel_product *product;

    w->count = 0;
    w->codes = text_over(w->out->codes, sizeof(w->out->codes));
    enum pay_err err = codes_lock(db, w);
    const struct channel_driver *driver =
        err == PAY_OK ? channel_find(w->named.code, w->out->env->test_mode, &product) : NULL;
    if (err == PAY_OK && !driver)
        w->actor->problem = "its channel code does not exist in this mode";
    if (!driver)
        return err == PAY_OK ? PAY_BAD_FIELD : err;
    err = code_renew(db, w, driver, &w->named);
    for (size_t i = 0; i < w->count && err == PAY_OK; i++)
        if (w->rows[i].id != w->named.id &&
            channel_find(w->rows[i].code, w->out->env->test_mode, &product) == driver)
            err = code_renew(db, w, driver, &w->rows[i]);
    return err;
}

enum pay_err registry_channel_renew(struct db *db, struct actor *actor,
                                    struct channel_renewal *renewal)
{
    static struct renewing work;

    work = (struct renewing){ .actor = actor, .out = renewal };
    actor->problem = NULL;
    enum pay_err err = db_txn(db, renew_work, &work);
    return err;
}
