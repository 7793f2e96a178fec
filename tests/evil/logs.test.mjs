// What strangers can do to the logs: no token, secret or credential enters one, whatever is done wrong with it, in the
// test mode and as production has it; and no flood of refused requests fills a disk with lines.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import net from 'node:net';
import tls from 'node:tls';
import { randomBytes } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createOpen, get, request } from '../lib/client.mjs';
import { payByCallback } from '../lib/channel.mjs';
import { startProduction } from '../lib/production.mjs';
import { startStack } from '../lib/stack.mjs';
import { inParallel } from '../lib/suite.mjs';
import { sleep } from '../lib/wait.mjs';
import { leaks, secretsOf } from './lib.mjs';

const CANARY = `canary${randomBytes(12).toString('hex')}`;
let stack, production, dead;
before(async () => {
  stack = await startStack();
  production = await startProduction(stack);
  dead = await startProduction();          // behind it no program answers
});
after(() => { production?.stop(); dead?.stop(); });

const filesOf = (dir) => (existsSync(dir) ? readdirSync(dir, { recursive: true }).map((f) => join(dir, String(f))).filter((f) => statSync(f).isFile()) : []);
const logs = () => [join(stack.state, 'log'), join(production.dir, 'log'), join(dead.dir, 'log')].flatMap(filesOf);
const size = () => logs().reduce((n, f) => n + statSync(f).size, 0);

function send(open, text) {
  return new Promise((done) => {
    const socket = open();
    let got = '';
    const timer = setTimeout(() => socket.destroy(), 3000);
    socket.on('error', () => {});
    socket.on('data', (d) => { got += d.toString('latin1'); });
    socket.on('close', () => { clearTimeout(timer); done(got); });
    socket.write(text);
  });
}
const plain = (port) => () => net.connect(port, '127.0.0.1');
const secure = (port, servername) => () => tls.connect({ port, host: '127.0.0.1', rejectUnauthorized: false, servername, ALPNProtocols: ['http/1.1'] });

