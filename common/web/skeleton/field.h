/* field.h - decoding by table: a JSON body or a query string into a struct of bounded values. */
#ifndef WEB_FIELD_H
#define WEB_FIELD_H

#include <stddef.h>
#include <stdint.h>
#include "base/money.h"
#include "base/text.h"
#include "base/word.h"

/* What a value must be; the struct member's type follows from it. */
enum field_kind {
    FIELD_I64,        /* int64_t, struct money: a JSON integer (in a query: digits) in min..max */
    FIELD_TEXT,       /* char[]: min..max characters of UTF-8, no control characters (`lines`:
                           but newline and tab) */
    FIELD_WORD,       /* char[]: min..max characters of `alphabet` */
    FIELD_NO,         /* char[NO_SIZE]: a ULID */
    FIELD_CURRENCY,   /* char[4] */
    FIELD_URL,        /* char[1025]: http_url_ok */
    FIELD_RETURN_URL, /* char[1025]: return_url_ok */
    FIELD_ADDRESS,    /* char[46]: an IPv4 or IPv6 address; of a list the first, no port */
    FIELD_TIME,       /* int64_t ms: RFC 3339; a blank before the offset is its + */
    FIELD_OBJECT,     /* char[]: a JSON object of at most max bytes, its own bytes kept */
    FIELD_EXTRAS,     /* char[]: an object of at most 16 strings of at most 512 characters */
    FIELD_CHOICE,     /* int64_t: one of `words`, as its number */
    FIELD_CHECKED     /* char[]: any text; the handler judges it ("" when it cannot be decoded) */
};
/* ONE_OF: of all the table's fields so marked exactly one is given. */
enum field_need { OPTIONAL, NEEDED, ONE_OF };

struct field {
    const char *name;
    enum field_kind kind;
    enum field_need need;
    size_t offset, size;
    int64_t min, max;
    enum alphabet alphabet;   /* FIELD_WORD */
    const struct word *words; /* FIELD_CHOICE */
    const char *unit;         /* FIELD_I64: what it counts, for messages */
    bool lines;               /* FIELD_TEXT: newline and tab are welcome */
    bool not_zero;            /* FIELD_I64 */
    bool secret;              /* its value is repeated in no message */
    int64_t fallback;         /* numbers when absent */
};
/* A kind that does not fit the member's type does not compile: the array has a negative size. */
#define FIELD_IS_NUMBER(kind) \
    ((kind) == FIELD_I64 || (kind) == FIELD_TIME || (kind) == FIELD_CHOICE)
/* clang-format off */
#define FIELD_FITS(kind, at) \
    _Generic((at), struct money *: (kind) == FIELD_I64, int64_t *: FIELD_IS_NUMBER(kind), \
             default: !FIELD_IS_NUMBER(kind))

/* FIELD(struct terms, price, FIELD_I64, NEEDED, .min = 1, .max = MONEY_MAX) */
#define FIELD(in, member, /* kind, need, more */ ...) FIELD_NAMED(in, member, #member, __VA_ARGS__)
/* The same with a name of its own, for a member of a member. */
#define FIELD_NAMED(in, member, name_, kind_, /* need, more */ ...) \
    { .name = (name_), .kind = (kind_), .size = sizeof(((in *)0)->member), \
      .offset = offsetof(in, member) + \
                0 * sizeof(char[FIELD_FITS(kind_, &((in *)0)->member) ? 1 : -1]), \
      .need = __VA_ARGS__ }
/* clang-format on */

struct field_table {
    const struct field *at;
    size_t count;
    bool loose; /* a query: parameters that it does not know are skipped */
};
/* clang-format off */
#define FIELD_TABLE(a) { (a), COUNT(a), false }
/* clang-format on */

/* What is wrong: the field's name, and in words what was wanted and what came (text that others
 * wrote is cut and escaped: at most FIELD_WHY_MAX bytes, one line). */
struct field_fault {
    const char *name;
    struct text *why;
};
#define FIELD_WHY_MAX 1000

#define FIELDS_MAX 32 /* in a table */

/* What is wrong with a table, in words; NULL: nothing. For the start of a program. */
const char *field_table_wrong(const struct field_table *table);

/* Both fill every member of the table: an absent text is "", an absent number its fallback. A JSON
 * member that need not be there is absent when it is null, and a text also when it is "".
 * PAY_BAD_FIELD names the first bad field in the order of the table, then the first unknown one
 * (its name as sent when it has 1 to 64 characters and no control characters, else "?"; the name
 * points into room that lives until the next call).
 * JSON: a BOM in front is skipped; PAY_BAD_BODY when the gate refuses it or it is no object. */
MUST_USE enum pay_err field_read_json(const struct field_table *table, const char *at, size_t len,
                                      void *input, struct field_fault *fault);
/* Query strings (and urlencoded forms): repeated parameters are PAY_BAD_FIELD, and unknown ones
 * unless the table is loose. */
MUST_USE enum pay_err field_read_query(const struct field_table *table, const char *query,
                                       void *input, struct field_fault *fault);
#endif
