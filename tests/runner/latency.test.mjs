// The first delivery after the commit, while a runner is working.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { Bench, sleep, until } from './lib/bench.mjs';
import { receiver } from './lib/receiver.mjs';

let bench;
before(async () => { bench = await Bench.start(); });
after(() => bench?.stop());

test('a notification arrives within a second of its commit (p99)', { timeout: 60_000 }, async (t) => {
  const app = await bench.app();
  const merchant = await receiver();
  const runner = bench.program('notify_runner', ['--for', '60']);
  const sent = new Map();
  for (let i = 0; i < 200; i++) {
    const [no] = await bench.tasks(app, { url: merchant.url });
    sent.set(no, Date.now());
    await sleep(20 + Math.random() * 60);
  }
  await until('all of them', () => merchant.byId.size === 200);
  const delays = merchant.hits.map((h) => h.at - sent.get(h.id)).sort((a, b) => a - b);
  t.diagnostic(`p50 ${delays[100]} ms, p99 ${delays[197]} ms, slowest ${delays[199]} ms`);
  assert.ok(delays[197] < 1000);
  runner.kill('SIGTERM');
  const { summary } = await runner.done;
  assert.deepEqual([summary.acknowledged, summary.parked], [200, 0]);
  await merchant.close();
});

test('idle, it asks the queue five times a second and no more', async () => {
  const before = Number((await bench.row("SHOW GLOBAL STATUS LIKE 'Com_stmt_execute'")).Value);
  await bench.run('notify_runner', ['--for', '4']);
  const asked = Number((await bench.row("SHOW GLOBAL STATUS LIKE 'Com_stmt_execute'")).Value) - before;
  assert.ok(asked <= 30, `${asked} statements in 4 s`);
});
