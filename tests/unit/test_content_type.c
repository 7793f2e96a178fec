/* test_content_type.c - media types and their parameters. */
#include "tests/unit/unit.h"
#include "web/skeleton/content_type.h"

struct type_case {
    const char *header;
    bool want;
};
static const struct type_case CASES[] = {
    { "application/json", true },
    { "Application/JSON", true },
    { " application/json ", true },
    { "application/json;", true },
    { "application/json; charset=utf-8", true },
    { "application/json;charset=UTF-8", true },
    { "application/json ; charset=utf8", true },
    { "application/json; charset=UTF8", true },
    { "application/json; charset=\"utf-8\"", true },
    { "application/json; CHARSET=\"UTF-8\"", true },
    { "application/json; odata.metadata=minimal", true },
    { "application/json; a=\";charset=x\"; charset=utf-8", true },
    { "application/json; charset=utf-8; profile=\"a;b\"", true },
    { "application/json; boundary", true },
    { "application/json; charset = utf-8", true },
    { "application/json;;", true },
    { "application/json; charset=gbk", false },
    { "application/json; charset=utf-16", false },
    { "application/json; charset=iso-8859-1", false },
    { "application/json; charset=\"gbk\"", false },
    { "application/json; charset=", false },
    { "application/json; charset", false },
    { "application/json; charset=utf-8; charset=gbk", false },
    { "application/json; charset=utf-8x", false },
    { "application/json; a=1; charset=latin1", false },
    { "application/json, text/plain", false },
    { "application/json text/plain", false },
    { "application/jsonp", false },
    { "application/json5; charset=utf-8", false },
    { "text/plain; application/json", false },
    { "", false },
    { ";", false },
    { "; charset=utf-8", false },
};

static void test_content_type_is__any_parameters_but_another_charset(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++)
        CHECK_I64(CASES[i].header, content_type_is(CASES[i].header, "application/json"),
                  CASES[i].want);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_content_type_is__any_parameters_but_another_charset),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
