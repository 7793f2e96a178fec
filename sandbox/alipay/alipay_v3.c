/* alipay_v3.c - see alipay_v3.h. The methods are those of /gateway.do; only how a request comes and
 * how the answer goes differ. */
#include "sandbox/alipay/alipay_v3.h"

#include <string.h>
#include "base/clock.h"
#include "base/ulid.h"
#include "sandbox/alipay/alipay_private.h"
#include "sandbox/core/sandbox_exchange.h"

#define SCHEME "ALIPAY-SHA256withRSA "
#define PREFIX "/v3/"
#define V3_INNER_MAX 65536

bool alipay_v3_read(const char *authorization, struct alipay_v3_said *out)
{
    const struct {
        const char *name;
        char *to;
        size_t size;
    } PARTS[] = {
        { "app_id=", out->app_id, sizeof(out->app_id) },
        { "app_cert_sn=", out->app_cert_sn, sizeof(out->app_cert_sn) },
        { "nonce=", out->nonce, sizeof(out->nonce) },
        { "timestamp=", out->timestamp, sizeof(out->timestamp) },
        { "sign=", out->sign, sizeof(out->sign) },
    };

    *out = (struct alipay_v3_said){ .app_id = "" };
    if (!str_starts(authorization, SCHEME))
        return false;
    const char *at = authorization + strlen(SCHEME), *sign = strstr(at, ",sign=");
    if (!sign || !text_copy_n(out->signed_part, sizeof(out->signed_part), at, (size_t)(sign - at)))
        return false;
    while (*at) {
        const size_t len = strcspn(at, ",");
        for (size_t i = 0; i < COUNT(PARTS); i++) {
            const size_t name = strlen(PARTS[i].name);
            if (str_starts(at, PARTS[i].name) &&
                !text_copy_n(PARTS[i].to, PARTS[i].size, at + name, len - name))
                return false;
        }
        at += len + (at[len] == ',');
    }
    return *out->sign;
}

static enum alipay_fault v3_admit(struct alipay_call *call)
{
    static struct alipay_v3_said said;
    const struct sandbox_request *in = call->in;
    const char *header = in->header(in->arg, "authorization");
    const char *token = in->header(in->arg, "alipay-app-auth-token");
    struct text *text = call->out->canonical;
    int64_t ms;

    if (!header || !alipay_v3_read(header, &said))
        return AF_NO_TIMESTAMP;
    if (*said.app_id == '\0')
        return AF_NO_APP_ID;
    if (!str_eq(said.app_id, call->keys->app_id))
        return AF_BAD_APP_ID;
    if (!str_to_i64(said.timestamp, 1, INT64_MAX, &ms))
        return AF_BAD_TIMESTAMP;
    if (*said.app_cert_sn && !str_eq(said.app_cert_sn, call->keys->app_cert_sn))
        return AF_BAD_CERT_SN;
    call->by_cert = *said.app_cert_sn;
    text_addf(text, "%s\n%s\n%s\n", said.signed_part, in->method, in->uri);
    text_add_n(text, in->body, in->body_len);
    text_add_char(text, '\n');
    if (*str_or(token, ""))
        text_addf(text, "%s\n", token);
    call->verified = !text->full && rsa_verify(call->keys->app, text->at, text->len, said.sign);
    return call->verified ? AF_OK : AF_BAD_SIGN;
}

/* A GET's query as the object that a POST would have. */
static bool v3_query_object(const char *query, struct text *to)
{
    static char room[16400];
    struct form form = { .count = 0 };
    struct json_text j = JSON_TEXT(to);

    if (strlen(query) > 8192 || !form_read(query, strlen(query), room, &form))
        return false;
    json_open(&j, NULL);
    for (size_t i = 0; i < form.count; i++)
        json_str(&j, form.at[i].name, form.at[i].value);
    json_close(&j);
    return !to->full;
}

/* The body is the content; the address for notices is a member of it. */
static enum alipay_fault v3_content(struct alipay_call *call)
{
    static char query_room[65536], notify[1025];
    struct text query = TEXT(query_room);
    const struct sandbox_request *in = call->in;

    if (str_eq(in->method, "POST"))
        call->biz_text = in->body_len > 0 ? in->body : "{}";
    else if (v3_query_object(in->query, &query))
        call->biz_text = query_room;
    else
        return AF_BAD_JSON;
    if (json_parse(call->biz_text, strlen(call->biz_text), &call->biz) != PAY_OK ||
        json_kind(call->biz) != JSON_OBJECT)
        return AF_BAD_JSON;
    if (!alipay_field(call, "notify_url", notify, sizeof(notify)))
        return alipay_wrong(call, AF_PARAMETER, "notify_url");
    call->params.at[0] = (struct form_pair){ "notify_url", notify };
    call->params.count = 1;
    return AF_OK;
}

