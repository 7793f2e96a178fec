/* transfer_open.h - a transfer is on record before any channel is asked: its row and the nonce are
 * one transaction, and the unique key on the merchant's number decides whether it is new. */
#ifndef TRANSFER_TRANSFER_OPEN_H
#define TRANSFER_TRANSFER_OPEN_H

#include "app/app.h"
#include "app/channel_config.h"
#include "transfer/transfer.h"

struct transfer_terms {
    char merchant_transfer_id[MERCHANT_NO_SIZE], currency[CURRENCY_SIZE], subject[SUBJECT_SIZE];
    char user_account[ACCOUNT_SIZE], user_name[ACCOUNT_SIZE], notify_url[URL_SIZE];
    struct money price;
};

struct transfer_request {
    const struct app *app;
    const char *nonce;
    const struct channel_config *channel;
    const char *extras; /* channel_extras' own bytes (JSON object), or NULL */
    const struct transfer_terms *terms;
    bool left_to_job; /* no request of ours sends it: the job is to do so at once */
};

struct transfer_opened {
    struct transfer transfer;
    bool created;      /* a new row; else the number was known */
    const char *field; /* with PAY_BAD_FIELD (checkout_transfer.h), PAY_CONFLICT: a static name */
};

/* A transaction of its own. The same number with the same terms (price, currency, subject, channel,
 * user_account, user_name) gives the transfer as it is. PAY_CONFLICT: the number was used with
 * other terms; PAY_NONCE_USED. */
MUST_USE enum pay_err transfer_open(struct db *db, const struct transfer_request *request,
                                    struct transfer_opened *out);

#endif
