/* test_callers.c - which addresses are admitted: strangers until many, known ones always */
#include "tests/unit/unit.h"
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/clock.h"
#include "io/db/db_server.h"
#include "web/callers.h"
#include "web/skeleton/rate.h"
#include "web/skeleton/server.h"

static const struct config FOUR = { .workers = 4 };
/* Tells nothing of what was known before the start: tests/evil/callbacks does. */
static struct db *away;

static int admitted(const char *address, int tries, enum caller_end as)
{
    int count = 0;

    for (int i = 0; i < tries; i++) {
        if (!callers_enter(away, address))
            continue;
        callers_leave(address, as);
        count++;
    }
    return count;
}

static void test_callers__refused_ones_count_by_address(void **state)
{
    (void)state;
    rate_open(10, 0);
    callers_open(&FOUR);
    const int first = admitted("192.0.2.1", 200, CALLER_REFUSED);
    assert_true(first >= 10 && first <= 13);
    assert_int_equal(admitted("192.0.2.2", 5, CALLER_REFUSED), 5);
    assert_int_equal(admitted("2001:db8::1", 200, CALLER_NEITHER), 200);
    assert_true(admitted("2001:db8::1", 200, CALLER_REFUSED) <= 13);
    assert_int_equal(admitted("2001:db8::2", 1, CALLER_REFUSED), 0);
    assert_int_equal(admitted("no address", 200, CALLER_REFUSED), 200);
}

static void test_callers__one_that_was_believed_is_always_admitted(void **state)
{
    (void)state;
    rate_open(10, 0);
    callers_open(&FOUR);
    assert_int_equal(admitted("192.0.2.1", 1, CALLER_BELIEVED), 1);
    assert_int_equal(admitted("192.0.2.1", 500, CALLER_REFUSED), 500);
    assert_true(admitted("192.0.2.2", 500, CALLER_REFUSED) <= 13);
}

/* ---- workers: 0 and 1 are busy with strangers, 2 tries, 3 is idle */

struct board {
    _Atomic int starts[4], held, done, strangers, known, after_end;
};
static struct board *board;

static volatile sig_atomic_t told;

static void on_told(int signal_number)
{
    told = signal_number;
}

static void wait_for(_Atomic int *what, int least)
{
    for (int i = 0; i < 500 && *what < least && !told; i++)
        clock_sleep_ms(10);
}

static void try_all(void)
{
    wait_for(&board->held, 2);
    board->strangers = admitted("192.0.2.9", 500, CALLER_NEITHER);
    callers_leave("192.0.2.7", CALLER_BELIEVED);
    board->known = admitted("192.0.2.7", 500, CALLER_NEITHER);
    board->done = 1;
    wait_for(&board->starts[0], 2);
    clock_sleep_ms(50);
    board->after_end = admitted("192.0.2.9", 500, CALLER_NEITHER);
    board->done = 2;
}

static int work(void *arg)
{
    const size_t place = server_place();

    (void)arg;
    told = 0;
    signal(SIGTERM, on_told);
    callers_begin();
    const bool first = board->starts[place]++ == 0;
    if (place < 2 && first && callers_enter(away, place == 0 ? "192.0.2.1" : "192.0.2.2"))
        board->held++;
    if (place == 0 && first) {
        wait_for(&board->done, 1);
        kill(getpid(), SIGKILL);
    }
    if (place == 2)
        try_all();
    while (!told)
        clock_sleep_ms(20);
    return 0;
}

static void test_callers__two_workers_are_kept_for_the_known(void **state)
{
    int status;

    (void)state;
    rate_open(0, 0);
    callers_open(&FOUR);
    const pid_t pid = fork();
    if (pid == 0)
        _exit(server_run(4, work, NULL));
    wait_for(&board->done, 2);
    kill(pid, SIGTERM);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(board->held, 2);
    /* A burst of a hundred, and ten a second. */
    assert_true(board->strangers >= 100 && board->strangers < 150);
    assert_int_equal(board->known, 500);
    /* One of the busy was killed: its successor is at nothing. */
    assert_int_equal(board->after_end, 500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_callers__refused_ones_count_by_address),
        cmocka_unit_test(test_callers__one_that_was_believed_is_always_admitted),
        cmocka_unit_test(test_callers__two_workers_are_kept_for_the_known),
    };

    away = db_open(&(const struct db_server){ "/nonexistent/shroff.sock" },
                   &(const struct db_account){ .user = "" });
    board = mmap(NULL, sizeof(*board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return board == MAP_FAILED ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
