/* wechat_certs.h - platform certificates as GET /v3/certificates lists them, encrypted by
 * wechatpay-axios-plugin 0.9.6 (npm), and a merchant's certificate and .p12, made by OpenSSL with
 * the old ciphers of WeChat Pay's files. The first platform certificate is of CHANNEL_PRIVATE. */
#ifndef TESTS_WECHAT_CERTS_H
#define TESTS_WECHAT_CERTS_H

/* clang-format off */
#define CERT_SERIAL "5A1E7C0D93B84F26A1D0E5C47B98F3260D1C2B3A"
#define NEXT_SERIAL "00D4E57B9F20A3C6814E5D7F9B0C2A4E6881A3C5"
#define ENDED_SERIAL "3B9C1D5E7F8091A2B3C4D5E6F708192A3B4C5D6E"
#define NEXT_PRIVATE \
    "MIIEvAIBADANBgkqhkiG9w0BAQEFAASCBKYwggSiAgEAAoIBAQDKtqWNfL1cYoW9jgGb3EFMvT" \
    "yVwfZlB5n1tG95QlCsTGxrDL5zfw//L1131nIgjGXY2R9BoCyuSFS1lqUi/PqAA7m612qwViPg" \
    "dWcF5HKQSfcIUFaV88W/i4sI/sCUOzJ27r1YnttHGvhZexJ/vKo4E7XqvuIfSxf/3YEEfF9iXW" \
    "z46F8zv/Qk44OHf98ph6KPshCA3fFx1GsW9QTuVVr871D+/WQshHxjk2VonE1zTWcGIyjIoWhQ" \
    "OdieXwKATkSbj4Fbbubi4m+Z9iUiKQNt4/tbUoGEOYXPOKM74ohr8+PziSYduubTARFMZSY51a" \
    "tSlYSiINMcFkOZF7mGdum1AgMBAAECggEAKELA3DpFYLsnnVd+Lc6/wGZISWUZ0wSAuUpSJob7" \
    "f1D5aoSAMe+vRWtKmNHEXn8L/lbXLKFLpnyyqFMobqvIc9LpmTiOFcIyA3NF2CeAcnRiRiownD" \
    "0rjgjAvzNbm8UrF3CAtkBsxDFQ2HLHYIvf0d3mUF6DihwPwu9jH7k095PEac6AszV9DXRJG9Tw" \
    "cEkcJdnZygEDtCVVgMQwa9q1bN1Skz9lURBS14JWOl0mlvwnROiO8AYms66eaz6RLSHefOLCgB" \
    "sBw5jm3b23VKCPze6dwkhzIq1R/WqDSF6I+OlVF+4V4I8cM+iPgwKr7pRBabxMmRkk9XSFxWAu" \
    "ZTuTAQKBgQD0XgiYj+face8oJ+jzdyqjIwSGAeFTgRcc8rwMwNUaR/MWUUfDsHuhWQqEoPye91" \
    "QxYOc5MyaXZ8rlVvEk0ECSGkE0LKaTyrYO49Z8AxwibbzVg8vh8UBJiJKWBhwiPEiqJabiC4ud" \
    "VSwlKsaVaB0HJWrBMIVIcA3HhwPRTISfAQKBgQDUXQBJW3zgWBuJ6OsgrVoaXXrM6XE0AICeF/" \
    "7J447AkL4cIhlFq2qSV7tdhzghxhdngwF/CyeoDnMgscmeEYum5WjieSakyscQrPyEli9LOeEW" \
    "byjwD9C4uUgrMiFWA/YPtw5SCseyayChQ8YRx8zUlDE2e3iZ0bE5bvbllnB+tQKBgCN/RWBkBx" \
    "oEUulSYtR7CwaHn7CXtVOb/O+HkymHGW2n5ffn9rTGfi8B8DUz7X5qDyDdIrl8ZK65tQ97gawH" \
    "VFnk1nPtyITPfYLMNevtx7h4mGWrr4IyuVP1MtX4LT4L48JTldpgMve316HOhOpPJWhUVx2ZHs" \
    "NXA6loQ3Wz19ABAoGAaoop7aOfd7HcRwj6hU9S5+1EAW+QYoVqAWaKZeDrKkKzjcuxoBlKgxbO" \
    "ojKHf7Iw5bZ81q7S+2YcbiejvdCRnm5ze0NKltxAmGYg3ae3HGdyPF4STLWygio6QamJveyI0w" \
    "OEhLZxz1odaaplwV/arD+YnPu+2nSwE99OsIoT8A0CgYBSrjUVxCHGqlgFusJfahI9XMRm5O/l" \
    "Q1uIrKundLNsvKmyG1ZULNMo7A49WHVubv3D8tulg0OdYBIrsLIhV3c+XhF7QHy0dMztggj0MO" \
    "L8ie3vLFT7YbuQNtWlLCspUI2NUhzxVJTbiQVLYijHuysE0jlxy2NIq9pIyVCrggBFnw=="
