/* signing.h - what `shroffctl sign` and `verify` share: a request, and the text that is signed. */
#ifndef CLI_SIGNING_H
#define CLI_SIGNING_H

#include "cli/command.h"
#include "app/credentials.h"

/* Room for a signed text whose body was written with twice the bytes. */
#define SIGNING_ROOM (2 * REQUEST_BODY_MAX + 2 * REQUEST_URI_MAX + CREDENTIALS_EXTRA)

struct signing {
    const struct app *app;
    const char *base_url;          /* SHROFF_BASE_URL, "" when unset */
    struct signed_request request; /* as --method, --path and --body-file say, byte for byte */
    struct credentials said;
};

/* The texts people sign instead of the right one: row by row, each with its variants from 0 on. */
struct signing_mistake {
    char says[200];   /* what is wrong with it; "" for the right text */
    struct text text; /* over room; empty when this request offers no such mistake */
    char room[SIGNING_ROOM];
};
extern const size_t SIGNING_MISTAKES;
/* False when the row has no such variant. */
bool signing_mistake(const struct signing *s, size_t row, size_t variant,
                     struct signing_mistake *out);

/* Why the signature does not fit: each mistaken text is tried with each key that people take for
 * the right one. PAY_NO_ROW when nothing explains it. */
MUST_USE enum pay_err verify_guess(struct cli *cli, const struct signing *s, struct text *why);

#endif
