/* http_reason.c - what went wrong with a transfer, in words a merchant's developer can act on. */
#include <string.h>
#include "base/text.h"
#include "io/http/http_private.h"

#define TLS_OLD "it speaks no TLS newer than 1.1; 1.2 is needed"
#define TLS_NOT_THERE "what answers on this port is no TLS, as plain HTTP is"
#define NAME_WRONG "the certificate is for another name"
#define NOTHING_SHARED \
    "TLS was refused: does it take ECDHE with AES or ChaCha20 on X25519, P-256 or P-384?"

/* The time of the whole transfer is said behind these two. */
static const char NO_ANSWER[] = "no answer", NO_WHOLE_ANSWER[] = "no whole answer";

/* The first row that fits: curl's code, and what its own text contains. */
struct reason {
    CURLcode rc;
    const char *contains, *words;
};
static const struct reason REASONS[] = {
    { CURLE_COULDNT_RESOLVE_HOST, "", "no host has this name in the DNS" },
    { CURLE_COULDNT_CONNECT, "", "no connection could be made" },
    { CURLE_OPERATION_TIMEDOUT, "Resolving", "the name was not found in time" },
    { CURLE_OPERATION_TIMEDOUT, "SSL connection", "no end of the TLS handshake in 3 s" },
    { CURLE_OPERATION_TIMEDOUT, "Connection time", "no connection in 3 s" },
    { CURLE_OPERATION_TIMEDOUT, "Failed to connect", "no connection in 3 s" },
    { CURLE_OPERATION_TIMEDOUT, " 0 bytes received", NO_ANSWER },
    { CURLE_OPERATION_TIMEDOUT, "", NO_WHOLE_ANSWER },
    { CURLE_PEER_FAILED_VERIFICATION, "expired", "the certificate has expired" },
    { CURLE_PEER_FAILED_VERIFICATION, "not yet valid", "the certificate is not valid yet" },
    { CURLE_PEER_FAILED_VERIFICATION, "self-signed",
      "the certificate's authority is unknown: it is signed by itself" },
    { CURLE_PEER_FAILED_VERIFICATION, "self signed",
      "the certificate's authority is unknown: it is signed by itself" },
    { CURLE_PEER_FAILED_VERIFICATION, "issuer",
      "the certificate's authority is unknown: is the intermediate certificate sent along?" },
    { CURLE_PEER_FAILED_VERIFICATION, "no alternative certificate subject name", NAME_WRONG },
    { CURLE_PEER_FAILED_VERIFICATION, "does not match", NAME_WRONG },
    { CURLE_SSL_CONNECT_ERROR, "unsupported protocol", TLS_OLD },
    { CURLE_SSL_CONNECT_ERROR, "protocol version", TLS_OLD },
    { CURLE_SSL_CONNECT_ERROR, "wrong version number", TLS_NOT_THERE },
    { CURLE_SSL_CONNECT_ERROR, "http request", TLS_NOT_THERE },
    { CURLE_SSL_CONNECT_ERROR, "packet length", TLS_NOT_THERE },
    { CURLE_SSL_CONNECT_ERROR, "record", TLS_NOT_THERE },
    { CURLE_SSL_CONNECT_ERROR, "excessive message size",
      "the list of certificates is longer than 16 KiB" },
    { CURLE_SSL_CONNECT_ERROR, "handshake failure", NOTHING_SHARED },
    { CURLE_SSL_CONNECT_ERROR, "alert", "TLS was refused" },
    { CURLE_SSL_CONNECT_ERROR, "", "the connection ended in the TLS handshake" },
    { CURLE_GOT_NOTHING, "", "closed without an answer, after the request was sent" },
    { CURLE_RECV_ERROR, "reset", "reset by the receiver, after the request was sent" },
    { CURLE_RECV_ERROR, "", "the connection ended, after the request was sent" },
    { CURLE_SEND_ERROR, "", "the connection ended while the request was sent" },
    { CURLE_PARTIAL_FILE, "", "the answer broke off" },
    { CURLE_WEIRD_SERVER_REPLY, "", "what came back is no HTTP" },
    { CURLE_UNSUPPORTED_PROTOCOL, "", "what came back is no HTTP" },
};

/* curl says of a connection that it failed, the system says why: "Connection refused". */
static void add_system(const struct http_transfer *t, CURLcode rc, struct text *to)
{
    long error = 0;

    if (rc == CURLE_COULDNT_CONNECT &&
        curl_easy_getinfo(t->easy, CURLINFO_OS_ERRNO, &error) == CURLE_OK && error != 0)
        text_addf(to, ": %s", strerror((int)error));
}

/* The whole transfer's time, as its caller set it. */
static void add_limit(const struct http_transfer *t, const struct reason *row, struct text *to)
{
    if (row->words == NO_ANSWER || row->words == NO_WHOLE_ANSWER)
        text_addf(to, " in %g s", t->timeout_ms / 1000.0);
}

static void add_reason(const struct http_transfer *t, CURLcode rc, struct text *to)
{
    for (size_t i = 0; i < COUNT(REASONS); i++)
        if (REASONS[i].rc == rc && strstr(t->error, REASONS[i].contains)) {
            text_add(to, REASONS[i].words);
            add_system(t, rc, to);
            add_limit(t, &REASONS[i], to);
            return;
        }
    const char *own = *t->error ? t->error : curl_easy_strerror(rc);
    text_add_cut(to, own, strlen(own), 120);
}

/* Where an answer of 3xx points to, as it is foreign text. */
static void add_redirect(const struct http_transfer *t, struct text *to)
{
    const char *where = NULL;

    if (t->answer.status < 300 || t->answer.status > 399 ||
        curl_easy_getinfo(t->easy, CURLINFO_REDIRECT_URL, &where) != CURLE_OK || !where)
        return;
    text_add(to, "redirects are not followed: to ");
    text_add_cut(to, where, strlen(where), 160);
}

void http_say_why(struct http_transfer *t, CURLcode rc)
{
    struct text to = TEXT(t->answer.reason);

    switch (t->answer.end) {
    case HTTP_DONE:
        add_redirect(t, &to);
        break;
    case HTTP_BLOCKED_ADDR:
        text_add(&to, "not a public address, or this machine's own");
        break;
    case HTTP_TOO_LARGE:
        text_add(&to, "over 64 KiB of answer, or 16 KiB of headers");
        break;
    case HTTP_DNS:
    case HTTP_CONNECT:
    case HTTP_TLS:
    case HTTP_TIMEOUT:
    case HTTP_BROKEN:
    case HTTP_BAD_URL:
        add_reason(t, rc, &to);
        break;
    }
}
