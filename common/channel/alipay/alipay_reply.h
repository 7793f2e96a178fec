/* alipay_reply.h - what the gateway answers: of the driver's files, with alipay_private.h. */
#ifndef CHANNEL_ALIPAY_REPLY_H
#define CHANNEL_ALIPAY_REPLY_H

#include "channel/alipay/alipay_private.h"
#include "io/http/http.h"

/* What came back, its signature checked. text's members are read with alipay_member. */
struct alipay_reply {
    struct json *root, *plain; /* plain: what was encrypted */
    const struct json *inner;
};
/* What the answer's signature covers, and by which certificate it is. */
struct alipay_signed {
    const char *at, *sign, *cert_number; /* sign and cert_number: NULL when absent */
    size_t len;
};

/* PAY_OK: code 10000 or 10003. PAY_REFUSED: any other signed no, its reason in said. PAY_UNKNOWN:
 * no signed answer, or one that says that the result is not known. PAY_FULL: nothing was sent.
 * reply is freed by the caller with alipay_reply_free, whatever is returned. */
MUST_USE enum pay_err alipay_ask(const struct channel_account *account,
                                 const struct alipay_request *request, struct alipay_reply *reply,
                                 struct channel_said *said);
void alipay_reply_free(struct alipay_reply *reply);
/* Its parts: sends the request; finds what is signed; checks it and opens what is encrypted. said
 * gets the reason of an answer that is not believed. */
MUST_USE enum pay_err alipay_post(const struct channel_account *account,
                                  const struct alipay_request *request, struct http_answer *answer);
MUST_USE enum pay_err alipay_reply_split(const char *method, const struct http_answer *answer,
                                         struct alipay_reply *reply, struct alipay_signed *out);
MUST_USE bool alipay_reply_open(const struct alipay_keys *keys, struct alipay_reply *reply);
MUST_USE enum pay_err alipay_reply_read(const struct channel_account *account, const char *method,
                                        const struct http_answer *answer,
                                        struct alipay_reply *reply, struct channel_said *said);
/* What its codes mean, with the reason in said: PAY_OK, PAY_REFUSED or PAY_UNKNOWN. */
MUST_USE enum pay_err alipay_code(const struct alipay_reply *reply, struct channel_said *said);

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

#endif
