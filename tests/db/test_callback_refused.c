/* test_callback_refused.c - what is kept of callbacks that are not believed: how much of one, how
 * many a day, and which alert says that there are more. */
#include "tests/db/pay_steps.h"

#include "keep/purge.h"

static char body[40000];

/* A text of so many bytes. */
static const char *letters(size_t len)
{
    memset(body, 'x', len);
    body[len] = '\0';
    return body;
}

static bool refused_as(const struct callback_raw *raw, enum verdict verdict)
{
    bool kept = false;
    ASSERT_ERR(callback_refused(S.db, raw, verdict, &kept), PAY_OK);
    return kept;
}

static struct callback_raw raw_of(const char *address, const char *text, size_t len)
{
    return (struct callback_raw){ .channel_id = S.channel_id,
                                  .remote_address = address,
                                  .headers = "{\"all\":1}",
                                  .headers_brief = "{\"few\":1}",
                                  .body = text,
                                  .body_len = len };
}

/* About the open attempt of C, in the channel's own name. */
static struct callback_raw about_attempt(const char *address, const char *text, size_t len)
{
    struct callback_raw raw = raw_of(address, text, len);
    int64_t channel_id;

    ASSERT_ERR(attempt_find(S.db, C.attempt.no, &raw.found, &channel_id), PAY_OK);
    return raw;
}

static void test_callback_refused__keeps_the_beginning_length_and_hash(void **state)
{
    (void)state;
    struct callback_raw raw = raw_of("192.0.2.1", letters(5000), 5000);
    assert_true(refused_as(&raw, VERDICT_UNKNOWN_ATTEMPT));
    ASSERT_NUMBER("SELECT COUNT(*) FROM callback_log WHERE LENGTH(body) = 2048 AND believed = 0"
                  " AND body_length = 5000 AND body_hash = SHA2(REPEAT('x', 5000), 256)"
                  " AND headers = '{\"few\":1}' AND extension_id IS NULL",
                  1);
}

/* Neither bytes that are not text nor a character on the edge makes it longer. */
static void test_callback_refused__binary_does_not_grow(void **state)
{
    (void)state;
    for (size_t i = 0; i < 3000; i++)
        body[i] = (char)0xFF;
    struct callback_raw raw = raw_of("192.0.2.1", body, 3000);
    assert_true(refused_as(&raw, VERDICT_BAD_BODY));
    ASSERT_NUMBER("SELECT COUNT(*) FROM callback_log WHERE body = REPEAT('\\\\xff', 512)", 1);
    memcpy(body, "x", 1);
    for (size_t i = 1; i + 3 < 6000; i += 3)
        memcpy(body + i, "\xE8\x8C\xB6", 3);
    raw = raw_of("192.0.2.1", body, 5998);
    assert_true(refused_as(&raw, VERDICT_BAD_BODY));
    ASSERT_NUMBER("SELECT COUNT(*) FROM callback_log WHERE LENGTH(body) = 2047", 1);
    raw = raw_of("192.0.2.1", "\0a", 2);
    assert_true(refused_as(&raw, VERDICT_BAD_BODY));
    ASSERT_NUMBER("SELECT COUNT(*) FROM callback_log WHERE body = '\\\\x00a'", 1);
}

static void test_callback_refused__whole_about_an_open_attempt_twenty_a_day(void **state)
{
    (void)state;
    created("SO1", 10000);
    struct callback_raw raw = about_attempt("192.0.2.1", letters(20000), 20000);
    for (int i = 0; i < 25; i++)
        assert_true(refused_as(&raw, VERDICT_BAD_SIGN));
    ASSERT_NUMBER("SELECT COUNT(*) FROM callback_log WHERE LENGTH(body) = 16384 AND"
                  " headers = '{\"all\":1}' AND extension_id IS NOT NULL",
                  20);
    ASSERT_NUMBER("SELECT COUNT(*) FROM callback_log WHERE LENGTH(body) = 2048 AND"
                  " headers = '{\"few\":1}' AND extension_id IS NOT NULL",
                  5);
    ASSERT_NUMBER("SELECT times FROM pay_alert WHERE kind = 'callbacks_refused' AND"
                  " about LIKE 'channel %' AND app_id IS NOT NULL AND text LIKE '%BAD_SIGN%'",
                  1);
    /* Of another channel's attempt, and of one that has ended, the beginning. */
    raw.channel_id++;
    assert_true(refused_as(&raw, VERDICT_UNKNOWN_ATTEMPT));
    ASSERT_NUMBER("SELECT COUNT(*) FROM callback_log WHERE extension_id IS NULL AND"
                  " LENGTH(body) = 2048",
                  1);
    created("SO2", 10000);
    run_sql("UPDATE pay_order_extension SET status = 20");
    raw = about_attempt("192.0.2.1", letters(20000), 20000);
    assert_true(refused_as(&raw, VERDICT_BAD_SIGN));
    ASSERT_NUMBER("SELECT COUNT(*) FROM callback_log WHERE LENGTH(body) = 16384", 20);
}

