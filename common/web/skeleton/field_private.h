/* field_private.h - what decoding from JSON and from a query string share. */
#ifndef WEB_FIELD_PRIVATE_H
#define WEB_FIELD_PRIVATE_H

#include <stdbool.h>
#include "web/skeleton/field.h"

/* Where values come from. has: was the table's i-th field given? read: decodes it into its member.
 * show: what came, as a message may show it; false: the message needs nothing more. instead: the
 * name that was given in the place of a missing field; NULL: none. */
struct field_source {
    void *arg;
    bool (*has)(void *arg, size_t i);
    bool (*read)(void *arg, size_t i, const struct field *field, void *to);
    bool (*show)(void *arg, size_t i, struct text *to);
    const char *(*instead)(void *arg, size_t i);
};

/* Goes through the table in its order. */
MUST_USE enum pay_err field_fill(const struct field_table *table, const struct field_source *source,
                                 void *input, struct field_fault *fault);
/* Text of any kind but FIELD_OBJECT and FIELD_EXTRAS into the member; FIELD_I64 from digits. */
bool field_take_text(const struct field *field, const char *s, size_t len, void *to);
/* Is it within the bounds of a FIELD_I64? */
bool field_number_fits(const struct field *field, int64_t n);
/* A JSON member that is "" counts as absent. */
bool field_may_be_empty(const struct field *field);
/* The place of a name in the table, or count. */
size_t field_index(const struct field_table *table, const char *name);
/* An unknown member's name as an answer may show it. */
const char *field_unknown(const char *name, size_t len);

/* ---- field_words.c */
#define SHOWN_MAX 60 /* bytes of a value in a message */
/* What the field's value must be: "a whole number of minor units (1 to 1000000000000)". */
void field_want(const struct field *field, struct text *to);
/* The table's field that an unknown name was meant to be; NULL: none is near. */
const struct field *field_meant(const struct field_table *table, const char *name);
/* amount: unknown, did you mean price? */
void field_say_unknown(const struct field_table *table, struct field_fault *fault);

#endif
