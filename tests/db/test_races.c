/* test_races.c - pairs of steps that meet on one order at the same moment, round after round. After
 * each round the order, its attempts, refunds, tasks and steps agree; after 200 rounds, then half
 * as many again each time, and at the end the whole audit is clean. SHROFF_FULL=1 runs 100,000
 * rounds of each pair. A round costs 7 to 20 ms. */
#include "tests/db/race.h"

#include "settle/close.h"
#include "settle/sync.h"
#include "watch/audit.h"

#ifdef __SANITIZE_ADDRESS__
#define ROUNDS 400
#else
#define ROUNDS 2000
#endif
#define ROUNDS_FULL 100000
#define AUDIT_FIRST 200

/* ---- what holds after each round; each SELECT counts violations, ? is the order's id */

static const struct promise {
    const char *name, *sql;
} PROMISES[] = {
    { "a paid order has one attempt that paid it",
      "SELECT COUNT(*) FROM pay_order o WHERE o.id = ? AND (o.status IN (10, 30)) <> EXISTS"
      " (SELECT 1 FROM pay_order_extension e WHERE e.id = o.extension_id AND e.order_id = o.id"
      "  AND e.status = 10 AND e.duplicate_paid = 0 AND e.paid_price = o.price)" },
    { "nothing of a closed order can be paid",
      "SELECT COUNT(*) FROM pay_order o JOIN pay_order_extension e ON e.order_id = o.id"
      " WHERE o.id = ? AND o.status = 20 AND e.status = 0" },
    { "money that did not pay the order goes back, once",
      "SELECT COUNT(*) FROM pay_order o JOIN pay_order_extension e ON e.order_id = o.id"
      " WHERE o.id = ? AND e.status = 10 AND NOT (o.extension_id <=> e.id) AND 1 <>"
      " (SELECT COUNT(*) FROM pay_refund r WHERE r.extension_id = e.id AND r.cause <> 'merchant'"
      "  AND r.refund_price = e.paid_price)" },
    { "what paid the order does not go back by itself",
      "SELECT COUNT(*) FROM pay_order o JOIN pay_refund r ON r.order_id = o.id"
      " WHERE o.id = ? AND r.cause <> 'merchant' AND o.extension_id <=> r.extension_id" },
    { "the order's sums are its refunds'",
      "SELECT COUNT(*) FROM pay_order o WHERE o.id = ? AND NOT ("
      " o.refund_price = (SELECT COALESCE(SUM(refund_price), 0) FROM pay_refund r"
      "  WHERE r.order_id = o.id AND r.status = 10 AND r.cause = 'merchant')"
      " AND o.refunding_price = (SELECT COALESCE(SUM(refund_price), 0) FROM pay_refund r"
      "  WHERE r.order_id = o.id AND r.status = 0 AND r.cause = 'merchant')"
      " AND o.refund_price + o.refunding_price <= o.price"
      " AND o.refund_count = (SELECT COUNT(*) FROM pay_refund r WHERE r.order_id = o.id)"
      " AND (o.status = 30) = (o.refund_price = o.price AND o.refund_price > 0))" },
    { "one task for each event, none for another",
      "SELECT COUNT(*) FROM pay_order o WHERE o.id = ? AND NOT ("
      " (o.status IN (10, 30)) = (SELECT COUNT(*) FROM notify_task t WHERE t.type = 1"
      "  AND t.data_id = o.id AND t.event = 'order.success')"
      " AND (SELECT COUNT(*) FROM notify_task t WHERE t.type = 1 AND t.data_id = o.id"
      "  AND t.event = 'order.closed') = (SELECT COUNT(*) FROM status_log l"
      "  WHERE l.kind = 'order' AND l.data_id = o.id AND l.to_status = 20))" },
    { "one task for each end of a refund",
      "SELECT COUNT(*) FROM pay_refund r WHERE r.order_id = ? AND r.cause = 'merchant'"
      " AND r.status <> 0 AND 1 <> (SELECT COUNT(*) FROM notify_task t WHERE t.type = 2"
      "  AND t.data_id = r.id AND t.version = r.version)" },
    { "only legal steps",
      "SELECT COUNT(*) FROM status_log l WHERE l.kind = 'order' AND l.data_id = ?"
      " AND (l.from_status, l.to_status) NOT IN ((0, 10), (0, 20), (20, 10), (10, 30))" },
    { "only legal steps of attempts",
      "SELECT COUNT(*) FROM status_log l JOIN pay_order_extension e ON e.id = l.data_id"
      " WHERE l.kind = 'attempt' AND e.order_id = ?"
      " AND (l.from_status, l.to_status) NOT IN ((0, 10), (0, 20), (20, 10))" },
    { "each step was made once, and the last one is where it stands",
      "SELECT COUNT(*) FROM pay_order o WHERE o.id = ? AND (EXISTS (SELECT 1 FROM status_log l"
      "  WHERE l.kind = 'order' AND l.data_id = o.id GROUP BY l.to_status HAVING COUNT(*) > 1)"
      " OR o.status <> COALESCE((SELECT l.to_status FROM status_log l WHERE l.kind = 'order'"
      "  AND l.data_id = o.id ORDER BY l.id DESC LIMIT 1), 0))" },
};

