/* alipay_csv.h - columns of Alipay's bills, each with the comma behind it. */
#ifndef SANDBOX_ALIPAY_ALIPAY_CSV_H
#define SANDBOX_ALIPAY_ALIPAY_CSV_H

#include "base/text.h"

void csv_add_time(struct text *to, int64_t ms);
void csv_add_yuan(struct text *to, int64_t minor); /* with its sign */
/* A text ends in a tab; a comma in it becomes a wide one. */
void csv_add_text(struct text *to, const char *s);
/* Of a head, without a comma: 2026年01月31日 08:00:00. */
void csv_add_day(struct text *to, int64_t ms);

#endif
