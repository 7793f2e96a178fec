/* shroffctl sign, verify: the exact text that is signed, and where a given signature went wrong. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/ulid.h"
#include "cli/command.h"
#include "io/json.h"
#include "io/sign.h"
#include "pay/credentials.h"

#define BODY_ROOM 65537
#define URI_MAX 8192

static char body_room[BODY_ROOM], text_room[BODY_ROOM + URI_MAX + CREDENTIALS_EXTRA];

struct signing {
    const struct app *app;
    struct signed_request request;
    struct credentials said;
};

static int signing_read(struct cli *cli, struct signing *out, const char *app_key)
{
    const char *body = NULL;

    if (!cli_file(cli, OPT_BODY_FILE, body_room, sizeof(body_room), &body))
        return 2;
    out->request = (struct signed_request){
        .method = str_or(cli->value[OPT_METHOD], body ? "POST" : "GET"),
        .uri = cli->value[OPT_PATH], .body = str_or(body, ""),
    };
    out->request.body_len = strlen(out->request.body);
    if (strlen(out->request.method) > 16 || strlen(out->request.uri) > URI_MAX)
        return cli_fail(PAY_BAD_FIELD, "method or path", "too long"), 2;
    enum pay_err err = app_find(cli->db, app_key, &out->app);
    return err == PAY_OK ? 0 : cli_fail(err == PAY_NO_ROW ? PAY_NOT_FOUND : err, app_key, NULL);
}

static struct text signed_text(const struct signing *s, const struct signed_request *request)
{
    struct text text = TEXT(text_room);

    credentials_text(request, &s->said, &text);
    return text;
}

/* The text as it is hashed, each line marked; what cannot be seen is spelled. */
static void text_show(const struct text *text)
{
    fputs("The signed text:\n  | ", stderr);
    for (size_t i = 0; i < text->len; i++) {
        unsigned char c = (unsigned char)text->at[i];
        if (c == '\n')
            fputs(i + 1 < text->len ? "\\n\n  | " : "\\n\n", stderr);
        else if (c < 32 || c == 127)
            fprintf(stderr, "\\x%02x", c);
        else
            fputc(c, stderr);
    }
}

int run_sign(struct cli *cli)
{
    struct signing s = { .said = { .algorithm = KEY_HMAC_SHA256 } };
    const struct app_key *key = NULL;
    char hex[MAC_HEX_SIZE], header[512];
    struct text to = TEXT(header);
    struct mac mac;

    int rc = signing_read(cli, &s, cli->value[OPT_APP]);
    if (rc != 0)
        return rc;
    for (size_t i = 0; i < s.app->key_count && !key; i++)
        if (s.app->keys[i].algorithm == KEY_HMAC_SHA256 &&
            (!cli->value[OPT_KEY] || str_eq(cli->value[OPT_KEY], s.app->keys[i].key_id)))
            key = &s.app->keys[i];
    if (!key)
        return cli_fail(PAY_NOT_FOUND, "sign",
                        "the app has no such live HMAC key (shroffctl key list)");
    struct text stamp = TEXT(s.said.timestamp);
    text_add_i64(&stamp, clock_now_s());
    token_new(s.said.nonce);
    struct text text = signed_text(&s, &s.request);
    if (!sign_hmac_sha256(key->secret, strlen(key->secret), text.at, text.len, &mac))
        return cli_fail(PAY_FAULT, "sign", NULL);
    sign_mac_hex(&mac, hex);
    text_show(&text);
    text_addf(&to, "SHROFF-HMAC-SHA256 app_key=\"%s\",key_id=\"%s\",timestamp=\"%s\",nonce=\"%s\","
              "signature=\"%s\"", s.app->app_key, key->key_id, s.said.timestamp, s.said.nonce, hex);
    out_open(&cli->out, cli->value[OPT_JSON], false);
    out_row(&cli->out);
    out_str(&cli->out, "authorization", header);
    out_close(&cli->out, NULL);
    return EXIT_SUCCESS;
}

/* ---- verify: the same request signed the ways people sign it wrongly */

static bool fits(const struct signing *s, const struct text *text)
{
    for (size_t i = 0; i < s->app->key_count; i++)
        if (credentials_fit(&s->app->keys[i], text, s->said.signature))
            return true;
    return false;
}

static bool fits_request(const struct signing *s, const struct signed_request *request)
{
    struct text text = signed_text(s, request);
    return fits(s, &text);
}

static bool fits_body(const struct signing *s, const char *body, size_t len)
{
    struct signed_request other = s->request;

    other.body = body;
    other.body_len = len;
    return fits_request(s, &other);
}

/* JSON written anew: without blanks, or with those that Python's json.dumps puts in. */
static size_t json_spaced(const char *from, char *to, size_t size, bool python)
{
    bool inside = false;
    size_t n = 0;

    for (const char *c = from; *c && n + 3 < size; c++) {
        if (!inside && strchr(" \t\r\n", *c))
            continue;
        if (*c == '"' && (c == from || c[-1] != '\\'))
            inside = !inside;
        to[n++] = *c;
        if (python && !inside && (*c == ',' || *c == ':'))
            to[n++] = ' ';
    }
    to[n] = '\0';
    return n;
}

