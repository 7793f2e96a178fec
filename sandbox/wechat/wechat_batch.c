/* wechat_batch.c - the older transfers: a batch with its parts, which are transfers of its row. */
#include "sandbox/wechat/wechat_books.h"
#include <string.h>

#define BATCH_PARTS_MAX 100
#define BATCH_DONE_S 3
#define BATCH_SLOW_S 30
#define BATCH_AMOUNT_MAX INT64_C(100000000000)

struct batch_terms {
    char appid[33], out_no[33], name[129], remark[129], scene[37], notify_url[256];
    int64_t amount, count;
};
struct part_terms {
    char out_no[33], remark[129], openid[65], user_name[1025];
    int64_t amount;
};
/* clang-format off */
static const struct wechat_field FIELDS[] = {
    WECHAT_FIELD(struct batch_terms, appid, "appid", "商户AppID", WK_TEXT, true, 1, 32, NULL),
    WECHAT_FIELD(struct batch_terms, out_no, "out_batch_no", "商家批次单号", WK_TEXT, true,
                 1, 32, ""),
    WECHAT_FIELD(struct batch_terms, name, "batch_name", "批次名称", WK_TEXT, true, 1, 32, NULL),
    WECHAT_FIELD(struct batch_terms, remark, "batch_remark", "批次备注", WK_TEXT, true,
                 1, 32, NULL),
    WECHAT_FIELD(struct batch_terms, amount, "total_amount", "转账总金额", WK_NUMBER, true,
                 1, BATCH_AMOUNT_MAX, NULL),
    WECHAT_FIELD(struct batch_terms, count, "total_num", "转账总笔数", WK_NUMBER, true,
                 1, BATCH_PARTS_MAX, NULL),
    { "transfer_detail_list", "转账明细列表", WK_THERE, true, 0, 0, NULL, 0, 0 },
    WECHAT_FIELD(struct batch_terms, scene, "transfer_scene_id", "转账场景ID", WK_TEXT, false,
                 1, 36, ""),
    WECHAT_FIELD(struct batch_terms, notify_url, "notify_url", "通知地址", WK_TEXT, false,
                 0, 255, NULL),
};
static const struct wechat_field PART_FIELDS[] = {
    WECHAT_FIELD(struct part_terms, out_no, "out_detail_no", "商家明细单号", WK_TEXT, true,
                 1, 32, ""),
    WECHAT_FIELD(struct part_terms, amount, "transfer_amount", "转账金额", WK_NUMBER, true,
                 1, BATCH_AMOUNT_MAX, NULL),
    WECHAT_FIELD(struct part_terms, remark, "transfer_remark", "转账备注", WK_TEXT, true,
                 1, 32, NULL),
    WECHAT_FIELD(struct part_terms, openid, "openid", "收款用户openid", WK_TEXT, true,
                 1, 64, "_-"),
    WECHAT_FIELD(struct part_terms, user_name, "user_name", "收款用户姓名", WK_TEXT, false,
                 1, 1024, NULL),
};
/* clang-format on */

struct batch_work {
    struct batch_terms terms;
    struct part_terms parts[BATCH_PARTS_MAX];
    size_t count;
    struct sandbox_move batch, part;
};

/* ---- making one */

static enum wechat_fault parts_read(struct wechat_call *call, struct batch_work *w)
{
    const struct json *list = json_member(call->body, "transfer_detail_list");
    enum wechat_fault fault = WX_OK;
    int64_t sum = 0;

    w->count = json_kind(list) == JSON_ARRAY ? json_size(list) : 0;
    if (w->count != (size_t)w->terms.count || w->count > BATCH_PARTS_MAX)
        return wechat_refuse(call, WX_PARAM, "转账总笔数与明细笔数不一致");
    for (size_t i = 0; i < w->count && fault == WX_OK; i++) {
        call->element = json_element(list, i);
        fault = wechat_fields(call, PART_FIELDS, COUNT(PART_FIELDS), &w->parts[i]);
        sum += fault == WX_OK ? w->parts[i].amount : 0;
    }
    call->element = NULL;
    return fault == WX_OK && sum != w->terms.amount
               ? wechat_refuse(call, WX_PARAM, "转账总金额与明细金额之和不一致")
               : fault;
}

static enum wechat_fault names_check(struct wechat_call *call, const struct batch_work *w)
{
    char room[1024];
    enum wechat_fault fault = WX_OK;

    for (size_t i = 0; i < w->count && fault == WX_OK; i++) {
        struct text name = TEXT(room);
        if (*w->parts[i].user_name)
            fault = wechat_decrypt(call, "transfer_detail_list/user_name", w->parts[i].user_name,
                                   &name);
    }
    return fault;
}

static bool move_begin(const struct wechat_call *call, struct sandbox_move *m, const char *kind,
                       const char *out_no)
{
    char digits[33];
    struct text no = TEXT(m->no);

    memset(m, 0, sizeof(*m));
    sandbox_number_new(digits);
    text_addf(&no, "1030%.24s", digits);
    m->state = MOVE_PENDING;
    m->create_time = m->now = call->now_ms;
    m->due_time = call->now_ms + sandbox_gap_ms(call->in->config, BATCH_DONE_S);
    return !no.full && text_copy(m->kind, sizeof(m->kind), kind) &&
           text_copy(m->channel, sizeof(m->channel), WECHAT) &&
           text_copy(m->merchant, sizeof(m->merchant), call->said.mchid) &&
           text_copy(m->app, sizeof(m->app), call->keys->appid) &&
           text_copy(m->out_no, sizeof(m->out_no), out_no);
}

