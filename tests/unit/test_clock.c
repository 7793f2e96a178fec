/* test_clock.c - RFC 3339 and HTTP dates, there and back. */
#include <stdlib.h>
#include <time.h>
#include "tests/unit/unit.h"
#include "base/clock.h"

struct time_case {
    const char *name, *text;
    bool ok;
    int64_t want;
};
/* clang-format off */
static const struct time_case RFC3339[] = {
    { "plain",              "2026-11-21T01:02:03Z",          true, INT64_C(1795222923000) },
    { "milliseconds",       "2026-11-21T01:02:03.004Z",      true, INT64_C(1795222923004) },
    { "one digit",          "2026-11-21T01:02:03.5Z",        true, INT64_C(1795222923500) },
    { "nanoseconds are cut", "2026-11-21T01:02:03.999999999Z", true, INT64_C(1795222923999) },
    { "offset east",        "2026-11-21T09:02:03+08:00",     true, INT64_C(1795222923000) },
    { "offset west",        "2026-11-20T20:32:03-04:30",     true, INT64_C(1795222923000) },
    { "minus zero offset",  "2026-11-21T01:02:03-00:00",     true, INT64_C(1795222923000) },
    { "lower case",         "2026-11-21t01:02:03z",          true, INT64_C(1795222923000) },
    { "the beginning",      "1970-01-01T00:00:00Z",          true, 0 },
    { "the end",            "9999-12-31T23:59:59.999Z",      true, INT64_C(253402300799999) },
    { "leap day",           "2024-02-29T00:00:00Z",          true, INT64_C(1709164800000) },
    { "leap day of 2000",   "2000-02-29T00:00:00Z",          true, INT64_C(951782400000) },
    { "year ends east",        "2027-01-01T07:59:59.999+08:00", true, INT64_C(1798761599999) },
    { "year begins east",      "2027-01-01T08:00:00+08:00",     true, INT64_C(1798761600000) },
    { "year ends west",        "2026-12-31T19:00:00-05:00",     true, INT64_C(1798761600000) },
    { "leap day ends east",    "2024-03-01T07:59:59+08:00",     true, INT64_C(1709251199000) },
    { "summer time begins",    "2026-03-08T02:30:00-05:00",     true, INT64_C(1772955000000) },
    { "summer time ends",      "2026-11-01T01:30:00-04:00",     true, INT64_C(1793511000000) },
    { "an hour later",         "2026-11-01T01:30:00-05:00",     true, INT64_C(1793514600000) },
    { "no leap day",        "2026-02-29T00:00:00Z",          false, 0 },
    { "no leap day 2100",   "2100-02-29T00:00:00Z",          false, 0 },
    { "April 31",           "2026-04-31T00:00:00Z",          false, 0 },
    { "month 0",            "2026-00-01T00:00:00Z",          false, 0 },
    { "month 13",           "2026-13-01T00:00:00Z",          false, 0 },
    { "day 0",              "2026-01-00T00:00:00Z",          false, 0 },
    { "hour 24",            "2026-01-01T24:00:00Z",          false, 0 },
    { "minute 60",          "2026-01-01T00:60:00Z",          false, 0 },
    { "second 60",          "2026-01-01T00:00:60Z",          false, 0 },
    { "year 1969",          "1969-12-31T23:59:59Z",          false, 0 },
    { "before by offset",   "1970-01-01T00:00:00+00:01",     false, 0 },
    { "beyond by offset",   "9999-12-31T23:59:59-00:01",     false, 0 },
    { "no zone",            "2026-11-21T01:02:03",           false, 0 },
    { "a blank for T",      "2026-11-21 01:02:03Z",          false, 0 },
    { "date only",          "2026-11-21",                    false, 0 },
    { "point, no digits",   "2026-11-21T01:02:03.Z",         false, 0 },
    { "comma fraction",     "2026-11-21T01:02:03,5Z",        false, 0 },
    { "offset no colon",    "2026-11-21T01:02:03+0800",      false, 0 },
    { "offset 24 h",        "2026-11-21T01:02:03+24:00",     false, 0 },
    { "one-digit month",    "2026-1-21T01:02:03Z",           false, 0 },
    { "trailing",           "2026-11-21T01:02:03Z ",         false, 0 },
    { "sign in year",       "+026-11-21T01:02:03Z",          false, 0 },
    { "empty",              "",                              false, 0 },
    { "null",               NULL,                            false, 0 },
};

