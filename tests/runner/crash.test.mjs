// Killed, stopped, cut off anywhere: nothing is lost, nothing is finished twice, every try has its row.
import { after, before, beforeEach, test } from 'node:test';
import assert from 'node:assert/strict';
import { Bench, sleep, until } from './lib/bench.mjs';
import { rawReceiver, receiver } from './lib/receiver.mjs';

let bench, app;
before(async () => { bench = await Bench.start(); app = await bench.app(); });
after(() => bench?.stop());
beforeEach(async () => {
  await bench.rows('DELETE FROM notify_task');
  await bench.rows('DELETE FROM notify_log');
  await bench.rows('DELETE FROM notify_endpoint');
});

// The lease of whoever holds the task runs out now.
const leaseRunsOut = (no) => bench.rows(
  'UPDATE notify_task SET next_notify_time = UTC_TIMESTAMP(3) - INTERVAL 1 SECOND WHERE claim_token <> 0 AND (? IS NULL OR no = ?)', [no ?? null, no ?? null]);

async function oneRowPerTry() {
  const odd = await bench.rows('SELECT t.id, t.notify_times, COUNT(l.id) AS n_rows FROM notify_task t LEFT JOIN notify_log l ON l.task_id = t.id'
    + ' GROUP BY t.id, t.notify_times HAVING n_rows <> t.notify_times');
  assert.deepEqual(odd, []);
  const twice = await bench.rows('SELECT task_id, notify_times, COUNT(*) n FROM notify_log GROUP BY 1, 2 HAVING n > 1');
  assert.deepEqual(twice, []);
}

// A merchant whose answers wait until release() is called; further requests get what answerNow() was given, at once.
async function slowMerchant(reply = 'SUCCESS') {
  const waiting = [];
  let open = false, now;
  const merchant = await receiver(() => (open ? 'SUCCESS' : now ?? new Promise((done) => { waiting.push(() => done(reply)); })));
  return Object.assign(merchant, { waiting, answerNow(what) { now = what; }, release() { open = true; for (const w of waiting.splice(0)) w(); } });
}

test('killed while the POST is under way: the lease brings it back, the lost try is logged', async () => {
  const merchant = await slowMerchant();
  const [no] = await bench.tasks(app, { url: merchant.url });
  const first = bench.program('notify_runner', ['--for', '30']);
  await until('the POST', () => merchant.hits.length === 1);
  const held = await bench.task(no);
  assert.ok(held.claim_token !== 0 && held.notify_times === 1);
  first.kill('SIGKILL');
  await first.done;
  // While the lease lasts no other runner claims it.
  await bench.run('notify_runner', ['--once']);
  assert.equal(merchant.hits.length, 1);
  await leaseRunsOut(no);
  merchant.release();
  await bench.run('notify_runner', ['--once']);
  const task = await bench.task(no), logs = await bench.logs(no);
  assert.deepEqual([task.status, task.notify_times, merchant.hits.length], [10, 2, 2]);
  assert.deepEqual(logs.map((l) => [l.notify_times, l.status, l.error_code]), [[1, 22, 'RUNNER_LOST'], [2, 10, 'OK']]);
  assert.equal(merchant.hits[0].id, merchant.hits[1].id);
  await oneRowPerTry();
  await merchant.close();
});

test('stopped past its lease: a late success wins over the new owner\'s failure', async () => {
  const merchant = await slowMerchant();
  const [no] = await bench.tasks(app, { url: merchant.url });
  const slow = bench.program('notify_runner', ['--for', '30']);
  await until('the POST', () => merchant.hits.length === 1);
  slow.kill('SIGSTOP');
  await leaseRunsOut(no);
  merchant.answerNow({ status: 500, body: '' });
  await bench.run('notify_runner', ['--once']);
  assert.equal((await bench.task(no)).status, 0);
  merchant.release();
  slow.kill('SIGCONT');
  await until('the late success', async () => (await bench.task(no)).status === 10);
  slow.kill('SIGTERM');
  const { summary } = await slow.done;
  assert.equal(summary.lease_lost, 1);
  const logs = await bench.logs(no);
  assert.deepEqual(logs.map((l) => [l.notify_times, l.status, l.error_code]), [[1, 10, 'OK'], [2, 21, 'HTTP_500']]);
  await oneRowPerTry();
  await merchant.close();
});

test('stopped past its lease: a late failure does not undo the new owner\'s success', async () => {
  const merchant = await slowMerchant({ status: 500, body: '' });
  const [no] = await bench.tasks(app, { url: merchant.url });
  const slow = bench.program('notify_runner', ['--for', '30']);
  await until('the POST', () => merchant.hits.length === 1);
  slow.kill('SIGSTOP');
  await leaseRunsOut(no);
  merchant.answerNow('SUCCESS');
  await bench.run('notify_runner', ['--once']);
  assert.equal((await bench.task(no)).status, 10);
  merchant.release();
  slow.kill('SIGCONT');
  await until('the late row', async () => (await bench.logs(no))[0].error_code === 'HTTP_500');
  slow.kill('SIGTERM');
  await slow.done;
  assert.equal((await bench.task(no)).status, 10);
  await oneRowPerTry();
  await merchant.close();
});

