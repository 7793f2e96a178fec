/* test_bill_fetch.c - fetching a bill of Alipay from a server on the loopback: what its refusals
 * mean, and files that do not come, come in part, are too long, or are none. */
#include "tests/unit/unit.h"

#include <sys/mman.h>
#include <unistd.h>
#include "base/log.h"
#include "channel/alipay/alipay.h"
#include "channel/bill.h"
#include "io/crypto/rsa.h"
#include "io/gzip.h"
#include "tests/unit/loopback.h"

#include "channel/wechat/wechat.h"
#include "tests/unit/bill_deflated.h"
#include "tests/unit/channel_row.h"
#include "tests/unit/rsa_keys.h"

#define DAY "2026-01-31"
#define NO(code, sub) "\"code\":\"" code "\",\"msg\":\"no\",\"sub_code\":\"" sub "\""

/* ---- the gateway: by the last part of its address. file: how the file comes, NULL: it does not */

enum file { FILE_NONE, FILE_WHOLE, FILE_PAGE, FILE_GONE, FILE_HUGE, FILE_CUT };
static const struct {
    const char *name, *inner;
    enum file file;
    enum pay_err want;
    enum bill_end end;
    const char *why;
} ANSWERS[] = {
    { "whole", NULL, FILE_WHOLE, PAY_OK, BILL_HERE, "" },
    { "page", NULL, FILE_PAGE, PAY_OK, BILL_HERE, "" },
    { "gone", NULL, FILE_GONE, PAY_UNKNOWN, BILL_HERE, "did not come: OK, status 404" },
    { "huge", NULL, FILE_HUGE, PAY_BAD_BODY, BILL_HERE, "file is over 512 MiB" },
    { "cut", NULL, FILE_CUT, PAY_UNKNOWN, BILL_HERE, "did not come: BROKEN" },
    { "later", NO("40004", "isp.bill_not_exist"), FILE_NONE, PAY_OK, BILL_LATER, "isp.bill_not" },
    { "later2", NO("40004", "BILL_NOT_EXIST"), FILE_NONE, PAY_OK, BILL_LATER, "BILL_NOT_EXIST" },
    { "none", NO("40004", "NO_BILL_DATA"), FILE_NONE, PAY_OK, BILL_NONE, "NO_BILL_DATA" },
    { "often", NO("40004", "USER_RATE_LIMIT"), FILE_NONE, PAY_UNKNOWN, BILL_LATER, "RATE_LIMIT" },
    { "ill", NO("20000", "isp.unknow-error"), FILE_NONE, PAY_UNKNOWN, BILL_LATER, "isp.unknow" },
    { "may_not", NO("40006", "isv.insufficient-isv-permissions"), FILE_NONE, PAY_REFUSED,
      BILL_LATER, "isv.insufficient" },
    { "no_url", "\"code\":\"10000\",\"msg\":\"Success\"", FILE_NONE, PAY_UNKNOWN, BILL_LATER, "" },
};

static void say(int fd, const void *at, size_t len)
{
    if (write(fd, at, len) < 0)
        _exit(0);
}

static void file_send(int fd, enum file file)
{
    static const char HUGE[] = "HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\nPK";
    static const char CUT[] = "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\nPK";
    char head[128];

    if (file == FILE_WHOLE) {
        snprintf(head, sizeof(head), "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n",
                 sizeof(DEFLATED));
        say(fd, head, strlen(head));
        say(fd, DEFLATED, sizeof(DEFLATED));
    } else if (file == FILE_HUGE)
        say(fd, HUGE, strlen(HUGE));
    else if (file == FILE_CUT)
        say(fd, CUT, strlen(CUT));
    else
        loopback_answer(fd,
                        file == FILE_GONE ? "HTTP/1.1 404 Not Found\r\n" : "HTTP/1.1 200 OK\r\n",
                        "<html>the address is too old</html>");
}

static void answer_send(int fd, size_t i)
{
    struct rsa_key *key = rsa_private(CHANNEL_PRIVATE);
    char inner[512], sign[512], body[2048];
    struct text inner_text = TEXT(inner), sign_text = TEXT(sign), body_text = TEXT(body);

    if (ANSWERS[i].inner)
        text_addf(&inner_text, "{%s}", ANSWERS[i].inner);
    else
        text_addf(&inner_text,
                  "{\"code\":\"10000\",\"msg\":\"Success\",\"bill_download_url\":"
                  "\"http://127.0.0.1:%d/%s\"}",
                  loopback_port, ANSWERS[i].name);
    if (!key || !rsa_sign(key, inner, inner_text.len, &sign_text))
        _exit(1);
    text_addf(&body_text,
              "{\"alipay_data_dataservice_bill_downloadurl_query_response\":%s,\"sign\":\"%s\"}",
              inner, sign);
    rsa_free(&key);
    loopback_answer(fd, "HTTP/1.1 200 OK\r\n", body);
}

