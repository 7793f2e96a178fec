/* registry_master.c - the master key's rotation, and what the registry's files share. */
#include "registry/registry.h"

#include "io/crypto/sign.h"
#include "registry/registry_private.h"

static const struct db_column SEALED_COLUMNS[] = { DB_COLUMN(struct sealed_row, value) };
const struct db_shape REGISTRY_SEALED = { SEALED_COLUMNS, COUNT(SEALED_COLUMNS) };

void registry_name_new(const char *prefix, char out[APP_KEY_SIZE])
{
    static const char LETTERS[] = "abcdefghijklmnopqrstuvwxyz012345"; /* 32: no bias */
    uint8_t bytes[20];
    struct text t = text_over(out, APP_KEY_SIZE);

    random_bytes(bytes, sizeof(bytes));
    text_add(&t, prefix);
    for (size_t i = 0; i < sizeof(bytes); i++)
        text_add_char(&t, LETTERS[bytes[i] & 31]);
}

enum pay_err registry_reseal(const struct vault_place *from, const struct vault_place *to,
                             const struct sealed_row *row, struct sealed *out)
{
    uint8_t plain[VAULT_MAX];
    size_t len;

    enum pay_err err = vault_unseal(from, row->room, row->value.len, plain, sizeof(plain), &len);
    if (err == PAY_OK)
        err = vault_seal(to, plain, len, out->at, sizeof(out->at), &out->len);
    sign_wipe(plain, sizeof(plain));
    return err;
}

/* Every sealed column of the schema: a new one is a row here. app_key and name make its owner. */
struct sealed_column {
    const char *table, *column, *next, *put;
};
#define NEXT_SEALED(from, app_key, name, column) \
    "SELECT t.id, " app_key " AS app_key, " name " AS name, t." column " AS value FROM " from \
    " WHERE t.id > ? AND t." column " IS NOT NULL ORDER BY t.id LIMIT 1 FOR UPDATE"
#define PUT(table, column) "UPDATE " table " SET " column " = ? WHERE id = ?"
/* clang-format off */
#define SEALED_OF_APP(column)                                                                      \
    { "pay_app", column, NEXT_SEALED("pay_app t", "t.app_key", "''", column),                      \
      PUT("pay_app", column) }
#define SEALED_IN(table, name, column)                                                             \
    { table, column,                                                                               \
      NEXT_SEALED(table " t JOIN pay_app a ON a.id = t.app_id", "a.app_key", name, column),        \
      PUT(table, column) }
/* clang-format on */
static const struct sealed_column SEALED[] = {
    SEALED_OF_APP("webhook_secret_sealed"),
    SEALED_OF_APP("webhook_secret_old_sealed"),
    SEALED_IN("pay_app_key", "t.key_id", "secret_sealed"),
    SEALED_IN("pay_channel", "t.code", "config_sealed"),
    { "installation_key", "value_sealed",
      NEXT_SEALED("installation_key t", "''", "t.name", "value_sealed"),
      PUT("installation_key", "value_sealed") },
};

struct reseal_row {
    int64_t id;
    char app_key[APP_KEY_SIZE], name[65], owner[VAULT_OWNER_SIZE];
    struct db_bytes value;
    uint8_t room[VAULT_MAX + VAULT_EXTRA];
};
static const struct db_column RESEAL_COLUMNS[] = {
    DB_COLUMN(struct reseal_row, id),
    DB_COLUMN(struct reseal_row, app_key),
    DB_COLUMN(struct reseal_row, name),
    DB_COLUMN(struct reseal_row, value),
};

struct reseal {
    const struct sealed_column *column;
    int64_t after, opened, broken;
};

/* The next row that holds the column, locked; PAY_NO_ROW behind the last. */
static enum pay_err sealed_next(struct db *db, const struct reseal *w, struct reseal_row *row)
{
    const struct db_param in[] = { DB_NUM(w->after) };

    row->value = (struct db_bytes){ row->room, sizeof(row->room), 0 };
    enum pay_err err = db_select(db, &(struct db_query){ .sql = w->column->next,
                                                         .in = in,
                                                         .n = COUNT(in),
                                                         .shape = DB_SHAPE(RESEAL_COLUMNS),
                                                         .row = row });
    if (err == PAY_OK)
        vault_owner(row->app_key, row->name, row->owner);
    return err;
}

static enum pay_err check_next(struct db *db, void *arg)
{
    struct reseal *w = arg;
    static struct reseal_row row;
    uint8_t plain[VAULT_MAX];
    size_t len;

    enum pay_err err = sealed_next(db, w, &row);
    if (err != PAY_OK)
        return err;
    const struct vault_place place = { w->column->table, row.owner, w->column->column };
    if (vault_unseal(&place, row.room, row.value.len, plain, sizeof(plain), &len) == PAY_OK)
        w->opened++;
    else
        w->broken++;
    sign_wipe(plain, sizeof(plain));
    w->after = row.id;
    return PAY_OK;
}

enum pay_err registry_check_secrets(struct db *db, int64_t *opened, int64_t *broken)
{
    *opened = *broken = 0;
    for (size_t i = 0; i < COUNT(SEALED); i++) {
        struct reseal work = { .column = &SEALED[i] };
        enum pay_err err = PAY_OK;
        while (err == PAY_OK)
            err = db_txn(db, check_next, &work);
        if (err != PAY_NO_ROW)
            return err;
        *opened += work.opened;
        *broken += work.broken;
    }
    return PAY_OK;
}

/* One row a transaction: short locks, and a kill anywhere leaves each row under one key or the
 * other. */
static enum pay_err reseal_next(struct db *db, void *arg)
{
    struct reseal *w = arg;
    static struct reseal_row row;
    static struct sealed sealed;
    uint8_t plain[VAULT_MAX];
    size_t len;

    enum pay_err err = sealed_next(db, w, &row);
    if (err != PAY_OK)
        return err;
    const struct vault_place place = { w->column->table, row.owner, w->column->column };
    err = vault_unseal(&place, row.room, row.value.len, plain, sizeof(plain), &len);
    if (err == PAY_OK)
        err = vault_seal(&place, plain, len, sealed.at, sizeof(sealed.at), &sealed.len);
    sign_wipe(plain, sizeof(plain));
    if (err != PAY_OK)
        return err;
    const struct db_param out[] = { DB_BIN(sealed.at, sealed.len), DB_NUM(row.id) };
    err = db_exec(db, w->column->put, DB_LIST(out), NULL);
    if (err == PAY_OK)
        w->after = row.id;
    return err;
}

static enum pay_err reseal_column(struct db *db, const struct sealed_column *column,
                                  int64_t *sealed)
{
    struct reseal work = { .column = column };
    enum pay_err err = PAY_OK;

    while (err == PAY_OK) {
        err = db_txn(db, reseal_next, &work);
        if (err == PAY_OK)
            (*sealed)++;
    }
    return err == PAY_NO_ROW ? PAY_OK : err;
}

static enum pay_err rotate_log(struct db *db, void *arg)
{
    return registry_log(db, arg, "key.rotate-master", "master");
}

enum pay_err registry_rotate_master(struct db *db, struct actor *actor, int64_t *sealed)
{
    struct actor who = *actor;

    *sealed = 0;
    enum pay_err err = vault_rotate_begin();
    for (size_t i = 0; err == PAY_OK && i < COUNT(SEALED); i++)
        err = reseal_column(db, &SEALED[i], sealed);
    if (err == PAY_OK)
        err = db_txn(db, rotate_log, &who);
    return err == PAY_OK ? vault_rotate_end() : err;
}
