/* signed_json.h - flat JSON objects that carry their own signature. The mock channel and its
 * gateway exchange them, in both directions.
 *
 * Members are strings, integers or null. Signed text: all members but `sign` and `sign_type`, empty
 * and null ones dropped, sorted by name bytewise, name=value joined by `&`. HMAC-SHA256 is written
 * in lower-case hex, RSA2 (RSA-SHA256) in base64. */
#ifndef IO_SIGNED_JSON_H
#define IO_SIGNED_JSON_H

#include "io/json/json.h"

#define SIGNED_MEMBERS_MAX 64
#define SIGNED_HMAC "HMAC-SHA256"
#define SIGNED_RSA2 "RSA2"

struct signed_key {
    const char *sign_type; /* SIGNED_HMAC or SIGNED_RSA2 */
    const char *key;       /* HMAC: its characters are the key. RSA2: PEM, private to sign,
                                   public to verify. NULL or "" neither signs nor verifies */
};

/* True when every member is a string, an integer or null, neither names nor strings (but `sign`)
 * hold `&`, `=`, control or non-ASCII characters, and there are at most SIGNED_MEMBERS_MAX. Else
 * *bad is the first bad member's name, "" when there are too many; it lives as long as object. */
MUST_USE bool signed_json_ok(const struct json *object, const char **bad);
/* The text that is signed. False when it did not fit or the object is not signed_json_ok. */
MUST_USE bool signed_json_text(const struct json *object, struct text *to);
/* True when sign_type is the key's and the signature is right. A missing or empty one never is. */
MUST_USE bool signed_json_verify(const struct json *object, const struct signed_key *key);
/* json holds one whole object "{…}" without sign_type and sign, as base/json_text wrote it: puts
 * ,"sign_type":"…","sign":"…" before its last brace. False: not signed. */
MUST_USE bool signed_json_sign(struct text *json, const struct signed_key *key);

/* A member's string; NULL when it is absent, no string, or empty. */
const char *signed_json_str(const struct json *object, const char *name);

#endif
