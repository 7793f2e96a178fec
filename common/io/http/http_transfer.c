/* http_transfer.c - a request put into curl's options, and its end put into our words. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/text.h"
#include "io/http/http_private.h"

#define HEADERS_READ 16384
#define CONNECT_MS 3000
/* A name's lookup is a thread that goes on when its request was given up (CONNECT_MS), by default
 * for a minute: a merchant whose names no server answers would fill the process with them. */
#define LOOKUPS "timeout:1 attempts:2"
#define IDLE_SECONDS 30L
#define LIFETIME_SECONDS 300L

static long status_of(const struct http_transfer *t)
{
    long status = 0;

    return curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK ? status : 0;
}

/* What was asked for without a coding and comes in one is not taken. 0 ends the transfer. */
static size_t to_file(struct http_transfer *t, const char *at, size_t len)
{
    t->over = t->answer.body_total > t->file_max;
    if (t->over || t->compressed)
        return 0;
    for (size_t written = 0; written < len;) {
        const ssize_t n = write(t->file, at + written, len - written);
        if (n < 0 && errno != EINTR)
            return 0;
        written += n > 0 ? (size_t)n : 0;
    }
    return len;
}

static size_t on_body(char *at, size_t one, size_t len, void *transfer)
{
    struct http_transfer *t = transfer;
    struct http_answer *a = &t->answer;

    (void)one;
    a->body_total += (int64_t)len;
    if (t->file >= 0 && status_of(t) == 200)
        return to_file(t, at, len);
    if (a->body_total > HTTP_BODY_READ) { /* MAXFILESIZE would not see a chunked one */
        t->over = true;
        return 0;
    }
    size_t most = t->compressed ? HTTP_BODY_READ : t->keep;
    size_t room = most - a->body_len, take = len < room ? len : room;
    if (take > 0) {
        memcpy(a->body + a->body_len, at, take);
        a->body_len += take;
        a->body[a->body_len] = '\0';
    }
    return len;
}

/* The value of a header line with this name, trimmed; NULL: it is another one. */
static const char *value_of(const char *name, const char *at, size_t *len)
{
    size_t skip = strlen(name);

    if (*len <= skip || at[skip] != ':' || strncasecmp(at, name, skip) != 0)
        return NULL;
    for (skip++; skip < *len && (at[skip] == ' ' || at[skip] == '\t'); skip++)
        ;
    while (*len > skip && (unsigned char)at[*len - 1] <= ' ')
        --*len;
    *len -= skip;
    return at + skip;
}

static bool is_printable(const char *value, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (value[i] < ' ' || value[i] > '~')
            return false;
    return true;
}

static void keep_value(const char *name, char *to, size_t size, const char *at, size_t len)
{
    const char *value = value_of(name, at, &len);

    if (value && is_printable(value, len) && !text_copy_n(to, size, value, len))
        *to = '\0';
}

/* Of two values, which one is meant? Neither. */
static void keep_header(struct http_kept *kept, const char *at, size_t len)
{
    const char *value = value_of(kept->name, at, &len);

    if (!value)
        return;
    kept->odd = kept->odd || *kept->value != '\0' || !is_printable(value, len) ||
                !text_copy_n(kept->value, kept->size, value, len);
    if (kept->odd)
        kept->value[0] = '\0';
}

static void forget_headers(struct http_transfer *t)
{
    t->answer.retry_after[0] = t->answer.date[0] = '\0';
    t->compressed = false;
    for (size_t i = 0; i < t->kept_count; i++) {
        t->kept[i].value[0] = '\0';
        t->kept[i].odd = false;
    }
}

static void look_at_header(struct http_transfer *t, const char *at, size_t len)
{
    struct http_answer *a = &t->answer;
    size_t coding = len;

    keep_value("retry-after", a->retry_after, sizeof(a->retry_after), at, len);
    keep_value("date", a->date, sizeof(a->date), at, len);
    const char *value = value_of("content-encoding", at, &coding);
    if (value)
        t->compressed = http_is_compressed(value, coding);
    for (size_t i = 0; i < t->kept_count; i++)
        keep_header(&t->kept[i], at, len);
}

