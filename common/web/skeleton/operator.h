/* operator.h - the person or machine behind an operator's request (BY_OPERATOR). */
#ifndef WEB_OPERATOR_H
#define WEB_OPERATOR_H

#include "web/skeleton/endpoint.h"

/* Checks the session or token, the protection against other sites' requests, and the permission of
 * the route. Until operators have sessions every request is PAY_NO_SESSION, with the reason. */
MUST_USE enum pay_err operator_admit(const struct route *route, const struct request *request,
                                     struct text *why);

#endif
