/* alipay_vectors.h - keys, a request signed by alipay-sdk 4.14.0 (npm), and notifications that its
 * checkNotifySignV2 believes. The keys are those of rsa_keys.h. */
#ifndef TESTS_ALIPAY_VECTORS_H
#define TESTS_ALIPAY_VECTORS_H

/* clang-format off */
static const struct alipay_pair SDK_REQUEST[] = {
    { "method", "alipay.trade.precreate" },
    { "app_id", "2021000000000001" },
    { "charset", "utf-8" },
    { "version", "1.0" },
    { "sign_type", "RSA2" },
    { "timestamp", "2026-11-30 13:08:23" },
    { "notify_url", "https://pay.example/api/pay/notify/order/7" },
    { "biz_content",
      "{\"out_trade_no\":\"01J0EXAMP00000000000000002\",\"total_amount\":\"88.00\",\"subjec"
    "t\":\"蓝水壶 100% & more\"}" },
};
static const char SDK_SIGN[] =
    "rpOBkk11l8cdSIC+uHaqQ5csn1IX+FtnAkiF9G98vIyN/fBaKs/WySVnBDgceDrldsowJap77fmyjSn6h62x"
    "HbAAc7L7GIbPG3Mzy48JJaJbsGcK0m5IkAWucL9v7BX0BjgCUM+n7fXVllVngEJRvBEKAzKs/Qco943l0z9x"
    "N7ZPXGKiahbbjMGOoo6bGg/IHkITNNjwiFeMflZD0je5c1k4Q8vOrJBidKDaofXZDZzEHJcWzJq9F9/9WX01"
    "xSOJ9c4R7V7E0R+Fz1Sbt3MpvvHbt8rB1NqPAhLMJE/MJ/6KMdTbOvuahM3at49xFp5xlDuAUA43pUuMpdb+"
    "25q9Ag==";

static const char NOTE_SUCCESS[] =
    "app_id=2021000000000001&auth_app_id=2021000000000001&buyer_id=2088102177846880&buyer"
    "_logon_id=exa***%40example.com&buyer_pay_amount=88.00&charset=utf-8&fund_bill_list=%"
    "5B%7B%22amount%22%3A%2288.00%22%2C%22fundChannel%22%3A%22ALIPAYACCOUNT%22%7D%5D&gmt_"
    "create=2026-01-31+08%3A00%3A00&gmt_payment=2026-01-31+08%3A00%3A05&notify_id=2026013"
    "100222080005000000000000001&notify_time=2026-01-31+08%3A00%3A06&notify_type=trade_st"
    "atus_sync&out_trade_no=01J0EXAMP00000000000000002&receipt_amount=88.00&seller_id=208"
    "8123456789012&subject=%E8%93%9D%E6%B0%B4%E5%A3%B6+100%25&total_amount=88.00&trade_no"
    "=2026013122001400000000000001&trade_status=TRADE_SUCCESS&version=1.0&sign_type=RSA2&"
    "sign=sRwm5KtoHV1eaRYQMmJkMuevMqPHtT5KOyW5beBHNPNC1xPO7zFLaH02Tc4SKDjiDAmqsQGwIbg4woR"
    "Iph3PgUNoqlyeUO9%2B5%2FaP5tYCM8V4qUiA0tDgk3pkUjye0EDuHEiBh0s7N%2FkvIYPmOa4F3ZHjrKvhS"
    "5UGeyxm6qjcQUrFbtr%2B4L36kAnwsP4QnqVDhXPL7zxAXkTqi9XJ9El%2B4a6keNLIVDc%2BIWsfcwgDYRg"
    "ybJHDcpRYpD4xdtV6E3aBIzRckOQqhuQErl4P1TN4Hua0gDEtpwLRaM2pCRuU%2BHvthHZcQ9H%2BzKmLTyR"
    "gkfgrfqRl7TokhMZIS%2B4jTRya5A%3D%3D";
