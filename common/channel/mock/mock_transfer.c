/* mock_transfer.c - a transfer at the mock gateway: POST /mockpay/transfer, and what became of it,
 * POST /mockpay/transfer/query. There is no order: the gateway plays what channel_extras ask for,
 * {"mock": "later"}; how is its own business (sandbox/mock/mock_transfer.c). */
#include <string.h>

#include "channel/mock/mock_private.h"

struct asked {
    const struct channel_account *account;
    const struct channel_transfer *transfer;
};

static void channel_write(struct json_text *to, const void *arg)
{
    const struct asked *asked = arg;

    json_i64(to, "channel_id", asked->account->id);
}

/* A signed text holds no foreign characters, so the account's bytes are sent in hex. */
static void account_write(struct json_text *to, const char *user_account)
{
    char room[2 * 64 * 4 + 1];
    struct text hex = TEXT(room);

    text_add_hex(&hex, (const uint8_t *)user_account, strlen(user_account));
    json_str(to, "user_account", room);
}

static void transfer_terms_write(struct json_text *to, const void *arg)
{
    const struct asked *asked = arg;
    const struct channel_transfer *transfer = asked->transfer;
    const char *play = transfer->extras ? signed_json_str(transfer->extras, "mock") : NULL;

    channel_write(to, arg);
    json_i64(to, "price", transfer->price.minor);
    json_str(to, "currency", transfer->currency);
    account_write(to, transfer->user_account);
    if (play && str_is(play, ALPHA_CHANNEL, 1, 16))
        json_str(to, "play", play);
}

/* FAILED, signed, is the gateway's definite no. */
enum pay_err mock_transfer(const struct channel_account *account,
                           const struct channel_transfer *transfer, struct channel_said *out)
{
    const struct asked asked = { account, transfer };
    const struct mock_question question = {
        .path = "transfer",
        .what = "transfer",
        .about = ABOUT_TRANSFER,
        .no = transfer->transfer_no,
        .write = transfer_terms_write,
        .arg = &asked,
    };

    enum pay_err err = mock_ask(account, &question, out);
    return err == PAY_OK && out->state == CHANNEL_FAILED ? PAY_REFUSED : err;
}

enum pay_err mock_transfer_query(const struct channel_account *account,
                                 const struct channel_transfer *transfer, struct channel_said *out)
{
    const struct asked asked = { account, transfer };
    const struct mock_question question = {
        .path = "transfer/query",
        .what = "transfer_query",
        .about = ABOUT_TRANSFER,
        .no = transfer->transfer_no,
        .write = channel_write,
        .arg = &asked,
    };

    return mock_ask(account, &question, out);
}
