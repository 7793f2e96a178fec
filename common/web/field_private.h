/* field_private.h - what decoding from JSON and from a query string share. */
#ifndef WEB_FIELD_PRIVATE_H
#define WEB_FIELD_PRIVATE_H

#include <stdbool.h>
#include "web/field.h"

/* Which of the table's fields were given, and how a given one is decoded into its member. */
struct field_source {
    void *arg;
    bool (*has)(void *arg, size_t i);
    bool (*read)(void *arg, size_t i, const struct field *field, void *to);
};

/* Goes through the table in its order. */
MUST_USE enum pay_err field_fill(const struct field_table *table, const struct field_source *source,
                                 void *input, const char **field);
/* Text of any kind but FIELD_OBJECT and FIELD_EXTRAS into the member; FIELD_I64 from digits. */
bool field_take_text(const struct field *field, const char *s, size_t len, void *to);
/* The place of a name in the table, or count. */
size_t field_index(const struct field_table *table, const char *name);
/* An unknown member's name as it may be told. */
const char *field_unknown(const char *name, size_t len);

#endif
