/* cycle.h - the request in hand, and the steps of it that are not in cycle.c; for the skeleton
 * alone. */
#ifndef WEB_CYCLE_H
#define WEB_CYCLE_H

#include "web/skeleton/auth.h"
#include "web/skeleton/endpoint.h"
#include "web/skeleton/route.h"
#include "web/skeleton/worker.h"

/* A process answers one request at a time, so the one cycle is static. */
struct cycle {
    struct worker *worker;
    struct request request;
    char method[24]; /* for the log line, which is written after the request */
    struct reply reply;
    struct route_match match;
    struct credentials said;
    bool said_well, signed_well; /* the header has the form; its signature fits */
    bool app_known;              /* the app that it names exists and has such a key */
    bool done;                   /* answered before the handler's turn */
    struct app app;              /* copies: a handler may look up other apps */
    struct app_key key;
    struct call call;
    const char *field;
    char why_room[WHY_SIZE]; /* what is wrong with this request, in words */
    struct text why;
    int retry_after;
};

/* ---- admit.c: whether this request is admitted */
enum pay_err step_rate(struct cycle *c);
enum pay_err step_credentials(struct cycle *c);
enum pay_err step_address(struct cycle *c);
enum pay_err step_scope(struct cycle *c);
enum pay_err step_app(struct cycle *c);

/* ---- request_log.c: the request's counters and its one line in the log */
void request_log(const struct cycle *c, enum pay_err err, int64_t us);

#endif
