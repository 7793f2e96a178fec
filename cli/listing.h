/* listing.h - `list` and `show` of orders, refunds and transfers, which differ by their names. */
#ifndef CLI_LISTING_H
#define CLI_LISTING_H

#include "cli/command.h"
#include "order/listing.h"

struct cli_listed {
    const char *one; /* "refund" */
    const struct state_table *states;
    const struct listed *(*of)(void);
    db_each *print; /* arg: the struct out; row: that of `of` */
};
/* The whole of `list`. */
int cli_list(struct cli *cli, const struct cli_listed *l);
/* The row that the command's argument names, into room; not EXIT_SUCCESS: after a message. */
int cli_find(struct cli *cli, const struct cli_listed *l, void *room);
/* `show`, up to the end of the object's own members; cli_events ends what it opened, unless it is
 * not EXIT_SUCCESS. room: for the row. */
int cli_show(struct cli *cli, const struct cli_listed *l, void *room);
/* After it: the object's time line, and the end of what was opened. */
typedef enum pay_err story_reader(struct db *db, int64_t id, db_each *each, void *arg);
int cli_events(struct cli *cli, const struct cli_listed *l, int64_t id, story_reader *story);

#endif
