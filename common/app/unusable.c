/* unusable.c - names a key or channel that cannot be used in the log, and raises its alert. */
#include "app/unusable.h"

#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "app/alert.h"

#define ALERT_EVERY_US (INT64_C(300) * 1000000)
#define ALERTS_MAX 16
#define ABOUT_SIZE 65 /* pay_alert.about */

struct telling {
    int64_t app_id;
    char about[ABOUT_SIZE], text[512];
};

static enum pay_err tell_work(struct db *db, void *arg)
{
    const struct telling *t = arg;
    return alert_raise(db, "unusable", t->app_id, t->about, t->text);
}

/* Its place among the latest alerts; the oldest gives way. */
static int64_t *due_of(const char *about)
{
    static struct {
        char about[ABOUT_SIZE];
        int64_t due;
    } alerted[ALERTS_MAX];
    size_t oldest = 0;

    for (size_t i = 0; i < ALERTS_MAX; i++) {
        if (str_eq(alerted[i].about, about))
            return &alerted[i].due;
        if (alerted[i].due < alerted[oldest].due)
            oldest = i;
    }
    alerted[oldest].due = 0;
    return text_copy(alerted[oldest].about, ABOUT_SIZE, about) ? &alerted[oldest].due : NULL;
}

void unusable_tell(struct db *db, int64_t app_id, const char *what, const char *why)
{
    struct telling telling = { .app_id = app_id };
    struct text about = TEXT(telling.about), text = TEXT(telling.text);

    text_add_n(&about, what, utf8_cut(what, strlen(what), ABOUT_SIZE - 1));
    int64_t *due = due_of(telling.about), now = clock_ticks_us();
    if (!due || now < *due)
        return;
    text_addf(&text,
              "%s cannot be used: %s. Compare SHROFF_MASTER_KEY_FILE with the backup that "
              "belongs to this database; shroffctl doctor opens every secret",
              what, why);
    log_event(LOG_ERROR, "unusable", KV("what", what), KV("why", why));
    enum pay_err err = db_txn(db, tell_work, &telling);
    if (err == PAY_OK)
        *due = now + ALERT_EVERY_US;
    else
        log_event(LOG_WARN, "unusable.alert", KV("what", what), KV("result", err_name(err)));
}
