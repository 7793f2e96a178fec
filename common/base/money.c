/* money.c - amounts in whole minor units, and the currencies of ISO 4217. */
#include "base/money.h"
#include <string.h>

bool money_parse(const char *s, struct money *out)
{
    const char *point = s ? strchr(s, '.') : NULL;
    size_t whole_len = !s ? 0 : point ? (size_t)(point - s) : strlen(s);
    int64_t whole, cents = 0;

    if (!s || !str_to_i64_n(s, whole_len, 0, MONEY_MAX / 100, &whole))
        return false;
    if (point) {
        size_t places = strlen(point + 1);
        if (!str_is(point + 1, ALPHA_DIGITS, 1, 2))
            return false;
        cents = (point[1] - '0') * 10 + (places == 2 ? point[2] - '0' : 0);
    }
    return money_add(MONEY(whole * 100), MONEY(cents), out);
}

static int64_t power_of_ten(int digits)
{
    int64_t n = 1;

    while (digits-- > 0)
        n *= 10;
    return n;
}

/* The whole part and the decimals of |amount|, the sign written already. */
static uint64_t split(struct text *to, struct money amount, int digits, uint64_t *decimals)
{
    uint64_t size = (uint64_t)amount.minor;
    uint64_t unit = (uint64_t)power_of_ten(digits);

    if (amount.minor < 0) {
        size = UINT64_C(0) - size;
        text_add_char(to, '-');
    }
    *decimals = size % unit;
    return size / unit;
}

void money_add_plain(struct text *to, struct money amount)
{
    uint64_t decimals, whole = split(to, amount, 2, &decimals);

    text_addf(to, "%llu.%02llu", (unsigned long long)whole, (unsigned long long)decimals);
}

static void add_groups(struct text *to, uint64_t n)
{
    if (n < 1000) {
        text_addf(to, "%u", (unsigned)n);
        return;
    }
    add_groups(to, n / 1000);
    text_addf(to, ",%03u", (unsigned)(n % 1000));
}

void money_add_grouped(struct text *to, struct money amount, const char *currency)
{
    int digits = currency_digits(currency);
    uint64_t decimals, whole = split(to, amount, digits, &decimals);

    add_groups(to, whole);
    if (digits > 0)
        text_addf(to, ".%0*llu", digits, (unsigned long long)decimals);
}

bool money_add(struct money a, struct money b, struct money *sum)
{
    int64_t n;

    if (__builtin_add_overflow(a.minor, b.minor, &n) || n > MONEY_MAX || n < -MONEY_MAX)
        return false;
    *sum = MONEY(n);
    return true;
}

struct money money_fee(struct money price, int64_t rate_ppm)
{
    const int64_t million = 1000000, n = price.minor;

    if (n <= 0 || rate_ppm <= 0)
        return MONEY(0);
    if (rate_ppm >= million)
        return price;
    /* In two parts, so that no product leaves int64 whatever the price. */
    return MONEY(n / million * rate_ppm + (n % million * rate_ppm + million / 2) / million);
}

/* ISO 4217 list one of 2026, by decimals: what people are paid in. Left out are the fund and unit
 * codes (BOV CHE CHW CLF COU MXV USN UYI UYW XAD XDR XSU XUA), metals, bonds, tests and XXX;
 * withdrawn are BGN (2026), ANG (2025), ZWL, SLL, HRK, CUC. */
struct currency_group {
    int digits;
    const char *codes;
};
static const struct currency_group CURRENCIES[] = {
    { 0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF" },
    { 3, "BHD IQD JOD KWD LYD OMR TND" },
    { 2,
      "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD "
      "CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD "
      "GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL "
      "MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN "
      "PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP "
      "SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG" },
};

static const struct currency_group *group_of(const char *code)
{
    if (!str_is(code, ALPHA_UPPER, 3, 3))
        return NULL;
    for (size_t i = 0; i < COUNT(CURRENCIES); i++) {
        if (strstr(CURRENCIES[i].codes, code)) /* blanks between codes: no match across two */
            return &CURRENCIES[i];
    }
    return NULL;
}

bool currency_is_current(const char *code)
{
    return group_of(code);
}

int currency_digits(const char *code)
{
    const struct currency_group *group = group_of(code);

    return group ? group->digits : 2;
}
