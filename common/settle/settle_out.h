/* settle_out.h - what a channel says of a refund or a transfer, as far as both are alike; for the
 * files of settle alone. */
#ifndef SETTLE_SETTLE_OUT_H
#define SETTLE_SETTLE_OUT_H

#include "settle/settle_private.h"

/* The first part is given; the second is filled once the row is read under its lock. */
struct settling_out {
    const struct channel_config *channel;
    const struct channel_said *said;
    const struct callback_raw *raw;
    enum verdict verdict;

    int64_t id, app_id;
    struct money price;
    const char *currency, *about; /* about: of its alerts */
    const char *owner_sql;        /* the no of another row that has this number, not this id */
    bool refusal;                 /* its channel says no: whose number that is does not matter */
    char name[96];                /* "refund N of order N" */
};
/* An alert about it: a hundred of a kind and app, then they are counted. */
MUST_USE enum pay_err settling_alert(struct db *db, const struct settling_out *w, const char *kind,
                                     const char *says);
/* The text of an alert about it. */
#define SETTLING_TEXT_SIZE 768
void settling_text(const struct settling_out *w, const char *says, char to[SETTLING_TEXT_SIZE]);
/* *conflict: what is said has another account or price than the row, or a number that another row
 * has: the verdict and the alert are on record, and nothing else is to be done. */
MUST_USE enum pay_err settling_conflict(struct db *db, struct settling_out *w, bool *conflict);
/* work as a transaction; again when another row got this number of the channel's meanwhile, which
 * is then found. */
MUST_USE enum pay_err settling_txn(struct db *db, db_work *work, void *arg);

#endif
