/* worker.h - one process that answers requests, one at a time: between the server, which starts it,
 * and the cycle, which is what happens to each request. */
#ifndef WEB_WORKER_H
#define WEB_WORKER_H

#include "web/skeleton/endpoint.h"

struct worker {
    const struct endpoint *endpoint;
    const struct config *config;
    struct db *db;
    struct fcgi *fcgi;
};

/* One accepted request, to its answer and its log line. */
void worker_serve(struct worker *worker);

#endif
