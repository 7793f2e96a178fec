// create and query as plain CGI programs: one request from the environment and standard input.
import { test, describe } from 'node:test';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { suite } from '../lib/suite.mjs';
import { buildPath } from '../lib/env.mjs';
import { signedCallback } from '../lib/channel.mjs';
import { ctl } from '../lib/ctl.mjs';
import { authHeader, create, newNonce, terms, ULID } from '../lib/client.mjs';

const { stack, app1, db } = await suite();

// Runs the program as a web server would; gives status, headers, body and what the program said on stderr.
function cgi(program, { method = 'GET', path, body = '', headers = {}, env = {}, stdin = body }) {
  return new Promise((done, fail) => {
    const [, query = ''] = path.split(/\?(.*)/s);
    const http = Object.fromEntries(Object.entries(headers).map(([k, v]) => [`HTTP_${k.toUpperCase().replaceAll('-', '_')}`, v]));
    const child = spawn(buildPath('cgi-bin', program), [], {
      env: {
        PATH: process.env.PATH, SHROFF_STATE: stack.state, SHROFF_MODE: 'test', SHROFF_BASE_URL: stack.base,
        GATEWAY_INTERFACE: 'CGI/1.1', SERVER_PROTOCOL: 'HTTP/1.1', SERVER_SOFTWARE: 'test', REQUEST_METHOD: method, REQUEST_URI: path, QUERY_STRING: query,
        SCRIPT_NAME: path.split('?')[0], REMOTE_ADDR: '127.0.0.1', ...(method === 'POST' ? { CONTENT_LENGTH: String(Buffer.byteLength(body)), CONTENT_TYPE: 'application/json' } : {}), ...http, ...env,
      },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const out = [];
    let err = '';
    const timer = setTimeout(() => { child.kill('SIGKILL'); fail(new Error(`${program} did not end: ${err}`)); }, 15_000);
    child.stdout.on('data', (d) => out.push(d));
    child.stderr.on('data', (d) => { err += d; });
    child.stdin.on('error', () => {});
    child.stdin.end(stdin);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      const text = Buffer.concat(out).toString('utf8');
      const at = text.search(/\r?\n\r?\n/);
      const head = Object.fromEntries(text.slice(0, Math.max(at, 0)).split(/\r?\n/).map((l) => [l.slice(0, l.indexOf(':')).toLowerCase(), l.slice(l.indexOf(':') + 1).trim()]));
      const rest = text.slice(at).replace(/^\r?\n\r?\n/, '');
      let json;
      try { json = JSON.parse(rest); } catch { /* stays undefined */ }
      done({ code, signal, status: Number((head.status ?? '200').split(' ')[0]), headers: head, text: rest, json, err });
    });
  });
}
const signedCgi = (program, app, { method = 'GET', path, body, auth = {}, ...rest }) => {
  const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
  return cgi(program, { method, path, body: text, headers: { Authorization: authHeader(app, { method, path, body: text, ...auth }) }, ...rest });
};

test('a server in another zone, with summer time or beyond the date line: the same bytes, the same times', async () => {
  const zones = ['UTC', 'EST5EDT,M3.2.0,M11.1.0', 'CST-8', '<+14>-14'];
  const texts = [];
  for (const TZ of zones) {
    const res = await signedCgi('create', app1, { method: 'POST', path: '/payments', body: terms({ channel: 'mock', expire_in: 60 }), env: { TZ } });
    const { order_no, create_time, expire_time } = res.json.data;
    assert.ok(Math.abs(Date.parse(create_time) - Date.now()) < 10_000, `${TZ}: ${create_time}`);
    assert.equal(Date.parse(expire_time) - Date.parse(create_time), 60_000, TZ);
    assert.equal(await db.value('SELECT TIMESTAMPDIFF(SECOND, create_time, expire_time) FROM pay_order WHERE no = ? AND create_time > UTC_TIMESTAMP() - INTERVAL 1 MINUTE', [order_no]), 60, TZ);
    texts.push(order_no);
  }
  for (const no of texts) {
    const seen = await Promise.all(zones.map(async (TZ) => (await signedCgi('query', app1, { path: `/api/pay/query?order_no=${no}`, env: { TZ } })).json.data));
    for (const data of seen) assert.deepEqual(data, seen[0]);
    assert.equal(new Set((await Promise.all(zones.map((TZ) => ctl({ ...stack, env: { ...stack.env, TZ } }, ['order', 'show', no, '--json'])))).map((r) => r.stdout)).size, 1);
  }
  const from = new Date(Date.now() - 60_000).toISOString(), lists = await Promise.all(zones.map(async (TZ) =>
    (await signedCgi('query', app1, { path: `/payments?from=${from}&limit=4`, env: { TZ } })).json.data.items.map((o) => o.order_no)));
  for (const list of lists) assert.deepEqual(list, lists[0]);
  assert.equal(lists[0].length, 4);
});

