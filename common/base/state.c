#include "base/state.h"

#include "base/text.h"

const char *state_word(const struct state_table *of, int64_t number)
{
    for (const struct state_row *row = of->rows; row->word != NULL; row++)
        if (row->number == number)
            return row->word;
    return "";
}

bool state_parse(const struct state_table *of, const char *word, int64_t *number)
{
    for (const struct state_row *row = of->rows; row->word != NULL; row++) {
        if (!str_eq(row->word, word))
            continue;
        *number = row->number;
        return true;
    }
    return false;
}

bool state_step_is_legal(const struct state_table *of, int64_t from, int64_t to)
{
    for (const struct state_step *step = of->steps; step->why != NULL; step++)
        if (step->from == from && step->to == to)
            return true;
    return false;
}
