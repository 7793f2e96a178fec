/* member.c - a channel's configuration checked by the table of its driver. */
#include "channel/member.h"

#include <string.h>

#include "channel/channel.h"
#include "io/crypto/sign.h"
#include "io/http/http.h"

static char problem[256]; /* what is wrong, until the next check */

static enum pay_err member_must(const struct channel_member *m, const char *what)
{
    struct text text = TEXT(problem);

    text_addf(&text, "%s.%s must %s", m->secret ? "secrets" : "config", m->name, what);
    return PAY_BAD_FIELD;
}

const char *member_text(const struct json *object, const char *name)
{
    const struct json *value = object ? json_member(object, name) : NULL;
    size_t len = 0;

    if (!value || json_kind(value) != JSON_STRING)
        return NULL;
    const char *text = json_text(value, &len);
    return len > 0 && strlen(text) == len ? text : NULL;
}

const char *member_text_of(const struct json *object, const char *name, const char *alias)
{
    const char *text = member_text(object, name);

    return text ? text : member_text(object, alias);
}

static bool is_word_of(const char *words, const char *text)
{
    const size_t len = strlen(text);
    size_t word;

    for (const char *at = words; *at != '\0'; at += word + strspn(at + word, " ")) {
        word = strcspn(at, " ");
        if (word == len && strncmp(at, text, len) == 0)
            return true;
    }
    return false;
}

void member_choices(struct text *to, const char *words)
{
    size_t word;

    for (const char *at = words; *at != '\0'; at += word + strspn(at + word, " ")) {
        word = strcspn(at, " ");
        if (at != words)
            text_add(to, !strchr(at, ' ') ? " or " : ", ");
        text_add_n(to, at, word);
    }
}

static enum pay_err text_check(const struct channel_member *m, const char *text)
{
    char room[64];
    struct text want = TEXT(room);

    if (strlen(text) < m->min)
        text_addf(&want, "have at least %zu characters", m->min);
    else if (strlen(text) > m->max)
        text_addf(&want, "have at most %zu bytes", m->max);
    return want.len == 0 ? PAY_OK : member_must(m, room);
}

static enum pay_err choice_check(const struct channel_member *m, const char *text)
{
    char room[128];
    struct text want = TEXT(room);

    text_add(&want, "be ");
    member_choices(&want, m->words);
    return is_word_of(m->words, text) ? PAY_OK : member_must(m, room);
}

/* Calls go there, and payers' pages lead there. */
static enum pay_err url_check(const struct channel_member *m, const struct config *env,
                              const char *text)
{
    const bool test_mode = env && env->test_mode;
    struct http_url parts;

    if (text_check(m, text) != PAY_OK)
        return PAY_BAD_FIELD;
    if (http_url_ok(text, &parts) && !strpbrk(text, "?'") &&
        (str_starts(text, "https://") || (test_mode && str_starts(text, "http://"))))
        return PAY_OK;
    return member_must(m, test_mode ? "be an address, http://… or https://…, without user, query,"
                                      " fragment, quotes and blanks"
                                    : "be an address, https://…, without user, query, fragment,"
                                      " quotes and blanks");
}

static enum pay_err member_check(const struct channel_member *m, const struct config *env,
                                 const char *text)
{
    switch (m->form) {
    case MEMBER_TEXT:
        return text_check(m, text);
    case MEMBER_CHOICE:
        return choice_check(m, text);
    case MEMBER_URL:
        return url_check(m, env, text);
    case MEMBER_RSA_PUBLIC:
        return sign_rsa_public_ok(text)
                   ? PAY_OK
                   : member_must(m, "be an RSA public key of at least 2048 bits");
    case MEMBER_CERT:
        return strstr(text, "-----BEGIN CERTIFICATE-----")
                   ? PAY_OK
                   : member_must(m, "be a certificate, as PEM (it begins with -----BEGIN)");
    case MEMBER_RSA_PRIVATE:
        return str_starts(text, "-----BEGIN ") || str_is(text, ALPHA_BASE64, 512, 8192)
                   ? PAY_OK
                   : member_must(m, "be an RSA private key, as PEM or base64");
    }
    return PAY_FAULT;
}

/* Absent, null and "" are the same. */
static bool is_empty(const struct json *value)
{
    size_t len = 1;

    if (value && json_kind(value) == JSON_STRING)
        (void)json_text(value, &len);
    return !value || json_kind(value) == JSON_NULL || len == 0;
}

static enum pay_err members_check(const struct channel_driver *driver,
                                  const struct channel_parsed *row)
{
    enum pay_err err = PAY_OK;

    for (size_t i = 0; i < driver->member_count && err == PAY_OK; i++) {
        const struct channel_member *m = &driver->members[i];
        const struct json *object = m->secret ? row->secrets : row->config;
        const char *text = member_text(object, m->name);
        if (text)
            err = member_check(m, row->env, text);
        else if (!m->optional || !is_empty(json_member(object, m->name)))
            err = member_must(m, "be a text");
    }
    return err;
}

enum pay_err channel_open(const struct channel_driver *driver, const struct channel_parsed *row,
                          void **keys, const char **why)
{
    *keys = NULL;
    *why = problem;
    enum pay_err err = members_check(driver, row);
    if (err == PAY_OK)
        err = driver->open(row, keys, why);
    if (err != PAY_OK) {
        driver->shut(*keys);
        *keys = NULL;
    }
    return err;
}

struct known {
    const struct channel_driver *driver;
    bool secret;
};

static bool name_is_known(void *arg, const char *name, const struct json *value)
{
    const struct known *known = arg;
    struct text text = TEXT(problem);

    (void)value;
    for (size_t i = 0; i < known->driver->member_count; i++) {
        const struct channel_member *m = &known->driver->members[i];
        if (m->secret == known->secret && str_eq(m->name, name))
            return true;
    }
    text_addf(&text, "%s has no member ", known->secret ? "secrets" : "config");
    text_add_cut(&text, name, strlen(name), 32);
    return false;
}

enum pay_err channel_members_known(const struct channel_driver *driver,
                                   const struct channel_parsed *row, const char **why)
{
    *why = problem;
    return json_each(row->config, name_is_known, &(struct known){ driver, false }) &&
                   json_each(row->secrets, name_is_known, &(struct known){ driver, true })
               ? PAY_OK
               : PAY_BAD_FIELD;
}
