/* notify_result.h - what became of tries, and how it is recorded: by the holder of the token only,
 * together with the rows of notify_log. */
#ifndef NOTIFY_NOTIFY_RESULT_H
#define NOTIFY_NOTIFY_RESULT_H

#include <stdbool.h>
#include <stdint.h>
#include "base/net.h"
#include "base/ulid.h"
#include "io/db/db.h"
#include "notify/notify_endpoint.h"

#define NOTIFY_RESPONSE_SIZE 2049
#define NOTIFY_FINISH_MAX 256 /* results recorded in one transaction */

enum notify_outcome {
    NOTIFY_RECORDED, /* by the holder of the token */
    NOTIFY_REPEATED, /* was recorded before: an answer to COMMIT had been lost */
    NOTIFY_LATE      /* the lease had run out: logged, a success still wins */
};
struct notify_result {
    int64_t task_id, app_id, token, times, max_times, manual;
    int64_t status;  /* of the task: enum notify_status */
    int64_t wait_ms; /* to the next try, while it stays waiting */
    int64_t log_status, http_status, duration_ms;
    int64_t after_s;             /* the answer asks for so long at least; 0 */
    bool gone;                   /* the answer says that the URL is no more */
    const char *alert;           /* notify_gone, notify_given_up; NULL */
    enum notify_outcome outcome; /* out */
    /* Texts alone from here on: notify_try.c empties each by its first byte, and zeroes what is
     * above. */
    char no[NO_SIZE], error_code[17], peer[NET_TEXT_SIZE], response[NOTIFY_RESPONSE_SIZE];
    char reason[HTTP_REASON_SIZE];          /* what went wrong, in words; "" */
    char alert_text[512], alert_crowd[301]; /* crowd: the host */
};
struct notify_batch {
    struct notify_result **at;
    size_t count; /* reordered */
    struct notify_endpoint_tally tally[NOTIFY_FINISH_MAX];
    size_t tally_count;
};
/* One transaction. PAY_LOST: run it again, what was recorded is found. */
MUST_USE enum pay_err notify_finish(struct db *db, struct notify_batch *batch);

#endif
