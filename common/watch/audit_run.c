/* audit_run.c - all proofs, in two processes with a connection each, so that two cores work. Each
 * proof reads one snapshot, and no proof depends on what another one read. The processes take the
 * proofs one after the other from a shared counter, and write what they find into one pipe. */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "watch/audit.h"

#define PROCESSES 2

/* A violation, or a proof's end. Writes of up to PIPE_BUF bytes are never mixed. */
struct audit_line {
    size_t proof;
    bool done;
    enum pay_err err;
    struct audit_end end;
    struct audit_row row;
};
_Static_assert(sizeof(struct audit_line) <= PIPE_BUF, "a line is written whole");

struct auditor {
    struct db *db; /* not connected yet: each process connects by itself */
    int64_t keep_days;
    void *shared;
    _Atomic size_t *next; /* in shared: the first proof that no process has taken */
    int pipe[2];
    pid_t pids[PROCESSES];
    struct audit_line line; /* of the proof under way */
};

static bool line_write(const struct auditor *a)
{
    return write(a->pipe[1], &a->line, sizeof(a->line)) == (ssize_t)sizeof(a->line);
}

static enum pay_err row_write(void *arg, void *row)
{
    struct auditor *a = arg;

    a->line.row = *(const struct audit_row *)row;
    a->line.end.found++;
    return line_write(a) ? PAY_OK : PAY_FAULT;
}

static bool prove_next(struct auditor *a)
{
    const size_t i = atomic_fetch_add(a->next, 1);
    const int64_t began = clock_ticks_us();

    if (i >= AUDIT_PROOF_COUNT)
        return false;
    a->line = (struct audit_line){ .proof = i };
    a->line.err = audit_prove(a->db, &AUDIT_PROOFS[i], a->keep_days, row_write, a);
    a->line.end.us = clock_ticks_us() - began;
    a->line.done = true;
    return line_write(a) && a->line.err == PAY_OK;
}

/* In the child. Exits without the parent's buffered output. */
static _Noreturn void prove_some(struct auditor *a)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
    close(a->pipe[0]);
    while (prove_next(a)) {
    }
    atomic_store(a->next, AUDIT_PROOF_COUNT); /* after an error the other process ends too */
    db_close(&a->db);
    _exit(0);
}

static bool processes_start(struct auditor *a)
{
    a->shared =
        mmap(NULL, sizeof(*a->next), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (a->shared == MAP_FAILED || pipe(a->pipe) != 0)
        return false;
    a->next = a->shared;
    for (size_t i = 0; i < PROCESSES; i++) {
        a->pids[i] = fork();
        if (a->pids[i] == 0)
            prove_some(a);
    }
    close(a->pipe[1]);
    return true;
}

static bool line_read(struct auditor *a)
{
    ssize_t n;

    do
        n = read(a->pipe[0], &a->line, sizeof(a->line));
    while (n < 0 && errno == EINTR);
    return n == (ssize_t)sizeof(a->line);
}

/* A process that was killed leaves a proof without an end. */
static enum pay_err lines_hear(struct auditor *a, const struct audit_hears *hears)
{
    enum pay_err err = PAY_OK;
    size_t done = 0;

    while (line_read(a)) {
        const struct audit_proof *proof = &AUDIT_PROOFS[a->line.proof];
        if (!a->line.done) {
            hears->row(hears->arg, proof, &a->line.row);
            continue;
        }
        if (a->line.err == PAY_OK)
            hears->end(hears->arg, proof, &a->line.end);
        else if (err == PAY_OK)
            log_event(LOG_ERROR, "audit.stopped", KV("proof", proof->name),
                      KV("why", err_row(a->line.err)->msg));
        if (err == PAY_OK)
            err = a->line.err;
        done += a->line.err == PAY_OK;
    }
    return err == PAY_OK && done < AUDIT_PROOF_COUNT ? PAY_FAULT : err;
}

enum pay_err audit_run(struct db *db, int64_t keep_days, const struct audit_hears *hears)
{
    struct auditor a = { .db = db, .keep_days = keep_days };

    if (!processes_start(&a))
        return PAY_FAULT;
    enum pay_err err = lines_hear(&a, hears);
    close(a.pipe[0]);
    for (size_t i = 0; i < PROCESSES; i++)
        if (a.pids[i] > 0)
            (void)waitpid(a.pids[i], NULL, 0);
    munmap(a.shared, sizeof(*a.next));
    return err;
}
