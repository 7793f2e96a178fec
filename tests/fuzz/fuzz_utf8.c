/* fuzz_utf8.c - UTF-8 against a decoder that builds every legal form from the code point; cutting
 * and JSON escaping keep what they should. */
#include "fuzz.h"
#include "base/json_text.h"
#include "io/json/json.h"

/* The one legal spelling of a character; 0 when there is none. */
static size_t spell(uint32_t c, uint8_t out[4])
{
    if (c < 0x80) {
        out[0] = (uint8_t)c;
        return 1;
    }
    const size_t len = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
        return 0;
    for (size_t i = len; i-- > 1; c >>= 6)
        out[i] = (uint8_t)(0x80 | (c & 0x3F));
    out[0] = (uint8_t)((0xF00 >> len) | c);
    return len;
}

/* The character whose spelling stands there, found by reading loosely and spelling it again. */
static size_t oracle(const uint8_t *at, size_t len, uint32_t *out)
{
    uint8_t again[4];
    size_t want = at[0] < 0x80 ? 1 : at[0] < 0xE0 ? 2 : at[0] < 0xF0 ? 3 : 4;

    if (want > len)
        return 0;
    *out = want == 1 ? at[0] : at[0] & (0x7FU >> want);
    for (size_t i = 1; i < want; i++)
        *out = *out << 6 | (at[i] & 0x3F);
    return spell(*out, again) == want && memcmp(again, at, want) == 0 ? want : 0;
}

static void check_escape(const char *at, size_t len, bool valid)
{
    const size_t size = len * 6 + 16;
    char *room = malloc(size);
    struct text text = text_over(room, size);
    struct json_text json = JSON_TEXT(&text);
    struct json *back = NULL;
    size_t n = 0;

    json_str_n(&json, NULL, at, len);
    PROPERTY(!text.full && utf8_is_valid(room, text.len));
    if (!memchr(at, '\0', len)) {
        PROPERTY(json_parse(room, text.len, &back) == PAY_OK);
        const char *s = json_text(back, &n);
        PROPERTY(!valid || (n == len && memcmp(s, at, len) == 0));
        json_free(&back);
    }
    free(room);
}

/* What people are shown hides nothing and steers nothing; masking ends, whatever is masked. */
static void check_shown(const char *at, size_t len)
{
    const size_t size = len * 8 + 16;
    char *room = malloc(size), *text = fuzz_text(at, len);
    struct text shown = text_over(room, size);
    uint32_t c = 0;

    text_add_shown(&shown, at, len);
    PROPERTY(!shown.full && utf8_is_valid(room, shown.len));
    for (size_t i = 0; i < shown.len; i += utf8_next(room + i, shown.len - i, &c))
        PROPERTY(utf8_next(room + i, shown.len - i, &c) > 0 && !utf8_is_hidden(c));
    shown = text_over(room, size);
    json_mask(&shown, text, "s");
    PROPERTY(!shown.full);
    free(text);
    free(room);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *at = fuzz_copy(data, size);
    bool valid = true;
    size_t count = 0;

    for (size_t i = 0, step; i < size; i += step, count++) {
        uint32_t got = 0, want = 0;
        step = oracle(data + i, size - i, &want);
        PROPERTY(utf8_next(at + i, size - i, &got) == step && (step == 0 || got == want));
        valid = valid && step > 0;
        if (step == 0)
            break;
    }
    PROPERTY(utf8_is_valid(at, size) == valid);
    if (valid) {
        PROPERTY(utf8_count(at, size) == count);
        for (size_t max = 0; max <= size && max < 64; max++) {
            const size_t cut = utf8_cut(at, size, max);
            PROPERTY(cut <= max && utf8_is_valid(at, cut) && (cut + 4 > max || cut == size));
        }
    }
    (void)utf8_has_control(at, size);
    check_escape(at, size, valid);
    check_shown(at, size);
    free(at);
    return 0;
}
