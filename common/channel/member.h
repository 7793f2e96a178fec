/* member.h - the members of a channel's configuration, as its driver describes them: what the
 * registry checks, shroffctl shows and the documents list. */
#ifndef CHANNEL_MEMBER_H
#define CHANNEL_MEMBER_H

#include <stdbool.h>
#include "base/config.h"
#include "io/json/json.h"

/* TEXT: of min to max bytes. CHOICE: one of words. URL: an absolute address of min to max bytes,
 * without user, query and fragment; in live mode of https. */
enum member_form {
    MEMBER_TEXT,
    MEMBER_CHOICE,
    MEMBER_URL,
    MEMBER_RSA_PUBLIC,
    MEMBER_RSA_PRIVATE,
    MEMBER_CERT,
};

/* Whose a member is. OF_ACCOUNT names the merchant's account at the channel: channels of an app
 * with the same one share their keys. OF_CODE may differ between channel codes of one account. */
enum member_of {
    MEMBER_OF_KEYS,
    MEMBER_OF_ACCOUNT,
    MEMBER_OF_CODE,
};

struct channel_member {
    const char *name;
    enum member_of of;
    bool secret; /* kept sealed, in pay_channel.config_sealed; else in config */
    bool optional;
    bool shown; /* a secret that Shroff makes is shown once, to the operator */
    enum member_form form;
    size_t min, max;   /* of a TEXT or URL */
    const char *words; /* of a CHOICE, between blanks */
    const char *help;
};

/* A row of pay_channel, opened and parsed. */
struct channel_parsed {
    const char *code;
    const struct json *config, *secrets;
    const struct config *env;
};

struct channel_driver;
/* Checks the row by the members that the driver describes, then opens it. PAY_BAD_FIELD: *why names
 * the member and what it must be, until the next call. The caller gives *keys to the driver's shut.
 */
MUST_USE enum pay_err channel_open(const struct channel_driver *driver,
                                   const struct channel_parsed *row, void **keys, const char **why);
/* Refuses members that the driver does not have: a typing error. */
MUST_USE enum pay_err channel_members_known(const struct channel_driver *driver,
                                            const struct channel_parsed *row, const char **why);

/* "a b c" as "a, b or c". */
void member_choices(struct text *to, const char *words);
/* A member's text; NULL when it is absent, no string or empty. */
const char *member_text(const struct json *object, const char *name);
/* The same, or the text of the alias that merchants also send. */
const char *member_text_of(const struct json *object, const char *name, const char *alias);

#endif
