/* notify_judge.h - from the answer of a merchant's host to the result of a try. */
#ifndef NOTIFY_NOTIFY_JUDGE_H
#define NOTIFY_NOTIFY_JUDGE_H

#include "io/http/http.h"
#include "notify/notify.h"
#include "notify/notify_result.h"

/* What came, and whether it acknowledges: all of result but the next try. status is NOTIFY_SUCCESS
 * or NOTIFY_WAITING. */
void notify_judge(struct notify_result *result, const struct http_answer *answer);
/* For a result that is not acknowledged: when the next try is, or that there is none, with its
 * alert. host: NULL when there is none. Again on the same result, it plans anew. */
void notify_plan_next(struct notify_result *result, const struct notify_schedule *schedule,
                      const struct http_url *host);

#endif
