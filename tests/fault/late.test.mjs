// Late and double money: its callback, the job that gives it back and an operator's decision are killed
// at each fault point, once. Then it went back once, or paid once, and the audit is clean.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { stopStack } from '../lib/stack.mjs';
import { readerDb, rootDb } from '../lib/db.mjs';
import { sleep } from '../lib/wait.mjs';
import { newNo, post, submitAnother } from '../lib/client.mjs';
import { ctl } from '../lib/ctl.mjs';
import { sendCallback, signedCallback } from '../lib/channel.mjs';
import { faultStack, insist, newLedger, oracles, plant, restJobs, runJob, runRunner, sink, wasHit } from './lib.mjs';

const COMMITS = [
  ['commit.before', 1, 'before COMMIT'], ['commit.sent', 1, 'COMMIT sent, unread'], ['commit.done', 1, 'committed, no reply'],
];
const CALLBACK = [
  ['order.locked', 1, 'order locked'], ['money.kept', 1, 'attempt paid'], ['refund.added', 1, 'its refund inserted'],
  ['order.settled', 1, 'alert raised'], ['callback.logged', 1, 'raw row written'], ...COMMITS,
];
// Later COMMITs may be the gateway's: it has the same plan.
const JOB = [
  ['commit.sent', 1, 'claim: COMMIT sent, unread'], ['commit.done', 1, 'claim committed'], ['refund.sending', 1, 'before the call'],
  ['refund.sent', 1, 'the channel did it'], ['refund.locked', 1, 'refund locked'], ['refund.updated', 1, 'refund ended, alert closed'],
  ['refund.settled', 1, 'notification inserted'],
];
const DECIDE = [['decide.locked', 1, 'order locked'], ['decide.done', 1, 'done, the alert is open still'], ...COMMITS];

let stack, db, root, books, heard;
const ledger = newLedger();

before(async () => {
  stack = await faultStack();
  db = readerDb(stack);
  root = rootDb(stack);
  books = rootDb(stack, 'sandbox');
  heard = await sink();
  restJobs(stack);
});
after(async () => {
  for (const face of [db, root, books]) await face?.close();
  heard?.close();
  if (stack) stopStack(stack);
});

// A worker notes after its answer that a key was used: that COMMIT is not the one that is meant.
const arm = async (line) => { await sleep(200); plant(stack, line); };
const opened = async () => (await insist(() => post(stack, stack.app1, '/payments', {
  merchant_order_id: newNo('L'), price: 4321, currency: 'CNY', subject: 'Late', channel: 'mock', notify_url: heard.url,
}))).json.data;
const said = (attempt) => signedCallback({ ...attempt, price: 4321, currency: 'CNY' }, stack.app1.channelSecret);
const acked = async (callback) => {
  const r = await insist(() => sendCallback(stack, callback));
  assert.deepEqual([r.status, r.text], [200, '{"code":0,"msg":"SUCCESS"}']);
};
async function policy(word) {
  assert.equal((await ctl(stack, ['app', 'set', stack.app1.key, '--late-payment', word, '--reason', 'test'])).code, 0);
  await sleep(1200);
}
// [the order, the attempt whose money its order cannot take]
const KINDS = {
  late: async () => {
    const order = await opened();
    await root.rows('UPDATE pay_order SET status = 20 WHERE no = ?', [order.order_no]);
    return [order, order];
  },
  duplicate: async () => {
    const order = await opened();
    const second = (await insist(() => submitAnother(stack, stack.app1, order))).json.data;
    await acked(said(second));
    ledger.paid.set(order.order_no, order);
    return [order, order];
  },
};
const refundsOf = (order) => db.rows('SELECT r.no, r.status, r.cause, r.version FROM pay_refund r JOIN pay_order o ON o.id = r.order_id WHERE o.no = ?', [order.order_no]);
const due = () => root.rows('UPDATE pay_refund SET next_sync_time = UTC_TIMESTAMP(3) WHERE status = 0');

