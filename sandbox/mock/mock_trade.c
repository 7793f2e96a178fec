/* mock_trade.c - a trade of the mock gateway: read for its page, locked for what happens to it. */
#include "sandbox/mock/mock_private.h"

#include "base/clock.h"
#include "base/text.h"
#include "io/crypto/sign.h"

#define CSRF_LIFE_S 86400 /* beyond the order's own end: a page may stay open that long */

struct attempt_row {
    int64_t channel_id, status, expire_time, success_time, now;
    struct money price;
    char currency[CURRENCY_SIZE], channel_order_no[65], subject[509], return_url[1025];
    char pay_url[1025], refund_play[65], callback_play[65];
};

static const struct db_column ATTEMPT_COLUMNS[] = {
    DB_COLUMN(struct attempt_row, channel_id),
    DB_COLUMN(struct attempt_row, price),
    DB_COLUMN(struct attempt_row, currency),
    DB_COLUMN(struct attempt_row, subject),
    DB_COLUMN(struct attempt_row, return_url),
    DB_COLUMN(struct attempt_row, pay_url),
    DB_COLUMN_TIME(struct attempt_row, expire_time),
    DB_COLUMN(struct attempt_row, refund_play),
    DB_COLUMN(struct attempt_row, callback_play),
    DB_COLUMN(struct attempt_row, status),
    DB_COLUMN(struct attempt_row, channel_order_no),
    DB_COLUMN_TIME(struct attempt_row, success_time),
    DB_COLUMN_TIME(struct attempt_row, now),
};

/* The token in the page's address that the payer was given; "" when there is none. */
static bool token_shown(const struct attempt_row *row, char *to, size_t size)
{
    static const char BEFORE[] = "&token=";
    const char *at = strstr(row->pay_url, BEFORE);

    return text_copy(to, size, at ? at + strlen(BEFORE) : "");
}

static enum pay_err trade_fill(const struct attempt_row *row, const char *pay_id,
                               struct mock_trade *out)
{
    *out = (struct mock_trade){
        .price = row->price,
        .status = row->status,
        .expire_time = row->expire_time,
        .success_time = row->success_time,
        .now = row->now,
        .callback_is_lost = str_eq(row->callback_play, "lost"),
    };
    return text_copy(out->pay_id, sizeof(out->pay_id), pay_id) &&
                   text_copy(out->currency, sizeof(out->currency), row->currency) &&
                   text_copy(out->channel_order_no, sizeof(out->channel_order_no),
                             row->channel_order_no) &&
                   text_copy(out->subject, sizeof(out->subject), row->subject) &&
                   text_copy(out->return_url, sizeof(out->return_url), row->return_url) &&
                   token_shown(row, out->shown_token, sizeof(out->shown_token)) &&
                   text_copy(out->refund_play, sizeof(out->refund_play), row->refund_play)
               ? PAY_OK
               : PAY_FAULT;
}

enum pay_err mock_trade_read(struct db *db, const char *pay_id, struct mock_trade *out)
{
    /* clang-format off */
    static const char SQL[] =
        "SELECT m.channel_id, IFNULL(t.price, m.price) AS price,"
        "       IFNULL(t.currency, m.currency) AS currency, m.subject, m.return_url, m.pay_url,"
        "       m.expire_time, m.refund_play, m.callback_play,"
        "       IFNULL(t.status, " STATE(MOCK_UNKNOWN) ") AS status, t.channel_order_no,"
        "       t.success_time, UTC_TIMESTAMP(3) AS now"
        " FROM merchant_attempt m LEFT JOIN mock_trade t ON t.pay_id = m.pay_id WHERE m.pay_id = ?";
    /* clang-format on */
    static struct attempt_row row;
    char number[NO_SIZE]; /* pay_id may be out's own */

