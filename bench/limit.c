/* limit.c - measures the database alone: the SQL of a request without a web program. It
 * has the connection layer and session of the executables, N processes, and one transaction a
 * request.
 *
 * usage: limit CASE WORKERS SECONDS FIRST APP_ID CHANNEL_ID
 *
 * CASE is a row of CASES. FIRST is the id of the first order: one that waits (callback), or
 * one paid from a wallet (refund). Settings are those
 * of the executables (SHROFF_DB_SOCKET …). Prints one line of JSON, in microseconds. */
#include "bench/limit.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "base/ulid.h"
#include "checkout/channels.h"
#include "io/crypto/vault.h"
#include "io/db/db_server.h"

#define TIMES_MAX 100000

struct total {
    int64_t done, failed, times[TIMES_MAX];
};

static const struct limit_case *case_find(const char *name)
{
    for (size_t i = 0; i < LIMIT_CASES_COUNT; i++)
        if (str_eq(LIMIT_CASES[i].name, name))
            return &LIMIT_CASES[i];
    return NULL;
}

static void work(const struct limit_case *what, struct limit *limit, int64_t until,
                 struct total *total)
{
    while (clock_ticks_us() < until) {
        const int64_t began = clock_ticks_us();
        enum pay_err err = what->once(limit);
        limit->turn += limit->step;
        total->failed += err != PAY_OK;
        if (total->done < TIMES_MAX)
            total->times[total->done] = clock_ticks_us() - began;
        total->done++;
    }
}

static int by_size(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void report(const struct total *all, int64_t workers, int64_t us)
{
    static int64_t times[64 * TIMES_MAX];
    int64_t n = 0, done = 0, failed = 0;

    for (int64_t i = 0; i < workers; i++) {
        int64_t kept = all[i].done < TIMES_MAX ? all[i].done : TIMES_MAX;
        memcpy(times + n, all[i].times, (size_t)kept * sizeof(times[0]));
        n += kept;
        done += all[i].done;
        failed += all[i].failed;
    }
    qsort(times, (size_t)n, sizeof(times[0]), by_size);
    printf("{\"requests\":%lld,\"us\":%lld,\"refused\":%lld,\"broken\":0,\"p50\":%lld,\"p99\":%lld,"
           "\"p999\":%lld,\"max\":%lld}\n",
           (long long)done, (long long)us, (long long)failed, (long long)(n ? times[n / 2] : 0),
           (long long)(n ? times[n * 99 / 100] : 0), (long long)(n ? times[n * 999 / 1000] : 0),
           (long long)(n ? times[n - 1] : 0));
}

/* Connection and statements are made before the clock starts, since executables keep theirs. */
static _Noreturn void child(const struct limit_case *what, struct limit *limit, int64_t until,
                            struct total *total)
{
    static struct config config;

    config_load(&config);
    channels_use(CHANNELS);
    limit->config = &config;
    limit->db = db_open_role(&config, "web");
    if (vault_open(config.master_key_file) != PAY_OK)
        exit(78);
    work(what, limit, until, total);
    db_close(&limit->db);
    exit(0);
}

int main(int argc, char **argv)
{
    int64_t number[5] = { 0 };
    const struct limit_case *what = argc == 7 ? case_find(argv[1]) : NULL;

    for (int i = 0; i < 5 && what; i++)
        if (!str_to_i64(argv[i + 2], 0, INT64_MAX, &number[i]))
            what = NULL;
    if (!what || number[0] < 1 || number[0] > 64) {
        fprintf(stderr, "usage: limit CASE WORKERS SECONDS FIRST APP_ID CHANNEL_ID\n");
        return 64;
    }
    log_open("limit", LOG_WARN);
    const size_t size = (size_t)number[0] * sizeof(struct total);
    struct total *all = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (all == MAP_FAILED)
        return 70;
    const int64_t began = clock_ticks_us(), until = began + number[1] * 1000000;
    for (int64_t i = 0; i < number[0]; i++) {
        struct limit limit = {
            .turn = number[2] + i, .step = number[0], .app_id = number[3], .channel_id = number[4]
        };
        if (fork() == 0)
            child(what, &limit, until, &all[i]);
    }
    while (wait(NULL) > 0)
        ;
    report(all, number[0], clock_ticks_us() - began);
    return 0;
}
