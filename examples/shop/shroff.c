/* shroff.c - sign, send, read the answer. */
#include "shroff.h"

#include <ctype.h>
#include <curl/curl.h>
#include <json-c/json.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "settings.h"
#include "web.h"

enum { ANSWER_MAX = 262144, TRIES = 2, PATIENCE = 2 };

struct answer {
    size_t size;
    char text[ANSWER_MAX];
};

static CURL *curl; /* kept, and with it the connection */

bool shroff_open(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
    curl = curl_easy_init();
    return curl;
}

static void to_hex(const unsigned char *bytes, size_t count, char *out)
{
    for (size_t i = 0; i < count; i++)
        snprintf(out + 2 * i, 3, "%02x", bytes[i]);
}

/* The signed text is five lines: method, path, timestamp, nonce, body. Returns the header's line,
 * to be freed; NULL on failure. The nonce is new each time, so a request is never sent twice. */
static char *authorization(const char *method, const char *path, const char *body)
{
    unsigned char random[16], mac[EVP_MAX_MD_SIZE];
    char nonce[2 * sizeof(random) + 1], signature[2 * sizeof(mac) + 1];
    char *text = NULL, *header = NULL;
    unsigned mac_size = 0;
    long long now = time(NULL);

    if (RAND_bytes(random, sizeof(random)) != 1)
        return NULL;
    to_hex(random, sizeof(random), nonce);
    int size = asprintf(&text, "%s\n%s\n%lld\n%s\n%s\n", method, path, now, nonce, body);
    if (size < 0)
        return NULL;
    HMAC(EVP_sha256(), settings.app_secret, (int)strlen(settings.app_secret),
         (const unsigned char *)text, (size_t)size, mac, &mac_size);
    free(text);
    to_hex(mac, mac_size, signature);
    if (asprintf(&header,
                 "Authorization: SHROFF-HMAC-SHA256 app_key=\"%s\",timestamp=\"%lld\","
                 "nonce=\"%s\",signature=\"%s\"",
                 settings.app_key, now, nonce, signature) < 0)
        return NULL;
    return header;
}

static size_t keep(char *bytes, size_t one, size_t count, void *to)
{
    struct answer *answer = to;

    (void)one; /* always 1 */
    if (count >= sizeof(answer->text) - answer->size)
        return 0; /* too much: curl gives up */
    memcpy(answer->text + answer->size, bytes, count);
    answer->size += count;
    answer->text[answer->size] = '\0';
    return count;
}

/* One signed request, one try. `body` is "" for a GET. */
static bool send_once(const char *method, const char *path, const char *body, struct answer *answer)
{
    char url[1024];
    char *signed_by = authorization(method, path, body);
    struct curl_slist *headers = curl_slist_append(NULL, signed_by ? signed_by : "");
    struct curl_slist *more = curl_slist_append(headers, "Content-Type: application/json");

    answer->size = 0;
    snprintf(url, sizeof(url), "%s%s", settings.api_url, path);
    curl_easy_reset(curl);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
    if (body[0] != '\0')
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, 2L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, 4L); /* a payer waits for two tries at most */
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
    bool sent = signed_by && more && curl_easy_perform(curl) == CURLE_OK;
    curl_slist_free_all(headers);
    free(signed_by);
    return sent;
}

static struct json_object *parse(const char *text, size_t size)
{
    struct json_tokener *tokener = json_tokener_new();
    struct json_object *object = NULL;

    if (tokener && size > 0 && size < ANSWER_MAX)
        object = json_tokener_parse_ex(tokener, text, (int)size);
    if (tokener && json_tokener_get_error(tokener) != json_tokener_success) {
        json_object_put(object);
        object = NULL;
    }
    json_tokener_free(tokener);
    return object;
}

/* A member's text; "" when it is absent, no text, or longer than the room. */
static void read_text(struct json_object *object, const char *name, char *room, size_t size)
{
    struct json_object *member = json_object_object_get(object, name);

    room[0] = '\0';
    if (!json_object_is_type(member, json_type_string))
        return;
    size_t length = (size_t)json_object_get_string_len(member);
    if (length < size)
        memcpy(room, json_object_get_string(member), length + 1);
}

#define READ(object, out, member) read_text(object, #member, (out)->member, sizeof((out)->member))

/* The pay URL is sent in a Location header. */
static bool is_http_url(const char *url)
{
    for (const char *at = url; *at != '\0'; at++) {
        if (!isgraph((unsigned char)*at))
            return false;
    }
    return strncmp(url, "http://", 7) == 0 || strncmp(url, "https://", 8) == 0;
}

/* "2026-01-01T02:00:00.000Z" in the database's form. */
static void read_time(struct json_object *data, char *room, size_t size)
{
    read_text(data, "expire_time", room, size);
    room[strcspn(room, "Z")] = '\0';
    for (char *t = strchr(room, 'T'); t; t = NULL)
        *t = ' ';
}

static struct json_object *latest_attempt(struct json_object *data)
{
    struct json_object *attempts = json_object_object_get(data, "attempts");

    return json_object_is_type(attempts, json_type_array) ? json_object_array_get_idx(attempts, 0)
                                                          : NULL;
}

static void read_order(struct json_object *data, struct shroff_order *out)
{
    struct json_object *price = json_object_object_get(data, "price");
    struct json_object *version = json_object_object_get(data, "version");

    *out = (struct shroff_order){ .price = 0 };
    READ(data, out, order_no);
    READ(data, out, merchant_order_id);
    READ(data, out, merchant_refund_id);
    READ(data, out, status);
    READ(data, out, currency);
    READ(data, out, pay_url);
    READ(data, out, channel);
    READ(data, out, pay_id);
    READ(data, out, display_mode);
    READ(data, out, display_content);
    read_time(data, out->expire_time, sizeof(out->expire_time));
    read_text(latest_attempt(data), "status", out->attempt, sizeof(out->attempt));
    if (json_object_is_type(price, json_type_int))
        out->price = json_object_get_int64(price);
    if (json_object_is_type(version, json_type_int))
        out->version = json_object_get_int64(version);
    if (!is_http_url(out->pay_url))
        out->pay_url[0] = '\0';
}

