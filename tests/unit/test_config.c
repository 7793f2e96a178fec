/* test_config.c - defaults, what follows from them, what stops the start and with which line. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/file.h"
#include "tests/unit/unit.h"
#include "base/config.h"
#include "base/text.h"

extern char **environ;
static char folder[] = "/tmp/shroff-config-XXXXXX";

static int clear(void **state)
{
    static char *none[] = { NULL };
    (void)state;

    environ = none; /* setenv copies from here on; leaks with the process */
    return 0;
}

static void test_config_load__defaults(void **state)
{
    static struct config c;
    char here[CONFIG_TEXT], want[2 * CONFIG_TEXT];
    (void)state;

    config_load(&c);
    assert_non_null(getcwd(here, sizeof(here)));
    snprintf(want, sizeof(want), "%s/var", here);
    assert_string_equal(c.state, want);
    snprintf(want, sizeof(want), "%s/var/run/mariadb.sock", here);
    assert_string_equal(c.db_socket, want);
    snprintf(want, sizeof(want), "%s/var/secrets/master.key", here);
    assert_string_equal(c.master_key_file, want);
    snprintf(want, sizeof(want), "%s/var/run/metrics", here);
    assert_string_equal(c.metrics_file, want);
    assert_false(c.test_mode);
    assert_string_equal(c.base_url, "");
    assert_string_equal(c.callback_url, "");
    assert_string_equal(c.listen, "");
    assert_string_equal(c.db_name, "shroff");
    assert_string_equal(c.sandbox_db_name, "sandbox");
    assert_true(c.workers == sizes_here()->workers[LOAD_WRITE] && c.worker_requests == 100000);
    assert_true(c.keep_days == 400 && c.keep_refused_days == 30);
    assert_true(c.rate_app == 200 && c.rate_ip == 200 && c.log_level == 1);
    assert_int_equal(c.trusted_proxies.count + c.metrics_nets.count + c.notify_allow_nets.count, 0);
}

static void test_config_load__what_follows_from_others(void **state)
{
    static struct config c;
    (void)state;

    setenv("SHROFF_MODE", "test", 1);
    setenv("SHROFF_STATE", "/srv/shroff//", 1);
    setenv("SHROFF_BASE_URL", "http://127.0.0.1:8080", 1);
    setenv("SHROFF_CALLBACK_URL", "", 1);
    setenv("SHROFF_NOTIFY_ALLOW_NETS", "127.0.0.0/8,::1/128", 1);
    setenv("SHROFF_LOG_LEVEL", "debug", 1);
    setenv("SHROFF_METRICS_FILE", "", 1);
    setenv("SHROFF_RATE_IP", "7", 1);
    setenv("SHROFF_SOMETHING_ELSE", "tolerated", 1);
    config_load(&c);
    assert_true(c.test_mode);
    assert_string_equal(c.state, "/srv/shroff");
    assert_string_equal(c.db_socket, "/srv/shroff/run/mariadb.sock");
    assert_string_equal(c.callback_url, "http://127.0.0.1:8080");
    assert_string_equal(c.mock_gateway_url, "http://127.0.0.1:8080");
    assert_string_equal(c.metrics_file, "");
    assert_int_equal(c.notify_allow_nets.count, 2);
    assert_true(c.log_level == 0 && c.rate_app == 0 && c.rate_ip == 7);
}

