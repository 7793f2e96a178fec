/* Standard Webhooks: is a notification genuine? */
#ifndef SHOP_WEBHOOK_H
#define SHOP_WEBHOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

struct webhook {
    const char *id, *timestamp, *signature; /* the three webhook-… headers, "" when absent */
    const char *body;                       /* the bytes as they came */
    size_t body_size;
};

/* `secret` is whsec_ and base64. A signature is good when any entry of the list is, and the
 * timestamp lies within 300 s of `now`. */
bool webhook_is_genuine(const struct webhook *hook, const char *secret, time_t now);

#endif