static const struct time_case HTTP[] = {
    { "example of RFC 9110", "Sun, 06 Nov 1994 08:49:37 GMT", true, INT64_C(784111777000) },
    { "this year",          "Sat, 21 Nov 2026 01:02:03 GMT", true, INT64_C(1795222923000) },
    { "UTC for GMT",        "Sat, 21 Nov 2026 01:02:03 UTC", false, 0 },
    { "lower-case month",   "Sat, 21 nov 2026 01:02:03 GMT", false, 0 },
    { "no such day",        "Sat, 31 Nov 2026 01:02:03 GMT", false, 0 },
    { "two-digit year",     "Sunday, 06-Nov-94 08:49:37 GMT", false, 0 },
    { "seconds as a number", "120",                          false, 0 },
    { "cut",                "Sat, 21 Nov 2026",              false, 0 },
    { "trailing",           "Sat, 21 Nov 2026 01:02:03 GMT+1", false, 0 },
    { "empty",              "",                              false, 0 },
    { "null",               NULL,                            false, 0 },
};
/* clang-format on */

static void test_time_parse__rfc_3339_only(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(RFC3339); i++) {
        int64_t got = -77;
        CHECK_I64(RFC3339[i].name, time_parse(RFC3339[i].text, &got), RFC3339[i].ok);
        CHECK_I64(RFC3339[i].name, got, RFC3339[i].ok ? RFC3339[i].want : -77);
    }
}

static void test_time_parse_http__fixdate_only(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(HTTP); i++) {
        int64_t got = -77;
        CHECK_I64(HTTP[i].name, time_parse_http(HTTP[i].text, &got), HTTP[i].ok);
        CHECK_I64(HTTP[i].name, got, HTTP[i].ok ? HTTP[i].want : -77);
    }
}

/* Against libc, some 11 days apart over a thousand years, before 1970 too. */
static void test_time_split__agrees_with_gmtime(void **state)
{
    (void)state;
    for (int64_t s = -INT64_C(10000000000); s < INT64_C(30000000000); s += 987654) {
        struct time_parts p;
        struct tm tm;
        const time_t when = s;
        time_split(s * 1000 + 7, &p);
        gmtime_r(&when, &tm);
        assert_true(p.year == tm.tm_year + 1900 && p.month == tm.tm_mon + 1 && p.day == tm.tm_mday);
        assert_true(p.hour == tm.tm_hour && p.minute == tm.tm_min && p.second == tm.tm_sec);
        assert_int_equal(p.ms, 7);
        assert_true(time_join(&p) == s * 1000 + 7);
    }
}

static void test_time_add__parses_back(void **state)
{
    (void)state;
    for (int64_t ms = 1; ms < INT64_C(253402300799999); ms += INT64_C(12345678901)) {
        char room[TIME_TEXT_SIZE];
        struct text t = TEXT(room);
        int64_t back;
        time_add(&t, ms);
        assert_false(t.full);
        assert_true(time_parse(room, &back) && back == ms);
    }
}

static void test_clock__moves_and_sleeps(void **state)
{
    (void)state;
    assert_true(clock_now_ms() / 1000 - clock_now_s() <= 1);
    assert_true(clock_now_s() > 1700000000);
    const int64_t start = clock_ticks_us();
    clock_sleep_ms(5);
    clock_sleep_ms(0);
    clock_sleep_ms(-1);
    assert_true(clock_ticks_us() - start >= 5000);
}

/* The machine's zone has no part in it: not its offset, not its summer time, not its year's end. */
static void test_clock__knows_no_zone_of_the_machine(void **state)
{
    static const char *const ZONES[] = { "EST5EDT,M3.2.0,M11.1.0", "CST-8", "<+1030>-10:30" };
    char room[32];
    struct text china = TEXT(room);

    for (size_t i = 0; i < COUNT(ZONES); i++) {
        assert_int_equal(setenv("TZ", ZONES[i], 1), 0);
        tzset();
        test_time_parse__rfc_3339_only(state);
        test_time_parse_http__fixdate_only(state);
        test_time_split__agrees_with_gmtime(state);
        text_reset(&china);
        time_add_china(&china, INT64_C(1798732799000), 'T'); /* 2026-12-31T15:59:59Z */
        assert_string_equal(room, "2026-12-31T23:59:59");
    }
    unsetenv("TZ");
    tzset();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_time_parse__rfc_3339_only),
        cmocka_unit_test(test_time_parse_http__fixdate_only),
        cmocka_unit_test(test_time_split__agrees_with_gmtime),
        cmocka_unit_test(test_time_add__parses_back),
        cmocka_unit_test(test_clock__moves_and_sleeps),
        cmocka_unit_test(test_clock__knows_no_zone_of_the_machine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
