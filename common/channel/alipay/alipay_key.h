/* alipay_key.h - the keys of an Alipay account, read once from its configuration, and the
 * certificates that Alipay sent since then. */
#ifndef CHANNEL_ALIPAY_KEY_H
#define CHANNEL_ALIPAY_KEY_H

#include "channel/channel.h"
#include "channel/member.h"
#include "io/crypto/cert.h"

#define ALIPAY_URL_MAX 256
#define ALIPAY_CERTS_MAX 4

/* Certificates that Alipay began to sign with after the configuration was written, the one that
 * began last first. */
struct alipay_learned {
    struct alipay_cert {
        struct cert cert;
        char *pem;
    } at[ALIPAY_CERTS_MAX];
    size_t count;
    int64_t next_look[2]; /* ticks, ms: no look at the notes before; [1]: for a stranger */
};
struct alipay_keys {
    char app_id[33], seller_id[33], gateway[ALIPAY_URL_MAX];
    char aes_key[25];             /* base64; "": no content encryption */
    struct rsa_key *own, *theirs; /* our private key; Alipay's public one, in public-key mode */
    /* Certificate mode: the numbers of ours and of the roots ("" in public-key mode), Alipay's. */
    char app_number[33], root_number[33 * 16];
    struct cert cert;
    int64_t app_end; /* of our certificate */
    char *roots;     /* PEM */
    struct alipay_learned *learned;
};

/* Reads the three certificates of certificate mode. NULL, or what is wrong. */
const char *alipay_certs_read(const struct channel_parsed *row, struct alipay_keys *keys);
void alipay_certs(const struct channel_account *account, channel_cert_each *each, void *arg);
/* Alipay's key for a certificate's number (NULL: none was named). NULL: it is not known. One that
 * is not known is looked for in the notes, once a second, and then at Alipay, which all processes
 * together ask once in CHANNEL_NOTE_GAP_S. stranger: anybody may have named it; that has a turn of
 * its own, so that strangers cannot use up the answers'. */
const struct rsa_key *alipay_key_of(const struct channel_account *account, const char *number,
                                    bool stranger);
/* Reads the notes alone, for a stranger: once a second. */
void alipay_certs_recall(const struct channel_account *account);
void alipay_certs_free(struct alipay_learned **learned);

#endif
