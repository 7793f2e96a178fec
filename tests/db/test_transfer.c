/* test_transfer.c - transfers on a real database: opened, sent, applied; repeated, at once, killed
 * between. The channel is the mock one, but its transfers are answered in this process. */
#include <sys/mman.h>

#include "tests/db/crowd.h"
#include "tests/db/pay_steps.h"

#include "channel/mock/mock.h"
#include "checkout/checkout_transfer.h"
#include "wire/signed_json.h"

/* Shared by the processes of a test. */
static struct played {
    enum pay_err transfer, query;    /* what the calls come to */
    enum channel_state state, known; /* said by a transfer, by a query */
    int sent, asked;
    char play[17]; /* channel_extras.mock of the last one sent */
} * P;

static enum pay_err played_said(const struct channel_transfer *transfer, enum channel_state state,
                                struct channel_said *out)
{
    *out = (struct channel_said){ .state = state, .currency = "CNY", .price = transfer->price };
    snprintf(out->no, sizeof(out->no), "%s", transfer->transfer_no);
    snprintf(out->channel_no, sizeof(out->channel_no), "B%s", transfer->transfer_no);
    return PAY_OK;
}

static enum pay_err played_transfer(const struct channel_account *account,
                                    const struct channel_transfer *transfer,
                                    struct channel_said *out)
{
    (void)account;
    __atomic_fetch_add(&P->sent, 1, __ATOMIC_SEQ_CST);
    snprintf(P->play, sizeof(P->play), "%s",
             transfer->extras ? str_or(signed_json_str(transfer->extras, "mock"), "") : "");
    (void)!played_said(transfer, P->state, out);
    return P->transfer;
}

static enum pay_err played_query(const struct channel_account *account,
                                 const struct channel_transfer *transfer, struct channel_said *out)
{
    (void)account;
    __atomic_fetch_add(&P->asked, 1, __ATOMIC_SEQ_CST);
    (void)!played_said(transfer, P->known, out);
    return P->query;
}

static struct channel_driver PLAYED;
static const struct channel_driver *const PLAYED_CHANNELS[] = { &PLAYED, NULL };

