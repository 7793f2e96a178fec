/* sandbox_scenario.h - what can be made to go wrong, by name: chosen per order with a marker
 * `sandbox:NAME` in attach or passback_params or at the end of the subject, by the amount, by the
 * control API, or at the cashier. docs/sandbox.md says what a correct merchant does in each. */
#ifndef SANDBOX_CORE_SANDBOX_SCENARIO_H
#define SANDBOX_CORE_SANDBOX_SCENARIO_H

#include <stdbool.h>
#include "base/money.h"
#include "sandbox/core/sandbox_scenario_list.h"

enum sandbox_side { FOR_ALIPAY = 1, FOR_WECHAT = 2, FOR_BOTH = 3 };
/* SCENARIO_NOTIFY_LATE … */
#define SCENARIO_AS_ENUM(word, number, name, side, says) SCENARIO_##word,
enum sandbox_scenario_id { SANDBOX_SCENARIO_LIST(SCENARIO_AS_ENUM) SCENARIO_COUNT };

struct sandbox_scenario {
    int number; /* of its row in docs/sandbox.md; several names share one */
    const char *name;
    enum sandbox_side side;
    const char *says; /* what happens, in one line */
};
/* By enum sandbox_scenario_id. */
extern const struct sandbox_scenario SANDBOX_SCENARIOS[SCENARIO_COUNT];

/* By name; NULL: there is none for this channel ("alipay", "wechat"; NULL: any). */
const struct sandbox_scenario *sandbox_scenario_named(const char *channel, const char *name);
/* The name that an order asks for: of the marker anywhere in `marker`, of the one at the end of
 * `subject`, or of an amount of 6666.01 to 6666.35, whose cents are the scenario's number (its
 * first name). "" without. Either text may be NULL. */
const char *sandbox_scenario_of(const char *channel, const char *marker, const char *subject,
                                struct money amount);
/* Is name (a trade's or move's `scenario`) this one? */
bool sandbox_plays(const char *name, enum sandbox_scenario_id id);

#endif
