/* migrate.c - in: a folder of .sql files; out: each applied once, in order, under a claim row. */
#include "keep/migrate.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "base/ulid.h"
#include "io/crypto/sign.h"
#include "keep/sql_text.h"

#define MIGRATION_MAX 1048576
#define MIGRATION_WAIT_MS 600000

static const char SQL_TABLE[] =
    "CREATE TABLE IF NOT EXISTS schema_migration ("
    " version INT NOT NULL PRIMARY KEY COMMENT 'number at the head of the file''s name',"
    " name VARCHAR(128) NOT NULL COMMENT 'the file''s name',"
    " checksum CHAR(64) NOT NULL COMMENT 'SHA-256 of the file',"
    " statements_done INT NOT NULL DEFAULT 0 COMMENT 'how many of its statements were run',"
    " holder CHAR(26) NULL COMMENT 'the migration run that applies it now',"
    " holder_connection BIGINT NULL COMMENT 'its connection to the database',"
    " held_until DATETIME(3) NULL COMMENT 'from then on another run may go on with it',"
    " apply_time DATETIME(3) NULL COMMENT 'null: not done yet'"
    ") ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin "
    "COMMENT='which migrations were applied'";

/* Until the first release the first file may change; a database that it made before is refused. */
static const char ANEW[] =
    "the database was made by another version of Shroff, and cannot be carried over to this one."
    " Begin with an empty database, or go on with the programs that made it";

struct migration {
    int64_t version, statements_done, applied;
    char name[129], checksum[65];
};
static const struct db_column MIGRATION_COLUMNS[] = {
    DB_COLUMN(struct migration, version),
    DB_COLUMN(struct migration, statements_done),
    DB_COLUMN(struct migration, applied),
    DB_COLUMN(struct migration, checksum),
};

struct migrate {
    struct db *db;
    const char *folder, *main_name;
    bool dry;
    void (*say)(const char *file);
    struct migrate_report *out;
    char holder[NO_SIZE];
};

struct step {
    struct migrate *m;
    struct migration *row;
    int64_t claimed, orphan; /* orphan: the process that held it ended meanwhile */
};

static enum pay_err migration_step_read(struct db *db, void *arg)
{
    static const char SQL[] = "SELECT version, statements_done, apply_time IS NOT NULL AS applied,"
                              " checksum"
                              " FROM schema_migration WHERE version = ?";
    struct step *s = arg;
    struct migration found = { 0 };
    const struct db_param in[] = { DB_NUM(s->row->version) };

    enum pay_err err = db_select(db, &(struct db_query){ .sql = SQL,
                                                         .in = in,
                                                         .n = COUNT(in),
                                                         .shape = DB_SHAPE(MIGRATION_COLUMNS),
                                                         .row = &found });
    if (err != PAY_OK)
        return err;
    s->row->statements_done = found.statements_done;
    s->row->applied = found.applied;
    if (str_eq(found.checksum, s->row->checksum))
        return PAY_OK;
    snprintf(s->m->out->why, sizeof(s->m->out->why), "%s was changed after it was %s: %s",
             s->row->name, found.applied ? "applied" : "begun",
             s->row->version == 1 ? ANEW : "restore it and write a new file");
    return PAY_CONFLICT;
}

/* A claim is held while the holder's connection exists, or, on another server, until its lease
 * ends. */
static enum pay_err step_claim(struct db *db, void *arg)
{
    /* A file may still be changed while none of its statements was run. */
    static const char SQL_INSERT[] =
        "INSERT INTO schema_migration (version, name, checksum) VALUES (?, ?, ?)"
        " ON DUPLICATE KEY UPDATE checksum = IF(apply_time IS NULL AND statements_done = 0,"
        " VALUES(checksum), checksum)";
    static const char SQL_CLAIM[] =
        "UPDATE schema_migration SET holder = ?, holder_connection = CONNECTION_ID(),"
        " held_until = UTC_TIMESTAMP(3) + INTERVAL 600 SECOND"
        " WHERE version = ? AND apply_time IS NULL AND (holder IS NULL OR held_until < "
        "UTC_TIMESTAMP(3)"
        " OR holder_connection NOT IN (SELECT id FROM information_schema.processlist))";
    static const char SQL_HELD[] =
        "SELECT holder IS NOT NULL AS orphan FROM schema_migration WHERE version = ? FOR UPDATE";
    static const struct db_column HELD[] = { DB_COLUMN(struct step, orphan) };
    struct step *s = arg;
    const struct db_param row[] = { DB_NUM(s->row->version), DB_STR(s->row->name),
                                    DB_STR(s->row->checksum) };
    const struct db_param claim[] = { DB_STR(s->m->holder), DB_NUM(s->row->version) };