#define ENTRY_CERT \
    "{\"serial_no\":\"5A1E7C0D93B84F26A1D0E5C47B98F3260D1C2B3A\",\"effective_ti" \
    "me\":\"2021-06-01T08:00:00+08:00\",\"expire_time\":\"2056-01-01T08:00:00+0" \
    "8:00\",\"encrypt_certificate\":{\"algorithm\":\"AEAD_AES_256_GCM\",\"nonce" \
    "\":\"nonce1234567\",\"associated_data\":\"certificate\",\"ciphertext\":\"H" \
    "BteeXTVkAJPIRFYiIysSV5NxoTNLbtJjuxyfgifxT2ocxlCYrjzp14xjN92LbsHwZR6SRDWXF0" \
    "tk7qOK5uKbJqBuWKtiLkOK0dp6Ip6A+qb5uULc6Wz5OdMNVySVaTqS5rOeCCAmscmdALZkLYkA" \
    "cRPlRvNsxskxAF7YyAjL4VUJ3RYx5uwVchsyM4T4RjTpgidkTadyIcekqkl5fmnW/RXsorBG8K" \
    "DghPmN9jfvAQUli8QUK/vW3Cor0KrkCPMwztvG3GEXRTmfM3Tve4Z6m0RXR71GEnu0ldvSxGp9" \
    "mFUQ9CMJM9/QOrjzs8Ds7AcOXB8G1rBmOcChmiam+PwKD6Srvkf/uUPGJwD3Gf7mg8yjkXMnZB" \
    "jg6VJemVpomlF8Nh6Qz/4jL9h7uQpsppNapZVouxlvGcj0v0wcDDazO/uR5lGoJOBNF+/yiSQz" \
    "/f1mTMVUCmYelWUvSfqtGJZKbWL+K9/ACKjTS4dmjEYB6DePiZVoiz+gz4Q1oaG+fnRVn5OM6U" \
    "Qtxytb0094Hyn+PBwPbhnAXnp3TRY/m94tzMbtMyyrtwYeHZhQhcEp5Vg+G0PrLHdaQu6HjpP6" \
    "ZNmoT1xbOt1G7yXTTXucFZl5ybVNXpsTt/MuNBb/yqAgiC35zBEc0aYPyMUtT+jGKKVN2MmIVm" \
    "6eT1olpyruIht53ozLa/2GhOAsMIPEvZZ41YCNcSImChHZMcoOEQUZ2Xd8/kMXpXh4atcqop03" \
    "Z9bKVgiLxKgD6PCrLIccLtgCi3vlZEZ4ZyEYIVEwLL2brIjCE7kjuy7r3ewDlgiNqe06DQz2+D" \
    "WOyayd9jb4+5odGVn/P+9YeldY8w6WLl9WKHW7A03dPR5Y7OKE7HHWwAqXxZ2kvUNhr5FVQit9" \
    "Exr05zvoZXmFutEd9Awpms9VlvYpfDFda6D1M9qNXgeAu8WYwOrkpo5l3TmTGswkstGS/5uvQ7" \
    "VHBofK1rIHGvkjbdRy/QI8rFVpwWcfIy0NBAdJYgKo1WqdqkFWWpuK7WHvCt4rHs2l+tuvossz" \
    "HZVje0EapPfav0r4JyVIvMxL3SnlauQECqfEG8tg3DL86Ztc0k8om64l06evCC/sAg+h5JhHB5" \
    "AScvUuNAoirMZy5HohK/qhjsJacbzm4aNMoCuCi/OlwL6l9PIUnuzDMbg+gBMQ3i6NCvEisa48" \
    "YEGnDw4NSIQP/NJDBVFDHxeB/+VOz1s/R6+ctEjh3EStyslyKR2RBxZQLDZ6aSzeDaGoEMxBAu" \
    "PKyAXHHM4cwZ2LIHLZEwAIdKAlRmHOk0K3L7ihI+VtAOx80q4bjFtUDD+o+i+fYMzYEx+yBG9C" \
    "Dn2rQhBhVq1sqSIuQsXfOJFruOVRurSadBXsT0UtnGJ2GMqDpzpJcK9DFBUdodupbwG5k7FSOI" \
    "E0zX6VqwCfdXt9uikG3RY4ghObpwZJ1jSGmVEVnRFUsLhU9gcbEKSVMtYWYqCyjThOPIm5My0D" \
    "gkglzZ51JEMhKDakueSbVwrwKYQ+xXO1WOqHGPd8//aL6SmKw==\"}}"
