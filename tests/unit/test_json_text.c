/* test_json_text.c - the JSON writer: commas, escapes, what is left out, full. */
#include "tests/unit/unit.h"
#include "base/form.h"
#include "base/json_text.h"
#include "io/json/json.h"

static void test_json_text__places_commas(void **state)
{
    char room[256];
    struct text t = TEXT(room);
    struct json_text j = JSON_TEXT(&t);
    (void)state;

    json_open(&j, NULL);
    json_i64(&j, "n", -1);
    json_str(&j, "s", "x");
    json_open(&j, "o");
    json_close(&j);
    json_open_list(&j, "l");
    json_i64(&j, NULL, 1);
    json_bool(&j, NULL, true);
    json_open(&j, NULL);
    json_bool(&j, "b", false);
    json_close(&j);
    json_close_list(&j);
    json_raw(&j, "raw", "{\"a\": 1.50}");
    json_time(&j, "t", 1);
    json_close(&j);
    assert_string_equal(room, "{\"n\":-1,\"s\":\"x\",\"o\":{},\"l\":[1,true,{\"b\":false}],"
                              "\"raw\":{\"a\": 1.50},\"t\":\"1970-01-01T00:00:00.001Z\"}");
    assert_true(json_check(room, t.len));
}

static void test_json_text__leaves_absent_values_out(void **state)
{
    char room[64];
    struct text t = TEXT(room);
    struct json_text j = JSON_TEXT(&t);
    (void)state;

    json_open(&j, NULL);
    json_opt(&j, "a", NULL);
    json_opt(&j, "b", "");
    json_raw(&j, "c", NULL);
    json_raw(&j, "d", "");
    json_time(&j, "e", 0);
    json_str(&j, "f", NULL);
    json_str(&j, "g", "");
    json_close(&j);
    assert_string_equal(room, "{\"f\":\"\",\"g\":\"\"}");
}

struct escape_case {
    const char *name, *text, *want;
};
/* clang-format off */
static const struct escape_case ESCAPES[] = {
    { "plain",              "abc \xE4\xB8\xAD", "abc \xE4\xB8\xAD" },
    { "quote, backslash",   "\"\\",             "\\\"\\\\" },
    { "slash stays",        "</script>",        "</script>" },
    { "short controls",     "\b\f\n\r\t",       "\\b\\f\\n\\r\\t" },
    { "other controls",     "\x01\x1F\x7F",     "\\u0001\\u001f\\u007f" },
    { "C1",                 "\xC2\x85",         "\\u0085" },
    { "line separator",     "\xE2\x80\xA8",     "\\u2028" },
    { "bidi override",      "\xE2\x80\xAE",     "\\u202e" },
    { "emoji stays",        "\xF0\x9F\x92\xB0", "\xF0\x9F\x92\xB0" },
    { "bad byte",           "a\xFFz",           "a\xEF\xBF\xBDz" },
    { "cut character",      "\xE4\xB8",         "\xEF\xBF\xBD\xEF\xBF\xBD" },
    { "overlong",           "\xC0\xAF",         "\xEF\xBF\xBD\xEF\xBF\xBD" },
    { "empty",              "",                 "" },
};
/* clang-format on */

static void test_json_escape__every_output_is_json(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(ESCAPES); i++) {
        char room[64];
        struct text t = TEXT(room);
        json_escape(&t, ESCAPES[i].text, strlen(ESCAPES[i].text));
        CHECK_TEXT(ESCAPES[i].name, room, ESCAPES[i].want);
    }
    char room[16];
    struct text t = TEXT(room);
    json_escape(&t, "a\0b", 3);
    assert_string_equal(room, "a\\u0000b");
}

