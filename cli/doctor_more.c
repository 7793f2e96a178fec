/* doctor_more.c - doctor's checks of what runs beside it: programs, their accounts, merchants. */
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/stats.h"
#include "cli/doctor.h"
#include "io/db/db_refusal.h"
#include "io/db/db_server.h"
#include "io/fcgi/fcgi_ask.h"
#include "watch/audit.h"

#define ANSWER_MS 3000
#define WAITING_MANY 100
#define WAITING_LONG_MS 600000

/* ---- programs */

static const char *const PROGRAMS[] = { "create", "query",    "close",   "refund", "transfer",
                                        "wallet", "callback", "metrics", "mockpay" };

/* Where this machine's sockets are: a copy of `run` has its own, the units have theirs. */
static bool sockets_in(const char *folder)
{
    char path[CONFIG_TEXT + 32];

    for (size_t i = 0; i < COUNT(PROGRAMS); i++) {
        snprintf(path, sizeof(path), "%s/%s.sock", folder, PROGRAMS[i]);
        if (access(path, F_OK) == 0)
            return true;
    }
    return false;
}

static void check_program(struct doctor *d, const char *folder, const char *name)
{
    char path[CONFIG_TEXT + 32], room[800];
    struct text t = TEXT(room);

    snprintf(path, sizeof(path), "%s/%s.sock", folder, name);
    const char *why = fcgi_ask(path, ANSWER_MS);
    text_addf(&t, "%s%s%.300s%s", why ? why : "answers", why ? " (" : ", ", path,
              why ? "): look at its log, start it again" : "");
    snprintf(path, sizeof(path), "program %s", name);
    doctor_note(d, why ? FAIL : FINE, path, room);
}

void check_programs(struct doctor *d)
{
    char run[CONFIG_TEXT + 8];
    const char *folder = run;

    snprintf(run, sizeof(run), "%s/run", d->cli->config.state);
    if (!sockets_in(folder))
        folder = "/run/shroff";
    if (!sockets_in(folder)) {
        doctor_note(d, WARN, "programs",
                    "no program's socket is under SHROFF_STATE or in"
                    " /run/shroff: they run on another machine, or not at all");
        return;
    }
    for (size_t i = 0; i < COUNT(PROGRAMS); i++)
        if (!str_eq(PROGRAMS[i], "mockpay") || d->cli->config.test_mode)
            check_program(d, folder, PROGRAMS[i]);
}

/* ---- accounts */

bool doctor_open(struct doctor *d, const char *role, struct db **out)
{
    struct db_server server;
    struct db_account account;
    char what[64], room[1200];
    struct text why = TEXT(room);

    if (config_db_account_read(&d->cli->config, role, &account, &why)) {
        db_server_of(&d->cli->config, &server);
        *out = db_open(&server, &account);
        explicit_bzero(&account, sizeof(account));
        return true;
    }
    snprintf(what, sizeof(what), "account %s", role);
    text_add(&why, " (root may read it)");
    doctor_note(d, WARN, what, room);
    return false;
}

/* A payment finds this out too late: the channel has the money by then. */
static void check_calls(struct doctor *d, struct db *web)
{
    const char *which = "";
    char room[300];
    struct text t = TEXT(room);

    enum pay_err err = doctor_calls(web, &which);
    if (err == PAY_OK)
        text_add(&t, "web can call them");
    else if (err == PAY_NO_ROW)
        text_addf(&t,
                  "%s is missing, or web may not execute it: shroffctl migrate, then mariadb <"
                  " schema/accounts.sql",
                  which);
    else
        text_addf(&t,
                  "%s does not run (%s): is its definer's account gone, or without its rights?"
                  " mariadb < schema/accounts.sql, then shroffctl migrate",
                  which, err_row(err)->msg);
    doctor_note(d, err == PAY_OK ? FINE : FAIL, "payment procedures", room);
}

static void check_account(struct doctor *d, const char *role)
{
    char what[64];
    struct db *db;

    if (!doctor_open(d, role, &db))
        return;
    enum pay_err err = doctor_reads(db, str_eq(role, "sandbox"));
    snprintf(what, sizeof(what), "account %s", role);
    doctor_note(d, err == PAY_OK ? FINE : FAIL, what,
                err == PAY_OK        ? db_user(db)
                : err == PAY_DB_AWAY ? db_refusal()
                                     : "logs in, and may not read: mariadb < schema/accounts.sql");
    if (err == PAY_OK && str_eq(role, "web"))
        check_calls(d, db);
    db_close(&db);
}

void check_accounts(struct doctor *d)
{
    static const char *const ROLES[] = { "web", "runner", "migrate", "audit", "sandbox" };

    for (size_t i = 0; i < COUNT(ROLES); i++)
        if (!str_eq(ROLES[i], "sandbox") || d->cli->config.test_mode)
            check_account(d, ROLES[i]);
}

/* ---- sizes */

/* The programs and the database may have machines of their own. MariaDB's own defaults fit none of
 * them, and too few connections refuse requests. */
