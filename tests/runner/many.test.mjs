// Many runners at once: no deadlock, no task finished twice. 100,000 tasks with SHROFF_FULL=1.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { Bench, FULL, LARGEST_KIB } from './lib/bench.mjs';
import { receiver } from './lib/receiver.mjs';

const TASKS = FULL ? 100_000 : 20_000;
const RUNNERS = 16;
const HOSTS = 16;

let bench;
before(async () => { bench = await Bench.start(); });
after(() => bench?.stop());

test(`${RUNNERS} runners, ${TASKS} tasks`, { timeout: 900_000 }, async (t) => {
  const app = await bench.app();
  const merchants = await Promise.all(Array.from({ length: HOSTS }, () => receiver(undefined, { keep: false })));
  for (const merchant of merchants) await bench.tasks(app, { url: merchant.url, n: TASKS / HOSTS });
  const begun = Date.now();
  const runs = await Promise.all(Array.from({ length: RUNNERS }, () => bench.run('notify_runner', ['--once'])));
  const seconds = (Date.now() - begun) / 1000;
  for (const run of runs) {
    assert.equal(run.code, 0, run.stderr);
    assert.doesNotMatch(run.stderr, /"level":"error"/);
  }
  // What a runner had parked behind a busy host when it left.
  await bench.hurry();
  await bench.run('notify_runner', ['--once']);
  const deadlocks = Number((await bench.row("SHOW GLOBAL STATUS LIKE 'Innodb_deadlocks'")).Value);
  const sum = (name) => runs.reduce((n, r) => n + r.summary[name], 0);
  t.diagnostic(`${Math.round(sum('acknowledged') / seconds)} deliveries/s, ${sum('parked')} parked, ${deadlocks} deadlocks, `
    + `largest ${Math.max(...runs.map((r) => r.hwm))} KiB, ${seconds.toFixed(1)} s`);
  assert.equal(Number(await bench.value('SELECT COUNT(*) FROM notify_task WHERE status = 10 AND notify_times = 1')), TASKS);
  assert.equal(Number(await bench.value('SELECT COUNT(*) FROM notify_log')), TASKS);
  assert.equal(Number(await bench.value('SELECT COUNT(DISTINCT task_id) FROM notify_log WHERE status = 10')), TASKS);
  for (const merchant of merchants) {
    assert.equal(merchant.byId.size, TASKS / HOSTS);
    assert.ok([...merchant.byId.values()].every((n) => n === 1));
  }
  assert.equal(sum('lease_lost'), 0);
  assert.ok(runs.every((r) => r.hwm < LARGEST_KIB));
  await Promise.all(merchants.map((m) => m.close()));
});
