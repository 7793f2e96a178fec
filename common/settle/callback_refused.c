/* callback_refused.c - the rows of callbacks that were refused. Any stranger can send them, so each
 * row is small, and their number a day is bounded: by address, by attempt, and in all. The first
 * one beyond a bound raises an alert, since a channel with a wrong key looks the same. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/net.h"
#include "io/crypto/sign.h"
#include "app/alert.h"
#include "settle/callback_log.h"
#include "order/order_row.h"

#define PART_MAX 2048
#define WHOLE_MAX 16384
#define ATTEMPT_ROWS 20
#define ROW_BYTES 4096 /* of a row on average, bodies and headers */

/* Bounds of a day: rows, and as many times ROW_BYTES. Callbacks that name an open attempt have
 * bounds of their own. Strangers do not know those numbers, so their flood leaves room for the
 * callbacks of a channel whose key is wrong. */
enum keep { KEEP_PART, KEEP_WHOLE, KEEP_LENGTH };
static const struct {
    const char *name;
    int64_t of_address, of_all;
} BOUNDS[] = {
    [KEEP_PART] = { "part", 1000, 5000 },
    [KEEP_WHOLE] = { "whole", 1000, 5000 },
    [KEEP_LENGTH] = { "length", 100, 500 },
};

struct refused {
    const struct callback_raw *raw;
    const char *verdict;
    char network[NET_TEXT_SIZE];
    const struct order_attempt *found; /* NULL: no attempt of the channel that was asked */
    bool kept;
};

/* The address; of IPv6 its /64, since one host may have all of that network. */
static void network_of(const char *address, char out[NET_TEXT_SIZE])
{
    struct text text = text_over(out, NET_TEXT_SIZE);
    struct net_address a;

    if (!net_parse(address, &a) || net_is_v4(&a)) {
        text_add(&text, address);
        return;
    }
    for (int i = 0; i < 8; i += 2)
        text_addf(&text, "%x:", a.bytes[i] << 8 | a.bytes[i + 1]);
    text_add(&text, ":/64");
}

/* One more callback about `about` today, of so many bytes. */
struct one {
    const char *about;
    int64_t bound, bytes;
};

/* Counts it. *kept: it is within the bound. *first: it is the first beyond it. Later ones are not
 * counted, so that they cost no write. */
static enum pay_err count_one(struct db *db, const struct one *one, bool *kept, bool *first)
{
    /* The second assignment reads the value of `kept` that the first one set. */
    static const char SQL[] =
        "INSERT INTO callback_bound (day, about, kept, bytes) VALUES (UTC_DATE(), ?, 1, ?)"
        " ON DUPLICATE KEY UPDATE"
        "   kept = IF(kept > ?, ? + 2, IF(bytes + VALUES(bytes) > ?, ? + 1, kept + 1)),"
        "   bytes = bytes + IF(kept > ?, 0, VALUES(bytes))"
        " RETURNING kept";
    const int64_t bound = one->bound;
    int64_t now = 0;
    const struct db_param in[] = {
        DB_STR(one->about),        DB_NUM(one->bytes), DB_NUM(bound), DB_NUM(bound),
        DB_NUM(bound * ROW_BYTES), DB_NUM(bound),      DB_NUM(bound),
    };

    enum pay_err err = db_number(db, SQL, DB_LIST(in), &now);
    *kept = now <= bound;
    *first = now == bound + 1;
    return err;
}

static enum pay_err refused_alert(struct db *db, const char *about, int64_t app_id,
                                  const char *text)
{
    return alert_raise(db, "callbacks_refused", app_id, about, text);
}

/* Before \xHH makes bytes that are not text longer; the bound on rows limits that growth. */
static int64_t bytes_of(const struct refused *w, enum keep keep)
{
    const struct callback_raw *raw = w->raw;
    const size_t most = keep == KEEP_WHOLE ? WHOLE_MAX : PART_MAX;
    const char *headers = keep == KEEP_WHOLE ? raw->headers : raw->headers_brief;

    return (int64_t)((raw->body_len < most ? raw->body_len : most) + strlen(str_or(headers, "{}")));
}

/* True when the day's room for all is used up. Then not even the address is counted: strangers have
 * more addresses than a table should have rows. */
static enum pay_err is_full(struct db *db, enum keep keep, bool *full)
{
    static const char SQL[] =
        "SELECT kept FROM callback_bound WHERE day = UTC_DATE() AND about = ? AND kept > ?";
    char about[80];
    int64_t unused;

    snprintf(about, sizeof(about), "%s all", BOUNDS[keep].name);
    const struct db_param in[] = { DB_STR(about), DB_NUM(BOUNDS[keep].of_all) };
    enum pay_err err = db_number(db, SQL, DB_LIST(in), &unused);
    *full = err == PAY_OK;
    return err == PAY_NO_ROW ? PAY_OK : err;
}

