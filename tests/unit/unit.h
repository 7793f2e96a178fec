/* unit.h - cmocka with what it wants included, and the words our tables use. */
#ifndef TESTS_UNIT_H
#define TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "base/err.h"

/* ONLY_TEST=NAME: only this test. */
__attribute__((constructor)) static void only_test(void)
{
    cmocka_set_test_filter(getenv("ONLY_TEST"));
}

/* In a loop over named cases: says which one failed, then fails. */
#define CHECK(name, condition) \
    do { \
        if (!(condition)) \
            fail_msg("%s: not so: %s", (name), #condition); \
    } while (0)
#define CHECK_TEXT(name, got, want) \
    do { \
        if (strcmp((got), (want)) != 0) \
            fail_msg("%s: got '%s', want '%s'", (name), (got), (want)); \
    } while (0)
#define CHECK_I64(name, got, want) \
    do { \
        if ((int64_t)(got) != (int64_t)(want)) \
            fail_msg("%s: got %lld, want %lld", (name), (long long)(got), (long long)(want)); \
    } while (0)

#endif
