// Clients that break every rule of HTTP and FastCGI: each answer is JSON with the right code or a closed connection,
// honest requests beside are answered all the while, nothing grows, and nothing secret is told.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import http from 'node:http';
import net from 'node:net';
import { randomBytes } from 'node:crypto';
import { authHeader, create, expectOk, get, newNo, newNonce, post, request, rawSend, terms } from '../lib/client.mjs';
import { signedCallback } from '../lib/channel.mjs';
import { isRoot, readerDb } from '../lib/db.mjs';
import { TYPE, begin, fcgiRequest, fcgiSend, params, paramsOf, record, stream } from '../lib/fcgi.mjs';
import { logsOf, pidOf, startStack } from '../lib/stack.mjs';
import { inParallel } from '../lib/suite.mjs';
import { until } from '../lib/wait.mjs';
import { leaks, leakyLogs, percentile, secretsOf, sleep, usage, workersOf } from './lib.mjs';
import { readFileSync } from 'node:fs';

const ASAN = process.env.SHROFF_BUILD?.includes('asan');
const PROGRAMS = ['create', 'query', 'callback', 'mockpay'];
const PLANTED = `canary${randomBytes(12).toString('hex')}`;     // where clients put secrets of theirs
const replies = [];                                            // everything that ever came back
let stack, db, secrets;
before(async () => {
  stack = await startStack({ SHROFF_WORKERS: '4' });
  db = readerDb(stack);
  secrets = secretsOf(stack, [PLANTED]);
});
after(async () => { await db?.close(); });

const keep = (text) => { if (replies.length < 50_000) replies.push(text); return text; };
const H = () => `Host: ${stack.host}:${stack.port}\r\n`;
const signedHead = (method, path, body, more = '') =>
  `${method} ${path} HTTP/1.1\r\n${H()}Authorization: ${authHeader(stack.app1, { method, path, body })}\r\nContent-Type: application/json\r\n${more}`;

// Every answer in what came back: [{ status, code }].
function answers(text) {
  const out = [];
  for (let at = 0; at < text.length;) {
    const end = text.indexOf('\r\n\r\n', at);
    const first = /^HTTP\/1\.[01] (\d{3})/.exec(text.slice(at, at + 16));
    if (!first || end < 0) {
      let bare;
      try { bare = JSON.parse(text.slice(at)); } catch { /* none */ }
      out.push({ status: 0, code: bare?.code });
      break;
    }
    const headText = text.slice(at, end);
    const length = Number(/^content-length: *(\d+)/im.exec(headText)?.[1] ?? NaN);
    let body = text.slice(end + 4, Number.isNaN(length) ? undefined : end + 4 + length);
    at = Number.isNaN(length) ? text.length : end + 4 + length;
    if (/^transfer-encoding: *chunked/im.test(headText)) body = body.replace(/^[0-9a-f]+\r\n/i, '').replace(/\r\n0\r\n\r\n[^]*$/, '');
    let json;
    try { json = JSON.parse(body); } catch { /* none */ }
    out.push({ status: Number(first[1]), code: json?.code, id: /^x-request-id: (\S+)/im.exec(headText)?.[1], body, type: /^content-type: *([^\r;]+)/im.exec(headText)?.[1] });
  }
  return out;
}

async function honest(n = 1) {
  for (let i = 0; i < n; i++) expectOk(await post(stack, stack.app1, '/api/pay/create', terms()), 201);
}

