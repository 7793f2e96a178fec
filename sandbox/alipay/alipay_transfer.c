/* alipay_transfer.c - money to a payee's account, what became of it, and the balance. */
#include "sandbox/alipay/alipay_private.h"

#include <string.h>

#define TAKES_S 30
#define LEAST MONEY(10)
#define MOST MONEY(1000000000)

static bool payee_read(struct alipay_call *call, char *type, size_t type_size)
{
    const struct json *payee = json_member(call->biz, "payee_info");
    struct sandbox_move *move = &call->move;
    const struct {
        const char *name;
        char *to;
        size_t size;
    } MEMBERS[] = {
        { "identity", move->account, sizeof(move->account) },
        { "identity_type", type, type_size },
        { "name", move->name, sizeof(move->name) },
    };

    if (!payee || json_kind(payee) != JSON_OBJECT)
        return false;
    for (size_t i = 0; i < COUNT(MEMBERS); i++) {
        const struct json *value = json_member(payee, MEMBERS[i].name);
        size_t len = 0;
        const char *text = value && json_kind(value) == JSON_STRING ? json_text(value, &len) : "";
        if (!text_copy_n(MEMBERS[i].to, MEMBERS[i].size, text, len))
            return false;
    }
    return *move->account && utf8_count(move->name, strlen(move->name)) <= 64;
}

static enum alipay_fault transfer_terms_read(struct alipay_call *call)
{
    struct sandbox_move *move = &call->move;
    char product[65], scene[65], type[33];

    *move = (struct sandbox_move){ .kind = SANDBOX_TRANSFER, .channel = ALIPAY };
    if (!text_copy(move->merchant, sizeof(move->merchant), call->keys->seller_id) ||
        !text_copy(move->app, sizeof(move->app), call->keys->app_id))
        return AF_AWAY;
    if (!alipay_field(call, "out_biz_no", move->out_no, sizeof(move->out_no)) || !*move->out_no)
        return alipay_wrong(call, AF_T_PARAMETER, "out_biz_no");
    if (!alipay_yuan(call, "trans_amount", &move->amount) || move->amount.minor < LEAST.minor)
        return alipay_wrong(call, AF_T_PARAMETER, "trans_amount");
    if (!alipay_field(call, "product_code", product, sizeof(product)) ||
        !str_eq(product, "TRANS_ACCOUNT_NO_PWD"))
        return alipay_wrong(call, AF_T_PARAMETER, "product_code");
    if (!alipay_field(call, "biz_scene", scene, sizeof(scene)) || !str_eq(scene, "DIRECT_TRANSFER"))
        return alipay_wrong(call, AF_T_PARAMETER, "biz_scene");
    if (!payee_read(call, type, sizeof(type)) ||
        (!str_eq(type, "ALIPAY_LOGON_ID") && !str_eq(type, "ALIPAY_USER_ID") &&
         !str_eq(type, "ALIPAY_OPEN_ID")))
        return alipay_wrong(call, AF_T_PARAMETER, "payee_info");
    if (!alipay_field(call, "remark", move->reason, sizeof(move->reason)))
        return alipay_wrong(call, AF_T_PARAMETER, "remark");
    if (str_eq(type, "ALIPAY_LOGON_ID") && *move->name == '\0')
        return alipay_wrong(call, AF_T_PARAMETER, "payee_info.name");
    return move->amount.minor <= MOST.minor ? AF_OK : AF_T_LIMIT;
}

/* What a scenario (a marker in the remark or the title) makes of it. */
static enum alipay_fault played(struct alipay_call *call)
{
    char title[257];

    if (!alipay_field(call, "order_title", title, sizeof(title)))
        title[0] = '\0';
    const char *name = sandbox_scenario_of(ALIPAY, call->move.reason, title, call->move.amount);
    if (!text_copy(call->move.scenario, sizeof(call->move.scenario), name))
        return AF_AWAY;
    if (sandbox_plays(name, SCENARIO_TRANSFER_NAME))
        return AF_T_NAME;
    if (sandbox_plays(name, SCENARIO_TRANSFER_FROZEN))
        return AF_T_FROZEN;
    return sandbox_plays(name, SCENARIO_TRANSFER_NO_MONEY) ? AF_T_MONEY : AF_OK;
}

