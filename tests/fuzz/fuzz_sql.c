/* fuzz_sql.c - cutting a .sql file: every line that is no comment, blank line or DELIMITER comes
 * out once, in order, and no statement carries its delimiter. */
#include "fuzz.h"
#include "keep/sql_text.h"

static bool is_blank(const char *line)
{
    return line[strspn(line, " \t\r")] == '\0';
}

/* The statements by lines: `;` (or the delimiter) at a line's end closes one. */
struct oracle {
    char *rest, delimiter[8];
    struct text out;
};

static bool close_line(const struct oracle *o, char *line)
{
    const char *end = *o->delimiter ? o->delimiter : ";";
    size_t len = strlen(line), want = strlen(end);

    while (len > 0 && (line[len - 1] == ' ' || line[len - 1] == '\t' || line[len - 1] == '\r'))
        line[--len] = '\0';
    if (len < want || strcmp(line + len - want, end) != 0)
        return false;
    line[len - want] = '\0';
    return true;
}

static bool next(struct oracle *o)
{
    bool begun = false;

    text_reset(&o->out);
    while (*o->rest) {
        char *line = o->rest, *end = strchr(line, '\n');
        o->rest = end ? end + 1 : line + strlen(line);
        if (end)
            *end = '\0';
        if (!begun && strncmp(line, "DELIMITER ", 10) == 0) {
            const size_t len = strcspn(line + 10, " \r\t");
            memset(o->delimiter, 0, sizeof(o->delimiter));
            if (len < sizeof(o->delimiter))
                memcpy(o->delimiter, line + 10, len);
            continue;
        }
        if (strncmp(line, "--", 2) == 0 || (!begun && is_blank(line)))
            continue;
        const bool done = close_line(o, line);
        text_add(&o->out, begun ? "\n" : "");
        text_add(&o->out, line);
        if (done)
            return true;
        begun = true;
    }
    return begun;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *ours = fuzz_text(data, size), *theirs = fuzz_text(data, size);
    struct sql_text text = { .at = ours };
    struct oracle oracle = { .rest = theirs };
    char *room = malloc(size + 2);
    const char *statement;

    oracle.out = text_over(room, size + 2);
    while ((statement = sql_text_next(&text)) != NULL) {
        PROPERTY(next(&oracle) && !oracle.out.full);
        PROPERTY(strcmp(statement, room) == 0);
    }
    PROPERTY(!next(&oracle));
    free(room);
    free(ours);
    free(theirs);
    return 0;
}
