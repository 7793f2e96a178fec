/* server.h - a parent that keeps its workers alive, and ends them together. */
#ifndef WEB_SERVER_H
#define WEB_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WORKERS_MAX 1024

/* What a worker does until its share of requests is served or it must end. Returns its exit code:
 * 0 is no failure, EXIT_CONFIG ends the whole service. */
typedef int server_work(void *arg);

/* Forks `workers` children and replaces one that ends, after growing pauses when they end at once.
 * SIGTERM and SIGINT end the children, each with its request done, then the parent: 0, or
 * EXIT_CONFIG when a worker said so. */
int server_run(int64_t workers, server_work *work, void *arg);
/* In a worker: true once SIGTERM came. */
bool server_ends(void);
/* In a worker: which of them it is, from 0; the one that replaces a dead worker gets its place. */
size_t server_place(void);

#endif
