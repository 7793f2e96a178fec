/* due_owner.h - the SELECT of rows that are due (io/db/db_due.h), by whose rows they are. */
#ifndef APP_DUE_OWNER_H
#define APP_DUE_OWNER_H

#include "io/db/db_due.h"

/* clang-format off */
/* OF_APP: of rows with an app_id, which the index has, too. */
#define DUE_BY_APP(table, index, when, order) \
    DUE_CHOSEN(table, index, "t.app_id AS app", "FIND_IN_SET(app_id, ?) = 0", when, order)
/* OF_APP_AND_CHANNEL: of rows with a channel_id, which the index has, too. The channels of the apps
 * are listed once for each look; a join would lock their rows. */
#define DUE_BY_CHANNEL(table, index, when, order) \
    DUE_CHOSEN(table, index, \
               "(SELECT c.app_id FROM pay_channel c WHERE c.id = t.channel_id) AS app," \
               " t.channel_id AS channel", \
               "FIND_IN_SET(channel_id, COALESCE((SELECT GROUP_CONCAT(c.id) FROM pay_channel c" \
               "                                   WHERE FIND_IN_SET(c.app_id, ?) > 0), '')) = 0" \
               " AND FIND_IN_SET(channel_id, ?) = 0", when, order)
/* clang-format on */

#endif
