// The form of every answer: envelope, X-Request-Id, HEAD, Allow, unknown paths, and nginx's own refusals.
import { test, describe } from 'node:test';
import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { suite, rep } from '../lib/suite.mjs';
import {
  TIME, ULID, authHeader, create, createOpen, expectError, expectOk, get, hasRequestId, newNo, parseRaw, post,
  postJson, rawSend, request, signed, strangerUlid, terms,
} from '../lib/client.mjs';

const { stack, app1 } = await suite();
const host = `Host: ${stack.host}:${stack.port}`;
const signedGet = (path, body) => signed(stack, app1, { method: 'GET', path, body });
const allowOf = (res) => String(res.headers.allow ?? '').split(',').map((m) => m.trim()).filter(Boolean);

describe('envelope', () => {
  test('success is code 0, msg success and data, with a Location for a new order', async () => {
    const res = await post(stack, app1, '/api/pay/create', terms());
    const order = expectOk(res, 201);
    assert.equal(res.headers.location, `/payments/${order.order_no}`);
  });
  test('the whole order of a plain create, no more and no less', async () => {
    const order = await create(stack, app1);
    for (const k of Object.keys(order)) {
      assert.ok(['order_no', 'merchant_order_id', 'price', 'currency', 'subject', 'status', 'create_time', 'expire_time',
        'refund_price', 'refunding_price', 'version', 'query_token', 'cashier_url'].includes(k), `unexpected member ${k}: ${order[k]}`);
    }
    assert.match(order.order_no, ULID);
    assert.match(order.create_time, TIME);
    assert.match(order.expire_time, TIME);
    assert.equal(Date.parse(order.expire_time) - Date.parse(order.create_time), 7200_000);
    assert.equal(order.status, 'WAITING');
    assert.equal(order.price, 1234);
    assert.equal(order.refund_price, 0);
    assert.equal(order.refunding_price, 0);
    assert.ok(Number.isInteger(order.version));
    assert.ok(order.query_token.length >= 22, '128 random bits do not fit into less than 22 characters');
  });
  test('an order with an open attempt shows where to pay', async () => {
    const order = await createOpen(stack, app1);
    assert.match(order.pay_id, ULID);
    assert.equal(order.channel, 'mock');
    assert.ok(['redirect', 'qr_code', 'form', 'app', 'bar_code', 'none'].includes(order.display_mode));
    const prefix = `${stack.base}/mockpay?pay_id=${order.pay_id}&token=`;
    assert.ok(order.pay_url.startsWith(prefix), order.pay_url);
    assert.ok(order.pay_url.length > prefix.length);
  });
  test('two answers never share a request id', async () => {
    const a = await request(stack, { path: '/nowhere' });
    const b = await request(stack, { path: '/nowhere' });
    assert.notEqual(a.headers['x-request-id'], b.headers['x-request-id']);
  });
  test('no banner of the server is given beyond its name', async () => {
    const res = await request(stack, { path: '/nowhere' });
    assert.doesNotMatch(String(res.headers.server ?? ''), /\d/);
  });
});

