/* test_text.c - the bounded builder, numbers, alphabets, UTF-8. */
#include "tests/unit/unit.h"
#include "base/text.h"

static void test_text_add__sticks_once_full(void **state)
{
    char room[8];
    struct text t = TEXT(room);
    (void)state;

    assert_string_equal(room, "");
    text_add(&t, "1234567");
    assert_false(t.full);
    text_add(&t, "8");
    assert_true(t.full);
    assert_string_equal(room, "1234567");
    text_reset(&t);
    text_add(&t, "abc");
    text_add(&t, "too long for it");
    text_add(&t, "x");
    assert_true(t.full);
    assert_string_equal(room, "abc");
    assert_int_equal(t.len, 3);
}

static void test_text_add__each_kind_at_the_edge(void **state)
{
    char room[5];
    struct text t = TEXT(room);
    (void)state;

    text_add_hex(&t, "\x0f\xA0", 2);
    assert_false(t.full);
    assert_string_equal(room, "0fa0");
    text_reset(&t);
    text_add_hex(&t, "\x0f\xA0\x01", 3);
    assert_true(t.full);
    text_reset(&t);
    text_addf(&t, "%d", 12345);
    assert_true(t.full);
    assert_string_equal(room, "");
    text_reset(&t);
    text_addf(&t, "%d", 1234);
    assert_false(t.full);
    text_add_n(&t, "", 0);
    assert_false(t.full);
    struct text none = text_over(room, 0);
    text_add_char(&none, 'x');
    assert_true(none.full);
}

static void test_text_add_i64__extremes(void **state)
{
    char room[64];
    struct text t = TEXT(room);
    (void)state;

    text_add_i64(&t, INT64_MIN);
    text_add_char(&t, ' ');
    text_add_i64(&t, INT64_MAX);
    text_add(&t, NULL);
    text_add_i64(&t, 0);
    assert_string_equal(room, "-9223372036854775808 92233720368547758070");
}

static void test_text_copy__all_or_nothing(void **state)
{
    char room[4] = "zzz";
    (void)state;

    assert_true(text_copy(room, sizeof(room), "abc"));
    assert_string_equal(room, "abc");
    assert_false(text_copy(room, sizeof(room), "abcd"));
    assert_string_equal(room, "");
    assert_true(text_copy(room, sizeof(room), NULL));
    assert_false(text_copy(room, 0, ""));
    assert_true(text_copy_n(room, sizeof(room), "abcdef", 2));
    assert_string_equal(room, "ab");
}

struct number_case {
    const char *name, *text;
    int64_t min, max;
    bool ok;
    int64_t want;
};
/* clang-format off */
static const struct number_case NUMBERS[] = {
    { "zero",           "0",        0, 9,       true, 0 },
    { "at the minimum", "5",        5, 9,       true, 5 },
    { "at the maximum", "9",        5, 9,       true, 9 },
    { "below",          "4",        5, 9,       false, 0 },
    { "above",          "10",       5, 9,       false, 0 },
    { "int64 max",      "9223372036854775807",  0, INT64_MAX, true, INT64_MAX },
    { "int64 max + 1",  "9223372036854775808",  0, INT64_MAX, false, 0 },
    { "int64 min",      "-9223372036854775808", INT64_MIN, 0, true, INT64_MIN },
    { "int64 min - 1",  "-9223372036854775809", INT64_MIN, 0, false, 0 },
    { "thirty digits",  "100000000000000000000000000000", 0, INT64_MAX, false, 0 },
    { "negative",       "-3",       -5, 5,      true, -3 },
    { "negative where none may be", "-3", 0, 5, false, 0 },
    { "minus zero",     "-0",       -5, 5,      false, 0 },
    { "leading zero",   "01",       0, 9,       false, 0 },
    { "two zeros",      "00",       0, 9,       false, 0 },
    { "plus",           "+1",       0, 9,       false, 0 },
    { "empty",          "",         0, 9,       false, 0 },
    { "only minus",     "-",        -9, 9,      false, 0 },
    { "blank before",   " 1",       0, 9,       false, 0 },
    { "blank after",    "1 ",       0, 9,       false, 0 },
    { "letters after",  "1abc",     0, 9,       false, 0 },
    { "fraction",       "1.0",      0, 9,       false, 0 },
    { "hex",            "0x1",      0, 99,      false, 0 },
    { "exponent",       "1e3",      0, 9999,    false, 0 },
    { "null",           NULL,       0, 9,       false, 0 },
};
/* clang-format on */

static void test_str_to_i64__plain_digits_within_bounds(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(NUMBERS); i++) {
        const struct number_case *c = &NUMBERS[i];
        int64_t got = -77;
        CHECK_I64(c->name, str_to_i64(c->text, c->min, c->max, &got), c->ok);
        CHECK_I64(c->name, got, c->ok ? c->want : -77);
    }
}

