/* alipay_gateway.c - a request to /gateway.do: its parameters are checked in the gateway's order,
 * then its method answers. */
#include "sandbox/alipay/alipay_private.h"

#include <string.h>
#include "io/crypto/sign_cbc.h"
#include "sandbox/core/sandbox_exchange.h"

#define INNER_MAX 65536
#define CIPHER_MAX 65536

static const struct alipay_method METHODS[] = {
    { "alipay.trade.precreate", alipay_precreate, false },
    { "alipay.trade.create", alipay_create, false },
    { "alipay.trade.page.pay", alipay_open_page, true },
    { "alipay.trade.wap.pay", alipay_open_wap, true },
    { "alipay.trade.app.pay", alipay_open_app, true },
    { "alipay.trade.pay", played_alipay_bar, false },
    { "alipay.trade.query", played_alipay_query, false },
    { "alipay.trade.close", played_alipay_close, false },
    { "alipay.trade.cancel", alipay_cancel, false },
    { "alipay.trade.refund", played_alipay_refund, false },
    { "alipay.trade.fastpay.refund.query", played_alipay_refund_query, false },
    { "alipay.fund.trans.uni.transfer", played_alipay_transfer, false },
    { "alipay.fund.trans.common.query", played_alipay_transfer_query, false },
    { "alipay.fund.account.query", alipay_account, false },
    { "alipay.data.dataservice.bill.downloadurl.query", alipay_bill, false },
    { "alipay.open.app.alipaycert.download", alipay_cert_download, false },
};

const struct alipay_method *alipay_method_named(const char *name)
{
    for (size_t i = 0; i < COUNT(METHODS); i++) {
        if (str_eq(METHODS[i].name, name))
            return &METHODS[i];
    }
    return NULL;
}

static const char *param(const struct alipay_call *call, const char *name)
{
    return alipay_param(&call->params, name);
}

static bool is_absent(const struct alipay_call *call, const char *name)
{
    return *param(call, name) == '\0';
}

/* yyyy-MM-dd HH:mm:ss; how far it is from now is not looked at. */
static bool is_timestamp(const char *s)
{
    static const char FORM[] = "dddd-dd-dd dd:dd:dd";
    size_t i = 0;

    for (; FORM[i] && s[i]; i++) {
        if (FORM[i] == 'd' ? s[i] < '0' || s[i] > '9' : s[i] != FORM[i])
            return false;
    }
    return !FORM[i] && !s[i];
}

static bool is_charset(const char *s)
{
    static const char *const KNOWN[] = { "utf-8", "utf8", "gbk", "gb2312", "gb18030" };

    for (size_t i = 0; i < COUNT(KNOWN); i++) {
        if (str_eq_nocase(s, KNOWN[i]))
            return true;
    }
    return *s == '\0';
}

/* Method and app, before anything else. */
static enum alipay_fault check_caller(struct alipay_call *call)
{
    if (is_absent(call, "method"))
        return AF_NO_METHOD;
    call->method = alipay_method_named(param(call, "method"));
    call->page = call->method && call->method->page;
    if (is_absent(call, "app_id"))
        return AF_NO_APP_ID;
    if (!str_eq(param(call, "app_id"), call->keys->app_id))
        return AF_BAD_APP_ID;
    call->verified = true;
    return call->method ? AF_OK : AF_BAD_METHOD;
}

static enum alipay_fault check_public(struct alipay_call *call)
{
    static const struct {
        const char *name;
        enum alipay_fault fault;
    } NEEDED[] = {
        { "sign_type", AF_NO_SIGN_TYPE },
        { "sign", AF_NO_SIGN },
        { "timestamp", AF_NO_TIMESTAMP },
        { "version", AF_NO_VERSION },
    };

    for (size_t i = 0; i < COUNT(NEEDED); i++) {
        if (is_absent(call, NEEDED[i].name))
            return NEEDED[i].fault;
    }
    if (!str_eq(param(call, "sign_type"), "RSA2"))
        return AF_BAD_SIGN_TYPE;
    if (!is_timestamp(param(call, "timestamp")))
        return AF_BAD_TIMESTAMP;
    if (!is_charset(param(call, "charset")))
        return AF_BAD_CHARSET;
    if (!is_absent(call, "format") && !str_eq_nocase(param(call, "format"), "JSON"))
        return AF_BAD_FORMAT;
    return AF_OK;
}

static enum alipay_fault check_certificate(struct alipay_call *call)
{
    call->by_cert = !is_absent(call, "app_cert_sn") || !is_absent(call, "alipay_root_cert_sn");
    if (!call->by_cert)
        return AF_OK;
    if (is_absent(call, "app_cert_sn"))
        return AF_NO_CERT_SN;
    if (is_absent(call, "alipay_root_cert_sn"))
        return AF_NO_ROOT_SN;
    if (!str_eq(param(call, "app_cert_sn"), call->keys->app_cert_sn))
        return AF_BAD_CERT_SN;
    return str_eq(param(call, "alipay_root_cert_sn"), call->keys->root_cert_sn) ? AF_OK
                                                                                : AF_BAD_ROOT_SN;
}