static enum pay_err transfer_work(struct db *db, void *arg)
{
    static struct sandbox_move old;
    struct alipay_call *call = arg;
    struct sandbox_move *move = &call->move;
    const struct sandbox_move_key key = { .kind = SANDBOX_TRANSFER,
                                          .channel = ALIPAY,
                                          .merchant = move->merchant,
                                          .out_no = move->out_no,
                                          .lock = true };
    enum pay_err err = sandbox_move_find(db, &key, &old);

    if (err == PAY_OK) {
        const bool same = money_eq(old.amount, move->amount) &&
                          str_eq(old.account, move->account) && str_eq(old.name, move->name);
        call->fault = same ? AF_OK : AF_T_OTHER;
        *move = old;
        return PAY_OK;
    }
    call->fault = played(call);
    if (err != PAY_NO_ROW || call->fault != AF_OK)
        return err == PAY_NO_ROW ? PAY_OK : err;
    int64_t now = 0;
    err = db_number(db, "SELECT CAST(UNIX_TIMESTAMP(UTC_TIMESTAMP(3)) * 1000 AS SIGNED)", NULL, 0,
                    &now);
    const bool slow = sandbox_plays(move->scenario, SCENARIO_TRANSFER_SLOW);
    move->state = slow ? MOVE_PENDING : MOVE_DONE;
    move->create_time = now;
    move->done_time = slow ? 0 : now;
    move->due_time = slow ? now + sandbox_gap_ms(call->in->config, TAKES_S) : 0;
    sandbox_number_new(move->no);
    return err == PAY_OK ? sandbox_move_insert(db, move) : err;
}

static void transfer_write(struct alipay_call *call)
{
    static const char *const WORDS[] = {
        [MOVE_PENDING] = "DEALING", [MOVE_DONE] = "SUCCESS", [MOVE_FAILED] = "FAIL"
    };
    const struct sandbox_move *move = &call->move;
    struct json_text *to = &call->json;

    json_str(to, "out_biz_no", move->out_no);
    json_str(to, "order_id", move->no);
    json_str(to, "pay_fund_order_id", move->no);
    json_str(to, "status", str_or(WORDS[move->state], "FAIL"));
}

enum alipay_fault played_alipay_transfer(struct alipay_call *call)
{
    enum alipay_fault fault = transfer_terms_read(call);

    if (fault == AF_OK)
        fault = alipay_txn(call, transfer_work);
    if (fault != AF_OK)
        return fault;
    transfer_write(call);
    alipay_time(&call->json, "trans_date",
                call->move.done_time ? call->move.done_time : call->move.create_time);
    return AF_OK;
}

enum alipay_fault played_alipay_transfer_query(struct alipay_call *call)
{
    char out_no[65], no[65], fund_no[65];

    if (!alipay_field(call, "out_biz_no", out_no, sizeof(out_no)) ||
        !alipay_field(call, "order_id", no, sizeof(no)) ||
        !alipay_field(call, "pay_fund_order_id", fund_no, sizeof(fund_no)) ||
        (!*out_no && !*no && !*fund_no))
        return alipay_wrong(call, AF_T_PARAMETER, "out_biz_no");
    const struct sandbox_move_key key = { .kind = SANDBOX_TRANSFER,
                                          .channel = ALIPAY,
                                          .merchant = call->keys->seller_id,
                                          .out_no = out_no,
                                          .no = str_or(no, fund_no) };
    enum pay_err err = sandbox_move_find(call->in->db, &key, &call->move);
    if (err != PAY_OK)
        return err == PAY_NO_ROW ? AF_T_NONE : AF_AWAY;
    transfer_write(call);
    alipay_money(&call->json, "trans_amount", call->move.amount);
    alipay_money(&call->json, "order_fee", MONEY(0));
    alipay_time(&call->json, "pay_date", call->move.done_time);
    json_opt(&call->json, "error_code", call->move.error);
    return AF_OK;
}

enum alipay_fault alipay_account(struct alipay_call *call)
{
    char user[65];

    if (!alipay_field(call, "alipay_user_id", user, sizeof(user)) ||
        (*user && !str_eq(user, call->keys->seller_id)))
        return alipay_wrong(call, AF_T_PARAMETER, "alipay_user_id");
    json_str(&call->json, "available_amount", "1000000.00");
    json_str(&call->json, "freeze_amount", "0.00");
    return AF_OK;
}