struct alphabet_case {
    const char *name, *text;
    enum alphabet set;
    bool want;
};
/* clang-format off */
static const struct alphabet_case ALPHABETS[] = {
    { "merchant number",        "Az09_-*|.",    ALPHA_MERCHANT_NO, true },
    { "merchant with blank",    "a b",          ALPHA_MERCHANT_NO, false },
    { "merchant with quote",    "a'b",          ALPHA_MERCHANT_NO, false },
    { "merchant with UTF-8",    "a\xC3\xA9",    ALPHA_MERCHANT_NO, false },
    { "nonce",                  "aZ_-9",        ALPHA_NONCE, true },
    { "nonce with dot",         "a.b",          ALPHA_NONCE, false },
    { "channel",                "mock_2",       ALPHA_CHANNEL, true },
    { "channel upper",          "Mock",         ALPHA_CHANNEL, false },
    { "hex",                    "09af",         ALPHA_HEX, true },
    { "hex upper",              "AF",           ALPHA_HEX, false },
    { "base64",                 "aZ9+/=",       ALPHA_BASE64, true },
    { "base64 url form",        "a-_",          ALPHA_BASE64, false },
    { "ULID",                   "0Z",           ALPHA_ULID, true },
    { "ULID with I",            "0I",           ALPHA_ULID, false },
    { "ULID with L",            "0L",           ALPHA_ULID, false },
    { "ULID with O",            "0O",           ALPHA_ULID, false },
    { "ULID with U",            "0U",           ALPHA_ULID, false },
    { "upper",                  "CNY",          ALPHA_UPPER, true },
    { "digits",                 "12",           ALPHA_DIGITS, true },
    { "empty",                  "",             ALPHA_DIGITS, false },
    { "too long",               "1234567890",   ALPHA_DIGITS, false },
    { "null",                   NULL,           ALPHA_DIGITS, false },
};
/* clang-format on */

static void test_str_is__alphabet_and_length(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(ALPHABETS); i++) {
        const struct alphabet_case *c = &ALPHABETS[i];
        CHECK_I64(c->name, str_is(c->text, c->set, 1, 9), c->want);
    }
    assert_false(str_is_n("1\0002", 3, ALPHA_DIGITS, 1, 9));
    assert_true(str_is("", ALPHA_DIGITS, 0, 9));
}

static void test_str_eq__null_and_case(void **state)
{
    (void)state;
    assert_true(str_eq(NULL, NULL));
    assert_false(str_eq("", NULL));
    assert_false(str_eq("a", "A"));
    assert_true(str_eq_nocase("SUCCESS", "Success"));
    assert_false(str_eq_nocase("success", "success "));
    assert_false(str_eq_nocase("a", NULL));
    assert_false(str_eq_nocase("[", "{"));
    assert_true(str_starts("abc", "ab"));
    assert_false(str_starts("a", "ab"));
    assert_false(str_starts(NULL, "ab"));
    assert_string_equal(str_or("", "x"), "x");
    assert_string_equal(str_or("y", "x"), "y");
}

struct control_case {
    const char *name, *text;
    bool want;
};
/* clang-format off */
static const struct control_case CONTROLS[] = {
    { "plain",              "abc \xE4\xB8\xAD", false },
    { "emoji",              "\xF0\x9F\x92\xB0", false },
    { "no-break space",     "\xC2\xA0",         false },
    { "newline",            "a\nb",             true },
    { "tab",                "a\tb",             true },
    { "delete",             "\x7F",             true },
    { "C1 next line",       "\xC2\x85",         true },
    { "line separator",     "\xE2\x80\xA8",     true },
    { "paragraph separator", "\xE2\x80\xA9",    true },
    { "bidi override",      "a\xE2\x80\xAE" "b", true },
    { "bidi isolate",       "\xE2\x81\xA6",     true },
};
/* clang-format on */

static void test_utf8_has_control__what_text_may_not_hold(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(CONTROLS); i++)
        CHECK_I64(CONTROLS[i].name, utf8_has_control(CONTROLS[i].text, strlen(CONTROLS[i].text)),
                  CONTROLS[i].want);
    assert_true(utf8_has_control("a\0b", 3));
}

struct shown_case {
    const char *name, *text, *want;
};
/* clang-format off */
static const struct shown_case SHOWN[] = {
    { "plain and Chinese",  "{\"a\":\"b\"} \xE4\xB8\xAD", "{\"a\":\"b\"} \xE4\xB8\xAD" },
    { "emoji",              "\xF0\x9F\x92\xB0",  "\xF0\x9F\x92\xB0" },
    { "escape, newline",    "\x1B[2J\n",         "\\x1b[2J\\x0a" },
    { "C1 next line, CSI",  "\xC2\x85\xC2\x9B",  "\\xc2\\x85\\xc2\\x9b" },
    { "a bare C1 byte",     "a\x9Bz",            "a\\x9bz" },
    { "bidi override",      "\xE2\x80\xAE",      "\\xe2\\x80\\xae" },
    { "bidi mark",          "\xE2\x80\x8F",      "\\xe2\\x80\\x8f" },
    { "Arabic mark",        "\xD8\x9C",          "\\xd8\\x9c" },
    { "zero width, BOM",    "\xE2\x80\x8B\xEF\xBB\xBF", "\\xe2\\x80\\x8b\\xef\\xbb\\xbf" },
    { "no-break space",     "\xC2\xA0",          "\\xc2\\xa0" },
    { "a tag character",    "\xF3\xA0\x80\xA0",  "\\xf3\\xa0\\x80\\xa0" },
    { "a cut character",    "\xE4\xB8",          "\\xe4\\xb8" },
    { "empty",              "",                  "" },
};
/* clang-format on */

