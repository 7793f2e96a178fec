/* test_notify.c - when a notification is tried again, what counts as heard, how it is signed. */
#include "tests/unit/unit.h"

#include "io/crypto/sign.h"
#include "notify/notify.h"

static void schedule_as_text(const struct notify_schedule *schedule, struct text *to)
{
    for (size_t i = 0; i < schedule->gaps; i++)
        text_addf(to, "%s%lld", i > 0 ? "," : "", (long long)schedule->gap[i]);
}

static void test_notify_schedule_parse__names_and_lists(void **state)
{
    static const struct {
        const char *text, *want;
    } CASES[] = {
        { "seed", "15,15,30,180,1800,1800,1800,3600" },
        { "long", "15,15,30,180,1800,1800,1800,3600,10800,10800,21600,21600,21600,86400,86400" },
        { "1", "1" },
        { "604800", "604800" },
        { "15,60,600", "15,60,600" },
        { "1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1",
          "1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1" },
        { "1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1", NULL },
        { "", NULL },
        { "0", NULL },
        { "604801", NULL },
        { "15,", NULL },
        { ",15", NULL },
        { "15,,15", NULL },
        { "15, 15", NULL },
        { "-1", NULL },
        { "1.5", NULL },
        { "Seed", NULL },
        { "longer", NULL },
    };
    char room[512];

    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct notify_schedule schedule;
        struct text t = TEXT(room);
        bool ok = notify_schedule_parse(CASES[i].text, &schedule);
        CHECK(CASES[i].text, ok == (CASES[i].want != NULL));
        if (!ok)
            continue;
        schedule_as_text(&schedule, &t);
        CHECK_TEXT(CASES[i].text, room, CASES[i].want);
    }
}

static void test_notify_schedule__sums_of_the_contract(void **state)
{
    static const struct {
        const char *name;
        size_t tries;
        int64_t minutes;
    } CASES[] = {
        { "seed", 9, 154 }, { "long", 16, 4474 }, /* 9,240 s; 74 h 34 min, "74.6 h" */
    };

    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct notify_schedule schedule;
        int64_t sum = 0;
        assert_true(notify_schedule_parse(CASES[i].name, &schedule));
        for (size_t k = 0; k < schedule.gaps; k++)
            sum += schedule.gap[k];
        CHECK_I64(CASES[i].name, schedule.gaps + 1, CASES[i].tries);
        CHECK_I64(CASES[i].name, sum / 60, CASES[i].minutes);
    }
}

static void test_notify_wait_ms__lengthens_never_shortens(void **state)
{
    struct notify_schedule seed;

    (void)state;
    assert_true(notify_schedule_parse("seed", &seed));
    for (unsigned random = 0; random < 5000; random += 7) {
        int64_t ms = notify_wait_ms(&seed, 1, 0, random);
        assert_in_range(ms, 15000, 16500);
    }
    assert_int_equal(notify_wait_ms(&seed, 1, 0, 0), 15000);
    assert_int_equal(notify_wait_ms(&seed, 1, 0, 1000), 16500);
    assert_int_equal(notify_wait_ms(&seed, 8, 0, 0), 3600000);
    assert_int_equal(notify_wait_ms(&seed, 9, 0, 0), -1);
    assert_int_equal(notify_wait_ms(&seed, 0, 0, 0), -1);
    assert_int_equal(notify_wait_ms(&seed, 9, 60, 0), -1);
    assert_int_equal(notify_wait_ms(&seed, 1, 120, 0), 120000);
    assert_int_equal(notify_wait_ms(&seed, 1, 5, 0), 15000);
    assert_int_equal(notify_wait_ms(&seed, 1, -1, 0), 15000);
    assert_int_equal(notify_wait_ms(&seed, 1, INT64_MAX, 0), 3615000);
    assert_int_equal(notify_wait_ms(&seed, 8, 7200, 0), 7200000);
    assert_int_equal(notify_wait_ms(&seed, 8, 86400, 0), 7200000);
    assert_in_range(notify_wait_ms(&seed, 1, INT64_MAX, 4294967295u), 3615000, 3976500);
}

