/* notify_admin.h - notifications as operators see them. */
#ifndef NOTIFY_NOTIFY_ADMIN_H
#define NOTIFY_NOTIFY_ADMIN_H

#include "app/admin_log.h"
#include "app/app.h"
#include "base/view.h"
#include "notify/notify.h"

struct task_row {
    int64_t id, status, notify_times, max_notify_times, next_notify_time, create_time;
    int64_t parked_since;    /* due since then, put off to next_notify_time; 0: not parked */
    int64_t host_open_since; /* its host does not answer since then; 0: nothing bad is known */
    char no[NO_SIZE], app_key[APP_KEY_SIZE], event[33], merchant_order_id[65];
    char notify_url[NOTIFY_URL_SIZE];
    char last_error[65], last_reason[1021];
};
extern const struct view TASK_VIEW;
struct task_filter {
    const char *app_key; /* NULL: all apps */
    int64_t status;      /* or STATE_ANY */
    const char *after;   /* a webhook-id; NULL: from the newest */
    int64_t limit;
};
MUST_USE enum pay_err notify_task_list(struct db *db, const struct task_filter *filter,
                                       db_each *each, void *arg);
/* How many there are, whatever the limit. */
MUST_USE enum pay_err notify_task_count(struct db *db, const struct task_filter *filter,
                                        int64_t *count);

/* Makes a waiting or given-up notification due now. A given-up one gets a whole schedule of tries
 * again. PAY_CONFLICT: it was acknowledged (notify_again.h); PAY_TRY_AGAIN: a runner has it. */
MUST_USE enum pay_err notify_task_resend(struct db *db, const struct actor *actor, const char *no);

/* Many: those of one outcome, of an app (NULL: all), made in [from, to) (0: no bound), due one
 * after the other at rate a second. Those a runner holds are left out. One admin_log row. */
struct resend_many {
    const struct actor *actor;
    const char *app_key;
    int64_t status; /* NOTIFY_FAILURE or NOTIFY_WAITING */
    int64_t from, to, rate;
    bool dry; /* only count */
};
MUST_USE enum pay_err notify_tasks_resend(struct db *db, const struct resend_many *many,
                                          int64_t *count);

#endif
