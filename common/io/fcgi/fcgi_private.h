/* fcgi_private.h - what the files of io/fcgi share. */
#ifndef IO_FCGI_PRIVATE_H
#define IO_FCGI_PRIVATE_H

#include <stdint.h>
#include <fcgiapp.h>
#include "io/fcgi/fcgi.h"

struct fcgi {
    bool cgi;
    bool cgi_done;
    int listener;
    int events; /* epoll of the listener and of wake_fd */
    int failures;
    size_t connections;    /* how many it may hold: slots in use */
    bool listening;        /* the listener is among the events */
    int64_t leave_us;      /* when a stop no longer waits for clients to close theirs */
    char **params;         /* of the request in hand, NULL between requests */
    FCGX_Request *request; /* its slot */
    FCGX_Request slots[FCGI_CONNECTIONS_MAX];
};

#endif
