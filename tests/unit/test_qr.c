/* test_qr.c - the drawing: its frame, its finder patterns, what is too long. */
#include <stdlib.h>
#include "tests/unit/unit.h"
#include "io/qr.h"

static char room[1 << 18];

static void test_qr_svg__a_square_with_a_quiet_zone(void **state)
{
    struct text t = TEXT(room);
    (void)state;

    assert_int_equal(qr_svg("hello", "Pay &amp; go", &t), PAY_OK);
    /* Version 1: 21 modules and 4 on each side. The first row begins with the finder's 7. */
    assert_true(str_starts(room, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 29 29\""
                                 " role=\"img\" aria-label=\"Pay &amp; go\""));
    assert_non_null(strstr(room, " d=\"M4 4h7v1h-7z"));
    assert_non_null(strstr(room, "M18 4h7v1h-7z"));
    assert_non_null(strstr(room, "M4 24h7v1h-7z"));
    assert_string_equal(room + t.len - 9, "\"/></svg>");
    assert_null(strstr(room, "style"));
    const char *path = strstr(room, "<path");
    assert_non_null(path);
    assert_null(strstr(path + 1, "<path"));
}

static void test_qr_svg__an_address_fits(void **state)
{
    struct text t = TEXT(room);
    (void)state;

    assert_int_equal(qr_svg("https://pay.example.com/mockpay?pay_id=01ARZ3NDEKTSV4RRFFQ69G5FAV"
                            "&token=0123456789abcdef0123456789abcdef",
                            "x", &t),
                     PAY_OK);
    assert_true(t.len < 16384);
}

static void test_qr_svg__too_long_is_full(void **state)
{
    char *text = calloc(1, 3001), small[64];
    struct text t = TEXT(room), little = TEXT(small);
    (void)state;

    assert_int_equal(qr_svg("", "x", &t), PAY_FULL);
    memset(text, 'a', 3000);
    assert_int_equal(qr_svg(text, "x", &t), PAY_FULL);
    text[2400] = '\0'; /* under the largest code, over what correction M leaves of it */
    assert_int_equal(qr_svg(text, "x", &t), PAY_FULL);
    text[2331] = '\0';
    assert_int_equal(qr_svg(text, "x", &t), PAY_OK);
    assert_int_equal(qr_svg("hello", "x", &little), PAY_FULL);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_qr_svg__a_square_with_a_quiet_zone),
        cmocka_unit_test(test_qr_svg__an_address_fits),
        cmocka_unit_test(test_qr_svg__too_long_is_full),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
