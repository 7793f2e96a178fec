/* hear.h - the door for callbacks: from the raw bytes to the verdict on record.
 *
 * A callback is checked in this order: size, type, JSON, members, signature, timestamp, price and
 * currency, state. The caller has admitted the sender. It calls hear_begin, reads the body in the
 * driver's form, and calls hear, or hear_refuse when the body cannot be read. */
#ifndef SETTLE_HEAR_H
#define SETTLE_HEAR_H

#include "settle/settle.h"

/* The request's headers, as the caller has them. */
struct hear_source {
    void *arg;
    const char *(*header)(void *arg, const char *name); /* NULL when absent */
    void (*all)(void *arg, struct text *to); /* one JSON object, of what `to` has room for */
};

struct hearing {
    /* from the caller */
    struct db *db;
    const struct config *config;
    int64_t number;           /* of the channel asked for; 0: the attempt names it */
    enum channel_about about; /* what its address is for */
    struct hear_source source;
    struct text *why;        /* what a refused member should be */
    struct callback_raw raw; /* remote_address; from hear_begin on the body, too */
    /* for the caller */
    const struct channel_driver *driver; /* after hear_begin */
    const char *field;                   /* with PAY_BAD_FIELD; it outlives the hearing */
    char no[NO_SIZE];                    /* what the callback is about: pay_id, refund_no; or "" */
    enum verdict verdict;
    bool believed; /* its signature is right */
    /* for hear.c alone */
    const struct channel_config *asked; /* NULL: that number is no channel's, or 0; or shut */
    bool shut; /* the channel that is asked for is there, without its keys */
    const struct channel_config *channel; /* its key is used; NULL: a dummy key */
    struct channel_callback callback;
    struct json *json;
    struct channel_said said;
};

/* Finds the channel that is asked for. */
MUST_USE enum pay_err hear_begin(struct hearing *h);
/* PAY_OK once the result is committed. A refusal leaves its raw row, within bounds
 * (callback_refused.c), or is PAY_DB_AWAY when that fails. */
MUST_USE enum pay_err hear(struct hearing *h);
/* The same for a callback that is refused earlier. err is the result of hear_begin, PAY_TOO_LARGE
 * (raw.body is NULL), PAY_BAD_TYPE or PAY_BAD_BODY. */
MUST_USE enum pay_err hear_refuse(struct hearing *h, enum pay_err err);
/* The driver's answer. False: it gets an answer of Shroff's API. */
bool hear_answer(const struct hearing *h, enum pay_err err, struct channel_answer *out);
/* Counts a callback that was not admitted: it was not read, and it leaves no row. */
void hear_not_admitted(enum pay_err err);

#endif
