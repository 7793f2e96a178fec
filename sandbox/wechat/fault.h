/* fault.h - what the played WeChat Pay refuses, in its own words: HTTP status, code, message.
 * Statuses and texts are those that the live API was seen to answer, or that its documentation
 * names. `{}` in a message is replaced by the caller's own words. */
#ifndef SANDBOX_WECHAT_FAULT_H
#define SANDBOX_WECHAT_FAULT_H

#include "base/err.h"
#include "base/json_text.h"

/* clang-format off */
#define WECHAT_FAULTS(X) \
    X(WX_OK, 200, "", "") \
    X(WX_NO_PATH, 404, "", "")       /* these two are answered without a body */ \
    X(WX_NO_METHOD, 405, "", "") \
    X(WX_AUTH_FORM, 401, "SIGN_ERROR", \
      "Http头Authorization值格式错误，请参考《微信支付商户REST API签名规则》") \
    X(WX_AUTH_FORM_PAY, 401, "SIGN_ERROR", "签名信息错误，验签失败") \
    X(WX_AUTH_TIME, 401, "SIGN_ERROR", \
      "Http头Authorization中的timestamp与发起请求的时间不得超过5分钟") \
    X(WX_AUTH_SERIAL, 401, "SIGN_ERROR", "商户证书序列号有误") \
    X(WX_AUTH_SIGN, 401, "SIGN_ERROR", "错误的签名，验签失败") \
    X(WX_NO_AGENT, 400, "INVALID_REQUEST", "Http头缺少Accept或User-Agent") \
    X(WX_PARAM, 400, "PARAM_ERROR", "{}") \
    X(WX_INVALID, 400, "INVALID_REQUEST", "{}") \
    X(WX_MCHID, 400, "PARAM_ERROR", \
      "http header中的mchid与post payload中的mchid不匹配") \
    X(WX_APPID, 400, "APPID_MCHID_NOT_MATCH", "appid和mch_id不匹配，请检查后再试") \
    X(WX_NUMBER_USED, 403, "OUT_TRADE_NO_USED", "商户订单号重复") \
    X(WX_PAID, 400, "ORDERPAID", "该订单已支付") \
    X(WX_CLOSED, 400, "ORDER_CLOSED", "该订单已关闭") \
    X(WX_NO_ORDER, 404, "ORDER_NOT_EXIST", "订单不存在") \
    X(WX_NO_RESOURCE, 404, "RESOURCE_NOT_EXISTS", "{}") \
    X(WX_NO_TRANSFER, 404, "NOT_FOUND", "记录不存在") \
    X(WX_NOT_ENOUGH, 403, "NOT_ENOUGH", "基本账户余额不足，请充值后重新发起") \
    X(WX_ACCOUNT, 403, "USER_ACCOUNT_ABNORMAL", "用户账户异常或已注销") \
    X(WX_OVERDUE, 400, "TRADE_OVERDUE", "订单已经超过可退款的最大期限") \
    X(WX_FREQUENCY, 429, "FREQUENCY_LIMITED", "频率超限，请降低请求频率") \
    X(WX_RATE, 429, "RATELIMIT_EXCEEDED", "请求超过频率限制") \
    X(WX_SYSTEM, 500, "SYSTEM_ERROR", "系统错误，请稍后再试") \
    X(WX_UNAVAILABLE, 503, "SERVICE_UNAVAILABLE", "服务不可用，过载保护") \
    X(WX_NO_AUTH, 403, "NO_AUTH", "商户无权限") \
    X(WX_RULE, 403, "RULE_LIMIT", "业务规则限制") \
    X(WX_TRADE, 403, "TRADE_ERROR", "交易错误，请更换支付方式") \
    X(WX_CODE_OVER, 400, "AUTH_CODE_EXPIRED", "二维码已过期，请用户在微信上刷新后再试") \
    X(WX_CODE_BAD, 400, "AUTH_CODE_INVALID", "付款码无效，请检查后重试") \
    X(WX_NO_BILL, 400, "NO_STATEMENT_EXIST", "请求的账单文件不存在") \
    X(WX_BILL_LATER, 400, "STATEMENT_CREATING", "请求的账单正在生成中") \
    X(WX_REVERSED, 400, "TRADE_STATE_ERROR", "订单状态错误") \
    X(WX_BATCH_USED, 400, "ALREADY_EXISTS", "{}")
/* clang-format on */

#define WECHAT_AS_ENUM(name, ...) name,
enum wechat_fault { WECHAT_FAULTS(WECHAT_AS_ENUM) WX_COUNT };

struct wechat_fault_row {
    int status;
    const char *code, *message;
};
const struct wechat_fault_row *wechat_fault_row(enum wechat_fault fault);

/* What a refusal says beside its row; empty members are left out. */
struct wechat_detail {
    char words[512]; /* for the `{}` of the message */
    char field[96], issue[96], value[160], location[16];
    /* Of a wrong signature: the text that was signed, as the server made it. */
    const char *method, *url, *text;
    size_t text_len;
};
/* The body: {"code":…,"message":…,"detail":{…}}; nothing for a fault without a code. */
void wechat_fault_write(enum wechat_fault fault, const struct wechat_detail *detail,
                        struct text *to);

#endif
