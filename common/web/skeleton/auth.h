/* auth.h - a request's credentials against the app's keys. */
#ifndef WEB_AUTH_H
#define WEB_AUTH_H

#include "app/credentials.h"
#include "web/skeleton/request.h"

/* The five signed lines: method, address, timestamp, nonce, body. */
void auth_signed_text(const struct request *request, const struct credentials *said,
                      struct text *to);

/* The app and that it has a live key of the algorithm (and of key_id, when given). PAY_UNSIGNED, or
 * the database's error. An unknown app costs a signature check like a known one. */
MUST_USE enum pay_err auth_app(struct db *db, const struct request *request,
                               const struct credentials *said, const struct app **out);
/* PAY_BAD_TIME outside the window around now_s. */
MUST_USE enum pay_err auth_time(const struct credentials *said, int64_t now_s);
/* The key that made the signature; PAY_BAD_SIGN when none did, PAY_FAULT when one may have made it
 * that cannot be used here. */
MUST_USE enum pay_err auth_signature(const struct app *app, const struct request *request,
                                     const struct credentials *said, const struct app_key **out);
/* After PAY_FAULT of it: raises an alert that names the key which cannot be used. */
void auth_tell_shut(struct db *db, const struct app *app, const struct credentials *said);
/* What is wrong with the credentials, in words (said is NULL when the header was not of the form).
 * Of a wrong signature nothing is added: base/err.h has the words. */
void auth_say(const struct request *request, const struct credentials *said, enum pay_err err,
              struct text *why);

#endif
