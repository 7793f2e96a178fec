/* cancel.h - puts one question about an attempt to its channel, or ends it there. A bar code is
 * ended by a cancel that gives back what its payer paid just before, whatever Shroff has heard by
 * then. So it is noted in the attempt's row before it is sent: from then on no word SUCCESS is
 * believed until a question finds the money there when no cancel can be at work any more
 * (settle_cancel.c). */
#ifndef SETTLE_CANCEL_H
#define SETTLE_CANCEL_H

#include "app/channel_config.h"
#include "io/db/db.h"

/* Outside any transaction. PAY_UNKNOWN: no answer. PAY_DB_AWAY, PAY_LOST: no cancel was sent. */
typedef enum pay_err attempt_ask(struct db *db, const struct channel_config *channel,
                                 const char *no, struct channel_said *out);
attempt_ask attempt_question;
/* Makes it unpayable. SUCCESS: the payer was faster, and the money is there. An attempt that has
 * its money or has ended is asked about, not cancelled. */
attempt_ask attempt_close;

#endif
