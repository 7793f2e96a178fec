/* wallet_channel.c - in: an order whose transaction is under way; out: paid from a balance, or the
 * definite no. A refund or a transfer needs no call: it is booked where it is applied
 * (refund/refund_ledger.c, transfer/transfer_apply.c). */
#include "ledger/wallet_channel.h"

#include <stdio.h>

#include "channel/member.h"
#include "ledger/journal.h"

static enum pay_err wallet_keys_open(const struct channel_parsed *row, void **keys,
                                     const char **why)
{
    (void)row;
    *keys = NULL;
    *why = "";
    return PAY_OK;
}

static void keys_shut(void *keys)
{
    (void)keys;
}

/* It has no configuration. */
static enum pay_err config_make(const struct json *like, struct text *config, struct text *secrets)
{
    (void)like;
    text_add(config, "{}");
    text_add(secrets, "{}");
    return config->full || secrets->full ? PAY_FULL : PAY_OK;
}

static enum pay_err balance_lacks(const struct wallet *wallet, const struct channel_order *order,
                                  struct channel_ticket *out)
{
    snprintf(out->error_code, sizeof(out->error_code), "NOT_ENOUGH_BALANCE");
    snprintf(out->error_msg, sizeof(out->error_msg), "the wallet holds %lld, less than %lld %s",
             (long long)wallet->balance.minor, (long long)order->price.minor, order->currency);
    return PAY_REFUSED;
}

static enum pay_err paid(const struct channel_order *order, const char *entry_no,
                         struct channel_said *out)
{
    *out = (struct channel_said){
        .about = ABOUT_ORDER,
        .state = CHANNEL_SUCCESS,
        .price = order->price,
        .success_time = clock_now_ms(),
    };
    return text_copy(out->no, sizeof(out->no), order->pay_id) &&
                   text_copy(out->channel_no, sizeof(out->channel_no), entry_no) &&
                   text_copy(out->currency, sizeof(out->currency), order->currency)
               ? PAY_OK
               : PAY_FAULT;
}

static enum pay_err wallet_submit(const struct channel_account *account,
                                  const struct channel_order *order, struct channel_ticket *out)
{
    const struct channel_ledger *ledger = order->ledger;
    const struct wallet_key key = { account->app_id, ledger->user_id, order->currency };
    const struct journal journal = {
        .cause = BIZ_ORDER,
        .biz_id = ledger->order_id,
        .step = ledger->version,
        .rows = { { ACCOUNT_WALLET, ENTRY_PAYMENT, MONEY(-order->price.minor) },
                  { ACCOUNT_CHANNEL, ENTRY_PAYMENT, order->price } },
        .expense = order->price,
    };
    struct journal_booked booked;
    struct wallet wallet;

    enum pay_err err = wallet_lock(ledger->db, &key, &wallet);
    if (err == PAY_OK)
        err = journal_book(ledger->db, &journal, &wallet, &booked);
    if (err == PAY_LOW_BALANCE)
        return balance_lacks(&wallet, order, out);
    if (err != PAY_OK)
        return err;
    return booked.now ? paid(order, booked.no, &out->said) : PAY_FAULT;
}

/* An attempt is paid in the transaction that makes it, or never. */
static enum pay_err wallet_ask(const struct channel_account *account, const char *pay_id,
                               struct channel_said *out)
{
    (void)account;
    *out = (struct channel_said){ .about = ABOUT_ORDER, .state = CHANNEL_CLOSED };
    return text_copy(out->no, sizeof(out->no), pay_id) ? PAY_OK : PAY_FAULT;
}

static enum pay_err wallet_refund_said(const struct channel_refund *refund,
                                       enum channel_state state, struct channel_said *out)
{
    *out = (struct channel_said){ .about = ABOUT_REFUND, .state = state };
    return text_copy(out->no, sizeof(out->no), refund->refund_no) ? PAY_OK : PAY_FAULT;
}

static enum pay_err wallet_refund(const struct channel_account *account,
                                  const struct channel_refund *refund, struct channel_said *out)
{
    (void)account;
    return wallet_refund_said(refund, CHANNEL_SUCCESS, out);
}

/* One that is asked about was not applied, so it was not done. */
static enum pay_err wallet_refund_query(const struct channel_account *account,
                                        const struct channel_refund *refund,
                                        struct channel_said *out)
{
    (void)account;
    return wallet_refund_said(refund, CHANNEL_NOT_FOUND, out);
}

static enum pay_err wallet_transfer(const struct channel_account *account,
                                    const struct channel_transfer *transfer,
                                    struct channel_said *out)
{
    (void)account;
    *out = (struct channel_said){ .about = ABOUT_TRANSFER, .state = CHANNEL_SUCCESS };
    return text_copy(out->no, sizeof(out->no), transfer->transfer_no) ? PAY_OK : PAY_FAULT;
}

static const struct channel_product PRODUCTS[] = {
    { .code = CHANNEL_WALLET_CODE, .display = "none", .way = BY_LEDGER, .submit = wallet_submit },
};

const struct channel_driver CHANNEL_WALLET = {
    .protocol = "wallet",
    .products = PRODUCTS,
    .product_count = COUNT(PRODUCTS),
    .open = wallet_keys_open,
    .shut = keys_shut,
    .make = config_make,
    .query = wallet_ask,
    .close = wallet_ask,
    .refund = wallet_refund,
    .refund_query = wallet_refund_query,
    .transfer = wallet_transfer,
};
