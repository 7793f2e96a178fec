/* notify_cache.c - apps' webhook keys and schedules, kept 1 s, for a change to be in force in 2. */
#include "base/clock.h"
#include "base/kept.h"
#include "base/log.h"
#include "io/crypto/sign.h"
#include "job/notify/notify_engine_private.h"

#define CACHED_APPS 64

struct cached {
    int64_t app_id;
    struct kept of_keys, of_schedule;
    enum pay_err keys_err;
    struct webhook_keys keys;
    struct notify_schedule schedule;
};
static struct cached apps[CACHED_APPS];
static struct db *source;

void notify_caches_use(struct db *db)
{
    source = db;
}

void notify_caches_wipe(void)
{
    sign_wipe(apps, sizeof(apps));
}

static struct cached *cached_of(int64_t app_id)
{
    struct cached *place = &apps[(uint64_t)app_id % CACHED_APPS];

    if (place->app_id != app_id) {
        sign_wipe(place, sizeof(*place));
        place->app_id = app_id;
    }
    return place;
}

/* Without the database no place is given to another app: this may run in the middle of a load. */
static enum pay_err kept_keys(int64_t app_id, const struct webhook_keys **out)
{
    struct cached *place = &apps[(uint64_t)app_id % CACHED_APPS];

    *out = &place->keys;
    return place->app_id == app_id && kept_is_fresh(&place->of_keys) ? place->keys_err
                                                                     : PAY_DB_AWAY;
}

enum pay_err notify_keys_of(struct db *db, int64_t app_id, const struct webhook_keys **out)
{
    if (!db)
        return kept_keys(app_id, out);
    struct cached *place = cached_of(app_id);
    *out = &place->keys;
    if (kept_is_fresh(&place->of_keys))
        return place->keys_err;
    const int64_t since = clock_ticks_us();
    place->keys_err = app_webhook_keys(db, app_id, &place->keys);
    db_end(db);
    if (place->keys_err != PAY_DB_AWAY && place->keys_err != PAY_LOST)
        kept_from(&place->of_keys, since);
    return place->keys_err;
}

const struct notify_schedule *notify_schedule_of(int64_t app_id)
{
    struct cached *place = cached_of(app_id);

    if (kept_is_fresh(&place->of_schedule))
        return &place->schedule;
    /* Asked in vain it is "long", and asked again soon. */
    enum pay_err err = notify_app_schedule(source, app_id, &place->schedule);
    if (err != PAY_OK)
        log_event(LOG_WARN, "notify.schedule", KN("app_id", app_id), KV("result", err_name(err)));
    kept_from(&place->of_schedule, clock_ticks_us());
    return &place->schedule;
}
