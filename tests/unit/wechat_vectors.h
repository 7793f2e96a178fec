/* wechat_vectors.h - texts and signatures made by wechatpay-axios-plugin 0.9.6 (npm), and
 * notifications that it encrypted. The keys are those of rsa_keys.h. */
#ifndef TESTS_WECHAT_VECTORS_H
#define TESTS_WECHAT_VECTORS_H

/* clang-format off */
#define APIV3_KEY "0123456789abcdef0123456789abcdef"
static const char SDK_BODY[] =
    "{\"mchid\":\"1900000109\",\"description\":\"蓝水壶\"}";
static const char SDK_REQUEST_SIGN[] =
    "X2LgNkxYsCbUqb0QEj07KmdGI55E+ZopnjojwAkBqqddYY96g5L96262XFHMiY0AlG9d8W"
    "nwtsTmI9PMlwx0nbUzOi7xPp7HeWRvr/S2OOfwUaw8Vhn29S+sgRipbURrHuto7KwqV2hO"
    "wmd7YE50z0gpM5hZeb5KwzwXlCqIuCOPudkCD26NMOPonMAqU8txsh5ZcU9UK9ZDLNLy7n"
    "0oehXJZhV1yiwqJpE9ETGfDh5CEs1QnbHWqjltsTXaNk2dhAh07HfzQlZuafGK4LvkHPKC"
    "RQfn5QDN36eOnjruJtMy3EfBm5AV8NtysGRhExyuArKovrcvK+e4ns+VUMczxg==";
static const char SDK_ANSWER_SIGN[] =
    "ZNKCFa+X8gscGwnX9dZ8aZrfMj+cgZO3VfizwoHLg6FRBq0h9YLvJU2RSBEPIQvJALWn2R"
    "zFtLNXLotAFqsoKHe040BHo9yE/OZ0vxhgwbPj4WV9G3JRdES8R6QTphEUVs4+F0ZL/cF0"
    "eIRGFKnD+g3porMWhrFcYZkE6nEDhBdZR+6uzk/t5MAH6xUS2VRrnTX/2GCVq2Ks4f4sVq"
    "P9SelYgcnGJ2yuMv9Xz3xyEnb11TSLN5WY2qu1ZYrLpxRKj9ye5JJbFjq72UNH3QHuZkEm"
    "rEdqN+NXxP9FHUTg13Rsdw1he28bC72WqsX9+Mi4z0TtGgkn1E0heOwPnUyUZw==";

static const char NOTE_PAID[] =
    "{\"id\":\"6e8b0d2c-1d2e-5f30-9d5f-0123456789ab\",\"create_time\":\"2026-01-31"
    "T08:00:06+08:00\",\"resource_type\":\"encrypt-resource\",\"event_type\":\"TRAN"
    "SACTION.SUCCESS\",\"summary\":\"支付成功\",\"resource\":{\"original_type\":\"transac"
    "tion\",\"algorithm\":\"AEAD_AES_256_GCM\",\"ciphertext\":\"ShQeNzH+sWc8TQAi/e7"
    "IMCg1tfy7RLQF07E2EGfsrg6WfWw2G7uhjC1B1NJ3Wr5rg/NuBhDHbG4hqa6zdr29TfD46"
    "GTRg7kMMFVV/+kDUenvh5B5AOLWlZo4TBSqMvKJbarIWAWjuNwCWADUlbBoeY4e9B6X4Rk"
    "ljnU1EEpTfvszVgQluu7sN5Q+lrxKpmfEuBjOxTSX0ccYk8hdg723W/xmsd/dQPu1og/OL"
    "O7ckDQww1h2QZvrWQ2CsSTSgBr65yhHEEOHcSTCVOTwofpsqgq7hPB65JA5D4LIqcPI0BI"
    "GFsaiAfpUcuiPoq8NiLUaB3EyVRbihPYw0Grak/GqTEigudgb1cA+Bpsn90SLzE9u/B+f4"
    "5U4zKRISQRh3T5/m9oZHWuH4PYcnq98hJxtS7ImydMDki4T5sNhJVOgyM/HM5hHpK6ODkr"
    "Ss2GH0NCthUtfWQCcbkHxm2ek3BF9BtC/x44ce23IewUeuipdWt2tT3kwwh3Ovh8p2biqw"
    "dv3GCcSNOJvqHi0a1F790WSxJoEbZMdITC/qCxL9Wlo2DcHzJG9pcYPFBoObTInvNtHWan"
    "/E3eB10C4g3h82LgQcg==\",\"associated_data\":\"transaction\",\"nonce\":\"nonce1"
    "234567\"}}";
