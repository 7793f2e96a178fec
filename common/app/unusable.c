/* unusable.c - names a key or channel that cannot be used in the log, and raises its alert. */
#include "app/unusable.h"

#include "base/text.h"
#include "app/alert.h"

void unusable_tell(struct db *db, int64_t app_id, const char *what, const char *why)
{
    char room[512];
    struct text text = TEXT(room);

    text_addf(&text,
              "%s cannot be used: %s. Compare SHROFF_MASTER_KEY_FILE with the backup that "
              "belongs to this database; shroffctl doctor opens every secret",
              what, why);
    alert_raise_seldom(db, &(const struct alert_crowd){
                               .kind = "unusable", .app_id = app_id, .about = what, .text = room });
}
