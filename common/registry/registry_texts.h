/* registry_texts.h - a channel's configuration and secrets as texts, for the registry's files. */
#ifndef REGISTRY_REGISTRY_TEXTS_H
#define REGISTRY_REGISTRY_TEXTS_H

#include "registry/registry_private.h"

#define JSON_ROOM 8192
#define MERCHANT_SIZE 65

/* A configuration as it is stored: two JSON objects. */
struct channel_texts {
    char config[CHANNEL_CONFIG_SIZE], secrets[JSON_ROOM], secret[NEW_SECRET_SIZE];
};
/* Whose they are. What is wrong with them is said in actor->problem. */
struct texts_of {
    struct actor *actor;
    const struct config *env;
    const struct channel_driver *driver;
    const char *app_key, *code;
};

/* PAY_BAD_FIELD: they could not work. The driver opens them as they will be used. */
MUST_USE enum pay_err texts_check(const struct texts_of *of, const struct channel_texts *texts);
/* New keys of the driver's making, like those of `like` (a JSON object, or NULL); the one that is
 * shown is copied out. */
MUST_USE enum pay_err texts_make(const struct channel_driver *driver, const char *like,
                                 struct channel_texts *out);
MUST_USE enum pay_err texts_seal(const struct texts_of *of, const struct channel_texts *texts,
                                 struct sealed *out);
/* Those that the channel has, its row locked. PAY_NOT_FOUND: the app has no such channel. */
MUST_USE enum pay_err texts_read(struct db *db, const struct texts_of *of,
                                 struct channel_texts *out);
/* Puts the given members over them. whole: also those that are of one channel code alone. */
MUST_USE enum pay_err texts_over(const struct texts_of *of, const struct channel_given *given,
                                 bool whole, struct channel_texts *texts);
/* The merchant's account at the channel; false when the channel knows no accounts. */
bool texts_account(const struct channel_driver *driver, const struct channel_texts *texts,
                   char account[MERCHANT_SIZE]);

#endif
