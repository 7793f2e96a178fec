/* cmd_admin.c - shroffctl migrate, doctor */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "base/clock.h"
#include "cli/doctor.h"
#include "io/db/db_refusal.h"
#include "io/db/db_server.h"
#include "io/crypto/vault.h"
#include "keep/migrate.h"
#include "keep/purge.h"
#include "app/space.h"

#define NGINX_CONNECTIONS_LEAST 8192

static bool quiet;

static void migrated_say(const char *file)
{
    if (!quiet)
        printf("%s\n", file);
}

static int migrate_database(struct cli *cli, const char *folder, const char *database,
                            struct migrate_report *report)
{
    struct db_account account;
    struct db_server server;

    config_db_account(&cli->config, "migrate", &account);
    db_server_of(&cli->config, &server);
    if (!text_copy(account.database, sizeof(account.database), database))
        return cli_fail(PAY_FAULT, database, "the name is too long");
    struct db *db = db_open(&server, &account);
    struct purge_report purge = { .dry = false };
    const bool own = str_eq(database, cli->config.db_name);
    enum pay_err err = migrate_run(db,
                                   &(struct migrate_plan){ .folder = folder,
                                                           .main_name = cli->config.db_name,
                                                           .dry = cli->value[OPT_DRY_RUN],
                                                           .say = migrated_say,
                                                           .with_procedures = own },
                                   report);
    if (err == PAY_OK && !cli->value[OPT_DRY_RUN] && own)
        err = partitions_extend(db, &purge);
    db_close(&db);
    if (err == PAY_CONFLICT && cli->config.test_mode && own) {
        struct text why = { .at = report->why,
                            .len = strlen(report->why),
                            .size = sizeof(report->why) };
        text_addf(&why,
                  ". Of a copy of ./scripts/run: export SHROFF_STATE='%s'; ./scripts/stop; rm"
                  " -r \"$SHROFF_STATE\"; ./scripts/run (and the SHROFF_PORT it had)",
                  cli->config.state);
    }
    return err == PAY_OK ? EXIT_SUCCESS : cli_fail(err, "migrate", report->why);
}

int run_migrate(struct cli *cli)
{
    char folder[1024], sandbox[1100];
    struct migrate_report report = { 0 }, second = { 0 };

    quiet = cli->value[OPT_JSON];
    if (!migrate_folder(folder, sizeof(folder)))
        return cli_fail(PAY_NOT_FOUND, "migrate",
                        "the schema folder was not found (SHROFF_SCHEMA_DIR)");
    int rc = migrate_database(cli, folder, cli->config.db_name, &report);
    snprintf(sandbox, sizeof(sandbox), "%s/sandbox", folder);
    if (rc == EXIT_SUCCESS && cli->config.test_mode)
        rc = migrate_database(cli, sandbox, cli->config.sandbox_db_name, &second);
    if (rc != EXIT_SUCCESS)
        return rc;
    out_open(&cli->out, cli->value[OPT_JSON], false);
    out_row(&cli->out);
    out_i64(&cli->out, cli->value[OPT_DRY_RUN] ? "would_apply" : "applied",
            report.applied + second.applied);
    out_i64(&cli->out, "applied_before", report.known + second.known);
    out_i64(&cli->out, cli->value[OPT_DRY_RUN] ? "procedures_to_install" : "procedures_installed",
            report.procedures.changed);
    out_close(&cli->out, NULL);
    return EXIT_SUCCESS;
}

/* ---- doctor */

void doctor_note(struct doctor *d, enum finding finding, const char *what, const char *text)
{
    static const char *const WORDS[] = { "ok", "warn", "FAIL" };

    out_row(&d->cli->out);
    out_str(&d->cli->out, "result", WORDS[finding]);
    out_str(&d->cli->out, "check", what);
    out_str(&d->cli->out, "text", text);
    d->failed += finding == FAIL;
}

static void check_key(struct doctor *d)
{
    struct stat st;
    const char *path = d->cli->config.master_key_file;

    if (stat(path, &st) != 0)
        doctor_note(d, FAIL, "master key",
                    "the file of SHROFF_MASTER_KEY_FILE is missing: restore it from your backup");
    else if (vault_open(path) != PAY_OK)
        doctor_note(d, FAIL, "master key",
                    "could not be opened: lines VERSION:base64, mode 0600, owned by the service");
    else
        doctor_note(d, FINE, "master key", path);
}

