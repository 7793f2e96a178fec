/* config.c - the settings, one table. "$STATE" and "$BASE_URL" at the head of a default stand for
 * the setting of that name, which is read before; "by cores" for what sizes.h computes. */
#include "base/config.h"
#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/config_private.h"
#include "base/text.h"

enum set_kind { SET_TEXT, SET_FOLDER, SET_URL, SET_NUM, SET_MODE, SET_LEVEL, SET_NETS, SET_NAME };

struct setting {
    const char *name;
    enum set_kind kind;
    const char *live, *test; /* defaults by mode; test NULL: the same */
    int64_t min, max;        /* of numbers; of texts the length */
    size_t offset;
    const char *help;
};
#define AT(member) offsetof(struct config, member)
#define BY_CORES "by cores"
#define ROOM(member) (int64_t)sizeof(((struct config *)0)->member) - 1

static const struct setting SETTINGS[] = {
    { "SHROFF_MODE", SET_MODE, "live", NULL, 0, 0, AT(test_mode), "live, or test: with sandbox" },
    { "SHROFF_STATE", SET_FOLDER, "var", NULL, 1, 400, AT(state), "state folder" },
    { "SHROFF_BASE_URL", SET_URL, "", NULL, 0, ROOM(base_url), AT(base_url),
      "where the world reaches this service" },
    { "SHROFF_CALLBACK_URL", SET_URL, "$BASE_URL", NULL, 0, ROOM(callback_url), AT(callback_url),
      "base of the callback address the mock gateway calls" },
    { "SHROFF_MOCK_GATEWAY_URL", SET_URL, "$BASE_URL", NULL, 0, ROOM(mock_gateway_url),
      AT(mock_gateway_url), "where the mock channel asks the mock gateway" },
    { "SHROFF_SANDBOX_URL", SET_URL, "", NULL, 0, ROOM(sandbox_url), AT(sandbox_url),
      "where the played channels are reached" },
    { "SHROFF_SANDBOX_TIME_SCALE", SET_NUM, "1", NULL, 1, 1000000, AT(sandbox_time_scale),
      "divides every gap of the played channels" },
    { "SHROFF_LISTEN", SET_TEXT, "", NULL, 0, ROOM(listen), AT(listen),
      "Unix socket a FastCGI program opens; without it descriptor 0, else plain CGI" },
    { "SHROFF_DB_SOCKET", SET_TEXT, "$STATE/run/mariadb.sock", NULL, 1, ROOM(db_socket),
      AT(db_socket), "MariaDB's Unix socket" },
    { "SHROFF_DB_NAME", SET_NAME, "shroff", NULL, 1, ROOM(db_name), AT(db_name), "database" },
    { "SHROFF_SANDBOX_DB_NAME", SET_NAME, "sandbox", NULL, 1, ROOM(sandbox_db_name),
      AT(sandbox_db_name), "database of the played third parties" },
    { "SHROFF_MASTER_KEY_FILE", SET_TEXT, "$STATE/secrets/master.key", NULL, 1,
      ROOM(master_key_file), AT(master_key_file), "lines VERSION:base64 of 32 bytes, mode 0600" },
    { "SHROFF_METRICS_FILE", SET_TEXT, "$STATE/run/metrics", NULL, 0, ROOM(metrics_file),
      AT(metrics_file), "counters shared by the node's programs" },
    { "SHROFF_WORKERS", SET_NUM, BY_CORES, NULL, 1, 512, AT(workers),
      "children per program; SHROFF_WORKERS_QUERY and the like: of one program" },
    { "SHROFF_WORKER_REQUESTS", SET_NUM, "100000", NULL, 1, 1000000000, AT(worker_requests),
      "a child is replaced after so many requests" },
    { "SHROFF_RATE_APP", SET_NUM, "200", "0", 0, 1000000, AT(rate_app),
      "requests a second of one app; 0 is off" },
    { "SHROFF_RATE_IP", SET_NUM, "200", "0", 0, 1000000, AT(rate_ip),
      "requests a second of one address; 0 is off" },
    { "SHROFF_KEEP_DAYS", SET_NUM, "400", NULL, 1, 36500, AT(keep_days), "days logs are kept" },
    { "SHROFF_KEEP_REFUSED_DAYS", SET_NUM, "30", NULL, 1, 36500, AT(keep_refused_days),
      "days callbacks that were not believed are kept" },
    { "SHROFF_MIN_FREE_MB", SET_NUM, "128", NULL, 0, 1000000, AT(min_free_mb),
      "MiB free under MariaDB's data, below which no new order or attempt is taken; 0 is off" },
    { "SHROFF_TRUSTED_PROXIES", SET_NETS, "", NULL, 0, NET_LIST_MAX, AT(trusted_proxies),
      "networks whose X-Forwarded-For is believed" },
    { "SHROFF_METRICS_NETS", SET_NETS, "", NULL, 0, NET_LIST_MAX, AT(metrics_nets),
      "networks that may read /metrics, besides the loopback" },
    { "SHROFF_NOTIFY_ALLOW_NETS", SET_NETS, "", NULL, 0, NET_LIST_MAX, AT(notify_allow_nets),
      "networks notified although they are not public" },
    { "SHROFF_LOG_LEVEL", SET_LEVEL, "info", NULL, 0, 0, AT(log_level),
      "debug, info, warn or error" },
};

