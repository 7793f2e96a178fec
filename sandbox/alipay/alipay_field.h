/* alipay_field.h - members of biz_content, in and out. */
#ifndef SANDBOX_ALIPAY_ALIPAY_FIELD_H
#define SANDBOX_ALIPAY_ALIPAY_FIELD_H

#include "base/json_text.h"
#include "base/money.h"
#include "io/db/db.h"
#include "sandbox/alipay/alipay_fault.h"

struct alipay_call;

/* A text, or a number as it is spelled; "" when it is absent. False: another kind, or too long. */
MUST_USE bool alipay_field(struct alipay_call *call, const char *name, char *to, size_t size);
/* Yuan, 0.01 to 100000000.00. False: absent or wrong. */
MUST_USE bool alipay_yuan(struct alipay_call *call, const char *name, struct money *out);
/* fault, with the field's name in sub_msg. */
enum alipay_fault alipay_wrong(struct alipay_call *call, enum alipay_fault fault,
                               const char *field);
/* Runs work(db, call) as a transaction. What it refuses it writes to call->fault. */
MUST_USE enum alipay_fault alipay_txn(struct alipay_call *call, db_work *work);
/* "2026-01-31 08:00:00" of China; nothing for 0. */
void alipay_time(struct json_text *to, const char *name, int64_t ms);
void alipay_money(struct json_text *to, const char *name, struct money amount);

#endif
