/* test_field.c - tables of fields, from JSON and from query strings. */
#include "tests/unit/unit.h"
#include <string.h>
#include "base/money.h"
#include "base/ulid.h"
#include "base/form.h"
#include "web/skeleton/field.h"

struct in {
    char no[NO_SIZE], name[9], word[65], currency[4], url[1025], address[46], object[65],
        extras[4097];
    char any[300], back[1025], note[9];
    struct money price;
    int64_t wait, when, state;
};
static const struct word STATES[] = {
    { 0, "WAITING", "" }, { 10, "SUCCESS", "" }, { 20, "CLOSED", "" },
    { 30, "REFUND", "" }, { .word = NULL },
};
static const struct field FIELDS[] = {
    FIELD(struct in, name, FIELD_TEXT, NEEDED, .min = 1, .max = 4),
    FIELD(struct in, price, FIELD_I64, NEEDED, .min = 1, .max = 1000, .unit = "minor units"),
    FIELD(struct in, wait, FIELD_I64, OPTIONAL, .min = -5, .max = 5, .fallback = 3),
    FIELD(struct in, word, FIELD_WORD, OPTIONAL, .alphabet = ALPHA_MERCHANT_NO, .min = 1,
          .max = 64),
    FIELD(struct in, no, FIELD_NO, OPTIONAL),
    FIELD(struct in, currency, FIELD_CURRENCY, OPTIONAL),
    FIELD(struct in, url, FIELD_URL, OPTIONAL),
    FIELD(struct in, address, FIELD_ADDRESS, OPTIONAL),
    FIELD(struct in, when, FIELD_TIME, OPTIONAL),
    FIELD(struct in, state, FIELD_CHOICE, OPTIONAL, .words = STATES, .fallback = -1),
    FIELD(struct in, object, FIELD_OBJECT, OPTIONAL, .max = 20),
    FIELD(struct in, extras, FIELD_EXTRAS, OPTIONAL),
    FIELD(struct in, any, FIELD_CHECKED, OPTIONAL),
    FIELD(struct in, back, FIELD_RETURN_URL, OPTIONAL),
    FIELD(struct in, note, FIELD_TEXT, OPTIONAL, .max = 8, .lines = true),
};
static const struct field_table TABLE = FIELD_TABLE(FIELDS);

static char why_room[FIELD_WHY_MAX + 1];
static struct text why;
static struct field_fault fault;

/* Nothing is wrong yet. */
static struct field_fault *fresh(void)
{
    why = TEXT(why_room);
    fault = (struct field_fault){ NULL, &why };
    return &fault;
}

#define GOOD "\"name\":\"a\",\"price\":1"
#define NO "01J0000000000000000000000Z"

