/* gate.h - how many of a program's workers may serve requests that call channels at once, and when
 * a channel is not called at all. Shared by the workers of one executable.
 *
 * A request that will call a channel takes a seat first, before it asks the database, and keeps it
 * to its end. Three quarters of the workers are seats: the rest is for requests that need no
 * channel. An app's share is as many seats as it leaves free: alone half of them, beside another
 * app a third.
 *
 * Credit lets an app exceed its share for a while. With credit it may take all seats but the last,
 * which is for an app without a seat, and its requests may wait for one. Without credit it has its
 * share, and its requests do not wait. No request waits while all calls under way have lasted a
 * quarter of a second. The time of seats beyond the share, and of workers that wait for a seat, is
 * subtracted from the app's credit, at most 1.5 s of every worker. A sixteenth of the workers' time
 * is added to it. The time of waiting workers is also subtracted from a credit of all apps
 * together, at most 1 s of every worker; a thirty-second is added to that. Without it no request
 * waits.
 *
 * After three calls in a row that hung without an answer a channel is not called for 10 s. Then one
 * call at a time tries it, until it answers. */
#ifndef CHANNEL_GATE_H
#define CHANNEL_GATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "channel/product.h"

/* Of a program that is one process, a job: it never lacks a seat, and a channel that hangs is not
 * called for a while. */
#define GATE_OF_ONE 4
/* Before the fork. Without it every call passes. */
void gate_open(int64_t workers);
/* In a worker: its place, from 0. The worker that replaces it has the same place. */
void gate_worker(size_t place);

enum gate_wait { GATE_WAIT, GATE_AT_ONCE };
/* Takes a seat for this request; true, too, when it has one. False: its app or all apps have too
 * many. */
bool gate_sit(int64_t app_id, enum gate_wait wait);
/* The same for a request that calls no channel and is long at work all the same: a long list. */
bool gate_sit_to_read(int64_t app_id);
/* When the request is done. */
void gate_rise(void);

/* The channel hangs and its next trial is not due. */
bool gate_is_shut(int64_t channel_id);
struct gate_pass {
    void *record;
    int64_t since;
};
/* Before a call; sits first when the request has no seat. False: no seat, or the channel hangs.
 * After true the caller calls gate_leave. */
bool gate_enter(const struct channel_account *account, struct gate_pass *pass);
/* answered: something came back, a refusal too. */
void gate_leave(const struct gate_pass *pass, bool answered);

#endif