    enum pay_err err = db_exec(db, SQL_INSERT, DB_LIST(row), NULL);
    if (err == PAY_OK)
        err = db_select(
            db, &(struct db_query){
                    .sql = SQL_HELD, .in = &claim[1], .n = 1, .shape = DB_SHAPE(HELD), .row = s });
    return err == PAY_OK ? db_exec(db, SQL_CLAIM, DB_LIST(claim), &s->claimed) : err;
}

static enum pay_err step_done(struct db *db, void *arg)
{
    static const char SQL[] =
        "UPDATE schema_migration SET statements_done = ?, held_until = UTC_TIMESTAMP(3) + INTERVAL "
        "600 SECOND,"
        " apply_time = IF(?, UTC_TIMESTAMP(3), NULL) WHERE version = ? AND holder = ?";
    const struct step *s = arg;
    const struct db_param in[] = { DB_NUM(s->row->statements_done), DB_NUM(s->row->applied),
                                   DB_NUM(s->row->version), DB_STR(s->m->holder) };
    return db_exec_one(db, SQL, DB_LIST(in));
}

/* The file failed and its claim says so: the next process does not treat it as an orphan. */
static enum pay_err step_release(struct db *db, void *arg)
{
    static const char SQL[] =
        "UPDATE schema_migration SET holder = NULL WHERE version = ? AND holder = ?";
    const struct step *s = arg;
    const struct db_param in[] = { DB_NUM(s->row->version), DB_STR(s->m->holder) };
    return db_exec(db, SQL, DB_LIST(in), NULL);
}

static enum pay_err step_apply(struct step *s, char *text)
{
    struct sql_text reader = { .at = text };
    char why[256] = "";
    int64_t number = 0, begin = s->row->statements_done;

    for (const char *sql = sql_text_next(&reader); sql; sql = sql_text_next(&reader)) {
        if (number++ < begin)
            continue;
        enum pay_err err = db_run_text(s->m->db, sql, why, sizeof(why));
        /* A process was killed between this statement and its count: its effect is there already.
         */
        if (err != PAY_OK && !(number == begin + 1 && s->orphan && strstr(why, "already exists"))) {
            if (db_txn(s->m->db, step_release, s) != PAY_OK)
                log_event(LOG_WARN, "migrate.held", KV("file", s->row->name));
            snprintf(s->m->out->why, sizeof(s->m->out->why), "%s, statement %lld: %s", s->row->name,
                     (long long)number, why);
            return err;
        }
        s->row->statements_done = number;
        err = db_txn(s->m->db, step_done, s);
        if (err != PAY_OK)
            return err;
    }
    s->row->applied = 1;
    return db_txn(s->m->db, step_done, s);
}

/* The file is applied already, or this process applies it, or waits for the process that does. */
static enum pay_err step_run(struct step *s, char *text)
{
    for (int waited = 0; waited < MIGRATION_WAIT_MS; waited += 200) {
        enum pay_err err = db_txn(s->m->db, step_claim, s);
        if (err == PAY_OK)
            err = db_txn(s->m->db, migration_step_read, s);
        if (err != PAY_OK)
            return err;
        if (s->row->applied) {
            s->m->out->known++;
            return PAY_OK;
        }
        if (s->claimed) {
            s->m->say(s->row->name);
            s->m->out->applied++;
            return step_apply(s, text);
        }
        clock_sleep_ms(200);
    }
    snprintf(s->m->out->why, sizeof(s->m->out->why),
             "%s: another migration did not end in 10 minutes", s->row->name);
    return PAY_TRY_AGAIN;
}

static enum pay_err dry_run(struct step *s)
{
    enum pay_err err = db_txn(s->m->db, migration_step_read, s);