static const char NOTE_NO_AAD[] =
    "{\"id\":\"6e8b0d2c-1d2e-5f30-9d5f-0123456789ab\",\"create_time\":\"2026-01-31"
    "T08:00:06+08:00\",\"resource_type\":\"encrypt-resource\",\"event_type\":\"TRAN"
    "SACTION.SUCCESS\",\"summary\":\"支付成功\",\"resource\":{\"original_type\":\"transac"
    "tion\",\"algorithm\":\"AEAD_AES_256_GCM\",\"ciphertext\":\"ShQeNzH+sWc8TQAi/e7"
    "IMCg1tfy7RLQF07E2EGfsrg6WfWw2G7uhjC1B1NJ3Wr5rg/NuBhDHbG4hqa6zdr29TfD46"
    "GTRg7kMMFVV/+kDUenvh5B5AOLWlZo4TBSqMvKJbarIWAWjuNwCWADUlbBoeY4e9B6X4Rk"
    "ljnU1EEpTfvszVgQluu7sN5Q+lrxKpmfEuBjOxTSX0ccYk8hdg723W/xmsd/dQPu1og/OL"
    "O7ckDQww1h2QZvrWQ2CsSTSgBr65yhHEEOHcSTCVOTwofpsqgq7hPB65JA5D4LIqcPI0BI"
    "GFsaiAfpUcuiPoq8NiLUaB3EyVRbihPYw0Grak/GqTEigudgb1cA+Bpsn90SLzE9u/B+f4"
    "5U4zKRISQRh3T5/m9oZHWuH4PYcnq98hJxtS7ImydMDki4T5sNhJVOgyM/HM5hHpK6ODkr"
    "Ss2GH0NCthUtfWQCcbkHxm2ek3BF9BtC/x44ce23IewUeuipdWt2tT3kwwh3Ovh8p2biqw"
    "dv3GCcSNOJvqHi0a1F790WSxJoEbZMdITC/qCxL9Wlo2DcHzJG9pcYPFBoObTInvNtH3nq"
    "6y/8mkqOttAjMGC7RtQ==\",\"associated_data\":\"\",\"nonce\":\"nonce1234567\"}}";
static const char NOTE_OTHER_MCHID[] =
    "{\"id\":\"6e8b0d2c-1d2e-5f30-9d5f-0123456789ab\",\"create_time\":\"2026-01-31"
    "T08:00:06+08:00\",\"resource_type\":\"encrypt-resource\",\"event_type\":\"TRAN"
    "SACTION.SUCCESS\",\"summary\":\"支付成功\",\"resource\":{\"original_type\":\"transac"
    "tion\",\"algorithm\":\"AEAD_AES_256_GCM\",\"ciphertext\":\"ShQeNzH+sWc8TQAi/e7"
    "IMCg1tPW7RLQF07E2EGfsrg6WfWw2G7uhjC1B1NJ3Wr5rg/NuBhDHbG4hqa6zdr29TfD46"
    "GTRg7kMMFVV/+kDUenvh5B5AOLWlZo4TBSqMvKJbarIWAWjuNwCWADUlbBoeY4e9B6X4Rk"
    "ljnU1EEpTfvszVgQluu7sN5Q+lrxKpmfEuBjOxTSX0ccYk8hdg723W/xmsd/dQPu1og/OL"
    "O7ckDQww1h2QZvrWQ2CsSTSgBr65yhHEEOHcSTCVOTwofpsqgq7hPB65JA5D4LIqcPI0BI"
    "GFsaiAfpUcuiPoq8NiLUaB3EyVRbihPYw0Grak/GqTEigudgb1cA+Bpsn90SLzE9u/B+f4"
    "5U4zKRISQRh3T5/m9oZHWuH4PYcnq98hJxtS7ImydMDki4T5sNhJVOgyM/HM5hHpK6ODkr"
    "Ss2GH0NCthUtfWQCcbkHxm2ek3BF9BtC/x44ce23IewUeuipdWt2tT3kwwh3Ovh8p2biqw"
    "dv3GCcSNOJvqHi0a1F790WSxJoEbZMdITC/qCxL9Wlo2DcHzJG9pcYPFBoObTInvNtHGvc"
    "3AjIuZfBhvWt1oNIdmA==\",\"associated_data\":\"transaction\",\"nonce\":\"nonce1"
    "234567\"}}";