/* Runs in a child; what it says on stderr lands in said, its exit code is returned. */
static int exit_of(void (*run)(void), char *said, size_t size)
{
    int ends[2], status = 0;

    assert_int_equal(pipe(ends), 0);
    pid_t pid = fork();
    if (pid == 0) {
        dup2(ends[1], STDERR_FILENO);
        run();
        _exit(0);
    }
    close(ends[1]);
    ssize_t len = read(ends[0], said, size - 1);
    said[len > 0 ? len : 0] = '\0';
    close(ends[0]);
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void load(void)
{
    static struct config c;
    config_load(&c);
}

struct refusal {
    const char *name, *value, *want;
};
static const struct refusal REFUSALS[] = {
    { "SHROFF_WORKERS", "x", "shroff: SHROFF_WORKERS='x': want a number from 1 to 512\n" },
    { "SHROFF_WORKERS", "0", "shroff: SHROFF_WORKERS='0': want a number from 1 to 512\n" },
    { "SHROFF_WORKERS", "513", "shroff: SHROFF_WORKERS='513': want a number from 1 to 512\n" },
    { "SHROFF_WORKERS", "4 ", "shroff: SHROFF_WORKERS='4 ': want a number from 1 to 512\n" },
    { "SHROFF_RATE_APP", "-1", "shroff: SHROFF_RATE_APP='-1': want a number from 0 to 1000000\n" },
    { "SHROFF_MODE", "Test", "shroff: SHROFF_MODE='Test': want live or test\n" },
    { "SHROFF_LOG_LEVEL", "all",
      "shroff: SHROFF_LOG_LEVEL='all': want debug, info, warn or error\n" },
    { "SHROFF_BASE_URL", "http://h/",
      "shroff: SHROFF_BASE_URL='http://h/': want http(s)://host[:port] without a path"
      " (0 to 511 bytes)\n" },
    { "SHROFF_BASE_URL", "ftp://h",
      "shroff: SHROFF_BASE_URL='ftp://h': want http(s)://host[:port] without a path"
      " (0 to 511 bytes)\n" },
    { "SHROFF_DB_NAME", "a`b",
      "shroff: SHROFF_DB_NAME='a`b': want A-Z a-z 0-9 _, 1 to 64 characters\n" },
    { "SHROFF_TRUSTED_PROXIES", "10.0.0.0/40",
      "shroff: SHROFF_TRUSTED_PROXIES='10.0.0.0/40': want networks like 10.0.0.0/8,::1/128"
      " (0 to 64 of them)\n" },
};

static void test_config_load__a_bad_value_ends_with_78(void **state)
{
    char said[1024];
    (void)state;

    for (size_t i = 0; i < COUNT(REFUSALS); i++) {
        setenv(REFUSALS[i].name, REFUSALS[i].value, 1);
        CHECK_I64(REFUSALS[i].name, exit_of(load, said, sizeof(said)), 78);
        CHECK_TEXT(REFUSALS[i].name, said, REFUSALS[i].want);
        unsetenv(REFUSALS[i].name);
    }
}

static void test_config_workers__own_number_then_all_then_cores(void **state)
{
    static struct config c;
    (void)state;

    config_load(&c);
    config_workers(&c, "query", LOAD_READ);
    assert_int_equal(c.workers, sizes_here()->workers[LOAD_READ]);
    setenv("SHROFF_WORKERS", "7", 1);
    config_load(&c);
    config_workers(&c, "query", LOAD_READ);
    assert_int_equal(c.workers, 7);
    setenv("SHROFF_WORKERS_QUERY", "3", 1);
    config_workers(&c, "query", LOAD_READ);
    assert_int_equal(c.workers, 3);
    config_load(&c);
    config_workers(&c, "create", LOAD_WRITE);
    assert_int_equal(c.workers, 7);
}

static void load_query(void)
{
    static struct config c;
    config_load(&c);
    config_workers(&c, "query", LOAD_READ);
}

static void test_config_workers__a_bad_number_ends_with_78(void **state)
{
    char said[1024];
    (void)state;

    setenv("SHROFF_WORKERS_QUERY", "many", 1);
    assert_int_equal(exit_of(load_query, said, sizeof(said)), 78);
    assert_string_equal(said, "shroff: SHROFF_WORKERS_QUERY='many': want a number from 1 to 512\n");
}

struct sized {
    struct machine_size machine;
    struct sizes want;
};
/* clang-format off */
static const struct sized SIZED[] = {
    { { 1, 512 },     { { 8, 4, 4 },    400, 128, 128 } },
    { { 1, 2048 },    { { 8, 4, 4 },    400, 512, 256 } },
    { { 2, 4096 },    { { 16, 8, 4 },   400, 1024, 512 } },
    { { 2, 24105 },   { { 16, 8, 4 },   400, 4096, 1024 } },
    { { 8, 16384 },   { { 64, 32, 4 },  624, 4096, 1024 } },
    { { 64, 524288 }, { { 128, 64, 4 }, 1040, 4096, 1024 } },
};
/* clang-format on */

static void test_sizes_for__follow_cores_and_memory(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(SIZED); i++) {
        struct sizes got;
        char name[64];
        sizes_for(&SIZED[i].machine, &got);
        snprintf(name, sizeof(name), "row %zu", i);
        CHECK_I64(name, got.workers[LOAD_WRITE], SIZED[i].want.workers[LOAD_WRITE]);
        CHECK_I64(name, got.workers[LOAD_READ], SIZED[i].want.workers[LOAD_READ]);
        CHECK_I64(name, got.workers[LOAD_FEW], SIZED[i].want.workers[LOAD_FEW]);
        CHECK_I64(name, got.connections, SIZED[i].want.connections);
        CHECK_I64(name, got.pool_mb, SIZED[i].want.pool_mb);
        CHECK_I64(name, got.redo_mb, SIZED[i].want.redo_mb);
    }
}

static void test_config_load__a_socket_path_too_long(void **state)
{
    char said[1024], path[201];
    (void)state;

    memset(path, 'p', sizeof(path) - 1);
    path[0] = '/';
    path[sizeof(path) - 1] = '\0';
    setenv("SHROFF_STATE", path, 1);
    assert_int_equal(exit_of(load, said, sizeof(said)), 78);
    assert_non_null(strstr(said, "SHROFF_DB_SOCKET="));
    assert_non_null(strstr(said, "1 to 107 bytes"));
}