static enum alipay_fault check_signature(struct alipay_call *call)
{
    return alipay_params_signed(&call->params, call->keys->app, call->out->canonical) ? AF_OK
                                                                                      : AF_BAD_SIGN;
}

/* biz_content in plain text, and as JSON. */
static enum alipay_fault check_content(struct alipay_call *call)
{
    static char plain[CIPHER_MAX + 1];
    size_t len = 0;

    if (!alipay_params_to_utf8(&call->params))
        return AF_BAD_CHARSET;
    call->biz_text = param(call, "biz_content");
    if (str_eq_nocase(param(call, "encrypt_type"), "AES")) {
        call->encrypted = true;
        if (!sign_cbc_open(call->keys->aes_key, call->biz_text, plain, CIPHER_MAX, &len))
            return AF_BAD_CIPHER;
        plain[len] = '\0';
        call->biz_text = plain;
    }
    if (*call->biz_text == '\0')
        call->biz_text = "{}";
    if (json_parse(call->biz_text, strlen(call->biz_text), &call->biz) != PAY_OK ||
        json_kind(call->biz) != JSON_OBJECT)
        return AF_BAD_JSON;
    return AF_OK;
}

static alipay_handler *const STEPS[] = {
    check_caller, check_public, check_certificate, check_signature, check_content,
};

static enum alipay_fault answer_of(struct alipay_call *call)
{
    const struct sandbox_request *in = call->in;
    const bool form = str_eq(in->method, "POST");
    enum alipay_fault fault = AF_OK;

    if (!alipay_params_read(in->query, form ? in->body : "", form ? in->body_len : 0,
                            &call->params))
        return AF_ATTACK;
    for (size_t i = 0; i < COUNT(STEPS) && fault == AF_OK; i++)
        fault = STEPS[i](call);
    return fault == AF_OK ? call->method->handle(call) : fault;
}

static void log_exchange(const struct alipay_call *call, const struct sandbox_request *in)
{
    static char received[80000];
    struct text all = TEXT(received);

    text_addf(&all, "%s %s\n\n", in->method, in->uri);
    text_add_n(&all, in->body, in->body_len);
    text_add(&all, *call->biz_text ? "\n\nbiz_content: " : "");
    text_add(&all, call->biz_text);
    const char *number = str_or(call->trade.out_trade_no, call->move.out_no);
    sandbox_exchange_log(in->db,
                         &(struct sandbox_exchange){ .channel = ALIPAY,
                                                     .direction = "in",
                                                     .what = str_or(param(call, "method"), "?"),
                                                     .out_trade_no = number,
                                                     .received = received,
                                                     .canonical = call->out->canonical->at,
                                                     .sent = call->out->body->at,
                                                     .verdict = call->out->verdict,
                                                     .http_status = 200 });
}

/* The number that a refused request is about, so that its page can be found. */
static void number_guess(struct alipay_call *call)
{
    const char *biz = param(call, "biz_content");
    size_t len = 0;

    if (*call->trade.out_trade_no || !json_check(biz, strlen(biz)))
        return;
    const char *span = json_span(biz, strlen(biz), "out_trade_no", &len);
    if (!span || len < 2 || *span != '"' ||
        !text_copy_n(call->trade.out_trade_no, sizeof(call->trade.out_trade_no), span + 1,
                     len - 2) ||
        !str_is(call->trade.out_trade_no, ALPHA_NONCE, 1, 64))
        call->trade.out_trade_no[0] = '\0';
}

void alipay_serve(const struct sandbox_request *in, struct sandbox_answer *out)
{
    static char inner_room[INNER_MAX];
    static struct alipay_call call;
    struct text inner = TEXT(inner_room);

    call = (struct alipay_call){ .in = in, .out = out, .keys = alipay_keys(in->config) };
    call.inner = &inner;
    call.json = JSON_TEXT(&inner);
    call.biz_text = "";
    enum alipay_fault fault = call.keys ? answer_of(&call) : AF_AWAY;
    if (fault == AF_OK && call.fresh && sandbox_plays(call.scenario, SCENARIO_NOTIFY_EARLY) &&
        alipay_notice_last() > 0)
        (void)!sandbox_notice_now(in->db, in->config, &SANDBOX_ALIPAY, alipay_notice_last());
    if (fault == AF_OK && sandbox_plays(call.scenario, SCENARIO_ERROR_DONE))
        fault = AF_SYSTEM;
    if (!call.keys)
        call = (struct alipay_call){ .in = in, .out = out, .inner = &inner, .biz_text = "" };
    alipay_answer(&call, fault);
    number_guess(&call);
    log_exchange(&call, in);
    if (call.fresh)
        sandbox_answer_spoil(in->config, call.scenario, out);
    json_free(&call.biz);
}
