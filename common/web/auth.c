/* auth.c - the signature a request carries. Nothing of an order is read here, and nothing in the
 * message chooses the algorithm: the key's own row says it. */
#include "web/auth.h"

void auth_signed_text(const struct request *request, const struct credentials *said,
                      struct text *to)
{
    credentials_text(&(struct signed_request){ request->method, request->uri, request->body,
                                               request->body_len }, said, to);
}

static struct text signed_text(const struct request *request, const struct credentials *said)
{
    static char room[BODY_MAX + URI_MAX + CREDENTIALS_EXTRA];
    struct text text = TEXT(room);

    auth_signed_text(request, said, &text);
    return text;
}

/* As much work as for a known app, so that time tells little about which apps there are. */
static enum pay_err unknown(const struct request *request, const struct credentials *said)
{
    static const struct app_key NOBODY = { .algorithm = KEY_HMAC_SHA256,
                                           .secret = "no such app, but the same work is done" };
    const struct text text = signed_text(request, said);

    (void)credentials_fit(&NOBODY, &text, said->signature);
    return PAY_UNSIGNED;
}

static bool may_be(const struct app_key *key, const struct credentials *said)
{
    return key->algorithm == said->algorithm &&
           (!said->key_id[0] || str_eq(key->key_id, said->key_id));
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
        if (may_be(&(*out)->keys[i], said))
            return PAY_OK;
    }
    return unknown(request, said);
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
        if (may_be(key, said) && credentials_fit(key, &text, said->signature) && !*out)
            *out = key;
    }
    return *out ? PAY_OK : PAY_BAD_SIGN;
}
