/* procedures.c - in: a folder of CREATE OR REPLACE statements; out: those that differ, installed.
 * */
#include "keep/procedures.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "io/crypto/sign.h"
#include "keep/sql_text.h"

#define PROCEDURE_FILE_MAX 262144
#define PROCEDURES_MAX 128

static const char SQL_TABLE[] =
    "CREATE TABLE IF NOT EXISTS schema_procedure ("
    " name VARCHAR(64) NOT NULL PRIMARY KEY COMMENT 'of the procedure or trigger',"
    " statement_checksum CHAR(64) NOT NULL COMMENT 'SHA-256 of its text in schema/procedures',"
    " shown_checksum CHAR(64) NOT NULL COMMENT 'SHA-256 of what the server shows once installed',"
    " install_time DATETIME(3) NOT NULL COMMENT 'when it was installed last'"
    ") ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin"
    " COMMENT='which procedures and triggers were installed'";

/* What the server shows of the procedure or trigger of a name (given twice). One that another
 * account made is installed again, since it stops when its definer's account goes. */
#define SHOWN \
    "(SELECT SHA2(CONCAT_WS('\\n', r.ROUTINE_DEFINITION, r.SQL_DATA_ACCESS, r.SECURITY_TYPE," \
    "  r.DEFINER = CURRENT_USER(), r.SQL_MODE," \
    "  (SELECT GROUP_CONCAT(p.PARAMETER_NAME, ' ', p.DTD_IDENTIFIER" \
    "    ORDER BY p.ORDINAL_POSITION) FROM information_schema.PARAMETERS p" \
    "    WHERE p.SPECIFIC_SCHEMA = DATABASE() AND p.SPECIFIC_NAME = r.ROUTINE_NAME)), 256)" \
    "  FROM information_schema.ROUTINES r" \
    "  WHERE r.ROUTINE_SCHEMA = DATABASE() AND r.ROUTINE_NAME = ?" \
    " UNION ALL" \
    " SELECT SHA2(CONCAT_WS('\\n', t.ACTION_TIMING, t.EVENT_MANIPULATION, t.EVENT_OBJECT_TABLE," \
    "  t.DEFINER = CURRENT_USER(), t.SQL_MODE, t.ACTION_STATEMENT), 256)" \
    "  FROM information_schema.TRIGGERS t" \
    "  WHERE t.TRIGGER_SCHEMA = DATABASE() AND t.TRIGGER_NAME = ?)"

struct name {
    char at[65];
};
static const struct db_column NAME_COLUMNS[] = { DB_COLUMN(struct name, at) };

struct install {
    struct db *db;
    bool dry;
    bool unrecorded; /* a dry run without the table: nothing is installed */
    struct procedures_report *out;
    struct text *why, which, strange;
    struct name names[PROCEDURES_MAX]; /* that the files have */
    size_t count;
    char checksum[MAC_HEX_SIZE]; /* of the statement in hand */
};

static const char *name_now(const struct install *in)
{
    return in->names[in->count - 1].at;
}

static void list_add(struct text *list, const char *name)
{
    text_addf(list, "%s%s", list->len > 0 ? ", " : "", name);
}

static enum pay_err is_installed(struct install *in, int64_t *is)
{
    static const char SQL[] = "SELECT COUNT(*) FROM schema_procedure"
                              " WHERE name = ? AND statement_checksum = ?"
                              "   AND shown_checksum = " SHOWN;
    const struct db_param params[] = { DB_STR(name_now(in)), DB_STR(in->checksum),
                                       DB_STR(name_now(in)), DB_STR(name_now(in)) };

    if (in->unrecorded)
        return PAY_OK;
    enum pay_err err = db_number(in->db, SQL, DB_LIST(params), is);
    db_end(in->db);
    return err;
}

/* While another migrate replaces the same procedure, it is gone for a moment: then once more. */
static enum pay_err procedure_record(struct db *db, void *arg)
{
    static const char SQL[] =
        "REPLACE INTO schema_procedure (name, statement_checksum, shown_checksum, install_time)"
        " SELECT * FROM (SELECT ? AS name, ? AS said, " SHOWN " AS shown, UTC_TIMESTAMP(3) AS t) x"
        "  WHERE shown IS NOT NULL";
    const struct install *in = arg;
    int64_t changed = 0;
    const struct db_param params[] = { DB_STR(name_now(in)), DB_STR(in->checksum),
                                       DB_STR(name_now(in)), DB_STR(name_now(in)) };
    enum pay_err err = db_exec(db, SQL, DB_LIST(params), &changed);
    return err != PAY_OK || changed > 0 ? err : PAY_TRY_AGAIN;
}

