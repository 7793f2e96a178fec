/* vault.c - sealing and opening under the master keys. The key file is vault_file.c's. */
#include "io/crypto/vault.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "base/log.h"
#include "base/text.h"
#include "io/crypto/sign.h"
#include "io/crypto/vault_private.h"

#define PLACE_MAX 512

/* A page of its own, so that locking and hiding it from core dumps touches nothing else. */
static struct vault_keys *keys;

static void wipe_keys(void)
{
    sign_wipe(keys, sizeof(*keys));
}

static bool make_room(void)
{
    if (keys)
        return true;
    void *page =
        mmap(NULL, sizeof(*keys), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED)
        return false;
    (void)!mlock(page, sizeof(*keys));
    (void)!madvise(page, sizeof(*keys), MADV_DONTDUMP);
    keys = page;
    return atexit(wipe_keys) == 0;
}

static enum pay_err open_refused(const char *path, const char *why)
{
    log_event(LOG_ERROR, "vault.open", KV("path", path), KV("text", why));
    return PAY_FAULT;
}

enum pay_err vault_open(const char *path)
{
    struct vault_keys fresh;

    if (!make_room())
        return open_refused(path, "no memory for the keys");
    const char *why = vault_file_read(path, &fresh);
    if (!why)
        *keys = fresh;
    sign_wipe(&fresh, sizeof(fresh));
    return !why ? PAY_OK : open_refused(path, why);
}

void vault_owner(const char *app_key, const char *name, char out[VAULT_OWNER_SIZE])
{
    struct text t = text_over(out, VAULT_OWNER_SIZE);

    text_add(&t, app_key);
    text_add(&t, *app_key != '\0' && *name != '\0' ? "/" : "");
    text_add(&t, name);
}

int vault_version(void)
{
    return !keys || keys->count == 0 ? 0 : keys->at[keys->count - 1].version;
}

uint64_t vault_hash(const char *purpose, int64_t n)
{
    const struct vault_key *key = !keys || keys->count == 0 ? NULL : &keys->at[keys->count - 1];
    uint64_t hash = 0;
    char room[64];
    struct text text = TEXT(room);
    struct mac mac;

    text_addf(&text, "vault_hash|%s|", purpose);
    text_add_i64(&text, n);
    if (key && !text.full &&
        sign_hmac_sha256(key->bytes, sizeof(key->bytes), text.at, text.len, &mac))
        memcpy(&hash, mac.bytes, sizeof(hash));
    return hash;
}

static const struct vault_key *find_key(int version)
{
    for (size_t i = 0; keys && i < keys->count; i++)
        if (keys->at[i].version == version)
            return &keys->at[i];
    return NULL;
}

/* Another program may have rotated the key since this one read the file. */
static const struct vault_key *find_or_reread(int version)
{
    char path[VAULT_PATH_MAX];
    const struct vault_key *key = find_key(version);

    if (key || !keys || !text_copy(path, sizeof(path), keys->path))
        return key;
    return vault_open(path) == PAY_OK ? find_key(version) : NULL;
}

/* "table|owner|column|version": a sealed value opens only where it was put. A '|' inside a part
 * could make two places one. */
static bool place_text(const struct vault_place *place, int version, struct text *aad)
{
    const char *const parts[] = { place->table, place->owner, place->column };

    for (size_t i = 0; i < COUNT(parts); i++) {
        if (!parts[i] || *parts[i] == '\0' || strchr(parts[i], '|'))
            return false;
        text_add(aad, parts[i]);
        text_add_char(aad, '|');
    }
    text_add_i64(aad, version);
    return !aad->full;
}

static enum pay_err fault(const struct vault_place *place, const char *event, const char *why)
{
    log_event(LOG_ERROR, event, KV("table", place->table), KV("owner", place->owner),
              KV("column", place->column), KV("text", why));
    return PAY_FAULT;
}

enum pay_err vault_seal(/* lint: allow parameters - a place, bytes in, bytes out */
                        const struct vault_place *place, const void *at, size_t len, uint8_t *out,
                        size_t size, size_t *out_len)
{
    char room[PLACE_MAX];
    struct text aad = TEXT(room);
    const struct vault_key *key = find_key(vault_version());

    if (!key)
        return fault(place, "vault.seal", "the vault is not open");
    if (len > VAULT_MAX || size < len + VAULT_EXTRA)
        return fault(place, "vault.seal", "too long");
    if (!place_text(place, key->version, &aad))
        return fault(place, "vault.seal", "a bad place");
    out[0] = (uint8_t)key->version;
    if (!sign_seal(&(struct sign_lock){ key->bytes, aad.at, aad.len }, at, len, out + 1))
        return fault(place, "vault.seal", "could not encrypt");
    *out_len = len + VAULT_EXTRA;
    return PAY_OK;
}

enum pay_err vault_unseal(/* lint: allow parameters - a place, bytes in, bytes out */
                          const struct vault_place *place, const uint8_t *sealed, size_t len,
                          void *out, size_t size, size_t *out_len)
{
    char room[PLACE_MAX];
    struct text aad = TEXT(room);

    if (len < VAULT_EXTRA || len > VAULT_MAX + VAULT_EXTRA || size < len - VAULT_EXTRA)
        return fault(place, "vault.unseal", "a bad length");
    const struct vault_key *key = find_or_reread(sealed[0]);
    if (!key)
        return fault(place, "vault.unseal", "no key of this version in the master key file");
    if (!place_text(place, key->version, &aad))
        return fault(place, "vault.unseal", "a bad place");
    if (!sign_unseal(&(struct sign_lock){ key->bytes, aad.at, aad.len }, sealed + 1, len - 1, out))
        return fault(place, "vault.unseal", "altered, moved, or sealed under another key");
    *out_len = len - VAULT_EXTRA;
    return PAY_OK;
}

/* ---- rotation */

static enum pay_err rotate(bool (*change)(struct vault_keys *keys))
{
    char path[VAULT_PATH_MAX];

    if (!keys || !text_copy(path, sizeof(path), keys->path))
        return open_refused("", "the vault is not open");
    const char *why = vault_file_change(path, change);
    return !why ? vault_open(path) : open_refused(path, why);
}

enum pay_err vault_rotate_begin(void)
{
    return rotate(vault_keys_add);
}

enum pay_err vault_rotate_end(void)
{
    return rotate(vault_keys_drop_old);
}
