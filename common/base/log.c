/* log.c - JSON lines on stderr. A reader that is slow or gone costs lines, never time: a pipe that
 * poll calls writable takes PIPE_BUF (4096) bytes at once, so the one write does not block. */
#include "base/log.h"
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/json_text.h"

#define PIPE_WAIT_MS 20  /* for a full pipe */
#define VALUE_MAX 1024   /* bytes of one text; the rest is cut */
#define LINE_END_ROOM 24 /* room kept for what closes a line */

static char program_name[32] = "shroff";
static char request_name[65];
static enum log_level least_level = LOG_INFO;
static int64_t lines_lost;

void log_open(const char *program, enum log_level least)
{
    struct text name = TEXT(program_name);

    text_add_n(&name, program, strnlen(program, sizeof(program_name) - 1));
    least_level = least;
}

void log_request(const char *request_id)
{
    struct text name = TEXT(request_name);

    if (request_id)
        text_add_n(&name, request_id, strnlen(request_id, sizeof(request_name) - 1));
}

static void add_pair(struct json_text *json, const struct log_pair *pair)
{
    if (!pair->text)
        json_i64(json, pair->name, pair->number);
    else if (pair->text[0])
        json_str_n(json, pair->name, pair->text,
                   utf8_cut(pair->text, strnlen(pair->text, VALUE_MAX + 1), VALUE_MAX));
}

static bool can_write(void)
{
    struct pollfd fd = { .fd = STDERR_FILENO, .events = POLLOUT };

    return poll(&fd, 1, PIPE_WAIT_MS) == 1 && (fd.revents & (POLLERR | POLLNVAL)) == 0;
}

static void put_line(const struct text *line)
{
    if (can_write() && write(STDERR_FILENO, line->at, line->len) == (ssize_t)line->len)
        lines_lost = 0;
    else
        lines_lost++;
}

static void add_head(struct json_text *json, enum log_level level, const char *event)
{
    static const char *const WORDS[] = { "debug", "info", "warn", "error" };

    json_open(json, NULL);
    json_time(json, "time", clock_now_ms());
    json_str(json, "level", WORDS[level]);
    json_str(json, "event", event);
    json_str(json, "program", program_name);
    json_i64(json, "pid", getpid());
    json_opt(json, "request_id", request_name);
    if (lines_lost > 0)
        json_i64(json, "lines_lost", lines_lost);
}

void log_pairs(enum log_level level, const char *event, const struct log_pair *pairs, int count)
{
    char room[LOG_LINE_MAX + 1];
    struct text line = text_over(room, sizeof(room) - LINE_END_ROOM);
    struct json_text json = JSON_TEXT(&line);
    bool cut = false;

    if (level < least_level)
        return;
    const int saved_errno = errno;
    add_head(&json, level, event);
    for (int i = 0; i < count; i++) {
        const size_t len = line.len;
        add_pair(&json, &pairs[i]);
        if (line.full) { /* this pair did not fit: take it back, go on */
            line = (struct text){ room, len, line.size, false };
            cut = true;
        }
    }
    line.size = sizeof(room);
    json_raw(&json, cut ? "cut" : NULL, cut ? "true" : NULL);
    json_close(&json);
    text_add_char(&line, '\n');
    put_line(&line);
    errno = saved_errno;
}
