/* limit.h - the cases that limit.c measures: each is the SQL of one request. */
#ifndef BENCH_LIMIT_H
#define BENCH_LIMIT_H

#include "io/db/db.h"

struct limit {
    struct db *db;
    int64_t turn, step; /* the next order: its numbers are computed from it */
    int64_t app_id, channel_id;
    const struct config *config;
};

struct limit_case {
    const char *name;
    enum pay_err (*once)(struct limit *limit);
};
extern const struct limit_case LIMIT_CASES[];
extern const size_t LIMIT_CASES_COUNT;

#endif
