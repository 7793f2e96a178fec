/* alipay_private.h - what the files of the Alipay driver share. Protocol: OpenAPI, gateway.do,
 * RSA2, public-key mode (opendocs.alipay.com/open/270). */
#ifndef CHANNEL_ALIPAY_PRIVATE_H
#define CHANNEL_ALIPAY_PRIVATE_H

#include "base/json_text.h"
#include "channel/channel.h"
#include "channel/member.h"
#include "io/crypto/rsa.h"

#define ALIPAY_GATEWAY "https://openapi.alipay.com/gateway.do"
#define ALIPAY_URL_MAX 256
#define ALIPAY_TEXT_MAX CHANNEL_CONTENT_SIZE
#define ALIPAY_QR_LIFE_MS (INT64_C(7200) * 1000) /* of what precreate answers */

struct alipay_keys {
    char app_id[33], seller_id[33], gateway[ALIPAY_URL_MAX];
    struct rsa_key *own, *theirs; /* our private key; Alipay's public one */
};

/* One request: biz_content is what write makes. */
struct alipay_request {
    enum channel_about about;
    const char *method; /* alipay.trade.query */
    const char *what;   /* for the log and the counters; NULL: the payer's browser sends it */
    void (*write)(struct json_text *to, const void *arg);
    const void *arg;
    bool notifies;          /* notify_url is sent */
    const char *return_url; /* or NULL */
};
/* What came back, its signature checked. text's members are read with alipay_member. */
struct alipay_reply {
    struct json *root;
    const struct json *inner;
};

/* The signed parameters, urlencoded, sorted, sign last. False: too long, or the key does not sign.
 */
MUST_USE bool alipay_string(const struct channel_account *account,
                            const struct alipay_request *request, struct text *to);
/* PAY_OK: code 10000 or 10003. PAY_REFUSED: any other signed no, its reason in said. PAY_UNKNOWN:
 * no signed answer, or one that says that the result is not known. PAY_FULL: nothing was sent.
 * reply is freed by the caller with alipay_reply_free, whatever is returned. */
MUST_USE enum pay_err alipay_ask(const struct channel_account *account,
                                 const struct alipay_request *request, struct alipay_reply *reply,
                                 struct channel_said *said);
void alipay_reply_free(struct alipay_reply *reply);
/* The same about a number of ours, answered by read: PAY_UNKNOWN when the reply is not what it must
 * be. */
typedef enum pay_err alipay_read(const struct alipay_reply *reply, const void *arg,
                                 struct channel_said *out);
MUST_USE enum pay_err alipay_ask_about(const struct channel_account *account,
                                       const struct alipay_request *request, const char *no,
                                       alipay_read *read, struct channel_said *out);
/* A member of the reply as text; NULL when it is absent, no string or empty. */
const char *alipay_member(const struct alipay_reply *reply, const char *name);
/* Is the reason in said the sub_code "ACQ." + what? */
bool alipay_is(const struct channel_said *said, const char *what);

/* "2026-01-31 08:00:00", +08:00 (time_add_china writes it). */
MUST_USE bool alipay_time_read(const char *s, int64_t *ms);
/* The state of a trade. paid: the answer has the time of a payment, so a closed trade was refunded.
 * False: no such word. */
MUST_USE bool alipay_state(const char *trade_status, bool paid, enum channel_state *out);
/* Yuan as Alipay writes them into said->price, CNY. False: no amount. */
MUST_USE bool alipay_price(const char *yuan, struct channel_said *out);

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
MUST_USE enum pay_err alipay_read_no(const struct channel_callback *callback, char no[NO_SIZE],
                                     const char **field);
MUST_USE enum pay_err alipay_hear(const struct channel_account *account,
                                  const struct channel_callback *callback,
                                  struct channel_said *out);
bool alipay_acknowledge(enum pay_err result, struct channel_answer *out);

#endif