/* want NULL: taken; "": not JSON as it should be; else the field that is named. */
struct json_case {
    const char *json, *want;
};
static const struct json_case JSON_CASES[] = {
    { "{" GOOD "}", NULL },
    { " {" GOOD "}\n", NULL },
    { "", "" },
    { "{" GOOD, "" },
    { "[]", "" },
    { "\"x\"", "" },
    { "{" GOOD "}x", "" },
    { "{" GOOD ",\"price\":1}", "" },
    { "{" GOOD ",\"pric\\u0065\":1}", "" },
    { "{\"price\":1}", "name" },
    { "{}", "name" },
    { "{\"name\":\"a\"}", "price" },
    { "{\"price\":0,\"zz\":1,\"name\":\"\"}", "name" }, /* the table's order, unknown last */
    { "{" GOOD ",\"zz\":1}", "zz" },
    { "{" GOOD ",\"\":1}", "?" },
    { "{" GOOD ",\"a\\nb\":1}", "?" },
    { "{" GOOD ",\"a b\":1}", "a b" },
    { "{" GOOD ",\"\u4ef7\":1}", "\u4ef7" },
    { "{\"name\":null,\"price\":1}", "name" },
    { "{\"name\":1,\"price\":1}", "name" },
    { "{\"name\":\"\u8336\u8336\u8336\u8336\",\"price\":1}",
      "name" }, /* 12 bytes in 8: refused, not cut */
    { "{\"name\":\"\u8336\u8336\",\"price\":1}", NULL },
    { "{\"name\":\"abcde\",\"price\":1}", "name" },
    { "{\"name\":\"a\\n\",\"price\":1}", "name" },
    { "{\"name\":\"a\",\"price\":0}", "price" },
    { "{\"name\":\"a\",\"price\":1001}", "price" },
    { "{\"name\":\"a\",\"price\":1.0}", "price" },
    { "{\"name\":\"a\",\"price\":1e0}", "price" },
    { "{\"name\":\"a\",\"price\":\"1\"}", "price" },
    { "{\"name\":\"a\",\"price\":true}", "price" },
    { "{\"name\":\"a\",\"price\":99999999999999999999}", "price" },
    { "{\"name\":\"a\",\"price\":-0}", "price" },
    { "{" GOOD ",\"wait\":-5}", NULL },
    { "{" GOOD ",\"wait\":-6}", "wait" },
    { "{" GOOD ",\"word\":\"SO_1-*|.\"}", NULL },
    { "{" GOOD ",\"word\":\"a b\"}", "word" },
    { "{" GOOD ",\"word\":\"\"}", NULL },
    { "{" GOOD ",\"word\":null,\"wait\":null,\"object\":null,\"extras\":null}", NULL },
    { "{" GOOD ",\"wait\":\"\"}", "wait" },
    { "{" GOOD ",\"object\":\"\"}", "object" },
    { "{\"name\":\"\",\"price\":1}", "name" },
    { "\xEF\xBB\xBF{" GOOD "}", NULL },
    { "{" GOOD "}\xEF\xBB\xBF", "" },
    { "\xEF\xBB\xBF\xEF\xBB\xBF{" GOOD "}", "" },
    { "{" GOOD ",\"no\":\"" NO "\"}", NULL },
    { "{" GOOD ",\"no\":\"8"
      "1J0000000000000000000000Z\"}",
      "no" },
    { "{" GOOD ",\"no\":\"01j0000000000000000000000z\"}", "no" },
    { "{" GOOD ",\"no\":\"1\"}", "no" },
    { "{" GOOD ",\"currency\":\"CNY\"}", NULL },
    { "{" GOOD ",\"currency\":\"cny\"}", "currency" },
    { "{" GOOD ",\"currency\":\"ABC\"}", "currency" },
    { "{" GOOD ",\"url\":\"https://example.com/a?b\"}", NULL },
    { "{" GOOD ",\"url\":\"/a\"}", "url" },
    { "{" GOOD ",\"url\":\"\",\"no\":\"\",\"currency\":\"\",\"address\":\"\"}", NULL },
    { "{" GOOD ",\"url\":\"https://example.com/#a\"}", "url" },
    { "{" GOOD ",\"back\":\"https://example.com/?a={ORDER_NO}#/orders/{ORDER_NO}?b=1\"}", NULL },
    { "{" GOOD ",\"back\":\"https://example.com/{ID}\"}", "back" },
    { "{" GOOD ",\"back\":\"https://example.com/#a#b\"}", "back" },
    { "{" GOOD ",\"back\":\"https://example.com/#a b\"}", "back" },
    { "{" GOOD ",\"back\":\"https://example.com/#a\\nb\"}", "back" },
    { "{" GOOD ",\"back\":\"https://u@example.com/#a\"}", "back" },
    { "{" GOOD ",\"back\":\"javascript:{ORDER_NO}#a\"}", "back" },
    { "{" GOOD ",\"note\":\"a\\n\\tb\\n\"}", NULL },
    { "{" GOOD ",\"note\":\"a\\r\\nb\"}", "note" },
    { "{" GOOD ",\"note\":\"\\n\\u009f\"}", "note" },
    { "{" GOOD ",\"note\":\"123456789\"}", "note" },
    { "{" GOOD ",\"address\":\"192.0.2.7, 10.0.0.1\"}", NULL },
    { "{" GOOD ",\"address\":\", [2001:db8::1]:443,junk\"}", NULL },
    { "{" GOOD ",\"address\":\"unknown, 192.0.2.7\"}", "address" },
    { "{" GOOD ",\"url\":\"https://u@example.com/\"}", "url" },
    { "{" GOOD ",\"address\":\"2001:db8::1\"}", NULL },
    { "{" GOOD ",\"address\":\"1.2.3\"}", "address" },
    { "{" GOOD ",\"when\":\"2026-01-01T00:00:00Z\"}", NULL },
    { "{" GOOD ",\"when\":1}", "when" },
    { "{" GOOD ",\"state\":\"SUCCESS\"}", NULL },
    { "{" GOOD ",\"state\":\"PAID\"}", "state" },
    { "{" GOOD ",\"object\":{ \"a\":1.50 }}", NULL },
    { "{" GOOD ",\"object\":[]}", "object" },
    { "{" GOOD ",\"object\":{\"a\":\"0123456789012\"}}", "object" },
    { "{" GOOD ",\"extras\":{\"openid\":\"o\"}}", NULL },
    { "{" GOOD ",\"extras\":{\"a\":1}}", "extras" },
    { "{" GOOD ",\"extras\":{\"a\":\"x\\ny\"}}", "extras" },
    { "{" GOOD
      ",\"extras\":{\"1\":\"\",\"2\":\"\",\"3\":\"\",\"4\":\"\",\"5\":\"\",\"6\":\"\",\"7\":\"\","
      "\"8\":\"\",\"9\":\"\",\"10\":\"\",\"11\":\"\",\"12\":\"\",\"13\":\"\",\"14\":\"\",\"15\":"
      "\"\","
      "\"16\":\"\",\"17\":\"\"}}",
      "extras" },
};

