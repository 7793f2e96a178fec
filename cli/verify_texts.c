/* verify_texts.c - the texts people sign instead of the right one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/signing.h"
#include "io/crypto/sign.h"

static const char BLANKS[] = " \t\r\n";
static const char BOM[] = "\xEF\xBB\xBF";

static void text_put(const struct signing *s, const struct signed_request *request,
                     struct signing_mistake *out)
{
    out->text = TEXT(out->room);
    credentials_text(request, &s->said, &out->text);
    if (out->text.full)
        text_reset(&out->text);
}

static void mistake_say(struct signing_mistake *out, const char *says)
{
    struct text t = TEXT(out->says);
    text_add(&t, says);
}

static bool as_sent(const struct signing *s, size_t i, struct signing_mistake *out)
{
    text_put(s, &s->request, out);
    return i == 0;
}

/* ---- bodies: each writes what would have been signed, or the body itself when it is no mistake */

struct body {
    const char *at;
    size_t len;
};

static void without_line_end(struct body b, struct text *to)
{
    size_t cut = b.len > 0 && b.at[b.len - 1] == '\n';
    cut += cut && b.len > 1 && b.at[b.len - 2] == '\r';
    text_add_n(to, b.at, b.len - cut);
}

static void without_blanks_around(struct body b, struct text *to)
{
    while (b.len > 0 && strchr(BLANKS, b.at[b.len - 1]))
        b.len--;
    for (; b.len > 0 && strchr(BLANKS, *b.at); b.len--)
        b.at++;
    text_add_n(to, b.at, b.len);
}

static void with_line_end(struct body b, struct text *to)
{
    text_add_n(to, b.at, b.len);
    text_add(to, "\n");
}

static void with_crlf_at_end(struct body b, struct text *to)
{
    text_add_n(to, b.at, b.len);
    text_add(to, "\r\n");
}

static void left_out(struct body b, struct text *to)
{
    (void)b;
    text_add_n(to, "", 0);
}

static void crlf_to_lf(struct body b, struct text *to)
{
    for (size_t i = 0; i < b.len; i++)
        if (b.at[i] != '\r' || i + 1 == b.len || b.at[i + 1] != '\n')
            text_add_char(to, b.at[i]);
}

static void lf_to_crlf(struct body b, struct text *to)
{
    for (size_t i = 0; i < b.len; i++) {
        if (b.at[i] == '\n')
            text_add_char(to, '\r');
        text_add_char(to, b.at[i]);
    }
}

static void without_bom(struct body b, struct text *to)
{
    const size_t skip = b.len >= 3 && memcmp(b.at, BOM, 3) == 0 ? 3 : 0;
    text_add_n(to, b.at + skip, b.len - skip);
}

static void with_bom(struct body b, struct text *to)
{
    text_add(to, BOM);
    text_add_n(to, b.at, b.len);
}

static void its_hash(struct body b, struct text *to)
{
    struct mac mac;

    if (sign_sha256(b.at, b.len, &mac))
        text_add_hex(to, mac.bytes, sizeof(mac.bytes));
}

/* JSON written anew: without blanks, with those of Python's json.dumps, with PHP's "\/". */
enum anew { COMPACT, PYTHON, PHP };
static void json_anew(struct body b, enum anew how, struct text *to)
{
    bool inside = false;

    for (size_t i = 0; i < b.len; i++) {
        const char c = b.at[i];
        if (!inside && strchr(BLANKS, c))
            continue;
        if (c == '"' && (i == 0 || b.at[i - 1] != '\\'))
            inside = !inside;
        if (how == PHP && inside && c == '/' && b.at[i - 1] != '\\')
            text_add_char(to, '\\');
        text_add_char(to, c);
        if (how == PYTHON && !inside && (c == ',' || c == ':'))
            text_add_char(to, ' ');
    }
}

/* clang-format off */
static void compact(struct body b, struct text *to) { json_anew(b, COMPACT, to); }
static void python(struct body b, struct text *to) { json_anew(b, PYTHON, to); }
static void php(struct body b, struct text *to) { json_anew(b, PHP, to); }

