/* http_pool.c - many transfers in one thread. */
#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "base/text.h"
#include "io/http/http_private.h"

enum slot_state { SLOT_FREE, SLOT_RUNNING, SLOT_REFUSED }; /* done is called at the next run */

struct http_slot {
    struct http_transfer transfer; /* first: curl's private pointer is the slot's */
    enum slot_state state;
    struct http_url to;
    http_done *done;
    void *arg;
};

struct http_pool {
    CURLM *multi;
    int count, per_host, busy, running, refused;
    struct http_slot slots[];
};

struct http_pool *http_pool_open(int slots, int per_host)
{
    http_init();
    struct http_pool *pool = calloc(1, sizeof(*pool) + (size_t)slots * sizeof(pool->slots[0]));
    if (!pool)
        abort();
    pool->count = slots;
    pool->per_host = per_host;
    pool->multi = curl_multi_init();
    if (!pool->multi)
        abort();
    curl_multi_setopt(pool->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
    curl_multi_setopt(pool->multi, CURLMOPT_MAXCONNECTS, (long)slots);
    return pool;
}

static void slot_release(struct http_pool *pool, struct http_slot *slot)
{
    http_transfer_reset(&slot->transfer);
    slot->state = SLOT_FREE;
    pool->busy--;
}

void http_pool_close(struct http_pool **pool)
{
    if (!pool || !*pool)
        return;
    for (int i = 0; i < (*pool)->count; i++) {
        struct http_slot *slot = &(*pool)->slots[i];
        if (slot->state == SLOT_RUNNING)
            curl_multi_remove_handle((*pool)->multi, slot->transfer.easy);
        http_transfer_reset(&slot->transfer);
        curl_easy_cleanup(slot->transfer.easy); /* QUICK_EXIT: waits for no resolver */
        free(slot->transfer.room);
    }
    curl_multi_cleanup((*pool)->multi);
    free(*pool);
    *pool = NULL;
}

static bool same_host(const struct http_url *a, const struct http_url *b)
{
    return a->port == b->port && str_eq(a->host, b->host) && str_eq(a->scheme, b->scheme);
}

/* A free slot, or NULL when there is none or the host has its share. */
static struct http_slot *find_slot(struct http_pool *pool, const struct http_url *to)
{
    struct http_slot *found = NULL;
    int same = 0;

    for (int i = 0; i < pool->count; i++) {
        struct http_slot *slot = &pool->slots[i];
        if (slot->state == SLOT_FREE)
            found = slot;
        else
            same += slot->state == SLOT_RUNNING && same_host(&slot->to, to);
    }
    return same < pool->per_host ? found : NULL;
}

/* A request curl would not take is not an error of the caller's: its done gets HTTP_BAD_URL. */
static void slot_refuse(struct http_pool *pool, struct http_slot *slot)
{
    slot->transfer.answer.end = HTTP_BAD_URL;
    slot->state = SLOT_REFUSED;
    pool->refused++;
}

enum pay_err http_pool_add(struct http_pool *pool, const struct http_request *request,
                           http_done *done, void *arg)
{
    struct http_url to = { .port = 0 };
    bool good = request->to || http_url_ok(request->url, &to);
    if (request->to)
        to = *request->to;
    struct http_slot *slot = find_slot(pool, &to);

    if (!slot)
        return PAY_FULL;
    slot->to = to;
    slot->done = done;
    slot->arg = arg;
    pool->busy++;
    if (!http_transfer_start(&slot->transfer, request) || !good ||
        curl_multi_add_handle(pool->multi, slot->transfer.easy) != CURLM_OK) {
        slot_refuse(pool, slot);
        return PAY_OK;
    }
    slot->state = SLOT_RUNNING;
    pool->running++;
    return PAY_OK;
}

static int finish_refused(struct http_pool *pool)
{
    int finished = 0;

    for (int i = 0; pool->refused > 0 && i < pool->count; i++) {
        struct http_slot *slot = &pool->slots[i];
        if (slot->state != SLOT_REFUSED)
            continue;
        pool->refused--;
        slot->state = SLOT_RUNNING; /* so that done may add without meeting it again */
        slot->done(slot->arg, &slot->transfer.answer);
        slot_release(pool, slot);
        finished++;
    }
    return finished;
}

/* Out of the multi before done is called: done may add the next request. */
static int finish_some(struct http_pool *pool)
{
    int still, left, finished = 0;
    const CURLMsg *msg;

    curl_multi_perform(pool->multi, &still);
    while ((msg = curl_multi_info_read(pool->multi, &left))) {
        if (msg->msg != CURLMSG_DONE)
            continue;
        CURLcode rc = msg->data.result;
        char *private = NULL;
        CURL *easy = msg->easy_handle;
        curl_easy_getinfo(easy, CURLINFO_PRIVATE, &private);
        struct http_slot *slot = (struct http_slot *)(void *)private;
        http_transfer_finish(&slot->transfer, rc);
        curl_multi_remove_handle(pool->multi, easy);
        pool->running--;
        slot->done(slot->arg, &slot->transfer.answer);
        slot_release(pool, slot);
        finished++;
    }
    return finished;
}

/* Waiting with nothing under way would keep free slots idle for the whole wait, so
 * curl waits only for transfers; without any, the wait is a plain sleep that a signal ends. */
int http_pool_run(struct http_pool *pool, int wait_ms, int fd)
{
    struct curl_waitfd also = { .fd = fd, .events = CURL_WAIT_POLLIN };
    int finished = finish_refused(pool) + finish_some(pool);

    if (finished == 0 && (pool->running > 0 || fd >= 0)) {
        curl_multi_poll(pool->multi, &also, fd >= 0, wait_ms, NULL);
        finish_some(pool);
    } else if (finished == 0) {
        clock_sleep_ms(wait_ms);
    }
    return pool->running + pool->refused;
}
