/* states.h - the state tables of all objects, for the tests and documents that compare them. */
#ifndef WATCH_STATES_H
#define WATCH_STATES_H

#include "base/state.h"

/* Ends with NULL. */
extern const struct state_table *const STATE_TABLES[];

#endif