struct pair {
    const char *name;
    actor *act[2];
    void (*prepare)(struct round *round);
    /* NULL, or what is wrong with what the two came to. */
    const char *(*judge)(const struct round *round, const enum pay_err err[2]);
    unsigned variants;
    bool recharge; /* the order is a recharge; its user_id is its merchant_order_id */
};

static int64_t about(const char *sql, int64_t id)
{
    const struct db_param in[] = { DB_NUM(id) };
    int64_t n = 0;

    enum pay_err err = db_number(S.root, sql, DB_LIST(in), &n);
    db_end(S.root);
    return err == PAY_OK ? n : -1;
}

static int64_t order_status(const struct round *round)
{
    return about("SELECT status FROM pay_order WHERE id = ?", round->order_id);
}

/* All promises in one statement, which has a bit for each: a round asks once. */
static const char *promises_sql(void)
{
    static char sql[8192];

    if (*sql != '\0')
        return sql;
    struct text t = TEXT(sql);
    for (size_t i = 0; i < COUNT(PROMISES); i++)
        text_addf(&t, "%s((%s) <> 0) * %d", i == 0 ? "SELECT " : " + ", PROMISES[i].sql, 1 << i);
    return sql;
}

/* The first promise that does not hold; NULL: all do. */
static const char *promise_broken(int64_t order_id)
{
    const struct db_param id = DB_NUM(order_id);
    struct db_param in[COUNT(PROMISES)];
    int64_t broken = 0;

    for (size_t i = 0; i < COUNT(PROMISES); i++)
        in[i] = id;
    enum pay_err err = db_number(S.root, promises_sql(), DB_LIST(in), &broken);
    db_end(S.root);
    for (size_t i = 0; i < COUNT(PROMISES) && err == PAY_OK; i++)
        if (broken & (1 << i))
            return PROMISES[i].name;
    return err == PAY_OK ? NULL : err_name(err);
}

static bool is_outage(enum pay_err err)
{
    return err == PAY_FAULT || err == PAY_DB_AWAY || err == PAY_LOST;
}

static const char *round_wrong(const struct pair *pair, const struct round *round)
{
    for (int who = 0; who < 2; who++)
        if (is_outage(RACE->err[who]))
            return err_name(RACE->err[who]);
    const char *wrong = promise_broken(round->order_id);
    return wrong ? wrong : pair->judge(round, RACE->err);
}

static enum pay_err violation(void *arg, void *row)
{
    const struct audit_row *found = row;
    fail_msg("audit %s: %s: %s", (const char *)arg, found->about, found->text);
    return PAY_OK;
}

