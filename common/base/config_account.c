/* config_account.c - the database account of a role: its name, its password, its database. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/config.h"
#include "base/config_private.h"
#include "base/file.h"
#include "base/text.h"

/* SHROFF_<ROLE><suffix> from the environment, NULL when unset or empty. */
static const char *role_setting(const char *role, const char *suffix, char *name, size_t size)
{
    struct text text = text_over(name, size);

    text_add(&text, "SHROFF_");
    for (; *role; role++)
        text_add_char(&text, (char)toupper((unsigned char)*role));
    text_add(&text, suffix);
    const char *value = getenv(name);
    return value && *value ? value : NULL;
}

/* The file with a role's password: what systemd hands to this unit alone (LoadCredential=) before
 * what the settings name, which all programs share. NULL: none is named. */
static const char *password_named(const char *role, char *name, size_t size, struct text *path)
{
    const char *credentials = getenv("CREDENTIALS_DIRECTORY");
    const char *value = role_setting(role, "_DB_PASSWORD_FILE", name, size);

    if (credentials && *credentials) {
        text_addf(path, "%s/%s.password", credentials, role);
        if (!path->full && access(path->at, F_OK) == 0)
            return path->at;
        text_reset(path);
    }
    text_add(path, value);
    return value;
}

/* False when a bound or a file is in the way; name, value and want say what, as refuse tells it. */
struct complaint {
    char name[80], value[2 * CONFIG_TEXT], want[200];
};

static bool complain(struct complaint *c, const char *value, const char *want)
{
    struct text to_value = TEXT(c->value), to_want = TEXT(c->want);

    text_add(&to_value, value);
    text_add(&to_want, want);
    return false;
}

static bool load_password(const struct config *config, const char *role, struct db_account *out,
                          struct complaint *c)
{
    char room[2 * CONFIG_TEXT], why[160];
    struct text path = TEXT(room), want = TEXT(why);
    const char *value = role_setting(role, "_DB_PASSWORD", c->name, sizeof(c->name));

    if (value) {
        if (!text_copy(out->password, sizeof(out->password), value))
            return complain(c, "(hidden)", "want at most 128 bytes");
        return !secret_problem(value) || complain(c, "(hidden)", secret_problem(value));
    }
    if (!password_named(role, c->name, sizeof(c->name), &path)) {
        text_addf(&path, "%s/secrets/%s.password", config->state, role);
        if (access(config->state, F_OK) != 0) {
            (void)snprintf(c->name, sizeof(c->name), "SHROFF_STATE");
            return complain(c, config->state,
                            "there is no such folder: start ./scripts/run, or"
                            " name the copy you mean");
        }
    }
    enum pay_err err = path.full ? PAY_FULL : file_read(room, out->password, sizeof(out->password));
    text_addf(&want, "want a file with a password of at most 128 bytes: %s",
              err == PAY_FULL ? "it is longer" : strerror(errno));
    if (err != PAY_OK)
        return complain(c, room, why);
    return !secret_problem(out->password) || complain(c, room, secret_problem(out->password));
}

static bool load_account(const struct config *config, const char *role, struct db_account *out,
                         struct complaint *c)
{
    char user[81];
    struct text own = TEXT(user);

    memset(out, 0, sizeof(*out));
    text_addf(&own, "shroff_%s", role);
    const char *value = str_or(role_setting(role, "_DB_USER", c->name, sizeof(c->name)), user);
    if (!text_copy(out->user, sizeof(out->user), value))
        return complain(c, value, "want at most 80 bytes");
    const char *database = str_eq(role, "sandbox") ? config->sandbox_db_name : config->db_name;
    if (!text_copy(out->database, sizeof(out->database), database))
        return complain(c, database, "want at most 64 bytes");
    return load_password(config, role, out, c);
}

bool config_db_account_read(const struct config *config, const char *role, struct db_account *out,
                            struct text *why)
{
    struct complaint c = { "", "", "" };

    if (load_account(config, role, out, &c))
        return true;
    text_addf(why, "%s='%.300s': %s", c.name, c.value, c.want);
    return false;
}

void config_db_account(const struct config *config, const char *role, struct db_account *out)
{
    struct complaint c = { "", "", "" };

    if (!load_account(config, role, out, &c))
        config_refuse(c.name, c.value, c.want);
}
