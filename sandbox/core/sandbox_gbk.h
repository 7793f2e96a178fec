/* sandbox_gbk.h - texts in Alipay's older charset. */
#ifndef SANDBOX_CORE_SANDBOX_GBK_H
#define SANDBOX_CORE_SANDBOX_GBK_H

#include "base/text.h"

/* Adds the text in the other charset; false: it has a character that the other lacks, or does not
 * fit. What was added before that stays. */
MUST_USE bool text_add_gbk(struct text *to, const char *utf8, size_t len);
MUST_USE bool text_add_from_gbk(struct text *to, const char *gbk, size_t len);

#endif
