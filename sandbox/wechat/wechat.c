/* wechat.c - a request to the played WeChat Pay: which call it is, whether it comes from the
 * merchant, and how its answer is signed. */
#include "sandbox/wechat/wechat_books.h"
#include <string.h>
#include "base/ulid.h"
#include "io/db/db_server.h"
#include "sandbox/core/sandbox_exchange.h"

struct route {
    const char *method, *path;
    wechat_handler *handle;
    bool agent; /* Accept and User-Agent are asked for, before the signature */
    bool bare;  /* the answer is a file, which is not signed */
};
#define ORDERS "/v3/pay/transactions/"
#define REFUNDS "/v3/refund/domestic/refunds"
#define BATCHES "/v3/transfer/batches"
#define BILLS "/v3/fund-app/mch-transfer/transfer-bills"
static const struct route ROUTES[] = {
    { "POST", ORDERS "native", wechat_native, false, false },
    { "POST", ORDERS "jsapi", wechat_jsapi, false, false },
    { "POST", ORDERS "app", wechat_app, false, false },
    { "POST", ORDERS "h5", wechat_h5, false, false },
    { "POST", ORDERS "codepay", wechat_codepay, false, false },
    { "GET", ORDERS "out-trade-no/{}", wechat_order_by_out_no, false, false },
    { "GET", ORDERS "id/{}", wechat_order_by_id, false, false },
    { "POST", ORDERS "out-trade-no/{}/close", played_wechat_close, false, false },
    { "POST", ORDERS "out-trade-no/{}/reverse", wechat_reverse, false, false },
    { "POST", REFUNDS, played_wechat_refund, true, false },
    { "GET", REFUNDS "/{}", played_wechat_refund_query, true, false },
    { "POST", REFUNDS "/{}/apply-abnormal-refund", wechat_refund_abnormal, true, false },
    { "GET", "/v3/certificates", wechat_certificates, true, false },
    { "GET", "/v3/bill/tradebill", wechat_trade_bill, false, false },
    { "GET", "/v3/bill/fundflowbill", wechat_fund_bill, false, false },
    { "GET", "/v3/billdownload/file", wechat_bill_file, false, true },
    { "POST", BATCHES, wechat_batch, false, false },
    { "GET", BATCHES "/out-batch-no/{}", wechat_batch_by_out_no, false, false },
    { "GET", BATCHES "/out-batch-no/{}/details/out-detail-no/{}", wechat_batch_detail, false,
      false },
    { "GET", BATCHES "/batch-id/{}", wechat_batch_by_id, false, false },
    { "GET", BATCHES "/batch-id/{}/details/detail-id/{}", wechat_batch_detail_by_id, false, false },
    { "POST", BILLS, wechat_bill_create, false, false },
    { "GET", BILLS "/out-bill-no/{}", wechat_bill_by_out_no, false, false },
    { "GET", BILLS "/transfer-bill-no/{}", wechat_bill_by_no, false, false },
    { "POST", BILLS "/out-bill-no/{}/cancel", wechat_bill_cancel, false, false },
    { "POST", "/v3/security/echo", wechat_echo, false, false },
};

/* "{}" takes one segment, percent-encoded or not. */
static bool path_fits(const char *pattern, const char *path, struct wechat_call *call)
{
    for (size_t hole = 0; *pattern; hole++) {
        const char *next = strstr(pattern, "{}");
        const size_t len = next ? (size_t)(next - pattern) : strlen(pattern);
        if (strncmp(pattern, path, len) != 0)
            return false;
        path += len;
        pattern += len;
        if (!next)
            return *path == '\0';
        const size_t segment = strcspn(path, "/");
        if (segment == 0 || hole == WECHAT_PATH_HOLES ||
            !form_decode(path, segment, call->segment[hole], sizeof(call->segment[hole])))
            return false;
        path += segment;
        pattern += 2;
    }
    return *path == '\0';
}

static enum wechat_fault route_find(struct wechat_call *call, const struct route **out)
{
    bool known = false;

