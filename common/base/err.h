/* err.h - the one list of results: what a function returns, what a client is answered, and what the
 * client can do about it.
 *
 * Each row: name, wire code, HTTP status, message, advice. The wire codes are the contract's and
 * stable. A row whose code is 0 never leaves the process (err_row maps it to 50000 if it would). */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#define MUST_USE __attribute__((warn_unused_result))
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* clang-format off */
#define PAY_ERRORS(X) \
    X(PAY_OK,               0, 200, "success", "nothing") \
    X(PAY_BAD_BODY,     40000, 400, "the body is not what it claims to be", \
      "send one JSON object in UTF-8: no repeated members, no deeper than 8, nothing after it") \
    X(PAY_BAD_FIELD,    40001, 400, \
      "a field is missing, unknown, of the wrong type or out of range", \
      "look at `field`") \
    X(PAY_UNSIGNED,     40100, 401, "credentials are missing, malformed or unknown", \
      "send one Authorization header: SHROFF-HMAC-SHA256 app_key=\"…\",…") \
    X(PAY_BAD_SIGN,     40101, 401, "the signature is wrong", \
      "sign the exact bytes that are sent; shroffctl verify shows the text") \
    X(PAY_BAD_TIME,     40102, 401, "the timestamp is more than 300 s off", "set the clock") \
    X(PAY_NONCE_USED,   40103, 401, "the nonce was used before", \
      "use a new nonce for every request") \
    X(PAY_NO_SESSION,   40104, 401, "an operator's session or token is missing", \
      "log in, or send a token") \
    X(PAY_NO_SCOPE,     40300, 403, "the key lacks the scope", "shroffctl key create --scopes") \
    X(PAY_BAD_ADDRESS,  40301, 403, "the address is not on the app's allow-list", \
      "shroffctl app set --allowed-nets") \
    X(PAY_APP_DISABLED, 40302, 403, "the app is disabled", "shroffctl app enable") \
    X(PAY_NO_CHANNEL,   40303, 403, "the channel is disabled or absent for this app", \
      "shroffctl channel list") \
    X(PAY_CROSS_SITE,   40304, 403, "a cross-site request", \
      "send it from the service's own address") \
    X(PAY_NOT_FOUND,    40400, 404, "no such thing", "check the number and the app") \
    X(PAY_BAD_METHOD,   40500, 405, "the method is not allowed here", "look at Allow") \
    X(PAY_TOO_LARGE,    41300, 413, "the body is over 64 KiB", "send less") \
    X(PAY_URI_TOO_LONG, 41400, 414, "the address is over 8 KiB", "send less") \
    X(PAY_BAD_TYPE,     41500, 415, "the content type is not accepted here", \
      "send application/json") \
    X(PAY_RATE,         42900, 429, "too many requests", "wait for Retry-After seconds") \
    X(PAY_CONFLICT,     40900, 409, "the number was used with other parameters", \
      "query the first one, or use a new number") \
    X(PAY_PAID,         40901, 409, "the order is already paid", "query the order") \
    X(PAY_CLOSED,       40902, 409, "the order is closed", "open a new order") \
    X(PAY_EXPIRED,      40903, 409, "the order has expired", "open a new order") \
    X(PAY_OVER_REFUND,  40904, 409, "the refund is over what is left", "query the order") \
    X(PAY_STALE,        40905, 409, "the stated remaining amount is stale", "query the order") \
    X(PAY_OTHER_PRICE,  40906, 409, "the price or currency is not the order's", \
      "an operator looks at the alert") \
    X(PAY_OTHER_PAYMENT, 40906, 409, \
      "the channel's number belongs to another payment, refund or transfer", \
      "an operator looks at the alert") \
    X(PAY_OTHER_ACCOUNT, 40906, 409, "the merchant account is not the channel's", \
      "an operator looks at the alert") \
    X(PAY_LOW_BALANCE,  40907, 409, "the wallet holds less than is to be taken from it", \
      "query the wallet") \
    X(PAY_FAULT,        50000, 500, "our fault", \
      "send it again; tell the operator the request_id") \
    X(PAY_REFUSED,      50200, 502, "the channel refused", "look at channel_error_code") \
    X(PAY_UNKNOWN,      50201, 502, "the channel's result is unknown", "query it later") \
    X(PAY_DB_AWAY,      50300, 503, "the database is away, nothing was done", \
      "send it again under a new nonce") \
    X(PAY_LOST,         50301, 503, "we do not know whether it was done", \
      "send the same again under a new nonce") \
    X(PAY_ATTEMPTS,     42900, 429, "the order has 8 open attempts, or 50 in all", \
      "let the payer finish one of them, or open a new order") \
    /* inside the process only */ \
    X(PAY_NO_ROW,           0, 500, "no row", "") \
    X(PAY_DUPLICATE,        0, 500, "a unique key was hit", "") \
    X(PAY_TRY_AGAIN,        0, 500, "deadlock or lock wait: roll back and run again", "") \
    X(PAY_WRONG_STATE,      0, 500, "a conditional update changed no row", "") \
    X(PAY_FULL,             0, 500, "a buffer's ceiling was reached", "") \
    X(PAY_STOP,             0, 500, "asked to end", "")
/* clang-format on */

#define PAY_AS_ENUM(name, ...) name,
enum pay_err { PAY_ERRORS(PAY_AS_ENUM) PAY_ERR_COUNT };

struct err_row {
    const char *name; /* "PAY_BAD_FIELD" */
    int code;         /* 40001; 0 for success and for what stays inside */
    int http;         /* 400 */
    const char *msg, *help;
};

/* err_row never returns NULL; an inside result is answered as PAY_FAULT. */
const struct err_row *err_row(enum pay_err err);
/* err_name is for logs: the row's own name, inside results too. */
const char *err_name(enum pay_err err);

#endif
