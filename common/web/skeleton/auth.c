/* auth.c - the signature a request carries. Nothing of an order is read here, and nothing in the
 * message chooses the algorithm: the key's own row says it. */
#include "web/skeleton/auth.h"
#include "base/clock.h"
#include "app/unusable.h"

void auth_signed_text(const struct request *request, const struct credentials *said,
                      struct text *to)
{
    credentials_text(
        &(struct signed_request){ request->method, request->uri, request->body, request->body_len },
        said, to);
}

static struct text signed_text(const struct request *request, const struct credentials *said)
{
    static char room[REQUEST_BODY_MAX + REQUEST_URI_MAX + CREDENTIALS_EXTRA];
    struct text text = TEXT(room);

    auth_signed_text(request, said, &text);
    return text;
}

/* Costs as much as a known app, so that the time of an answer does not reveal which apps exist. */
static enum pay_err unknown(const struct request *request, const struct credentials *said)
{
    static const struct app_key NOBODY = { .algorithm = KEY_HMAC_SHA256,
                                           .secret = "no such app, but the same work is done" };
    const struct text text = signed_text(request, said);

    (void)credentials_fit(&NOBODY, &text, said->signature);
    return PAY_UNSIGNED;
}

static bool may_be(const char *key_id, enum key_algorithm algorithm, const struct credentials *said)
{
    return algorithm == said->algorithm && (!said->key_id[0] || str_eq(key_id, said->key_id));
}

static const struct shut_key *shut_key(const struct app *app, const struct credentials *said)
{
    for (size_t i = 0; i < app->shut_count; i++) {
        if (may_be(app->shut[i].key_id, app->shut[i].algorithm, said))
            return &app->shut[i];
    }
    return NULL;
}

enum pay_err auth_app(struct db *db, const struct request *request, const struct credentials *said,
                      const struct app **out)
{
    enum pay_err err = app_find(db, said->app_key, out);

    if (err == PAY_NO_ROW || err == PAY_NOT_FOUND)
        return unknown(request, said);
    if (err != PAY_OK)
        return err;
    for (size_t i = 0; i < (*out)->key_count; i++) {
        if (may_be((*out)->keys[i].key_id, (*out)->keys[i].algorithm, said))
            return PAY_OK;
    }
    return shut_key(*out, said) ? PAY_OK : unknown(request, said);
}

enum pay_err auth_time(const struct credentials *said, int64_t now_s)
{
    const int64_t off = said->time - now_s;

    return off < -TIMESTAMP_WINDOW || off > TIMESTAMP_WINDOW ? PAY_BAD_TIME : PAY_OK;
}

enum pay_err auth_signature(const struct app *app, const struct request *request,
                            const struct credentials *said, const struct app_key **out)
{
    const struct text text = signed_text(request, said);

    *out = NULL;
    if (text.full)
        return PAY_BAD_SIGN;
    for (size_t i = 0; i < app->key_count; i++) {
        const struct app_key *key = &app->keys[i];
        if (may_be(key->key_id, key->algorithm, said) &&
            credentials_fit(key, &text, said->signature) && !*out)
            *out = key;
    }
    return *out ? PAY_OK : shut_key(app, said) ? PAY_FAULT : PAY_BAD_SIGN;
}

void auth_tell_shut(struct db *db, const struct app *app, const struct credentials *said)
{
    const struct shut_key *shut = shut_key(app, said);
    char room[2 * APP_KEY_SIZE + 8];
    struct text what = TEXT(room);

    if (!shut)
        return;
    text_addf(&what, "key %s/%s", app->app_key, shut->key_id);
    unusable_tell(db, app->id, room, shut->why);
}

static void say_time(const struct credentials *said, struct text *why)
{
    const int64_t ahead = said->time - clock_now_s();

    text_addf(why, "timestamp: %s is %lld s %s the server's clock, 300 are allowed: set the clock",
              said->timestamp, (long long)(ahead < 0 ? -ahead : ahead),
              ahead < 0 ? "behind" : "ahead of");
}

void auth_say(const struct request *request, const struct credentials *said, enum pay_err err,
              struct text *why)
{
    if (err == PAY_BAD_TIME)
        say_time(said, why);
    else if (err == PAY_UNSIGNED && said)
        text_addf(why,
                  "app_key \"%s\"%s%s: there is no such app, or it has no live key of this "
                  "kind",
                  said->app_key, *said->key_id ? ", key_id " : "", said->key_id);
    else if (err == PAY_UNSIGNED && fcgi_param_count(request->fcgi, "HTTP_AUTHORIZATION") > 1)
        text_add(why, "there is more than one Authorization header");
    else if (err == PAY_UNSIGNED)
        auth_explain(fcgi_param(request->fcgi, "HTTP_AUTHORIZATION"), why);
}
