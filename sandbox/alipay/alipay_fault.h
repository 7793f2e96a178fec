/* alipay_fault.h - every answer of the gateway: code, msg, sub_code, sub_msg. */
#ifndef SANDBOX_ALIPAY_ALIPAY_FAULT_H
#define SANDBOX_ALIPAY_ALIPAY_FAULT_H

#define ALIPAY_MISSING "40001", "Missing Required Arguments"
#define ALIPAY_INVALID "40002", "Invalid Arguments"
#define ALIPAY_FAILED "40004", "Business Failed"
#define ALIPAY_AWAY "20000", "Service Currently Unavailable"

/* clang-format off */
#define ALIPAY_FAULTS(X) \
    X(AF_OK, "10000", "Success", "", "") \
    X(AF_PAYING, "10003", "order success pay inprocess", "", "") \
    X(AF_AWAY, ALIPAY_AWAY, "isp.unknow-error", "系统繁忙") \
    X(AF_SYSTEM, ALIPAY_AWAY, "aop.ACQ.SYSTEM_ERROR", "系统异常") \
    X(AF_NO_METHOD, ALIPAY_MISSING, "isv.missing-method", "缺少方法名参数") \
    X(AF_NO_APP_ID, ALIPAY_MISSING, "isv.missing-app-id", "缺少AppID参数") \
    X(AF_NO_SIGN, ALIPAY_MISSING, "isv.missing-signature", "缺少签名参数") \
    X(AF_NO_SIGN_TYPE, ALIPAY_MISSING, "isv.missing-signature-type", "缺少签名类型参数") \
    X(AF_NO_TIMESTAMP, ALIPAY_MISSING, "isv.missing-timestamp", "缺少时间戳参数") \
    X(AF_NO_VERSION, ALIPAY_MISSING, "isv.missing-version", "缺少版本参数") \
    X(AF_NO_CERT_SN, ALIPAY_MISSING, "isv.missing-app-cert-sn", "缺少应用公钥证书SN") \
    X(AF_NO_ROOT_SN, ALIPAY_MISSING, "isv.missing-alipay-root-cert-sn", "缺少支付宝根证书SN") \
    X(AF_BAD_METHOD, ALIPAY_INVALID, "isv.invalid-method", "不存在的方法名") \
    X(AF_BAD_APP_ID, ALIPAY_INVALID, "isv.invalid-app-id", "无效的AppID参数") \
    X(AF_BAD_SIGN, ALIPAY_INVALID, "isv.invalid-signature", \
      "验签出错，建议检查签名字符串或签名私钥与应用公钥是否匹配，网关生成的验签字符串为：") \
    X(AF_BAD_SIGN_TYPE, ALIPAY_INVALID, "isv.invalid-signature-type", "无效的签名类型") \
    X(AF_BAD_TIMESTAMP, ALIPAY_INVALID, "isv.invalid-timestamp", "非法的时间戳参数") \
    X(AF_BAD_CHARSET, ALIPAY_INVALID, "isv.invalid-charset", "字符集错误") \
    X(AF_BAD_FORMAT, ALIPAY_INVALID, "isv.invalid-format", "无效的数据格式") \
    X(AF_BAD_CERT_SN, ALIPAY_INVALID, "isv.invalid-app-cert-sn", "应用公钥证书SN不匹配") \
    X(AF_BAD_ROOT_SN, ALIPAY_INVALID, "isv.invalid-alipay-root-cert-sn", "支付宝根证书SN不匹配") \
    X(AF_BAD_CIPHER, ALIPAY_INVALID, "isv.decryption-error-unknown", "解密出错，未知异常") \
    X(AF_BAD_JSON, ALIPAY_INVALID, "isv.illegal-json", "json格式错误") \
    X(AF_ATTACK, ALIPAY_INVALID, "isv.suspected-attack", "可疑的攻击请求") \
    X(AF_BAD_CERT, ALIPAY_INVALID, "isv.invalid-parameter", "参数无效") \
    X(AF_PARAMETER, ALIPAY_FAILED, "ACQ.INVALID_PARAMETER", "参数无效") \
    X(AF_FORBIDDEN, ALIPAY_FAILED, "ACQ.ACCESS_FORBIDDEN", "无权限使用接口") \
    X(AF_NO_TRADE, ALIPAY_FAILED, "ACQ.TRADE_NOT_EXIST", "交易不存在") \
    X(AF_PAID, ALIPAY_FAILED, "ACQ.TRADE_HAS_SUCCESS", "交易已被支付") \
    X(AF_CLOSED, ALIPAY_FAILED, "ACQ.TRADE_HAS_CLOSE", "交易已经关闭") \
    X(AF_OTHER_TERMS, ALIPAY_FAILED, "ACQ.CONTEXT_INCONSISTENT", "交易信息被篡改") \
    X(AF_TOO_MUCH, ALIPAY_FAILED, "ACQ.TOTAL_FEE_EXCEED", "订单总金额不在允许范围内") \
    X(AF_EXPIRED, ALIPAY_FAILED, "ACQ.NOW_TIME_AFTER_EXPIRE_TIME_ERROR", "当前时间已超过允许支付的时间") \
    X(AF_AUTH_CODE, ALIPAY_FAILED, "ACQ.PAYMENT_AUTH_CODE_INVALID", "支付授权码无效") \
    X(AF_STATUS, ALIPAY_FAILED, "ACQ.TRADE_STATUS_ERROR", "交易状态不合法") \
    X(AF_REASON_STATUS, ALIPAY_FAILED, "ACQ.REASON_TRADE_STATUS_INVALID", "交易状态异常") \
    X(AF_REFUND_SUM, ALIPAY_FAILED, "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL", "退款金额超限") \
    X(AF_REFUND_REPEAT, ALIPAY_FAILED, "ACQ.DISCORDANT_REPEAT_REQUEST", "请求信息不一致") \
    X(AF_REFUND_MONEY, ALIPAY_FAILED, "ACQ.SELLER_BALANCE_NOT_ENOUGH", "卖家余额不足") \
    X(AF_REFUND_SOON, "40005", "Call Limited", "isv.app-call-limited", "应用调用次数超限") \
    X(AF_REFUND_BLOCKED, ALIPAY_FAILED, "ACQ.TRADE_NOT_ALLOW_REFUND", "当前交易不允许退款") \
    X(AF_FINISHED, ALIPAY_FAILED, "ACQ.TRADE_HAS_FINISHED", "交易已完结") \
    X(AF_NO_BILL, ALIPAY_FAILED, "isp.bill_not_exist", "账单不存在") \
    X(AF_T_PARAMETER, ALIPAY_FAILED, "INVALID_PARAMETER", "参数有误") \
    X(AF_T_PAYEE, ALIPAY_FAILED, "PAYEE_NOT_EXIST", "收款账号不存在") \
    X(AF_T_NAME, ALIPAY_FAILED, "PAYEE_USER_INFO_ERROR", "支付宝账号和姓名不匹配，请确认姓名是否正确") \
    X(AF_T_FROZEN, ALIPAY_FAILED, "PAYEE_ACC_OCUPIED", "收款人账户异常") \
    X(AF_T_MONEY, ALIPAY_FAILED, "PAYER_BALANCE_NOT_ENOUGH", "付款方余额不足") \
    X(AF_T_OTHER, ALIPAY_FAILED, "PAYMENT_INFO_INCONSISTENCY", "两次请求商户单号一样，但是参数不一致") \
    X(AF_T_LIMIT, ALIPAY_FAILED, "EXCEED_LIMIT_SM_AMOUNT", "单笔额度超限") \
    X(AF_T_SYSTEM, ALIPAY_FAILED, "SYSTEM_ERROR", "系统繁忙") \
    X(AF_T_NONE, ALIPAY_FAILED, "ORDER_NOT_EXIST", "转账订单不存在")
#define ALIPAY_FAULT_AS_ENUM(name, ...) name,
/* clang-format on */
enum alipay_fault { ALIPAY_FAULTS(ALIPAY_FAULT_AS_ENUM) ALIPAY_FAULT_COUNT };

struct alipay_fault_row {
    const char *code, *msg, *sub_code, *sub_msg;
};
extern const struct alipay_fault_row ALIPAY_FAULT_ROWS[ALIPAY_FAULT_COUNT];

#endif
