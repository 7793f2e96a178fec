/* cmd_wallet.c - shroffctl wallet … */
#include <stdlib.h>

#include "cli/command.h"
#include "ledger/entry.h"
#include "ledger/wallet_admin.h"

static enum pay_err wallet_print(void *arg, void *row)
{
    struct out *out = arg;

    out_row(out);
    out_view(out, &WALLET_LISTED_VIEW, row);
    return PAY_OK;
}

static bool currency_fits(const struct cli *cli)
{
    const char *code = cli->value[OPT_CURRENCY];
    const bool fits = !code || str_is(code, ALPHA_UPPER, CURRENCY_SIZE - 1, CURRENCY_SIZE - 1);

    if (!fits)
        out_say("'%s': want a currency's code, like CNY", code);
    return fits;
}

int run_wallet_list(struct cli *cli)
{
    struct wallet_listing want = { .app_key = cli->value[OPT_APP],
                                   .currency = cli->value[OPT_CURRENCY] };

    if (!currency_fits(cli) ||
        !cli_number(cli, &(struct number_option){ OPT_LIMIT, 1, 1000, 50 }, &want.limit) ||
        !cli_number(cli, &(struct number_option){ OPT_AFTER, 1, INT64_MAX, 0 }, &want.after))
        return 2;
    if (!cli_app_known(cli))
        return EXIT_FAILURE;
    out_open(&cli->out, cli->value[OPT_JSON], true);
    struct out_page page = { &cli->out, wallet_print, want.limit++ }; /* one more is asked for */
    enum pay_err err = wallet_listing(cli->db, &want, out_page_row, &page);
    return cli_listed(cli, err, "wallet list", "no wallets");
}

static enum pay_err entry_print(void *arg, void *row)
{
    struct out *out = arg;

    out_row(out);
    out_view(out, &ENTRY_VIEW, row);
    return PAY_OK;
}

int run_wallet_show(struct cli *cli)
{
    const struct wallet_owner owner = { cli->arg[0], cli->value[OPT_APP],
                                        cli->value[OPT_CURRENCY] };
    struct out_page page = { .out = &cli->out, .print = entry_print };
    struct wallet_listed listed;

    if (!currency_fits(cli) ||
        !cli_number(cli, &(struct number_option){ OPT_LIMIT, 1, 100, 20 }, &page.limit))
        return 2;
    enum pay_err err = wallet_of_owner(cli->db, &owner, &listed);
    if (err != PAY_OK)
        return cli_fail(err, cli->arg[0],
                        err == PAY_NOT_FOUND  ? "this user has no wallet (shroffctl wallet list)"
                        : err == PAY_CONFLICT ? "this user has several: add --app APP_KEY or"
                                                " --currency CODE"
                                              : NULL);
    const struct list_filter filter = { .owner = listed.wallet.id, .limit = page.limit };
    out_open(&cli->out, cli->value[OPT_JSON], false);
    (void)!wallet_print(&cli->out, &listed);
    out_under(&cli->out, "entries");
    cli->out.more_cure = "--limit N (100 at most); all are in ledger_entry";
    err = entry_list(cli->db, &filter, out_page_row, &page);
    db_end(cli->db);
    return cli_listed(cli, err, "wallet show", "no entries");
}