/* Counts over all header blocks, endless 1xx answers too. */
static size_t on_header(char *at, size_t one, size_t len, void *transfer)
{
    struct http_transfer *t = transfer;

    (void)one;
    t->header_bytes += len;
    if (t->header_bytes > HEADERS_READ) {
        t->over = true;
        return 0;
    }
    if (len > 5 && strncasecmp(at, "HTTP/", 5) == 0)
        forget_headers(t);
    look_at_header(t, at, len);
    return len;
}

void http_init(void)
{
    static bool done;

    if (done)
        return;
    if (setenv("RES_OPTIONS", LOOKUPS, 0) != 0 || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        abort();
    done = true;
}

/* What never changes for a handle. Not set because off is the default: cookies, netrc, HTTP/0.9,
 * curl's own decoding (http_decode.c). */
static void set_lasting(struct http_transfer *t)
{
    CURL *easy = t->easy;

    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    http_set_tls(easy);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_HTTP09_ALLOWED, 0L);
    curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, IDLE_SECONDS);
    curl_easy_setopt(easy, CURLOPT_MAXLIFETIME_CONN, LIFETIME_SECONDS);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, http_open_socket);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, t);
    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, http_before_request);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, t);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, t);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, t);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, t->error);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, t);
}

static bool add_header(struct http_transfer *t, const char *line)
{
    for (const char *c = line; *c != '\0'; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7F)
            return false; /* a line end would begin another header */
    struct curl_slist *longer = curl_slist_append(t->headers, line);
    if (!longer)
        abort();
    t->headers = longer;
    return true;
}

static bool set_headers(struct http_transfer *t, const struct http_request *request)
{
    bool ok = add_header(t, "Expect:") && /* else a body over 1 KiB waits a second for 100 */
              add_header(t, "Accept-Encoding: identity");

    for (size_t i = 0; ok && i < HTTP_HEADERS_MAX && request->headers[i]; i++)
        ok = add_header(t, request->headers[i]);
    curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, t->headers);
    return ok;
}

/* The body is copied once, so the caller may forget it. */
static void set_body(struct http_transfer *t, const struct http_request *request)
{
    bool post = str_eq(request->method, "POST");

    curl_easy_setopt(t->easy, CURLOPT_CUSTOMREQUEST, NULL);
    curl_easy_setopt(t->easy, CURLOPT_HTTPGET, 1L);
    if (post || request->body_len > 0) {
        t->sent = malloc(request->body_len + 1);
        if (!t->sent)
            abort();
        if (request->body_len > 0)
            memcpy(t->sent, request->body, request->body_len);
        curl_easy_setopt(t->easy, CURLOPT_POST, 1L);
        curl_easy_setopt(t->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_len);
        curl_easy_setopt(t->easy, CURLOPT_POSTFIELDS, t->sent);
    }
    if (!post && !str_eq(request->method, "GET"))
        curl_easy_setopt(t->easy, CURLOPT_CUSTOMREQUEST, request->method);
}

/* Forgets the request before, but not its handle and its room. */
static void request_begin(struct http_transfer *t, const struct http_request *request)
{
    CURL *easy = t->easy;
    char *room = t->room;
    struct net_list none = { .count = 0 };

    *t = (struct http_transfer){
        .easy = easy,
        .room = room,
        .checked = request->allow,
        .started_us = clock_ticks_us(),
        .allow = request->allow ? *request->allow : none,
        .keep = request->keep < HTTP_BODY_READ ? request->keep : HTTP_BODY_READ,
        .kept = request->kept,
        .kept_count = request->kept_count,
        .file = request->to_file ? *request->to_file : -1,
        .file_max = request->file_max,
    };
    forget_headers(t);
    if (!t->room)
        t->room = malloc(HTTP_BODY_READ + 1);
    if (!t->room)
        abort();
    t->answer.body = t->room;
    t->answer.body[0] = '\0';
}