/* Does a part's remark or amount choose it? */
static bool part_plays(const struct batch_work *w, enum sandbox_scenario_id id)
{
    for (size_t i = 0; i < w->count; i++) {
        const struct part_terms *t = &w->parts[i];
        if (sandbox_plays(sandbox_scenario_of(WECHAT, t->remark, NULL, MONEY(t->amount)), id))
            return true;
    }
    return false;
}

static bool batch_make(const struct wechat_call *call, struct batch_work *w)
{
    struct sandbox_move *m = &w->batch;
    const struct batch_terms *t = &w->terms;

    if (!move_begin(call, m, SANDBOX_BATCH, t->out_no))
        return false;
    m->amount = MONEY(t->amount);
    if (part_plays(w, SCENARIO_TRANSFER_SLOW))
        m->due_time = call->now_ms + sandbox_gap_ms(call->in->config, BATCH_SLOW_S);
    struct text count = TEXT(m->account);
    text_addf(&count, "%lld", (long long)t->count);
    return text_copy(m->name, sizeof(m->name), t->name) &&
           text_copy(m->reason, sizeof(m->reason), t->remark) &&
           text_copy(m->notify_url, sizeof(m->notify_url), t->notify_url);
}

static bool part_make(const struct wechat_call *call, struct batch_work *w,
                      const struct part_terms *t)
{
    struct sandbox_move *m = &w->part;
    const char *scenario = sandbox_scenario_of(WECHAT, t->remark, NULL, MONEY(t->amount));

    if (!move_begin(call, m, SANDBOX_TRANSFER, t->out_no))
        return false;
    m->trade_id = w->batch.id;
    m->amount = MONEY(t->amount);
    if (sandbox_plays(scenario, SCENARIO_TRANSFER_SLOW))
        m->due_time = call->now_ms + sandbox_gap_ms(call->in->config, BATCH_SLOW_S);
    return text_copy(m->account, sizeof(m->account), t->openid) &&
           text_copy(m->reason, sizeof(m->reason), t->remark) &&
           text_copy(m->scenario, sizeof(m->scenario), scenario);
}

static enum pay_err batch_txn(struct db *db, void *arg)
{
    struct wechat_call *call = arg;
    struct batch_work *w = call->arg;
    const struct sandbox_move_key key = { .kind = SANDBOX_BATCH,
                                          .channel = WECHAT,
                                          .merchant = call->said.mchid,
                                          .out_no = w->terms.out_no,
                                          .lock = true };

    if (!batch_make(call, w))
        return PAY_FAULT;
    enum pay_err err = sandbox_move_insert(db, &w->batch);
    if (err == PAY_DUPLICATE) {
        err = sandbox_move_find(db, &key, &w->batch);
        if (err == PAY_OK &&
            (w->batch.amount.minor != w->terms.amount || !str_eq(w->batch.name, w->terms.name)))
            call->fault = wechat_refuse(call, WX_BATCH_USED, "商家批次单号已存在，且参数不一致");
        return err;
    }
    for (size_t i = 0; i < w->count && err == PAY_OK; i++) {
        err = part_make(call, w, &w->parts[i]) ? sandbox_move_insert(db, &w->part) : PAY_FAULT;
        if (err == PAY_DUPLICATE)
            call->fault = wechat_refuse(call, WX_PARAM, "批次内商家明细单号重复");
    }
    return err;
}

enum wechat_fault wechat_batch(struct wechat_call *call)
{
    static struct batch_work work;
    char when[WECHAT_TIME_SIZE];

    memset(&work, 0, sizeof(work));
    call->arg = &work;
    enum wechat_fault fault = wechat_fields(call, FIELDS, COUNT(FIELDS), &work.terms);
    if (fault == WX_OK && !str_eq(work.terms.appid, call->keys->appid))
        fault = WX_APPID;
    if (fault == WX_OK)
        fault = parts_read(call, &work);
    if (fault == WX_OK)
        fault = names_check(call, &work);
    if (fault == WX_OK)
        fault = wechat_url_check(call, work.terms.notify_url);
    if (fault == WX_OK && part_plays(&work, SCENARIO_TRANSFER_NO_MONEY))
        fault = WX_NOT_ENOUGH;
    if (fault == WX_OK)
        fault = wechat_txn(call, batch_txn);
    if (fault != WX_OK)
        return fault;
    json_open(&call->json, NULL);
    json_str(&call->json, "out_batch_no", work.batch.out_no);
    json_str(&call->json, "batch_id", work.batch.no);
    json_str(&call->json, "create_time", wechat_time(work.batch.create_time, when));
    json_str(&call->json, "batch_status", "ACCEPTED");
    json_close(&call->json);
    return WX_OK;
}
