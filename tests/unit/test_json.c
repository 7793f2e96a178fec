/* test_json.c - the gate's promises, then the tree behind it. */
#include <stdlib.h>
#include "tests/unit/unit.h"
#include "base/clock.h"
#include "io/json/json.h"

struct gate_case {
    const char *name, *text;
    bool want;
};

/* clang-format off */
static const struct gate_case GRAMMAR[] = {
    { "object",                 "{\"a\":1}",                    true },
    { "empty object",           "{}",                           true },
    { "empty array",            "[]",                           true },
    { "blanks everywhere",      " {\t\"a\" :\r\n[ 1 , 2 ] } ",  true },
    { "bare string",            "\"x\"",                        true },
    { "bare number",            "12",                           true },
    { "bare true",              "true",                         true },
    { "bare null",              "null",                         true },
    { "nothing",                "",                             false },
    { "blanks only",            " \n",                          false },
    { "trailing bytes",         "{} x",                         false },
    { "second value",           "{}{}",                         false },
    { "byte-order mark",        "\xEF\xBB\xBF{}",               false },
    { "comment",                "{}/**/",                       false },
    { "form feed as blank",     "\f{}",                         false },
    { "trailing comma object",  "{\"a\":1,}",                   false },
    { "trailing comma array",   "[1,]",                         false },
    { "leading comma",          "[,1]",                         false },
    { "two commas",             "[1,,2]",                       false },
    { "no colon",               "{\"a\" 1}",                    false },
    { "no value",               "{\"a\":}",                     false },
    { "number as name",         "{1:2}",                        false },
    { "bare name",              "{a:1}",                        false },
    { "single quotes name",     "{'a':1}",                      false },
    { "single quotes value",    "{\"a\":'b'}",                  false },
    { "unclosed object",        "{\"a\":1",                     false },
    { "unclosed array",         "[1",                           false },
    { "wrong bracket",          "[1}",                          false },
    { "True",                   "True",                         false },
    { "truex",                  "truex",                        false },
    { "tru",                    "tru",                          false },
    { "NaN",                    "[NaN]",                        false },
    { "Infinity",               "[Infinity]",                   false },
    { "-Infinity",              "[-Infinity]",                  false },
    { "nul",                    "{\"a\":nul}",                  false },
};

static const struct gate_case NUMBERS[] = {
    { "zero", "0", true },          { "minus zero", "-0", true },
    { "negative", "-1", true },     { "fraction", "1.5", true },
    { "exponent", "1e3", true },    { "signed exponent", "1E-3", true },
    { "plus exponent", "1e+3", true }, { "twenty digits", "12345678901234567890", true },
    { "leading zero", "01", false },   { "minus leading zero", "-01", false },
    { "plus", "+1", false },        { "lone minus", "-", false },
    { "bare point", ".5", false },  { "ends in point", "1.", false },
    { "bare exponent", "1e", false }, { "exponent sign only", "1e+", false },
    { "hex", "0x10", false },       { "letters after", "100abc", false },
    { "blank inside", "1 2", false }, { "minus blank", "- 1", false },
    { "fullwidth digit", "\xEF\xBC\x91", false }, { "underscore", "1_000", false },
};

