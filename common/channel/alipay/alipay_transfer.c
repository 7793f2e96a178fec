/* alipay_transfer.c - money paid out to an account (fund.trans.uni.transfer), and what became of it
 * (fund.trans.common.query). In production both need certificates. */
#include <string.h>

#include "channel/alipay/alipay_reply.h"

#define TITLE_MAX 128
#define SCENE "DIRECT_TRANSFER"
#define PRODUCT_CODE "TRANS_ACCOUNT_NO_PWD"

/* 2088 and 12 digits name a user, anything else is a log-in (a telephone number, an address). */
static const char *identity_type(const char *user_account)
{
    return str_starts(user_account, "2088") && str_is(user_account, ALPHA_DIGITS, 16, 16)
               ? "ALIPAY_USER_ID"
               : "ALIPAY_LOGON_ID";
}

static void alipay_transfer_write(struct json_text *to, const void *arg)
{
    const struct channel_transfer *transfer = arg;
    const char *subject = transfer->subject;
    char yuan[32];
    struct text text = TEXT(yuan);

    money_add_plain(&text, transfer->price);
    json_str(to, "out_biz_no", transfer->transfer_no);
    json_str(to, "trans_amount", yuan);
    json_str(to, "product_code", PRODUCT_CODE);
    json_str(to, "biz_scene", SCENE);
    json_str_n(to, "order_title", subject, utf8_cut(subject, strlen(subject), TITLE_MAX));
    json_open(to, "payee_info");
    json_str(to, "identity", transfer->user_account);
    json_str(to, "identity_type", identity_type(transfer->user_account));
    json_opt(to, "name", transfer->user_name);
    json_close(to);
}

static void transfer_name_write(struct json_text *to, const void *arg)
{
    const struct channel_transfer *transfer = arg;

    json_str(to, "out_biz_no", transfer->transfer_no);
    json_str(to, "product_code", PRODUCT_CODE);
    json_str(to, "biz_scene", SCENE);
}

/* A transfer that the receiver's bank sent back has failed. */
static bool alipay_state_read(const char *status, enum channel_state *out)
{
    static const struct {
        const char *word;
        enum channel_state state;
    } STATES[] = {
        { "SUCCESS", CHANNEL_SUCCESS },  { "DEALING", CHANNEL_WAITING },
        { "WAIT_PAY", CHANNEL_WAITING }, { "FAIL", CHANNEL_FAILED },
        { "REFUND", CHANNEL_FAILED },    { "CLOSED", CHANNEL_FAILED },
    };

    for (size_t i = 0; i < COUNT(STATES); i++) {
        if (!str_eq(STATES[i].word, status))
            continue;
        *out = STATES[i].state;
        return true;
    }
    return false;
}

static enum pay_err alipay_transfer_read(const struct alipay_reply *reply, const void *arg,
                                         struct channel_said *out)
{
    const struct channel_transfer *transfer = arg;
    const char *amount = alipay_member(reply, "trans_amount");
    const char *when =
        str_or(alipay_member(reply, "trans_date"), str_or(alipay_member(reply, "pay_date"), ""));

    if (!str_eq(alipay_member(reply, "out_biz_no"), transfer->transfer_no) ||
        !alipay_state_read(alipay_member(reply, "status"), &out->state) ||
        !text_copy(out->channel_no, sizeof(out->channel_no),
                   str_or(alipay_member(reply, "order_id"), "")))
        return PAY_UNKNOWN;
    if (out->state == CHANNEL_FAILED)
        said_reason(out, str_or(alipay_member(reply, "error_code"), "FAIL"),
                    alipay_member(reply, "fail_reason"));
    if (out->state != CHANNEL_SUCCESS)
        return PAY_OK;
    /* The answer that makes it has no amount. */
    out->price = transfer->price;
    return text_copy(out->currency, sizeof(out->currency), transfer->currency) &&
                   (!amount || alipay_price(amount, out)) &&
                   alipay_time_read(when, &out->success_time)
               ? PAY_OK
               : PAY_UNKNOWN;
}

enum pay_err alipay_transfer(const struct channel_account *account,
                             const struct channel_transfer *transfer, struct channel_said *out)
{
    const struct alipay_request request = {
        .about = ABOUT_TRANSFER,
        .method = "alipay.fund.trans.uni.transfer",
        .what = "transfer",
        .write = alipay_transfer_write,
        .arg = transfer,
    };

    enum pay_err err =
        alipay_ask_about(account, &request, transfer->transfer_no, alipay_transfer_read, out);
    return err == PAY_OK && out->state == CHANNEL_FAILED ? PAY_REFUSED : err;
}

enum pay_err alipay_transfer_query(const struct channel_account *account,
                                   const struct channel_transfer *transfer,
                                   struct channel_said *out)
{
    const struct alipay_request request = {
        .about = ABOUT_TRANSFER,
        .method = "alipay.fund.trans.common.query",
        .what = "transfer_query",
        .write = transfer_name_write,
        .arg = transfer,
    };

    enum pay_err err =
        alipay_ask_about(account, &request, transfer->transfer_no, alipay_transfer_read, out);
    if (err != PAY_REFUSED)
        return err;
    out->state = CHANNEL_NOT_FOUND;
    return str_eq(out->error_code, "ORDER_NOT_EXIST") ? PAY_OK : PAY_UNKNOWN;
}