static void test_text_add_shown__nothing_steers_or_hides(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(SHOWN); i++) {
        char room[64];
        struct text t = TEXT(room);
        text_add_shown(&t, SHOWN[i].text, strlen(SHOWN[i].text));
        CHECK_TEXT(SHOWN[i].name, room, SHOWN[i].want);
    }
}

static void test_utf8_shows__not_what_prints_nothing(void **state)
{
    static const char *const NOTHING[] = { "a\xCD\x8F"
                                           "b",
                                           "a\xE2\xA0\x80"
                                           "b",
                                           "a\xEF\xBF\xB0"
                                           "b",
                                           "a\xF0\x9B\xB2\xA0"
                                           "b",
                                           "a\xC2\xAD"
                                           "b" };

    (void)state;
    for (size_t i = 0; i < COUNT(NOTHING); i++)
        CHECK_I64(NOTHING[i], utf8_shows(NOTHING[i]), false);
    assert_true(utf8_shows("\xE5\x95\x86 caf\xC3\xA9 \xE2\xA0\x81"));
}

static void test_utf8_count__characters_not_bytes(void **state)
{
    static const char TEXT_[] = "a\xC3\xA9\xE4\xB8\xAD\xF0\x9F\x92\xB0";
    (void)state;

    assert_true(utf8_is_valid(TEXT_, sizeof(TEXT_) - 1));
    assert_int_equal(utf8_count(TEXT_, sizeof(TEXT_) - 1), 4);
    assert_false(utf8_is_valid(TEXT_, sizeof(TEXT_) - 2));
    assert_true(utf8_is_valid("", 0));
    static const size_t CUTS[] = { 0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 10 };
    for (size_t max = 0; max < COUNT(CUTS); max++)
        assert_int_equal(utf8_cut(TEXT_, sizeof(TEXT_) - 1, max), CUTS[max]);
}

struct foreign_case {
    const char *name, *text;
    size_t max;
    const char *want;
};
static const struct foreign_case FOREIGN[] = {
    { "plain", "caf\xC3\xA9", 60, "caf\xC3\xA9" },
    { "line ends and escape", "a\r\n\x1b[31m", 60, "a\\x0d\\x0a\\x1b[31m" },
    { "C1 and a bidi override", "\xC2\x9B\xE2\x80\xAE", 60, "\\xc2\\x9b\\xe2\\x80\\xae" },
    { "no-break, zero width, BOM", "\xC2\xA0\xE2\x80\x8B\xEF\xBB\xBF", 60,
      "\\xc2\\xa0\\xe2\\x80\\x8b\\xef\\xbb\\xbf" },
    { "not UTF-8, a cut character", "\xFF\xF0\x9F\x92", 60, "\\xff\\xf0\\x9f\\x92" },
    { "bounded", "abcdef", 3, "abc\xE2\x80\xA6" },
    { "no character is cut", "ab\xC3\xA9z", 3, "ab\xE2\x80\xA6" },
    { "empty", "", 3, "" },
};

static void test_text_add_cut__only_what_can_be_seen(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(FOREIGN); i++) {
        char room[256];
        struct text t = TEXT(room);
        text_add_cut(&t, FOREIGN[i].text, strlen(FOREIGN[i].text), FOREIGN[i].max);
        CHECK_TEXT(FOREIGN[i].name, room, FOREIGN[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_add__sticks_once_full),
        cmocka_unit_test(test_text_add__each_kind_at_the_edge),
        cmocka_unit_test(test_text_add_i64__extremes),
        cmocka_unit_test(test_text_copy__all_or_nothing),
        cmocka_unit_test(test_str_to_i64__plain_digits_within_bounds),
        cmocka_unit_test(test_str_is__alphabet_and_length),
        cmocka_unit_test(test_str_eq__null_and_case),
        cmocka_unit_test(test_utf8_has_control__what_text_may_not_hold),
        cmocka_unit_test(test_text_add_shown__nothing_steers_or_hides),
        cmocka_unit_test(test_utf8_shows__not_what_prints_nothing),
        cmocka_unit_test(test_utf8_count__characters_not_bytes),
        cmocka_unit_test(test_text_add_cut__only_what_can_be_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
