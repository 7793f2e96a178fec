/* wechat_call.c - a signed request to WeChat Pay and its answer. Answers of 2xx are signed, others
 * are not: what they say is believed since the host's certificate was checked. Their code decides,
 * not their status. */
#include <stdlib.h>
#include <string.h>

#include "channel/call.h"
#include "channel/wechat/wechat_bill.h"

#define REQUEST_MAX 8192
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

struct wechat_stamp wechat_stamp_of(const struct wechat_reply *reply)
{
    return (struct wechat_stamp){ reply->timestamp, reply->nonce, reply->signature, reply->serial,
                                  .stranger = false };
}

struct wechat_bytes wechat_body_of(const struct wechat_reply *reply)
{
    /* not str_or: a body may begin with a NUL, and is no shorter for that */
    return (struct wechat_bytes){ reply->answer.body ? reply->answer.body : "",
                                  reply->answer.body_len };
}

#define PROBE "WECHATPAY/SIGNTEST/"

/* A signature probe fails on purpose, now and then. What names no key is not WeChat Pay's. */
static void wechat_disbelieve(const struct wechat_reply *reply, struct channel_said *said)
{
    char msg[160];
    struct text text = TEXT(msg);

    text_addf(&text, "the answer's signature is not right; it names the key %s", reply->serial);
    if (reply->serial[0] != '\0' && !str_starts(reply->signature, PROBE))
        (void)!said_code(said, &WECHAT_CODES, CODE_ANSWER_SIGNATURE, msg);
}

static enum pay_err good_read(const struct channel_account *account,
                              const struct wechat_reply *reply, struct json **root,
                              struct channel_said *said)
{
    const struct wechat_stamp stamp = wechat_stamp_of(reply);
    const struct wechat_bytes body = wechat_body_of(reply);

    const enum pay_err genuine = wechat_verify(account, &stamp, body);
    if (genuine == PAY_BAD_SIGN)
        wechat_disbelieve(reply, said);
    if (genuine != PAY_OK)
        return PAY_UNKNOWN;
    if (reply->answer.status == 204)
        return PAY_OK;
    return json_parse(body.at, body.len, root) == PAY_OK && json_kind(*root) == JSON_OBJECT
               ? PAY_OK
               : PAY_UNKNOWN;
}

enum pay_err wechat_no(enum pay_err err, const struct http_answer *answer,
                       struct channel_said *said)
{
    struct json *root = NULL;
    enum pay_err no = PAY_UNKNOWN;

    if (answer->end != HTTP_DONE || answer->status < 400)
        return err;
    const char *body = answer->body ? answer->body : "";
    if (json_parse(body, answer->body_len, &root) == PAY_OK && json_kind(root) == JSON_OBJECT &&
        member_text(root, "code"))
        no =
            said_code(said, &WECHAT_CODES, member_text(root, "code"), member_text(root, "message"));
    json_free(&root);
    return err == PAY_REFUSED ? no : err;
}

/* To one host; the path is the same at both. */
static enum pay_err call_host(const struct channel_account *account, const char *host,
                              const struct wechat_request *request, const struct http_request *http,
                              struct http_answer *answer)
{
    struct http_request there = *http;
    char url[WECHAT_URL_MAX + 512];
    struct text to = TEXT(url);

    text_addf(&to, "%s%s", host, request->path);
    if (to.full)
        return PAY_FULL;
    there.url = url;
    return channel_call(account, request->what, &there, answer);
}

/* The other host is called only when nothing of the request was sent to the first one. */
static enum pay_err call_hosts(const struct channel_account *account,
                               const struct wechat_request *request, struct http_request *http,
                               struct http_answer *answer)
{
    const struct wechat_keys *keys = account->keys;

    enum pay_err err = call_host(account, keys->base, request, http, answer);
    if (err == PAY_OK || *keys->backup == '\0' || !answer->unsent)
        return err;
    http_answer_free(answer);
    return call_host(account, keys->backup, request, http, answer);
}

/* ---- a request with its answer */

struct request_room {
    char body[REQUEST_MAX], nonce[TOKEN_SIZE], head[HEADER_MAX], serial[128];
    size_t body_len;
};

