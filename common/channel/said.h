/* said.h - what a channel says, and the callback in which it says so. */
#ifndef CHANNEL_SAID_H
#define CHANNEL_SAID_H

#include <stdbool.h>
#include <stdint.h>
#include "base/clock.h"
#include "base/err.h"
#include "base/money.h"
#include "base/text.h"
#include "base/ulid.h"
#include "channel/code.h"

#define CHANNEL_NO_SIZE 65
#define CHANNEL_ERROR_SIZE 256

enum channel_about { ABOUT_ORDER, ABOUT_REFUND, ABOUT_TRANSFER };
enum channel_state {
    CHANNEL_WAITING,
    CHANNEL_SUCCESS,
    CHANNEL_FAILED,
    CHANNEL_CLOSED,
    CHANNEL_NOT_FOUND
};

/* About an order's attempt, a refund or a transfer; by callback, query or bill. SUCCESS stands only
 * for the words that the protocol lists as paid. A payment that was refunded later is SUCCESS too.
 */
struct channel_said {
    enum channel_about about;
    enum channel_state state;
    char no[NO_SIZE]; /* ours: pay_id, refund_no, transfer_no */
    char channel_no
        [CHANNEL_NO_SIZE]; /* the channel's own of this payment or refund; "" when it did not say */
    char channel_user_id[129];
    char error_code[65], error_msg[CHANNEL_ERROR_SIZE]; /* why it failed, when it says so */
    enum channel_meaning meaning;                       /* of error_code */
    struct money price;                                 /* 0 when the channel did not say */
    char currency[CURRENCY_SIZE];
    int64_t success_time;
    bool other_account; /* it names a merchant account that is not the row's */
    bool gone_back;     /* with SUCCESS about an order: all of the money has gone back since */
    bool part_back;     /* the same: at least a part of it has */
    bool asked;         /* the answer to a question put just now: no callback, which may be old */
};

/* True when it names this price and currency. What it leaves out agrees. */
bool said_price_is(const struct channel_said *said, struct money price, const char *currency);
/* True when it gives no number of the channel's, or this one. */
bool said_number_is(const struct channel_said *said, const char *channel_no);
/* Before a call of a driver: empties out, and sets what it is about and the number. */
MUST_USE enum pay_err said_begin(enum channel_about about, const char *no,
                                 struct channel_said *out);
/* Whatever the driver wrote, it is about this number. PAY_REFUSED, a definite no, becomes PAY_OK
 * with CHANNEL_FAILED. */
MUST_USE enum pay_err said_end(enum pay_err err, enum channel_about about, const char *no,
                               struct channel_said *said);
/* The channel's own code and text of a no, cut to fit at the end of a character; NULL is "". */
void said_reason(struct channel_said *said, const char *code, const char *msg);
/* The same of an error code of the driver's table: PAY_REFUSED when it means a no, PAY_UNKNOWN when
 * nothing is decided. A code that the table lacks is a no. */
MUST_USE enum pay_err said_code(struct channel_said *said, const struct channel_codes *codes,
                                const char *code, const char *msg);
MUST_USE enum pay_err said_means(struct channel_said *said, enum channel_meaning meaning);
/* CHANNEL_FAILED: a definite no without a word of its own gets REFUSED. */
MUST_USE enum pay_err said_refused(struct channel_said *said);
/* The same of a channel that cannot do it. */
MUST_USE enum pay_err said_not_supported(struct channel_said *said, const char *why);

/* JSON: one object, read by io/json. FORM: urlencoded. ANY: whatever the driver reads. */
enum channel_body { CHANNEL_JSON, CHANNEL_FORM, CHANNEL_ANY };

/* A callback as it came. */
struct channel_callback {
    enum channel_about about; /* what its address is for */
    const char *body;
    size_t body_len;
    const struct json *json; /* the body parsed, for CHANNEL_JSON */
    const char *(*header)(void *arg, const char *name);
    void *header_arg;
    struct text *why; /* read_no writes here what it expected; may be NULL */
};

#endif
