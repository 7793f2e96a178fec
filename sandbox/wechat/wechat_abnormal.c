/* wechat_abnormal.c - a refund whose payer's card is gone: the merchant names another way. */
#include "sandbox/wechat/wechat_order.h"
#include <string.h>

#define AGAIN_S 3

struct abnormal_terms {
    char out_refund_no[65], type[33], bank_type[17], bank_account[1025], real_name[1025];
};
/* clang-format off */
static const struct wechat_field FIELDS[] = {
    WECHAT_FIELD(struct abnormal_terms, out_refund_no, "out_refund_no", "商户退款单号", WK_TEXT,
                 true, 1, 64, "_-|*@"),
    WECHAT_FIELD(struct abnormal_terms, type, "type", "异常退款处理方式", WK_TEXT, true, 1, 32, "_"),
    WECHAT_FIELD(struct abnormal_terms, bank_type, "bank_type", "开户银行", WK_TEXT, false,
                 1, 16, "_"),
    WECHAT_FIELD(struct abnormal_terms, bank_account, "bank_account", "收款银行卡号", WK_TEXT,
                 false, 1, 1024, NULL),
    WECHAT_FIELD(struct abnormal_terms, real_name, "real_name", "收款用户姓名", WK_TEXT, false,
                 1, 1024, NULL),
};
/* clang-format on */

struct abnormal_work {
    struct abnormal_terms terms;
    struct sandbox_move move;
    struct sandbox_trade trade;
};

static enum wechat_fault card_check(struct wechat_call *call, const struct abnormal_terms *terms)
{
    char room[1024];
    struct text plain = TEXT(room);

    if (str_eq(terms->type, "MERCHANT_BANK_CARD"))
        return WX_OK;
    if (!str_eq(terms->type, "USER_BANK_CARD"))
        return wechat_refuse(call, WX_PARAM,
                             "异常退款处理方式只能是USER_BANK_CARD或MERCHANT_BANK_CARD");
    if (!*terms->bank_type || !*terms->bank_account || !*terms->real_name)
        return wechat_refuse(call, WX_PARAM,
                             "退款到用户银行卡时，bank_type、bank_account、real_name必填");
    enum wechat_fault fault = wechat_decrypt(call, "bank_account", terms->bank_account, &plain);
    text_reset(&plain);
    return fault == WX_OK ? wechat_decrypt(call, "real_name", terms->real_name, &plain) : fault;
}

static enum pay_err abnormal_txn(struct db *db, void *arg)
{
    struct wechat_call *call = arg;
    struct abnormal_work *w = call->arg;
    const struct sandbox_move_key key = { .kind = SANDBOX_REFUND,
                                          .channel = WECHAT,
                                          .merchant = call->said.mchid,
                                          .no = call->segment[0],
                                          .lock = true };
    enum pay_err err = sandbox_move_find(db, &key, &w->move);

    if (err == PAY_NO_ROW || (err == PAY_OK && !str_eq(w->move.out_no, w->terms.out_refund_no))) {
        call->fault = wechat_refuse(call, WX_NO_RESOURCE, "退款单不存在");
        return PAY_OK;
    }
    if (err == PAY_OK)
        err = wechat_refund_trade(db, w->move.account, true, &w->trade);
    if (err != PAY_OK)
        return err;
    if (w->move.state != MOVE_STUCK) {
        call->fault = wechat_refuse(call, WX_INVALID, "退款单状态不是异常状态，无法发起异常退款");
        return PAY_OK;
    }
    w->move.state = MOVE_PENDING;
    w->move.due_time = w->move.now + sandbox_gap_ms(call->in->config, AGAIN_S);
    return text_copy(w->move.detail, sizeof(w->move.detail), "{\"helped\":\"1\"}")
               ? sandbox_move_save(db, &w->move)
               : PAY_FAULT;
}

enum wechat_fault wechat_refund_abnormal(struct wechat_call *call)
{
    static struct abnormal_work work;
    enum wechat_fault fault;

    memset(&work, 0, sizeof(work));
    call->arg = &work;
    fault = wechat_fields(call, FIELDS, COUNT(FIELDS), &work.terms);
    if (fault == WX_OK)
        fault = card_check(call, &work.terms);
    if (fault == WX_OK)
        fault = wechat_txn(call, abnormal_txn);
    if (fault == WX_OK)
        wechat_refund_write(&work.move, &work.trade, &call->json);
    return fault;
}