static const char NOTE_ODD_STATE[] =
    "{\"id\":\"6e8b0d2c-1d2e-5f30-9d5f-0123456789ab\",\"create_time\":\"2026-01-31"
    "T08:00:06+08:00\",\"resource_type\":\"encrypt-resource\",\"event_type\":\"TRAN"
    "SACTION.SUCCESS\",\"summary\":\"支付成功\",\"resource\":{\"original_type\":\"transac"
    "tion\",\"algorithm\":\"AEAD_AES_256_GCM\",\"ciphertext\":\"ShQeNzH+sWc8TQAi/e7"
    "IMCg1tfy7RLQF07E2EGfsrg6WfWw2G7uhjC1B1NJ3Wr5rg/NuBhDHbG4hqa6zdr29TfD46"
    "GTRg7kMMFVV/+kDUenvh5B5AOLWlZo4TBSqMvKJbarIWAWjuNwCWADUlbBoeY4e9B6X4Rk"
    "ljnU1EEpTfvszVgQluu7sN5Q+lrxKpmfEuBjOxTSX0ccYk8hdg723W/xmsd/dQPu1og/OL"
    "O7ckDQww1h2XYrsOGTzlnSfxgvX9ThDO1WsdDXUaKKv8H/aP8zmiLkWz+1VGDABAT6Lkls"
    "7A9G5O6wXIML50MgQj99zd0NkDVXgmKBrkSDUi6D9Awm2v8gnxNogPM10uBOZxFtx/ByE/"
    "ZRd0a9DLQRj1ztkkdIWBmud9uRc3fo7ht8uVeJrg81PlDpUsohqUhnEn+/6AOF4poSCdnX"
    "1nGKmkcjSviVARFykKW/r1iS0n0ZyH53w0thKLmKLY0hQ435PUMm3DyhlhR/wsxUv56Dnj"
    "4KsCi0GIbEq9iiycEBwsBHT/vZnbfxxCHPq7y5173lo9TEc3Zr68Yc1eHkOUwFR0iFiD2o"
    "aZh7FSqnGj2Eg\",\"associated_data\":\"transaction\",\"nonce\":\"nonce1234567\"}"
    "}";
static const char NOTE_NO_OBJECT[] =
    "{\"id\":\"6e8b0d2c-1d2e-5f30-9d5f-0123456789ab\",\"create_time\":\"2026-01-31"
    "T08:00:06+08:00\",\"resource_type\":\"encrypt-resource\",\"event_type\":\"TRAN"
    "SACTION.SUCCESS\",\"summary\":\"支付成功\",\"resource\":{\"original_type\":\"transac"
    "tion\",\"algorithm\":\"AEAD_AES_256_GCM\",\"ciphertext\":\"ak1ROTr/vCEkVRMq9O7"
    "IMCg0tPWgSrpGwrEvHSH0tluZYT43FOaignBC1Y14C79kjOZgCF3dbUUKr722d4eMTL3g8"
    "HbQ+MN5LUxZ4okDUenvh5B5AOLWlZo4TBSoIvyHO6zbVxixussfXgHlo70uYZYI8hyX4Rk"
    "kjXQyFkhRev0yVAYkuu7sN5Q+lrxLtWnK7h7dwDWt+soRho9Fm9G4TuF5orjTTq2zsQrPF"
    "sLbhSEhhEBuMJ39WQuUsVXcjkz89C1GKm+AZDHTbt/xt+otshJ/9ssxu7NHYZq9xtZ13hx"
    "GFcmnNdFZe/3Iurdgk6kXEHBDWxihkfYl0mGQi+mqQkbxv84b09Y+KrA680zM1Fd+/h2b+"
    "Ig50LpKLGBp3zR/kdAcA3CP4vwcjKFy1o11V6V20ZJa3zEG7cRsY0u4hfXiBeYKnJa6BU/"
    "CoR7F2Mr+5SMcbSShXHeUwir7jR8+CtKl3JRKYyyRLR4FrycTQt+tR3kszE/fpgM+9JOx2"
    "s76Vj8QO+VvtHb1fVZ74E6f3sEcdfIQNkuxpn5a7XV/9QsRy5GqrssVTwIWDD8wx4RHtGi"
    "VaxTC/7JZL2lykzkt6p+T\",\"associated_data\":\"transaction\",\"nonce\":\"nonce1"
    "234567\"}}";
