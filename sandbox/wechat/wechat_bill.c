/* wechat_bill.c - asking for a day's bill, and fetching it within five minutes. */
#include "sandbox/wechat/bill.h"
#include <string.h>
#include "io/crypto/sign.h"
#include "io/gzip.h"

#define LIFE_MS (5 * 60 * INT64_C(1000))
#define MONTHS_MS (93 * DAY_MS)
#define FUNDS "FUNDS"
#define FILE_MAX (4 * 1024 * 1024)

static struct bill bill;
static char file[FILE_MAX];

/* What an address stands for. */
struct ticket {
    char date[11], type[17];
    bool gzip;
    int64_t end_ms;
};

static enum wechat_fault query_refuse(struct wechat_call *call, const char *field,
                                      const char *words)
{
    struct text to = TEXT(call->detail.field), place = TEXT(call->detail.location);

    text_add(&to, field);
    text_add(&place, "query");
    return wechat_refuse(call, WX_PARAM, words);
}

static bool day_read(const char *date, int64_t *from)
{
    char room[40];
    struct text to = TEXT(room);

    text_addf(&to, "%.10sT00:00:00+08:00", date);
    return strlen(date) == 10 && time_parse(room, from);
}

static enum wechat_fault day_check(struct wechat_call *call, const char *date)
{
    int64_t from = 0;

    if (!date || !*date)
        return query_refuse(call, "bill_date",
                            "输入源“/query/bill_date”映射到字符串字段“账单日期”"
                            "必填性规则校验失败，此字段为必填项");
    if (!day_read(date, &from))
        return query_refuse(call, "bill_date", "账单日期格式应为yyyy-MM-DD");
    if (from + DAY_MS > call->now_ms)
        return query_refuse(call, "bill_date", "账单日期不能是当天或未来的日期");
    return from + MONTHS_MS < call->now_ms
               ? query_refuse(call, "bill_date", "仅支持三个月内的账单下载申请")
               : WX_OK;
}

/* ---- addresses */

static bool ticket_mac(const struct wechat_call *call, const struct ticket *t,
                       char out[MAC_HEX_SIZE])
{
    char room[96];
    struct text to = TEXT(room);
    struct mac mac;

    text_addf(&to, "%s-%s-%d-%lld", t->date, t->type, t->gzip, (long long)t->end_ms);
    if (to.full ||
        !sign_hmac_sha256(call->keys->apiv3_key, strlen(call->keys->apiv3_key), room, to.len, &mac))
        return false;
    sign_mac_hex(&mac, out);
    return true;
}

static bool ticket_write(const struct wechat_call *call, const struct ticket *t, struct text *to)
{
    char mac[MAC_HEX_SIZE];

    if (!ticket_mac(call, t, mac))
        return false;
    sandbox_base_add(to, call->in);
    text_addf(to, "/v3/billdownload/file?token=%s_%s_%d_%lld_%s", t->date, t->type, t->gzip,
              (long long)t->end_ms, mac);
    return !to->full;
}

/* date_type_gzip_end_mac */
static bool ticket_read(const struct wechat_call *call, const char *token, struct ticket *out)
{
    char part[5][80] = { "", "", "", "", "" }, mac[MAC_HEX_SIZE];
    size_t count = 0;

    for (; count < COUNT(part); count++) {
        const size_t len = strcspn(token, "_");
        if (!text_copy_n(part[count], sizeof(part[count]), token, len))
            return false;
        token += len;
        if (*token == '\0')
            break;
        token++;
    }
    out->gzip = str_eq(part[2], "1");
    return count == 4 && text_copy(out->date, sizeof(out->date), part[0]) &&
           text_copy(out->type, sizeof(out->type), part[1]) &&
           str_to_i64(part[3], 0, INT64_MAX, &out->end_ms) && ticket_mac(call, out, mac) &&
           str_eq(mac, part[4]);
}

/* ---- the file */

