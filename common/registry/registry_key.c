/* registry_key.c - keys of apps: made, rotated, revoked, listed. */
#include "registry/registry.h"

#include "base/clock.h"
#include "base/file.h"
#include "io/crypto/sign.h"
#include "registry/registry_private.h"

#define SECRET_MIN 32

struct key_create {
    struct actor *actor;
    const struct key_spec *spec;
    const struct new_key *key;
    struct sealed sealed; /* len 0 for RSA2 */
    struct mac digest;    /* of the secret or public key */
    const char *scopes;
    const char *old_key_id; /* rotated away, or NULL */
    int64_t overlap_s;
};

/* At most APP_KEYS_MAX live keys: a request without key_id tries them all. */
static enum pay_err key_room(struct db *db, int64_t app_id)
{
    /* clang-format off */
    static const char SQL[] = "SELECT COUNT(*) FROM pay_app_key"
                              " WHERE app_id = ? AND status = " STATE(KEY_LIVE)
                              " AND (expire_time IS NULL OR expire_time > UTC_TIMESTAMP(3))";
    /* clang-format on */
    const struct db_param in[] = { DB_NUM(app_id) };
    int64_t count;

    enum pay_err err = db_number(db, SQL, DB_LIST(in), &count);
    return err == PAY_OK && count >= APP_KEYS_MAX ? PAY_CONFLICT : err;
}

static enum pay_err app_key_insert(struct db *db, const struct key_create *w, int64_t app_id)
{
    struct mac print;
    static const char SQL[] = "INSERT INTO pay_app_key (app_id, key_id, algorithm, secret_sealed, "
                              "public_key, fingerprint,"
                              " scopes, expire_time) VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
    enum pay_err err = registry_print(db, &w->digest, &print);
    if (err == PAY_FAULT)
        w->actor->problem = "the master key does not open this installation's own key: it is"
                            " another one (docs/operate.md, The master key)";
    if (err != PAY_OK)
        return err;
    const struct db_param in[] = {
        DB_NUM(app_id),
        DB_STR(w->key->key_id),
        DB_STR(w->sealed.len ? "HMAC-SHA256" : "RSA2"),
        { DB_BYTES, w->sealed.len ? w->sealed.at : NULL, w->sealed.len },
        DB_OPT(w->spec->public_key),
        DB_BIN(print.bytes, sizeof(print.bytes)),
        DB_STR(w->scopes),
        DB_WHEN(w->spec->expire_time),
    };
    return db_exec(db, SQL, DB_LIST(in), NULL);
}

/* Never later than it would have ended anyway. */
static enum pay_err old_key_expire(struct db *db, const struct key_create *w, int64_t app_id)
{
    static const char SQL[] =
        "UPDATE pay_app_key SET expire_time = LEAST(IFNULL(expire_time, '9999-12-31'),"
        " UTC_TIMESTAMP(3) + INTERVAL ? SECOND)"
        " WHERE app_id = ? AND key_id = ?";
    const struct db_param in[] = { DB_NUM(w->overlap_s), DB_NUM(app_id), DB_STR(w->old_key_id) };

    return db_exec(db, SQL, DB_LIST(in), NULL);
}

static enum pay_err key_create_work(struct db *db, void *arg)
{
    const struct key_create *w = arg;
    char on[VAULT_OWNER_SIZE];
    int64_t app_id;

    enum pay_err err = registry_app_id(db, w->spec->app_key, &app_id);
    if (err == PAY_OK)
        err = key_room(db, app_id);
    if (err == PAY_OK)
        err = app_key_insert(db, w, app_id);
    if (err == PAY_OK && w->old_key_id)
        err = old_key_expire(db, w, app_id);
    if (err != PAY_OK)
        return err;
    vault_owner(w->spec->app_key, w->key->key_id, on);
    return registry_log(db, w->actor, w->old_key_id ? "key.rotate" : "key.create", on);
}

/* The HMAC secret, made or taken over, sealed, with its digest. */
static enum pay_err secret_prepare(struct key_create *work, struct new_key *out)
{
    const struct key_spec *spec = work->spec;
    struct sealed *sealed = &work->sealed;
    char owner[VAULT_OWNER_SIZE];

