/* transfer.h - transfers to a person: rows, finding, listing. A transfer is opened
 * (transfer_open.h), sent to its channel (transfer_send.h), and ended by what the channel says
 * (transfer_apply.h, through settle). */
#ifndef TRANSFER_TRANSFER_H
#define TRANSFER_TRANSFER_H

#include "base/money.h"
#include "base/ulid.h"
#include "io/db/db_page.h"
#include "order/order.h"
#include "transfer/transfer_state.h"

#define ACCOUNT_SIZE (64 * 4 + 1)
#define TRANSFER_EXTRAS_SIZE 65536

/* A row of pay_transfer, without its channel_extras. Times in ms, 0 absent. */
struct transfer {
    int64_t id, app_id, channel_id, status, version;
    int64_t create_time, success_time, sync_times, next_sync_time;
    struct money price;
    char no[NO_SIZE], merchant_transfer_id[MERCHANT_NO_SIZE], channel_code[33];
    char currency[CURRENCY_SIZE], subject[SUBJECT_SIZE], notify_url[URL_SIZE];
    char user_account[ACCOUNT_SIZE], user_name[ACCOUNT_SIZE];
    char channel_transfer_no[65], channel_error_code[65], channel_error_msg[1021];
};

/* Not ended: the channel may still pay it out. */
bool transfer_is_open(const struct transfer *transfer);

/* What names a transfer: exactly one member is set. */
struct transfer_key {
    const char *transfer_no, *merchant_transfer_id;
};

/* PAY_NOT_FOUND when there is none or it is another app's. */
MUST_USE enum pay_err transfer_find(struct db *db, int64_t app_id, const struct transfer_key *key,
                                    struct transfer *out);
MUST_USE enum pay_err transfer_by_id(struct db *db, int64_t id, struct transfer *out);
/* Its channel_extras' own bytes (a JSON object); "" when it has none. */
MUST_USE enum pay_err transfer_extras(struct db *db, int64_t id, char out[TRANSFER_EXTRAS_SIZE]);
/* The channel of a transfer_no of any app, to choose the key of a callback. PAY_NOT_FOUND. */
MUST_USE enum pay_err transfer_channel(struct db *db, const char *transfer_no, int64_t *channel_id);

/* Newest first (io/db/db_page.h); the owner is the app. */
MUST_USE enum pay_err transfer_list(struct db *db, const struct list_filter *filter, db_each *each,
                                    void *arg);

#endif