static const char NOTE_NO_MCHID[] =
    "{\"id\":\"6e8b0d2c-1d2e-5f30-9d5f-0123456789ab\",\"create_time\":\"2026-01-31"
    "T08:00:06+08:00\",\"resource_type\":\"encrypt-resource\",\"event_type\":\"REFU"
    "ND.SUCCESS\",\"summary\":\"支付成功\",\"resource\":{\"original_type\":\"refund\",\"alg"
    "orithm\":\"AEAD_AES_256_GCM\",\"ciphertext\":\"ShQcIS3IoTdnC1REo7HaOjo0tI+pL"
    "c4l7pFvRHXmvEneKWoxE+731ChH0Zg8Tv0h1b8xRRzGcV47hKazMdjxFuDy+mTQ+Lt6XCY"
    "one8DUOruh5B5AOLWlZo4TQa0MrHebYfbUxC3tcw0WQGpxvZ6cuYag3bmnHkkjHYxEkpRe"
    "PsyVQUluu7sNIYihP4e4j6IqDXGxXPyh4tYxdpXkcLEPIECxM/HUr708lubQ62YwXBl0VN"
    "2Puzafy6kjGKh0Rrp8jlRbQrRQwXkSMXGgbtislsoczz7LHuA83tARn7Q3gJURZ7kbr8AM"
    "bz5qLV47M1lZRc7SQy5wLJznyCN2rb6Pxi2r94RxtYpBo4t+U7cmBl+9g9AVRPgcyZbMRY"
    "4imE6z54ODCCdrqlY3e98zsUsHvAo0dpEmysY7Ig/NVmyl7aVBcFLjKmQMGr5nz/Vkoqr5"
    "EIJNRqqcne1qze8lkZyD53wmMMJdmuXG9RsCuQAGZUd2Oxl9yUI0Q==\",\"associated_d"
    "ata\":\"refund\",\"nonce\":\"nonce1234567\"}}";
static const char NOTE_REFUNDED[] =
    "{\"id\":\"6e8b0d2c-1d2e-5f30-9d5f-0123456789ab\",\"create_time\":\"2026-01-31"
    "T08:00:06+08:00\",\"resource_type\":\"encrypt-resource\",\"event_type\":\"REFU"
    "ND.SUCCESS\",\"summary\":\"支付成功\",\"resource\":{\"original_type\":\"refund\",\"alg"
    "orithm\":\"AEAD_AES_256_GCM\",\"ciphertext\":\"ShQeNzH+sWc8TQAi/e7IMCg1tfy7R"
    "LQL1rUAADe36ByxdzUjGfz31VJHpuJRIdljhOFyFE+CKAFl6//nI9LjEPDu6CCSqOc6CXd"
    "sxrZdPrC7lZprBODWlZo4TRarJOybK+6ZB0Xz65hbB167zOR6co4G5EHSpXZm2SB0TB4+J"
    "qQgXxclu5TsQvxP69xLtHvW/FqfkWH4lY5YxtpXktHaLcdVkoifBtCup0mRUaiYwnBl0VN"
    "mIfqaKnrn0jfNk164tnwSfwDDIGGFJ6Lnt/87/kwCYyv/K32spSgPcAmpv3U3JIrlfP1YY"
    "e7I6/4dqJQyMAAqWwazwrR8gzPVmuLcUFLp/ItCgIZmadd0qhGL2k8pv0jbkddsgvIQa1E"
    "9uG8swoVZWC+d4OTFJzW3Zkw2AuJlnsdUkypUstEncwb2xvaVT5gK2evjZnfomCaZzJCm5"
    "kIVJ0bpe3O+kTeGhFxoCtPok8IJcSbGLRoLoiMNP5fwGTxyhE+V9kNssbG4fn2q1rGo+b9"
    "MSVF/BLnKbg==\",\"associated_data\":\"refund\",\"nonce\":\"nonce1234567\"}}";