static const struct gate_case STRINGS[] = {
    { "two, three, four bytes", "\"\xC3\xA9\xE4\xB8\xAD\xF0\x9F\x92\xB0\"", true },
    { "all short escapes",      "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",    true },
    { "unicode escape",         "\"\\u4e2D\"",          true },
    { "surrogate pair",         "\"\\uD83D\\uDCB0\"",   true },
    { "noncharacter",           "\"\xEF\xBF\xBF\"",     true },
    { "delete",                 "\"\x7F\"",             true },
    { "high surrogate alone",   "\"\\uD83D\"",          false },
    { "high then text",         "\"\\uD83Dxxxxxx\"",    false },
    { "high then high",         "\"\\uD83D\\uD83D\"",   false },
    { "low surrogate alone",    "\"\\uDCB0\"",          false },
    { "raw surrogate",          "\"\xED\xA0\x80\"",     false },
    { "escaped NUL",            "\"a\\u0000b\"",        true },
    { "escaped NUL in a name",  "{\"a\\u0000b\":1}",    false },
    { "overlong slash",         "\"\xC0\xAF\"",         false },
    { "overlong NUL",           "\"\xC0\x80\"",         false },
    { "overlong three",         "\"\xE0\x80\xAF\"",     false },
    { "overlong four",          "\"\xF0\x80\x80\xAF\"", false },
    { "above U+10FFFF",         "\"\xF4\x90\x80\x80\"", false },
    { "five-byte form",         "\"\xF8\x88\x80\x80\x80\"", false },
    { "lone continuation",      "\"\x80\"",             false },
    { "cut character",          "\"\xE4\xB8\"",         false },
    { "latin-1",                "\"caf\xE9\"",          false },
    { "raw newline",            "\"a\nb\"",             false },
    { "raw tab",                "\"a\tb\"",             false },
    { "raw 0x01",               "\"a\x01\"",            false },
    { "unknown escape",         "\"\\x41\"",            false },
    { "escaped single quote",   "\"\\'\"",              false },
    { "short unicode escape",   "\"\\u12\"",            false },
    { "unicode escape not hex", "\"\\u12G4\"",          false },
    { "ends in backslash",      "\"\\",                 false },
    { "escaped end quote",      "\"abc\\\"",            false },
    { "unclosed",               "\"abc",                false },
    { "bad bytes in a name",    "{\"\xC0\xAF\":1}",     false },
};

static const struct gate_case NAMES[] = {
    { "different",              "{\"a\":1,\"b\":2}",            true },
    { "case differs",           "{\"a\":1,\"A\":2}",            true },
    { "one is the other's head", "{\"a\":1,\"ab\":2}",          true },
    { "same in other objects",  "{\"a\":{\"a\":1},\"b\":{\"a\":1}}", true },
    { "empty name",             "{\"\":1}",                     true },
    { "twice",                  "{\"a\":1,\"a\":1}",            false },
    { "twice, far apart",       "{\"a\":1,\"b\":2,\"c\":3,\"a\":4}", false },
    { "twice after unescaping", "{\"a\":1,\"\\u0061\":2}",      false },
    { "escaped slash",          "{\"/\":1,\"\\/\":2}",          false },
    { "pair and raw",           "{\"\\uD83D\\uDCB0\":1,\"\xF0\x9F\x92\xB0\":2}", false },
    { "upper and lower hex",    "{\"\\u004A\":1,\"\\u004a\":2}", false },
    { "empty twice",            "{\"\":1,\"\":2}",              false },
    { "twice deep",             "{\"x\":[{\"y\":{\"a\":1,\"a\":2}}]}", false },
    { "outer after inner",      "{\"a\":{\"b\":1},\"a\":2}",    false },
};
/* clang-format on */

static void run(const struct gate_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        /* A copy without a NUL after it: the sanitizer sees a read beyond the end. */
        const size_t len = strlen(cases[i].text);
        char *copy = malloc(len + (len == 0));
        memcpy(copy, cases[i].text, len);
        const bool got = json_check(copy, len);
        struct json *root;
        enum pay_err err = json_parse(copy, len, &root);
        free(copy);
        CHECK_I64(cases[i].name, got, cases[i].want);
        CHECK_I64(cases[i].name, err, cases[i].want ? PAY_OK : PAY_BAD_BODY);
        json_free(&root);
    }
}

static void test_json_check__holds_to_the_grammar(void **state)
{
    (void)state;
    run(GRAMMAR, COUNT(GRAMMAR));
}

static void test_json_check__numbers_as_rfc_8259(void **state)
{
    (void)state;
    run(NUMBERS, COUNT(NUMBERS));
}

static void test_json_check__strings_are_strict_utf8(void **state)
{
    (void)state;
    run(STRINGS, COUNT(STRINGS));
}

static void test_json_check__refuses_a_name_twice(void **state)
{
    (void)state;
    run(NAMES, COUNT(NAMES));
}

static void test_json_check__refuses_raw_nul_bytes(void **state)
{
    (void)state;
    assert_false(json_check("{}\0", 3));
    assert_false(json_check("\"a\0b\"", 5));
    assert_false(json_check("\"\\\0\"", 4));
    assert_false(json_check("\0{}", 3));
}

