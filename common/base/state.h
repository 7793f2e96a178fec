/* state.h - the states of an object, from one table: enum, words, numbers, legal steps, SQL.
 *
 * A state is one line: its constant, its number in the database, its word, and what it means. The
 * line is a macro, so that all of these come from it:
 *
 *     #define ORDER_WAITING_IS(X) X(ORDER_WAITING, 0, "WAITING", "can be paid")
 *     #define ORDER_STATES(X) ORDER_WAITING_IS(X) ORDER_SUCCESS_IS(X) …
 *     #define ORDER_STEPS(X)  X(ORDER_WAITING, ORDER_SUCCESS, "it was paid") …
 *     enum order_state { ORDER_STATES(STATE_AS_ENUM) };
 *     "SELECT … WHERE status = " STATE(ORDER_WAITING)
 *
 * common/watch/states.c lists the tables; tests compare them with the schema and the documents. */
#ifndef BASE_STATE_H
#define BASE_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "base/word.h"

/* For texts of SQL: the number of a state, its word in quotes, a list of states, the word for the
 * number in a column, and a list of steps as pairs of numbers. */
#define STATE(name) name##_IS(STATE_AS_NUMBER)
#define STATE_WORD(name) name##_IS(STATE_AS_WORD)
#define STATE_IN(states) "(-1" states(STATE_AS_ELEMENT) ")"
#define STATE_CASE(column, states) "CASE " column states(STATE_AS_CASE) " ELSE " column " END"
#define STATE_PAIRS(steps) "((-1, -1)" steps(STEP_AS_PAIR) ")"

#define STATE_AS_ENUM(name, number, word, says) name = number,
#define STATE_AS_ROW(name, number, word, says) { number, word, says },
#define STATE_AS_NUMBER(name, number, word, says) #number
#define STATE_AS_WORD(name, number, word, says) "'" word "'"
#define STATE_AS_ELEMENT(name, number, word, says) ", " #number
#define STATE_AS_CASE(name, number, word, says) " WHEN " #number " THEN '" word "'"
#define STEP_AS_ROW(from, to, why) { from, to, why },
#define STEP_AS_PAIR(from, to, why) ", (" STATE(from) ", " STATE(to) ")"

struct state_step {
    int64_t from, to;
    const char *why;
};

/* Both lists end with an element of which the text is NULL. */
struct state_table {
    const char *kind;        /* "order"; of status_log too */
    const char *table;       /* "pay_order"; its column is `status` */
    const struct word *rows; /* the first is the one that an object begins in */
    const struct state_step *steps;
};
/* clang-format off */
/* The states as a list of words, where a constant is wanted. */
#define STATE_WORDS(states) (const struct word[]){ states(STATE_AS_ROW) { .word = NULL } }
#define STATE_TABLE(kind, table, states, steps) { (kind), (table), STATE_WORDS(states), \
    (const struct state_step[]){ steps(STEP_AS_ROW) { .why = NULL } } }
/* clang-format on */

#define STATE_ANY (-1) /* of a filter: objects in all states */

/* The state's word; "" for a number that the table lacks. */
const char *state_word(const struct state_table *of, int64_t number);
/* False and *number untouched when no state has this word. */
MUST_USE bool state_parse(const struct state_table *of, const char *word, int64_t *number);
bool state_step_is_legal(const struct state_table *of, int64_t from, int64_t to);

#endif
