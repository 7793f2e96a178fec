/* wechat_receiver.c - what the receiver of a transfer sees, who confirms it before the money comes.
 * in: ?transfer=, the package_info or the out_bill_no of a transfer; out: a page. */
#include "sandbox/core/sandbox_page.h"
#include "sandbox/wechat/wechat_books.h"

struct receiving {
    const struct sandbox_request *in;
    const char *number;
    bool confirms;
    struct sandbox_move move;
};

static enum pay_err transfer_find(struct db *db, struct receiving *r)
{
    struct sandbox_move_key key = {
        .kind = SANDBOX_TRANSFER, .channel = WECHAT, .no = r->number, .lock = true
    };
    enum pay_err err = sandbox_move_find(db, &key, &r->move);

    if (err != PAY_NO_ROW)
        return err;
    key.no = NULL;
    key.out_no = r->number;
    return sandbox_move_find(db, &key, &r->move);
}

/* A receiver that confirms is not one that never does, whatever the scenario was. */
static enum pay_err receive_work(struct db *db, void *arg)
{
    struct receiving *r = arg;
    enum pay_err err = transfer_find(db, r);

    if (err != PAY_OK || !r->confirms || r->move.state != MOVE_CONFIRM || r->move.trade_id)
        return err;
    if (sandbox_plays(r->move.scenario, SCENARIO_TRANSFER_IDLE))
        r->move.scenario[0] = '\0';
    return wechat_bill_end(db, r->in->config, &r->move);
}

static const char *received_words(int64_t state)
{
    return state == MOVE_DONE        ? "已收款 Received"
           : state == MOVE_PENDING   ? "商家正在撤销 The merchant takes it back"
           : state == MOVE_CANCELLED ? "商家已撤销 The merchant took it back"
                                     : "收款失败 Not received";
}

static void form_show(const struct receiving *r, struct sandbox_answer *out)
{
    page_begin(out, "确认收款 WeChat Pay", WECHAT);
    text_add(out->body, "<div class=\"card\"><p>");
    page_text(out->body, r->move.reason);
    text_add(out->body, "</p><p class=\"sum\">¥");
    money_add_plain(out->body, r->move.amount);
    text_add(out->body, "</p><form method=\"post\"><button class=\"pay\" type=\"submit\""
                        " name=\"outcome\" value=\"confirm\">确认收款 Confirm</button></form>"
                        "<dl><dt>商家单号</dt><dd>");
    page_text(out->body, r->move.out_no);
    text_add(out->body, "</dd></dl></div>");
    page_end(out);
}

void wechat_receiver(const struct sandbox_request *in, const char *number,
                     struct sandbox_answer *out)
{
    static struct receiving r;

    r = (struct receiving){ .in = in, .number = number, .confirms = str_eq(in->method, "POST") };
    enum pay_err err = db_txn(in->db, receive_work, &r);
    if (err != PAY_OK) {
        out->status = err == PAY_NO_ROW ? 404 : 503;
        page_result(out, WECHAT, "单据不存在 There is no such transfer", "");
    } else if (r.move.state == MOVE_CONFIRM) {
        form_show(&r, out);
    } else {
        page_result(out, WECHAT, received_words(r.move.state), "");
    }
}
