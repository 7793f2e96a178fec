#!/usr/bin/python3
"""WeChat Pay (API v3) by Python and Debian's python3-cryptography: makes an order, verifies the answer, verifies and
opens notices.

  python3 wechat.py NUMBER NOTIFY_URL     prints what the payer scans
  python3 wechat.py PORT                  takes notices, answers 204 to what is genuine, 401 to the rest

Settings: the WECHAT_… of sandbox.env, or of the real channel."""
import base64
import http.server
import json
import secrets
import sys
import time
import urllib.request
from os import environ

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from cryptography.x509 import load_pem_x509_certificate


def file_of(name):
    with open(environ[name], 'rb') as file:
        return file.read()


def key_of(serial):
    """The key by its number, since WeChat Pay changes keys; None for an unknown one."""
    if serial == environ['WECHAT_PUBKEY_ID']:
        return load_pem_public_key(file_of('WECHAT_PUBKEY_FILE'))
    if serial == environ['WECHAT_PLATFORM_SERIAL']:
        return load_pem_x509_certificate(file_of('WECHAT_PLATFORM_CERT_FILE')).public_key()
    return None


def verified(headers, body):
    key, at = key_of(headers.get('Wechatpay-Serial')), headers.get('Wechatpay-Timestamp', '0')
    if not key or abs(time.time() - int(at)) > 300:
        return False
    try:
        text = f'{at}\n{headers["Wechatpay-Nonce"]}\n'.encode() + body + b'\n'
        key.verify(base64.b64decode(headers['Wechatpay-Signature']), text, PKCS1v15(), SHA256())
        return True
    except (InvalidSignature, ValueError):
        return False


def call(method, path, content=None):
    body = json.dumps(content, ensure_ascii=False) if content else ''
    at, nonce = int(time.time()), secrets.token_hex(16)
    key = load_pem_private_key(file_of('WECHAT_MCH_PRIVATE_KEY_FILE'), None)
    sign = base64.b64encode(key.sign(f'{method}\n{path}\n{at}\n{nonce}\n{body}\n'.encode(), PKCS1v15(), SHA256())).decode()
    request = urllib.request.Request(environ['WECHAT_BASE'] + path, body.encode() or None, method=method, headers={
        'Content-Type': 'application/json', 'Accept': 'application/json', 'Wechatpay-Serial': environ['WECHAT_PUBKEY_ID'],
        'Authorization': f'WECHATPAY2-SHA256-RSA2048 mchid="{environ["WECHAT_MCHID"]}",nonce_str="{nonce}",'
                         f'signature="{sign}",timestamp="{at}",serial_no="{environ["WECHAT_MCH_SERIAL"]}"',
    })
    with urllib.request.urlopen(request, timeout=10) as answer:      # a refusal raises HTTPError, and needs no signature
        raw = answer.read()
        if not verified(answer.headers, raw):
            raise RuntimeError(f'no genuine answer: {raw}')
    return json.loads(raw) if raw else {}


def notice_of(headers, body):
    """What a genuine notice holds; None for any other. Its amount and mchid must be your order's."""
    if not verified(headers, body):
        return None
    sealed = json.loads(body)['resource']
    try:
        plain = AESGCM(environ['WECHAT_APIV3_KEY'].encode()).decrypt(
            sealed['nonce'].encode(), base64.b64decode(sealed['ciphertext']), sealed.get('associated_data', '').encode())
    except InvalidTag:
        return None
    return json.loads(plain)


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        notice = notice_of(self.headers, self.rfile.read(int(self.headers['Content-Length'])))
        print(f'{notice["out_trade_no"]} {notice["trade_state"]} {notice["amount"]["total"]}' if notice else 'refused', flush=True)
        self.send_response(204 if notice else 401)
        self.end_headers()


if __name__ == '__main__':
    if len(sys.argv) == 2:
        http.server.HTTPServer(('127.0.0.1', int(sys.argv[1])), Receiver).serve_forever()
    elif len(sys.argv) == 3:
        print(call('POST', '/v3/pay/transactions/native', {
            'appid': environ['WECHAT_APPID'], 'mchid': environ['WECHAT_MCHID'], 'description': '蓝水壶 Blue kettle',
            'out_trade_no': sys.argv[1], 'notify_url': sys.argv[2], 'amount': {'total': 8800, 'currency': 'CNY'},
        })['code_url'])
    else:
        sys.exit('usage: python3 wechat.py NUMBER NOTIFY_URL | PORT')
