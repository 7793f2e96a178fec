/* fuzz_retry.c - Retry-After and schedules: against strptime and a slow reader; what is waited is
 * never shorter than the plan, never more than a tenth longer than what was asked for. */
#include <time.h>
#include "fuzz.h"
#include "notify/notify.h"

#define NOW_S INT64_C(1700000000)
#define DAY_S 86400

static const char *trimmed(char *s)
{
    size_t len = strlen(s);

    while (len > 0 && (s[len - 1] == ' ' || s[len - 1] == '\t'))
        s[--len] = '\0';
    return s + strspn(s, " \t");
}

/* The one form of RFC 9110 that is to be sent: it must print back to itself. */
static bool http_date(const char *s, int64_t *out)
{
    struct tm tm = { 0 };
    char again[64];
    const char *end = strptime(s, "%a, %d %b %Y %H:%M:%S GMT", &tm);

    if (!end || *end)
        return false;
    const int wday = tm.tm_wday;
    *out = timegm(&tm);
    tm.tm_wday = wday; /* a wrong weekday is no reason to refuse */
    return tm.tm_year >= 70 &&
           strftime(again, sizeof(again), "%a, %d %b %Y %H:%M:%S GMT", &tm) > 0 &&
           strcmp(again, s) == 0;
}

static int64_t oracle(const char *value)
{
    int64_t n = 0, when;

    if (*value && strspn(value, "0123456789") == strlen(value)) {
        for (; *value; value++)
            n = n * 10 + (*value - '0') > DAY_S ? DAY_S + 1 : n * 10 + (*value - '0');
        return n > DAY_S ? DAY_S : n;
    }
    if (!http_date(value, &when))
        return -1;
    return when > NOW_S ? when - NOW_S : 0;
}

static void check_schedule(const char *text, int64_t after, unsigned random)
{
    struct notify_schedule schedule;

    if (!notify_schedule_parse(text, &schedule))
        return;
    PROPERTY(schedule.gaps >= 1 && schedule.gaps < NOTIFY_TRIES_MAX);
    for (size_t i = 0; i < schedule.gaps; i++) {
        const int64_t gap = schedule.gap[i] * 1000, most = gap + 3600 * 1000;
        const int64_t floor = after * 1000 > most ? most : after * 1000;
        const int64_t least = gap > floor ? gap : floor;
        const int64_t wait = notify_wait_ms(&schedule, (int64_t)i + 1, after, random);
        PROPERTY(schedule.gap[i] >= 1 && schedule.gap[i] <= 604800);
        PROPERTY(wait >= least && wait <= least + least / 10);
    }
    PROPERTY(notify_wait_ms(&schedule, (int64_t)schedule.gaps + 1, after, random) == -1);
    PROPERTY(notify_wait_ms(&schedule, 0, after, random) == -1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = { data, size };
    char *value = fuzz_field(&in, '\n'), *schedule = fuzz_field(&in, '\n');

    const int64_t got = notify_retry_after(value, NOW_S);
    const char *s = trimmed(value);
    if (strlen(s) <= 64)
        PROPERTY(got == oracle(s));
    PROPERTY(got >= -1);
    check_schedule(schedule, got > 0 ? got : 0, size > 0 ? data[size - 1] * 7919U : 1);
    free(schedule);
    free(value);
    return 0;
}
