// What changes a wallet is killed at each fault point, once: a correction, a recharge, a payment, refunds of
// both, a transfer into it. Then all of it was done or nothing, the same request again does it once, and the
// client's own sums are the wallet's.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { stopStack } from '../lib/stack.mjs';
import { readerDb, rootDb } from '../lib/db.mjs';
import { sleep } from '../lib/wait.mjs';
import { newNo, post, terms } from '../lib/client.mjs';
import { sendCallback, signedCallback } from '../lib/channel.mjs';
import { refundCallback, sendRefundCallback } from '../lib/refund.mjs';
import { transferBody } from '../lib/transfer.mjs';
import { adjustBody, newUser, rechargeBody, sumsOf } from '../lib/wallet.mjs';
import { faultStack, heldAt, insist, newLedger, oracles, plant, restJobs, runJob, runRunner, sink, walletOracles, wasHit } from './lib.mjs';

// point, which pass of it, what was done by then, and the program, where the gateway passes such a point too
const COMMITS = (pass = 1) => [
  ['commit.before', pass, 'before COMMIT'], ['commit.sent', pass, 'COMMIT sent, unread'], ['commit.done', pass, 'committed'],
];
const JOURNAL = (pass = 1) => [
  ['ledger.inserted', pass, 'its rows inserted'], ['wallet.changed', pass, 'the balance changed'],
];
const BEGUN = [['reply.begun', 1, 'the reply begun, none of it sent']];
const PAID = [
  ['attempt.inserted', 1, 'attempt inserted'], ...JOURNAL(), ['ledger.submitted', 1, 'taken off the balance'],
  ['order.locked', 1, 'order read'], ['order.updated', 1, 'attempt and order paid'], ['order.settled', 1, 'notification inserted'],
  ...COMMITS(), ...BEGUN,
];
const RECHARGED = [
  ['order.locked', 1, 'order locked'], ['order.updated', 1, 'attempt and order paid'], ...JOURNAL(),
  ['order.settled', 1, 'notification inserted'], ['callback.logged', 1, 'raw row inserted'], ...COMMITS(),
];
const ENDING = (pass) => [
  ['refund.locked', 1, 'order locked again'], ['refund.updated', 1, 'refund and order updated'], ...JOURNAL(pass),
  ['refund.settled', 1, 'notification inserted'],
];
const RESERVED = [
  ['reserve.locked', 1, 'order locked'], ['refund.reserved', 1, 'money reserved'], ['refund.inserted', 1, 'row inserted'],
];
const REFUND = [...RESERVED, ...COMMITS(1), ['refund.sending', 1, 'before the wallet'], ['refund.sent', 1, 'the wallet answered'],
  ...ENDING(1), ...COMMITS(2), ...BEGUN];
// The gateway commits and replies between the two.
const RECHARGE_REFUND = [...RESERVED, ...JOURNAL(1), ...COMMITS(1), ['refund.sending', 1, 'before the channel'],
  ['refund.sent', 1, 'the channel answered'], ...ENDING(2),
  ...[...COMMITS(2), ...BEGUN].map((row) => [...row, 'refund'])];
const RECHARGE_REFUND_CALLBACK = [['refund.locked', 1, 'order locked'], ['refund.updated', 1, 'refund and order updated'],
  ...JOURNAL(), ['refund.settled', 1, 'notification inserted'], ['callback.logged', 1, 'raw row inserted'], ...COMMITS()];
const TRANSFER = [['transfer.inserted', 1, 'row inserted'], ...COMMITS(1), ['transfer.sending', 1, 'before the wallet'],
  ['transfer.sent', 1, 'the wallet answered'], ['transfer.locked', 1, 'row locked'], ['transfer.updated', 1, 'row updated'],
  ...JOURNAL(), ['transfer.settled', 1, 'notification inserted'], ...COMMITS(2), ...BEGUN];

let stack, db, root, heard, back;
const ledger = newLedger();
const ACK = '{"code":0,"msg":"SUCCESS"}';

before(async () => {
  stack = await faultStack();
  db = readerDb(stack);
  root = rootDb(stack);
  heard = await sink();
  back = await sink();           // of refunds and transfers
  restJobs(stack);
});
after(async () => {
  for (const face of [db, root]) await face?.close();
  for (const face of [heard, back]) face?.close();
  if (stack) stopStack(stack);
});

const ask = (path, body) => post(stack, stack.app1, path, body);
const surely = async (path, body) => {
  const res = await insist(() => ask(path, body));
  assert.ok([200, 201].includes(res.status), res.text);
  return res.json.data;
};
const acked = async (send) => {
  const res = await insist(send);
  assert.deepEqual([res.status, res.text], [200, ACK]);
};