describe('nothing secret enters a log', () => {
  const H = `Host: pay.example.com\r\nConnection: close\r\nAuthorization: Bearer ${CANARY}\r\nCookie: ${CANARY}\r\nReferer: https://x/?${CANARY}\r\nUser-Agent: ${CANARY}\r\nX-Request-Id: ${CANARY}\r\n`;
  const Q = `token=${CANARY}`;
  const body = (text, more = '') => `Content-Type: application/json\r\n${more}Content-Length: ${text.length}\r\n\r\n${text}`;
  const REQUESTS = [
    ...['/api/pay/status', '/api/pay/query', '/payments', `/payments/x`, '/mockpay', '/healthz', '/metrics', '/nowhere', '/shop/', '/', '/_error/400']
      .map((p) => `GET ${p}?${Q} HTTP/1.1\r\n${H}\r\n`),
    // Links that were escaped or put together wrongly on their way to the payer.
    ...[`/mockpay%3Fpay_id=1&${Q}`, `/api/pay/status%3F${Q}`, `/api/pay/status;${Q}`, `/api/pay/status&${Q}`, `//cashier/${CANARY}`, `/%63ashier/${CANARY}`,
      `/Cashier/${CANARY}`, `/x/../cashier/${CANARY}`, `/payments/x%3F${Q}`].map((p) => `GET ${p} HTTP/1.1\r\n${H}\r\n`),
    `GET /cashier/${CANARY} HTTP/1.1\r\n${H}\r\n`, `GET /cashier/${CANARY}?${Q} HTTP/1.1\r\n${H}\r\n`,
    `TRACE /api/pay/status?${Q} HTTP/1.1\r\n${H}\r\n`, `DELETE /api/pay/status?${Q} HTTP/1.1\r\n${H}\r\n`, `OPTIONS /api/pay/status?${Q} HTTP/1.1\r\n${H}\r\n`,
    `GET /api/pay/status?${Q} HTTP/1.1\r\n${H}${H}\r\n`, `GET /api/pay/status?${Q} HTTP/1.1\r\n${H}X: a\0b\r\n\r\n`, `GET /api/pay/status?${Q} HTTP/9.9\r\n\r\n`,
    `GET /api/pay/status?${Q} HTTP/1.1\r\n\r\n`, `GET /api/pay/status?${Q}&x=${'x'.repeat(8300)} HTTP/1.1\r\n${H}\r\n`, `GET /api/pay/status?${Q}&x=${'x'.repeat(20_000)} HTTP/1.1\r\n${H}\r\n`,
    `GET /api/pay/status?${Q} HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, `GET /api/pay/status?${Q}\r\n`, `GET /api/pay/status?${Q}\x01 HTTP/1.1\r\n${H}\r\n`,
    `GET http://pay.example.com/api/pay/status?${Q} HTTP/1.1\r\n${H}\r\n`, `GET /../../?${Q} HTTP/1.1\r\n${H}\r\n`,
    ...['/api/pay/create', '/api/pay/submit', '/payments', '/api/pay/close', '/api/pay/callback', `/api/pay/notify/order/x`, '/mockpay', '/api/pay/mock-callback'].flatMap((p) => [
      `POST ${p}?${Q} HTTP/1.1\r\n${H}${body(`{"token":"${CANARY}","${CANARY}":1}`)}`, `POST ${p} HTTP/1.1\r\n${H}${body(CANARY)}`,
      `POST ${p}?${Q} HTTP/1.1\r\n${H}${body('{}', 'Transfer-Encoding: chunked\r\n')}`, `POST ${p}?${Q} HTTP/1.1\r\n${H}Content-Type: ${CANARY}\r\nContent-Length: 70000\r\n\r\n`]),
    `POST /mockpay HTTP/1.1\r\n${H}Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ${Q.length}\r\n\r\n${Q}`,
    // Key and secret confused: the secret is sent as app_key, or as key_id or nonce.
    ...['app_key', 'key_id', 'nonce'].map((name) => {
      const said = { app_key: 'nosuchapp', timestamp: Math.floor(Date.now() / 1000), nonce: randomBytes(16).toString('hex'), signature: 'f'.repeat(64), [name]: CANARY };
      return `GET /payments HTTP/1.1\r\nHost: pay.example.com\r\nConnection: close\r\nAuthorization: SHROFF-HMAC-SHA256 ${Object.entries(said).map(([k, v]) => `${k}="${v}"`).join(',')}\r\n\r\n`;
    }),
  ];

  test(`${REQUESTS.length} requests, most of them wrong, six ways each; then the right tokens of an order`, async () => {
    const ways = [plain(stack.port), secure(production.port, 'pay.example.com'), secure(production.port, 'other.example'), plain(production.port), plain(production.plain),
      secure(dead.port, 'pay.example.com')];
    const answers = await inParallel(ways.flatMap((open) => REQUESTS.map((text) => [open, text])), 16, ([open, text]) => send(open, text));
    const order = await createOpen(stack, stack.app1);
    const page = new URL(order.pay_url);
    for (const path of [`/api/pay/status?token=${order.query_token}`, page.pathname + page.search]) assert.equal((await request(stack, { path })).status, 200);
    const status = await send(secure(production.port, 'pay.example.com'), `GET /api/pay/status?token=${order.query_token} HTTP/1.1\r\nHost: pay.example.com\r\nConnection: close\r\n\r\n`);
    assert.match(status, /^HTTP\/1.1 200/);
    await payByCallback(stack, stack.app1, order);
    await sleep(1500);                      // nginx writes its log once a second
    const secrets = secretsOf(stack, [CANARY, order.query_token, page.searchParams.get('token')]);
    const bad = logs().flatMap((file) => readFileSync(file, 'latin1').split('\n').filter((line) => leaks(line, secrets).length > 0).map((line) => `${file}: ${line}`));
    assert.deepEqual(bad.slice(0, 10), []);
    // What was sent as app_key is named in the answer to its sender, and nowhere else.
    for (const answer of answers) assert.ok(!answer.includes(CANARY) || / 302 | 303 /.test(answer.slice(0, 20)) || answer.includes('"msg":"app_key '), answer.slice(0, 400));
    const line = readFileSync(join(production.dir, 'log/shroff.access.log'), 'utf8').split('\n').filter((l) => l.includes('"path":"/api/pay/status","status":200'));
    assert.equal(line.length, 1, 'the request itself is on record');
    assert.ok(readFileSync(join(dead.dir, 'log/shroff.access.log'), 'utf8').includes('"status":503'));
  });
});