static void check(const char *what, enum pay_err err, const char *field, const char *want)
{
    const enum pay_err want_err = !want ? PAY_OK : *want ? PAY_BAD_FIELD : PAY_BAD_BODY;

    if (err != want_err || (want && *want && !str_eq(field, want)))
        fail_msg("%s: %s, field %s", what, err_name(err), field ? field : "(none)");
}

static void test_field_read_json__cases(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(JSON_CASES); i++) {
        const char *json = JSON_CASES[i].json;
        struct in in;
        const enum pay_err err = field_read_json(&TABLE, json, strlen(json), &in, fresh());
        check(json, err, fault.name, JSON_CASES[i].want);
    }
}

/* A text with so many of one item, where the rest of it has a %s. */
static const char *many_of(const char *rest, const char *item, int count)
{
    static char list[20000], room[20100];
    struct text to = TEXT(list);

    for (int i = 0; i < count; i++)
        text_addf(&to, "%s%s", i > 0 ? "," : "", item);
    const char *mark = strstr(rest, "%s");
    to = TEXT(room);
    text_add_n(&to, rest, (size_t)(mark - rest));
    text_add(&to, list);
    text_add(&to, mark + 2);
    return room;
}

/* Many objects are refused before the JSON library sees them. */
static void test_field_read_json__many_objects(void **state)
{
    static const struct {
        const char *rest, *item, *want;
        int count;
    } CASES[] = {
        { "{" GOOD ",\"object\":{\"a\":[%s]}}", "{}", "object", 3000 },
        { "{" GOOD ",\"object\":{\"a\":[%s]}}", "{\"\":1}", "object", 2000 },
        { "{" GOOD ",\"zz\":[%s]}", "[]", "?", 3000 },
        { "{\"price\":[%s],\"name\":1}", "{}", "price", 3000 },
        { "{" GOOD ",\"zz\":[%s],\"zz\":1}", "{}", "", 3000 },
        { "[%s]", "{}", "", 3000 },
        { " [%s", "{}", "", 3000 },
        { "{" GOOD ",\"zz\":[%s]}", "{}", "zz", 1300 },
        { "{" GOOD ",\"any\":[%s]}", "{}", "any", 1300 },
        { "{" GOOD ",\"zz\":[%s]}", "1", "zz", 3000 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++) {
        const char *json = many_of(CASES[i].rest, CASES[i].item, CASES[i].count);
        struct in in;
        const enum pay_err err = field_read_json(&TABLE, json, strlen(json), &in, fresh());
        check(CASES[i].rest, err, fault.name, CASES[i].want);
        assert_true(why.len > 0);
    }
}

static void test_field_read_json__fills_and_forgets(void **state)
{
    static const char FULL[] = "{" GOOD
                               ",\"object\": { \"b\" : 1.50,\"a\":[] },\"extras\":{\"k\":\"v\"},"
                               "\"when\":\"1970-01-01T00:00:01Z\",\"state\":\"CLOSED\",\"wait\":0}";
    struct in in;

    (void)state;
    memset(&in, 'x', sizeof(in));
    assert_int_equal(field_read_json(&TABLE, FULL, strlen(FULL), &in, fresh()), PAY_BAD_FIELD);
    assert_string_equal(fault.name, "object"); /* 22 bytes of 20 */
    static const char LESS[] = "{" GOOD ",\"object\": { \"b\" : 1.50 },"
                               "\"extras\": { \"\\u006b\" : \"\\u5f20\\/\" },"
                               "\"when\":\"1970-01-01T00:00:01Z\",\"state\":\"CLOSED\",\"wait\":0}";
    assert_int_equal(field_read_json(&TABLE, LESS, strlen(LESS), &in, fresh()), PAY_OK);
    assert_string_equal(in.object, "{ \"b\" : 1.50 }");
    assert_string_equal(in.extras, "{\"k\":\"张/\"}"); /* as one library would write it */
    assert_int_equal(in.when, 1000);
    assert_int_equal(in.state, 20);
    assert_int_equal(in.wait, 0);
    assert_int_equal(field_read_json(&TABLE, "{" GOOD "}", strlen("{" GOOD "}"), &in, fresh()),
                     PAY_OK);
    assert_string_equal(in.object, "");
    assert_string_equal(in.extras, "");
    assert_string_equal(in.word, "");
    assert_int_equal(in.when, 0);
    assert_int_equal(in.state, -1);
    assert_int_equal(in.wait, 3);
    assert_int_equal(in.price.minor, 1);
}

static const struct json_case QUERY_CASES[] = {
    { "name=a&price=1", NULL },
    { "price=1&name=a", NULL },
    { "name=a&price=1&", NULL },
    { "na%6De=%61&price=%31", NULL },
    { "name=a+b&price=1", NULL },
    { "name=%E8%8C%B6&price=1", NULL },
    { "", "name" },
    { "name=a", "price" },
    { "name=a&price=1&zz=1", "zz" },
    { "zz", "name" },
    { "name=a&price=1&zz", "zz" },
    { "name=a&price=1&=1", "?" },
    { "name=a&price=1&%zz=1", "?" },
    { "name=a&name=a&price=1", "name" },
    { "name=a&price=1&pric%65=1", "price" },
    { "name=%&price=1", "name" },
    { "name=%4&price=1", "name" },
    { "name=%00&price=1", "name" },
    { "name=%FF&price=1", "name" },
    { "name=&price=1", "name" },
    { "name&price=1", "name" },
    { "name=a&price=01", "price" },
    { "name=a&price=%201", "price" },
    { "name=a&price=+1", "price" },
    { "name=a&price=1e1", "price" },
    { "name=a&price=", "price" },
    { "name=a&price=1&when=2026-01-01T08:00:00%2B08:00", NULL },
    { "name=a&price=1&when=2026-01-01T08:00:00+08:00", NULL },
    { "name=a&price=1&when=2026-01-01T08:00:00.5+08:00", NULL },
    { "name=a&price=1&when=2026-01-01+08:00:00Z", "when" },
    { "name=a&price=1&when=2026-01-01T08:00:00++08:00", "when" },
    { "name=a&price=1&when=", "when" },
    { "name=a&price=1&word=", "word" },
    { "name=a&price=1&wait=", "wait" },
    { "name=a&price=1&word=&word=", "word" },
    { "name=a&price=1&object={}", "object" },
    { "name=a&price=1&extras={}", "extras" },
    { "name=a&price=1&any=%zz", NULL },
    { "name=a&price=1&any=a%00", NULL },
    { "name=a&price=1&any=%C3%A9", NULL },
};

static void test_field_read_query__cases(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(QUERY_CASES); i++) {
        const char *query = QUERY_CASES[i].json;
        struct in in;
        const enum pay_err err = field_read_query(&TABLE, query, &in, fresh());
        check(query, err, fault.name, QUERY_CASES[i].want);
    }
}