static const char NOTE_REFUNDED[] = /* the whole was refunded: closed, and paid before */
    "app_id=2021000000000001&auth_app_id=2021000000000001&buyer_id=2088102177846880&buyer"
    "_logon_id=exa***%40example.com&buyer_pay_amount=88.00&charset=utf-8&fund_bill_list=%"
    "5B%7B%22amount%22%3A%2288.00%22%2C%22fundChannel%22%3A%22ALIPAYACCOUNT%22%7D%5D&gmt_"
    "create=2026-01-31+08%3A00%3A00&gmt_payment=2026-01-31+08%3A00%3A05&notify_id=2026013"
    "100222080005000000000000001&notify_time=2026-01-31+08%3A00%3A06&notify_type=trade_st"
    "atus_sync&out_trade_no=01J0EXAMP00000000000000002&receipt_amount=88.00&seller_id=208"
    "8123456789012&subject=%E8%93%9D%E6%B0%B4%E5%A3%B6+100%25&total_amount=88.00&trade_no"
    "=2026013122001400000000000001&trade_status=TRADE_CLOSED&version=1.0&refund_fee=88.00"
    "&gmt_refund=2026-02-01+09%3A00%3A00.123&out_biz_no=01J0EXAMP00000000000000003&sign_t"
    "ype=RSA2&sign=XtnQkamePzi7grYFwTSiu%2FANEcK0WpydxY3ovCD4QqVeYmnaQxw%2BpqbsgNjLg1AkOn"
    "Vetyr7UZOxLNw%2BPpv%2B%2FTT6Jrwn%2BMjis7%2BXFuRWh5qAYiw7GyDbyryK25TSvXTk%2F5guskBJCi"
    "TtC1vxEgIyCtiBQADqDuhWSLdO0zpBYj6%2Fu3T1EbkoY5gy98Y5keL3dH96JUItHRAGpIRXLTtuWYwJp8Uq"
    "BXhNY1Mp4RiQVdtVaNlteY5H7ww86l%2BY%2FL95vl%2BaiY0WP5QvSM2S%2BbehHUpbMGEEIkTQlUxG30kn"
    "3Abf6D0CF0%2FlMA5K8IWGaNho8nCXZLsPmUZ0V0WMgnzyCA%3D%3D";
static const char NOTE_CLOSED[] =
    "app_id=2021000000000001&auth_app_id=2021000000000001&buyer_id=2088102177846880&buyer"
    "_logon_id=exa***%40example.com&charset=utf-8&gmt_create=2026-01-31+08%3A00%3A00&noti"
    "fy_id=2026013100222080005000000000000001&notify_time=2026-01-31+08%3A00%3A06&notify_"
    "type=trade_status_sync&out_trade_no=01J0EXAMP00000000000000002&seller_id=20881234567"
    "89012&subject=%E8%93%9D%E6%B0%B4%E5%A3%B6+100%25&total_amount=88.00&trade_no=2026013"
    "122001400000000000001&trade_status=TRADE_CLOSED&version=1.0&gmt_close=2026-01-31+10%"
    "3A00%3A00&sign_type=RSA2&sign=BFZCFTk3%2Fa2KDoPY1TUUa4m2H1cgsnX2ef%2BnWnJ326f%2FBNMZ"
    "xGYJdgK7OFiEVI8h%2BeywJfyi3iDXvhVsuidEgoIuRa5lQo%2Fcby1dfBjtFz5J8Tg3xdwhYJHU0%2Ffebd"
    "sdjwnnsbvOgvc28T2ze2JhoED47FrUHSYwykckJ8hc4kmJznTXcZNc%2Ft36x4XuHyVKEC3awauaA7pV2KfM"
    "l1quEvzbIliSDwkw2ZTTnY%2BVW%2BWFMqbGGrZl4uqUbdb%2F2IlHsE1vAFKZzW9A2UBJC%2B4txP7EdyyI"
    "eof%2FB48bX2RyhV9HBuk98evkzNy2lE5RNJrbSVhX3X5aZawU1DyD8T147A%3D%3D";
