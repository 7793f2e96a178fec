/* sandbox_notice.c - see sandbox_notice.h. Rows are claimed with a token and a lease, as with every
 * due row, so any number of runners may work at once. */
#include "sandbox/core/sandbox_notice.h"

#include "base/log.h"
#include "base/ulid.h"
#include "sandbox/core/sandbox_exchange.h"
#include "sandbox/core/sandbox_notice_private.h"
#include "sandbox/core/sandbox_scenario.h"

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

/* What a scenario makes of a right answer: "again" once, "exhausted" always. */
static bool counts(const struct notice_flight *f)
{
    if (sandbox_plays(f->notice.fault, SCENARIO_NOTIFY_EXHAUSTED))
        return false;
    return f->done &&
           !(f->notice.tries == 0 && (sandbox_plays(f->notice.fault, SCENARIO_NOTIFY_AGAIN) ||
                                      sandbox_plays(f->notice.fault, SCENARIO_REPLAYED)));
}

static enum pay_err outcome_work(struct db *db, void *arg)
{
    static const char SQL[] =
        "UPDATE sandbox_notice SET status = ?, tries = tries + 1, claim_token = 0, http_status = ?,"
        " answer = ?, due_time = UTC_TIMESTAMP(3) + INTERVAL ? MICROSECOND"
        " WHERE id = ? AND claim_token = ?";
    const struct notice_flight *f = arg;
    const bool over = (size_t)f->notice.tries >= f->channel->gap_count;
    const int64_t gap = over ? 0
                             : sandbox_gap_ms(f->config, f->channel->gaps[(size_t)f->notice.tries]);
    const struct db_param in[] = {
        DB_NUM(counts(f) ? NOTICE_DONE
               : over    ? NOTICE_GIVEN_UP
                         : NOTICE_WAITING),
        DB_NUM_OPT(f->http_status),
        DB_STR(f->answer),
        DB_NUM(gap * 1000),
        DB_NUM(f->notice.id),
        DB_NUM(f->token),
    };
    return db_exec(db, SQL, DB_LIST(in), NULL);
}

static void answer_keep(struct notice_flight *f, const struct http_answer *got)
{
    const char *said = got->end == HTTP_DONE ? str_or(got->body, "") : http_end_word(got->end);
    const size_t len = utf8_cut(said, strlen(said), NOTICE_ANSWER_KEPT);

    f->http_status = got->status;
    f->done = got->end == HTTP_DONE && f->channel->acknowledged(got->status, said, strlen(said));
    if (!utf8_is_valid(said, len) || !text_copy_n(f->answer, sizeof(f->answer), said, len))
        f->answer[0] = '\0';
}

static void log_try(const struct notice_flight *f)
{
    static char room[2 * NOTICE_ROOM];
    struct text whole = TEXT(room);

    text_addf(&whole, "POST %s\n", f->notice.url);
    for (size_t i = 0; i < SANDBOX_TRY_HEADERS && f->sent.headers[i][0]; i++)
        text_addf(&whole, "%s\n", f->sent.headers[i]);
    text_addf(&whole, "\n%s", f->sent.body.at);
    sandbox_exchange_log(f->db, &(struct sandbox_exchange){ .channel = f->notice.channel,
                                                            .direction = "out",
                                                            .what = f->notice.kind,
                                                            .out_trade_no = f->notice.out_trade_no,
                                                            .received = f->answer,
                                                            .canonical = f->sent.canonical.at,
                                                            .sent = room,
                                                            .verdict = f->done ? "ok" : "again",
                                                            .http_status = f->http_status });
}

enum pay_err notice_flight_make(struct notice_flight *f,
                                const struct sandbox_channel *const *channels,
                                const struct db_due_row *row, struct http_request *request)
{
    enum pay_err err = notice_read(f->db, row->id, &f->notice);

    if (err != PAY_OK)
        return err;
    f->token = row->token;
    f->sent = (struct sandbox_try){ .body = TEXT(f->body), .canonical = TEXT(f->canonical) };
    for (f->channel = NULL; *channels && !f->channel; channels++) {
        if (str_eq((*channels)->word, f->notice.channel))
            f->channel = *channels;
    }
    if (!f->channel || !f->channel->notice_sign(f->config, &f->notice, &f->sent) ||
        f->sent.body.full) {
        log_event(LOG_ERROR, "sandbox.notice", KV("kind", f->notice.kind),
                  KV("result", "cannot be signed"));
        return PAY_FAULT;
    }
    *request = (struct http_request){
        .method = "POST",
        .url = f->notice.url,
        .body = f->body,
        .body_len = f->sent.body.len,
        .timeout_ms = f->channel->timeout_ms,
        .keep = NOTICE_ANSWER_KEPT,
    };
    for (size_t i = 0; i < SANDBOX_TRY_HEADERS && f->sent.headers[i][0]; i++)
        request->headers[i] = f->sent.headers[i];
    return PAY_OK;
}

enum pay_err notice_flight_end(struct notice_flight *f, const struct http_answer *got)
{
    answer_keep(f, got);
    log_event(LOG_INFO, "sandbox.notice", KV("channel", f->notice.channel),
              KV("kind", f->notice.kind), KV("out_trade_no", f->notice.out_trade_no),
              KV("fault", f->notice.fault), KN("http_status", got->status),
              KV("end", http_end_word(got->end)), KN("acknowledged", f->done));
    log_try(f);
    return db_txn(f->db, outcome_work, f);
}

static enum pay_err claim_work(struct db *db, void *arg)
{
    static const char SQL[] =
        "UPDATE sandbox_notice SET claim_token = ?, due_time = UTC_TIMESTAMP(3) + INTERVAL ? SECOND"
        " WHERE id = ? AND claim_token = 0 AND status = " STATE(NOTICE_WAITING);
    const struct db_due_row *row = arg;
    const struct db_param in[] = { DB_NUM(row->token), DB_NUM(NOTICE_LEASE_S), DB_NUM(row->id) };

    return db_exec_one(db, SQL, DB_LIST(in));
}

enum pay_err sandbox_notice_now(struct db *db, const struct config *config,
                                const struct sandbox_channel *channel, int64_t id)
{
    static struct notice_flight flight;
    const struct sandbox_channel *const channels[] = { channel, NULL };
    struct db_due_row row = { .id = id };
    struct http_request request;
    struct http_answer got;
    uint64_t random = 0;

    random_bytes(&random, sizeof(random));
    row.token = (int64_t)(random >> 2) + 1;
    enum pay_err err = db_txn(db, claim_work, &row);
    if (err != PAY_OK)
        return err == PAY_WRONG_STATE ? PAY_NO_ROW : err;
    flight.db = db;
    flight.config = config;
    err = notice_flight_make(&flight, channels, &row, &request);
    if (err != PAY_OK)
        return err;
    http_send(&request, &got);
    err = notice_flight_end(&flight, &got);
    http_answer_free(&got);
    return err;
}
