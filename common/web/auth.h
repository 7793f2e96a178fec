/* auth.h - who sends a request: its credentials against the app's keys. */
#ifndef WEB_AUTH_H
#define WEB_AUTH_H

#include "pay/credentials.h"
#include "web/request.h"

/* The five signed lines: method, address, timestamp, nonce, body. */
void auth_signed_text(const struct request *request, const struct credentials *said,
                      struct text *to);

/* The app and that it has a live key of the algorithm (and of key_id, when given). PAY_UNSIGNED, or
 * the database's error. An unknown app costs a signature check like a known one. */
MUST_USE enum pay_err auth_app(struct db *db, const struct request *request,
                               const struct credentials *said, const struct app **out);
/* PAY_BAD_TIME outside the window around now_s. */
MUST_USE enum pay_err auth_time(const struct credentials *said, int64_t now_s);
/* The key that made the signature; PAY_BAD_SIGN when none did. */
MUST_USE enum pay_err auth_signature(const struct app *app, const struct request *request,
                                     const struct credentials *said, const struct app_key **out);

#endif
