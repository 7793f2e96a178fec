/* channel.h - what a channel must do, and the table of who does it (channel.c).
 *
 * A driver knows its protocol and nothing of orders' states or SQL. Each channel is one file and
 * one row in CHANNELS. Calls that go out are made outside any transaction. */
#ifndef CHANNEL_CHANNEL_H
#define CHANNEL_CHANNEL_H

#include <stdbool.h>
#include <stdint.h>
#include "base/clock.h"
#include "base/config.h"
#include "base/err.h"
#include "base/money.h"
#include "base/ulid.h"
#include "io/json/json.h"

#define CHANNEL_CODE_SIZE 33
#define CHANNEL_NO_SIZE 65
#define CHANNEL_ERROR_SIZE 256
#define CHANNEL_CONTENT_SIZE 2049

/* A configured channel with its secrets opened. The texts belong to app/channel_config's cache. */
struct channel_account {
    int64_t id, app_id;
    char code[CHANNEL_CODE_SIZE];
    const struct json *config, *secrets;    /* parsed config and config_sealed */
    const struct config *env;               /* base_url, mock_gateway_url … */
};

/* What is to be paid, as the channel needs it. */
struct channel_order {
    const char *pay_id, *subject, *body, *currency, *user_ip, *return_url;
    const char *metadata;                   /* the merchant's own, for a played channel alone */
    int64_t price, expire_time;
    const struct json *extras;              /* channel_extras or NULL */
};

/* Where to pay. */
struct channel_ticket {
    char display_mode[17];                  /* redirect qr_code form app bar_code none */
    char display_content[CHANNEL_CONTENT_SIZE];
    char pay_url[1025];                     /* "" when there is no such place */
    int64_t display_expire_time;            /* when that stops working; 0: with the order */
    char error_code[65], error_msg[CHANNEL_ERROR_SIZE];     /* with PAY_REFUSED */
};

enum channel_state { CHANNEL_WAITING, CHANNEL_SUCCESS, CHANNEL_FAILED, CHANNEL_CLOSED,
                     CHANNEL_NOT_FOUND };

/* What a channel says of an attempt, in a callback or a query. */
struct channel_result {
    enum channel_state state;
    char pay_id[NO_SIZE];
    char channel_order_no[CHANNEL_NO_SIZE];
    char channel_user_id[129];
    int64_t price;                          /* 0 when the channel did not say */
    char currency[CURRENCY_SIZE];
    int64_t success_time;
};

/* A callback as it came. */
struct channel_notice {
    const char *body; size_t body_len;
    const struct json *json;                /* the body parsed, for channels that send JSON */
    const char *(*header)(void *arg, const char *name); void *header_arg;
    struct text *why;                       /* peek says here what was wanted; NULL: not asked */
};

struct channel_driver {
    const char *code;
    bool test_only;         /* cannot be made or used in live mode */
    size_t notice_max;      /* bytes of a callback's body at most */
    /* True: submit makes no call, its ticket is stored with the attempt. NULL: it always does. */
    bool (*offline)(const struct channel_order *order);
    /* Refuses a configuration that could not work (rule 14); *why is a static text. */
    enum pay_err (*check)(const struct channel_account *account, const char **why);
    /* PAY_REFUSED (definite; words in the ticket), PAY_UNKNOWN (a timeout, stays open). */
    enum pay_err (*submit)(const struct channel_account *account, const struct channel_order *order,
                           struct channel_ticket *out);
    /* Asks what became of pay_id. PAY_UNKNOWN when no trustworthy answer came. */
    enum pay_err (*query)(const struct channel_account *account, const char *pay_id,
                          struct channel_result *out);
    /* Makes pay_id unpayable; out says how it stands then: SUCCESS when the payer was faster. */
    enum pay_err (*close)(const struct channel_account *account, const char *pay_id,
                          struct channel_result *out);
    /* The number of the attempt a callback claims to be about, for choosing the key and nothing
     * else. PAY_BAD_FIELD (*field named) when the members are not of the protocol's form; the
     * number is there all the same when it could be read, else "". */
    enum pay_err (*peek)(const struct channel_notice *notice, char pay_id[NO_SIZE],
                         const char **field);
    /* Checks the signature (account NULL: against a dummy key, always PAY_BAD_SIGN in the same
     * time), then the timestamp; fills out. */
    enum pay_err (*parse_notify)(const struct channel_account *account,
                                 const struct channel_notice *notice, struct channel_result *out);
};

/* NULL when the code is unknown, or test_only in live mode. */
const struct channel_driver *channel_driver_find(const char *code, bool test_mode);

#endif
