/* db_due.c - see db_due.h. */
#include "io/db/db_due.h"
#include "base/ulid.h"

struct claiming {
    const struct db_due *due;
    int64_t most;
    struct db_due_row *rows;
    size_t count;
    int64_t token;
};

struct id_row {
    int64_t id;
};

static enum pay_err keep(void *arg, void *row)
{
    struct claiming *claiming = arg;
    const struct id_row *found = row;

    if (claiming->count < (size_t)claiming->most)
        claiming->rows[claiming->count++] = (struct db_due_row){ found->id, claiming->token };
    return PAY_OK;
}

static enum pay_err claim(struct db *db, void *arg)
{
    static const struct db_column COLUMNS[] = { DB_COLUMN(struct id_row, id) };
    struct claiming *claiming = arg;
    const struct db_param most[] = { DB_NUM(claiming->most) };
    struct id_row row;

    claiming->count = 0;
    enum pay_err err = db_select(db, &(const struct db_query){ .sql = claiming->due->due,
                                                               .in = most,
                                                               .n = COUNT(most),
                                                               .shape = DB_SHAPE(COLUMNS),
                                                               .row = &row,
                                                               .each = keep,
                                                               .arg = claiming });
    for (size_t i = 0; i < claiming->count && err == PAY_OK; i++) {
        const struct db_param in[] = {
            DB_NUM(claiming->token),
            DB_NUM(claiming->due->lease_s),
            DB_NUM(claiming->rows[i].id),
        };
        const size_t skipped = claiming->due->no_token ? 2 : 0;
        err = db_exec_one(db, claiming->due->claim, in + skipped, COUNT(in) - skipped);
    }
    return err;
}

enum pay_err db_due_claim(struct db *db, const struct db_due *due, size_t most,
                          struct db_due_row *rows, size_t *count)
{
    struct claiming claiming = {
        .due = due,
        .rows = rows,
        .most = (int64_t)(most < DB_DUE_MAX ? most : DB_DUE_MAX),
    };

    random_bytes(&claiming.token, sizeof(claiming.token));
    claiming.token = (claiming.token & (INT64_MAX - 1)) + 1; /* 0: nobody's */
    enum pay_err err = db_txn(db, claim, &claiming);
    *count = err == PAY_OK ? claiming.count : 0;
    return err;
}

struct finishing {
    const struct db_due *due;
    const struct db_due_row *row;
    int64_t wait_s;
};

static enum pay_err done(struct db *db, void *arg)
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
    return db_txn(db, done, &(struct finishing){ due, row, wait_s });
}