    if (!spec->secret) {
        uint8_t bytes[32];
        random_bytes(bytes, sizeof(bytes));
        struct text t = TEXT(out->secret);
        text_add_hex(&t, bytes, sizeof(bytes));
        sign_wipe(bytes, sizeof(bytes));
    } else {
        work->actor->problem = secret_problem(spec->secret);
        if (!work->actor->problem && (strlen(spec->secret) < SECRET_MIN ||
                                      !text_copy(out->secret, SECRET_SIZE, spec->secret)))
            work->actor->problem = "a secret must have 32 to 128 characters";
        if (work->actor->problem)
            return PAY_BAD_FIELD;
    }
    if (!sign_sha256(out->secret, strlen(out->secret), &work->digest))
        return PAY_FAULT;
    vault_owner(spec->app_key, out->key_id, owner);
    const struct vault_place place = { "pay_app_key", owner, "secret_sealed" };
    return vault_seal(&place, out->secret, strlen(out->secret), sealed->at, sizeof(sealed->at),
                      &sealed->len);
}

static enum pay_err key_make(struct db *db, struct key_create *work, struct new_key *out)
{
    enum pay_err err = PAY_OK;

    work->actor->problem = NULL;
    registry_name_new("key_", out->key_id);
    out->secret[0] = '\0';
    if (work->spec->public_key) {
        if (!sign_rsa_public_ok(work->spec->public_key) ||
            !sign_rsa_print(work->spec->public_key, &work->digest)) {
            work->actor->problem = "the public key must be RSA of at least 2048 bits with exponent"
                                   " 65537, PEM or base64 DER";
            return PAY_BAD_FIELD;
        }
    } else {
        err = secret_prepare(work, out);
    }
    if (err != PAY_OK)
        return err;
    work->key = out;
    err = db_txn(db, key_create_work, work);
    if (err == PAY_CONFLICT)
        work->actor->problem = "the app has 4 live keys already: revoke one first";
    if (err == PAY_DUPLICATE)
        work->actor->problem = "this secret or public key is registered already, here or for"
                               " another app";
    return err == PAY_DUPLICATE ? PAY_CONFLICT : err;
}

enum pay_err registry_key_create(struct db *db, struct actor *actor, const struct key_spec *spec,
                                 struct new_key *out)
{
    unsigned bits;
    char room[256];
    struct text scopes = TEXT(room);

    if (!str_is(spec->app_key, ALPHA_NONCE, 1, APP_KEY_SIZE - 1))
        return PAY_NOT_FOUND;
    if (!scopes_parse(spec->scopes, &bits) || !bits) {
        actor->problem =
            "scopes are all, or some of payment:create,payment:query,payment:close,refund:execute,"
            "transfer:execute,wallet:execute,sandbox:clock";
        return PAY_BAD_FIELD;
    }
    scopes_add(&scopes, bits);
    struct key_create work = { .actor = actor, .spec = spec, .scopes = room };
    return key_make(db, &work, out);
}

static const struct db_column KEY_COLUMNS[] = {
    DB_COLUMN(struct key_row, id),
    DB_COLUMN(struct key_row, app_key),
    DB_COLUMN(struct key_row, key_id),
    DB_COLUMN(struct key_row, algorithm),
    DB_COLUMN(struct key_row, scopes),
    DB_COLUMN(struct key_row, status),
    DB_COLUMN_TIME(struct key_row, expire_time),
    DB_COLUMN_TIME(struct key_row, last_used_time),
    DB_COLUMN_TIME(struct key_row, create_time),
};
#define KEY_ROW_SELECT \
    "SELECT k.id, a.app_key, k.key_id, k.algorithm, k.scopes, k.status, k.expire_time," \
    " k.last_used_time, k.create_time FROM pay_app_key k JOIN pay_app a ON a.id = k.app_id"

