/* test_ulid.c - numbers grow, tokens and numbers keep their alphabet, nothing repeats. */
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include "tests/unit/unit.h"
#include "base/clock.h"
#include "base/text.h"
#include "base/ulid.h"

static void test_ulid_new__grows_within_the_process(void **state)
{
    char last[NO_SIZE] = "", no[NO_SIZE];
    (void)state;

    for (int i = 0; i < 200000; i++) {
        ulid_new(no);
        assert_true(ulid_is(no));
        assert_true(strcmp(last, no) < 0);
        memcpy(last, no, sizeof(last));
    }
}

static void test_ulid_new__begins_with_the_time(void **state)
{
    static const char CROCKFORD[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    char no[NO_SIZE];
    int64_t ms = 0;
    (void)state;

    clock_sleep_ms(50); /* the burst before may have run a little ahead */
    const int64_t before = clock_now_ms();
    ulid_new(no);
    for (int i = 0; i < 10; i++)
        ms = ms << 5 | (int64_t)(strchr(CROCKFORD, no[i]) - CROCKFORD);
    assert_true(ms >= before && ms <= clock_now_ms());
}

/* Neighbours of one millisecond differ by more than a small step: the next cannot be guessed. */
static void test_ulid_new__neighbours_are_far_apart(void **state)
{
    char a[NO_SIZE], b[NO_SIZE];
    int alike = 0;
    (void)state;

    for (int i = 0; i < 1000; i++) {
        ulid_new(a);
        ulid_new(b);
        alike += strncmp(a, b, NO_SIZE - 5) == 0;
    }
    assert_int_equal(alike, 0);
}

static void test_ulid_new__forked_processes_never_meet(void **state)
{
    enum { EACH = 2000 };
    static char ours[EACH][NO_SIZE], theirs[EACH][NO_SIZE];
    int pipe_ends[2];
    (void)state;

    ulid_new(ours[0]); /* both begin from this one */
    assert_int_equal(pipe(pipe_ends), 0);
    pid_t pid = fork();
    if (pid == 0) {
        for (int i = 0; i < EACH; i++) {
            ulid_new(theirs[i]);
            if (write(pipe_ends[1], theirs[i], NO_SIZE) != NO_SIZE)
                _exit(1);
        }
        _exit(0);
    }
    for (int i = 0; i < EACH; i++) {
        ulid_new(ours[i]);
        assert_int_equal(read(pipe_ends[0], theirs[i], NO_SIZE), NO_SIZE);
    }
    waitpid(pid, NULL, 0);
    for (int i = 0, j = 0; i < EACH && j < EACH;) {
        const int order = strcmp(ours[i], theirs[j]);
        assert_int_not_equal(order, 0);
        order < 0 ? i++ : j++;
    }
}

struct ulid_case {
    const char *name, *text;
    bool want;
};
/* clang-format off */
static const struct ulid_case ULID_CASES[] = {
    { "an example",     "01ARZ3NDEKTSV4RRFFQ69G5FAV",   true },
    { "the greatest",   "7ZZZZZZZZZZZZZZZZZZZZZZZZZ",   true },
    { "over 128 bits",  "8ZZZZZZZZZZZZZZZZZZZZZZZZZ",   false },
    { "lower case",     "01arz3ndektsv4rrffq69g5fav",   false },
    { "letter I",       "01ARZ3NDEKTSV4RRFFQ69G5FAI",   false },
    { "25 characters",  "01ARZ3NDEKTSV4RRFFQ69G5FA",    false },
    { "27 characters",  "01ARZ3NDEKTSV4RRFFQ69G5FAVX",  false },
    { "a quote",        "01ARZ3NDEKTSV4RRFFQ69G5FA'",   false },
    { "empty",          "",                             false },
    { "null",           NULL,                           false },
};
/* clang-format on */

static void test_ulid_is__crockford_26(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(ULID_CASES); i++)
        CHECK_I64(ULID_CASES[i].name, ulid_is(ULID_CASES[i].text), ULID_CASES[i].want);
}

static void test_token_new__hex_and_different(void **state)
{
    char a[TOKEN_SIZE], b[TOKEN_SIZE];
    (void)state;

    token_new(a);
    token_new(b);
    assert_true(str_is(a, ALPHA_HEX, 32, 32));
    assert_string_not_equal(a, b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ulid_new__grows_within_the_process),
        cmocka_unit_test(test_ulid_new__begins_with_the_time),
        cmocka_unit_test(test_ulid_new__neighbours_are_far_apart),
        cmocka_unit_test(test_ulid_new__forked_processes_never_meet),
        cmocka_unit_test(test_ulid_is__crockford_26),
        cmocka_unit_test(test_token_new__hex_and_different),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
