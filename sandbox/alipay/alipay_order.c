/* alipay_order.c - a trade begins: precreate, create, the payer's pages. The bar code is in
 * alipay_bar.c. */
#include "sandbox/alipay/alipay_private.h"

#include <string.h>
#include "base/clock.h"
#include "base/ulid.h"
#include "io/http/http.h"
#include "sandbox/core/sandbox_once.h"

#define DAYS_MAX 15
#define CODE_LIFE_S 7200
#define SHORT_LIFE_S 60

/* "30m", "2h", "1d", "1c" (to the end of the day, in China) into an end. False: another form. */
static bool express_read(const char *text, int64_t now, int64_t *end)
{
    const size_t len = strlen(text);
    int64_t n = 0, unit = 0;

    if (len < 2 || !str_to_i64_n(text, len - 1, 1, 100000, &n))
        return false;
    switch (text[len - 1]) {
    case 'm':
        unit = 60000;
        break;
    case 'h':
        unit = 3600000;
        break;
    case 'd':
        unit = DAY_MS;
        break;
    case 'c':
        *end = now - (now + 8 * 3600000) % DAY_MS + DAY_MS;
        return n == 1;
    default:
        return false;
    }
    *end = now + n * unit;
    return n * unit <= DAYS_MAX * DAY_MS;
}

/* "2026-01-31 08:00" or with seconds, of China. */
static bool china_read(const char *text, int64_t *ms)
{
    char room[40];
    struct text t = TEXT(room);

    if (strlen(text) != 16 && strlen(text) != 19)
        return false;
    text_addf(&t, "%.10sT%s%s+08:00", text, text + 11, strlen(text) == 16 ? ":00" : "");
    return text[10] == ' ' && time_parse(room, ms);
}

static enum alipay_fault end_read(struct alipay_call *call, struct sandbox_trade *trade)
{
    char absolute[24], express[12];
    int64_t now = clock_now_ms();

    trade->expire_time = now + DAYS_MAX * DAY_MS;
    if (!alipay_field(call, "time_expire", absolute, sizeof(absolute)) ||
        (*absolute && !china_read(absolute, &trade->expire_time)))
        return alipay_wrong(call, AF_PARAMETER, "time_expire");
    if (!alipay_field(call, "timeout_express", express, sizeof(express)) ||
        (!*absolute && *express && !express_read(express, now, &trade->expire_time)))
        return alipay_wrong(call, AF_PARAMETER, "timeout_express");
    return trade->expire_time > now ? AF_OK : AF_EXPIRED;
}

static bool number_is(const char *s)
{
    return str_is(s, ALPHA_NONCE, 1, 64) && !strchr(s, '-');
}

static bool subject_is(const char *s)
{
    return *s && utf8_count(s, strlen(s)) <= 256 && !strpbrk(s, "/=&");
}

static bool url_is(const char *s)
{
    struct http_url url;

    return *s == '\0' || (strlen(s) <= 256 && http_url_ok(s, &url));
}

/* The members that every way to begin a trade has. */
enum alipay_fault alipay_terms_read(struct alipay_call *call, const char *product,
                                    struct sandbox_trade *trade)
{
    char seller[33], body[1025];

