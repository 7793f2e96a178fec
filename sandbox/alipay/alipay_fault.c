/* alipay_fault.c - the table of alipay_fault.h. */
#include "sandbox/alipay/alipay_fault.h"

/* ALIPAY_MISSING and the like are two values, so the row is written by a macro behind one more. */
#define AS_ROW_OF(name, code, msg, sub_code, sub_msg) [name] = { code, msg, sub_code, sub_msg },
#define AS_ROW(...) AS_ROW_OF(__VA_ARGS__)

const struct alipay_fault_row ALIPAY_FAULT_ROWS[ALIPAY_FAULT_COUNT] = { ALIPAY_FAULTS(AS_ROW) };
