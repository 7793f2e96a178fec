/* mock_callback.c - the gateway's callbacks: owed rows, claimed with a lease, sent over HTTP, tried
 * again. */
#include "sandbox/mock/mock_payout.h"

#include "base/clock.h"
#include "base/json_text.h"
#include "base/log.h"
#include "io/http/http.h"
#include "sandbox/core/sandbox_trade.h"

#define SEND_TIMEOUT_MS 8000
#define CALLBACK_LEASE_S 30

/* Seconds before the next try; the last one is repeated for a day. */
static const int64_t GAPS[] = { 2, 5, 15, 30, 60, 300, 1800, 3600 };
#define TRIES_MAX 32

static int64_t claim_token(void)
{
    uint64_t n = 0;
    random_bytes(&n, sizeof(n));
    return (int64_t)(n >> 2) + 1;
}

static enum pay_err callback_insert(struct db *db, const struct mock_outcome *outcome,
                                    struct mock_callback *callback)
{
    static const char SQL[] =
        "INSERT INTO mock_callback (pay_id, payout_no, status, fault, due_time, claim_token)"
        " VALUES (?, ?, ?, ?, UTC_TIMESTAMP(3) + INTERVAL ? SECOND, ?)";
    callback->token = outcome->delay_s ? 0 : claim_token();
    if (!text_copy(callback->status, sizeof(callback->status), outcome->status) ||
        !text_copy(callback->fault, sizeof(callback->fault), outcome->fault))
        return PAY_FAULT;
    const struct db_param in[] = {
        DB_OPT(callback->pay_id),
        DB_OPT(callback->payout_no),
        DB_STR(callback->status),
        DB_STR(callback->fault),
        DB_NUM(outcome->delay_s ? outcome->delay_s : CALLBACK_LEASE_S),
        DB_NUM(callback->token),
    };
    enum pay_err err = db_exec(db, SQL, DB_LIST(in), NULL);

    callback->id = db_last_id(db);
    return err;
}

enum pay_err mock_callback_add(struct db *db, const struct mock_trade *trade,
                               const struct mock_outcome *outcome, struct mock_callback *out)
{
    *out = (struct mock_callback){ .id = 0 };
    return text_copy(out->pay_id, sizeof(out->pay_id), trade->pay_id)
               ? callback_insert(db, outcome, out)
               : PAY_FAULT;
}

enum pay_err mock_callback_add_payout(struct db *db, const char *payout_no,
                                      const struct mock_outcome *outcome, struct mock_callback *out)
{
    *out = (struct mock_callback){ .id = 0 };
    return text_copy(out->payout_no, sizeof(out->payout_no), payout_no)
               ? callback_insert(db, outcome, out)
               : PAY_FAULT;
}

static void callback_trade_write(struct json_text *to, const struct mock_trade *trade,
                                 const struct mock_callback *callback)
{
    json_str(to, "pay_id", trade->pay_id);
    json_str(to, "channel_order_no", trade->channel_order_no);
    json_str(to, "status", callback->status);
    json_i64(to, "price", trade->price.minor + (str_eq(callback->fault, "price") ? 1 : 0));
    json_str(to, "currency", trade->currency);
    if (str_eq(callback->status, "SUCCESS"))
        json_time(to, "success_time", trade->success_time ? trade->success_time : clock_now_ms());
}

/* Signed anew for each try, as a gateway that retries later must (the timestamp ages). payout is
 * NULL when it is about the trade. */
static bool body_write(const struct mock_trade *trade, const struct mock_callback *callback,
                       const struct mock_payout *payout, struct text *to)
{
    struct signed_key key = mock_sign_key(&trade->merchant);
    struct json_text j = JSON_TEXT(to);
    char nonce[TOKEN_SIZE];

    token_new(nonce);
    json_open(&j, NULL);
    if (payout)
        mock_payout_write(&j, payout);
    else
        callback_trade_write(&j, trade, callback);
    json_i64(&j, "timestamp", clock_now_s());
    json_str(&j, "nonce", nonce);
    json_close(&j);
    if (!signed_json_sign(to, &key))
        return false;
    /* A wrong signature: the last letter of `sign` turned, still of its alphabet. */
    if (str_eq(callback->fault, "sign"))
        to->at[to->len - 8] = to->at[to->len - 8] == '0' ? '1' : '0';
    return true;
}