struct pick {
    char a[9], b[9], c[9];
};
static const struct field PICK_FIELDS[] = {
    FIELD(struct pick, a, FIELD_TEXT, ONE_OF, .min = 1, .max = 8),
    FIELD(struct pick, b, FIELD_TEXT, ONE_OF, .min = 1, .max = 8),
    FIELD(struct pick, c, FIELD_TEXT, OPTIONAL, .max = 8),
};
static const struct json_case PICK_CASES[] = {
    { "a=1", NULL },    { "b=1", NULL },    { "b=1&c=2", NULL }, { "", "a" },
    { "c=1", "a" },     { "a=1&b=2", "b" }, { "b=2&a=1", "b" },  { "a=&b=2", "a" },
    { "a=1&a=1", "a" }, { "a=1&x=1", "x" },
};

static void test_field__exactly_one_of(void **state)
{
    static const struct field_table table = FIELD_TABLE(PICK_FIELDS);

    (void)state;
    for (size_t i = 0; i < COUNT(PICK_CASES); i++) {
        const char *query = PICK_CASES[i].json;
        struct pick in;
        const enum pay_err err = field_read_query(&table, query, &in, fresh());
        check(query, err, fault.name, PICK_CASES[i].want);
    }
}

/* What came back is said as well as what was wanted; the query begins with '?'. */
struct words_case {
    const char *from, *want;
};
static const struct words_case WORDS_CASES[] = {
    { "{\"name\":\"a\",\"x\":1,\"amount\":1}",
      "price: missing, want a whole number of minor units (1 to 1000), not amount" },
    { "?name=a&amount=1",
      "price: missing, want a whole number of minor units (1 to 1000), not amount" },
    { "{" GOOD ",\"note\":\"123456789\"}",
      "note: \"123456789\" is not text of at most 8 "
      "characters without control characters but newline and tab" },
    { "\x1f\x8b\x08", "the body is compressed: send it plain" },
    { "{\"name\":\"a\",\"price\":12.5}",
      "price: 12.5 is not a whole number of minor units (1 to 1000)" },
    { "{\"name\":\"a\",\"price\":\"12\"}",
      "price: \"12\" is not a whole number of minor units (1 to 1000)" },
    { "{\"name\":\"a\"}", "price: missing, want a whole number of minor units (1 to 1000)" },
    { "{\"name\":null,\"price\":1}",
      "name: missing, want text of 1 to 4 characters without control characters" },
    { "{" GOOD ",\"word\":\"a\\u001bb\"}",
      "word: \"a\\u001bb\" is not 1 to 64 of A-Z a-z 0-9 _ - * | ." },
    { "{" GOOD ",\"word\":\"\xE2\x80\xAE/\"}",
      "word: \"\\xe2\\x80\\xae/\" is not 1 to 64 of A-Z a-z 0-9 _ - * | ." },
    { "{" GOOD ",\"word\":\"0123456789012345678901234567890123456789012345678901234567890123456\"}",
      "word: \"01234567890123456789012345678901234567890123456789012345678\xE2\x80\xA6 (69 bytes)"
      " is not 1 to 64 of A-Z a-z 0-9 _ - * | ." },
    { "{" GOOD ",\"state\":\"PAID\"}",
      "state: \"PAID\" is not one of WAITING SUCCESS CLOSED REFUND" },
    { "{" GOOD ",\"object\":[1]}", "object: [1] is not a JSON object of at most 20 bytes" },
    { "{" GOOD ",\"amount\":1}", "amount: unknown, did you mean price?" },
    { "{" GOOD ",\"Currency\":1}", "Currency: unknown, did you mean currency?" },
    { "{" GOOD ",\"curency\":1}", "curency: unknown, did you mean currency?" },
    { "{" GOOD ",\"zzz\":1}", "zzz: unknown, known are name, price, wait, word, no, currency, url, "
                              "address, when, state, object, extras, any, back, note" },
    { "", "the body is empty: send one JSON object" },
    { "[]", "the body is JSON, but no object" },
    { "{\"a\":1,}", "the body is not JSON: byte 8: want a name in double quotes" },
    { "{'a':1}", "the body is not JSON: byte 2: want a name in double quotes" },
    { "{\"a\":1,\"a\":2}", "the body is not JSON: byte 9: a member is repeated" },
    { "{\"a\":\"\xFF\"}", "the body is not JSON: byte 7: in a string: not UTF-8, a control "
                          "character, or a bad escape" },
    { "{\"a\":1} {}", "the body is not JSON: byte 9: something stands behind the end" },
    { "{\"a\":", "the body is not JSON: byte 6: it ends where a value is wanted" },
    { "a=1&b=2", "the body is not JSON: byte 1: no value of JSON" },
    { "?name=a&name=b", "name: given 2 times" },
    { "?name=a&price=x%0a", "price: \"x\\x0a\" is not a whole number of minor units (1 to 1000)" },
    { "?name=%zz", "name: not percent-encoded as it should be" },
    { "?name=a&price=1&zz=9", "zz: unknown, known are name, price, wait, word, no, currency, url, "
                              "address, when, state, object, extras, any, back, note" },
};

