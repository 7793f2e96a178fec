/* alipay_vectors.h - keys, a request signed by alipay-sdk 4.14.0 (npm), and notifications that its
 * checkNotifySignV2 believes. The keys belong to nobody. */
#ifndef TESTS_ALIPAY_VECTORS_H
#define TESTS_ALIPAY_VECTORS_H

/* clang-format off */
#define APP_PRIVATE \
"MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSkAgEAAoIBAQC/8LB3nIPeEWH7PpumX/Pq+oloVHThQzn9" \
    "+7INZmvSz1Fp5sFSftLFdvqyEMUGv4lzt5YuSdEzGWlrU6frOGDw6wUNaZAJ1jdO2tBQz1UfC3xx6o6FK8fT" \
    "sj5TgOzMs8QLhzwsXq8v12LecRZhdWn3lOT++rGxQytfIJN8P/0JszudqYCqZSgzy0DmzQZNr8tpvDiXaKw7" \
    "hJS4cu9hjd3Ich+61IM0Wa1Sbmp4NAxCVl5BIZJN9ILNX+e2mdLfGd2CPErkg+upq1fPAvIInibnit0ILen8" \
    "jLloFGDxg5PszRQhJF/D9kZKF06tX2lXN7QmdL3RkbnTycgWKOaUXv2PAgMBAAECggEAVrueGma9Been9X7s" \
    "melpEOkml2D2seYNehI2+qwqFAg/21F9UVhiyP1DOpyuU6bQp1wxvnf30xXsF6YlTnra/3LMBSwK/Q7yTi09" \
    "jg6qgc1Qbi+WOGI4uZYlaNls5/FhqO3yyH/+vOkg0bCbcu26NTjwo7HIAvh9zE4tpytJHgy4/l/UBGKqIzrt" \
    "F9pw+uJz002ZuU4XDn2aFQwEoAshMjYRQgLFlsrgEfqOsw8GSDIZLrXEEjqTA9d9x7WBVP3xuUb1FXxFtaSy" \
    "U+B1r+3/M4JnFBVjKvrpyFMNnMVsTKV254ZAlXEDuywD87cuLjcrUBPlI1E+K+ng8CLif0Sp0QKBgQD12Cqt" \
    "VSQ6Ukp/hVeW4FjskXQFuPVcdoLNIC6wB1O2bCB2yTqINl2aEfm/6v3XmQmS2ju4cIAmsmLAHzcZhlOQWBNz" \
    "uTjYmW0XbepSkkQyNlzkDCPRclew9yJ5rq2xT0Hsaoj8DKfhRt7QJEXjBcXIew4NRDEE0z3KPik6LKwP8QKB" \
    "gQDH3nqz/I097daFwOE6bOYokiM3uT3+eg76o4ZrQcP9vlO7BL+krnGCwMW124UBV4QmbMoatyrLMPIVnRI6" \
    "FFSACzYB1G1B0mJyJhvJRITiAvADU+N6pX8zJH2nYWA61L+0PuKDyzWKV4TU/9IpX9JsGPMyy7oEU4USsIr2" \
    "zUllfwKBgQDpnYoofmDXvv0mIsryB6zY2Pt8uJ8IR2HSlQNoqP3Guwc6ecxSRf86elxvIFoptzaewxy/DsDo" \
    "hNlMIh2U9s2Pu/J4JIm9YkaFXiCuaGm/oWMyHcsnq9Vix+WN5g0OEffeNfqIMWqSq2ruNZnnusOQ2EapGqTO" \
    "JgJwnhNFQdAbsQKBgQCNIa9ZSrtdgIVbmzAvNlhrS43sujRpbj0HhNLVB/JiSbQMOjUtDzT+FCtH2AOaR/b7" \
    "vxQTO0XPhvdahbgqJNLqO4BeWGbx9KIpYnl6bJS8l0BtyR23LAee0GSd/aeaw0G/ACyozaQ31MbqNN5s8sm+" \
    "JPwN4Uev6F3uLZVi4uCx9wKBgCLtV2FxptUFZIs3r1FKDq/rFKj5EL8x+/3BoRzzxpQxWSySeF5EIc8bLIRo" \
    "zVhIk6rRbA42AoWqA3GM8HH6srUbBlr3xjnE7TWtZnZhk8iJKtzHYE2ipF7TwDhri0RM64ryQhUNlp6/Gmxh" \
    "ZMzVxV9/MzhTKDWDNO9BTj5MF+H7"
#define APP_PUBLIC \
"MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAv/Cwd5yD3hFh+z6bpl/z6vqJaFR04UM5/fuyDWZr" \
    "0s9RaebBUn7SxXb6shDFBr+Jc7eWLknRMxlpa1On6zhg8OsFDWmQCdY3TtrQUM9VHwt8ceqOhSvH07I+U4Ds" \
    "zLPEC4c8LF6vL9di3nEWYXVp95Tk/vqxsUMrXyCTfD/9CbM7namAqmUoM8tA5s0GTa/Labw4l2isO4SUuHLv" \
    "YY3dyHIfutSDNFmtUm5qeDQMQlZeQSGSTfSCzV/ntpnS3xndgjxK5IPrqatXzwLyCJ4m54rdCC3p/Iy5aBRg" \
    "8YOT7M0UISRfw/ZGShdOrV9pVze0JnS90ZG508nIFijmlF79jwIDAQAB"
