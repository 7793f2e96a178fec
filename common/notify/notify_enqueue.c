/* notify_enqueue.c - the task of an event, committed with the change it tells of. */
#include "notify/notify.h"

#include "io/http/http.h"

static bool url_of(const struct app *app, const struct notify_event *event,
                   char out[NOTIFY_URL_SIZE])
{
    char room[24];
    struct text channel = TEXT(room);

    if (*event->url == '\0' || app->notify_append_channel == 0 || event->channel_id == 0)
        return text_copy(out, NOTIFY_URL_SIZE, event->url);
    text_add_i64(&channel, event->channel_id);
    return http_url_append(event->url, room, out, NOTIFY_URL_SIZE);
}

static int64_t tries_of(const struct app *app)
{
    struct notify_schedule schedule;

    if (!notify_schedule_parse(app->notify_schedule, &schedule) &&
        !notify_schedule_parse("long", &schedule))
        return 1;
    return (int64_t)schedule.gaps + 1;
}

enum pay_err notify_plan(const struct app *app, const struct notify_event *event,
                         struct notify_plan *out)
{
    *out = (struct notify_plan){ .body = event->body, .body_len = event->len };
    if (!url_of(app, event, out->url))
        return PAY_FAULT;
    if (*out->url == '\0')
        return PAY_OK;
    ulid_new(out->no);
    out->tries = tries_of(app);
    return PAY_OK;
}

enum pay_err notify_add(struct db *db, const struct app *app, const struct notify_event *event)
{
    static const char SQL[] =
        "INSERT INTO notify_task (no, app_id, type, event, data_id, version, merchant_order_id,"
        " merchant_refund_id, notify_url, body, max_notify_times, next_notify_time)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, UTC_TIMESTAMP(3))";
    struct notify_plan plan;

    enum pay_err err = notify_plan(app, event, &plan);
    if (err != PAY_OK || *plan.no == '\0')
        return err;
    const struct db_param in[] = {
        DB_STR(plan.no), DB_NUM(app->id), DB_NUM(event->type), DB_STR(event->name),
        DB_NUM(event->data_id), DB_NUM(event->version), DB_STR(event->merchant_order_id),
        DB_OPT(event->merchant_refund_id), DB_STR(plan.url),
        { DB_TEXT, plan.body, plan.body_len }, DB_NUM(plan.tries),
    };
    return db_exec(db, SQL, DB_LIST(in), NULL);
}