/* False: it is too long, or the key does not sign. */
static bool request_make(const struct wechat_keys *keys, const struct wechat_request *request,
                         struct request_room *to)
{
    struct text body = TEXT(to->body), head = TEXT(to->head), serial = TEXT(to->serial);
    struct json_text j = JSON_TEXT(&body);

    token_new(to->nonce);
    if (request->write) {
        json_open(&j, NULL);
        request->write(&j, keys, request->arg);
        json_close(&j);
    }
    to->body_len = body.len;
    const struct wechat_request_text text = { request->write ? "POST" : "GET",
                                              request->path,
                                              to->nonce,
                                              clock_now_s(),
                                              { to->body, body.len } };
    text_addf(&serial, "Wechatpay-Serial: %s", str_or(wechat_key_named(keys).serial, ""));
    return !body.full && !serial.full && authorization(keys, &text, &head);
}

enum pay_err wechat_send(const struct channel_account *account,
                         const struct wechat_request *request, struct wechat_reply *reply)
{
    struct request_room room;
    struct http_kept kept[] = {
        { "Wechatpay-Timestamp", reply->timestamp, sizeof(reply->timestamp), false },
        { "Wechatpay-Nonce", reply->nonce, sizeof(reply->nonce), false },
        { "Wechatpay-Signature", reply->signature, sizeof(reply->signature), false },
        { "Wechatpay-Serial", reply->serial, sizeof(reply->serial), false },
    };

    reply->answer = (struct http_answer){ .end = HTTP_BROKEN };
    if (!request_make(account->keys, request, &room))
        return PAY_FULL;
    struct http_request http = {
        .method = request->write ? "POST" : "GET",
        .headers = { room.head, "Accept: application/json", "Content-Type: application/json",
                     "User-Agent: Shroff", request->nameless ? NULL : room.serial },
        .body = request->write ? room.body : NULL,
        .body_len = room.body_len,
        .kept = kept,
        .kept_count = COUNT(kept),
        .timeout_ms = request->timeout_ms,
        .keep = HTTP_BODY_READ,
    };
    return call_hosts(account, request, &http, &reply->answer);
}

/* Without a key its answer could not be believed, so the request is not sent. */
enum pay_err wechat_ask(const struct channel_account *account, const struct wechat_request *request,
                        struct json **root, struct channel_said *said)
{
    struct wechat_reply reply;

    *root = NULL;
    if (!wechat_key_wanted(account).key) {
        (void)!said_code(said, &WECHAT_CODES, CODE_NO_KEY, "no key of WeChat Pay is known");
        wechat_certs_refusal(account->keys, said);
        return PAY_FULL;
    }
    enum pay_err err = wechat_send(account, request, &reply);
    if (err == PAY_OK)
        err = good_read(account, &reply, root, said);
    else
        err = wechat_no(err, &reply.answer, said);
    http_answer_free(&reply.answer);
    return err;
}

enum pay_err wechat_download(const struct channel_account *account, const char *path, int fd,
                             int64_t most)
{
    const struct wechat_keys *keys = account->keys;
    const struct wechat_request request = { .what = "bill_file", .path = path };
    struct request_room room;
    struct http_answer answer = { .end = HTTP_BROKEN };

    if (!request_make(keys, &request, &room))
        return PAY_FULL;
    struct http_request http = {
        .method = "GET",
        .headers = { room.head, "Accept: application/json", "User-Agent: Shroff" },
        .timeout_ms = CHANNEL_FILE_MAX_MS,
        .to_file = &fd,
        .file_max = most,
    };
    enum pay_err err = call_host(account, keys->base, &request, &http, &answer);
    if (err != PAY_OK && *keys->backup != '\0' && answer.unsent) {
        http_answer_free(&answer);
        err = call_host(account, keys->backup, &request, &http, &answer);
    }
    if (err == PAY_OK && answer.status != HTTP_OK)
        err = PAY_UNKNOWN;
    http_answer_free(&answer);
    return err == PAY_REFUSED ? PAY_UNKNOWN : err;
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
