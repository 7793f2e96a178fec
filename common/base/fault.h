/* fault.h - named points at which a test may kill, stop or delay this process. Only in the test
 * build (make SAN=1); in the release FP() is nothing.
 *
 * The plan is one line in the file that SHROFF_FAULT_FILE names: POINT ACTION [PASS]. ACTION is
 * kill (SIGKILL), stop (SIGSTOP) or sleep:MS; PASS says at which pass of this process (1). The plan
 * is carried out once: the process that removes the file acts. */
#ifndef BASE_FAULT_H
#define BASE_FAULT_H

#include <stdbool.h>

#ifdef SHROFF_TEST
void fault_point(const char *name);
#define FP(name) fault_point(name)
/* Is one of the points (a list ended by NULL) planned? What does several steps at once then does
 * them one by one. */
bool fault_planned(const char *const *names);
#define FP_PLANNED(names) fault_planned(names)
#else
#define FP(name) ((void)0)
#define FP_PLANNED(names) ((void)(names), false)
#endif

#endif
