/* wechat_pay.c - what a payer does: pays, gives up; and the order as query and notices show it. */
#include "sandbox/wechat/wechat_order.h"
#include <string.h>

#define CODE_LIFE_MS (2 * 3600 * INT64_C(1000)) /* of a code and a prepay_id */
#define H5_LIFE_MS (5 * 60 * INT64_C(1000))
#define CLOSE_DAYS 7 /* an order that nobody paid closes by itself */

/* ---- the order's words */

static const struct wechat_word {
    int64_t state;
    const char *word, *says;
} WORDS[] = {
    { TRADE_CODE, "NOTPAY", "订单未支付" },
    { TRADE_WAITING, "NOTPAY", "订单未支付" },
    { TRADE_PAYING, "USERPAYING", "用户支付中，需要输入密码" },
    { TRADE_PAID, "SUCCESS", "支付成功" },
    { TRADE_CLOSED, "CLOSED", "订单已关闭" },
    { TRADE_REVOKED, "REVOKED", "订单已撤销" },
    { TRADE_FAILED, "PAYERROR", "支付失败(其他原因，如银行返回失败)" },
};
static const struct wechat_word REFUNDED = { TRADE_PAID, "REFUND",
                                             "订单发生过退款，退款详情请查询退款单" };

static bool overdue(const struct sandbox_trade *trade)
{
    return (trade->state == TRADE_WAITING || trade->state == TRADE_CODE) &&
           trade->now > trade->create_time + CLOSE_DAYS * DAY_MS;
}

static const struct wechat_word *word_of_trade(const struct sandbox_trade *trade)
{
    const int64_t state = overdue(trade) ? TRADE_CLOSED : trade->state;

    if (state == TRADE_PAID && trade->refunded.minor > 0)
        return &REFUNDED;
    for (size_t i = 0; i < COUNT(WORDS); i++) {
        if (WORDS[i].state == state)
            return &WORDS[i];
    }
    return &WORDS[0];
}

const char *wechat_trade_state(const struct sandbox_trade *trade)
{
    return word_of_trade(trade)->word;
}

static void coupon_write(const struct sandbox_trade *trade, struct json_text *to)
{
    json_open_list(to, "promotion_detail");
    json_open(to, NULL);
    json_i64(to, "amount", trade->discount.minor);
    json_i64(to, "wechatpay_contribute", trade->discount.minor);
    json_i64(to, "merchant_contribute", 0);
    json_i64(to, "other_contribute", 0);
    json_str(to, "coupon_id", "109519");
    json_str(to, "name", "沙箱代金券");
    json_str(to, "scope", "GLOBAL");
    json_str(to, "type", "NOCASH");
    json_str(to, "stock_id", "931386");
    json_str(to, "currency", "CNY");
    json_close(to);
    json_close_list(to);
}

static void paid_write(const struct sandbox_trade *trade, struct json_text *to)
{
    char when[WECHAT_TIME_SIZE];

    json_str(to, "transaction_id", trade->trade_no);
    json_str(to, "trade_type", trade->product);
    json_str(to, "bank_type", "OTHERS");
    json_str(to, "success_time", wechat_time(trade->pay_time, when));
    json_open(to, "payer");
    json_str(to, "openid", trade->buyer);
    json_close(to);
}

void wechat_order_write(const struct sandbox_trade *trade, struct json_text *to)
{
    const struct wechat_word *word = word_of_trade(trade);
    const bool paid = trade->state == TRADE_PAID;

    json_str(to, "mchid", trade->merchant);
    json_str(to, "appid", trade->app);
    json_str(to, "out_trade_no", trade->out_trade_no);
    if (paid)
        paid_write(trade, to);
    json_str(to, "trade_state", word->word);
    json_str(to, "trade_state_desc", word->says);
    json_str(to, "attach", trade->marker);
    json_open(to, "amount");
    json_i64(to, "total", trade->amount.minor);
    if (paid)
        json_i64(to, "payer_total", trade->amount.minor - trade->discount.minor);
    json_str(to, "currency", trade->currency);
    if (paid)
        json_str(to, "payer_currency", trade->currency);
    json_close(to);
    if (paid && trade->discount.minor > 0)
        coupon_write(trade, to);
}

/* ---- the payer */