static bool acknowledged(const struct http_answer *answer)
{
    struct json *root = NULL;
    bool ok = answer->end == HTTP_DONE && answer->status == HTTP_OK &&
              json_parse(answer->body, answer->body_len, &root) == PAY_OK &&
              json_kind(json_member(root, "code")) == JSON_INT &&
              json_int(json_member(root, "code")) == 0;
    json_free(&root);
    return ok;
}

struct record {
    const struct mock_callback *callback;
    const struct mock_answer *answer;
    bool acknowledged;
};

static enum pay_err callback_record_work(struct db *db, void *arg)
{
    static const char SQL[] =
        "UPDATE mock_callback SET state = ?, tries = tries + 1, claim_token = 0, http_status = ?, "
        "answer = ?,"
        " due_time = UTC_TIMESTAMP(3) + INTERVAL ? SECOND WHERE id = ? AND claim_token = ?";
    const struct record *r = arg;
    int64_t tries = r->callback->tries;
    int64_t gap = GAPS[tries < (int64_t)COUNT(GAPS) ? tries : (int64_t)COUNT(GAPS) - 1];
    /* What was sent wrong on purpose is sent once: the fault is the point, not its repetition. */
    bool over = *r->callback->fault || tries + 1 >= TRIES_MAX;
    const struct db_param in[] = {
        DB_NUM(r->acknowledged ? OWED_SUCCESS
               : over          ? OWED_FAILURE
                               : OWED_WAITING),
        DB_NUM_OPT(r->answer->http_status),
        DB_STR(r->answer->body),
        DB_NUM(gap),
        DB_NUM(r->callback->id),
        DB_NUM(r->callback->token),
    };
    return db_exec(db, SQL, DB_LIST(in), NULL);
}

/* The payout that a callback is about, as it is now. What waits for this callback ends with it. */
static enum pay_err payout_of(struct db *db, const struct mock_callback *callback,
                              const struct mock_payout **out)
{
    static struct mock_payout payout;

    *out = *callback->payout_no != '\0' ? &payout : NULL;
    if (!*out)
        return PAY_OK;
    enum pay_err err = mock_payout_end(db, callback->payout_no, callback->status);
    return err == PAY_OK ? mock_payout_read(db, callback->payout_no, &payout) : err;
}

static void address_write(const struct config *config, const struct mock_payout *payout,
                          struct text *to)
{
    if (payout)
        text_addf(to, "%s/api/pay/notify/%s/%lld", config->callback_url, payout->kind,
                  (long long)payout->channel_id);
    else
        text_addf(to, "%s/api/pay/callback", config->callback_url);
}

enum pay_err mock_callback_send(struct db *db, const struct config *config,
                                const struct mock_trade *trade,
                                const struct mock_callback *callback, struct mock_answer *answer)
{
    char room[2048], url[CONFIG_TEXT + 64];
    struct text body = TEXT(room), to = TEXT(url);
    const struct mock_payout *payout = NULL;
    struct http_answer got;

    enum pay_err err = payout_of(db, callback, &payout);
    if (err != PAY_OK)
        return err;
    address_write(config, payout, &to);
    if (!body_write(trade, callback, payout, &body))
        return PAY_FAULT;
    http_send(&(struct http_request){ .method = "POST",
                                      .url = url,
                                      .headers = { "Content-Type: application/json" },
                                      .body = room,
                                      .body_len = body.len,
                                      .timeout_ms = SEND_TIMEOUT_MS,
                                      .keep = 500 },
              &got);
    *answer = (struct mock_answer){ .sent = true, .http_status = got.status };
    const char *said = got.end == HTTP_DONE ? str_or(got.body, "") : http_end_word(got.end);
    size_t len = utf8_cut(said, strlen(said), sizeof(answer->body) - 1);
    if (!utf8_is_valid(said, len) || !text_copy_n(answer->body, sizeof(answer->body), said, len))
        answer->body[0] = '\0';
    struct record record = { callback, answer, acknowledged(&got) };
    log_event(LOG_INFO, "mock.callback", KV("pay_id", trade->pay_id),
              KV("payout_no", callback->payout_no), KV("status", callback->status),
              KV("fault", callback->fault), KN("http_status", got.status),
              KV("end", http_end_word(got.end)), KN("acknowledged", record.acknowledged));
    http_answer_free(&got);
    return db_txn(db, callback_record_work, &record);
}

/* ---- the clock for tests */