#define ANEW "the JSON was written anew after it was signed: sign the very bytes you send"
static const struct { void (*make)(struct body, struct text *); const char *says; } BODIES[] = {
    { without_line_end,
      "the body file ends in a newline; without it the signature fits: send the body without it" },
    { without_blanks_around,
      "the body has blanks or line ends around it; trimmed, the signature fits: send it trimmed" },
    { with_line_end, "the body was signed with a line end that was not sent" },
    { with_crlf_at_end, "the body was signed with a CRLF at its end that was not sent" },
    { left_out, "the body was left out of the signed text" },
    { crlf_to_lf, "the body's line ends are CRLF here and were LF when it was signed" },
    { lf_to_crlf, "the body's line ends are LF here and were CRLF when it was signed" },
    { without_bom, "the body begins with a byte-order mark that was not signed" },
    { with_bom, "the body was signed with a byte-order mark that was not sent" },
    { its_hash, "the body's SHA-256 was signed: the body itself is wanted" },
    { compact, ANEW }, { python, ANEW }, { php, ANEW },
};
/* clang-format on */

static bool other_body(const struct signing *s, size_t i, struct signing_mistake *out)
{
    static char room[2 * REQUEST_BODY_MAX + 8];
    struct signed_request other = s->request;
    struct text body = TEXT(room);

    if (i >= COUNT(BODIES))
        return false;
    if (s->request.body_len > 0)
        BODIES[i].make((struct body){ s->request.body, s->request.body_len }, &body);
    other.body = body.at;
    other.body_len = body.len;
    if (body.len != s->request.body_len || memcmp(body.at, s->request.body, body.len) != 0)
        text_put(s, &other, out);
    mistake_say(out, BODIES[i].says);
    return true;
}

/* ---- methods and addresses */

static bool other_method(const struct signing *s, size_t i, struct signing_mistake *out)
{
    static const char *const METHODS[] = { "GET",  "POST", "PUT",  "HEAD", "get",
                                           "post", "Get",  "Post", "" };
    struct signed_request other = s->request;

    if (i >= COUNT(METHODS))
        return false;
    other.method = METHODS[i];
    text_put(s, &other, out);
    snprintf(out->says, sizeof(out->says), "another method was signed: %s, sent as %s",
             *METHODS[i] ? METHODS[i] : "none", s->request.method);
    return true;
}

static const char *uri_query(const char *uri)
{
    return uri + strcspn(uri, "?");
}

/* Where requests go: each with the query as sent. */
/* clang-format off */
static const char *const PATHS[] = {
    "/payments", "/api/pay/create", "/api/pay/submit", "/api/pay/query", "/api/pay/close",
    "/api/pay/refund", "/api/pay/refund/query", "/api/pay/refunds", "/api/pay/transfer",
    "/api/pay/transfer/query", "/api/pay/transfers", "/api/pay/wallet", "/api/pay/wallet/entries",
    "/api/pay/wallet/recharge", "/api/pay/wallet/adjust", "/api/pay/channels",
    "/sandbox/clock", "/", "",
};
/* clang-format on */

static bool other_path(const struct signing *s, size_t i, struct signing_mistake *out)
{
    static char uri[REQUEST_URI_MAX + 64];
    struct signed_request other = s->request;

    if (i >= COUNT(PATHS))
        return false;
    snprintf(uri, sizeof(uri), "%s%s", PATHS[i], uri_query(s->request.uri));
    other.uri = uri;
    text_put(s, &other, out);
    snprintf(out->says, sizeof(out->says), "another path was signed: '%.100s'", PATHS[i]);
    return true;
}

/* A proxy that takes a prefix away, or one that the client left out. */
static bool path_behind_prefix(const struct signing *s, size_t i, struct signing_mistake *out)
{
    struct signed_request other = s->request;
    const char *at = s->request.uri;

    for (size_t n = 0; n <= i && at; n++)
        at = *at && at < uri_query(s->request.uri) ? strchr(at + 1, '/') : NULL;
    if (!at || at >= uri_query(s->request.uri))
        return false;
    other.uri = at;
    text_put(s, &other, out);
    snprintf(out->says, sizeof(out->says),
             "another path was signed: '%.100s'; sign the path as it is sent", at);
    return true;
}

