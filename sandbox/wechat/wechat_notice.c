/* wechat_notice.c - what the played WeChat Pay tells merchants: the same event in each try, signed
 * anew, with the fault that a scenario wants. */
#include "sandbox/wechat/wechat_books.h"
#include <stdlib.h>
#include <string.h>
#include "base/ulid.h"
#include "io/crypto/sign.h"

#define NOTICE_LATE_S 60
#define BEHIND_S 300 /* a payment's notice that a refund's overtakes */
#define SOON_S 30

/* ---- kinds of events */

static const struct event_kind {
    const char *event, *original, *summary;
} KINDS[] = {
    { "TRANSACTION.SUCCESS", "transaction", "支付成功" },
    { "REFUND.SUCCESS", "refund", "退款成功" },
    { "REFUND.ABNORMAL", "refund", "退款异常" },
    { "REFUND.CLOSED", "refund", "退款关闭" },
    { "MCHTRANSFER.BILL.FINISHED", "mch_payment", "商家转账单据终态通知" },
    { "MCHTRANSFER.BATCH.FINISHED", "mch_payment", "商家转账批次完成通知" },
    { "MCHTRANSFER.BATCH.CLOSED", "mch_payment", "商家转账批次关闭通知" },
    { "SECURITY_ECHO.SUCCESS", "security", "回显成功" },
};

static const struct event_kind *event_kind_of(const char *event)
{
    for (size_t i = 0; i < COUNT(KINDS); i++) {
        if (str_eq(KINDS[i].event, event))
            return &KINDS[i];
    }
    return &KINDS[0];
}

/* ---- adding one */

static void uuid(char out[37])
{
    uint8_t bytes[16];
    struct text to = text_over(out, 37);

    random_bytes(bytes, sizeof(bytes));
    for (size_t i = 0; i < sizeof(bytes); i++) {
        text_add(&to, i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "");
        text_add_hex(&to, bytes + i, 1);
    }
}

static int64_t delay_ms(const struct config *config, const char *scenario)
{
    static const struct {
        enum sandbox_scenario_id id;
        int64_t seconds;
    } DELAYS[] = { { SCENARIO_NOTIFY_LATE, NOTICE_LATE_S },
                   { SCENARIO_NOTIFY_ORDER, BEHIND_S },
                   { SCENARIO_PAY_AFTER_CLOSE, SOON_S } };

    for (size_t i = 0; i < COUNT(DELAYS); i++) {
        if (sandbox_plays(scenario, DELAYS[i].id))
            return sandbox_gap_ms(config, DELAYS[i].seconds);
    }
    return 0;
}

static struct sandbox_notice last;

enum pay_err wechat_notice_add(struct db *db, const struct config *config,
                               const struct wechat_news *news)
{
    const char *scenario = str_or(news->scenario, "");
    struct text content = TEXT(last.content);

    memset(&last, 0, sizeof(last));
    content = TEXT(last.content);
    uuid(last.notice_id);
    text_addf(&content, "%lld ", (long long)clock_now_ms());
    text_add(&content, news->plain);
    last.trade_id = news->trade_id;
    if (sandbox_plays(scenario, SCENARIO_NOTIFY_NEVER))
        return PAY_OK;
    if (content.full || !text_copy(last.channel, sizeof(last.channel), WECHAT) ||
        !text_copy(last.kind, sizeof(last.kind), news->event) ||
        !text_copy(last.out_trade_no, sizeof(last.out_trade_no), news->number) ||
        !text_copy(last.url, sizeof(last.url), news->url) ||
        !text_copy(last.fault, sizeof(last.fault), scenario))
        return PAY_FAULT;
    enum pay_err err = sandbox_notice_add(db, &last, delay_ms(config, scenario));
    return err == PAY_OK && sandbox_plays(scenario, SCENARIO_NOTIFY_TWICE)
               ? sandbox_notice_add(db, &last, 0)
               : err;
}

void wechat_notice_hurry(struct db *db, const struct config *config)
{
    if (last.id)
        (void)!sandbox_notice_now(db, config, &SANDBOX_WECHAT, last.id);
}

/* ---- faults: of the first try; the next ones are right */

/* In the plain text, behind these letters, others are put in. */
static const struct edit {
    enum sandbox_scenario_id id;
    const char *behind, *put;
} EDITS[] = {
    { SCENARIO_WRONG_AMOUNT, "\"total\":", "1" },
    { SCENARIO_WRONG_APP, "\"appid\":\"", "wx0" },
    { SCENARIO_WRONG_SELLER, "\"mchid\":\"", "9" },
    { SCENARIO_UNKNOWN_ORDER, "\"out_trade_no\":\"", "X" },
};

static bool plain_edit(const char *plain, const char *fault, struct text *to)
{
    for (size_t i = 0; i < COUNT(EDITS); i++) {
        const char *at = strstr(plain, EDITS[i].behind);
        if (!at || !sandbox_plays(fault, EDITS[i].id))
            continue;
        at += strlen(EDITS[i].behind);
        text_add_n(to, plain, (size_t)(at - plain));
        text_add(to, EDITS[i].put);
        plain = at;
    }
    text_add(to, plain);
    return !to->full;
}

/* A nonce that follows from the notice: its resource is the same in each try. */
static bool nonce_of(const struct sandbox_notice *notice, const char *fault, char out[13])
{
    char room[128];
    struct text seed = TEXT(room), to = text_over(out, 13);
    struct mac mac;

    text_addf(&seed, "%s %s", notice->notice_id, fault);
    if (!sign_sha256(room, seed.len, &mac))
        return false;
    text_add_hex(&to, mac.bytes, 6);
    return true;
}

