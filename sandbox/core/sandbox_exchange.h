/* sandbox_exchange.h - the log of what came and went: for the page that shows a merchant why its
 * signature was refused. */
#ifndef SANDBOX_CORE_SANDBOX_EXCHANGE_H
#define SANDBOX_CORE_SANDBOX_EXCHANGE_H

#include "io/db/db.h"

/* Texts are cut to 64 KiB; NULL is "". */
struct sandbox_exchange {
    const char *channel, *direction; /* "in": a merchant's request; "out": a notice */
    const char *what;                /* the method, the path, or the notice's kind */
    const char *out_trade_no;
    const char *received;  /* in: query and body; out: the merchant's answer */
    const char *canonical; /* the text that the sandbox built, and checked or signed */
    const char *sent;      /* in: the answer; out: headers and body of the notice */
    const char *verdict;   /* "ok", or why not */
    int64_t http_status;
};
/* Outside a transaction. A failure is logged and changes nothing else. */
void sandbox_exchange_log(struct db *db, const struct sandbox_exchange *exchange);

#endif
