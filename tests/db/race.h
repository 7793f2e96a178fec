/* race.h - two processes with connections of their own that act on one order at the same moment,
 * round after round, and a channel that is played in memory. Each round has a plan: what is played,
 * and how much later each one begins. The plan follows from the seed, the pair and the round, so
 * SHROFF_SEED=N plays the same rounds again; what the machine's scheduler does is its own. */
#ifndef TESTS_DB_RACE_H
#define TESTS_DB_RACE_H

#include <sched.h>
#include <semaphore.h>
#include <time.h>

#include "tests/db/refund_steps.h"

#define ANSWER_S 20 /* a round that lasts longer has failed */

enum book { BOOK_OPEN, BOOK_PAID, BOOK_CLOSED };
struct round {
    int64_t order_id, attempt_id;
    unsigned variant; /* of the pair's play */
    bool late;        /* the payer can pay what the channel has closed */
    int delay_us[2];
    char order[48], pay_id[NO_SIZE], refund_no[NO_SIZE];
};
typedef enum pay_err actor(const struct round *round);

static struct race {
    sem_t start[2], done[2];
    int arrived, book;
    bool over;
    struct round round;
    enum pay_err err[2];
    uint64_t seed;
} * RACE;

static inline uint64_t mixed(uint64_t x)
{
    x += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

/* ---- the channel: what its books say of the order's first attempt; any other waits there */

static inline bool book_becomes(enum book to)
{
    int open = BOOK_OPEN;
    return __atomic_compare_exchange_n(&RACE->book, &open, (int)to, false, __ATOMIC_SEQ_CST,
                                       __ATOMIC_SEQ_CST);
}

static inline bool book_pays(bool late)
{
    int closed = BOOK_CLOSED;
    return book_becomes(BOOK_PAID) ||
           (late && __atomic_compare_exchange_n(&RACE->book, &closed, BOOK_PAID, false,
                                                __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST));
}

static inline enum pay_err book_says(const char *pay_id, bool closes, struct channel_said *out)
{
    static const enum channel_state STATES[] = {
        [BOOK_OPEN] = CHANNEL_WAITING, [BOOK_PAID] = CHANNEL_SUCCESS, [BOOK_CLOSED] = CHANNEL_CLOSED
    };
    int book = closes ? BOOK_CLOSED : BOOK_OPEN;

    if (str_eq(pay_id, RACE->round.pay_id)) {
        if (closes)
            (void)book_becomes(BOOK_CLOSED);
        book = __atomic_load_n(&RACE->book, __ATOMIC_SEQ_CST);
    }
    *out = result_of(pay_id, STATES[book], book == BOOK_PAID ? 10000 : 0);
    return PAY_OK;
}

static inline enum pay_err book_query(const struct channel_account *account, const char *pay_id,
                                      struct channel_said *out)
{
    (void)account;
    return book_says(pay_id, false, out);
}

static inline enum pay_err book_close(const struct channel_account *account, const char *pay_id,
                                      struct channel_said *out)
{
    (void)account;
    return book_says(pay_id, true, out);
}

/* A genuine callback, with a body that says the same. */
static inline enum pay_err said_by_callback(struct channel_said *said, const char *name)
{
    char body[256];
    const bool order = said->about != ABOUT_REFUND;
    struct callback_raw raw = { .channel_id = S.channel_id,
                                .remote_address = "127.0.0.1",
                                .kind = order ? "order" : "refund",
                                .headers = "{}",
                                .body = body };

    raw.body_len = (size_t)snprintf(body, sizeof(body),
                                    "{\"%s\":\"%s\",\"status\":\"%s\",\"price\":%lld,"
                                    "\"currency\":\"CNY\",\"channel_%s_no\":\"%s\"}",
                                    name, said->no,
                                    said->state == CHANNEL_SUCCESS ? "SUCCESS" : "FAILED",
                                    (long long)said->price.minor, raw.kind, said->channel_no);
    return settle(S.db, channel_now(), said, &raw, &V);
}

/* ---- the two processes */

static pid_t ACTORS[2];

static inline void together(int delay_us)
{
    const struct timespec delay = { .tv_nsec = delay_us * 1000L };

    __atomic_fetch_add(&RACE->arrived, 1, __ATOMIC_SEQ_CST);
    while (__atomic_load_n(&RACE->arrived, __ATOMIC_SEQ_CST) < 2)
        sched_yield();
    if (delay_us > 0)
        (void)nanosleep(&delay, NULL);
}

static inline void actor_lives(int who, actor *act)
{
    S.db = open_as("shroff_web");
    for (;;) {
        while (sem_wait(&RACE->start[who]) != 0)
            ;
        if (RACE->over)
            _exit(0);
        together(RACE->round.delay_us[who]);
        RACE->err[who] = act(&RACE->round);
        db_end(S.db);
        sem_post(&RACE->done[who]);
    }
}

static inline void race_begin(actor *const act[2])
{
    for (int who = 0; who < 2; who++) {
        sem_init(&RACE->start[who], 1, 0);
        sem_init(&RACE->done[who], 1, 0);
    }
    RACE->over = false;
    for (int who = 0; who < 2; who++) {
        ACTORS[who] = fork();
        if (ACTORS[who] == 0)
            actor_lives(who, act[who]);
    }
}

static inline void race_end(void)
{
    RACE->over = true;
    for (int who = 0; who < 2; who++)
        sem_post(&RACE->start[who]);
    for (int who = 0; who < 2; who++)
        waitpid(ACTORS[who], NULL, 0);
    ACTORS[0] = ACTORS[1] = 0;
}

/* After a failure in the middle of a round. */
static inline void actors_kill(void)
{
    for (int who = 0; who < 2; who++) {
        if (ACTORS[who] <= 0)
            continue;
        kill(ACTORS[who], SIGKILL);
        waitpid(ACTORS[who], NULL, 0);
        ACTORS[who] = 0;
    }
}

/* False: one of them did not come back in time. */
static inline bool race_run(void)
{
    struct timespec until;

    RACE->arrived = 0;
    for (int who = 0; who < 2; who++)
        sem_post(&RACE->start[who]);
    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += ANSWER_S;
    for (int who = 0; who < 2; who++)
        if (sem_timedwait(&RACE->done[who], &until) != 0)
            return false;
    return true;
}

/* So that orders can be paid from a balance. */
static inline bool wallet_channel_make(void)
{
    struct new_channel channel;

    return registry_channel_create(S.root, &TESTER,
                                   &(struct channel_spec){ .env = &S.config,
                                                           .app_key = S.app_key,
                                                           .code = CHANNEL_WALLET_CODE,
                                                           .like = "{}" },
                                   &channel) == PAY_OK;
}

static inline int race_up(void **state)
{
    const char *seed = getenv("SHROFF_SEED");
    int64_t given = clock_now_ms() % INT64_C(1000000007);

    RACE = mmap(NULL, sizeof(*RACE), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (RACE == MAP_FAILED || (seed && !str_to_i64(seed, 0, INT64_MAX, &given)) ||
        refund_up(state) != 0 || !wallet_channel_make())
        return -1;
    RACE->seed = (uint64_t)given;
    PLAYED.query = book_query;
    PLAYED.close = book_close;
    run_sql("SET GLOBAL innodb_flush_log_at_trx_commit = 2"); /* the subject is not a crash */
    run_sql("UPDATE pay_app SET notify_closed = 1");
    app_forget(S.app_key);
    print_message("seed %lld (SHROFF_SEED=%lld replays)\n", (long long)given, (long long)given);
    return 0;
}

#endif
