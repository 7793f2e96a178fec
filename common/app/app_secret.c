/* app_secret.c - what apps' keys and secrets are used for: nonces, marks of use, webhook keys. */
#include "app/app.h"

#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "io/crypto/sign.h"
#include "io/crypto/vault.h"
#include "app/unusable.h"

#define USED_EVERY_US (INT64_C(300) * 1000000)
#define USED_KEYS 64
#define WEBHOOK_PREFIX "whsec_"

enum pay_err nonce_spend(struct db *db, int64_t app_id, const char *nonce)
{
    static const char SQL[] = "INSERT INTO api_nonce (app_id, nonce) VALUES (?, ?)";
    const struct db_param in[] = { DB_NUM(app_id), DB_STR(nonce) };

    enum pay_err err = db_exec(db, SQL, DB_LIST(in), NULL);
    return err == PAY_DUPLICATE ? PAY_NONCE_USED : err;
}

enum pay_err nonce_check(struct db *db, int64_t app_id, const char *nonce)
{
    static const char SQL[] = "SELECT 1 FROM api_nonce WHERE app_id = ? AND nonce = ?";
    const struct db_param in[] = { DB_NUM(app_id), DB_STR(nonce) };
    int64_t one;

    enum pay_err err = db_number(db, SQL, DB_LIST(in), &one);
    if (err == PAY_OK)
        return PAY_NONCE_USED;
    return err == PAY_NO_ROW ? PAY_OK : err;
}

static enum pay_err key_used_work(struct db *db, void *arg)
{
    static const char SQL[] =
        "UPDATE pay_app_key SET last_used_time = UTC_TIMESTAMP(3)"
        " WHERE id = ?"
        "   AND (last_used_time IS NULL OR last_used_time < UTC_TIMESTAMP(3) - INTERVAL 4 MINUTE)";
    const int64_t *id = arg;
    const struct db_param in[] = { DB_NUM(*id) };

    return db_exec(db, SQL, DB_LIST(in), NULL);
}

void app_key_used(struct db *db, const struct app_key *key)
{
    static struct {
        int64_t id, due;
    } noted[USED_KEYS];
    size_t at = (size_t)key->id % USED_KEYS;
    int64_t now = clock_ticks_us(), id = key->id;

    if (noted[at].id == id && now < noted[at].due)
        return;
    noted[at].id = id;
    noted[at].due = now + USED_EVERY_US;
    enum pay_err err = db_txn(db, key_used_work, &id);
    if (err != PAY_OK)
        log_event(LOG_WARN, "app.key_used", KV("key_id", key->key_id), KV("result", err_name(err)));
}

struct webhook_row {
    char app_key[APP_KEY_SIZE];
    struct db_bytes now, old;
};

static const struct db_column WEBHOOK_COLUMNS[] = {
    DB_COLUMN(struct webhook_row, app_key),
    DB_COLUMN(struct webhook_row, now),
    DB_COLUMN(struct webhook_row, old),
};

static void webhook_key_open(const struct vault_place *place, const struct db_bytes *sealed,
                             struct webhook_keys *out)
{
    char text[APP_SEALED_SIZE + 1] = "";
    size_t len = 0;

    if (sealed->len == 0)
        return;
    enum pay_err err = vault_unseal(place, sealed->at, sealed->len, text, sizeof(text) - 1, &len);
    size_t skip = strlen(WEBHOOK_PREFIX);
    if (err == PAY_OK && len > skip && str_starts(text, WEBHOOK_PREFIX) &&
        sign_base64_read(text + skip, len - skip, out->key[out->count], WEBHOOK_KEY_MAX,
                         &out->len[out->count]))
        out->count++;
    else
        log_event(LOG_ERROR, "app.webhook_secret", KV("app_key", place->owner),
                  KV("column", place->column));
    sign_wipe(text, sizeof(text));
}

static void webhook_tell(struct db *db, int64_t app_id, const char *app_key)
{
    char room[APP_KEY_SIZE + sizeof("webhook ")];
    struct text what = TEXT(room);

    text_addf(&what, "webhook %s", app_key);
    unusable_tell(db, app_id, room, "its secret does not open: no notification is sent");
}

enum pay_err app_webhook_keys(struct db *db, int64_t app_id, struct webhook_keys *out)
{
    static const char SQL[] =
        "SELECT app_key, webhook_secret_sealed AS now,"
        "       IF(webhook_secret_old_until > UTC_TIMESTAMP(3), webhook_secret_old_sealed, NULL)"
        "       AS old"
        "  FROM pay_app WHERE id = ?";
    const struct db_param in[] = { DB_NUM(app_id) };
    uint8_t room[2][APP_SEALED_SIZE];
    struct webhook_row row = {
        .now = { room[0], APP_SEALED_SIZE, 0 },
        .old = { room[1], APP_SEALED_SIZE, 0 },
    };

    memset(out, 0, sizeof(*out));
    enum pay_err err = db_select(db, &(struct db_query){ .sql = SQL,
                                                         .in = in,
                                                         .n = COUNT(in),
                                                         .shape = DB_SHAPE(WEBHOOK_COLUMNS),
                                                         .row = &row });
    db_end(db);
    if (err != PAY_OK)
        return err;
    const struct vault_place now = { "pay_app", row.app_key, "webhook_secret_sealed" };
    const struct vault_place old = { "pay_app", row.app_key, "webhook_secret_old_sealed" };
    webhook_key_open(&now, &row.now, out);
    webhook_key_open(&old, &row.old, out);
    if (out->count == 0)
        webhook_tell(db, app_id, row.app_key);
    return out->count > 0 ? PAY_OK : PAY_NO_ROW;
}
