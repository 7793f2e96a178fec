/* settings.c - the environment and the secret files, read once at the start. */
#include "settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct settings settings;

static void stop(const char *name, const char *why)
{
    fprintf(stderr, "shop: %s %s\n", name, why);
    exit(78);
}

/* A value of NULL means: needed. */
static void set(char *room, size_t size, const char *name, const char *value)
{
    if (!value)
        stop(name, "is not set");
    if (snprintf(room, size, "%s", value) >= (int)size)
        stop(name, "is too long");
}

/* A variable, or its default; a default of NULL means: needed. */
static void from_env(char *room, size_t size, const char *name, const char *otherwise)
{
    const char *value = getenv(name);

    set(room, size, name, value && value[0] != '\0' ? value : otherwise);
}

static int number(const char *name, const char *otherwise, int least, int most)
{
    char text[16], *rest = NULL;

    from_env(text, sizeof(text), name, otherwise);
    long value = strtol(text, &rest, 10);
    if (*rest != '\0' || value < least || value > most) {
        fprintf(stderr, "shop: %s is not between %d and %d\n", name, least, most);
        exit(78);
    }
    return (int)value;
}

/* A secret: the first line of the file that NAME names, by default $SHROFF_STATE/`leaf`. */
static void from_file(char *room, size_t size, const char *name, const char *leaf)
{
    char path[512], otherwise[512];
    const char *state = getenv("SHROFF_STATE");

    snprintf(otherwise, sizeof(otherwise), "%s/secrets/%s", state ? state : "var", leaf);
    from_env(path, sizeof(path), name, otherwise);
    FILE *file = fopen(path, "re");
    if (!file || !fgets(room, (int)size, file))
        stop(name, "names a file that cannot be read");
    else
        fclose(file);
    room[strcspn(room, "\r\n")] = '\0';
    if (room[0] == '\0')
        stop(name, "names a file whose first line is empty");
    /* A blank, a byte-order mark or quotes that an editor added would be part of the key. */
    const char *odd = room;
    while (*odd > ' ' && *odd <= '~')
        odd++;
    if (*odd != '\0' || strchr("\"'", room[0]))
        stop(name, "names a file whose first line holds blanks, quotes or more than plain ASCII");
}

#define ENV(member, name, otherwise) \
    from_env(settings.member, sizeof(settings.member), name, otherwise)
#define SECRET(member, name, leaf) from_file(settings.member, sizeof(settings.member), name, leaf)

void settings_read(void)
{
    char socket[512];
    const char *state = getenv("SHROFF_STATE");

    ENV(listen, "SHROFF_LISTEN", NULL);
    ENV(pay_base_url, "SHROFF_BASE_URL", NULL);
    ENV(api_url, "SHROFF_API_URL", settings.pay_base_url);
    ENV(base_url, "SHOP_BASE_URL", settings.pay_base_url);
    ENV(channel, "SHOP_CHANNEL", "mock");
    ENV(channels, "SHOP_CHANNELS", "");
    ENV(openid, "SHOP_OPENID", "");
    ENV(sandbox_url, "SHOP_SANDBOX_URL", "");
    ENV(app_key, "SHOP_APP_KEY", NULL);
    SECRET(app_secret, "SHOP_APP_SECRET_FILE", "shop_app_secret");
    SECRET(webhook_secret, "SHOP_WEBHOOK_SECRET_FILE", "shop_webhook_secret");

    snprintf(socket, sizeof(socket), "%s/run/mariadb.sock", state ? state : "var");
    ENV(db_socket, "SHOP_DB_SOCKET", socket);
    ENV(db_name, "SHOP_DB_NAME", "shop");
    ENV(db_user, "SHOP_DB_USER", "shroff_shop");
    SECRET(db_password, "SHOP_DB_PASSWORD_FILE", "shop.password");

    settings.workers = number("SHOP_WORKERS", "2", 1, 64);
    settings.ask_after = number("SHOP_ASK_AFTER", "10", 1, 3600);
}
