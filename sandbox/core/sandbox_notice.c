/* sandbox_notice.c - see sandbox_notice.h. Rows are claimed with a token and a lease, as with every
 * due row, so any number of runners may work at once. */
#include "sandbox/core/sandbox_notice.h"

#include "base/log.h"
#include "base/ulid.h"
#include "io/http/http.h"
#include "sandbox/core/sandbox.h"
#include "sandbox/core/sandbox_exchange.h"
#include "sandbox/core/sandbox_scenario.h"

#define LEASE_S 90
#define ANSWER_KEPT 500
#define ROOM 65536

/* clang-format off */
const struct db_due SANDBOX_NOTICES = {
    .due = "SELECT id FROM sandbox_notice"
           " WHERE status = " STATE(NOTICE_WAITING) " AND due_time <= UTC_TIMESTAMP(3)"
           " ORDER BY due_time LIMIT ? FOR UPDATE SKIP LOCKED",
    .claim = "UPDATE sandbox_notice SET claim_token = ?,"
             "       due_time = UTC_TIMESTAMP(3) + INTERVAL ? SECOND WHERE id = ?",
    .lease_s = LEASE_S,
};
/* clang-format on */

enum pay_err sandbox_notice_add(struct db *db, struct sandbox_notice *notice, int64_t delay_ms)
{
    static const char SQL[] =
        "INSERT INTO sandbox_notice (channel, trade_id, kind, notice_id, out_trade_no, url, fault,"
        " content, due_time) VALUES (?,?,?,?,?,?,?,?, UTC_TIMESTAMP(3) + INTERVAL ? MICROSECOND)";
    const struct db_param in[] = {
        DB_STR(notice->channel),   DB_NUM(notice->trade_id),     DB_STR(notice->kind),
        DB_STR(notice->notice_id), DB_STR(notice->out_trade_no), DB_STR(notice->url),
        DB_STR(notice->fault),     DB_STR(notice->content),      DB_NUM(delay_ms * 1000),
    };

    if (*notice->url == '\0')
        return PAY_OK;
    enum pay_err err = db_exec(db, SQL, DB_LIST(in), NULL);
    if (err == PAY_OK)
        notice->id = db_last_id(db);
    notice->tries = 0;
    return err;
}

static enum pay_err notice_read(struct db *db, int64_t id, struct sandbox_notice *out)
{
    static const char SQL[] = "SELECT id, tries, trade_id, channel, kind, notice_id, out_trade_no,"
                              "       url, fault, content FROM sandbox_notice WHERE id = ?";
    static const struct db_column COLUMNS[] = {
        DB_COLUMN(struct sandbox_notice, id),           DB_COLUMN(struct sandbox_notice, tries),
        DB_COLUMN(struct sandbox_notice, trade_id),     DB_COLUMN(struct sandbox_notice, channel),
        DB_COLUMN(struct sandbox_notice, kind),         DB_COLUMN(struct sandbox_notice, notice_id),
        DB_COLUMN(struct sandbox_notice, out_trade_no), DB_COLUMN(struct sandbox_notice, url),
        DB_COLUMN(struct sandbox_notice, fault),        DB_COLUMN(struct sandbox_notice, content),
    };
    const struct db_param in[] = { DB_NUM(id) };
    enum pay_err err = db_select(
        db, &(struct db_query){
                .sql = SQL, .in = in, .n = COUNT(in), .shape = DB_SHAPE(COLUMNS), .row = out });

    db_end(db);
    return err;
}

struct outcome {
    const struct sandbox_channel *channel;
    const struct config *config;
    const struct sandbox_notice *notice;
    int64_t token, http_status;
    bool done;
    char answer[ANSWER_KEPT + 1];
};

/* What a scenario makes of a right answer: "again" once, "exhausted" always. */
static bool counts(const struct outcome *o)
{
    if (sandbox_plays(o->notice->fault, SCENARIO_NOTIFY_EXHAUSTED))
        return false;
    return o->done &&
           !(o->notice->tries == 0 && (sandbox_plays(o->notice->fault, SCENARIO_NOTIFY_AGAIN) ||
                                       sandbox_plays(o->notice->fault, SCENARIO_REPLAYED)));
}

static enum pay_err outcome_work(struct db *db, void *arg)
{
    static const char SQL[] =
        "UPDATE sandbox_notice SET status = ?, tries = tries + 1, claim_token = 0, http_status = ?,"
        " answer = ?, due_time = UTC_TIMESTAMP(3) + INTERVAL ? MICROSECOND"
        " WHERE id = ? AND claim_token = ?";
    const struct outcome *o = arg;
    const bool over = (size_t)o->notice->tries >= o->channel->gap_count;
    const int64_t gap =
        over ? 0 : sandbox_gap_ms(o->config, o->channel->gaps[(size_t)o->notice->tries]);
    const struct db_param in[] = {
        DB_NUM(counts(o) ? NOTICE_DONE
               : over    ? NOTICE_GIVEN_UP
                         : NOTICE_WAITING),
        DB_NUM_OPT(o->http_status),
        DB_STR(o->answer),
        DB_NUM(gap * 1000),
        DB_NUM(o->notice->id),
        DB_NUM(o->token),
    };
    return db_exec(db, SQL, DB_LIST(in), NULL);
}