static bool expired(const struct sandbox_trade *trade)
{
    const int64_t life = str_eq(trade->product, "MWEB") ? H5_LIFE_MS : CODE_LIFE_MS;

    return (trade->expire_time && trade->now >= trade->expire_time) ||
           (!str_eq(trade->product, "MICROPAY") && trade->now >= trade->create_time + life);
}

enum pay_err wechat_trade_payable(const struct sandbox_trade *trade)
{
    if (trade->state == TRADE_PAID)
        return PAY_PAID;
    if (trade->state == TRADE_CLOSED || trade->state == TRADE_REVOKED ||
        trade->state == TRADE_FAILED || overdue(trade))
        return PAY_CLOSED;
    return expired(trade) ? PAY_EXPIRED : PAY_OK;
}

/* As the merchant does it in WeChat Pay's console: no API call, no notice. */
static enum pay_err refund_whole(struct db *db, struct sandbox_trade *trade)
{
    struct sandbox_move move = { .kind = SANDBOX_REFUND,
                                 .channel = WECHAT,
                                 .state = MOVE_DONE,
                                 .trade_id = trade->id,
                                 .amount = trade->amount,
                                 .done_time = trade->pay_time };
    char digits[33];
    struct text no = TEXT(move.no);

    sandbox_number_new(digits);
    text_addf(&no, "5030%.24s", digits);
    trade->refunded = trade->amount;
    return text_copy(move.merchant, sizeof(move.merchant), trade->merchant) &&
                   text_copy(move.app, sizeof(move.app), trade->app) &&
                   text_copy(move.account, sizeof(move.account), trade->trade_no) &&
                   text_copy(move.out_no, sizeof(move.out_no), move.no)
               ? sandbox_move_insert(db, &move)
               : PAY_FAULT;
}

enum pay_err wechat_pay_force(struct db *db, const struct config *config,
                              struct sandbox_trade *trade, const struct sandbox_payment *how)
{
    static char plain[SANDBOX_CONTENT_SIZE];
    const struct wechat_keys *keys = wechat_keys(config);
    struct text to = TEXT(plain);
    struct json_text j = JSON_TEXT(&to);

    trade->state = TRADE_PAID;
    trade->pay_time = how->success_time ? how->success_time : trade->now;
    trade->discount = how->discount;
    if (sandbox_plays(trade->scenario, SCENARIO_COUPON) && trade->discount.minor == 0 &&
        trade->amount.minor > COUPON_FEN)
        trade->discount = MONEY(COUPON_FEN);
    if (!keys || (!*trade->buyer &&
                  !text_copy(trade->buyer, sizeof(trade->buyer), str_or(how->buyer, keys->openid))))
        return PAY_FAULT;
    const bool outside = sandbox_plays(trade->scenario, SCENARIO_REFUNDED_OUTSIDE);
    enum pay_err err = outside ? refund_whole(db, trade) : PAY_OK;
    if (err == PAY_OK)
        err = sandbox_trade_save(db, trade);
    if (outside)
        return err;
    json_open(&j, NULL);
    wechat_order_write(trade, &j);
    json_close(&j);
    if (err != PAY_OK || to.full)
        return err == PAY_OK ? PAY_FAULT : err;
    return wechat_notice_add(db, config,
                             &(struct wechat_news){ .event = "TRANSACTION.SUCCESS",
                                                    .plain = plain,
                                                    .url = trade->notify_url,
                                                    .number = trade->out_trade_no,
                                                    .scenario = trade->scenario,
                                                    .trade_id = trade->id });
}

enum pay_err wechat_trade_pay(struct db *db, const struct config *config,
                              struct sandbox_trade *trade, const struct sandbox_payment *how)
{
    enum pay_err err = wechat_trade_payable(trade);

    return err == PAY_OK ? wechat_pay_force(db, config, trade, how) : err;
}

/* A payer who gives up leaves the order unpaid: it can be opened again. At the till the payment
 * has failed. */
enum pay_err wechat_trade_cancel(struct db *db, const struct config *config,
                                 struct sandbox_trade *trade)
{
    (void)config;
    if (trade->state == TRADE_PAID)
        return PAY_PAID;
    if (trade->state != TRADE_PAYING)
        return PAY_OK;
    trade->state = TRADE_FAILED;
    return sandbox_trade_save(db, trade);
}
