/* json.h - reading JSON: our own gate first, then json-c. Writing is base/json_text.h.
 *
 * The gate accepts one value in strict UTF-8, no byte-order mark, depth <= 8, no repeated member
 * names (after unescaping), RFC 8259 grammar to the letter, no U+0000 in names, no lone
 * surrogates. A string value may hold U+0000. */
#ifndef IO_JSON_H
#define IO_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "base/text.h"

#define JSON_DEPTH 8

/* True when the gate lets it through. */
bool json_check(const char *at, size_t len);

/* The text behind a byte-order mark, with which senders may begin; *len shrinks with it. */
const char *json_behind_mark(const char *at, size_t *len);
/* True when it has more than `most` (> 0) members, at any depth; what follows is not looked at. */
bool json_members_over(const char *at, size_t len, size_t most);
/* The same of objects and arrays. */
bool json_containers_over(const char *at, size_t len, size_t most);

struct json; /* a value; children belong to the root */

/* Root value of a checked text: PAY_OK or PAY_BAD_BODY. The caller frees the root. */
MUST_USE enum pay_err json_parse(const char *at, size_t len, struct json **out);
void json_free(struct json **root);
/* What is wrong with a text that is no JSON object, and where: "byte 17: a member is repeated". */
void json_explain(const char *at, size_t len, struct text *why);

/* JSON_NUMBER: a fraction, an exponent, or beyond int64. */
enum json_kind {
    JSON_NULL,
    JSON_BOOL,
    JSON_INT,
    JSON_NUMBER,
    JSON_STRING,
    JSON_OBJECT,
    JSON_ARRAY
};
enum json_kind json_kind(const struct json *value);
/* NULL when absent (a member that is null is there, with kind JSON_NULL). */
const struct json *json_member(const struct json *object, const char *name);
/* The length counts no closing NUL, but a string may have U+0000 in it: look for one before reading
 * it as a C string. The text lives as long as the root. */
const char *json_text(const struct json *value, size_t *len);
int64_t json_int(const struct json *value);
size_t json_size(const struct json *value); /* members or elements */
/* The i-th element of an array; NULL beyond its end. */
const struct json *json_element(const struct json *array, size_t i);
/* Calls each member in the order of the text until it returns false; false then. */
bool json_each(const struct json *object,
               bool (*each)(void *arg, const char *name, const struct json *value), void *arg);
/* The exact bytes a top-level member's value has in the text that was parsed (metadata is returned
 * untouched): scans text, which passed the gate. NULL when absent. */
const char *json_span(const char *at, size_t len, const char *name, size_t *span_len);
/* The same in a text as json_lenient.h reads it. NULL, too, when there are several of that name. It
 * allocates nothing, since whoever sent the text may have filled it with what is slow to keep. */
const char *json_span_lenient(const char *at, size_t len, const char *name, size_t *span_len);

#endif
