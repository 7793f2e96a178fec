/* registry_print.c - fingerprints: a secret or public key is registered once in an installation.
 * They are keyed: from a bare digest, a weak secret in a stolen database could be guessed without
 * the master key. Their key is made with the first one, and bare ones of before are rewritten. */
#include "io/crypto/sign.h"
#include "registry/registry_private.h"

#define KEY_SIZE 32
#define NAME "fingerprint"

static const struct vault_place PLACE = { "installation_key", NAME, "value_sealed" };

struct print_row {
    int64_t id;
    struct db_bytes value;
    uint8_t room[sizeof(struct mac)];
};
static const struct db_column PRINT_COLUMNS[] = {
    DB_COLUMN(struct print_row, id),
    DB_COLUMN(struct print_row, value),
};

static enum pay_err rewrite_one(struct db *db, const uint8_t key[KEY_SIZE], int64_t *after)
{
    static const char SQL_NEXT[] = "SELECT id, fingerprint AS value FROM pay_app_key WHERE id > ?"
                                   " ORDER BY id LIMIT 1 FOR UPDATE";
    static const char SQL_PUT[] = "UPDATE pay_app_key SET fingerprint = ? WHERE id = ?";
    struct print_row row = { .value = { row.room, sizeof(row.room), 0 } };
    const struct db_param next[] = { DB_NUM(*after) };
    struct mac keyed;

    enum pay_err err = db_select(
        db,
        &(struct db_query){
            .sql = SQL_NEXT, .in = next, .n = 1, .shape = DB_SHAPE(PRINT_COLUMNS), .row = &row });
    if (err != PAY_OK)
        return err;
    if (!sign_hmac_sha256(key, KEY_SIZE, row.room, row.value.len, &keyed))
        return PAY_FAULT;
    *after = row.id;
    const struct db_param put[] = { DB_BIN(keyed.bytes, sizeof(keyed.bytes)), DB_NUM(row.id) };
    return db_exec(db, SQL_PUT, DB_LIST(put), NULL);
}

/* PAY_TRY_AGAIN: another process made it at the same time. */
static enum pay_err print_key_make(struct db *db, uint8_t key[KEY_SIZE])
{
    static const char SQL[] = "INSERT INTO installation_key (name, value_sealed) VALUES (?, ?)";
    struct sealed sealed;
    int64_t after = 0;

    random_bytes(key, KEY_SIZE);
    enum pay_err err = vault_seal(&PLACE, key, KEY_SIZE, sealed.at, sizeof(sealed.at), &sealed.len);
    if (err != PAY_OK)
        return err;
    const struct db_param in[] = { DB_STR(NAME), DB_BIN(sealed.at, sealed.len) };
    err = db_exec(db, SQL, DB_LIST(in), NULL);
    while (err == PAY_OK)
        err = rewrite_one(db, key, &after);
    return err == PAY_NO_ROW ? PAY_OK : err == PAY_DUPLICATE ? PAY_TRY_AGAIN : err;
}

static enum pay_err print_key_get(struct db *db, uint8_t key[KEY_SIZE])
{
    static const char SQL[] = "SELECT value_sealed AS value FROM installation_key"
                              " WHERE name = ? FOR UPDATE";
    struct sealed_row row = { .value = { row.room, sizeof(row.room), 0 } };
    const struct db_param in[] = { DB_STR(NAME) };
    size_t len = 0;

    enum pay_err err = db_select(
        db, &(struct db_query){
                .sql = SQL, .in = in, .n = COUNT(in), .shape = SEALED_SHAPE, .row = &row });
    if (err == PAY_NO_ROW)
        return print_key_make(db, key);
    if (err == PAY_OK)
        err = vault_unseal(&PLACE, row.room, row.value.len, key, KEY_SIZE, &len);
    return err == PAY_OK && len != KEY_SIZE ? PAY_FAULT : err;
}

enum pay_err registry_print(struct db *db, const struct mac *bare, struct mac *out)
{
    uint8_t key[KEY_SIZE];

    enum pay_err err = print_key_get(db, key);
    if (err == PAY_OK && !sign_hmac_sha256(key, sizeof(key), bare->bytes, sizeof(bare->bytes), out))
        err = PAY_FAULT;
    sign_wipe(key, sizeof(key));
    return err;
}
