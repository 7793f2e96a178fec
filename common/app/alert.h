/* alert.h - what an operator must look at (pay_alert). */
#ifndef APP_ALERT_H
#define APP_ALERT_H

#include <stdbool.h>
#include <stdint.h>
#include "base/view.h"
#include "io/db/db.h"

/* Money that its order could not take, each about its attempt: an operator decides. */
#define MONEY_ALERTS "('duplicate_paid', 'late_paid', 'refund_failed')"

/* One row per (kind, about): raised again it counts up and opens again. Inside the caller's
 * transaction. */
MUST_USE enum pay_err alert_raise(struct db *db, const char *kind, int64_t app_id,
                                  const char *about, const char *text);
/* The same for things that come in crowds: one row per (kind, app, crowd), "about" the first. A
 * merchant can name hosts without end: beyond twenty open ones of a kind and app one row counts
 * all further crowds. */
struct alert_crowd {
    const char *kind;
    int64_t app_id;
    const char *crowd, *about, *text;
};
MUST_USE enum pay_err alert_raise_crowd(struct db *db, const struct alert_crowd *alert);
/* One for each thing, as alert_raise does; but a merchant that has its channel's keys can have its
 * channel say anything: beyond a hundred open ones of a kind and app one row counts the further
 * ones, so that they do not hide others'. crowd is not read. */
MUST_USE enum pay_err alert_raise_each(struct db *db, const struct alert_crowd *alert);
/* A channel that does not decide is one alert, however much it leaves open; crowd is not read. */
MUST_USE enum pay_err alert_raise_silence(struct db *db, int64_t channel_id,
                                          const struct alert_crowd *alert);
/* alert_raise for what every request may meet again: at most once in 5 minutes of a process, in a
 * transaction of its own, with a log line. kind is kept; crowd is not read. */
void alert_raise_seldom(struct db *db, const struct alert_crowd *alert);
struct alert {
    int64_t id, app_id, times, create_time, close_time;
    char kind[33], about[65], text[4097], closed_by[257], remark[1021], decision[9];
};
extern const struct view ALERT_VIEW;
/* Open ones (or all), oldest first, at most limit after number `after`. */
struct alert_filter {
    bool all;
    int64_t after, limit;
};
/* How many there are, whatever the limit. */
MUST_USE enum pay_err alert_count(struct db *db, const struct alert_filter *filter, int64_t *count);
MUST_USE enum pay_err alert_list(struct db *db, const struct alert_filter *filter, db_each *each,
                                 void *arg);
/* A transaction of its own, with its row in admin_log. PAY_NOT_FOUND: none open under that id. */
MUST_USE enum pay_err alert_close(struct db *db, int64_t id, const char *who, const char *remark);

#endif
