/* alipay_field.c - see alipay_field.h. */
#include "sandbox/alipay/alipay_field.h"

#include <string.h>
#include "base/clock.h"
#include "sandbox/alipay/alipay_private.h"

#define YUAN_MAX INT64_C(10000000000) /* 100000000.00 */

bool alipay_field(struct alipay_call *call, const char *name, char *to, size_t size)
{
    const struct json *value = json_member(call->biz, name);
    size_t len = 0;

    *to = '\0';
    switch (value ? json_kind(value) : JSON_NULL) {
    case JSON_NULL:
        return true;
    case JSON_STRING: {
        const char *text = json_text(value, &len);
        return !memchr(text, '\0', len) && text_copy_n(to, size, text, len);
    }
    case JSON_INT:
    case JSON_NUMBER: {
        const char *text = json_span(call->biz_text, strlen(call->biz_text), name, &len);
        return text && text_copy_n(to, size, text, len);
    }
    case JSON_BOOL:
    case JSON_OBJECT:
    case JSON_ARRAY:
        return false;
    }
    return false;
}

bool alipay_yuan(struct alipay_call *call, const char *name, struct money *out)
{
    char text[32];

    return alipay_field(call, name, text, sizeof(text)) && money_parse(text, out) &&
           out->minor >= 1 && out->minor <= YUAN_MAX;
}

enum alipay_fault alipay_wrong(struct alipay_call *call, enum alipay_fault fault, const char *field)
{
    struct text t = TEXT(call->detail);

    text_addf(&t, ":%s", field);
    return fault;
}

enum alipay_fault alipay_txn(struct alipay_call *call, db_work *work)
{
    enum pay_err err = db_txn(call->in->db, work, call);

    return err == PAY_OK ? call->fault : AF_AWAY;
}

void alipay_time(struct json_text *to, const char *name, int64_t ms)
{
    char room[32];
    struct text t = TEXT(room);

    if (ms == 0)
        return;
    time_add_china(&t, ms, ' ');
    json_str(to, name, room);
}

void alipay_money(struct json_text *to, const char *name, struct money amount)
{
    char room[32];
    struct text t = TEXT(room);

    money_add_plain(&t, amount);
    json_str(to, name, room);
}
