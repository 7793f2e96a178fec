/* wechat_order.c - opening an order: native, jsapi, app, h5. The same number with the same terms is
 * the same order; with other terms it is refused. */
#include "sandbox/wechat/wechat_order.h"
#include <string.h>
#include "io/crypto/sign.h"
#include "io/http/http.h"

#define EXPIRE_MIN_MS 60000
#define SHORT_LIFE_S 60
#define ORDER_NUMBER_SET "_-|*"
#define ORDER_TOTAL_MAX INT64_C(100000000000)

/* clang-format off */
static const struct wechat_field COMMON[] = {
    WECHAT_FIELD(struct wechat_terms, appid, "appid", "公众号ID", WK_TEXT, true, 1, 32, NULL),
    WECHAT_FIELD(struct wechat_terms, mchid, "mchid", "直连商户号", WK_TEXT, true, 1, 32, NULL),
    WECHAT_FIELD(struct wechat_terms, description, "description", "商品描述", WK_BYTES, true,
                 1, 127, NULL),
    WECHAT_FIELD(struct wechat_terms, out_trade_no, "out_trade_no", "商户订单号", WK_TEXT, true,
                 6, 32, ORDER_NUMBER_SET),
    WECHAT_FIELD(struct wechat_terms, attach, "attach", "附加数据", WK_TEXT, false, 0, 128, NULL),
    WECHAT_FIELD(struct wechat_terms, expire_ms, "time_expire", "交易结束时间", WK_TIME, false,
                 0, 0, NULL),
    WECHAT_FIELD(struct wechat_terms, goods_tag, "goods_tag", "订单优惠标记", WK_TEXT, false,
                 0, 32, NULL),
    { "amount", "订单金额", WK_THERE, true, 0, 0, NULL, 0, 0 },
    WECHAT_FIELD(struct wechat_terms, total, "amount/total", "总金额", WK_NUMBER, true,
                 1, ORDER_TOTAL_MAX, NULL),
    WECHAT_FIELD(struct wechat_terms, currency, "amount/currency", "货币类型", WK_TEXT, false,
                 1, 16, ""),
};
static const struct wechat_field NOTIFY[] = {
    WECHAT_FIELD(struct wechat_terms, notify_url, "notify_url", "通知地址", WK_TEXT, true,
                 1, 255, NULL),
};
static const struct wechat_field PAYER[] = {
    { "payer", "支付者", WK_THERE, true, 0, 0, NULL, 0, 0 },
    WECHAT_FIELD(struct wechat_terms, openid, "payer/openid", "用户标识", WK_TEXT, true,
                 1, 64, "_-"),
};
static const struct wechat_field SCENE[] = {
    { "scene_info", "场景信息", WK_THERE, true, 0, 0, NULL, 0, 0 },
    WECHAT_FIELD(struct wechat_terms, client_ip, "scene_info/payer_client_ip", "用户终端IP",
                 WK_TEXT, true, 1, 45, ".:"),
    { "scene_info/h5_info", "H5场景信息", WK_THERE, true, 0, 0, NULL, 0, 0 },
    WECHAT_FIELD(struct wechat_terms, h5_type, "scene_info/h5_info/type", "场景类型", WK_TEXT,
                 true, 1, 32, ""),
};
/* clang-format on */

static enum wechat_fault order_refuse(struct wechat_call *call, const char *field,
                                      const char *words)
{
    struct text to = TEXT(call->detail.field), place = TEXT(call->detail.location);

    text_add(&to, field);
    text_add(&place, "body");
    return wechat_refuse(call, WX_PARAM, words);
}

enum wechat_fault wechat_url_check(struct wechat_call *call, const char *url)
{
    struct http_url parts;

    if (*url == '\0')
        return WX_OK;
    return http_url_ok(url, &parts) && !strchr(url, '?')
               ? WX_OK
               : order_refuse(call, "/notify_url",
                              "输入源“/body/notify_url”映射到字符串字段“通知地址”格式规则校验失败，"
                              "必须为不携带参数的http或https地址");
}

enum wechat_fault wechat_terms_read(struct wechat_call *call, struct wechat_terms *terms)
{
    enum wechat_fault fault = wechat_fields(call, COMMON, COUNT(COMMON), terms);

    if (fault == WX_OK && !str_eq(terms->mchid, call->said.mchid))
        return WX_MCHID;
    if (fault == WX_OK && !str_eq(terms->appid, call->keys->appid))
        return WX_APPID;
    if (fault == WX_OK && *terms->currency && !str_eq(terms->currency, "CNY"))
        return order_refuse(call, "/amount/currency",
                            "不支持的货币类型，境内商户号仅支持人民币CNY");
    if (fault == WX_OK && terms->expire_ms && terms->expire_ms < call->now_ms + EXPIRE_MIN_MS)
        return order_refuse(call, "/time_expire", "订单失效时间必须在一分钟之后");
    return fault;
}

