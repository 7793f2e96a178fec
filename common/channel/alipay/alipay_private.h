/* alipay_private.h - what the files of the Alipay driver share. Protocol: OpenAPI, gateway.do,
 * RSA2, in public-key mode or certificate mode (opendocs.alipay.com/open/270), with content
 * encryption when there is a key for it. */
#ifndef CHANNEL_ALIPAY_PRIVATE_H
#define CHANNEL_ALIPAY_PRIVATE_H

#include "base/json_text.h"
#include "channel/channel.h"
#include "channel/member.h"
#include "io/crypto/cert.h"

#define ALIPAY_GATEWAY "https://openapi.alipay.com/gateway.do"
#define ALIPAY_URL_MAX 256
#define ALIPAY_RETURN_MAX 256 /* of a return_url */
#define ALIPAY_TEXT_MAX CHANNEL_CONTENT_SIZE
#define ALIPAY_QR_LIFE_MS (INT64_C(7200) * 1000) /* of what precreate answers */

/* A certificate that Alipay began to sign with after the configuration was written. */
struct alipay_learned {
    struct cert cert;
    int64_t next_download; /* ms of the monotonic clock; no download before */
};
struct alipay_keys {
    char app_id[33], seller_id[33], gateway[ALIPAY_URL_MAX];
    char aes_key[25];             /* base64; "": no content encryption */
    struct rsa_key *own, *theirs; /* our private key; Alipay's public one, in public-key mode */
    /* Certificate mode: the numbers of ours and of the roots ("" in public-key mode), Alipay's. */
    char app_number[33], root_number[33 * 16];
    struct cert cert;
    int64_t app_end; /* of our certificate */
    char *roots;     /* PEM */
    struct alipay_learned *learned;
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

/* Reads the three certificates of certificate mode. NULL, or what is wrong. */
const char *alipay_certs_read(const struct channel_parsed *row, struct alipay_keys *keys);
void alipay_certs(const struct channel_account *account, channel_cert_each *each, void *arg);
/* Alipay's key for a certificate's number (NULL: none was named). NULL: it is not known. key_of
 * downloads one that is not known, at most once a minute. */
const struct rsa_key *alipay_key_known(const struct alipay_keys *keys, const char *number);
const struct rsa_key *alipay_key_of(const struct channel_account *account, const char *number);
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