static void test_callback_refused__too_large_is_a_row_without_a_body(void **state)
{
    (void)state;
    struct callback_raw raw = raw_of("192.0.2.1", NULL, 0);
    raw.announced = 71680;
    for (int i = 0; i < 100; i++)
        assert_true(refused_as(&raw, VERDICT_TOO_LARGE));
    assert_false(refused_as(&raw, VERDICT_TOO_LARGE));
    ASSERT_NUMBER("SELECT COUNT(*) FROM callback_log WHERE body = '' AND body_length = 71680 AND"
                  " body_hash IS NULL AND verdict = 'TOO_LARGE'",
                  100);
}

/* The counts as they are after so many. */
static void counted(const char *about, int kept)
{
    char sql[160];

    snprintf(sql, sizeof(sql),
             "INSERT INTO callback_bound VALUES (UTC_DATE(), '%s', %d, 0)"
             " ON DUPLICATE KEY UPDATE kept = %d",
             about, kept, kept);
    run_sql(sql);
}

static void test_callback_refused__bounded_by_address(void **state)
{
    (void)state;
    struct callback_raw raw = raw_of("192.0.2.1", "x", 1), other = raw_of("192.0.2.2", "y", 1);
    counted("part 192.0.2.1", 999);
    assert_true(refused_as(&raw, VERDICT_BAD_BODY));
    for (int i = 0; i < 5; i++)
        assert_false(refused_as(&raw, VERDICT_BAD_BODY));
    ASSERT_NUMBER("SELECT COUNT(*) FROM callback_log", 1);
    ASSERT_NUMBER("SELECT kept FROM callback_bound WHERE about = 'part 192.0.2.1'", 1002);
    ASSERT_NUMBER("SELECT times FROM pay_alert WHERE kind = 'callbacks_refused' AND"
                  " about = 'callbacks' AND text LIKE '1000 %192.0.2.1; %'",
                  1);
    /* It took nothing from the others, and a flood of it hides no wrong key. */
    ASSERT_NUMBER("SELECT kept FROM callback_bound WHERE about = 'part all'", 1);
    assert_true(refused_as(&other, VERDICT_BAD_BODY));
    created("SO1", 10000);
    raw = about_attempt("192.0.2.1", "x", 1);
    assert_true(refused_as(&raw, VERDICT_BAD_SIGN));
}

static void test_callback_refused__bounded_in_all(void **state)
{
    (void)state;
    struct callback_raw raw = raw_of("192.0.2.1", "x", 1);
    counted("part all", 5000);
    for (int i = 0; i < 3; i++)
        assert_false(refused_as(&raw, VERDICT_BAD_BODY));
    ASSERT_NUMBER("SELECT COUNT(*) FROM callback_log", 0);
    ASSERT_NUMBER("SELECT times FROM pay_alert WHERE about = 'callbacks'"
                  " AND text LIKE '5000 % of all; %'",
                  1);
    /* However many addresses come then, they are not counted. */
    raw.remote_address = "192.0.2.9";
    assert_false(refused_as(&raw, VERDICT_BAD_BODY));
    ASSERT_NUMBER("SELECT COUNT(*) FROM callback_bound", 2);
    /* Tomorrow is another day. */
    run_sql("UPDATE callback_bound SET day = day - INTERVAL 1 DAY");
    assert_true(refused_as(&raw, VERDICT_BAD_BODY));
}

/* Of 4 KiB a row: what is whole may be longer, and is bounded all the same. */
static void test_callback_refused__bounded_in_bytes(void **state)
{
    (void)state;
    created("SO1", 10000);
    struct callback_raw raw = about_attempt("192.0.2.1", letters(16000), 16000);
    assert_true(refused_as(&raw, VERDICT_BAD_SIGN));
    ASSERT_NUMBER("SELECT SUM(bytes) FROM callback_bound", 2 * 16009);
    run_sql("UPDATE callback_bound SET bytes = 1000 * 4096 - 16009"
            " WHERE about = 'whole 192.0.2.1'");
    for (int i = 0; i < 4; i++)
        assert_true(refused_as(&raw, VERDICT_BAD_SIGN));
    ASSERT_NUMBER("SELECT COUNT(*) FROM callback_log WHERE LENGTH(body) = 16000", 2);
    ASSERT_NUMBER("SELECT COUNT(*) FROM callback_log WHERE LENGTH(body) = 2048", 3);
    ASSERT_NUMBER("SELECT times FROM pay_alert WHERE about = 'callbacks'", 1);
    ASSERT_NUMBER("SELECT bytes FROM callback_bound WHERE about = 'whole 192.0.2.1'", 4096000);
}

