/* callback_log.c - in: a callback as it came and its verdict; out: its row of callback_log. */
#include "settle/callback_log.h"

#include <stdlib.h>

#include "base/fault.h"
#include "order/order_row.h"

static const char *const WORDS[] = { VERDICTS(VERDICT_AS_WORD) };

const char *verdict_word(enum verdict verdict)
{
    return (size_t)verdict < COUNT(WORDS) ? WORDS[verdict] : "";
}

/* Bytes that are not text as \xHH: whatever came can be stored and read. The caller frees. */
static char *body_as_text(const struct callback_raw *raw, size_t most, size_t *len)
{
    static const char HEX[] = "0123456789abcdef";
    const size_t size = raw->body_len * 4 < most ? raw->body_len * 4 : most;
    char *room = malloc(size + 1);
    size_t n = 0;

    if (!room)
        abort();
    for (size_t at = 0; at < raw->body_len;) {
        uint32_t c = 0;
        size_t step = utf8_next(raw->body + at, raw->body_len - at, &c);
        const bool plain = step > 0 && c != 0;
        const unsigned char byte = (unsigned char)raw->body[at];
        if (n + (plain ? step : 4) > size)
            break;
        /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc) - size + 1 is not 0 */
        memcpy(room + n,
               plain ? raw->body + at : (const char[]){ '\\', 'x', HEX[byte >> 4], HEX[byte & 15] },
               plain ? step : 4);
        n += plain ? step : 4;
        at += plain ? step : 1;
    }
    room[n] = '\0'; /* NOLINT(clang-analyzer-unix.Malloc) - as above */
    *len = n;
    return room;
}

static bool is_text(const struct callback_raw *raw)
{
    return utf8_is_valid(raw->body, raw->body_len) && !memchr(raw->body, '\0', raw->body_len);
}

void callback_text_cut(const struct callback_raw *raw, size_t most, struct callback_text *out)
{
    const bool plain = raw->body_len == 0 || (raw->body_len <= most && is_text(raw));

    *out = (struct callback_text){ .len = raw->body_len };
    out->escaped = plain ? NULL : body_as_text(raw, most, &out->len);
    out->at = plain ? str_or(raw->body, "") : out->escaped;
}

void callback_text_take(const struct callback_raw *raw, struct callback_text *out)
{
    callback_text_cut(raw, SIZE_MAX, out);
}

enum pay_err callback_log_add(struct db *db, const struct callback_raw *raw, enum verdict verdict,
                              int64_t extension_id)
{
    static const char SQL[] =
        "INSERT INTO callback_log (channel_id, kind, remote_address, headers, body, verdict,"
        " extension_id, out_no) VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
    struct callback_text body;

    callback_text_take(raw, &body);
    const struct db_param in[] = {
        DB_NUM_OPT(raw->channel_id),
        DB_STR(str_or(raw->kind, "order")),
        DB_STR(str_or(raw->remote_address, "")),
        DB_STR(str_or(raw->headers, "{}")),
        { DB_TEXT, body.at, body.len },
        DB_STR(verdict_word(verdict)),
        DB_NUM_OPT(extension_id),
        DB_OPT(raw->out_no),
    };

    enum pay_err err = db_exec(db, SQL, DB_LIST(in), NULL);
    FP_AFTER(err, "callback.logged");
    free(body.escaped);
    return err;
}

struct record {
    const struct callback_raw *raw;
    enum verdict verdict;
    int64_t extension_id;
};

static enum pay_err callback_log_work(struct db *db, void *arg)
{
    const struct record *w = arg;

    return callback_log_add(db, w->raw, w->verdict, w->extension_id);
}

enum pay_err callback_log_repeated(struct db *db, const struct callback_raw *raw,
                                   int64_t extension_id)
{
    struct record work = { raw, VERDICT_REPEATED, extension_id };
    return db_txn_one(db, callback_log_work, &work);
}

enum pay_err callback_record(struct db *db, const struct callback_raw *raw, enum verdict verdict)
{
    const struct order_attempt *found = raw->found;
    const bool ours = found && found->attempt.channel_id == raw->channel_id;
    struct record work = { raw, verdict, ours ? found->attempt.id : 0 };

    return db_txn(db, callback_log_work, &work);
}

static const struct db_column SENDER_COLUMNS[] = { DB_COLUMN(struct callback_sender, address) };

enum pay_err callback_senders(struct db *db, db_each *each, void *arg)
{
    static const char SQL[] =
        "SELECT remote_address AS address"
        "  FROM (SELECT id, remote_address FROM callback_log FORCE INDEX (idx_refused)"
        "         WHERE believed = 1 AND create_time > UTC_TIMESTAMP(3) - INTERVAL 7 DAY"
        "         ORDER BY create_time DESC LIMIT 10000) newest"
        " GROUP BY remote_address ORDER BY MAX(id) DESC LIMIT 256";
    struct callback_sender row;

    enum pay_err err = db_select(
        db,
        &(struct db_query){
            .sql = SQL, .shape = DB_SHAPE(SENDER_COLUMNS), .row = &row, .each = each, .arg = arg });
    db_end(db);
    return err;
}
