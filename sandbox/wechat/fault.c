/* fault.c - refusals of the played WeChat Pay, and their JSON. */
#include "sandbox/wechat/fault.h"
#include <string.h>

#define TEXT_SHOWN 256 /* bytes of the signed text that the detail repeats */

#define WECHAT_AS_ROW(name, status, code, message) [name] = { status, code, message },
static const struct wechat_fault_row ROWS[] = { WECHAT_FAULTS(WECHAT_AS_ROW) };

const struct wechat_fault_row *wechat_fault_row(enum wechat_fault fault)
{
    return &ROWS[fault < WX_COUNT ? fault : WX_SYSTEM];
}

static void sign_write(struct json_text *j, const struct wechat_detail *detail)
{
    size_t shown = utf8_cut(detail->text, detail->text_len, TEXT_SHOWN);

    json_open(j, "sign_information");
    json_str(j, "method", detail->method);
    json_i64(j, "sign_message_length", (int64_t)detail->text_len);
    json_str_n(j, "truncated_sign_message", detail->text, shown);
    json_str(j, "url", detail->url);
    json_close(j);
}

static void detail_write(struct json_text *j, const struct wechat_detail *detail)
{
    if (!*detail->field && !*detail->location)
        return;
    json_open(j, "detail");
    json_opt(j, "field", detail->field);
    json_opt(j, "value", detail->value);
    json_opt(j, "issue", detail->issue);
    json_opt(j, "location", detail->location);
    if (detail->text)
        sign_write(j, detail);
    json_close(j);
}

void wechat_fault_write(enum wechat_fault fault, const struct wechat_detail *detail,
                        struct text *to)
{
    const struct wechat_fault_row *row = wechat_fault_row(fault);
    struct json_text j = JSON_TEXT(to);
    const bool own = str_eq(row->message, "{}");

    if (!*row->code)
        return;
    json_open(&j, NULL);
    json_str(&j, "code", row->code);
    if (detail)
        detail_write(&j, detail);
    json_str(&j, "message", own ? str_or(detail ? detail->words : NULL, row->code) : row->message);
    json_close(&j);
}
