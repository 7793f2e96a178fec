/* notify_claim.c - taking what is due. The order of locks is tasks, then endpoints, here as in
 * notify_finish.c; tasks are found with SKIP LOCKED and changed by primary key. */
#include <stdlib.h>
#include <string.h>
#include "base/fault.h"
#include "app/alert.h"
#include "notify/notify.h"
#include "notify/notify_private.h"

#define LOST_LAST_TRIES 2 /* a last try whose runner died is tried again so often */
#define SMALL_BODY 2048   /* comes with its row; larger ones are read for what is sent */

/* clang-format off */
#define DUE_TASKS(index, which, order) \
    "SELECT id, app_id, lane, notify_times, max_notify_times, claim_token, manual," \
    "       parked_since IS NOT NULL AS parked," \
    "       TIMESTAMPDIFF(MICROSECOND, create_time, UTC_TIMESTAMP(3)) AS age_us, no, notify_url," \
    "       OCTET_LENGTH(body) AS body_len, IF(OCTET_LENGTH(body) <= 2048, body, NULL) AS small" \
    "  FROM notify_task FORCE INDEX (" index ")" \
    " WHERE status = " STATE(NOTIFY_WAITING) " AND lane = ?" \
    "   AND next_notify_time <= UTC_TIMESTAMP(3)" which \
    " ORDER BY " order \
    " LIMIT ?" \
    "   FOR UPDATE SKIP LOCKED"
/* clang-format on */

static const char SQL_OLDEST[] = DUE_TASKS("idx_due", "", "next_notify_time");
static const char SQL_NEWEST[] =
    DUE_TASKS("idx_due", "", "status DESC, lane DESC, next_notify_time DESC");
static const char SQL_ONLY[] = DUE_TASKS("PRIMARY", " AND id = ?", "id");
_Static_assert(SMALL_BODY == 2048, "DUE_TASKS says so too");

struct due_row {
    struct notify_due due;
    struct db_bytes small;
};
static const struct db_column DUE_COLUMNS[] = {
    DB_COLUMN(struct due_row, due.id),
    DB_COLUMN(struct due_row, due.app_id),
    DB_COLUMN(struct due_row, due.lane),
    DB_COLUMN(struct due_row, due.notify_times),
    DB_COLUMN(struct due_row, due.max_notify_times),
    DB_COLUMN(struct due_row, due.claim_token),
    DB_COLUMN(struct due_row, due.manual),
    DB_COLUMN(struct due_row, due.parked),
    DB_COLUMN(struct due_row, due.age_us),
    DB_COLUMN(struct due_row, due.no),
    DB_COLUMN(struct due_row, due.notify_url),
    DB_COLUMN(struct due_row, due.body_len),
    DB_COLUMN(struct due_row, small),
};

static char *copy_of(const struct db_bytes *from)
{
    char *copy = malloc(from->len + 1);

    if (!copy)
        abort();
    if (from->len > 0)
        memcpy(copy, from->at, from->len);
    copy[from->len] = '\0';
    return copy;
}

static enum pay_err keep_row(void *arg, void *row)
{
    struct notify_claim *claim = arg;
    const struct due_row *from = row;

    if (claim->count == COUNT(claim->rows))
        return PAY_OK;
    claim->seen[from->due.lane == 0 ? 0 : 1]++;
    struct notify_due *due = &claim->rows[claim->count++];
    memcpy(due, &from->due,
           offsetof(struct notify_due, notify_url) + strlen(from->due.notify_url) + 1);
    if (due->body_len <= SMALL_BODY)
        due->body = copy_of(&from->small);
    return PAY_OK;
}

static enum pay_err select_due(struct db *db, struct notify_claim *claim)
{
    static uint8_t room[SMALL_BODY];
    static struct due_row row = { .small = { room, sizeof(room), 0 } };
    enum pay_err err = PAY_OK;

    for (int64_t lane = 0; lane < 2 && err == PAY_OK; lane++) {
        const int64_t which = claim->only ? claim->only : claim->limit[lane];
        const struct db_param in[] = { DB_NUM(lane), DB_NUM(which), DB_NUM(claim->limit[lane]) };
        if (claim->limit[lane] > 0)
            err = db_select(db, &(const struct db_query){
                                    .sql = claim->only     ? SQL_ONLY
                                           : claim->newest ? SQL_NEWEST
                                                           : SQL_OLDEST,
                                    .in = in,
                                    .n = claim->only ? COUNT(in) : COUNT(in) - 1,
                                    .shape = DB_SHAPE(DUE_COLUMNS),
                                    .row = &row,
                                    .each = keep_row,
                                    .arg = claim,
                                });
    }
    return err;
}

