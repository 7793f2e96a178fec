// Workers, runner and MariaDB killed with -9 again and again under load; then the faults stop, and
// everything must come right. SHROFF_SEED replays the order of kills, SHROFF_STORM_S is its length.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { pidOf, pidsOf, stopStack } from '../lib/stack.mjs';
import { readerDb, rootDb } from '../lib/db.mjs';
import { sleep, until } from '../lib/wait.mjs';
import { newNo, post } from '../lib/client.mjs';
import { faultStack, healthy, insist, newLedger, oracles, payOne, sink } from './lib.mjs';

const SEED = Number(process.env.SHROFF_SEED ?? Math.floor(Math.random() * 2 ** 31));
const SECONDS = Number(process.env.SHROFF_STORM_S ?? 20);
let state = SEED >>> 0;
const random = (n) => { state = (Math.imul(state, 1664525) + 1013904223) >>> 0; return Math.floor(state / 2 ** 32 * n); };

let stack, db, root, heard;
before(async () => {
  console.log(`# seed ${SEED}, ${SECONDS} s (SHROFF_SEED=${SEED} replays)`);
  stack = await faultStack();
  db = readerDb(stack);
  root = rootDb(stack);
  heard = await sink(5);
});
after(async () => {
  await db?.close().catch(() => {});
  await root?.close().catch(() => {});
  heard?.close();
  if (stack) stopStack(stack);
});

const kill = (name) => {
  const pids = pidsOf(stack, name).sort((a, b) => a - b);
  if (!pids.length) return 0;
  try { process.kill(pids[random(pids.length)], 'SIGKILL'); return 1; } catch { return 0; }
};

test(`kill -9 of workers, runners and MariaDB under load`, { timeout: 400_000 }, async () => {
  const ledger = newLedger();
  const kills = { worker: 0, runner: 0, mariadbd: 0 };
  let on = true;
  const end = Date.now() + SECONDS * 1000;
  const clients = Array.from({ length: 6 }, async () => { while (on) await payOne(stack, stack.app1, ledger, heard.url); });
  for (let tick = 1; Date.now() < end; tick++) {
    await sleep(200);
    kills.worker += kill(['create', 'callback'][random(2)]);
    if (tick % 7 === 0) kills.runner += kill('notify_runner');
    if (tick % 25 === 0) kills.mariadbd += kill('mariadbd');
  }
  on = false;
  await Promise.all(clients);
  await healthy(stack);
  console.log(`# ${ledger.created.size} orders, ${ledger.paid.size} acknowledged callbacks, kills ${JSON.stringify(kills)}`);
  assert.ok(ledger.paid.size > 20 && kills.worker > 10 && kills.mariadbd > 0);
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
