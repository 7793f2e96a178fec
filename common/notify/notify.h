/* notify.h - notifications: enqueued inside the transaction of the change, their retry schedule,
 * what counts as an acknowledgement. Sending: notify/notify_queue.h and cron/notify_runner. */
#ifndef NOTIFY_NOTIFY_H
#define NOTIFY_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>
#include "app/app.h"
#include "base/json_text.h"
#include "base/ulid.h"
#include "io/db/db_procedure.h"
#include "notify/notify_state.h"

#define NOTIFY_TRIES_MAX 32
/* What happened to an order, refund or transfer, finished: nothing here knows what these are. */
struct notify_event {
    enum notify_type type;
    const char *name;               /* "order.success" */
    int64_t data_id, version;       /* of the object after the change */
    const char *merchant_order_id;  /* NULL: none */
    const char *merchant_refund_id; /* NULL or "": none */
    const char *url;                /* where to; "": nowhere */
    int64_t channel_id;             /* put on the url if the app wants it; 0: none */
    const char *body;
    size_t len; /* what every try sends, at most NOTIFY_BODY_MAX bytes */
};
#define NOTIFY_BODY_MAX 32768
#define NOTIFY_URL_SIZE (1100 * 4 + 1) /* of notify_task.notify_url: UTF-8 */

/* Adds the task of an event, inside the caller's transaction. Without a url: PAY_OK and no task. */
MUST_USE enum pay_err notify_add(struct db *db, const struct app *app,
                                 const struct notify_event *event);
extern const struct db_procedure NOTIFY_ADD;

/* An event's body, {"type":…,"timestamp":…,"data":{…}}: the object's members go between. It is kept
 * until the next event's body begins. PAY_FULL: it is too long. */
void notify_body_begin(struct json_text *to, const char *name, int64_t happened);
MUST_USE enum pay_err notify_body_end(struct json_text *to, struct notify_event *event);

/* Such a task before it is a row; body is the event's. no "": there is no url, so no task. */
struct notify_plan {
    char no[NO_SIZE], url[NOTIFY_URL_SIZE];
    const char *body;
    size_t body_len;
    int64_t tries;
};
MUST_USE enum pay_err notify_plan(const struct app *app, const struct notify_event *event,
                                  struct notify_plan *out);

/* The gaps of a schedule in seconds: "seed" (9 tries), "long" (16), or "15,60,…" (1..31 gaps of
 * 1..604800). False on anything else. tries = gaps + 1. */
struct notify_schedule {
    int64_t gap[NOTIFY_TRIES_MAX];
    size_t gaps;
};
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
struct notify_message {
    const char *id;
    int64_t timestamp;
    const char *body;
    size_t len;
};
MUST_USE bool notify_sign(const struct webhook_keys *keys, const struct notify_message *message,
                          struct text *to);

#endif
