/* space.c - see space.h. */
#include "app/space.h"
#include <sys/statvfs.h>
#include "base/clock.h"
#include "base/kept.h"
#include "base/log.h"

#define LOG_EVERY_US 1000000
#define FOLDER_US 60000000 /* a server may come back with another folder */

struct folder {
    char path[1024];
};

static enum pay_err folder_read(struct db *db, struct folder *out)
{
    static const char SQL[] = "SELECT @@datadir AS path";
    static const struct db_column COLUMNS[] = { DB_COLUMN(struct folder, path) };

    enum pay_err err =
        db_select(db, &(struct db_query){ .sql = SQL, .shape = DB_SHAPE(COLUMNS), .row = out });
    db_end(db);
    return err;
}

int64_t space_free(struct db *db)
{
    static struct folder folder;
    static struct kept kept;
    static int64_t asked_us, left;
    const int64_t now = clock_ticks_us();
    struct folder found;
    struct statvfs fs;

    if (kept_is_fresh(&kept))
        return left;
    /* Once the folder is known, a database that hangs is waited for once a minute at most. */
    if (db && (folder.path[0] == '\0' || now - asked_us > FOLDER_US)) {
        if (folder_read(db, &found) == PAY_OK)
            folder = found;
        asked_us = now;
    }
    if (folder.path[0] == '\0')
        return -1;
    left = statvfs(folder.path, &fs) == 0 ? (int64_t)(fs.f_bavail * fs.f_frsize) : -1;
    kept_from(&kept, now);
    return left;
}

bool space_is_short(struct db *db, const struct config *config)
{
    static int64_t told_us;
    const int64_t least = config->min_free_mb << 20, now = clock_ticks_us();

    if (least == 0)
        return false;
    const int64_t left = space_free(db);
    if (left < 0 || left >= least)
        return false;
    if (told_us == 0 || now - told_us >= LOG_EVERY_US)
        log_event(LOG_ERROR, "disk.short", KN("free_mb", left >> 20),
                  KN("SHROFF_MIN_FREE_MB", config->min_free_mb),
                  KV("text", "no new orders or attempts: free space where MariaDB keeps its data"));
    told_us = now;
    return true;
}