static void answer_keep(struct outcome *o, const struct http_answer *got)
{
    const char *said = got->end == HTTP_DONE ? str_or(got->body, "") : http_end_word(got->end);
    const size_t len = utf8_cut(said, strlen(said), ANSWER_KEPT);

    o->http_status = got->status;
    o->done = got->end == HTTP_DONE && o->channel->acknowledged(got->status, said, strlen(said));
    if (!utf8_is_valid(said, len) || !text_copy_n(o->answer, sizeof(o->answer), said, len))
        o->answer[0] = '\0';
}

static void log_try(struct db *db, const struct outcome *o, const struct sandbox_try *sent)
{
    static char room[2 * ROOM];
    struct text whole = TEXT(room);

    text_addf(&whole, "POST %s\n", o->notice->url);
    for (size_t i = 0; i < SANDBOX_TRY_HEADERS && sent->headers[i][0]; i++)
        text_addf(&whole, "%s\n", sent->headers[i]);
    text_addf(&whole, "\n%s", sent->body.at);
    sandbox_exchange_log(db, &(struct sandbox_exchange){ .channel = o->notice->channel,
                                                         .direction = "out",
                                                         .what = o->notice->kind,
                                                         .out_trade_no = o->notice->out_trade_no,
                                                         .received = o->answer,
                                                         .canonical = sent->canonical.at,
                                                         .sent = room,
                                                         .verdict = o->done ? "ok" : "again",
                                                         .http_status = o->http_status });
}

static enum pay_err notice_send(struct db *db, struct outcome *o)
{
    static char body[ROOM], canonical[ROOM];
    static struct sandbox_try sent;
    struct http_answer got;

    sent = (struct sandbox_try){ .body = TEXT(body), .canonical = TEXT(canonical) };
    if (!o->channel->notice_sign(o->config, o->notice, &sent) || sent.body.full) {
        log_event(LOG_ERROR, "sandbox.notice", KV("kind", o->notice->kind),
                  KV("result", "cannot be signed"));
        return PAY_FAULT;
    }
    struct http_request request = {
        .method = "POST",
        .url = o->notice->url,
        .body = body,
        .body_len = sent.body.len,
        .timeout_ms = o->channel->timeout_ms,
        .keep = ANSWER_KEPT,
    };
    for (size_t i = 0; i < SANDBOX_TRY_HEADERS && sent.headers[i][0]; i++)
        request.headers[i] = sent.headers[i];
    http_send(&request, &got);
    answer_keep(o, &got);
    log_event(LOG_INFO, "sandbox.notice", KV("channel", o->notice->channel),
              KV("kind", o->notice->kind), KV("out_trade_no", o->notice->out_trade_no),
              KV("fault", o->notice->fault), KN("http_status", got.status),
              KV("end", http_end_word(got.end)), KN("acknowledged", o->done));
    http_answer_free(&got);
    log_try(db, o, &sent);
    return db_txn(db, outcome_work, o);
}

enum pay_err sandbox_notice_run(struct db *db, const struct config *config,
                                const struct sandbox_channel *const *channels,
                                const struct db_due_row *row)
{
    static struct sandbox_notice notice;
    struct outcome outcome = { .config = config, .notice = &notice, .token = row->token };

    enum pay_err err = notice_read(db, row->id, &notice);
    if (err != PAY_OK)
        return err;
    for (; *channels && !outcome.channel; channels++) {
        if (str_eq((*channels)->word, notice.channel))
            outcome.channel = *channels;
    }
    return outcome.channel ? notice_send(db, &outcome) : PAY_FAULT;
}

static enum pay_err claim_work(struct db *db, void *arg)
{
    static const char SQL[] =
        "UPDATE sandbox_notice SET claim_token = ?, due_time = UTC_TIMESTAMP(3) + INTERVAL ? SECOND"
        " WHERE id = ? AND claim_token = 0 AND status = " STATE(NOTICE_WAITING);
    const struct db_due_row *row = arg;
    const struct db_param in[] = { DB_NUM(row->token), DB_NUM(LEASE_S), DB_NUM(row->id) };

    return db_exec_one(db, SQL, DB_LIST(in));
}

enum pay_err sandbox_notice_now(struct db *db, const struct config *config,
                                const struct sandbox_channel *channel, int64_t id)
{
    const struct sandbox_channel *const channels[] = { channel, NULL };
    struct db_due_row row = { .id = id };
    uint64_t random = 0;

    random_bytes(&random, sizeof(random));
    row.token = (int64_t)(random >> 2) + 1;
    enum pay_err err = db_txn(db, claim_work, &row);
    if (err != PAY_OK)
        return err == PAY_WRONG_STATE ? PAY_NO_ROW : err;
    return sandbox_notice_run(db, config, channels, &row);
}
