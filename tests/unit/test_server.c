/* test_server.c - a parent and its workers: replaced when they die, ended together. */
#include "tests/unit/unit.h"
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/config.h"
#include "web/skeleton/server.h"

/* What workers tell the test. */
struct board {
    _Atomic int started;
    _Atomic int ended_well;
    _Atomic int last_pid;
};
static struct board *board;

static volatile sig_atomic_t told;

static void on_told(int signal_number)
{
    told = signal_number;
}

static void note_start(void)
{
    told = 0;
    signal(SIGTERM, on_told);
    board->last_pid = getpid();
    board->started++;
}

static int wait_until_told(void *arg)
{
    (void)arg;
    note_start();
    while (!told)
        clock_sleep_ms(20);
    board->ended_well++;
    return 0;
}

static int fail_at_once(void *arg)
{
    note_start();
    return *(const int *)arg;
}

static int leave_after_a_while(void *arg)
{
    (void)arg;
    note_start();
    clock_sleep_ms(400);
    return 0;
}

/* The server in a process of its own. */
static pid_t serve(int64_t workers, server_work *work, void *arg)
{
    board->started = board->ended_well = 0;
    const pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0)
        _exit(server_run(workers, work, arg));
    return pid;
}

static void wait_for_starts(int n)
{
    for (int i = 0; i < 300 && board->started < n; i++)
        clock_sleep_ms(10);
    assert_true(board->started >= n);
}

static int exit_of(pid_t pid)
{
    int status;

    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void test_server_run__ends_all_and_says_0(void **state)
{
    static const int SIGNALS[] = { SIGTERM, SIGINT };

    (void)state;
    for (size_t i = 0; i < COUNT(SIGNALS); i++) {
        const pid_t pid = serve(3, wait_until_told, NULL);
        wait_for_starts(3);
        kill(pid, SIGNALS[i]);
        assert_int_equal(exit_of(pid), 0);
        assert_int_equal(board->ended_well, 3);
    }
}

static void test_server_run__replaces_a_killed_worker_at_once(void **state)
{
    const pid_t pid = serve(1, wait_until_told, NULL);

    (void)state;
    for (int n = 1; n <= 5; n++) {
        wait_for_starts(n);
        const int64_t since = clock_now_ms();
        kill(board->last_pid, SIGKILL);
        wait_for_starts(n + 1);
        assert_true(clock_now_ms() - since < 1000);
    }
    kill(pid, SIGTERM);
    assert_int_equal(exit_of(pid), 0);
}

static void test_server_run__a_worker_that_has_done_its_share_is_replaced(void **state)
{
    const pid_t pid = serve(1, leave_after_a_while, NULL);

    (void)state;
    wait_for_starts(3);
    kill(pid, SIGTERM);
    assert_int_equal(exit_of(pid), 0);
}

static void test_server_run__a_short_share_is_no_failure(void **state)
{
    static int code = 0;
    const pid_t pid = serve(1, fail_at_once, &code);

    (void)state;
    wait_for_starts(20);
    kill(pid, SIGTERM);
    assert_int_equal(exit_of(pid), 0);
}

static void test_server_run__what_dies_at_once_is_not_hurried(void **state)
{
    static int code = 1;
    const pid_t pid = serve(1, fail_at_once, &code);

    (void)state;
    clock_sleep_ms(1500); /* starts at 0, 100, 300, 700 ms … */
    assert_true(board->started >= 3 && board->started <= 6);
    kill(pid, SIGTERM);
    assert_int_equal(exit_of(pid), 0);
}

static void test_server_run__a_bad_setting_ends_it(void **state)
{
    static int code = EXIT_CONFIG;

    (void)state;
    assert_int_equal(exit_of(serve(2, fail_at_once, &code)), EXIT_CONFIG);
}

static void test_server_run__workers_leave_with_their_parent(void **state)
{
    const pid_t pid = serve(2, wait_until_told, NULL);
    int status;

    (void)state;
    wait_for_starts(2);
    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    for (int i = 0; i < 300 && board->ended_well < 2; i++)
        clock_sleep_ms(10);
    assert_int_equal(board->ended_well, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_server_run__ends_all_and_says_0),
        cmocka_unit_test(test_server_run__replaces_a_killed_worker_at_once),
        cmocka_unit_test(test_server_run__a_worker_that_has_done_its_share_is_replaced),
        cmocka_unit_test(test_server_run__a_short_share_is_no_failure),
        cmocka_unit_test(test_server_run__what_dies_at_once_is_not_hurried),
        cmocka_unit_test(test_server_run__a_bad_setting_ends_it),
        cmocka_unit_test(test_server_run__workers_leave_with_their_parent),
    };

    board = mmap(NULL, sizeof(*board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return board == MAP_FAILED ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
