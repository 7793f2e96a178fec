/* wechat_batch_query.c - what became of a batch of transfers and of its parts, and its end. */
#include "sandbox/wechat/wechat_books.h"
#include <string.h>

#define LIMIT_MAX 100

struct batch_view {
    struct sandbox_move batch, part;
    struct json_text *json; /* the list under way; NULL: the parts are counted only */
    const char *wanted;     /* detail_status; "ALL" */
    int64_t skip, left, good, good_fen, bad, bad_fen, open;
};

static const char *part_status(const struct sandbox_move *part)
{
    return part->state == MOVE_DONE     ? "SUCCESS"
           : part->state == MOVE_FAILED ? "FAIL"
                                        : "PROCESSING";
}

static enum pay_err part_count(void *arg, void *row)
{
    struct batch_view *v = arg;
    const struct sandbox_move *part = row;

    v->open += part->state == MOVE_PENDING;
    v->good += part->state == MOVE_DONE;
    v->bad += part->state == MOVE_FAILED;
    v->good_fen += part->state == MOVE_DONE ? part->amount.minor : 0;
    v->bad_fen += part->state == MOVE_FAILED ? part->amount.minor : 0;
    return PAY_OK;
}

static enum pay_err part_show(void *arg, void *row)
{
    struct batch_view *v = arg;
    const struct sandbox_move *part = row;
    const char *status = part_status(part);

    if (!str_eq(v->wanted, "ALL") && !str_eq(v->wanted, status))
        return PAY_OK;
    if (v->skip-- > 0 || v->left-- <= 0)
        return PAY_OK;
    json_open(v->json, NULL);
    json_str(v->json, "detail_id", part->no);
    json_str(v->json, "out_detail_no", part->out_no);
    json_str(v->json, "detail_status", status);
    json_close(v->json);
    return PAY_OK;
}

static enum pay_err parts_each(struct db *db, struct batch_view *v, db_each *each)
{
    const struct sandbox_move_range range = { .kind = SANDBOX_TRANSFER,
                                              .channel = WECHAT,
                                              .trade_id = v->batch.id };
    return sandbox_move_each(db, &range, each, v);
}

static const char *batch_status(const struct batch_view *v)
{
    return v->batch.state == MOVE_DONE ? "FINISHED" : "PROCESSING";
}

static void batch_members(const struct batch_view *v, struct json_text *to)
{
    char when[WECHAT_TIME_SIZE];
    const struct sandbox_move *b = &v->batch;
    int64_t count = 0;

    (void)!str_to_i64(b->account, 0, LIMIT_MAX, &count);
    json_str(to, "mchid", b->merchant);
    json_str(to, "out_batch_no", b->out_no);
    json_str(to, "batch_id", b->no);
    json_str(to, "appid", b->app);
    json_str(to, "batch_status", batch_status(v));
    json_str(to, "batch_type", "API");
    json_str(to, "batch_name", b->name);
    json_str(to, "batch_remark", b->reason);
    json_i64(to, "total_amount", b->amount.minor);
    json_i64(to, "total_num", count);
    json_str(to, "create_time", wechat_time(b->create_time, when));
    json_str(to, "update_time", wechat_time(b->done_time ? b->done_time : b->create_time, when));
    json_i64(to, "success_amount", v->good_fen);
    json_i64(to, "success_num", v->good);
    json_i64(to, "fail_amount", v->bad_fen);
    json_i64(to, "fail_num", v->bad);
}

/* ---- the batch */

static enum wechat_fault paging_read(struct wechat_call *call, struct batch_view *v, bool *details)
{
    const char *need = str_or(played_wechat_query(call, "need_query_detail"), "");

    *details = str_eq(need, "true");
    if (!*details && !str_eq(need, "false"))
        return wechat_refuse(call, WX_PARAM, "need_query_detail必填，取值为true或false");
    v->wanted = str_or(played_wechat_query(call, "detail_status"), "ALL");
    v->skip = 0;
    v->left = 20;
    return str_to_i64(str_or(played_wechat_query(call, "offset"), "0"), 0, 1000000, &v->skip) &&
                   str_to_i64(str_or(played_wechat_query(call, "limit"), "20"), 20, LIMIT_MAX,
                              &v->left)
               ? WX_OK
               : wechat_refuse(call, WX_PARAM, "offset或limit不在允许的范围内");
}

static enum wechat_fault batch_find(struct wechat_call *call, const char *no, const char *out_no,
                                    struct batch_view *v)
{
    const struct sandbox_move_key key = { .kind = SANDBOX_BATCH,
                                          .channel = WECHAT,
                                          .merchant = call->said.mchid,
                                          .no = no,
                                          .out_no = out_no };

    memset(v, 0, sizeof(*v));
    enum pay_err err = sandbox_move_find(call->in->db, &key, &v->batch);
    db_end(call->in->db);
    if (err == PAY_OK)
        err = parts_each(call->in->db, v, part_count);
    return err == PAY_OK ? WX_OK : err == PAY_NO_ROW ? WX_NO_TRANSFER : WX_SYSTEM;
}

