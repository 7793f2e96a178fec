/* mock_private.h - what the files of the mock channel share. */
#ifndef CHANNEL_MOCK_PRIVATE_H
#define CHANNEL_MOCK_PRIVATE_H

#include "base/json_text.h"
#include "channel/channel.h"
#include "channel/member.h"
#include "wire/signed_json.h"

#define MOCK_TIME_WINDOW_S 300
#define MOCK_SECRET_MAX 1024

struct mock_keys {
    struct signed_key gateway; /* checks the gateway's texts */
    struct signed_key ours;    /* signs; an RSA2 private key is the gateway's */
    char secret[MOCK_SECRET_MAX + 1], public_key[4096];
};

/* Unix seconds as an integer or as digits; -1 when it is neither. */
int64_t mock_timestamp(const struct json *object);
/* PAY_BAD_TIME unless `timestamp` is within MOCK_TIME_WINDOW_S of now. */
MUST_USE enum pay_err mock_time_check(const struct json *object);
/* Reads status, price … of a verified object. PAY_BAD_FIELD: it lacks what its state needs. */
MUST_USE enum pay_err mock_said(enum channel_about about, const struct json *object,
                                struct channel_said *out);

/* A signed question to the gateway: POST /mockpay/{path}. An answer counts only when it is signed
 * by the gateway, fresh, and about `no`; anything else is PAY_UNKNOWN. */
struct mock_question {
    const char *path, *what; /* what: for the log and the counters */
    enum channel_about about;
    const char *no; /* NULL: about no number */
    void (*write)(struct json_text *to, const void *arg);
    const void *arg; /* NULL: no more */
};
MUST_USE enum pay_err mock_ask(const struct channel_account *account,
                               const struct mock_question *question, struct channel_said *out);
/* The same with the answer's object, whatever it is about; the caller frees it. */
MUST_USE enum pay_err mock_ask_object(const struct channel_account *account,
                                      const struct mock_question *question, struct json **out);

/* The functions of CHANNEL_MOCK: mock_submit.c, mock_query.c, mock_refund.c, mock_transfer.c,
 * mock_hear.c. */
bool mock_by_call(const struct channel_order *order);
MUST_USE enum pay_err mock_submit(const struct channel_account *account,
                                  const struct channel_order *order, struct channel_ticket *out);
channel_ask mock_probe;
MUST_USE enum pay_err mock_query(const struct channel_account *account, const char *pay_id,
                                 struct channel_said *out);
MUST_USE enum pay_err mock_close(const struct channel_account *account, const char *pay_id,
                                 struct channel_said *out);
MUST_USE enum pay_err mock_refund(const struct channel_account *account,
                                  const struct channel_refund *refund, struct channel_said *out);
MUST_USE enum pay_err mock_refund_query(const struct channel_account *account,
                                        const struct channel_refund *refund,
                                        struct channel_said *out);
MUST_USE enum pay_err mock_transfer(const struct channel_account *account,
                                    const struct channel_transfer *transfer,
                                    struct channel_said *out);
MUST_USE enum pay_err mock_transfer_query(const struct channel_account *account,
                                          const struct channel_transfer *transfer,
                                          struct channel_said *out);
MUST_USE enum pay_err mock_bill(const struct channel_account *account, const struct bill_ask *ask,
                                struct bill_answer *out);
MUST_USE enum pay_err mock_bill_read(const struct channel_account *account,
                                     const struct bill_reading *reading, struct bill_total *out);
MUST_USE enum pay_err mock_read_no(const struct channel_callback *callback, char no[NO_SIZE],
                                   const char **field);
MUST_USE enum pay_err mock_hear(const struct channel_account *account,
                                const struct channel_callback *callback, struct channel_said *out);
bool mock_acknowledge(enum pay_err result, struct channel_answer *out);

#endif