async function wentBackOnce(order, cause) {
  await due();                   // the lease's end, without waiting a minute for it
  assert.equal(await runJob(stack, 'channel_sync'), 0);
  const rows = await refundsOf(order);
  assert.deepEqual(rows.map((r) => [r.status, r.cause, r.version]), [[10, cause, 1]]);
  assert.equal(await books.value("SELECT COUNT(*) FROM mock_payout WHERE pay_id = ? AND status = 10", [order.pay_id]), 1, 'once at the gateway');
  assert.equal(await db.value('SELECT COUNT(*) FROM pay_alert WHERE about = ? AND closed_by IS NULL', [order.pay_id]), 0);
  const row = await db.row('SELECT status, refund_price, refunding_price FROM pay_order WHERE no = ?', [order.order_no]);
  assert.deepEqual([row.status, row.refund_price, row.refunding_price], [cause === 'late' ? 20 : 10, 0, 0]);
}

for (const cause of Object.keys(KINDS)) {
  describe(`${cause}: the callback is killed`, () => {
    for (const [point, pass, name] of CALLBACK) {
      test(name, async () => {
        const [order, attempt] = await KINDS[cause]();
        const callback = said(attempt);
        await arm(`${point} kill ${pass}`);
        const first = await sendCallback(stack, callback).catch((e) => ({ status: 0, text: String(e) }));
        assert.ok(wasHit(stack), `the point ${point} was not passed`);
        assert.notEqual(first.status, 200, 'never acknowledged before it was done');
        const kept = await db.value('SELECT status FROM pay_order_extension WHERE no = ?', [attempt.pay_id]);
        assert.equal((await refundsOf(order)).length, kept === 10 ? 1 : 0, 'the money and its refund are one');
        await acked(callback);
        await wentBackOnce(order, cause);
      });
    }
  });
}

describe('the job is killed', () => {
  for (const [point, pass, name] of JOB) {
    test(name, async () => {
      const [order, attempt] = await KINDS.late();
      await acked(said(attempt));
      await due();
      plant(stack, `${point} kill ${pass}`);
      assert.equal(await runJob(stack, 'channel_sync'), 'SIGKILL');
      assert.ok(wasHit(stack), `the point ${point} was not passed`);
      await wentBackOnce(order, 'late');
    });
  }
});

describe('an operator\'s decision is killed', () => {
  before(() => policy('hold'));
  const armed = () => ({ ...stack, env: { ...stack.env, SHROFF_FAULT_FILE: stack.plan } });
  const decide = (on, id, action) => ctl(on, ['alerts', 'decide', String(id), '--action', action, '--reason', 'test', '--json']);
  for (const action of ['refund', 'accept']) {
    for (const [point, pass, name] of DECIDE) {
      test(`${action}: ${name}`, async () => {
        const [order, attempt] = await KINDS.late();
        await acked(said(attempt));
        const id = await db.value("SELECT id FROM pay_alert WHERE kind = 'late_paid' AND about = ?", [attempt.pay_id]);
        await arm(`${point} kill ${pass}`);
        assert.notEqual((await decide(armed(), id, action)).code, 0);
        assert.ok(wasHit(stack), `the point ${point} was not passed`);
        const again = await decide(stack, id, action);
        assert.equal(again.code, 0, again.stderr);
        assert.equal(await db.value('SELECT COUNT(*) FROM admin_log WHERE on_what = ?', [`${id} ${attempt.pay_id}`]), 1);
        if (action === 'refund') return wentBackOnce(order, 'late');
        assert.equal(await db.value("SELECT COUNT(*) FROM notify_task t JOIN pay_order o ON o.id = t.data_id WHERE o.no = ? AND t.event = 'order.success'", [order.order_no]), 1);
        assert.deepEqual(await refundsOf(order), []);
        ledger.paid.set(order.order_no, order);
      });
    }
  }
});

test('afterwards: every event once, the audit is clean', async () => {
  await runRunner(stack);
  await oracles(stack, db, ledger, heard);
});