test('what a stranger sends steers no terminal that shows a log', async () => {
  const steer = '\u009b31m\u202e\u200b\u0085', H = 'Host: pay.example.com\r\nConnection: close\r\n';
  const texts = [`GET /${steer}${CANARY} HTTP/1.1\r\n${H}\r\n`, `GET /payments/${steer} HTTP/1.1\r\n${H}\r\n`, `GET /payments?after=${steer} HTTP/1.1\r\n${H}\r\n`, `${steer} / HTTP/1.1\r\n${H}\r\n`,
    `GET /x HTTP/1.1\r\nHost: ${steer}\r\nUser-Agent: ${steer}\r\nReferer: ${steer}\r\nX-Request-Id: ${steer}\r\nX-Forwarded-For: ${steer}\r\nOrigin: ${steer}\r\n\r\n`,
    `POST /payments HTTP/1.1\r\n${H}Authorization: SHROFF-HMAC-SHA256 app_key="${steer}"\r\nContent-Type: ${steer}\r\nContent-Length: 2\r\n\r\n{}`];
  for (const open of [plain(stack.port), secure(production.port, 'pay.example.com'), secure(dead.port, 'pay.example.com')]) for (const text of texts) await send(open, text);
  await sleep(1500);
  // nginx's lines are ASCII alone; the programs' may hold names in any script, but nothing that a terminal obeys.
  // eslint-disable-next-line no-control-regex
  const [plainOnly, steers] = [/[^\x20-\x7e\t]/, /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u];
  const refused = (file) => (file.includes('access') ? plainOnly : steers);
  const bad = logs().flatMap((file) => readFileSync(file, 'utf8').split('\n').filter((line) => refused(file).test(line)).map((line) => `${file}: ${line}`));
  assert.deepEqual(bad.slice(0, 5), []);
});

describe('floods', () => {
  const Q = '"'.repeat(8000);
  // Lines a second and address are 50, and 2000 at once, each of at most 600 bytes.
  const most = (ms) => (2050 + ms / 20) * 590;
  // [what is sent, how many logs have a line of it, how many requests]
  const FLOODS = {
    'paths of 8 KB that are not there': [() => `GET /${Q} HTTP/1.1\r\nHost: x\r\n\r\n`, 1, 3000],
    'paths of 8 KB at a program': [() => `GET /payments/${Q} HTTP/1.1\r\nHost: x\r\n\r\n`, 2, 3000],
    'unsigned': [() => 'GET /payments HTTP/1.1\r\nHost: x\r\n\r\n', 2, 6000],
    'preflights': [() => 'OPTIONS /api/pay/status HTTP/1.1\r\nHost: x\r\n\r\n', 2, 6000],
    'preflights with credentials of nobody': [() => 'OPTIONS /api/pay/status HTTP/1.1\r\nHost: x\r\nAuthorization: x\r\n\r\n', 2, 12000],
    'redirects': [() => 'GET / HTTP/1.1\r\nHost: x\r\n\r\n', 1, 6000],
    'health': [() => 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n', 1, 6000],
    'a head that cannot be read': [() => `GET /${Q} HTTP/1.1\r\n\r\n`, 1, 2600],
  };
  let last = 10;
  for (const [name, [make, files, N]] of Object.entries(FLOODS)) {
    test(`${N} requests, ${name}: what the first 2000 leave in the logs, and little more`, async (t) => {
      const was = size(), begun = Date.now(), from = `127.0.0.${last++}`;          // each from an address of its own
      let left = N;
      await inParallel(Array.from({ length: 16 }), 16, async () => {
        while (left > 0) {
          const few = Math.min(left, 25);
          left -= few;
          const text = await send(() => net.connect({ port: stack.port, host: stack.host, localAddress: from }), make().repeat(few).replace(/\r\n\r\n(\{\})?$/, '\r\nConnection: close$&'));
          // A connection that is refused for good takes no further request.
          left += few - Math.max(1, [...text.matchAll(/HTTP\/1\.1 \d{3} /g)].length);
        }
      });
      await sleep(1200);
      const bytes = size() - was;
      t.diagnostic(`${bytes} bytes of lines`);
      assert.ok(bytes < files * most(Date.now() - begun), `${bytes} bytes`);
    });
  }
  // nginx ends these before it counts them: there is no answer, and no limit that would hold them back.
  for (const [name, head] of Object.entries({
    'one letter': 'G', 'a line without an end': 'GET /payments', 'headers without an end': `GET /${'a'.repeat(7000)} HTTP/1.1\r\nHost: x\r\nX: `,
  })) {
    test(`300 clients that leave within their head, after ${name}: no line in any log`, async () => {
      await sleep(1200);
      const was = size();
      await inParallel(Array.from({ length: 300 }), 16, () => new Promise((done) => {
        const socket = net.connect({ port: stack.port, host: stack.host, localAddress: '127.0.0.30' }, () => socket.end(head));
        socket.on('error', () => {});
        socket.on('close', done);
        socket.resume();
      }));
      await sleep(1200);
      // The jobs of the stack write a line now and then.
      assert.ok(size() - was < 300 * 50, `${size() - was} bytes`);
    });
  }
  test('and an honest request of another address is on record', async () => {
    const id = (await get(stack, stack.app1, '/payments/01ARZ3NDEKTSV4RRFFQ69G5FAV')).headers['x-request-id'];
    await sleep(1500);
    const found = execFileSync('grep', ['-rl', id, join(stack.state, 'log')], { encoding: 'utf8' });
    assert.match(found, /nginx\.access\.log/);
    assert.match(found, /query\.log/);
  });
});