/* The rounds so far, then an empty table again: the proofs read all of it. */
static void audit_is_clean(void)
{
    for (size_t i = 0; i < AUDIT_PROOF_COUNT; i++) {
        const struct audit_proof *proof = &AUDIT_PROOFS[i];
        ASSERT_ERR(audit_prove(S.root, proof, 30, violation, (void *)(uintptr_t)proof->name),
                   PAY_OK);
        db_end(S.root);
    }
    empty_tables();
    run_sql("TRUNCATE ledger_entry");
    run_sql("TRUNCATE wallet");
}

/* One of the two begins up to 2 ms later. */
static struct round plan(const struct pair *pair, uint64_t pair_no, int64_t n)
{
    const uint64_t drawn = mixed(RACE->seed ^ mixed(pair_no << 32 | (uint64_t)n));
    struct round round = { .variant = (unsigned)(drawn >> 8) % pair->variants,
                           .late = (drawn >> 16) % 4 == 0 };

    round.delay_us[drawn % 2] = (int)((drawn >> 24) % 2000);
    snprintf(round.order, sizeof(round.order), "R%llu-%lld", (unsigned long long)pair_no,
             (long long)n);
    return round;
}

static enum pay_err create_of(const char *user, const char *no, int64_t price, bool recharge)
{
    struct checkout_call call = call_of(fresh_nonce(), recharge ? "mock" : CHANNEL_WALLET_CODE);
    struct order_terms terms = terms_of(no, price);

    call.recharge = recharge;
    terms.bonus_price = MONEY(recharge ? price / 10 : 0);
    snprintf(terms.user_id, sizeof(terms.user_id), "%s", user);
    return checkout_create(&call, &terms, &C);
}

static void prepared(const struct pair *pair, struct round *round)
{
    RACE->book = BOOK_OPEN;
    channel_says(PAY_OK, CHANNEL_SUCCESS, CHANNEL_NOT_FOUND);
    if (pair->recharge)
        ASSERT_ERR(create_of(round->order, round->order, 10000, true), PAY_OK);
    else
        created(round->order, 10000);
    snprintf(round->pay_id, sizeof(round->pay_id), "%s", C.attempt.no);
    round->order_id = C.order.id;
    round->attempt_id =
        about("SELECT id FROM pay_order_extension WHERE order_id = ?", round->order_id);
    if (pair->prepare)
        pair->prepare(round);
    RACE->round = *round;
}

static void raced(uint64_t pair_no, const struct pair *pair)
{
    const int64_t rounds = getenv("SHROFF_FULL") ? ROUNDS_FULL : ROUNDS;
    int64_t audit_at = AUDIT_FIRST;
    int ends[31] = { 0 };

    race_begin(pair->act);
    for (int64_t n = 0; n < rounds; n++) {
        struct round round = plan(pair, pair_no, n);
        prepared(pair, &round);
        const char *wrong = race_run() ? round_wrong(pair, &round) : "it hangs";
        if (wrong)
            fail_msg("%s: SHROFF_SEED=%llu, round %lld, variant %u: %s (%s, %s)", pair->name,
                     (unsigned long long)RACE->seed, (long long)n, round.variant, wrong,
                     err_name(RACE->err[0]), err_name(RACE->err[1]));
        ends[order_status(&round)]++;
        if (n + 1 < audit_at && n + 1 < rounds)
            continue;
        audit_is_clean();
        audit_at += audit_at / 2;
    }
    race_end();
    print_message("%s: %lld rounds; waiting %d, paid %d, closed %d, refunded %d\n", pair->name,
                  (long long)rounds, ends[0], ends[10], ends[20], ends[30]);
}

/* ---- the steps */

static enum pay_err callback_again(const struct round *round)
{
    struct channel_said said = result_of(round->pay_id, CHANNEL_SUCCESS, 10000);
    return said_by_callback(&said, "pay_id");
}

static enum pay_err callback(const struct round *round)
{
    return book_pays(round->late) ? callback_again(round) : PAY_CLOSED;
}

