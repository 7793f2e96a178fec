/* cmd_channel.c - shroffctl channel … */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_text.h"
#include "channel/member.h"
#include "checkout/channels.h"
#include "cli/p12.h"
#include "io/crypto/sign.h"
#include "io/json/json.h"
#include "registry/registry_view.h"

#define ID_MAX INT64_C(9007199254740991)

/* The options that say something of keys to be made here, as a configuration says it. */
static bool like_given(struct cli *cli, const char **out)
{
    static char room[128];
    struct text text = TEXT(room);
    struct json_text json = JSON_TEXT(&text);
    const char *sign_type = cli->value[OPT_SIGN_TYPE];

    if (!sign_type)
        return true;
    json_open(&json, NULL);
    json_str(&json, "sign_type", sign_type);
    json_close(&json);
    *out = room;
    if (text.full)
        out_say("--sign-type: the word is too long");
    return !text.full;
}

/* A file with a JSON object, behind a byte-order mark or none. What is wrong is said of the file,
 * with the place, and without a byte of it. */
static bool object_file(const struct cli *cli, enum opt opt, char *room, size_t size,
                        const char **out)
{
    char why[256];
    struct text text = TEXT(why);
    struct json *root = NULL;

    if (!cli_file(cli, opt, room, size, out))
        return false;
    if (!*out)
        return true;
    size_t len = strlen(room);
    const char *at = json_behind_mark(room, &len);
    memmove(room, at, len + 1);
    const bool ok = json_parse(room, len, &root) == PAY_OK && json_kind(root) == JSON_OBJECT;
    json_free(&root);
    if (!ok) {
        json_explain(room, len, &text);
        out_say("%s: want one JSON object: %s", cli->value[opt], why);
    }
    return ok;
}

int run_channel_create(struct cli *cli)
{
    static char config[CHANNEL_CONFIG_SIZE], secrets[8192];
    const struct p12_rooms rooms = { config, secrets, sizeof(config), sizeof(secrets) };
    struct channel_spec spec = {
        .env = &cli->config,
        .app_key = cli->value[OPT_APP],
        .code = cli->value[OPT_CODE],
        .name = cli->value[OPT_NAME],
        .keys_of = cli->value[OPT_KEYS_OF],
    };
    struct new_channel channel;

    if (!like_given(cli, &spec.like))
        return 2;
    if (!object_file(cli, OPT_CONFIG_FILE, config, sizeof(config), &spec.config) ||
        !object_file(cli, OPT_SECRETS_FILE, secrets, sizeof(secrets), &spec.secrets) ||
        !cli_number(cli, &(struct number_option){ OPT_FEE_RATE, 0, 1000000, 0 }, &spec.fee_rate) ||
        !p12_take(cli, &rooms, &spec))
        return 2;
    enum pay_err err = registry_channel_create(cli->db, &cli->actor, &spec, &channel);
    sign_wipe(secrets, sizeof(secrets));
    if (err != PAY_OK)
        return cli_fail(err, "channel create", cli->actor.problem);
    out_open(&cli->out, cli->value[OPT_JSON], false);
    out_row(&cli->out);
    out_str(&cli->out, "app_key", spec.app_key);
    out_i64(&cli->out, "channel_id", channel.id);
    out_str(&cli->out, "code", spec.code);
    if (*channel.secret)
        out_str(&cli->out, "secret", channel.secret);
    out_close(&cli->out, NULL);
    return EXIT_SUCCESS;
}

/* ---- what a channel's configuration holds, as its driver describes it */

static void member_format(const struct channel_member *m, char *room, size_t size)
{
    struct text text = text_over(room, size);

    switch (m->form) {
    case MEMBER_TEXT:
        text_addf(&text, "%zu to %zu bytes", m->min, m->max);
        break;
    case MEMBER_URL:
        text_addf(&text, "http(s) address, %zu to %zu bytes", m->min, m->max);
        break;
    case MEMBER_CHOICE:
        member_choices(&text, m->words);
        break;
    case MEMBER_RSA_PUBLIC:
        text_add(&text, "RSA public key, PEM or base64");
        break;
    case MEMBER_CERT:
        text_add(&text, "certificate, PEM");
        break;
    case MEMBER_RSA_PRIVATE:
        text_add(&text, "RSA private key, PEM or base64");
        break;
    }
}

static void member_print(struct out *out, const char *channel, const struct channel_member *m)
{
    char format[128];

    member_format(m, format, sizeof(format));
    out_row(out);
    out_str(out, "channel", channel);
    out_str(out, "in", m->secret ? "secrets" : "config");
    out_str(out, "member", m->name);
    out_str(out, "needed", m->optional ? "no" : "yes");
    out_str(out, "format", format);
    out_str(out, "meaning", m->help);
}

static bool has_code(const struct channel_driver *driver, const char *code)
{
    for (size_t i = 0; i < driver->product_count; i++)
        if (str_eq(driver->products[i].code, code))
            return true;
    return false;
}

/* All codes of a channel have the same members. */
int run_channel_members(struct cli *cli)
{
    const struct channel_product *product;
    const char *only = cli->arg_count ? cli->arg[0] : NULL;

    if (only && !channel_find(only, true, &product))
        return cli_fail(PAY_NOT_FOUND, only, channel_missing(only));
    out_open(&cli->out, cli->value[OPT_JSON], true);
    for (size_t i = 0; CHANNELS[i]; i++)
        for (size_t m = 0; m < CHANNELS[i]->member_count; m++)
            if (!only || has_code(CHANNELS[i], only))
                member_print(&cli->out, CHANNELS[i]->protocol, &CHANNELS[i]->members[m]);
    return cli_listed(cli, PAY_OK, "channel members", "it has no members: leave both files out");
}

