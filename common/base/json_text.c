/* json_text.c - the JSON writer. */
#include "base/json_text.h"
#include <string.h>
#include "base/clock.h"

static void member_begin(struct json_text *j, const char *name)
{
    if (j->need_comma)
        text_add_char(j->to, ',');
    j->need_comma = true;
    if (!name)
        return;
    text_add_char(j->to, '"');
    json_escape(j->to, name, strlen(name));
    text_add(j->to, "\":");
}

static void open_with(struct json_text *j, const char *name, char bracket)
{
    member_begin(j, name);
    text_add_char(j->to, bracket);
    j->need_comma = false;
}

static void close_with(struct json_text *j, char bracket)
{
    text_add_char(j->to, bracket);
    j->need_comma = true;
}

void json_open(struct json_text *j, const char *name)
{
    open_with(j, name, '{');
}
void json_close(struct json_text *j)
{
    close_with(j, '}');
}
void json_open_list(struct json_text *j, const char *name)
{
    open_with(j, name, '[');
}
void json_close_list(struct json_text *j)
{
    close_with(j, ']');
}

void json_str_n(struct json_text *j, const char *name, const char *s, size_t len)
{
    member_begin(j, name);
    text_add_char(j->to, '"');
    json_escape(j->to, s, len);
    text_add_char(j->to, '"');
}

void json_str(struct json_text *j, const char *name, const char *s)
{
    s = str_or(s, "");
    json_str_n(j, name, s, strlen(s));
}

void json_opt(struct json_text *j, const char *name, const char *s)
{
    if (s && *s)
        json_str(j, name, s);
}

void json_i64(struct json_text *j, const char *name, int64_t n)
{
    member_begin(j, name);
    text_add_i64(j->to, n);
}

void json_bool(struct json_text *j, const char *name, bool b)
{
    member_begin(j, name);
    text_add(j->to, b ? "true" : "false");
}

void json_time(struct json_text *j, const char *name, int64_t ms)
{
    if (ms == 0)
        return;
    member_begin(j, name);
    text_add_char(j->to, '"');
    time_add(j->to, ms);
    text_add_char(j->to, '"');
}

void json_raw(struct json_text *j, const char *name, const char *json)
{
    if (!json || !*json)
        return;
    member_begin(j, name);
    text_add(j->to, json);
}

static void escape_one(struct text *to, uint32_t c)
{
    static const char SHORT[] = "\"\"\\\\\bb\ff\nn\rr\tt"; /* pairs: character, its letter */

    for (size_t i = 0; i + 1 < sizeof(SHORT); i += 2) {
        if ((uint32_t)SHORT[i] == c) {
            text_add_char(to, '\\');
            text_add_char(to, SHORT[i + 1]);
            return;
        }
    }
    text_addf(to, "\\u%04x", (unsigned)c);
}

void json_escape(struct text *to, const char *s, size_t len)
{
    size_t plain = 0; /* start of the run not yet copied */

    for (size_t at = 0; at < len;) {
        uint32_t c = 0;
        size_t step = utf8_next(s + at, len - at, &c);
        if (step > 0 && c != '"' && c != '\\' && !utf8_steers(c)) {
            at += step;
            continue;
        }
        text_add_n(to, s + plain, at - plain);
        if (step == 0)
            text_add(to, "\xEF\xBF\xBD");
        else
            escape_one(to, c);
        at += step > 0 ? step : 1;
        plain = at;
    }
    text_add_n(to, s + plain, len - plain);
}
