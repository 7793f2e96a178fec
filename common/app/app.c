/* app.c - apps and their keys, kept 1 s per process: what each signed request asks for first. */
#include "app/app.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/kept.h"
#include "base/log.h"
#include "io/crypto/sign.h"
#include "io/crypto/vault.h"

#define KEPT_APPS 16

static const struct {
    const char *word;
    unsigned bit;
} SCOPES[] = {
    { "payment:create", SCOPE_CREATE },     { "payment:query", SCOPE_QUERY },
    { "payment:close", SCOPE_CLOSE },       { "refund:execute", SCOPE_REFUND },
    { "transfer:execute", SCOPE_TRANSFER }, { "sandbox:clock", SCOPE_CLOCK },
    { "wallet:execute", SCOPE_WALLET },
};

static unsigned scope_bit(const char *word, size_t len)
{
    for (size_t i = 0; i < COUNT(SCOPES); i++)
        if (strlen(SCOPES[i].word) == len && strncmp(SCOPES[i].word, word, len) == 0)
            return SCOPES[i].bit;
    return 0;
}

bool scopes_parse(const char *text, unsigned *bits)
{
    unsigned sum = 0;

    if (str_eq(text, "all")) {
        *bits = SCOPE_ALL;
        return true;
    }
    for (const char *at = text; *at != '\0';) {
        at += strspn(at, ", ");
        size_t len = strcspn(at, ", ");
        unsigned bit = scope_bit(at, len);
        if (len > 0 && bit == 0)
            return false;
        sum |= bit;
        at += len;
    }
    if (sum == 0)
        return false;
    *bits = sum;
    return true;
}

void scopes_add(struct text *to, unsigned bits)
{
    size_t before = to->len;

    for (size_t i = 0; i < COUNT(SCOPES); i++) {
        if ((bits & SCOPES[i].bit) == 0)
            continue;
        if (to->len > before)
            text_add_char(to, ',');
        text_add(to, SCOPES[i].word);
    }
}

/* ---- the rows */

struct app_found {
    struct app app;
    char allowed_nets[1025];
};

#define APP_SELECT \
    "SELECT id, status, notify_append_channel, notify_closed, app_key, name, order_notify_url," \
    " refund_notify_url, transfer_notify_url, notify_schedule, late_payment, allowed_nets" \
    " FROM pay_app"

static const struct db_column APP_COLUMNS[] = {
    DB_COLUMN(struct app_found, app.id),
    DB_COLUMN(struct app_found, app.status),
    DB_COLUMN(struct app_found, app.notify_append_channel),
    DB_COLUMN(struct app_found, app.notify_closed),
    DB_COLUMN(struct app_found, app.app_key),
    DB_COLUMN(struct app_found, app.name),
    DB_COLUMN(struct app_found, app.order_notify_url),
    DB_COLUMN(struct app_found, app.refund_notify_url),
    DB_COLUMN(struct app_found, app.transfer_notify_url),
    DB_COLUMN(struct app_found, app.notify_schedule),
    DB_COLUMN(struct app_found, app.late_payment),
    DB_COLUMN(struct app_found, allowed_nets),
};

struct key_found {
    struct app_key key;
    char algorithm[17], scopes[256];
    struct db_bytes sealed;
};

static const struct db_column KEY_COLUMNS[] = {
    DB_COLUMN(struct key_found, key.id),     DB_COLUMN_TIME(struct key_found, key.expire_time),
    DB_COLUMN(struct key_found, key.key_id), DB_COLUMN(struct key_found, algorithm),
    DB_COLUMN(struct key_found, scopes),     DB_COLUMN(struct key_found, key.public_key),
    DB_COLUMN(struct key_found, sealed),
};

static void key_shut(struct app *app, const struct app_key *key, const char *why)
{
    struct shut_key *shut = &app->shut[app->shut_count];

    log_event(LOG_ERROR, "app.key_shut", KV("app_key", app->app_key), KV("key_id", key->key_id),
              KV("why", why));
    if (app->shut_count == APP_KEYS_MAX || !text_copy(shut->key_id, APP_KEY_SIZE, key->key_id))
        return;
    shut->algorithm = key->algorithm;
    shut->why = why;
    app->shut_count++;
}

static bool key_secret_open(struct key_found *row, const char *owner)
{
    const struct vault_place place = { "pay_app_key", owner, "secret_sealed" };
    size_t len = 0;

    if (vault_unseal(&place, row->sealed.at, row->sealed.len, row->key.secret,
                     sizeof(row->key.secret) - 1, &len) != PAY_OK ||
        len == 0)
        return false;
    row->key.secret[len] = '\0';
    return true;
}

static enum pay_err key_take(void *arg, void *at)
{
    struct app *app = arg;
    struct key_found *row = at;
    char owner[VAULT_OWNER_SIZE];