#define ENTRY_NEXT \
    "{\"serial_no\":\"00D4E57B9F20A3C6814E5D7F9B0C2A4E6881A3C5\",\"effective_ti" \
    "me\":\"2021-06-01T08:00:00+08:00\",\"expire_time\":\"2056-01-01T08:00:00+0" \
    "8:00\",\"encrypt_certificate\":{\"algorithm\":\"AEAD_AES_256_GCM\",\"nonce" \
    "\":\"nonce1234567\",\"associated_data\":\"certificate\",\"ciphertext\":\"H" \
    "BteeXTVkAJPIRFYiIysSV5NxoTNLbtJjuxyfgifxT2ocxlCYrjzp142p+8lNPw1/ZoSYxjnLVU" \
    "z7ryaWInmTbWjmhKtiLkOK0dp6Ip6A+qb5uULc6Wz5OdMNVySVaTqS5rOeCCAmscmdALZkLYkA" \
    "cRPlRvNsxskxAF7YyAjL4VUJ3RYx5uwVchsyM4T4RjTpgidkTadyIcekqkl5fmnW/RXsorBG8K" \
    "TglnmN9jfvAQUli8QUK/vW3Cor0KrkCPM3ztvG3GEXRTmfM3Tve4Z6m0RXR71GEnu0ldvSxGp9" \
    "mFUQ9CMJM9/QOrjzs8Ds7AcOXB8G1rBmOcChmiam+PwKD6Srvkf/uUPGJwD3Gf7mg8yjkXMnZB" \
    "jg6VJemVpomlF8Nh6Qz/4jL9h7uQpsppNapZVouxlvGcj0v0wcDDazO/uR5lGoJOBNF+/yiSQz" \
    "/f1mTMVUCmYelWUvSfqtGJZKbWL+K9/ACKjTS4dmjEYB6DePiZVoiz+gzEv95uL0/aqWURFVOs" \
    "14x21LWZP312lxO5JKYo/Oif9uyhttTlL6xcBtLefs9cyehVWSAtRseoL+AZkrc32V3WBdW9Jp" \
    "797tBJvbf18e7S+eW+XQXRt7TrpVSQfcvLguu1bzAmOjS2w21dEcXGsBjgYhRCpeabcMj45MBK" \
    "faCITqKLTuJ8IjmIUK6vSCCG/jfl2S+94yRImW86LmwtlN9plbDhXb2vMvsdgdJXd3aYL6vV9k" \
    "awuKntccDnfUfms6KhIepMhACLszMQm8MTxROVO9tbXVIZ+QDC0k6yhz0OAC3YOLrzL3Shy8eG" \
    "aO0aAXtviyd5WTQE3mP/rW8MqddZPOYZ/DbGxnDoSOM4kHO/YIbCeREY7QhFakKAzgZFOJh63y" \
    "mMKpeGR7NfOO/pEfpEThE00Rgb3t8S6cMzuzdBeGQcXEtVwVgKyirwxj0DaaEczn6VAYqpdiXn" \
    "VHBofK1rIHGvkjbdRy/QI8rFVpwWcfIy0NBAdJYgKo1WqdpYQbkBlDq6QrBArl2ILzPBOjooMi" \
    "1d3k/05W6D0A9lXgb/nDL0aVGyt3rbEWEaRCzBMg0Tr56EDTzsBgQTwhQPav17l5A8o+adDOQB" \
    "fdZvJrpMxm7YO2Lbvvaa42nhfGtrTvNPaDIHJdy+Xul6IzYnLNFezNObE8kZZQmnaLQf3yZWqo" \
    "oF6kzcQMAYzHPQ4H39fMH9JddW9ZixW23q/Nt0OqWsU7mUi8s9vKRxvfOur8q2DBTaZlE4kPwS" \
    "WNT4qUT8dYDxJRKXUSG81eOOZ7zSjWkV/hv7F0Km1qBud6GShWEhEUDDj7OO3aaEbHns9+iuIK" \
    "FvmrTNjxyXykNb66kNxacIbvOWlRtbTSLMWjVkqtjWQ8j9web7/CvWKL2R8IvQPu98R0lX/Z9k" \
    "TsjO1B7d6Z63rmOKkO3VU/D05dM5UBHf7Um5TJ0NrXcPLSa47CwSgVNQcfd3H1lnhOPIm5My0D" \
    "gkglzZ51JEMhKDakueSbVwrwKYQxIgF+j/TSsZsAxsLQEgC4A==\"}}"
#define ENTRY_ENDED \
    "{\"serial_no\":\"3B9C1D5E7F8091A2B3C4D5E6F708192A3B4C5D6E\",\"effective_ti" \
    "me\":\"2021-06-01T08:00:00+08:00\",\"expire_time\":\"2056-01-01T08:00:00+0" \
    "8:00\",\"encrypt_certificate\":{\"algorithm\":\"AEAD_AES_256_GCM\",\"nonce" \
    "\":\"nonce1234567\",\"associated_data\":\"certificate\",\"ciphertext\":\"H" \
    "BteeXTVkAJPIRFYiIysSV5NxoTNLbtJjuxyfgifxT2oXRlCYriwp14zltlYOrx805sFTQyKTGd" \
    "grayeVLG8FYaE+yGtiLkOK0dp6Ip6A+qb5uULc6Wz5OdMNVySVaTqS5rOeCCAmscmdALZkLYkA" \
    "cRPlRvNsxskxAF7YyAjL4VUJ3RYx5uwVchsyM4T4RjTpgidkTadyIcekqkl5fmnW/RVsorBGsC" \
    "DghPmN9jfvAQUli8QUK/ubXior1K/2iPMwztvC3GEXRTlas3ToeEN6mkXUjjQCUqe3kZsSBKl9" \
    "n02Ot+MD9dpVNz808kDrKgFAhdnIGzohdtjina1++P/Jx2KiO0p4f8JG70bwHacgTQEp1jw/Jx" \
    "9qNI3X30cqWJFw4R+WjjVn59h/toZtcxBa4FzhPh3uggD6+1DMiXv6ezVJuJIiIyrMUjEtxG+w" \
    "vPSlhVOZgKgYlX+g3WbsWJZLbWL6LV9AEfSTicjkgQ8B67WPhhZoRTdphYx3rX87f3QfGtzN5A" \
    "yvSKVSm85qkeS9YpkHrUJQXDB/Dl/xl1owiwBtIKvso4VBRh8AQVH+sIDk0wcivz9D3yySgx63" \
    "45mnANPSuFOJpG5VjDfUEoZ2XngEmZrWu+Cm+tS6ju/snO9/jVEYVGNGAE4tADndYS/GFp9OFG" \
    "oWA44p97Y2KcOtV4YLdfCJjq2jrZFFdZx6RdVHqGTpU5fCaYkOFUmflbvge1obpWuxbRZkYRq2" \
    "5BONFQAd1nxfJnx8apJeJI1JlLVnMYy+rPAYvdAy9TDLZ81KSjz5uzC0UDLOgs4KLaz8wl/hOG" \
    "OO1C+cPPS+/JwdxIxkN7jCuUVR6hLANkHLYy37TVEOOY7ReSqF8CeemsSdg8Z874MoaxlDB2C6" \
    "VIwpYGXkoKOA+JEfo4ok2wFbQ+yteO8Zdn97cVpF0BzA/ZmVTKlt709mGfxUW1csfxPVbp5rQz" \
    "VKhYfJ1q9LGzmpbpJ7cxy3pZzqwWeWpy5N3UVI648pF++BZQbR24lNPavrC9ymBYX9qpx7e483" \
    "ld3mtUpS+/yL8tQg8HTCbwaCgqD1q3sYFyYExQFg0zduogAVGVX9Tj8pWSHsQDY3zcH3JIcX1V" \
    "XXpT+tKkxpKI7wZXXhK244W5VENHxqYuhEYK2azLOiguVkZT9aBKzVsz92U9dWEW7EwDP7N+u+" \
    "5wb8BwXQiQQPoloMzlELhk0bOmOajldy2+Lcr8GpBEPmHEjxv5KJjkIfe327KrwYTbclEwfESK" \
    "bNho4RVkyTTZ2fKLebWA/fe+83EasO2A3pOWch4Kotiad9WWMZihuZWSl8N3iYosMdlM52DazI" \
    "Un+rSxdxSicnaH2+AZXY/1hrqyFE5ulfZUarhwjjCja215jKoG/N9ONG11kSfkrhYInli+XVdA" \
    "11CeSYpVhWqH2qeCkZGgY0AYuaZQ3MmzvL2d4YWEuG7n2GLNFF1qMBe0LRpW7iSHxH/JOh6W5C" \
    "AI24zx6z4YElqy0/p76bXtsEggNGe77uWF2TgpohdmY\"}}"
