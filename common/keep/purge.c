/* purge.c - see purge.h. DDL commits by itself, so a run may end after any step, and the next run
 * sees that step as done. */
#include "keep/purge.h"
#include <stdio.h>
#include <string.h>
#include "base/clock.h"
#include "base/text.h"
#include "io/db/db_server.h"

#define MONTHS_AHEAD 2
#define PARTITIONS_MAX 1024

static const char *const TABLES[] = { "notify_log", "callback_log", "status_log" };

/* A partition pYYYYMM holds the month before `before` ("2026-12-01 00:00:00"). */
struct partition {
    char name[65 * 4], before[128];
};
struct partitions {
    struct partition at[PARTITIONS_MAX];
    size_t count;
};

static const char SQL_PARTITIONS[] =
    "SELECT PARTITION_NAME AS name, COALESCE(PARTITION_DESCRIPTION, '') AS `before`"
    "  FROM information_schema.PARTITIONS"
    " WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ? AND PARTITION_NAME IS NOT NULL"
    " ORDER BY PARTITION_ORDINAL_POSITION";

static enum pay_err keep_partition(void *arg, void *row)
{
    struct partitions *all = arg;

    if (all->count < PARTITIONS_MAX)
        all->at[all->count++] = *(const struct partition *)row;
    return PAY_OK;
}

static enum pay_err read_partitions(struct db *db, const char *table, struct partitions *out)
{
    static const struct db_column COLUMNS[] = {
        DB_COLUMN(struct partition, name),
        DB_COLUMN(struct partition, before),
    };
    const struct db_param in[] = { DB_STR(table) };
    struct partition row;

    out->count = 0;
    enum pay_err err = db_select(db, &(const struct db_query){
                                         .sql = SQL_PARTITIONS,
                                         .in = in,
                                         .n = COUNT(in),
                                         .shape = DB_SHAPE(COLUMNS),
                                         .row = &row,
                                         .each = keep_partition,
                                         .arg = out,
                                     });
    db_end(db);
    return err;
}

static bool has_partition(const struct partitions *all, const char *name)
{
    for (size_t i = 0; i < all->count; i++)
        if (strcmp(all->at[i].name, name) == 0)
            return true;
    return false;
}

static void report_line(const struct purge_report *report, const char *line)
{
    if (report->say)
        report->say(report->arg, line);
}

/* The first of the month `ahead` months after now's. */
static struct time_parts month_after(int64_t now, int ahead)
{
    struct time_parts parts;

    time_split(now, &parts);
    int months = parts.year * 12 + parts.month - 1 + ahead;
    return (struct time_parts){ .year = months / 12, .month = months % 12 + 1, .day = 1 };
}

/* ---- ahead */

static void add_month(struct text *sql, struct text *line, int64_t now, int ahead)
{
    struct time_parts from = month_after(now, ahead), before = month_after(now, ahead + 1);

    text_addf(sql, "PARTITION p%04d%02d VALUES LESS THAN ('%04d-%02d-01 00:00:00'), ", from.year,
              from.month, before.year, before.month);
    text_addf(line, " p%04d%02d", from.year, from.month);
}

static enum pay_err extend_table(struct db *db, const char *table, int64_t now,
                                 struct purge_report *report)
{
    static struct partitions all;
    char room[1024], said[256], name[16];
    struct text sql = TEXT(room), line = TEXT(said);
    int64_t missing = 0;
    enum pay_err err = read_partitions(db, table, &all);

    if (err != PAY_OK)
        return err;
    text_addf(&sql, "ALTER TABLE %s WAIT 5 REORGANIZE PARTITION pmax INTO (", table);
    text_addf(&line, "%s: adds", table);
    for (int ahead = 0; ahead <= MONTHS_AHEAD; ahead++) {
        struct time_parts month = month_after(now, ahead);
        snprintf(name, sizeof(name), "p%04d%02d", month.year % 10000, month.month % 100);
        if (has_partition(&all, name))
            continue;
        add_month(&sql, &line, now, ahead);
        missing++;
    }
    text_add(&sql, "PARTITION pmax VALUES LESS THAN (MAXVALUE))");
    if (missing == 0)
        return PAY_OK;
    report_line(report, said);
    if (!report->dry)
        err = db_run_text(db, room, report->why, sizeof(report->why));
    report->added += err == PAY_OK ? missing : 0;
    return err;
}

/* A process that was later than another one finds the partitions made. A locked table is waited for
 * again. */
static enum pay_err extend_patiently(struct db *db, const char *table, int64_t now,
                                     struct purge_report *report)
{
    enum pay_err err = PAY_OK;

    for (int i = 0; i < 3; i++) {
        err = extend_table(db, table, now, report);
        db_end(db);
        if (err == PAY_OK || err == PAY_DB_AWAY)
            break;
        clock_sleep_ms(200);
    }
    return err;
}

enum pay_err partitions_extend(struct db *db, struct purge_report *report)
{
    int64_t now = 0;
    enum pay_err err = db_clock(db, &now);

    for (size_t i = 0; i < COUNT(TABLES) && err == PAY_OK; i++)
        err = extend_patiently(db, TABLES[i], now, report);
    return err;
}

/* ---- dropping */

static bool ends_before(const struct partition *partition, const char *keep_from)
{
    const char *date = partition->before;

    date += *date == '\''; /* the description is quoted */
    return *date >= '0' && *date <= '9' && strncmp(date, keep_from, 10) <= 0;
}

static enum pay_err drop_from(struct db *db, const char *table, const char *keep_from,
                              struct purge_report *report)
{
    static struct partitions all;
    char room[256], said[256];
    enum pay_err err = read_partitions(db, table, &all);

    for (size_t i = 0; i < all.count && err == PAY_OK; i++) {
        struct text sql = TEXT(room), line = TEXT(said);
        const char *name = all.at[i].name;
        if (!ends_before(&all.at[i], keep_from) || !str_is(name, ALPHA_NONCE, 1, 64))
            continue;
        text_addf(&sql, "ALTER TABLE %s WAIT 5 DROP PARTITION %s", table, name);
        text_addf(&line, "%s: drops %s", table, name);
        report_line(report, said);
        if (!report->dry)
            err = db_run_text(db, room, report->why, sizeof(report->why));
        report->dropped += err == PAY_OK;
    }
    db_end(db);
    return err;
}

enum pay_err partitions_drop(struct db *db, int64_t keep_days, struct purge_report *report)
{
    char keep_from[32];
    struct text text = TEXT(keep_from);
    struct time_parts day;
    int64_t now = 0;
    enum pay_err err = db_clock(db, &now);

    if (err != PAY_OK)
        return err;
    time_split(now - keep_days * DAY_MS, &day);
    text_addf(&text, "%04d-%02d-%02d", day.year, day.month, day.day);
    for (size_t i = 0; i < COUNT(TABLES) && err == PAY_OK; i++)
        err = drop_from(db, TABLES[i], keep_from, report);
    return err;
}
