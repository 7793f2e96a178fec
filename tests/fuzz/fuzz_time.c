/* fuzz_time.c - RFC 3339 against a reader made of timegm; every moment prints and reads back. */
#include <time.h>
#include "fuzz.h"
#include "base/clock.h"

#define LAST_MS (INT64_C(253402300800000) - 1)

static bool digits(const char **at, int count, int *out)
{
    *out = 0;
    for (int i = 0; i < count; i++, (*at)++) {
        if (**at < '0' || **at > '9')
            return false;
        *out = *out * 10 + (**at - '0');
    }
    return true;
}

static bool one_of(const char **at, const char *set)
{
    if (!**at || !strchr(set, **at))
        return false;
    (*at)++;
    return true;
}

static bool read_offset(const char *at, int64_t *out)
{
    int hours, minutes;
    const int64_t sign = *at == '-' ? -1 : 1;

    *out = 0;
    if (*at == 'Z' || *at == 'z')
        return at[1] == '\0';
    if (!one_of(&at, "+-") || !digits(&at, 2, &hours) || !one_of(&at, ":") ||
        !digits(&at, 2, &minutes))
        return false;
    *out = sign * (hours * 60 + minutes) * INT64_C(60000);
    return *at == '\0' && hours <= 23 && minutes <= 59;
}

static bool oracle(const char *at, int64_t *out)
{
    struct tm tm = { 0 };
    int64_t ms = 0, weight = 100, offset;

    if (!digits(&at, 4, &tm.tm_year) || !one_of(&at, "-") || !digits(&at, 2, &tm.tm_mon) ||
        !one_of(&at, "-") || !digits(&at, 2, &tm.tm_mday) || !one_of(&at, "Tt") ||
        !digits(&at, 2, &tm.tm_hour) || !one_of(&at, ":") || !digits(&at, 2, &tm.tm_min) ||
        !one_of(&at, ":") || !digits(&at, 2, &tm.tm_sec))
        return false;
    if (one_of(&at, ".")) {
        if (*at < '0' || *at > '9')
            return false;
        for (; *at >= '0' && *at <= '9'; at++, weight /= 10)
            ms += (*at - '0') * weight;
    }
    if (!read_offset(at, &offset) || tm.tm_year < 1970 || tm.tm_hour > 23 || tm.tm_min > 59 ||
        tm.tm_sec > 59)
        return false;
    tm.tm_year -= 1900;
    tm.tm_mon -= 1;
    struct tm before = tm;
    *out = timegm(&tm) * INT64_C(1000) + ms - offset;
    return tm.tm_mon == before.tm_mon && tm.tm_mday == before.tm_mday && *out >= 0 &&
           *out <= LAST_MS;
}

static void check_moment(int64_t ms)
{
    char room[TIME_TEXT_SIZE];
    struct text text = TEXT(room);
    struct time_parts parts;
    struct tm tm;
    int64_t back = -1;
    const time_t seconds = (time_t)(ms / 1000);

    time_add(&text, ms);
    PROPERTY(!text.full && time_parse(room, &back) && back == ms);
    time_split(ms, &parts);
    PROPERTY(time_join(&parts) == ms && gmtime_r(&seconds, &tm) != NULL);
    PROPERTY(parts.year == tm.tm_year + 1900 && parts.month == tm.tm_mon + 1 &&
             parts.day == tm.tm_mday);
    PROPERTY(parts.hour == tm.tm_hour && parts.minute == tm.tm_min && parts.second == tm.tm_sec);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *s = fuzz_text(data, size);
    int64_t got = -7, want = 0, raw = 0;

    const bool good = time_parse(s, &got);
    PROPERTY(good == oracle(s, &want));
    PROPERTY(good ? got == want : got == -7);
    if (good)
        check_moment(got);
    if (size >= sizeof(raw)) {
        memcpy(&raw, data, sizeof(raw));
        check_moment((raw & INT64_MAX) % (LAST_MS + 1));
    }
    free(s);
    return 0;
}
