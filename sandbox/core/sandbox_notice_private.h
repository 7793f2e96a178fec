/* sandbox_notice_private.h - one try of a notice under way: made, sent by the caller, ended. Sent
 * alone (sandbox_notice.c) or beside others (sandbox_notice_send.c). */
#ifndef SANDBOX_CORE_SANDBOX_NOTICE_PRIVATE_H
#define SANDBOX_CORE_SANDBOX_NOTICE_PRIVATE_H

#include "io/db/db_due.h"
#include "io/http/http.h"
#include "sandbox/core/sandbox.h"

#define NOTICE_ANSWER_KEPT 500
#define NOTICE_ROOM 65536
#define NOTICE_LEASE_S 90

struct notice_flight {
    bool busy;
    struct db *db;
    const struct config *config;
    const struct sandbox_channel *channel;
    struct sandbox_notice notice;
    struct sandbox_try sent;
    int64_t token, http_status;
    bool done; /* the answer is what the channel takes for "received" */
    char answer[NOTICE_ANSWER_KEPT + 1], body[NOTICE_ROOM], canonical[NOTICE_ROOM];
};

/* Reads the notice of a claimed row, signs it and makes the request, whose texts are the flight's.
 * db and config are filled in. PAY_FAULT: it cannot be signed. */
MUST_USE enum pay_err notice_flight_make(struct notice_flight *flight,
                                         const struct sandbox_channel *const *channels,
                                         const struct db_due_row *row,
                                         struct http_request *request);
/* Logs the try, and records what came back and when it is sent again. */
MUST_USE enum pay_err notice_flight_end(struct notice_flight *flight,
                                        const struct http_answer *got);

#endif
