/* vault_private.h - the master keys and their file, shared by vault.c and vault_file.c. */
#ifndef IO_VAULT_PRIVATE_H
#define IO_VAULT_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"

#define VAULT_PATH_MAX 1024
#define VAULT_KEYS_MAX 32
#define VAULT_VERSION_MAX 255

struct vault_key {
    int version;
    uint8_t bytes[32];
};
struct vault_keys {
    char path[VAULT_PATH_MAX];
    size_t count; /* sorted by version, the highest last */
    struct vault_key at[VAULT_KEYS_MAX];
};

/* NULL, or why it could not be done (a static text). */
MUST_USE const char *vault_file_read(const char *path, struct vault_keys *out);
/* Reads under a lock, changes, writes beside and renames over. */
MUST_USE const char *vault_file_change(const char *path, bool (*change)(struct vault_keys *keys));

MUST_USE bool vault_keys_add(struct vault_keys *keys); /* false: no version left */
MUST_USE bool vault_keys_drop_old(struct vault_keys *keys);

#endif
