/* refund_steps.h - the steps that tests of refunds are written in, and a played channel: the mock
 * one, but its refunds are answered in this process, as the test says. */
#ifndef TESTS_DB_REFUND_STEPS_H
#define TESTS_DB_REFUND_STEPS_H

#include <sys/mman.h>

#include "tests/db/crowd.h"
#include "tests/db/pay_steps.h"

#include "channel/mock/mock.h"
#include "checkout/checkout_refund.h"
#include "ledger/wallet_channel.h"

/* Shared by the processes of a test. */
static struct played {
    enum pay_err refund, query;      /* what the calls come to */
    enum channel_state state, known; /* said by a refund, by a query */
    int sent, asked;
    char pay_id[NO_SIZE], channel_order_no[65]; /* of the last one sent */
} * P;

static inline enum pay_err played_said(const struct channel_refund *refund,
                                       enum channel_state state, struct channel_said *out)
{
    *out = (struct channel_said){
        .state = state, .about = ABOUT_REFUND, .currency = "CNY", .price = refund->refund_price
    };
    snprintf(out->no, sizeof(out->no), "%s", refund->refund_no);
    snprintf(out->channel_no, sizeof(out->channel_no), "B%s", refund->refund_no);
    if (state == CHANNEL_FAILED)
        snprintf(out->error_code, sizeof(out->error_code), "NO_MONEY");
    return PAY_OK;
}

static inline enum pay_err played_refund(const struct channel_account *account,
                                         const struct channel_refund *refund,
                                         struct channel_said *out)
{
    (void)account;
    __atomic_fetch_add(&P->sent, 1, __ATOMIC_SEQ_CST);
    snprintf(P->pay_id, sizeof(P->pay_id), "%s", refund->pay_id);
    snprintf(P->channel_order_no, sizeof(P->channel_order_no), "%s", refund->channel_order_no);
    (void)!played_said(refund, P->state, out);
    return P->refund;
}

static inline enum pay_err played_query(const struct channel_account *account,
                                        const struct channel_refund *refund,
                                        struct channel_said *out)
{
    (void)account;
    __atomic_fetch_add(&P->asked, 1, __ATOMIC_SEQ_CST);
    (void)!played_said(refund, P->known, out);
    return P->query;
}

static struct channel_driver PLAYED;
static const struct channel_driver *const PLAYED_CHANNELS[] = { &PLAYED, &CHANNEL_WALLET, NULL };

static inline int refund_up(void **state)
{
    static struct app copy;

    if (shroff_up(state) != 0)
        return -1;
    P = mmap(NULL, sizeof(*P), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    PLAYED = CHANNEL_MOCK;
    PLAYED.refund = played_refund;
    PLAYED.refund_query = played_query;
    channels_use(PLAYED_CHANNELS);
    run_sql("UPDATE pay_app SET refund_notify_url = 'http://127.0.0.1:9/back'");
    app_forget(S.app_key);
    if (app_find(S.db, S.app_key, &S.app) != PAY_OK)
        return -1;
    copy = *S.app;
    S.app = &copy;
    return 0;
}

/* From now on a refund comes to this, and a question about it to that. */
static inline void channel_says(enum pay_err refund, enum channel_state state,
                                enum channel_state known)
{
    *P = (struct played){ .refund = refund, .state = state, .known = known };
}

static inline int refund_begin(void **state)
{
    channel_says(PAY_OK, CHANNEL_SUCCESS, CHANNEL_NOT_FOUND);
    return test_begin(state);
}

#define REFUND_TEST(f) cmocka_unit_test_setup(f, refund_begin)

static struct refund_reserved R;
static bool left_to_job;

static inline struct refund_terms refund_terms_of(const char *no, int64_t price)
{
    struct refund_terms terms = { .refund_price = MONEY(price),
                                  .expected_remaining = REMAINING_UNSAID };
    snprintf(terms.merchant_refund_id, sizeof(terms.merchant_refund_id), "%s", no);
    return terms;
}

static inline enum pay_err refund_with(const char *order, const struct refund_terms *terms,
                                       bool send)
{
    const struct order_key key = { .merchant_order_id = order };
    const struct refund_call call = {
        .db = S.db,
        .config = &S.config,
        .request = { .app = S.app,
                     .nonce = fresh_nonce(),
                     .order = &key,
                     .terms = terms,
                     .left_to_job = left_to_job },
    };

    R = (struct refund_reserved){ .created = false };
    return send ? checkout_refund(&call, &R) : refund_reserve(S.db, &call.request, &R);
}

static inline enum pay_err refunded(const char *order, const char *no, int64_t price)
{
    const struct refund_terms terms = refund_terms_of(no, price);
    return refund_with(order, &terms, true);
}

/* As after a kill between the COMMIT and the call. */
static inline enum pay_err reserved(const char *order, const char *no, int64_t price)
{
    const struct refund_terms terms = refund_terms_of(no, price);
    return refund_with(order, &terms, false);
}

static inline void paid(const char *no, int64_t price)
{
    created(no, price);
    ASSERT_ERR(settled(C.attempt.no, CHANNEL_SUCCESS, price), PAY_OK);
}

static inline enum pay_err refund_said_as(struct channel_said *said)
{
    struct callback_raw raw = { .channel_id = S.channel_id,
                                .remote_address = "127.0.0.1",
                                .kind = "refund",
                                .headers = "{}",
                                .body = "as it came",
                                .body_len = 10 };
    said->about = ABOUT_REFUND;
    return settle(S.db, channel_now(), said, &raw, &V);
}

static inline enum pay_err refund_said(const char *no, enum channel_state state, int64_t price)
{
    struct channel_said said = result_of(no, state, price);
    return refund_said_as(&said);
}

/* All refunds that wait are due; each is worked on as a job would. How many. */
static inline int refunds_run(void)
{
    struct db_due_rows rows;

    run_sql("UPDATE pay_refund SET next_sync_time = UTC_TIMESTAMP(3) WHERE status = 0");
    ASSERT_ERR(db_due_claim(S.db, &REFUNDS_DUE, DB_DUE_MAX, NULL, &rows), PAY_OK);
    for (size_t i = 0; i < rows.count; i++) {
        int64_t wait_s = 0;
        ASSERT_ERR(checkout_refund_due(S.db, &S.config, &rows.at[i], &wait_s), PAY_OK);
        ASSERT_ERR(db_due_done(S.db, &REFUNDS_DUE, &rows.at[i], wait_s), PAY_OK);
    }
    return (int)rows.count;
}

/* The order's state, refund_price and refunding_price, the newest refund's state. */
#define ASSERT_MONEY(state, back, open, refund) \
    do { \
        ASSERT_NUMBER("SELECT status FROM pay_order ORDER BY id DESC LIMIT 1", state); \
        ASSERT_NUMBER("SELECT refund_price FROM pay_order ORDER BY id DESC LIMIT 1", back); \
        ASSERT_NUMBER("SELECT refunding_price FROM pay_order ORDER BY id DESC LIMIT 1", open); \
        ASSERT_NUMBER("SELECT status FROM pay_refund ORDER BY id DESC LIMIT 1", refund); \
    } while (0)

#endif