static bool body_write(const struct wechat_keys *keys, const struct sandbox_notice *notice,
                       const char *fault, struct text *to)
{
    static char room[SANDBOX_CONTENT_SIZE + 8];
    const struct event_kind *kind = event_kind_of(notice->kind);
    const char *blank = strchr(notice->content, ' ');
    struct text plain = TEXT(room);
    int64_t created = 0;
    char nonce[13];

    if (!blank || !plain_edit(blank + 1, fault, &plain) || !nonce_of(notice, fault, nonce) ||
        !str_to_i64_n(notice->content, (size_t)(blank - notice->content), 0, INT64_MAX, &created))
        return false;
    const bool empty = sandbox_plays(notice->fault, SCENARIO_EMPTY_AAD);
    return wechat_event_write(
        &(struct wechat_event){
            .id = notice->notice_id,
            .event_type = kind->event,
            .summary = kind->summary,
            .original_type = kind->original,
            .create_ms = created,
            .extra = sandbox_plays(notice->fault, SCENARIO_EXTRA_FIELDS),
            .plain = { .apiv3_key = keys->apiv3_key,
                       .associated_data = empty ? "" : kind->original,
                       .bytes = { room, plain.len },
                       .nonce = nonce,
                       .aad_absent = sandbox_plays(notice->fault, SCENARIO_NO_AAD),
                       .bad_tag = sandbox_plays(fault, SCENARIO_BAD_TAG) } },
        to);
}

/* A refund that was asked for without an address for notices is told in the form of version 2. */
static void xml_write(const struct wechat_keys *keys, struct text *to)
{
    uint8_t sealed[256];

    random_bytes(sealed, sizeof(sealed));
    text_addf(to,
              "<xml><return_code>SUCCESS</return_code><appid><![CDATA[%s]]></appid>"
              "<mch_id><![CDATA[%s]]></mch_id><nonce_str><![CDATA[593BEC0C930BF1AF]]></nonce_str>"
              "<req_info><![CDATA[",
              keys->appid, keys->mchid);
    sign_base64_add(to, sealed, sizeof(sealed));
    text_add(to, "]]></req_info></xml>");
}

/* ---- one try */

struct wechat_voice wechat_voice_of(const struct wechat_keys *keys, const char *scenario,
                                    const struct wechat_voice *usual)
{
    if (sandbox_plays(scenario, SCENARIO_KEY_SWITCH))
        return keys->other;
    if (sandbox_plays(scenario, SCENARIO_CERT_ROTATION))
        return keys->next;
    return sandbox_plays(scenario, SCENARIO_CERT_ONLY) ? keys->platform : *usual;
}

static bool stamp_make(const struct wechat_keys *keys, const struct sandbox_notice *notice,
                       const char *fault, struct sandbox_try *out, struct wechat_stamp *stamp)
{
    const struct wechat_bytes body = { out->body.at, out->body.len };
    struct wechat_voice voice = wechat_voice_of(keys, notice->fault, &keys->platform);
    const int64_t age = sandbox_plays(fault, SCENARIO_STALE_TIME) ? 3600 * 1000 : 0;

    if (sandbox_plays(fault, SCENARIO_FOREIGN_KEY))
        voice.key = keys->merchant;
    if (sandbox_plays(fault, SCENARIO_UNKNOWN_SERIAL))
        voice.serial = "0000000000000000000000000000000000000000";
    if (!wechat_stamp(&voice, clock_now_ms() - age, body, stamp))
        return false;
    if (sandbox_plays(fault, SCENARIO_PROBE))
        wechat_stamp_probe(stamp);
    if (sandbox_plays(fault, SCENARIO_BAD_SIGN))
        stamp->signature[9] = stamp->signature[9] == 'A' ? 'B' : 'A';
    wechat_answer_text(stamp->timestamp, stamp->nonce, body, &out->canonical);
    return true;
}

bool wechat_notice_sign(const struct config *config, const struct sandbox_notice *notice,
                        struct sandbox_try *out)
{
    static struct wechat_stamp stamp;
    const struct wechat_keys *keys = wechat_keys(config);
    const char *fault = notice->tries == 0 ? notice->fault : "";
    const bool xml = sandbox_plays(notice->fault, SCENARIO_REFUND_XML);
    struct text line = TEXT(out->headers[0]);

    if (!keys || (!xml && !body_write(keys, notice, fault, &out->body)))
        return false;
    text_addf(&line, "Content-Type: %s", xml ? "text/xml" : "application/json");
    line = TEXT(out->headers[1]);
    text_add(&line, "User-Agent: Mozilla/4.0");
    if (xml) {
        xml_write(keys, &out->body);
        return true;
    }
    line = TEXT(out->headers[2]);
    text_addf(&line, "Request-ID: 08%.32s-0", notice->notice_id);
    if (!stamp_make(keys, notice, fault, out, &stamp))
        return false;
    for (size_t i = 0; i < 5; i++) {
        line = TEXT(out->headers[3 + i]);
        if (!wechat_stamp_header(&stamp, i, &line))
            return false;
    }
    if (sandbox_plays(fault, SCENARIO_ALTERED_BODY)) {
        char *mark = strstr(out->body.at, "\"summary\":\"");
        if (mark)
            mark[2] = 'U';
    }
    return true;
}

/* 200 or 204; the body is not looked at. */
bool wechat_acknowledged(int status, const char *body, size_t len)
{
    (void)body;
    (void)len;
    return status == 200 || status == 204;
}
