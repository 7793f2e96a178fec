/* db_txn.c - transactions: run, commit, roll back, run again; and migrate's plain text. */
#include <stdio.h>
#include <string.h>
#include <errmsg.h>
#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/text.h"
#include "base/ulid.h"
#include "io/db/db_private.h"

#define TRIES 5
#define TRIES_US 3000000
#define RETRY_PAUSE_MIN_MS 5
#define RETRY_PAUSE_SPREAD_MS 96

static const char SQL_COMMIT[] = "COMMIT";
static const char SQL_ROLLBACK[] = "ROLLBACK";

void db_rollback(struct db *db)
{
    if (db->link && db->begun &&
        mysql_real_query(db->link, SQL_ROLLBACK, sizeof(SQL_ROLLBACK) - 1) != 0)
        db_disconnect(db); /* the server rolls back when the link goes */
    db->begun = db->wrote = false;
    db->poison = PAY_OK;
}

/* The third outcome: the COMMIT went out and no plain answer came back. Only a look-up by the
 * caller's unique key can find out later. A path that only read has lost nothing. */
static enum pay_err commit_failed(struct db *db)
{
    unsigned number = mysql_errno(db->link);
    enum pay_err err = db->wrote ? db_meaning(number, DB_AT_COMMIT) : PAY_OK;

    log_event(err == PAY_LOST ? LOG_ERROR : LOG_INFO, "db.commit", KN("errno", number),
              KV("text", mysql_error(db->link)), KV("result", err_name(err)));
    if (err == PAY_TRY_AGAIN)
        db_rollback(db);
    else
        db_disconnect(db);
    return err;
}

/* In two halves, so that a test can die with the COMMIT sent and its answer unread. */
static bool commit_sent(struct db *db)
{
    FP(db->wrote ? "commit.before" : "end.before");
    if (mysql_send_query(db->link, SQL_COMMIT, sizeof(SQL_COMMIT) - 1) != 0)
        return false;
    FP(db->wrote ? "commit.sent" : "end.sent");
    bool done = db_wait_read_query_result(db) == 0;
    if (done)
        FP(db->wrote ? "commit.done" : "end.done");
    return done;
}

static enum pay_err commit(struct db *db)
{
    enum pay_err err = PAY_OK;

    if (db->link && db->begun && db->manual && !commit_sent(db))
        err = commit_failed(db);
    db->begun = db->wrote = false;
    return err;
}

/* A database error overrides the work's own result: work that ignored an error must not commit. */
static enum pay_err try_once(struct db *db, db_work *work, void *arg)
{
    db->lost = false;
    db->last_id = 0;
    db->in_txn = true;
    enum pay_err err = work(db, arg);
    db->in_txn = false;
    if (db->poison != PAY_OK)
        err = db->poison;
    if (err == PAY_OK)
        return commit(db);
    db_rollback(db);
    return err;
}

static void pause_a_little(void)
{
    unsigned char spread;

    random_bytes(&spread, sizeof(spread));
    clock_sleep_ms(RETRY_PAUSE_MIN_MS + spread % RETRY_PAUSE_SPREAD_MS);
}

enum pay_err db_txn(struct db *db, db_work *work, void *arg)
{
    int64_t until = clock_ticks_us() + TRIES_US;

    if (db->in_txn)
        return db_fail(db, CR_INVALID_PARAMETER_NO, "a transaction inside a transaction", "db_txn");
    for (int tries = 1;; tries++) {
        enum pay_err err = try_once(db, work, arg);
        bool again = err == PAY_TRY_AGAIN || (err == PAY_DB_AWAY && db->lost);
        if (!again)
            return err;
        if (tries == TRIES || clock_ticks_us() >= until)
            return PAY_DB_AWAY; /* nothing was done, and the caller may come again */
        pause_a_little();
    }
}

struct one {
    db_work *work;
    void *arg;
};

static enum pay_err one_work(struct db *db, void *arg)
{
    const struct one *one = arg;

    enum pay_err err = db_alone_begin(db, "db_txn_one");
    if (err != PAY_OK)
        return err;
    /* A change is shown a moment before it is on disk; a server killed then lacks it afterwards. */
    if (!db->link)
        db->poison = PAY_DB_AWAY;
    return db_alone_end(db, db->link ? one->work(db, one->arg) : PAY_DB_AWAY);
}

enum pay_err db_txn_one(struct db *db, db_work *work, void *arg)
{
    return db_txn(db, one_work, &(struct one){ work, arg });
}

void db_autocommit(struct db *db)
{
    static const char SQL[] = "SET autocommit = 1";

    if (!db->link || !db->manual)
        return;
    db->manual = mysql_real_query(db->link, SQL, sizeof(SQL) - 1) != 0;
    if (db->manual)
        db_disconnect(db);
}

/* Reads after a transaction: autocommit comes on again, which ends what they began. */
void db_end(struct db *db)
{
    if (db->in_txn)
        return;
    if (db->begun)
        db_autocommit(db);
    db->begun = db->wrote = false;
}

/* ---- migrate */

static unsigned run_text(struct db *db, const char *sql)
{
    if (mysql_real_query(db->link, sql, strlen(sql)) != 0)
        return mysql_errno(db->link);
    for (int rc = 0; rc == 0; rc = mysql_next_result(db->link)) {
        MYSQL_RES *result = mysql_store_result(db->link);
        if (result)
            mysql_free_result(result);
        else if (mysql_errno(db->link) != 0)
            return mysql_errno(db->link);
    }
    if (mysql_errno(db->link) == 0)
        (void)!mysql_real_query(db->link, SQL_COMMIT, sizeof(SQL_COMMIT) - 1);
    return mysql_errno(db->link);
}

enum pay_err db_run_text(struct db *db, const char *sql, char *why, size_t why_size)
{
    why[0] = '\0';
    enum pay_err err = db_connect(db);
    if (err != PAY_OK) {
        snprintf(why, why_size, "%s", "no connection to the database");
        return err;
    }
    unsigned number = run_text(db, sql);
    if (number == 0)
        return PAY_OK;
    char text[MYSQL_ERRMSG_SIZE];
    snprintf(text, sizeof(text), "%s", mysql_error(db->link));
    snprintf(why, why_size, "%s", text);
    db->begun = true; /* so that the rollback reaches the server */
    return db_fail(db, number, text, sql);
}
