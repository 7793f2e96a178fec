/* notify_list.c - notify_runner --dry-run: what is due, and nothing changed. */
#include "job/notify/notify_engine.h"
#include "notify/notify_queue.h"

static enum pay_err list_one(void *arg, void *row)
{
    struct job *job = arg;
    const struct notify_listed *due = row;

    job_say(job, "%s  %s  try %lld of %lld  due since %lld.%01lld s  app %lld  %s", due->no,
            due->event, (long long)due->notify_times + 1, (long long)due->max_notify_times,
            (long long)(due->late_ms / 1000), (long long)(due->late_ms % 1000 / 100),
            (long long)due->app_id, due->notify_url);
    job_add(job, "due", 1);
    return PAY_OK;
}

enum pay_err notify_engine_list(struct job *job)
{
    job_add(job, "due", 0);
    return notify_list_due(job->db, 1000, list_one, job);
}