static void test_field__says_what_was_wanted_and_what_came(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(WORDS_CASES); i++) {
        const char *from = WORDS_CASES[i].from;
        struct in in;
        const enum pay_err err = *from == '?'
                                     ? field_read_query(&TABLE, from + 1, &in, fresh())
                                     : field_read_json(&TABLE, from, strlen(from), &in, fresh());
        CHECK(from, err == PAY_BAD_FIELD || err == PAY_BAD_BODY);
        CHECK_TEXT(from, why_room, WORDS_CASES[i].want);
    }
}

static void test_field__a_secret_stands_in_no_message(void **state)
{
    static const struct field fields[] = {
        FIELD(struct pick, a, FIELD_WORD, NEEDED, .min = 1, .max = 8, .secret = true),
    };
    static const struct field_table table = FIELD_TABLE(fields);
    struct pick in;

    (void)state;
    assert_int_equal(field_read_query(&table, "a=sk_live%20x", &in, fresh()), PAY_BAD_FIELD);
    assert_string_equal(why_room, "a: its value is not 1 to 8 of A-Z a-z 0-9 _ - * | .");
}

static void test_field__both_are_the_value_as_it_is_kept(void **state)
{
    struct in in;

    (void)state;
    assert_int_equal(field_read_query(&TABLE,
                                      "name=a&price=1&address=%22[2001:db8::1]:9%22,::1"
                                      "&when=1970-01-01T08:00:01+08:00",
                                      &in, fresh()),
                     PAY_OK);
    assert_string_equal(in.address, "2001:db8::1");
    assert_int_equal(in.when, 1000);
}

