/* endpoint.h - the skeleton of every web executable: a table of routes in, a running service out.
 *
 * It owns: socket or plain CGI, prefork and replacing dead workers, SIGTERM, the request's limits,
 * repeated headers, path, method, content type, rate, credentials, signature, address, scope, JSON,
 * fields, one log line per request, errors from the one list, in the contract's order of refusals.
 * A handler sees only checked, bounded values; it cannot forget the signature, since 0 is the
 * strict kind of auth. */
#ifndef WEB_ENDPOINT_H
#define WEB_ENDPOINT_H

#include "base/config.h"
#include "base/ulid.h"
#include "app/app.h"
#include "web/skeleton/field.h"
#include "web/skeleton/reply.h"
#include "web/skeleton/request.h"

#define ENDPOINT_INPUT_MAX (192 * 1024) /* of a struct that fields fill */
#define WHY_SIZE (FIELD_WHY_MAX + 1)    /* of a refusal in words */

enum auth { SIGNED_BY_APP, BY_OPERATOR, OPEN_TO_ALL };
/* Which apps an operator's route is about: those of the operator, or none (users, jobs). */
enum app_scope { APPS_UNSAID, APPS_OF_OPERATOR, APPS_NONE };
enum body_kind { BODY_JSON, BODY_FORM, BODY_NONE }; /* JSON: application/json or 41500 */

struct call {
    struct db *db;
    const struct config *config;
    struct request *request;
    const struct app *app; /* NULL on open routes */
    const struct app_key *key;
    const char *nonce;   /* spent by the handler inside its transaction */
    const char *segment; /* what stood for {} in the path */
    struct reply *reply;
    const char *field; /* a handler names the bad field with PAY_BAD_FIELD */
    struct text *why;  /* and may say what was wanted and what came */
    char order_no[NO_SIZE], pay_id[NO_SIZE], refund_no[NO_SIZE]; /* for the log line, as */
    char transfer_no[NO_SIZE];
};
/* Notes what the request is about; NULL or "" leaves it open. */
void call_about(struct call *call, const char *order_no, const char *pay_id);
void call_about_refund(struct call *call, const char *refund_no);
void call_about_transfer(struct call *call, const char *transfer_no);

struct route {
    const char *path;   /* "/payments/{}": {} is one segment; "/v3/…*": all that follows */
    const char *method; /* GET (HEAD too), POST, PUT or DELETE */
    const char *allow;  /* NULL: from this table; else all methods of the path,
                                           whichever executable serves them: "GET, HEAD, POST" */
    enum auth auth;
    enum scope scope;
    const char *permission; /* BY_OPERATOR demands both: "order:view", and … */
    enum app_scope apps;
    enum body_kind body;       /* of a POST or PUT */
    struct field_table fields; /* of the body (POST, PUT) or the query (GET, DELETE);
                                           empty with `bare`: the handler reads the request */
    size_t input_size;         /* of the struct the fields fill */
    bool bare;                 /* the type is still checked, unless BODY_NONE */
    bool test_only;            /* 40400 in live mode */
    bool own_origin;           /* only from our own pages, or from no page at all */
    bool any_origin;           /* Access-Control-Allow-Origin: *, on refusals too, and the
                                           browser's preflight (OPTIONS) is answered */
    bool payers;               /* opened by payers' browsers: unknown parameters, which
                                           other sites add to addresses, are skipped */
    bool page;                 /* refusals are a page, where a page is asked for */
    bool no_rate;              /* monitors: never 42900; or the handler sees to it */
    bool own_body;             /* the handler reads the body (request_read.h), once it
                                           knows how large it may be; it checks the type too */
    enum pay_err (*handle)(struct call *call, const void *input);
};

struct endpoint {
    const char *name; /* "create": metrics and log */
    const struct route *routes;
    size_t count;
    bool needs_base_url, needs_vault, test_only; /* checked at the start: exit 78 */
    enum load load;                              /* how many workers it gets: base/sizes.h */
    const char *db_role;                         /* NULL: "web" */
    /* Before the fork; NULL: nothing. */
    void (*open)(const struct config *config);
    /* Per worker, after fork; NULL: nothing. false ends the worker. */
    bool (*open_worker)(const struct config *config);
    size_t connections; /* that nginx may keep with a worker; 0: one (io/fcgi/fcgi.h) */
};

/* main's whole body. Exit code 0 after SIGTERM, 78 for a bad configuration. */
int endpoint_serve(const struct endpoint *endpoint, int argc, char **argv);

#endif