    for (size_t i = 0; i < COUNT(ROUTES); i++) {
        if (!path_fits(ROUTES[i].path, call->in->path, call))
            continue;
        known = true;
        *out = &ROUTES[i];
        if (str_eq(ROUTES[i].method, call->in->method))
            return WX_OK;
    }
    *out = NULL;
    return known ? WX_NO_METHOD : WX_NO_PATH;
}

/* ---- before the handler */

static const char *header(const struct wechat_call *call, const char *name)
{
    return call->in->header(call->in->arg, name);
}

static enum wechat_fault body_read(struct wechat_call *call)
{
    const struct sandbox_request *in = call->in;

    if (str_eq(in->method, "GET"))
        return WX_OK;
    if (json_parse(in->body, in->body_len, &call->body) != PAY_OK ||
        json_kind(call->body) != JSON_OBJECT)
        return wechat_refuse(call, WX_PARAM, "无法将JSON输入源解析为请求参数，请检查报文格式");
    const struct json *mchid = json_member(call->body, "mchid");
    size_t len = 0;
    return mchid && !str_eq(str_or(json_text(mchid, &len), call->said.mchid), call->said.mchid)
               ? WX_MCHID
               : WX_OK;
}

static enum wechat_fault admit(struct wechat_call *call, const struct route *route)
{
    static char query_room[2 * 8192 + 2];
    const struct sandbox_request *in = call->in;
    const struct wechat_ask ask = {
        .method = in->method,
        .uri = in->uri,
        .body = { in->body, in->body_len },
        .authorization = header(call, "authorization"),
        .now_ms = clock_now_ms(),
    };
    const struct wechat_signer signer = { call->keys->mchid, call->keys->merchant_serial,
                                          call->keys->merchant };

    if (route->agent &&
        (!*str_or(header(call, "accept"), "") || !*str_or(header(call, "user-agent"), "")))
        return WX_NO_AGENT;
    enum wechat_fault fault = wechat_auth_check(&ask, &signer, &call->said, &call->detail);
    if (call->detail.text)
        text_add_n(call->out->canonical, call->detail.text, call->detail.text_len);
    if (fault != WX_OK)
        return fault;
    if (strlen(in->query) > 8192 ||
        !form_read(in->query, strlen(in->query), query_room, &call->query))
        return wechat_refuse(call, WX_PARAM, "请求参数格式错误");
    return body_read(call);
}

/* An answer follows the key that the request names; without one it is the certificate. */
static void voice_choose(struct wechat_call *call)
{
    const char *wanted = header(call, "wechatpay-serial");

    call->voice = str_eq(wanted, call->keys->other.serial) ? &call->keys->other
                                                           : &call->keys->platform;
}

/* ---- behind it */

static void stamp_write(struct wechat_call *call)
{
    static struct wechat_stamp stamp;
    struct sandbox_answer *out = call->out;
    char room[1500];
    struct text line = TEXT(room);

    const struct wechat_voice voice =
        sandbox_plays(call->scenario, SCENARIO_KEY_SWITCH)
            ? *call->voice
            : wechat_voice_of(call->keys, call->scenario, call->voice);
    if (!wechat_stamp(&voice, clock_now_ms(),
                      (struct wechat_bytes){ out->body->at, out->body->len }, &stamp))
        return;
    if (sandbox_plays(call->scenario, SCENARIO_PROBE_RESPONSE))
        wechat_stamp_probe(&stamp);
    for (size_t i = 0; wechat_stamp_header(&stamp, i, &line); i++) {
        text_addf(&out->headers, "%s\r\n", room);
        text_reset(&line);
    }
}

/* Its last number is the server's own code: 0, or another for each refusal. */
static void request_id_write(struct wechat_call *call)
{
    uint8_t random[17];
    char room[64];
    struct text id = TEXT(room);

    const bool bare =
        (str_starts(call->in->path, ORDERS) && wechat_fault_row(call->fault)->status == 401) ||
        sandbox_plays(call->scenario, SCENARIO_UNSIGNED_4XX);
    if (call->fault != WX_OK && bare)
        return;
    random_bytes(random, sizeof(random));
    text_add(&id, "08");
    text_add_hex(&id, random, sizeof(random));
    text_addf(&id, "-%d", call->fault == WX_OK ? 0 : 268435456 + (int)call->fault);
    sandbox_header(call->out, "Request-ID", room);
}