/* A digest of what a repeated request must say again. */
static bool terms_print(const struct wechat_terms *t, char out[MAC_HEX_SIZE])
{
    static char room[8192];
    struct text to = TEXT(room);
    const char *const words[] = { t->product,   t->appid,      t->description, t->attach,
                                  t->goods_tag, t->notify_url, t->openid,      t->client_ip,
                                  t->h5_type,   t->auth_code };
    struct mac mac;

    for (size_t i = 0; i < COUNT(words); i++)
        text_addf(&to, "%s\n", str_or(words[i], ""));
    text_addf(&to, "%lld\n%lld\n", (long long)t->total, (long long)t->expire_ms);
    bool ok = !to.full && sign_sha256(room, to.len, &mac);
    if (ok)
        sign_mac_hex(&mac, out);
    return ok;
}

void wechat_transaction_id(int64_t ms, char out[33])
{
    char day[32], digits[33];
    struct text at = TEXT(day), to = text_over(out, 33);

    time_add_china(&at, ms, ' ');
    sandbox_number_new(digits);
    text_add(&to, "4200001");
    text_add_n(&to, digits + strlen(digits) - 3, 3);
    text_addf(&to, "%.4s%.2s%.2s", day, day + 5, day + 8);
    text_add_n(&to, digits + strlen(digits) - 10, 10);
}

/* "wx", China's time in digits, and letters. */
static void prepay_id(int64_t ms, struct text *to)
{
    char when[32], letters[21];
    struct text at = TEXT(when);

    time_add_china(&at, ms, ' ');
    wechat_nonce(letters, sizeof(letters));
    text_add(to, "wx");
    for (const char *c = when; *c; c++) {
        if (*c >= '0' && *c <= '9')
            text_add_char(to, *c);
    }
    text_add(to, letters);
}

static void handle_make(const struct wechat_terms *terms, int64_t ms, struct text *to)
{
    char letters[8];

    if (!str_eq(terms->product, "NATIVE")) {
        prepay_id(ms, to);
        return;
    }
    wechat_nonce(letters, sizeof(letters));
    text_addf(to, "weixin://wxpay/bizpayurl/up?pr=%s&groupid=00", letters);
}

bool wechat_trade_make(const struct wechat_call *call, const struct wechat_terms *terms,
                       struct sandbox_trade *t)
{
    char print[MAC_HEX_SIZE];
    struct text handle = TEXT(t->handle), detail = TEXT(t->detail);
    struct json_text j = JSON_TEXT(&detail);

    t->create_time = t->now = call->now_ms;
    t->expire_time = terms->expire_ms;
    t->amount = MONEY(terms->total);
    wechat_transaction_id(call->now_ms, t->trade_no);
    handle_make(terms, call->now_ms, &handle);
    json_open(&j, NULL);
    bool ok = terms_print(terms, print);
    json_str(&j, "terms", ok ? print : "");
    json_opt(&j, "client_ip", terms->client_ip);
    json_close(&j);
    const char *scenario =
        sandbox_scenario_of(WECHAT, terms->attach, terms->description, t->amount);
    const int64_t short_end = t->now + sandbox_gap_ms(call->in->config, SHORT_LIFE_S);
    if (sandbox_plays(scenario, SCENARIO_SHORT_LIFE) &&
        (t->expire_time == 0 || t->expire_time > short_end))
        t->expire_time = short_end;
    t->state = sandbox_plays(scenario, SCENARIO_ERROR_UNDONE) ? TRADE_FAILED : TRADE_WAITING;
    return ok && !detail.full && !handle.full &&
           text_copy(t->channel, sizeof(t->channel), WECHAT) &&
           text_copy(t->merchant, sizeof(t->merchant), terms->mchid) &&
           text_copy(t->app, sizeof(t->app), terms->appid) &&
           text_copy(t->product, sizeof(t->product), terms->product) &&
           text_copy(t->out_trade_no, sizeof(t->out_trade_no), terms->out_trade_no) &&
           text_copy(t->currency, sizeof(t->currency), "CNY") &&
           text_copy(t->subject, sizeof(t->subject), terms->description) &&
           text_copy(t->marker, sizeof(t->marker), terms->attach) &&
           text_copy(t->notify_url, sizeof(t->notify_url), terms->notify_url) &&
           text_copy(t->buyer, sizeof(t->buyer), terms->openid) &&
           text_copy(t->scenario, sizeof(t->scenario), scenario);
}

/* The first answer was an error and nothing was done: this is the order's second beginning. */
static enum pay_err undone_redo(struct db *db, struct wechat_entry *e)
{
    e->first = true;
    e->trade.scenario[0] = '\0';
    e->trade.state = TRADE_WAITING;
    return sandbox_trade_save(db, &e->trade);
}

enum pay_err wechat_trade_enter(struct db *db, struct wechat_call *call, struct wechat_entry *e)
{
    char print[MAC_HEX_SIZE], known[MAC_HEX_SIZE];

