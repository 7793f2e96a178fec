"""Sign one request, send it, print the answer:  python3 sign.py METHOD PATH [BODY]

Needs SHROFF_BASE_URL, SHROFF_APP_KEY and SHROFF_APP_SECRET; Python 3.8 or later.
"""
import hashlib
import hmac
import os
import secrets
import string
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

TRIES = 4


def setting(name):
    if os.environ.get(name):
        return os.environ[name]
    raise RuntimeError(f"{name} is not set (set -a; . var/demo.env; set +a)")


def authorization(method, path, body, timestamp, nonce):
    text = f"{method}\n{path}\n{timestamp}\n{nonce}\n{body}\n"
    secret = setting("SHROFF_APP_SECRET")
    signature = hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    return (f'SHROFF-HMAC-SHA256 app_key="{setting("SHROFF_APP_KEY")}",'
            f'timestamp="{timestamp}",nonce="{nonce}",signature="{signature}"')


def send_once(method, path, body):
    """Status, Retry-After and body; the status is 0 when no answer came."""
    nonce = secrets.token_hex(16)                       # a new one every time, retries too
    url = setting("SHROFF_BASE_URL").rstrip("/") + path
    call = urllib.request.Request(url, method=method, data=body.encode() or None)
    call.add_header("Authorization", authorization(method, path, body, int(time.time()), nonce))
    if body:
        call.add_header("Content-Type", "application/json")
    try:
        answer = urllib.request.urlopen(call, timeout=10)
    except urllib.error.HTTPError as refused:           # its body tells the code, too
        answer = refused
    except OSError as error:
        return 0, "", str(error)
    with answer:
        return answer.getcode(), answer.headers.get("Retry-After", ""), answer.read().decode()


def request(method, path, body=""):
    """The answer, whatever its `code`. No answer, 429 and 503 are repeated, signed anew each time:
    the same merchant_order_id makes one order, however often it is sent."""
    # What is sent is what is signed: no fragment, and blanks and other letters in percents.
    path = urllib.parse.quote(path.partition("#")[0], safe=string.punctuation)
    if not path.startswith("/"):
        raise RuntimeError(f'the path must begin with /, and "{path}" does not')
    for tried in range(TRIES):
        status, after, text = send_once(method.upper(), path, body)
        if status not in (0, 429, 503) or tried + 1 == TRIES:
            break
        time.sleep(min(int(after), 600) if after.isdigit() else 2 ** tried)
    if status == 0:
        raise RuntimeError(f"no answer: {text}")
    return text


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit("sign.py: usage: python3 sign.py METHOD PATH [BODY]")
    try:
        print(request(*sys.argv[1:4]))
    except RuntimeError as error:
        sys.exit(f"sign.py: {error}")
