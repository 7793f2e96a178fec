/* app.h - merchant applications and the keys they sign with, as requests need them.
 * Read-mostly: kept 1 s per process, so that a change is in force within 2 s. What operators do to
 * them is in registry/registry.h. */
#ifndef APP_APP_H
#define APP_APP_H

#include <stdbool.h>
#include <stdint.h>
#include "base/net.h"
#include "base/text.h"
#include "io/db/db.h"
#include "app/app_state.h"

#define APP_KEY_SIZE 33
#define APP_KEY_PREFIX "app_" /* of those that shroffctl makes */
#define APP_SEALED_SIZE 512   /* of an app's sealed secrets */
#define APP_KEYS_MAX 4
#define SECRET_SIZE 129
#define WEBHOOK_KEY_MAX 64

enum key_algorithm { KEY_HMAC_SHA256, KEY_RSA2 };

/* One bit each; names in SCOPES of app.c: payment:create payment:query payment:close refund:execute
 * transfer:execute sandbox:clock wallet:execute. */
enum scope {
    SCOPE_NONE = 0,
    SCOPE_CREATE = 1,
    SCOPE_QUERY = 2,
    SCOPE_CLOSE = 4,
    SCOPE_REFUND = 8,
    SCOPE_TRANSFER = 16,
    SCOPE_CLOCK = 32,
    SCOPE_WALLET = 64,
    SCOPE_ALL = 127
};
/* "payment:create,payment:query" or "all" -> bits; false on an unknown word. */
MUST_USE bool scopes_parse(const char *text, unsigned *bits);
void scopes_add(struct text *to, unsigned bits);

struct app_key {
    int64_t id, expire_time;
    char key_id[APP_KEY_SIZE];
    enum key_algorithm algorithm;
    unsigned scopes;
    char secret[SECRET_SIZE]; /* HMAC: its characters are the key */
    char public_key[2049];    /* RSA2: PEM */
};

/* A live key that cannot be used here: its secret does not open, or its row says what this program
 * does not know. That is our fault, and no reason to call a signature wrong. */
struct shut_key {
    char key_id[APP_KEY_SIZE];
    enum key_algorithm algorithm;
    const char *why;
};

struct app {
    int64_t id, status, notify_append_channel, notify_closed;
    char app_key[APP_KEY_SIZE], name[257];
    char order_notify_url[1025], refund_notify_url[1025], transfer_notify_url[1025];
    char notify_schedule[256], late_payment[9];
    struct net_list allowed;           /* count 0: any address */
    bool no_list;                      /* its list of addresses cannot be read */
    struct app_key keys[APP_KEYS_MAX]; /* live ones: not revoked, not expired */
    size_t key_count;
    struct shut_key shut[APP_KEYS_MAX];
    size_t shut_count;
};

/* PAY_NO_ROW when there is none. *out stays valid until the next app_find or app_by_id. app_key is
 * checked against its alphabet first. Ends the read transaction it opened unless inside db_txn.
 * app_find, which requests are judged by, is PAY_FAULT when the app's list of addresses cannot be
 * read; app_by_id gives such an app, since its money still moves. */
MUST_USE enum pay_err app_find(struct db *db, const char *app_key, const struct app **out);
MUST_USE enum pay_err app_by_id(struct db *db, int64_t id, const struct app **out);
bool app_key_ok(const char *app_key); /* NULL, or of its form: ASCII columns refuse other bytes */
/* The next app_find reads the rows again: a key that is not among the kept ones may be new. */
void app_forget(const char *app_key);
/* Notes that the key was used, at most once in 5 minutes per process; failures are only logged. */
void app_key_used(struct db *db, const struct app_key *key);

/* The app with the latest of its revoked and expired keys in place of its live ones: for naming the
 * key of a refused signature. */
MUST_USE enum pay_err app_ended_keys(struct db *db, const struct app *app, struct app *out);

/* The secrets that sign an app's notifications now: the current one, and while it rotates the old.
 * PAY_NO_ROW: no such app, or none that opens. */
struct webhook_keys {
    uint8_t key[2][WEBHOOK_KEY_MAX];
    size_t len[2];
    size_t count;
};
MUST_USE enum pay_err app_webhook_keys(struct db *db, int64_t app_id, struct webhook_keys *out);

/* Spends a nonce inside the caller's transaction: PAY_NONCE_USED when it was spent before. */
MUST_USE enum pay_err nonce_spend(struct db *db, int64_t app_id, const char *nonce);
/* PAY_NONCE_USED when it was spent; for paths that read before their transaction. */
MUST_USE enum pay_err nonce_check(struct db *db, int64_t app_id, const char *nonce);

#endif
