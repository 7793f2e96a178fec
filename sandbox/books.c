/* books.c - see books.h. */
#include "sandbox/books.h"
#include "sandbox/core/sandbox_trade.h"
#include "sandbox/mock/mock_gateway.h"

enum pay_err sandbox_books_advance(struct db *db, const char *app_key, int64_t seconds,
                                   int64_t *due)
{
    int64_t notices = 0;
    enum pay_err err = mock_clock_advance(db, app_key, seconds, due);

    if (err == PAY_OK)
        err = sandbox_clock_advance(db, app_key, seconds, &notices);
    *due += notices;
    return err;
}