/* What is written is read back the same, for every pair of bytes that is text. */
static void test_json_str__reads_back(void **state)
{
    (void)state;
    for (int i = 0; i < 65536; i++) {
        const char text[] = { (char)(i >> 8), (char)(i & 255) };
        char room[64];
        struct text t = TEXT(room);
        struct json_text j = JSON_TEXT(&t);
        json_str_n(&j, NULL, text, sizeof(text));
        assert_true(json_check(room, t.len));
        struct json *root;
        if (utf8_is_valid(text, sizeof(text))) {
            size_t len;
            assert_int_equal(json_parse(room, t.len, &root), PAY_OK);
            const char *back = json_text(root, &len);
            assert_true(len == sizeof(text) && memcmp(back, text, len) == 0);
            json_free(&root);
        }
    }
}

struct mask_case {
    const char *text, *want;
};
static const struct mask_case MASKS[] = {
    { "{\"a\":1,\"sign\":\"abc\",\"b\":2}", "{\"a\":1,\"sign\":\"…\",\"b\":2}" },
    { "OK from ::1: {\"sign\" :\n \"abc\"}", "OK from ::1: {\"sign\" :\n \"…\"}" },
    { "{\"s\\u0069gn\":\"abc\"}", "{\"s\\u0069gn\":\"…\"}" },
    { "{\"\\u0073\\u0069\\u0067\\u006E\":\"a\\\"b\"}", "{\"\\u0073\\u0069\\u0067\\u006E\":\"…\"}" },
    { "{\"sign\":\"cut of", "{\"sign\":\"…\"" },
    { "{\"sign\":12,\"c\":\"sign\"}", "{\"sign\":\"…\",\"c\":\"sign\"}" },
    { "{\"sign_type\":\"RSA2\",\"sig\":\"x\"}", "{\"sign_type\":\"RSA2\",\"sig\":\"x\"}" },
    { "{\"body\":\"\\\"sign\\\":\\\"x\\\"\"}", "{\"body\":\"\\\"sign\\\":\\\"x\\\"\"}" },
    { "{\"s\\u00", "{\"s\\u00" },
    { "\"sign\\", "\"sign\\" },
    { "\"", "\"" },
    { "", "" },
};

static void test_json_mask__names_are_read_as_json_reads_them(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(MASKS); i++) {
        char room[128];
        struct text t = TEXT(room);
        json_mask(&t, MASKS[i].text, "sign");
        CHECK_TEXT(MASKS[i].text, room, MASKS[i].want);
    }
}

static void test_form_mask__names_are_read_as_forms_are(void **state)
{
    static const struct mask_case FORMS[] = {
        { "BAD_SIGN from ::1: sign=a%2Bb%3D&a=1", "BAD_SIGN from ::1: sign=…&a=1" },
        { "a=1&s%69gn=abc==", "a=1&s%69gn=…" },
        { "a=1&sign=cut of", "a=1&sign=… of" },
        { "sign_type=RSA2&design=x&a=sign", "sign_type=RSA2&design=x&a=sign" },
        { "{\"a\": 1}", "{\"a\": 1}" },
        { "sign", "sign" },
        { "", "" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(FORMS); i++) {
        char room[128];
        struct text t = TEXT(room);
        form_mask(&t, FORMS[i].text, "sign");
        CHECK_TEXT(FORMS[i].text, room, FORMS[i].want);
    }
}

static void test_json_text__full_sticks(void **state)
{
    char room[12];
    struct text t = TEXT(room);
    struct json_text j = JSON_TEXT(&t);
    (void)state;

    json_open(&j, NULL);
    json_str(&j, "name", "much too long");
    json_close(&j);
    assert_true(t.full);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json_text__places_commas),
        cmocka_unit_test(test_json_text__leaves_absent_values_out),
        cmocka_unit_test(test_json_escape__every_output_is_json),
        cmocka_unit_test(test_json_str__reads_back),
        cmocka_unit_test(test_json_mask__names_are_read_as_json_reads_them),
        cmocka_unit_test(test_form_mask__names_are_read_as_forms_are),
        cmocka_unit_test(test_json_text__full_sticks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
