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
static struct fair_owner *owner_place(struct fair_owners *owners, int64_t owner)
{
    const int64_t now = clock_ticks_us();
    struct fair_owner *least = &owners->at[0];

    for (size_t i = 0; i < COUNT(owners->at); i++) {
        struct fair_owner *one = &owners->at[i];
        if (one->id == owner)
            return one;
        if (owed_us(one, now) < owed_us(least, now))
            least = one;
    }
    *least = (struct fair_owner){ .id = owner };
    return least;
}

static void owner_charge(struct fair_owner *one, int64_t us)
{
    const int64_t now = clock_ticks_us();
    const int64_t owed = owed_us(one, now) + us * REPAY;
    one->repaid_us = now + (owed < MOST_US ? owed : MOST_US);
}

void job_fair_charge(struct job_fair *fair, const struct db_due_row *row, int64_t us)
{
    if (row->app != 0)
        owner_charge(owner_place(&fair->apps, row->app), us);
    if (row->channel != 0)
        owner_charge(owner_place(&fair->channels, row->channel), us);
}

void job_fair_list(const struct fair_owners *owners, struct text *to)
{
    const int64_t now = clock_ticks_us();

    for (size_t i = 0; i < COUNT(owners->at); i++) {
        const struct fair_owner *one = &owners->at[i];
        if (owed_us(one, now) > SHARE_US)
            text_addf(to, "%s%lld", to->len ? "," : "", (long long)one->id);
    }
}

void job_fair_alone(struct fair_owners *owners, int64_t us)
{
    owners->alone_until_us = clock_ticks_us() + us * LOOK_AGAIN;
}

bool job_fair_is_alone(const struct fair_owners *owners)
{
    return clock_ticks_us() < owners->alone_until_us;
}

bool job_fair_is_slow(const struct job_fair *fair, const struct db_due_row *row)
{
    const int64_t now = clock_ticks_us();

    for (size_t i = 0; i < COUNT(fair->apps.at); i++)
        if (row->app != 0 && fair->apps.at[i].id == row->app)
            return owed_us(&fair->apps.at[i], now) > SLOW_OWNER_US;
    return false;
}