bool http_transfer_start(struct http_transfer *t, const struct http_request *request)
{
    request_begin(t, request);
    if (!t->easy) {
        http_init();
        t->easy = curl_easy_init();
        if (!t->easy)
            abort();
        set_lasting(t);
    }
    t->answer.end = HTTP_BAD_URL;
    if (!set_headers(t, request))
        return false;
    set_body(t, request);
    curl_easy_setopt(t->easy, CURLOPT_URL, request->url);
    t->timeout_ms = request->timeout_ms;
    curl_easy_setopt(t->easy, CURLOPT_TIMEOUT_MS, (long)t->timeout_ms);
    curl_easy_setopt(t->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
    curl_easy_setopt(t->easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)t->file_max); /* 0: any */
    return true;
}

/* clang-format off */
static const struct ending { CURLcode rc; enum http_end end; } ENDINGS[] = {
    { CURLE_OK,                      HTTP_DONE },
    { CURLE_COULDNT_RESOLVE_HOST,    HTTP_DNS },
    { CURLE_COULDNT_CONNECT,         HTTP_CONNECT },
    { CURLE_OPERATION_TIMEDOUT,      HTTP_TIMEOUT },
    { CURLE_FILESIZE_EXCEEDED,       HTTP_TOO_LARGE },
    { CURLE_OUT_OF_MEMORY,           HTTP_TOO_LARGE },     /* what curl calls a line over 100 KB */
    { CURLE_SSL_CONNECT_ERROR,       HTTP_TLS },
    { CURLE_PEER_FAILED_VERIFICATION, HTTP_TLS },
    { CURLE_SSL_CERTPROBLEM,         HTTP_TLS },
    { CURLE_SSL_CIPHER,              HTTP_TLS },
    { CURLE_SSL_CACERT_BADFILE,      HTTP_TLS },
    { CURLE_SSL_ISSUER_ERROR,        HTTP_TLS },
    { CURLE_SSL_PINNEDPUBKEYNOTMATCH, HTTP_TLS },
    { CURLE_SSL_INVALIDCERTSTATUS,   HTTP_TLS },
    { CURLE_SSL_CLIENTCERT,          HTTP_TLS },
};
/* clang-format on */

/* An answer that is no HTTP has the rc of an unknown protocol, hence `reached`. */
static enum http_end http_end_of(const struct http_transfer *t, CURLcode rc)
{
    if (rc != CURLE_OK && t->over)
        return HTTP_TOO_LARGE;
    if (rc != CURLE_OK && t->refused && !t->dialled)
        return HTTP_BLOCKED_ADDR;
    for (size_t i = 0; i < COUNT(ENDINGS); i++)
        if (ENDINGS[i].rc == rc)
            return ENDINGS[i].end;
    bool malformed = rc == CURLE_URL_MALFORMAT || rc == CURLE_UNSUPPORTED_PROTOCOL ||
                     rc == CURLE_LOGIN_DENIED;
    return malformed && !t->reached ? HTTP_BAD_URL : HTTP_BROKEN;
}

void http_transfer_finish(struct http_transfer *t, CURLcode rc)
{
    struct http_answer *a = &t->answer;
    const char *peer = NULL;
    long sent = 1;

    a->end = http_end_of(t, rc);
    (void)curl_easy_getinfo(t->easy, CURLINFO_REQUEST_SIZE, &sent);
    a->unsent = rc != CURLE_OK && sent == 0;
    if (a->end == HTTP_DONE && t->compressed && !http_decode(a, t->keep))
        a->end = HTTP_TOO_LARGE;
    a->duration_us = clock_ticks_us() - t->started_us;
    a->status = (int)status_of(t);
    if (curl_easy_getinfo(t->easy, CURLINFO_PRIMARY_IP, &peer) == CURLE_OK && peer &&
        !text_copy(a->peer, sizeof(a->peer), peer))
        a->peer[0] = '\0';
    http_say_why(t, rc);
}

void http_transfer_reset(struct http_transfer *t)
{
    if (t->easy) {
        curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, NULL);
        curl_easy_setopt(t->easy, CURLOPT_POSTFIELDS, NULL);
    }
    curl_slist_free_all(t->headers);
    free(t->sent);
    t->headers = NULL;
    t->sent = NULL;
    t->answer = (struct http_answer){ .end = HTTP_BROKEN };
}