/* clang-format off */
/* What each kind wants, for the error line; the two numbers are the setting's bounds. */
static const char *const WANTS[] = {
    [SET_TEXT]   = "want a text of %lld to %lld bytes",
    [SET_FOLDER] = "want a folder's path of %lld to %lld bytes",
    [SET_URL]    = "want http(s)://host[:port] without a path (%lld to %lld bytes)",
    [SET_NUM]    = "want a number from %lld to %lld",
    [SET_MODE]   = "want live or test",
    [SET_LEVEL]  = "want debug, info, warn or error",
    [SET_NETS]   = "want networks like 10.0.0.0/8,::1/128 (%lld to %lld of them)",
    [SET_NAME]   = "want A-Z a-z 0-9 _, %lld to %lld characters",
};
/* clang-format on */

static void wants_add(const struct setting *set, struct text *to)
{
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    text_addf(to, WANTS[set->kind], (long long)set->min, (long long)set->max);
#pragma GCC diagnostic pop
}

static bool is_origin(const char *s)
{
    const char *host = str_starts(s, "https://") ? s + 8 : str_starts(s, "http://") ? s + 7 : NULL;

    return *s == '\0' || (host && *host &&
                          strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                       "0123456789.-:[]") == strlen(host));
}

/* Absolute, without the slashes at the end; false when it does not fit. */
static bool set_folder(char *to, size_t size, const char *value)
{
    char here[CONFIG_TEXT];
    struct text path = text_over(to, size);

    while (str_starts(value, "./"))
        value += 2;
    if (value[0] != '/') {
        if (!getcwd(here, sizeof(here)))
            return false;
        text_addf(&path, "%s/", here);
    }
    text_add(&path, str_eq(value, ".") ? "" : value);
    while (path.len > 1 && to[path.len - 1] == '/')
        to[--path.len] = '\0';
    return !path.full;
}

static bool index_of(const char *value, const char *const *words, size_t count, int64_t *out)
{
    for (size_t i = 0; i < count; i++) {
        if (str_eq(value, words[i])) {
            *out = (int64_t)i;
            return true;
        }
    }
    return false;
}

