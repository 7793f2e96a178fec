/* sql_text.c - in: the text of a .sql file; out: its statements, one at a time. */
#include "keep/sql_text.h"

#include <string.h>

#include "base/text.h"

/* Cuts one line off *rest; NULL at the end. */
static char *line_next(char **rest)
{
    char *line = *rest;

    if (!*line)
        return NULL;
    char *end = strchr(line, '\n');
    if (end)
        *end = '\0';
    *rest = end ? end + 1 : line + strlen(line);
    return line;
}

static void delimiter_set(struct sql_text *text, const char *line)
{
    const char *word = line + strlen("DELIMITER ");
    size_t len = strcspn(word, " \r\t");

    if (!text_copy_n(text->delimiter, sizeof(text->delimiter), word, len))
        text->delimiter[0] = '\0';
}

/* True when line ends in the delimiter, which is cut off. */
static bool line_ends(const struct sql_text *text, char *line)
{
    const char *delimiter = str_or(text->delimiter, ";");
    size_t want = strlen(delimiter), len = strlen(line);

    while (len > 0 && strchr(" \t\r", line[len - 1]))
        line[--len] = '\0';
    if (len < want || strcmp(line + len - want, delimiter) != 0)
        return false;
    line[len - want] = '\0';
    return true;
}

const char *sql_text_next(struct sql_text *text)
{
    char *begin = NULL, *to = NULL;

    for (char *line = line_next(&text->at); line; line = line_next(&text->at)) {
        if (!begin && str_starts(line, "DELIMITER ")) {
            delimiter_set(text, line);
            continue;
        }
        if (str_starts(line, "--") || (!begin && !line[strspn(line, " \t\r")]))
            continue;
        bool done = line_ends(text, line);
        if (begin)
            *to++ = '\n'; /* joins the lines without the comments between them */
        else
            begin = to = line;
        size_t len = strlen(line);
        memmove(to, line, len);
        to += len;
        if (done)
            break;
    }
    if (begin)
        *to = '\0';
    return begin;
}
