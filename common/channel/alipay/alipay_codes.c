/* alipay_codes.c - Alipay's error codes: those of the gateway, then those of the methods. A
 * sub_code decides; one that is not here is decided by the gateway's code. */
#include <string.h>

#include "channel/alipay/alipay_reply.h"

#define ALIPAY_ASKED "the result is not known: Shroff asks what became of it"
#define ALIPAY_LATER "too many calls: Shroff tries again later"
#define ALIPAY_ANEW "submit again: a new attempt has a new number"
#define ALIPAY_OTHER_WAY "the payer must pay in another way; submit again"
#define ALIPAY_AT_ALIPAY "settle it by hand at Alipay (b.alipay.com), or with the payer"
#define ALIPAY_CUT \
    "something between Shroff and Alipay alters requests: config.gateway must be Alipay's" \
    " own address"
#define ALIPAY_TOKEN \
    "Alipay takes the application for that of a partner who acts for others: it must be" \
    " one of the merchant's own"
#define ALIPAY_CERTS \
    "the application at Alipay works with certificates: give app_cert, alipay_cert and" \
    " alipay_root_cert in the place of alipay_public_key"
#define ALIPAY_AES \
    "secrets.aes_key is not the AES key that the application has at Alipay (its settings," \
    " content encryption)"
#define ALIPAY_CLOCK "the time or form of the request is refused: set this machine's clock (NTP)"

