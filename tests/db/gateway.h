/* gateway.h - a played mock gateway: answers POST /mockpay/query as the test says, one connection
 * at a time, and counts the questions; POST /mockpay/close with CLOSED, unless it was paid. */
#ifndef TESTS_DB_GATEWAY_H
#define TESTS_DB_GATEWAY_H

#include <arpa/inet.h>
#include <netinet/in.h>

#include "base/json_text.h"
#include "wire/signed_json.h"
#include "tests/db/shroff.h"

enum gateway_mood {
    GATEWAY_HONEST,
    GATEWAY_SILENT,
    GATEWAY_FORGES,
    GATEWAY_OTHER_PAY_ID,
    GATEWAY_STALE,
    GATEWAY_HANGS,
    GATEWAY_PAID_AT_CLOSE,
    GATEWAY_HANGS_AT_CLOSE
};

static struct gateway {
    enum gateway_mood mood;
    char status[16], secret[128];
    char only[NO_SIZE]; /* the status is this attempt's alone, others wait; "": of all */
    int64_t price;
    int asked, good, closed; /* questions, those that were signed well; trades closed */
    pid_t pid;
    uint16_t port;
} * G;

static inline const char *gateway_status(const char *pay_id, bool closes)
{
    const char *status = *G->only == '\0' || str_eq(G->only, pay_id) ? G->status : "WAITING";

    if (!closes || str_eq(status, "SUCCESS"))
        return status;
    return G->mood == GATEWAY_PAID_AT_CLOSE ? "SUCCESS" : "CLOSED";
}

static inline void gateway_write(const struct json *question, bool closes, struct text *to)
{
    bool forges = G->mood == GATEWAY_FORGES;
    struct signed_key key = { SIGNED_HMAC, forges ? "somebody else's" : G->secret };
    struct json_text j = JSON_TEXT(to);
    const char *pay_id = signed_json_str(question, "pay_id");
    char number[NO_SIZE + 2];

    json_open(&j, NULL);
    json_str(&j, "pay_id", G->mood == GATEWAY_OTHER_PAY_ID ? "01J0EXAMP00000000000000001" : pay_id);
    json_str(&j, "status", gateway_status(pay_id, closes));
    snprintf(number, sizeof(number), "GW%s", pay_id);
    json_str(&j, "channel_order_no", number);
    json_i64(&j, "price", G->price);
    json_str(&j, "currency", "CNY");
    json_time(&j, "success_time", clock_now_ms());
    json_i64(&j, "timestamp", clock_now_s() - (G->mood == GATEWAY_STALE ? 301 : 0));
    json_str(&j, "nonce", "0123456789abcdef");
    json_close(&j);
    if (!signed_json_sign(to, &key))
        abort();
}

static inline void gateway_answer(int fd, bool closes, const char *body)
{
    const struct signed_key key = { SIGNED_HMAC, G->secret };
    char room[1024], head[128];
    struct text answer = TEXT(room);
    struct json *question;

    if (body == NULL || json_parse(body, strlen(body), &question) != PAY_OK)
        return;
    G->asked += closes ? 0 : 1;
    G->closed += closes ? 1 : 0;
    if (signed_json_verify(question, &key))
        G->good++;
    gateway_write(question, closes, &answer);
    json_free(&question);
    if (G->mood == GATEWAY_HANGS || (closes && G->mood == GATEWAY_HANGS_AT_CLOSE))
        clock_sleep_ms(3500);
    if (G->mood == GATEWAY_SILENT)
        return;
    int n = snprintf(head, sizeof(head),
                     "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n"
                     "Connection: close\r\n\r\n",
                     answer.len);
    (void)!write(fd, head, (size_t)n);
    (void)!write(fd, answer.at, answer.len);
}

static inline void gateway_serve(int listener)
{
    for (;;) {
        static char room[4096];
        int fd = accept(listener, NULL, NULL);
        size_t have = 0;
        const char *body = NULL;
        ssize_t n = 1;

        while ((body == NULL || body[strlen(body) - 1] != '}') && n > 0 &&
               have < sizeof(room) - 1) {
            n = read(fd, room + have, sizeof(room) - 1 - have);
            have += n > 0 ? (size_t)n : 0;
            room[have] = '\0';
            body = strstr(room, "\r\n\r\n");
        }
        gateway_answer(fd, str_starts(room, "POST /mockpay/close "),
                       body != NULL ? body + 4 : NULL);
        close(fd);
    }
}

static inline void gateway_up(const char *secret)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
    socklen_t len = sizeof(at);
    int listener = socket(AF_INET, SOCK_STREAM, 0);

    G = mmap(NULL, sizeof(*G), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (bind(listener, (struct sockaddr *)&at, len) != 0 || listen(listener, 16) != 0 ||
        getsockname(listener, (struct sockaddr *)&at, &len) != 0)
        abort();
    snprintf(G->secret, sizeof(G->secret), "%s", secret);
    G->port = ntohs(at.sin_port);
    pid_t pid = fork();
    if (pid == 0) {
        signal(SIGPIPE, SIG_IGN);
        /* a database connection held here would outlive its owner */
        if (listener != 3)
            dup2(listener, 3);
        closefrom(4);
        gateway_serve(3);
    }
    G->pid = pid; /* shared: only the parent writes it */
    close(listener);
}

static inline void gateway_says(enum gateway_mood mood, const char *status, int64_t price)
{
    G->mood = mood;
    G->price = price;
    G->asked = G->good = G->closed = 0;
    *G->only = '\0';
    snprintf(G->status, sizeof(G->status), "%s", status);
}

static inline void gateway_down(void)
{
    kill(G->pid, SIGKILL);
    waitpid(G->pid, NULL, 0);
}

/* Of a group of tests: shroff_up, and the mock channel's questions go to the played gateway. */
static inline int asked_up(void **state)
{
    if (shroff_up(state) != 0)
        return -1;
    gateway_up(S.secret);
    snprintf(S.config.mock_gateway_url, sizeof(S.config.mock_gateway_url), "http://127.0.0.1:%d",
             (int)G->port);
    return 0;
}

static inline int asked_down(void **state)
{
    gateway_down();
    return shroff_down(state);
}

#endif
