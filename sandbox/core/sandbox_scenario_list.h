/* sandbox_scenario_list.h - every scenario that the sandbox plays: constant, number of its row in
 * docs/sandbox.md, name, channels, what happens. */
#ifndef SANDBOX_CORE_SANDBOX_SCENARIO_LIST_H
#define SANDBOX_CORE_SANDBOX_SCENARIO_LIST_H

/* clang-format off */
#define SANDBOX_SCENARIO_LIST(X) \
    X(NOTIFY_LATE, 1, "notify-late", FOR_BOTH, "the notice comes 60 seconds late") \
    X(NOTIFY_NEVER, 2, "notify-never", FOR_BOTH, "the notice never comes") \
    X(NOTIFY_TWICE, 3, "notify-twice", FOR_BOTH, "the notice comes twice at once") \
    X(NOTIFY_ORDER, 4, "notify-order", FOR_BOTH, "a refund's notice comes before the payment's") \
    X(NOTIFY_EARLY, 5, "notify-early", FOR_BOTH, "paid and told before the call is answered") \
    X(WRONG_AMOUNT, 6, "wrong-amount", FOR_BOTH, "the notice has another amount") \
    X(WRONG_APP, 6, "wrong-app", FOR_BOTH, "the notice has another app_id or appid") \
    X(WRONG_SELLER, 6, "wrong-seller", FOR_BOTH, "the notice has another seller_id or mchid") \
    X(UNKNOWN_ORDER, 6, "unknown-order", FOR_BOTH, "the notice has another out_trade_no") \
    X(BAD_SIGN, 7, "bad-sign", FOR_BOTH, "the notice's signature is wrong") \
    X(FOREIGN_KEY, 7, "foreign-key", FOR_BOTH, "the notice is signed by a foreign key") \
    X(ALTERED_BODY, 7, "altered-body", FOR_BOTH, "the notice was altered after signing") \
    X(UNKNOWN_SERIAL, 7, "unknown-serial", FOR_WECHAT, "the notice names an unknown key") \
    X(STALE_TIME, 7, "stale-time", FOR_WECHAT, "the notice's timestamp is an hour old") \
    X(REPLAYED, 7, "replayed", FOR_BOTH, "the notice comes again though acknowledged") \
    X(PROBE, 8, "probe", FOR_WECHAT, "a signature probe comes before the notice") \
    X(PROBE_RESPONSE, 8, "probe-response", FOR_WECHAT, "the first answer is a signature probe") \
    X(BAD_TAG, 9, "bad-tag", FOR_WECHAT, "the notice's resource does not decrypt") \
    X(EMPTY_AAD, 9, "empty-aad", FOR_WECHAT, "associated_data is empty") \
    X(NO_AAD, 9, "no-aad", FOR_WECHAT, "associated_data is absent") \
    X(EXTRA_FIELDS, 9, "extra-fields", FOR_WECHAT, "the notice has unknown members") \
    X(NOTIFY_AGAIN, 10, "notify-again", FOR_BOTH, "the first right answer counts as a wrong one") \
    X(NOTIFY_EXHAUSTED, 11, "notify-exhausted", FOR_BOTH, "no answer is the right one") \
    X(CLOSE_PAID, 12, "close-paid", FOR_BOTH, "the payer pays just before the close arrives") \
    X(PAY_AFTER_CLOSE, 12, "pay-after-close", FOR_BOTH, "closed, yet paid a moment later") \
    X(BAR_PAID, 13, "bar-paid", FOR_BOTH, "bar code: a password is asked for, then paid") \
    X(BAR_TIMEOUT, 13, "bar-timeout", FOR_BOTH, "bar code: the payer never types the password") \
    X(BAR_CANCELLED, 13, "bar-cancelled", FOR_BOTH, "bar code: the payer cancels") \
    X(ERROR_DONE, 14, "error-done", FOR_BOTH, "the first answer is an error, but it is done") \
    X(ERROR_UNDONE, 14, "error-undone", FOR_BOTH, "the first answer is a system error, not done") \
    X(RESET, 15, "reset", FOR_BOTH, "the connection breaks after the call was done") \
    X(EMPTY_ANSWER, 15, "empty-answer", FOR_BOTH, "the first answer is empty") \
    X(HTML_502, 15, "html-502", FOR_BOTH, "the first answer is 502 with a page") \
    X(HTML_503, 15, "html-503", FOR_BOTH, "the first answer is 503 with a page") \
    X(TOO_MANY, 15, "too-many", FOR_BOTH, "the first answer is 429") \
    X(NUMBER_USED, 16, "number-used", FOR_BOTH, "the number counts as used by another order") \
    X(NUMBER_PAID, 16, "number-paid", FOR_BOTH, "the first answer: paid already; and it is") \
    X(NOT_YET, 17, "not-yet", FOR_ALIPAY, "no query finds the trade before it is paid") \
    X(SHORT_LIFE, 18, "short-life", FOR_BOTH, "it can be paid for 60 seconds only") \
    X(COUPON, 19, "coupon", FOR_BOTH, "a coupon of 0.01 pays a part") \
    X(REFUND_SLOW, 20, "refund-slow", FOR_BOTH, "a refund takes 30 seconds") \
    X(REFUND_ABNORMAL, 21, "refund-abnormal", FOR_WECHAT, "a refund ends ABNORMAL") \
    X(REFUND_CLOSED, 21, "refund-closed", FOR_WECHAT, "a refund ends CLOSED") \
    X(REFUND_NO_MONEY, 22, "refund-no-money", FOR_BOTH, "the first refund finds no balance") \
    X(REFUND_BLOCKED, 22, "refund-blocked", FOR_BOTH, "the payer's account is abnormal") \
    X(REFUND_LATE, 22, "refund-late", FOR_BOTH, "the period for refunds is over") \
    X(REFUND_TOO_SOON, 23, "refund-too-soon", FOR_BOTH, "the first refund comes too soon") \
    X(REFUND_ERROR_DONE, 24, "refund-error-done", FOR_BOTH, "done, but the answer is an error") \
    X(REFUND_UNKNOWN, 25, "refund-unknown", FOR_BOTH, "for 10 s no query finds a refund") \
    X(REFUNDED_OUTSIDE, 26, "refunded-outside", FOR_BOTH, "paid, given back in the console") \
    X(REFUND_XML, 27, "refund-xml", FOR_WECHAT, "a refund's notice comes as XML of version 2") \
    X(CERT_ROTATION, 28, "cert-rotation", FOR_WECHAT, "a new platform certificate signs") \
    X(KEY_SWITCH, 28, "key-switch", FOR_WECHAT, "notices are signed by the public key") \
    X(CERT_ONLY, 28, "cert-only", FOR_WECHAT, "answers are signed by the certificate") \
    X(NEW_CERT, 29, "new-cert", FOR_ALIPAY, "a new certificate signs the answers") \
    X(CLOCK_SKEW, 30, "clock-skew", FOR_WECHAT, "the first answer: your clock is wrong") \
    X(BILL_LATE, 31, "bill-late", FOR_BOTH, "the bill is not ready") \
    X(BILL_EMPTY, 31, "bill-empty", FOR_BOTH, "the bill is empty") \
    X(BILL_WRONG_HASH, 31, "bill-wrong-hash", FOR_WECHAT, "the bill's SHA1 is wrong") \
    X(BILL_MISSING, 32, "bill-missing", FOR_BOTH, "the bill lacks this payment") \
    X(BILL_EXTRA, 32, "bill-extra", FOR_BOTH, "the bill has a payment that nobody knows") \
    X(BILL_AMOUNT, 32, "bill-amount", FOR_BOTH, "the bill has another amount") \
    X(BILL_NO_REFUND, 32, "bill-no-refund", FOR_BOTH, "the bill lacks the refund") \
    X(BILL_NEXT_DAY, 32, "bill-next-day", FOR_BOTH, "the payment is in the next day's bill") \
    X(BILL_ODD_TEXT, 32, "bill-odd-text", FOR_WECHAT, "the subject has commas and backticks") \
    X(TRANSFER_SLOW, 33, "transfer-slow", FOR_BOTH, "a transfer takes 30 seconds") \
    X(TRANSFER_NAME, 33, "transfer-name", FOR_BOTH, "the receiver's name does not fit") \
    X(TRANSFER_FROZEN, 33, "transfer-frozen", FOR_BOTH, "the receiver's account is frozen") \
    X(TRANSFER_IDLE, 33, "transfer-idle", FOR_WECHAT, "the receiver never confirms") \
    X(TRANSFER_NO_MONEY, 33, "transfer-no-money", FOR_BOTH, "the balance is too low") \
    X(SLOW_10, 34, "slow-10", FOR_BOTH, "the first answer takes 10 seconds") \
    X(SLOW_60, 34, "slow-60", FOR_BOTH, "the first answer takes 60 seconds") \
    X(ODD_TYPE, 35, "odd-type", FOR_ALIPAY, "the notice's content type has text/html in it") \
    X(GBK_NOTICE, 35, "gbk-notice", FOR_ALIPAY, "the notice is in GBK") \
    X(SLASHES, 35, "slashes", FOR_ALIPAY, "slashes in answers are escaped") \
    X(UNSIGNED_4XX, 35, "unsigned-4xx", FOR_WECHAT, "the first answer: 403 without Request-ID")
/* clang-format on */

#endif
