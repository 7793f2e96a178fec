/* crowd.h - one piece of work in many processes at once. */
#ifndef TESTS_DB_CROWD_H
#define TESTS_DB_CROWD_H

#include <sys/mman.h>

#include "tests/db/shroff.h"

#define CROWD 20

/* Runs work in `size` processes with connections of their own; how many said true. They begin
 * together. */
static inline int crowd(int size, bool (*work)(int who))
{
    static int *ready;
    pid_t pids[CROWD];
    int yes = 0;

    if (!ready)
        ready =
            mmap(NULL, sizeof(*ready), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    *ready = 0;
    for (int i = 0; i < size; i++) {
        pids[i] = fork();
        if (pids[i] == 0) {
            S.db = open_as("shroff_web");
            (void)db_ping(S.db, 2000);
            __atomic_fetch_add(ready, 1, __ATOMIC_SEQ_CST);
            while (__atomic_load_n(ready, __ATOMIC_SEQ_CST) < size)
                clock_sleep_ms(0);
            _exit(work(i) ? 1 : 0);
        }
    }
    for (int i = 0; i < size; i++) {
        int status = 0;
        waitpid(pids[i], &status, 0);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) <= 1);
        yes += WEXITSTATUS(status);
    }
    return yes;
}

#endif