static enum alipay_fault v3_answer_of(struct alipay_call *call)
{
    char name_room[256];
    struct text name = TEXT(name_room);

    for (const char *at = call->in->path + strlen(PREFIX); *at; at++)
        text_add_char(&name, *at == '/' ? '.' : *at);
    call->method = name.full ? NULL : alipay_method_named(name_room);
    if (!call->method || call->method->page)
        return AF_BAD_METHOD;
    enum alipay_fault fault = v3_admit(call);
    if (fault == AF_OK)
        fault = v3_content(call);
    return fault == AF_OK ? call->method->handle(call) : fault;
}

/* Unsigned; the gateway's codes lose "isv.". */
static void v3_refuse(struct alipay_call *call, enum alipay_fault fault)
{
    const struct alipay_fault_row *row = &ALIPAY_FAULT_ROWS[fault];
    struct json_text j = JSON_TEXT(call->out->body);
    static char message_room[131072];
    struct text message = TEXT(message_room);

    text_addf(&message, "%s%s%s", row->sub_msg, call->detail,
              fault == AF_BAD_SIGN ? call->out->canonical->at : "");
    call->out->status = str_eq(row->code, "20000") ? 500 : 400;
    json_open(&j, NULL);
    json_str(&j, "code", str_starts(row->sub_code, "isv.") ? row->sub_code + 4 : row->sub_code);
    json_str(&j, "message", message_room);
    json_open_list(&j, "links");
    json_open(&j, NULL);
    json_str(&j, "link", "https://open.alipay.com");
    json_str(&j, "desc", "docs/sandbox.md");
    json_close(&j);
    json_close_list(&j);
    json_close(&j);
}

static void v3_sign(struct alipay_call *call)
{
    static char text_room[V3_INNER_MAX + 256], sign_room[1024];
    struct sandbox_answer *out = call->out;
    struct text text = TEXT(text_room), sign = TEXT(sign_room);
    char nonce[TOKEN_SIZE], stamp_room[24];
    struct text stamp = TEXT(stamp_room);

    token_new(nonce);
    text_add_i64(&stamp, clock_now_ms());
    text_addf(&text, "%s\n%s\n%s\n", stamp_room, nonce, out->body->at);
    if (text.full || !rsa_sign(call->keys->alipay, text.at, text.len, &sign))
        return;
    sandbox_header(out, "alipay-timestamp", stamp_room);
    sandbox_header(out, "alipay-nonce", nonce);
    sandbox_header(out, "alipay-signature", sign_room);
    if (call->by_cert)
        sandbox_header(out, "alipay-sn", call->keys->cert_sn);
}

static void v3_log(const struct alipay_call *call)
{
    sandbox_exchange_log(call->in->db,
                         &(struct sandbox_exchange){ .channel = ALIPAY,
                                                     .direction = "in",
                                                     .what = call->in->path,
                                                     .out_trade_no = call->trade.out_trade_no,
                                                     .received = call->biz_text,
                                                     .canonical = call->out->canonical->at,
                                                     .sent = call->out->body->at,
                                                     .verdict = call->out->verdict,
                                                     .http_status = call->out->status });
}

void alipay_v3_serve(const struct sandbox_request *in, struct sandbox_answer *out)
{
    static char inner_room[V3_INNER_MAX];
    static struct alipay_call call;
    struct text inner = TEXT(inner_room);
    char trace[TOKEN_SIZE];

    call = (struct alipay_call){ .in = in, .out = out, .keys = alipay_keys(in->config) };
    call.inner = &inner;
    call.json = JSON_TEXT(&inner);
    call.biz_text = "";
    out->type = "application/json;charset=utf-8";
    enum alipay_fault fault = call.keys ? v3_answer_of(&call) : AF_AWAY;
    if (fault == AF_OK && sandbox_plays(call.scenario, SCENARIO_ERROR_DONE))
        fault = AF_SYSTEM;
    out->status = 200;
    out->verdict = fault == AF_OK ? "ok" : ALIPAY_FAULT_ROWS[fault].sub_code;
    token_new(trace);
    sandbox_header(out, "alipay-trace-id", trace);
    if (fault == AF_OK || fault == AF_PAYING) {
        text_addf(out->body, "{%s}", inner_room);
        v3_sign(&call);
    } else {
        v3_refuse(&call, fault);
    }
    v3_log(&call);
    if (call.fresh)
        sandbox_answer_spoil(in->config, call.scenario, out);
    json_free(&call.biz);
}