static void test_callback_refused__v6_counts_by_64(void **state)
{
    (void)state;
    struct callback_raw raw = raw_of("2001:db8:7::1", "x", 1);
    assert_true(refused_as(&raw, VERDICT_BAD_BODY));
    raw.remote_address = "2001:db8:7::abcd:2";
    assert_true(refused_as(&raw, VERDICT_BAD_BODY));
    ASSERT_NUMBER("SELECT kept FROM callback_bound WHERE about = 'part 2001:db8:7:0::/64'", 2);
    ASSERT_NUMBER("SELECT COUNT(*) FROM callback_log WHERE remote_address LIKE '2001:db8:7::%'", 2);
}

static void test_refused_purge__after_its_days(void **state)
{
    struct purge_report report = { .dry = true };
    bool more = true;

    (void)state;
    run_sql("INSERT INTO callback_log (headers, body, verdict, believed, create_time)"
            " SELECT '{}', 'x', 'BAD_SIGN', seq % 2, UTC_TIMESTAMP(3) - INTERVAL 31 DAY"
            " FROM seq_1_to_1200");
    run_sql("INSERT INTO callback_log (headers, body, verdict, believed, create_time)"
            " VALUES ('{}', 'x', 'BAD_SIGN', 0, UTC_TIMESTAMP(3) - INTERVAL 29 DAY)");
    counted("part all", 7);
    run_sql("INSERT INTO callback_bound VALUES (UTC_DATE() - INTERVAL 2 DAY, 'part all', 9, 0)");
    ASSERT_ERR(purge_rows(S.root, PURGE_REFUSED, 30, &report, &more), PAY_OK);
    assert_true(!more && report.rows[PURGE_REFUSED] == 600);
    report = (struct purge_report){ .dry = false };
    ASSERT_ERR(purge_rows(S.root, PURGE_REFUSED, 30, &report, &more), PAY_OK);
    assert_true(more);
    ASSERT_ERR(purge_rows(S.root, PURGE_REFUSED, 30, &report, &more), PAY_OK);
    assert_true(!more && report.rows[PURGE_REFUSED] == 600);
    ASSERT_NUMBER("SELECT COUNT(*) FROM callback_log WHERE believed = 1", 600);
    ASSERT_NUMBER("SELECT COUNT(*) FROM callback_log WHERE believed = 0", 1);
    ASSERT_NUMBER("SELECT SUM(kept) FROM callback_bound", 7);
}

static enum pay_err see_sender(void *seen, void *row)
{
    const struct callback_sender *sender = row;

    text_addf(seen, "%s ", sender->address);
    return PAY_OK;
}

static void test_callback_senders__those_believed_of_a_week(void **state)
{
    char senders[256];
    struct text seen = TEXT(senders);

    (void)state;
    run_sql("INSERT INTO callback_log (remote_address, headers, body, verdict, believed,"
            " create_time) VALUES ('192.0.2.1', '', '', 'ACCEPTED', 1, UTC_TIMESTAMP(3)),"
            " ('192.0.2.1', '', '', 'REPEATED', 1, UTC_TIMESTAMP(3)),"
            " ('192.0.2.2', '', '', 'BAD_SIGN', 0, UTC_TIMESTAMP(3)),"
            " ('192.0.2.3', '', '', 'ACCEPTED', 1, UTC_TIMESTAMP(3) - INTERVAL 8 DAY),"
            " ('192.0.2.4', '', '', 'ACCEPTED', 1, UTC_TIMESTAMP(3) - INTERVAL 6 DAY),"
            " ('2001:db8::1', '', '', 'LATE_PAID', 1, UTC_TIMESTAMP(3))");
    ASSERT_ERR(callback_senders(S.db, see_sender, &seen), PAY_OK);
    assert_string_equal(senders, "2001:db8::1 192.0.2.4 192.0.2.1 ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PAY_TEST(test_callback_refused__keeps_the_beginning_length_and_hash),
        PAY_TEST(test_callback_refused__binary_does_not_grow),
        PAY_TEST(test_callback_refused__whole_about_an_open_attempt_twenty_a_day),
        PAY_TEST(test_callback_refused__too_large_is_a_row_without_a_body),
        PAY_TEST(test_callback_refused__bounded_by_address),
        PAY_TEST(test_callback_refused__bounded_in_all),
        PAY_TEST(test_callback_refused__bounded_in_bytes),
        PAY_TEST(test_callback_refused__v6_counts_by_64),
        PAY_TEST(test_refused_purge__after_its_days),
        PAY_TEST(test_callback_senders__those_believed_of_a_week),
        cmocka_unit_test(test_locks__one_order_for_all),
    };

    return cmocka_run_group_tests(tests, shroff_up, shroff_down);
}
