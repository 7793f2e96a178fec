/* registry_view.h - what apps, keys and configured channels show of themselves (base/view.h). */
#ifndef REGISTRY_REGISTRY_VIEW_H
#define REGISTRY_REGISTRY_VIEW_H

#include "base/view.h"
#include "registry/registry.h"

/* A key and the word of its state, which expiry changes without a change of the row. */
struct key_shown {
    const struct key_row *key;
    const char *status;
};

extern const struct view APP_VIEW;     /* of a struct app_row */
extern const struct view KEY_VIEW;     /* of a struct key_shown */
extern const struct view CHANNEL_VIEW; /* of a struct channel_row */

#endif
