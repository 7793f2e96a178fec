/* alipay_private.h - what the files of the Alipay driver share. Protocol: OpenAPI, gateway.do,
 * RSA2, in public-key mode or certificate mode (opendocs.alipay.com/open/270), with content
 * encryption when there is a key for it. */
#ifndef CHANNEL_ALIPAY_PRIVATE_H
#define CHANNEL_ALIPAY_PRIVATE_H

#include "base/json_text.h"
#include "channel/alipay/alipay_key.h"
#include "channel/channel.h"
#include "channel/member.h"

#define ALIPAY_GATEWAY "https://openapi.alipay.com/gateway.do"
#define ALIPAY_RETURN_MAX 256 /* of a return_url */
#define ALIPAY_TEXT_MAX CHANNEL_CONTENT_SIZE
#define ALIPAY_QR_LIFE_MS (INT64_C(7200) * 1000) /* of what precreate answers */

/* One request: biz_content is what write makes. */
struct alipay_request {
    enum channel_about about;
    const char *method; /* alipay.trade.query */
    const char *what;   /* for the log and the counters; NULL: the payer's browser sends it */
    void (*write)(struct json_text *to, const void *arg);
    const void *arg;
    bool notifies;          /* notify_url is sent */
    const char *return_url; /* or NULL */
    int timeout_ms;         /* 0: as long as any call */
};
/* The signed parameters, urlencoded, sorted, sign last. False: too long, or the key does not sign.
 */
MUST_USE bool alipay_string(const struct channel_account *account,
                            const struct alipay_request *request, struct text *to);
/* "2026-01-31 08:00:00", +08:00 (time_add_china writes it). */
MUST_USE bool alipay_time_read(const char *s, int64_t *ms);
/* The state of a trade into said. paid: the answer has the time of a payment, so a closed trade was
 * refunded whole. False: no such word. */
MUST_USE bool alipay_state(const char *trade_status, bool paid, struct channel_said *out);
/* Yuan as Alipay writes them into said->price, CNY. False: no amount. */
MUST_USE bool alipay_price(const char *yuan, struct channel_said *out);

extern const struct channel_codes ALIPAY_CODES;
/* The functions of CHANNEL_ALIPAY. */
MUST_USE enum pay_err alipay_page(const struct channel_account *account,
                                  const struct channel_order *order, struct channel_ticket *out);
MUST_USE enum pay_err alipay_wap(const struct channel_account *account,
                                 const struct channel_order *order, struct channel_ticket *out);
MUST_USE enum pay_err alipay_app(const struct channel_account *account,
                                 const struct channel_order *order, struct channel_ticket *out);
MUST_USE enum pay_err alipay_qr(const struct channel_account *account,
                                const struct channel_order *order, struct channel_ticket *out);
MUST_USE enum pay_err alipay_bar(const struct channel_account *account,
                                 const struct channel_order *order, struct channel_ticket *out);
channel_ask alipay_query, alipay_close;
MUST_USE enum pay_err alipay_refund(const struct channel_account *account,
                                    const struct channel_refund *refund, struct channel_said *out);
MUST_USE enum pay_err alipay_refund_query(const struct channel_account *account,
                                          const struct channel_refund *refund,
                                          struct channel_said *out);
MUST_USE enum pay_err alipay_transfer(const struct channel_account *account,
                                      const struct channel_transfer *transfer,
                                      struct channel_said *out);
MUST_USE enum pay_err alipay_transfer_query(const struct channel_account *account,
                                            const struct channel_transfer *transfer,
                                            struct channel_said *out);
MUST_USE enum pay_err alipay_bill(const struct channel_account *account, const struct bill_ask *ask,
                                  struct bill_answer *out);
MUST_USE enum pay_err alipay_bill_read(const struct channel_account *account,
                                       const struct bill_reading *reading, struct bill_total *out);
MUST_USE enum pay_err alipay_read_no(const struct channel_callback *callback, char no[NO_SIZE],
                                     const char **field);
MUST_USE enum pay_err alipay_hear(const struct channel_account *account,
                                  const struct channel_callback *callback,
                                  struct channel_said *out);
bool alipay_acknowledge(enum pay_err result, struct channel_answer *out);

#endif
