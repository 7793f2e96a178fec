/* fault.c - reads the plan of a fault point, and dies, stops or waits there. */
#include "base/fault.h"

#ifdef SHROFF_TEST
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/config.h"
#include "base/file.h"
#include "base/log.h"
#include "base/text.h"

struct plan {
    char point[64], action[64], program[64];
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
           (!*rest || str_to_i64(word_cut(&rest), 1, 1000000, &out->pass)) &&
           text_copy(out->program, sizeof(out->program), word_cut(&rest));
}

static bool is_meant(const struct plan *plan, const char *name)
{
    return str_eq(plan->point, name) &&
           (!*plan->program || str_eq(plan->program, program_invocation_short_name));
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

/* How often this process has passed the point since the plan was written. */
static int64_t passes_of(const char *file)
{
    static struct timespec counted;
    static int64_t passes;
    struct stat now;

    if (stat(file, &now) != 0)
        return 0;
    if (now.st_mtim.tv_sec != counted.tv_sec || now.st_mtim.tv_nsec != counted.tv_nsec)
        passes = 0;
    counted = now.st_mtim;
    return ++passes;
}

void fault_point(const char *name)
{
    const char *file = getenv("SHROFF_FAULT_FILE");
    struct plan plan;

    if (!plan_read(file, &plan) || !is_meant(&plan, name))
        return;
    if (passes_of(file) < plan.pass || unlink(file) != 0)
        return;
    log_event(LOG_WARN, "fault", KV("point", name), KV("action", plan.action));
    fault_act(plan.action);
}
#else
typedef int fault_is_for_the_test_build; /* a file must hold something */
#endif