static int transfer_up(void **state)
{
    if (shroff_up(state) != 0)
        return -1;
    P = mmap(NULL, sizeof(*P), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    PLAYED = CHANNEL_MOCK;
    PLAYED.transfer = played_transfer;
    PLAYED.transfer_query = played_query;
    channels_use(PLAYED_CHANNELS);
    return 0;
}

static void channel_says(enum pay_err transfer, enum channel_state state, enum channel_state known)
{
    *P = (struct played){ .transfer = transfer, .state = state, .known = known };
}

static int transfer_begin(void **state)
{
    channel_says(PAY_OK, CHANNEL_SUCCESS, CHANNEL_NOT_FOUND);
    PLAYED.transfer = played_transfer;
    PLAYED.transfer_query = played_query;
    return test_begin(state);
}

#define TRANSFER_TEST(f) cmocka_unit_test_setup(f, transfer_begin)

static struct transfer_opened T;

static struct transfer_terms transfer_terms_of(const char *no, int64_t price)
{
    struct transfer_terms terms = {
        .price = MONEY(price),
        .currency = "CNY",
        .subject = "A prize",
        .user_account = "payee",
        .notify_url = "http://127.0.0.1:9/out",
    };
    snprintf(terms.merchant_transfer_id, sizeof(terms.merchant_transfer_id), "%s", no);
    return terms;
}

static enum pay_err transferred(const char *no, int64_t price)
{
    const struct transfer_terms terms = transfer_terms_of(no, price);
    const struct checkout_call call = {
        .db = S.db,
        .config = &S.config,
        .app = S.app,
        .nonce = fresh_nonce(),
        .channel = "mock",
        .extras = "{\"mock\":\"later\"}",
    };

    T = (struct transfer_opened){ .created = false };
    return checkout_transfer(&call, &terms, &T);
}

static bool left_to_job;

/* As after a kill between the COMMIT and the call. */
static enum pay_err opened(const char *no, int64_t price)
{
    const struct transfer_terms terms = transfer_terms_of(no, price);
    const struct transfer_request request = {
        .app = S.app,
        .nonce = fresh_nonce(),
        .channel = channel_now(),
        .terms = &terms,
        .left_to_job = left_to_job,
        .extras = "{\"mock\":\"later\"}",
    };

    T = (struct transfer_opened){ .created = false };
    return transfer_open(S.db, &request, &T);
}

static enum pay_err transfer_said(const char *no, enum channel_state state, int64_t price)
{
    struct channel_said said = result_of(no, state, price);
    struct callback_raw raw = { .channel_id = S.channel_id,
                                .remote_address = "127.0.0.1",
                                .kind = "transfer",
                                .headers = "{}",
                                .body = "as it came",
                                .body_len = 10 };

    said.about = ABOUT_TRANSFER;
    return settle(S.db, channel_now(), &said, &raw, &V);
}

/* All open transfers are due; each is worked on as a job would. How many. */
static int transfers_run(void)
{
    struct db_due_rows rows;

    run_sql("UPDATE pay_transfer SET next_sync_time = UTC_TIMESTAMP(3) WHERE status IN (0, 5)");
    ASSERT_ERR(db_due_claim(S.db, &TRANSFERS_DUE, DB_DUE_MAX, NULL, &rows), PAY_OK);
    for (size_t i = 0; i < rows.count; i++) {
        int64_t wait_s = 0;
        ASSERT_ERR(checkout_transfer_due(S.db, &S.config, &rows.at[i], &wait_s), PAY_OK);
        ASSERT_ERR(db_due_done(S.db, &TRANSFERS_DUE, &rows.at[i], wait_s), PAY_OK);
    }
    return (int)rows.count;
}

#define ASSERT_STATUS(want) ASSERT_NUMBER("SELECT status FROM pay_transfer", want)

static void test_checkout_transfer__a_channel_can_do_each_of_these(void **state)
{
    static const struct {
        const char *name;
        enum pay_err call;
        enum channel_state said;
        enum pay_err want;
        int64_t status, tasks;
    } CASES[] = {
        { "done", PAY_OK, CHANNEL_SUCCESS, PAY_OK, 10, 1 },
        { "at it", PAY_OK, CHANNEL_WAITING, PAY_OK, 5, 0 },
        { "a definite no", PAY_REFUSED, CHANNEL_WAITING, PAY_REFUSED, 20, 1 },
        { "failed in the answer", PAY_OK, CHANNEL_FAILED, PAY_REFUSED, 20, 1 },
        { "no answer", PAY_UNKNOWN, CHANNEL_WAITING, PAY_UNKNOWN, 0, 0 },
        { "not sent", PAY_FULL, CHANNEL_WAITING, PAY_OK, 0, 0 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++) {
        empty_tables();
        channel_says(CASES[i].call, CASES[i].said, CHANNEL_NOT_FOUND);
        if (transferred("T1", 100) != CASES[i].want || T.transfer.status != CASES[i].status)
            fail_msg("%s: status %lld", CASES[i].name, (long long)T.transfer.status);
        CHECK_I64(CASES[i].name, number_of("SELECT COUNT(*) FROM notify_task WHERE type = 3"),
                  CASES[i].tasks);
        assert_string_equal(P->play, "later");
    }
}

static void test_checkout_transfer__a_channel_that_cannot(void **state)
{
    (void)state;
    PLAYED.transfer = NULL;
    ASSERT_ERR(transferred("T1", 100), PAY_BAD_FIELD);
    assert_string_equal(T.field, "channel");
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_transfer", 0);
}

static void test_checkout_transfer__the_same_again(void **state)
{
    (void)state;
    ASSERT_ERR(transferred("T1", 100), PAY_OK);
    assert_true(T.created);
    for (int i = 0; i < 3; i++) {
        ASSERT_ERR(transferred("T1", 100), PAY_OK);
        assert_false(T.created);
    }
    ASSERT_ERR(transferred("T1", 101), PAY_CONFLICT);
    assert_string_equal(T.field, "price");
    assert_int_equal(P->sent, 1);
}

/* ---- the channel's own number */

/* What a callback says of T. */
static enum pay_err said_of(const char *no, enum channel_state state, const char *number,
                            enum verdict *verdict)
{
    const struct channel_config *channel = channel_now();
    const struct callback_raw raw = {
        .channel_id = channel->account.id, .kind = "transfer", .body = "{}", .body_len = 2
    };
    struct channel_said said = {
        .about = ABOUT_TRANSFER, .state = state, .currency = "CNY", .price = MONEY(100)
    };

    snprintf(said.no, sizeof(said.no), "%s", no);
    snprintf(said.channel_no, sizeof(said.channel_no), "%s", number);
    return settle(S.db, channel, &said, &raw, verdict);
}

/* One number cannot end two transfers; a second number of one that is paid out may be money that
 * went twice. */
static void test_settle_transfer__a_number_of_the_channels_counts_once(void **state)
{
    enum verdict v;
    char first[NO_SIZE];

    (void)state;
    channel_says(PAY_OK, CHANNEL_WAITING, CHANNEL_WAITING);
    ASSERT_ERR(opened("T1", 100), PAY_OK);
    memcpy(first, T.transfer.no, NO_SIZE);
    ASSERT_ERR(said_of(first, CHANNEL_SUCCESS, "C1", &v), PAY_OK);
    ASSERT_ERR(opened("T2", 100), PAY_OK);
    for (int i = 0; i < 2; i++) {
        ASSERT_ERR(said_of(T.transfer.no, i == 0 ? CHANNEL_WAITING : CHANNEL_SUCCESS, "C1", &v),
                   PAY_OTHER_PAYMENT);
        assert_int_equal(v, VERDICT_OTHER_PAYMENT);
    }
    ASSERT_NUMBER("SELECT SUM(times) FROM pay_alert WHERE kind = 'other_payment'", 2);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_transfer WHERE status = 0", 1);
    ASSERT_ERR(said_of(T.transfer.no, CHANNEL_SUCCESS, "C2", &v), PAY_OK);
    assert_int_equal(v, VERDICT_ACCEPTED);
    for (int i = 0; i < 2; i++) {
        ASSERT_ERR(said_of(T.transfer.no, CHANNEL_SUCCESS, "C3", &v), PAY_OK);
        assert_int_equal(v, VERDICT_REPEATED);
    }
    ASSERT_NUMBER("SELECT times FROM pay_alert WHERE kind = 'transferred_twice'", 2);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_transfer WHERE channel_transfer_no IN ('C1', 'C2')", 2);
}

static void test_settle_transfer__a_number_that_comes_later_is_kept(void **state)
{
    enum verdict v;

    (void)state;
    ASSERT_ERR(opened("T1", 100), PAY_OK);
    ASSERT_ERR(said_of(T.transfer.no, CHANNEL_SUCCESS, "", &v), PAY_OK);
    ASSERT_ERR(said_of(T.transfer.no, CHANNEL_SUCCESS, "C1", &v), PAY_OK);
    assert_int_equal(v, VERDICT_REPEATED);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_transfer WHERE channel_transfer_no = 'C1'", 1);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_alert", 0);
}

/* A transfer that failed has no number there that could move money. */
static void test_settle_transfer__a_refusal_may_name_anything(void **state)
{
    enum verdict v;

    (void)state;
    ASSERT_ERR(opened("T1", 100), PAY_OK);
    ASSERT_ERR(said_of(T.transfer.no, CHANNEL_SUCCESS, "C1", &v), PAY_OK);
    ASSERT_ERR(opened("T2", 100), PAY_OK);
    ASSERT_ERR(said_of(T.transfer.no, CHANNEL_FAILED, "C1", &v), PAY_OK);
    assert_int_equal(v, VERDICT_ACCEPTED);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_transfer WHERE status = 20"
                  " AND channel_transfer_no IS NULL",
                  1);
}

