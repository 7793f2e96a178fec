/* verdict.h - what was done with a callback, as callback_log records it. One line for each verdict
 * gives its constant, its word and its meaning. */
#ifndef SETTLE_VERDICT_H
#define SETTLE_VERDICT_H

/* The callback and its attempt say the same. */
#define VERDICTS_AGREED(X) \
    X(VERDICT_ACCEPTED, "ACCEPTED", \
      "it paid or ended the attempt, or ended the refund or transfer") \
    X(VERDICT_REPEATED, "REPEATED", "known already; at most the payment's number is new") \
    X(VERDICT_DUPLICATE_PAID, "DUPLICATE_PAID", "money for an order that is paid: it goes back") \
    X(VERDICT_LATE_PAID, "LATE_PAID", "money for a closed order: it goes back or is held")
/* Genuine, but not believed yet. */
#define VERDICTS_LATER(X) \
    X(VERDICT_DOUBTED, "DOUBTED", \
      "a cancel may have given the money back: the channel is asked, and the answer counts")
/* Genuine, but in conflict with what is on record; each raises an alert. */
#define VERDICTS_CONFLICT(X) \
    X(VERDICT_OTHER_PRICE, "OTHER_PRICE", "its price or currency is not the attempt's") \
    X(VERDICT_OTHER_PAYMENT, "OTHER_PAYMENT", "its payment belongs to another attempt") \
    X(VERDICT_OTHER_ACCOUNT, "OTHER_ACCOUNT", "it names another account than the channel's") \
    X(VERDICT_OVER_REFUND, "OVER_REFUND", "a refund that failed here was done, beyond the price") \
    X(VERDICT_OTHER_END, "OTHER_END", "what ended here, a payment too, ended otherwise there")
#define VERDICTS_REFUSED(X) \
    X(VERDICT_UNKNOWN_ATTEMPT, "UNKNOWN_ATTEMPT", "the channel has no such attempt") \
    X(VERDICT_BAD_BODY, "BAD_BODY", "the body cannot be read") \
    X(VERDICT_BAD_FIELD, "BAD_FIELD", "a member is missing or wrong") \
    X(VERDICT_UNSIGNED, "UNSIGNED", "there is no signature") \
    X(VERDICT_BAD_SIGN, "BAD_SIGN", "the signature is wrong: do both sides have the same key?") \
    X(VERDICT_BAD_TIME, "BAD_TIME", "its timestamp is too far from the clock") \
    X(VERDICT_BAD_TYPE, "BAD_TYPE", "its Content-Type is not the channel's") \
    X(VERDICT_TOO_LARGE, "TOO_LARGE", "the body is too large") \
    X(VERDICT_RATE, "RATE", "too many callbacks from one address")
/* The channel is not answered with success, so it sends the callback again. */
#define VERDICTS_FAILED(X) \
    X(VERDICT_FAULT, "FAULT", "a fault of Shroff's; the log has it") \
    X(VERDICT_DB_AWAY, "DB_AWAY", "the database could not be reached") \
    X(VERDICT_LOST, "LOST", "the connection was lost at COMMIT: perhaps it was applied")
#define VERDICTS(X) \
    VERDICTS_AGREED(X) VERDICTS_LATER(X) VERDICTS_CONFLICT(X) VERDICTS_REFUSED(X) VERDICTS_FAILED(X)

/* A list for SQL's IN. */
#define VERDICT_IN(verdicts) "(''" verdicts(VERDICT_AS_ELEMENT) ")"
#define VERDICT_AS_ELEMENT(name, word, says) ", '" word "'"
#define VERDICT_AS_ENUM(name, word, says) name,
#define VERDICT_AS_WORD(name, word, says) [name] = word,

enum verdict { VERDICTS(VERDICT_AS_ENUM) };

const char *verdict_word(enum verdict verdict); /* "ACCEPTED" … */

#endif
