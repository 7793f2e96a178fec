/* channel_note.c - the SQL of notes: read, kept, and whose turn it is to ask the channel. */
#include "app/channel_note.h"

#include <string.h>

#define SOON_S 5

struct note_row {
    int64_t asked_s_ago;
    char text[CHANNEL_NOTE_SIZE];
};
static const struct db_column NOTE_COLUMNS[] = {
    DB_COLUMN(struct note_row, asked_s_ago),
    DB_COLUMN(struct note_row, text),
};

static enum channel_turn note_look(const struct channel_account *account, const char *name,
                                   struct text *text)
{
    static const char SQL[] =
        "SELECT TIMESTAMPDIFF(SECOND, ask_time, UTC_TIMESTAMP(3)) AS asked_s_ago,"
        "       LEFT(text, 32767) AS text"
        "  FROM channel_note WHERE app_id = ? AND name = ?";
    static struct note_row row;
    struct db *db = account->notes->db;
    const struct db_param in[] = { DB_NUM(account->app_id), DB_STR(name) };

    enum pay_err err = db_select(
        db,
        &(struct db_query){
            .sql = SQL, .in = in, .n = COUNT(in), .shape = DB_SHAPE(NOTE_COLUMNS), .row = &row });
    db_end(db);
    text_reset(text);
    if (err != PAY_OK)
        return err == PAY_NO_ROW ? TURN_MINE : TURN_LATER;
    text_add(text, row.text);
    if (row.asked_s_ago < 0 || row.asked_s_ago >= CHANNEL_NOTE_GAP_S)
        return TURN_MINE;
    return row.asked_s_ago < SOON_S ? TURN_SOON : TURN_LATER;
}

struct note {
    int64_t app_id;
    const char *name, *text;
    bool taken;
};

/* The row's key decides between two processes that find no row. */
static enum pay_err take_work(struct db *db, void *arg)
{
    static const char TAKE[] = "UPDATE channel_note SET ask_time = UTC_TIMESTAMP(3)"
                               " WHERE app_id = ? AND name = ?"
                               "   AND ask_time NOT BETWEEN UTC_TIMESTAMP(3) - INTERVAL ? SECOND"
                               "                        AND UTC_TIMESTAMP(3)";
    static const char MAKE[] = "INSERT INTO channel_note (app_id, name, text, ask_time)"
                               " VALUES (?, ?, '', UTC_TIMESTAMP(3))";
    struct note *note = arg;
    const struct db_param in[] = { DB_NUM(note->app_id), DB_STR(note->name),
                                   DB_NUM(CHANNEL_NOTE_GAP_S) };
    int64_t changed = 0;

    enum pay_err err = db_exec(db, TAKE, DB_LIST(in), &changed);
    note->taken = err == PAY_OK && changed > 0;
    if (err != PAY_OK || note->taken)
        return err;
    err = db_exec(db, MAKE, in, 2, NULL);
    note->taken = err == PAY_OK;
    return err == PAY_DUPLICATE ? PAY_OK : err;
}

static bool note_take(const struct channel_account *account, const char *name)
{
    struct note note = { .app_id = account->app_id, .name = name };

    return db_txn(account->notes->db, take_work, &note) == PAY_OK && note.taken;
}

static enum pay_err keep_work(struct db *db, void *arg)
{
    static const char SQL[] = "UPDATE channel_note SET text = ? WHERE app_id = ? AND name = ?";
    const struct note *note = arg;
    const struct db_param in[] = { DB_STR(note->text), DB_NUM(note->app_id), DB_STR(note->name) };

    return db_exec(db, SQL, DB_LIST(in), NULL);
}

/* Not kept, it is fetched again by the next process that needs it. */
static void note_keep(const struct channel_account *account, const char *name, const char *text)
{
    struct note note = { account->app_id, name, text, false };

    if (strlen(text) < CHANNEL_NOTE_SIZE)
        (void)!db_txn(account->notes->db, keep_work, &note);
}

const struct channel_notes *channel_notes(struct db *db)
{
    static struct channel_notes notes = { .look = note_look, .take = note_take, .keep = note_keep };

    notes.db = db;
    return &notes;
}
