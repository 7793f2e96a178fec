/* test_money.c - parsing, printing, sums and fees of minor units; currencies. */
#include "tests/unit/unit.h"
#include "base/money.h"

struct parse_case {
    const char *name, *text;
    bool ok;
    int64_t want;
};
/* clang-format off */
static const struct parse_case PARSE_CASES[] = {
    { "two decimals",       "12.34",    true, 1234 },
    { "one decimal",        "10.5",     true, 1050 },
    { "no decimals",        "10",       true, 1000 },
    { "zero",               "0",        true, 0 },
    { "one fen",            "0.01",     true, 1 },
    { "ten fen",            "0.1",      true, 10 },
    { "the bound",          "10000000000.00", true, MONEY_MAX },
    { "over the bound",     "10000000000.01", false, 0 },
    { "far over",           "99999999999999999999.00", false, 0 },
    { "three decimals",     "12.345",   false, 0 },
    { "three, zero at end", "12.340",   false, 0 },
    { "exponent",           "1e3",      false, 0 },
    { "exponent after",     "1.5e3",    false, 0 },
    { "minus",              "-1",       false, 0 },
    { "minus zero",         "-0.01",    false, 0 },
    { "plus",               "+1",       false, 0 },
    { "plus in decimals",   "1.+1",     false, 0 },
    { "minus in decimals",  "1.-1",     false, 0 },
    { "leading zero",       "01",       false, 0 },
    { "leading zeros",      "00.10",    false, 0 },
    { "no whole part",      ".5",       false, 0 },
    { "ends in point",      "5.",       false, 0 },
    { "two points",         "1.2.3",    false, 0 },
    { "comma",              "1,00",     false, 0 },
    { "grouped",            "1,000.00", false, 0 },
    { "blank before",       " 1",       false, 0 },
    { "blank after",        "1.00 ",    false, 0 },
    { "newline after",      "1.00\n",   false, 0 },
    { "fullwidth",          "\xEF\xBC\x91", false, 0 },
    { "hex",                "0x10",     false, 0 },
    { "NaN",                "NaN",      false, 0 },
    { "Infinity",           "inf",      false, 0 },
    { "empty",              "",         false, 0 },
    { "null",               NULL,       false, 0 },
};
/* clang-format on */

static void test_money_parse__accepts_plain_amounts_only(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(PARSE_CASES); i++) {
        const struct parse_case *c = &PARSE_CASES[i];
        struct money got = { -77 };
        CHECK_I64(c->name, money_parse(c->text, &got), c->ok);
        CHECK_I64(c->name, got.minor, c->ok ? c->want : -77);
    }
}

static void test_money_add_plain__parses_back(void **state)
{
    static const int64_t AMOUNTS[] = { 0, 1, 9, 10, 99, 100, 101, 1050, 123456789, MONEY_MAX };
    (void)state;
    for (size_t i = 0; i < COUNT(AMOUNTS); i++) {
        char room[32];
        struct text t = TEXT(room);
        struct money back;
        money_add_plain(&t, MONEY(AMOUNTS[i]));
        CHECK(room, money_parse(room, &back) && back.minor == AMOUNTS[i]);
    }
}

struct print_case {
    const char *currency;
    int64_t minor;
    const char *want;
};
/* clang-format off */
static const struct print_case PRINT_CASES[] = {
    { "CNY", 0, "0.00" },           { "CNY", 5, "0.05" },
    { "CNY", 99999, "999.99" },     { "CNY", 123456, "1,234.56" },
    { "CNY", 100000000, "1,000,000.00" }, { "CNY", 100000700, "1,000,007.00" },
    { "CNY", -123456, "-1,234.56" }, { "JPY", 123456, "123,456" },
    { "JPY", 7, "7" },              { "KWD", 1234567, "1,234.567" },
    { "KWD", 5, "0.005" },          { "???", 123456, "1,234.56" },
    { "CNY", MONEY_MAX, "10,000,000,000.00" },
    { "CNY", INT64_MIN, "-92,233,720,368,547,758.08" },
};
/* clang-format on */

static void test_money_add_grouped__for_people(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(PRINT_CASES); i++) {
        char room[64];
        struct text t = TEXT(room);
        money_add_grouped(&t, MONEY(PRINT_CASES[i].minor), PRINT_CASES[i].currency);
        CHECK_TEXT(PRINT_CASES[i].currency, room, PRINT_CASES[i].want);
    }
}