    if (app->key_count == APP_KEYS_MAX)
        return PAY_OK;
    vault_owner(app->app_key, row->key.key_id, owner);
    memset(row->key.secret, 0, sizeof(row->key.secret));
    row->key.algorithm = str_eq(row->algorithm, "RSA2") ? KEY_RSA2 : KEY_HMAC_SHA256;
    if (!scopes_parse(row->scopes, &row->key.scopes))
        key_shut(app, &row->key, "it has a scope that is not known here");
    else if (row->key.algorithm == KEY_HMAC_SHA256 && !key_secret_open(row, owner))
        key_shut(app, &row->key, "its secret does not open");
    else
        app->keys[app->key_count++] = row->key;
    sign_wipe(row->key.secret, sizeof(row->key.secret));
    return PAY_OK;
}

#define KEY_SELECT \
    "SELECT id, expire_time, key_id, algorithm, scopes, public_key, secret_sealed AS sealed" \
    "  FROM pay_app_key WHERE app_id = ?"
/* clang-format off */
static const char SQL_LIVE_KEYS[] = KEY_SELECT
    " AND status = " STATE(KEY_LIVE)
    " AND (expire_time IS NULL OR expire_time > UTC_TIMESTAMP(3)) ORDER BY id";
/* clang-format on */
static const char SQL_ENDED_KEYS[] = KEY_SELECT
    " AND (status <> " STATE(KEY_LIVE) " OR expire_time <= UTC_TIMESTAMP(3)) ORDER BY id DESC";

static enum pay_err app_keys_read(struct db *db, const char *sql, struct app *app)
{
    const struct db_param in[] = { DB_NUM(app->id) };
    uint8_t room[APP_SEALED_SIZE];
    struct key_found row = { .sealed = { room, sizeof(room), 0 } };

    return db_select(db, &(struct db_query){ .sql = sql,
                                             .in = in,
                                             .n = COUNT(in),
                                             .shape = DB_SHAPE(KEY_COLUMNS),
                                             .row = &row,
                                             .each = key_take,
                                             .arg = app });
}

static enum pay_err app_read(struct db *db, const char *sql, const struct db_param *key,
                             struct app *out)
{
    struct app_found row = { .app.id = 0 };

    enum pay_err err = db_select(
        db, &(struct db_query){
                .sql = sql, .in = key, .n = 1, .shape = DB_SHAPE(APP_COLUMNS), .row = &row });
    if (err != PAY_OK)
        return err;
    row.app.no_list = *row.allowed_nets != '\0' &&
                      !net_list_parse(row.allowed_nets, &row.app.allowed);
    if (row.app.no_list)
        log_event(LOG_ERROR, "app.allowed_nets", KV("app_key", row.app.app_key));
    *out = row.app;
    return app_keys_read(db, SQL_LIVE_KEYS, out);
}

enum pay_err app_ended_keys(struct db *db, const struct app *app, struct app *out)
{
    *out = *app;
    out->key_count = out->shut_count = 0;
    enum pay_err err = app_keys_read(db, SQL_ENDED_KEYS, out);
    db_end(db);
    return err;
}

/* ---- kept */

static struct kept_app {
    struct kept kept;
    struct app app;
} apps[KEPT_APPS];

static struct kept_app *app_kept(const char *app_key, int64_t id)
{
    for (size_t i = 0; i < KEPT_APPS; i++)
        if (apps[i].app.id != 0 &&
            (app_key ? str_eq(apps[i].app.app_key, app_key) : apps[i].app.id == id))
            return &apps[i];
    return NULL;
}

static enum pay_err app_get(struct db *db, const char *app_key, int64_t id, const struct app **out)
{
    static const char SQL_BY_KEY[] = APP_SELECT " WHERE app_key = ?";
    static const char SQL_BY_ID[] = APP_SELECT " WHERE id = ?";
    const struct db_param by_key = DB_STR(app_key), by_id = DB_NUM(id);
    struct kept_app *slot = app_kept(app_key, id);
    static struct app fresh;

    if (!slot || !kept_is_fresh(&slot->kept)) {
        const int64_t since = clock_ticks_us();
        enum pay_err err = app_key ? app_read(db, SQL_BY_KEY, &by_key, &fresh)
                                   : app_read(db, SQL_BY_ID, &by_id, &fresh);
        db_end(db);
        if (err != PAY_OK)
            return err;
        slot = slot ? slot : kept_oldest(apps, KEPT_APPS, sizeof(apps[0]));
        slot->app = fresh;
        kept_from(&slot->kept, since);
        sign_wipe(&fresh, sizeof(fresh));
    }
    *out = &slot->app;
    return PAY_OK;
}

bool app_key_ok(const char *app_key)
{
    return !app_key || str_is(app_key, ALPHA_NONCE, 1, APP_KEY_SIZE - 1);
}

enum pay_err app_find(struct db *db, const char *app_key, const struct app **out)
{
    if (!str_is(app_key, ALPHA_NONCE, 1, APP_KEY_SIZE - 1))
        return PAY_NO_ROW;
    enum pay_err err = app_get(db, app_key, 0, out);
    /* A list that cannot be read must not become "any address". */
    return err == PAY_OK && (*out)->no_list ? PAY_FAULT : err;
}

void app_forget(const char *app_key)
{
    struct kept_app *slot = app_kept(app_key, 0);

    if (slot)
        kept_end(&slot->kept);
}

enum pay_err app_by_id(struct db *db, int64_t id, const struct app **out)
{
    return app_get(db, NULL, id, out);
}