/* clang-format off */
/* Of this app: about a trade of its channels, or about a payout of theirs. */
#define OWED_TO_APP \
    " WHERE state = " STATE(OWED_WAITING) " AND claim_token = 0" \
    " AND (EXISTS (SELECT 1 FROM merchant_attempt a" \
    "                JOIN merchant_channel c ON c.channel_id = a.channel_id" \
    "               WHERE a.pay_id = mock_callback.pay_id AND c.app_key = ?)" \
    "   OR EXISTS (SELECT 1 FROM mock_payout p" \
    "                JOIN merchant_channel c ON c.channel_id = p.channel_id" \
    "               WHERE p.no = mock_callback.payout_no AND c.app_key = ?))"
#define OWED_DUE \
    "SELECT COUNT(*) FROM mock_callback" OWED_TO_APP " AND due_time > UTC_TIMESTAMP(3)" \
    " AND due_time <= UTC_TIMESTAMP(3) + INTERVAL ? SECOND"
/* clang-format on */

struct advance {
    const char *app_key;
    int64_t seconds, due;
};

static enum pay_err callbacks_advance_work(struct db *db, void *arg)
{
    static const char SQL_DUE[] = OWED_DUE;
    static const char SQL[] =
        "UPDATE mock_callback SET due_time = due_time - INTERVAL ? SECOND" OWED_TO_APP;
    struct advance *w = arg;
    const struct db_param app = DB_STR(w->app_key), seconds = DB_NUM(w->seconds);
    const struct db_param due[] = { app, app, seconds };
    const struct db_param in[] = { seconds, app, app };

    enum pay_err err = db_number(db, SQL_DUE, DB_LIST(due), &w->due);
    return err == PAY_OK ? db_exec(db, SQL, DB_LIST(in), NULL) : err;
}

enum pay_err mock_clock_advance(struct db *db, const char *app_key, int64_t seconds, int64_t *due)
{
    struct advance work = { .app_key = app_key, .seconds = seconds };

    enum pay_err err = db_txn(db, callbacks_advance_work, &work);
    *due = work.due;
    return err;
}

/* ---- tried again */

const struct db_due MOCK_CALLBACKS = {
    .due = "SELECT id FROM mock_callback"
           " WHERE state = " STATE(OWED_WAITING) " AND due_time <= UTC_TIMESTAMP(3)"
                                                 " ORDER BY due_time LIMIT ?"
                                                 "   FOR UPDATE SKIP LOCKED",
    .claim = "UPDATE mock_callback SET claim_token = ?,"
             "       due_time = UTC_TIMESTAMP(3) + INTERVAL ? SECOND WHERE id = ?",
    .lease_s = CALLBACK_LEASE_S,
};

static enum pay_err callback_read(struct db *db, const struct db_due_row *row,
                                  struct mock_callback *out)
{
    static const char SQL[] =
        "SELECT id, tries, pay_id, payout_no, status, fault FROM mock_callback WHERE id = ?";
    static const struct db_column COLUMNS[] = {
        DB_COLUMN(struct mock_callback, id),     DB_COLUMN(struct mock_callback, tries),
        DB_COLUMN(struct mock_callback, pay_id), DB_COLUMN(struct mock_callback, payout_no),
        DB_COLUMN(struct mock_callback, status), DB_COLUMN(struct mock_callback, fault),
    };
    const struct db_param in[] = { DB_NUM(row->id) };

    enum pay_err err = db_select(
        db, &(struct db_query){
                .sql = SQL, .in = in, .n = COUNT(in), .shape = DB_SHAPE(COLUMNS), .row = out });
    db_end(db);
    out->token = row->token;
    return err;
}

/* The trade, or of a payout the merchant alone. */
static enum pay_err trade_of(struct db *db, const struct mock_callback *callback,
                             struct mock_trade *out)
{
    static struct mock_payout payout;

    *out = (struct mock_trade){ .status = MOCK_UNKNOWN };
    if (*callback->payout_no == '\0')
        return mock_trade_read(db, callback->pay_id, out);
    enum pay_err err = mock_payout_read(db, callback->payout_no, &payout);
    return err == PAY_OK ? mock_merchant_read(db, payout.channel_id, &out->merchant) : err;
}

/* One that cannot be sent (its keys do not open) waits for its lease to end. */
enum pay_err mock_callback_run(struct db *db, const struct config *config,
                               const struct db_due_row *row)
{
    struct mock_callback callback = { 0 };
    struct mock_answer answer;
    struct mock_trade trade;

    enum pay_err err = callback_read(db, row, &callback);
    if (err != PAY_OK)
        return err;
    err = trade_of(db, &callback, &trade);
    if (err == PAY_OK)
        err = mock_callback_send(db, config, &trade, &callback, &answer);
    mock_trade_close(&trade);
    return err;
}
