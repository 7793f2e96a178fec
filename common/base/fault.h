/* fault.h - named points at which a test may kill, stop or delay this process. Only in the test
 * build (make SAN=1); in the release FP() is nothing.
 *
 * The plan is one line in the file that SHROFF_FAULT_FILE names: POINT ACTION [PASS]. ACTION is
 * kill (SIGKILL), stop (SIGSTOP) or sleep:MS; PASS says at which pass of this process (1). The plan
 * is carried out once: the process that removes the file acts. */
#ifndef BASE_FAULT_H
#define BASE_FAULT_H

#ifdef SHROFF_TEST
void fault_point(const char *name);
#define FP(name) fault_point(name)
#else
#define FP(name) ((void)0)
#endif

#endif
