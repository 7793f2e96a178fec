/* stats_print.c - the counters' file as Prometheus text, all samples of a metric in one place. */
#include "base/stats.h"
#include <stdlib.h>
#include <string.h>
#include "base/stats_file.h"

const int64_t STATS_BOUND_US[STATS_BOUNDS] = {
    1000,   2500,   5000,    10000,   25000,   50000,    100000,
    250000, 500000, 1000000, 2500000, 5000000, 10000000,
};

struct metric {
    const char *name, *help;
};
static const struct metric METRICS[] = {
    { "shroff_requests_total", "Requests answered, by endpoint and answer code." },
    { "shroff_request_seconds", "Time from accepting a request to its answer, by endpoint." },
    { "shroff_callbacks_total", "Callbacks of channels, by verdict." },
    { "shroff_callbacks_not_kept_total", "Refused callbacks whose record was over its bound." },
    { "shroff_channel_calls_total", "Requests to channels, by kind and result." },
    { "shroff_channel_call_seconds", "Time that a request to a channel took, by kind." },
    { "shroff_channel_not_called_total",
      "Calls to channels not made: the channel hung, too many were at it, or no time was left." },
    { "shroff_notify_attempts_total", "Tries to deliver a notification, by result." },
    { "shroff_notify_first_try_seconds", "Time from a notification's commit to its first try." },
    { "shroff_notify_given_up_total", "Notifications given up after their last try." },
    { "shroff_notify_lease_lost_total", "Results thrown away because the lease had run out." },
    { "shroff_notify_parked_total", "Tries put off because their host was failing." },
    { "shroff_db_retries_total", "Transactions run again, by the database's error code." },
    { "shroff_audit_violations",
      "Rows that a proof found at its last run, at most 100, by proof." },
    { "shroff_audit_end_seconds", "When the last complete audit ended (Unix time)." },
    { "shroff_audit_duration_seconds", "How long the last complete audit took." },
    { "shroff_notify_clock_skew_seconds", "This machine's clock minus the database's." },
};

/* The place of a metric in METRICS; unknown ones come last, by name. */
static size_t rank(const char *name)
{
    size_t i = 0;

    while (i < COUNT(METRICS) && !str_eq(METRICS[i].name, name))
        i++;
    return i;
}

static int by_metric(const void *a, const void *b)
{
    const struct stats_slot *x = *(struct stats_slot *const *)a;
    const struct stats_slot *y = *(struct stats_slot *const *)b;
    const size_t rank_x = rank(x->name), rank_y = rank(y->name);

    if (rank_x != rank_y)
        return rank_x < rank_y ? -1 : 1;
    const int order = strcmp(x->name, y->name);
    return order != 0 ? order : strcmp(x->label, y->label);
}

static void print_head(struct text *to, const struct stats_slot *slot)
{
    static const char *const TYPES[] = { "untyped", "counter", "gauge", "histogram" };
    const size_t known = rank(slot->name);
    uint32_t kind = slot->ready;

    if (known < COUNT(METRICS))
        text_addf(to, "# HELP %s %s\n", slot->name, METRICS[known].help);
    else if (kind != STATS_HISTOGRAM)
        kind = 0;
    text_addf(to, "# TYPE %s %s\n", slot->name, TYPES[kind < COUNT(TYPES) ? kind : 0]);
}

/* name, suffix and {label,le="…"}; label and le may be empty. */
static void print_name(struct text *to, const struct stats_slot *slot, const char *suffix,
                       const char *le)
{
    const bool both = slot->label[0] && *le;

    text_addf(to, "%s%s", slot->name, suffix);
    if (slot->label[0] || *le)
        text_addf(to, "{%s%s%s}", slot->label, both ? "," : "", le);
    text_add_char(to, ' ');
}

static void add_seconds(struct text *to, int64_t us)
{
    text_addf(to, "%lld.%06lld", (long long)(us / 1000000), (long long)(us % 1000000));
}

/* A bound as people write it: 0.0025, 1, 10. */
static void bound_label(char *room, size_t size, size_t bucket)
{
    struct text le = text_over(room, size);

    text_add(&le, "le=\"");
    if (bucket == STATS_BOUNDS) {
        text_add(&le, "+Inf\"");
        return;
    }
    add_seconds(&le, STATS_BOUND_US[bucket]);
    while (le.at[le.len - 1] == '0')
        le.at[--le.len] = '\0';
    if (le.at[le.len - 1] == '.')
        le.at[--le.len] = '\0';
    text_add_char(&le, '"');
}

static void print_histogram(struct text *to, const struct stats_slot *slot)
{
    int64_t count = 0;
    char le[24];

    for (size_t i = 0; i <= STATS_BOUNDS; i++) {
        count += atomic_load_explicit(&slot->buckets[i], memory_order_relaxed);
        bound_label(le, sizeof(le), i);
        print_name(to, slot, "_bucket", le);
        text_addf(to, "%lld\n", (long long)count);
    }
    print_name(to, slot, "_sum", "");
    add_seconds(to, atomic_load_explicit(&slot->value, memory_order_relaxed));
    text_add_char(to, '\n');
    print_name(to, slot, "_count", "");
    text_addf(to, "%lld\n", (long long)count);
}

static void print_slot(struct text *to, const struct stats_slot *slot)
{
    if (slot->ready == STATS_HISTOGRAM) {
        print_histogram(to, slot);
        return;
    }
    print_name(to, slot, "", "");
    text_addf(to, "%lld\n", (long long)atomic_load_explicit(&slot->value, memory_order_relaxed));
}

void stats_print(struct text *to)
{
    static struct stats_slot *found[STATS_SLOTS];
    size_t count = 0;

    for (size_t i = 0; stats_mapped && i < STATS_SLOTS; i++) {
        struct stats_slot *slot = &stats_mapped->slots[i];
        if (atomic_load_explicit(&slot->ready, memory_order_acquire) != 0)
            found[count++] = slot;
    }
    qsort(found, count, sizeof(found[0]), by_metric);
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || strcmp(found[i]->name, found[i - 1]->name) != 0)
            print_head(to, found[i]);
        print_slot(to, found[i]);
    }
    if (stats_mapped)
        text_addf(to,
                  "# TYPE shroff_stats_dropped_total counter\n"
                  "shroff_stats_dropped_total %lld\n",
                  (long long)atomic_load_explicit(&stats_mapped->dropped, memory_order_relaxed));
}