    if (!ulid_is(pay_id) || !text_copy(number, sizeof(number), pay_id))
        return PAY_NOT_FOUND;
    const struct db_param in[] = { DB_STR(pay_id) };
    enum pay_err err = db_select(db, &(struct db_query){ .sql = SQL,
                                                         .in = in,
                                                         .n = COUNT(in),
                                                         .shape = DB_SHAPE(ATTEMPT_COLUMNS),
                                                         .row = &row });
    db_end(db);
    if (err != PAY_OK)
        return err == PAY_NO_ROW ? PAY_NOT_FOUND : err;
    err = trade_fill(&row, number, out);
    return err == PAY_OK ? mock_merchant_read(db, row.channel_id, &out->merchant) : err;
}

static enum pay_err trade_open_work(struct db *db, void *arg)
{
    static const char SQL[] = "INSERT IGNORE INTO mock_trade (pay_id, price, currency, "
                              "channel_order_no) VALUES (?, ?, ?, ?)";
    const struct mock_trade *trade = arg;
    char no[NO_SIZE + 4] = "MOCK";

    ulid_new(no + 4);
    const struct db_param in[] = { DB_STR(trade->pay_id), DB_MONEY(trade->price),
                                   DB_STR(trade->currency), DB_STR(no) };
    return db_exec(db, SQL, DB_LIST(in), NULL);
}

enum pay_err mock_trade_open(struct db *db, const char *pay_id, struct mock_trade *out)
{
    enum pay_err err = mock_trade_read(db, pay_id, out);

    if (err != PAY_OK || out->status != MOCK_UNKNOWN)
        return err;
    err = db_txn(db, trade_open_work, out);
    return err == PAY_OK ? mock_trade_read(db, pay_id, out) : err;
}

void mock_trade_close(struct mock_trade *trade)
{
    mock_merchant_wipe(&trade->merchant);
}

static bool token_is(const char *token, const char *want)
{
    const size_t len = strlen(want);

    return len > 0 && strlen(token) == len && sign_bytes_eq(token, want, len);
}

/* A page that was opened before the secret was rotated stays payable at its address. */
bool mock_token_ok(const struct mock_trade *trade, const char *token)
{
    char room[64], want[TOKEN_SIZE];
    struct text t = TEXT(room), hex = TEXT(want);
    struct mac mac;

    text_addf(&t, "mockpay:%s", trade->pay_id);
    if (!sign_hmac_sha256(trade->merchant.secret, strlen(trade->merchant.secret), t.at, t.len,
                          &mac))
        return false;
    text_add_hex(&hex, mac.bytes, (TOKEN_SIZE - 1) / 2);
    return token_is(token, want) || token_is(token, trade->shown_token);
}

static bool csrf_mac(const struct mock_trade *trade, int64_t until, struct mac *out)
{
    char room[128];
    struct text t = TEXT(room);

    text_addf(&t, "csrf:%s:%lld:%s:%lld", trade->pay_id, (long long)trade->price.minor,
              trade->currency, (long long)until);
    return !t.full && sign_hmac_sha256(trade->merchant.secret, strlen(trade->merchant.secret), t.at,
                                       t.len, out);
}

bool mock_csrf_new(const struct mock_trade *trade, char out[MOCK_CSRF_SIZE])
{
    int64_t now = clock_now_s(), end = trade->expire_time / 1000;
    int64_t until = (end > now ? end : now) + CSRF_LIFE_S;
    struct text t = text_over(out, MOCK_CSRF_SIZE);
    struct mac mac;

    if (!csrf_mac(trade, until, &mac))
        return false;
    text_addf(&t, "%lld.", (long long)until);
    text_add_hex(&t, mac.bytes, sizeof(mac.bytes));
    return !t.full;
}

bool mock_csrf_ok(const struct mock_trade *trade, const char *csrf)
{
    const char *dot = strchr(csrf, '.');
    int64_t until;
    struct mac mac;

    return dot && str_to_i64_n(csrf, (size_t)(dot - csrf), 0, INT64_C(9999999999), &until) &&
           until >= clock_now_s() && csrf_mac(trade, until, &mac) && sign_mac_is_hex(&mac, dot + 1);
}