    *trade = (struct sandbox_trade){ .state = TRADE_WAITING, .channel = ALIPAY, .currency = "CNY" };
    sandbox_number_new(trade->trade_no);
    if (!text_copy(trade->merchant, sizeof(trade->merchant), call->keys->seller_id) ||
        !text_copy(trade->app, sizeof(trade->app), call->keys->app_id) ||
        !text_copy(trade->product, sizeof(trade->product), product))
        return AF_AWAY;
    if (!alipay_field(call, "out_trade_no", trade->out_trade_no, sizeof(trade->out_trade_no)) ||
        !number_is(trade->out_trade_no)) {
        trade->out_trade_no[0] = '\0';
        return alipay_wrong(call, AF_PARAMETER, "out_trade_no");
    }
    if (!alipay_yuan(call, "total_amount", &trade->amount))
        return alipay_wrong(call, AF_PARAMETER, "total_amount");
    if (!alipay_field(call, "subject", trade->subject, sizeof(trade->subject)) ||
        !subject_is(trade->subject))
        return alipay_wrong(call, AF_PARAMETER, "subject");
    if (!alipay_field(call, "body", body, sizeof(body)) || utf8_count(body, strlen(body)) > 128)
        return alipay_wrong(call, AF_PARAMETER, "body");
    if (!alipay_field(call, "passback_params", trade->marker, sizeof(trade->marker)) ||
        utf8_count(trade->marker, strlen(trade->marker)) > 512)
        return alipay_wrong(call, AF_PARAMETER, "passback_params");
    if (!alipay_field(call, "seller_id", seller, sizeof(seller)) ||
        (*seller && !str_eq(seller, call->keys->seller_id)))
        return alipay_wrong(call, AF_PARAMETER, "seller_id");
    if (!url_is(alipay_param(&call->params, "notify_url")) ||
        !text_copy(trade->notify_url, sizeof(trade->notify_url),
                   alipay_param(&call->params, "notify_url")))
        return alipay_wrong(call, AF_PARAMETER, "notify_url");
    if (!url_is(alipay_param(&call->params, "return_url")) ||
        !text_copy(trade->return_url, sizeof(trade->return_url),
                   alipay_param(&call->params, "return_url")))
        return alipay_wrong(call, AF_PARAMETER, "return_url");
    if (!text_copy(trade->detail, sizeof(trade->detail), body))
        return AF_AWAY;
    return end_read(call, trade);
}

void alipay_scenario_take(struct alipay_call *call, struct sandbox_trade *trade)
{
    char decoded[2049];
    const char *marker = trade->marker;

    /* A caller encodes passback_params once more than the form does. */
    if (form_decode(marker, strlen(marker), decoded, sizeof(decoded)))
        marker = decoded;
    const char *name = sandbox_scenario_of(ALIPAY, marker, trade->subject, trade->amount);
    if (!text_copy(trade->scenario, sizeof(trade->scenario), name) ||
        !text_copy(call->scenario, sizeof(call->scenario), name))
        call->scenario[0] = '\0';
    const int64_t short_end = clock_now_ms() + sandbox_gap_ms(call->in->config, SHORT_LIFE_S);
    if (sandbox_plays(name, SCENARIO_SHORT_LIFE) && trade->expire_time > short_end)
        trade->expire_time = short_end;
}

/* What a scenario refuses before the trade is stored: its first call, or its number. */
static enum pay_err first_refused(struct db *db, struct alipay_call *call)
{
    const struct sandbox_trade *trade = &call->trade;
    const struct sandbox_once undone = { "undone", ALIPAY, trade->merchant, trade->out_trade_no };
    bool refused = false;
    enum pay_err err = PAY_OK;

    if (sandbox_plays(call->scenario, SCENARIO_ERROR_UNDONE)) {
        err = sandbox_once(db, &undone, &refused);
        call->fault = refused ? AF_SYSTEM : AF_OK;
    } else if (sandbox_plays(call->scenario, SCENARIO_NUMBER_USED)) {
        err = sandbox_number_used(db, trade, &refused);
        call->fault = refused ? AF_OTHER_TERMS : AF_OK;
    }
    return err;
}

/* A scenario pays what was just stored, before the call is answered. */
static enum pay_err paid_early(struct db *db, struct alipay_call *call)
{
    const struct sandbox_payment how = { .buyer = ALIPAY_BUYER };
    const bool told = sandbox_plays(call->scenario, SCENARIO_NOTIFY_EARLY);

    if (!told && !sandbox_plays(call->scenario, SCENARIO_NUMBER_PAID))
        return PAY_OK;
    call->fault = told ? AF_OK : AF_PAID;
    return alipay_pay(db, call->in->config, &call->trade, &how);
}

/* The number is used: the same terms are the same trade. */
static enum alipay_fault again(const struct sandbox_trade *old, const struct sandbox_trade *wanted)
{
    if (old->state == TRADE_PAID)
        return AF_PAID;
    if (old->state == TRADE_CLOSED || old->state == TRADE_REVOKED || old->state == TRADE_FAILED)
        return AF_CLOSED;
    return money_eq(old->amount, wanted->amount) && str_eq(old->subject, wanted->subject)
               ? AF_OK
               : AF_OTHER_TERMS;
}

enum pay_err alipay_open_work(struct db *db, void *arg)
{
    static struct sandbox_trade old;
    struct alipay_call *call = arg;
    const struct sandbox_trade_key key = { .channel = ALIPAY,
                                           .merchant = call->trade.merchant,
                                           .out_trade_no = call->trade.out_trade_no,
                                           .lock = true };

