/* webhook.c - HMAC-SHA256 over "id.timestamp.body", compared in constant time. */
#include "webhook.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TOLERANCE_SECONDS = 300, MAC_SIZE = 32, ID_MAX = 64, KEY_MAX = 256 };

/* Strict base64 with its padding. Returns the number of bytes, 0 when it is none or too long. */
static size_t decode(const char *text, size_t size, unsigned char *out, size_t room)
{
    size_t pads = size > 1 ? (size_t)(text[size - 1] == '=') + (size_t)(text[size - 2] == '=') : 0;

    if (size == 0 || size % 4 != 0 || size / 4 * 3 > room)
        return 0;
    int count = EVP_DecodeBlock(out, (const unsigned char *)text, (int)size);
    return count < (int)pads ? 0 : (size_t)count - pads;
}

/* 1 to 10 digits, or -1. */
static long long read_seconds(const char *text)
{
    size_t digits = strspn(text, "0123456789");

    return digits >= 1 && digits <= 10 && text[digits] == '\0' ? strtoll(text, NULL, 10) : -1;
}

/* HMAC over "id.timestamp." and the body. */
static bool sign(const struct webhook *hook, const char *secret, unsigned char mac[MAC_SIZE])
{
    static const char PREFIX[] = "whsec_";
    unsigned char key[KEY_MAX];
    char head[ID_MAX + 16];
    unsigned mac_size = 0;

    if (strncmp(secret, PREFIX, sizeof(PREFIX) - 1) == 0)
        secret += sizeof(PREFIX) - 1;
    size_t key_size = decode(secret, strlen(secret), key, sizeof(key));
    int head_size = snprintf(head, sizeof(head), "%s.%s.", hook->id, hook->timestamp);
    if (key_size == 0 || head_size >= (int)sizeof(head))
        return false;
    size_t size = (size_t)head_size + hook->body_size;
    unsigned char *text = malloc(size);
    if (!text)
        return false;
    memcpy(text, head, (size_t)head_size);
    memcpy(text + head_size, hook->body, hook->body_size);
    HMAC(EVP_sha256(), key, (int)key_size, text, size, mac, &mac_size);
    free(text);
    OPENSSL_cleanse(key, sizeof(key));
    return mac_size == MAC_SIZE;
}

bool webhook_is_genuine(const struct webhook *hook, const char *secret, time_t now)
{
    unsigned char ours[MAC_SIZE], theirs[MAC_SIZE + 16];
    long long age = (long long)now - read_seconds(hook->timestamp);
    bool good = false;

    if (hook->id[0] == '\0' || llabs(age) > TOLERANCE_SECONDS)
        return false;
    if (!sign(hook, secret, ours))
        return false;
    /* Several entries while the secret rotates; those of a version we do not know are skipped. */
    for (const char *entry = hook->signature; *entry != '\0'; entry += strspn(entry, " ")) {
        size_t size = strcspn(entry, " ");
        if (size > 3 && strncmp(entry, "v1,", 3) == 0 &&
            decode(entry + 3, size - 3, theirs, sizeof(theirs)) == MAC_SIZE)
            good |= CRYPTO_memcmp(ours, theirs, MAC_SIZE) == 0;
        entry += size;
    }
    return good;
}
