// One app with a hundred hosts that hang: what another app is to hear does not wait behind it.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { paidOrder } from '../lib/refund.mjs';
import { newApp } from '../lib/ctl.mjs';
import { merchant } from '../lib/merchant.mjs';
import { startStack } from '../lib/stack.mjs';
import { inParallel } from '../lib/suite.mjs';
import { closeAll, percentile, rawServer, sleep } from './lib.mjs';

const HOSTS = 100, EACH = 4;
let stack, evil, good;
before(async () => {
  stack = await startStack();
  evil = await newApp(stack);
  good = await merchant();
});
after(() => { good?.close(); closeAll(); });

test(`${HOSTS} hosts of one app hang, ${EACH} orders each: another app's merchant is notified at once`, async (t) => {
  const hosts = [];
  for (let i = 0; i < HOSTS; i++) hosts.push(await rawServer(() => {}));
  await paidOrder(stack, stack.app1, null, { notify_url: good.url });
  await good.waitHits(1);
  const begun = Date.now(), waits = [];
  const flood = inParallel(Array.from({ length: HOSTS * EACH }, (_, i) => i), 4, (i) => paidOrder(stack, evil, null, { notify_url: hosts[i % HOSTS].url }));
  while (Date.now() - begun < 25_000) {
    const heard = good.hits.length, at = Date.now();
    await paidOrder(stack, stack.app1, null, { notify_url: good.url });
    await good.waitHits(heard + 1, 120_000);
    waits.push(good.hits[heard].at - at);
    await sleep(100);
  }
  await flood;
  t.diagnostic(`${waits.length} beside: p50 ${percentile(waits, 50)} ms, p99 ${percentile(waits, 99)} ms, worst ${Math.max(...waits)} ms; ${hosts.reduce((n, h) => n + h.hits.length, 0)} tries hung`);
  assert.ok(percentile(waits, 99) < 1000, `p99 ${percentile(waits, 99)} ms`);
});
