/* settle_number.c - the channel's number of a refund or a transfer moves money once, as that of a
 * payment pays once. */
#include "settle/settle_private.h"

struct holder {
    char no[NO_SIZE];
};
static const struct db_column HOLDER_COLUMNS[] = { DB_COLUMN(struct holder, no) };

enum pay_err number_owner(struct db *db, const struct number_said *said, char taken[NO_SIZE])
{
    struct holder holder = { .no = "" };
    const struct db_param in[] = { DB_STR(said->number), DB_NUM(said->channel_id),
                                   DB_NUM(said->id) };

    taken[0] = '\0';
    if (*said->number == '\0')
        return PAY_OK;
    enum pay_err err = db_select(db, &(struct db_query){ .sql = said->sql,
                                                         .in = in,
                                                         .n = COUNT(in),
                                                         .shape = DB_SHAPE(HOLDER_COLUMNS),
                                                         .row = &holder });
    if (err == PAY_OK)
        memcpy(taken, holder.no, NO_SIZE);
    return err == PAY_NO_ROW ? PAY_OK : err;
}