#define ALIPAY_PRIVATE \
"MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDDKPJCLCJlcd0wO3Fzqn4rWVEHNrh4ykzW" \
    "hrrcb0gi/jeynNVMlkz93Z1XZo5LT9c2gTwnrVVkRPZQdXa3VaSIK+QVoAMZzkmgWtmI8Ow6QQWpNJQy2YSf" \
    "lilXdVRJ4DtJ7eT0vSrLcdZeXC3vojEpaYRruVk5N52SpQKT+xUCdkwcv916EZRHJkd78cV4rbAx2bLBj3yi" \
    "i2W73g0Tlb/pIaYk57eCmfTrpMcs/o064eJDpSZwV385O2SO/aQ45TQ7zS6UG9X4K1yh80J/ZLIX6zJezd4S" \
    "Ugw1963zvGEc1jsXOZI9ZgV+D0+TEguJ8qN5YXJqoFUWzOcYKYkn0FYFAgMBAAECggEAJnUirCSLUKdL+Y21" \
    "MSBXRY6Pt5ayamcfFiUtnHO3aOHksudR5wo1OM+bilYU00Vz+PMlmgH/skcerMNA9ibDyeuwQgyqn8K1YoqU" \
    "lHY5bs9SYMISNCUGC/aoxenCht5PgKWG+S1vyfBwWF7c1HyHKIx5AktfiDVr8TJgHC4duUKja0PIU9OxcU8K" \
    "uMdt2vCAtZdboKGfHXsLLDEWxHRcpZptwepBMFj28c/sUmQM3HdZzYfU3HzdMIq40MW6wnwzieTBW+vUAEA0" \
    "oCr4VSbe52H5jHFefLoK94XXj0zVpHVlSw1KExUQKHaQR8GfXexuDt8B1O5q4uQIhj3p4MIIEQKBgQDhfAY0" \
    "bG7pVHKxguXKL+YM8X3MvQaOSymok5SHCVNUIaTp5hXWa9SqL0nPO5Ajyl6Jb18v5X7sN7aZYPF9RqBaZm3t" \
    "taFiOTt2XeiwyAarm0i0Bpf4RZftgBdSzAPu/P/dxulr2C0O0CwAWTLB3QCAOsZ+M5by2DNOxcz9kD7rLQKB" \
    "gQDdklHvtYNm7S5jAJstjqXOrlgCSPpIOaoZOqNIEEhx8d3b/A6LZLrwTyKPeKoGCdFGRwtAG6Bahef/xQGW" \
    "BLwLUaUBIC/SP7iRIUAmX8HFnzzVk26zcDQ+YDnz9JmSt4oho3o9rf+uYqqXivLrcpJ0NtfqIulkwYKzlRX7" \
    "7H19OQKBgEKG3S3KcE7XY5+MB1BIIY/gEEW/35dMBdZ+9GuDDNrdslJwWDETT4OGwDgsUrK8mnfiLCttgq0f" \
    "IvjN6XIUzGrfnb9sv1jDmg+qVWUTHySyhBjZeSz/G3wvNrJvDxoL+1HrxiLTfTfJo7HWn2sjUWqD7Nx/TCIK" \
    "N9kd8wU88dNhAoGAX9Li+q9eh8n1sL1XXyl9DdiamUpka438wXJ5oTXhjt3SXEwzIhfLPRiMUs4Vgg0G48Tf" \
    "2bbY761Pu27BE9cyWBbULJt18xC5ypI9wxrQm54VWiyryJCzF3LYPWhAbpJP++JOgJRaqllje6yNCESBkB8T" \
    "29+DXp7N3sqQOmZ5kwkCgYEAoW9b2xpgcgVJfKtmsKtwfEhpn8t3rDDAtd698MdudggTFq9s8xRQR9Pof+et" \
    "7TX9JemHlIcE7ryaJ0KWhTLfsOrcBcY6HHaSYt2e+eiywW+r7MXW1BWj5YnlAW3V0uerLxgyEXxT8zf+vEdU" \
    "hnA1bs5Hb9vDoBGJDWDi6DK1K2o="
#define ALIPAY_PUBLIC \
"MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAwyjyQiwiZXHdMDtxc6p+K1lRBza4eMpM1oa63G9I" \
    "Iv43spzVTJZM/d2dV2aOS0/XNoE8J61VZET2UHV2t1WkiCvkFaADGc5JoFrZiPDsOkEFqTSUMtmEn5YpV3VU" \
    "SeA7Se3k9L0qy3HWXlwt76IxKWmEa7lZOTedkqUCk/sVAnZMHL/dehGURyZHe/HFeK2wMdmywY98ootlu94N" \
    "E5W/6SGmJOe3gpn066THLP6NOuHiQ6UmcFd/OTtkjv2kOOU0O80ulBvV+CtcofNCf2SyF+syXs3eElIMNfet" \
    "87xhHNY7FzmSPWYFfg9PkxILifKjeWFyaqBVFsznGCmJJ9BWBQIDAQAB"

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
