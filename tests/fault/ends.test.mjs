// Orders that end without a callback: close, order_closer and channel_sync are killed at each fault
// point, once. Then recovery, the client's ledger, the gateway's books and a clean audit.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { stopStack } from '../lib/stack.mjs';
import { readerDb, rootDb } from '../lib/db.mjs';
import { sleep } from '../lib/wait.mjs';
import { newNo, post } from '../lib/client.mjs';
import { ctl } from '../lib/ctl.mjs';
import { payPage } from '../lib/page.mjs';
import { faultStack, insist, newLedger, oracles, plant, restJobs, runJob, runRunner, sink, wasHit } from './lib.mjs';

// point, which pass of it, and what was done by then. An order without an attempt has one COMMIT, in
// which it is closed; with one, the gateway commits first.
const CLOSING = [
  ['close.asked', 1, 'X0 the channel has closed it'], ['close.locked', 1, 'X1 order locked'],
  ['close.closed', 1, 'X2 X3 order closed, task inserted'],
];
const COMMITS = [
  ['commit.before', 1, 'before COMMIT'], ['commit.sent', 1, 'X4 COMMIT sent, unread'],
  ['commit.done', 1, 'committed, no reply'],
];
const CLOSER = [...CLOSING, ...COMMITS];   // an order without an attempt is taken and closed in one transaction
const SYNC = [
  ['commit.sent', 1, 'claim: COMMIT sent, unread'], ['commit.done', 1, 'claim committed'],
  ['sync.asked', 1, 'the channel answered'], ['call.before', 1, 'before the CALL that pays'],
  ['call.done', 1, 'paid'], ['commit.sent', 2, 'next question: COMMIT sent, unread'], ['commit.done', 2, 'next question written'],
];

let stack, db, root, books, heard;
const ledger = newLedger();

before(async () => {
  stack = await faultStack();
  db = readerDb(stack);
  root = rootDb(stack);
  books = rootDb(stack, 'sandbox');
  heard = await sink();
  restJobs(stack);
  const set = await ctl(stack, ['app', 'set', stack.app1.key, '--notify-closed', '1', '--reason', 'test']);
  assert.equal(set.code, 0, set.stderr);
  await sleep(1200);
});
after(async () => {
  for (const face of [db, root, books]) await face?.close();
  heard?.close();
  if (stack) stopStack(stack);
});

const termsOf = (more = {}) => ({
  merchant_order_id: newNo('E'), price: 4321, currency: 'CNY', subject: 'End', channel: 'mock',
  notify_url: heard.url, ...more,
});
// A worker notes after its answer that a key was used: that COMMIT is not the one that is meant.
const arm = async (line) => { await sleep(200); plant(stack, line); };
const opened = async (more) => {
  const terms = termsOf(more);
  const order = (await insist(() => post(stack, stack.app1, '/payments', terms))).json.data;
  ledger.created.set(terms.merchant_order_id, order);
  return order;
};
const close = (order) => post(stack, stack.app1, '/api/pay/close', { order_no: order.order_no });
// What the order's row, its steps and its tasks say.
async function seen(order) {
  const row = await db.row('SELECT id, status FROM pay_order WHERE no = ?', [order.order_no]);
  const count = (sql) => db.value(`SELECT COUNT(*) FROM ${sql}`, [row.id]);
  return {
    status: row.status,
    steps: await count("status_log WHERE kind = 'order' AND data_id = ?"),
    tasks: await count('notify_task WHERE type = 1 AND data_id = ?'),
  };
}
const CLOSED = { status: 20, steps: 1, tasks: 1 };
const PAID = { status: 10, steps: 1, tasks: 1 };
const UNTOUCHED = { status: 0, steps: 0, tasks: 0 };

async function endedOnce(order) {
  assert.deepEqual(await seen(order), CLOSED);
  if (order.pay_id) assert.equal(await books.value('SELECT status FROM mock_trade WHERE pay_id = ?', [order.pay_id]), 30, 'closed at the gateway');
  ledger.closed.set(order.order_no, order);
}
// All or nothing; before the COMMIT nothing.
async function whole(order, done) {
  const now = await seen(order);
  assert.deepEqual(now, now.status === 0 ? UNTOUCHED : done);
}