#define ENTRY_MISNAMED \
    "{\"serial_no\":\"00D4E57B9F20A3C6814E5D7F9B0C2A4E6881A3C5\",\"effective_ti" \
    "me\":\"2021-06-01T08:00:00+08:00\",\"expire_time\":\"2056-01-01T08:00:00+0" \
    "8:00\",\"encrypt_certificate\":{\"algorithm\":\"AEAD_AES_256_GCM\",\"nonce" \
    "\":\"nonce1234567\",\"associated_data\":\"certificate\",\"ciphertext\":\"H" \
    "BteeXTVkAJPIRFYiIysSV5NxoTNLbtJjuxyfgifxT2ocxlCYrjzp14xjN92LbsHwZR6SRDWXF0" \
    "tk7qOK5uKbJqBuWKtiLkOK0dp6Ip6A+qb5uULc6Wz5OdMNVySVaTqS5rOeCCAmscmdALZkLYkA" \
    "cRPlRvNsxskxAF7YyAjL4VUJ3RYx5uwVchsyM4T4RjTpgidkTadyIcekqkl5fmnW/RXsorBG8K" \
    "DghPmN9jfvAQUli8QUK/vW3Cor0KrkCPMwztvG3GEXRTmfM3Tve4Z6m0RXR71GEnu0ldvSxGp9" \
    "mFUQ9CMJM9/QOrjzs8Ds7AcOXB8G1rBmOcChmiam+PwKD6Srvkf/uUPGJwD3Gf7mg8yjkXMnZB" \
    "jg6VJemVpomlF8Nh6Qz/4jL9h7uQpsppNapZVouxlvGcj0v0wcDDazO/uR5lGoJOBNF+/yiSQz" \
    "/f1mTMVUCmYelWUvSfqtGJZKbWL+K9/ACKjTS4dmjEYB6DePiZVoiz+gz4Q1oaG+fnRVn5OM6U" \
    "Qtxytb0094Hyn+PBwPbhnAXnp3TRY/m94tzMbtMyyrtwYeHZhQhcEp5Vg+G0PrLHdaQu6HjpP6" \
    "ZNmoT1xbOt1G7yXTTXucFZl5ybVNXpsTt/MuNBb/yqAgiC35zBEc0aYPyMUtT+jGKKVN2MmIVm" \
    "6eT1olpyruIht53ozLa/2GhOAsMIPEvZZ41YCNcSImChHZMcoOEQUZ2Xd8/kMXpXh4atcqop03" \
    "Z9bKVgiLxKgD6PCrLIccLtgCi3vlZEZ4ZyEYIVEwLL2brIjCE7kjuy7r3ewDlgiNqe06DQz2+D" \
    "WOyayd9jb4+5odGVn/P+9YeldY8w6WLl9WKHW7A03dPR5Y7OKE7HHWwAqXxZ2kvUNhr5FVQit9" \
    "Exr05zvoZXmFutEd9Awpms9VlvYpfDFda6D1M9qNXgeAu8WYwOrkpo5l3TmTGswkstGS/5uvQ7" \
    "VHBofK1rIHGvkjbdRy/QI8rFVpwWcfIy0NBAdJYgKo1WqdqkFWWpuK7WHvCt4rHs2l+tuvossz" \
    "HZVje0EapPfav0r4JyVIvMxL3SnlauQECqfEG8tg3DL86Ztc0k8om64l06evCC/sAg+h5JhHB5" \
    "AScvUuNAoirMZy5HohK/qhjsJacbzm4aNMoCuCi/OlwL6l9PIUnuzDMbg+gBMQ3i6NCvEisa48" \
    "YEGnDw4NSIQP/NJDBVFDHxeB/+VOz1s/R6+ctEjh3EStyslyKR2RBxZQLDZ6aSzeDaGoEMxBAu" \
    "PKyAXHHM4cwZ2LIHLZEwAIdKAlRmHOk0K3L7ihI+VtAOx80q4bjFtUDD+o+i+fYMzYEx+yBG9C" \
    "Dn2rQhBhVq1sqSIuQsXfOJFruOVRurSadBXsT0UtnGJ2GMqDpzpJcK9DFBUdodupbwG5k7FSOI" \
    "E0zX6VqwCfdXt9uikG3RY4ghObpwZJ1jSGmVEVnRFUsLhU9gcbEKSVMtYWYqCyjThOPIm5My0D" \
    "gkglzZ51JEMhKDakueSbVwrwKYQ+xXO1WOqHGPd8//aL6SmKw==\"}}"