static const char NOTE_OTHER_APP[] =
    "app_id=2021000000000002&auth_app_id=2021000000000001&buyer_id=2088102177846880&buyer"
    "_logon_id=exa***%40example.com&buyer_pay_amount=88.00&charset=utf-8&fund_bill_list=%"
    "5B%7B%22amount%22%3A%2288.00%22%2C%22fundChannel%22%3A%22ALIPAYACCOUNT%22%7D%5D&gmt_"
    "create=2026-01-31+08%3A00%3A00&gmt_payment=2026-01-31+08%3A00%3A05&notify_id=2026013"
    "100222080005000000000000001&notify_time=2026-01-31+08%3A00%3A06&notify_type=trade_st"
    "atus_sync&out_trade_no=01J0EXAMP00000000000000002&receipt_amount=88.00&seller_id=208"
    "8123456789012&subject=%E8%93%9D%E6%B0%B4%E5%A3%B6+100%25&total_amount=88.00&trade_no"
    "=2026013122001400000000000001&trade_status=TRADE_SUCCESS&version=1.0&sign_type=RSA2&"
    "sign=bu4bzQKNjrqqvFT1faxbhiv8d7y8dMae1K8wkglBQILC908Yu3P1HMABAcPhKc10qdFkNPM7YFu%2BN"
    "eVTeiPkLYOXzhH8OrQVvZrk%2BDn6tttzcAu%2F0ueH1RzXOrYg8%2BbW1LckdLh6%2F3H7UDLlNiUoIVfHl"
    "QTLprkqGfxedmO%2BP3n4lQYil6nfvMoIHcb3N6ireYWyvznwzLH4c2bkhVkgTZBbXcsnr0rG%2BbOsyOjBF"
    "gd%2F2k9RGXTflArL4ALROmVf%2FfYJKkIiLb%2FySHoV6KZ8888Yp%2BdM5FJW8v8ik8MiiV6dpw40J58xE"
    "oaBbFWWcJzCrToAILP8z8OsorppFxYaCg%3D%3D";
static const char NOTE_OTHER_SELLER[] =
    "app_id=2021000000000001&auth_app_id=2021000000000001&buyer_id=2088102177846880&buyer"
    "_logon_id=exa***%40example.com&buyer_pay_amount=88.00&charset=utf-8&fund_bill_list=%"
    "5B%7B%22amount%22%3A%2288.00%22%2C%22fundChannel%22%3A%22ALIPAYACCOUNT%22%7D%5D&gmt_"
    "create=2026-01-31+08%3A00%3A00&gmt_payment=2026-01-31+08%3A00%3A05&notify_id=2026013"
    "100222080005000000000000001&notify_time=2026-01-31+08%3A00%3A06&notify_type=trade_st"
    "atus_sync&out_trade_no=01J0EXAMP00000000000000002&receipt_amount=88.00&seller_id=208"
    "8000000000000&subject=%E8%93%9D%E6%B0%B4%E5%A3%B6+100%25&total_amount=88.00&trade_no"
    "=2026013122001400000000000001&trade_status=TRADE_SUCCESS&version=1.0&sign_type=RSA2&"
    "sign=QOEid3tkwpohv0ffjMCOpDK1IZAcbEC598yBkwWXZR%2BZ0Mz819%2F8YV363DOBSq4exOyd938QK6c"
    "s7UrSYhTTeDC1bs2Xvexot0EwTGokosrF6Uy24vkntBJxgtjNBioDuse%2FqjtgVqGSFlwDX%2Fn043NGf%2"
    "BWt35wNfthCPV5LPYiOvWd6ZXSrLGm1lHM0yhL9%2FmHLA9LDCZFG09ZY4Amp4LP8b2lI%2Bm%2Fi8v2OWpI"
    "NSInvf94VP37DxUukdcGTOwrXwNTki8U9JHK1ZdA6NT6b%2BLUTQI6wQZjON1Ynj%2FlIEVutCV4fjJbyKyB"
    "shtUNhT00psLkd3HesQxdOA9ckFKq7A%3D%3D";
