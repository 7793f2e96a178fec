/* order_admin.h - orders as operators list them, of all apps. */
#ifndef ORDER_ORDER_ADMIN_H
#define ORDER_ORDER_ADMIN_H

#include "order/listing.h"

/* Only what ORDER_IN_LIST (order_view.h) shows is filled. */
struct order_listed {
    struct order order;
    char app_key[APP_KEY_SIZE];
};
/* Its rows are struct order_listed. It is only listed: story.h finds an order. */
const struct listed *orders_listed(void);

#endif
