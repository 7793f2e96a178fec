/* job_fair.c - see job_fair.h. */
#include "job/job_fair.h"

#include "base/clock.h"

#define REPAY 8
#define LOOK_AGAIN 8
#define SHARE_US INT64_C(2000000)
#define SLOW_OWNER_US (SHARE_US + REPAY * INT64_C(1000000))
#define MOST_US INT64_C(60000000)

static int64_t owed_us(const struct fair_owner *one, int64_t now)
{
    return one->id == 0 || one->repaid_us < now ? 0 : one->repaid_us - now;
}

/* The owner's place; when it has none, that of the one that owes least. */
static struct fair_owner *owner_place(struct job_fair *fair, int64_t owner)
{
    const int64_t now = clock_ticks_us();
    struct fair_owner *least = &fair->owners[0];

    for (size_t i = 0; i < COUNT(fair->owners); i++) {
        struct fair_owner *one = &fair->owners[i];
        if (one->id == owner)
            return one;
        if (owed_us(one, now) < owed_us(least, now))
            least = one;
    }
    *least = (struct fair_owner){ .id = owner };
    return least;
}

void job_fair_charge(struct job_fair *fair, const struct db_due_row *row, int64_t us)
{
    const int64_t now = clock_ticks_us();

    if (row->owner == 0)
        return;
    struct fair_owner *one = owner_place(fair, row->owner);
    const int64_t owed = owed_us(one, now) + us * REPAY;
    one->repaid_us = now + (owed < MOST_US ? owed : MOST_US);
}

void job_fair_list(const struct job_fair *fair, struct text *to)
{
    const int64_t now = clock_ticks_us();

    for (size_t i = 0; i < COUNT(fair->owners); i++) {
        const struct fair_owner *one = &fair->owners[i];
        if (owed_us(one, now) > SHARE_US)
            text_addf(to, "%s%lld", to->len ? "," : "", (long long)one->id);
    }
}

void job_fair_alone(struct job_fair *fair, int64_t us)
{
    fair->alone_until_us = clock_ticks_us() + us * LOOK_AGAIN;
}

bool job_fair_is_alone(const struct job_fair *fair)
{
    return clock_ticks_us() < fair->alone_until_us;
}

bool job_fair_is_slow(const struct job_fair *fair, int64_t owner)
{
    const int64_t now = clock_ticks_us();

    for (size_t i = 0; i < COUNT(fair->owners); i++)
        if (owner != 0 && fair->owners[i].id == owner)
            return owed_us(&fair->owners[i], now) > SLOW_OWNER_US;
    return false;
}
