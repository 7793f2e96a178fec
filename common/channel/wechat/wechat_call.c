/* wechat_call.c - a signed request to WeChat Pay and its answer. Answers of 2xx are signed, others
 * are not: what they say is believed since the host's certificate was checked. Their code decides,
 * not their status. When no connection comes about, the backup host is called. */
#include <stdlib.h>
#include <string.h>

#include "channel/call.h"
#include "channel/wechat/wechat_private.h"

#define REQUEST_MAX 8192
#define WINDOW_S 300
#define HEADER_MAX 1280

bool wechat_sign_lines(const struct wechat_keys *keys, const char *const *lines, size_t count,
                       struct text *to)
{
    char room[1024];
    struct text text = TEXT(room);

    wechat_lines(lines, count, &text);
    return !text.full && rsa_sign(keys->own, text.at, text.len, to);
}

/* ---- the request */

static bool authorization(const struct wechat_keys *keys, const struct wechat_request_text *request,
                          struct text *to)
{
    char room[REQUEST_MAX + 1024], sign_room[1024];
    struct text text = TEXT(room), sign = TEXT(sign_room);

    wechat_request_text(request, &text);
    if (text.full || !rsa_sign(keys->own, text.at, text.len, &sign))
        return false;
    text_addf(to,
              "Authorization: WECHATPAY2-SHA256-RSA2048 mchid=\"%s\",nonce_str=\"%s\","
              "signature=\"%s\",timestamp=\"%lld\",serial_no=\"%s\"",
              keys->mchid, request->nonce, sign_room, (long long)request->timestamp, keys->serial);
    return !to->full;
}

/* ---- the answer */

static const struct wechat_signer *signer_of(const struct wechat_keys *keys, const char *serial)
{
    const struct wechat_signer *const signers[] = { &keys->public_key, &keys->platform };

    for (size_t i = 0; i < COUNT(signers); i++)
        if (signers[i]->key && str_eq_nocase(signers[i]->serial, serial))
            return signers[i];
    return NULL;
}

enum pay_err wechat_verify(const struct wechat_keys *keys, const struct wechat_stamp *stamp,
                           struct wechat_bytes body)
{
    const struct wechat_signer *signer = signer_of(keys, str_or(stamp->serial, ""));
    int64_t seconds;

    if (!signer || !stamp->timestamp || !stamp->nonce || !stamp->signature ||
        !str_to_i64(stamp->timestamp, 0, INT64_C(9999999999), &seconds))
        return PAY_BAD_SIGN;
    char *room = malloc(body.len + 256);
    if (!room)
        abort();
    struct text text = text_over(room, body.len + 256);
    wechat_answer_text(stamp->timestamp, stamp->nonce, body, &text);
    const bool right = !text.full && rsa_verify(signer->key, text.at, text.len, stamp->signature);
    free(room);
    if (!right)
        return PAY_BAD_SIGN;
    return llabs(seconds - clock_now_s()) <= WINDOW_S ? PAY_OK : PAY_BAD_TIME;
}

/* The headers that sign an answer, as they come. */
struct stamp_room {
    char timestamp[16], nonce[65], signature[1025], serial[WECHAT_SERIAL_SIZE];
    struct http_kept kept[4];
};

static void stamp_ready(struct stamp_room *room)
{
    const struct http_kept kept[] = {
        { "Wechatpay-Timestamp", room->timestamp, sizeof(room->timestamp), false },
        { "Wechatpay-Nonce", room->nonce, sizeof(room->nonce), false },
        { "Wechatpay-Signature", room->signature, sizeof(room->signature), false },
        { "Wechatpay-Serial", room->serial, sizeof(room->serial), false },
    };

    memcpy(room->kept, kept, sizeof(kept));
}

static enum pay_err good_read(const struct wechat_keys *keys, const struct stamp_room *room,
                              const struct http_answer *answer, struct json **root)
{
    const struct wechat_stamp stamp = { room->timestamp, room->nonce, room->signature,
                                        room->serial };
    const struct wechat_bytes body = { str_or(answer->body, ""), answer->body_len };

    if (wechat_verify(keys, &stamp, body) != PAY_OK)
        return PAY_UNKNOWN;
    if (answer->status == 204)
        return PAY_OK;
    return json_parse(body.at, body.len, root) == PAY_OK && json_kind(*root) == JSON_OBJECT
               ? PAY_OK
               : PAY_UNKNOWN;
}

/* A no that names no code, or one of these, decides nothing. */
static enum pay_err no_read(const struct http_answer *answer, struct channel_said *said)
{
    static const char *const NOT_KNOWN[] = { "SYSTEM_ERROR", "FREQUENCY_LIMITED",
                                             "RATELIMIT_EXCEEDED", "SERVICE_UNAVAILABLE" };
    struct json *root = NULL;
    enum pay_err err = PAY_UNKNOWN;