#define ENTRY_OWN \
    "{\"serial_no\":\"6157F09EFDC096DE15EBE81A47057A7232F1B8E1\",\"effective_ti" \
    "me\":\"2021-06-01T08:00:00+08:00\",\"expire_time\":\"2056-01-01T08:00:00+0" \
    "8:00\",\"encrypt_certificate\":{\"algorithm\":\"AEAD_AES_256_GCM\",\"nonce" \
    "\":\"nonce1234567\",\"associated_data\":\"certificate\",\"ciphertext\":\"H" \
    "BteeXTVkAJPIRFYiIysSV5NxoTNLbtJjuxyfgifxT2ocxlCYrjzp14wpeIoJr5qw5sgQTnXbl4" \
    "SsKyRdoyaW+qgoDytiLkOK0dp6Ip6A+qb5uULc6Wz5OdMNVySVaTqS5rOeCCAmscmdALZkLYkA" \
    "cRPlRvNsxskxAF7YyAjL4VUJ3RYx5uwVchsyM4T4RjTpgidkTadyIcekqkl5fmnW/RXsorBG8K" \
    "DghPmN9jfvAQUli8QUK/vW3Cor0KrkCPMwztvG3GEXRTmfM3Tve4Z6m0RXR71GEnu0ldvSxGp9" \
    "mFUQ9CMJM9/QOrjzs8Ds7AcOXB8G1rBmOcChmiam+PwKD6Srvkf/uUPGJwD3Gf7mg8yjkXMnZB" \
    "jg6VJemVpomlF8Nh6Qz/4jL9h7uQpsppNapZVouxlvGcj0v0wcDDazO/uR5lGoJOBNF+/yiSQz" \
    "/f1mTMVUCmYelWUvSfqtGJZKbWL+K9/ACKjTS4dmjEYB6DePiZVoiz+hFVjyo722/PLX1h9S+U" \
    "P9C+6RgxZ4wCe0ddoB4Q7KWj9s3cdxUJA6iIhtJnpjdVDRWZ/SAgy2MJMuEwQjtHWSwa1Vikux" \
    "4hHky5geexDOI35SnT3VkFbmnrRLXR3Qs+HudlzmiqvmmLJxWBEYSS3N1sx0gDaeZenKGB/LVq" \
    "jUTov6rmt55dOpFQRZ5WkTAWAi9NmDP1kyBUPI8LRxgxrKdhkfnEtfGCxiK5pV5X28KlbreoGm" \
    "oBSHGoRdDL6TZHO1rJGRbMkLAj1nukXv538ZIYU0rvKaLQ/MWTt/LG/0V/DNF9HF7WU+3NS9ai" \
    "jO0S7CN7i6v5RGx8Th+ikV5QfZtFoKokeLIvAqDMXZtk9WbOVK8iBWGYeej1Azft3qohED2OS3" \
    "1c1rO2Yo4SUA/tEPOgSlm4hMCa7qfyld66e9NI/LGpoRPBOXhfSsZ4drHflYG8+kt1McJZe1hj" \
    "VHBofK1rIHGvkjbdRy/QI8rFVpwWcfIy0NBAdJYgKo1WqdIMjPV46Doiz9y1dpjVP4P8jlo0Y+" \
    "mAthcocfeTJELEvh4GYBeAJAhmgpKz5XnWVJj5fg3Lx28AFeDQUsxGwy1CQxF3gwhxd8YETDgB" \
    "/aMnptLAAjYAAwJqFn/zH7j9RbdDaoImsK4/Xdg2fnkau75TCdXmzO8bt1m1KWnjtcRPyxO+en" \
    "sBwnCA0BjMWGdJpLwcBJzNeAby0bG1J9VS8Z889hVQFj34B3f1LGjFLDJeztaS7GTaAs0whBAi" \
    "xGDEzZToJIi0JfKbRVG8NPf+d6hv9TXgWuZ7sy7TDljyEsFWdVx99NjTU64fdWYk1GE9q4Ai+G" \
    "2X+rTtL5EWe4qfeuiJRRfJ2i92qF/+3f4smig8inXem2XsMEJqgFNrDL3ADfI4duqUDznXVav0" \
    "kkiWTQ75aTJfLitKkL09a6gENDeE0L3jIKT5dKX9TL8HuHqFCNwTDPNM9SYfo1GvhOPIm5My0D" \
    "gkglzZ51JEMhKDakueSbVwrwKYQxBUX24pIYabQ0dEDxi6JEg==\"}}"
