/* alipay_notice.c - see alipay_notice.h. A notice is stored as a form without time and signature:
 * both are added for each try. */
#include "sandbox/alipay/alipay_notice.h"

#include <string.h>
#include "base/clock.h"
#include "base/ulid.h"
#include "sandbox/alipay/alipay_private.h"
#include "sandbox/core/sandbox_gbk.h"
#include "wire/alipay_text.h"

#define LATE_S 60

static int64_t last_id;

int64_t alipay_notice_last(void)
{
    return last_id;
}

static void notice_put(struct text *to, const char *name, const char *value)
{
    if (*str_or(value, "") == '\0')
        return;
    text_addf(to, "%s%s=", to->len > 0 ? "&" : "", name);
    text_add_form(to, value);
}

static void put_money(struct text *to, const char *name, struct money amount)
{
    char room[32];
    struct text t = TEXT(room);

    money_add_plain(&t, amount);
    notice_put(to, name, room);
}

static void put_time(struct text *to, const char *name, int64_t ms, const char *tail)
{
    char room[40];
    struct text t = TEXT(room);

    if (ms == 0)
        return;
    time_add_china(&t, ms, ' ');
    text_add(&t, tail);
    notice_put(to, name, room);
}

static void put_funds(struct text *to, const struct sandbox_trade *trade)
{
    char room[256];
    struct text t = TEXT(room);

    text_add(&t, "[{\"amount\":\"");
    money_add_plain(&t, MONEY(trade->amount.minor - trade->discount.minor));
    text_add(&t, "\",\"fundChannel\":\"ALIPAYACCOUNT\"}]");
    notice_put(to, "fund_bill_list", room);
}

static bool plays(const struct sandbox_trade *trade, const struct sandbox_move *refund,
                  enum sandbox_scenario_id id)
{
    return !refund && sandbox_plays(trade->scenario, id);
}

static void parties_write(struct text *to, const struct sandbox_trade *trade,
                          const struct sandbox_move *refund)
{
    const char *app = plays(trade, refund, SCENARIO_WRONG_APP) ? "2021999999999999" : trade->app;
    const char *seller = plays(trade, refund, SCENARIO_WRONG_SELLER) ? "2088999999999999"
                                                                     : trade->merchant;

    notice_put(to, "app_id", app);
    notice_put(to, "auth_app_id", app);
    notice_put(to, "seller_id", seller);
    notice_put(to, "seller_email", "seller@sandbox.example");
    notice_put(to, "buyer_id", trade->buyer);
    notice_put(to, "buyer_logon_id", ALIPAY_BUYER_LOGON);
}

static void content_write(struct text *to, const struct sandbox_trade *trade,
                          const struct sandbox_move *refund)
{
    const struct money paid = MONEY(trade->amount.minor - trade->discount.minor);
    const int64_t more = plays(trade, refund, SCENARIO_WRONG_AMOUNT) ? 1 : 0;

    notice_put(to, "notify_type", "trade_status_sync");
    notice_put(to, "charset", plays(trade, refund, SCENARIO_GBK_NOTICE) ? "GBK" : "utf-8");
    notice_put(to, "version", "1.0");
    parties_write(to, trade, refund);
    notice_put(to, "trade_no", trade->trade_no);
    notice_put(to, "out_trade_no",
               plays(trade, refund, SCENARIO_UNKNOWN_ORDER) ? "UNKNOWN0000000000000000001"
                                                            : trade->out_trade_no);
    notice_put(to, "trade_status", alipay_trade_status(trade));
    put_money(to, "total_amount", MONEY(trade->amount.minor + more));
    put_money(to, "receipt_amount", paid);
    put_money(to, "buyer_pay_amount", paid);
    put_money(to, "invoice_amount", paid);
    put_money(to, "point_amount", MONEY(0));
    notice_put(to, "subject", trade->subject);
    put_time(to, "gmt_create", trade->create_time, "");
    put_time(to, "gmt_payment", trade->pay_time, "");
    put_funds(to, trade);
    notice_put(to, "passback_params", trade->marker);
    if (!refund)
        return;
    notice_put(to, "out_biz_no", refund->out_no);
    put_money(to, "refund_fee", trade->refunded);
    put_money(to, "send_back_fee", refund->amount);
    put_time(to, "gmt_refund", refund->done_time, ".000");
    if (money_eq(trade->refunded, trade->amount))
        put_time(to, "gmt_close", refund->done_time, "");
}

enum pay_err alipay_notice_add(struct db *db, const struct config *config,
                               const struct sandbox_trade *trade, const struct sandbox_move *refund)
{
    static struct sandbox_notice notice;
    int64_t delay = 0;

    notice = (struct sandbox_notice){ .trade_id = trade->id, .channel = ALIPAY };
    struct text content = TEXT(notice.content);
    last_id = 0;
    if (plays(trade, refund, SCENARIO_NOTIFY_NEVER))
        return PAY_OK;
    if (plays(trade, refund, SCENARIO_NOTIFY_LATE) || plays(trade, refund, SCENARIO_NOTIFY_ORDER))
        delay = sandbox_gap_ms(config, LATE_S);
    token_new(notice.notice_id);
    content_write(&content, trade, refund);
    if (content.full || !text_copy(notice.kind, sizeof(notice.kind), alipay_trade_status(trade)) ||
        !text_copy(notice.out_trade_no, sizeof(notice.out_trade_no), trade->out_trade_no) ||
        !text_copy(notice.url, sizeof(notice.url), trade->notify_url) ||
        !text_copy(notice.fault, sizeof(notice.fault), refund ? "" : trade->scenario))
        return PAY_FAULT;
    enum pay_err err = sandbox_notice_add(db, &notice, delay);
    last_id = notice.id;
    if (err == PAY_OK && plays(trade, refund, SCENARIO_NOTIFY_TWICE))
        err = sandbox_notice_add(db, &notice, delay);
    return err;
}