static int read_answer(const struct answer *answer, struct shroff_order *out)
{
    struct json_object *root = parse(answer->text, answer->size);
    struct json_object *code = json_object_object_get(root, "code");
    int number = SHROFF_NO_ANSWER;

    if (json_object_is_type(code, json_type_int))
        number = json_object_get_int(code);
    if (number == SHROFF_OK)
        read_order(json_object_object_get(root, "data"), out);
    json_object_put(root);
    return number;
}

static bool may_help_to_repeat(int code)
{
    return code == SHROFF_NO_ANSWER || code == SHROFF_TOO_MANY || code == SHROFF_NOTHING_DONE ||
           code == SHROFF_NOT_KNOWN;
}

/* Waits as long as Retry-After says, else 1 s. False: longer than a payer should wait. */
static bool wait_for_turn(void)
{
    curl_off_t seconds = 0;

    if (curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &seconds) != CURLE_OK || seconds <= 0)
        seconds = 1;
    if (seconds > PATIENCE)
        return false;
    sleep((unsigned)seconds);
    return true;
}

/* Repeating is safe: Shroff finds the order by the shop's number, and a query changes nothing. */
static int send_patiently(const char *method, const char *path, const char *body,
                          struct shroff_order *out)
{
    static struct answer answer;
    int code = SHROFF_NO_ANSWER;

    for (int i = 0; i < TRIES && may_help_to_repeat(code) && (i == 0 || wait_for_turn()); i++)
        code = send_once(method, path, body, &answer) ? read_answer(&answer, out)
                                                      : SHROFF_NO_ANSWER;
    return code;
}

static void add_text(struct json_object *object, const char *name, const char *text)
{
    json_object_object_add(object, name, json_object_new_string(text));
}

static void add_way(struct json_object *body, const struct shroff_way *way)
{
    add_text(body, "channel", way->channel);
    if (!way->extra)
        return;
    struct json_object *extras = json_object_new_object();
    add_text(extras, way->extra, way->value);
    json_object_object_add(body, "channel_extras", extras);
}

static int post(const char *path, struct json_object *body, struct shroff_order *out)
{
    int code = send_patiently("POST", path,
                              json_object_to_json_string_ext(body, JSON_C_TO_STRING_PLAIN), out);
    json_object_put(body);
    return code;
}

int shroff_create(const struct order *order, const struct shroff_way *way, struct shroff_order *out)
{
    char notify_url[300], return_url[400];
    struct json_object *body = json_object_new_object();

    snprintf(notify_url, sizeof(notify_url), "%s/shop/notify", settings.base_url);
    snprintf(return_url, sizeof(return_url), "%s/shop/orders/%s", settings.base_url, order->id);
    add_text(body, "merchant_order_id", order->id);
    json_object_object_add(body, "price", json_object_new_int64(order->price));
    add_text(body, "currency", order->currency);
    add_text(body, "subject", order->subject);
    if (way->payer_ip[0] != '\0')
        add_text(body, "user_ip", way->payer_ip);
    add_way(body, way);
    add_text(body, "notify_url", notify_url);
    add_text(body, "return_url", return_url);
    return post("/payments", body, out);
}

int shroff_submit(const char *merchant_order_id, const struct shroff_way *way,
                  struct shroff_order *out)
{
    struct json_object *body = json_object_new_object();

    add_text(body, "merchant_order_id", merchant_order_id);
    add_way(body, way);
    return post("/api/pay/submit", body, out);
}

int shroff_close(const char *merchant_order_id, struct shroff_order *out)
{
    struct json_object *body = json_object_new_object();

    add_text(body, "merchant_order_id", merchant_order_id);
    return post("/api/pay/close", body, out);
}

static int query(const char *merchant_order_id, const char *more, struct shroff_order *out)
{
    char path[128];

    snprintf(path, sizeof(path), "/api/pay/query?merchant_order_id=%s%s", merchant_order_id, more);
    return send_patiently("GET", path, "", out);
}

int shroff_query(const char *merchant_order_id, struct shroff_order *out)
{
    return query(merchant_order_id, "", out);
}

int shroff_sync(const char *merchant_order_id, struct shroff_order *out)
{
    return query(merchant_order_id, "&sync=1", out);
}

/* The shop's number of the refund is that of the order: there is one refund an order, and pressing
 * Refund twice does not make two. */
int shroff_refund(const struct order *order, struct shroff_order *out)
{
    char notify_url[300];
    struct json_object *body = json_object_new_object();

    snprintf(notify_url, sizeof(notify_url), "%s/shop/notify", settings.base_url);
    add_text(body, "merchant_order_id", order->id);
    add_text(body, "merchant_refund_id", order->id);
    json_object_object_add(body, "refund_price", json_object_new_int64(order->price));
    add_text(body, "reason", "asked for on the order's page");
    add_text(body, "notify_url", notify_url);
    return post("/api/pay/refund", body, out);
}

bool shroff_event_read(const char *body, size_t size, struct shroff_event *out)
{
    struct json_object *root = parse(body, size);
    bool is_event = json_object_is_type(json_object_object_get(root, "data"), json_type_object);

    READ(root, out, type);
    read_order(json_object_object_get(root, "data"), &out->order);
    json_object_put(root);
    return is_event && out->type[0] != '\0';
}
