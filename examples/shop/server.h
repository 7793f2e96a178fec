/* A parent, and children that share one listening socket. */
#ifndef SHOP_SERVER_H
#define SHOP_SERVER_H

#include <stdbool.h>

/* Opens the socket (mode 0660) and keeps `workers` children in work(listener), and one in
 * job(listener), until SIGTERM or SIGINT; a child that dies is replaced. Returns the program's exit
 * status. */
int server_run(const char *path, int workers, void (*work)(int listener),
               void (*job)(int listener));

/* In a child: waits for a connection. False: the child must end. */
bool server_wait(int listener);

/* In a child: waits so many seconds. False: the child must end. */
bool server_pause(int seconds);

#endif