// The wallet's sums as the client knows them: only what was acknowledged counts.
const owner = (sums = [0, 0, 0, 0]) => {
  const user = newUser();
  ledger.wallets.set(user, sums);
  return user;
};
const holds = async (user, sums) => {
  assert.deepEqual(await sumsOf(stack, stack.app1, user), sums);
  ledger.wallets.set(user, sums);
};
const rich = async (price) => {
  const user = owner();
  await surely('/api/pay/wallet/adjust', adjustBody(user, price));
  await holds(user, [price, 0, 0, 0]);
  return user;
};
const filled = async (play) => {
  const user = owner();
  const order = await surely('/api/pay/wallet/recharge', rechargeBody(user, {
    channel: 'mock', bonus_price: 100, notify_url: heard.url, metadata: { mock: { refund: play } },
  }));
  await acked(() => sendCallback(stack, signedCallback(order, stack.app1.channelSecret)));
  ledger.paid.set(order.order_no, order);
  await holds(user, [1100, 0, 1000, 0]);
  return [user, order];
};

// Killed once while `send` is under way: `check` sees what is left, with every sum that may be there.
async function killed([point, pass, , program = ''], send) {
  await sleep(200);              // a worker notes after its answer that a key was used: not that COMMIT
  plant(stack, `${point} kill ${pass} ${program}`);
  const first = await send().catch((e) => ({ status: 0, text: String(e) }));
  assert.ok(wasHit(stack), `the point ${point} was not passed`);
  assert.deepEqual([first.status, first.json?.code], [503, 50301], first.text);
}
async function oneOf(user, ...sums) {
  const now = JSON.stringify(await sumsOf(stack, stack.app1, user));
  assert.ok(sums.some((s) => JSON.stringify(s) === now), `${now} is none of ${JSON.stringify(sums)}`);
}
// What was reserved and not sent, or sent and not recorded, is the job's.
async function jobEnds(table) {
  await root.rows(`UPDATE ${table} SET next_sync_time = UTC_TIMESTAMP(3) WHERE status IN (0, 5)`);
  assert.equal(await runJob(stack, 'channel_sync'), 0);
}
const each = (name, rows, body) => describe(`${name} is killed`, () => {
  for (const row of rows) test(`${row[2]} (${row[0]} ${row[1]})`, () => body(row));
});

each('a correction', [...JOURNAL(), ...COMMITS(), ...BEGUN], async (row) => {
  const user = owner();
  const body = adjustBody(user, 1234);
  await killed(row, () => ask('/api/pay/wallet/adjust', body));
  await oneOf(user, [0, 0, 0, 0], [1234, 0, 0, 0]);
  const entry = await surely('/api/pay/wallet/adjust', body);
  assert.equal((await surely('/api/pay/wallet/adjust', body)).entry_no, entry.entry_no);
  await holds(user, [1234, 0, 0, 0]);
});

async function paidFromWallet(user, body, path) {
  const order = await surely(path, body);
  assert.deepEqual([order.status, order.paid_price], ['SUCCESS', 1234], JSON.stringify(order));
  assert.equal(await db.value('SELECT COUNT(*) FROM pay_order_extension e JOIN pay_order o ON o.id = e.order_id WHERE o.no = ?', [order.order_no]), 1);
  ledger.paid.set(order.order_no, order);
  await holds(user, [766, 0, 0, 1234]);
}
const wholly = async (user, no) => {
  const status = await db.value('SELECT status FROM pay_order WHERE merchant_order_id = ?', [no]);
  await oneOf(user, status === 10 ? [766, 0, 0, 1234] : [2000, 0, 0, 0]);
};
const walletTerms = (user) => terms({ user_id: user, channel: 'wallet', notify_url: heard.url });
async function paidBy(user, body) {
  await wholly(user, body.merchant_order_id);
  ledger.created.set(body.merchant_order_id, await surely('/api/pay/create', body));
  await paidFromWallet(user, body, '/api/pay/create');
}
// A new order is made and paid in one CALL, inside which no point can be.
each('create with a wallet', [['call.before', 1, 'before the CALL'], ['call.done', 1, 'the order made and paid'], ...BEGUN], async (row) => {
  const user = await rich(2000), body = walletTerms(user);
  await killed(row, () => ask('/api/pay/create', body));
  await paidBy(user, body);
});
// The tables that it writes to, in its order: held, the one before was written.
for (const [table, name] of [['api_nonce', 'begun'], ['pay_order', 'nonce inserted'], ['pay_order_extension', 'order inserted'],
  ['wallet', 'attempt inserted'], ['ledger_entry', 'wallet locked'], ['status_log', 'order paid'], ['notify_task', 'steps inserted']]) {
  for (const cut of ['the worker', 'its connection']) {
    test(`create with a wallet, inside the CALL (${name}): ${cut} is killed`, async () => {
      const user = await rich(2000), body = walletTerms(user);
      const first = await heldAt(stack, root, table, cut, () => ask('/api/pay/create', body));
      assert.deepEqual([first.status, first.json?.code], [503, 50301], first.text);
      if (cut === 'its connection') await oneOf(user, [2000, 0, 0, 0]);
      await paidBy(user, body);
    });
  }
}
// One that is there already is paid statement by statement.
each('a repeated create with a wallet', [['ledger.locked', 1, 'order locked'], ...PAID], async (row) => {
  const user = await rich(2000), body = walletTerms(user);
  await surely('/api/pay/create', { ...body, channel: undefined });
  await killed(row[1] === 1 && row[0].startsWith('commit.') ? [row[0], 2, ...row.slice(2)] : row, () => ask('/api/pay/create', body));
  await paidBy(user, body);
});
each('submit with a wallet', PAID, async (row) => {
  const user = await rich(2000);
  const order = await surely('/api/pay/create', terms({ user_id: user, notify_url: heard.url }));
  await killed(row, () => ask('/api/pay/submit', { order_no: order.order_no, channel: 'wallet' }));
  await wholly(user, order.merchant_order_id);
  const again = await insist(() => ask('/api/pay/submit', { order_no: order.order_no, channel: 'wallet' }));
  assert.ok([200, 201].includes(again.status) || again.json.code === 40901, again.text);
  await paidFromWallet(user, terms({ user_id: user, merchant_order_id: order.merchant_order_id }), '/api/pay/create');
});

