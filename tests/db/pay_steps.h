/* pay_steps.h - the steps tests of checkout and settle are told in. */
#ifndef TESTS_DB_PAY_STEPS_H
#define TESTS_DB_PAY_STEPS_H

#include "tests/db/shroff.h"

#include "checkout/checkout.h"
#include "settle/settle.h"
#include "watch/audit.h"

static struct checkout C;

static inline struct order_terms terms_of(const char *merchant_order_id, int64_t price)
{
    struct order_terms terms = { .price = MONEY(price),
                                 .expire_in = 7200,
                                 .currency = "CNY",
                                 .subject = "a \"cup\" of <tea> 茶" };
    snprintf(terms.merchant_order_id, sizeof(terms.merchant_order_id), "%s", merchant_order_id);
    return terms;
}

static inline struct checkout_call call_of(const char *nonce, const char *channel)
{
    return (struct checkout_call){
        .db = S.db, .config = &S.config, .app = S.app, .nonce = nonce, .channel = channel
    };
}

static inline enum pay_err create_with(const char *nonce, const char *no, int64_t price,
                                       const char *channel)
{
    struct order_terms terms = terms_of(no, price);
    struct checkout_call call = call_of(nonce, channel);

    return checkout_create(&call, &terms, &C);
}

/* A nonce of its own. */
static inline const char *fresh_nonce(void)
{
    static char nonce[TOKEN_SIZE];
    token_new(nonce);
    return nonce;
}

static inline void created(const char *no, int64_t price)
{
    ASSERT_ERR(create_with(fresh_nonce(), no, price, "mock"), PAY_OK);
}

static inline enum pay_err submit_extras(const char *no, const char *extras)
{
    struct checkout_call call = call_of(fresh_nonce(), "mock");
    call.extras = extras;
    return checkout_submit(&call, &(struct order_key){ .merchant_order_id = no }, &C);
}

static inline enum pay_err submit_with(const char *nonce, const char *no, const char *channel)
{
    struct checkout_call call = call_of(nonce, channel);
    return checkout_submit(&call, &(struct order_key){ .merchant_order_id = no }, &C);
}

/* With extras of its own, so that no open attempt is as good. */
static inline enum pay_err submit_another(const char *no)
{
    char extras[64];

    snprintf(extras, sizeof(extras), "{\"n\":\"%s\"}", fresh_nonce());
    return submit_extras(no, extras);
}

/* After attempts were changed by hand. */
static inline void latest_copied(void)
{
    run_sql("BEGIN NOT ATOMIC FOR o IN (SELECT id FROM pay_order) DO CALL order_latest(o.id);"
            " END FOR; END");
}

/* One more open attempt of the order in C, in C.attempt, by hand: no
 * channel is asked. */
static inline void another_attempt(void)
{
    char why[256], sql[512];

    ulid_new(C.attempt.no);
    snprintf(sql, sizeof(sql),
             "INSERT INTO pay_order_extension (order_id, no, channel_id,"
             " channel_code, price, currency) SELECT id, '%s', %lld, 'mock', price, currency"
             " FROM pay_order WHERE no = '%s'",
             C.attempt.no, (long long)S.channel_id, C.order.no);
    ASSERT_ERR(db_run_text(S.root, sql, why, sizeof(why)), PAY_OK);
    latest_copied();
}

static inline const struct channel_config *channel_now(void)
{
    const struct channel_config *channel = NULL;
    ASSERT_ERR(channel_config_by_id(S.db, &S.config, S.channel_id, &channel), PAY_OK);
    return channel;
}

static inline struct channel_said result_of(const char *pay_id, enum channel_state state,
                                            int64_t price)
{
    struct channel_said result = { .state = state, .price = MONEY(price), .currency = "CNY" };
    snprintf(result.no, sizeof(result.no), "%s", pay_id);
    snprintf(result.channel_no, sizeof(result.channel_no), "GW%s", pay_id);
    if (state == CHANNEL_SUCCESS)
        result.success_time = INT64_C(1763683200123);
    return result;
}

static enum verdict V;

static inline enum pay_err settled_as(const struct channel_said *result)
{
    struct callback_raw raw = { .channel_id = S.channel_id,
                                .remote_address = "127.0.0.1",
                                .headers = "{}",
                                .body = "as it came",
                                .body_len = 10 };
    return settle(S.db, channel_now(), result, &raw, &V);
}

static inline enum pay_err settled(const char *pay_id, enum channel_state state, int64_t price)
{
    struct channel_said result = result_of(pay_id, state, price);
    return settled_as(&result);
}

/* The channel says that its payment `number` paid the attempt. */
static inline enum pay_err paid_by(const char *pay_id, const char *number)
{
    struct channel_said result = result_of(pay_id, CHANNEL_SUCCESS, 10000);
    snprintf(result.channel_no, sizeof(result.channel_no), "%s", number);
    return settled_as(&result);
}

static inline enum pay_err count_row(void *arg, void *row)
{
    (void)row;
    ++*(int64_t *)arg;
    return PAY_OK;
}

/* What the audit's proofs ask of orders and attempts, after every test. */
static inline int proofs_hold(void **state)
{
    (void)state;
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order o WHERE o.status IN (10, 30) AND NOT EXISTS"
                  " (SELECT 1 FROM pay_order_extension e WHERE e.id = o.extension_id AND"
                  "  e.order_id = o.id AND e.status = 10 AND e.duplicate_paid = 0 AND"
                  "  e.channel_id = o.channel_id AND e.paid_price = o.price AND"
                  "  e.paid_currency = o.currency)",
                  0);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order_extension e JOIN pay_order o ON o.id = e.order_id"
                  " WHERE e.status = 10 AND NOT (o.extension_id <=> e.id) AND NOT EXISTS"
                  " (SELECT 1 FROM pay_alert a WHERE a.about = e.no AND (a.closed_by IS NULL OR"
                  "  a.decision = 'keep'))"
                  " AND NOT EXISTS (SELECT 1 FROM pay_refund r WHERE r.extension_id = e.id"
                  "  AND r.status <> 20)",
                  0);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_refund r JOIN pay_order o ON o.id = r.order_id"
                  " WHERE r.cause <> 'merchant' AND (o.extension_id = r.extension_id"
                  "  OR r.merchant_refund_id NOT LIKE 'auto:%')",
                  0);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order o WHERE o.status = 10 AND 1 <> (SELECT COUNT(*)"
                  " FROM notify_task t WHERE t.type = 1 AND t.data_id = o.id AND"
                  " t.event = 'order.success')",
                  0);
    ASSERT_NUMBER("SELECT COUNT(*) FROM status_log l"
                  " WHERE (l.kind, l.from_status, l.to_status) NOT IN (('order', 0, 10),"
                  "  ('order', 0, 20), ('order', 20, 10), ('order', 10, 30),"
                  "  ('attempt', 0, 10), ('attempt', 0, 20),"
                  "  ('attempt', 20, 10), ('refund', 0, 10), ('refund', 0, 20), ('refund', 20, 0))",
                  0);
    for (size_t i = 0; i < AUDIT_PROOF_COUNT; i++) {
        int64_t wrong = 0;
        if (!str_eq(AUDIT_PROOFS[i].name, "latest-copied"))
            continue;
        ASSERT_ERR(audit_prove(S.root, &AUDIT_PROOFS[i], 1, count_row, &wrong), PAY_OK);
        assert_int_equal(wrong, 0);
    }
    return 0;
}

#define MONEY_TEST(f) cmocka_unit_test_setup_teardown(f, test_begin, proofs_hold)

#endif
