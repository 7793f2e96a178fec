// A channel that takes a fifth of a second, as many do, and one merchant with sixty submits at once: others do not wait behind them.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { createOpen, post, terms } from '../lib/client.mjs';
import { startStack } from '../lib/stack.mjs';
import { closeAll, page, percentile, rawServer, sleep } from './lib.mjs';

const CLIENTS = 60, SECONDS = 5, CALL_MS = 220;
let stack;
before(async () => {
  const slow = await rawServer((s) => setTimeout(() => s.end(page('200 OK', '{}')), CALL_MS));
  stack = await startStack({ SHROFF_MOCK_GATEWAY_URL: slow.url.replace('/n', '') });
});
after(() => closeAll());

test(`${CLIENTS} submits at once whose channel takes ${CALL_MS} ms: another app's creates are answered`, async (t) => {
  const orders = [];
  for (let i = 0; i < CLIENTS; i++) orders.push(await createOpen(stack, stack.app1, { channel: 'mock' }));
  const until = Date.now() + SECONDS * 1000;
  const codes = new Set(), waits = [];
  const hammer = orders.map(async (o, i) => {
    while (Date.now() < until) {
      codes.add((await post(stack, stack.app1, '/api/pay/submit', { order_no: o.order_no, channel: 'mock', channel_extras: { n: `${i}` } })).json.code);
      await sleep(5);
    }
  });
  const other = (async () => {
    await sleep(500);
    while (Date.now() < until) {
      const at = Date.now();
      assert.equal((await post(stack, stack.app2, '/api/pay/create', terms())).status, 201);
      waits.push(Date.now() - at);
      await sleep(20);
    }
  })();
  await Promise.all([...hammer, other]);
  t.diagnostic(`${waits.length} creates, p50 ${percentile(waits, 50)} ms, worst ${Math.max(...waits)} ms`);
  assert.deepEqual([...codes], [50201]);
  assert.ok(waits.length >= 8 && percentile(waits, 50) < 1000, `${waits.length} of them, one after the other, half within ${percentile(waits, 50)} ms`);
});
