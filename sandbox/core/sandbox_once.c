/* sandbox_once.c - see sandbox_once.h. A mark is a row among the moves, of a kind of its own. */
#include "sandbox/core/sandbox_once.h"

#include <string.h>
#include "base/text.h"
#include "io/crypto/sign.h"
#include "sandbox/core/sandbox_move.h"

#define USED "used"

static bool mark_make(const struct sandbox_once *what, struct sandbox_move *mark)
{
    *mark = (struct sandbox_move){ .state = MOVE_DONE };
    sandbox_number_new(mark->no);
    return text_copy(mark->kind, sizeof(mark->kind), what->kind) &&
           text_copy(mark->channel, sizeof(mark->channel), what->channel) &&
           text_copy(mark->merchant, sizeof(mark->merchant), what->merchant) &&
           text_copy(mark->out_no, sizeof(mark->out_no), what->number);
}

enum pay_err sandbox_once(struct db *db, const struct sandbox_once *what, bool *first)
{
    static struct sandbox_move mark;

    *first = false;
    if (!mark_make(what, &mark))
        return PAY_FAULT;
    enum pay_err err = sandbox_move_insert(db, &mark);
    *first = err == PAY_OK;
    return err == PAY_DUPLICATE ? PAY_OK : err;
}

/* What two attempts at one payment have in common. */
static bool terms_name(const struct sandbox_trade *trade, char out[MAC_HEX_SIZE])
{
    char room[4096];
    struct text terms = TEXT(room);
    struct mac mac;

    text_addf(&terms, "%lld\n%s\n%s", (long long)trade->amount.minor, trade->subject,
              trade->marker);
    if (terms.full || !sign_sha256(room, terms.len, &mac))
        return false;
    sign_mac_hex(&mac, out);
    return true;
}

/* The mark is PENDING while the next other number is to pass; its detail is the number that counts
 * as used. */
static enum pay_err mark_turn(struct db *db, const struct sandbox_trade *trade,
                              struct sandbox_move *mark, bool *used)
{
    *used = str_eq(mark->detail, trade->out_trade_no) || mark->state != MOVE_PENDING;
    if (str_eq(mark->detail, trade->out_trade_no))
        return PAY_OK;
    mark->state = *used ? MOVE_PENDING : MOVE_DONE;
    if (*used && !text_copy(mark->detail, sizeof(mark->detail), trade->out_trade_no))
        return PAY_FAULT;
    return sandbox_move_save(db, mark);
}

enum pay_err sandbox_number_used(struct db *db, const struct sandbox_trade *trade, bool *used)
{
    static struct sandbox_trade old;
    static struct sandbox_move mark;
    char name[MAC_HEX_SIZE];
    const struct sandbox_trade_key stored = { .channel = trade->channel,
                                              .merchant = trade->merchant,
                                              .out_trade_no = trade->out_trade_no,
                                              .lock = true };
    const struct sandbox_move_key key = { .kind = USED,
                                          .channel = trade->channel,
                                          .merchant = trade->merchant,
                                          .out_no = name,
                                          .lock = true };

    *used = false;
    enum pay_err err = sandbox_trade_find(db, &stored, &old);
    if (err != PAY_NO_ROW)
        return err;
    if (!terms_name(trade, name) ||
        !mark_make(&(struct sandbox_once){ USED, trade->channel, trade->merchant, name }, &mark) ||
        !text_copy(mark.detail, sizeof(mark.detail), trade->out_trade_no))
        return PAY_FAULT;
    mark.state = MOVE_PENDING;
    err = sandbox_move_insert(db, &mark);
    *used = err == PAY_OK;
    if (err != PAY_DUPLICATE)
        return err;
    err = sandbox_move_find(db, &key, &mark);
    return err == PAY_OK ? mark_turn(db, trade, &mark, used) : err;
}
