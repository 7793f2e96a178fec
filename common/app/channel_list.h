/* channel_list.h - what an app may be paid by now: its enabled channels, without their keys. */
#ifndef APP_CHANNEL_LIST_H
#define APP_CHANNEL_LIST_H

#include "base/view.h"
#include "channel/channel.h"
#include "io/db/db.h"

struct channel_offer {
    char code[CHANNEL_CODE_SIZE];
    char name[257];           /* for people; the code when the operator gave none */
    const char *display_mode; /* that its product gives */
};
#define CHANNELS_MAX 64 /* of an app: more than there are codes */

/* In the order in which they were made, into out; *count of them. A channel whose driver this
 * program or mode lacks is left out. */
MUST_USE enum pay_err channel_list(struct db *db, const struct config *config, int64_t app_id,
                                   struct channel_offer out[CHANNELS_MAX], size_t *count);
extern const struct view CHANNEL_OFFER_VIEW;

#endif
