/* product.h - what a driver offers for one channel code, and what it is asked to do with it. */
#ifndef CHANNEL_PRODUCT_H
#define CHANNEL_PRODUCT_H

#include "base/config.h"
#include "channel/said.h"
#include "io/json/json.h"

#define CHANNEL_CODE_SIZE 33
#define CHANNEL_CONTENT_SIZE 16385 /* a signed order string, a page with a form */
#define CHANNEL_CONFIG_SIZE 16384  /* pay_channel.config: JSON with a channel's certificates */

struct channel_notes; /* notes.h */
struct channel_product;
struct db;
/* For BY_LEDGER: the transaction under way, the order it holds, its version once paid, who pays. */
struct channel_ledger {
    struct db *db;
    int64_t order_id, version;
    const char *user_id;
};

/* A configured channel. */
struct channel_account {
    int64_t id, app_id;
    char code[CHANNEL_CODE_SIZE];
    const struct channel_product *product;
    const struct config *env;          /* base_url, mock_gateway_url … */
    const void *keys;                  /* what the driver's open made of the row */
    const struct channel_notes *notes; /* NULL: nothing is kept */
};

/* What is to be paid, as the channel needs it. */
struct channel_order {
    const char *pay_id, *subject, *body, *currency, *user_ip, *return_url;
    const char *metadata; /* the merchant's own, for a played channel alone */
    struct money price;
    int64_t expire_time;
    const struct json *extras; /* channel_extras or NULL */
    const struct channel_ledger *ledger;
};

/* Where to pay. */
struct channel_ticket {
    char display_mode[17]; /* redirect qr_code form app bar_code none */
    /* What begins with http is a page where a person can pay. */
    char display_content[CHANNEL_CONTENT_SIZE];
    int64_t display_expire_time; /* when display_content ends; 0: with the order */
    char error_code[65], error_msg[CHANNEL_ERROR_SIZE]; /* with PAY_REFUSED */
    struct channel_said said; /* SUCCESS: the call itself took the money */
};

/* Only the first byte of a long text is cleared: to clear all costs more than the whole submit. */
static inline void channel_ticket_clear(struct channel_ticket *ticket)
{
    ticket->display_mode[0] = ticket->display_content[0] = '\0';
    ticket->error_code[0] = ticket->error_msg[0] = '\0';
    ticket->display_expire_time = 0;
    ticket->said.state = CHANNEL_WAITING;
    ticket->said.meaning = MEANS_NOTHING;
}

/* PAY_REFUSED, with a reason of our own. */
MUST_USE enum pay_err channel_ticket_refuse(struct channel_ticket *ticket, const char *code,
                                            const char *msg);
/* The result of a submit whose call ended with err. Paid before: PAY_UNKNOWN, so that it is asked.
 * Busy: PAY_FULL, as if it was not sent: without the answer only a bar code can be paid. */
MUST_USE enum pay_err channel_ticket_end(struct channel_ticket *ticket, enum pay_err err);

/* BY_CALL: submit calls the channel, after the attempt's COMMIT. OFFLINE: submit makes no call, its
 * ticket is stored with the attempt. BY_LEDGER: submit runs inside the order's transaction. */
enum channel_way { BY_CALL, OFFLINE, BY_LEDGER };

struct channel_product {
    const char *code, *display; /* pay_channel.code; the display_mode it gives */
    enum channel_way way;
    enum channel_device { ANY_DEVICE, ON_PHONES, ON_DESKTOPS } device; /* where its page opens */
    bool close_refunds;   /* the driver's close gives back what was paid just before */
    const char *currency; /* the only one that it accepts; NULL: any */
    size_t return_max;    /* bytes of a return_url; 0: any */
    bool wants_ip;        /* it is told the payer's address, so the order must have a user_ip */
    /* True: this order of an OFFLINE product is submitted by a call. NULL: none is. */
    bool (*by_call)(const struct channel_order *order);
    /* PAY_REFUSED: definite, words in the ticket. PAY_UNKNOWN: stays open. PAY_FULL: not sent. */
    enum pay_err (*submit)(const struct channel_account *account, const struct channel_order *order,
                           struct channel_ticket *out);
};

/* What a refund, a transfer is about. */
struct channel_refund {
    const char *refund_no, *pay_id, *channel_order_no, *currency, *reason;
    struct money refund_price, price; /* of the refund; of the whole payment */
};
struct channel_transfer {
    const char *transfer_no, *subject, *currency, *user_account, *user_name;
    struct money price;
    const struct json *extras;
};

#endif