static size_t nest(char *room, const char *open, const char *close, int depth)
{
    room[0] = '\0';
    for (int i = 0; i < depth; i++)
        strncat(room, open, 8);
    strncat(room, "1", 2);
    for (int i = 0; i < depth; i++)
        strncat(room, close, 8);
    return strlen(room);
}

static void test_json_check__eight_levels_and_no_more(void **state)
{
    char room[256];
    (void)state;

    assert_true(json_check(room, nest(room, "{\"a\":", "}", 8)));
    assert_false(json_check(room, nest(room, "{\"a\":", "}", 9)));
    assert_true(json_check(room, nest(room, "[", "]", 8)));
    assert_false(json_check(room, nest(room, "[", "]", 9)));
    assert_true(json_check(room, nest(room, "[{\"a\":", "}]", 4)));
    assert_false(json_check(room, nest(room, "[{\"a\":", "}]", 5)));
    struct json *root;
    assert_int_equal(json_parse(room, nest(room, "{\"a\":", "}", 8), &root), PAY_OK);
    json_free(&root);
}

/* 10^5 names, in falling order and with a long common head: well under what n^2 would take. */
static void test_json_check__many_names_in_time(void **state)
{
    const size_t size = 3000000;
    char *room = malloc(size);
    struct text t = text_over(room, size);
    (void)state;

    text_add_char(&t, '{');
    for (int i = 100000; i > 0; i--)
        text_addf(&t, "\"name%06d\":0%s", i, i > 1 ? "," : "}");
    assert_false(t.full);
    int64_t start = clock_ticks_us();
    assert_true(json_check(room, t.len));
    assert_true(clock_ticks_us() - start < 2000000);
    room[t.len - 1] = ',';
    text_add(&t, "\"name050000\":1}");
    assert_false(json_check(room, t.len));
    free(room);
}

static void test_json_check__every_cut_and_flip_ends(void **state)
{
    static const char GOOD[] = "{\"a\":[1,-2.5e3,true,null,\"\\u4e2d\\uD83D\\uDCB0\xE4\xB8\xAD\"],"
                               "\"b\":{\"c\":{}}}";
    char room[sizeof(GOOD)];
    (void)state;

    assert_true(json_check(GOOD, sizeof(GOOD) - 1));
    for (size_t len = 0; len < sizeof(GOOD) - 1; len++)
        assert_false(json_check(GOOD, len));
    for (size_t at = 0; at < sizeof(GOOD) - 1; at++) {
        for (int byte = 0; byte < 256; byte++) {
            struct json *root;
            memcpy(room, GOOD, sizeof(GOOD));
            room[at] = (char)byte;
            const bool good = json_check(room, sizeof(GOOD) - 1);
            assert_int_equal(json_parse(room, sizeof(GOOD) - 1, &root),
                             good ? PAY_OK : PAY_BAD_BODY);
            json_free(&root);
        }
    }
}

/* ---- the tree */

static const char TREE[] =
    "{\"text\":\"\xE4\xB8\xAD\\n\",\"int\":-42,\"zero\":0,\"max\":9223372036854775807,"
    "\"over\":9223372036854775808,\"huge\":123456789012345678901234567890,"
    "\"under\":-99999999999999999999,\"fraction\":1.0,\"exponent\":1e3,\"wild\":1e999,"
    "\"yes\":true,\"no\":false,\"none\":null,\"list\":[1,null,\"x\"],\"object\":{\"k\":1}}";

struct kind_case {
    const char *name;
    enum json_kind want;
};
static const struct kind_case KINDS[] = {
    { "text", JSON_STRING },  { "int", JSON_INT },         { "zero", JSON_INT },
    { "max", JSON_INT },      { "over", JSON_NUMBER },     { "huge", JSON_NUMBER },
    { "under", JSON_NUMBER }, { "fraction", JSON_NUMBER }, { "exponent", JSON_NUMBER },
    { "wild", JSON_NUMBER },  { "yes", JSON_BOOL },        { "no", JSON_BOOL },
    { "none", JSON_NULL },    { "list", JSON_ARRAY },      { "object", JSON_OBJECT },
};

