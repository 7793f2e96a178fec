/* alipay_text.h - the text that Alipay's requests, notifications and return addresses sign.
 * Source: opendocs.alipay.com/common/02kf5q, and the signers of alipay-sdk (npm). */
#ifndef WIRE_ALIPAY_TEXT_H
#define WIRE_ALIPAY_TEXT_H

#include <stddef.h>
#include "base/text.h"

struct alipay_pair {
    const char *name, *value; /* the value as it is, not urlencoded */
};

/* Sorts the pairs by name, bytewise, and writes name=value joined by `&`. A pair whose value is
 * NULL or "" is left out. A request signs all its parameters but `sign`; a notification and a
 * return address leave out `sign_type` too. */
void alipay_text(struct alipay_pair *pairs, size_t count, struct text *to);

#endif
