/* wechat_transfer.c - transfers that the receiver confirms: made, asked about, taken back. */
#include "sandbox/wechat/wechat_books.h"
#include <string.h>

#define CONFIRM_S 3
#define TRANSFER_SLOW_S 30
#define IDLE_S (24 * 3600)
#define CANCEL_S 2
#define NAME_FROM 200000 /* fen: from here on the receiver's name is asked for */
#define TRANSFER_AMOUNT_MAX INT64_C(100000000000)

struct bill_terms {
    char appid[33], out_bill_no[33], scene[37], openid[65], user_name[1025], remark[129];
    char notify_url[256], perception[129];
    int64_t amount;
};
/* clang-format off */
static const struct wechat_field FIELDS[] = {
    WECHAT_FIELD(struct bill_terms, appid, "appid", "商户AppID", WK_TEXT, true, 1, 32, NULL),
    WECHAT_FIELD(struct bill_terms, out_bill_no, "out_bill_no", "商户单号", WK_TEXT, true,
                 1, 32, ""),
    WECHAT_FIELD(struct bill_terms, scene, "transfer_scene_id", "转账场景ID", WK_TEXT, true,
                 1, 36, ""),
    WECHAT_FIELD(struct bill_terms, openid, "openid", "收款用户OpenID", WK_TEXT, true, 1, 64, "_-"),
    WECHAT_FIELD(struct bill_terms, user_name, "user_name", "收款用户姓名", WK_TEXT, false,
                 1, 1024, NULL),
    WECHAT_FIELD(struct bill_terms, amount, "transfer_amount", "转账金额", WK_NUMBER, true,
                 1, TRANSFER_AMOUNT_MAX, NULL),
    WECHAT_FIELD(struct bill_terms, remark, "transfer_remark", "转账备注", WK_TEXT, true,
                 1, 32, NULL),
    WECHAT_FIELD(struct bill_terms, notify_url, "notify_url", "通知地址", WK_TEXT, false,
                 0, 255, NULL),
    WECHAT_FIELD(struct bill_terms, perception, "user_recv_perception", "用户收款感知", WK_TEXT,
                 false, 0, 32, NULL),
    { "transfer_scene_report_infos", "转账场景报备信息", WK_THERE, true, 0, 0, NULL, 0, 0 },
};
/* clang-format on */

struct bill_work {
    struct bill_terms terms;
    struct sandbox_move move;
};

static const char *state_of(const struct sandbox_move *bill)
{
    static const struct word WORDS[] = {
        { MOVE_PENDING, "CANCELING", "" },
        { MOVE_CONFIRM, "WAIT_USER_CONFIRM", "" },
        { MOVE_DONE, "SUCCESS", "" },
        { MOVE_FAILED, "FAIL", "" },
        { MOVE_STUCK, "FAIL", "" },
        { MOVE_CANCELLED, "CANCELLED", "" },
        { .word = NULL },
    };
    return word_of(WORDS, bill->state);
}

static int64_t updated(const struct sandbox_move *bill)
{
    return bill->done_time ? bill->done_time : bill->create_time;
}

static void bill_members(const struct sandbox_move *bill, struct json_text *to)
{
    char when[WECHAT_TIME_SIZE];

    json_str(to, "mch_id", bill->merchant);
    json_str(to, "out_bill_no", bill->out_no);
    json_str(to, "transfer_bill_no", bill->no);
    json_str(to, "appid", bill->app);
    json_str(to, "state", state_of(bill));
    json_i64(to, "transfer_amount", bill->amount.minor);
    json_str(to, "transfer_remark", bill->reason);
    json_opt(to, "fail_reason", bill->error);
    json_str(to, "openid", bill->account);
    json_str(to, "create_time", wechat_time(bill->create_time, when));
    json_str(to, "update_time", wechat_time(updated(bill), when));
}

/* ---- making one */