static void test_json_kind__integers_are_no_other_numbers(void **state)
{
    struct json *root;
    (void)state;

    assert_int_equal(json_parse(TREE, sizeof(TREE) - 1, &root), PAY_OK);
    assert_int_equal(json_kind(root), JSON_OBJECT);
    for (size_t i = 0; i < COUNT(KINDS); i++) {
        const struct json *value = json_member(root, KINDS[i].name);
        CHECK(KINDS[i].name, value != NULL);
        CHECK_I64(KINDS[i].name, json_kind(value), KINDS[i].want);
    }
    json_free(&root);
    assert_null(root);
    json_free(&root);
}

static void test_json_member__values_and_absence(void **state)
{
    struct json *root;
    size_t len;
    (void)state;

    assert_int_equal(json_parse(TREE, sizeof(TREE) - 1, &root), PAY_OK);
    assert_string_equal(json_text(json_member(root, "text"), &len), "\xE4\xB8\xAD\n");
    assert_int_equal(len, 4);
    assert_true(json_int(json_member(root, "int")) == -42);
    assert_true(json_int(json_member(root, "max")) == INT64_MAX);
    assert_null(json_member(root, "absent"));
    assert_null(json_text(json_member(root, "int"), &len));
    assert_true(json_int(json_member(root, "text")) == 0);
    const struct json *list = json_member(root, "list");
    assert_int_equal(json_size(list), 3);
    assert_null(json_member(list, "x"));
    assert_null(json_member(json_member(root, "none"), "x"));
    assert_int_equal(json_size(root), COUNT(KINDS));
    json_free(&root);
}

static bool join_names(void *arg, const char *name, const struct json *value)
{
    text_addf(arg, "%s=%d ", name, (int)json_kind(value));
    return strcmp(name, "no") != 0;
}

static void test_json_each__in_the_order_of_the_text(void **state)
{
    static const char TEXT_[] = "{\"z\":null,\"a\":1,\"no\":2,\"m\":3}";
    char room[64];
    struct text t = TEXT(room);
    struct json *root;
    (void)state;

    assert_int_equal(json_parse(TEXT_, sizeof(TEXT_) - 1, &root), PAY_OK);
    assert_false(json_each(root, join_names, &t));
    assert_string_equal(room, "z=0 a=2 no=2 ");
    json_free(&root);
}

static void test_json_parse__bare_null_is_a_value(void **state)
{
    struct json *root;
    (void)state;

    assert_int_equal(json_parse("null", 4, &root), PAY_OK);
    assert_non_null(root);
    assert_int_equal(json_kind(root), JSON_NULL);
    json_free(&root);
    assert_int_equal(json_parse("-17", 3, &root), PAY_OK);
    assert_true(json_int(root) == -17);
    json_free(&root);
}

struct span_case {
    const char *name, *text, *want;
};
/* clang-format off */
static const struct span_case SPANS[] = {
    { "object",         "{\"a\":1,\"metadata\": {\"b\" : 1.50} ,\"c\":2}", "{\"b\" : 1.50}" },
    { "first",          "{\"metadata\":\"\\u0041\"}",       "\"\\u0041\"" },
    { "last",           "{\"x\":[],\"metadata\":12 }",      "12" },
    { "escaped name",   "{\"meta\\u0064ata\":true}",        "true" },
    { "inner only",     "{\"x\":{\"metadata\":1}}",         NULL },
    { "inner and outer", "{\"x\":{\"metadata\":1},\"metadata\":2}", "2" },
    { "longer name",    "{\"metadatas\":1}",                NULL },
    { "shorter name",   "{\"meta\":1}",                     NULL },
    { "in an array",    "[{\"metadata\":1}]",               NULL },
    { "not an object",  "1",                                NULL },
};
/* clang-format on */

static void test_json_span__the_very_bytes(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(SPANS); i++) {
        char got[64] = "(none)";
        size_t len;
        const char *at = json_span(SPANS[i].text, strlen(SPANS[i].text), "metadata", &len);
        if (at)
            CHECK(SPANS[i].name, text_copy_n(got, sizeof(got), at, len));
        CHECK_TEXT(SPANS[i].name, got, SPANS[i].want ? SPANS[i].want : "(none)");
    }
}

