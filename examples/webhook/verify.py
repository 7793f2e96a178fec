"""Check a notification, and a small receiver:  python3 verify.py PORT

Needs SHROFF_WEBHOOK_SECRET (whsec_…); Python 3.9 or later.
"""
import base64
import hashlib
import hmac
import http.server
import json
import os
import re
import sys
import time

TOLERANCE = 300                                         # seconds


def verified(headers, body, secret, now=None):
    """body: the bytes as they came, never JSON serialised again."""
    event, sent = headers.get("webhook-id"), headers.get("webhook-timestamp") or ""
    if not event or not re.fullmatch("[0-9]{1,10}", sent):
        return False
    if abs((time.time() if now is None else now) - int(sent)) > TOLERANCE:
        return False
    key = base64.b64decode((secret or "").removeprefix("whsec_"))
    if len(key) < 24:
        raise ValueError("SHROFF_WEBHOOK_SECRET is not whsec_ and base64")
    ours = hmac.new(key, f"{event}.{sent}.".encode() + body, hashlib.sha256).digest()
    wanted = b"v1," + base64.b64encode(ours)
    entries = (headers.get("webhook-signature") or "").split(" ")   # several while a secret rotates
    return any([hmac.compare_digest(entry.encode(), wanted) for entry in entries])


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if not verified(self.headers, body, os.environ["SHROFF_WEBHOOK_SECRET"]):
            return self.answer(401, b"bad signature")
        event = json.loads(body)
        print(self.headers["webhook-id"], event["type"], event["data"]["merchant_order_id"],
              event["data"]["version"], flush=True)
        # Here: one transaction that stores webhook-id and marks your order paid. Only then:
        return self.answer(200, b"SUCCESS")

    def answer(self, status, text):
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)


if __name__ == "__main__":
    if len(sys.argv) < 2 or not sys.argv[1].isdigit() or not os.environ.get("SHROFF_WEBHOOK_SECRET"):
        sys.exit("usage: python3 verify.py PORT, with SHROFF_WEBHOOK_SECRET set")
    http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver).serve_forever()
