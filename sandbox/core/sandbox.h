/* sandbox.h - what the played channels share: one HTTP request and its answer, without a web server
 * behind them; a channel's entry in the table of channels; gaps of time; the state folder. */
#ifndef SANDBOX_CORE_SANDBOX_H
#define SANDBOX_CORE_SANDBOX_H

#include "base/config.h"
#include "io/db/db.h"
#include "sandbox/core/sandbox_notice.h"
#include "sandbox/core/sandbox_trade.h"

#define SANDBOX_HEADERS_SIZE 4096

/* A request as it came, and where it stands. */
struct sandbox_request {
    struct db *db;               /* the sandbox's database, account `sandbox` */
    const struct config *config; /* .state, .sandbox_url, .sandbox_time_scale */
    const char *method, *path;   /* path: before the '?', not decoded */
    const char *segment;         /* what stands for {} of the route, "" without */
    const char *uri, *query;     /* uri: path and query as sent; query "" without */
    const char *content_type;    /* "" without */
    bool tls;                    /* it came by https, so under a name of the certificate */
    const char *body;            /* NUL-ended */
    size_t body_len;
    const char *(*header)(const void *arg, const char *name); /* NULL: it did not come */
    const void *arg;
};

/* An answer under construction. */
struct sandbox_answer {
    int status;             /* 0: 200 */
    const char *type;       /* of the content; NULL: none */
    struct text *body;      /* room for 1 MiB */
    struct text headers;    /* further ones, each "Name: value\r\n" */
    const char *verdict;    /* for the exchange log: "ok", or the error's code */
    struct text *canonical; /* for the same: the text whose signature was checked; 64 KiB */
    char out_trade_no[65];  /* the same: which trade it is about, "" without */
    bool reset;             /* the connection is closed without an answer */
};
void sandbox_header(struct sandbox_answer *answer, const char *name, const char *value);

/* Writes where an address of the API begins, without a slash at the end: the host under which the
 * request came by https, since its client may know no other; else SHROFF_SANDBOX_URL. */
void sandbox_base_add(struct text *to, const struct sandbox_request *in);

/* Milliseconds that a gap of so many seconds lasts: SHROFF_SANDBOX_TIME_SCALE divides it. */
int64_t sandbox_gap_ms(const struct config *config, int64_t seconds);
/* A file of the state folder's sandbox/: keys, certificates, the demo merchant's numbers. One line
 * end is cut off its end. False: it is not there or does not fit. */
MUST_USE bool sandbox_file(const struct config *config, const char *name, char *room, size_t size);

/* How a payer pays, or a script (control API). */
struct sandbox_payment {
    int64_t success_time;  /* dates the payment; 0: now */
    struct money discount; /* what coupons pay */
    const char *buyer;     /* NULL: the demo payer */
};

/* A played channel. Both functions with a trade run inside a transaction, its row locked. */
struct sandbox_channel {
    const char *word; /* "alipay", "wechat": `channel` of every row */
    /* Seconds before each next try of a notice; after the last one it is given up. */
    const int64_t *gaps;
    size_t gap_count;
    int timeout_ms; /* of one try */
    /* PAY_OK: the trade is paid, and its notice is added. PAY_CLOSED, PAY_PAID, PAY_EXPIRED. */
    enum pay_err (*pay)(struct db *db, const struct config *config, struct sandbox_trade *trade,
                        const struct sandbox_payment *how);
    /* The payer gives up, or time is over: PAY_OK or PAY_PAID. */
    enum pay_err (*cancel)(struct db *db, const struct config *config, struct sandbox_trade *trade);
    /* Signs a notice anew for one try and writes headers and body. False: it cannot be sent. */
    bool (*notice_sign)(const struct config *config, const struct sandbox_notice *notice,
                        struct sandbox_try *out);
    /* Is it what the channel takes for "received"? */
    bool (*acknowledged)(int status, const char *body, size_t len);
    /* What is due by time alone (refunds, transfers, ends of trades); NULL: nothing. *worked: how
     * many rows. */
    enum pay_err (*due)(struct db *db, const struct config *config, size_t *worked);
};

/* What a scenario does to a finished answer whatever the channel: slow, empty, 502, 503, 429,
 * reset. Other scenarios leave it as it is. */
void sandbox_answer_spoil(const struct config *config, const char *scenario,
                          struct sandbox_answer *answer);

#endif
