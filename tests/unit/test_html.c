/* test_html.c - the escapers, by place. */
#include "tests/unit/unit.h"
#include "web/page/html.h"

struct escape_case {
    const char *name, *in, *text, *attr;
};
static const struct escape_case ESCAPE_CASES[] = {
    { "nothing special", "Tea 1", "Tea 1", "Tea 1" },
    { "the four", "<a&\"b\">", "&lt;a&amp;&quot;b&quot;&gt;", "&lt;a&amp;&quot;b&quot;&gt;" },
    { "a single quote", "it's", "it's", "it&#39;s" },
    { "escaped twice stays twice", "&lt;", "&amp;lt;", "&amp;lt;" },
    { "UTF-8", "茶", "茶", "茶" },
    { "empty", "", "", "" },
};

static void test_html__escapes_for_its_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(ESCAPE_CASES); i++) {
        const struct escape_case *c = &ESCAPE_CASES[i];
        char room[256];
        struct text t = TEXT(room);
        html_text(&t, c->in);
        assert_string_equal(room, c->text);
        text_reset(&t);
        html_attr(&t, c->in);
        assert_string_equal(room, c->attr);
    }
}

static void test_html__null_and_full(void **state)
{
    char room[6];
    struct text t = TEXT(room);

    (void)state;
    html_text(&t, NULL);
    html_raw(&t, NULL);
    assert_int_equal(t.len, 0);
    html_text(&t, "ab<"); /* an entity is never cut */
    assert_true(t.full);
    assert_string_equal(room, "ab");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_html__escapes_for_its_place),
        cmocka_unit_test(test_html__null_and_full),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