describe('404: no such path, answered by nginx or by the executable', () => {
  const paths = ['/nope', '/api', '/api/pay', '/api/pay/', '/api/pay/nope', '/api/pay/create/', '/api/pay/createx',
    '/api/pay/create/x', '/api/pay/query/', '/payments/', '/payments/a/b', '/API/PAY/CREATE', '/api/pay/CREATE',
    '/index.html', '/.git/config', '/nginx_status', '/mockpay/', '/mockpay/x', '/healthz/', '/healthzz', '/metrics/',
    '/api/pay/notify', '/api/pay/notify/', '/api/pay/notify/order', '/api/pay/notify/order/', '/api/pay/notify/other/1',
    '/api/pay/close/', '/api/pay/refund/', '/api/pay/refundx', '/api/pay/refunds/', '/api/pay/transfer/', '/api/pay/transferx', '/api/pay/transfers/', '/admin-api/pay/x'];
  for (const path of paths) {
    test(`POST ${path}`, async () => expectError(await postJson(stack, path, '{}'), 40400));
    test(`GET ${path}`, async () => expectError(await request(stack, { path }), 40400));
  }
  test('an odd spelling of a path is no path', async () => {
    for (const path of ['//payments', '/api//pay/create', '/api/./pay/create', '/api/x/../pay/create', '/%61pi/pay/create',
      '/api/pay/create;x=1', '/api/pay/create%00', '/api/pay/create%20', '/payments/..%2f..%2fetc%2fpasswd']) {
      const res = await postJson(stack, path, '{}');
      expectError(res, [40400, 40000]);
    }
  });
  test('an unknown path comes before an unknown method and a wrong type', async () => {
    expectError(await request(stack, { method: 'DELETE', path: '/nope', headers: { 'Content-Type': 'text/plain' } }), 40400);
  });
});

