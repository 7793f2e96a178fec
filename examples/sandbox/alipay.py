#!/usr/bin/python3
"""Alipay by Python and Debian's python3-cryptography: makes an order, verifies the answer, verifies notices.

  python3 alipay.py NUMBER NOTIFY_URL     prints what the payer scans
  python3 alipay.py PORT                  takes notices, answers "success" to what is genuine

Settings: the ALIPAY_… of sandbox.env, or of the real channel."""
import base64
import datetime
import http.server
import json
import sys
import urllib.parse
import urllib.request
from os import environ

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key


def file_of(name):
    with open(environ[name], 'rb') as file:
        return file.read()


def text_of(members):
    """What is signed: the members sorted, those without a value left out."""
    return '&'.join(f'{name}={value}' for name, value in sorted(members.items()) if value)


def verified(text, sign):
    try:
        key = load_pem_public_key(file_of('ALIPAY_PUBLIC_KEY_FILE'))
        key.verify(base64.b64decode(sign), text, PKCS1v15(), SHA256())
        return True
    except (InvalidSignature, ValueError):
        return False


def call(method, content, **more):
    """What the method answered, once the signature over exactly the bytes that came is right."""
    now = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=8)))
    members = {
        'app_id': environ['ALIPAY_APP_ID'], 'method': method, 'format': 'JSON', 'charset': 'utf-8', 'sign_type': 'RSA2',
        'timestamp': now.strftime('%Y-%m-%d %H:%M:%S'), 'version': '1.0',
        'biz_content': json.dumps(content, ensure_ascii=False), **more,
    }
    key = load_pem_private_key(file_of('ALIPAY_APP_PRIVATE_KEY_FILE'), None)
    members['sign'] = base64.b64encode(key.sign(text_of(members).encode(), PKCS1v15(), SHA256())).decode()
    with urllib.request.urlopen(environ['ALIPAY_GATEWAY'], urllib.parse.urlencode(members).encode(), timeout=10) as answer:
        raw = answer.read()
    name = b'"%s_response":' % method.replace('.', '_').encode()
    answered = raw[raw.index(name) + len(name):raw.rindex(b',"sign":')]
    if not verified(answered, json.loads(raw)['sign']):
        raise RuntimeError(f'no genuine answer: {raw}')
    return json.loads(answered)


def notice_of(body):
    """The members of a notice when it is Alipay's and about this app; else None. Its amount must be your order's."""
    members = dict(urllib.parse.parse_qsl(body.decode()))
    sign = members.pop('sign', '')
    members.pop('sign_type', None)
    genuine = verified(text_of(members).encode(), sign) and members['app_id'] == environ['ALIPAY_APP_ID']
    return members if genuine else None


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        notice = notice_of(self.rfile.read(int(self.headers['Content-Length'])))
        print(' '.join(notice[name] for name in ('out_trade_no', 'trade_status', 'total_amount')) if notice else 'refused', flush=True)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'success' if notice else b'fail')


if __name__ == '__main__':
    if len(sys.argv) == 2:
        http.server.HTTPServer(('127.0.0.1', int(sys.argv[1])), Receiver).serve_forever()
    elif len(sys.argv) == 3:
        order = {'out_trade_no': sys.argv[1], 'total_amount': '88.00', 'subject': '蓝水壶 Blue kettle'}
        made = call('alipay.trade.precreate', order, notify_url=sys.argv[2])
        print(made['qr_code'] if made['code'] == '10000' else made)
    else:
        sys.exit('usage: python3 alipay.py NUMBER NOTIFY_URL | PORT')
