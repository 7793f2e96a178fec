/* alipay_csv.c - see alipay_csv.h. */
#include "sandbox/alipay/alipay_csv.h"

#include "base/clock.h"
#include "base/money.h"

void csv_add_time(struct text *to, int64_t ms)
{
    time_add_china(to, ms, ' ');
    text_add_char(to, ',');
}

void csv_add_yuan(struct text *to, int64_t minor)
{
    text_add(to, minor < 0 ? "-" : "");
    money_add_plain(to, MONEY(minor < 0 ? -minor : minor));
    text_add_char(to, ',');
}

/* Text columns end in a tab; a comma would end the column. */
void csv_add_text(struct text *to, const char *s)
{
    for (; *s; s++) {
        if (*s == ',' || *s == '\r' || *s == '\n')
            text_add(to, "，");
        else
            text_add_char(to, *s);
    }
    text_add(to, "\t,");
}

void csv_add_day(struct text *to, int64_t ms)
{
    char room[32];
    struct text t = TEXT(room);

    time_add_china(&t, ms, ' ');
    text_addf(to, "%.4s年%.2s月%.2s日 %s", room, room + 5, room + 8, room + 11);
}