static void serve_one(int fd)
{
    char room[16384], post[64], fetch[64];
    const ssize_t n = read(fd, room, sizeof(room) - 1);

    if (n <= 0)
        return;
    room[n] = '\0';
    for (size_t i = 0; i < COUNT(ANSWERS); i++) {
        snprintf(post, sizeof(post), "POST /%s ", ANSWERS[i].name);
        snprintf(fetch, sizeof(fetch), "GET /%s ", ANSWERS[i].name);
        if (str_starts(room, post))
            answer_send(fd, i);
        else if (str_starts(room, fetch))
            file_send(fd, ANSWERS[i].file);
    }
}

static int server_open(void **state)
{
    (void)state;
    log_open("test_bill_fetch", LOG_ERROR + 1);
    return loopback_open(serve_one);
}

/* ---- tests */

static struct own channel(const char *answer)
{
    char config[2048];

    snprintf(config, sizeof(config),
             "{\"app_id\":\"2021000000000001\",\"seller_id\":\"2088102177846880\","
             "\"alipay_public_key\":\"%s\",\"gateway\":\"http://127.0.0.1:%d/%s\"}",
             CHANNEL_PUBLIC, loopback_port, answer);
    struct own own =
        opened(&CHANNEL_ALIPAY, "alipay_qr", config, "{\"private_key\":\"" APP_PRIVATE "\"}");
    assert_non_null(own.keys);
    return own;
}

static enum pay_err line_count(void *arg, const struct bill_line *line)
{
    (void)line;
    ++*(int *)arg;
    return PAY_OK;
}

static void test_channel_bill_fetch__says_how_it_ended(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(ANSWERS); i++) {
        const char *name = ANSWERS[i].name;
        struct own own = channel(name);
        int lines = 0, fd = memfd_create("bill", MFD_CLOEXEC);
        const struct bill_ask ask = { .day = DAY, .kind = BILL_TRADES, .fd = fd };
        const struct bill_reading reading = {
            .fd = fd, .day = DAY, .each = line_count, .arg = &lines
        };
        struct bill_answer answer;
        struct bill_total total;
        CHECK_TEXT(name, err_name(channel_bill_fetch(own.driver, &own.account, &ask, &answer)),
                   err_name(ANSWERS[i].want));
        CHECK_I64(name, answer.end, ANSWERS[i].end);
        if (!strstr(answer.why, ANSWERS[i].why))
            fail_msg("%s: got '%s'", name, answer.why);
        enum pay_err err = channel_bill_read(own.driver, &own.account, &reading, &total);
        CHECK_I64(name, err, ANSWERS[i].file == FILE_WHOLE ? PAY_OK : PAY_BAD_BODY);
        CHECK_I64(name, lines, ANSWERS[i].file == FILE_WHOLE);
        close(fd);
        shut(&own);
    }
}

static void test_channel_bill_fetch__refuses_what_cannot_be(void **state)
{
    static const struct channel_driver NO_BILLS = { .protocol = "none" };
    struct own own = channel("whole");
    const int fd = memfd_create("bill", MFD_CLOEXEC);
    const struct bill_ask ask = { .day = DAY, .fd = fd },
                          no_day = { .day = "2026-02-30", .fd = fd };
    struct bill_answer answer;

    (void)state;
    assert_int_equal(channel_bill_fetch(&NO_BILLS, &own.account, &ask, &answer), PAY_REFUSED);
    assert_string_equal(answer.why, "this channel makes no bills");
    assert_int_equal(channel_bill_fetch(own.driver, &own.account, &no_day, &answer), PAY_FAULT);
    close(fd);
    shut(&own);
}

/* What a few kilobytes become: not read to the end, since no line of a bill is so long. */
static void test_channel_bill_read__gives_a_bomb_up(void **state)
{
    static char zeros[8 << 20], room[65536];
    struct text to = TEXT(room);
    const int fd = memfd_create("bill", MFD_CLOEXEC);
    const struct channel_account account = { .id = 7 };
    const struct bill_reading reading = { .fd = fd, .day = DAY, .each = line_count };
    struct bill_total total;

    (void)state;
    memset(zeros, 'x', sizeof(zeros));
    assert_int_equal(gzip_add(zeros, sizeof(zeros), &to), PAY_OK);
    assert_int_equal(write(fd, to.at, to.len), to.len);
    assert_int_equal(channel_bill_read(&CHANNEL_WECHAT, &account, &reading, &total), PAY_BAD_BODY);
    assert_string_equal(total.why, "line 1: it has over 65536 bytes");
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_channel_bill_fetch__says_how_it_ended),
        cmocka_unit_test(test_channel_bill_fetch__refuses_what_cannot_be),
        cmocka_unit_test(test_channel_bill_read__gives_a_bomb_up),
    };
    return cmocka_run_group_tests(tests, server_open, loopback_close);
}
