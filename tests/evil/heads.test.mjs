// Connections that never finish their head: nginx counts them nowhere, so its room for connections is larger than what
// one address can open, and orders are made all the while. That each is cut off after ten seconds, client.test.mjs tries.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import net from 'node:net';
import { execFileSync } from 'node:child_process';
import { expectOk, post, terms } from '../lib/client.mjs';
import { startStack } from '../lib/stack.mjs';
import { sleep } from '../lib/wait.mjs';
import { percentile } from './lib.mjs';

const MOST = Number(execFileSync('bash', ['-c', 'ulimit -Hn'], { encoding: 'utf8' })) || 65536;
const HEADS = Math.min(9000, Math.floor(MOST / 2));
let stack;
const sockets = [];
before(async () => { stack = await startStack(); });
after(() => { for (const s of sockets) s.destroy(); });

test(`${HEADS} unfinished heads from one address: orders are made beside them`, async (t) => {
  let cut = 0;
  const open = () => new Promise((done) => {
    const s = net.connect(stack.port, stack.host, () => { s.write('POST /api/pay/create HTTP/1.1\r\nHost: x\r\nX-Slow: '); done(); });
    s.on('error', () => done());
    s.on('close', () => { cut++; });
    sockets.push(s);
  });
  const begun = Date.now();
  for (let i = 0; i < HEADS; i += 100) await Promise.all(Array.from({ length: 100 }, open));
  t.diagnostic(`${HEADS} opened in ${Date.now() - begun} ms`);
  await sleep(500);
  t.diagnostic(`${cut} of them cut off`);
  assert.ok(HEADS - cut > HEADS / 2, `${cut} were cut off before anything was tried`);
  // There is room for all of them: what nginx has no room for it cuts off at once, an honest client's as well.
  if (Date.now() - begun < 9000) assert.ok(cut < HEADS / 100, `${cut} of ${HEADS} found no room`);
  const waits = [];
  for (let i = 0; i < 40; i++) {
    const at = Date.now();
    expectOk(await post(stack, stack.app1, '/api/pay/create', terms()), 201);
    waits.push(Date.now() - at);
  }
  t.diagnostic(`40 creates beside: p50 ${percentile(waits, 50)} ms, worst ${Math.max(...waits)} ms`);
  assert.ok(percentile(waits, 95) < 1500, `p95 ${percentile(waits, 95)} ms`);
});