    call->fresh = false;
    call->fault = AF_OK;
    enum pay_err err = first_refused(db, call);
    if (err != PAY_OK || call->fault != AF_OK)
        return err;
    err = sandbox_trade_insert(db, &call->trade);
    call->fresh = err == PAY_OK;
    if (err != PAY_DUPLICATE)
        return err == PAY_OK ? paid_early(db, call) : err;
    err = sandbox_trade_find(db, &key, &old);
    if (err != PAY_OK)
        return err;
    if (alipay_trade_expire(&old)) {
        err = sandbox_trade_save(db, &old);
        if (err != PAY_OK)
            return err;
    }
    call->fault = again(&old, &call->trade);
    if (call->fault == AF_OK)
        call->trade = old;
    return PAY_OK;
}

static enum alipay_fault opened(struct alipay_call *call, const char *product)
{
    enum alipay_fault fault = alipay_terms_read(call, product, &call->trade);

    if (fault != AF_OK)
        return fault;
    alipay_scenario_take(call, &call->trade);
    return alipay_txn(call, alipay_open_work);
}

enum alipay_fault alipay_precreate(struct alipay_call *call)
{
    char url_room[CONFIG_TEXT + 128];
    struct text url = TEXT(url_room);
    enum alipay_fault fault = alipay_terms_read(call, "precreate", &call->trade);

    if (fault != AF_OK)
        return fault;
    call->trade.state = TRADE_CODE;
    token_new(call->trade.handle);
    const int64_t code_end = clock_now_ms() + CODE_LIFE_S * 1000;
    if (call->trade.expire_time > code_end)
        call->trade.expire_time = code_end;
    alipay_scenario_take(call, &call->trade);
    fault = alipay_txn(call, alipay_open_work);
    if (fault != AF_OK)
        return fault;
    text_addf(&url, "%s/cashier/alipay?code=%s", call->in->config->sandbox_url, call->trade.handle);
    json_str(&call->json, "out_trade_no", call->trade.out_trade_no);
    json_str(&call->json, "qr_code", url_room);
    return AF_OK;
}

enum alipay_fault alipay_create(struct alipay_call *call)
{
    char buyer[65], open_id[129];

    if (!alipay_field(call, "buyer_id", buyer, sizeof(buyer)) ||
        !alipay_field(call, "buyer_open_id", open_id, sizeof(open_id)) || (!*buyer && !*open_id))
        return alipay_wrong(call, AF_PARAMETER, "buyer_id");
    enum alipay_fault fault = opened(call, "create");
    if (fault != AF_OK)
        return fault;
    json_str(&call->json, "out_trade_no", call->trade.out_trade_no);
    json_str(&call->json, "trade_no", call->trade.trade_no);
    return AF_OK;
}

/* The browser goes on to the cashier. */
static enum alipay_fault page_open(struct alipay_call *call, const char *product)
{
    char url_room[CONFIG_TEXT + 160];
    struct text url = TEXT(url_room);
    enum alipay_fault fault = opened(call, product);

    if (fault != AF_OK)
        return fault;
    text_addf(&url, "%s/cashier/alipay?out_trade_no=", call->in->config->sandbox_url);
    text_add_form(&url, call->trade.out_trade_no);
    call->out->status = 302;
    call->out->type = "text/html;charset=GBK";
    sandbox_header(call->out, "Location", url_room);
    return AF_OK;
}

enum alipay_fault alipay_open_page(struct alipay_call *call)
{
    char code[65];

    if (!alipay_field(call, "product_code", code, sizeof(code)) ||
        !str_eq(code, "FAST_INSTANT_TRADE_PAY"))
        return alipay_wrong(call, AF_PARAMETER, "product_code");
    return page_open(call, "page");
}

enum alipay_fault alipay_open_wap(struct alipay_call *call)
{
    char code[65];

    if (!alipay_field(call, "product_code", code, sizeof(code)) || !str_eq(code, "QUICK_WAP_WAY"))
        return alipay_wrong(call, AF_PARAMETER, "product_code");
    return page_open(call, "wap");
}

enum alipay_fault alipay_open_app(struct alipay_call *call)
{
    return page_open(call, "app");
}