static bool check_database(struct doctor *d)
{
    enum pay_err err = doctor_facts(d->cli->db, &d->facts);

    if (err != PAY_OK)
        doctor_note(d, FAIL, "database",
                    str_or(err == PAY_DB_AWAY ? db_refusal() : "",
                           "answers, but not the ctl account: shroffctl migrate, then mariadb"
                           " < schema/accounts.sql"));
    else
        doctor_note(d, FINE, "database", d->facts.version);
    return err == PAY_OK;
}

/* A procedure that no file has may be an older program's; a trigger may be anybody's. */
static void check_procedures(struct doctor *d, const struct procedures_report *p)
{
    char room[640];
    struct text t = TEXT(room);

    if (p->changed > 0)
        text_addf(&t, "not as in schema/procedures: %s. Run shroffctl migrate", p->which);
    else if (*p->strange)
        text_addf(&t, "in no file of schema/procedures: %s. Drop it when nothing calls it",
                  p->strange);
    else
        text_add(&t, "as in schema/procedures");
    doctor_note(d, p->changed ? FAIL : *p->strange ? WARN : FINE, "procedures", room);
}

static void check_schema(struct doctor *d)
{
    char folder[1024], room[256];
    struct text t = TEXT(room);
    struct migrate_report report;
    struct db *db;

    if (!migrate_folder(folder, sizeof(folder))) {
        doctor_note(d, WARN, "schema",
                    "the folder of migrations was not found (SHROFF_SCHEMA_DIR)");
        return;
    }
    quiet = true;
    if (!doctor_open(d, "migrate", &db))
        return;
    enum pay_err err = migrate_run(db,
                                   &(struct migrate_plan){ .folder = folder,
                                                           .main_name = d->cli->config.db_name,
                                                           .dry = true,
                                                           .say = migrated_say,
                                                           .with_procedures = true },
                                   &report);
    db_close(&db);
    text_addf(&t, "%d applied, %d missing%s", report.known, report.applied,
              report.applied ? ": run shroffctl migrate" : "");
    doctor_note(d, err != PAY_OK || report.applied ? FAIL : FINE, "schema",
                err == PAY_OK ? room : report.why);
    if (err == PAY_OK)
        check_procedures(d, &report.procedures);
}

/* Channels are opened only when every secret opens: of one that does not, an alert is raised. */
static void check_secrets(struct doctor *d)
{
    char room[256];
    struct text t = TEXT(room);
    int64_t opened, broken;

    enum pay_err err = registry_check_secrets(d->cli->db, &opened, &broken);
    text_addf(&t, "%lld open, %lld do not%s", (long long)opened, (long long)broken,
              broken ? ": wrong master key, or a row was moved; see docs/operate.md" : "");
    doctor_note(d, err != PAY_OK || broken ? FAIL : FINE, "secrets",
                err == PAY_OK ? room : err_row(err)->msg);
    if (err == PAY_OK && broken == 0)
        check_certs(d);
}

static void doctor_clock(struct doctor *d)
{
    char room[128];
    struct text t = TEXT(room);
    int64_t off = clock_now_ms() - d->facts.now;

    off = off < 0 ? -off : off;
    text_addf(&t, "%lld ms off the database's%s", (long long)off,
              off > 2000 ? ": run NTP on both" : "");
    doctor_note(d, off > 60000 ? FAIL : off > 2000 ? WARN : FINE, "clock", room);
}

/* What waits for a runner is the operator's to mend, what waits for a merchant the merchant's. */
static void check_notifications(struct doctor *d)
{
    char room[1800];
    struct text t = TEXT(room);
    const struct gauges *g = &d->facts.gauges;
    const struct notify_open_host *h = &d->facts.longest;
    const bool late = g->notify_oldest_ready_ms > 60000;
    const bool waits = g->notify_given_up > 0 || g->notify_oldest_due_ms > 60000;

    text_addf(&t,
              "%lld due, the oldest for %lld s, %lld of them put off for hosts that are busy or"
              " do not answer, %lld given up%s",
              (long long)g->notify_due, (long long)(g->notify_oldest_due_ms / 1000),
              (long long)g->notify_parked, (long long)g->notify_given_up,
              late ? ": is cron running notify_runner?" : "");
    doctor_note(d, late ? FAIL : waits ? WARN : FINE, "notifications", room);
    text_reset(&t);
    text_addf(&t, "%lld do not answer", (long long)d->facts.open_hosts);
    if (d->facts.open_hosts > 0) {
        text_addf(&t, ", for longest %s of app %s, since ", h->origin, h->app_key);
        time_add(&t, h->open_since);
        text_add(&t, ": tell the merchant; each is asked again by itself");
    }
    doctor_note(d, d->facts.open_hosts > 0 ? WARN : FINE, "merchants' hosts", room);
}