/* A task that kills its runners must not go round for ever. */
static bool is_poison(const struct notify_due *due)
{
    return due->claim_token != 0 && due->notify_times >= due->max_notify_times + LOST_LAST_TRIES;
}

static enum pay_err decide_all(struct db *db, struct notify_claim *claim)
{
    enum pay_err err = PAY_OK;

    for (size_t i = 0; i < claim->count && err == PAY_OK; i++) {
        struct notify_due *due = &claim->rows[i];
        if (is_poison(due))
            due->fate = NOTIFY_GIVE_UP;
        else
            err = claim->decide(claim->arg, db, due);
        claim->sent += due->fate == NOTIFY_SEND;
        claim->parked += due->fate == NOTIFY_PARK;
        claim->given_up += due->fate == NOTIFY_GIVE_UP;
        claim->lost += due->fate != NOTIFY_LEAVE && due->claim_token != 0;
    }
    return err;
}

enum rows { ROWS_LOST, ROWS_PARKED, ROWS_GIVEN_UP, ROWS_WITHOUT_BODY };

static bool is_among(const struct notify_due *due, enum rows rows)
{
    switch (rows) {
    case ROWS_LOST:
        return due->fate != NOTIFY_LEAVE && due->claim_token != 0;
    case ROWS_PARKED:
        return due->fate == NOTIFY_PARK;
    case ROWS_GIVEN_UP:
        return due->fate == NOTIFY_GIVE_UP;
    case ROWS_WITHOUT_BODY:
        return due->fate == NOTIFY_SEND && !due->body;
    }
    return false;
}

/* [[id,wait_ms],…]; how many. */
static size_t list_rows(const struct notify_claim *claim, enum rows rows, struct text *to)
{
    size_t count = 0;

    text_reset(to);
    for (size_t i = 0; i < claim->count; i++) {
        const struct notify_due *due = &claim->rows[i];
        if (!is_among(due, rows))
            continue;
        text_add(to, count++ ? ",[" : "[[");
        text_add_i64(to, due->id);
        text_add_char(to, ',');
        text_add_i64(to, due->wait_ms);
        text_add_char(to, ']');
    }
    text_add_char(to, ']');
    return count;
}

#define ROWS_OF_LIST \
    "JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$[0]', wait_ms BIGINT PATH '$[1]')) j" \
    "  STRAIGHT_JOIN notify_task t ON t.id = j.id"

/* clang-format off */
static const char SQL_LOST[] =
    "INSERT INTO notify_log (task_id, notify_times, status, error_code, cause, create_time)"
    " SELECT t.id, t.notify_times, " STATE(TRY_FAILED) ", 'RUNNER_LOST',"
    "        IF(t.manual = 1, 'manual', 'automatic'),"
    "        UTC_TIMESTAMP(3)"
    "   FROM " ROWS_OF_LIST;
/* clang-format on */
static const char SQL_TAKE[] =
    "UPDATE notify_task FORCE INDEX (PRIMARY)"
    "   SET claim_token = ?, notify_times = notify_times + 1, parked_since = NULL,"
    "       next_notify_time = UTC_TIMESTAMP(3) + INTERVAL 45 SECOND"
    " WHERE id IN (" NOTIFY_ID_PLACES ")";
static const char SQL_PARK[] =
    "UPDATE " ROWS_OF_LIST
    "   SET t.claim_token = 0, t.parked_since = COALESCE(t.parked_since, t.next_notify_time),"
    "       t.next_notify_time = UTC_TIMESTAMP(3) + INTERVAL (j.wait_ms * 1000) MICROSECOND";
/* clang-format off */
static const char SQL_GIVE_UP[] =
    "UPDATE " ROWS_OF_LIST
    "   SET t.status = " STATE(NOTIFY_FAILURE) ","
    "       t.claim_token = 0, t.lane = 1, t.manual = 0, t.parked_since = NULL";
/* clang-format on */
static const char SQL_BODIES[] = "SELECT t.id, t.body FROM " ROWS_OF_LIST;
_Static_assert(NOTIFY_LEASE_S == 45, "SQL_TAKE says so too");

/* Room for the longest list: two numbers of 19 digits a row. */
static char list_room[2 * NOTIFY_BATCH_MAX * 48];

static enum pay_err change_rows(struct db *db, const struct notify_claim *claim, enum rows rows,
                                const char *sql)
{
    struct text list = TEXT(list_room);
    if (list_rows(claim, rows, &list) == 0)
        return PAY_OK;
    if (list.full)
        return PAY_FULL;
    const struct db_param in[] = { DB_BIN(list.at, list.len) };
    return db_exec(db, sql, DB_LIST(in), NULL);
}