static bool body_reserialised(const struct signing *s)
{
    static char other[BODY_ROOM * 2];

    return fits_body(s, other, json_spaced(s->request.body, other, BODY_ROOM, false)) ||
           fits_body(s, other, json_spaced(s->request.body, other, BODY_ROOM, true));
}

static bool body_line_end(const struct signing *s)
{
    static char other[BODY_ROOM + 1];
    size_t len = s->request.body_len;

    memcpy(other, s->request.body, len);
    other[len] = '\n';
    return fits_body(s, other, len + 1);
}

static bool body_left_out(const struct signing *s)
{
    return s->request.body_len > 0 && fits_body(s, "", 0);
}

static bool last_line_end(const struct signing *s)
{
    struct text text = signed_text(s, &s->request);

    text.len--;
    return fits(s, &text);
}

static bool path_alone(const struct signing *s)
{
    char path[URI_MAX + 1];
    struct signed_request other = s->request;

    if (!text_copy_n(path, sizeof(path), s->request.uri, strcspn(s->request.uri, "?")))
        return false;
    other.uri = path;
    return strchr(s->request.uri, '?') && fits_request(s, &other);
}

static bool whole_url(const struct signing *s, const struct config *config)
{
    char url[URI_MAX + CONFIG_TEXT];
    struct signed_request other = s->request;

    snprintf(url, sizeof(url), "%s%s", config->base_url, s->request.uri);
    other.uri = url;
    return fits_request(s, &other);
}

static bool other_method(const struct signing *s)
{
    static const char *const METHODS[] = { "GET", "POST", "HEAD", "get", "post" };
    struct signed_request other = s->request;

    for (size_t i = 0; i < COUNT(METHODS); i++) {
        other.method = METHODS[i];
        if (fits_request(s, &other))
            return true;
    }
    return false;
}

/* Upper case, or base64 where hex is wanted. */
static bool other_spelling(const struct signing *s)
{
    struct text text = signed_text(s, &s->request);
    struct mac mac;

    for (size_t i = 0; i < s->app->key_count; i++) {
        const struct app_key *key = &s->app->keys[i];
        char hex[MAC_HEX_SIZE], base64[64];
        struct text b = TEXT(base64);
        if (key->algorithm != KEY_HMAC_SHA256 ||
            !sign_hmac_sha256(key->secret, strlen(key->secret), text.at, text.len, &mac))
            continue;
        sign_mac_hex(&mac, hex);
        sign_base64_add(&b, mac.bytes, sizeof(mac.bytes));
        if (str_eq_nocase(hex, s->said.signature) || str_eq(base64, s->said.signature))
            return true;
    }
    return false;
}

/* The first reason that explains the signature. */
static const char *diagnose(const struct signing *s, const struct config *config)
{
    if (body_line_end(s))
        return "the body was signed with a line end that was not sent";
    if (body_left_out(s))
        return "the body was left out of the signed text";
    if (body_reserialised(s))
        return "the JSON was written anew after it was signed: sign the very bytes you send";
    if (last_line_end(s))
        return "the last line of the signed text lacks its line end";
    if (path_alone(s))
        return "the query was left out: sign path and query as sent";
    if (whole_url(s, config))
        return "the whole URL was signed: sign only path and query";
    if (other_method(s))
        return "another method was signed";
    if (other_spelling(s))
        return "the right signature in the wrong spelling: lower-case hex is wanted";
    return "another key, or another body: compare the text above with yours, byte for byte";
}

static int told(struct cli *cli, const char *result, const char *text)
{
    out_open(&cli->out, cli->value[OPT_JSON], false);
    out_row(&cli->out);
    out_str(&cli->out, "result", result);
    out_str(&cli->out, "text", text);
    out_close(&cli->out, NULL);
    return str_eq(result, "ok") ? EXIT_SUCCESS : EXIT_FAILURE;
}

int run_verify(struct cli *cli)
{
    static char header_room[4096];
    struct signing s = { .app = NULL };
    const char *header = NULL;
    char late[96];

    if (!cli_file(cli, OPT_AUTHORIZATION_FILE, header_room, sizeof(header_room), &header))
        return 2;
    if (str_starts(header, "Authorization: "))
        header += strlen("Authorization: ");
    if (!auth_parse(header, &s.said))
        return told(cli, "malformed",
                    "want SHROFF-HMAC-SHA256 app_key=\"…\",key_id=\"…\",timestamp=\"…\","
                    "nonce=\"16 to 64 of A-Za-z0-9_-\",signature=\"…\"");
    int rc = signing_read(cli, &s, s.said.app_key);
    if (rc != 0)
        return rc;
    struct text text = signed_text(&s, &s.request);
    text_show(&text);
    if (!fits(&s, &text))
        return told(cli, "wrong", diagnose(&s, &cli->config));
    int64_t off = s.said.time - clock_now_s();
    snprintf(late, sizeof(late),
             "the signature is right; its time is %lld s off now, 300 are allowed", (long long)off);
    if (off > TIMESTAMP_WINDOW || off < -TIMESTAMP_WINDOW)
        return told(cli, "stale", late);
    return told(cli, "ok", "the signature is right, and fresh");
}
