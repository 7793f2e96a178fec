/* notify_enqueue.c - the task of an event, committed with the change it tells of. */
#include "notify/notify.h"

#include "io/http/http.h"
#include "order/order_view.h"

#define NOTIFY_BODY_MAX 32768
#define NOTIFY_URL_SIZE 1101

/* The order's own address, else the app's; "" when there is none. */
static bool notify_url(const struct app *app, const struct order *order, char out[NOTIFY_URL_SIZE])
{
    const char *url = str_or(order->notify_url, app->order_notify_url);
    char room[24];
    struct text channel = TEXT(room);

    if (*url == '\0' || app->notify_append_channel == 0 || order->channel_id == 0)
        return text_copy(out, NOTIFY_URL_SIZE, url);
    text_add_i64(&channel, order->channel_id);
    return http_url_append(url, room, out, NOTIFY_URL_SIZE);
}

static bool notify_body(const struct app *app, const struct order *order, const char *event,
                        int64_t happened, struct text *to)
{
    struct json_text j = JSON_TEXT(to);

    json_open(&j, NULL);
    json_str(&j, "type", event);
    json_time(&j, "timestamp", happened);
    json_open(&j, "data");
    order_view_notice(&j, order, app->app_key);
    json_close(&j);
    json_close(&j);
    return !to->full;
}

static int64_t tries_of(const struct app *app)
{
    struct notify_schedule schedule;

    if (!notify_schedule_parse(app->notify_schedule, &schedule) &&
        !notify_schedule_parse("long", &schedule))
        return 1;
    return (int64_t)schedule.gaps + 1;
}

enum pay_err notify_order_plan(const struct app *app, const struct order *order,
                               const char *event, int64_t happened, struct notify_plan *out)
{
    static char room[NOTIFY_BODY_MAX + 1];
    struct text body = TEXT(room);

    *out = (struct notify_plan){ .no = "" };
    if (!notify_url(app, order, out->url))
        return PAY_FAULT;
    if (*out->url == '\0')
        return PAY_OK;
    if (!notify_body(app, order, event, happened, &body))
        return PAY_FULL;
    ulid_new(out->no);
    out->body = body.at;
    out->body_len = body.len;
    out->tries = tries_of(app);
    return PAY_OK;
}

enum pay_err notify_order(struct db *db, const struct app *app, const struct order *order,
                          const char *event, int64_t happened)
{
    static const char SQL[] =
        "INSERT INTO notify_task (no, app_id, type, event, data_id, version, merchant_order_id,"
        " notify_url, body, max_notify_times, next_notify_time)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, UTC_TIMESTAMP(3))";
    struct notify_plan plan;

    enum pay_err err = notify_order_plan(app, order, event, happened, &plan);
    if (err != PAY_OK || *plan.no == '\0')
        return err;
    const struct db_param in[] = {
        DB_STR(plan.no), DB_NUM(app->id), DB_NUM(NOTIFY_ORDER), DB_STR(event), DB_NUM(order->id),
        DB_NUM(order->version), DB_STR(order->merchant_order_id), DB_STR(plan.url),
        { DB_TEXT, plan.body, plan.body_len }, DB_NUM(plan.tries),
    };
    return db_exec(db, SQL, DB_LIST(in), NULL);
}
