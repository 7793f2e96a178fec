/* wechat_refund.c - refunds: asked for, asked about, and helped on when the payer's account is
 * gone. An accepted refund is PROCESSING and ends by itself. */
#include "sandbox/wechat/wechat_order.h"
#include <string.h>

#define REFUNDS_MAX 50
#define APART_S 60 /* between two refunds of one order */
#define REFUND_DONE_S 3
#define REFUND_SLOW_S 30
#define UNKNOWN_S 10
#define REFUND_NUMBER_SET "_-|*@"
#define REFUND_TOTAL_MAX INT64_C(100000000000)

struct refund_terms {
    char transaction_id[33], out_trade_no[33], out_refund_no[65], reason[321], notify_url[256];
    char currency[17], funds_account[33];
    int64_t refund, total;
};
/* clang-format off */
static const struct wechat_field FIELDS[] = {
    WECHAT_FIELD(struct refund_terms, transaction_id, "transaction_id", "微信支付订单号", WK_TEXT,
                 false, 1, 32, ""),
    WECHAT_FIELD(struct refund_terms, out_trade_no, "out_trade_no", "商户订单号", WK_TEXT, false,
                 6, 32, "_-|*"),
    WECHAT_FIELD(struct refund_terms, out_refund_no, "out_refund_no", "商户退款单号", WK_TEXT,
                 true, 1, 64, REFUND_NUMBER_SET),
    WECHAT_FIELD(struct refund_terms, reason, "reason", "退款原因", WK_TEXT, false, 0, 80, NULL),
    WECHAT_FIELD(struct refund_terms, notify_url, "notify_url", "退款结果回调url", WK_TEXT, false,
                 8, 255, NULL),
    WECHAT_FIELD(struct refund_terms, funds_account, "funds_account", "退款资金来源", WK_TEXT,
                 false, 1, 32, "_"),
    { "amount", "金额信息", WK_THERE, true, 0, 0, NULL, 0, 0 },
    WECHAT_FIELD(struct refund_terms, refund, "amount/refund", "退款金额", WK_NUMBER, true,
                 1, REFUND_TOTAL_MAX, NULL),
    WECHAT_FIELD(struct refund_terms, total, "amount/total", "原订单金额", WK_NUMBER, true,
                 1, REFUND_TOTAL_MAX, NULL),
    WECHAT_FIELD(struct refund_terms, currency, "amount/currency", "退款币种", WK_TEXT, true,
                 1, 16, ""),
};
/* clang-format on */

struct refund_work {
    struct refund_terms terms;
    struct sandbox_trade trade;
    struct sandbox_move move;
    int64_t parts, latest; /* refunds of the order so far; when the last was asked for */
    bool known;
};

/* ---- as the API shows it */

static const char *refund_status_of(const struct sandbox_move *refund)
{
    static const struct word WORDS[] = {
        { MOVE_PENDING, "PROCESSING", "" },
        { MOVE_DONE, "SUCCESS", "" },
        { MOVE_FAILED, "CLOSED", "" },
        { MOVE_STUCK, "ABNORMAL", "" },
        { MOVE_CONFIRM, "PROCESSING", "" },
        { MOVE_CANCELLED, "CLOSED", "" },
        { .word = NULL },
    };
    return word_of(WORDS, refund->state);
}

/* What coupons paid of the order goes back in proportion, and is not the payer's. */
static int64_t payer_part(const struct sandbox_move *refund, const struct sandbox_trade *trade)
{
    return refund->amount.minor -
           trade->discount.minor * refund->amount.minor / trade->amount.minor;
}

static void list_empty(struct json_text *to, const char *name)
{
    json_open_list(to, name);
    json_close_list(to);
}

static void amount_write(const struct sandbox_move *refund, const struct sandbox_trade *trade,
                         struct json_text *to)
{
    const int64_t payer_total = trade->amount.minor - trade->discount.minor;
    const int64_t payer = payer_part(refund, trade);

    json_open(to, "amount");
    json_str(to, "currency", "CNY");
    json_i64(to, "discount_refund", refund->amount.minor - payer);
    list_empty(to, "from");
    json_i64(to, "payer_refund", payer);
    json_i64(to, "payer_total", payer_total);
    json_i64(to, "refund", refund->amount.minor);
    json_i64(to, "refund_fee", 0);
    json_i64(to, "settlement_refund", refund->amount.minor);
    json_i64(to, "settlement_total", trade->amount.minor);
    json_i64(to, "total", trade->amount.minor);
    json_close(to);
}

void wechat_refund_write(const struct sandbox_move *refund, const struct sandbox_trade *trade,
                         struct json_text *to)
{
    char when[WECHAT_TIME_SIZE];

    json_open(to, NULL);
    amount_write(refund, trade, to);
    json_str(to, "channel", "ORIGINAL");
    json_str(to, "create_time", wechat_time(refund->create_time, when));
    json_str(to, "funds_account", "AVAILABLE");
    json_str(to, "out_refund_no", refund->out_no);
    json_str(to, "out_trade_no", trade->out_trade_no);
    list_empty(to, "promotion_detail");
    json_str(to, "refund_id", refund->no);
    json_str(to, "status", refund_status_of(refund));
    if (refund->state == MOVE_DONE)
        json_str(to, "success_time", wechat_time(refund->done_time, when));
    json_str(to, "transaction_id", trade->trade_no);
    json_str(to, "user_received_account", "支付用户零钱");
    json_close(to);
}

