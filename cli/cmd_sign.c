/* cmd_sign.c - shroffctl sign, verify: the exact text that is signed, and where a given signature
 * went wrong. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/ulid.h"
#include "cli/signing.h"
#include "io/crypto/sign.h"

static char body_room[REQUEST_BODY_MAX + 1], text_room[SIGNING_ROOM];

/* Reads the request and finds the app; 0, or an exit code after a message. */
static int signing_read(struct cli *cli, struct signing *out, const char *app_key)
{
    struct cli_bytes body = { body_room, sizeof(body_room), 0 };

    if (!cli_bytes(cli, OPT_BODY_FILE, &body))
        return 2;
    out->base_url = cli->config.base_url;
    out->request = (struct signed_request){
        .method = str_or(cli->value[OPT_METHOD], cli->value[OPT_BODY_FILE] ? "POST" : "GET"),
        .uri = cli->value[OPT_PATH],
        .body = body.room,
        .body_len = body.len,
    };
    if (strlen(out->request.method) > 16 || strlen(out->request.uri) > REQUEST_URI_MAX)
        return cli_fail(PAY_BAD_FIELD, "method or path", "too long"), 2;
    enum pay_err err = app_find(cli->db, app_key, &out->app);
    if (err == PAY_NO_ROW)
        return cli_fail(PAY_NOT_FOUND, app_key, "no app has this app_key (shroffctl app list)");
    return err == PAY_OK ? 0 : cli_fail(err, app_key, NULL);
}

/* In a room of its own until the next call. */
static struct text signing_text(const struct signing *s)
{
    struct text text = TEXT(text_room);

    credentials_text(&s->request, &s->said, &text);
    return text;
}

/* On standard error, each line marked. */
static void signing_show(const struct text *text)
{
    size_t len;

    fputs("The signed text:\n", stderr);
    for (const char *at = text->at, *end = at + text->len; at < end; at += len + 1) {
        const char *line_end = memchr(at, '\n', (size_t)(end - at));
        len = (size_t)((line_end ? line_end : end) - at);
        fputs("  | ", stderr);
        out_text(stderr, at, len);
        fputs("\\n\n", stderr);
    }
}

static const struct app_key *hmac_key(const struct app *app, const char *key_id)
{
    for (size_t i = 0; i < app->key_count; i++)
        if (app->keys[i].algorithm == KEY_HMAC_SHA256 &&
            (!key_id || str_eq(key_id, app->keys[i].key_id)))
            return &app->keys[i];
    return NULL;
}

int run_sign(struct cli *cli)
{
    struct signing s = { .said = { .algorithm = KEY_HMAC_SHA256 } };
    char hex[MAC_HEX_SIZE], header[512];
    struct text to = TEXT(header);
    struct mac mac;

    int rc = signing_read(cli, &s, cli->value[OPT_APP]);
    if (rc != 0)
        return rc;
    const struct app_key *key = hmac_key(s.app, cli->value[OPT_KEY]);
    if (!key)
        return cli_fail(PAY_NOT_FOUND, "sign",
                        "the app has no such live HMAC key (shroffctl key list)");
    struct text stamp = TEXT(s.said.timestamp);
    text_add_i64(&stamp, clock_now_s());
    token_new(s.said.nonce);
    struct text text = signing_text(&s);
    if (!sign_hmac_sha256(key->secret, strlen(key->secret), text.at, text.len, &mac))
        return cli_fail(PAY_FAULT, "sign", NULL);
    sign_mac_hex(&mac, hex);
    signing_show(&text);
    if (s.request.body_len > 0 && s.request.body[s.request.body_len - 1] == '\n')
        fputs("(the body ends in a line end: send it too, curl --data-binary @FILE; -d drops it)\n",
              stderr);
    text_addf(&to,
              "SHROFF-HMAC-SHA256 app_key=\"%s\",key_id=\"%s\",timestamp=\"%s\",nonce=\"%s\","
              "signature=\"%s\"",
              s.app->app_key, key->key_id, s.said.timestamp, s.said.nonce, hex);
    out_open(&cli->out, cli->value[OPT_JSON], false);
    out_row(&cli->out);
    out_str(&cli->out, "authorization", header);
    out_close(&cli->out, NULL);
    return EXIT_SUCCESS;
}

