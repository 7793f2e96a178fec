/* fuzz_wechat_field.c - the played WeChat Pay reads a body's members by a table: what it accepts is
 * within the table's bounds, and what it refuses is said in words, as JSON. */
#include "fuzz.h"
#include "io/json/json.h"
#include "sandbox/wechat/wechat_private.h"

struct fuzz_terms {
    char number[33], text[128];
    int64_t total, when;
};
/* clang-format off */
static const struct wechat_field FIELDS[] = {
    WECHAT_FIELD(struct fuzz_terms, number, "number", "单号", WK_TEXT, true, 6, 32, "_-|*"),
    WECHAT_FIELD(struct fuzz_terms, text, "text", "描述", WK_BYTES, false, 1, 127, NULL),
    WECHAT_FIELD(struct fuzz_terms, total, "amount/total", "总金额", WK_NUMBER, true, 1, 100, NULL),
    WECHAT_FIELD(struct fuzz_terms, when, "when", "时间", WK_TIME, false, 0, 0, NULL),
};
/* clang-format on */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct wechat_call call;
    struct fuzz_terms terms = { .total = 0 };
    char room[4096];
    struct text to = TEXT(room);

    memset(&call, 0, sizeof(call));
    char *body = fuzz_copy(data, size);
    if (json_parse(body, size, &call.body) == PAY_OK && json_kind(call.body) == JSON_OBJECT) {
        const enum wechat_fault fault = wechat_fields(&call, FIELDS, COUNT(FIELDS), &terms);
        PROPERTY(fault == WX_OK || fault == WX_PARAM);
        if (fault == WX_OK) {
            const size_t len = strlen(terms.number);
            PROPERTY(len >= 6 && len <= 32 && terms.total >= 1 && terms.total <= 100);
            PROPERTY(strspn(terms.number, "0123456789abcdefghijklmnopqrstuvwxyz"
                                          "ABCDEFGHIJKLMNOPQRSTUVWXYZ_-|*") == len);
            PROPERTY(utf8_is_valid(terms.text, strlen(terms.text)));
        } else {
            wechat_fault_write(fault, &call.detail, &to);
            PROPERTY(!to.full && json_check(room, to.len) && *call.detail.words);
        }
    }
    json_free(&call.body);
    free(body);
    return 0;
}