static void test_money_add__refuses_what_leaves_the_bound(void **state)
{
    struct money sum = { -77 };
    (void)state;

    assert_true(money_add(MONEY(1), MONEY(2), &sum));
    assert_true(sum.minor == 3);
    assert_true(money_add(MONEY(MONEY_MAX - 1), MONEY(1), &sum));
    assert_true(sum.minor == MONEY_MAX);
    assert_false(money_add(MONEY(MONEY_MAX), MONEY(1), &sum));
    assert_false(money_add(MONEY(INT64_MAX), MONEY(1), &sum));
    assert_false(money_add(MONEY(INT64_MIN), MONEY(-1), &sum));
    assert_true(sum.minor == MONEY_MAX);
    assert_true(money_add(MONEY(100), MONEY(-100), &sum));
    assert_true(sum.minor == 0);
}

struct fee_case {
    const char *name;
    int64_t price, ppm, want;
};
/* clang-format off */
static const struct fee_case FEE_CASES[] = {
    { "0.6 % of 100.00",    10000, 6000, 60 },
    { "half rounds up",     250, 2000, 1 },
    { "under half is cut",  249, 2000, 0 },
    { "nothing of nothing", 0, 6000, 0 },
    { "no rate",            10000, 0, 0 },
    { "negative rate",      10000, -5, 0 },
    { "all",                10000, 1000000, 10000 },
    { "more than all",      10000, 2000000, 10000 },
    { "of the bound",       MONEY_MAX, 6000, INT64_C(6000000000) },
    { "of int64's end",     INT64_MAX, 999999, INT64_C(9223362813482738952) },
};
/* clang-format on */

static void test_money_fee__rounds_half_up_once(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(FEE_CASES); i++)
        CHECK_I64(FEE_CASES[i].name, money_fee(MONEY(FEE_CASES[i].price), FEE_CASES[i].ppm).minor,
                  FEE_CASES[i].want);
}

struct currency_case {
    const char *code;
    bool current;
    int digits;
};
static const struct currency_case CURRENCIES[] = {
    { "CNY", true, 2 },  { "USD", true, 2 },   { "EUR", true, 2 },  { "HKD", true, 2 },
    { "AED", true, 2 },  { "ZWG", true, 2 },   { "XCG", true, 2 },  { "SLE", true, 2 },
    { "JPY", true, 0 },  { "KRW", true, 0 },   { "BIF", true, 0 },  { "XPF", true, 0 },
    { "KWD", true, 3 },  { "TND", true, 3 },   { "BHD", true, 3 },  { "BGN", false, 2 },
    { "HRK", false, 2 }, { "ANG", false, 2 },  { "ZWL", false, 2 }, { "SLL", false, 2 },
    { "DEM", false, 2 }, { "RMB", false, 2 },  { "XXX", false, 2 }, { "XTS", false, 2 },
    { "XAU", false, 2 }, { "XDR", false, 2 },  { "CLF", false, 2 }, { "cny", false, 2 },
    { "CN", false, 2 },  { "CNYX", false, 2 }, { "", false, 2 },    { "D A", false, 2 },
    { " AE", false, 2 }, { "NYC", false, 2 },  { NULL, false, 2 },
};

static void test_currency_is_current__iso_4217_today(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(CURRENCIES); i++) {
        const char *name = CURRENCIES[i].code ? CURRENCIES[i].code : "null";
        CHECK_I64(name, currency_is_current(CURRENCIES[i].code), CURRENCIES[i].current);
        CHECK_I64(name, currency_digits(CURRENCIES[i].code), CURRENCIES[i].digits);
    }
}

/* Every three-letter code is asked: the list is as long as ISO's, and no two codes run together. */
static void test_currency_is_current__count_of_all_codes(void **state)
{
    int current = 0;
    (void)state;

    for (int i = 0; i < 26 * 26 * 26; i++) {
        const char code[] = { (char)('A' + i / 676), (char)('A' + i / 26 % 26),
                              (char)('A' + i % 26), '\0' };
        current += currency_is_current(code);
    }
    assert_int_equal(current, 155); /* ISO lists 178, 23 of them funds, units, metals, tests */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_money_parse__accepts_plain_amounts_only),
        cmocka_unit_test(test_money_add_plain__parses_back),
        cmocka_unit_test(test_money_add_grouped__for_people),
        cmocka_unit_test(test_money_add__refuses_what_leaves_the_bound),
        cmocka_unit_test(test_money_fee__rounds_half_up_once),
        cmocka_unit_test(test_currency_is_current__iso_4217_today),
        cmocka_unit_test(test_currency_is_current__count_of_all_codes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