static enum pay_err closes(const struct round *round)
{
    static struct order order;
    const struct order_key key = { .merchant_order_id = round->order };
    const struct closing closing = {
        .db = S.db, .config = &S.config, .app_id = S.app->id, .nonce = fresh_nonce()
    };
    return order_close(&closing, &key, &order);
}

static enum pay_err expires(const struct round *round)
{
    return order_expire(S.db, &S.config, round->order_id);
}

static enum pay_err syncs(const struct round *round)
{
    const struct order_key key = { .merchant_order_id = round->order };
    const struct order_syncing order = {
        .db = S.db, .config = &S.config, .app_id = S.app->id, .nonce = fresh_nonce(), .key = &key
    };
    return round->variant == 0 ? attempt_sync(S.db, &S.config, round->attempt_id)
                               : order_sync(&order);
}

static enum pay_err submits(const struct round *round)
{
    return submit_another(round->order);
}

/* As order_closer looks for orders without an open attempt, until it has closed one. */
static enum pay_err plain_ones_expire(void)
{
    enum pay_err err = PAY_OK;
    size_t count = 0;

    for (int i = 0; i < 20 && err == PAY_OK && count == 0; i++)
        err = orders_expire(S.db, &count);
    return err;
}

static enum pay_err closes_somehow(const struct round *round)
{
    return round->variant == 0   ? expires(round)
           : round->variant == 1 ? closes(round)
                                 : plain_ones_expire();
}

/* ---- what they meet on */

static void past_its_end(struct round *round)
{
    char sql[128];

    snprintf(sql, sizeof(sql),
             "UPDATE pay_order SET expire_time = UTC_TIMESTAMP(3) - INTERVAL 1 SECOND"
             " WHERE id = %lld",
             (long long)round->order_id);
    run_sql(sql);
}

static void attempt_ends(struct round *round)
{
    struct channel_said said = result_of(round->pay_id, CHANNEL_CLOSED, 10000);

    (void)book_becomes(BOOK_CLOSED);
    ASSERT_ERR(said_by_callback(&said, "pay_id"), PAY_OK);
}

/* The end comes in the middle of the round, or the merchant closes (variant 1). In variant 2 there
 * is no open attempt at first. */
static void near_its_end(struct round *round)
{
    char sql[160];

    if (round->variant == 2)
        attempt_ends(round);

    snprintf(sql, sizeof(sql),
             "UPDATE pay_order SET expire_time = UTC_TIMESTAMP(3) + INTERVAL 2000 MICROSECOND"
             " WHERE id = %lld",
             (long long)round->order_id);
    if (round->variant != 1)
        run_sql(sql);
}

/* The channel has the money already, and its callback and our question meet. */
static void paid_there(struct round *round)
{
    round->late = false;
    (void)book_becomes(BOOK_PAID);
}

/* Paid when an acknowledged callback said so; else closed exactly when the channel closed it. */
static const char *judge_end(const struct round *round, const enum pay_err err[2])
{
    const int64_t status = order_status(round);

    if (err[0] == PAY_OK && status != 10 && !(round->late && status == 20))
        return "an acknowledged callback and no payment";
    if (err[0] != PAY_OK && err[0] != PAY_CLOSED)
        return "a callback that was not acknowledged";
    if (err[1] != PAY_OK && err[1] != PAY_PAID)
        return "a close without a result";
    if (RACE->book == BOOK_CLOSED && status != 20)
        return "closed at the channel, and not here";
    return err[1] == PAY_PAID && status != 10 ? "refused as paid, and not paid" : NULL;
}

static const char *judge_paid(const struct round *round, const enum pay_err err[2])
{
    return err[0] != PAY_OK || err[1] != PAY_OK ? "one of the two failed"
           : order_status(round) != 10          ? "not paid"
                                                : NULL;
}

