/* The shop's client of Shroff: all that it needs of the public contract. */
#ifndef SHOP_SHROFF_H
#define SHOP_SHROFF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "orders.h"

/* Codes of Shroff's answers that a shop must distinguish. */
enum {
    SHROFF_OK = 0,
    SHROFF_NO_ANSWER = -1, /* none, or none that can be read */
    SHROFF_ABSENT = 40400,
    SHROFF_PAID = 40901,
    SHROFF_CLOSED = 40902,
    SHROFF_EXPIRED = 40903,
    SHROFF_REFUSED = 50200,      /* by the channel, for good */
    SHROFF_TOO_MANY = 42900,     /* wait, send it again */
    SHROFF_UNKNOWN = 50201,      /* the channel's result is unknown: query later */
    SHROFF_NOTHING_DONE = 50300, /* send it again */
    SHROFF_NOT_KNOWN = 50301,    /* send the same again */
};

struct shroff_order {
    char order_no[33];
    char merchant_order_id[65];
    char merchant_refund_id[65]; /* of a refund; "" when Shroff gave the money back by itself */
    char status[16];             /* WAITING, SUCCESS, CLOSED, REFUND */
    int64_t price, version;
    char currency[4];
    char pay_url[1200];   /* "" when there is nothing to pay */
    char expire_time[32]; /* "2026-01-01 02:00:00.000", UTC */
    char attempt[16];     /* of a query, the latest: WAITING, SUCCESS, CLOSED */
    /* of an open attempt: its channel and number there, and what the payer needs */
    char channel[33], pay_id[33], display_mode[16], display_content[4096];
};

struct shroff_event {
    char type[32]; /* order.success, refund.failure, … */
    struct shroff_order order;
};

bool shroff_open(void);

/* A channel, and a member of channel_extras, or NULL. */
struct shroff_way {
    const char *channel, *extra, *value;
    const char *payer_ip; /* the payer's address, as nginx sees it */
};

/* Creates the order at Shroff and submits it to the channel; the same again is the same order.
 * Returns the answer's code. */
int shroff_create(const struct order *order, const struct shroff_way *way,
                  struct shroff_order *out);

/* Submits an order to this channel too. The attempt that is open there already is returned, if it
 * can still be paid; Shroff asks the channels about all open attempts first. */
int shroff_submit(const char *merchant_order_id, const struct shroff_way *way,
                  struct shroff_order *out);

/* Ends an order that is not paid: Shroff asks the channel first, and answers SHROFF_PAID when it
 * was. */
int shroff_close(const char *merchant_order_id, struct shroff_order *out);

/* Asks for the order by our number; the second one lets Shroff ask the channels first. */
int shroff_query(const char *merchant_order_id, struct shroff_order *out);
int shroff_sync(const char *merchant_order_id, struct shroff_order *out);

/* Gives all of its money back; the same again is the same refund. out->status is the refund's:
 * WAITING, SUCCESS, FAILURE. */
int shroff_refund(const struct order *order, struct shroff_order *out);

/* Reads the body of a notification. */
bool shroff_event_read(const char *body, size_t size, struct shroff_event *out);

#endif
