/* test_stats.c - counting from many processes, crashes half way, foreign files, the text. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "tests/unit/unit.h"
#include "base/stats.h"
#include "base/stats_file.h"

static char folder[] = "/tmp/shroff-stats-XXXXXX";
static char path[64], other[64];
static char room[1 << 20];

static const char *printed(void)
{
    struct text t = TEXT(room);

    stats_print(&t);
    assert_false(t.full);
    return room;
}

static int fresh(void **state)
{
    (void)state;
    unlink(path);
    unlink(other);
    stats_open(path);
    return stats_mapped ? 0 : -1;
}

static void assert_has(const char *line)
{
    if (!strstr(printed(), line))
        fail_msg("no '%s' in:\n%s", line, room);
}

static void test_stats_print__counters_grouped_under_help_and_type(void **state)
{
    (void)state;
    stats_add("shroff_requests_total", "endpoint=\"query\",code=\"0\"", 1);
    stats_add("zz_unknown", "", 5);
    stats_add("shroff_callbacks_total", "verdict=\"accepted\"", 2);
    stats_add("shroff_requests_total", "endpoint=\"create\",code=\"0\"", 3);
    stats_add("shroff_requests_total", "endpoint=\"create\",code=\"0\"", 4);
    stats_set("shroff_notify_clock_skew_seconds", NULL, 9);
    stats_set("shroff_notify_clock_skew_seconds", NULL, -2);
    assert_string_equal(
        printed(),
        "# HELP shroff_requests_total Requests answered, by endpoint and answer code.\n"
        "# TYPE shroff_requests_total counter\n"
        "shroff_requests_total{endpoint=\"create\",code=\"0\"} 7\n"
        "shroff_requests_total{endpoint=\"query\",code=\"0\"} 1\n"
        "# HELP shroff_callbacks_total Callbacks of channels, by verdict.\n"
        "# TYPE shroff_callbacks_total counter\n"
        "shroff_callbacks_total{verdict=\"accepted\"} 2\n"
        "# HELP shroff_notify_clock_skew_seconds This machine's clock minus the database's.\n"
        "# TYPE shroff_notify_clock_skew_seconds gauge\n"
        "shroff_notify_clock_skew_seconds -2\n"
        "# TYPE zz_unknown untyped\n"
        "zz_unknown 5\n"
        "# TYPE shroff_stats_dropped_total counter\n"
        "shroff_stats_dropped_total 0\n");
}

static void test_stats_observe_us__buckets_are_cumulative(void **state)
{
    static const int64_t TIMES[] = { -5, 0, 1000, 1001, 2500, 10000000, 10000001, 99000000 };
    (void)state;

    for (size_t i = 0; i < COUNT(TIMES); i++)
        stats_observe_us("shroff_request_seconds", "endpoint=\"create\"", TIMES[i]);
    assert_has("# TYPE shroff_request_seconds histogram\n"
               "shroff_request_seconds_bucket{endpoint=\"create\",le=\"0.001\"} 3\n"
               "shroff_request_seconds_bucket{endpoint=\"create\",le=\"0.0025\"} 5\n"
               "shroff_request_seconds_bucket{endpoint=\"create\",le=\"0.005\"} 5\n");
    assert_has("le=\"5\"} 5\nshroff_request_seconds_bucket{endpoint=\"create\",le=\"10\"} 6\n"
               "shroff_request_seconds_bucket{endpoint=\"create\",le=\"+Inf\"} 8\n"
               "shroff_request_seconds_sum{endpoint=\"create\"} 119.004502\n"
               "shroff_request_seconds_count{endpoint=\"create\"} 8\n");
    stats_observe_us("shroff_notify_first_try_seconds", "", 1);
    assert_has("shroff_notify_first_try_seconds_bucket{le=\"0.001\"} 1\n");
    assert_has("shroff_notify_first_try_seconds_sum 0.000001\n");
}

static void count_in_child(int which)
{
    char label[32];

    stats_open(path); /* its own mapping, as a program of its own has */
    for (int i = 0; i < 20000; i++) {
        snprintf(label, sizeof(label), "n=\"%d\"", (i * 7 + which) % 50);
        stats_add("shroff_requests_total", label, 1);
    }
    _exit(stats_mapped ? 0 : 1);
}

static void test_stats_add__processes_together_lose_nothing(void **state)
{
    enum { CHILDREN = 4 };
    int64_t sum = 0, slots = 0;
    (void)state;

    stats_close();
    unlink(path); /* they also race to make the file */
    for (int i = 0; i < CHILDREN; i++) {
        if (fork() == 0)
            count_in_child(i);
    }
    for (int i = 0, status = 0; i < CHILDREN; i++) {
        wait(&status);
        assert_int_equal(status, 0);
    }
    stats_open(path);
    for (size_t i = 0; i < STATS_SLOTS; i++) {
        sum += stats_mapped->slots[i].value;
        slots += stats_mapped->slots[i].hash != 0;
    }
    assert_int_equal(sum, CHILDREN * 20000);
    assert_int_equal(slots, 50);
}

