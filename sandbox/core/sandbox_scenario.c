/* sandbox_scenario.c - see sandbox_scenario.h. */
#include "sandbox/core/sandbox_scenario.h"

#include <string.h>

#define MARK "sandbox:"
#define NAME_MAX_LEN 32
#define AMOUNT_BASE INT64_C(666600) /* fen */

#define SCENARIO_AS_ROW(word, number, name, side, says) { number, name, side, says },
const struct sandbox_scenario SANDBOX_SCENARIOS[SCENARIO_COUNT] = { SANDBOX_SCENARIO_LIST(
    SCENARIO_AS_ROW) };

static bool is_for(const struct sandbox_scenario *scenario, const char *channel)
{
    const unsigned side = str_eq(channel, "alipay") ? FOR_ALIPAY : FOR_WECHAT;

    return !channel || ((unsigned)scenario->side & side) != 0;
}

const struct sandbox_scenario *sandbox_scenario_named(const char *channel, const char *name)
{
    for (size_t i = 0; i < SCENARIO_COUNT; i++) {
        if (str_eq(SANDBOX_SCENARIOS[i].name, name) && is_for(&SANDBOX_SCENARIOS[i], channel))
            return &SANDBOX_SCENARIOS[i];
    }
    return NULL;
}

/* The name behind the last marker of text; at_end: only when nothing follows it. */
static const char *marked(const char *channel, const char *text, bool at_end)
{
    const char *found = NULL, *next = str_or(text, "");
    char name[NAME_MAX_LEN + 1];

    while ((next = strstr(next, MARK))) {
        next += strlen(MARK);
        found = next;
    }
    if (!found)
        return "";
    const size_t len = strspn(found, "abcdefghijklmnopqrstuvwxyz0123456789-");
    if ((at_end && found[len] != '\0') || !text_copy_n(name, sizeof(name), found, len))
        return "";
    const struct sandbox_scenario *scenario = sandbox_scenario_named(channel, name);
    return scenario ? scenario->name : "";
}

static const char *priced(const char *channel, struct money amount)
{
    for (size_t i = 0; i < SCENARIO_COUNT; i++) {
        if (amount.minor == AMOUNT_BASE + SANDBOX_SCENARIOS[i].number &&
            is_for(&SANDBOX_SCENARIOS[i], channel))
            return SANDBOX_SCENARIOS[i].name;
    }
    return "";
}

const char *sandbox_scenario_of(const char *channel, const char *marker, const char *subject,
                                struct money amount)
{
    const char *name = marked(channel, marker, false);

    if (*name == '\0')
        name = marked(channel, subject, true);
    return *name ? name : priced(channel, amount);
}

bool sandbox_plays(const char *name, enum sandbox_scenario_id id)
{
    return str_eq(name, SANDBOX_SCENARIOS[id].name);
}
