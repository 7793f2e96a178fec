/* transfer_admin.c - the SQL that lists and finds transfers of all apps. */
#include "transfer/transfer_admin.h"

#include "transfer/transfer_row.h"

#define TRANSFER_LISTED_SELECT \
    "SELECT " TRANSFER_FIELDS ", a.app_key FROM pay_transfer t" \
    " JOIN pay_app a ON a.id = t.app_id"

const struct listed *transfers_listed(void)
{
    static const char LIST[] = TRANSFER_LISTED_SELECT LISTED_WHERE("t", "pay_transfer");
    static const char OURS[] = TRANSFER_LISTED_SELECT " WHERE t.no = ?";
    static const char THEIRS[] = TRANSFER_LISTED_SELECT
        " WHERE t.merchant_transfer_id = ?" LISTED_APP;
    static const struct db_column KEY = DB_COLUMN(struct transfer_listed, app_key);
    static struct transfer_listed row;
    static struct listed_shape shape;
    static struct listed listed = { LIST, OURS, THEIRS, NULL, &row, sizeof(row) };

    _Static_assert(offsetof(struct transfer_listed, transfer) == 0, "the transfer stands first");
    listed.shape = listed_shape(&shape, &TRANSFER_SHAPE, &KEY);
    return &listed;
}
