// What the fault tests share: a stack of the test build, plans for its fault points, the client's own
// ledger, and the oracles every run must pass.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, writeFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, buildPath } from '../lib/env.mjs';
import { logsOf, startStack, pidOf, pidsOf } from '../lib/stack.mjs';
import { ctl } from '../lib/ctl.mjs';
import { until } from '../lib/wait.mjs';
import { merchant, does } from '../lib/merchant.mjs';
import { newNo, post, request } from '../lib/client.mjs';
import { sendCallback, signedCallback } from '../lib/channel.mjs';
import { entriesOf, sumsOf } from '../lib/wallet.mjs';

export async function faultStack(settings = {}, how = {}) {
  const plan = `/tmp/shroff-fault-${process.pid}-${Math.random().toString(36).slice(2)}`;
  const stack = await startStack({ SHROFF_FAULT_FILE: plan, SHROFF_WORKERS: '3', ...settings }, how);
  return Object.assign(stack, { plan });
}

// POINT ACTION [PASS [PROGRAM]]: carried out once, by the process that passes first.
export function plant(stack, line) {
  writeFileSync(`${stack.plan}.new`, `${line}\n`);
  renameSync(`${stack.plan}.new`, stack.plan);
}
export const wasHit = (stack) => !existsSync(stack.plan);

const SETTLED = [200, 201, 400, 401, 403, 404, 409];
// Sends until a definite answer comes: what a client must do on 503, 50301 above all, and when a channel did not answer.
export async function insist(f, ms = 120_000) {
  const end = Date.now() + ms;
  for (let tries = 1; ; tries++) {
    const res = await f().catch((e) => ({ status: 0, text: String(e) }));
    if (SETTLED.includes(res.status)) return Object.assign(res, { tries });
    assert.ok([0, 503].includes(res.status) || res.json?.code === 50201, `not an answer of an outage: ${res.status} ${res.text}`);
    if (Date.now() > end) throw new Error(`no definite answer in ${ms} ms: ${res.status} ${res.text}`);
    await new Promise((d) => setTimeout(d, 60));
  }
}

// One payment from create to acknowledged callback, each step insisted on. Everything acknowledged is
// written into the ledger.
export async function payOne(stack, app, ledger, sinkUrl) {
  const terms = {
    merchant_order_id: newNo('F'), price: 100 + Math.floor(Math.random() * 1e6), currency: 'CNY',
    subject: 'Fault', channel: 'mock', notify_url: sinkUrl,
  };
  const made = await insist(() => post(stack, app, '/payments', terms));
  assert.ok([200, 201].includes(made.status), made.text);
  const order = made.json.data;
  ledger.created.set(terms.merchant_order_id, order);
  const told = signedCallback(order, app.channelSecret);
  const acked = await insist(() => sendCallback(stack, told));
  assert.equal(acked.status, 200, acked.text);
  ledger.paid.set(order.order_no, order);
  return order;
}

export const newLedger = () => ({ created: new Map(), paid: new Map(), closed: new Map(), refunds: new Map(), transfers: new Map(), wallets: new Map() });

// Answers after a moment, so that a runner can be met between sending and reading.
export const sink = (ms = 150) => merchant((res) => setTimeout(() => does.ack()(res), ms));

// L3: an acknowledged refund or transfer exists once, and is done.
export async function moneyOracles(db, ledger) {
  for (const [table, number, by] of [['pay_refund', 'merchant_refund_id', ledger.refunds], ['pay_transfer', 'merchant_transfer_id', ledger.transfers]]) {
    for (const no of by.keys()) {
      const rows = await db.rows(`SELECT status, (SELECT COUNT(*) FROM notify_task t WHERE t.type = ? AND t.data_id = x.id) AS tasks FROM ${table} x WHERE ${number} = ?`, [table === 'pay_refund' ? 2 : 3, no]);
      assert.deepEqual(rows.map((r) => [r.status, r.tasks]), [[10, 1]], `${table} ${no}`);
    }
  }
}

// Each wallet has the sums the client knows, and its entries explain the balance, each by what was before it.
export async function walletOracles(stack, ledger) {
  for (const [user, sums] of ledger.wallets) {
    assert.deepEqual(await sumsOf(stack, stack.app1, user), sums, user);
    const { items } = await entriesOf(stack, stack.app1, user, { limit: 100 });
    let balance = 0;
    for (const e of items.reverse()) assert.equal(balance += e.price, e.balance, `${user} ${e.entry_no}`);
    assert.equal(balance, sums[0], user);
  }
}

// L7: what ended, ended by a kill, never by a fault of its own.
function diedByKillAlone(stack) {
  for (const file of logsOf(stack)) {
    const bad = readFileSync(file, 'utf8').split('\n')
      .filter((l) => /Sanitizer/.test(l) || (/event=worker\.died/.test(l) && !/ signal=9\b/.test(l)));
    assert.deepEqual(bad, [], file);
  }
}

