// Workers, jobs and MariaDB killed with -9 again and again, while clients pay, refund, close, transfer and use
// wallets; then the faults stop, and everything must come right. SHROFF_SEED replays the kills and what clients
// choose, SHROFF_STORM_S is its length: a minute, ten with SHROFF_FULL=1.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../lib/env.mjs';
import { pidOf, pidsOf, stopStack } from '../lib/stack.mjs';
import { readerDb, rootDb } from '../lib/db.mjs';
import { sleep, until } from '../lib/wait.mjs';
import { newNo, post } from '../lib/client.mjs';
import { flowsOf } from './flows.mjs';
import { faultStack, healthy, insist, moneyOracles, newLedger, oracles, payOne, runJob, sink, walletOracles } from './lib.mjs';

const SEED = Number(process.env.SHROFF_SEED ?? Math.floor(Math.random() * 2 ** 31));
const SECONDS = Number(process.env.SHROFF_STORM_S ?? (process.env.SHROFF_FULL ? 600 : 60));
// One sequence for the kills, and one for each client.
const drawer = (seed) => {
  let state = seed >>> 0;
  return (n) => { state = (Math.imul(state, 1664525) + 1013904223) >>> 0; return Math.floor(state / 2 ** 32 * n); };
};
const random = drawer(SEED);
const CLIENTS = 6;
const WORKERS = ['create', 'callback', 'refund', 'close', 'transfer', 'wallet', 'query', 'mockpay'];
// Those that cron keeps at work.
const JOBS = [...readFileSync(join(ROOT, 'cron/shroff.crontab'), 'utf8').matchAll(/\/cron\/(\w+)" --for /g)].map((m) => m[1]);
const FLOWS = ['pay', 'pay', 'pay', 'refund', 'close', 'expire', 'gateway', 'transfer', 'wallet', 'rechargeBack'];

let stack, db, root, heard, money;
before(async () => {
  console.log(`# seed ${SEED}, ${SECONDS} s (SHROFF_SEED=${SEED} replays)`);
  stack = await faultStack();
  db = readerDb(stack);
  root = rootDb(stack);
  heard = await sink(5);
  money = await sink(5);
});
after(async () => {
  await db?.close().catch(() => {});
  await root?.close().catch(() => {});
  heard?.close();
  money?.close();
  if (stack) stopStack(stack);
});

const kill = (name) => {
  const pids = pidsOf(stack, name).sort((a, b) => a - b);
  if (!pids.length) return 0;
  try { process.kill(pids[random(pids.length)], 'SIGKILL'); return 1; } catch { return 0; }
};

// What the jobs have left to do; done at once, since nobody waits an hour for the fourth question.
async function leftOver(ledger) {
  for (const table of ['pay_refund', 'pay_transfer']) {
    await root.rows(`UPDATE ${table} SET next_sync_time = UTC_TIMESTAMP(3) WHERE status IN (0, 5) AND next_sync_time > UTC_TIMESTAMP(3) + INTERVAL 2 SECOND`);
  }
  await root.rows('UPDATE pay_order_extension SET next_sync_time = UTC_TIMESTAMP(3) WHERE status = 0 AND next_sync_time > UTC_TIMESTAMP(3) + INTERVAL 2 SECOND');
  let left = 0;
  for (const table of ['pay_refund', 'pay_transfer']) left += await db.value(`SELECT COUNT(*) FROM ${table} WHERE status IN (0, 5)`);
  const numbers = [...ledger.paid.keys(), ...ledger.closed.keys()];
  for (let at = 0; at < numbers.length; at += 500) {
    left += await db.value('SELECT COUNT(*) FROM pay_order WHERE status = 0 AND no IN (?)', [numbers.slice(at, at + 500)]);
  }
  return left;
}

test('kill -9 of workers, jobs and MariaDB under load', { timeout: (SECONDS + 500) * 1000 }, async () => {
  const ledger = newLedger();
  const kills = {};
  const done = {};
  const strike = (name) => { kills[name] = (kills[name] ?? 0) + kill(name); };
  const end = Date.now() + SECONDS * 1000;
  const clients = Array.from({ length: CLIENTS }, async (_, i) => {
    const draw = drawer(SEED + 7919 * (i + 1));
    const flows = flowsOf({ stack, root, ledger, orders: heard.url, money: money.url, draw });
    while (Date.now() < end) {
      const name = FLOWS[draw(FLOWS.length)];
      await flows[name]();
      done[name] = (done[name] ?? 0) + 1;
    }
  });
  const storm = async () => {
    for (let tick = 1; Date.now() < end; tick++) {
      await sleep(200);
      strike(WORKERS[random(WORKERS.length)]);
      if (tick % 4 === 0) strike(JOBS[random(JOBS.length)]);
      // Not while it recovers from the last kill: on a slow machine it would never be up.
      if (tick % 25 === 0 && await root.value('SELECT 1').then(() => true, () => false)) strike('mariadbd');
    }
  };
  // Cron starts them once a minute: too seldom to be killed often.
  const jobs = JOBS.map(async (name) => {
    while (Date.now() < end) {
      await runJob(stack, name, ['--for', '10']);
      await sleep(300);
    }
  });
  await Promise.all([storm(), ...clients, ...jobs]);
  await healthy(stack);
  const began = Date.now();
  await until('nothing is left to the jobs', async () => await leftOver(ledger).catch(() => 1) === 0, 180_000, 1000);
  console.log(`# flows ${JSON.stringify(done)}, kills ${JSON.stringify(kills)}; ${ledger.paid.size} paid, ${ledger.closed.size} closed, ` +
    `${ledger.refunds.size} refunds, ${ledger.transfers.size} transfers, ${ledger.wallets.size} wallets; recovered in ${((Date.now() - began) / 1000).toFixed(1)} s`);
  const struck = (names) => names.reduce((n, name) => n + (kills[name] ?? 0), 0);
  assert.ok(ledger.paid.size > 20 && struck(WORKERS) > 10 && struck(JOBS) > 3 && kills.mariadbd > 0, JSON.stringify(kills));
  await moneyOracles(db, ledger);
  await walletOracles(stack, ledger);
  await oracles(stack, db, ledger, heard);
});

test('MariaDB read-only, out of connections, a row locked too long: answered as an outage, nothing done, then it recovers', async () => {
  const ledger = newLedger();
  const terms = () => ({ merchant_order_id: newNo('O'), price: 1, currency: 'CNY', subject: 'Outage', channel: 'mock' });
  const outage = async (res, what) => {
    assert.equal(res.status, 503, `${what}: ${res.text}`);
    assert.ok([50300, 50301].includes(res.json.code), what);
    assert.ok(res.headers['retry-after'], what);
  };
  const t1 = terms();
  await root.rows('SET GLOBAL read_only = 1');
  await outage(await post(stack, stack.app1, '/payments', t1), 'read-only');
  await root.rows('SET GLOBAL read_only = 0');
  assert.equal(await db.value('SELECT COUNT(*) FROM pay_order WHERE merchant_order_id = ?', [t1.merchant_order_id]), 0);
  assert.equal((await insist(() => post(stack, stack.app1, '/payments', t1))).status, 201);

  // Every connection taken, those of the workers cut off.
  await root.rows('SET GLOBAL max_connections = 10');
  const cut = await root.rows("SELECT id FROM information_schema.processlist WHERE user = 'shroff_web'");
  for (const { id } of cut) await root.rows(`KILL ${id}`).catch(() => {});
  const takers = [];
  for (let i = 0; i < 12; i++) {
    const c = readerDb(stack);
    if (!await c.value('SELECT 1').then(() => true, () => false)) { await c.close(); break; }
    takers.push({ c, held: await c.pool.getConnection() });
  }
  const t2 = terms();
  await outage(await post(stack, stack.app1, '/payments', t2), 'out of connections');
  for (const { c, held } of takers) { held.release(); await c.close(); }
  await root.rows('SET GLOBAL max_connections = 400');
  assert.equal((await insist(() => post(stack, stack.app1, '/payments', t2))).status, 201);

  const order = await payOne(stack, stack.app1, ledger, heard.url);
  const holder = await root.pool.getConnection();
  await holder.query('BEGIN');
  await holder.query('SELECT id FROM pay_order WHERE no = ? FOR UPDATE', [order.order_no]);
  const held = post(stack, stack.app1, '/api/pay/submit', { order_no: order.order_no, channel: 'mock' });
  const res = await held;
  await holder.query('ROLLBACK');
  holder.release();
  // A paid order is refused before the lock is wanted; a WAITING one waits for it.
  assert.ok([503, 409].includes(res.status), res.text);

  const open = (await insist(() => post(stack, stack.app1, '/payments', { ...terms(), channel: undefined }))).json.data;
  const second = await root.pool.getConnection();
  await second.query('BEGIN');
  await second.query('SELECT id FROM pay_order WHERE no = ? FOR UPDATE', [open.order_no]);
  await outage(await post(stack, stack.app1, '/api/pay/submit', { order_no: open.order_no, channel: 'mock' }), 'lock wait 1205');
  await second.query('ROLLBACK');
  second.release();
  assert.ok([200, 201].includes((await insist(() => post(stack, stack.app1, '/api/pay/submit', { order_no: open.order_no, channel: 'mock' }))).status));
  await oracles(stack, db, ledger, heard);
});

test('MariaDB frozen, then ended and started again: an outage in time, the same request finds its one order', async () => {
  const ledger = newLedger();
  const t = { merchant_order_id: newNo('Z'), price: 9, currency: 'CNY', subject: 'Frozen', channel: 'mock', notify_url: heard.url };
  const server = pidOf(stack, 'mariadb');
  process.kill(server, 'SIGSTOP');
  const began = Date.now();
  const res = await post(stack, stack.app1, '/payments', t).finally(() => process.kill(server, 'SIGCONT'));
  assert.deepEqual([res.status, [50300, 50301].includes(res.json.code)], [503, true], res.text);
  assert.ok(res.headers['retry-after'] && Date.now() - began < 12_000, `${Date.now() - began} ms`);
  await healthy(stack);
  const made = await insist(() => post(stack, stack.app1, '/payments', t));
  assert.ok([200, 201].includes(made.status), made.text);
  ledger.created.set(t.merchant_order_id, made.json.data);
  process.kill(server, 'SIGTERM');
  await until('it is started again', () => pidsOf(stack, 'mariadbd').some((pid) => pid !== server), 60_000, 100);
  await healthy(stack);
  await payOne(stack, stack.app1, ledger, heard.url);
  await oracles(stack, db, ledger, heard);
});
