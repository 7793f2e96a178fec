/* settle_cancel.c - a bar code is ended by a cancel, which gives back what its payer paid just
 * before (cancel.c). Until no cancel can be at work any more, a word SUCCESS may be older than the
 * cancel. */
#include "settle/settle_private.h"

bool attempt_is_doubted(const struct attempt *attempt, const struct channel_said *said)
{
    if (attempt->status == ATTEMPT_SUCCESS || attempt->cancelled == CANCELLED_NOT)
        return false;
    return !said->asked || attempt->cancelled == CANCELLED_JUST_NOW;
}

enum pay_err settle_doubted(struct db *db, struct settling *w)
{
    static const char SQL[] =
        "UPDATE pay_order_extension"
        "   SET next_sync_time = GREATEST(UTC_TIMESTAMP(3),"
        "                                 cancel_time + INTERVAL " CANCEL_WORKS_S " SECOND),"
        "       sync_times = 0"
        " WHERE id = ?";
    const struct db_param in[] = { DB_NUM(w->attempt.id) };

    w->verdict = VERDICT_DOUBTED;
    return db_exec(db, SQL, DB_LIST(in), NULL);
}
