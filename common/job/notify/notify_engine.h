/* notify_engine.h - the work of notify_runner: claim, send, record, over and over.
 *
 * One thread, 64 requests under way, at most half of them second and later tries; and 32 more, for
 * first tries of apps that have nothing under way (notify_crowd.h). Some more are claimed and wait
 * here, for a host that answers fast. Any number of runners may work at once. */
#ifndef JOB_NOTIFY_ENGINE_H
#define JOB_NOTIFY_ENGINE_H

#include "job/job.h"

#define NOTIFY_SLOTS 96                /* requests under way */
#define NOTIFY_SLOTS_LATER 32          /* of these: not first tries */
#define NOTIFY_IN_HAND 640             /* claimed: waiting, under way, or not recorded yet */
#define NOTIFY_BYTES_IN_HAND (6 << 20) /* of bodies; each is 32 KiB at most */

/* Runs until job_over, or with --once until nothing is due. Hands back what was not begun and ends
 * what is under way (10 s at most). */
MUST_USE enum pay_err notify_engine_run(struct job *job);
/* --dry-run: lists what is due, changes nothing. */
MUST_USE enum pay_err notify_engine_list(struct job *job);

#endif
