/* The state of each order's payment at Shroff, and when to ask about it next. */
#ifndef SHOP_PAYMENTS_H
#define SHOP_PAYMENTS_H

#include <stdbool.h>

#include "orders.h"
#include "shroff.h"

/* The states, as pages and tests name them. An order itself is PENDING_PAY until it is PAID:
 *   OPEN      a payer was sent to pay it
 *   UNHEARD   no notification came, and a query says: not paid yet
 *   FAILED    the last try failed; another may succeed
 *   REFUSED   no payment could be started; `code` is Shroff's
 *   OVER      past its end, or closed: no payer is sent to pay it any more
 *   FOUND     paid, found by a query: no notification had come */
bool payments_create_table(void);

/* Pay was answered: the state from now on. The first question about an OPEN or UNHEARD one is due
 * after settings.ask_after. */
void payments_note(const char *order_id, const char *state, int code,
                   const struct shroff_order *answer);

/* A question was answered: the state from now on. */
void payments_asked(const char *order_id, const char *state);

/* A page of the order is open somewhere: the next question is due within settings.ask_after. */
void payments_watched(const struct order *order);

/* Inside the transaction that makes the order PAID. */
bool payments_settled(const char *order_id, bool by_notification);

/* Takes an order that is due to be asked about, and puts its next question off; false: none is.
 * Several may take at once: each order goes to one of them. */
bool payments_take_due(struct order *order);

#endif
