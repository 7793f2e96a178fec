/* config_recorded.c - the settings that `scripts/run` recorded, for what people start by hand. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/config.h"
#include "base/file.h"
#include "base/text.h"

#define RECORDED_MAX 65536

extern char **environ;

/* What chooses a copy of `run` and says nothing about its database. */
static bool is_of_run(const char *setting)
{
    static const char *const NAMES[] = { "SHROFF_STATE=", "SHROFF_PORT=", "SHROFF_BIND=",
                                         "SHROFF_SANDBOX_PORT=", "SHROFF_SANDBOX_HTTPS_PORT=" };

    for (size_t i = 0; i < COUNT(NAMES); i++)
        if (str_starts(setting, NAMES[i]))
            return true;
    return false;
}

static bool something_is_said(void)
{
    for (char **at = environ; *at; at++)
        if (str_starts(*at, "SHROFF_") && !is_of_run(*at))
            return true;
    return false;
}

/* 'text' as a shell quotes it, '\'' for a quote; false when it is written otherwise. */
static bool unquote(const char *from, char *to, size_t size)
{
    struct text out = text_over(to, size);

    for (const char *at = from; *at == '\''; at++) {
        const char *end = strchr(at + 1, '\'');
        if (!end)
            return false;
        text_add_n(&out, at + 1, (size_t)(end - at - 1));
        if (!str_starts(end + 1, "\\'"))
            return !out.full && !end[1];
        text_add_char(&out, '\'');
        at = end + 2;
    }
    return false;
}

static void take_line(char *line)
{
    char value[2 * CONFIG_TEXT];
    char *equals = strchr(line, '=');

    if (!equals || !str_starts(line, "SHROFF_"))
        return;
    *equals = '\0';
    const char *said = getenv(line); /* empty counts as unset, as everywhere */
    if (!(said && *said) && unquote(equals + 1, value, sizeof(value)))
        setenv(line, value, 1);
}

void config_take_recorded(void)
{
    static char room[RECORDED_MAX];
    const char *state = getenv("SHROFF_STATE");
    char path[2 * CONFIG_TEXT];
    struct text name = TEXT(path);
    struct stat st;

    if (!(state && *state) && something_is_said())
        return;
    text_addf(&name, "%s/run/shroff.env", str_or(state, "var"));
    /* A folder of another user may not choose the database. */
    if (name.full || stat(path, &st) != 0 || st.st_uid != geteuid() ||
        file_read(path, room, sizeof(room)) != PAY_OK)
        return;
    for (char *line = room, *next; line; line = next) {
        next = strchr(line, '\n');
        if (next)
            *next++ = '\0';
        take_line(line);
    }
}