// L1 acked create exists once; L2 acked callback leads to a paid order, an acked close to one that is
// closed with all its attempts; L4 the merchant received each event, all copies with one id and one
// body; L7 nothing ended by itself; and the audit is clean.
export async function oracles(stack, db, ledger, heardBy, ms = 150000) {
  for (const [no, order] of ledger.created) {
    const rows = await db.rows('SELECT no FROM pay_order WHERE merchant_order_id = ?', [no]);
    assert.deepEqual(rows.map((r) => r.no), [order.order_no], `${no} exists ${rows.length} times`);
  }
  for (const no of ledger.paid.keys()) {
    assert.equal(await db.value('SELECT status FROM pay_order WHERE no = ?', [no]), 10, `${no} was acknowledged`);
  }
  for (const no of ledger.closed.keys()) {
    assert.equal(await db.value('SELECT COUNT(*) FROM pay_order o LEFT JOIN pay_order_extension e ON e.order_id = o.id WHERE o.no = ? AND (o.status <> 20 OR e.status <> 20)', [no]), 0, `${no} was closed`);
  }
  const heard = () => {
    const by = new Map();
    for (const r of heardBy.hits) {
      if (!r.text) continue;
      const no = JSON.parse(r.text).data.order_no;
      by.set(no, [...(by.get(no) ?? []), r]);
    }
    return by;
  };
  await until('the merchant received a notification of every paid order', () => {
    const by = heard();
    return [...ledger.paid.keys()].every((no) => by.has(no));
  }, ms, 200);
  for (const [no, list] of heard()) {
    assert.equal(new Set(list.map((r) => r.headers['webhook-id'])).size, 1, `${no}: one id`);
    assert.equal(new Set(list.map((r) => r.text)).size, 1, `${no}: one body`);
  }
  await until('nothing is in hand any more', async () =>
    await db.value('SELECT COUNT(*) FROM notify_task WHERE status = 0') === 0, ms, 200);
  const audit = await ctl(stack, ['audit']);
  assert.equal(audit.code, 0, `audit: ${audit.stdout}\n${audit.stderr}`);
  diedByKillAlone(stack);
}

// Holds a table against writing until `ask` waits for it inside its CALL, then kills. A worker that is
// killed leaves its CALL to end by itself; a killed connection undoes it.
export async function heldAt(stack, root, table, cut, ask) {
  const holder = await root.pool.getConnection();
  try {
    await holder.query(`LOCK TABLES ${table} READ`);
    const asked = ask();
    const id = await until('the CALL waits', () => root.value("SELECT id FROM information_schema.processlist WHERE state LIKE 'Waiting for table%' AND user LIKE 'shroff%'"), 2500, 20);
    if (cut === 'its connection') await root.rows(`KILL ${id}`);
    else for (const name of ['create', 'callback']) for (const pid of pidsOf(stack, name)) if (pid !== pidOf(stack, name)) process.kill(pid, 'SIGKILL');
    const answer = await asked;
    await holder.query('UNLOCK TABLES');
    await until('the CALL ended', async () => (await root.rows('SELECT id FROM information_schema.processlist WHERE id = ?', [id])).length === 0, 5000, 20);
    return answer;
  } finally { holder.destroy(); }
}

// The environment scripts/run gave its programs.
export function environOf(stack) {
  const text = readFileSync(`/proc/${pidOf(stack, 'create')}/environ`, 'utf8');
  return Object.fromEntries(text.split('\0').filter(Boolean).map((l) => {
    const at = l.indexOf('=');
    return [l.slice(0, at), l.slice(at + 1)];
  }));
}

// The stack's own jobs pass commit points too: they rest while a worker's are armed.
export function restJobs(stack) {
  process.kill(pidOf(stack, 'scheduler'), 'SIGSTOP');
  for (const file of readdirSync(join(ROOT, 'cron'))) {
    if (file.endsWith('.c')) for (const pid of pidsOf(stack, file.slice(0, -2))) process.kill(pid, 'SIGKILL');
  }
}

// A job of our own: gives its exit code or signal.
export function runJob(stack, name, args = ['--once']) {
  stack.environ ??= environOf(stack);
  const { SHROFF_LISTEN, ...env } = stack.environ;
  return new Promise((done) => {
    const child = spawn(buildPath('cron', name), args, { env, stdio: 'ignore' });
    child.on('exit', (code, signal) => done(signal ?? code));
  });
}

export const runRunner = (stack) => runJob(stack, 'notify_runner');

export const healthy = (stack) => until('the service answers', async () =>
  (await request(stack, { path: '/healthz' }).catch(() => ({ status: 0 }))).status === 200, 40000, 100);