static void test_notify_retry_after__seconds_or_date(void **state)
{
    static const struct {
        const char *value;
        int64_t want;
    } CASES[] = {
        { "0", 0 },
        { "120", 120 },
        { " 120 ", 120 },
        { "0120", 120 },
        { "999999999999999", 86400 },
        { "Sun, 06 Nov 1994 08:49:37 GMT", 37 },
        { "Sun, 06 Nov 1994 08:48:37 GMT", 0 },
        { "", -1 },
        { "-5", -1 },
        { "soon", -1 },
        { "1.5", -1 },
        { "1 2", -1 },
        { "0Sun, 06 Nov 1994 08:49:37 GMT", -1 },
        { "00", 0 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++)
        CHECK_I64(CASES[i].value, notify_retry_after(CASES[i].value, 784111740), CASES[i].want);
    assert_int_equal(notify_retry_after(NULL, 0), -1);
}

struct answer_case {
    const char *name;
    int status;
    const char *body;
    bool heard;
};
static const struct answer_case ANSWERS[] = {
    { "plain", 200, "success", true },
    { "upper", 200, "SUCCESS", true },
    { "mixed", 200, "SucCess", true },
    { "blanks around", 200, " SUCCESS\n", true },
    { "tabs and line ends", 200, "\t\r\nsuccess\r\n\t", true },
    { "number 0", 200, "{\"code\":0}", true },
    { "number 0 with more", 200, " {\"msg\":\"x\",\"code\": 0 ,\"data\":{}}\n", true },
    { "string SUCCESS", 200, "{\"code\":\"SUCCESS\"}", true },
    { "SUCCESS and NUL", 200, "{\"code\":\"SUCCESS\\u0000\"}", false },
    { "escaped", 200, "{\"\\u0063ode\":\"SUCC\\u0045SS\"}", true },
    { "string 0", 200, "{\"code\":\"0\"}", false },
    { "string success", 200, "{\"code\":\"success\"}", false },
    { "number 1", 200, "{\"code\":1}", false },
    { "fraction", 200, "{\"code\":0.0}", true },
    { "exponent", 200, "{\"code\":0e0}", true },
    { "minus", 200, "{\"code\":-0}", true },
    { "all of it", 200, "{\"code\":-0.000E+5}", true },
    { "too small for a double", 200, "{\"code\":1e-400}", false },
    { "a fraction", 200, "{\"code\":0.5}", false },
    { "too large", 200, "{\"code\":1e400}", false },
    { "another member twice", 200, "{\"msg\":1,\"msg\":2,\"code\":0}", true },
    { "a member of that name inside", 200, "{\"data\":{\"code\":5},\"code\":0}", true },
    { "a cut emoji", 200, "{\"msg\":\"\\ud83d\",\"code\":0}", true },
    { "a cut emoji, raw", 200, "{\"msg\":\"\xF0\x9F\x98\",\"code\":0}", true },
    { "depth 9", 200, "{\"code\":0,\"d\":[[[[[[[[[[]]]]]]]]]]}", true },
    { "NaN in another member", 200, "{\"n\":[NaN,-Infinity],\"code\":0}", true },
    { "a line end in a string", 200, "{\"msg\":\"a\nb\",\"code\":0}", true },
    { "no escape", 200, "{\"msg\":\"\\q\",\"code\":0}", false },
    { "an escape cut short", 200, "{\"msg\":\"\\u00\",\"code\":0}", false },
    { "single quotes", 200, "{'code':0}", false },
    { "a comma too many", 200, "{\"code\":0,}", false },
    { "a leading zero elsewhere", 200, "{\"n\":01,\"code\":0}", false },
    { "cut off", 200, "{\"code\":0", false },
    { "no quotes", 200, "{code:0}", false },
    { "a name that begins so", 200, "{\"code2\":0}", false },
    { "a quote in front", 200, "{\"a\\\"\":\",\\\"code\\\":1\",\"code\":0}", true },
    { "true", 200, "{\"code\":true}", false },
    { "NaN", 200, "{\"code\":NaN}", false },
    { "list", 200, "{\"code\":[0]}", false },
    { "null", 200, "{\"code\":null}", false },
    { "false", 200, "{\"code\":false}", false },
    { "nested", 200, "{\"data\":{\"code\":0}}", false },
    { "in an array", 200, "[{\"code\":0}]", false },
    { "other member", 200, "{\"Code\":0}", false },
    { "twice", 200, "{\"code\":0,\"code\":0}", false },
    { "twice, once escaped", 200, "{\"code\":1,\"\\u0063ode\":0}", false },
    { "something after", 200, "{\"code\":0}x", false },
    { "empty object", 200, "{}", false },
    { "contains", 200, "NOT_SUCCESS", false },
    { "prefix", 200, "successful", false },
    { "quoted", 200, "\"success\"", true },
    { "quoted, upper, blanks", 200, " \"SUCCESS\"\n", true },
    { "quoted with blanks inside", 200, "\" success \"", false },
    { "quoted, escaped", 200, "\"\\u0073uccess\"", true },
    { "quoted and NUL", 200, "\"success\\u0000\"", false },
    { "half quoted", 200, "\"success", false },
    { "a number", 200, "0", false },
    { "html", 200, "<p>success</p>", false },
    { "byte-order mark", 200, "\xEF\xBB\xBFsuccess", true },
    { "byte-order mark and JSON", 200, "\xEF\xBB\xBF{\"code\":0}\xEF\xBB\xBF", true },
    { "no-break space", 200, "\xC2\xA0success\xC2\xA0", true },
    { "zero-width space", 200, "success\xE2\x80\x8B", true },
    { "ideographic space and a line end", 200, "\xE3\x80\x80 success\xE3\x80\x80\r\n", true },
    { "zero-width space inside", 200,
      "suc\xE2\x80\x8B"
      "cess",
      false },
    { "half a character behind", 200, "success\xE2\x80", false },
    { "empty", 200, "", false },
    { "blank", 200, " \n", false },
    { "ok", 200, "OK", false },
    { "201", 201, "success", false },
    { "204", 204, "", false },
    { "301", 301, "success", false },
    { "500", 500, "{\"code\":0}", false },
    { "none", 0, "success", false },
};

static void test_notify_acknowledged__the_one_rule(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(ANSWERS); i++)
        CHECK(ANSWERS[i].name, notify_acknowledged(ANSWERS[i].status, ANSWERS[i].body,
                                                   strlen(ANSWERS[i].body)) == ANSWERS[i].heard);
    assert_false(notify_acknowledged(200, "success\0", 8));
    assert_false(notify_acknowledged(200, NULL, 0));
}

