/* vault.h - secrets at rest: sealed under a master key from a file, bound to their place.
 *
 * File (0600): one or more lines VERSION:base64 of 32 bytes, VERSION 1..255. The highest seals, all
 * open, so a rotation adds a line, seals everything anew, then drops older lines. A sealed value is
 * one version byte and sign_seal's bytes; the AAD is "table|owner|column|version". */
#ifndef IO_VAULT_H
#define IO_VAULT_H

#include <stddef.h>
#include <stdint.h>
#include "base/err.h"

#define VAULT_EXTRA 29 /* bytes a sealed value is longer */
#define VAULT_MAX 8192 /* of plain text */

/* Where a secret is stored: e.g. { "pay_channel", "APPKEY/mock", "config_sealed" }. The owner is
 * what people call the row, never a number. */
struct vault_place {
    const char *table, *owner, *column;
};
/* "APPKEY/NAME": the owner of a key's or channel's secret; with one of them "" the other alone. */
#define VAULT_OWNER_SIZE 80
void vault_owner(const char *app_key, const char *name, char out[VAULT_OWNER_SIZE]);

/* Reads the file; PAY_FAULT after one log line when it is missing, readable by others, or garbled.
 * Keys live in memory that is not dumped, wiped at exit. */
MUST_USE enum pay_err vault_open(const char *path);
/* A number that follows from purpose and n, and that cannot be guessed without a key of the vault.
 * 0 when it is not open. It changes with a rotation. */
uint64_t vault_hash(const char *purpose, int64_t n);
int vault_version(void); /* the version that seals */
MUST_USE enum pay_err vault_seal(const struct vault_place *place, const void *at, size_t len,
                                 uint8_t *out, size_t size, size_t *out_len);
/* Opens with the version named in the value; an unknown version reads the file again once. */
MUST_USE enum pay_err vault_unseal(const struct vault_place *place, const uint8_t *sealed,
                                   size_t len, void *out, size_t size, size_t *out_len);
/* Adds a new highest key line (atomic replace, 0600) / drops all but the two highest: what a
 * program sealed under the old key while the rotation ran still opens, and the next one seals it
 * anew. */
MUST_USE enum pay_err vault_rotate_begin(void);
MUST_USE enum pay_err vault_rotate_end(void);

#endif
