/* code.h - what a channel's error codes mean. Each driver has one table of them, with the cure of
 * each: the drivers decide by it, shroffctl channel test and the alert channel_setup print it, and
 * docs/channels.md lists it. */
#ifndef CHANNEL_CODE_H
#define CHANNEL_CODE_H

#include <stddef.h>

/* NOTHING: the table lacks the code. NO: a definite refusal. PAID: a refusal, since it was paid
 * before: the channel is asked. UNKNOWN: it may be done, or not. BUSY: not now; it is tried again.
 * SETUP: a definite refusal, of every request until an operator mends the configuration or the
 * account at the channel. */
enum channel_meaning {
    MEANS_NOTHING,
    MEANS_NO,
    MEANS_PAID,
    MEANS_UNKNOWN,
    MEANS_BUSY,
    MEANS_SETUP
};
const char *channel_meaning_word(enum channel_meaning meaning);

struct channel_code {
    const char *code;
    enum channel_meaning meaning;
    const char *says; /* what it means, and the cure */
};
struct channel_codes {
    const struct channel_code *at;
    size_t count;
};
/* NULL: the table lacks it. */
const struct channel_code *channel_code_of(const struct channel_codes *codes, const char *code);

/* The same for an answer with a text: a plain refusal whose text says that requests may not come
 * from this address is CODE_ADDRESS, whatever its code. codes NULL: NULL. */
const struct channel_code *channel_code_told(const struct channel_codes *codes, const char *code,
                                             const char *msg);

/* A row of each table for an answer of 2xx whose signature is not right. */
#define CODE_ANSWER_SIGNATURE "ANSWER_SIGNATURE"
/* A row for a refusal whose text says that requests may not come from this address, whatever its
 * code. */
#define CODE_ADDRESS "ADDRESS_NOT_ALLOWED"

#endif
