// HTTP/2 rapid reset: requests that are cancelled as soon as they are sent, over and over, from one address. nginx
// ends such a connection early, and any after 1000 requests; it does not grow, and others are answered meanwhile.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { expectOk, get, post, request, terms } from '../lib/client.mjs';
import { startProduction } from '../lib/production.mjs';
import { connectHttp2, headers, reset } from '../lib/raw_http2.mjs';
import { startStack } from '../lib/stack.mjs';
import { sleep } from '../lib/wait.mjs';
import { percentile, usage } from './lib.mjs';

const GOAWAY = 7, SECONDS = 3, CONNECTIONS = 8, AT_ONCE = 100;
let stack, production;
before(async () => {
  stack = await startStack();
  production = await startProduction(stack);
});
after(() => production?.stop());

const list = (path) => [[':method', 'GET'], [':scheme', 'https'], [':path', path], [':authority', 'pay.example.com']];
// Resets on one connection until it ends or its time is over: how many requests it could send.
function flood(path, until) {
  return new Promise((done) => {
    let id = 1, goaway = 0;
    const socket = connectHttp2(production.port, (type) => { goaway ||= type === GOAWAY ? id : 0; });
    const more = () => {
      if (socket.destroyed || Date.now() > until || goaway) { socket.destroy(); done(goaway || id); return; }
      const frames = [];
      for (let i = 0; i < AT_ONCE; i++, id += 2) frames.push(headers(id, list(path), true), reset(id));
      socket.write(Buffer.concat(frames), () => setImmediate(more));
    };
    socket.on('secureConnect', more);
    socket.on('close', () => done(goaway || id));
  }).then((last) => (last - 1) / 2);
}
const rss = () => production.workers().reduce((kib, pid) => kib + usage(pid).rss, 0);

test('a connection is ended before it has cancelled many more than 1000 requests', async (t) => {
  const sent = await flood('/payments', Date.now() + 8000);
  t.diagnostic(`${sent} sent until GOAWAY`);
  assert.ok(sent > 0 && sent < 3000, `${sent} requests`);
});

for (const path of ['/payments', '/healthz', '/nowhere']) {
  test(`${SECONDS} s of resets on ${path}: others are answered`, async (t) => {
    const end = Date.now() + SECONDS * 1000, was = rss(), waits = [];
    let sent = 0;
    const attack = Array.from({ length: CONNECTIONS }, async () => { while (Date.now() < end) sent += await flood(path, end); });
    while (Date.now() < end) {
      const at = Date.now();
      // Another address: of the one that attacks, a thousand requests under way are all there may be.
      expectOk(await post(stack, stack.app1, '/api/pay/create', terms(), { localAddress: '127.0.0.5' }), 201);
      expectOk(await get(stack, stack.app1, '/payments?limit=1', { localAddress: '127.0.0.5' }));
      waits.push(Date.now() - at);
      await sleep(20);
    }
    await Promise.all(attack);
    t.diagnostic(`${sent} requests cancelled; ${waits.length} pairs beside: p50 ${percentile(waits, 50)} ms, worst ${Math.max(...waits)} ms; nginx ${was} -> ${rss()} KiB`);
    assert.ok(rss() < was + 64 * 1024, `${was} -> ${rss()} KiB`);
    assert.ok(sent > 2000, `${sent} requests`);
    assert.ok(percentile(waits, 95) < 1500, `p95 ${percentile(waits, 95)} ms`);
  });
}
test('and afterwards all is as before', async () => {
  assert.equal((await request(stack, { path: '/healthz' })).status, 200);
});