static enum pay_err claim_lease(struct db *db, const struct notify_claim *claim)
{
    int64_t ids[COUNT(claim->rows)], changed;
    size_t count = 0;

    for (size_t i = 0; i < claim->count; i++)
        if (claim->rows[i].fate == NOTIFY_SEND)
            ids[count++] = claim->rows[i].id;
    if (count == 0)
        return PAY_OK;
    enum pay_err err =
        notify_change_ids(db, SQL_TAKE, &(struct notify_ids){ claim->token, ids, count }, &changed);
    FP_AFTER(err, "claim.updated");
    return err;
}

static enum pay_err raise_given_up(struct db *db, const struct notify_claim *claim)
{
    enum pay_err err = PAY_OK;

    for (size_t i = 0; i < claim->count && err == PAY_OK; i++)
        if (claim->rows[i].fate == NOTIFY_GIVE_UP)
            err = alert_raise_crowd(
                db, &(const struct alert_crowd){
                        .kind = "notify_given_up",
                        .app_id = claim->rows[i].app_id,
                        .crowd = claim->rows[i].no,
                        .about = claim->rows[i].no,
                        .text = "the runner was lost again and again while sending it" });
    return err;
}

struct body_row {
    int64_t id;
    struct db_bytes body;
};
static const struct db_column BODY_COLUMNS[] = {
    DB_COLUMN(struct body_row, id),
    DB_COLUMN(struct body_row, body),
};

static enum pay_err keep_body(void *arg, void *row)
{
    struct notify_claim *claim = arg;
    const struct body_row *from = row;

    for (size_t i = 0; i < claim->count; i++)
        if (claim->rows[i].id == from->id)
            claim->rows[i].body = copy_of(&from->body);
    return PAY_OK;
}

static enum pay_err read_bodies(struct db *db, struct notify_claim *claim)
{
    static uint8_t room[NOTIFY_BODY_MAX];
    struct body_row row = { 0, { room, sizeof(room), 0 } };
    struct text list = TEXT(list_room);

    if (list_rows(claim, ROWS_WITHOUT_BODY, &list) == 0)
        return PAY_OK;
    const struct db_param in[] = { DB_BIN(list.at, list.len) };
    return db_select(db, &(const struct db_query){
                             .sql = SQL_BODIES,
                             .in = in,
                             .n = COUNT(in),
                             .shape = DB_SHAPE(BODY_COLUMNS),
                             .row = &row,
                             .each = keep_body,
                             .arg = claim,
                         });
}

static void body_free(struct notify_due *due)
{
    free(due->body);
    due->body = NULL;
}

static void forget_rows(struct notify_claim *claim)
{
    for (size_t i = 0; i < claim->count; i++)
        body_free(&claim->rows[i]);
    claim->count = 0;
    claim->sent = claim->parked = claim->lost = claim->given_up = 0;
    claim->seen[0] = claim->seen[1] = 0;
}

enum pay_err notify_claim_rows(struct db *db, void *arg)
{
    struct notify_claim *claim = arg;

    forget_rows(claim);
    claim->begin(claim->arg);
    enum pay_err err = select_due(db, claim);
    if (err == PAY_OK)
        err = decide_all(db, claim);
    if (err == PAY_OK)
        err = change_rows(db, claim, ROWS_LOST, SQL_LOST);
    if (err == PAY_OK)
        err = change_rows(db, claim, ROWS_PARKED, SQL_PARK);
    if (err == PAY_OK)
        err = change_rows(db, claim, ROWS_GIVEN_UP, SQL_GIVE_UP);
    if (err == PAY_OK)
        err = raise_given_up(db, claim);
    if (err == PAY_OK)
        err = claim_lease(db, claim);
    return err == PAY_OK ? read_bodies(db, claim) : err;
}

static int64_t new_token(void)
{
    int64_t token;

    random_bytes(&token, sizeof(token));
    token &= INT64_MAX;
    return token != 0 ? token : 1;
}

enum pay_err notify_claim(struct db *db, struct notify_claim *claim)
{
    claim->token = new_token();
    claim->count = 0;
    for (int lane = 0; lane < 2; lane++)
        if (claim->limit[lane] > NOTIFY_BATCH_MAX)
            claim->limit[lane] = NOTIFY_BATCH_MAX;
    enum pay_err err = db_txn(db, notify_claim_rows, claim);
    if (notify_is_of_a_row(err) && notify_sift(db, claim))
        err = db_txn(db, notify_claim_rows, claim);
    if (err != PAY_OK)
        forget_rows(claim);
    for (size_t i = 0; i < claim->count; i++) /* came with its row, and is not sent now */
        if (claim->rows[i].fate != NOTIFY_SEND)
            body_free(&claim->rows[i]);
    return err;
}
