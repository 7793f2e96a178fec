/* registry_app.c - apps: made, changed, shown, listed; their webhook secrets. */
#include "registry/registry.h"

#include <stdio.h>

#include "io/http/http.h"
#include "io/crypto/sign.h"
#include "io/crypto/vault.h"
#include "notify/notify.h"
#include "registry/registry_private.h"

#define WEBHOOK_BYTES 32

static const struct db_column ID_COLUMNS[] = { DB_COLUMN(struct registry_id, id) };

enum pay_err registry_app_id(struct db *db, const char *app_key, int64_t *id)
{
    static const char SQL[] = "SELECT id FROM pay_app WHERE app_key = ? FOR UPDATE";
    struct registry_id row = { 0 };

    if (!str_is(app_key, ALPHA_NONCE, 1, APP_KEY_SIZE - 1))
        return PAY_NOT_FOUND;
    const struct db_param in[] = { DB_STR(app_key) };
    enum pay_err err = db_select(
        db, &(struct db_query){
                .sql = SQL, .in = in, .n = COUNT(in), .shape = DB_SHAPE(ID_COLUMNS), .row = &row });
    if (err == PAY_OK)
        *id = row.id;
    return err == PAY_NO_ROW ? PAY_NOT_FOUND : err;
}

enum pay_err registry_list(struct db *db, const char *app_key, struct db_query *query)
{
    if (!app_key_ok(app_key))
        return PAY_NOT_FOUND;
    const struct db_param in[] = { DB_OPT(app_key), DB_OPT(app_key) };
    query->in = in;
    query->n = COUNT(in);
    enum pay_err err = db_select(db, query);
    db_end(db);
    return err;
}

enum pay_err registry_log(struct db *db, struct actor *actor, const char *what, const char *on)
{
    return admin_log_add(db, actor->who, what, on, actor->why);
}

/* A fresh "whsec_…" and the same sealed for its app. */
static enum pay_err webhook_secret_new(const char *app_key, char text[WEBHOOK_TEXT_SIZE],
                                       struct sealed *sealed)
{
    uint8_t key[WEBHOOK_BYTES];
    struct text t = text_over(text, WEBHOOK_TEXT_SIZE);

    random_bytes(key, sizeof(key));
    text_add(&t, "whsec_");
    sign_base64_add(&t, key, sizeof(key));
    const struct vault_place place = { "pay_app", app_key, "webhook_secret_sealed" };
    enum pay_err err =
        vault_seal(&place, text, t.len, sealed->at, sizeof(sealed->at), &sealed->len);
    sign_wipe(key, sizeof(key));
    return err;
}

static bool url_ok(const char *url)
{
    struct http_url parts;
    return !*url || http_url_ok(url, &parts);
}

static enum pay_err app_check(struct actor *actor, const struct app_row *app)
{
    struct notify_schedule schedule;
    struct net_list nets;

    actor->problem = NULL;
    if (!*app->name || utf8_count(app->name, strlen(app->name)) > 64)
        actor->problem = "the name must have 1 to 64 characters";
    else if (!utf8_shows(app->name) || !utf8_shows(app->remark))
        actor->problem = "the name and the remark must hold no character that does not show";
    else if (!url_ok(app->order_notify_url) || !url_ok(app->refund_notify_url) ||
             !url_ok(app->transfer_notify_url))
        actor->problem = "the notify URL must be absolute http or https, at most 1024 bytes,"
                         " without user or fragment";
    else if (!notify_schedule_parse(app->notify_schedule, &schedule))
        actor->problem = "the schedule must be seed, long, or gaps in seconds: 15,60,600";
    else if (!str_eq(app->late_payment, "accept") && !str_eq(app->late_payment, "refund") &&
             !str_eq(app->late_payment, "hold"))
        actor->problem = "late payment must be accept, refund or hold";
    else if (*app->allowed_nets && !net_list_parse(app->allowed_nets, &nets))
        actor->problem = "the allowed nets must be a list like 10.0.0.0/8,2001:db8::/32";
    return actor->problem ? PAY_BAD_FIELD : PAY_OK;
}

struct app_create {
    struct actor *actor;
    struct app_row *app;
    const struct sealed *secret;
};

