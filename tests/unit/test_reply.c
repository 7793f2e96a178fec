/* test_reply.c - the envelope of an answer, as it leaves the process. */
#include "tests/unit/unit.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "web/skeleton/reply_send.h"

static char sent[4096];

/* The answer as a plain CGI writes it. */
static void send_it(struct reply *reply, bool head)
{
    FILE *file = tmpfile();
    const int saved = dup(STDOUT_FILENO);
    struct fcgi *fcgi = fcgi_open(-1, 1);

    fflush(stdout);
    assert_non_null(file);
    assert_true(saved >= 0 && dup2(fileno(file), STDOUT_FILENO) >= 0);
    const bool sent_well = reply_send(reply, fcgi, head);
    assert_true(dup2(saved, STDOUT_FILENO) >= 0);
    close(saved);
    assert_true(sent_well);
    rewind(file);
    sent[fread(sent, 1, sizeof(sent) - 1, file)] = '\0';
    fclose(file);
    fcgi_close(&fcgi);
}

static const char *body_of(void)
{
    const char *end = strstr(sent, "\r\n\r\n");

    assert_non_null(end);
    return end + 4;
}

static struct reply_end end_with(enum pay_err err)
{
    return (struct reply_end){ .err = err, .request_id = "r-1", .allow = "POST" };
}

static void assert_header(const char *line)
{
    char room[256];
    struct text t = TEXT(room);

    text_addf(&t, "\r\n%s\r\n", line);
    if (!strstr(sent, room))
        fail_msg("no \"%s\" in %s", line, sent);
}

static void test_reply_close__data_in_the_envelope(void **state)
{
    struct reply reply;
    const struct reply_end end = end_with(PAY_OK);

    (void)state;
    reply_reset(&reply);
    reply.status = 201;
    reply_header(&reply, "Location", "/payments/X");
    json_str(reply_data(&reply), "order_no", "X");
    json_i64(reply_data(&reply), "price", 7);
    assert_int_equal(reply_close(&reply, &end), PAY_OK);
    send_it(&reply, false);
    assert_true(str_starts(sent, "Status: 201 Created\r\nContent-Length: 60\r\n"));
    assert_header("Location: /payments/X");
    assert_header("Content-Type: application/json; charset=utf-8");
    assert_header("X-Request-Id: r-1");
    assert_header("X-Content-Type-Options: nosniff");
    assert_header("Cache-Control: no-store");
    assert_string_equal(
        body_of(), "{\"code\":0,\"msg\":\"success\",\"data\":{\"order_no\":\"X\",\"price\":7}}");
}

static void test_reply_send__head_has_headers_alone(void **state)
{
    struct reply reply;
    const struct reply_end end = end_with(PAY_OK);

    (void)state;
    reply_reset(&reply);
    assert_int_equal(reply_close(&reply, &end), PAY_OK);
    send_it(&reply, true);
    assert_true(str_starts(sent, "Status: 200 OK\r\nContent-Length: 26\r\n"));
    assert_string_equal(body_of(), "");
    send_it(&reply, false);
    assert_string_equal(body_of(), "{\"code\":0,\"msg\":\"success\"}");
}

struct refusal_case {
    enum pay_err err;
    const char *status, *code, *header;
};
static const struct refusal_case REFUSALS[] = {
    { PAY_BAD_BODY, "Status: 400 ", "{\"code\":40000,", NULL },
    { PAY_UNSIGNED, "Status: 401 ", "{\"code\":40100,",
      "WWW-Authenticate: SHROFF-HMAC-SHA256, SHROFF-RSA2" },
    { PAY_BAD_METHOD, "Status: 405 ", "{\"code\":40500,", "Allow: POST" },
    { PAY_RATE, "Status: 429 ", "{\"code\":42900,", "Retry-After: 1" },
    { PAY_DB_AWAY, "Status: 503 ", "{\"code\":50300,", "Retry-After: 1" },
    { PAY_LOST, "Status: 503 ", "{\"code\":50301,", "Retry-After: 1" },
    { PAY_NO_ROW, "Status: 500 ", "{\"code\":50000,", NULL }, /* what stays inside is our fault */
};

static void test_reply_close__refusals_by_their_row(void **state)
{
    struct reply reply;

    (void)state;
    for (size_t i = 0; i < COUNT(REFUSALS); i++) {
        const struct reply_end end = end_with(REFUSALS[i].err);
        reply_reset(&reply);
        json_str(reply_data(&reply), "order_no", "half done");
        assert_int_equal(reply_close(&reply, &end), REFUSALS[i].err);
        send_it(&reply, false);
        assert_true(str_starts(sent, REFUSALS[i].status));
        assert_true(str_starts(body_of(), REFUSALS[i].code));
        assert_null(strstr(body_of(), "half done"));
        assert_non_null(strstr(body_of(), "\"request_id\":\"r-1\"}"));
        if (REFUSALS[i].header)
            assert_header(REFUSALS[i].header);
    }
}

static void test_reply_close__names_the_field(void **state)
{
    struct reply reply;
    struct reply_end end = end_with(PAY_BAD_FIELD);

    (void)state;
    end.field = "a\"b";
    reply_reset(&reply);
    assert_int_equal(reply_close(&reply, &end), PAY_BAD_FIELD);
    send_it(&reply, false);
    assert_non_null(strstr(body_of(), ",\"request_id\":\"r-1\",\"field\":\"a\\\"b\"}"));
}