static bool transfer_make(const struct wechat_call *call, struct bill_work *w)
{
    const struct bill_terms *t = &w->terms;
    struct sandbox_move *m = &w->move;
    const char *scenario = sandbox_scenario_of(WECHAT, t->remark, NULL, MONEY(t->amount));
    const int64_t wait = sandbox_plays(scenario, SCENARIO_TRANSFER_IDLE)   ? IDLE_S
                         : sandbox_plays(scenario, SCENARIO_TRANSFER_SLOW) ? TRANSFER_SLOW_S
                                                                           : CONFIRM_S;
    char digits[33];
    struct text no = TEXT(m->no);

    memset(m, 0, sizeof(*m));
    sandbox_number_new(digits);
    text_addf(&no, "1330%.24s", digits);
    m->state = MOVE_CONFIRM;
    m->amount = MONEY(t->amount);
    m->create_time = m->now = call->now_ms;
    m->due_time = call->now_ms + sandbox_gap_ms(call->in->config, wait);
    return !no.full && text_copy(m->kind, sizeof(m->kind), SANDBOX_TRANSFER) &&
           text_copy(m->channel, sizeof(m->channel), WECHAT) &&
           text_copy(m->merchant, sizeof(m->merchant), call->said.mchid) &&
           text_copy(m->app, sizeof(m->app), t->appid) &&
           text_copy(m->out_no, sizeof(m->out_no), t->out_bill_no) &&
           text_copy(m->account, sizeof(m->account), t->openid) &&
           text_copy(m->reason, sizeof(m->reason), t->remark) &&
           text_copy(m->notify_url, sizeof(m->notify_url), t->notify_url) &&
           text_copy(m->scenario, sizeof(m->scenario), scenario);
}

static enum pay_err bill_txn(struct db *db, void *arg)
{
    struct wechat_call *call = arg;
    struct bill_work *w = call->arg;
    const struct sandbox_move_key key = { .kind = SANDBOX_TRANSFER,
                                          .channel = WECHAT,
                                          .merchant = call->said.mchid,
                                          .out_no = w->terms.out_bill_no,
                                          .lock = true };

    if (!transfer_make(call, w))
        return PAY_FAULT;
    if (sandbox_plays(w->move.scenario, SCENARIO_TRANSFER_NO_MONEY)) {
        call->fault = WX_NOT_ENOUGH;
        return PAY_OK;
    }
    enum pay_err err = sandbox_move_insert(db, &w->move);
    if (err != PAY_DUPLICATE)
        return err;
    err = sandbox_move_find(db, &key, &w->move);
    if (err == PAY_OK &&
        (w->move.amount.minor != w->terms.amount || !str_eq(w->move.account, w->terms.openid) ||
         !str_eq(w->move.reason, w->terms.remark)))
        call->fault = wechat_refuse(call, WX_BATCH_USED, "商户单号已存在，且参数与原单不一致");
    return err;
}

static enum wechat_fault transfer_terms_check(struct wechat_call *call, struct bill_terms *terms)
{
    char room[1024];
    struct text name = TEXT(room);
    enum wechat_fault fault = wechat_fields(call, FIELDS, COUNT(FIELDS), terms);

    if (fault == WX_OK && !str_eq(terms->appid, call->keys->appid))
        return WX_APPID;
    if (fault == WX_OK && terms->amount >= NAME_FROM && !*terms->user_name)
        return wechat_refuse(call, WX_PARAM, "转账金额大于等于2000元时，收款用户姓名必填");
    if (fault == WX_OK && *terms->user_name)
        fault = wechat_decrypt(call, "user_name", terms->user_name, &name);
    return fault == WX_OK ? wechat_url_check(call, terms->notify_url) : fault;
}

enum wechat_fault wechat_bill_create(struct wechat_call *call)
{
    static struct bill_work work;
    char when[WECHAT_TIME_SIZE];
    enum wechat_fault fault;

    memset(&work, 0, sizeof(work));
    call->arg = &work;
    fault = transfer_terms_check(call, &work.terms);
    if (fault == WX_OK)
        fault = wechat_txn(call, bill_txn);
    if (fault != WX_OK)
        return fault;
    json_open(&call->json, NULL);
    json_str(&call->json, "out_bill_no", work.move.out_no);
    json_str(&call->json, "transfer_bill_no", work.move.no);
    json_str(&call->json, "create_time", wechat_time(work.move.create_time, when));
    json_str(&call->json, "state", state_of(&work.move));
    if (work.move.state == MOVE_CONFIRM)
        json_str(&call->json, "package_info", work.move.no);
    json_close(&call->json);
    return WX_OK;
}

/* ---- asking about one */

static enum wechat_fault bill_query(struct wechat_call *call, const char *no, const char *out_no)
{
    static struct sandbox_move move;
    enum pay_err err = sandbox_move_find(call->in->db,
                                         &(struct sandbox_move_key){ .kind = SANDBOX_TRANSFER,
                                                                     .channel = WECHAT,
                                                                     .merchant = call->said.mchid,
                                                                     .no = no,
                                                                     .out_no = out_no },
                                         &move);

