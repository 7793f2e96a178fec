/* db_due.c - see db_due.h. */
#include "io/db/db_due.h"
#include "base/ulid.h"

struct claiming {
    const struct db_due *due;
    int64_t most;
    struct db_due_not not_of;
    struct db_due_rows *out;
    int64_t token;
    bool looks;   /* claims none */
    int64_t only; /* of what is due; 0: all of it */
};

struct found_row {
    int64_t id, app, channel;
};
static const struct db_column FOUND_COLUMNS[] = {
    DB_COLUMN(struct found_row, id),
    DB_COLUMN(struct found_row, app),
    DB_COLUMN(struct found_row, channel),
};

static enum pay_err due_keep(void *arg, void *row)
{
    struct claiming *claiming = arg;
    const struct found_row *found = row;
    struct db_due_rows *out = claiming->out;
    const bool wanted = claiming->only == 0 || claiming->only == found->id;

    if (wanted && out->count < (size_t)claiming->most)
        out->at[out->count++] = (struct db_due_row){
            .id = found->id,
            .token = claiming->token,
            .app = found->app,
            .channel = found->channel,
        };
    return PAY_OK;
}

static enum pay_err due_look(struct db *db, struct claiming *claiming)
{
    const size_t owners = (size_t)claiming->due->owners;
    const struct db_shape shape = { FOUND_COLUMNS, 1 + owners };
    struct db_param look[] = {
        DB_STR(claiming->not_of.apps),
        DB_STR(claiming->not_of.channels),
        DB_NUM(claiming->most),
    };
    struct found_row row = { .app = 0 };

    look[owners] = look[COUNT(look) - 1];
    return db_select(db, &(const struct db_query){ .sql = claiming->due->due,
                                                   .in = look,
                                                   .n = owners + 1,
                                                   .shape = &shape,
                                                   .row = &row,
                                                   .each = due_keep,
                                                   .arg = claiming });
}

static enum pay_err due_claim_work(struct db *db, void *arg)
{
    struct claiming *claiming = arg;

    claiming->out->count = 0;
    enum pay_err err = due_look(db, claiming);
    for (size_t i = 0; i < claiming->out->count && err == PAY_OK && !claiming->looks; i++) {
        const struct db_param in[] = {
            DB_NUM(claiming->token),
            DB_NUM(claiming->due->lease_s),
            DB_NUM(claiming->out->at[i].id),
        };
        const size_t skipped = claiming->due->no_token ? 2 : 0;
        err = db_exec_one(db, claiming->due->claim, in + skipped, COUNT(in) - skipped);
    }
    return err;
}

static bool is_of_a_row(enum pay_err err)
{
    return err != PAY_OK && err != PAY_DB_AWAY && err != PAY_LOST && err != PAY_TRY_AGAIN;
}

/* One row that cannot be changed has undone the claim of all: each by itself then, of more rows
 * than are wanted. Its error is that of the claim when none can be claimed. */
static enum pay_err claim_singly(struct db *db, struct claiming *claiming)
{
    const size_t most = (size_t)claiming->most;
    struct db_due_rows taken = { .count = 0 };
    enum pay_err bad = PAY_OK;

    claiming->most = DB_DUE_MAX;
    claiming->looks = true;
    enum pay_err err = db_txn(db, due_claim_work, claiming);
    const struct db_due_rows found = *claiming->out;
    claiming->looks = false;
    for (size_t i = 0; i < found.count && taken.count < most && err == PAY_OK; i++) {
        claiming->only = found.at[i].id;
        err = db_txn(db, due_claim_work, claiming);
        if (err == PAY_OK && claiming->out->count > 0)
            taken.at[taken.count++] = claiming->out->at[0];
        if (!is_of_a_row(err))
            continue;
        bad = err;
        err = PAY_OK;
        taken.stuck_id = found.at[i].id;
    }
    *claiming->out = taken;
    return err == PAY_OK && taken.count == 0 ? bad : err;
}

enum pay_err db_due_claim(struct db *db, const struct db_due *due, size_t most,
                          const struct db_due_not *not_of, struct db_due_rows *out)
{
    struct claiming claiming = {
        .due = due,
        .not_of = not_of ? *not_of : (struct db_due_not){ "", "" },
        .out = out,
        .most = (int64_t)(most < DB_DUE_MAX ? most : DB_DUE_MAX),
    };

    random_bytes(&claiming.token, sizeof(claiming.token));
    claiming.token = (claiming.token & (INT64_MAX - 1)) + 1; /* 0: not claimed */
    out->stuck_id = 0;
    enum pay_err err = db_txn(db, due_claim_work, &claiming);
    if (is_of_a_row(err))
        err = claim_singly(db, &claiming);
    if (err != PAY_OK)
        out->count = 0;
    return err;
}

struct finishing {
    const struct db_due *due;
    const struct db_due_row *row;
    int64_t wait_s;
};

static enum pay_err due_done_work(struct db *db, void *arg)
{
    const struct finishing *finishing = arg;
    const struct db_param in[] = {
        DB_NUM(finishing->wait_s),
        DB_NUM(finishing->row->id),
        DB_NUM(finishing->row->token),
    };
    return db_exec_one(db, finishing->due->done, DB_LIST(in));
}

enum pay_err db_due_done(struct db *db, const struct db_due *due, const struct db_due_row *row,
                         int64_t wait_s)
{
    return db_txn(db, due_done_work, &(struct finishing){ due, row, wait_s });
}