describe('405 names every method of the path, whichever executable serves it', () => {
  const rows = [
    ['/api/pay/create', ['GET', 'HEAD', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'], ['POST']],
    ['/api/pay/submit', ['GET', 'PUT'], ['POST']],
    ['/payments', ['PUT', 'DELETE', 'PATCH', 'OPTIONS'], ['GET', 'POST']],
    [`/payments/${strangerUlid()}`, ['POST', 'PUT', 'DELETE'], ['GET']],
    ['/api/pay/query', ['POST', 'DELETE'], ['GET']],
    ['/api/pay/refund', ['GET', 'HEAD', 'PUT'], ['POST']],
    ['/api/pay/refund/query', ['POST'], ['GET']],
    ['/api/pay/refunds', ['POST', 'DELETE'], ['GET']],
    ['/api/pay/notify/refund/1', ['GET', 'PUT'], ['POST']],
    ['/api/pay/transfer', ['GET', 'HEAD', 'PUT'], ['POST']],
    ['/api/pay/transfer/query', ['POST'], ['GET']],
    ['/api/pay/transfers', ['POST', 'DELETE'], ['GET']],
    ['/api/pay/channels', ['POST', 'DELETE'], ['GET']],
    ['/api/pay/notify/transfer/1', ['GET', 'PUT'], ['POST']],
    ['/api/pay/status', ['POST'], ['GET', 'OPTIONS']],
    ['/api/pay/callback', ['GET', 'HEAD', 'PUT'], ['POST']],
    ['/api/pay/notify/order/1', ['GET', 'PUT'], ['POST']],
    ['/mockpay', ['PUT', 'DELETE'], ['GET', 'POST']],
    ['/api/pay/mock-callback', ['GET', 'PUT'], ['POST']],
    ['/sandbox/clock', ['GET', 'PUT'], ['POST']],
    ['/metrics', ['POST', 'DELETE'], ['GET']],
    ['/healthz', ['POST', 'DELETE'], ['GET']],
  ];
  for (const [path, methods, want] of rows) {
    for (const method of methods) {
      test(`${method} ${path.replace(/[0-9A-Z]{26}/, '{no}')}`, async () => {
        const res = await request(stack, { method, path });
        if (method === 'HEAD') assert.equal(res.status, 405);
        else expectError(res, 40500);
        assert.deepEqual(allowOf(res).filter((m) => m !== 'HEAD').sort(), want, `Allow: ${res.headers.allow}`);
        assert.equal(allowOf(res).includes('HEAD'), allowOf(res).includes('HEAD') && want.includes('GET'),
          'HEAD is allowed only where GET is');
      });
    }
  }
  test('msg names what is allowed', async () => {
    assert.equal((await request(stack, { method: 'DELETE', path: '/api/pay/query' })).json.msg, 'DELETE is not allowed here: send GET, HEAD');
  });
  test('TRACE is refused everywhere and echoes nothing', async () => {
    const res = parseRaw(await rawSend(stack, `TRACE /payments HTTP/1.1\r\n${host}\r\nX-Secret: abc123\r\nConnection: close\r\n\r\n`));
    expectError(res, 40500);
    assert.ok(!res.text.includes('abc123'));
  });
  test('a made-up method is refused', async () => {
    expectError(parseRaw(await rawSend(stack, `BREW /api/pay/create HTTP/1.1\r\n${host}\r\nConnection: close\r\n\r\n`)), [40500, 40000]);
  });
});

describe('what cannot be read says why, and a GET with a body is answered about its query', () => {
  const raw = async (head) => parseRaw(await rawSend(stack, `${head}\r\n${host}\r\nConnection: close\r\n\r\n`));
  const rows = {
    'a repeated Origin': ['GET /api/pay/status?token=x HTTP/1.1\r\nOrigin: https://a.example\r\nOrigin: https://b.example', /Origin.* is repeated/],
    'a repeated content type': ['GET /payments HTTP/1.1\r\nContent-Type: text/plain\r\nContent-Type: application/json', /Content-Type.* is repeated/],
    'nginx cannot read it': ['GET /payments HTTP/1.1\r\nContent-Length: x', /not a request/],
  };
  for (const [name, [head, want]] of Object.entries(rows)) {
    test(name, async () => {
      const res = await raw(head);
      expectError(res, 40000);
      assert.match(res.json.msg, want);
      assert.doesNotMatch(res.json.msg, /body/);
    });
  }
  test('a GET with a body says that', async () => {
    const path = '/payments';
    const res = await request(stack, { path, body: '{}', headers: { Authorization: authHeader(app1, { method: 'GET', path, body: '{}' }) } });
    expectError(res, 40000);
    assert.match(res.json.msg, /^a GET has no body/);
  });
});

describe('a browser asks beforehand (CORS)', () => {
  test('status: 204 with what a page of another site may send', async () => {
    for (const path of ['/api/pay/status', `/api/pay/status?token=${rep('a', 32)}&fbclid=1`]) {
      const res = await request(stack, { method: 'OPTIONS', path, headers: { Origin: 'https://shop.example', 'Access-Control-Request-Method': 'GET', 'Access-Control-Request-Headers': 'x-requested-with' } });
      assert.equal(res.status, 204, res.text);
      assert.equal(res.text, '');
      assert.equal(res.headers['access-control-allow-origin'], '*');
      assert.match(res.headers['access-control-allow-methods'], /\bGET\b/);
      assert.equal(res.headers['access-control-allow-headers'], '*');
      assert.ok(Number(res.headers['access-control-max-age']) > 0);
      assert.equal(res.headers['content-length'], undefined);
      hasRequestId(res);
    }
  });
  test('what nginx refuses of it is readable from everywhere too', async () => {
    const long = await request(stack, { path: `/api/pay/status?token=${rep('a', 9000)}` });
    expectError(long, 41400);
    assert.equal(long.headers['access-control-allow-origin'], '*');
    assert.match(long.headers['access-control-expose-headers'], /Retry-After/);
    const other = await request(stack, { path: `/payments?x=${rep('a', 9000)}` });
    expectError(other, 41400);
    assert.equal(other.headers['access-control-allow-origin'], undefined);
  });
  test('nothing else is answered so', async () => {
    for (const path of ['/payments', '/api/pay/query', '/mockpay', '/api/pay/callback']) {
      const res = await request(stack, { method: 'OPTIONS', path, headers: { Origin: 'https://shop.example', 'Access-Control-Request-Method': 'GET' } });
      assert.equal(res.status, 405, path);
      assert.equal(res.headers['access-control-allow-origin'], undefined);
    }
  });
});

describe('HEAD is answered like GET', () => {
  const check = async (path, headers = {}) => {
    const res = await request(stack, { method: 'HEAD', path, headers });
    assert.equal(res.text, '');
    hasRequestId(res);
    return res;
  };
  test('healthz', async () => assert.equal((await check('/healthz')).status, 200));
  test('status with a live token', async () => {
    const order = await create(stack, app1);
    const res = await check(`/api/pay/status?token=${order.query_token}`);
    assert.equal(res.status, 200);
    assert.equal(res.headers['access-control-allow-origin'], '*');
  });
  test('a signed query, the method signed as sent', async () => {
    const order = await create(stack, app1);
    const path = `/payments/${order.order_no}`;
    const res = await check(path, { Authorization: authHeader(app1, { method: 'HEAD', path }) });
    assert.equal(res.status, 200);
    assert.equal(res.headers['content-length'], (await get(stack, app1, path)).headers['content-length']);
    assert.match(res.headers['content-type'], /^application\/json/);
  });
  test('a refusal keeps its status', async () => {
    assert.equal((await check('/api/pay/query?order_no=1')).status, 401);
    assert.equal((await check('/nope')).status, 404);
    assert.equal((await check('/api/pay/status?token=xxxx')).status, 404);
  });
});

describe('content type', () => {
  const good = ['application/json', 'application/json; charset=utf-8', 'application/json;charset=UTF-8', 'Application/JSON',
    'application/json; charset="utf-8"', 'application/json; charset=utf8', 'application/json; charset=UTF8', 'application/json; CHARSET="UTF-8"', 'application/json;',
    'application/json; odata.metadata=minimal', 'application/json; charset=utf-8; profile="a;b"', 'application/json ;charset = utf-8'];
  for (const type of good) {
    test(`taken: ${type}`, async () => {
      expectOk(await post(stack, app1, '/api/pay/create', terms(), { headers: { 'Content-Type': type } }), 201);
    });
  }
  const bad = ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/jsonx',
    'application/json-patch+json', 'text/json', 'application/json; charset=utf-16', 'application/json; charset=gbk', 'application/json; charset="iso-8859-1"', 'application/json; a=1; charset=gbk', 'application/json; charset=utf-8; charset=gbk', 'application/json, text/plain',
    'application', '*/*', 'application/json, text/plain'];
  for (const type of bad) {
    for (const path of ['/api/pay/create', '/payments', '/api/pay/submit', '/api/pay/callback', '/api/pay/mock-callback']) {
      test(`41500: ${type} on ${path}`, async () => {
        expectError(await post(stack, app1, path, terms(), { headers: { 'Content-Type': type } }), 41500);
      });
    }
  }
  test('41500: no content type at all', async () => {
    const body = JSON.stringify(terms());
    expectError(await request(stack, { method: 'POST', path: '/api/pay/create', body,
      headers: { Authorization: authHeader(app1, { method: 'POST', path: '/api/pay/create', body }) } }), 41500);
  });
  test('a repeated content type is refused', async () => {
    expectError(await post(stack, app1, '/api/pay/create', terms(), { headers: ['Content-Type', 'text/plain'] }), [41500, 40000]);
  });
});

describe('413: 64 KiB is the most', () => {
  const body = (n) => { const head = '{"a":"'; return `${head}${rep('x', n - head.length - 2)}"}`; };
  test('65536 bytes are read (and refused for what they say)', async () => {
    expectError(await post(stack, app1, '/api/pay/create', body(65536)), 40001);
  });
  for (const path of ['/api/pay/create', '/payments', '/api/pay/submit', '/api/pay/callback', '/api/pay/mock-callback', '/mockpay']) {
    test(`65537 bytes to ${path}`, async () => {
      expectError(await postJson(stack, path, body(65537)), 41300);
    });
  }
  test('65537 bytes in chunks', async () => {
    const data = body(65537);
    const res = parseRaw(await rawSend(stack, `POST /api/pay/create HTTP/1.1\r\n${host}\r\nContent-Type: application/json\r\n`
      + `Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n${data.length.toString(16)}\r\n${data}\r\n0\r\n\r\n`));
    expectError(res, 41300);
  });
  test('an announced terabyte', async () => {
    const res = parseRaw(await rawSend(stack, `POST /api/pay/create HTTP/1.1\r\n${host}\r\nContent-Type: application/json\r\n`
      + 'Content-Length: 1099511627776\r\nConnection: close\r\n\r\n{'));
    expectError(res, 41300);
  });
  test('the size comes before the type', async () => {
    expectError(await postJson(stack, '/api/pay/create', body(70000), { 'Content-Type': 'text/plain' }), 41300);
  });
});

describe('a body in chunks is a body', () => {
  test('a signed create', async () => {
    const body = JSON.stringify(terms());
    const half = body.length >> 1;
    const chunk = (s) => `${Buffer.byteLength(s).toString(16)}\r\n${s}\r\n`;
    const auth = authHeader(app1, { method: 'POST', path: '/api/pay/create', body });
    const res = parseRaw(await rawSend(stack, `POST /api/pay/create HTTP/1.1\r\n${host}\r\nContent-Type: application/json\r\n`
      + `Authorization: ${auth}\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n`
      + `${chunk(body.slice(0, half))}${chunk(body.slice(half))}0\r\n\r\n`));
    assert.equal(res.status, 201, res.text);
  });
});

describe('414: 8 KiB of URI is the most', () => {
  const uri = (n) => { const head = '/api/pay/status?token='; return head + rep('a', n - head.length); };
  test('8192 bytes are read', async () => expectError(await request(stack, { path: uri(8192) }), 40400));
  test('8193 bytes', async () => expectError(await request(stack, { path: uri(8193) }), 41400));
  test('20000 bytes', async () => expectError(await request(stack, { path: uri(20000) }), 41400));
  test('8193 bytes on a signed path', async () => {
    expectError(await get(stack, app1, `/api/pay/query?order_no=${rep('0', 8193 - 24)}`), 41400);
  });
});

describe('400: what nginx cannot read is JSON all the same', () => {
  const json = 'Content-Type: application/json\r\nConnection: close\r\n';
  const rows = {
    'no Host': 'GET /healthz HTTP/1.1\r\n\r\n',
    'two Hosts': `GET /healthz HTTP/1.1\r\n${host}\r\n${host}\r\nConnection: close\r\n\r\n`,
    'a NUL in a header': `GET /healthz HTTP/1.1\r\n${host}\r\nX-A: a\0b\r\nConnection: close\r\n\r\n`,
    'a NUL in the path': `GET /heal\0thz HTTP/1.1\r\n${host}\r\nConnection: close\r\n\r\n`,
    'no path': `GET  HTTP/1.1\r\n${host}\r\nConnection: close\r\n\r\n`,
    'a negative length': `POST /api/pay/create HTTP/1.1\r\n${host}\r\n${json}Content-Length: -1\r\n\r\n`,
    'a length of letters': `POST /api/pay/create HTTP/1.1\r\n${host}\r\n${json}Content-Length: abc\r\n\r\n`,
    'two lengths': `POST /api/pay/create HTTP/1.1\r\n${host}\r\n${json}Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}`,
    'length and chunks': `POST /api/pay/create HTTP/1.1\r\n${host}\r\n${json}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    'a broken chunk': `POST /api/pay/create HTTP/1.1\r\n${host}\r\n${json}Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n`,
    '90 KB of cookie': `GET /healthz HTTP/1.1\r\n${host}\r\nCookie: ${rep('c', 90000)}\r\nConnection: close\r\n\r\n`,
    'a thousand long headers': `GET /healthz HTTP/1.1\r\n${host}\r\n${Array.from({ length: 1000 }, (_, i) => `X-${i}: ${rep('v', 100)}\r\n`).join('')}Connection: close\r\n\r\n`,
    'a broken percent escape': `GET /pay%zzments HTTP/1.1\r\n${host}\r\nConnection: close\r\n\r\n`,
    'climbing above the root': `GET /../../etc/passwd HTTP/1.1\r\n${host}\r\nConnection: close\r\n\r\n`,
    'an unknown transfer coding': `POST /api/pay/create HTTP/1.1\r\n${host}\r\n${json}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
    'HTTP/2 without an upgrade': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    'HTTP/9.9': `GET /healthz HTTP/9.9\r\n${host}\r\nConnection: close\r\n\r\n`,
    'OPTIONS *': `OPTIONS * HTTP/1.1\r\n${host}\r\nConnection: close\r\n\r\n`,
    'CONNECT': `CONNECT evil.example:443 HTTP/1.1\r\n${host}\r\nConnection: close\r\n\r\n`,
    'a folded header': `GET /healthz HTTP/1.1\r\n${host}\r\nX-A: a\r\n b\r\nConnection: close\r\n\r\n`,
    'a blank before the colon': `GET /healthz HTTP/1.1\r\n${host}\r\nX-A : b\r\nConnection: close\r\n\r\n`,
    'a method in small letters': `get /healthz HTTP/1.1\r\n${host}\r\nConnection: close\r\n\r\n`,
    'TLS spoken to plain HTTP': '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n',
  };
  for (const [name, bytes] of Object.entries(rows)) {
    test(name, async () => {
      const res = parseRaw(await rawSend(stack, Buffer.from(bytes, 'latin1')));
      expectError(res, 40000);
    });
  }
  test('HTTP/1.0, an absolute address and Expect are read', async () => {
    const body = JSON.stringify(terms());
    const auth = authHeader(app1, { method: 'POST', path: '/api/pay/create', body });
    assert.equal(parseRaw(await rawSend(stack, 'GET /healthz HTTP/1.0\r\n\r\n')).status, 200);
    assert.equal(parseRaw(await rawSend(stack, `GET http://${stack.host}/healthz HTTP/1.1\r\n${host}\r\nConnection: close\r\n\r\n`)).status, 200);
    const text = await rawSend(stack, `POST /api/pay/create HTTP/1.1\r\n${host}\r\nAuthorization: ${auth}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n${body}`);
    assert.match(text, /HTTP\/1\.1 201 /);
  });
  test('a body on a GET is refused', async () => {
    const order = await create(stack, app1);
    expectError(await signedGet(`/payments/${order.order_no}`, '{}'), [40000, 40001]);
  });
  test('a compressed body is not JSON', async () => {
    const body = gzipSync(JSON.stringify(terms()));
    expectError(await post(stack, app1, '/api/pay/create', body, { headers: { 'Content-Encoding': 'gzip' } }), [40000, 41500]);
  });
  test('nothing shows the HTML of nginx', async () => {
    const res = await request(stack, { path: '/nope' });
    assert.doesNotMatch(res.text, /<html|nginx/i);
  });
  test('a pipelined second request gets an answer of its own', async () => {
    const one = `GET /healthz HTTP/1.1\r\n${host}\r\n\r\n`;
    const last = `GET /nope HTTP/1.1\r\n${host}\r\nConnection: close\r\n\r\n`;
    const text = await rawSend(stack, one + last);
    assert.deepEqual(text.match(/HTTP\/1\.1 \d+/g), ['HTTP/1.1 200', 'HTTP/1.1 404']);
  });
  test('a body that breaks off reaches no handler', async () => {
    const no = newNo();
    const body = JSON.stringify(terms({ merchant_order_id: no }));
    await rawSend(stack, `POST /api/pay/create HTTP/1.1\r\n${host}\r\nContent-Type: application/json\r\n`
      + `Authorization: ${authHeader(app1, { method: 'POST', path: '/api/pay/create', body })}\r\nContent-Length: ${body.length}\r\n\r\n`
      + body.slice(0, 10), { end: true, quiet: 300 }).catch(() => {});
    expectError(await get(stack, app1, `/api/pay/query?merchant_order_id=${no}`), 40400);
  });
});