static void test_reply_close__a_channels_words_and_the_order(void **state)
{
    struct reply reply;
    const struct reply_end end = end_with(PAY_REFUSED);

    (void)state;
    reply_reset(&reply);
    reply.keep_data = true;
    reply.error_code = "NO_MONEY";
    reply.error_msg = "not enough";
    json_str(reply_data(&reply), "order_no", "X");
    assert_int_equal(reply_close(&reply, &end), PAY_REFUSED);
    send_it(&reply, false);
    assert_true(str_starts(sent, "Status: 502 "));
    assert_non_null(
        strstr(body_of(), "\"channel_error_code\":\"NO_MONEY\",\"channel_error_msg\":\"not enough\""
                          ",\"data\":{\"order_no\":\"X\"}}"));
}

static void test_reply_close__too_much_is_our_fault(void **state)
{
    struct reply reply;
    const struct reply_end end = end_with(PAY_OK);

    (void)state;
    reply_reset(&reply);
    struct json_text *json = reply_data(&reply);
    for (int i = 0; i < 20000 && !reply.body.full; i++)
        json_str(json, "x",
                 "0123456789012345678901234567890123456789012345678901234567890123456789");
    assert_true(reply.body.full);
    assert_int_equal(reply_close(&reply, &end), PAY_FAULT);
    send_it(&reply, false);
    assert_true(str_starts(body_of(), "{\"code\":50000,"));
    assert_null(strstr(body_of(), "data"));
}

static void test_reply_raw__another_kind_of_body(void **state)
{
    struct reply reply;
    const struct reply_end well = end_with(PAY_OK), badly = end_with(PAY_FAULT);

    (void)state;
    reply_reset(&reply);
    text_add(reply_raw(&reply, "text/html; charset=utf-8"), "<p>");
    reply_header(&reply, "X-Bad", "a\r\nSet-Cookie: b");
    assert_int_equal(reply_close(&reply, &well), PAY_OK);
    send_it(&reply, false);
    assert_header("Content-Type: text/html; charset=utf-8");
    assert_null(strstr(sent, "Set-Cookie"));
    assert_string_equal(body_of(), "<p>");
    reply_reset(&reply);
    text_add(reply_raw(&reply, "text/html; charset=utf-8"), "<p>");
    assert_int_equal(reply_close(&reply, &badly), PAY_FAULT);
    send_it(&reply, false);
    assert_null(strstr(sent, "text/html"));
    assert_true(str_starts(body_of(), "{\"code\":50000,"));
}

/* A channel's callback is answered in its own words, whatever the result. */
static void test_reply_close__a_final_answer_stays(void **state)
{
    static const enum pay_err RESULTS[] = { PAY_OK, PAY_BAD_SIGN, PAY_DB_AWAY };
    struct reply reply;

    (void)state;
    for (size_t i = 0; i < COUNT(RESULTS); i++) {
        const struct reply_end end = end_with(RESULTS[i]);
        reply_reset(&reply);
        text_add(reply_raw(&reply, "text/plain"), "again");
        reply.status = 409;
        reply.final = true;
        assert_int_equal(reply_close(&reply, &end), RESULTS[i]);
        send_it(&reply, false);
        assert_true(str_starts(sent, "Status: 409 "));
        assert_header("Content-Type: text/plain");
        assert_string_equal(body_of(), "again");
    }
}

static void test_reply_close__msg_is_the_cause_or_the_cure(void **state)
{
    static const struct {
        enum pay_err err;
        const char *field, *why, *want;
    } CASES[] = {
        { PAY_BAD_FIELD, "price", "price: missing", "\"msg\":\"price: missing\"" },
        { PAY_BAD_FIELD, "price", "", "\"msg\":\"price: a field is missing" },
        { PAY_CONFLICT, "price", "price: 2 is not 1", "\"field\":\"price\"" },
        { PAY_PAID, "price", "", "\"msg\":\"the order is already paid: query the order\"" },
        { PAY_BAD_TYPE, NULL, "a \"b\"\n", "\"msg\":\"a \\\"b\\\"\\n\"" },
        { PAY_DB_AWAY, NULL, "the body is not JSON", "\"msg\":\"the database is away" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct reply reply;
        struct reply_end end = end_with(CASES[i].err);
        end.field = CASES[i].field;
        end.why = CASES[i].why;
        reply_reset(&reply);
        assert_int_equal(reply_close(&reply, &end), CASES[i].err);
        send_it(&reply, false);
        CHECK(CASES[i].want, strstr(body_of(), CASES[i].want) != NULL);
        CHECK(CASES[i].want, CASES[i].err != PAY_PAID || !strstr(body_of(), "\"field\""));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reply_close__msg_is_the_cause_or_the_cure),
        cmocka_unit_test(test_reply_close__a_final_answer_stays),
        cmocka_unit_test(test_reply_close__data_in_the_envelope),
        cmocka_unit_test(test_reply_send__head_has_headers_alone),
        cmocka_unit_test(test_reply_close__refusals_by_their_row),
        cmocka_unit_test(test_reply_close__names_the_field),
        cmocka_unit_test(test_reply_close__a_channels_words_and_the_order),
        cmocka_unit_test(test_reply_close__too_much_is_our_fault),
        cmocka_unit_test(test_reply_raw__another_kind_of_body),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
