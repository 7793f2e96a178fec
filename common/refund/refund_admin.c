/* refund_admin.c - the SQL that lists and finds refunds of all apps. */
#include "refund/refund_admin.h"

#include "refund/refund_row.h"

#define REFUND_LISTED_SELECT \
    "SELECT " REFUND_FIELDS ", a.app_key FROM pay_refund r" REFUND_JOINS \
    " JOIN pay_app a ON a.id = r.app_id"

const struct listed *refunds_listed(void)
{
    static const char LIST[] = REFUND_LISTED_SELECT LISTED_WHERE("r", "pay_refund");
    static const char OURS[] = REFUND_LISTED_SELECT " WHERE r.no = ?";
    static const char THEIRS[] = REFUND_LISTED_SELECT " WHERE r.merchant_refund_id = ?" LISTED_APP;
    static const struct db_column KEY = DB_COLUMN(struct refund_listed, app_key);
    static struct refund_listed row;
    static struct listed_shape shape;
    static struct listed listed = { LIST, OURS, THEIRS, NULL, &row, sizeof(row) };

    _Static_assert(offsetof(struct refund_listed, refund) == 0, "the refund stands first");
    listed.shape = listed_shape(&shape, &REFUND_SHAPE, &KEY);
    return &listed;
}
