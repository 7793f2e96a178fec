/* cmd_notify_again.c - shroffctl notify resend NO, of one that was acknowledged: it is sent from
 * here, at once. Its state is final, so no runner would send it; the try is on record like any
 * other, as manual. */
#include <stdlib.h>

#include "cli/command.h"
#include "io/crypto/sign.h"
#include "io/crypto/vault.h"
#include "job/notify/notify_try.h"
#include "notify/notify_again.h"
#include "notify/notify_judge.h"

static enum pay_err send_it(struct cli *cli, struct notify_try *try)
{
    struct webhook_keys keys;
    struct http_request request;
    struct http_answer answer;

    enum pay_err err = app_webhook_keys(cli->db, try->result.app_id, &keys);
    db_end(cli->db);
    if (err == PAY_OK && !notify_try_request(try, &keys, &request))
        err = PAY_FAULT;
    sign_wipe(&keys, sizeof(keys));
    if (err != PAY_OK)
        return err;
    request.allow = &cli->config.notify_allow_nets;
    http_send(&request, &answer);
    notify_judge(&try->result, &answer);
    http_answer_free(&answer);
    return PAY_OK;
}

int cli_send_again(struct cli *cli, const char *no)
{
    static struct notify_try try;
    static struct notify_due due;

    if (vault_open(cli->config.master_key_file) != PAY_OK)
        return cli_fail(PAY_FAULT, cli->config.master_key_file,
                        "the master key cannot be opened, and the signature needs it");
    enum pay_err err = notify_again_load(cli->db, no, &due);
    if (err != PAY_OK)
        return cli_fail(err, no, NULL);
    notify_try_take(&try, &due, 0);
    err = send_it(cli, &try);
    if (err == PAY_OK)
        err = notify_again_record(cli->db, &cli->actor, &try.result);
    free(try.body);
    if (err != PAY_OK)
        return cli_fail(err, no, NULL);
    const bool acknowledged = try.result.log_status == TRY_SUCCESS;
    out_open(&cli->out, cli->value[OPT_JSON], false);
    out_row(&cli->out);
    out_str(&cli->out, "no", no);
    out_str(&cli->out, "status", state_word(&NOTIFY_STATE_TABLE, NOTIFY_SUCCESS));
    out_str(&cli->out, "sent_again", acknowledged ? "acknowledged" : "not acknowledged");
    out_str(&cli->out, "result", try.result.error_code);
    out_str(&cli->out, "reason", try.result.reason);
    out_str(&cli->out, "response", try.result.response);
    out_close(&cli->out, NULL);
    return acknowledged ? EXIT_SUCCESS : EXIT_FAILURE;
}
