/* cmd_key.c - shroffctl key … */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "cli/command.h"
#include "registry/registry_view.h"
#include "io/crypto/sign.h"
#include "io/crypto/vault.h"

static void key_new_print(struct cli *cli, const char *app_key, const struct new_key *key)
{
    out_open(&cli->out, cli->value[OPT_JSON], false);
    out_row(&cli->out);
    out_str(&cli->out, "app_key", app_key);
    out_str(&cli->out, "key_id", key->key_id);
    if (*key->secret)
        out_str(&cli->out, "secret", key->secret);
    out_close(&cli->out, NULL);
}

int run_key_create(struct cli *cli)
{
    static char public_key[4096], secret[256];
    struct key_spec spec = { .app_key = cli->value[OPT_APP], .scopes = cli->value[OPT_SCOPES] };
    struct new_key key;

    if (!cli_file(cli, OPT_PUBLIC_KEY_FILE, public_key, sizeof(public_key), &spec.public_key) ||
        !cli_file(cli, OPT_SECRET_FILE, secret, sizeof(secret), &spec.secret))
        return 2;
    if (cli->value[OPT_EXPIRE] && (!time_parse(cli->value[OPT_EXPIRE], &spec.expire_time) ||
                                   spec.expire_time <= clock_now_ms()))
        return cli_fail(PAY_BAD_FIELD, cli->value[OPT_EXPIRE],
                        "want a time to come, like 2027-01-31T00:00:00Z"),
               2;
    enum pay_err err = registry_key_create(cli->db, &cli->actor, &spec, &key);
    sign_wipe(secret, sizeof(secret));
    if (err != PAY_OK)
        return cli_fail(err, "key create", cli->actor.problem);
    key_new_print(cli, spec.app_key, &key);
    return EXIT_SUCCESS;
}

static const char *key_status(const struct key_row *key)
{
    const bool expired = key->expire_time != 0 && key->expire_time <= clock_now_ms();

    return key->status == KEY_LIVE && expired ? "EXPIRED"
                                              : state_word(&KEY_STATE_TABLE, key->status);
}

static enum pay_err key_print(void *arg, void *row)
{
    struct cli *cli = arg;
    const struct key_row *key = row;
    struct out *out = &cli->out;

    if (cli->arg_count && !str_eq(cli->arg[0], key->key_id))
        return PAY_OK;
    out_row(out);
    out_view(out, &KEY_VIEW, &(struct key_shown){ .key = key, .status = key_status(key) });
    return PAY_OK;
}

static int keys(struct cli *cli, bool list)
{
    if (!cli_app_known(cli))
        return EXIT_FAILURE;
    out_open(&cli->out, cli->value[OPT_JSON], list);
    enum pay_err err = registry_key_list(cli->db, cli->value[OPT_APP], key_print, cli);
    if (err == PAY_OK && !list && !cli->out.rows)
        err = PAY_NOT_FOUND;
    return cli_listed(cli, err, "key", "no keys: shroffctl key create --app …");
}

int run_key_list(struct cli *cli)
{
    return keys(cli, true);
}

int run_key_show(struct cli *cli)
{
    return keys(cli, false);
}

/* The key named behind the command or with --key. */
static const char *key_named(const struct cli *cli)
{
    const char *key = cli->arg_count ? cli->arg[0] : cli->value[OPT_KEY];
    if (!key)
        out_say("which key? its KEY_ID, or --key KEY_ID (shroffctl key list)");
    return key;
}

int run_key_rotate(struct cli *cli)
{
    struct new_key key;
    const char *old = key_named(cli);
    int64_t overlap;

    if (!old ||
        !cli_number(cli, &(struct number_option){ OPT_OVERLAP, 0, OVERLAP_MAX, OVERLAP_DEFAULT },
                    &overlap))
        return 2;
    const struct key_ref ref = { cli->value[OPT_APP], old };
    enum pay_err err = registry_key_rotate(cli->db, &cli->actor, &ref, overlap, &key);
    if (err != PAY_OK)
        return cli_fail(err, old, cli->actor.problem);
    key_new_print(cli, cli->value[OPT_APP], &key);
    return EXIT_SUCCESS;
}

int run_key_revoke(struct cli *cli)
{
    const char *key = key_named(cli);

    if (!key)
        return 2;
    enum pay_err err = registry_key_revoke(cli->db, &cli->actor, cli->value[OPT_APP], key);
    if (err != PAY_OK)
        return cli_fail(err, key, NULL);
    cli->arg[0] = key;
    cli->arg_count = 1;
    return run_key_show(cli);
}

int run_key_rotate_master(struct cli *cli)
{
    int64_t sealed;

    enum pay_err err = registry_rotate_master(cli->db, &cli->actor, &sealed);
    if (err != PAY_OK)
        return cli_fail(
            err, "key rotate-master",
            "stopped half-way; nothing is lost: both keys are in the file, run it again");
    out_open(&cli->out, cli->value[OPT_JSON], false);
    out_row(&cli->out);
    out_i64(&cli->out, "secrets_sealed", sealed);
    out_i64(&cli->out, "key_version", vault_version());
    out_str(&cli->out, "file", cli->config.master_key_file);
    out_close(&cli->out, NULL);
    if (!cli->value[OPT_JSON])
        printf("Back the file up now, and give it to every other machine of this installation.\n");
    return EXIT_SUCCESS;
}