static void test_json_members_over__at_any_depth(void **state)
{
    static const struct {
        const char *name, *text;
        bool over;
    } CASES[] = {
        { "three", "{\"a\":1,\"b\":2,\"c\":3}", false },
        { "four", "{\"a\":1,\"b\":2,\"c\":3,\"d\":4}", true },
        { "four, nested", "{\"a\":{\"b\":2},\"c\":[{\"d\":4}]}", true },
        { "what follows may be anything", "{\"a\":1,\"b\":2,\"c\":3,\"d\"!", true },
        { "broken before", "{\"a\":1,\"b\":!,\"c\":3,\"d\":4}", false },
        { "no object", "[1,2,3,4,5]", false },
        { "nothing", "", false },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++)
        CHECK_I64(CASES[i].name, json_members_over(CASES[i].text, strlen(CASES[i].text), 3),
                  CASES[i].over);
}

static void test_json_containers_over__at_any_depth(void **state)
{
    static const struct {
        const char *name, *text;
        bool over;
    } CASES[] = {
        { "three", "{\"a\":[],\"b\":{},\"c\":1,\"d\":2}", false },
        { "four", "[[],{},[]]", true },
        { "four, nested", "{\"a\":{\"b\":[{}]}}", true },
        { "what follows may be anything", "[[[[!", true },
        { "what is before may be repeated", "[{\"a\":1,\"a\":1},[],[]]", true },
        { "broken before", "[1,!,[[[[]]]]]", false },
        { "numbers", "[1,2,3,4,5]", false },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++)
        CHECK_I64(CASES[i].name, json_containers_over(CASES[i].text, strlen(CASES[i].text), 3),
                  CASES[i].over);
}

/* json-c alone makes U+FFFD of a pair whose character ends in D800 to DBFF. */
static void test_json_parse__escaped_pairs_are_their_character(void **state)
{
    static const struct {
        const char *json, *want;
    } PAIRS[] = {
        { "{\"a\":\"\\ud83d\\ude00\"}", "\xF0\x9F\x98\x80" },
        { "{\"a\":\"\\ud836\\uDE00e\"}", "\xF0\x9D\xA8\x80"
                                         "e" },
        { "{\"a\":\"x\\uD876\\udc00\\n\\\\ud876\"}", "x\xF0\xAD\xA0\x80\n\\ud876" },
        { "{\"\\ud876\\udc00\":1,\"a\":\"\\udbff\\udfff\"}", "\xF4\x8F\xBF\xBF" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(PAIRS); i++) {
        struct json *root;
        size_t len;
        assert_int_equal(json_parse(PAIRS[i].json, strlen(PAIRS[i].json), &root), PAY_OK);
        CHECK_TEXT(PAIRS[i].json, json_text(json_member(root, "a"), &len), PAIRS[i].want);
        json_free(&root);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json_check__holds_to_the_grammar),
        cmocka_unit_test(test_json_check__numbers_as_rfc_8259),
        cmocka_unit_test(test_json_check__strings_are_strict_utf8),
        cmocka_unit_test(test_json_check__refuses_a_name_twice),
        cmocka_unit_test(test_json_check__refuses_raw_nul_bytes),
        cmocka_unit_test(test_json_check__eight_levels_and_no_more),
        cmocka_unit_test(test_json_check__many_names_in_time),
        cmocka_unit_test(test_json_check__every_cut_and_flip_ends),
        cmocka_unit_test(test_json_kind__integers_are_no_other_numbers),
        cmocka_unit_test(test_json_member__values_and_absence),
        cmocka_unit_test(test_json_each__in_the_order_of_the_text),
        cmocka_unit_test(test_json_parse__bare_null_is_a_value),
        cmocka_unit_test(test_json_parse__escaped_pairs_are_their_character),
        cmocka_unit_test(test_json_span__the_very_bytes),
        cmocka_unit_test(test_json_members_over__at_any_depth),
        cmocka_unit_test(test_json_containers_over__at_any_depth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