enum pay_err registry_key_rotate(struct db *db, struct actor *actor, const struct key_ref *ref,
                                 int64_t overlap_s, struct new_key *out)
{
    static const char SQL[] = KEY_ROW_SELECT " WHERE a.app_key = ? AND k.key_id = ?";
    struct key_row old;

    actor->problem = NULL;
    if (!str_is(ref->app_key, ALPHA_NONCE, 1, APP_KEY_SIZE - 1) ||
        !str_is(ref->key_id, ALPHA_NONCE, 1, APP_KEY_SIZE - 1))
        return PAY_NOT_FOUND;
    const struct db_param in[] = { DB_STR(ref->app_key), DB_STR(ref->key_id) };
    enum pay_err err = db_select(
        db,
        &(struct db_query){
            .sql = SQL, .in = in, .n = COUNT(in), .shape = DB_SHAPE(KEY_COLUMNS), .row = &old });
    db_end(db);
    if (err != PAY_OK)
        return err == PAY_NO_ROW ? PAY_NOT_FOUND : err;
    if (old.status != KEY_LIVE || (old.expire_time != 0 && old.expire_time <= clock_now_ms())) {
        actor->problem = "the key is revoked or has expired: create a new one";
        return PAY_CONFLICT;
    }
    if (!str_eq(old.algorithm, "HMAC-SHA256")) {
        actor->problem = "an RSA2 key is the merchant's own: create the new one, then revoke the"
                         " old";
        return PAY_BAD_FIELD;
    }
    const struct key_spec spec = { .app_key = ref->app_key };
    struct key_create work = { .actor = actor,
                               .spec = &spec,
                               .scopes = old.scopes,
                               .old_key_id = ref->key_id,
                               .overlap_s = overlap_s };
    return key_make(db, &work, out);
}

struct key_revoke {
    struct actor *actor;
    const char *app_key, *key_id;
};

/* Revoked already is as good: the row is there, whatever it said. */
static enum pay_err key_revoke_work(struct db *db, void *arg)
{
    static const char SQL_GET[] =
        "SELECT id FROM pay_app_key WHERE app_id = ? AND key_id = ? FOR UPDATE";
    static const char SQL_PUT[] =
        "UPDATE pay_app_key SET status = " STATE(KEY_REVOKED) " WHERE id = ?";
    static const struct db_column COLUMNS[] = { DB_COLUMN(struct registry_id, id) };
    const struct key_revoke *w = arg;
    struct registry_id key = { 0 };
    int64_t app_id;
    char on[VAULT_OWNER_SIZE];

    enum pay_err err = registry_app_id(db, w->app_key, &app_id);
    if (err != PAY_OK)
        return err;
    const struct db_param get[] = { DB_NUM(app_id), DB_STR(w->key_id) };
    err = db_select(
        db,
        &(struct db_query){
            .sql = SQL_GET, .in = get, .n = COUNT(get), .shape = DB_SHAPE(COLUMNS), .row = &key });
    if (err != PAY_OK)
        return err == PAY_NO_ROW ? PAY_NOT_FOUND : err;
    const struct db_param put[] = { DB_NUM(key.id) };
    err = db_exec(db, SQL_PUT, DB_LIST(put), NULL);
    if (err != PAY_OK)
        return err;
    vault_owner(w->app_key, w->key_id, on);
    return registry_log(db, w->actor, "key.revoke", on);
}

enum pay_err registry_key_revoke(struct db *db, struct actor *actor, const char *app_key,
                                 const char *key_id)
{
    struct key_revoke work = { actor, app_key, key_id };

    if (!str_is(key_id, ALPHA_NONCE, 1, APP_KEY_SIZE - 1))
        return PAY_NOT_FOUND;
    return db_txn(db, key_revoke_work, &work);
}

enum pay_err registry_key_list(struct db *db, const char *app_key, db_each *each, void *arg)
{
    static const char SQL[] = KEY_ROW_SELECT " WHERE (? IS NULL OR a.app_key = ?) ORDER BY k.id";
    struct key_row row;

    return registry_list(
        db, app_key,
        &(struct db_query){
            .sql = SQL, .shape = DB_SHAPE(KEY_COLUMNS), .row = &row, .each = each, .arg = arg });
}
