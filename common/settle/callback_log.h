/* callback_log.h - every callback as it came, with its verdict. */
#ifndef SETTLE_CALLBACK_LOG_H
#define SETTLE_CALLBACK_LOG_H

#include "io/db/db.h"
#include "settle/verdict.h"

struct order_attempt;

/* A callback as it came, for callback_log. */
struct callback_raw {
    int64_t channel_id;                          /* 0 when not known */
    const char *kind, *remote_address, *headers; /* headers: a JSON object */
    const char *headers_brief;                   /* the same in 2 KiB: for a refused one */
    const char *body;                            /* NULL: not read, since it was too large */
    size_t body_len;
    int64_t announced;                 /* its Content-Length, when body is NULL */
    const struct order_attempt *found; /* by attempt_find for this callback; NULL: not yet */
    const char
        *out_no; /* the refund or transfer of this channel it is about; NULL: none is known */
};

/* Commits the raw row of a genuine callback that was not applied. */
MUST_USE enum pay_err callback_record(struct db *db, const struct callback_raw *raw,
                                      enum verdict verdict);
/* The raw row of a refused callback: the first 2 KiB of its body, its length and hash. If it names
 * an open attempt of its channel: up to 16 KiB with its headers, 20 a day for each attempt. The
 * number of rows is bounded by day and address. *kept is false beyond the bound, with PAY_OK. */
MUST_USE enum pay_err callback_refused(struct db *db, const struct callback_raw *raw,
                                       enum verdict verdict, bool *kept);
struct callback_sender {
    char address[46];
};
/* Up to 256 addresses of genuine callbacks: of the newest 10,000, a week old at most. */
MUST_USE enum pay_err callback_senders(struct db *db, db_each *each, void *arg);

/* ---- for the files of settle/ alone */

/* A raw body as it can be stored: bytes that are not text as \xHH. The caller frees escaped. */
struct callback_text {
    const char *at;
    size_t len;
    char *escaped;
};
void callback_text_take(const struct callback_raw *raw, struct callback_text *out);
/* At most `most` bytes of that text, cut between characters. */
void callback_text_cut(const struct callback_raw *raw, size_t most, struct callback_text *out);

/* Inside the caller's transaction. extension_id 0: no attempt was found. */
MUST_USE enum pay_err callback_log_add(struct db *db, const struct callback_raw *raw,
                                       enum verdict verdict, int64_t extension_id);
/* A copy of what was just read to be on record, in a transaction of its own, one round trip. What
 * was read is on disk once this is, since its commit came first. */
MUST_USE enum pay_err callback_log_repeated(struct db *db, const struct callback_raw *raw,
                                            int64_t extension_id);

#endif
