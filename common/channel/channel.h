/* channel.h - what a channel must do, and finding the driver that does it.
 *
 * A driver speaks one protocol and offers products, one for each channel code. Several codes of one
 * driver begin alike, up to '_': alipay_qr, alipay_wap. The numbers that such a channel gives are
 * unique among all its merchants, so each counts once among all these codes, of all apps. A code
 * without '_' is of a channel that numbers each app's payments for itself (number_scope in
 * schema/0001_tables.sql).
 *
 * A driver knows no state of an order and no SQL; it may be in a higher layer than this file, since
 * the program hands it in (channels_use). It sends requests through channel_call alone (call.h). */
#ifndef CHANNEL_CHANNEL_H
#define CHANNEL_CHANNEL_H

#include "channel/product.h"

struct bill_answer; /* bill.h */
struct bill_ask;
struct bill_reading;
struct bill_total;
struct channel_diversion; /* divert.h */
struct channel_member;    /* member.h */
struct channel_parsed;

/* How a callback is answered. */
struct channel_answer {
    int status;
    const char *type;
    char body[256];
};

/* PAY_OK, PAY_UNKNOWN: no trustworthy answer, PAY_FULL: nothing sent. out->meaning: of its code. */
typedef enum pay_err channel_ask(const struct channel_account *account, const char *pay_id,
                                 struct channel_said *out);

typedef void channel_cert_each(void *arg, const char *name, int64_t end_time); /* ms */

struct channel_driver {
    const char *protocol;
    bool test_only;         /* cannot be made or used in live mode */
    enum channel_body body; /* of a callback */
    size_t body_max;        /* its bytes at most */
    const struct channel_product *products;
    size_t product_count;
    const struct channel_member *members;
    size_t member_count;
    const struct channel_codes *codes; /* its error codes; NULL: it has none of its own */

    /* Called once for each change of the row, after its members were checked: makes the keys that
     * the functions below need. PAY_BAD_FIELD: the row cannot work; *why is then a static text. */
    enum pay_err (*open)(const struct channel_parsed *row, void **keys, const char **why);
    void (*shut)(void *keys);
    /* Each certificate that the account uses, also those that its channel sent. NULL: none. */
    void (*certs)(const struct channel_account *account, channel_cert_each *each, void *arg);
    /* A configuration with new keys, as JSON objects; like has the members to keep, or is NULL.
     * NULL: the keys come from the channel. */
    enum pay_err (*make)(const struct json *like, struct text *config, struct text *secrets);

    channel_ask *query,
        *probe;         /* what became of pay_id? probe: of nobody's, by all keys, or NULL */
    channel_ask *close; /* makes it unpayable; SUCCESS when the payer was faster */
    /* NULL: the channel cannot do it. PAY_REFUSED is a definite no, its reason in out. */
    enum pay_err (*refund)(const struct channel_account *account,
                           const struct channel_refund *refund, struct channel_said *out);
    enum pay_err (*refund_query)(const struct channel_account *account,
                                 const struct channel_refund *refund, struct channel_said *out);
    enum pay_err (*divert)(const struct channel_account *account,
                           const struct channel_diversion *diversion, struct channel_said *out);
    enum pay_err (*transfer)(const struct channel_account *account,
                             const struct channel_transfer *transfer, struct channel_said *out);
    enum pay_err (*transfer_query)(const struct channel_account *account,
                                   const struct channel_transfer *transfer,
                                   struct channel_said *out);
    /* The statement of a day into a file, and its lines out of it (bill.h). */
    enum pay_err (*bill)(const struct channel_account *account, const struct bill_ask *ask,
                         struct bill_answer *out);
    enum pay_err (*bill_read)(const struct channel_account *account,
                              const struct bill_reading *reading, struct bill_total *out);

    /* The number that a callback names; it only chooses the key. NULL: it cannot be read without
     * the key. PAY_BAD_FIELD: *field has a wrong form; no is the number all the same, or "". */
    enum pay_err (*read_no)(const struct channel_callback *callback, char no[NO_SIZE],
                            const char **field);
    /* Checks the signature (account NULL: against a dummy key, always PAY_BAD_SIGN in the same
     * time), then the timestamp; fills out. NULL: no callbacks come from it. */
    enum pay_err (*hear)(const struct channel_account *account,
                         const struct channel_callback *callback, struct channel_said *out);
    /* False, or NULL: the callback gets an answer of Shroff's API. */
    bool (*acknowledge)(enum pay_err result, struct channel_answer *out);
};

void channels_use(const struct channel_driver *const *drivers); /* NULL-ended; they are kept */
/* NULL when no product has the code, or its driver is test_only in live mode. */
const struct channel_driver *channel_find(const char *code, bool test_mode,
                                          const struct channel_product **product);
const char *channel_missing(const char *code); /* why: it exists in test mode only, or not at all */
/* For a callback that names no configured channel, so that it is answered like a real one. Test
 * mode has one such driver; in live mode the number and a secret choose it. NULL: there is none. */
const struct channel_driver *channel_stand_in(bool test_mode, int64_t number);

#endif