// name: [what is written, codes that fit (null: the connection may also just close)]
const RAW = {
  // ---- lengths and encodings (F66)
  'Content-Length and chunked': [() => signedHead('POST', '/api/pay/create', '{}', 'Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'), [40000]],
  'chunked and Content-Length': [() => signedHead('POST', '/api/pay/create', '{}', 'Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n'), [40000]],
  'two lengths that differ': [() => signedHead('POST', '/api/pay/create', '{}', 'Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x'), [40000]],
  'two lengths that do not': [() => signedHead('POST', '/api/pay/create', '{}', 'Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}'), [40000]],
  'a length below nothing': [() => signedHead('POST', '/api/pay/create', '', 'Content-Length: -1\r\n\r\n'), [40000]],
  'a length with a plus': [() => signedHead('POST', '/api/pay/create', '{}', 'Content-Length: +2\r\n\r\n{}'), [40000]],
  'a length in hex': [() => signedHead('POST', '/api/pay/create', '{}', 'Content-Length: 0x2\r\n\r\n{}'), [40000]],
  'a list of lengths': [() => signedHead('POST', '/api/pay/create', '{}', 'Content-Length: 2, 2\r\n\r\n{}'), [40000]],
  'a length of 10^11': [() => signedHead('POST', '/api/pay/create', '', 'Content-Length: 100000000000\r\n\r\n'), [41300]],
  'a length of 10^30': [() => signedHead('POST', '/api/pay/create', '', `Content-Length: 1${'0'.repeat(30)}\r\n\r\n`), [40000, 41300]],
  'an encoding nobody knows': [() => signedHead('POST', '/api/pay/create', '{}', 'Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n'), [40000]],
  'chunked twice': [() => signedHead('POST', '/api/pay/create', '{}', 'Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'), [40000]],
  'chunked after gzip': [() => signedHead('POST', '/api/pay/create', '{}', 'Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n'), [40000]],
  'chunked in HTTP/1.0': [() => signedHead('POST', '/api/pay/create', '{}', 'Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n').replace('HTTP/1.1', 'HTTP/1.0'), [40000]],
  'a chunk of 2^64': [() => signedHead('POST', '/api/pay/create', '{}', 'Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n{}\r\n0\r\n\r\n'), [40000, 41300]],
  'a chunk that is no number': [() => signedHead('POST', '/api/pay/create', '{}', 'Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n'), [40000]],
  'chunks of one byte, unsigned': [() => signedHead('POST', '/api/pay/create', '', 'Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n'), [40101]],
  'chunks of 70 KB': [() => signedHead('POST', '/api/pay/create', '', `Transfer-Encoding: chunked\r\n\r\n${'1000\r\n'}${'x'.repeat(4096)}\r\n`.replace(/1000\r\n(x+)\r\n/, (m) => m.repeat(18)) + '0\r\n\r\n'), [41300]],
  'a body longer than announced: the rest is a request of its own': [() => signedHead('POST', '/api/pay/create', '{}', `Content-Length: 2\r\n\r\n{}GET /healthz HTTP/1.1\r\n${H()}Connection: close\r\n\r\n`), [40001, undefined]],
  'a hidden request in a chunked body': [() => signedHead('POST', '/api/pay/create', '{}', `Content-Length: 60\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\nGET /metrics HTTP/1.1\r\n${H()}\r\n`), [40000, 40101, null]],
  // ---- header forms (F65, F70)
  'a folded header': [() => `GET /payments HTTP/1.1\r\n${H()}X: a\r\n b\r\n\r\n`, [40000]],
  'a blank before the colon': [() => signedHead('POST', '/api/pay/create', '{}', 'Content-Length : 2\r\n\r\n{}'), [40000, 40101, 41500]],
  'a NUL in a header': [() => `GET /payments HTTP/1.1\r\n${H()}X: a\0b\r\n\r\n`, [40000]],
  'a bare CR in a header': [() => `GET /payments HTTP/1.1\r\n${H()}X: a\rY: b\r\n\r\n`, [40000, 40100]],
  'no Host': [() => 'GET /payments HTTP/1.1\r\n\r\n', [40000]],
  'two Hosts': [() => `GET /payments HTTP/1.1\r\n${H()}Host: other\r\n\r\n`, [40000]],
  'a Host of nonsense': [() => 'GET /payments HTTP/1.1\r\nHost: a/../b\r\n\r\n', [40000]],
  'two Authorizations': [() => signedHead('GET', '/payments', '').replace('Authorization:', 'Authorization: x\r\nAuthorization:') + '\r\n', [40100]],
  'two Authorizations, one of another spelling': [() => `${signedHead('GET', '/payments', '')}authorization: x\r\n\r\n`, [40100]],
  'two content types': [() => signedHead('POST', '/api/pay/create', '{}', 'Content-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}'), [40000, 41500]],
  'a header of 40 KB': [() => `GET /payments HTTP/1.1\r\n${H()}Cookie: ${'c'.repeat(40_000)}\r\n\r\n`, [40000]],
  'headers of 90 KB': [() => `GET /payments HTTP/1.1\r\n${H()}${Array.from({ length: 90 }, (_, i) => `X-${i}: ${'c'.repeat(1000)}\r\n`).join('')}\r\n`, [40000]],
  'a thousand headers': [() => `GET /payments HTTP/1.1\r\n${H()}${Array.from({ length: 1000 }, (_, i) => `X-${i}: 1\r\n`).join('')}\r\n`, [40000, 40100]],
  'headers meant for us alone': [() => `GET /payments HTTP/1.1\r\n${H()}Proxy: http://127.0.0.1:1\r\nX-Request-Id: ${PLANTED}\r\nRequest-Id: ${PLANTED}\r\nX-Forwarded-For: 10.0.0.1\r\n\r\n`, [40100]],
  'a secret in every place of its own': [() => `GET /payments?order_no=${PLANTED} HTTP/1.1\r\n${H()}Authorization: Bearer ${PLANTED}\r\nCookie: ${PLANTED}\r\nUser-Agent: ${PLANTED}\r\nReferer: ${PLANTED}\r\n\r\n`, [40100]],
  // ---- lines and methods (F68)
  'HTTP/0.9': [() => 'GET /payments\r\n', [40000, 40100, null]],
  'HTTP/2 with nobody asking': [() => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', [40000, null]],
  'HTTP/3.7': [() => `GET /payments HTTP/3.7\r\n${H()}\r\n`, [40000, null]],
  'TLS': [() => Buffer.from('16030100a5010000a10303', 'hex'), [40000, null]],
  'nonsense': [() => randomBytes(3000), [40000, null]],
  'no method': [() => ` /payments HTTP/1.1\r\n${H()}\r\n`, [40000]],
  'a method in small letters': [() => `get /payments HTTP/1.1\r\n${H()}\r\n`, [40000, 40500]],
  'TRACE': [() => `TRACE /payments HTTP/1.1\r\n${H()}X: ${PLANTED}\r\n\r\n`, [40500]],
  'CONNECT': [() => 'CONNECT 127.0.0.1:3306 HTTP/1.1\r\nHost: x\r\n\r\n', [40000, 40500]],
  'OPTIONS *': [() => `OPTIONS * HTTP/1.1\r\n${H()}\r\n`, [40000, 40400, 40500]],
  'DELETE': [() => `DELETE /payments HTTP/1.1\r\n${H()}\r\n`, [40500]],
  'an absolute address of somebody else': [() => `GET http://169.254.169.254/latest/ HTTP/1.1\r\n${H()}\r\n`, [40000, 40400]],
  // ---- paths (F68)
  ...Object.fromEntries(['//api/pay/create', '/api/pay/./create', '/api/pay/x/../create', '/api/pay/%63reate', '/api/pay/create/', '/api/pay/create;x', '/api/pay/create%00',
    '/api/pay/create%2f', '/API/pay/create', '/api\\pay\\create', '/.git/config', '/..%2f..%2fetc/passwd', '/%2e%2e/%2e%2e/etc/passwd', '/api/pay/notify/order/', '/payments/../metrics', '/_error/400',
    '/nginx_status', '/server-status', '/cgi-bin/create', '/api/pay/create\x7f', `/${'%41'.repeat(900)}`].map((p) => [`POST ${p.slice(0, 60)}`, [
    () => `POST ${p} HTTP/1.1\r\n${H()}Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}`, [40400, 40000]]])),
  'a path with a blank': [() => `GET /payments /x HTTP/1.1\r\n${H()}\r\n`, [40000, 40400]],
  'a path with control bytes': [() => `GET /payments\x01 HTTP/1.1\r\n${H()}\r\n`, [40000]],
  'a path above the root': [() => `GET /../../etc/passwd HTTP/1.1\r\n${H()}\r\n`, [40000]],
  'a path of 20 KB': [() => `GET /${'a'.repeat(20_000)} HTTP/1.1\r\n${H()}\r\n`, [41400]],
  // ---- bodies (F71 - F73)
  'a byte order mark, which is allowed, and nothing wanted': [() => body('\ufeff{}'), [40001]],
  'JSON nested 30 000 deep': [() => body('['.repeat(30_000)), [40000]],
  'JSON of 9 000 members': [() => body(`{${Array.from({ length: 9000 }, (_, i) => `"${i}":1`).join(',')}}`), [40001, 41300]],
  'JSON that names a member twice': [() => body('{"price":1,"pri\\u0063e":2}'), [40000]],
  'NULs': [() => body('\0'.repeat(60_000)), [40000]],
};
const body = (text) => signedHead('POST', '/api/pay/create', text, `Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);

describe('raw HTTP: an answer in JSON or a closed connection', () => {
  const heard = new Map();
  before(() => inParallel(Object.entries(RAW), 8, async ([name, [make]]) => {
    heard.set(name, keep(await rawSend(stack, make(), { timeout: 12_000, quiet: 400 }).catch(() => '')));
  }));
  for (const [name, [, codes]] of Object.entries(RAW)) {
    test(name, () => {
      const text = heard.get(name);
      const got = answers(text);
      if (got.length === 0) { assert.ok(codes.includes(null), 'closed without an answer'); return; }
      assert.ok(codes.includes(got[0].code), `${got[0].status} ${text.slice(0, 400)}`);
      for (const a of got) {
        if (a.status === 0) { assert.equal(name, 'HTTP/0.9', text.slice(0, 200)); continue; }     // a body without headers
        assert.ok(a.status < 500, text.slice(0, 300));
        if (a.code === undefined) { assert.equal(a.status, 200); continue; }       // healthz
        assert.equal(a.status, a.code === 0 ? 200 : Math.floor(a.code / 100));
        assert.match(String(a.id), /^[A-Za-z0-9_-]{8,64}$/);
        assert.equal(a.type, 'application/json');
      }
      assert.ok(!text.includes('<html') && !text.includes(PLANTED), text.slice(0, 300));
    });
  }
  test('and an honest one is answered', () => honest(5));
});

describe('slow clients (F67)', () => {
  test('200 bodies and 200 heads that drip, 100 connections that say nothing: others do not wait', async (t) => {
    const sockets = [];
    let cut = 0, text = '';
    const open = (first) => new Promise((done) => {
      const s = net.connect(stack.port, stack.host, () => { s.write(first); done(); });
      s.on('error', () => done());
      s.on('data', (d) => { text += d.toString('latin1').slice(0, 400); });
      s.on('close', () => { cut++; });
      sockets.push(s);
    });
    for (let i = 0; i < 200; i++) await open(signedHead('POST', '/api/pay/create', '{}', 'Content-Length: 500\r\n\r\n{'));
    for (let i = 0; i < 200; i++) await open('GET /payments HTTP/1.1\r\nX: ');
    for (let i = 0; i < 100; i++) await open('');
    const drip = setInterval(() => { for (const s of sockets) if (!s.destroyed && s.writable) s.write(' '); }, 4000);
    const waits = [];
    for (const end = Date.now() + 14_000; Date.now() < end;) {
      const at = Date.now();
      await honest();
      waits.push(Date.now() - at);
      await sleep(40);
    }
    clearInterval(drip);
    t.diagnostic(`${waits.length} honest creates beside: p50 ${percentile(waits, 50)} ms, p99 ${percentile(waits, 99)} ms; ${cut} of ${sockets.length} slow ones cut off`);
    for (const s of sockets) s.destroy();
    keep(text);
    assert.ok(percentile(waits, 99) < 1500, `p99 ${percentile(waits, 99)} ms`);
    assert.ok(cut >= 300, `${cut} were cut off`);       // heads and silence; a body that drips keeps its connection
    for (const name of PROGRAMS) for (const pid of workersOf(stack, name)) assert.ok(usage(pid).fds < 64);
  });
  test('a thousand slow bodies are what one address gets; another address is answered', async () => {
    const sockets = [];
    let refused = 0, text = '';
    for (let i = 0; i < 1030; i++) {
      await new Promise((done) => {
        const s = net.connect({ port: stack.port, host: stack.host, localAddress: '127.0.0.3' }, () => { s.write(`POST /api/pay/create HTTP/1.1\r\n${H()}Content-Type: application/json\r\nContent-Length: 500\r\n\r\n{`); done(); });
        s.on('error', () => done());
        s.on('data', (d) => { const t = d.toString('latin1'); if (t.includes('"code":42900')) refused++; text += t; });
        sockets.push(s);
      });
    }
    await until('the thirty over it are refused', () => refused >= 30, 5000);
    await honest(5);
    for (const s of sockets) s.destroy();
    keep(text);
    assert.equal(refused, 30);
    assert.ok(/^HTTP\/1\.1 429 /.test(text));
    await until('it may come again', async () => (await request(stack, { path: '/payments', localAddress: '127.0.0.3' })).json?.code === 40100, 5000);
  });
  test('clients that leave before the answer: what they asked for is done once (F62)', async () => {
    const numbers = Array.from({ length: 30 }, () => newNo('GONE'));
    await inParallel(numbers, 10, (no) => new Promise((done) => {
      const text = JSON.stringify(terms({ merchant_order_id: no }));
      const s = net.connect(stack.port, stack.host, () => s.write(body(text), () => { s.destroy(); done(); }));
      s.on('error', done);
    }));
    await sleep(500);
    const rows = await db.rows('SELECT merchant_order_id, COUNT(*) AS n FROM pay_order WHERE merchant_order_id LIKE ? GROUP BY 1', ['GONE-%']);
    assert.ok(rows.every((r) => r.n === 1));
    await honest(3);
  });
});

// ---- growth

const agent = new http.Agent({ keepAlive: true, maxSockets: 16 });
function quick(method, path, { headers = {}, body: text } = {}) {
  return new Promise((done, fail) => {
    const req = http.request({ host: stack.host, port: stack.port, method, path, agent, headers: { ...headers, ...(text === undefined ? {} : { 'Content-Length': Buffer.byteLength(text) }) } }, (res) => {
      let all = '';
      res.setEncoding('latin1');
      res.on('data', (d) => { all += d; });
      res.on('end', () => done({ status: res.statusCode, text: all }));
    });
    req.on('error', fail);
    req.setTimeout(20_000, () => req.destroy(new Error('no answer')));
    req.end(text);
  });
}
const J = { 'Content-Type': 'application/json' };
const signedQuick = (method, path, text = '', auth = {}) => quick(method, path, { headers: { ...J, Authorization: authHeader(stack.app1, { method, path, body: text, ...auth }) }, body: method === 'GET' ? undefined : text });
const NO = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
// Each kind with the status it must have; strangers' callbacks may also be told to come again (429).
const KINDS = [
  [400, () => signedQuick('POST', '/api/pay/create', '{"price":')],
  [400, () => signedQuick('POST', '/api/pay/create', `{"a":${'['.repeat(500)}`)],
  [400, () => signedQuick('POST', '/api/pay/create', JSON.stringify(terms({ price: -1 })))],
  [400, () => signedQuick('POST', '/api/pay/create', JSON.stringify({ ...terms(), [randomBytes(8).toString('hex')]: 1 }))],
  [400, () => signedQuick('POST', '/api/pay/create', `{"subject":"${'x'.repeat(60_000)}"}`)],
  [401, () => signedQuick('POST', '/api/pay/create', JSON.stringify(terms()), { set: { signature: randomBytes(32).toString('hex') } })],
  [401, () => signedQuick('GET', '/payments', '', { set: { app_key: randomBytes(8).toString('hex') } })],
  [401, () => quick('GET', '/payments', { headers: { Authorization: `Bearer ${PLANTED}` } })],
  [401, () => signedQuick('GET', '/payments', '', { ts: 1 })],
  [404, () => signedQuick('GET', `/payments/${NO}`)],
  [404, () => quick('GET', '/api/pay/status?token=' + randomBytes(16).toString('hex'))],
  [[400, 429], () => quick('POST', '/api/pay/callback', { headers: J, body: '{"pay_id":1}' })],
  [[401, 429], () => { const text = JSON.stringify(signedCallback({ pay_id: NO, price: 1, currency: 'CNY' }, 'wrong')); return quick('POST', '/api/pay/callback', { headers: J, body: text }); }],
  [200, () => signedQuick('GET', '/payments?limit=5')],
  [201, () => signedQuick('POST', '/api/pay/create', JSON.stringify(terms({ channel: 'mock' })))],
  [404, () => quick('GET', `/mockpay?pay_id=${NO}&token=${'0'.repeat(32)}`)],
];

describe('growth', () => {
  test('20 000 requests, most of them bad: no worker grows, no descriptor is lost', { skip: ASAN && 'sanitizers keep what is freed' }, async (t) => {
    const total = Number(process.env.SHROFF_EVIL_REQUESTS ?? 20_000);
    const wrong = new Map();
    const run = (n) => inParallel(Array.from({ length: n }, (_, i) => i), 16, async (i) => {
      const [want, send] = KINDS[i % KINDS.length];
      const res = await send();
      if (i < 2000) keep(res.text);
      if (![want].flat().includes(res.status)) wrong.set(`${i % KINDS.length}: ${want}, got ${res.status}`, res.text.slice(0, 200));
    });
    const look = () => new Map(PROGRAMS.flatMap((name) => workersOf(stack, name).map((pid) => [pid, { name, ...usage(pid) }])));
    await run(Math.floor(total / 4));
    // nginx keeps its connections to `query` for a second: they are not what is counted.
    const rest = () => sleep(2500);
    await rest();
    const first = look(), at = Date.now();
    await run(total - Math.floor(total / 4));
    t.diagnostic(`${Math.round((total * 3 / 4) / ((Date.now() - at) / 1000))} requests/s`);
    await rest();
    const last = look();
    assert.deepEqual([...wrong], []);
    for (const [pid, was] of first) {
      const now = last.get(pid);
      assert.ok(now, `${was.name} ${pid} is gone`);
      // One that had nothing to do yet is measured by its brothers.
      const brothers = [...first.values()].filter((b) => b.name === was.name);
      const then = { name: was.name, rss: Math.max(...brothers.map((b) => b.rss)), fds: Math.max(...brothers.map((b) => b.fds)) };
      t.diagnostic(`${then.name} ${pid}: ${then.rss} -> ${now.rss} KiB, ${then.fds} -> ${now.fds} descriptors`);
      assert.ok(now.fds <= then.fds, `${then.name}: ${then.fds} -> ${now.fds} descriptors`);
      assert.ok(now.rss <= then.rss * 1.05 + 256, `${then.name}: ${then.rss} -> ${now.rss} KiB`);
      assert.ok(now.rss <= 32 * 1024, `${now.rss} KiB`);
    }
  });
  test('3 000 broken FastCGI requests straight to the sockets: the same', { skip: (!isRoot && 'needs root') || (ASAN && 'sanitizers keep what is freed') }, async (t) => {
    const text = '{"price":1}';
    const full = (list, content = text) => Buffer.concat([begin(), stream(TYPE.PARAMS, paramsOf(list)), stream(TYPE.STDIN, Buffer.from(content))]);
    const P = () => params('POST', '/api/pay/create', text);
    const kinds = [
      () => full(P(), '{"pri'), () => full(P(), `${text}${'x'.repeat(9000)}`), () => full(P().filter(([n]) => n !== 'REQUEST_METHOD')),
      () => full([...P(), ['REQUEST_URI', '/x']]), () => full([...P(), ['HTTP_COOKIE', 'c'.repeat(60_000)]]),
      () => Buffer.concat([begin(), stream(TYPE.PARAMS, paramsOf(P())), record(TYPE.ABORT)]),
      () => Buffer.concat([begin(), record(99, Buffer.from('x')), stream(TYPE.PARAMS, paramsOf(P())), stream(TYPE.STDIN, Buffer.from(text))]),
      () => Buffer.concat([begin({ version: 7 }), stream(TYPE.PARAMS, paramsOf(P()))]),
      () => Buffer.concat([begin({ role: 2 }), stream(TYPE.PARAMS, paramsOf(P()))]),
      () => Buffer.concat([begin(), begin({ id: 2 }), stream(TYPE.PARAMS, paramsOf(P())), stream(TYPE.PARAMS, paramsOf(P()), { id: 2 }), stream(TYPE.STDIN, Buffer.from(text))]),
      () => Buffer.concat([begin(), record(TYPE.PARAMS, paramsOf(P()).subarray(0, 30))]), () => randomBytes(500), () => Buffer.alloc(0),
    ];
    const run = (n) => inParallel(Array.from({ length: n }, (_, i) => i), 8, async (i) => {
      const res = await fcgiSend(stack, 'create', kinds[i % kinds.length](), { half: true, timeout: 4000, quiet: 1500 });
      keep(res.text);
      assert.ok(res.status < 500, `${i % kinds.length}: ${res.text}`);
    });
    await run(750);
    await sleep(1500);
    const first = new Map(workersOf(stack, 'create').map((pid) => [pid, usage(pid)]));
    await run(2250);
    await sleep(1500); // the last connections are being closed
    for (const [pid, then] of first) {
      const now = usage(pid);
      t.diagnostic(`create ${pid}: ${then.rss} -> ${now.rss} KiB, ${then.fds} -> ${now.fds} descriptors`);
      assert.ok(now.fds <= then.fds && now.rss <= then.rss * 1.05 + 256, `${JSON.stringify(then)} -> ${JSON.stringify(now)}`);
    }
    await honest(5);
  });
});

describe('requests that may end a worker', () => {
  // Lengths whose sum wraps: stock libfcgi aborts. Only who may open the 0660 socket can send them.
  const KILLERS = [[0x7ffffffe, 0x7ffffffe], [0x7fffffff, 1], [1, 0x7fffffff], [0x40000000, 0x40000000], [0x7ffffffd, 3]];
  const long = (n) => Buffer.from([(n >>> 24) | 128, (n >>> 16) & 255, (n >>> 8) & 255, n & 255]);
  const killer = ([a, b]) => Buffer.concat([begin(), stream(TYPE.PARAMS, Buffer.concat([long(a), long(b), Buffer.from('AB')])), stream(TYPE.STDIN, Buffer.from('{}'))]);
  test('a worker that dies is replaced, everybody else is answered', { skip: !isRoot && 'needs root' }, async (t) => {
    const parent = pidOf(stack, 'create');
    let on = true, answered = 0, lost = 0;
    const waits = [];
    const beside = [0, 1, 2].map(async () => {
      while (on) {
        const at = Date.now();
        const text = JSON.stringify(terms());
        let res = await signedQuick('POST', '/api/pay/create', text);
        // Whoever was with the dying worker is told to send it again.
        if (res.status === 503) { assert.equal(JSON.parse(res.text).code, 50301, res.text); lost++; res = await signedQuick('POST', '/api/pay/create', text, { nonce: newNonce() }); }
        assert.ok([200, 201].includes(res.status), `${res.status} ${res.text}`);
        waits.push(Date.now() - at);
        answered++;
      }
    });
    for (let round = 0; round < 6; round++) {
      for (const lengths of KILLERS) await fcgiSend(stack, 'create', killer(lengths), { half: true, timeout: 1000, quiet: 100 });
      await sleep(300);
    }
    on = false;
    await Promise.all(beside);
    const died = logsOf(stack).filter((f) => f.endsWith('create.log')).map((f) => readFileSync(f, 'utf8').split('"worker.died"').length - 1).reduce((a, b) => a + b, 0);
    t.diagnostic(`${died} workers died of ${6 * KILLERS.length} requests; ${answered} honest ones beside, ${lost} sent twice, p99 ${percentile(waits, 99)} ms`);
    assert.equal(pidOf(stack, 'create'), parent);
    await until('four workers', () => workersOf(stack, 'create').length === 4, 10_000);
    await honest(10);
  });
  test('a plain request through the socket still works', { skip: !isRoot && 'needs root' }, async () => {
    const text = JSON.stringify(terms());
    const res = await fcgiRequest(stack, 'create', 'POST', '/api/pay/create', text, [['HTTP_AUTHORIZATION', authHeader(stack.app1, { method: 'POST', path: '/api/pay/create', body: text })]]);
    assert.equal(res.status, 201, res.text);
  });
});

describe('answers reveal nothing of the inside', () => {
  test('no answer holds a secret, a path of ours, SQL or a source file', () => {
    const all = replies.join('\n');
    assert.ok(replies.length > 500);
    assert.deepEqual(leaks(all, secrets), []);
    for (const word of [stack.state, '/home/', '/usr/', 'unix:', '.sock', 'SELECT ', 'mysql', 'MariaDB', '.c:', 'errno', 'Traceback', 'assert']) {
      assert.ok(!all.includes(word), `${word} in: ${replies.find((r) => r.includes(word))?.slice(0, 300)}`);
    }
  });
  test('no log holds a secret, or what a client put where secrets stand', async () => {
    await sleep(1200);      // nginx writes its log each second
    assert.deepEqual(leakyLogs(stack, secrets), []);
  });
  test('every line of the programs\' logs is one JSON object', () => {
    for (const file of logsOf(stack).filter((f) => /\/(create|query|callback|mockpay|nginx\.access)\.log$/.test(f))) {
      for (const line of readFileSync(file, 'utf8').split('\n').filter(Boolean)) {
        let json;
        try { json = JSON.parse(line); } catch { /* told below */ }
        if (!json && /overflow|FCGI|Assertion|terminat|^env: /i.test(line)) continue;     // libfcgi's own last words; the script's
        assert.ok(json && typeof json === 'object', `${file}: ${line.slice(0, 300)}`);
      }
    }
  });
  test('the database is as it should be', async () => {
    const order = await create(stack, stack.app1);
    expectOk(await get(stack, stack.app1, `/payments/${order.order_no}`));
    assert.equal((await request(stack, { path: '/healthz' })).status, 200);
  });
});
