/* test_any_order.c - what can happen to an order with two attempts, in every order: the end is what
 * the model says, whatever came first, and no money is lost. Every eleventh order; all of the 720
 * with SHROFF_FULL. */
#include <stdlib.h>

#include "tests/db/late_steps.h"

enum event { A_PAID, A_FAILED, B_PAID, B_CLOSED, A_PAID_AGAIN, TIME_OVER, EVENTS };

struct attempts {
    char a[NO_SIZE], b[NO_SIZE];
};

static void happen(enum event event, const struct attempts *at)
{
    switch (event) {
    case A_PAID:
        ASSERT_ERR(paid_by(at->a, "X1"), PAY_OK);
        break;
    case A_FAILED:
        ASSERT_ERR(settled(at->a, CHANNEL_FAILED, 10000), PAY_OK);
        break;
    case B_PAID:
        ASSERT_ERR(paid_by(at->b, "Y1"), PAY_OK);
        break;
    case B_CLOSED:
        ASSERT_ERR(settled(at->b, CHANNEL_CLOSED, 10000), PAY_OK);
        break;
    case A_PAID_AGAIN:
        ASSERT_ERR(paid_by(at->a, "X2"), PAY_OK);
        break;
    case TIME_OVER:
    case EVENTS:
        run_sql("UPDATE pay_order SET status = 20, version = version + 1 WHERE status = 0");
        break;
    }
}

/* The channel's number of the payment that the order keeps: the first before its end; "" when none
 * came in time. */
static const char *payment_kept(const enum event events[EVENTS])
{
    static const char *const NUMBERS[EVENTS] = {
        [A_PAID] = "X1", [B_PAID] = "Y1", [A_PAID_AGAIN] = "X2"
    };

    for (size_t i = 0; i < EVENTS && events[i] != TIME_OVER; i++)
        if (NUMBERS[events[i]])
            return NUMBERS[events[i]];
    return "";
}

static int64_t orders_paid_by(const char *number)
{
    static const char SQL[] =
        "SELECT COUNT(*) FROM pay_order o JOIN pay_order_extension e ON e.id = o.extension_id"
        " WHERE e.channel_order_no = ? AND o.channel_order_no = ?";
    const struct db_param in[] = { DB_STR(number), DB_STR(number) };
    int64_t count = -1;

    ASSERT_ERR(db_number(S.root, SQL, DB_LIST(in), &count), PAY_OK);
    db_end(S.root);
    return count;
}

static void check_end(const enum event events[EVENTS], const char *name)
{
    const char *kept = payment_kept(events);
    const bool paid = *kept != '\0';

    CHECK_I64(name, number_of("SELECT status FROM pay_order"), paid ? 10 : 20);
    CHECK_I64(name, orders_paid_by(kept), paid);
    CHECK_I64(name, number_of("SELECT COUNT(*) FROM pay_order_extension WHERE status = 10"), 3);
    CHECK_I64(name, number_of("SELECT COUNT(*) FROM notify_task"), paid);
    CHECK_I64(name,
              number_of("SELECT COUNT(*) FROM callback_log"
                        " WHERE verdict NOT IN ('REPEATED', 'OTHER_END')"),
              number_of("SELECT COUNT(*) FROM status_log WHERE kind = 'attempt'"));
    /* a payment that ended otherwise after all has its alert */
    CHECK_I64(name, number_of("SELECT COUNT(*) FROM callback_log WHERE verdict = 'OTHER_END'"),
              number_of("SELECT COUNT(*) FROM pay_alert WHERE kind = 'order_other_end'"));
    /* the rest of the money goes back, once, and is no part of the order's own refunds */
    CHECK_I64(name, refunds_run(), paid ? 2 : 3);
    CHECK_I64(name, number_of("SELECT COUNT(*) FROM pay_refund WHERE status = 10"), paid ? 2 : 3);
    CHECK_I64(name, number_of("SELECT COUNT(DISTINCT extension_id) FROM pay_refund"), paid ? 2 : 3);
    CHECK_I64(name, number_of("SELECT refund_price + refunding_price FROM pay_order"), 0);
    CHECK_I64(name, refunds_run(), 0);
}

static void play(const enum event events[EVENTS])
{
    struct attempts at;
    char name[EVENTS + 1] = "";

    empty_tables();
    created("SO1", 10000);
    memcpy(at.a, C.attempt.no, NO_SIZE);
    another_attempt();
    memcpy(at.b, C.attempt.no, NO_SIZE);
    for (size_t i = 0; i < EVENTS; i++) {
        name[i] = "afbcsx"[events[i]];
        happen(events[i], &at);
    }
    check_end(events, name);
    (void)proofs_hold(NULL);
}

/* The nth of all orders: each place takes one of the events that are left. */
static void order_of(size_t n, enum event out[EVENTS])
{
    enum event left[EVENTS];

    for (size_t i = 0; i < EVENTS; i++)
        left[i] = (enum event)i;
    for (size_t i = 0; i < EVENTS; i++) {
        const size_t size = EVENTS - i, at = n % size;
        n /= size;
        out[i] = left[at];
        left[at] = left[size - 1];
    }
}

static void test_settle__six_events_in_every_order(void **state)
{
    enum event events[EVENTS];

    (void)state;
    for (size_t n = 0; n < 720; n += getenv("SHROFF_FULL") ? 1 : 11) {
        order_of(n, events);
        play(events);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LATE_TEST(test_settle__six_events_in_every_order),
    };
    return cmocka_run_group_tests_name("any_order", tests, refund_up, shroff_down);
}
