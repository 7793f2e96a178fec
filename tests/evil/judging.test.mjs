// One merchant answers at once, each time with as much JSON as is read, in the form that is slowest to read. The runner
// judges all answers in one process, and another app's notifications do not wait for that.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { paidOrder } from '../lib/refund.mjs';
import { newApp } from '../lib/ctl.mjs';
import { isRoot, rootDb } from '../lib/db.mjs';
import { merchant } from '../lib/merchant.mjs';
import { startStack } from '../lib/stack.mjs';
import { closeAll, page, percentile, rawServer, sleep } from './lib.mjs';

const HOSTS = 8, DUE = 1600, SIZE = 65_536;
const filled = (unit, end) => `{${unit.repeat(Math.floor((SIZE - 1 - end.length) / unit.length))}${end}`;
const ANSWERS = [filled('"\\n":1,', '"code":1}'), filled('"a":{},', '"code":1}')];
let stack, evil, good;
before(async () => {
  stack = await startStack();
  evil = await newApp(stack);
  good = await merchant();
});
after(() => { good?.close(); closeAll(); });

test(`${DUE} notifications due at once, each answered with 64 KiB of members: another app's merchant is notified at once`, { skip: isRoot ? false : 'needs root of the database' }, async (t) => {
  const hosts = [];
  for (let i = 0; i < HOSTS; i++) hosts.push(await rawServer((socket, text, n) => socket.end(page('200 OK', ANSWERS[n % 2]))));
  await paidOrder(stack, stack.app1, null, { notify_url: good.url });
  await good.waitHits(1);
  for (const host of hosts) await paidOrder(stack, evil, null, { notify_url: host.url });
  const db = rootDb(stack);
  // As after an outage of the runner.
  await db.rows(`INSERT INTO notify_task (no, app_id, type, event, data_id, version, notify_url, body, max_notify_times, next_notify_time)
    SELECT CONCAT('00000000000000', LPAD(t.id, 6, '0'), LPAD(seq, 6, '0')), t.app_id, t.type, t.event, t.data_id, 1000 + seq, t.notify_url, t.body, t.max_notify_times, UTC_TIMESTAMP(3)
      FROM notify_task t JOIN seq_1_to_${DUE / HOSTS} WHERE t.app_id = (SELECT id FROM pay_app WHERE app_key = ?)`, [evil.key]);
  await db.close();
  const begun = Date.now(), waits = [];
  while (Date.now() - begun < 10_000) {
    const heard = good.hits.length, at = Date.now();
    await paidOrder(stack, stack.app1, null, { notify_url: good.url });
    await good.waitHits(heard + 1, 60_000);
    waits.push(good.hits[heard].at - at);
    await sleep(50);
  }
  const hits = hosts.reduce((n, h) => n + h.hits.length, 0);
  t.diagnostic(`${waits.length} beside: p50 ${percentile(waits, 50)} ms, p95 ${percentile(waits, 95)} ms, worst ${Math.max(...waits)} ms; ${hits} such answers`);
  assert.ok(hits > 200, `${hits} answers`);
  assert.ok(percentile(waits, 95) < 1000, `p95 ${percentile(waits, 95)} ms`);
});
