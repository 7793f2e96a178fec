/* verify_guess.c - why a signature does not fit: the keys people sign with by mistake, the right
 * ones first, each tried with the texts of verify_texts.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/signing.h"
#include "io/json/json.h"
#include "io/crypto/sign.h"
#include "app/channel_config.h"

#define KEYS_MAX 64
#define KEY_BYTES (SECRET_SIZE + 8)
#define CUT_LEAST 16 /* digits of a cut signature that are no accident */

/* ---- keys */

struct guess_key {
    char says[120];            /* "" for the right one */
    const struct app_key *rsa; /* a key pair: its public half is here */
    uint8_t bytes[KEY_BYTES];
    size_t len;
};

struct guess {
    struct cli *cli;
    struct signing own; /* the request, with an app that later look-ups leave be */
    const struct signing *s;
    struct app app;
    struct app ended; /* the app with its revoked and expired keys */
    struct guess_key keys[KEYS_MAX];
    size_t key_count;
    struct signing_mistake mistake; /* the text under trial */
};

static struct guess_key *key_add(struct guess *g, const void *at, size_t len, const char *says)
{
    if (g->key_count == KEYS_MAX || len == 0 || len > KEY_BYTES)
        return NULL;
    struct guess_key *key = &g->keys[g->key_count++];
    *key = (struct guess_key){ .len = len };
    memcpy(key->bytes, at, len);
    snprintf(key->says, sizeof(key->says), "%s", says);
    return key;
}

static void key_add_text(struct guess *g, const char *text, const char *says)
{
    (void)key_add(g, text, strlen(text), says);
}

/* A key of an app as it is: with its secret, or for RSA its public key. */
static void key_add_own(struct guess *g, const struct app_key *own, const char *says)
{
    const bool rsa = own->algorithm == KEY_RSA2;
    struct guess_key *key = rsa ? key_add(g, "-", 1, says)
                                : key_add(g, own->secret, strlen(own->secret), says);

    if (key && rsa)
        key->rsa = own;
}

static void keys_add_live(struct guess *g)
{
    const struct app *app = g->s->app;
    const struct credentials *said = &g->s->said;
    char says[120];

    for (size_t i = 0; i < app->key_count; i++) {
        const struct app_key *key = &app->keys[i];
        if (key->algorithm == said->algorithm &&
            (!*said->key_id || str_eq(key->key_id, said->key_id)))
            key_add_own(g, key, "");
    }
    for (size_t i = 0; i < app->key_count; i++) {
        snprintf(says, sizeof(says), "another key of the app signed it, %s: name it in key_id",
                 app->keys[i].key_id);
        key_add_own(g, &app->keys[i], says);
    }
    for (size_t i = 0; i < g->ended.key_count; i++) {
        snprintf(says, sizeof(says), "key %s signed it, which is revoked or has expired",
                 g->ended.keys[i].key_id);
        key_add_own(g, &g->ended.keys[i], says);
    }
}

static size_t unhex(const char *hex, uint8_t *out)
{
    static const char DIGITS[] = "0123456789abcdef";
    size_t n = 0;

    for (; hex[0] && hex[1] && strchr(DIGITS, hex[0]) && strchr(DIGITS, hex[1]); hex += 2)
        out[n++] =
            (uint8_t)((strchr(DIGITS, hex[0]) - DIGITS) * 16 + (strchr(DIGITS, hex[1]) - DIGITS));
    return *hex ? 0 : n;
}

/* A secret as it comes out of a file, a quoted setting, or a library that decodes it. */
static void keys_add_spoilt(struct guess *g, const char *secret)
{
    static const struct {
        const char *before, *after, *says;
    } SPOILT[] = {
        { "", "\n", "the line end of its file" },
        { "", "\r\n", "the CRLF of its file" },
        { "", "\r", "the carriage return of its file" },
        { " ", "", "a blank before it" },
        { "", " ", "a blank behind it" },
        { "\"", "\"", "the quotes around it" },
        { "'", "'", "the quotes around it" },
    };
    char room[KEY_BYTES], says[120];
    uint8_t bytes[KEY_BYTES];

    for (size_t i = 0; i < COUNT(SPOILT); i++) {
        snprintf(room, sizeof(room), "%s%s%s", SPOILT[i].before, secret, SPOILT[i].after);
        snprintf(says, sizeof(says), "the secret was taken with %s", SPOILT[i].says);
        key_add_text(g, room, says);
    }
    (void)key_add(g, bytes, unhex(secret, bytes),
                  "the secret was decoded from hex: its characters are the key");
}

static void keys_add_webhook(struct guess *g)
{
    static const char SAYS[] = "the webhook secret was used as the key: it is for notifications,"
                               " requests are signed with the key's own secret";
    struct webhook_keys keys;
    char room[128];

    if (app_webhook_keys(g->cli->db, g->s->app->id, &keys) != PAY_OK)
        return;
    for (size_t i = 0; i < keys.count; i++) {
        struct text t = TEXT(room);
        text_add(&t, "whsec_");
        sign_base64_add(&t, keys.key[i], keys.len[i]);
        key_add_text(g, room, SAYS);
        key_add_text(g, room + strlen("whsec_"), SAYS);
        (void)key_add(g, keys.key[i], keys.len[i], SAYS);
    }
    sign_wipe(&keys, sizeof(keys));
}

