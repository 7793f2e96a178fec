/* states.h - every object whose row has a state: for the tests and documents that compare. */
#ifndef WATCH_STATES_H
#define WATCH_STATES_H

#include "base/state.h"

/* Ends with NULL. */
extern const struct state_table *const STATE_TABLES[];

#endif