static enum pay_err app_create_work(struct db *db, void *arg)
{
    static const char SQL[] =
        "INSERT INTO pay_app (app_key, name, order_notify_url, refund_notify_url,"
        " transfer_notify_url, notify_append_channel, notify_closed,"
        " notify_schedule, late_payment, allowed_nets, webhook_secret_sealed, remark)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    const struct app_create *w = arg;
    const struct app_row *a = w->app;
    const struct db_param in[] = {
        DB_STR(a->app_key),
        DB_STR(a->name),
        DB_OPT(a->order_notify_url),
        DB_OPT(a->refund_notify_url),
        DB_OPT(a->transfer_notify_url),
        DB_NUM(a->notify_append_channel),
        DB_NUM(a->notify_closed),
        DB_STR(a->notify_schedule),
        DB_STR(a->late_payment),
        DB_STR(a->allowed_nets),
        DB_BIN(w->secret->at, w->secret->len),
        DB_STR(a->remark),
    };

    enum pay_err err = db_exec(db, SQL, DB_LIST(in), NULL);
    if (err == PAY_OK) {
        w->app->id = db_last_id(db);
        err = registry_log(db, w->actor, "app.create", a->app_key);
    }
    return err;
}

enum pay_err registry_app_create(struct db *db, struct actor *actor, struct app_row *app,
                                 char webhook_secret[WEBHOOK_TEXT_SIZE])
{
    struct sealed secret;

    enum pay_err err = app_check(actor, app);
    if (err != PAY_OK)
        return err;
    if (!*app->app_key)
        registry_name_new(APP_KEY_PREFIX, app->app_key);
    err = webhook_secret_new(app->app_key, webhook_secret, &secret);
    if (err != PAY_OK)
        return err;
    struct app_create work = { actor, app, &secret };
    return db_txn(db, app_create_work, &work);
}

struct app_change {
    struct actor *actor;
    const char *app_key;
    const struct app_row *app;
    const struct sealed *secret;
    int64_t number;
};

static enum pay_err app_set_work(struct db *db, void *arg)
{
    static const char SQL[] =
        "UPDATE pay_app SET name = ?, order_notify_url = ?, refund_notify_url = ?,"
        " transfer_notify_url = ?, notify_append_channel = ?, notify_closed = ?,"
        " notify_schedule = ?, late_payment = ?, allowed_nets = ?, remark = ?"
        " WHERE id = ?";
    const struct app_change *w = arg;
    const struct app_row *a = w->app;
    int64_t id;

    enum pay_err err = registry_app_id(db, a->app_key, &id);
    if (err != PAY_OK)
        return err;
    const struct db_param in[] = {
        DB_STR(a->name),
        DB_OPT(a->order_notify_url),
        DB_OPT(a->refund_notify_url),
        DB_OPT(a->transfer_notify_url),
        DB_NUM(a->notify_append_channel),
        DB_NUM(a->notify_closed),
        DB_STR(a->notify_schedule),
        DB_STR(a->late_payment),
        DB_STR(a->allowed_nets),
        DB_STR(a->remark),
        DB_NUM(id),
    };
    err = db_exec(db, SQL, DB_LIST(in), NULL);
    return err == PAY_OK ? registry_log(db, w->actor, "app.set", a->app_key) : err;
}

enum pay_err registry_app_set(struct db *db, struct actor *actor, const struct app_row *app)
{
    struct app_change work = { .actor = actor, .app = app };

    enum pay_err err = app_check(actor, app);
    return err == PAY_OK ? db_txn(db, app_set_work, &work) : err;
}

static enum pay_err app_status_work(struct db *db, void *arg)
{
    static const char SQL[] = "UPDATE pay_app SET status = ? WHERE id = ?";
    const struct app_change *w = arg;
    int64_t id;

    enum pay_err err = registry_app_id(db, w->app_key, &id);
    if (err != PAY_OK)
        return err;
    const struct db_param in[] = { DB_NUM(w->number), DB_NUM(id) };
    err = db_exec(db, SQL, DB_LIST(in), NULL);
    if (err != PAY_OK)
        return err;
    return registry_log(db, w->actor, w->number == APP_DISABLED ? "app.disable" : "app.enable",
                        w->app_key);
}

enum pay_err registry_app_status(struct db *db, struct actor *actor, const char *app_key,
                                 int64_t status)
{
    struct app_change work = { .actor = actor, .app_key = app_key, .number = status };
    return db_txn(db, app_status_work, &work);
}

/* The old secret moves to the column whose name is part of its seal, so it is opened and sealed
 * anew. */
static enum pay_err old_secret_move(struct db *db, const struct app_change *w, int64_t id)
{
    static const char SQL_GET[] = "SELECT webhook_secret_sealed AS value FROM pay_app WHERE id = ?";
    static const char SQL_PUT[] =
        "UPDATE pay_app SET webhook_secret_old_sealed = ?,"
        " webhook_secret_old_until = UTC_TIMESTAMP(3) + INTERVAL ? SECOND WHERE id = ?";
    struct sealed_row row = { .value = { row.room, sizeof(row.room), 0 } };
    const struct db_param get[] = { DB_NUM(id) };
    struct sealed moved;