static void webhook_key(const char *base64, struct webhook_keys *to)
{
    assert_true(sign_base64_read(base64, strlen(base64), to->key[to->count], WEBHOOK_KEY_MAX,
                                 &to->len[to->count]));
    to->count++;
}

static void test_notify_sign__vectors(void **state)
{
    static const char BODY1[] = "{\"test\": 2432232314}";
    static const char BODY3[] =
        "{\"type\":\"payment.succeeded\",\"timestamp\":\"2025-01-01T00:00:00Z\",\"data\":"
        "{\"app_id\":1,\"merchant_order_id\":\"SO20250101001\",\"pay_order_id\":123,"
        "\"status\":10,\"amount\":9999}}";
    const struct notify_message FIRST = { "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, BODY1,
                                          strlen(BODY1) };
    const struct notify_message THIRD = { "ntf_01J0EXAMPLE0000000000001", 1735689600, BODY3,
                                          strlen(BODY3) };
    struct webhook_keys one = { .count = 0 }, two = { .count = 0 }, none = { .count = 0 };
    char room[256], small[20];

    (void)state;
    webhook_key("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", &one);
    struct text t = TEXT(room);
    assert_true(notify_sign(&one, &FIRST, &t));
    assert_string_equal(room, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    webhook_key("b3BheS1leGFtcGxlLWtleS0zMi1ieXRlcy1sb25nISE=", &two);
    webhook_key("b3BheS1vbGQta2V5LTI0LWJ5dGVzLXh4", &two);
    assert_int_equal(strlen(BODY3), 164);
    text_reset(&t);
    assert_true(notify_sign(&two, &THIRD, &t));
    assert_string_equal(room, "v1,G//4AptVVMEXxMJaXfUJ2awwcigMfiOIy1qdx7WA0Tw= "
                              "v1,+oZs8y4VFIV+c/4Fcu/GfabmX1puiI6RJUAtXbS4TE4=");
    text_reset(&t);
    assert_false(notify_sign(&none, &FIRST, &t));
    struct text cramped = TEXT(small);
    assert_false(notify_sign(&one, &FIRST, &cramped));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_notify_schedule_parse__names_and_lists),
        cmocka_unit_test(test_notify_schedule__sums_of_the_contract),
        cmocka_unit_test(test_notify_wait_ms__lengthens_never_shortens),
        cmocka_unit_test(test_notify_retry_after__seconds_or_date),
        cmocka_unit_test(test_notify_acknowledged__the_one_rule),
        cmocka_unit_test(test_notify_sign__vectors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
