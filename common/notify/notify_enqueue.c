/* notify_enqueue.c - the task of an event, committed with the change that it is about. */
#include "notify/notify.h"

#include "io/http/http.h"

static bool url_of(const struct app *app, const struct notify_event *event,
                   char out[NOTIFY_URL_SIZE])
{
    char room[24], url[NOTIFY_URL_SIZE];
    struct text channel = TEXT(room);

    /* So that the address is that of its host's breaker in SQL, too. */
    if (app->notify_append_channel == 0 || event->channel_id == 0)
        return http_url_tidy(event->url, out, NOTIFY_URL_SIZE);
    text_add_i64(&channel, event->channel_id);
    return http_url_tidy(event->url, url, sizeof(url)) &&
           (*url == '\0' || http_url_append(url, room, out, NOTIFY_URL_SIZE));
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

static char body_room[NOTIFY_BODY_MAX + 1];
static struct text body;

void notify_body_begin(struct json_text *to, const char *name, int64_t happened)
{
    body = text_over(body_room, sizeof(body_room));
    *to = JSON_TEXT(&body);
    json_open(to, NULL);
    json_str(to, "type", name);
    json_time(to, "timestamp", happened);
    json_open(to, "data");
}

enum pay_err notify_body_end(struct json_text *to, struct notify_event *event)
{
    json_close(to);
    json_close(to);
    event->body = body.at;
    event->len = body.len;
    return body.full ? PAY_FULL : PAY_OK;
}

#define NOTIFY_ADD_ARGS(FIRST, NEXT) \
    FIRST(p_no, DB_STR(plan.no)) \
    NEXT(p_app_id, DB_NUM(app->id)) \
    NEXT(p_type, DB_NUM(event->type)) \
    NEXT(p_event, DB_STR(event->name)) \
    NEXT(p_data_id, DB_NUM(event->data_id)) \
    NEXT(p_version, DB_NUM(event->version)) \
    NEXT(p_merchant_order_id, DB_OPT(event->merchant_order_id)) \
    NEXT(p_merchant_refund_id, DB_OPT(event->merchant_refund_id)) \
    NEXT(p_notify_url, DB_STR(plan.url)) \
    NEXT(p_body, { DB_TEXT, plan.body, plan.body_len }) \
    NEXT(p_max_notify_times, DB_NUM(plan.tries))

const struct db_procedure NOTIFY_ADD = DB_PROCEDURE(notify_add, NOTIFY_ADD_ARGS);

enum pay_err notify_add(struct db *db, const struct app *app, const struct notify_event *event)
{
    static const char SQL[] = DB_PROCEDURE_CALL(notify_add, NOTIFY_ADD_ARGS);
    struct notify_plan plan;

    enum pay_err err = notify_plan(app, event, &plan);
    if (err != PAY_OK || *plan.no == '\0')
        return err;
    const struct db_param in[] = { DB_PROCEDURE_VALUES(NOTIFY_ADD_ARGS) };
    return db_exec(db, SQL, DB_LIST(in), NULL);
}
