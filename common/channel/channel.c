/* channel.c - finding a driver among those that the program handed in. */
#include "channel/channel.h"

#include "io/crypto/vault.h"

static const struct channel_driver *const NONE[] = { NULL };
static const struct channel_driver *const *drivers = NONE;

void channels_use(const struct channel_driver *const *all)
{
    drivers = all;
}

static const struct channel_product *product_of(const struct channel_driver *driver,
                                                const char *code)
{
    for (size_t i = 0; i < driver->product_count; i++)
        if (str_eq(driver->products[i].code, code))
            return &driver->products[i];
    return NULL;
}

const struct channel_driver *channel_find(const char *code, bool test_mode,
                                          const struct channel_product **product)
{
    for (size_t i = 0; drivers[i]; i++) {
        *product = product_of(drivers[i], code);
        if (*product)
            return drivers[i]->test_only && !test_mode ? NULL : drivers[i];
    }
    return NULL;
}

const char *channel_missing(const char *code)
{
    static char none[512];
    const struct channel_product *product;
    struct text text = TEXT(none);

    if (channel_find(code, true, &product))
        return "this channel exists in test mode only (SHROFF_MODE=test)";
    text_add(&text, "no such channel code: want one of");
    for (size_t i = 0; drivers[i]; i++)
        for (size_t p = 0; p < drivers[i]->product_count; p++)
            text_addf(&text, " %s", drivers[i]->products[p].code);
    return none;
}

/* The nth driver of a mode. */
static const struct channel_driver *driver_at(bool test_only, size_t n)
{
    for (size_t i = 0; drivers[i]; i++)
        if (drivers[i]->hear && drivers[i]->test_only == test_only && n-- == 0)
            return drivers[i];
    return NULL;
}

const struct channel_driver *channel_stand_in(bool test_mode, int64_t number)
{
    const struct channel_driver *driver = test_mode ? driver_at(true, 0) : NULL;
    size_t count = 0;

    while (driver_at(false, count))
        count++;
    if (driver || count == 0)
        return driver;
    return driver_at(false, (size_t)(vault_hash("stand_in", number) % count));
}
