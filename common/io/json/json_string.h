/* json_string.h - characters of JSON strings; for the gate and for json.c alone. */
#ifndef IO_JSON_STRING_H
#define IO_JSON_STRING_H

#include <stddef.h>
#include <stdint.h>

/* Reads one character of a string, its escape undone, into *out. Returns the bytes that were read;
 * 0 when a string may not have the character. */
size_t json_character(const char *at, const char *end, uint32_t *out);
/* The bytes of one character as others write it: of any value, not always UTF-8, an escape maybe of
 * half a pair. 0: no escape of JSON. */
size_t json_character_lenient(const char *at, const char *end);
/* A copy of a text that passed the gate, without escaped surrogate pairs; the caller frees it. NULL
 * when the text has none. *len becomes the copy's length. */
char *json_without_pairs(const char *at, size_t *len);

#endif
