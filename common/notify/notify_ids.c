/* notify_ids.c - one change of many tasks, found by their primary keys. */
#include "notify/notify_private.h"

/* Places that are left over repeat the last id. */
enum pay_err notify_change_ids(struct db *db, const char *sql, const struct notify_ids *ids,
                               int64_t *changed)
{
    struct db_param in[1 + NOTIFY_ID_COUNT] = { DB_NUM(ids->token) };
    enum pay_err err = PAY_OK;
    int64_t some = 0;

    *changed = 0;
    for (size_t done = 0; done < ids->count && err == PAY_OK; done += NOTIFY_ID_COUNT) {
        for (size_t i = 0; i < NOTIFY_ID_COUNT; i++) {
            size_t at = done + i < ids->count ? done + i : ids->count - 1;
            in[1 + i] = (struct db_param)DB_NUM_AT(&ids->at[at]);
        }
        err = db_exec(db, sql, DB_LIST(in), &some);
        *changed += some;
    }
    return err;
}
