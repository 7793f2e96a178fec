/* call.h - sends every request to a channel: gate (gate.h), deadline, log line and counters.
 * To be called outside any transaction. */
#ifndef CHANNEL_CALL_H
#define CHANNEL_CALL_H

#include "channel/product.h"
#include "io/http/http.h"

/* What one call may last, and all calls of one web request together. Below the ten seconds that
 * nginx waits for a program, so that the answer is 50201, not 50301. */
#define CHANNEL_CALL_MAX_MS 8000
/* Of a web request's time: what questions about open attempts leave to the call that makes one. */
#define CHANNEL_SUBMIT_MS 3000

/* When a web request begins. A job never does this: each of its calls has the whole time. */
void channel_time_begin(void);
/* Until the next channel_time_begin or _keep, calls leave so much of the request's time. */
void channel_time_keep(int64_t ms);
/* Of a job's request whose answer goes to a file. */
#define CHANNEL_FILE_MAX_MS 300000

/* what is a word for the log line and the counters: "query". request lasts CHANNEL_CALL_MAX_MS at
 * most, also when its timeout_ms is 0. In live mode only https is called.
 *   PAY_OK       a whole answer of 2xx came
 *   PAY_REFUSED  a whole answer of 4xx came, a definite no; 408, 425 and 429 are not
 *   PAY_UNKNOWN  anything else: the channel may have done it, or not
 *   PAY_FULL     nothing was sent: the gate is shut, the request's time is over, or the address
 *                cannot be called
 * answer holds what came and is freed by the caller with http_answer_free. */
MUST_USE enum pay_err channel_call(const struct channel_account *account, const char *what,
                                   const struct http_request *request, struct http_answer *answer);

/* What the last call of this process met: for shroffctl channel test. */
struct channel_met {
    enum http_end end;
    int status;
    int64_t ahead_s; /* the answer's Date is so far ahead of this machine's clock; 0: it had none */
    char peer[NET_TEXT_SIZE], reason[HTTP_REASON_SIZE];
};
const struct channel_met *channel_call_met(void);

#endif