/* A copy is on record and takes no lock: it does not wait for whoever holds the row. */
static void test_settle_transfer__a_copy_takes_no_lock(void **state)
{
    enum verdict v;

    (void)state;
    ASSERT_ERR(opened("T1", 100), PAY_OK);
    ASSERT_ERR(said_of(T.transfer.no, CHANNEL_SUCCESS, "C1", &v), PAY_OK);
    run_sql("BEGIN");
    run_sql("UPDATE pay_transfer SET sync_times = 1");
    const int64_t began = clock_ticks_us();
    ASSERT_ERR(said_of(T.transfer.no, CHANNEL_SUCCESS, "C1", &v), PAY_OK);
    assert_true(clock_ticks_us() - began < 900000);
    assert_int_equal(v, VERDICT_REPEATED);
    run_sql("ROLLBACK");
    ASSERT_NUMBER("SELECT COUNT(*) FROM callback_log WHERE verdict = 'REPEATED'", 1);
}

/* ---- killed between: the job goes on */

static void test_checkout_transfer_due__sends_what_was_opened(void **state)
{
    (void)state;
    ASSERT_ERR(opened("T1", 100), PAY_OK);
    assert_int_equal(transfers_run(), 1);
    assert_int_equal(P->asked * 10 + P->sent, 11);
    assert_string_equal(P->play, "later");
    ASSERT_STATUS(10);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_transfer WHERE next_sync_time IS NULL"
                  " AND claim_token = 0",
                  1);
    assert_int_equal(transfers_run(), 0);
}