static const struct channel_code CODES[] = {
    { CODE_ANSWER_SIGNATURE, MEANS_SETUP,
      "Alipay's answer is not signed by the key that the configuration has: paste Alipay's public"
      " key anew (not the application's), or alipay_cert; is config.gateway Alipay's address?" },
    { CODE_ADDRESS, MEANS_SETUP,
      "requests may not come from this machine's address: add it to the list of allowed addresses"
      " at Alipay (the application's settings)" },
    { "20000", MEANS_UNKNOWN, ALIPAY_ASKED },
    { "isp.unknow-error", MEANS_UNKNOWN, ALIPAY_ASKED },
    { "aop.unknow-error", MEANS_UNKNOWN, ALIPAY_ASKED },
    { "aop.ACQ.SYSTEM_ERROR", MEANS_UNKNOWN, ALIPAY_ASKED },
    { "20001", MEANS_SETUP, ALIPAY_TOKEN },
    { "aop.invalid-auth-token", MEANS_SETUP, ALIPAY_TOKEN },
    { "aop.auth-token-time-out", MEANS_SETUP, ALIPAY_TOKEN },
    { "aop.invalid-app-auth-token", MEANS_SETUP, ALIPAY_TOKEN },
    { "aop.app-auth-token-time-out", MEANS_SETUP, ALIPAY_TOKEN },
    { "40001", MEANS_SETUP, ALIPAY_CUT },
    { "isv.missing-method", MEANS_SETUP, ALIPAY_CUT },
    { "isv.missing-app-id", MEANS_SETUP, ALIPAY_CUT },
    { "isv.missing-signature", MEANS_SETUP, ALIPAY_CUT },
    { "isv.missing-signature-type", MEANS_SETUP, ALIPAY_CUT },
    { "isv.missing-timestamp", MEANS_SETUP, ALIPAY_CUT },
    { "isv.missing-version", MEANS_SETUP, ALIPAY_CUT },
    { "isv.missing-signature-key", MEANS_SETUP,
      "the application has no key at Alipay: upload its public key (its settings, signing)" },
    { "isv.missing-app-cert-sn", MEANS_SETUP, ALIPAY_CERTS },
    { "isv.missing-alipay-root-cert-sn", MEANS_SETUP, ALIPAY_CERTS },
    { "isv.invalid-app-cert-sn", MEANS_SETUP,
      "config.app_cert is not the certificate that the application has at Alipay now: download"
      " appCertPublicKey_….crt again" },
    { "isv.invalid-alipay-root-cert-sn", MEANS_SETUP,
      "config.alipay_root_cert is not Alipay's: download alipayRootCert.crt again" },
    { "isv.missing-encrypt-key", MEANS_SETUP, ALIPAY_AES },
    { "isv.decryption-error-missing-encrypt-type", MEANS_SETUP, ALIPAY_AES },
    { "isv.decryption-error-not-valid-encrypt-type", MEANS_SETUP, ALIPAY_AES },
    { "isv.decryption-error-not-valid-encrypt-key", MEANS_SETUP, ALIPAY_AES },
    { "isv.decryption-error-unknown", MEANS_SETUP, ALIPAY_AES },
    { "isv.invalid-encrypt-type", MEANS_SETUP, ALIPAY_AES },
    { "isv.invalid-encrypt", MEANS_SETUP, ALIPAY_AES },
    { "isv.invalid-signature", MEANS_SETUP,
      "Alipay checks with another public key: upload the one of secrets.private_key at Alipay, or"
      " paste the private key whose public half it has; sandbox and production have keys of their"
      " own" },
    { "isv.invalid-app-id", MEANS_SETUP,
      "Alipay knows no application of this number: compare config.app_id with the APPID, and"
      " config.gateway with where it lives (sandbox or production)" },
    { "isv.invalid-method", MEANS_SETUP,
      "config.gateway is not Alipay's gateway, or the application may not call this method" },
    { "isv.invalid-signature-type", MEANS_SETUP,
      "the application at Alipay signs with another algorithm: set RSA2 there" },
    { "isv.invalid-timestamp", MEANS_SETUP, ALIPAY_CLOCK },
    { "isv.invalid-charset", MEANS_SETUP, ALIPAY_CUT },
    { "isv.invalid-format", MEANS_SETUP, ALIPAY_CUT },
    { "isv.invalid-parameter", MEANS_NO, "Alipay refuses a value; its text names it" },
    { "isv.illegal-json", MEANS_NO, "Alipay cannot read the request; its text says where" },
    { "isv.suspected-attack", MEANS_NO,
      "Alipay takes a text of the order for an attack: is there markup in its subject or body?" },
    { "isv.app-cert-expired", MEANS_SETUP,
      "the application's certificate has ended: make a new one at Alipay and paste it" },
    { "not-online-app", MEANS_SETUP,
      "the application is not online: publish it at open.alipay.com, and wait for the review" },
    { "40003", MEANS_SETUP,
      "the application lacks a setting at Alipay: compare its keys and content encryption" },
    { "isv.missing-signature-config", MEANS_SETUP,
      "the application has no RSA2 key at Alipay: upload its public key (its settings, signing)" },
    { "40005", MEANS_BUSY, ALIPAY_LATER },
    { "isv.app-call-limited", MEANS_BUSY, ALIPAY_LATER },
    { "isv.method-call-limited", MEANS_BUSY, ALIPAY_LATER },
    { "40006", MEANS_SETUP, "the product is not signed for: b.alipay.com, products" },
    { "isv.insufficient-isv-permissions", MEANS_SETUP,
      "the product is not signed for, or not added to the application: b.alipay.com, products" },
    { "isv.insufficient-user-permissions", MEANS_SETUP,
      "the merchant's account may not use this product: b.alipay.com, products" },
    { "aop.no-product-reg-by-partner", MEANS_SETUP,
      "the merchant has signed for no product: b.alipay.com, products" },

    { "ACQ.SYSTEM_ERROR", MEANS_UNKNOWN, ALIPAY_ASKED },
    { "ACQ.INVALID_PARAMETER", MEANS_NO, "Alipay refuses a value; its text names it" },
    { "ACQ.ACCESS_FORBIDDEN", MEANS_SETUP,
      "the product is not signed for, or the account may not use it: b.alipay.com, products" },
    { "ACQ.PARTNER_ERROR", MEANS_SETUP,
      "the application and the account do not belong together: compare app_id and seller_id" },
    { "ACQ.TRADE_NOT_EXIST", MEANS_NO,
      "Alipay has no such trade; before a QR code is scanned there is none" },
    { "ACQ.TRADE_HAS_SUCCESS", MEANS_PAID, "it was paid before: Shroff asks, and books it" },
    { "ACQ.TRADE_HAS_CLOSE", MEANS_NO, "the trade is closed; " ALIPAY_ANEW },
    { "ACQ.CONTEXT_INCONSISTENT", MEANS_NO, "the number is used with other terms; " ALIPAY_ANEW },
    { "ACQ.TOTAL_FEE_EXCEED", MEANS_NO, "the price is outside the limits of the contract" },
    { "ACQ.BUYER_SELLER_EQUAL", MEANS_NO, "payer and receiver are the same account" },
    { "ACQ.EXIST_FORBIDDEN_WORD", MEANS_NO, "a text of the order has a forbidden word" },
    { "ACQ.NOW_TIME_AFTER_EXPIRE_TIME_ERROR", MEANS_NO,
      "the order's time is over: make it with a longer expire_in; is this machine's clock right?" },
    { "ACQ.APPLY_PC_MERCHANT_CODE_ERROR", MEANS_NO, "no code could be made; " ALIPAY_ANEW },
    { "ACQ.PAYMENT_AUTH_CODE_INVALID", MEANS_NO,
      "the payer's code is old or not one of Alipay: scan a fresh one, submit again" },
    { "ACQ.BUYER_BALANCE_NOT_ENOUGH", MEANS_NO, ALIPAY_OTHER_WAY },
    { "ACQ.BUYER_BANKCARD_BALANCE_NOT_ENOUGH", MEANS_NO, ALIPAY_OTHER_WAY },
    { "ACQ.ERROR_BALANCE_PAYMENT_DISABLE", MEANS_NO, ALIPAY_OTHER_WAY },
    { "ACQ.PAYMENT_FAIL", MEANS_NO, ALIPAY_OTHER_WAY },
    { "ACQ.PAYMENT_REQUEST_HAS_RISK", MEANS_NO, ALIPAY_OTHER_WAY },
    { "ACQ.SELLER_BALANCE_NOT_ENOUGH", MEANS_NO, "top up, then the same refund again" },
    { "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL", MEANS_NO,
      "the refunds together are more than was paid: was one made at Alipay by hand?" },
    { "ACQ.REASON_TRADE_REFUND_FEE_ERR", MEANS_NO, "Alipay refuses the sum of the refund" },
    { "ACQ.DISCORDANT_REPEAT_REQUEST", MEANS_NO,
      "a refund of this number has another sum: make it under a new merchant_refund_id" },
    { "ACQ.TRADE_STATUS_ERROR", MEANS_NO, "the trade's state does not allow it" },
    { "ACQ.TRADE_HAS_FINISHED", MEANS_NO, "the time for refunds is over: " ALIPAY_AT_ALIPAY },
    { "ACQ.TRADE_NOT_ALLOW_REFUND", MEANS_NO, "Alipay allows no refund of it: " ALIPAY_AT_ALIPAY },
    { "ACQ.NOT_ALLOW_PARTIAL_REFUND", MEANS_NO, "only the whole price can be refunded" },
    { "ACQ.REASON_TRADE_BEEN_FREEZEN", MEANS_NO, "the trade is frozen: " ALIPAY_AT_ALIPAY },
    { "ACQ.REFUNDALLOC_UNAUTH_LIMIT", MEANS_NO,
      "the receiver of a share has not agreed to refunds: " ALIPAY_AT_ALIPAY },
    { "ACQ.REASON_TRADE_STATUS_INVALID", MEANS_NO, "the trade's state does not allow it" },
    { "ACQ.REASON_ILLEGAL_STATUS", MEANS_NO, "the trade's state does not allow it" },
    { "ACQ.CANCEL_NOT_ALLOWED", MEANS_NO, "the trade cannot be cancelled any more: refund it" },
    { "ACQ.TRADE_CANCEL_TIME_OUT", MEANS_NO, "the trade is too old to be cancelled: refund it" },

    { "BILL_NOT_EXIST", MEANS_NO, "the day's bill is not made yet" },
    { "isp.bill_not_exist", MEANS_NO, "the day's bill is not made yet" },
    { "NO_BILL_DATA", MEANS_NO, "nothing was paid on that day" },
    { "SYSTEM_RATE_LIMIT", MEANS_BUSY, ALIPAY_LATER },
    { "USER_RATE_LIMIT", MEANS_BUSY, ALIPAY_LATER },

    { "SYSTEM_ERROR", MEANS_UNKNOWN, ALIPAY_ASKED },
    { "INVALID_PARAMETER", MEANS_NO, "Alipay refuses a value; its text names it" },
    { "PAYEE_NOT_EXIST", MEANS_NO, "no account has this user_account" },
    { "PAYEE_USER_INFO_ERROR", MEANS_NO, "user_name is not the name of this user_account" },
    { "PAYEE_ACC_OCUPIED", MEANS_NO, "the receiver's account cannot receive: ask the receiver" },
    { "PAYER_BALANCE_NOT_ENOUGH", MEANS_NO, "top up, then a transfer under a new number" },
    { "PAYMENT_INFO_INCONSISTENCY", MEANS_UNKNOWN,
      "Alipay has a transfer of this number with other terms: " ALIPAY_ASKED },
    { "EXCEED_LIMIT_SM_AMOUNT", MEANS_NO, "the price is over the limit of one transfer" },
    { "ORDER_NOT_EXIST", MEANS_NO, "Alipay has no such transfer" },
};

const struct channel_codes ALIPAY_CODES = { CODES, COUNT(CODES) };

/* Alipay also spells it AQC.SYSTEM_ERROR. */
static bool is_system_error(const char *sub_code)
{
    return strstr(sub_code, "SYSTEM_ERROR");
}

enum pay_err alipay_code(const struct alipay_reply *reply, struct channel_said *said)
{
    const char *code = str_or(alipay_member(reply, "code"), "");
    const char *sub_code = str_or(alipay_member(reply, "sub_code"), code);
    const char *msg = str_or(alipay_member(reply, "sub_msg"), alipay_member(reply, "msg"));
    const struct channel_code *gateway = channel_code_of(&ALIPAY_CODES, code);

    if (str_eq(code, "10000") || str_eq(code, "10003"))
        return PAY_OK;
    enum pay_err err = said_code(said, &ALIPAY_CODES, sub_code, msg);
    if (*code == '\0' || is_system_error(sub_code))
        return said_means(said, MEANS_UNKNOWN);
    if (gateway && (said->meaning == MEANS_NOTHING || gateway->meaning != MEANS_SETUP))
        return said_means(said, gateway->meaning);
    return err;
}
