/* wechat_sandbox_vectors.h - what wechatpay-axios-plugin 0.9.6 (npm) sends and encrypts, with the
 * keys of rsa_keys.h: the merchant's requests as the played WeChat Pay gets them. */
#ifndef TESTS_WECHAT_SANDBOX_VECTORS_H
#define TESTS_WECHAT_SANDBOX_VECTORS_H

/* clang-format off */
#define VECTOR_TIME INT64_C(1769817605)
#define VECTOR_NONCE "593BEC0C930BF1AFEB40B4A08C8FB242"
#define VECTOR_SERIAL "3775B6A45ACD588826D15E583A95F5DD00000000"
#define VECTOR_GET_URI "/v3/pay/transactions/out-trade-no/a%7Cb%2Ac?mchid=1900000109"
#define VECTOR_POST_URI "/v3/pay/transactions/native"
#define VECTOR_BODY "{\"mchid\":\"1900000109\",\"description\":\"蓝水壶\"}"
#define VECTOR_GET \
    "WECHATPAY2-SHA256-RSA2048 mchid=\"1900000109\",serial_no=\"3775B6A45ACD588826D15E583A95F5" \
    "DD00000000\",timestamp=\"1769817605\",nonce_str=\"593BEC0C930BF1AFEB40B4A08C8FB242\",signat" \
    "ure=\"XexPgzBtlQjbXN02IlQbzBBS7lTYAQkvr5frm088dq2USSZjKgMI/XRFqpIDURzgFg+e2Cf3nDCHQMHoC" \
    "2IgEQQc1CvVK8UAdJ3OVND+f9IVSdH0N9nRIKDY+keOGqhH/JxwygSqv8fwl5bEdQ7kaXkmaM6EA1rcOn6qP0s" \
    "OrZAHdoRMMRDTqsYc+AHFnNTlBGdOVVCaYozLNR3feOHHfwabbkgNimX+YUGpI3YOn6GaRMruW1V2TNrqCQacO" \
    "XYnM4cHX0h4gymcUnZGfhi3Nt+9US6jXRAQ5/Z4mIrDSiZlZXth2JVJqZuyb3FSRXpUafySiwWv7TO3AYwG5C/" \
    "Rww==\""
#define VECTOR_POST \
    "WECHATPAY2-SHA256-RSA2048 mchid=\"1900000109\",serial_no=\"3775B6A45ACD588826D15E583A95F5" \
    "DD00000000\",timestamp=\"1769817605\",nonce_str=\"593BEC0C930BF1AFEB40B4A08C8FB242\",signat" \
    "ure=\"HcR9Hqt0C2tYLMCnZE6ref0oadzqUtrjEYM4NqNaCiQSuqu42TBxvDH4I2u31GceT4eg5hYHcX3GQm+kn" \
    "ScaYHM3K8aayvaiqZcUUVvkel9yDz7rRV4Q9A1C/0qHloLnvlDoTcIpP88JVCz8/iaUu0H9COOld3pFAlzcrTt" \
    "kP/3SyOViNul1KjlMl0KX9DeXgtrjIlkw4pmS/Ebi2z6LH+CJU6P6ju07zi31XEKIhm3hKUKY7i/tIeB68EiS3" \
    "IwrBENws4+7PgNt5kFTv2P0J/gY1q5sJnWyaVtvRHV2KiNCbJ6fp7/XKGP2IBK44BkKp1kPY0eAU/jvh2ntqkQ" \
    "uVA==\""
/* "张三" for the owner of APP_PRIVATE. */
#define VECTOR_NAME \
    "JwYuL7jfodi0kjIiXKG6zHA2HyPG0W7mrjJ7lAtJrkRuLT9CiTgDUU2WqGyZYvPm6CiHTyAjUGZX6qJJy5xzlm" \
    "VI4fP51zVZGfS13eZPKg/i2R0cLDltBocRsISpid4B4ucgWnLdbA8NycLeMmaWmr3c0zh1YMcEIGqUwmeeuBc0" \
    "W6HLKtggRSLNbZ7NQTj/zTWASQtcXIUsvnbO9PlCxaYsv/x7TsXGPKGGikoSiPe2HvhS1jmZGYLQPSO4FNhPaL" \
    "YbRdpGmFe4afoGtW2vhj34vMdt/FmOJxxpV/qsISjNNrdXps0EZhbrPs3xQ/E1ZCEFNt1rhXhZo/2hycaW0w=="
/* AES-256-GCM of VECTOR_BODY under the key 0123456789abcdef0123456789abcdef. */
#define VECTOR_GCM_NONCE "nonce1234567"
#define VECTOR_GCM_AAD "transaction"
#define VECTOR_GCM \
    "ShQeNzH+sWc8TQAi/e7IMCg1tfy7RLQAxrI8Biym+BCBd3g7ATZUef7HV1+z2qsuOd8BOP8neNEvSWT19qBPnQ" \
    "=="
/* clang-format on */

#endif