/* A slot taken whose texts were not, or half, written when its process died. */
static void test_stats_add__finishes_what_a_crash_left(void **state)
{
    (void)state;
    stats_add("shroff_db_retries_total", "code=\"1213\"", 1);
    for (size_t i = 0; i < STATS_SLOTS; i++) {
        struct stats_slot *slot = &stats_mapped->slots[i];
        if (slot->hash != 0) {
            slot->ready = 0;
            memset(slot->name + 5, 0, sizeof(slot->name) - 5);
            memset(slot->label, 0, sizeof(slot->label));
        }
    }
    assert_null(strstr(printed(), "1213"));
    stats_add("shroff_db_retries_total", "code=\"1213\"", 1);
    assert_has("\nshroff_db_retries_total{code=\"1213\"} 2\n");
}

static void test_stats_add__a_full_table_counts_what_it_drops(void **state)
{
    char label[32];
    (void)state;

    for (int i = 0; i < STATS_SLOTS + 10; i++) {
        snprintf(label, sizeof(label), "n=\"%d\"", i);
        stats_add("shroff_requests_total", label, 1);
    }
    assert_has("\nshroff_stats_dropped_total 10\n");
    stats_add("shroff_requests_total", "n=\"5\"", 1);
    assert_has("\nshroff_requests_total{n=\"5\"} 2\n");
}

static void test_stats_add__too_long_a_name_is_no_count(void **state)
{
    char label[200];
    (void)state;

    memset(label, 'l', sizeof(label) - 1);
    label[sizeof(label) - 1] = '\0';
    stats_add("shroff_requests_total", label, 1);
    stats_add(label, "", 1);
    assert_null(strstr(printed(), "lll"));
}

static void test_stats_open__counts_go_on_after_a_restart(void **state)
{
    struct stat st;
    (void)state;

    stats_add("shroff_requests_total", "", 1);
    stats_close();
    stats_add("shroff_requests_total", "", 1); /* nowhere: no-op */
    stats_open(path);
    stats_add("shroff_requests_total", "", 1);
    assert_has("\nshroff_requests_total 2\n");
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
}

static void write_file(const char *bytes, size_t size)
{
    const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, size), size);
    close(fd);
}

static void test_stats_open__sets_a_foreign_file_aside(void **state)
{
    static char wrong_version[sizeof(struct stats_file)] = "SHSTATS9";
    (void)state;

    stats_close();
    write_file("something else", 14);
    stats_open(path);
    assert_non_null(stats_mapped);
    assert_int_equal(access(other, F_OK), 0);
    stats_close();
    write_file(wrong_version, sizeof(wrong_version));
    stats_open(path);
    assert_non_null(stats_mapped);
    stats_add("shroff_requests_total", "", 1);
    assert_has("\nshroff_requests_total 1\n");
}

static void test_stats_open__without_a_file_counting_is_silent(void **state)
{
    (void)state;
    stats_open("");
    assert_null(stats_mapped);
    stats_open("/proc/nowhere/metrics");
    assert_null(stats_mapped);
    stats_add("shroff_requests_total", "", 1);
    stats_observe_us("shroff_request_seconds", "", 1);
    assert_string_equal(printed(), "");
}

static int remove_folder(void **state)
{
    (void)state;
    stats_close();
    unlink(path);
    unlink(other);
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_stats_print__counters_grouped_under_help_and_type, fresh),
        cmocka_unit_test_setup(test_stats_observe_us__buckets_are_cumulative, fresh),
        cmocka_unit_test_setup(test_stats_add__processes_together_lose_nothing, fresh),
        cmocka_unit_test_setup(test_stats_add__finishes_what_a_crash_left, fresh),
        cmocka_unit_test_setup(test_stats_add__a_full_table_counts_what_it_drops, fresh),
        cmocka_unit_test_setup(test_stats_add__too_long_a_name_is_no_count, fresh),
        cmocka_unit_test_setup(test_stats_open__counts_go_on_after_a_restart, fresh),
        cmocka_unit_test_setup(test_stats_open__sets_a_foreign_file_aside, fresh),
        cmocka_unit_test_setup(test_stats_open__without_a_file_counting_is_silent, fresh),
    };
    if (!mkdtemp(folder))
        return 1;
    snprintf(path, sizeof(path), "%s/metrics", folder);
    snprintf(other, sizeof(other), "%s/metrics.old", folder);
    return cmocka_run_group_tests(tests, NULL, remove_folder);
}
