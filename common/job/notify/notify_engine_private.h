/* notify_engine_private.h - the engine's state, and what its files share. */
#ifndef JOB_NOTIFY_ENGINE_PRIVATE_H
#define JOB_NOTIFY_ENGINE_PRIVATE_H

#include <stdint.h>
#include "io/db/db_meanwhile.h"
#include "job/job.h"
#include "job/notify/notify_engine.h"
#include "job/notify/notify_hosts.h"
#include "job/notify/notify_try.h"

struct notify_totals {
    int64_t sent, acknowledged, failed, given_up, parked, runner_lost, lease_lost, handed_back;
};

/* Numbers of tries, in the order they came. */
struct notify_list {
    uint16_t at[NOTIFY_IN_HAND];
    size_t count;
};

struct notify_engine {
    struct job *job;
    struct http_pool *pool;
    struct notify_try tries[NOTIFY_IN_HAND];
    struct notify_list free, waiting, done; /* the others are under way */
    int64_t bytes;                          /* of the bodies in hand */
    int running, later, running_later;      /* under way; of lane 1: in hand, under way */
    struct notify_claim claim;
    struct notify_totals total;
    enum pay_err last; /* of the last look at the queue */
    int64_t next_poll_us, retry_us, leave_us;
    int64_t ran_us, away_us; /* curl's last turn ended; time not given to it, in all */
    int64_t drained_us;      /* when what was parked behind a busy host is due again */
    bool stopping, drained;
    bool beginning; /* in notify_begin_waiting */
    bool hungry;    /* the last claim left something due */
    bool parking;   /* the last claim parked: look at more rows */
    int refill_at;  /* claim again when so few are in hand */
    bool singly;    /* the last batch was refused: record one by one */
    /* of the claim under way */
    int room_of[2], planned[2]; /* room in all, and for lane 1; sends planned by lane */
    int64_t planned_bytes;      /* of their bodies */
    struct notify_room room;
    bool left;
};

static inline struct notify_try *notify_pop(struct notify_engine *e, struct notify_list *list)
{
    return &e->tries[list->at[--list->count]];
}

static inline void notify_push(struct notify_engine *e, struct notify_list *list,
                               const struct notify_try *try)
{
    list->at[list->count++] = (uint16_t)(try - e->tries);
}

/* notify_count.c: the summary's totals and the node's metrics. */
void notify_count_claim(struct notify_engine *e);
void notify_count_begun(struct notify_engine *e, const struct notify_try *try);
void notify_count_recorded(struct notify_engine *e, const struct notify_try *try);
void notify_show(struct notify_engine *e);

/* notify_try.c: begins what waits, as far as its hosts have room, and hands back what cannot begin
 * soon. */
void notify_begin_waiting(struct notify_engine *e);
/* Lets requests go on for wait_ms at most, or until fd (-1: none) can be read. */
void notify_listen(struct notify_engine *e, int wait_ms, int fd);
/* The same, for db_meanwhile: begins more of them too. */
db_meanwhile_do notify_send_meanwhile;

/* notify_record.c: writes down the results of tries that are done, and frees them. */
void notify_record(struct notify_engine *e);
/* Hands back what was not begun, not counted as a try, due in wait_ms. */
void notify_give_back(struct notify_engine *e, struct notify_list *list, int64_t wait_ms);
void notify_try_free(struct notify_engine *e, struct notify_try *try);

/* notify_cache.c: what tries need of their apps, kept 1 s. */
void notify_caches_use(struct db *db);
void notify_caches_wipe(void);
/* PAY_NO_ROW, PAY_FAULT: no key can be had; PAY_DB_AWAY: not now. db NULL: only what is kept. */
MUST_USE enum pay_err notify_keys_of(struct db *db, int64_t app_id,
                                     const struct webhook_keys **out);
/* Never NULL: "long" when the app cannot be asked. */
const struct notify_schedule *notify_schedule_of(int64_t app_id);

#endif