static void put_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void account(void)
{
    static struct config c;
    struct db_account a;

    config_load(&c);
    config_db_account(&c, "web", &a);
    fprintf(stderr, "%s/%s/%s", a.user, a.password, a.database);
}

static void sandbox_account(void)
{
    static struct config c;
    struct db_account a;

    config_load(&c);
    config_db_account(&c, "sandbox", &a);
    fprintf(stderr, "%s/%s/%s", a.user, a.password, a.database);
}

static void test_config_db_account__where_the_password_comes_from(void **state)
{
    char said[1024], path[128], secrets[64];
    (void)state;

    setenv("SHROFF_STATE", folder, 1);
    assert_int_equal(exit_of(account, said, sizeof(said)), 78);
    assert_non_null(strstr(said, "SHROFF_WEB_DB_PASSWORD_FILE="));
    snprintf(secrets, sizeof(secrets), "%s/secrets", folder);
    assert_int_equal(mkdir(secrets, 0700), 0);
    snprintf(path, sizeof(path), "%s/web.password", secrets);
    put_file(path, "from-state\n");
    assert_int_equal(exit_of(account, said, sizeof(said)), 0);
    assert_string_equal(said, "shroff_web/from-state/shroff");
    snprintf(path, sizeof(path), "%s/other", folder);
    put_file(path, "from-file");
    setenv("SHROFF_WEB_DB_PASSWORD_FILE", path, 1);
    setenv("SHROFF_WEB_DB_USER", "somebody", 1);
    assert_int_equal(exit_of(account, said, sizeof(said)), 0);
    assert_string_equal(said, "somebody/from-file/shroff");
    setenv("SHROFF_WEB_DB_PASSWORD", "plain", 1);
    assert_int_equal(exit_of(account, said, sizeof(said)), 0);
    assert_string_equal(said, "somebody/plain/shroff");
    setenv("SHROFF_SANDBOX_DB_PASSWORD", "s", 1);
    assert_int_equal(exit_of(sandbox_account, said, sizeof(said)), 0);
    assert_string_equal(said, "shroff_sandbox/s/sandbox");
}

static void test_file_read__whole_or_not_at_all(void **state)
{
    char path[64], room[8];
    (void)state;

    snprintf(path, sizeof(path), "%s/file", folder);
    assert_int_equal(file_read(path, room, sizeof(room)), PAY_NO_ROW);
    put_file(path, "1234567");
    assert_int_equal(file_read(path, room, sizeof(room)), PAY_OK);
    assert_string_equal(room, "1234567");
    put_file(path, "123456\n");
    assert_int_equal(file_read(path, room, sizeof(room)), PAY_OK);
    assert_string_equal(room, "123456");
    put_file(path, "ab\n\n");
    assert_int_equal(file_read(path, room, sizeof(room)), PAY_OK);
    assert_string_equal(room, "ab\n");
    put_file(path, "12345678");
    assert_int_equal(file_read(path, room, sizeof(room)), PAY_FULL);
    assert_string_equal(room, "");
    put_file(path, "");
    assert_int_equal(file_read(path, room, sizeof(room)), PAY_OK);
    assert_string_equal(room, "");
    assert_int_equal(file_read(folder, room, sizeof(room)), PAY_NO_ROW);
}

static int remove_folder(void **state)
{
    static const char *const LEFT[] = { "secrets/web.password", "secrets", "other", "file", "" };
    char path[128];
    (void)state;

    for (size_t i = 0; i < COUNT(LEFT); i++) {
        snprintf(path, sizeof(path), "%s/%s", folder, LEFT[i]);
        remove(path);
    }
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_config_load__defaults, clear),
        cmocka_unit_test_setup(test_config_load__what_follows_from_others, clear),
        cmocka_unit_test_setup(test_config_load__a_bad_value_ends_with_78, clear),
        cmocka_unit_test_setup(test_config_workers__own_number_then_all_then_cores, clear),
        cmocka_unit_test_setup(test_config_workers__a_bad_number_ends_with_78, clear),
        cmocka_unit_test(test_sizes_for__follow_cores_and_memory),
        cmocka_unit_test_setup(test_config_load__a_socket_path_too_long, clear),
        cmocka_unit_test_setup(test_config_db_account__where_the_password_comes_from, clear),
        cmocka_unit_test_setup(test_file_read__whole_or_not_at_all, clear),
    };
    if (!mkdtemp(folder))
        return 1;
    return cmocka_run_group_tests(tests, NULL, remove_folder);
}
