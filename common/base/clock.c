/* clock.c - clocks, and the three spellings of a moment: RFC 3339, calendar parts, HTTP dates. */
#include "base/clock.h"
#include <string.h>
#include <time.h>

#define CHINA_MS (INT64_C(8) * 3600 * 1000)

#define TIME_MAX_MS (INT64_C(253402300800000) - 1) /* 9999-12-31T23:59:59.999Z */

static int64_t read_clock(clockid_t id, int64_t per_second)
{
    struct timespec now;

    clock_gettime(id, &now);
    return now.tv_sec * per_second + now.tv_nsec / (1000000000 / per_second);
}

int64_t clock_now_ms(void)
{
    return read_clock(CLOCK_REALTIME, 1000);
}
int64_t clock_now_s(void)
{
    return read_clock(CLOCK_REALTIME, 1);
}
int64_t clock_ticks_us(void)
{
    return read_clock(CLOCK_MONOTONIC, 1000000);
}

void clock_sleep_ms(int64_t ms)
{
    if (ms <= 0)
        return;
    nanosleep(&(struct timespec){ .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 }, NULL);
}

/* Days from 1970-01-01, for years counted from March so that the leap day comes last. */
static int64_t days_of(int year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t of_era = y - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

void time_split(int64_t ms, struct time_parts *out)
{
    int64_t days = (ms >= 0 ? ms : ms - (DAY_MS - 1)) / DAY_MS, of_day = ms - days * DAY_MS;
    int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t in_era = z - era * 146097;
    int64_t y = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
    int64_t in_year = in_era - (365 * y + y / 4 - y / 100), march = (5 * in_year + 2) / 153;

    out->month = (int)(march < 10 ? march + 3 : march - 9);
    out->year = (int)(y + era * 400 + (out->month <= 2));
    out->day = (int)(in_year - (153 * march + 2) / 5 + 1);
    out->hour = (int)(of_day / 3600000);
    out->minute = (int)(of_day / 60000 % 60);
    out->second = (int)(of_day / 1000 % 60);
    out->ms = (int)(of_day % 1000);
}

int64_t time_join(const struct time_parts *in)
{
    int64_t minutes = (days_of(in->year, in->month, in->day) * 24 + in->hour) * 60 + in->minute;

    return (minutes * 60 + in->second) * 1000 + in->ms;
}

void time_add_china(struct text *to, int64_t ms, char between)
{
    struct time_parts t;

    time_split(ms + CHINA_MS, &t);
    text_addf(to, "%04d-%02d-%02d%c%02d:%02d:%02d", t.year, t.month, t.day, between, t.hour,
              t.minute, t.second);
}

void time_add(struct text *to, int64_t ms)
{
    struct time_parts p;

    time_split(ms, &p);
    text_addf(to, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", p.year, p.month, p.day, p.hour, p.minute,
              p.second, p.ms);
}

/* A reader over the text: each step takes what it wants or breaks the rest. */
struct scan {
    const char *at;
    bool broken;
};

static int take_number(struct scan *s, size_t digits, int64_t min, int64_t max)
{
    int64_t n = 0;

    if (s->broken || !str_is_n(s->at, strnlen(s->at, digits), ALPHA_DIGITS, digits, digits)) {
        s->broken = true;
        return 0;
    }
    for (size_t i = 0; i < digits; i++)
        n = n * 10 + (*s->at++ - '0');
    s->broken = n < min || n > max;
    return (int)n;
}

static void scan_mark(struct scan *s, const char *any_of)
{
    if (!s->broken && *s->at && strchr(any_of, *s->at))
        s->at++;
    else
        s->broken = true;
}

static void take_clock(struct scan *s, struct time_parts *p)
{
    p->hour = take_number(s, 2, 0, 23);
    scan_mark(s, ":");
    p->minute = take_number(s, 2, 0, 59);
    scan_mark(s, ":");
    p->second = take_number(s, 2, 0, 59);
}

static int take_fraction(struct scan *s)
{
    int ms = 0, weight = 100;

    if (s->broken || *s->at != '.')
        return 0;
    s->at++;
    s->broken = *s->at < '0' || *s->at > '9';
    for (; *s->at >= '0' && *s->at <= '9'; s->at++, weight /= 10)
        ms += weight * (*s->at - '0');
    return ms;
}

static int64_t take_offset_ms(struct scan *s)
{
    bool utc = !s->broken && (*s->at == 'Z' || *s->at == 'z');
    int64_t sign = !s->broken && *s->at == '-' ? -1 : 1;

    scan_mark(s, utc ? "Zz" : "+-");
    if (utc)
        return 0;
    int64_t hours = take_number(s, 2, 0, 23);
    scan_mark(s, ":");
    return sign * (hours * 60 + take_number(s, 2, 0, 59)) * 60000;
}

static bool day_exists(const struct time_parts *p)
{
    struct time_parts back;

    time_split(time_join(p), &back);
    return back.day == p->day;
}

bool time_parse(const char *s, int64_t *ms)
{
    struct scan scan = { str_or(s, ""), false };
    struct time_parts p = { 0 };

    p.year = take_number(&scan, 4, 1970, 9999);
    scan_mark(&scan, "-");
    p.month = take_number(&scan, 2, 1, 12);
    scan_mark(&scan, "-");
    p.day = take_number(&scan, 2, 1, 31);
    scan_mark(&scan, "Tt");
    take_clock(&scan, &p);
    p.ms = take_fraction(&scan);
    int64_t offset = take_offset_ms(&scan);
    if (scan.broken || *scan.at || !day_exists(&p))
        return false;
    int64_t when = time_join(&p) - offset;
    if (when < 0 || when > TIME_MAX_MS)
        return false;
    *ms = when;
    return true;
}

/* Index of the three-letter word at the reader in a run of such words. */
static int scan_word(struct scan *s, const char *words)
{
    for (int i = 0; !s->broken && words[i * 3]; i++) {
        if (strncmp(s->at, words + i * 3, 3) == 0) {
            s->at += 3;
            return i;
        }
    }
    s->broken = true;
    return 0;
}

static void take_text(struct scan *s, const char *text)
{
    if (!s->broken && str_starts(s->at, text))
        s->at += strlen(text);
    else
        s->broken = true;
}

bool time_parse_http(const char *s, int64_t *ms)
{
    struct scan scan = { str_or(s, ""), false };
    struct time_parts p = { 0 };

    scan_word(&scan, "SunMonTueWedThuFriSat");
    take_text(&scan, ", ");
    p.day = take_number(&scan, 2, 1, 31);
    scan_mark(&scan, " ");
    p.month = scan_word(&scan, "JanFebMarAprMayJunJulAugSepOctNovDec") + 1;
    scan_mark(&scan, " ");
    p.year = take_number(&scan, 4, 1970, 9999);
    scan_mark(&scan, " ");
    take_clock(&scan, &p);
    take_text(&scan, " GMT");
    if (scan.broken || *scan.at || !day_exists(&p))
        return false;
    *ms = time_join(&p);
    return true;
}
