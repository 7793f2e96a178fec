/* wechat_codes.c - WeChat Pay's error codes (API v3). The code decides, not the HTTP status. */
#include "channel/wechat/wechat_codes.h"

#define WECHAT_ASKED "the result is not known: Shroff asks what became of it"
#define WECHAT_LATER "too many calls: Shroff tries again later"
#define WECHAT_ANEW "submit again: a new attempt has a new number"
#define WECHAT_KEYS \
    "WeChat Pay does not take the request for the merchant's: secrets.private_key must be that of" \
    " the API certificate whose serial number is config.serial_no, both of config.mchid, not" \
    " revoked; and this machine's clock must be right to 5 minutes (NTP)"
#define WECHAT_NOT_SIGNED_FOR \
    "the product is not signed for, or not for this appid: pay.weixin.qq.com, products"
#define WECHAT_FRESH_CODE \
    "the payer's code is old or not one of WeChat: scan a fresh one, submit again"

static const struct channel_code CODES[] = {
    { CODE_ANSWER_SIGNATURE, MEANS_SETUP,
      "the answer is not signed by a key that the configuration has: compare public_key_id and"
      " public_key with pay.weixin.qq.com, API security" },
    { CODE_NO_KEY, MEANS_SETUP,
      "no key of WeChat Pay is known and no certificate could be fetched, so nothing is sent: give"
      " public_key_id and public_key (pay.weixin.qq.com, API security), or compare"
      " secrets.apiv3_key" },
    { CODE_ADDRESS, MEANS_SETUP,
      "requests may not come from this machine's address: add it at pay.weixin.qq.com, API"
      " security (interface IP)" },
    { CODE_APIV3, MEANS_SETUP,
      "secrets.apiv3_key is not the APIv3 key that the merchant has set (pay.weixin.qq.com, API"
      " security): notifications could not be opened" },
    { "SIGN_ERROR", MEANS_SETUP, WECHAT_KEYS },
    { "PARAM_ERROR", MEANS_NO, "WeChat Pay refuses a value; its text names it" },
    { "INVALID_REQUEST", MEANS_NO, "WeChat Pay refuses the request; its text says why" },
    { "APPID_MCHID_NOT_MATCH", MEANS_SETUP,
      "config.appid is not bound to config.mchid: bind it at pay.weixin.qq.com, or compare both" },
    { "MCH_NOT_EXISTS", MEANS_SETUP, "WeChat Pay knows no merchant config.mchid" },
    { "NO_AUTH", MEANS_SETUP, WECHAT_NOT_SIGNED_FOR },
    { "OUT_TRADE_NO_USED", MEANS_NO, "the number is used with other terms; " WECHAT_ANEW },
    { "ORDERPAID", MEANS_PAID, "it was paid before: Shroff asks, and books it" },
    { "ORDER_PAID", MEANS_PAID, "it was paid before: Shroff asks, and books it" },
    { "ORDER_CLOSED", MEANS_NO, "the order is closed there; " WECHAT_ANEW },
    { "ORDER_NOT_EXIST", MEANS_NO, "WeChat Pay has no such order" },
    { "RESOURCE_NOT_EXISTS", MEANS_NO, "WeChat Pay has no such order or refund" },
    { "NOT_FOUND", MEANS_NO, "WeChat Pay has no such transfer" },
    { "RULE_LIMIT", MEANS_NO, "a rule of WeChat Pay forbids it; its text says which" },
    { "TRADE_ERROR", MEANS_UNKNOWN, "the payer's side failed: " WECHAT_ASKED },
    { "TRADE_STATE_ERROR", MEANS_NO, "the order's state does not allow it" },
    { "TRADE_OVERDUE", MEANS_NO, "the order is too old to be refunded (a year)" },
    { "REFUND_FEE_MISMATCH", MEANS_NO,
      "a refund of this number has another sum: make it under a new merchant_refund_id" },
    { "NOT_ENOUGH", MEANS_NO, "top up, then the same refund again, or a transfer anew" },
    { "USER_ACCOUNT_ABNORMAL", MEANS_NO, "the payer's account takes no money: settle it by hand" },
    { "ACCOUNT_ERROR", MEANS_NO, "the payer's account is abnormal: another way to pay" },
    { "OPENID_MISMATCH", MEANS_NO, "channel_extras.openid is not one of config.appid" },
    { "ALREADY_EXISTS", MEANS_UNKNOWN, "WeChat Pay has a transfer of this number: " WECHAT_ASKED },
    { "AUTH_CODE_EXPIRED", MEANS_NO, WECHAT_FRESH_CODE },
    { "AUTH_CODE_INVALID", MEANS_NO, WECHAT_FRESH_CODE },
    { "USERPAYING", MEANS_UNKNOWN,
      "the payer must confirm first: Shroff asks until it is decided" },
    { "BANKERROR", MEANS_UNKNOWN, "the payer's bank failed: " WECHAT_ASKED },
    { "BANK_ERROR", MEANS_UNKNOWN, "the payer's bank failed: " WECHAT_ASKED },
    { "NO_STATEMENT_EXIST", MEANS_NO, "nothing was paid on that day" },
    { "STATEMENT_CREATING", MEANS_NO, "the day's bill is not made yet" },
    { "FREQUENCY_LIMITED", MEANS_BUSY, WECHAT_LATER },
    { "FREQUENCY_LIMIT_EXCEED", MEANS_BUSY, WECHAT_LATER },
    { "RATELIMIT_EXCEEDED", MEANS_BUSY, WECHAT_LATER },
    { "SYSTEM_ERROR", MEANS_UNKNOWN, WECHAT_ASKED },
    { "SERVICE_UNAVAILABLE", MEANS_UNKNOWN, WECHAT_ASKED },
};

const struct channel_codes WECHAT_CODES = { CODES, COUNT(CODES) };
