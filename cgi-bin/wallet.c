/* wallet.c - balances of a merchant's users.
 *   GET  /api/pay/wallet?user_id=&currency=                                one wallet
 *   GET  /api/pay/wallet/entries?user_id=&currency=&from=&to=&after=&limit= newest first, by pages
 *   POST /api/pay/wallet/recharge  an order; what it brings is on the balance when it is paid
 *   POST /api/pay/wallet/adjust    a correction, once for each merchant_adjust_id
 * in:  WALLET_FIELDS, ENTRIES_FIELDS (scope payment:query), RECHARGE_FIELDS, ADJUST_FIELDS
 *      (wallet:execute); signed
 * out: the wallet, entries, the order, the entry (ledger/entry.h); 201 for what was made, else 200
 */
#include "ledger/adjust.h"
#include "web/checkout_reply.h"
#include "web/list_reply.h"

struct wallet_in {
    struct wallet_choice wallet;
};
static const struct field WALLET_FIELDS[] = {
    FIELDS_WALLET_CHOICE(struct wallet_in, wallet),
};

struct entries_in {
    struct wallet_choice wallet;
    struct list_choice list;
};
static const struct field ENTRIES_FIELDS[] = {
    FIELDS_WALLET_CHOICE(struct entries_in, wallet),
    FIELDS_LIST_TIMES(struct entries_in, list),
    FIELDS_LIST_PAGE(struct entries_in, list),
};

static const struct field ADJUST_FIELDS[] = {
    FIELD(struct adjust_terms, user_id, FIELD_TEXT, NEEDED, .min = 1, .max = 64),
    FIELD(struct adjust_terms, currency, FIELD_CURRENCY, NEEDED),
    FIELD_MERCHANT_NO(struct adjust_terms, merchant_adjust_id, "merchant_adjust_id", NEEDED),
    FIELD(struct adjust_terms, price, FIELD_I64, NEEDED, .min = -MONEY_MAX, .max = MONEY_MAX,
          .not_zero = true, .unit = "minor units"),
    FIELD(struct adjust_terms, reason, FIELD_TEXT, NEEDED, .min = 1, .max = 512, .lines = true),
};

static const struct field RECHARGE_FIELDS[] = {
    FIELDS_CREATE(NEEDED),
    FIELDS_CREATE_TERM(bonus_price, FIELD_I64, OPTIONAL, .min = 0, .max = MONEY_MAX,
                       .unit = "minor units"),
};

static enum pay_err wallet_chosen(struct call *call, const struct wallet_choice *choice,
                                  struct wallet *out)
{
    const struct wallet_key key = { call->app->id, choice->user_id, choice->currency };

    return wallet_find(call->db, &key, out);
}

static enum pay_err wallet(struct call *call, const void *input)
{
    const struct wallet_in *in = input;
    struct wallet found;

    enum pay_err err = wallet_chosen(call, &in->wallet, &found);
    if (err == PAY_OK)
        wallet_view(reply_data(call->reply), &found);
    return err;
}

static enum pay_err entries(struct call *call, const void *input)
{
    const struct entries_in *in = input;
    struct wallet found;

    enum pay_err err = wallet_chosen(call, &in->wallet, &found);
    return err == PAY_OK ? reply_entries(call, found.id, &in->list) : err;
}

static void adjust_explain(struct call *call, enum pay_err err, const struct adjust_terms *terms,
                           const struct adjusted *done)
{
    if (err == PAY_CONFLICT && str_eq(done->field, "price"))
        text_addf(call->why,
                  "price: %lld is not %lld, with which adjustment %s was made: use a new"
                  " number",
                  (long long)terms->price.minor, (long long)done->first.minor,
                  terms->merchant_adjust_id);
    else if (err == PAY_CONFLICT)
        text_addf(call->why, "%s: adjustment %s was made with another one: use a new number",
                  done->field, terms->merchant_adjust_id);
    if (err == PAY_LOW_BALANCE)
        text_addf(call->why, "price: the wallet holds %lld, less than the %lld to be taken",
                  (long long)done->balance.minor, -(long long)terms->price.minor);
}

static enum pay_err adjust(struct call *call, const void *input)
{
    const struct adjust_request request = { call->app, call->nonce, input };
    struct adjusted done;

    enum pay_err err = wallet_adjust(call->db, &request, &done);
    call->field = done.field;
    adjust_explain(call, err, input, &done);
    if (err != PAY_OK)
        return err;
    if (done.created)
        call->reply->status = 201;
    entry_view(reply_data(call->reply), &done.entry);
    return PAY_OK;
}

static enum pay_err recharge(struct call *call, const void *input)
{
    return reply_create(call, input, true);
}

static const struct route ROUTES[] = {
    { .path = "/api/pay/wallet",
      .method = "GET",
      .scope = SCOPE_QUERY,
      .fields = FIELD_TABLE(WALLET_FIELDS),
      .input_size = sizeof(struct wallet_in),
      .handle = wallet },
    { .path = "/api/pay/wallet/entries",
      .method = "GET",
      .scope = SCOPE_QUERY,
      .fields = FIELD_TABLE(ENTRIES_FIELDS),
      .input_size = sizeof(struct entries_in),
      .handle = entries },
    { .path = "/api/pay/wallet/recharge",
      .method = "POST",
      .scope = SCOPE_WALLET,
      .fields = FIELD_TABLE(RECHARGE_FIELDS),
      .input_size = sizeof(struct create_in),
      .handle = recharge },
    { .path = "/api/pay/wallet/adjust",
      .method = "POST",
      .scope = SCOPE_WALLET,
      .fields = FIELD_TABLE(ADJUST_FIELDS),
      .input_size = sizeof(struct adjust_terms),
      .handle = adjust },
};

static const struct endpoint WALLET = {
    .name = "wallet",
    .routes = ROUTES,
    .count = COUNT(ROUTES),
    .needs_base_url = true,
    .needs_vault = true,
    .load = LOAD_READ,
};

int main(int argc, char **argv)
{
    return endpoint_serve(&WALLET, argc, argv);
}