/* The address's own bound comes first: beyond it an address uses no room of others. */
static enum pay_err take_room(struct db *db, const struct refused *w, enum keep keep, bool *kept)
{
    const char *const whose[] = { w->network, "all" };
    const int64_t bounds[] = { BOUNDS[keep].of_address, BOUNDS[keep].of_all };
    char about[80], text[256];
    bool first = false, full;

    enum pay_err err = is_full(db, keep, &full);
    *kept = !full;
    for (size_t i = 0; i < COUNT(whose) && *kept && err == PAY_OK; i++) {
        snprintf(about, sizeof(about), "%s %s", BOUNDS[keep].name, whose[i]);
        err = count_one(db, &(struct one){ about, bounds[i], bytes_of(w, keep) }, kept, &first);
        if (err != PAY_OK || !first)
            continue;
        snprintf(text, sizeof(text),
                 "%lld refused callbacks or %lld KiB of them (%s) were put on"
                 " record today of %s; further ones are only counted",
                 (long long)bounds[i], (long long)bounds[i] * ROW_BYTES / 1024, BOUNDS[keep].name,
                 whose[i]);
        err = refused_alert(db, "callbacks", 0, text);
    }
    return err;
}

static bool attempt_waits(const struct refused *w)
{
    return w->found && w->found->attempt.status == ATTEMPT_WAITING;
}

/* Twenty a day of an attempt are enough to see what is wrong with its channel. */
static enum pay_err take_attempt(struct db *db, const struct refused *w, bool *kept)
{
    char about[64], text[256];
    bool first = false;

    snprintf(about, sizeof(about), "attempt %lld", (long long)w->found->attempt.id);
    enum pay_err err = count_one(db, &(struct one){ about, ATTEMPT_ROWS, 0 }, kept, &first);
    if (err != PAY_OK || !first)
        return err;
    snprintf(about, sizeof(about), "channel %lld", (long long)w->raw->channel_id);
    snprintf(text, sizeof(text),
             "more than %d callbacks about attempt %s were refused today, the"
             " last one as %s: do the channel's key and ours fit?",
             ATTEMPT_ROWS, w->found->attempt.no, w->verdict);
    return refused_alert(db, about, w->found->order.app_id, text);
}

static enum pay_err keep_choose(struct db *db, const struct refused *w, enum keep *keep, bool *kept)
{
    enum pay_err err = PAY_OK;

    *keep = !w->raw->body ? KEEP_LENGTH : KEEP_PART;
    *kept = false;
    if (attempt_waits(w))
        err = take_attempt(db, w, kept);
    if (err == PAY_OK && *kept)
        err = take_room(db, w, KEEP_WHOLE, kept);
    if (err != PAY_OK || !*kept)
        return err == PAY_OK ? take_room(db, w, *keep, kept) : err;
    *keep = KEEP_WHOLE;
    return PAY_OK;
}

static enum pay_err refused_insert(struct db *db, const struct refused *w, enum keep keep)
{
    static const char SQL[] =
        "INSERT INTO callback_log (channel_id, kind, remote_address, headers, body, verdict,"
        " extension_id, out_no, believed, body_length, body_hash)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?)";
    const struct callback_raw *raw = w->raw;
    const bool whole = keep == KEEP_WHOLE;
    char hash[MAC_HEX_SIZE] = "";
    struct callback_text body;
    struct mac mac;

    if (raw->body && sign_sha256(raw->body, raw->body_len, &mac))
        sign_mac_hex(&mac, hash);
    callback_text_cut(raw, whole ? WHOLE_MAX : PART_MAX, &body);
    const struct db_param in[] = {
        DB_NUM_OPT(raw->channel_id),
        DB_STR(str_or(raw->kind, "order")),
        DB_STR(str_or(raw->remote_address, "")),
        DB_STR(str_or(whole ? raw->headers : raw->headers_brief, "{}")),
        { DB_TEXT, body.at, body.len },
        DB_STR(w->verdict),
        DB_NUM_OPT(w->found ? w->found->attempt.id : 0),
        DB_OPT(raw->out_no),
        DB_NUM(raw->body ? (int64_t)raw->body_len : raw->announced),
        DB_OPT(hash),
    };

    enum pay_err err = db_exec(db, SQL, DB_LIST(in), NULL);
    free(body.escaped);
    return err;
}

static enum pay_err callback_refused_work(struct db *db, void *arg)
{
    struct refused *w = arg;
    enum keep keep;

    enum pay_err err = keep_choose(db, w, &keep, &w->kept);
    return err == PAY_OK && w->kept ? refused_insert(db, w, keep) : err;
}

enum pay_err callback_refused(struct db *db, const struct callback_raw *raw, enum verdict verdict,
                              bool *kept)
{
    const struct order_attempt *found = raw->found;
    struct refused work = { .raw = raw, .verdict = verdict_word(verdict) };

    if (found && found->attempt.channel_id == raw->channel_id)
        work.found = found;
    network_of(str_or(raw->remote_address, ""), work.network);
    enum pay_err err = db_txn(db, callback_refused_work, &work);
    *kept = work.kept;
    return err;
}
