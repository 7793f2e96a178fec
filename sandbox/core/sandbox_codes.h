/* sandbox_codes.h - GET /cashier/codes: the bar codes that played payers show at a till, each as
 * bars, as a QR code and as digits, with what comes of it. New digits each time, as on a phone. */
#ifndef SANDBOX_CORE_SANDBOX_CODES_H
#define SANDBOX_CORE_SANDBOX_CODES_H

#include "sandbox/core/sandbox.h"

void sandbox_codes(const struct sandbox_request *in, struct sandbox_answer *out);
/* Bars of Code 128, code set C, as an SVG. digits: an even number of them, 24 at most. */
void sandbox_bars(struct text *to, const char *digits);

#endif
