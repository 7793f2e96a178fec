/* main.c - a merchant's shop that takes its payments through Shroff.
 * Read on in shop.c (buy, cancel, refund), pay.c, shroff.c (calls to Shroff) and notify.c (its
 * notifications). */
#include <ctype.h>
#include <fcgiapp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ask.h"
#include "assets.h"
#include "orders.h"
#include "pages.h"
#include "server.h"
#include "settings.h"
#include "shop.h"
#include "shroff.h"
#include "web.h"

static void css(struct web *web, const char *id)
{
    (void)id;
    web_asset(web, "text/css", SHOP_CSS);
}

static void js(struct web *web, const char *id)
{
    (void)id;
    web_asset(web, "text/javascript", SHOP_JS);
}

/* clang-format off */
static const struct route {
    const char *method, *path;          /* "*" stands for one part of the path, the `id` */
    void (*answer)(struct web *web, const char *id);
} ROUTES[] = {
    { "GET",  "/shop/",               shop_products },
    { "POST", "/shop/orders",         shop_buy      },
    { "GET",  "/shop/orders/*",       shop_order    },
    { "POST", "/shop/orders/*/pay",   shop_pay      },
    { "GET",  "/shop/orders/*/code",  shop_code     },
    { "POST", "/shop/orders/*/cancel", shop_cancel  },
    { "POST", "/shop/orders/*/refund", shop_refund  },
    { "GET",  "/shop/orders/*/state", shop_state    },
    { "POST", "/shop/notify",         shop_notify   },
    { "POST", "/shop/notify/*",       shop_notify   },
    { "GET",  "/shop/shop.css",       css           },
    { "GET",  "/shop/shop.js",        js            },
};
/* clang-format on */

/* Does `path` have the pattern's form? A slash more at its end does not matter. The part for its
 * "*", 1 to 64 letters and digits, goes to `id`. */
static bool path_matches(const char *pattern, const char *path, char id[65])
{
    size_t size = 0;

    id[0] = '\0';
    for (; *pattern != '\0'; pattern++) {
        if (*pattern != '*') {
            if (*path++ != *pattern)
                return false;
            continue;
        }
        while (size < 64 && isalnum((unsigned char)*path))
            id[size++] = *path++;
        id[size] = '\0';
        if (size == 0)
            return false;
    }
    return *path == '\0' || strcmp(path, "/") == 0;
}

static void answer(struct web *web)
{
    const char *method = strcmp(web->method, "HEAD") == 0 ? "GET" : web->method;
    const char *allow = NULL;
    char id[65];

    for (size_t i = 0; i < sizeof(ROUTES) / sizeof(ROUTES[0]); i++) {
        if (!path_matches(ROUTES[i].path, web->path, id))
            continue;
        if (strcmp(ROUTES[i].method, method) == 0) {
            ROUTES[i].answer(web, id);
            return;
        }
        allow = strcmp(ROUTES[i].method, "GET") == 0 ? "GET, HEAD" : "POST";
    }
    if (allow)
        web_not_allowed(web, allow);
    else
        page_message(web, 404, web->words->not_found, NULL);
}

/* A child serves one request at a time until it must end. */
static void work(int listener)
{
    static struct web web;
    FCGX_Request fcgi;

    if (!shroff_open() || FCGX_InitRequest(&fcgi, listener, FCGI_FAIL_ACCEPT_ON_INTR) != 0)
        return;
    while (server_wait(listener)) {
        if (FCGX_Accept_r(&fcgi) != 0)
            continue;
        int refusal = web_read(&web, &fcgi);
        if (refusal == 0)
            answer(&web);
        else
            web_text(&web, refusal, "the request cannot be read\n");
        FCGX_Finish_r(&fcgi);
    }
}

/* One child asks about payments that are late; a line in a crontab would do as well. */
static void ask_as_due(int listener)
{
    (void)listener;
    if (!shroff_open())
        return;
    for (int seconds = 1; server_pause(seconds);)
        seconds = ask_due() ? 0 : 1;
}

int main(void)
{
    setvbuf(stderr, NULL, _IOLBF, 4096); /* a log line is one write */
    settings_read();
    if (FCGX_Init() != 0)
        return 1;
    for (int i = 0; !orders_create_tables(); i++) {
        if (i == 10) {
            fprintf(stderr, "shop: the database on %s stays away\n", settings.db_socket);
            return 1;
        }
        sleep(1); /* it may be starting, too */
    }
    return server_run(settings.listen, settings.workers, work, ask_as_due);
}
