/* json_text.h - writes JSON into a struct text. What is signed, frozen or answered is built here,
 * byte for byte ours, never by a library that may truncate it.
 * Commas are placed by the writer; absent values are left out by the caller not writing them. */
#ifndef BASE_JSON_TEXT_H
#define BASE_JSON_TEXT_H

#include <stdbool.h>
#include <stdint.h>
#include "base/text.h"

struct json_text {
    struct text *to;
    bool need_comma;
};
#define JSON_TEXT(text) ((struct json_text){ (text), false })

/* name is NULL inside arrays and for the outermost value. */
void json_open(struct json_text *j, const char *name);               /* { */
void json_close(struct json_text *j);                                /* } */
void json_open_list(struct json_text *j, const char *name);          /* [ */
void json_close_list(struct json_text *j);                           /* ] */
void json_str(struct json_text *j, const char *name, const char *s); /* "" is written */
void json_str_n(struct json_text *j, const char *name, const char *s, size_t len);
/* opt, time and raw write nothing for NULL, "" or 0. */
void json_opt(struct json_text *j, const char *name, const char *s);
void json_i64(struct json_text *j, const char *name, int64_t n);
void json_bool(struct json_text *j, const char *name, bool b);
void json_time(struct json_text *j, const char *name, int64_t ms);      /* RFC 3339 */
void json_raw(struct json_text *j, const char *name, const char *json); /* JSON, checked */

/* Escapes s as the inside of a JSON string; bytes that are not UTF-8 become U+FFFD. */
void json_escape(struct text *to, const char *s, size_t len);

/* A copy of text (unchecked JSON, whole or cut, with other text around it) in which each
 * member called name has the value "…": names are read as JSON reads them, "s\u0069gn" is sign. */
void json_mask(struct text *to, const char *text, const char *name);

#endif
