/* story.h - all events of an order, a refund or a transfer on one time line, for an operator. */
#ifndef WATCH_STORY_H
#define WATCH_STORY_H

#include "base/ulid.h"
#include "base/view.h"
#include "io/db/db.h"

struct story_event {
    int64_t time, all; /* all: how many events there are */
    char what[33];     /* order, attempt, refund, transfer, state, callback, wallet, notification,
                          delivery, host, alert */
    char about[65];    /* the number of that object */
    char text[4097];
};
extern const struct view STORY_EVENT_VIEW;
/* Finds an order by any of its numbers: order_no, pay_id or webhook-id of any app, or the
 * merchant's own number (of app_key, unless that is NULL). PAY_CONFLICT: orders of several apps
 * have it. */
struct story_key {
    int64_t id;
    char no[NO_SIZE];
}; /* the order's */
MUST_USE enum pay_err story_find(struct db *db, const char *number, const char *app_key,
                                 struct story_key *out);
/* In the order of time, at most 500 events. */
#define STORY_EVENTS_MAX 500
MUST_USE enum pay_err story_read(struct db *db, int64_t order_id, db_each *each, void *arg);
MUST_USE enum pay_err story_of_refund(struct db *db, int64_t refund_id, db_each *each, void *arg);
MUST_USE enum pay_err story_of_transfer(struct db *db, int64_t transfer_id, db_each *each,
                                        void *arg);

#endif