    enum pay_err err = db_select(
        db, &(struct db_query){
                .sql = SQL_GET, .in = get, .n = COUNT(get), .shape = SEALED_SHAPE, .row = &row });
    if (err != PAY_OK)
        return err;
    const struct vault_place from = { "pay_app", w->app_key, "webhook_secret_sealed" };
    const struct vault_place to = { "pay_app", w->app_key, "webhook_secret_old_sealed" };
    err = registry_reseal(&from, &to, &row, &moved);
    if (err != PAY_OK)
        return err;
    const struct db_param put[] = { DB_BIN(moved.at, moved.len), DB_NUM(w->number), DB_NUM(id) };
    return db_exec(db, SQL_PUT, DB_LIST(put), NULL);
}

static enum pay_err app_rotate_work(struct db *db, void *arg)
{
    static const char SQL[] = "UPDATE pay_app SET webhook_secret_sealed = ? WHERE id = ?";
    const struct app_change *w = arg;
    int64_t id;

    enum pay_err err = registry_app_id(db, w->app_key, &id);
    if (err == PAY_OK)
        err = old_secret_move(db, w, id);
    if (err != PAY_OK)
        return err;
    const struct db_param in[] = { DB_BIN(w->secret->at, w->secret->len), DB_NUM(id) };
    err = db_exec(db, SQL, DB_LIST(in), NULL);
    return err == PAY_OK ? registry_log(db, w->actor, "app.rotate", w->app_key) : err;
}

enum pay_err registry_app_rotate(struct db *db, struct actor *actor, const char *app_key,
                                 int64_t overlap_s, char webhook_secret[WEBHOOK_TEXT_SIZE])
{
    struct sealed secret;

    if (!str_is(app_key, ALPHA_NONCE, 1, APP_KEY_SIZE - 1))
        return PAY_NOT_FOUND;
    enum pay_err err = webhook_secret_new(app_key, webhook_secret, &secret);
    if (err != PAY_OK)
        return err;
    struct app_change work = {
        .actor = actor, .app_key = app_key, .secret = &secret, .number = overlap_s
    };
    return db_txn(db, app_rotate_work, &work);
}

static const struct db_column APP_COLUMNS[] = {
    DB_COLUMN(struct app_row, id),
    DB_COLUMN(struct app_row, app_key),
    DB_COLUMN(struct app_row, name),
    DB_COLUMN(struct app_row, status),
    DB_COLUMN(struct app_row, order_notify_url),
    DB_COLUMN(struct app_row, refund_notify_url),
    DB_COLUMN(struct app_row, transfer_notify_url),
    DB_COLUMN(struct app_row, notify_append_channel),
    DB_COLUMN(struct app_row, notify_closed),
    DB_COLUMN(struct app_row, notify_schedule),
    DB_COLUMN(struct app_row, late_payment),
    DB_COLUMN(struct app_row, allowed_nets),
    DB_COLUMN(struct app_row, remark),
    DB_COLUMN_TIME(struct app_row, create_time),
};
#define APP_ROW_SELECT \
    "SELECT id, app_key, name, status, order_notify_url, refund_notify_url, transfer_notify_url," \
    " notify_append_channel, notify_closed, notify_schedule, late_payment, allowed_nets, remark," \
    " create_time FROM pay_app"

enum pay_err registry_app_get(struct db *db, const char *app_key, struct app_row *out)
{
    static const char SQL[] = APP_ROW_SELECT " WHERE app_key = ?";

    if (!str_is(app_key, ALPHA_NONCE, 1, APP_KEY_SIZE - 1))
        return PAY_NOT_FOUND;
    const struct db_param in[] = { DB_STR(app_key) };
    enum pay_err err = db_select(
        db, &(struct db_query){
                .sql = SQL, .in = in, .n = COUNT(in), .shape = DB_SHAPE(APP_COLUMNS), .row = out });
    db_end(db);
    return err == PAY_NO_ROW ? PAY_NOT_FOUND : err;
}

enum pay_err registry_app_list(struct db *db, db_each *each, void *arg)
{
    static const char SQL[] = APP_ROW_SELECT " ORDER BY id";
    struct app_row row;

    enum pay_err err = db_select(
        db,
        &(struct db_query){
            .sql = SQL, .shape = DB_SHAPE(APP_COLUMNS), .row = &row, .each = each, .arg = arg });
    db_end(db);
    return err;
}
