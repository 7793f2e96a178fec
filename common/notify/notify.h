/* notify.h - news for merchants: enqueue (inside the transaction of the change), the retry
 * schedule, what counts as heard. Sending: notify/notify_queue.h and cron/notify_runner. */
#ifndef PAY_NOTIFY_H
#define PAY_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>
#include "app/app.h"
#include "order/order.h"

#define NOTIFY_TRIES_MAX 32
enum notify_type { NOTIFY_ORDER = 1, NOTIFY_REFUND = 2, NOTIFY_TRANSFER = 3 };
enum notify_status { NOTIFY_WAITING = 0, NOTIFY_SUCCESS = 10, NOTIFY_FAILURE = 20 };
#define NOTIFY_LOG_NOT_ACKNOWLEDGED 21
#define NOTIFY_LOG_REQUEST_FAILED 22

/* Adds the task of an order's event ("order.success", "order.closed"); happened in ms. order is the
 * row as it stands after the change. Without any URL: PAY_OK and no task. Inside the caller's
 * transaction. */
MUST_USE enum pay_err notify_order(struct db *db, const struct app *app, const struct order *order,
                                   const char *event, int64_t happened);

/* Such a task before it is a row; it lives until the next plan. no "": there is no URL, no task. */
struct notify_plan {
    char no[NO_SIZE], url[1101];
    const char *body; size_t body_len;
    int64_t tries;
};
MUST_USE enum pay_err notify_order_plan(const struct app *app, const struct order *order,
                                        const char *event, int64_t happened,
                                        struct notify_plan *out);

/* The gaps of a schedule in seconds: "seed" (9 tries), "long" (16), or "15,60,…" (1..31 gaps of
 * 1..604800). False on anything else. tries = gaps + 1. */
struct notify_schedule { int64_t gap[NOTIFY_TRIES_MAX]; size_t gaps; };
MUST_USE bool notify_schedule_parse(const char *text, struct notify_schedule *out);
/* Milliseconds to wait after try number `times` (1 is the first) failed: the gap lengthened by
 * 0-10 %, at least retry_after seconds (0: none), which put it off by an hour at most: a receiver
 * that keeps saying "tomorrow" hears of it today. -1: no further try. */
int64_t notify_wait_ms(const struct notify_schedule *schedule, int64_t times, int64_t retry_after,
                       unsigned random);
/* "120" or an HTTP date -> seconds from now (>= 0), -1 when neither. */
int64_t notify_retry_after(const char *value, int64_t now_s);
/* The one rule: 200 and a body that, trimmed (Unicode blanks and a BOM too), is `success` in any
 * case, bare or as a JSON string, or a JSON object, as lenient as JSON libraries are, whose code is
 * the number 0 in any spelling or the string SUCCESS. */
bool notify_acknowledged(int http_status, const char *body, size_t len);

/* Standard Webhooks: "v1,…" or "v1,… v1,…" for webhook-signature. */
struct notify_message { const char *id; int64_t timestamp; const char *body; size_t len; };
MUST_USE bool notify_sign(const struct webhook_keys *keys, const struct notify_message *message,
                          struct text *to);

#endif