#define ENTRY_OTHER_KEY \
    "{\"serial_no\":\"00D4E57B9F20A3C6814E5D7F9B0C2A4E6881A3C5\",\"effective_ti" \
    "me\":\"2021-06-01T08:00:00+08:00\",\"expire_time\":\"2056-01-01T08:00:00+0" \
    "8:00\",\"encrypt_certificate\":{\"algorithm\":\"AEAD_AES_256_GCM\",\"nonce" \
    "\":\"nonce1234567\",\"associated_data\":\"certificate\",\"ciphertext\":\"/" \
    "Cac/blyYpGIIN3r/dJdfPhMvDTpU5o8kL7D2vRNyyBxaD5hPU3ScVOY05l47aVYoMwLni7hHTH" \
    "vq/zU5DqO8vR5Cf7BH1MvirAKC41jZnrQgBBMGBCC6UzQupOJU3qZ3BOr5s5wF1na8oQlrVpSS" \
    "SFrz7IfyrtOdB3tl8TnPlAT3L7qSvpHRDKIpZN+T0qf5n5Dz+HNu+EcqkVrwvqWWBO2Mh1zIi6" \
    "W1ah/Y/KRGN6YY1DyjSelcaMsHbCnTjZiSxFbCT94q8w02FwjoNR57EPXKBbNJhLezbj+rZGYS" \
    "X/B7VF9T1cVHDWXoWzRngO2NL4GtKGZOo46zn5GfuBN+pqaThCkzK+4wJlCQQ6lBxKTOXJyZvr" \
    "ThYUzTHf93XY5Jcd5aD+lzO6m5G2pqCxIhBcKbRUGt8VX805JYgj5mTxfUyJC6uN1eG8H9+Szp" \
    "L9cqnRFtaiiuIFLxNOGKdFG1Iy36uEUbPw4r4QUzohjPclWFxFU8ojUGA4QdrCbO4pp+0AzYS2" \
    "Xty0gxSBSUlfEiUpnqooNTWska5E/2HNZbLmUYadz06Xnxfc21NKTw11HpgGmegdSdbh/F26ey" \
    "tnshu2MWrLFKEjUkzZhyD5tGUQGIWtusrA7RENv+KE50OWvwzL9gPjvQXqGN/uLDRW94oEl/B2" \
    "QvGSLzlf0a0L6AxG8iJNT/132qs6oUCJwGxXvZ3SBZd3o8zYH0HJhZPKMvVHR1uavcAMKSkYBj" \
    "iwPdTZrBNeC4v0vsQSBgbEfmuEyC7veaioOYKBqGyw9JJByXfqMS2a9nPLWjQ1/IkAX0VNc6/U" \
    "NUvFtAfFerkDfHJkXkN4srLnLXuXUzdhzyAwpwSuxNHg7S1Dmc3o3lH4WLedbnT+Cs7PZ5/IOT" \
    "iQpXtqad9evR0CFjqyIibzv271AS9z+IqZzsPAqBqnZZSceXoTfML+RbjkFgCJ9KkpprbvN6Xn" \
    "CDOTXuAp7/kEmPkNWjkMhaCg1gLznN1yJ41yGSEZ8msQ33+Xa6TF/YNk5CwwjgFh3Mqb/AnrJv" \
    "V3IiCSk+LGic4+wz+LIgQK/BaY5spVh5VLKPF0LeYvRzrPdwQ4jWNd62G0uCpKRe/GGh0/ssyg" \
    "FdnqotvdjNaVM+OfKsNge6WvwwUIm82sUkoDc/Wqjh/fEVMlT1rRADX4fdoNFsLCFccN3w6CDA" \
    "pzVrZb6EmUYKJbWrofTBJHrP1OLgTLW368Os69H9xluAyEgyRoObfd92lF6M9Jj+OY/LkCGmJS" \
    "SHIqrnSpwxCnMoQYQ42z/4LKjk4udMaou//j5W7WR8ns/56zy9wnRqHcjG50KgnwzS/x9Sxt6w" \
    "XleLtK0ilHeed9moZ2cdl5dQdXEtaTOX4b9gdnnOGnPplRRqNdC0jmFwGf2U5WkxdLj+Nuu29W" \
    "w9BFHClEUbzJP5onZUOKHM/94+9MFyQBV6Eizd4lDhx3QmxAkNigUORDrGowM7GIIufecHj3Ib" \
    "CETFvrqELysxR2klyqy5kBx1ScttvDxeYWahJJ2ql1OlJwtQw==\"}}"
#define MERCHANT_CERT \
    "-----BEGIN CERTIFICATE-----\\nMIIDFjCCAf4CFFFX8J79wJbeFevoGkcFenIy8bjhMA0G" \
    "CSqGSIb3DQEBCwUAMDIx\\nEzARBgNVBAoMClRlbnBheS5jb20xGzAZBgNVBAMMElRlbnBheS5" \
    "jb20gUm9vdCBD\\nQTAgFw0yMDAxMDEwMDAwMDBaGA8yMDU2MDEwMTAwMDAwMFowWzELMAkGA1" \
    "UEBhMC\\nQ04xEzARBgNVBAoMClRlbnBheS5jb20xHTAbBgNVBAsMFFRlbnBheS5jb20gQ0Eg" \
    "\\nQ2VudGVyMRgwFgYDVQQDDA9UZW5wYXkuY29tIHNpZ24wggEiMA0GCSqGSIb3DQEB\\nAQUA" \
    "A4IBDwAwggEKAoIBAQC/8LB3nIPeEWH7PpumX/Pq+oloVHThQzn9+7INZmvS\\nz1Fp5sFSftL" \
    "FdvqyEMUGv4lzt5YuSdEzGWlrU6frOGDw6wUNaZAJ1jdO2tBQz1Uf\\nC3xx6o6FK8fTsj5TgO" \
    "zMs8QLhzwsXq8v12LecRZhdWn3lOT++rGxQytfIJN8P/0J\\nszudqYCqZSgzy0DmzQZNr8tpv" \
    "DiXaKw7hJS4cu9hjd3Ich+61IM0Wa1Sbmp4NAxC\\nVl5BIZJN9ILNX+e2mdLfGd2CPErkg+up" \
    "q1fPAvIInibnit0ILen8jLloFGDxg5Ps\\nzRQhJF/D9kZKF06tX2lXN7QmdL3RkbnTycgWKOa" \
    "UXv2PAgMBAAEwDQYJKoZIhvcN\\nAQELBQADggEBAG8SdLdemdNlc2Bz5enO1YZd0TnwH6CIxd" \
    "iXL3ni4FvuxyItkqV+\\nPb3C+hWwuW77ZjXHqT1+FLHt5pTXSFsXvuS736cYsSPx6xQz5K3Ld" \
    "Wc+rVqdWNxA\\nY2YQmbmw0g2et1HpUKkPhOmQglZXY4yz1VuJPiZjQtmuUCjpik5ZlyahT9qu" \
    "+/D4\\n2jKwS8o6tYsxOsLBQtkdJoxVg95mI76aL0c6nBr76NQo6hQDIQpuQNRC1FTBFWp3\\n" \
    "HFPaj7TtbDzFOkypMu6jkQGkJ3nf+rI5sPs1rtqT2cjYDWubARz3kkPjo8nzVVMf\\nFjs9cgz" \
    "saDnzbJs+wpd1SjhCt0z8NC2GztM=\\n-----END CERTIFICATE-----\\n"