static const char NOTE_ODD_STATE[] =
    "app_id=2021000000000001&auth_app_id=2021000000000001&buyer_id=2088102177846880&buyer"
    "_logon_id=exa***%40example.com&buyer_pay_amount=88.00&charset=utf-8&fund_bill_list=%"
    "5B%7B%22amount%22%3A%2288.00%22%2C%22fundChannel%22%3A%22ALIPAYACCOUNT%22%7D%5D&gmt_"
    "create=2026-01-31+08%3A00%3A00&gmt_payment=2026-01-31+08%3A00%3A05&notify_id=2026013"
    "100222080005000000000000001&notify_time=2026-01-31+08%3A00%3A06&notify_type=trade_st"
    "atus_sync&out_trade_no=01J0EXAMP00000000000000002&receipt_amount=88.00&seller_id=208"
    "8123456789012&subject=%E8%93%9D%E6%B0%B4%E5%A3%B6+100%25&total_amount=88.00&trade_no"
    "=2026013122001400000000000001&trade_status=TRADE_PENDING&version=1.0&sign_type=RSA2&"
    "sign=tsJX3uFAK%2Fkezywxw5sIbzkeY4yaNbSEtSAFrwSY1NhNGAcMNxJPA3BKLP6p%2BpPq%2F6PVQXg4%"
    "2F4L2zhuW5A9wCeIrEt%2F679DE6BXLfeBMscbi8fSAGccmFJXx%2BurhBL0KA3%2BDjs14Tsyo5d8EicVWz"
    "SR%2Be1uYT0GP8p9dgXA5%2BYwbjvj41RS5EQ0BnAdVmNSt25QrGyCW%2BCKz%2FZXD5rnYrvHbmKRVXklTK"
    "OV3lxpNq7hIsJ4tVbVU2%2BkW20O9g7%2FNKZooCeh%2FhvZxo%2FyedLWHHmxHtyCLCB0KgtVChHgE5m5kj"
    "yCOE7%2F0i%2FNbwqOzUmy0s9JzATldcb0%2BJ9A8TBiNQQ%3D%3D";
static const char NOTE_GBK[] =
    "app_id=2021000000000001&charset=GBK&gmt_payment=2026-01-31%2008%3A00%3A05&notify_id="
    "x&out_trade_no=01J0EXAMP00000000000000002&seller_id=2088123456789012&subject=%C0%B6%"
    "CB%AE%BA%F8&total_amount=88.00&trade_no=2026013122001400000000000001&trade_status=TR"
    "ADE_SUCCESS&sign_type=RSA2&sign=HiSgVZ83xxtNelf6p6tw%2FdBv1STYC0OtTkGGE4dp0ypkpnNKZF"
    "9G5SrxkZX3p%2FoCpiiq6s0nUooLWkNEAJhOEAOmBlfpiFpjV5%2BxfPidV65qkhMHUWQOafBfaAa05ELPEQ"
    "3bt3Vslwsmf7%2B1Ow1waXfz861If5%2FUHNlf9gnydM4BpGCWG0VC6zKdDU3IkIOurJhQSLn1E%2FU7Ok1f"
    "vGM7GbX%2FArOxuA2zdn7c99tDDy1L7%2FNQ3iiIzt9Km8m%2Bt7Y%2F165iuXThr2uYSZR8STbwXjDf9jq6"
    "3cEQ1IweEqqv3tqZsfpElpUcw4zJyqVKrZMhe5axTIJrJ%2B6B%2F05tApvUaQ%3D%3D";
/* clang-format on */

#endif