static bool take_value(const struct setting *set, const char *value, void *target)
{
    static const char *const MODES[] = { "live", "test" };
    static const char *const LEVELS[] = { "debug", "info", "warn", "error" };
    const size_t size = (size_t)set->max + 1;
    const bool fits = (int64_t)strlen(value) >= set->min && (int64_t)strlen(value) <= set->max;
    int64_t word;

    switch (set->kind) {
    case SET_TEXT:
        return fits && text_copy(target, size, value);
    case SET_FOLDER:
        return fits && set_folder(target, CONFIG_TEXT, value);
    case SET_URL:
        return fits && is_origin(value) && text_copy(target, size, value);
    case SET_NAME:
        return fits && str_is(value, ALPHA_NONCE, 1, (size_t)set->max) && !strchr(value, '-') &&
               text_copy(target, size, value);
    case SET_NUM:
        return str_to_i64(value, set->min, set->max, target);
    case SET_NETS:
        return net_list_parse(value, target);
    case SET_LEVEL:
        return index_of(value, LEVELS, COUNT(LEVELS), target);
    case SET_MODE:
        if (!index_of(value, MODES, COUNT(MODES), &word))
            return false;
        *(bool *)target = word == 1;
        return true;
    }
    return false;
}

static const char *default_of(const struct setting *set, const struct config *config)
{
    static char room[2 * CONFIG_TEXT];
    const char *value = config->test_mode && set->test ? set->test : set->live;
    struct text text = TEXT(room);

    if (str_starts(value, "$STATE")) {
        text_add(&text, config->state);
        text_add(&text, value + strlen("$STATE"));
    } else if (str_starts(value, "$BASE_URL")) {
        text_add(&text, config->base_url);
    } else if (str_eq(value, BY_CORES)) {
        text_addf(&text, "%lld", (long long)sizes_here()->workers[LOAD_WRITE]);
    } else {
        return value;
    }
    return room;
}

void config_refuse(const char *name, const char *value, const char *want)
{
    char room[1024];
    struct text shown = TEXT(room);

    text_add_shown(&shown, value, strnlen(value, 200));
    fprintf(stderr, "shroff: %s='%s': %s\n", name, room, want);
    exit(EXIT_CONFIG);
}

void config_load(struct config *out)
{
    memset(out, 0, sizeof(*out));
    for (size_t i = 0; i < COUNT(SETTINGS); i++) {
        const struct setting *set = &SETTINGS[i];
        const char *value = getenv(set->name);
        const bool empty_is_meant = set->kind == SET_TEXT && set->min == 0;
        if (!value || (!*value && !empty_is_meant))
            value = default_of(set, out);
        if (take_value(set, value, (char *)out + set->offset))
            continue;
        char room[160];
        struct text want = TEXT(room);
        wants_add(set, &want);
        config_refuse(set->name, value, room);
    }
}

static const struct setting *setting_of(const char *name)
{
    size_t i = 0;

    while (!str_eq(SETTINGS[i].name, name))
        i++;
    return &SETTINGS[i];
}

void config_workers(struct config *config, const char *program, enum load load)
{
    const struct setting *set = setting_of("SHROFF_WORKERS");
    char name[80], room[160];
    struct text text = TEXT(name), want = TEXT(room);

    text_addf(&text, "%s_", set->name);
    for (const char *at = program; *at; at++)
        text_add_char(&text, (char)toupper((unsigned char)*at));
    const char *own = str_or(getenv(name), "");
    if (!*own && !*str_or(getenv(set->name), ""))
        config->workers = sizes_here()->workers[load];
    wants_add(set, &want);
    if (*own && !take_value(set, own, &config->workers))
        config_refuse(name, own, room);
}

void config_print_help(void)
{
    for (size_t i = 0; i < COUNT(SETTINGS); i++) {
        const struct setting *set = &SETTINGS[i];
        char room[160];
        struct text want = TEXT(room);
        wants_add(set, &want);
        printf("%-26s %s%s%s%s; default: %s%s%s\n", set->name, set->help, *room ? " (" : "", room,
               *room ? ")" : "", str_or(set->live, "none"), set->test ? ", in test mode " : "",
               str_or(set->test, ""));
    }
    printf("%-26s account of WEB RUNNER MIGRATE CTL AUDIT SANDBOX; default: shroff_<role>\n",
           "SHROFF_<ROLE>_DB_USER");
    printf("%-26s its password, or _FILE; default: the file $STATE/secrets/<role>.password\n",
           "SHROFF_<ROLE>_DB_PASSWORD");
    printf("%-26s folder of the schema's files; default: schema/ near the program\n",
           "SHROFF_SCHEMA_DIR");
}
