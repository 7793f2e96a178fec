/* story.h - an order's whole story on one time line, for the person who must find out what
 * happened. */
#ifndef PAY_STORY_H
#define PAY_STORY_H

#include "base/ulid.h"
#include "io/db.h"

struct story_event {
    int64_t time;
    char what[33];  /* order, attempt, state, callback, notification, delivery, alert */
    char about[65]; /* its number */
    char text[4097];
};
/* no: an order_no or a pay_id, of any app. order_no is filled. PAY_NOT_FOUND without. */
MUST_USE enum pay_err story_find(struct db *db, const char *no, int64_t *order_id,
                                 char order_no[NO_SIZE]);
/* In the order of time, at most 500 events. */
MUST_USE enum pay_err story_read(struct db *db, int64_t order_id,
                                 enum pay_err (*each)(void *arg, const struct story_event *event),
                                 void *arg);

#endif
