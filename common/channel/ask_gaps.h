/* ask_gaps.h - how long to wait before a channel is asked again about what it has not decided: an
 * attempt, a refund, a transfer. */
#ifndef CHANNEL_ASK_GAPS_H
#define CHANNEL_ASK_GAPS_H

#include <stdbool.h>
#include <stdint.h>

/* Seconds until a job asks about a new row: long enough for its channel's first answer (call.h). */
#define ASK_FIRST_S 10
/* Seconds until the next question, when it was asked `times` times: 10, 30, 120, 600, 3600, then
 * hourly for a day, then daily. */
int64_t ask_gap_s(int64_t times);
/* True from the first daily question on: an operator should look. */
bool ask_is_overdue(int64_t times);

#endif