static const char NOTE_ABNORMAL[] =
    "{\"id\":\"6e8b0d2c-1d2e-5f30-9d5f-0123456789ab\",\"create_time\":\"2026-01-31"
    "T08:00:06+08:00\",\"resource_type\":\"encrypt-resource\",\"event_type\":\"REFU"
    "ND.ABNORMAL\",\"summary\":\"支付成功\",\"resource\":{\"original_type\":\"refund\",\"al"
    "gorithm\":\"AEAD_AES_256_GCM\",\"ciphertext\":\"ShQeNzH+sWc8TQAi/e7IMCg1tfy7"
    "RLQL1rUAADe36ByxdzUjGfz31VJHpuJRIdljhOFyFE+CKAFl6//nI9LjEPDu6CCSqOc6CX"
    "dsxrZdPrC7lZprBODWlZo4TRarJOybK+6ZB0Xz65hbB167zOR6co4G5EHSpXZm2SB0TB4+"
    "JqQgXxclu5TsQvxP69xLtHvW/FqfkWH4lY5YxtpXktHaLcdVkoifBtCup0mRUaiYwnBl0V"
    "NmIfqaKnrn0jfNk164tnwSfwDDIGGFJ6Lnt/87/kwCYyv/K32spSgPYh6ks2IpNuTrcqxe"
    "d+7O/f4xg4k2OEcyQxaxwLBnnjLJhOC5NFrr9otIioN4ct92oBGZ1EF+uV7MvPp7hPQcdE"
    "I8g1EuwolDQzXL+PwOVRjoHW+lDOwmksVOiDACqpB+JR3t0/vbV5oK0ev/aCf/mzWCxta+"
    "7kAVJ1rnKWKmjSCrr0dzH96mi8AGdibaI0gauj8aErrnGi9pjgmN/Utisfu4yJYTYaI7a/"
    "MrTrG0I0dJhuQ=\",\"associated_data\":\"refund\",\"nonce\":\"nonce1234567\"}}";
static const char NOTE_REFUND_CLOSED[] =
    "{\"id\":\"6e8b0d2c-1d2e-5f30-9d5f-0123456789ab\",\"create_time\":\"2026-01-31"
    "T08:00:06+08:00\",\"resource_type\":\"encrypt-resource\",\"event_type\":\"REFU"
    "ND.CLOSED\",\"summary\":\"支付成功\",\"resource\":{\"original_type\":\"refund\",\"algo"
    "rithm\":\"AEAD_AES_256_GCM\",\"ciphertext\":\"ShQeNzH+sWc8TQAi/e7IMCg1tfy7RL"
    "QL1rUAADe36ByxdzUjGfz31VJHpuJRIdljhOFyFE+CKAFl6//nI9LjEPDu6CCSqOc6CXds"
    "xrZdPrC7lZprBODWlZo4TRarJOybK+6ZB0Xz65hbB167zOR6co4G5EHSpXZm2SB0TB4+Jq"
    "QgXxclu5TsQvxP69xLtHvW/FqfkWH4lY5YxtpXktHaLcdVkoifBtCup0mRUaiYwnBl0VNm"
    "IfqaKnrn0jfNk164tnwSfwDDIGGFJ6Lnt/87/kwCYyv/K32spSgPYBClr3UgVYTrLftOYe"
    "je69I2tZA6dxgySwSxxq9hgi/LmIe4WFDj/IFIhZh9YdV+qgOF1BgvqV/2vMBqhP4PeFAG"
    "hm0szp9CQnmF+C+3CmrMRd84DKFpnN1PiXxM84hxaB3jy7iNTZgC2fftNmDriz2Tioiu5E"
    "IVO0i7amuihhqtn0d9B53wkc0OcTrIfwsTvjQgEoDzCid4wlee/k1s+7ExXgJcB1WsRk+1"
    "aJCzxDtq\",\"associated_data\":\"refund\",\"nonce\":\"nonce1234567\"}}";

/* clang-format on */

#endif