static void check_work(struct doctor *d)
{
    char room[256];
    struct text t = TEXT(room);
    const struct doctor_facts *f = &d->facts;

    doctor_note(d, f->flush_at_commit == 1 ? FINE : FAIL, "durability",
                f->flush_at_commit == 1
                    ? "innodb_flush_log_at_trx_commit = 1"
                    : "innodb_flush_log_at_trx_commit must be 1: a crash would lose payments");
    doctor_note(d, f->own_clocks != 0 ? WARN : FINE, "clocks of accounts",
                f->own_clocks != 0
                    ? "set secure_timestamp = SUPER in MariaDB's configuration: else an account can"
                      " write times of its own choice"
                    : "secure_timestamp is on");
    check_notifications(d);
    check_ends(d);
    check_audit(d);
    text_addf(&t, "%lld open%s", (long long)f->gauges.alerts_open,
              f->gauges.alerts_open ? ": shroffctl alerts" : "");
    doctor_note(d, f->gauges.alerts_open ? WARN : FINE, "alerts", room);
    doctor_note(d, f->partitions_ahead == 3 && f->nonces == 0 ? FINE : WARN, "purge",
                f->partitions_ahead == 3 && f->nonces == 0
                    ? "partitions are made ahead, nonces are deleted"
                    : "is cron running purge daily?");
}

/* Where MariaDB keeps its data: full, it does not refuse, it aborts. */
static void check_space(struct doctor *d)
{
    char room[256];
    struct text t = TEXT(room);
    const int64_t left = space_free(d->cli->db), least = d->cli->config.min_free_mb;

    if (left < 0) {
        doctor_note(d, WARN, "database disk", "its folder cannot be looked at from here");
        return;
    }
    const long long mib = (long long)(left >> 20);
    text_addf(&t, "%lld MiB free where MariaDB keeps its data%s", mib,
              mib < least  ? ": no new order or attempt is taken (SHROFF_MIN_FREE_MB)"
              : mib < 2048 ? ": full, MariaDB aborts"
                           : "");
    doctor_note(d, mib < least ? FAIL : mib < 2048 ? WARN : FINE, "database disk", room);
}

static void check_machine(struct doctor *d)
{
    const struct config *c = &d->cli->config;
    struct statvfs fs;
    char room[256];
    struct text t = TEXT(room);

    doctor_note(d, FINE, "mode",
                c->test_mode ? "test: mock channels and the sandbox may run" : "live");
    doctor_note(d, *c->base_url ? FINE : WARN, "base url",
                *c->base_url ? c->base_url : "SHROFF_BASE_URL is not set here");
    if (statvfs(c->state, &fs) != 0) {
        doctor_note(d, WARN, "state folder", "cannot be looked at (SHROFF_STATE)");
        return;
    }
    long long mib = (long long)(fs.f_bavail * fs.f_frsize >> 20);
    text_addf(&t, "%lld MiB free in %.150s%s", mib, c->state,
              mib < 256 ? ": a full disk ends MariaDB, if it keeps its data there" : "");
    doctor_note(d, mib < 256 ? FAIL : FINE, "disk", room);
}

/* A copy of `run` has an nginx.conf of its own, else it is Debian's; or nginx is elsewhere. */
static void check_nginx(struct doctor *d)
{
    char path[1024], room[256];
    struct text t = TEXT(room), own = TEXT(path);

    text_addf(&own, "%.900s/nginx/nginx.conf", d->cli->config.state);
    const char *conf = path;
    int64_t n = doctor_nginx_connections(conf);
    if (n < 0)
        n = doctor_nginx_connections(conf = "/etc/nginx/nginx.conf");
    if (n < 0)
        return;
    text_addf(&t, "%lld connections a worker in %.100s%s", (long long)n, conf,
              n < NGINX_CONNECTIONS_LEAST
                  ? ": a stranger opens those in a second; set"
                    " worker_connections 16384 there (docs/operate.md, Production)"
                  : "");
    doctor_note(d, n < NGINX_CONNECTIONS_LEAST ? WARN : FINE, "nginx", room);
}

int run_doctor(struct cli *cli)
{
    struct doctor d = { .cli = cli };

    out_open(&cli->out, cli->value[OPT_JSON], true);
    cli->db = db_open_role(&cli->config, "ctl");
    check_machine(&d);
    check_nginx(&d);
    check_key(&d);
    check_programs(&d);
    if (check_database(&d)) {
        check_accounts(&d);
        check_schema(&d);
        check_secrets(&d);
        doctor_clock(&d);
        check_space(&d);
        check_sizes(&d);
        check_work(&d);
        check_waiting(&d);
    }
    out_close(&cli->out, NULL);
    return d.failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