    db_end(call->in->db);
    if (err != PAY_OK || move.trade_id)
        return err == PAY_OK || err == PAY_NO_ROW ? WX_NO_TRANSFER : WX_SYSTEM;
    json_open(&call->json, NULL);
    bill_members(&move, &call->json);
    json_close(&call->json);
    return WX_OK;
}

enum wechat_fault wechat_bill_by_out_no(struct wechat_call *call)
{
    return bill_query(call, NULL, call->segment[0]);
}

enum wechat_fault wechat_bill_by_no(struct wechat_call *call)
{
    return bill_query(call, call->segment[0], NULL);
}

/* ---- taking it back */

static enum pay_err cancel_txn(struct db *db, void *arg)
{
    struct wechat_call *call = arg;
    struct sandbox_move *move = call->arg;
    const struct sandbox_move_key key = { .kind = SANDBOX_TRANSFER,
                                          .channel = WECHAT,
                                          .merchant = call->said.mchid,
                                          .out_no = call->segment[0],
                                          .lock = true };
    enum pay_err err = sandbox_move_find(db, &key, move);

    if (err == PAY_NO_ROW) {
        call->fault = WX_NO_TRANSFER;
        return PAY_OK;
    }
    if (err != PAY_OK || move->state == MOVE_PENDING || move->state == MOVE_CANCELLED)
        return err;
    if (move->state != MOVE_CONFIRM) {
        call->fault = wechat_refuse(call, WX_INVALID, "当前单据状态不支持撤销");
        return PAY_OK;
    }
    move->state = MOVE_PENDING;
    move->due_time = move->now + sandbox_gap_ms(call->in->config, CANCEL_S);
    return sandbox_move_save(db, move);
}

enum wechat_fault wechat_bill_cancel(struct wechat_call *call)
{
    static struct sandbox_move move;
    char when[WECHAT_TIME_SIZE];

    call->arg = &move;
    enum wechat_fault fault = wechat_txn(call, cancel_txn);
    if (fault != WX_OK)
        return fault;
    json_open(&call->json, NULL);
    json_str(&call->json, "out_bill_no", move.out_no);
    json_str(&call->json, "transfer_bill_no", move.no);
    json_str(&call->json, "state", state_of(&move));
    json_str(&call->json, "update_time", wechat_time(call->now_ms, when));
    json_close(&call->json);
    return WX_OK;
}

/* ---- its end */

const char *wechat_transfer_reason(const struct sandbox_move *move)
{
    static const struct {
        enum sandbox_scenario_id id;
        const char *reason;
    } REASONS[] = { { SCENARIO_TRANSFER_NAME, "NAME_NOT_CORRECT" },
                    { SCENARIO_TRANSFER_FROZEN, "ACCOUNT_FROZEN" },
                    { SCENARIO_TRANSFER_IDLE, "OVERDUE_CLOSE" } };

    for (size_t i = 0; i < COUNT(REASONS); i++) {
        if (sandbox_plays(move->scenario, REASONS[i].id))
            return REASONS[i].reason;
    }
    return "";
}

enum pay_err wechat_bill_end(struct db *db, const struct config *config, struct sandbox_move *move)
{
    const char *reason = wechat_transfer_reason(move);
    char room[2048];
    struct text plain = TEXT(room);
    struct json_text j = JSON_TEXT(&plain);

    move->state = move->state == MOVE_PENDING && !move->trade_id ? MOVE_CANCELLED
                  : *reason                                      ? MOVE_FAILED
                                                                 : MOVE_DONE;
    move->due_time = 0;
    move->done_time = move->now;
    if (move->state == MOVE_FAILED && !text_copy(move->error, sizeof(move->error), reason))
        return PAY_FAULT;
    enum pay_err err = sandbox_move_save(db, move);
    if (err != PAY_OK || move->trade_id)
        return err;
    json_open(&j, NULL);
    bill_members(move, &j);
    json_close(&j);
    return plain.full ? PAY_FAULT
                      : wechat_notice_add(db, config,
                                          &(struct wechat_news){
                                              .event = "MCHTRANSFER.BILL.FINISHED",
                                              .plain = room,
                                              .url = move->notify_url,
                                              .number = move->out_no,
                                          });
}
