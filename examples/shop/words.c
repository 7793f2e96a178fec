/* words.c - Chinese and English. */
#include "words.h"

#include <string.h>
#include <strings.h>

static const struct words ENGLISH = {
    .lang = "en", .index = 0,
    .shop = "Demo shop",
    .welcome = "Pick something nice",
    .note = "Nothing is sent and no real money moves: this shop shows how a merchant uses Shroff.",
    .buy = "Buy", .back = "Back to the shop",
    .order = "Your order", .number = "Order number", .time = "Ordered (UTC)",
    .state = {
        [STATE_NONE] = { "Waiting for payment",
            "Opens in a new window. This page updates by itself once you have paid." },
        [STATE_OPEN] = { "Waiting for payment",
            "Opens in a new window. This page updates by itself once you have paid." },
        [STATE_UNHEARD] = { "Waiting for payment",
            "No payment has been reported so far. The shop keeps asking by"
            " itself: if you have paid, do not pay again." },
        [STATE_FAILED] = { "The payment did not go through",
            "No money was taken. You can try again." },
        [STATE_REFUSED] = { "The payment could not be started",
            "No money was taken. The shop has noted it. You can try again." },
        [STATE_OVER] = { "This order can no longer be paid",
            "If you paid all the same, this page shows it, or the money goes back by itself." },
    },
    .pay = "Pay", .cancel = "Cancel the order",
    .paid = "Paid", .paid_hint = "Thank you! A signed notification confirmed it.",
    .found_hint = "Thank you! No notification had come, so the shop asked, and found your payment.",
    .order_again = "Order again", .retry = "Try again",
    .refund = "Give the money back", .check = "Check again",
    .refunding = "Your money is on its way back",
    .refunding_hint = "The payment service has not said yet that it is there. It is not lost.",
    .refunded = "Your money is back", .refunded_hint = "All of it went back the way it came.",
    .refund_failed = "The refund was refused",
    .refund_failed_hint = "No money went back. It can be tried again, and stays one refund.",
    .ways = "Other ways to pay",
    .scan = "Scan this code with the app you pay with",
    .in_app = "A shop's app hands this to the channel's SDK, which opens the payment",
    .test_payer = "Pay as a test payer",
    .till = "Pay at the till", .till_code = "The payer's bar code", .till_take = "Take the payment",
    .till_hint = "Scan the code that the payer's phone shows, or type its digits.",
    .till_test = "Bar codes of test payers",
    .not_found = "There is no such page here.",
    .expired = "The time to pay this order is over. Please order again.",
    .again = "The payment service cannot be reached just now. Nothing is lost: please try again.",
    .failed = "The payment could not be started. The shop has recorded it.",
    .foreign = "This form was sent from another site, so the shop did nothing.",
};

static const struct words CHINESE = {
    .lang = "zh-CN", .index = 1,
    .shop = "演示商店",
    .welcome = "挑一件喜欢的",
    .note = "不会发货，也不会真的扣款：这个商店演示商户如何接入 Shroff。",
    .buy = "购买", .back = "返回商店",
    .order = "您的订单", .number = "订单号", .time = "下单时间（UTC）",
    .state = {
        [STATE_NONE] = { "等待支付",
            "将打开新窗口；支付完成后，本页会自动更新。" },
        [STATE_OPEN] = { "等待支付",
            "将打开新窗口；支付完成后，本页会自动更新。" },
        [STATE_UNHEARD] = { "等待支付",
            "暂未收到支付结果，商店会自动继续查询；如已付款，请勿重复支付。" },
        [STATE_FAILED] = { "支付未成功",
            "没有扣款，您可以再试一次。" },
        [STATE_REFUSED] = { "无法发起支付",
            "没有扣款，商店已记录此问题，您可以再试一次。" },
        [STATE_OVER] = { "此订单已不能支付",
            "如果您仍付了款，本页会显示，或款项自动原路退回。" },
    },
    .pay = "去支付", .cancel = "取消订单",
    .paid = "已支付", .paid_hint = "谢谢惠顾！商店已收到带签名的支付通知。",
    .found_hint = "谢谢惠顾！商店未收到通知，主动查询后确认您已支付。",
    .order_again = "重新下单", .retry = "再试一次",
    .refund = "申请退款", .check = "再查一次",
    .refunding = "退款处理中",
    .refunding_hint = "支付服务尚未确认退款完成，款项不会丢失。",
    .refunded = "已退款", .refunded_hint = "款项已全部原路退回。",
    .refund_failed = "退款被拒绝",
    .refund_failed_hint = "款项没有退回，可以再试一次，仍然只会退一次。",
    .ways = "其他支付方式",
    .scan = "请用支付 App 扫描此二维码",
    .in_app = "商店的 App 会把以下内容交给支付 SDK，由它打开支付",
    .test_payer = "以测试付款人身份支付",
    .till = "当面付款", .till_code = "付款码", .till_take = "收款",
    .till_hint = "请扫描付款人手机上的付款码，或输入其数字。",
    .till_test = "测试付款码",
    .not_found = "没有这个页面。",
    .expired = "此订单已超过支付时间，请重新下单。",
    .again = "支付服务暂时无法连接，订单没有丢失，请再试一次。",
    .failed = "无法发起支付，商店已记录此问题。",
    .foreign = "此表单来自其他网站，商店未作任何处理。",
};

const struct words *words_for(const char *accept_language)
{
    while (*accept_language != '\0') {
        accept_language += strspn(accept_language, " ,");
        if (strncasecmp(accept_language, "zh", 2) == 0)
            return &CHINESE;
        if (strncasecmp(accept_language, "en", 2) == 0)
            return &ENGLISH;
        accept_language += strcspn(accept_language, ",");
    }
    return &ENGLISH;
}
