/* sandbox_codes.c - see sandbox_codes.h. */
#include "sandbox/core/sandbox_codes.h"

#include <string.h>
#include "base/ulid.h"
#include "io/qr.h"
#include "sandbox/core/sandbox_page.h"

/* ---- Code 128 (ISO/IEC 15417): the widths of bar, space, bar, space, bar, space of each value */

/* clang-format off */
static const char WIDTHS[][7] = {
    "212222", "222122", "222221", "121223", "121322", "131222", "122213", "122312", "132212",
    "221213", "221312", "231212", "112232", "122132", "122231", "113222", "123122", "123221",
    "223211", "221132", "221231", "213212", "223112", "312131", "311222", "321122", "321221",
    "312212", "322112", "322211", "212123", "212321", "232121", "111323", "131123", "131321",
    "112313", "132113", "132311", "211313", "231113", "231311", "112133", "112331", "132131",
    "113123", "113321", "133121", "313121", "211331", "231131", "213113", "213311", "213131",
    "311123", "311321", "331121", "312113", "312311", "332111", "314111", "221411", "431111",
    "111224", "111422", "121124", "121421", "141122", "141221", "112214", "112412", "122114",
    "122411", "142112", "142211", "241211", "221114", "413111", "241112", "134111", "111242",
    "121142", "121241", "114212", "124112", "124211", "411212", "421112", "421211", "212141",
    "214121", "412121", "111143", "111341", "131141", "114113", "114311", "411113", "411311",
    "113141", "114131", "311141", "411131",
};
/* clang-format on */
#define START_C "211232"
#define START_C_VALUE 105
#define STOP "2331112"
#define CHECK_MODULUS 103
#define QUIET 10 /* modules left white on each side */

/* Draws one symbol at *x and moves *x behind it. */
static void symbol(struct text *to, const char *widths, int *x)
{
    for (bool bar = true; *widths; widths++, bar = !bar) {
        const int width = *widths - '0';
        if (bar)
            text_addf(to, "M%d 0h%dv40h-%dz", *x, width, width);
        *x += width;
    }
}

void sandbox_bars(struct text *to, const char *digits)
{
    const size_t pairs = strlen(digits) / 2;
    const int side = (int)(11 * (pairs + 2) + 13 + 2 * QUIET);
    unsigned check = START_C_VALUE;
    int x = QUIET;

    text_addf(to,
              "<svg class=\"bars\" viewBox=\"0 0 %d 40\" preserveAspectRatio=\"none\" role=\"img\""
              " aria-label=\"%s\" shape-rendering=\"crispEdges\"><path d=\"",
              side, digits);
    symbol(to, START_C, &x);
    for (size_t i = 0; i < pairs; i++) {
        const unsigned value = (unsigned)(10 * (digits[2 * i] - '0') + (digits[2 * i + 1] - '0'));
        check += value * (unsigned)(i + 1);
        symbol(to, WIDTHS[value], &x);
    }
    symbol(to, WIDTHS[check % CHECK_MODULUS], &x);
    symbol(to, STOP, &x);
    text_add(to, "\"/></svg>");
}

/* ---- the page */

#define CODE_DIGITS 18

/* clang-format off */
static const struct played_code {
    const char *begins, *ends, *says;
} CODES[] = {
    { "28", "00", "支付宝：立即付款 Alipay: pays at once" },
    { "28", "03", "支付宝：先输入密码 Alipay: is asked for the password, then pays" },
    { "28", "20", "支付宝：系统错误但已付款 Alipay: system error, and paid all the same" },
    { "13", "00", "微信：立即付款 WeChat: pays at once" },
    { "13", "03", "微信：先输入密码 WeChat: is asked for the password, then pays" },
};
/* clang-format on */

static void code_write(const struct played_code *code, char out[CODE_DIGITS + 1])
{
    unsigned char random[CODE_DIGITS];

    random_bytes(random, sizeof(random));
    for (size_t i = 0; i < CODE_DIGITS; i++)
        out[i] = (char)('0' + random[i] % 10);
    out[CODE_DIGITS] = '\0';
    memcpy(out, code->begins, 2);
    memcpy(out + CODE_DIGITS - 2, code->ends, 2);
}

void sandbox_codes(const struct sandbox_request *in, struct sandbox_answer *out)
{
    (void)in;
    page_begin(out, "付款码 Bar codes of payers", "codes");
    for (size_t i = 0; i < COUNT(CODES); i++) {
        char digits[CODE_DIGITS + 1];
        code_write(&CODES[i], digits);
        text_addf(out->body, "<section class=\"card\"><h2>%s</h2>", CODES[i].says);
        sandbox_bars(out->body, digits);
        text_addf(out->body, "<p class=\"code\">%s</p><details><summary>二维码 QR code</summary>",
                  digits);
        if (qr_svg(digits, digits, out->body) != PAY_OK)
            out->status = 503;
        text_add(out->body, "</details></section>");
    }
    page_end(out);
}