static enum wechat_fault batch_query(struct wechat_call *call, const char *no, const char *out_no)
{
    static struct batch_view view;
    bool details = false;
    enum wechat_fault fault = batch_find(call, no, out_no, &view);

    if (fault == WX_OK)
        fault = paging_read(call, &view, &details);
    if (fault != WX_OK)
        return fault;
    const int64_t offset = view.skip, limit = view.left;
    view.json = &call->json;
    json_open(&call->json, NULL);
    json_open(&call->json, "transfer_batch");
    batch_members(&view, &call->json);
    json_close(&call->json);
    enum pay_err err = PAY_OK;
    if (details) {
        json_open_list(&call->json, "transfer_detail_list");
        err = parts_each(call->in->db, &view, part_show);
        json_close_list(&call->json);
    }
    json_i64(&call->json, "offset", offset);
    json_i64(&call->json, "limit", limit);
    json_close(&call->json);
    return err == PAY_OK ? WX_OK : WX_SYSTEM;
}

enum wechat_fault wechat_batch_by_out_no(struct wechat_call *call)
{
    return batch_query(call, NULL, call->segment[0]);
}

enum wechat_fault wechat_batch_by_id(struct wechat_call *call)
{
    return batch_query(call, call->segment[0], NULL);
}

/* ---- one of its parts */

static enum wechat_fault detail_query(struct wechat_call *call, bool by_id)
{
    static struct batch_view view;
    char when[WECHAT_TIME_SIZE];
    struct json_text *to = &call->json;
    enum wechat_fault fault =
        batch_find(call, by_id ? call->segment[0] : NULL, by_id ? NULL : call->segment[0], &view);

    if (fault != WX_OK)
        return fault;
    const struct sandbox_move_key key = { .kind = SANDBOX_TRANSFER,
                                          .channel = WECHAT,
                                          .merchant = call->said.mchid,
                                          .no = by_id ? call->segment[1] : NULL,
                                          .out_no = by_id ? NULL : call->segment[1],
                                          .trade_id = view.batch.id };
    enum pay_err err = sandbox_move_find(call->in->db, &key, &view.part);
    db_end(call->in->db);
    if (err != PAY_OK)
        return err == PAY_NO_ROW ? WX_NO_TRANSFER : WX_SYSTEM;
    json_open(to, NULL);
    json_str(to, "mchid", view.batch.merchant);
    json_str(to, "out_batch_no", view.batch.out_no);
    json_str(to, "batch_id", view.batch.no);
    json_str(to, "appid", view.batch.app);
    json_str(to, "out_detail_no", view.part.out_no);
    json_str(to, "detail_id", view.part.no);
    json_str(to, "detail_status", part_status(&view.part));
    json_i64(to, "transfer_amount", view.part.amount.minor);
    json_str(to, "transfer_remark", view.part.reason);
    json_opt(to, "fail_reason", view.part.error);
    json_str(to, "openid", view.part.account);
    json_str(to, "initiate_time", wechat_time(view.part.create_time, when));
    json_str(to, "update_time",
             wechat_time(view.part.done_time ? view.part.done_time : view.part.create_time, when));
    json_close(to);
    return WX_OK;
}

enum wechat_fault wechat_batch_detail(struct wechat_call *call)
{
    return detail_query(call, false);
}

enum wechat_fault wechat_batch_detail_by_id(struct wechat_call *call)
{
    return detail_query(call, true);
}

/* ---- its end */

/* Parts are counted when the merchant asks; the notice says that they have ended. */
enum pay_err wechat_batch_end(struct db *db, const struct config *config, struct sandbox_move *move)
{
    char room[2048], when[WECHAT_TIME_SIZE];
    struct text plain = TEXT(room);
    struct json_text j = JSON_TEXT(&plain);
    int64_t count = 0;

    (void)!str_to_i64(move->account, 0, LIMIT_MAX, &count);
    move->state = MOVE_DONE;
    move->due_time = 0;
    move->done_time = move->now;
    json_open(&j, NULL);
    json_str(&j, "out_batch_no", move->out_no);
    json_str(&j, "batch_id", move->no);
    json_str(&j, "batch_status", "FINISHED");
    json_i64(&j, "total_num", count);
    json_i64(&j, "total_amount", move->amount.minor);
    json_str(&j, "mchid", move->merchant);
    json_str(&j, "update_time", wechat_time(move->now, when));
    json_close(&j);
    enum pay_err err = plain.full ? PAY_FAULT : sandbox_move_save(db, move);
    return err == PAY_OK ? wechat_notice_add(db, config,
                                             &(struct wechat_news){
                                                 .event = "MCHTRANSFER.BATCH.FINISHED",
                                                 .plain = room,
                                                 .url = move->notify_url,
                                                 .number = move->out_no,
                                             })
                         : err;
}
