/* alipay_envelope.c - the answer: {"alipay_…_response":{…},"sign":"…"}, the sign over the bytes of
 * the inner value and last; or, for a browser, a page in GBK. */
#include "sandbox/alipay/alipay_private.h"

#include "io/crypto/sign_cbc.h"
#include "sandbox/core/sandbox_gbk.h"
#include "sandbox/core/sandbox_page.h"

#define WHOLE_MAX 131072

static void sub_msg_write(struct alipay_call *call, enum alipay_fault fault, struct text *to)
{
    text_add(to, ALIPAY_FAULT_ROWS[fault].sub_msg);
    text_add(to, call->detail);
    if (fault != AF_BAD_SIGN)
        return;
    for (const char *at = call->out->canonical->at; *at; at++) {
        if (*at == '&')
            text_add(to, "&amp;");
        else
            text_add_char(to, *at);
    }
}

/* code and msg come first, then what is wrong, or the members that the method wrote. */
static void inner_write(struct alipay_call *call, enum alipay_fault fault, struct text *to)
{
    static char sub_room[WHOLE_MAX];
    const struct alipay_fault_row *row = &ALIPAY_FAULT_ROWS[fault];
    struct json_text j = JSON_TEXT(to);
    struct text sub = TEXT(sub_room);

    json_open(&j, NULL);
    json_str(&j, "code", row->code);
    json_str(&j, "msg", row->msg);
    if (*row->sub_code) {
        sub_msg_write(call, fault, &sub);
        json_str(&j, "sub_code", row->sub_code);
        json_str(&j, "sub_msg", sub_room);
    } else if (call->inner->len > 0) {
        text_addf(to, ",%s", call->inner->at);
    }
    json_close(&j);
}

/* The name of the root: of the method, or error_response when there is none. */
static void root_write(const struct alipay_call *call, struct text *to)
{
    if (!call->method) {
        text_add(to, "error_response");
        return;
    }
    for (const char *at = call->method->name; *at; at++)
        text_add_char(to, *at == '.' ? '_' : *at);
    text_add(to, "_response");
}

static void slashes_escape(const char *from, struct text *to)
{
    for (; *from; from++) {
        text_add(to, *from == '/' ? "\\" : "");
        text_add_char(to, *from);
    }
}

/* What the root stands for: the object, or, encrypted, one text. */
static bool value_write(struct alipay_call *call, enum alipay_fault fault, struct text *to)
{
    static char plain_room[WHOLE_MAX];
    struct text plain = TEXT(plain_room);

    inner_write(call, fault, &plain);
    if (call->encrypted && call->verified && fault != AF_BAD_CIPHER) {
        text_add_char(to, '"');
        const bool ok = sign_cbc_seal(call->keys->aes_key, plain.at, plain.len, to);
        text_add_char(to, '"');
        return ok;
    }
    if (sandbox_plays(call->scenario, SCENARIO_SLASHES))
        slashes_escape(plain.at, to);
    else
        text_add_n(to, plain.at, plain.len);
    return !plain.full && !to->full;
}

static void envelope_write(struct alipay_call *call, enum alipay_fault fault)
{
    static char value_room[WHOLE_MAX], sign_room[1024];
    struct text value = TEXT(value_room), sign = TEXT(sign_room), *to = call->out->body;
    const bool ok = value_write(call, fault, &value);
    /* A merchant by public key knows nothing of certificates. */
    const bool next = call->by_cert && (sandbox_plays(call->trade.scenario, SCENARIO_NEW_CERT) ||
                                        sandbox_plays(call->move.scenario, SCENARIO_NEW_CERT));

    call->out->type = "text/html;charset=utf-8";
    text_add(to, "{\"");
    root_write(call, to);
    text_addf(to, "\":%s", ok ? value_room : "{}");
    if (call->verified && call->by_cert)
        text_addf(to, ",\"alipay_cert_sn\":\"%s\"",
                  next ? call->keys->next_cert_sn : call->keys->cert_sn);
    if (call->verified &&
        rsa_sign(next ? call->keys->next : call->keys->alipay, value.at, value.len, &sign))
        text_addf(to, ",\"sign\":\"%s\"", sign_room);
    text_add_char(to, '}');
}

/* A browser's: the gateway's page of errors, in GBK. */
static void error_page(struct alipay_call *call, enum alipay_fault fault)
{
    static char room[WHOLE_MAX];
    const struct alipay_fault_row *row = &ALIPAY_FAULT_ROWS[fault];
    struct text page = TEXT(room);
    const char *code = row->sub_code;

    if (str_starts(code, "isv."))
        code += 4;
    call->out->type = "text/html;charset=GBK";
    text_addf(&page,
              "<!doctype html><html><head><meta charset=\"GBK\"><title>支付宝</title></head><body>"
              "<h1>抱歉，您的请求有误</h1><p>错误代码 %s</p><p>",
              code);
    page_text(&page, row->sub_msg);
    page_text(&page, call->detail);
    if (fault == AF_BAD_SIGN)
        page_text(&page, call->out->canonical->at);
    text_add(&page, "</p></body></html>");
    (void)!text_add_gbk(call->out->body, page.at, page.len);
}

void alipay_answer(struct alipay_call *call, enum alipay_fault fault)
{
    const struct alipay_fault_row *row = &ALIPAY_FAULT_ROWS[fault];

    call->out->verdict = *row->sub_code ? row->sub_code : "ok";
    if (call->page && fault != AF_OK)
        error_page(call, fault);
    else if (!call->page)
        envelope_write(call, fault);
}