#define MERCHANT_CERT_ENDED \
    "-----BEGIN CERTIFICATE-----\\nMIIDFDCCAfwCFFFX8J79wJbeFevoGkcFenIy8bjhMA0G" \
    "CSqGSIb3DQEBCwUAMDIx\\nEzARBgNVBAoMClRlbnBheS5jb20xGzAZBgNVBAMMElRlbnBheS5" \
    "jb20gUm9vdCBD\\nQTAeFw0xODAxMDEwMDAwMDBaFw0yMTAxMDEwMDAwMDBaMFsxCzAJBgNVBA" \
    "YTAkNO\\nMRMwEQYDVQQKDApUZW5wYXkuY29tMR0wGwYDVQQLDBRUZW5wYXkuY29tIENBIENl" \
    "\\nbnRlcjEYMBYGA1UEAwwPVGVucGF5LmNvbSBzaWduMIIBIjANBgkqhkiG9w0BAQEF\\nAAOC" \
    "AQ8AMIIBCgKCAQEAv/Cwd5yD3hFh+z6bpl/z6vqJaFR04UM5/fuyDWZr0s9R\\naebBUn7SxXb" \
    "6shDFBr+Jc7eWLknRMxlpa1On6zhg8OsFDWmQCdY3TtrQUM9VHwt8\\nceqOhSvH07I+U4DszL" \
    "PEC4c8LF6vL9di3nEWYXVp95Tk/vqxsUMrXyCTfD/9CbM7\\nnamAqmUoM8tA5s0GTa/Labw4l" \
    "2isO4SUuHLvYY3dyHIfutSDNFmtUm5qeDQMQlZe\\nQSGSTfSCzV/ntpnS3xndgjxK5IPrqatX" \
    "zwLyCJ4m54rdCC3p/Iy5aBRg8YOT7M0U\\nISRfw/ZGShdOrV9pVze0JnS90ZG508nIFijmlF7" \
    "9jwIDAQABMA0GCSqGSIb3DQEB\\nCwUAA4IBAQBmOK5GrRkrEVe6EG/GQp++kUcZTtmfxwGOHX" \
    "m8KUh+uBs4XwNPl3wY\\ndYRZausLG3rRS6unY+g+ZhQaAHyFxr6tWGO7NImX3bRKmz92opp1v" \
    "Hy7hxGmwbyi\\nnOqACjlEyQiX8j2boJySaAMY19tUW7+68WZFQaCQAQwfmUCq9i3m20xqS0Mv" \
    "VjTK\\noW6m0OF7DCgg7oFgi8TEjbnmUW2Gj0duRt/2rJETzf+CG6azJD3r+NA5xaBx0adr\\n" \
    "EGqFxMNfyAI3ec690HxGA0PvlXwMMlRbE7WJL3EqYuRCRPq2KK9FS3H3154/5mah\\nuQ6ikh6" \
    "fT8f0Q8rAO4n4H4kep3XehSYa\\n-----END CERTIFICATE-----\\n"
