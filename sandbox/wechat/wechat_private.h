/* wechat_private.h - what the files of the played WeChat Pay share. */
#ifndef SANDBOX_WECHAT_PRIVATE_H
#define SANDBOX_WECHAT_PRIVATE_H

#include "base/clock.h"
#include "base/form.h"
#include "io/json/json.h"
#include "sandbox/core/sandbox_move.h"
#include "sandbox/core/sandbox_scenario.h"
#include "sandbox/wechat/auth.h"
#include "sandbox/wechat/keys.h"
#include "sandbox/wechat/wechat.h"

#define WECHAT "wechat"
#define WECHAT_PATH_HOLES 2
#define WECHAT_YEAR_MS (365 * DAY_MS)

/* One request under way. */
struct wechat_call {
    const struct sandbox_request *in;
    struct sandbox_answer *out;
    const struct wechat_keys *keys;
    const struct wechat_voice *voice; /* what the answer is signed with */
    struct wechat_credentials said;
    struct wechat_detail detail;
    char segment[WECHAT_PATH_HOLES][129]; /* what stood for {} in the path, decoded */
    struct json *body;                    /* of a POST */
    const struct json *element;           /* fields are read from it; NULL: from the body */
    struct form query;
    struct json_text json; /* the answer's object, under way */
    int64_t now_ms;        /* the database's clock */
    char scenario[33];     /* what spoils this answer; "" */
    enum wechat_fault fault;
    void *arg; /* of the handler's transaction */
};
typedef enum wechat_fault wechat_handler(struct wechat_call *call);
wechat_handler wechat_native, wechat_jsapi, wechat_app, wechat_h5, wechat_codepay;
wechat_handler wechat_order_by_out_no, wechat_order_by_id, played_wechat_close, wechat_reverse;
wechat_handler played_wechat_refund, played_wechat_refund_query, wechat_refund_abnormal;
wechat_handler wechat_certificates, wechat_echo;
wechat_handler wechat_trade_bill, wechat_fund_bill, wechat_bill_file;
wechat_handler wechat_bill_create, wechat_bill_by_out_no, wechat_bill_by_no, wechat_bill_cancel;
wechat_handler wechat_batch, wechat_batch_by_out_no, wechat_batch_by_id;
wechat_handler wechat_batch_detail, wechat_batch_detail_by_id;

/* ---- refusals */

/* PARAM_ERROR or INVALID_REQUEST in these words. */
enum wechat_fault wechat_refuse(struct wechat_call *call, enum wechat_fault fault,
                                const char *words);
/* Runs work(db, call) as a transaction; call->fault is what it refused. */
MUST_USE enum wechat_fault wechat_txn(struct wechat_call *call, db_work *work);

/* ---- fields of a body: "amount/total" is a member of a member */

enum wechat_kind { WK_TEXT, WK_BYTES, WK_NUMBER, WK_TIME, WK_THERE };
struct wechat_field {
    const char *path, *label; /* label: the field's name in the refusal */
    enum wechat_kind kind;    /* WK_BYTES: its length is counted in bytes; WK_THERE: any value */
    bool need;
    int64_t min, max; /* length or value */
    const char *set;  /* characters besides letters and digits; NULL: any */
    size_t offset, size;
};
#define WECHAT_FIELD(in, member, ...) \
    { \
        __VA_ARGS__, .offset = offsetof(in, member), .size = sizeof(((in *)0)->member) \
    }
MUST_USE enum wechat_fault wechat_fields(struct wechat_call *call,
                                         const struct wechat_field *fields, size_t count,
                                         void *into);
/* A parameter of the address; NULL without. */
const char *played_wechat_query(const struct wechat_call *call, const char *name);
/* An address for notices: http or https, without a query. "" is none. */
MUST_USE enum wechat_fault wechat_url_check(struct wechat_call *call, const char *url);
/* A sensitive field: OAEP under the key that the header Wechatpay-Serial names. */
MUST_USE enum wechat_fault wechat_decrypt(struct wechat_call *call, const char *field,
                                          const char *base64, struct text *to);

/* A member of a trade's or move's detail; "" without. */
bool wechat_detail_get(const char *detail, const char *name, char *to, size_t size);

/* ---- times as the API writes them */
#define WECHAT_TIME_SIZE 32
const char *wechat_time(int64_t ms, char room[WECHAT_TIME_SIZE]); /* …+08:00 */

#endif
