/* test_watch.c - what people look an order up with. */
#include "tests/db/pay_steps.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        PAY_TEST(test_story_read__says_how_many_events_there_are_beyond_those_shown),
    };
    (void)proofs_hold;
    return cmocka_run_group_tests_name("watch", tests, shroff_up, shroff_down);
}
