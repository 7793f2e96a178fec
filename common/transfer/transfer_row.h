/* transfer_row.h - how rows of pay_transfer are read; for the business folders alone. */
#ifndef TRANSFER_TRANSFER_ROW_H
#define TRANSFER_TRANSFER_ROW_H

#include "transfer/transfer.h"

#define TRANSFER_FIELDS \
    "t.id, t.app_id, t.channel_id, t.status, t.version, t.create_time, t.success_time," \
    " t.sync_times, t.next_sync_time, t.price, t.no, t.merchant_transfer_id, t.channel_code," \
    " t.currency, t.subject, t.notify_url, t.user_account, t.user_name, t.channel_transfer_no," \
    " t.channel_error_code, t.channel_error_msg"
#define TRANSFER_SELECT "SELECT " TRANSFER_FIELDS " FROM pay_transfer t"

extern const struct db_shape TRANSFER_SHAPE;

/* One transfer of `sql`, which begins with TRANSFER_SELECT: PAY_NOT_FOUND when there is none. */
MUST_USE enum pay_err transfer_read(struct db *db, const char *sql, const struct db_param *in,
                                    size_t n, struct transfer *out);

#endif
