/* word.h - words that stand for numbers: states, kinds, outcomes. A list ends with a row of which
 * the word is NULL. */
#ifndef BASE_WORD_H
#define BASE_WORD_H

#include <stdbool.h>
#include <stdint.h>
#include "base/text.h"

struct word {
    int64_t number;
    const char *word, *says;
};

/* The number's word; "" when the list lacks it. */
const char *word_of(const struct word *list, int64_t number);
/* False and *number untouched when the list lacks the word. */
MUST_USE bool word_parse(const struct word *list, const char *word, int64_t *number);

#endif