static void test_transfer_open__left_to_the_job_is_due_at_once(void **state)
{
    (void)state;
    left_to_job = true;
    ASSERT_ERR(opened("T1", 100), PAY_OK);
    left_to_job = false;
    ASSERT_ERR(opened("T2", 100), PAY_OK);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_transfer WHERE next_sync_time <= UTC_TIMESTAMP(3)", 1);
}

static void test_checkout_transfer_due__does_not_send_what_is_done(void **state)
{
    (void)state;
    channel_says(PAY_UNKNOWN, CHANNEL_WAITING, CHANNEL_SUCCESS);
    ASSERT_ERR(transferred("T1", 100), PAY_UNKNOWN);
    assert_int_equal(transfers_run(), 1);
    assert_int_equal(P->sent, 1);
    ASSERT_STATUS(10);
}

/* A question that is refused or not answered says nothing about the money. */
static void test_checkout_transfer_due__a_question_without_an_answer(void **state)
{
    static const enum pay_err RESULTS[] = { PAY_UNKNOWN, PAY_REFUSED };

    (void)state;
    channel_says(PAY_UNKNOWN, CHANNEL_WAITING, CHANNEL_FAILED);
    ASSERT_ERR(transferred("T1", 100), PAY_UNKNOWN);
    for (size_t i = 0; i < COUNT(RESULTS); i++) {
        P->query = RESULTS[i];
        assert_int_equal(transfers_run(), 1);
        ASSERT_STATUS(0);
    }
    assert_int_equal(P->sent * 10 + P->asked, 12);
}

static void test_checkout_transfer_due__asks_less_and_less(void **state)
{
    static const int64_t GAPS[] = { 30, 120, 600, 3600, 3600 };

    (void)state;
    channel_says(PAY_OK, CHANNEL_WAITING, CHANNEL_WAITING);
    ASSERT_ERR(transferred("T1", 100), PAY_OK);
    for (size_t i = 0; i < COUNT(GAPS); i++) {
        assert_int_equal(transfers_run(), 1);
        int64_t gap = number_of("SELECT TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(3), next_sync_time)"
                                " FROM pay_transfer");
        if (gap < GAPS[i] - 3 || gap > GAPS[i])
            fail_msg("question %zu: the next is in %lld s", i + 1, (long long)gap);
    }
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_alert", 0);
    run_sql("UPDATE pay_transfer SET sync_times = 28");
    assert_int_equal(transfers_run(), 1);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_alert WHERE kind = 'transfer_unknown'", 1);
    ASSERT_STATUS(5);
    assert_int_equal(P->sent, 1);
}

static void test_transfer_open__a_lost_commit_is_found_again(void **state)
{
    static const struct {
        enum cut cut;
        bool there;
    } CUTS[] = {
        { CUT_AFTER_COMMIT_ARRIVED, true },
        { CUT_BEFORE_COMMIT_ARRIVES, false },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(CUTS); i++) {
        empty_tables();
        cut_begin(CUTS[i].cut);
        ASSERT_ERR(opened("T1", 100), PAY_LOST);
        cut_end();
        ASSERT_NUMBER("SELECT COUNT(*) FROM pay_transfer", CUTS[i].there);
        ASSERT_ERR(opened("T1", 100), PAY_OK);
        assert_int_equal(T.created, !CUTS[i].there);
        ASSERT_NUMBER("SELECT COUNT(*) FROM pay_transfer", 1);
    }
}

/* ---- what channels say, in whatever order: the first end stays */