test('SIGTERM: what runs is finished, what was not begun is handed back uncounted', async () => {
  const merchant = await slowMerchant();
  const quick = await receiver();
  await bench.tasks(app, { url: quick.url, n: 20 });       // shows the host to be fast
  const runner = bench.program('notify_runner', ['--for', '30']);
  await until('the quick ones', () => quick.hits.length === 20);
  await bench.tasks(app, { url: merchant.url, n: 30 });
  await until('four POSTs', () => merchant.hits.length === 4);
  await sleep(300);
  runner.kill('SIGTERM');
  await sleep(300);
  merchant.release();
  const { code, summary } = await runner.done;
  assert.equal(code, 0);
  assert.equal(summary.acknowledged, 24);
  const rest = await bench.rows('SELECT status, notify_times, claim_token FROM notify_task WHERE status = 0');
  assert.equal(rest.length, 26);
  assert.ok(rest.every((r) => r.notify_times === 0 && r.claim_token === 0));
  await oneRowPerTry();
  await Promise.all([merchant.close(), quick.close()]);
});

test('a runner that ends waits for what runs, 10 s at most', async () => {
  const hang = await rawReceiver(() => {});
  const [no] = await bench.tasks(app, { url: hang.url });
  const begun = Date.now();
  const { code } = await bench.run('notify_runner', ['--for', '1']);
  assert.equal(code, 0);
  assert.ok(Date.now() - begun < 13_000);
  assert.equal((await bench.logs(no))[0].error_code, 'TIMEOUT');
  await oneRowPerTry();
  await hang.close();
});

test('a task that kills its runners is given up', async () => {
  const [no] = await bench.tasks(app, { url: 'http://127.0.0.1:9/', times: 1, max: 2 });
  await bench.rows('UPDATE notify_task SET claim_token = 7, notify_times = 4 WHERE no = ?', [no]);
  await bench.run('notify_runner', ['--once']);
  const task = await bench.task(no);
  assert.deepEqual([task.status, task.claim_token, task.notify_times], [20, 0, 4]);
  assert.deepEqual((await bench.logs(no)).map((l) => l.error_code), ['RUNNER_LOST']);
  assert.equal((await bench.row('SELECT kind FROM pay_alert WHERE about = ?', [no])).kind, 'notify_given_up');
});

test('killed again and again, and the database too: every task arrives', { timeout: 120_000 }, async () => {
  const n = 2000;
  const merchants = await Promise.all(Array.from({ length: 6 }, () => receiver(undefined, { keep: false })));
  for (const merchant of merchants) await bench.tasks(app, { url: merchant.url, n: Math.ceil(n / 6) });
  const total = Number(await bench.value('SELECT COUNT(*) FROM notify_task'));
  const arrived = () => merchants.reduce((sum, m) => sum + m.byId.size, 0);
  for (let kills = 0; kills < 12; kills++) {
    const runners = [1, 2, 3].map(() => bench.program('notify_runner', ['--for', '60']));
    await sleep(150 + Math.random() * 250);
    if (kills % 4 === 3) {
      bench.server.kill('SIGKILL');
      await new Promise((done) => { bench.server.once('exit', done); });
      for (const runner of runners) runner.kill('SIGKILL');
      await bench.startServer();
    }
    for (const runner of runners) runner.kill('SIGKILL');
    await Promise.all(runners.map((r) => r.done));
  }
  await bench.rows('DELETE FROM notify_endpoint');
  await until('the last one', async () => {
    await leaseRunsOut();
    await bench.hurry();
    const { stderr } = await bench.run('notify_runner', ['--once']);
    assert.doesNotMatch(stderr, /"level":"error"/);
    return Number(await bench.value('SELECT COUNT(*) FROM notify_task WHERE status = 0')) === 0;
  }, 60_000);
  assert.equal(arrived(), total);
  assert.equal(Number(await bench.value('SELECT COUNT(*) FROM notify_task WHERE status = 10')), total);
  assert.equal(Number(await bench.value('SELECT COUNT(*) FROM notify_log WHERE status = 10')), total);
  await oneRowPerTry();
  await Promise.all(merchants.map((m) => m.close()));
});

test('the database goes away and comes back under a working runner', { timeout: 90_000 }, async () => {
  const merchant = await receiver();
  await bench.tasks(app, { url: merchant.url, n: 5 });
  const runner = bench.program('notify_runner', ['--for', '60']);
  await until('the first', () => merchant.hits.length === 5);
  bench.server.kill('SIGKILL');
  await new Promise((done) => { bench.server.once('exit', done); });
  await sleep(500);
  assert.equal(runner.exitCode, null);
  await bench.startServer();
  await bench.tasks(app, { url: merchant.url, n: 5 });
  await until('the others', () => merchant.byId.size === 10, 20_000);
  runner.kill('SIGTERM');
  assert.equal((await runner.done).code, 0);
  assert.equal(Number(await bench.value('SELECT COUNT(*) FROM notify_task WHERE status <> 10')), 0);
  await merchant.close();
});

test('without a database it says so and ends with 75', async () => {
  const { code, summary } = await bench.run('notify_runner', ['--once'], { SHROFF_DB_SOCKET: '/nowhere/db.sock' });
  assert.equal(code, 75);
  assert.equal(summary.result, 'database away');
});
