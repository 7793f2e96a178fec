/* alipay_bill.c - fetching a bill: the gateway gives an address (signed), which lives for half a
 * minute, and from which a zip archive comes (not signed). */
#include "channel/alipay/alipay_reply.h"
#include "channel/bill.h"
#include "channel/call.h"

static void bill_write(struct json_text *to, const void *arg)
{
    const struct bill_ask *ask = arg;

    json_str(to, "bill_type", ask->kind == BILL_FUNDS ? "signcustomer" : "trade");
    json_str(to, "bill_date", ask->day);
}

/* Alipay says that a bill does not exist when it is not made yet, and also of a day without trades:
 * only the other words are sure. */
static enum pay_err refusal_meaning(const struct channel_said *said, struct bill_answer *out)
{
    static const struct {
        const char *code;
        enum bill_end end;
    } WORDS[] = {
        { "isp.bill_not_exist", BILL_LATER },
        { "BILL_NOT_EXIST", BILL_LATER },
        { "NO_BILL_DATA", BILL_NONE },
    };
    const char *code = said->error_code;

    for (size_t i = 0; i < COUNT(WORDS); i++)
        if (str_eq_nocase(code, WORDS[i].code)) {
            out->end = WORDS[i].end;
            return PAY_OK;
        }
    return PAY_REFUSED;
}

/* A 4xx of the address says that its half minute is over. */
static enum pay_err archive_fetch(const struct channel_account *account, const char *url,
                                  const struct bill_ask *ask, struct text *why)
{
    const struct http_request request = {
        .method = "GET", .url = url, .to_file = &ask->fd, .file_max = BILL_FILE_MAX
    };
    struct http_answer answer;

    enum pay_err err = channel_call(account, "bill_file", &request, &answer);
    if (err == PAY_OK && answer.status != HTTP_OK)
        err = PAY_UNKNOWN;
    if (err != PAY_OK)
        text_addf(why, "the bill's file did not come: %s, status %d", http_end_word(answer.end),
                  answer.status);
    http_answer_free(&answer);
    return err == PAY_REFUSED ? PAY_UNKNOWN : err;
}

enum pay_err alipay_bill(const struct channel_account *account, const struct bill_ask *ask,
                         struct bill_answer *out)
{
    const struct alipay_request request = { .method =
                                                "alipay.data.dataservice.bill.downloadurl.query",
                                            .what = "bill",
                                            .write = bill_write,
                                            .arg = ask };
    struct channel_said said = { .error_code = "" };
    struct text why = TEXT(out->why);
    struct alipay_reply reply;

    enum pay_err err = alipay_ask(account, &request, &reply, &said);
    const char *url = err == PAY_OK ? alipay_member(&reply, "bill_download_url") : NULL;
    if (err == PAY_REFUSED)
        err = refusal_meaning(&said, out);
    else if (err == PAY_OK && url) {
        out->end = BILL_HERE;
        err = archive_fetch(account, url, ask, &why);
    } else
        err = err == PAY_OK ? PAY_UNKNOWN : err;
    if (*said.error_code != '\0')
        text_addf(&why, "%s %s", said.error_code, said.error_msg);
    alipay_reply_free(&reply);
    return err;
}