static void test_settle_transfer__in_any_order(void **state)
{
    static const enum channel_state SAID[] = {
        CHANNEL_SUCCESS, CHANNEL_FAILED, CHANNEL_WAITING, CHANNEL_CLOSED, CHANNEL_NOT_FOUND,
    };

    (void)state;
    for (size_t i = 0; i < 125; i++) {
        const enum channel_state said[] = { SAID[i % 5], SAID[i / 5 % 5], SAID[i / 25] };
        int64_t end = 0;
        bool other = false;

        empty_tables();
        ASSERT_ERR(opened("T1", 100), PAY_OK);
        for (size_t k = 0; k < COUNT(said); k++) {
            const int64_t means = said[k] == CHANNEL_SUCCESS     ? 10
                                  : said[k] == CHANNEL_NOT_FOUND ? 0
                                  : said[k] == CHANNEL_WAITING   ? 5
                                                                 : 20;
            ASSERT_ERR(transfer_said(T.transfer.no, said[k], 100), PAY_OK);
            other = other || (end >= 10 && means >= 10 && means != end);
            end = end < 10 && means > end ? means : end;
        }
        CHECK_I64("state", number_of("SELECT status FROM pay_transfer"), end);
        CHECK_I64("alerts", number_of("SELECT COUNT(*) FROM pay_alert"), other);
        CHECK_I64("tasks", number_of("SELECT COUNT(*) FROM notify_task"), end >= 10);
    }
}

static void test_settle_transfer__conflicts_change_nothing(void **state)
{
    (void)state;
    ASSERT_ERR(opened("T1", 100), PAY_OK);
    ASSERT_ERR(transfer_said(T.transfer.no, CHANNEL_SUCCESS, 101), PAY_OTHER_PRICE);
    ASSERT_ERR(transfer_said("01ARZ3NDEKTSV4RRFFQ69G5FAV", CHANNEL_SUCCESS, 100), PAY_NOT_FOUND);
    ASSERT_STATUS(0);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_alert WHERE kind = 'other_price'", 1);
}

/* ---- at once */

static bool one_number(int who)
{
    (void)who;
    return transferred("T1", 100) == PAY_OK;
}

static char transfer_no[NO_SIZE];
static int64_t transfer_id;

/* Callbacks, the job and repeats, all of one transfer. */
static bool everything(int who)
{
    struct db_due_row row = { .id = transfer_id };
    int64_t wait_s;

    switch (who % 3) {
    case 0:
        return transfer_said(transfer_no, CHANNEL_SUCCESS, 100) == PAY_OK;
    case 1:
        return checkout_transfer_due(S.db, &S.config, &row, &wait_s) == PAY_OK;
    default:
        return transferred("T1", 100) == PAY_OK;
    }
}

static void test_checkout_transfer__twenty_at_once(void **state)
{
    (void)state;
    assert_int_equal(crowd(CROWD, one_number), CROWD);
    assert_int_equal(P->sent, 1);
    ASSERT_STATUS(10);
    for (int round = 0; round < 5; round++) {
        empty_tables();
        ASSERT_ERR(opened("T1", 100), PAY_OK);
        memcpy(transfer_no, T.transfer.no, NO_SIZE);
        transfer_id = T.transfer.id;
        assert_int_equal(crowd(CROWD, everything), CROWD);
        ASSERT_STATUS(10);
        ASSERT_NUMBER("SELECT COUNT(*) FROM notify_task WHERE type = 3", 1);
        ASSERT_NUMBER("SELECT version FROM pay_transfer", 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TRANSFER_TEST(test_checkout_transfer__a_channel_can_do_each_of_these),
        TRANSFER_TEST(test_checkout_transfer__a_channel_that_cannot),
        TRANSFER_TEST(test_checkout_transfer__the_same_again),
        TRANSFER_TEST(test_settle_transfer__a_number_of_the_channels_counts_once),
        TRANSFER_TEST(test_settle_transfer__a_number_that_comes_later_is_kept),
        TRANSFER_TEST(test_settle_transfer__a_refusal_may_name_anything),
        TRANSFER_TEST(test_settle_transfer__a_copy_takes_no_lock),
        TRANSFER_TEST(test_checkout_transfer_due__sends_what_was_opened),
        TRANSFER_TEST(test_transfer_open__left_to_the_job_is_due_at_once),
        TRANSFER_TEST(test_checkout_transfer_due__does_not_send_what_is_done),
        TRANSFER_TEST(test_checkout_transfer_due__a_question_without_an_answer),
        TRANSFER_TEST(test_checkout_transfer_due__asks_less_and_less),
        TRANSFER_TEST(test_transfer_open__a_lost_commit_is_found_again),
        TRANSFER_TEST(test_settle_transfer__in_any_order),
        TRANSFER_TEST(test_settle_transfer__conflicts_change_nothing),
        TRANSFER_TEST(test_checkout_transfer__twenty_at_once),
        cmocka_unit_test(test_locks__one_order_for_all),
    };
    (void)proofs_hold;
    (void)submit_with;
    return cmocka_run_group_tests_name("transfer", tests, transfer_up, shroff_down);
}