/* ---- verify */

static int verdict_out(struct cli *cli, const char *result, const char *text)
{
    out_open(&cli->out, cli->value[OPT_JSON], false);
    out_row(&cli->out);
    out_str(&cli->out, "result", result);
    out_str(&cli->out, "text", text);
    out_close(&cli->out, NULL);
    return str_eq(result, "ok") ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* As the server chooses: by algorithm, and by key_id when there is one. */
static bool key_may_sign(const struct app_key *key, const struct credentials *said)
{
    return key->algorithm == said->algorithm &&
           (!said->key_id[0] || str_eq(key->key_id, said->key_id));
}

static int told_judgement(struct cli *cli, const struct signing *s, bool any_key)
{
    char room[512];
    struct text why = TEXT(room);

    enum pay_err err = verify_guess(cli, s, &why);
    if (err == PAY_OK)
        return verdict_out(cli, "wrong", room);
    if (err != PAY_NO_ROW)
        return cli_fail(err, "verify", NULL);
    if (any_key)
        return verdict_out(cli, "wrong",
                           "no key and none of the usual mistakes gives this signature:"
                           " compare the text above with yours, byte for byte");
    return verdict_out(cli, "unknown",
                       s->said.key_id[0] ? "key_id: the app has no live key of this id and"
                                           " algorithm (shroffctl key list)"
                                         : "the app has no live key of this algorithm"
                                           " (shroffctl key list)");
}

static int told_time(struct cli *cli, const struct signing *s)
{
    const int64_t off = s->said.time - clock_now_s();
    char late[96];

    snprintf(late, sizeof(late),
             "the signature is right; its time is %lld s off now, 300 are allowed", (long long)off);
    if (off > TIMESTAMP_WINDOW || off < -TIMESTAMP_WINDOW)
        return verdict_out(cli, "stale", late);
    return verdict_out(cli, "ok", "the signature is right, and fresh");
}

/* The value, in a file that may hold the whole line as it was logged: name, blanks, line end. */
static const char *header_value(char *text)
{
    static const char NAME[] = "authorization:";
    char *value = text + strspn(text, "<> \t\r\n");
    size_t len = strlen(value), name = 0;

    while (NAME[name] && (value[name] | 0x20) == (NAME[name] | 0x20))
        name++;
    if (!NAME[name])
        value += name + strspn(value + name, " \t");
    for (len = strlen(value); len > 0 && strchr(" \t\r\n", value[len - 1]); len--)
        value[len - 1] = '\0';
    if (value > text)
        fputs("(the file holds more than the header's value, which alone counts)\n", stderr);
    return value;
}

int run_verify(struct cli *cli)
{
    static char header_room[4096];
    char why_room[AUTH_WHY_SIZE];
    struct text why = TEXT(why_room);
    struct signing s = { .app = NULL };
    struct cli_bytes file = { header_room, sizeof(header_room), 0 };
    bool any_key = false;

    if (!cli_bytes(cli, OPT_AUTHORIZATION_FILE, &file))
        return 2;
    const char *header = header_value(header_room);
    if (!auth_parse(header, &s.said)) {
        auth_explain(header, &why);
        return verdict_out(cli, "malformed", why_room);
    }
    int rc = signing_read(cli, &s, s.said.app_key);
    if (rc != 0)
        return rc;
    struct text text = signing_text(&s);
    signing_show(&text);
    for (size_t i = 0; i < s.app->key_count; i++) {
        const struct app_key *key = &s.app->keys[i];
        if (!key_may_sign(key, &s.said))
            continue;
        any_key = true;
        if (credentials_fit(key, &text, s.said.signature))
            return told_time(cli, &s);
    }
    return told_judgement(cli, &s, any_key);
}
