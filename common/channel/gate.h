/* gate.h - how many of a program's workers may wait for channels at once, and when one is not
 * waited for at all. Shared by the workers of one executable.
 *
 * At most half of them for one channel, and all but a quarter for all channels together (many are
 * behind one gateway): a channel that hangs stops no request that does not need it. One more call
 * waits for a place for a quarter of a second, but not behind calls that take longer; of the last
 * quarter of the workers none waits longer than 50 ms, since others need them. After three
 * calls in a row that hung without an answer a channel is not called for 10 s. Then one call at a
 * time tries it, until it answers. */
#ifndef CHANNEL_GATE_H
#define CHANNEL_GATE_H

#include <stdbool.h>
#include <stdint.h>

/* A driver's call ends before; the place of a worker that died in one is free after it. */
#define CHANNEL_CALL_MAX_MS 10000

/* Before the fork. Without it every call passes. */
void gate_open(int64_t workers);

struct gate_pass { void *place, *of_all; int64_t until, since; };
/* False: too many wait for it, or it hangs. After true the caller calls gate_leave. */
bool gate_enter(int64_t channel_id, struct gate_pass *pass);
/* answered: something came back, a refusal too. */
void gate_leave(int64_t channel_id, const struct gate_pass *pass, bool answered);

#endif