/* The name behind CREATE OR REPLACE PROCEDURE or TRIGGER. */
static bool name_read(struct install *in, const char *sql)
{
    static const char *const HEADS[] = {
        "CREATE OR REPLACE PROCEDURE ",
        "CREATE OR REPLACE TRIGGER ",
    };

    for (size_t i = 0; i < COUNT(HEADS); i++) {
        const char *at = sql + strlen(HEADS[i]);
        if (str_starts(sql, HEADS[i]) && in->count < PROCEDURES_MAX)
            return text_copy_n(in->names[in->count++].at, sizeof(in->names[0].at), at,
                               strcspn(at, " (\n"));
    }
    return false;
}

static enum pay_err statement_run(struct install *in, const char *file, const char *sql)
{
    char why[256] = "";
    int64_t known = 0;
    struct mac sum;

    if (!name_read(in, sql) || !sign_sha256(sql, strlen(sql), &sum)) {
        text_addf(in->why, "procedures/%s: not a CREATE OR REPLACE PROCEDURE or TRIGGER: %.40s",
                  file, sql);
        return PAY_FAULT;
    }
    sign_mac_hex(&sum, in->checksum);
    enum pay_err err = is_installed(in, &known);
    if (err != PAY_OK || known)
        return err;
    in->out->changed++;
    list_add(&in->which, name_now(in));
    if (in->dry)
        return PAY_OK;
    err = db_run_text(in->db, sql, why, sizeof(why));
    if (err != PAY_OK) {
        text_addf(in->why, "procedures/%s, %s: %s", file, name_now(in), why);
        return err;
    }
    return db_txn(in->db, procedure_record, in);
}

static enum pay_err procedure_file_run(struct install *in, const char *folder, const char *file)
{
    static char room[PROCEDURE_FILE_MAX];
    char path[1200];
    struct sql_text reader = { .at = room };

    snprintf(path, sizeof(path), "%s/%s", folder, file);
    if (file_read(path, room, sizeof(room)) != PAY_OK) {
        text_addf(in->why, "could not read %.400s", path);
        return PAY_FAULT;
    }
    for (const char *sql = sql_text_next(&reader); sql; sql = sql_text_next(&reader)) {
        enum pay_err err = statement_run(in, file, sql);
        if (err != PAY_OK)
            return err;
    }
    return PAY_OK;
}

static enum pay_err strange_add(void *arg, void *row)
{
    struct install *in = arg;
    const struct name *found = row;

    for (size_t i = 0; i < in->count; i++)
        if (str_eq(in->names[i].at, found->at))
            return PAY_OK;
    list_add(&in->strange, found->at);
    return PAY_OK;
}

static enum pay_err strange_list(struct install *in)
{
    static const char SQL[] =
        "SELECT ROUTINE_NAME AS at FROM information_schema.ROUTINES"
        " WHERE ROUTINE_SCHEMA = DATABASE()"
        " UNION ALL"
        " SELECT TRIGGER_NAME FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE()";
    struct name row;

    enum pay_err err = db_select(in->db, &(struct db_query){ .sql = SQL,
                                                             .shape = DB_SHAPE(NAME_COLUMNS),
                                                             .row = &row,
                                                             .each = strange_add,
                                                             .arg = in });
    db_end(in->db);
    return err;
}

static int is_sql(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');
    return dot && str_eq(dot, ".sql");
}

/* Makes the record of what was installed. A dry run changes nothing and only looks for it. */
static enum pay_err record_open(struct install *in)
{
    static const char SQL[] =
        "SELECT COUNT(*) FROM information_schema.TABLES"
        " WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'schema_procedure'";
    char said[256];
    int64_t there = 0;

    enum pay_err err = in->dry ? db_number(in->db, SQL, NULL, 0, &there)
                               : db_run_text(in->db, SQL_TABLE, said, sizeof(said));
    db_end(in->db);
    in->unrecorded = in->dry && there == 0;
    if (err != PAY_OK && !in->dry)
        text_add(in->why, said);
    return err;
}

enum pay_err procedures_run(struct db *db, const char *folder, bool dry,
                            struct procedures_report *out, struct text *why)
{
    struct install in = { .db = db, .dry = dry, .out = out, .why = why };
    struct dirent **files;

    *out = (struct procedures_report){ 0 };
    in.which = TEXT(out->which);
    in.strange = TEXT(out->strange);
    int count = scandir(folder, &files, is_sql, alphasort);
    if (count <= 0) {
        text_addf(why, "no procedures in %.400s", folder);
        return PAY_NO_ROW;
    }
    enum pay_err err = record_open(&in);
    for (int i = 0; i < count; i++) {
        if (err == PAY_OK)
            err = procedure_file_run(&in, folder, files[i]->d_name);
        free(files[i]);
    }
    free(files);
    return err == PAY_OK ? strange_list(&in) : err;
}
