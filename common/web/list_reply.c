/* list_reply.c - in: a list's bounds; out: its page as JSON. Channels are one page. */
#include "web/list_reply.h"

#include "app/channel_list.h"
#include "channel/gate.h"
#include "ledger/entry.h"
#include "order/order.h"
#include "refund/refund_view.h"
#include "transfer/transfer_view.h"
#include "web/order_reply.h"

/* A kind of objects: how they are listed, and how one is shown; its number is returned. */
struct page;
struct kind {
    enum pay_err (*list)(struct db *db, const struct list_filter *filter, db_each *each, void *arg);
    const char *(*show)(struct page *page, const void *row);
};

/* A list under way: what is over the limit says that there are more. */
struct page {
    struct call *call;
    struct json_text *json;
    const struct kind *kind;
    int64_t left;
    bool more;
    char last[NO_SIZE];
};

static const char *show_order(struct page *page, const void *row)
{
    const struct order *order = row;

    reply_order_view(page->call, order, NULL);
    return order->no;
}

static const char *show_refund(struct page *page, const void *row)
{
    const struct refund *refund = row;

    refund_view_whole(page->json, refund);
    return refund->no;
}

static const char *show_transfer(struct page *page, const void *row)
{
    const struct transfer *transfer = row;

    transfer_view_whole(page->json, transfer);
    return transfer->no;
}

static const char *show_entry(struct page *page, const void *row)
{
    const struct entry *entry = row;

    entry_view(page->json, entry);
    return entry->no;
}

static const struct kind ORDERS = { order_list, show_order },
                         REFUNDS = { refund_list, show_refund },
                         TRANSFERS = { transfer_list, show_transfer },
                         ENTRIES = { entry_list, show_entry };

static enum pay_err item(void *arg, void *row)
{
    struct page *page = arg;

    page->more = page->left-- <= 0;
    if (page->more)
        return PAY_OK;
    json_open(page->json, NULL);
    const char *no = page->kind->show(page, row);
    json_close(page->json);
    return text_copy(page->last, sizeof(page->last), no) ? PAY_OK : PAY_FAULT;
}

/* A list of a hundred costs what ten other requests do: it takes a seat of its app's (gate.h). */
static bool may_list(struct call *call, int64_t limit)
{
    if (limit <= LIST_LIMIT || gate_sit_to_read(call->app->id))
        return true;
    text_addf(call->why, "too many lists of over %d items at once: ask for one after another",
              LIST_LIMIT);
    return false;
}

static enum pay_err reply_list(struct call *call, const struct kind *kind, int64_t owner,
                               const struct list_choice *want)
{
    const struct list_filter filter = {
        .owner = owner,
        .from = want->from,
        .to = want->to,
        .status = want->status,
        .after = want->after,
        .limit = want->limit,
    };

    if (!may_list(call, want->limit))
        return PAY_RATE;
    struct page page = {
        .call = call, .json = reply_data(call->reply), .kind = kind, .left = want->limit
    };
    json_open_list(page.json, "items");
    enum pay_err err = kind->list(call->db, &filter, item, &page);
    json_close_list(page.json);
    if (page.more)
        json_str(page.json, "next", page.last);
    return err;
}

enum pay_err reply_orders(struct call *call, const struct list_choice *want)
{
    return reply_list(call, &ORDERS, call->app->id, want);
}

enum pay_err reply_refunds(struct call *call, const struct list_choice *want)
{
    return reply_list(call, &REFUNDS, call->app->id, want);
}

enum pay_err reply_transfers(struct call *call, const struct list_choice *want)
{
    return reply_list(call, &TRANSFERS, call->app->id, want);
}

enum pay_err reply_entries(struct call *call, int64_t wallet_id, const struct list_choice *want)
{
    return reply_list(call, &ENTRIES, wallet_id, want);
}

enum pay_err reply_channels(struct call *call)
{
    static struct channel_offer offers[CHANNELS_MAX];
    struct json_text *data = reply_data(call->reply);
    size_t count;

    enum pay_err err = channel_list(call->db, call->config, call->app->id, offers, &count);
    if (err != PAY_OK)
        return err;
    json_open_list(data, "items");
    for (size_t i = 0; i < count; i++) {
        json_open(data, NULL);
        view_write(data, &CHANNEL_OFFER_VIEW, &offers[i]);
        json_close(data);
    }
    json_close_list(data);
    return PAY_OK;
}