static bool key_add_channel(void *arg, const char *name, const struct json *value)
{
    size_t len = 0;

    if (str_eq(name, "secret") && json_kind(value) == JSON_STRING) {
        const char *text = json_text(value, &len);
        (void)key_add(arg, text, len, "the mock channel's secret was used as the key");
    }
    return true;
}

static void keys_add_channel(struct guess *g)
{
    const struct channel_key key = { g->s->app->id, "mock" };

    /* without that channel there is one guess less */
    if (channel_secrets_each(g->cli->db, &g->cli->config, &key, key_add_channel, g) != PAY_OK)
        return;
}

static void keys_add(struct guess *g)
{
    const struct app *app = g->s->app;

    keys_add_live(g);
    for (size_t i = 0; i < app->key_count; i++)
        if (app->keys[i].algorithm == KEY_HMAC_SHA256)
            keys_add_spoilt(g, app->keys[i].secret);
    keys_add_webhook(g);
    keys_add_channel(g);
    key_add_text(g, app->app_key, "the app_key was used as the key: it is a name, not a secret");
    for (size_t i = 0; i < app->key_count; i++)
        key_add_text(g, app->keys[i].key_id,
                     "the key_id was used as the key: it is a name, not a secret");
}

/* ---- does it fit? */

static bool key_fits(const struct guess *g, const struct guess_key *key, struct text *why)
{
    const char *said = g->s->said.signature;
    const size_t len = strlen(said);
    char hex[MAC_HEX_SIZE];
    struct mac mac;

    if (key->rsa)
        return credentials_fit(key->rsa, &g->mistake.text, said);
    if (!sign_hmac_sha256(key->bytes, key->len, g->mistake.text.at, g->mistake.text.len, &mac))
        return false;
    sign_mac_hex(&mac, hex);
    if (str_eq(hex, said))
        return true;
    if (len < CUT_LEAST || strncmp(hex, said, len < strlen(hex) ? len : strlen(hex)) != 0)
        return false;
    text_addf(why, "signature: %zu hex digits, %zu are wanted: it was %s; ", len, strlen(hex),
              len < strlen(hex) ? "cut off" : "made longer");
    return true;
}

/* The text under trial with each key: true, and why says what is wrong, when one fits. */
static bool text_fits(const struct guess *g, struct text *why)
{
    const char *says = g->mistake.says;

    for (size_t i = 0; i < g->key_count; i++) {
        const struct guess_key *key = &g->keys[i];
        text_reset(why);
        if (!key_fits(g, key, why))
            continue;
        text_addf(why, "%s%s%s", says, *says && *key->says ? "; " : "", key->says);
        while (why->len > 0 && strchr("; ", why->at[why->len - 1]))
            why->at[--why->len] = '\0';
        return true;
    }
    return false;
}

static bool guess(struct guess *g, struct text *why)
{
    for (size_t row = 0; row < SIGNING_MISTAKES; row++)
        for (size_t i = 0; signing_mistake(g->s, row, i, &g->mistake); i++)
            if (g->mistake.text.len > 0 && text_fits(g, why))
                return true;
    return false;
}

/* ---- other apps' keys, with the right text alone */

#define APPS_MAX 200

struct app_names {
    char at[APPS_MAX][APP_KEY_SIZE];
    size_t count;
};

static enum pay_err name_take(void *arg, void *at)
{
    struct app_names *names = arg;
    const struct app_row *row = at;

    if (names->count < APPS_MAX)
        memcpy(names->at[names->count++], row->app_key, APP_KEY_SIZE);
    return PAY_OK;
}

static enum pay_err guess_other_apps(struct guess *g, struct text *why)
{
    static struct app_names names;
    const struct app *app;
    char says[120];

    names.count = 0;
    enum pay_err err = registry_app_list(g->cli->db, name_take, &names);
    for (size_t i = 0; err == PAY_OK && i < names.count; i++) {
        if (str_eq(names.at[i], g->app.app_key) ||
            app_find(g->cli->db, names.at[i], &app) != PAY_OK)
            continue;
        g->key_count = 0;
        snprintf(says, sizeof(says), "a key of another app signed it, %s: name that app_key",
                 app->app_key);
        for (size_t k = 0; k < app->key_count; k++)
            key_add_own(g, &app->keys[k], says);
        if (signing_mistake(g->s, 0, 0, &g->mistake) && text_fits(g, why))
            return PAY_OK;
    }
    return err == PAY_OK ? PAY_NO_ROW : err;
}

enum pay_err verify_guess(struct cli *cli, const struct signing *s, struct text *why)
{
    static struct guess g;

    g = (struct guess){ .cli = cli, .own = *s, .app = *s->app };
    g.own.app = &g.app;
    g.s = &g.own;
    enum pay_err err = app_ended_keys(cli->db, &g.app, &g.ended);
    if (err != PAY_OK)
        return err;
    keys_add(&g);
    err = guess(&g, why) ? PAY_OK : guess_other_apps(&g, why);
    sign_wipe(&g, sizeof(g));
    return err;
}
