/* vault_file.c - the master key file: read strictly, replaced atomically. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/file.h"
#include "base/text.h"
#include "base/ulid.h"
#include "io/crypto/sign.h"
#include "io/crypto/vault_private.h"

#define VAULT_FILE_MAX 4096
#define KEY_BASE64 44
#define KEYS_KEPT 2

static bool parse_line(const char *at, size_t len, struct vault_key *out)
{
    const char *colon = memchr(at, ':', len);
    int64_t version;
    size_t n = 0;

    if (!colon || !str_to_i64_n(at, (size_t)(colon - at), 1, VAULT_VERSION_MAX, &version))
        return false;
    out->version = (int)version;
    size_t rest = len - (size_t)(colon + 1 - at);
    return rest == KEY_BASE64 &&
           sign_base64_read(colon + 1, rest, out->bytes, sizeof(out->bytes), &n) &&
           n == sizeof(out->bytes);
}

/* Keeps the list sorted; a version twice is a mistake that could lose secrets. */
static bool vault_key_insert(struct vault_keys *keys, const struct vault_key *key)
{
    size_t i = keys->count;

    if (keys->count == VAULT_KEYS_MAX)
        return false;
    for (; i > 0 && keys->at[i - 1].version >= key->version; i--) {
        if (keys->at[i - 1].version == key->version)
            return false;
        keys->at[i] = keys->at[i - 1];
    }
    keys->at[i] = *key;
    keys->count++;
    return true;
}

static bool lines_parse(const char *at, size_t len, struct vault_keys *out)
{
    struct vault_key key;
    bool ok = true;

    while (ok && len > 0) {
        const char *end = memchr(at, '\n', len);
        size_t line = end ? (size_t)(end - at) : len;
        ok = line == 0 || (parse_line(at, line, &key) && vault_key_insert(out, &key));
        size_t used = end ? line + 1 : line;
        at += used;
        len -= used;
    }
    sign_wipe(&key, sizeof(key));
    return ok && out->count > 0;
}

static const char *bad_mode(int fd)
{
    struct stat there;

    if (fstat(fd, &there) != 0)
        return strerror(errno);
    if (!S_ISREG(there.st_mode))
        return "not a file";
    if ((there.st_mode & 077) != 0)
        return "others may read or write it: chmod 600";
    if (there.st_uid != geteuid() && there.st_uid != 0)
        return "it belongs to another user";
    return NULL;
}

const char *vault_file_read(const char *path, struct vault_keys *out)
{
    char room[VAULT_FILE_MAX];

    *out = (struct vault_keys){ .count = 0 };
    if (!text_copy(out->path, sizeof(out->path), path))
        return "the path is too long";
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return strerror(errno);
    const char *why = bad_mode(fd);
    if (!why) {
        size_t len;
        if (fd_read(fd, room, sizeof(room), &len) != PAY_OK || !lines_parse(room, len, out))
            why = "not lines of VERSION:base64 of 32 bytes, each version once";
    }
    close(fd);
    sign_wipe(room, sizeof(room));
    return why;
}

static void keys_print(const struct vault_keys *keys, struct text *to)
{
    for (size_t i = 0; i < keys->count; i++) {
        text_add_i64(to, keys->at[i].version);
        text_add_char(to, ':');
        sign_base64_add(to, keys->at[i].bytes, sizeof(keys->at[i].bytes));
        text_add_char(to, '\n');
    }
}

/* Whole and on disk under another name before it takes the old one's place. */
static const char *file_replace(const char *path, const struct vault_keys *keys, int folder)
{
    char temp[VAULT_PATH_MAX + 16], room[VAULT_FILE_MAX];
    struct text name = TEXT(temp), lines = TEXT(room);
    struct stat old;

    text_add(&name, path);
    text_add(&name, ".new");
    keys_print(keys, &lines);
    if (name.full || lines.full)
        return "too many keys, or the path is too long";
    if (stat(path, &old) != 0)
        return strerror(errno);
    (void)unlink(temp); /* of a rotation that died; the lock is ours */
    int fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return strerror(errno);
    const char *why = NULL;
    if ((geteuid() == 0 && fchown(fd, old.st_uid, old.st_gid) != 0) ||
        !fd_write(fd, room, lines.len) || fsync(fd) != 0 || rename(temp, path) != 0 ||
        fsync(folder) != 0)
        why = strerror(errno);
    close(fd);
    sign_wipe(room, sizeof(room));
    return why;
}

static int lock_folder(const char *path)
{
    char copy[VAULT_PATH_MAX];

    if (!text_copy(copy, sizeof(copy), path))
        return -1;
    int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0 && flock(fd, LOCK_EX) != 0) {
        close(fd);
        fd = -1;
    }
    return fd;
}

const char *vault_file_change(const char *path, bool (*change)(struct vault_keys *keys))
{
    struct vault_keys keys;
    char real[PATH_MAX];

    if (!realpath(path, real)) /* a link stays a link */
        return strerror(errno);
    int folder = lock_folder(real);
    if (folder < 0)
        return "could not lock its folder";
    const char *why = vault_file_read(real, &keys);
    if (!why)
        why = change(&keys) ? file_replace(real, &keys, folder) : "no version is left";
    sign_wipe(&keys, sizeof(keys));
    close(folder);
    return why;
}

/* A rotation that was cut short goes on with its key, or each try would leave one more behind. */
bool vault_keys_add(struct vault_keys *keys)
{
    if (keys->count > KEYS_KEPT)
        return true;
    struct vault_key key = { .version = keys->at[keys->count - 1].version + 1 };

    if (key.version > VAULT_VERSION_MAX)
        return false;
    random_bytes(key.bytes, sizeof(key.bytes));
    bool ok = vault_key_insert(keys, &key);
    sign_wipe(&key, sizeof(key));
    return ok;
}

bool vault_keys_drop_old(struct vault_keys *keys)
{
    size_t drop = keys->count > KEYS_KEPT ? keys->count - KEYS_KEPT : 0;

    keys->count -= drop;
    memmove(keys->at, keys->at + drop, keys->count * sizeof(keys->at[0]));
    sign_wipe(keys->at + keys->count, drop * sizeof(keys->at[0]));
    return true;
}
