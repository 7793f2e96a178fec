/* p12.c - in: a .p12 file and two JSON objects; out: the objects with its key and certificate. */
#include "cli/p12.h"

#include <stdlib.h>
#include <string.h>

#include "base/json_text.h"
#include "channel/member.h"
#include "io/crypto/cert.h"
#include "io/crypto/sign.h"

#define P12_MAX 16384
#define P12_PEM_MAX 8192
#define PASSWORD_MAX 128

struct p12 {
    char key[P12_PEM_MAX], cert[P12_PEM_MAX];
};

/* The object with one more member. False: it is no object, has the member, or gets too long. */
static bool member_put(char *object, size_t size, const char *name, const char *value)
{
    char *room = malloc(size);
    struct json *root = NULL;

    if (!room)
        abort();
    const bool is_object = json_parse(object, strlen(object), &root) == PAY_OK &&
                           json_kind(root) == JSON_OBJECT && !json_member(root, name);
    const char *end = strrchr(object, '}');
    struct text text = text_over(room, size);
    struct json_text json = JSON_TEXT(&text);
    if (is_object && end) {
        text_add_n(&text, object, (size_t)(end - object));
        json.need_comma = json_size(root) > 0;
        json_str(&json, name, value);
        text_add_char(&text, '}');
    }
    const bool ok = is_object && end && !text.full && text_copy(object, size, room);
    json_free(&root);
    sign_wipe(room, size);
    free(room);
    return ok;
}

static bool password_read(const struct cli *cli, const char *config, char *room, size_t size)
{
    const char *given = NULL;
    struct json *root = NULL;
    bool ok = false;

    if (!cli_file(cli, OPT_P12_PASSWORD_FILE, room, size, &given))
        return false;
    if (given)
        return true;
    if (json_parse(config, strlen(config), &root) == PAY_OK && json_kind(root) == JSON_OBJECT)
        ok = text_copy(room, size, member_text(root, "mchid")) && *room != '\0';
    json_free(&root);
    if (!ok)
        out_say("--p12: its password is the merchant's number: want mchid in --config-file");
    return ok;
}

static bool p12_open(const struct cli *cli, const char *config, struct p12 *out)
{
    char file[P12_MAX], password[PASSWORD_MAX];
    struct cli_bytes bytes = { file, sizeof(file), 0 };
    struct text key = TEXT(out->key), cert = TEXT(out->cert);

    bool ok = cli_bytes(cli, OPT_P12, &bytes) &&
              password_read(cli, config, password, sizeof(password));
    if (ok && !cert_p12_open(file, bytes.len, password, &key, &cert)) {
        out_say("%s: it is no .p12 file, or its password is not the merchant's number"
                " (--p12-password-file)",
                cli->value[OPT_P12]);
        ok = false;
    }
    sign_wipe(file, sizeof(file));
    sign_wipe(password, sizeof(password));
    return ok;
}

bool p12_take(const struct cli *cli, const struct p12_rooms *rooms, struct channel_spec *spec)
{
    struct p12 p12;

    if (!cli->value[OPT_P12])
        return true;
    if (!spec->config || !spec->secrets) {
        out_say("--p12 goes with --config-file (mchid, appid) and --secrets-file (apiv3_key)");
        return false;
    }
    bool ok = p12_open(cli, rooms->config, &p12);
    if (ok && !(member_put(rooms->config, rooms->config_size, "merchant_cert", p12.cert) &&
                member_put(rooms->secrets, rooms->secrets_size, "private_key", p12.key))) {
        out_say("--p12 brings merchant_cert and private_key: both files must be JSON objects"
                " without them");
        ok = false;
    }
    sign_wipe(&p12, sizeof(p12));
    return ok;
}
