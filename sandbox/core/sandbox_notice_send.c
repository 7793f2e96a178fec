/* sandbox_notice_send.c - what a runner sends: notices that are due, many at once.
 * in: due rows; out: HTTP requests of one process, side by side. */
#include <stdlib.h>
#include "sandbox/core/sandbox_notice_private.h"

#define SLOTS 32
#define PER_MERCHANT 8
#define WAIT_MS 100 /* of a turn, while something is under way */
#define PUT_OFF_S 1 /* of what finds its merchant's share used */

/* clang-format off */
static const struct db_due NOTICES = {
    .due = "SELECT id FROM sandbox_notice"
           " WHERE status = " STATE(NOTICE_WAITING) " AND due_time <= UTC_TIMESTAMP(3)"
           " ORDER BY due_time LIMIT ? FOR UPDATE SKIP LOCKED",
    .claim = "UPDATE sandbox_notice SET claim_token = ?,"
             "       due_time = UTC_TIMESTAMP(3) + INTERVAL ? SECOND WHERE id = ?",
    .done = "UPDATE sandbox_notice SET claim_token = 0,"
            "       due_time = UTC_TIMESTAMP(3) + INTERVAL ? SECOND"
            " WHERE id = ? AND claim_token = ?",
    .lease_s = NOTICE_LEASE_S,
};
/* clang-format on */

struct sender {
    struct http_pool *pool;
    struct notice_flight *flights;
    enum pay_err trouble; /* the first that happened in this turn */
};

static struct sender *sender_here(void)
{
    static struct sender sender;

    if (!sender.pool) {
        sender.pool = http_pool_open(SLOTS, PER_MERCHANT);
        sender.flights = calloc(SLOTS, sizeof(*sender.flights));
        if (!sender.flights)
            abort();
    }
    return &sender;
}

static void trouble_note(struct sender *sender, enum pay_err err)
{
    if (sender->trouble == PAY_OK)
        sender->trouble = err;
}

static void came_back(void *arg, const struct http_answer *answer)
{
    struct notice_flight *flight = arg;

    trouble_note(sender_here(), notice_flight_end(flight, answer));
    flight->busy = false;
}

/* A notice that cannot be made waits for its lease to end; the others go on. */
static void send_beside(struct sender *sender, struct notice_flight *flight,
                        const struct sandbox_channel *const *channels, const struct db_due_row *row)
{
    struct http_request request;
    enum pay_err err = notice_flight_make(flight, channels, row, &request);

    if (err == PAY_OK)
        err = http_pool_add(sender->pool, &request, came_back, flight);
    flight->busy = err == PAY_OK;
    if (err == PAY_FULL)
        err = db_due_done(flight->db, &NOTICES, row, PUT_OFF_S);
    trouble_note(sender, err);
}

static size_t busy_count(const struct sender *sender)
{
    size_t busy = 0;

    for (size_t i = 0; i < SLOTS; i++)
        busy += sender->flights[i].busy ? 1 : 0;
    return busy;
}

enum pay_err sandbox_notices_turn(struct db *db, const struct config *config,
                                  const struct sandbox_channel *const *channels, bool take,
                                  size_t *worked)
{
    struct sender *sender = sender_here();
    struct db_due_rows rows = { .count = 0 };
    const size_t space = SLOTS - busy_count(sender);
    size_t next = 0;

    sender->trouble = PAY_OK;
    if (take && space > 0)
        trouble_note(sender, db_due_claim(db, &NOTICES, space, NULL, &rows));
    for (size_t i = 0; i < SLOTS && next < rows.count; i++) {
        struct notice_flight *flight = &sender->flights[i];
        if (flight->busy)
            continue;
        flight->db = db;
        flight->config = config;
        send_beside(sender, flight, channels, &rows.at[next++]);
    }
    if (busy_count(sender) > 0)
        (void)http_pool_run(sender->pool, WAIT_MS, -1);
    *worked = rows.count + busy_count(sender);
    return sender->trouble;
}
