/* listing.c - see listing.h. */
#include "cli/listing.h"

#include <stdio.h>
#include <stdlib.h>

int cli_list(struct cli *cli, const struct cli_listed *l)
{
    struct listing want = { .app_key = cli->value[OPT_APP], .after = cli->value[OPT_AFTER] };
    char what[32], none[32];

    snprintf(what, sizeof(what), "%s list", l->one);
    snprintf(none, sizeof(none), "no %ss", l->one);
    if (!cli_state(cli, l->states, &want.status) || !cli_time(cli, OPT_FROM, &want.from) ||
        !cli_time(cli, OPT_TO, &want.to) ||
        !cli_number(cli, &(struct number_option){ OPT_LIMIT, 1, 1000, 50 }, &want.limit))
        return 2;
    if (!cli_app_known(cli))
        return EXIT_FAILURE;
    out_open(&cli->out, cli->value[OPT_JSON], true);
    struct out_page page = { &cli->out, l->print, want.limit++ }; /* one more is asked for */
    enum pay_err err = listed_each(cli->db, l->of(), &want, out_page_row, &page);
    return cli_listed(cli, err, what, none);
}

int cli_find(struct cli *cli, const struct cli_listed *l, void *room)
{
    char why[128] = "";

    enum pay_err err = listed_find(cli->db, l->of(), cli->arg[0], cli->value[OPT_APP], room);
    if (err == PAY_NOT_FOUND)
        snprintf(why, sizeof(why), "no %s has this number: %s_no or the merchant's own", l->one,
                 l->one);
    if (err == PAY_CONFLICT)
        snprintf(why, sizeof(why), "%ss of several apps have it: add --app APP_KEY", l->one);
    return err == PAY_OK ? EXIT_SUCCESS : cli_fail(err, cli->arg[0], str_or(why, NULL));
}

int cli_show(struct cli *cli, const struct cli_listed *l, void *room)
{
    const int rc = cli_find(cli, l, room);

    if (rc != EXIT_SUCCESS)
        return rc;
    out_open(&cli->out, cli->value[OPT_JSON], false);
    (void)!l->print(&cli->out, room);
    return EXIT_SUCCESS;
}

int cli_events(struct cli *cli, const struct cli_listed *l, int64_t id, story_reader *story)
{
    char what[32];

    snprintf(what, sizeof(what), "%s show", l->one);
    out_under(&cli->out, "events");
    cli->out.more_cure = "the first 500 are shown; the later ones are in its tables";
    return cli_listed(cli, story(cli->db, id, cli_event_print, &cli->out), what, NULL);
}