static void answer_write(struct wechat_call *call, const struct route *route)
{
    const struct wechat_fault_row *row = wechat_fault_row(call->fault);
    struct sandbox_answer *out = call->out;

    if (call->fault != WX_OK) {
        text_reset(out->body);
        text_reset(&out->headers);
        out->status = row->status;
        wechat_fault_write(call->fault, &call->detail, out->body);
    } else if (!out->status) {
        out->status = 200;
    }
    out->verdict = call->fault == WX_OK ? "ok" : str_or(row->code, "NO_SUCH_CALL");
    if (!out->type && out->body->len > 0)
        out->type = "application/json; charset=utf-8";
    request_id_write(call);
    if (call->fault == WX_OK && !route->bare)
        stamp_write(call);
}

static void exchange_log(const struct wechat_call *call)
{
    static char what[1024], received[72 * 1024], sent[80 * 1024];
    const struct sandbox_request *in = call->in;
    const struct sandbox_answer *out = call->out;
    struct text name = TEXT(what), came = TEXT(received), went = TEXT(sent);

    text_addf(&name, "%s %.100s", in->method, in->path);
    text_addf(&came, "%s %s\nAuthorization: %s\n\n", in->method, in->uri,
              str_or(header(call, "authorization"), "(none)"));
    text_add_n(&came, in->body, in->body_len);
    text_addf(&went, "%d\n%s\n", out->status, out->headers.at);
    text_add_n(&went, out->body->at, utf8_cut(out->body->at, out->body->len, 64 * 1024));
    sandbox_exchange_log(in->db, &(struct sandbox_exchange){ .channel = WECHAT,
                                                             .direction = "in",
                                                             .what = what,
                                                             .out_trade_no = out->out_trade_no,
                                                             .received = received,
                                                             .canonical = out->canonical->at,
                                                             .sent = sent,
                                                             .verdict = out->verdict,
                                                             .http_status = out->status });
}

void wechat_serve(const struct sandbox_request *in, struct sandbox_answer *out)
{
    static struct wechat_call call;
    const struct route *route = NULL;

    memset(&call, 0, sizeof(call));
    call.in = in;
    call.out = out;
    call.json = JSON_TEXT(out->body);
    call.keys = wechat_keys(in->config);
    call.fault = call.keys ? route_find(&call, &route) : WX_SYSTEM;
    if (call.fault == WX_OK) {
        voice_choose(&call);
        call.fault = admit(&call, route);
    }
    if (call.fault == WX_OK && db_clock(in->db, &call.now_ms) != PAY_OK)
        call.fault = WX_SYSTEM;
    if (call.fault == WX_OK)
        call.fault = route->handle(&call);
    answer_write(&call, route);
    exchange_log(&call);
    sandbox_answer_spoil(in->config, call.scenario, out);
    json_free(&call.body);
}

/* ---- what handlers use */

enum wechat_fault wechat_refuse(struct wechat_call *call, enum wechat_fault fault,
                                const char *words)
{
    struct text to = TEXT(call->detail.words);

    text_add(&to, words);
    return fault;
}

struct txn {
    struct wechat_call *call;
    db_work *work;
};

static enum pay_err txn_work(struct db *db, void *arg)
{
    struct txn *txn = arg;

    txn->call->fault = WX_OK;
    return txn->work(db, txn->call);
}

enum wechat_fault wechat_txn(struct wechat_call *call, db_work *work)
{
    struct txn txn = { call, work };

    enum pay_err err = db_txn(call->in->db, txn_work, &txn);
    if (err == PAY_DB_AWAY)
        return WX_UNAVAILABLE;
    return err == PAY_OK ? call->fault : WX_SYSTEM;
}

const char *played_wechat_query(const struct wechat_call *call, const char *name)
{
    return form_value(&call->query, name);
}

const char *wechat_time(int64_t ms, char room[WECHAT_TIME_SIZE])
{
    struct text to = text_over(room, WECHAT_TIME_SIZE);

    time_add_china(&to, ms, 'T');
    text_add(&to, "+08:00");
    return room;
}