static const char *judge_submit(const struct round *round, const enum pay_err err[2])
{
    if (err[0] == PAY_OK && order_status(round) != 20 && round->variant == 1)
        return "closed with 200, and not closed";
    if (err[1] == PAY_OK && order_status(round) == 20 &&
        about("SELECT COUNT(*) FROM pay_order_extension WHERE order_id = ?", round->order_id) != 2)
        return "submitted, and no attempt";
    return NULL;
}

/* ---- refunds */

/* Variant 0: the callback that pays. 1: the refund's own; 2: one that says it failed. */
static enum pay_err callback_of_either(const struct round *round)
{
    struct channel_said said =
        result_of(round->refund_no, round->variant == 2 ? CHANNEL_FAILED : CHANNEL_SUCCESS, 6000);

    if (round->variant == 0)
        return callback_again(round);
    said.about = ABOUT_REFUND;
    return said_by_callback(&said, "refund_no");
}

static enum pay_err refund_once_more(const struct round *round)
{
    char no[64];

    snprintf(no, sizeof(no), "%s-A", round->order);
    return refunded(round->order, no, 6000);
}

/* Variant 0: another number; 1: the same request; 2: the same number, another price; 3: what is
 * left, as far as the caller knows. */
static enum pay_err refund_other(const struct round *round)
{
    struct refund_terms terms;
    char no[64];

    snprintf(no, sizeof(no), "%s-%s", round->order,
             round->variant == 0 || round->variant == 3 ? "B" : "A");
    terms = refund_terms_of(no, round->variant == 2 ? 5999 : 6000);
    if (round->variant == 3) {
        terms.refund_price = MONEY(4000);
        terms.expected_remaining = 10000;
    }
    return refund_with(round->order, &terms, true);
}

static void paid_already(struct round *round)
{
    (void)book_becomes(BOOK_PAID);
    RACE->round = *round;
    ASSERT_ERR(callback_again(round), PAY_OK);
}

/* Variants 1 and 2: paid, and a refund of 6000 waits at the channel. */
static void refund_waits(struct round *round)
{
    if (round->variant == 0)
        return;
    paid_already(round);
    channel_says(PAY_OK, CHANNEL_WAITING, CHANNEL_WAITING);
    ASSERT_ERR(refund_once_more(round), PAY_OK);
    snprintf(round->refund_no, sizeof(round->refund_no), "%s", R.refund.no);
}

static int64_t refunds_taken(const struct round *round)
{
    return about("SELECT refund_price + refunding_price FROM pay_order WHERE id = ?",
                 round->order_id);
}

/* The refund finds a paid order, or is refused. */
static const char *judge_paid_refund(const struct round *round, const enum pay_err err[2])
{
    const int64_t taken = refunds_taken(round);

    if (err[0] != PAY_OK)
        return "the callback was not acknowledged";
    if (round->variant == 0 && (taken == 6000) != (err[1] == PAY_OK))
        return "the refund's answer is not what was done";
    if (round->variant == 1 && (err[1] != PAY_OK || taken != 6000))
        return "the refund is not done once";
    return NULL;
}

static const char *judge_refunds(const struct round *round, const enum pay_err err[2])
{
    static const int64_t BOTH[] = { 6000, 6000, 6000, 10000 };
    const int yes = (err[0] == PAY_OK) + (err[1] == PAY_OK);
    const int64_t taken = refunds_taken(round);

    if (round->variant == 1)
        return yes == 2 && taken == 6000 ? NULL : "a repeat is not the same refund";
    if (round->variant == 2)
        return yes == 1 && (taken == 6000 || taken == 5999) ? NULL : "one number, two prices";
    if (round->variant == 0)
        return yes == 1 && taken == 6000 ? NULL : "over the price, or neither";
    return yes >= 1 && (taken == BOTH[3] || yes == 1) ? NULL : "a stale remaining was accepted";
}

/* ---- wallets: 11000 are on the balance, the refund takes 6600 with its share of the bonus */

/* What the payment takes. Variant 0: one of the two fits; 1: both do; 2 and 3: the refund waits,
 * and the channel refuses it, or has done it. */