static void query_left_out(const struct signing *s, struct text *to)
{
    text_add_n(to, s->request.uri, strcspn(s->request.uri, "?"));
}

static void whole_url(const struct signing *s, struct text *to)
{
    text_add(to, s->base_url);
    text_add(to, s->request.uri);
}

static void host_and_path(const struct signing *s, struct text *to)
{
    const char *host = strstr(s->base_url, "://");

    text_add(to, host ? host + 3 : NULL);
    text_add(to, s->request.uri);
}

static void slash_added(const struct signing *s, struct text *to)
{
    query_left_out(s, to);
    text_add_char(to, '/');
    text_add(to, uri_query(s->request.uri));
}

static void slash_taken(const struct signing *s, struct text *to)
{
    const size_t len = strcspn(s->request.uri, "?");

    text_add_n(to, s->request.uri, len - (len > 1 && s->request.uri[len - 1] == '/'));
    text_add(to, uri_query(s->request.uri));
}

static void decoded(const struct signing *s, struct text *to)
{
    for (const char *at = s->request.uri; *at; at++) {
        const int high = *at == '%' ? hex_value(at[1]) : -1;
        const int low = high >= 0 ? hex_value(at[2]) : -1;
        text_add_char(to, low >= 0 ? (char)(high * 16 + low) : *at);
        at += low >= 0 ? 2 : 0;
    }
}

static const struct {
    void (*make)(const struct signing *, struct text *);
    const char *says;
} ADDRESSES[] = {
    { query_left_out, "the query was left out: sign path and query as sent" },
    { whole_url, "the whole URL was signed: sign only path and query" },
    { host_and_path, "the host was signed with the path: sign only path and query" },
    { slash_added, "the path was signed with a slash at its end" },
    { slash_taken, "the path was signed without the slash at its end" },
    { decoded, "the address was signed decoded: sign it as it is sent, with its %XX" },
};

static bool other_address(const struct signing *s, size_t i, struct signing_mistake *out)
{
    static char room[REQUEST_URI_MAX + CONFIG_TEXT + 8];
    struct signed_request other = s->request;
    struct text uri = TEXT(room);

    if (i >= COUNT(ADDRESSES))
        return false;
    ADDRESSES[i].make(s, &uri);
    other.uri = room;
    if (!uri.full && !str_eq(room, s->request.uri))
        text_put(s, &other, out);
    mistake_say(out, ADDRESSES[i].says);
    return true;
}

/* ---- the five lines */

static bool other_lines(const struct signing *s, size_t i, struct signing_mistake *out)
{
    static const struct {
        const char *end, *last, *says;
    } ENDS[] = {
        { "\n", "", "the last line of the signed text lacks its line end" },
        { "\r\n", "\r\n", "the lines were ended by CRLF: LF is wanted" },
        { "\r\n", "", "the lines were ended by CRLF, the last by nothing: want LF, five times" },
        { "", "", "the lines were joined without line ends" },
        { "\\n", "\\n", "the lines were joined by a backslash and an n: want line ends" },
    };
    const struct signed_request *r = &s->request;
    const char *const lines[] = { r->method, r->uri, s->said.timestamp, s->said.nonce };

    if (i >= COUNT(ENDS))
        return false;
    out->text = TEXT(out->room);
    for (size_t n = 0; n < COUNT(lines); n++) {
        text_add(&out->text, lines[n]);
        text_add(&out->text, ENDS[i].end);
    }
    text_add_n(&out->text, r->body, r->body_len);
    text_add(&out->text, ENDS[i].last);
    mistake_say(out, ENDS[i].says);
    return true;
}

static bool (*const ROWS[])(const struct signing *, size_t, struct signing_mistake *) = {
    as_sent, other_body, other_lines, other_address, other_path, path_behind_prefix, other_method,
};
const size_t SIGNING_MISTAKES = COUNT(ROWS);

bool signing_mistake(const struct signing *s, size_t row, size_t variant,
                     struct signing_mistake *out)
{
    out->says[0] = '\0';
    out->text = TEXT(out->room);
    return ROWS[row](s, variant, out);
}