describe('create', () => {
  test('makes an order and ends with 0', async () => {
    const body = terms();
    const res = await signedCgi('create', app1, { method: 'POST', path: '/api/pay/create', body });
    assert.equal(res.code, 0, res.err);
    assert.equal(res.status, 201, res.text);
    assert.equal(res.json.code, 0);
    assert.match(res.json.data.order_no, ULID);
    assert.equal(res.headers.location, `/payments/${res.json.data.order_no}`);
    assert.match(res.headers['content-type'], /^application\/json/);
    assert.ok(res.headers['x-request-id']);
    assert.equal(await db.value('SELECT COUNT(*) FROM pay_order WHERE no = ?', [res.json.data.order_no]), 1);
    const again = await signedCgi('create', app1, { method: 'POST', path: '/payments', body });
    assert.equal(again.status, 200, again.text);
    assert.deepEqual(again.json.data, res.json.data);
  });
  test('with a channel', async () => {
    const res = await signedCgi('create', app1, { method: 'POST', path: '/api/pay/create', body: terms({ channel: 'mock' }) });
    assert.equal(res.status, 201, res.text);
    assert.ok(res.json.data.pay_url.startsWith(`${stack.base}/mockpay?`));
  });
  test('submit', async () => {
    const order = await create(stack, app1);
    const res = await signedCgi('create', app1, { method: 'POST', path: '/api/pay/submit', body: { order_no: order.order_no, channel: 'mock' } });
    assert.equal(res.status, 201, res.text);
  });
  test('a nonce is spent across CGI and FastCGI', async () => {
    const nonce = newNonce();
    const send = () => signedCgi('create', app1, { method: 'POST', path: '/api/pay/create', body: terms(), auth: { nonce } });
    assert.equal((await send()).status, 201);
    assert.equal((await send()).json.code, 40103);
  });
  const refuse = (name, code, make) => test(`${code}: ${name}`, async () => {
    const res = await make();
    assert.equal(res.json?.code, code, `${res.text} ${res.err}`);
    assert.equal(res.status, Math.floor(code / 100));
    assert.equal(res.code, 0);
    assert.equal(res.json.request_id, res.headers['x-request-id']);
  });
  refuse('no credentials', 40100, () => cgi('create', { method: 'POST', path: '/api/pay/create', body: '{}' }));
  refuse('another path', 40400, () => cgi('create', { method: 'POST', path: '/api/pay/query', body: '{}' }));
  refuse('another method', 40500, () => cgi('create', { method: 'DELETE', path: '/api/pay/create' }));
  refuse('no type', 41500, () => cgi('create', { method: 'POST', path: '/api/pay/create', body: '{}', env: { CONTENT_TYPE: '' } }));
  refuse('a length over 64 KiB', 41300, () => cgi('create', { method: 'POST', path: '/api/pay/create', body: '{}', env: { CONTENT_LENGTH: '65537' } }));
  refuse('not JSON', 40000, () => signedCgi('create', app1, { method: 'POST', path: '/api/pay/create', body: '{' }));
  refuse('a bad field', 40001, () => signedCgi('create', app1, { method: 'POST', path: '/api/pay/create', body: terms({ price: 0 }) }));
  test('a body shorter than its length is refused, and nothing is made', async () => {
    const body = JSON.stringify(terms());
    const res = await signedCgi('create', app1, { method: 'POST', path: '/api/pay/create', body, stdin: body.slice(0, 20) });
    assert.equal(res.json?.code, 40000, res.text);
  });
  test('a bad length is refused', async () => {
    for (const CONTENT_LENGTH of ['-1', 'abc', '99999999999999999999', ' 2', '2x']) {
      const res = await cgi('create', { method: 'POST', path: '/api/pay/create', body: '{}', env: { CONTENT_LENGTH } });
      assert.ok([40000, 41300, 40100].includes(res.json?.code), `${CONTENT_LENGTH}: ${res.text}`);
    }
  });
  test('Allow names every method of /payments, GET too', async () => {
    const res = await cgi('create', { method: 'DELETE', path: '/payments' });
    assert.equal(res.status, 405);
    assert.ok(res.headers.allow.includes('POST') && res.headers.allow.includes('GET'), res.headers.allow);
  });
});

