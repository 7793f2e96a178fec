/* state.c - looks up words, numbers and steps in a table of states. */
#include "base/state.h"

const char *state_word(const struct state_table *of, int64_t number)
{
    return word_of(of->rows, number);
}

bool state_parse(const struct state_table *of, const char *word, int64_t *number)
{
    return word_parse(of->rows, word, number);
}

bool state_step_is_legal(const struct state_table *of, int64_t from, int64_t to)
{
    for (const struct state_step *step = of->steps; step->why; step++)
        if (step->from == from && step->to == to)
            return true;
    return false;
}