#define MERCHANT_P12 \
    "MIIJvgIBAzCCCYQGCSqGSIb3DQEHAaCCCXUEgglxMIIJbTCCA+8GCSqGSIb3DQEHBqCCA+Awgg" \
    "PcAgEAMIID1QYJKoZIhvcNAQcBMBwGCiqGSIb3DQEMAQYwDgQI4raBKj5xVWkCAggAgIIDqIMG" \
    "VdTeU5CSPvGphVEGS96qPNz6LZ5XmlgMv08AB1W1pTP5wD86PA1iRrqnEApUi+tOzjNYiG/uaF" \
    "9UNkWEF6KlEQL27mgB9L6dYfGrUIFeuHQAcsWanrthspNweQc229MloKGTzqjCBtwz5y8AyHJw" \
    "sERBEXwSbFGqBcB7SHN/2ofUv49Q7arrCfNhBUzAY/e/LtumP8Yok4KyMk2oWhQCxxHZCoej2/" \
    "zlaEwV6J0F/UzCi0erpioc43yb8xNdxFbFtfqUlHf/mUBXTwUqbPc5lakU7KqVKANpzhR/HCYN" \
    "RYqXS23OFFnHmCmuY7hCOhT2QcNATj77Qz8dIFYzWUa3/RtGVlvvMuKnOFRi3zCHgbsQBewadB" \
    "n7KKJidqASMc8DK6ItcY0VOX/qscYqd9BBwstWoVAGAsg+5zSophi/NxPX4+GtmL0LH/5Nfczc" \
    "ChhXYkP1kJNEbRjGmjMmUZdNN3DISjuFAqUCyCLKPAhkhosR4CNmY0jTUM6Uc6C84wfdOfjbZg" \
    "LmD4eH9lVQyEc2mOMmvnmMjDDinV4xIzzUPtPa2b0kdbBKcxg4caH8edxLwpJbeocg96lAfG2u" \
    "Y6oPnzIewhVHlbhyK/J6zXq7BSIRq91JV/AE1tDlkG98sL11AJT1XgXBb4rtUabZZXzsFI4764" \
    "DoWbMCi2XYYjNmIhUOhAFjAsapzyBYfzDB3Foxiq9Yrd0UcjSihw5bhosjm6Cx7yZT47Lm93cq" \
    "Rvq/WSBP8727D5UaQECw1xErMK2buP0+THC9M+lrYINdRF05VPLbKApDXyDq7iHo5M1zGJybp7" \
    "k4YBYLScwC7XpAs/2HKDLIjRL8zVMLUpEvw3EdzBCxMl/iB9eg6LyCXC7TZAY9GV0PJljAA9/X" \
    "1uEb8iPM4oki5Dai8uvm1DFOHb7knqhNLx8vqaxTBzGhbgLyrg4orGsznhfCy+DuFFLoeUFivO" \
    "JLe1KaTekMajIiUAmX7a+4b6v+/4m/tofRuX36xlHApcZiTSDrM6rpUInOKwBzBfTIkOF9FCzt" \
    "nIJL6oq0ybzGTpGpGtGEa8jNHVyDG2q81Es49TuCV0zORQ4Opa+SCGmlsaJTXqwW3C7Or94D+J" \
    "gPqoxnoDbXoIVrweptjkh7WVzaco1n5KjB9iUQRBIpLSv9A48QodZZHXe341VdSRhJv0m49ijQ" \
    "f1K61NSe/paBfMg+p2lNbc/DUghC9WkCRgUXj+QbI0AxCeiXZTqrEkj3xVLTNzCCBXYGCSqGSI" \
    "b3DQEHAaCCBWcEggVjMIIFXzCCBVsGCyqGSIb3DQEMCgECoIIE7jCCBOowHAYKKoZIhvcNAQwB" \
    "AzAOBAjUyFlHixbV3gICCAAEggTI5ttubqVZPAZZxoHpYbQJWT9FABlnrZz6/4Ksqk7CzcE3pm" \
    "F+D5N7vB25VxdiCWDI0GmH2vW683nJoAd50nvRjzmdehsHbPtsVwaA3xUOJKw8U9lMx+tiZROr" \
    "+EuaWsNTuiYAGzunRX/+Apgtin8+2dfwX6bQVlVGHtDy2MKqQCtKot0AjSSon7Nz0d7GxRStEQ" \
    "dd9EjSwyrrU6q9kWPKXjLIwR7/NKPSF1OoQn4AlLf8y1CbYRMIX+5vwreWV5KIxH5dg70GPkSP" \
    "SUsH74l2iZtCYRkVIHEHb89O0v1lZOWJejkwGu2rELhNrS5YOJQbhlIaFXldAE5cwYp7/0tjM4" \
    "I3x8I8w/ihU1KdLkpdjhAlmcXncB/3RZbHplgiDTr0FE2x8QTG27S9l+ljdl+fQe6B/r5gvmOR" \
    "1ObJQ9xO/oZWYl9+EVA6Ezr7AaHpV5mce9cBd2TtGNpVJpdZopyC6iYWdP5SKDUVR1swypEF7U" \
    "ZgluFyI43Fz8YlnVdCqroWlW4ufaMuX7A5BH0Zm6hPVVziqs1edKWW2yA+C0JaMhePh7cZ9jlL" \
    "ga0dorbWvhAVH+9UDXv+ePXJwppPKiRh2snY1Tt1vLp4lfjX3LWcZ4M3kVCn0hH79ww67GXjoo" \
    "rE9tLOBOnAEu5xkvu56lGwGIJtwGFpRXLBr6vuhR19RmDZjCd0PDmp2W3nEFmhOhzHykYmU+M8" \
    "I2mhXTC34VImtd/3EfEvJsdkT7tRLag+7JZTYFKAPoQ1oiwJZULDpEbQkuYv6NcJ/bt6NNcxb3" \
    "37qlK+AXJXSGWHuyU/F49z/JMVqfaheAFVus3ODuRFJ7GYTMA1Nu2keDhxXbu/gpalYhdt+T59" \
    "O5s0lI8MqL0HNJJ2WQpZkrvgpj4qp1mqDMxhzfzBo23+qeHk0o9FuSUd+HWRTzYECge3EWzfMe" \
    "RaXnIjddNtOXRogBcVYRD977e2rush2XKYkidM5UVW249QNBFhPY81l0cnh0tXLCjo+qRzFhND" \
    "4njiyB0C+TVydyWE8qLuZ3dAgJv8u0OFvzBL7p5/Y9TZWGU315cv7p7T5zcNYYvr62KDdJP4Gc" \
    "OBqVbQ/DMOLXHD6LQltMjGPV8SpRjNEzw85cpieZhP0HwRvN2V2hy7wObAi/vTbvM2Jvmsleu6" \
    "EZOuL+XRpGgzRAyc6V3VC6NGjN7zdEzquEOUJfYYy1y0YzEvDTgIV+WChtYHBlUfxsri1mWuFO" \
    "J419fcoHEfghf/yvy53vpRHU+EWt17jmu7WDkKfrzKYhiA3/oy5Gmnd9qqHOWRN9jXGfruJP/B" \
    "lsGSexLX1QfStFmIlWXPZGpfM21vlndEyle4L4YF7Lb+f6Rll2uY27Ici4A/xKJsaNGDGfu4C6" \
    "l8ifSSxNT49RnTDMvAPppf5T2PWxak2FJ1NfcylmCuYZN0jNZyEJnSiulMXwXTtyWvCBsENblU" \
    "FSobIfPSW636boJ4CIHFp4kQredWark8IXwFptYpHaOjPL/ZgLYXAvCfksqI60FIYQgdN9THeu" \
    "QmoTDO8MP3dWxTp7I7j5X9lc+Sr7MVxoT2vga5phNhJg1/ggYbRhr9J5ech3VkqTEUtWxb1z+M" \
    "xhU1155TZ/9Lj6VR34IoQO6rCtwbw42GMVowIwYJKoZIhvcNAQkVMRYEFAx6T99KQYhkeod+i0" \
    "frVh6K9lf5MDMGCSqGSIb3DQEJFDEmHiQAVABlAG4AcABhAHkAIABDAGUAcgB0AGkAZgBpAGMA" \
    "YQB0AGUwMTAhMAkGBSsOAwIaBQAEFOfdQ+0N8Z1xH+petWpDzoDra85rBAh+fg0vWsGn8QICCA" \
    "A="
/* clang-format on */

#endif
