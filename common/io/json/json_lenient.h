/* json_lenient.h - JSON that others answer, read as JSON libraries read it: any depth they take,
 * repeated members, numbers in any spelling, NaN, broken Unicode. For the one word that is looked
 * for in an answer; what is believed passes the gate (json.h). */
#ifndef IO_JSON_LENIENT_H
#define IO_JSON_LENIENT_H

#include <stdbool.h>
#include <stddef.h>

/* A string's text, or a number as it is spelled. */
struct json_said {
    bool string;
    char text[64];
};

/* What the whole text says (name NULL: it is a string or a number), or a member of the object that
 * it is. False when it is no JSON, has no such member or several, or it says anything else. */
bool json_lenient_read(const char *at, size_t len, const char *name, struct json_said *out);

#endif
