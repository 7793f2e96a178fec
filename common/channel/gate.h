/* gate.h - how many of a program's workers may wait for channels at once, and when one is not
 * waited for at all. Shared by the workers of one executable.
 *
 * At most half of them for one channel, and all but a quarter for all channels together (many are
 * behind one gateway): what hangs stops nobody who does not need it. One more waits for a place for
 * a quarter of a second, but not behind calls that take longer. After three calls in a row that
 * hung and brought nothing a channel is left alone for 10 s, then tried by one call at a time until
 * it answers. */
#ifndef CHANNEL_GATE_H
#define CHANNEL_GATE_H

#include <stdbool.h>
#include <stdint.h>

/* A driver's call ends before; the place of a worker that died in one is free after it. */
#define CHANNEL_CALL_MAX_MS 10000

/* Before the fork. Never called: everybody passes. */
void gate_open(int64_t workers);

struct gate_pass { void *place, *of_all; int64_t until, since; };
/* False: too many wait for it, or it hangs. Who is let through leaves again. */
bool gate_enter(int64_t channel_id, struct gate_pass *pass);
/* answered: something came back, a refusal too. */
void gate_leave(int64_t channel_id, const struct gate_pass *pass, bool answered);

#endif
