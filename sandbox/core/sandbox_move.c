/* sandbox_move.c - see sandbox_move.h. */
#include "sandbox/core/sandbox_move.h"

#include "base/text.h"

#define MOVES_MAX 1000

/* clang-format off */
#define MOVE_SELECT \
    "SELECT id, status AS state, trade_id, create_time, done_time, due_time," \
    "       UTC_TIMESTAMP(3) AS now, amount, kind, channel, merchant, app, out_no, no, account," \
    "       name, reason, notify_url, scenario, error, detail FROM sandbox_move"
/* clang-format on */

static const struct db_column MOVE_COLUMNS[] = {
    DB_COLUMN(struct sandbox_move, id),
    DB_COLUMN(struct sandbox_move, state),
    DB_COLUMN(struct sandbox_move, trade_id),
    DB_COLUMN_TIME(struct sandbox_move, create_time),
    DB_COLUMN_TIME(struct sandbox_move, done_time),
    DB_COLUMN_TIME(struct sandbox_move, due_time),
    DB_COLUMN_TIME(struct sandbox_move, now),
    DB_COLUMN(struct sandbox_move, amount),
    DB_COLUMN(struct sandbox_move, kind),
    DB_COLUMN(struct sandbox_move, channel),
    DB_COLUMN(struct sandbox_move, merchant),
    DB_COLUMN(struct sandbox_move, app),
    DB_COLUMN(struct sandbox_move, out_no),
    DB_COLUMN(struct sandbox_move, no),
    DB_COLUMN(struct sandbox_move, account),
    DB_COLUMN(struct sandbox_move, name),
    DB_COLUMN(struct sandbox_move, reason),
    DB_COLUMN(struct sandbox_move, notify_url),
    DB_COLUMN(struct sandbox_move, scenario),
    DB_COLUMN(struct sandbox_move, error),
    DB_COLUMN(struct sandbox_move, detail),
};

enum pay_err sandbox_move_find(struct db *db, const struct sandbox_move_key *key,
                               struct sandbox_move *out)
{
/* clang-format off */
#define MOVE_BY(column) MOVE_SELECT " WHERE " column " = ? AND kind = ? AND channel = ?" \
                   " AND merchant = IFNULL(?, merchant) AND trade_id = IFNULL(?, trade_id)" \
                   " ORDER BY id DESC LIMIT 1"
    /* clang-format on */
    static const char BY_NO[] = MOVE_BY("no"), LOCK_NO[] = MOVE_BY("no") " FOR UPDATE",
                      BY_OUT_NO[] = MOVE_BY("out_no"),
                      LOCK_OUT_NO[] = MOVE_BY("out_no") " FOR UPDATE";
    const bool by_no = *str_or(key->no, "") != '\0';
    const char *const SQL[2][2] = { { BY_OUT_NO, LOCK_OUT_NO }, { BY_NO, LOCK_NO } };
    const struct db_param in[] = {
        DB_STR(by_no ? key->no : str_or(key->out_no, "")),
        DB_STR(key->kind),
        DB_STR(key->channel),
        DB_OPT(key->merchant),
        DB_NUM_OPT(key->trade_id),
    };
    enum pay_err err = db_select(db, &(struct db_query){ .sql = SQL[by_no][key->lock],
                                                         .in = in,
                                                         .n = COUNT(in),
                                                         .shape = DB_SHAPE(MOVE_COLUMNS),
                                                         .row = out });
    if (!key->lock)
        db_end(db);
    return err;
}

enum pay_err sandbox_move_insert(struct db *db, struct sandbox_move *move)
{
    static const char SQL[] =
        "INSERT INTO sandbox_move (kind, channel, merchant, app, trade_id, out_no, no, status,"
        " amount, account, name, reason, notify_url, scenario, error, detail, create_time,"
        " done_time, due_time)"
        " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?, UTC_TIMESTAMP(3), ?, ?)";
    const struct db_param in[] = {
        DB_STR(move->kind),       DB_STR(move->channel),    DB_STR(move->merchant),
        DB_STR(move->app),        DB_NUM(move->trade_id),   DB_STR(move->out_no),
        DB_STR(move->no),         DB_NUM(move->state),      DB_MONEY(move->amount),
        DB_STR(move->account),    DB_STR(move->name),       DB_STR(move->reason),
        DB_STR(move->notify_url), DB_STR(move->scenario),   DB_STR(move->error),
        DB_STR(move->detail),     DB_WHEN(move->done_time), DB_WHEN(move->due_time),
    };
    enum pay_err err = db_exec(db, SQL, DB_LIST(in), NULL);

    if (err == PAY_OK)
        move->id = db_last_id(db);
    return err;
}

enum pay_err sandbox_move_save(struct db *db, const struct sandbox_move *move)
{
    static const char SQL[] = "UPDATE sandbox_move SET status = ?, done_time = ?, due_time = ?,"
                              " error = ?, detail = ? WHERE id = ?";
    const struct db_param in[] = {
        DB_NUM(move->state), DB_WHEN(move->done_time), DB_WHEN(move->due_time),
        DB_STR(move->error), DB_STR(move->detail),     DB_NUM(move->id),
    };
    return db_exec(db, SQL, DB_LIST(in), NULL);
}

enum pay_err sandbox_move_each(struct db *db, const struct sandbox_move_range *range, db_each *each,
                               void *arg)
{
    /* clang-format off */
    static const char SQL[] = MOVE_SELECT
        " WHERE kind = IFNULL(?, kind) AND channel = IFNULL(?, channel)"
        "   AND trade_id = IFNULL(?, trade_id) AND (? IS NULL OR done_time >= ?)"
        "   AND (? IS NULL OR done_time < ?) AND (? = 0 OR due_time <= UTC_TIMESTAMP(3))"
        " ORDER BY id LIMIT ?";
    /* clang-format on */
    static struct sandbox_move row;
    const struct db_param from = DB_WHEN(range->from), to = DB_WHEN(range->to);
    const struct db_param in[] = {
        DB_OPT(range->kind),
        DB_OPT(range->channel),
        DB_NUM_OPT(range->trade_id),
        from,
        from,
        to,
        to,
        DB_NUM(range->due ? 1 : 0),
        DB_NUM(MOVES_MAX),
    };
    enum pay_err err = db_select(db, &(struct db_query){ .sql = SQL,
                                                         .in = in,
                                                         .n = COUNT(in),
                                                         .shape = DB_SHAPE(MOVE_COLUMNS),
                                                         .row = &row,
                                                         .each = each,
                                                         .arg = arg });
    db_end(db);
    return err;
}
