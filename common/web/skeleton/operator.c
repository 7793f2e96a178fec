/* operator.c - see operator.h. Operators have no accounts yet, so every request is refused. */
#include "web/skeleton/operator.h"

enum pay_err operator_admit(const struct route *route, const struct request *request,
                            struct text *why)
{
    (void)request;
    text_addf(why, "%s needs the permission %s: operators cannot log in yet", route->path,
              route->permission);
    return PAY_NO_SESSION;
}
