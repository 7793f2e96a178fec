/* test_view.c - a table of members, written as JSON and read one by one. */
#include "tests/unit/unit.h"
#include "base/view.h"

enum { SHUT = 0, OPEN = 10 };
static const struct word STATES[] = {
    { SHUT, "SHUT", "" },
    { OPEN, "OPEN", "" },
    { .word = NULL },
};

struct owner {
    char name[16];
    int64_t age;
};
struct shop {
    const struct owner *owner;
    const char *motto;
    char name[16], extras[32];
    struct money price;
    int64_t since, state;
    bool warm;
};

enum { S_NAME, S_MOTTO, S_EXTRAS, S_PRICE, S_SINCE, S_STATE, S_WARM, S_OWNER, S_AGE };
static const struct view_member MEMBERS[] = {
    [S_NAME] = VIEW_MEMBER(struct shop, name, VIEW_TEXT, "name", VIEW_ALWAYS),
    [S_MOTTO] = VIEW_MEMBER(struct shop, motto, VIEW_STRING, "motto", VIEW_UNLESS_EMPTY),
    [S_EXTRAS] = VIEW_MEMBER(struct shop, extras, VIEW_JSON, "extras", VIEW_UNLESS_EMPTY),
    [S_PRICE] = VIEW_MEMBER(struct shop, price, VIEW_MONEY, "price", VIEW_UNLESS_EMPTY),
    [S_SINCE] = VIEW_MEMBER(struct shop, since, VIEW_TIME, "since", VIEW_ALWAYS),
    [S_STATE] = VIEW_MEMBER(struct shop, state, VIEW_STATE, "state", VIEW_ALWAYS, .words = STATES),
    [S_WARM] = VIEW_MEMBER(struct shop, warm, VIEW_FLAG, "warm", VIEW_UNLESS_EMPTY),
    [S_OWNER] = VIEW_PART(struct shop, owner, struct owner, name, VIEW_TEXT, "owner", VIEW_ALWAYS),
    [S_AGE] = VIEW_PART(struct shop, owner, struct owner, age, VIEW_NUMBER, "age", VIEW_ALWAYS),
};
static const unsigned char ALL[] = {
    S_STATE, S_NAME, S_MOTTO, S_EXTRAS, S_PRICE, S_SINCE, S_WARM, S_OWNER, S_AGE,
};
static const unsigned char FEW[] = { S_AGE, S_NAME };
static const struct view SHOP = VIEW_SHOWS(MEMBERS, ALL), SHOP_IN_LIST = VIEW_SHOWS(MEMBERS, FEW);
static const struct view WHOLE_SHOP = VIEW_SHOWS_ALL(MEMBERS);

/* What VIEW_MEMBER refuses to compile: money shown as a plain number, and the other way round. */
_Static_assert(VIEW_FITS(VIEW_MONEY, (struct money *)0) && VIEW_FITS(VIEW_NUMBER, (int64_t *)0) &&
                   !VIEW_FITS(VIEW_NUMBER, (struct money *)0) &&
                   !VIEW_FITS(VIEW_MONEY, (int64_t *)0),
               "money has a kind of its own");

static const struct owner OWNER = { "", 0 };
struct view_case {
    const char *name;
    const struct view *view;
    struct shop shop;
    const char *want;
};
static const struct view_case CASES[] = {
    { "nothing is there", &SHOP, { .name = "" }, "{\"state\":\"SHUT\",\"name\":\"\"}" },
    { "all is there",
      &SHOP,
      { &OWNER, "a \"cup\"", "tea", "{ \"k\":1 }", { -5 }, INT64_C(1763683200123), OPEN, true },
      "{\"state\":\"OPEN\",\"name\":\"tea\",\"motto\":\"a \\\"cup\\\"\",\"extras\":{ \"k\":1 },"
      "\"price\":-5,\"since\":\"2025-11-21T00:00:00.123Z\",\"warm\":true,\"owner\":\"\","
      "\"age\":0}" },
    { "a part that is NULL", &SHOP_IN_LIST, { .name = "tea" }, "{\"name\":\"tea\"}" },
    { "in the order of the list",
      &SHOP_IN_LIST,
      { &OWNER, .name = "tea" },
      "{\"age\":0,\"name\":\"tea\"}" },
    { "all of the table",
      &WHOLE_SHOP,
      { .name = "tea", .warm = true },
      "{\"name\":\"tea\",\"state\":\"SHUT\",\"warm\":true}" },
    { "a number without a word", &SHOP, { .state = 5 }, "{\"state\":\"\",\"name\":\"\"}" },
};

static void test_view_write__cases(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++) {
        char room[512];
        struct text t = TEXT(room);
        struct json_text json = JSON_TEXT(&t);
        json_open(&json, NULL);
        view_write(&json, CASES[i].view, &CASES[i].shop);
        json_close(&json);
        CHECK_TEXT(CASES[i].name, room, CASES[i].want);
    }
}

static void test_view_read__empty_or_not(void **state)
{
    const struct shop shop = { .motto = "m", .state = OPEN };
    struct view_value value;

    (void)state;
    view_read(&MEMBERS[S_MOTTO], &shop, &value);
    assert_string_equal(value.text, "m");
    assert_false(value.empty);
    view_read(&MEMBERS[S_STATE], &shop, &value);
    assert_string_equal(value.text, "OPEN");
    assert_int_equal(value.number, OPEN);
    view_read(&MEMBERS[S_OWNER], &shop, &value);
    assert_string_equal(value.text, "");
    assert_true(value.empty);
    view_read(&MEMBERS[S_SINCE], &shop, &value);
    assert_true(value.empty);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_view_write__cases),
        cmocka_unit_test(test_view_read__empty_or_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