describe('close is killed', () => {
  const rows = [...CLOSING.map((row) => [...row, 'mock']), ...CLOSING.slice(1).map((row) => [...row, undefined]),
    ...COMMITS.map((row) => [...row, undefined])];
  for (const [point, pass, name, channel] of rows) {
    test(`${name}${channel ? '' : ', without an attempt'}`, async () => {
      const order = await opened({ channel });
      await arm(`${point} kill ${pass}`);
      const first = await close(order);
      assert.ok(wasHit(stack), `the point ${point} was not passed`);
      assert.deepEqual([first.status, first.json?.code], [503, 50301], first.text);
      await whole(order, CLOSED);
      const again = await insist(() => close(order));
      assert.deepEqual([again.status, again.json.data?.status], [200, 'CLOSED'], again.text);
      await endedOnce(order);
    });
  }

  // It did not know the payment when it was asked, and then did not answer the close.
  test('the gateway is killed at its COMMIT: 50201, closed when it is sent again', async () => {
    const order = await opened();
    await arm('commit.sent kill 1');
    const first = await close(order);
    assert.ok(wasHit(stack), 'passed');
    assert.equal(first.json?.code, 50201, first.text);
    assert.deepEqual(await seen(order), UNTOUCHED);
    const again = await insist(() => close(order));
    assert.deepEqual([again.status, again.json.data?.status], [200, 'CLOSED'], again.text);
    await endedOnce(order);
  });

  for (const [point, pass, name] of CLOSING.slice(0, 2)) {
    test(`paid at the channel, no callback: ${name}: 40901 when it is sent again, paid once`, async () => {
      const order = await opened();
      await payPage(stack, order).choose('silent');
      await arm(`${point} kill ${pass}`);
      const first = await close(order);
      if (point === 'close.asked') assert.ok(wasHit(stack), 'passed');
      assert.ok([503, 409].includes(first.status), first.text);
      const again = await insist(() => close(order));
      assert.deepEqual([again.status, again.json.code], [409, 40901], again.text);
      assert.deepEqual(await seen(order), PAID);
      ledger.paid.set(order.order_no, order);
    });
  }
});

describe('order_closer is killed', () => {
  for (const [point, pass, name] of CLOSER) {
    for (const paid of point === 'close.asked' ? [false, true] : [false]) {
      test(`${name}${paid ? ', paid at the channel' : ''}`, async () => {
        const order = await opened(point.startsWith('commit') ? { channel: undefined } : {});
        if (paid) await payPage(stack, order).choose('silent');
        const end = () => root.rows('UPDATE pay_order SET expire_time = UTC_TIMESTAMP(3) - INTERVAL 1 SECOND, asked_time = NULL WHERE no = ?', [order.order_no]);
        await end();
        plant(stack, `${point} kill ${pass}`);
        assert.equal(await runJob(stack, 'order_closer'), 'SIGKILL');
        assert.ok(wasHit(stack), 'passed');
        await whole(order, paid ? PAID : CLOSED);
        await end();             // the turn's end, without waiting 10 s for it
        assert.equal(await runJob(stack, 'order_closer'), 0);
        if (!paid) return endedOnce(order);
        assert.deepEqual(await seen(order), PAID);
        ledger.paid.set(order.order_no, order);
      });
    }
  }
});

describe('channel_sync is killed', () => {
  for (const [point, pass, name] of SYNC) {
    test(name, async () => {
      const order = await opened();
      await payPage(stack, order).choose('silent');
      const due = () => root.rows('UPDATE pay_order_extension SET next_sync_time = UTC_TIMESTAMP(3) WHERE no = ? AND status = 0', [order.pay_id]);
      await due();
      plant(stack, `${point} kill ${pass}`);
      assert.equal(await runJob(stack, 'channel_sync'), 'SIGKILL');
      assert.ok(wasHit(stack), 'passed');
      await whole(order, PAID);
      await due();               // the lease's end, without waiting a minute for it
      assert.equal(await runJob(stack, 'channel_sync'), 0);
      assert.deepEqual(await seen(order), PAID);
      ledger.paid.set(order.order_no, order);
    });
  }
});

test('afterwards: the client\'s record agrees, the merchant has every event once, the audit is clean', async () => {
  await runRunner(stack);
  await oracles(stack, db, ledger, heard);
});
