/* transfer_admin.h - transfers as operators list and find them, of all apps. */
#ifndef TRANSFER_TRANSFER_ADMIN_H
#define TRANSFER_TRANSFER_ADMIN_H

#include "order/listing.h"
#include "transfer/transfer_view.h"

struct transfer_listed {
    struct transfer transfer;
    char app_key[APP_KEY_SIZE];
};
/* Its rows are struct transfer_listed. */
const struct listed *transfers_listed(void);

#endif