/* ---- one try */

#define PAIRS_MAX (FORM_PAIRS_MAX + 4)

/* The values of a notice in GBK, all in one room. */
static bool pairs_to_gbk(struct form *form, struct text *room)
{
    for (size_t i = 0; i < form->count; i++) {
        const char *start = room->at + room->len;
        if (!text_add_gbk(room, form->at[i].value, strlen(form->at[i].value)))
            return false;
        text_add_char(room, '\0');
        form->at[i].value = start;
    }
    return !room->full;
}

static bool signature(const struct config *config, const char *fault, const struct text *canonical,
                      struct text *sign)
{
    const struct alipay_keys *keys = alipay_keys(config);
    const bool foreign = sandbox_plays(fault, SCENARIO_FOREIGN_KEY);

    if (!keys ||
        !rsa_sign(foreign ? keys->foreign : keys->alipay, canonical->at, canonical->len, sign))
        return false;
    if (sandbox_plays(fault, SCENARIO_BAD_SIGN))
        sign->at[10] = sign->at[10] == 'A' ? 'B' : 'A';
    return true;
}

/* form: the parameters but sign_type and sign, which are added. */
static bool signed_form_write(const struct config *config, const char *fault,
                              const struct form *form, struct sandbox_try *out)
{
    struct alipay_pair pairs[PAIRS_MAX];
    char sign_room[1024];
    struct text sign = TEXT(sign_room);

    for (size_t i = 0; i < form->count; i++)
        pairs[i] = (struct alipay_pair){ form->at[i].name, form->at[i].value };
    alipay_text(pairs, form->count, &out->canonical);
    if (out->canonical.full || !signature(config, fault, &out->canonical, &sign))
        return false;
    for (size_t i = 0; i < form->count; i++) {
        const bool altered = sandbox_plays(fault, SCENARIO_ALTERED_BODY) &&
                             str_eq(form->at[i].name, "subject");
        notice_put(&out->body, form->at[i].name, altered ? "altered" : form->at[i].value);
    }
    notice_put(&out->body, "sign_type", "RSA2");
    notice_put(&out->body, "sign", sign_room);
    return !out->body.full;
}

bool alipay_notice_sign(const struct config *config, const struct sandbox_notice *notice,
                        struct sandbox_try *out)
{
    static char room[2 * SANDBOX_CONTENT_SIZE], gbk_room[2 * SANDBOX_CONTENT_SIZE];
    struct form form = { .count = 0 };
    struct text gbk = TEXT(gbk_room);
    char now_room[32];
    struct text now = TEXT(now_room);
    const bool in_gbk = sandbox_plays(notice->fault, SCENARIO_GBK_NOTICE);

    if (!form_read(notice->content, strlen(notice->content), room, &form) ||
        form.count + 2 > FORM_PAIRS_MAX)
        return false;
    time_add_china(&now, clock_now_ms(), ' ');
    form.at[form.count++] = (struct form_pair){ "notify_time", now_room };
    form.at[form.count++] = (struct form_pair){ "notify_id", notice->notice_id };
    if ((in_gbk && !pairs_to_gbk(&form, &gbk)) ||
        !signed_form_write(config, notice->fault, &form, out))
        return false;
    struct text type = TEXT(out->headers[0]), agent = TEXT(out->headers[1]),
                connection = TEXT(out->headers[2]);
    text_addf(&type, "Content-Type: application/x-www-form-urlencoded; %scharset=%s",
              sandbox_plays(notice->fault, SCENARIO_ODD_TYPE) ? "text/html; " : "",
              in_gbk ? "GBK" : "utf-8");
    text_add(&agent, "User-Agent: Mozilla/4.0");
    text_add(&connection, "Connection: close");
    return true;
}

void alipay_return_write(const struct config *config, const struct sandbox_trade *trade,
                         struct text *to)
{
    static char content_room[4096], room[8194], body_room[8192], canonical_room[8192];
    struct text content = TEXT(content_room);
    struct sandbox_try out = { .body = TEXT(body_room), .canonical = TEXT(canonical_room) };
    struct form form = { .count = 0 };

    notice_put(&content, "charset", "utf-8");
    notice_put(&content, "version", "1.0");
    notice_put(&content, "method",
               str_eq(trade->product, "wap") ? "alipay.trade.wap.pay.return"
                                             : "alipay.trade.page.pay.return");
    notice_put(&content, "app_id", trade->app);
    notice_put(&content, "auth_app_id", trade->app);
    notice_put(&content, "seller_id", trade->merchant);
    notice_put(&content, "out_trade_no", trade->out_trade_no);
    notice_put(&content, "trade_no", trade->trade_no);
    put_money(&content, "total_amount", trade->amount);
    put_time(&content, "timestamp", clock_now_ms(), "");
    if (*trade->return_url == '\0' || content.full ||
        !form_read(content_room, content.len, room, &form) ||
        !signed_form_write(config, "", &form, &out))
        return;
    text_add(to, trade->return_url);
    text_add(to, strchr(trade->return_url, '?') ? "&" : "?");
    text_add(to, body_room);
}