static enum wechat_fault file_make(struct wechat_call *call, const struct ticket *t,
                                   struct text *to)
{
    if (!day_read(t->date, &bill.from))
        return WX_SYSTEM;
    bill.to = bill.from + DAY_MS;
    enum pay_err err = bill_read(call->in->db, call->in->config, call->said.mchid, &bill);
    if (err != PAY_OK)
        return WX_SYSTEM;
    if (bill.late)
        return WX_BILL_LATER;
    if (bill.count == 0 || bill.empty)
        return WX_NO_BILL;
    return (str_eq(t->type, FUNDS) ? bill_funds_write(&bill, to)
                                   : bill_trades_write(&bill, t->type, to))
               ? WX_OK
               : WX_SYSTEM;
}

static enum wechat_fault announce(struct wechat_call *call, struct ticket *t)
{
    const char *date = played_wechat_query(call, "bill_date"),
               *tar = played_wechat_query(call, "tar_type");
    char hash[SHA1_HEX_SIZE], address[CONFIG_TEXT + 256];
    struct text to = TEXT(file), url = TEXT(address);
    enum wechat_fault fault = day_check(call, date);

    if (fault == WX_OK && tar && !str_eq(tar, "GZIP"))
        return query_refuse(call, "tar_type", "压缩类型只能是GZIP");
    if (fault != WX_OK)
        return fault;
    t->gzip = tar;
    t->end_ms = call->now_ms + LIFE_MS;
    if (!text_copy(t->date, sizeof(t->date), date))
        return WX_SYSTEM;
    fault = file_make(call, t, &to);
    if (fault != WX_OK)
        return fault;
    if (!sign_sha1_hex(file, to.len, hash) || !ticket_write(call, t, &url))
        return WX_SYSTEM;
    if (bill.wrong_hash)
        hash[0] = hash[0] == '0' ? '1' : '0';
    json_open(&call->json, NULL);
    json_str(&call->json, "download_url", address);
    json_str(&call->json, "hash_type", "SHA1");
    json_str(&call->json, "hash_value", hash);
    json_close(&call->json);
    return WX_OK;
}

static bool is_of(const char *word, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (str_eq(word, list[i]))
            return true;
    }
    return false;
}

enum wechat_fault wechat_trade_bill(struct wechat_call *call)
{
    static const char *const TYPES[] = { "ALL", "SUCCESS", "REFUND" };
    const char *type = str_or(played_wechat_query(call, "bill_type"), "ALL");
    struct ticket ticket = { .end_ms = 0 };

    if (!is_of(type, TYPES, COUNT(TYPES)))
        return query_refuse(call, "bill_type", "账单类型只能是ALL、SUCCESS或REFUND");
    return text_copy(ticket.type, sizeof(ticket.type), type) ? announce(call, &ticket) : WX_SYSTEM;
}

enum wechat_fault wechat_fund_bill(struct wechat_call *call)
{
    static const char *const ACCOUNTS[] = { "BASIC", "OPERATION", "FEES" };
    const char *account = str_or(played_wechat_query(call, "account_type"), "BASIC");
    struct ticket ticket = { .type = FUNDS };

    if (!is_of(account, ACCOUNTS, COUNT(ACCOUNTS)))
        return query_refuse(call, "account_type", "资金账户类型只能是BASIC、OPERATION或FEES");
    return str_eq(account, "BASIC") ? announce(call, &ticket) : WX_NO_BILL;
}

enum wechat_fault wechat_bill_file(struct wechat_call *call)
{
    struct ticket ticket;
    struct text to = TEXT(file);

    if (!ticket_read(call, str_or(played_wechat_query(call, "token"), ""), &ticket))
        return query_refuse(call, "token", "下载地址不正确");
    if (ticket.end_ms < call->now_ms)
        return query_refuse(call, "token", "下载地址已过期，请重新获取");
    enum wechat_fault fault = file_make(call, &ticket, &to);
    if (fault != WX_OK)
        return fault;
    call->out->type = ticket.gzip ? "application/x-gzip" : "text/plain; charset=utf-8";
    if (ticket.gzip)
        return gzip_add(file, to.len, call->out->body) == PAY_OK ? WX_OK : WX_SYSTEM;
    text_add_n(call->out->body, file, to.len);
    return call->out->body->full ? WX_SYSTEM : WX_OK;
}