describe('query', () => {
  test('finds an order by each selector and path', async () => {
    const order = await create(stack, app1, { channel: 'mock' });
    for (const path of [`/api/pay/query?order_no=${order.order_no}`, `/api/pay/query?merchant_order_id=${order.merchant_order_id}`, `/api/pay/query?pay_id=${order.pay_id}`, `/payments/${order.order_no}`]) {
      const res = await signedCgi('query', app1, { path });
      assert.equal(res.status, 200, res.text);
      assert.equal(res.json.data.order_no, order.order_no);
      assert.equal(res.code, 0);
    }
  });
  test('the list and the status', async () => {
    const order = await create(stack, app1);
    const list = await signedCgi('query', app1, { path: '/payments?limit=1' });
    assert.equal(list.json.data.items[0].order_no, order.order_no);
    const status = await cgi('query', { path: `/api/pay/status?token=${order.query_token}` });
    assert.equal(status.json.data.order_no, order.order_no);
    assert.equal(status.headers['access-control-allow-origin'], '*');
  });
  test('HEAD has no body', async () => {
    const order = await create(stack, app1);
    const res = await signedCgi('query', app1, { method: 'HEAD', path: `/payments/${order.order_no}` });
    assert.equal(res.status, 200);
    assert.equal(res.text, '');
  });
  for (const [code, path] of [[40100, '/api/pay/query?order_no=x'], [40400, '/api/pay/create'], [40400, '/api/pay/status?token=x'], [40001, '/api/pay/status']]) {
    test(`${code}: ${path}`, async () => assert.equal((await cgi('query', { path })).json?.code, code));
  }
});

describe('live mode', () => {
  const live = { SHROFF_MODE: 'live' };
  test('a mock channel takes nothing: 40303, nothing is made', async () => {
    const body = terms({ channel: 'mock' });
    const res = await signedCgi('create', app1, { method: 'POST', path: '/api/pay/create', body, env: live });
    assert.equal(res.json?.code, 40303, res.text);
    assert.equal(await db.value('SELECT COUNT(*) FROM pay_order WHERE merchant_order_id = ?', [body.merchant_order_id]), 0);
  });
  test('orders without it are made', async () => {
    const res = await signedCgi('create', app1, { method: 'POST', path: '/api/pay/create', body: terms(), env: live });
    assert.equal(res.status, 201, res.text);
  });
  test('the mock channel\'s callback is not believed', async () => {
    const order = await create(stack, app1, { channel: 'mock' });
    const body = JSON.stringify(signedCallback(order, app1.channelSecret));
    for (const path of ['/api/pay/callback', `/api/pay/notify/order/${app1.channelId}`]) {
      const res = await cgi('callback', { method: 'POST', path, body, env: live });
      assert.ok(res.status >= 400 && res.status < 500, res.text);
    }
    assert.equal(await db.value('SELECT status FROM pay_order WHERE no = ?', [order.order_no]), 0);
  });
  for (const path of ['/mockpay?pay_id=x&token=y', '/api/pay/mock-callback', '/sandbox/clock']) {
    test(`the program of ${path} does not start, with one line that says why`, async () => {
      const res = await cgi('mockpay', { method: path.startsWith('/mockpay') ? 'GET' : 'POST', path, body: '{}', env: live });
      assert.ok(res.code !== 0 || res.status === 404, `${res.code} ${res.text}`);
      if (res.code !== 0) assert.equal(res.err.trim().split('\n').length, 1, res.err);
    });
  }
  test('the mode is live unless it is set', async () => {
    const res = await cgi('mockpay', { path: '/mockpay?pay_id=x&token=y', env: { SHROFF_MODE: '' } });
    assert.ok(res.code !== 0 || res.status === 404, `${res.code} ${res.text}`);
  });
  test('shroffctl makes no mock channel', async () => {
    const r = await ctl({ env: { ...stack.env, SHROFF_MODE: 'live' } }, ['channel', 'create', '--app', app1.key, '--code', 'mock', '--reason', 'test']);
    assert.notEqual(r.code, 0);
    assert.match(r.stderr, /test mode|SHROFF_MODE/);
  });
});

describe('started wrongly', () => {
  for (const [name, env] of [['no base URL', { SHROFF_BASE_URL: '' }], ['a mode that is none', { SHROFF_MODE: 'demo' }], ['no state', { SHROFF_STATE: '/nonexistent' }], ['a bad number', { SHROFF_WORKERS: 'many' }]]) {
    test(`${name}: an end other than 0 with one clear line, or a clear error`, async () => {
      const res = await cgi('create', { method: 'POST', path: '/api/pay/create', body: '{}', env });
      assert.equal(res.signal, null);
      if (res.code === 0) assert.ok(res.status >= 500, res.text);
      else assert.match(res.err.trim(), /SHROFF_|nonexistent/);
    });
  }
});