/* ---- asking for one */

static enum pay_err refunds_count(void *arg, void *row)
{
    struct refund_work *w = arg;
    const struct sandbox_move *move = row;

    w->parts++;
    if (move->create_time > w->latest)
        w->latest = move->create_time;
    return PAY_OK;
}

/* The same words whether the order is unknown or unpaid. */
static enum wechat_fault order_read(struct wechat_call *call, struct refund_work *w)
{
    const struct sandbox_trade_key key = { .channel = WECHAT,
                                           .merchant = call->said.mchid,
                                           .trade_no = w->terms.transaction_id,
                                           .out_trade_no = w->terms.out_trade_no };
    enum pay_err err = sandbox_trade_find(call->in->db, &key, &w->trade);

    db_end(call->in->db);
    if (err == PAY_NO_ROW || (err == PAY_OK && w->trade.state != TRADE_PAID))
        return wechat_refuse(call, WX_NO_RESOURCE, "订单不存在");
    if (err != PAY_OK)
        return WX_SYSTEM;
    const struct sandbox_move_range range = { .kind = SANDBOX_REFUND,
                                              .channel = WECHAT,
                                              .trade_id = w->trade.id };
    err = sandbox_move_each(call->in->db, &range, refunds_count, w);
    return err == PAY_OK && text_copy(call->out->out_trade_no, sizeof(call->out->out_trade_no),
                                      w->trade.out_trade_no)
               ? WX_OK
               : WX_SYSTEM;
}

/* The first time only: the merchant tops up or waits, and asks again under the same number. */
static enum wechat_fault scenario_refuse(struct sandbox_trade *trade)
{
    const bool money = sandbox_plays(trade->scenario, SCENARIO_REFUND_NO_MONEY);

    if (money || sandbox_plays(trade->scenario, SCENARIO_REFUND_TOO_SOON)) {
        trade->scenario[0] = '\0';
        return money ? WX_NOT_ENOUGH : WX_FREQUENCY;
    }
    if (sandbox_plays(trade->scenario, SCENARIO_REFUND_BLOCKED))
        return WX_ACCOUNT;
    return sandbox_plays(trade->scenario, SCENARIO_REFUND_LATE) ||
                   trade->now > trade->pay_time + WECHAT_YEAR_MS
               ? WX_OVERDUE
               : WX_OK;
}

static enum wechat_fault refund_judge(struct wechat_call *call, struct refund_work *w)
{
    const struct sandbox_trade *t = &w->trade;

    if (w->terms.total != t->amount.minor)
        return wechat_refuse(call, WX_INVALID, "订单金额或退款金额与之前请求不一致，请核实后再试");
    if (w->terms.refund > t->amount.minor - t->refunded.minor)
        return wechat_refuse(call, WX_INVALID, "累计退款金额大于支付金额，请核实后再试");
    if (w->parts >= REFUNDS_MAX)
        return wechat_refuse(call, WX_INVALID, "退款次数超过限制，一笔订单最多支持50次部分退款");
    if (w->latest && t->now < w->latest + sandbox_gap_ms(call->in->config, APART_S))
        return WX_FREQUENCY;
    return scenario_refuse(&w->trade);
}

static bool refund_make(const struct wechat_call *call, struct refund_work *w)
{
    const bool slow = sandbox_plays(w->trade.scenario, SCENARIO_REFUND_SLOW);
    struct sandbox_move *m = &w->move;
    char digits[33];
    struct text no = TEXT(m->no);

    memset(m, 0, sizeof(*m));
    sandbox_number_new(digits);
    text_addf(&no, "5030%.24s", digits);
    m->trade_id = w->trade.id;
    m->state = MOVE_PENDING;
    m->amount = MONEY(w->terms.refund);
    m->create_time = m->now = w->trade.now;
    const int64_t takes_s = slow ? REFUND_SLOW_S
                            : sandbox_plays(w->trade.scenario, SCENARIO_REFUND_UNKNOWN)
                                ? UNKNOWN_S
                                : REFUND_DONE_S;
    m->due_time = w->trade.now + sandbox_gap_ms(call->in->config, takes_s);
    return !no.full && text_copy(m->kind, sizeof(m->kind), SANDBOX_REFUND) &&
           text_copy(m->channel, sizeof(m->channel), WECHAT) &&
           text_copy(m->merchant, sizeof(m->merchant), w->trade.merchant) &&
           text_copy(m->app, sizeof(m->app), w->trade.app) &&
           text_copy(m->account, sizeof(m->account), w->trade.trade_no) &&
           text_copy(m->out_no, sizeof(m->out_no), w->terms.out_refund_no) &&
           text_copy(m->reason, sizeof(m->reason), w->terms.reason) &&
           text_copy(m->notify_url, sizeof(m->notify_url), w->terms.notify_url) &&
           text_copy(m->scenario, sizeof(m->scenario), w->trade.scenario);
}

