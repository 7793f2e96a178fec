/* bill.h - a channel's statement of one day: asked for, fetched into a file, read line by line.
 * Days are China's, "2026-01-31" from midnight to midnight at +08:00. */
#ifndef CHANNEL_BILL_H
#define CHANNEL_BILL_H

#include "channel/channel.h"
#include "io/crypto/sign.h"

#define BILL_FILE_MAX (INT64_C(512) << 20)  /* bytes of the file as it is fetched */
#define BILL_PLAIN_MAX (INT64_C(800) << 20) /* and uncompressed: two million lines */
#define BILL_LINES_MAX 4000000
#define BILL_NO_SIZE 65
#define BILL_WHY_SIZE 512

/* BILL_TRADES: payments and refunds. BILL_FUNDS: each movement of the account; it is fetched, not
 * read. */
enum bill_kind { BILL_TRADES, BILL_FUNDS };
struct bill_ask {
    const char *day;
    enum bill_kind kind;
    int fd; /* an empty file, open for reading and writing */
};

/* BILL_LATER: it is not made yet. BILL_NONE: there is none, nothing was paid on that day. */
enum bill_end { BILL_HERE, BILL_LATER, BILL_NONE };
struct bill_answer {
    enum bill_end end;
    char why[BILL_WHY_SIZE]; /* the channel's words, or what is wrong */
};

enum bill_about { BILL_PAYMENT, BILL_REFUND };
struct bill_line {
    enum bill_about about;
    /* CHANNEL_SUCCESS; a refund also WAITING or FAILED, as it stood when the bill was made. */
    enum channel_state state;
    int64_t time; /* when the payment, the refund was made; ms */
    /* The channel's number of the payment, and the merchant's: our pay_id, or a foreign number. */
    char channel_order_no[BILL_NO_SIZE], order_no[BILL_NO_SIZE];
    /* Of a refund; "" when the bill does not say. */
    char channel_refund_no[BILL_NO_SIZE], refund_no[BILL_NO_SIZE];
    struct money price; /* what the payer was asked for, or what went back; never negative */
    /* What the channel took for a payment, rounded half up; what it gave back is negative. */
    struct money fee;
    char currency[CURRENCY_SIZE];
    int64_t number; /* its line in the file, from 1 */
};
/* What a whole file says. Money as its lines have it. */
struct bill_total {
    int64_t payments, refunds;
    int64_t paid, refunded;  /* minor units, all currencies together: a check, no amount */
    char hash[MAC_HEX_SIZE]; /* SHA-256 of the uncompressed text */
    char why[BILL_WHY_SIZE]; /* what is wrong: "line 7: …" */
};
typedef enum pay_err bill_each(void *arg, const struct bill_line *line);
struct bill_reading {
    int fd;
    const char *day;
    bill_each *each; /* what is not PAY_OK ends the reading and is returned */
    void *arg;
};

/* A day's first millisecond. False: it is no day. */
MUST_USE bool bill_day(const char *day, int64_t *from);

/* PAY_OK: out->end says how it ended. PAY_UNKNOWN, PAY_FULL: not now. PAY_REFUSED: a definite no,
 * out->why has the channel's words. PAY_BAD_BODY: what came is not what was announced. */
MUST_USE enum pay_err channel_bill_fetch(const struct channel_driver *driver,
                                         const struct channel_account *account,
                                         const struct bill_ask *ask, struct bill_answer *out);
/* Reads BILL_TRADES. The lines count only when PAY_OK is returned: the sums at a file's end prove
 * that none is missing. PAY_BAD_BODY: it is no such bill, or not this account's, or not this
 * day's; out->why says what is wrong. */
MUST_USE enum pay_err channel_bill_read(const struct channel_driver *driver,
                                        const struct channel_account *account,
                                        const struct bill_reading *reading, struct bill_total *out);

#endif