static void test_form_decode__bounds(void **state)
{
    char room[4];

    (void)state;
    assert_true(form_decode("abc", 3, room, sizeof(room)));
    assert_string_equal(room, "abc");
    assert_false(form_decode("abcd", 4, room, sizeof(room)));
    assert_string_equal(room, "");
    assert_true(form_decode("%41%2b+", 7, room, sizeof(room)));
    assert_string_equal(room, "A+ ");
    assert_false(form_decode("%4", 2, room, sizeof(room)));
    assert_false(form_decode("a", 1, room, 0));
    assert_true(form_decode("", 0, room, sizeof(room)));
}

struct table_case {
    const char *name;
    struct field field;
    const char *want;
};
static const struct table_case WRONG_TABLES[] = {
    { "a choice", FIELD(struct in, state, FIELD_CHOICE, OPTIONAL, .words = STATES), NULL },
    { "a choice of nothing", FIELD(struct in, state, FIELD_CHOICE, OPTIONAL),
      "a field that is a choice needs its words" },
};
/* What FIELD refuses to compile: money and numbers are read into members of their types alone. */
_Static_assert(FIELD_FITS(FIELD_I64, (int64_t *)0) && FIELD_FITS(FIELD_I64, (struct money *)0) &&
                   FIELD_FITS(FIELD_TIME, (int64_t *)0) && FIELD_FITS(FIELD_TEXT, (char (*)[9])0),
               "what fits");
_Static_assert(!FIELD_FITS(FIELD_TIME, (struct money *)0) && !FIELD_FITS(FIELD_I64, (int *)0) &&
                   !FIELD_FITS(FIELD_TEXT, (int64_t *)0) && !FIELD_FITS(FIELD_I64, (char (*)[9])0),
               "what does not fit");

static void test_field_table_wrong__cases(void **state)
{
    const struct field_table many = { NULL, FIELDS_MAX + 1, false };

    (void)state;
    for (size_t i = 0; i < COUNT(WRONG_TABLES); i++) {
        const struct table_case *c = &WRONG_TABLES[i];
        const struct field_table table = { &c->field, 1, false };
        CHECK_TEXT(c->name, str_or(field_table_wrong(&table), ""), str_or(c->want, ""));
    }
    assert_string_equal(field_table_wrong(&many), "it has too many fields");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_field_table_wrong__cases),
        cmocka_unit_test(test_field_read_json__cases),
        cmocka_unit_test(test_field_read_json__many_objects),
        cmocka_unit_test(test_field_read_json__fills_and_forgets),
        cmocka_unit_test(test_field_read_query__cases),
        cmocka_unit_test(test_field__exactly_one_of),
        cmocka_unit_test(test_field__says_what_was_wanted_and_what_came),
        cmocka_unit_test(test_field__a_secret_stands_in_no_message),
        cmocka_unit_test(test_field__both_are_the_value_as_it_is_kept),
        cmocka_unit_test(test_form_decode__bounds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
