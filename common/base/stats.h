/* stats.h - counters and histograms in one mmapped file per node, added to by every program with
 * atomic instructions, printed by /metrics. Losing the file loses no money. */
#ifndef BASE_STATS_H
#define BASE_STATS_H

#include <stdint.h>
#include "base/text.h"

/* Opens or makes the file. When it is unwritable one line is logged and counting is a no-op, as it
 * is for "". */
void stats_open(const char *path);
/* name is the metric, label its label pairs as Prometheus writes them: `endpoint="create",code="0"`
 * (each pair of name and label gets a slot of its own; at most 1024 in all, label <= 120 bytes). */
void stats_add(const char *name, const char *label, int64_t n);
void stats_set(const char *name, const char *label, int64_t n); /* a gauge */
/* A counter's or a gauge's value; false when no program has set it. Nothing is made. */
bool stats_read(const char *name, const char *label, int64_t *out);
/* Observes a duration into fixed buckets 1 2.5 5 10 25 50 100 250 500 1000 2500 5000 10000 ms. */
void stats_observe_us(const char *name, const char *label, int64_t us);
/* Prometheus text format 0.0.4 with # HELP and # TYPE of the metrics known to stats.c. */
void stats_print(struct text *to);

#endif
