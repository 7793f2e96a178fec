/* list_reply.c - in: a list's bounds; out: its page as JSON. */
#include "web/list_reply.h"

#include "channel/gate.h"
#include "ledger/entry.h"
#include "order/order.h"
#include "refund/refund_view.h"
#include "transfer/transfer_view.h"
#include "web/order_reply.h"

/* A list under way: what is over the limit says that there are more. */
struct page {
    struct call *call;
    struct json_text *json;
    int64_t left;
    bool more;
    char last[NO_SIZE];
};

/* False: the row is over the limit. */
static bool item_begin(struct page *page)
{
    page->more = page->left-- <= 0;
    if (!page->more)
        json_open(page->json, NULL);
    return !page->more;
}

static enum pay_err item_end(struct page *page, const char *no)
{
    json_close(page->json);
    return text_copy(page->last, sizeof(page->last), no) ? PAY_OK : PAY_FAULT;
}

static enum pay_err show_item(void *arg, void *row)
{
    struct page *page = arg;
    const struct order *order = row;

    if (!item_begin(page))
        return PAY_OK;
    reply_order_view(page->call, order, NULL);
    return item_end(page, order->no);
}

static enum pay_err show_refund(void *arg, void *row)
{
    struct page *page = arg;
    const struct refund *refund = row;

    if (!item_begin(page))
        return PAY_OK;
    refund_view_whole(page->json, refund);
    return item_end(page, refund->no);
}

static enum pay_err show_entry(void *arg, void *row)
{
    struct page *page = arg;
    const struct entry *entry = row;

    if (!item_begin(page))
        return PAY_OK;
    entry_view(page->json, entry);
    return item_end(page, entry->no);
}

static enum pay_err show_transfer(void *arg, void *row)
{
    struct page *page = arg;
    const struct transfer *transfer = row;

    if (!item_begin(page))
        return PAY_OK;
    transfer_view_whole(page->json, transfer);
    return item_end(page, transfer->no);
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

static enum pay_err page_begin(struct call *call, const struct list_choice *want, struct page *page)
{
    if (!may_list(call, want->limit))
        return PAY_RATE;
    *page = (struct page){ .call = call, .json = reply_data(call->reply), .left = want->limit };
    json_open_list(page->json, "items");
    return PAY_OK;
}

static enum pay_err page_end(struct page *page, enum pay_err err)
{
    json_close_list(page->json);
    if (page->more)
        json_str(page->json, "next", page->last);
    return err;
}

enum pay_err reply_orders(struct call *call, const struct list_choice *want)
{
    const struct order_filter filter = {
        .app_id = call->app->id,
        .from = want->from,
        .to = want->to,
        .status = want->status,
        .after = str_or(want->after, NULL),
        .limit = want->limit,
    };
    struct page page;

    enum pay_err err = page_begin(call, want, &page);
    return err == PAY_OK ? page_end(&page, order_list(call->db, &filter, show_item, &page)) : err;
}

enum pay_err reply_refunds(struct call *call, const struct list_choice *want)
{
    const struct refund_filter filter = {
        .app_id = call->app->id,
        .from = want->from,
        .to = want->to,
        .status = want->status,
        .after = str_or(want->after, NULL),
        .limit = want->limit,
    };
    struct page page;

    enum pay_err err = page_begin(call, want, &page);
    return err == PAY_OK ? page_end(&page, refund_list(call->db, &filter, show_refund, &page))
                         : err;
}

enum pay_err reply_entries(struct call *call, int64_t wallet_id, const struct list_choice *want)
{
    const struct entry_filter filter = {
        .wallet_id = wallet_id,
        .from = want->from,
        .to = want->to,
        .after = str_or(want->after, NULL),
        .limit = want->limit,
    };
    struct page page;

    enum pay_err err = page_begin(call, want, &page);
    return err == PAY_OK ? page_end(&page, entry_list(call->db, &filter, show_entry, &page)) : err;
}

enum pay_err reply_transfers(struct call *call, const struct list_choice *want)
{
    const struct transfer_filter filter = {
        .app_id = call->app->id,
        .from = want->from,
        .to = want->to,
        .status = want->status,
        .after = str_or(want->after, NULL),
        .limit = want->limit,
    };
    struct page page;

    enum pay_err err = page_begin(call, want, &page);
    return err == PAY_OK ? page_end(&page, transfer_list(call->db, &filter, show_transfer, &page))
                         : err;
}
