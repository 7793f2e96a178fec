/* fuzz_money.c - amounts against an oracle that counts in 128 bits. */
#include "fuzz.h"
#include "base/money.h"

__extension__ typedef __int128 wide;

/* The grammar of money.h read the slow way: digits, then perhaps a dot and one or two more. */
static bool oracle(const char *s, wide *out)
{
    const char *dot = strchr(s, '.');
    const size_t whole = dot ? (size_t)(dot - s) : strlen(s), rest = dot ? strlen(dot + 1) : 0;
    wide n = 0;

    if (whole == 0 || whole > 30 || (dot && (rest < 1 || rest > 2)) || (whole > 1 && *s == '0'))
        return false;
    for (size_t i = 0; i < whole + (dot ? rest + 1 : 0); i++) {
        if (i == whole)
            continue;
        if (s[i] < '0' || s[i] > '9')
            return false;
        n = n * 10 + (s[i] - '0');
    }
    for (size_t i = rest; i < 2; i++)
        n *= 10;
    *out = n;
    return n <= MONEY_MAX;
}

static void check_text(const char *s)
{
    struct money got = { -7 }, again = { -8 };
    wide want = 0;
    char plain[64], grouped[64], digits[64];
    struct text text = TEXT(plain), pretty = TEXT(grouped), bare = TEXT(digits);

    const bool good = money_parse(s, &got);
    PROPERTY(good == oracle(s, &want));
    if (!good) {
        PROPERTY(got.minor == -7);
        return;
    }
    PROPERTY(got.minor == (int64_t)want);
    money_add_plain(&text, got);
    PROPERTY(!text.full && money_parse(plain, &again) && money_eq(again, got));
    money_add_grouped(&pretty, got, "CNY");
    for (const char *c = grouped; *c; c++)
        if (*c != ',')
            text_add_char(&bare, *c);
    PROPERTY(!pretty.full && strcmp(digits, plain) == 0);
}

static int64_t number(const uint8_t *data)
{
    int64_t n;

    memcpy(&n, data, sizeof(n));
    return n;
}

static void check_sums(int64_t a, int64_t b)
{
    struct money sum = { -7 };
    const wide want = (wide)a + b;

    if (a < 0 || b < 0)
        return;
    const bool good = money_add(MONEY(a), MONEY(b), &sum);
    PROPERTY(good == (want <= MONEY_MAX));
    PROPERTY(sum.minor == (good ? (int64_t)want : -7));
    if (a <= MONEY_MAX && b <= 1000000) {
        const wide fee = ((wide)a * b + 500000) / 1000000;
        PROPERTY(money_fee(MONEY(a), b).minor == (int64_t)(fee > a ? a : fee));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *s = fuzz_text(data, size);

    check_text(s);
    free(s);
    if (size >= 16) {
        check_sums(number(data), number(data + 8));
        check_sums((number(data) & INT64_MAX) % (MONEY_MAX * 2),
                   (number(data + 8) & INT64_MAX) % 1100000);
    }
    return 0;
}
