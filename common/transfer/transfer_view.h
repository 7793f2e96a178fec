/* transfer_view.h - what a transfer shows of itself: answers, notifications, lists. */
#ifndef TRANSFER_TRANSFER_VIEW_H
#define TRANSFER_TRANSFER_VIEW_H

#include "base/view.h"
#include "transfer/transfer.h"

/* The members of an answer to `transfer`, in the contract's order. */
void transfer_view(struct json_text *to, const struct transfer *transfer);
/* The same with subject, channel, user_account, create_time and version: queries and lists. */
void transfer_view_whole(struct json_text *to, const struct transfer *transfer);
/* Those with app_key, without user_account: a notification's data. */
void transfer_view_notification(struct json_text *to, const struct transfer *transfer,
                                const char *app_key);

/* A transfer with what is shown beside its own row. */
struct transfer_shown {
    const struct transfer *transfer;
    const char *user_account, *app_key; /* NULL: left out */
};

/* For operators; of a struct transfer_shown. */
extern const struct view TRANSFER_IN_LIST, TRANSFER_WHOLE;

#endif
