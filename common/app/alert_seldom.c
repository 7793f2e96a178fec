/* alert_seldom.c - alerts about what every request meets again: at most one in five minutes of each
 * process, so that they cost no request a COMMIT. */
#include "app/alert.h"

#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"

#define ALERT_EVERY_US (INT64_C(300) * 1000000)
#define ALERTS_MAX 16
#define ABOUT_SIZE 65 /* pay_alert.about */

/* Its place among the latest alerts; the oldest gives way. */
static int64_t *due_of(const char *kind, const char *about)
{
    static struct {
        const char *kind;
        char about[ABOUT_SIZE];
        int64_t due;
    } alerted[ALERTS_MAX];
    size_t oldest = 0;

    for (size_t i = 0; i < ALERTS_MAX; i++) {
        if (str_eq(alerted[i].kind, kind) && str_eq(alerted[i].about, about))
            return &alerted[i].due;
        if (alerted[i].due < alerted[oldest].due)
            oldest = i;
    }
    alerted[oldest].due = 0;
    alerted[oldest].kind = kind;
    return text_copy(alerted[oldest].about, ABOUT_SIZE, about) ? &alerted[oldest].due : NULL;
}

static enum pay_err seldom_work(struct db *db, void *arg)
{
    const struct alert_crowd *a = arg;
    return alert_raise(db, a->kind, a->app_id, a->about, a->text);
}

void alert_raise_seldom(struct db *db, const struct alert_crowd *alert)
{
    struct alert_crowd work = *alert;
    char room[ABOUT_SIZE];
    struct text about = TEXT(room);

    text_add_n(&about, alert->about, utf8_cut(alert->about, strlen(alert->about), ABOUT_SIZE - 1));
    work.about = room;
    int64_t *due = due_of(work.kind, room), now = clock_ticks_us();

    if (!due || now < *due)
        return;
    log_event(LOG_ERROR, alert->kind, KV("about", room), KV("text", alert->text));
    enum pay_err err = db_txn(db, seldom_work, &work);
    if (err == PAY_OK)
        *due = now + ALERT_EVERY_US;
    else
        log_event(LOG_WARN, "alert.lost", KV("kind", alert->kind), KV("about", room),
                  KV("result", err_name(err)));
}
