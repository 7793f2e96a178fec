/* server.h - a parent that keeps its workers alive, and ends them together. */
#ifndef WEB_SERVER_H
#define WEB_SERVER_H

#include <stdint.h>

/* What a worker does until it is told to end: its exit code. EXIT_CONFIG ends the whole service. */
typedef int server_work(void *arg);

/* Forks `workers` children and replaces one that ends, later and later when they end at once.
 * SIGTERM and SIGINT end the children, each with its request done, then the parent: 0, or
 * EXIT_CONFIG when a worker said so. */
int server_run(int64_t workers, server_work *work, void *arg);

#endif
