/* test_watch.c - what people look an order up with. */
#include "tests/db/pay_steps.h"

#include "watch/audit_private.h"
#include "watch/gauges.h"
#include "watch/story.h"

struct told {
    int64_t rows, all;
    char first[33];
};

static enum pay_err note(void *arg, void *row)
{
    struct told *told = arg;
    const struct story_event *event = row;

    if (told->rows++ == 0)
        snprintf(told->first, sizeof(told->first), "%s", event->what);
    told->all = event->all;
    return PAY_OK;
}

static struct told story_of(const char *number)
{
    struct story_key key;
    struct told told = { 0 };

    ASSERT_ERR(story_find(S.root, number, NULL, &key), PAY_OK);
    ASSERT_ERR(story_read(S.root, key.id, note, &told), PAY_OK);
    return told;
}

static void test_story_read__says_how_many_events_there_are_beyond_those_shown(void **state)
{
    (void)state;
    created("STORY", 100);
    struct told few = story_of("STORY");
    assert_string_equal(few.first, "order");
    assert_true(few.rows > 0 && few.all == few.rows);
    run_sql("INSERT INTO pay_alert (kind, about, text)"
            " SELECT CONCAT('k', seq), o.no, 'x'"
            " FROM pay_order o JOIN seq_1_to_600 WHERE o.merchant_order_id = 'STORY'");
    struct told many = story_of("STORY");
    assert_string_equal(many.first, "order");
    assert_int_equal(many.rows, STORY_EVENTS_MAX);
    assert_int_equal(many.all, few.all + 600);
}

static void test_gauges__orders_past_their_end_and_attempts_to_ask_about(void **state)
{
    struct gauges g;

    (void)state;
    created("G1", 100);
    created("G2", 100);
    created("G3", 100);
    ASSERT_ERR(gauges_read(S.root, &g), PAY_OK);
    assert_int_equal(g.orders_overdue, 0);
    assert_int_equal(g.sync_oldest_due_ms, 0);
    run_sql("UPDATE pay_order SET expire_time = UTC_TIMESTAMP(3) - INTERVAL"
            " IF(merchant_order_id = 'G3', 20, 31) SECOND,"
            " asked_time = IF(merchant_order_id = 'G2', UTC_TIMESTAMP(3), NULL)");
    run_sql("UPDATE pay_order_extension SET next_sync_time = UTC_TIMESTAMP(3) - INTERVAL 9 SECOND"
            " ORDER BY id LIMIT 1");
    ASSERT_ERR(gauges_read(S.root, &g), PAY_OK);
    assert_int_equal(g.orders_overdue, 2);
    assert_in_range(g.sync_oldest_due_ms, 9000, 60000);
}

/* A body that is written in another form would still be proved, but three times as slowly. */
static void test_audit__knows_usual_notifications_by_their_form(void **state)
{
    static char sql[4096];
    struct order_terms terms = terms_of("FORM2", 10000);
    struct checkout_call call = call_of("", "mock");

    (void)state;
    created("FORM1", 10000);
    ASSERT_ERR(settled(C.attempt.no, CHANNEL_SUCCESS, 10000), PAY_OK);
    snprintf(terms.user_id, sizeof(terms.user_id), "payer-1");
    snprintf(terms.body, sizeof(terms.body), "\"status\":\"CLOSED\",\n\\");
    snprintf(terms.return_url, sizeof(terms.return_url), "https://shop.test/{ORDER_NO}");
    snprintf(terms.notify_url, sizeof(terms.notify_url), "https://shop.test/heard");
    call.nonce = fresh_nonce();
    ASSERT_ERR(checkout_create(&call, &terms, &C), PAY_OK);
    ASSERT_ERR(settled(C.attempt.no, CHANNEL_SUCCESS, 10000), PAY_OK);
    snprintf(sql, sizeof(sql),
             "SELECT COUNT(*) FROM notify_task t JOIN pay_order o ON o.id = t.data_id"
             " JOIN pay_app a ON a.id = t.app_id WHERE %s",
             AUDIT_USUAL_ORDER);
    assert_int_equal(number_of(sql), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PAY_TEST(test_story_read__says_how_many_events_there_are_beyond_those_shown),
        PAY_TEST(test_audit__knows_usual_notifications_by_their_form),
        PAY_TEST(test_gauges__orders_past_their_end_and_attempts_to_ask_about),
    };
    (void)proofs_hold;
    return cmocka_run_group_tests_name("watch", tests, shroff_up, shroff_down);
}