each('the callback of a recharge', RECHARGED, async (row) => {
  const user = owner();
  const order = await surely('/api/pay/wallet/recharge', rechargeBody(user, { channel: 'mock', bonus_price: 100, notify_url: heard.url }));
  const said = signedCallback(order, stack.app1.channelSecret);
  await killed(row, () => sendCallback(stack, said));
  await oneOf(user, [0, 0, 0, 0], [1100, 0, 1000, 0]);
  await acked(() => sendCallback(stack, said));
  ledger.paid.set(order.order_no, order);
  await holds(user, [1100, 0, 1000, 0]);
});

const refundOf = async (order) => {
  const rows = await db.rows('SELECT r.status, r.version, o.refund_price, o.refunding_price FROM pay_refund r JOIN pay_order o ON o.id = r.order_id WHERE o.no = ?', [order.order_no]);
  return rows.map((r) => [r.status, r.version, r.refund_price, r.refunding_price]);
};
const refundBody = (order) => ({ order_no: order.order_no, merchant_refund_id: newNo('R'), refund_price: 500, notify_url: back.url });

each('a refund to a wallet', REFUND, async (row) => {
  const user = await rich(2000);
  const order = await surely('/api/pay/create', terms({ user_id: user, channel: 'wallet', notify_url: heard.url }));
  ledger.paid.set(order.order_no, order);
  const body = refundBody(order);
  await killed(row, () => ask('/api/pay/refund', body));
  await oneOf(user, [766, 0, 0, 1234], [1266, 0, 0, 734]);
  await surely('/api/pay/refund', body);
  await jobEnds('pay_refund');
  assert.deepEqual(await refundOf(order), [[10, 1, 500, 0]]);
  await holds(user, [1266, 0, 0, 734]);
});

// A half of the recharge and of its bonus: frozen, then gone, or back on the balance when the channel refuses.
const WHOLE = [1100, 0, 1000, 0], FROZEN = [550, 550, 1000, 0], GONE = [550, 0, 500, 0];
each('a refund of a recharge', RECHARGE_REFUND, async (row) => {
  const [user, order] = await filled('now');
  const body = refundBody(order);
  await killed(row, () => ask('/api/pay/refund', body));
  await oneOf(user, WHOLE, FROZEN, GONE);
  await surely('/api/pay/refund', body);
  await jobEnds('pay_refund');
  assert.deepEqual(await refundOf(order), [[10, 1, 500, 0]]);
  await holds(user, GONE);
});
for (const [status, done, sums] of [['SUCCESS', [10, 1, 500, 0], GONE], ['FAILED', [20, 1, 0, 0], WHOLE]]) {
  each(`the callback of a recharge's refund, ${status},`, RECHARGE_REFUND_CALLBACK, async (row) => {
    const [user, order] = await filled('never');
    const refund = await surely('/api/pay/refund', refundBody(order));
    await holds(user, FROZEN);
    const said = refundCallback(refund, stack.app1.channelSecret, { status });
    await killed(row, () => sendRefundCallback(stack, stack.app1, said));
    await oneOf(user, FROZEN, sums);
    await acked(() => sendRefundCallback(stack, stack.app1, said));
    assert.deepEqual(await refundOf(order), [done]);
    await holds(user, sums);
  });
}

each('a transfer to a wallet', TRANSFER, async (row) => {
  const user = owner();
  const body = transferBody(undefined, { channel: 'wallet', user_account: user, notify_url: back.url });
  await killed(row, () => ask('/api/pay/transfer', body));
  await oneOf(user, [0, 0, 0, 0], [700, 0, 0, 0]);
  await surely('/api/pay/transfer', body);
  await jobEnds('pay_transfer');
  assert.equal(await db.value('SELECT status FROM pay_transfer WHERE merchant_transfer_id = ?', [body.merchant_transfer_id]), 10);
  await holds(user, [700, 0, 0, 0]);
});

test('afterwards: the client\'s sums are the wallets\', every merchant is notified, the audit is clean', async () => {
  await runRunner(stack);
  await walletOracles(stack, ledger);
  await oracles(stack, db, ledger, heard);
});