    const char *body = str_or(answer->body, "");
    if (json_parse(body, answer->body_len, &root) == PAY_OK && json_kind(root) == JSON_OBJECT &&
        member_text(root, "code")) {
        said_reason(said, member_text(root, "code"), member_text(root, "message"));
        err = PAY_REFUSED;
    }
    for (size_t i = 0; i < COUNT(NOT_KNOWN); i++)
        if (str_eq(said->error_code, NOT_KNOWN[i]))
            err = PAY_UNKNOWN;
    json_free(&root);
    return err;
}

static bool was_not_reached(const struct http_answer *answer)
{
    return answer->end == HTTP_DNS || answer->end == HTTP_CONNECT;
}

/* To one host; the path is the same at both. */
static enum pay_err call_host(const struct channel_account *account, const char *host,
                              const struct wechat_request *request, const struct http_request *http,
                              struct http_answer *answer)
{
    char url[WECHAT_URL_MAX + 512];
    struct text to = TEXT(url);
    struct http_request addressed = *http;

    text_addf(&to, "%s%s", host, request->path);
    if (to.full)
        return PAY_FULL;
    addressed.url = url;
    return channel_call(account, request->what, &addressed, answer);
}

static enum pay_err call_hosts(const struct channel_account *account,
                               const struct wechat_request *request,
                               const struct http_request *http, struct http_answer *answer)
{
    const struct wechat_keys *keys = account->keys;

    enum pay_err err = call_host(account, keys->base, request, http, answer);
    if (err == PAY_OK || !keys->has_backup || !was_not_reached(answer))
        return err;
    http_answer_free(answer);
    return call_host(account, WECHAT_BACKUP, request, http, answer);
}

enum pay_err wechat_ask(const struct channel_account *account, const struct wechat_request *request,
                        struct json **root, struct channel_said *said)
{
    const struct wechat_keys *keys = account->keys;
    char body[REQUEST_MAX] = "", nonce[TOKEN_SIZE], head[HEADER_MAX], serial[128];
    struct text body_text = TEXT(body), head_text = TEXT(head), serial_text = TEXT(serial);
    struct json_text j = JSON_TEXT(&body_text);
    struct stamp_room room;
    struct http_answer answer = { .end = HTTP_BROKEN };

    *root = NULL;
    token_new(nonce);
    if (request->write) {
        json_open(&j, NULL);
        request->write(&j, keys, request->arg);
        json_close(&j);
    }
    const struct wechat_request_text text = { request->write ? "POST" : "GET",
                                              request->path,
                                              nonce,
                                              clock_now_s(),
                                              { body, body_text.len } };
    text_addf(&serial_text, "Wechatpay-Serial: %s",
              keys->public_key.key ? keys->public_key.serial : keys->platform.serial);
    if (body_text.full || serial_text.full || !authorization(keys, &text, &head_text))
        return PAY_FULL;
    stamp_ready(&room);
    const struct http_request http = {
        .method = text.method,
        .headers = { head, "Accept: application/json", "Content-Type: application/json",
                     "User-Agent: Shroff", serial },
        .body = request->write ? body : NULL,
        .body_len = body_text.len,
        .kept = room.kept,
        .kept_count = COUNT(room.kept),
        .keep = HTTP_BODY_READ,
    };
    enum pay_err err = call_hosts(account, request, &http, &answer);
    if (err == PAY_OK)
        err = good_read(keys, &room, &answer, root);
    else if (err == PAY_REFUSED)
        err = no_read(&answer, said);
    http_answer_free(&answer);
    return err;
}

enum pay_err wechat_ask_about(const struct channel_account *account,
                              const struct wechat_request *request, const char *no,
                              struct channel_said *out)
{
    struct json *root;

    enum pay_err err = said_begin(request->about, no, out);
    if (err != PAY_OK)
        return err;
    err = wechat_ask(account, request, &root, out);
    if (err == PAY_OK)
        err = root ? wechat_object_said(account->keys, request->about, root, out) : PAY_UNKNOWN;
    json_free(&root);
    return err == PAY_OK && !str_eq(out->no, no) ? PAY_UNKNOWN : err;
}

enum pay_err wechat_question(const struct channel_account *account,
                             const struct wechat_request *request, const char *no,
                             const char *not_there, struct channel_said *out)
{
    enum pay_err err = wechat_ask_about(account, request, no, out);

    if (err != PAY_REFUSED)
        return err;
    out->state = CHANNEL_NOT_FOUND;
    return str_eq(out->error_code, not_there) ? PAY_OK : PAY_UNKNOWN;
}
