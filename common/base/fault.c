/* fault.c - reads the plan of a fault point, and dies, stops or waits there. */
#include "base/fault.h"

#ifdef SHROFF_TEST
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/config.h"
#include "base/file.h"
#include "base/log.h"
#include "base/text.h"

struct plan {
    char point[64], action[64];
    int64_t pass;
};

static const char *word_cut(char **rest)
{
    char *word = *rest + strspn(*rest, " \t\n");
    size_t len = strcspn(word, " \t\n");

    *rest = word[len] ? word + len + 1 : word + len;
    word[len] = '\0';
    return word;
}

static bool plan_read(const char *file, struct plan *out)
{
    char room[192], *rest = room;

    if (!file || !*file || file_read(file, room, sizeof(room)) != PAY_OK)
        return false;
    out->pass = 1;
    return text_copy(out->point, sizeof(out->point), word_cut(&rest)) &&
           text_copy(out->action, sizeof(out->action), word_cut(&rest)) &&
           (!*rest || str_to_i64(word_cut(&rest), 1, 1000000, &out->pass));
}

static void fault_act(const char *action)
{
    int64_t ms;

    if (str_eq(action, "kill"))
        (void)raise(SIGKILL);
    else if (str_eq(action, "stop"))
        (void)raise(SIGSTOP);
    else if (str_starts(action, "sleep:") && str_to_i64(action + 6, 1, 600000, &ms))
        clock_sleep_ms(ms);
}

void fault_point(const char *name)
{
    static char counted[64];
    static int64_t passes;
    const char *file = getenv("SHROFF_FAULT_FILE");
    struct plan plan;

    if (!plan_read(file, &plan) || !str_eq(plan.point, name))
        return;
    if (!str_eq(counted, name)) {
        passes = 0;
        if (!text_copy(counted, sizeof(counted), name))
            return;
    }
    if (++passes < plan.pass || unlink(file) != 0)
        return;
    log_event(LOG_WARN, "fault", KV("point", name), KV("action", plan.action));
    fault_act(plan.action);
}
#else
typedef int fault_is_for_the_test_build; /* a file must hold something */
#endif
