/* tables.c - in: a document's path; out: its text, with the tables of states, verdicts and error
 * codes of channels as the code has them. They are between `<!-- states: order attempt -->`,
 * `<!-- numbers: order -->`, `<!-- verdicts -->` or `<!-- codes: alipay -->` and `<!-- end -->`.
 * `make docs-tables` writes them back. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "checkout/channels.h"
#include "settle/verdict.h"
#include "watch/states.h"

static const char END[] = "<!-- end -->";

#define VERDICT_AS_LINE(name, word, says) "| `" word "` | " says " |\n"
static const char VERDICT_LINES[] = "| verdict | |\n| --- | --- |\n" VERDICTS(VERDICT_AS_LINE);

static void steps_of(const struct state_table *of, const struct word *row)
{
    const char *before = "";

    for (const struct state_step *step = of->steps; step->why != NULL; step++) {
        if (step->from != row->number)
            continue;
        printf("%s`%s`: %s", before, state_word(of, step->to), step->why);
        before = "; ";
    }
}

static void table_of(const struct state_table *of, bool numbers)
{
    printf(numbers ? "| %s (`%s`) | | | can become |\n| --- | --- | --- | --- |\n"
                   : "| %s | | can become |\n| --- | --- | --- |\n",
           of->kind, of->table);
    for (const struct word *row = of->rows; row->word != NULL; row++) {
        printf("| `%s` |", row->word);
        if (numbers)
            printf(" %lld |", (long long)row->number);
        printf(" %s | ", row->says);
        steps_of(of, row);
        printf(" |\n");
    }
}

/* Each of the kinds that the marker names, in the order of STATE_TABLES. */
static void tables_of(const char *marker, bool numbers)
{
    const char *before = "";
    char kind[40];

    for (const struct state_table *const *of = STATE_TABLES; *of != NULL; of++) {
        snprintf(kind, sizeof(kind), " %s ", (*of)->kind);
        if (strstr(marker, kind) == NULL)
            continue;
        printf("%s", before);
        table_of(*of, numbers);
        before = "\n";
    }
}

/* The error codes of the channel that the marker names. */
static void codes_of(const char *marker)
{
    for (size_t c = 0; CHANNELS[c]; c++) {
        const struct channel_codes *codes = CHANNELS[c]->codes;
        if (!codes || !strstr(marker, CHANNELS[c]->protocol))
            continue;
        printf("| code | class | what it means, and the cure |\n| --- | --- | --- |\n");
        for (size_t i = 0; i < codes->count; i++)
            printf("| `%s` | %s | %s |\n", codes->at[i].code,
                   channel_meaning_word(codes->at[i].meaning), codes->at[i].says);
    }
}

/* True when the line is a marker; its table is then printed. */
static bool table_begins(const char *line)
{
    const bool numbers = str_starts(line, "<!-- numbers: ");

    if (str_starts(line, "<!-- verdicts -->"))
        fputs(VERDICT_LINES, stdout);
    else if (numbers || str_starts(line, "<!-- states: "))
        tables_of(line, numbers);
    else if (str_starts(line, "<!-- codes: "))
        codes_of(line);
    else
        return false;
    return true;
}

int main(int argc, char **argv)
{
    FILE *in = argc == 2 ? fopen(argv[1], "r") : NULL;
    static char line[8192];
    bool inside = false;

    if (in == NULL) {
        fprintf(stderr, "usage: tables DOCUMENT\n");
        return EXIT_FAILURE;
    }
    while (fgets(line, sizeof(line), in) != NULL) {
        if (inside && !str_starts(line, END))
            continue;
        inside = false;
        fputs(line, stdout);
        inside = table_begins(line);
    }
    fclose(in);
    return EXIT_SUCCESS;
}
