/* credentials.h - the Authorization header of a request, and the text its signature covers. */
#ifndef APP_CREDENTIALS_H
#define APP_CREDENTIALS_H

#include "app/app.h"

#define REQUEST_BODY_MAX 65536 /* bytes of a request's body */
#define REQUEST_URI_MAX 8192   /* bytes of its path with the query */
#define NONCE_SIZE 65
#define TIMESTAMP_WINDOW 300  /* seconds to either side */
#define CREDENTIALS_EXTRA 256 /* bytes a signed text has besides address and body, at most */

/* What the header says: each value is checked against its alphabet, and not verified yet. */
struct credentials {
    enum key_algorithm algorithm;
    char app_key[APP_KEY_SIZE], key_id[APP_KEY_SIZE]; /* key_id "" when left out */
    char timestamp[11], nonce[NONCE_SIZE];
    char signature[2049];
    int64_t time; /* timestamp as a number */
};

/* What is signed of a request. */
struct signed_request {
    const char *method, *uri; /* uri: path with query exactly as sent */
    const char *body;
    size_t body_len;
};

/* One Authorization header's value (NULL when absent); false when not of the contract's form. */
MUST_USE bool auth_parse(const char *header, struct credentials *out);
/* Of a header that auth_parse refuses: the parameter and what is wrong with it, in printable ASCII,
 * "timestamp: want Unix seconds, 1 to 10 digits, got 13 characters: these are milliseconds, …".
 * why wants AUTH_WHY_SIZE bytes. False, and no text, when nothing is wrong. */
#define AUTH_WHY_SIZE 256
bool auth_explain(const char *header, struct text *why);
/* The five signed lines: method, address, timestamp, nonce, body. */
void credentials_text(const struct signed_request *request, const struct credentials *said,
                      struct text *to);
/* True when signature over text is the key's own; an empty secret or key fits nothing. */
bool credentials_fit(const struct app_key *key, const struct text *text, const char *signature);

#endif