struct channel_show {
    struct cli *cli;
    int64_t id;
};

#define BRIEF_TEXT_MAX 64

static bool brief_member(void *to, const char *name, const struct json *value)
{
    size_t len = 0;
    const char *text = json_kind(value) == JSON_STRING ? json_text(value, &len) : NULL;

    json_str(to, name, text && len <= BRIEF_TEXT_MAX ? text : "set");
    return true;
}

/* In a list for people each line would be as long as the longest key. */
static const char *config_brief(const char *config)
{
    static char room[CHANNEL_CONFIG_SIZE];
    struct text text = TEXT(room);
    struct json_text to = JSON_TEXT(&text);
    struct json *root = NULL;

    if (json_parse(config, strlen(config), &root) != PAY_OK)
        return config;
    json_open(&to, NULL);
    (void)json_each(root, brief_member, &to);
    json_close(&to);
    json_free(&root);
    return room;
}

static enum pay_err channel_print(void *arg, void *row)
{
    const struct channel_show *show = arg;
    const struct channel_row *c = row;
    struct out *out = &show->cli->out;
    static struct channel_row brief;

    if (show->id && show->id != c->id)
        return PAY_OK;
    out_row(out);
    if (out->list && !out->json) {
        brief = *c;
        if (text_copy(brief.config, sizeof(brief.config), config_brief(c->config)))
            c = &brief;
    }
    out_view(out, &CHANNEL_VIEW, c);
    return PAY_OK;
}

static int channels(struct cli *cli, int64_t id)
{
    struct channel_show show = { cli, id };

    if (!cli_app_known(cli))
        return EXIT_FAILURE;
    out_open(&cli->out, cli->value[OPT_JSON], !id);
    enum pay_err err = registry_channel_list(cli->db, cli->value[OPT_APP], channel_print, &show);
    if (err == PAY_OK && id && !cli->out.rows)
        err = PAY_NOT_FOUND;
    return cli_listed(cli, err, "channel",
                      "no channels: shroffctl channel create --app … --code …");
}

int run_channel_list(struct cli *cli)
{
    return channels(cli, 0);
}

/* The number named behind the command or with --channel. */
static bool channel_named(const struct cli *cli, int64_t *id)
{
    const char *text = cli->arg_count ? cli->arg[0] : cli->value[OPT_CHANNEL];

    if (text && str_to_i64(text, 1, ID_MAX, id))
        return true;
    out_say("which channel? its number (shroffctl channel list)");
    return false;
}

int run_channel_show(struct cli *cli)
{
    int64_t id;
    return channel_named(cli, &id) ? channels(cli, id) : 2;
}

/* With the new keys in files. */
static int channel_renew(struct cli *cli, int64_t id)
{
    static char config[CHANNEL_CONFIG_SIZE] = "{}", secrets[8192] = "{}";
    const struct p12_rooms rooms = { config, secrets, sizeof(config), sizeof(secrets) };
    struct channel_spec spec = { .code = NULL };
    struct channel_renewal renewal = { .env = &cli->config, .id = id };

    if ((cli->value[OPT_CONFIG_FILE] &&
         !object_file(cli, OPT_CONFIG_FILE, config, sizeof(config), &spec.config)) ||
        (cli->value[OPT_SECRETS_FILE] &&
         !object_file(cli, OPT_SECRETS_FILE, secrets, sizeof(secrets), &spec.secrets)))
        return 2;
    spec.config = config;
    spec.secrets = secrets;
    if (!p12_take(cli, &rooms, &spec))
        return 2;
    renewal.given = (struct channel_given){ config, secrets };
    enum pay_err err = registry_channel_renew(cli->db, &cli->actor, &renewal);
    sign_wipe(secrets, sizeof(secrets));
    if (err != PAY_OK)
        return cli_fail(err, "channel rotate", cli->actor.problem);
    out_open(&cli->out, cli->value[OPT_JSON], false);
    out_row(&cli->out);
    out_i64(&cli->out, "channel_id", id);
    out_str(&cli->out, "codes", renewal.codes);
    out_close(&cli->out, NULL);
    return EXIT_SUCCESS;
}

int run_channel_rotate(struct cli *cli)
{
    char secret[NEW_SECRET_SIZE];
    int64_t id;

    if (!channel_named(cli, &id))
        return 2;
    if (cli->value[OPT_CONFIG_FILE] || cli->value[OPT_SECRETS_FILE] || cli->value[OPT_P12])
        return channel_renew(cli, id);
    enum pay_err err = registry_channel_rotate(cli->db, &cli->actor, id, secret);
    if (err != PAY_OK)
        return cli_fail(err, "channel rotate", cli->actor.problem);
    out_open(&cli->out, cli->value[OPT_JSON], false);
    out_row(&cli->out);
    out_i64(&cli->out, "channel_id", id);
    out_str(&cli->out, "secret", secret);
    out_close(&cli->out, NULL);
    return EXIT_SUCCESS;
}

static int channel_status(struct cli *cli, int64_t status)
{
    int64_t id;

    if (!channel_named(cli, &id))
        return 2;
    enum pay_err err = registry_channel_status(
        cli->db, &cli->actor, &(const struct channel_row){ .id = id, .status = status });
    return err == PAY_OK ? channels(cli, id) : cli_fail(err, "channel", NULL);
}

int run_channel_enable(struct cli *cli)
{
    return channel_status(cli, CHANNEL_ENABLED);
}

int run_channel_disable(struct cli *cli)
{
    return channel_status(cli, CHANNEL_DISABLED);
}
