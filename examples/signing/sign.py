"""Sign one request, send it, print the answer:  python3 sign.py METHOD PATH [BODY]

Needs SHROFF_BASE_URL, SHROFF_APP_KEY and SHROFF_APP_SECRET; Python 3.8 or later.
"""
import hashlib
import hmac
import os
import secrets
import sys
import time
import urllib.error
import urllib.request


def authorization(method, path, body, timestamp, nonce):
    text = f"{method}\n{path}\n{timestamp}\n{nonce}\n{body}\n"
    secret = os.environ["SHROFF_APP_SECRET"]
    signature = hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    return (f'SHROFF-HMAC-SHA256 app_key="{os.environ["SHROFF_APP_KEY"]}",'
            f'timestamp="{timestamp}",nonce="{nonce}",signature="{signature}"')


def request(method, path, body=""):
    nonce = secrets.token_hex(16)                       # a new one every time, retries too
    call = urllib.request.Request(os.environ["SHROFF_BASE_URL"] + path, method=method)
    call.add_header("Authorization", authorization(method, path, body, int(time.time()), nonce))
    if body:
        call.data = body.encode()
        call.add_header("Content-Type", "application/json")
    try:
        return urllib.request.urlopen(call, timeout=10).read().decode()
    except urllib.error.HTTPError as refused:           # its body tells the code, too
        return refused.read().decode()


if __name__ == "__main__":
    print(request(*sys.argv[1:]))