    if (err == PAY_OK && s->row->applied) {
        s->m->out->known++;
        return PAY_OK;
    }
    if (err != PAY_OK && err != PAY_NO_ROW)
        return err;
    s->m->say(s->row->name);
    s->m->out->applied++;
    return PAY_OK;
}

/* @MAIN@ is the name of Shroff's own database, for the sandbox's view of it. */
static bool main_name_put(const char *from, const char *name, char *room, size_t size)
{
    struct text to = text_over(room, size);

    for (const char *at = strstr(from, "@MAIN@"); at; at = strstr(from, "@MAIN@")) {
        text_add_n(&to, from, (size_t)(at - from));
        text_add(&to, name);
        from = at + strlen("@MAIN@");
    }
    text_add(&to, from);
    return !to.full;
}

static enum pay_err migration_run(struct migrate *m, const char *name)
{
    static char raw[MIGRATION_MAX], text[MIGRATION_MAX];
    char path[1024];
    struct migration row = { 0 };
    struct mac sum;

    if (!str_to_i64_n(name + strspn(name, "0"), 4 - strspn(name, "0"), 1, 9999, &row.version) ||
        !text_copy(row.name, sizeof(row.name), name))
        return PAY_OK;
    snprintf(path, sizeof(path), "%s/%s", m->folder, name);
    if (file_read(path, raw, sizeof(raw)) != PAY_OK || !sign_sha256(raw, strlen(raw), &sum) ||
        !main_name_put(raw, m->main_name, text, sizeof(text))) {
        snprintf(m->out->why, sizeof(m->out->why), "could not read %.400s", path);
        return PAY_FAULT;
    }
    sign_mac_hex(&sum, row.checksum);
    struct step s = { .m = m, .row = &row };
    return m->dry ? dry_run(&s) : step_run(&s, text);
}

static int is_migration(const struct dirent *entry)
{
    const char *n = entry->d_name;
    size_t len = strlen(n);
    return len > 9 && str_is_n(n, 4, ALPHA_DIGITS, 4, 4) && n[4] == '_' &&
           str_eq(n + len - 4, ".sql");
}

static enum pay_err procedures(struct migrate *m)
{
    char folder[1024];
    struct text why = TEXT(m->out->why);

    snprintf(folder, sizeof(folder), "%.1000s/procedures", m->folder);
    return procedures_run(m->db, folder, m->dry, &m->out->procedures, &why);
}

enum pay_err migrate_run(struct db *db, const struct migrate_plan *plan, struct migrate_report *out)
{
    const char *folder = plan->folder;
    struct migrate m = { .db = db,
                         .folder = folder,
                         .main_name = plan->main_name,
                         .dry = plan->dry,
                         .say = plan->say,
                         .out = out };
    struct dirent **names;

    *out = (struct migrate_report){ 0 };
    ulid_new(m.holder);
    db_patient(db, 0);
    int count = scandir(folder, &names, is_migration, alphasort);
    if (count <= 0) {
        snprintf(out->why, sizeof(out->why), "no migrations in %.400s", folder);
        return PAY_NO_ROW;
    }
    enum pay_err err = db_run_text(db, SQL_TABLE, out->why, sizeof(out->why));
    for (int i = 0; i < count; i++) {
        if (err == PAY_OK)
            err = migration_run(&m, names[i]->d_name);
        free(names[i]);
    }
    free(names);
    return err == PAY_OK && plan->with_procedures ? procedures(&m) : err;
}

static bool folder_is(const char *path)
{
    char first[1100];

    snprintf(first, sizeof(first), "%s/0001_tables.sql", path);
    return access(first, R_OK) == 0;
}

bool migrate_folder(char *out, size_t size)
{
    const char *named = getenv("SHROFF_SCHEMA_DIR");
    char exe[1024];

    if (named && *named)
        return text_copy(out, size, named) && folder_is(out);
    ssize_t len = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
    exe[len > 0 ? len : 0] = '\0';
    for (char *slash = strrchr(exe, '/'); slash; slash = strrchr(exe, '/')) {
        *slash = '\0';
        snprintf(out, size, "%s/schema", exe);
        if (folder_is(out))
            return true;
    }
    return text_copy(out, size, "/usr/share/shroff/schema") && folder_is(out);
}
