// Clients that ask for the largest answer there is and do not read it: the program is free all the same, because the
// answer leaves it whole. Over HTTP/2 with a window of nothing, and over HTTP/1.1 with small buffers.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import http2 from 'node:http2';
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../lib/env.mjs';
import { authHeader, create, get, newNo } from '../lib/client.mjs';
import { startProduction } from '../lib/production.mjs';
import { startStack } from '../lib/stack.mjs';
import { inParallel } from '../lib/suite.mjs';
import { until } from '../lib/wait.mjs';
import { percentile } from './lib.mjs';

const LIST = '/payments?limit=100', READERS = 60;
// Every text as long as it may be, in characters of four bytes.
const url = (path) => `https://example.com/${path}/`.padEnd(1024, 'x');
const largest = () => ({
  merchant_order_id: newNo().padEnd(64, 'x'), subject: '💰'.repeat(127), body: '💰'.repeat(512), user_id: '💰'.repeat(64),
  metadata: { a: 'x'.repeat(4096 - '{"a":""}'.length) }, notify_url: url('n'), return_url: url('r'),
});
const signed = () => ({ authorization: authHeader(stack.app1, { method: 'GET', path: LIST }) });

let stack, production, order;
before(async () => {
  stack = await startStack();
  production = await startProduction(stack);
  [order] = await inParallel(Array.from({ length: 100 }), 8, () => create(stack, stack.app1, largest()));
});
after(() => production?.stop());

// Lists that `query` has answered: a line is written when the answer has left it.
const listsDone = () => readFileSync(join(stack.state, 'log/query.log'), 'utf8').split('\n').filter((l) => l.includes('"path":"/payments"')).length;
async function honest(t) {
  const waits = [];
  await inParallel(Array.from({ length: 100 }), 4, async () => {
    const at = Date.now();
    const res = await get(stack, stack.app1, `/api/pay/query?order_no=${order.order_no}`);
    waits.push(Date.now() - at);
    assert.equal(res.status, 200, res.text);
  });
  t.diagnostic(`100 queries beside ${READERS} readers: p50 ${percentile(waits, 50)} ms, worst ${Math.max(...waits)} ms`);
  assert.ok(percentile(waits, 99) < 1500, `p99 ${percentile(waits, 99)} ms`);
}

test('the largest list is answered, and nginx has room for the largest answer of any program', async (t) => {
  const res = await get(stack, stack.app1, LIST);
  assert.equal(res.status, 200, res.text.slice(0, 300));
  assert.equal(res.json.data.items.length, 100);
  t.diagnostic(`${res.bytes.length} bytes`);
  const [, kib] = /REPLY_BODY_MAX \((\d+) \* 1024\)/.exec(readFileSync(join(ROOT, 'common/web/skeleton/reply.h'), 'utf8'));
  const [, n, size] = /fastcgi_buffers (\d+) (\d+)k;/.exec(readFileSync(join(ROOT, 'nginx/limits.conf'), 'utf8'));
  assert.ok(n * size >= Number(kib) * 1.05, `${n} buffers of ${size} KiB do not hold ${kib} KiB and its records`);
});

test('128 long lists an address at once: one more is 42900, a short one and a query are answered', async () => {
  const session = http2.connect(`https://127.0.0.1:${production.port}`, { rejectUnauthorized: false, servername: 'pay.example.com', settings: { initialWindowSize: 0 } });
  session.on('error', () => {});
  const before = listsDone();
  for (let i = 0; i < 128; i++) session.request({ ':path': LIST, ...signed() }).on('error', () => {});
  await until('all 128 are under way', () => listsDone() === before + 128);
  const ask = (path) => JSON.parse(execFileSync('curl', ['-sk', '-m', '10', '-H', `Authorization: ${authHeader(stack.app1, { method: 'GET', path })}`,
    `https://127.0.0.1:${production.port}${path}`], { encoding: 'utf8' })).code;
  assert.equal(ask(LIST), 42900);
  assert.equal(ask('/payments?%6cimit=100'), 42900);
  assert.equal(ask('/payments?limit=5'), 0);
  assert.equal(ask(`/api/pay/query?order_no=${order.order_no}`), 0);
  session.destroy();
});

test(`${READERS} streams of one HTTP/2 connection whose window is nothing`, async (t) => {
  const session = http2.connect(`https://127.0.0.1:${production.port}`, { rejectUnauthorized: false, servername: 'pay.example.com', settings: { initialWindowSize: 0 } });
  session.on('error', () => {});
  const before = listsDone();
  for (let i = 0; i < READERS; i++) session.request({ ':path': LIST, ...signed() }).on('error', () => {});
  await until('the program has done with all', () => listsDone() === before + READERS);
  await honest(t);
  session.destroy();
});

// Small segments, or the loopback's own buffers take the answers whole.
const SLOW = `import socket, sys, time
head, port = sys.stdin.buffer.read(), int(sys.argv[1])
open_ = []
for request in head.split(b'--next--'):
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)
    s.connect(('127.0.0.1', port))
    s.sendall(request)
    open_.append(s)
time.sleep(60)
`;
test(`${READERS} connections that do not read`, async (t) => {
  const before = listsDone();
  const child = spawn('python3', ['-c', SLOW, String(stack.port)], { stdio: ['pipe', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  child.stdin.end(Array.from({ length: READERS }, () => `GET ${LIST} HTTP/1.1\r\nHost: x\r\nAuthorization: ${signed().authorization}\r\n\r\n`).join('--next--'));
  await until('the program has done with all', () => listsDone() === before + READERS);
  await honest(t);
});
