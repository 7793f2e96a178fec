/* word.c - see word.h. */
#include "base/word.h"

const char *word_of(const struct word *list, int64_t number)
{
    for (; list->word; list++) {
        if (list->number == number)
            return list->word;
    }
    return "";
}

bool word_parse(const struct word *list, const char *word, int64_t *number)
{
    for (; list->word; list++) {
        if (str_eq(list->word, word)) {
            *number = list->number;
            return true;
        }
    }
    return false;
}