    memset(&e->trade, 0, sizeof(e->trade));
    e->first = false;
    if (!wechat_trade_make(call, &e->terms, &e->trade) || !terms_print(&e->terms, print))
        return PAY_FAULT;
    enum pay_err err = wechat_first_refused(db, call, &e->trade);
    if (err != PAY_OK || call->fault != WX_OK)
        return err;
    err = sandbox_trade_insert(db, &e->trade);
    e->first = err == PAY_OK;
    if (err != PAY_DUPLICATE)
        return err;
    err = sandbox_trade_find(db,
                             &(struct sandbox_trade_key){ .channel = WECHAT,
                                                          .merchant = e->terms.mchid,
                                                          .out_trade_no = e->terms.out_trade_no,
                                                          .lock = true },
                             &e->trade);
    if (err != PAY_OK)
        return err;
    (void)wechat_detail_get(e->trade.detail, "terms", known, sizeof(known));
    if (wechat_trade_undone(&e->trade) && str_eq(known, print))
        return undone_redo(db, e);
    const int64_t state = e->trade.state;
    call->fault = state == TRADE_PAID                               ? WX_PAID
                  : state == TRADE_CLOSED || state == TRADE_REVOKED ? WX_CLOSED
                  : !str_eq(known, print)                           ? WX_NUMBER_USED
                                                                    : WX_OK;
    return PAY_OK;
}

/* ---- what the answer has */

static void answer_code(struct wechat_call *call, const struct sandbox_trade *trade)
{
    json_str(&call->json, "code_url", trade->handle);
}

static void answer_prepay(struct wechat_call *call, const struct sandbox_trade *trade)
{
    json_str(&call->json, "prepay_id", trade->handle);
}

/* Opens the cashier; the real one's address is below https://wx.tenpay.com/. */
static void answer_h5(struct wechat_call *call, const struct sandbox_trade *trade)
{
    char room[CONFIG_TEXT + 256];
    struct text url = TEXT(room);

    text_addf(&url, "%s/cashier/wechat?prepay_id=%s&package=%lld", call->in->config->sandbox_url,
              trade->handle, (long long)trade->id);
    json_str(&call->json, "h5_url", room);
}

static const struct kind {
    const char *product;
    const struct wechat_field *fields;
    size_t count;
    void (*answer)(struct wechat_call *call, const struct sandbox_trade *trade);
} NATIVE = { "NATIVE", NULL, 0, answer_code }, APP = { "APP", NULL, 0, answer_prepay },
  JSAPI = { "JSAPI", PAYER, COUNT(PAYER), answer_prepay },
  H5 = { "MWEB", SCENE, COUNT(SCENE), answer_h5 };

static enum pay_err create_work(struct db *db, void *arg)
{
    struct wechat_call *call = arg;
    struct wechat_entry *e = call->arg;

    return wechat_trade_enter(db, call, e);
}

static enum wechat_fault terms_all(struct wechat_call *call, const struct kind *kind,
                                   struct wechat_terms *terms)
{
    static const char *const TYPES[] = { "Wap", "iOS", "Android" };
    enum wechat_fault fault = wechat_terms_read(call, terms);
    bool known = kind->fields != SCENE;

    if (fault == WX_OK)
        fault = wechat_fields(call, NOTIFY, COUNT(NOTIFY), terms);
    if (fault == WX_OK)
        fault = wechat_url_check(call, terms->notify_url);
    if (fault == WX_OK && kind->count > 0)
        fault = wechat_fields(call, kind->fields, kind->count, terms);
    for (size_t i = 0; i < COUNT(TYPES); i++)
        known = known || str_eq(terms->h5_type, TYPES[i]);
    return fault == WX_OK && !known
               ? order_refuse(call, "/scene_info/h5_info/type", "场景类型只能是Wap、iOS或Android")
               : fault;
}

static enum wechat_fault create(struct wechat_call *call, const struct kind *kind)
{
    static struct wechat_entry entry;

    memset(&entry, 0, sizeof(entry));
    entry.terms.product = kind->product;
    call->arg = &entry;
    enum wechat_fault fault = terms_all(call, kind, &entry.terms);
    if (*entry.terms.out_trade_no &&
        !text_copy(call->out->out_trade_no, sizeof(call->out->out_trade_no),
                   entry.terms.out_trade_no))
        return WX_SYSTEM;
    if (fault == WX_OK)
        fault = wechat_entry_open(call, &entry, create_work);
    if (fault != WX_OK)
        return fault;
    json_open(&call->json, NULL);
    kind->answer(call, &entry.trade);
    json_close(&call->json);
    return WX_OK;
}

enum wechat_fault wechat_native(struct wechat_call *call)
{
    return create(call, &NATIVE);
}
enum wechat_fault wechat_jsapi(struct wechat_call *call)
{
    return create(call, &JSAPI);
}
enum wechat_fault wechat_app(struct wechat_call *call)
{
    return create(call, &APP);
}
enum wechat_fault wechat_h5(struct wechat_call *call)
{
    return create(call, &H5);
}