#define POOL_UNSET_MB 128
#define CONNECTIONS_UNSET 151

void check_sizes(struct doctor *d)
{
    const struct sizes *fit = sizes_here();
    const struct doctor_facts *f = &d->facts;
    char room[500];
    struct text t = TEXT(room);
    const bool unset = f->pool_mb <= POOL_UNSET_MB && f->pool_mb < fit->pool_mb;
    const bool few = f->connections <= CONNECTIONS_UNSET && f->connections < fit->connections;

    text_addf(&t,
              "MariaDB: buffer pool %lld MiB, redo log %lld MiB, %lld connections; workers:"
              " %lld (create, callback), %lld (query) unless set",
              (long long)f->pool_mb, (long long)f->redo_mb, (long long)f->connections,
              (long long)fit->workers[LOAD_WRITE], (long long)fit->workers[LOAD_READ]);
    text_add(&t, few     ? ": raise max_connections (shroffctl sizes)"
                 : unset ? ": MariaDB's own small pool; shroffctl sizes says what fits"
                         : "");
    doctor_note(d, few || unset ? WARN : FINE, "sizes", room);
}

/* ---- jobs */

#define SYNC_LATE_MS 120000

void check_ends(struct doctor *d)
{
    const struct gauges *g = &d->facts.gauges;
    const bool overdue = g->orders_overdue > 0, late = g->sync_oldest_due_ms > SYNC_LATE_MS;
    char room[400];
    struct text t = TEXT(room);

    text_addf(&t, "%lld wait for more than 30 s past their end%s", (long long)g->orders_overdue,
              overdue ? ": is cron running order_closer? Or a channel does not answer: channel.call"
                        " in its log"
                      : "");
    doctor_note(d, overdue ? WARN : FINE, "orders past their end", room);
    text_reset(&t);
    text_addf(&t, "the oldest attempt to ask about is due for %lld s%s",
              (long long)(g->sync_oldest_due_ms / 1000),
              late ? ": is cron running channel_sync?" : "");
    doctor_note(d, late ? WARN : FINE, "questions to channels", room);
}

#define AUDIT_OLD_S 10800
#define AUDIT_FIRST_MS 3900000 /* cron starts it within an hour; it may take some minutes */

static void audit_never(struct doctor *d)
{
    const bool young = d->facts.now - d->facts.migrated < AUDIT_FIRST_MS;

    doctor_note(d, young ? FINE : WARN, "audit",
                young ? "not yet: cron starts it within an hour (shroffctl audit --watch)"
                      : "has not run on this machine: is cron running shroffctl audit --watch?");
}

/* This machine's figures; the file is opened only where it is, so that none is made for root. */
void check_audit(struct doctor *d)
{
    char room[300], label[64];
    struct text t = TEXT(room);
    int64_t ended = 0, all = 0, n;

    if (access(d->cli->config.metrics_file, R_OK | W_OK) == 0)
        stats_open(d->cli->config.metrics_file);
    for (size_t i = 0; i < AUDIT_PROOF_COUNT; i++) {
        snprintf(label, sizeof(label), "proof=\"%s\"", AUDIT_PROOFS[i].name);
        if (stats_read("shroff_audit_violations", label, &n))
            all += n;
    }
    if (!stats_read("shroff_audit_end_seconds", NULL, &ended)) {
        audit_never(d);
        return;
    }
    const int64_t age = clock_now_s() - ended;
    text_addf(&t, "%lld rows found, %lld minutes ago%s", (long long)all, (long long)(age / 60),
              all > 0             ? ": shroffctl audit shows them"
              : age > AUDIT_OLD_S ? ": is cron running shroffctl audit --watch?"
                                  : "");
    doctor_note(d, all > 0 ? FAIL : age > AUDIT_OLD_S ? WARN : FINE, "audit", room);
}

/* ---- merchants */

void check_waiting(struct doctor *d)
{
    struct doctor_waiting w;
    char room[600];
    struct text t = TEXT(room);

    enum pay_err err = doctor_waiting(d->cli->db, &w);
    if (err != PAY_OK && err != PAY_NO_ROW) {
        doctor_note(d, WARN, "unacknowledged", err_row(err)->msg);
        return;
    }
    if (err == PAY_NO_ROW) {
        doctor_note(d, FINE, "unacknowledged", "no notification waits for a further try");
        return;
    }
    const int64_t age = clock_now_ms() - w.oldest;
    const bool bad = w.count >= WAITING_MANY || age > WAITING_LONG_MS;
    text_addf(&t,
              "%lld%s tried and not acknowledged, most of app %s: %lld, the oldest for %lld s"
              "%s",
              (long long)w.all, w.all == DOCTOR_WAITING_MOST ? " or more" : "", w.app_key,
              (long long)w.count, (long long)(age / 1000),
              bad ? ": shroffctl notify list --app APP_KEY --status WAITING shows why; tell the"
                    " merchant"
                  : "");
    doctor_note(d, bad ? WARN : FINE, "unacknowledged", room);
}
