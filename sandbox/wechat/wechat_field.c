/* wechat_field.c - the parameters of a request, checked by a table, refused in the words of the
 * real API. */
#include "sandbox/wechat/wechat_private.h"
#include <stdlib.h>
#include <string.h>

static const char *const KINDS[] = {
    [WK_TEXT] = "字符串", [WK_BYTES] = "字符串", [WK_NUMBER] = "数值",
    [WK_TIME] = "时间",   [WK_THERE] = "值",
};

static void detail_set(struct wechat_call *call, const struct wechat_field *field)
{
    struct text to = TEXT(call->detail.field), place = TEXT(call->detail.location);

    text_addf(&to, "/%s", field->path);
    text_add(&place, "body");
}

static enum wechat_fault field_refuse(struct wechat_call *call, const struct wechat_field *field,
                                      const char *rule, const char *why)
{
    struct text to = TEXT(call->detail.words), issue = TEXT(call->detail.issue);

    detail_set(call, field);
    text_add_n(&issue, why, utf8_cut(why, strlen(why), sizeof(call->detail.issue) - 1));
    text_addf(&to, "输入源“/body/%s”映射到%s字段“%s”%s规则校验失败，%s", field->path,
              KINDS[field->kind], field->label, rule, why);
    return WX_PARAM;
}

/* A member of a member; NULL when one is absent, or null. */
static const struct json *member(const struct json *root, const char *path)
{
    char name[64];

    while (root && *path) {
        const size_t len = strcspn(path, "/");
        if (json_kind(root) != JSON_OBJECT || !text_copy_n(name, sizeof(name), path, len))
            return NULL;
        root = json_member(root, name);
        path += len + (path[len] == '/');
    }
    return root && json_kind(root) != JSON_NULL ? root : NULL;
}

static bool of_set(const char *s, size_t len, const char *set)
{
    for (size_t i = 0; set && i < len; i++) {
        const bool plain = (s[i] >= '0' && s[i] <= '9') || (s[i] >= 'a' && s[i] <= 'z') ||
                           (s[i] >= 'A' && s[i] <= 'Z');
        if (!plain && (s[i] == '\0' || !strchr(set, s[i])))
            return false;
    }
    return true;
}

static enum wechat_fault length_refuse(struct wechat_call *call, const struct wechat_field *field,
                                       int64_t length)
{
    const char *unit = field->kind == WK_BYTES ? "字节数" : "字符数";
    const bool few = length < field->min;
    char room[128];
    struct text why = TEXT(room);

    text_addf(&why, "%s %lld，%s %lld", unit, (long long)length, few ? "小于最小值" : "大于最大值",
              (long long)(few ? field->min : field->max));
    return field_refuse(call, field, unit, room);
}

static enum wechat_fault text_read(struct wechat_call *call, const struct wechat_field *field,
                                   const struct json *value, char *to)
{
    size_t len = 0;

    if (json_kind(value) != JSON_STRING)
        return field_refuse(call, field, "类型", "此字段应为字符串");
    const char *s = json_text(value, &len);
    const int64_t length = (int64_t)(field->kind == WK_BYTES ? len : utf8_count(s, len));
    if (strlen(s) == len && length >= field->min && length <= field->max &&
        of_set(s, len, field->set) && text_copy_n(to, field->size, s, len))
        return WX_OK;
    if (len == 0 && field->need)
        return field_refuse(call, field, "必填性", "此字段为必填项");
    if (length < field->min || length > field->max)
        return length_refuse(call, field, length);
    return field_refuse(call, field, "格式", "字符不在允许的范围内");
}

static enum wechat_fault number_read(struct wechat_call *call, const struct wechat_field *field,
                                     const struct json *value, int64_t *to)
{
    char room[96];
    struct text why = TEXT(room), shown = TEXT(call->detail.value);

    if (json_kind(value) != JSON_INT)
        return field_refuse(call, field, "类型", "此字段应为整数");
    *to = json_int(value);
    if (*to >= field->min && *to <= field->max)
        return WX_OK;
    text_addf(&shown, "%lld", (long long)*to);
    text_addf(&why, "%s %lld", *to < field->min ? "值低于最小值" : "值高于最大值",
              (long long)(*to < field->min ? field->min : field->max));
    return field_refuse(call, field, "", room);
}

static enum wechat_fault time_read(struct wechat_call *call, const struct wechat_field *field,
                                   const struct json *value, int64_t *to)
{
    size_t len = 0;
    const char *s = json_kind(value) == JSON_STRING ? json_text(value, &len) : NULL;

    return s && strlen(s) == len && time_parse(s, to)
               ? WX_OK
               : field_refuse(call, field, "格式", "时间格式应为 yyyy-MM-DDTHH:mm:ss+TIMEZONE");
}

static enum wechat_fault field_read(struct wechat_call *call, const struct wechat_field *field,
                                    void *into)
{
    const struct json *value = member(call->element ? call->element : call->body, field->path);
    char *to = (char *)into + field->offset;
    int64_t number = 0;

    if (!value)
        return field->need ? field_refuse(call, field, "必填性", "此字段为必填项") : WX_OK;
    if (field->kind == WK_THERE)
        return WX_OK;
    if (field->kind == WK_TEXT || field->kind == WK_BYTES)
        return text_read(call, field, value, to);
    enum wechat_fault fault = field->kind == WK_TIME ? time_read(call, field, value, &number)
                                                     : number_read(call, field, value, &number);
    memcpy(to, &number, sizeof(number));
    return fault;
}

enum wechat_fault wechat_fields(struct wechat_call *call, const struct wechat_field *fields,
                                size_t count, void *into)
{
    enum wechat_fault fault = WX_OK;

    for (size_t i = 0; i < count && fault == WX_OK; i++)
        fault = field_read(call, &fields[i], into);
    return fault;
}

/* The next certificate is good already. NULL: no key is named so. */
static const struct wechat_voice *voice_named(const struct wechat_keys *keys, const char *serial)
{
    const struct wechat_voice *const voices[] = { &keys->other, &keys->platform, &keys->next };

    for (size_t i = 0; i < COUNT(voices); i++)
        if (str_eq_nocase(voices[i]->serial, serial))
            return voices[i];
    return NULL;
}

enum wechat_fault wechat_decrypt(struct wechat_call *call, const char *field, const char *base64,
                                 struct text *to)
{
    const char *serial = call->in->header(call->in->arg, "wechatpay-serial");
    const struct wechat_voice *voice = voice_named(call->keys, str_or(serial, ""));
    struct text name = TEXT(call->detail.field), place = TEXT(call->detail.location);

    if (voice && rsa_decrypt(voice->key, base64, strlen(base64), to))
        return WX_OK;
    text_addf(&name, "/%s", field);
    text_add(&place, "body");
    return wechat_refuse(call, WX_PARAM,
                         voice ? "敏感信息字段解密失败，请检查加密使用的证书或公钥"
                               : "Http头Wechatpay-Serial缺失或不正确，无法解密敏感信息字段");
}

bool wechat_detail_get(const char *detail, const char *name, char *to, size_t size)
{
    struct json *root = NULL;
    size_t len = 0;

    *to = '\0';
    if (*detail == '\0' || json_parse(detail, strlen(detail), &root) != PAY_OK)
        return false;
    const struct json *value = json_member(root, name);
    const bool ok = value && json_kind(value) == JSON_STRING &&
                    text_copy(to, size, str_or(json_text(value, &len), ""));
    json_free(&root);
    return ok;
}