static const int64_t PAYMENTS[] = { 6000, 4000, 5000, 4400 };

static void recharge_paid(struct round *round)
{
    paid_already(round);
    if (round->variant < 2)
        return;
    channel_says(PAY_OK, CHANNEL_WAITING, CHANNEL_WAITING);
    ASSERT_ERR(refund_once_more(round), PAY_OK);
    snprintf(round->refund_no, sizeof(round->refund_no), "%s", R.refund.no);
}

static enum pay_err recharge_goes_back(const struct round *round)
{
    return round->variant < 2 ? refund_once_more(round) : callback_of_either(round);
}

static enum pay_err wallet_pays(const struct round *round)
{
    char no[64];

    snprintf(no, sizeof(no), "%s-W", round->order);
    return create_of(round->order, no, PAYMENTS[round->variant], false);
}

static int64_t wallet_has(const struct round *round)
{
    return about("SELECT IF(w.frozen = 0, w.balance, -1) FROM wallet w JOIN pay_order o"
                 " ON o.app_id = w.app_id AND o.user_id = w.user_id AND o.currency = w.currency"
                 " WHERE o.id = ?",
                 round->order_id);
}

static const char *judge_wallet(const struct round *round, const enum pay_err err[2])
{
    const bool refunded = err[0] == PAY_OK, paid = err[1] == PAY_OK;
    const int64_t back = refunded && round->variant != 2 ? 6600 : 0;

    if (!refunded && (err[0] != PAY_LOW_BALANCE || round->variant != 0))
        return "a refund without a result";
    if (!paid && (err[1] != PAY_REFUSED || round->variant == 1 || round->variant == 3))
        return "a payment without a result";
    if (round->variant == 0 && refunded == paid)
        return "more than there was, or neither";
    return wallet_has(round) == 11000 - back - (paid ? PAYMENTS[round->variant] : 0)
               ? NULL
               : "the balance is not what was answered";
}

static const struct pair PAIRS[] = {
    { "callback against close", { callback, closes }, NULL, judge_end, 1, false },
    { "callback against order_closer", { callback, expires }, past_its_end, judge_end, 1, false },
    { "callback against sync", { callback_again, syncs }, paid_there, judge_paid, 2, false },
    { "closing against submit", { closes_somehow, submits }, near_its_end, judge_submit, 3, false },
    { "callback against refund",
      { callback_of_either, refund_once_more },
      refund_waits,
      judge_paid_refund,
      3,
      false },
    { "refund against refund",
      { refund_once_more, refund_other },
      paid_already,
      judge_refunds,
      4,
      false },
    { "recharge refund against wallet payment",
      { recharge_goes_back, wallet_pays },
      recharge_paid,
      judge_wallet,
      4,
      true },
};

#define RACE_OF(name, number) \
    static void test_race__##name(void **state) \
    { \
        (void)state; \
        raced((number), &PAIRS[number]); \
    }
RACE_OF(callback_close, 0)
RACE_OF(callback_closer, 1)
RACE_OF(callback_sync, 2)
RACE_OF(closing_submit, 3)
RACE_OF(callback_refund, 4)
RACE_OF(refund_refund, 5)
RACE_OF(recharge_refund_wallet, 6)

static int round_over(void **state)
{
    (void)state;
    actors_kill();
    return 0;
}

#define RACE_TEST(f) cmocka_unit_test_setup_teardown(f, refund_begin, round_over)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RACE_TEST(test_race__callback_close),
        RACE_TEST(test_race__callback_closer),
        RACE_TEST(test_race__callback_sync),
        RACE_TEST(test_race__closing_submit),
        RACE_TEST(test_race__callback_refund),
        RACE_TEST(test_race__refund_refund),
        RACE_TEST(test_race__recharge_refund_wallet),
        cmocka_unit_test(test_locks__one_order_for_all),
    };
    return cmocka_run_group_tests_name("races", tests, race_up, shroff_down);
}