static enum pay_err refund_enter(struct db *db, struct wechat_call *call, struct refund_work *w)
{
    call->fault = refund_judge(call, w);
    if (call->fault != WX_OK)
        return sandbox_trade_save(db, &w->trade); /* its scenario may be over */
    if (!refund_make(call, w))
        return PAY_FAULT;
    enum pay_err err = sandbox_move_insert(db, &w->move);
    w->trade.refunded.minor += w->terms.refund;
    return err == PAY_OK ? sandbox_trade_save(db, &w->trade) : err;
}

static enum pay_err refund_txn(struct db *db, void *arg)
{
    struct wechat_call *call = arg;
    struct refund_work *w = call->arg;
    const struct sandbox_trade_key trade = {
        .channel = WECHAT, .merchant = call->said.mchid, .trade_no = w->trade.trade_no, .lock = true
    };
    const struct sandbox_move_key move = { .kind = SANDBOX_REFUND,
                                           .channel = WECHAT,
                                           .merchant = call->said.mchid,
                                           .out_no = w->terms.out_refund_no,
                                           .lock = true };
    enum pay_err err = sandbox_trade_find(db, &trade, &w->trade);

    if (err == PAY_OK)
        err = sandbox_move_find(db, &move, &w->move);
    w->known = err == PAY_OK;
    if (err == PAY_NO_ROW)
        return refund_enter(db, call, w);
    if (err == PAY_OK &&
        (w->move.trade_id != w->trade.id || w->move.amount.minor != w->terms.refund ||
         w->trade.amount.minor != w->terms.total))
        call->fault =
            wechat_refuse(call, WX_INVALID, "订单金额或退款金额与之前请求不一致，请核实后再试");
    return err;
}

static enum wechat_fault refund_terms_check(struct wechat_call *call, struct refund_terms *terms)
{
    enum wechat_fault fault = wechat_fields(call, FIELDS, COUNT(FIELDS), terms);

    if (fault == WX_OK && !*terms->transaction_id && !*terms->out_trade_no)
        return wechat_refuse(call, WX_PARAM, "transaction_id和out_trade_no必须二选一");
    if (fault == WX_OK && !str_eq(terms->currency, "CNY"))
        return wechat_refuse(call, WX_PARAM, "不支持的退款币种，目前只支持人民币：CNY");
    if (fault == WX_OK && terms->refund > terms->total)
        return wechat_refuse(call, WX_PARAM, "退款金额不能大于原订单金额");
    return fault == WX_OK ? wechat_url_check(call, terms->notify_url) : fault;
}

enum wechat_fault played_wechat_refund(struct wechat_call *call)
{
    static struct refund_work work;
    enum wechat_fault fault;

    memset(&work, 0, sizeof(work));
    call->arg = &work;
    fault = refund_terms_check(call, &work.terms);
    if (fault == WX_OK)
        fault = order_read(call, &work);
    if (fault == WX_OK)
        fault = wechat_txn(call, refund_txn);
    if (fault != WX_OK)
        return fault;
    if (!work.known && sandbox_plays(work.trade.scenario, SCENARIO_REFUND_ERROR_DONE))
        return WX_SYSTEM;
    wechat_refund_write(&work.move, &work.trade, &call->json);
    return WX_OK;
}

/* ---- asking about one */

enum pay_err wechat_refund_trade(struct db *db, const char *trade_no, bool lock,
                                 struct sandbox_trade *out)
{
    return sandbox_trade_find(
        db, &(struct sandbox_trade_key){ .channel = WECHAT, .trade_no = trade_no, .lock = lock },
        out);
}

static enum wechat_fault refund_find(struct wechat_call *call, const struct sandbox_move_key *key,
                                     struct refund_work *w)
{
    enum pay_err err = sandbox_move_find(call->in->db, key, &w->move);

    if (err == PAY_OK)
        err = wechat_refund_trade(call->in->db, w->move.account, false, &w->trade);
    db_end(call->in->db);
    if (err == PAY_NO_ROW)
        return wechat_refuse(call, WX_NO_RESOURCE, "退款单不存在");
    return err == PAY_OK && text_copy(call->out->out_trade_no, sizeof(call->out->out_trade_no),
                                      w->trade.out_trade_no)
               ? WX_OK
               : WX_SYSTEM;
}

enum wechat_fault played_wechat_refund_query(struct wechat_call *call)
{
    static struct refund_work work;
    const struct sandbox_move_key key = { .kind = SANDBOX_REFUND,
                                          .channel = WECHAT,
                                          .merchant = call->said.mchid,
                                          .out_no = call->segment[0] };
    enum wechat_fault fault = refund_find(call, &key, &work);

    if (fault == WX_OK && work.move.state == MOVE_PENDING &&
        sandbox_plays(work.move.scenario, SCENARIO_REFUND_UNKNOWN))
        fault = wechat_refuse(call, WX_NO_RESOURCE, "退款单不存在");
    if (fault == WX_OK)
        wechat_refund_write(&work.move, &work.trade, &call->json);
    return fault;
}
