/* form.h - application/x-www-form-urlencoded text, as forms and query strings have it. */
#ifndef BASE_FORM_H
#define BASE_FORM_H

#include <stdbool.h>
#include <stddef.h>
#include "base/err.h"
#include "base/text.h"

/* Decodes one %XX/+ text; false on a bad escape, NUL, or when it does not fit. */
MUST_USE bool form_decode(const char *from, size_t len, char *to, size_t size);
/* Encodes: letters, digits and -._~ stay, a blank is %20, so that it is right in a path, too. */
void text_add_form(struct text *to, const char *s);

/* Adds text, which was not checked before and may be cut off; the values of parameters of that
 * name, however it is escaped, are "…". A blank ends a parameter, too. */
void form_mask(struct text *to, const char *text, const char *name);

#define FORM_PAIRS_MAX 64
/* Decoded parameters, in their order. */
struct form {
    struct form_pair {
        const char *name, *value;
    } at[FORM_PAIRS_MAX];
    size_t count;
};
/* The texts stand in room, which holds 2 * len + 2 bytes. False: a bad escape, a NUL, a parameter
 * without a name, a repeated name, or over FORM_PAIRS_MAX of them. */
MUST_USE bool form_read(const char *from, size_t len, char *room, struct form *out);
/* NULL when it is absent. */
const char *form_value(const struct form *form, const char *name);

#endif
