/* refund_admin.h - refunds as operators list and find them, of all apps. */
#ifndef REFUND_REFUND_ADMIN_H
#define REFUND_REFUND_ADMIN_H

#include "order/listing.h"
#include "refund/refund_view.h"

struct refund_listed {
    struct refund refund;
    char app_key[APP_KEY_SIZE];
};
/* Its rows are struct refund_listed. */
const struct listed *refunds_listed(void);

#endif
