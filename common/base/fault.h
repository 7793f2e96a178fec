/* fault.h - named points at which a test may kill, stop or delay this process. Only in the test
 * build (make SAN=1); in the release FP() is nothing.
 *
 * The plan is one line in the file that SHROFF_FAULT_FILE names: POINT ACTION [PASS [PROGRAM]].
 * ACTION is kill (SIGKILL), stop (SIGSTOP) or sleep:MS. PASS says at which pass of one process (1),
 * counted since the plan was written; PROGRAM names the executable that is meant (any). The plan is
 * carried out once: the process that removes the file acts.
 *
 * A name is PART.STEP: in the past tense once the step is done, which FP_AFTER makes sure of: it is
 * passed only if err is PAY_OK. */
#ifndef BASE_FAULT_H
#define BASE_FAULT_H

#include "base/err.h"

#ifdef SHROFF_TEST
void fault_point(const char *name);
#define FP(name) fault_point(name)
#define FP_AFTER(err, name) ((err) == PAY_OK ? fault_point(name) : (void)0)
#else
#define FP(name) ((void)0)
#define FP_AFTER(err, name) ((void)0)
#endif

#endif
