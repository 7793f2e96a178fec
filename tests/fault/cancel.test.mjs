// A bar code's order is closed, and the program is killed beside its cancel at Alipay. What the payer then confirms is
// doubted, until it is sure that no cancel is at work: then it pays. A cancel that was answered ends the order.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { readEnvFile } from '../lib/env.mjs';
import { stopStack } from '../lib/stack.mjs';
import { readerDb } from '../lib/db.mjs';
import { sleep, until } from '../lib/wait.mjs';
import { newNo, post } from '../lib/client.mjs';
import { faultStack, insist, newLedger, oracles, plant, restJobs, runJob, runRunner, sink, wasHit } from './lib.mjs';

// point, which pass of it, what was done by then, and whether the payer can still confirm
const CANCEL = [
  ['cancel.noted', 1, 'the cancel is on record, not sent', true],
  ['cancel.sent', 1, 'the cancel was answered, nothing is written of it', false],
];

let stack, env, db, heard;
const ledger = newLedger();
before(async () => {
  stack = await faultStack();
  env = readEnvFile(join(stack.state, 'sandbox.env'));
  db = readerDb(stack);
  heard = await sink();
  restJobs(stack);
  await sleep(1200);
});
after(async () => {
  await db?.close();
  heard?.close();
  if (stack) stopStack(stack);
});

const close = (order) => post(stack, stack.app1, '/api/pay/close', { order_no: order.order_no });
const confirm = async (no) => {
  const res = await fetch(`${new URL(env.ALIPAY_GATEWAY).origin}/control/trades/${no}`, { method: 'POST', body: JSON.stringify({ pay: true }) });
  assert.equal(res.status, 200, await res.text());
};
const verdicts = async (no) => (await db.rows('SELECT c.verdict FROM callback_log c JOIN pay_order_extension e ON e.id = c.extension_id WHERE e.no = ?', [no])).map((r) => r.verdict);

describe('close of a bar code is killed', () => {
  for (const [point, pass, name, payable] of CANCEL) {
    test(name, async () => {
      const terms = {
        merchant_order_id: newNo('B'), price: 8800, currency: 'CNY', subject: 'kettle sandbox:bar-timeout',
        channel: 'alipay_bar', channel_extras: { auth_code: '281234567890123456' }, notify_url: heard.url,
      };
      const order = (await insist(() => post(stack, stack.app1, '/payments', terms))).json.data;
      ledger.created.set(terms.merchant_order_id, order);
      const no = await db.value('SELECT e.no FROM pay_order_extension e JOIN pay_order o ON o.id = e.order_id WHERE o.no = ?', [order.order_no]);
      await sleep(200);
      plant(stack, `${point} kill ${pass} close`);
      const first = await close(order);
      assert.ok(wasHit(stack), `the point ${point} was not passed`);
      assert.deepEqual([first.status, first.json?.code], [503, 50301], first.text);
      const row = () => db.row('SELECT e.status, e.cancel_time IS NOT NULL AS noted, o.status AS ended FROM pay_order_extension e JOIN pay_order o ON o.id = e.order_id WHERE e.no = ?', [no]);
      assert.deepEqual(await row(), { status: 0, noted: 1, ended: 0 });
      if (payable) {
        await confirm(no);
        await runJob(stack, 'sandbox_runner', ['--for', '3']);
        await until('the notice came', async () => (await verdicts(no)).length > 0, 15_000, 200);
        assert.deepEqual([...new Set(await verdicts(no))], ['DOUBTED']);
        assert.deepEqual(await row(), { status: 0, noted: 1, ended: 0 });
      }
      if (payable) {   // no cancel was sent: a minute later it is sure that the money stands
        await insist(() => post(stack, stack.app1, '/sandbox/clock', { advance: 61 }));
        const paid = await insist(() => close(order));
        assert.deepEqual([paid.status, paid.json.code], [409, 40901], paid.text);
        assert.deepEqual(await row(), { status: 10, noted: 1, ended: 10 });
        ledger.paid.set(order.order_no, order);
        return;
      }
      const again = await insist(() => close(order));
      assert.deepEqual([again.status, again.json.data?.status], [200, 'CLOSED'], again.text);
      assert.deepEqual(await row(), { status: 20, noted: 1, ended: 20 });
      ledger.closed.set(order.order_no, order);
      assert.equal(await db.value("SELECT COUNT(*) FROM notify_task WHERE merchant_order_id = ? AND event = 'order.success'", [terms.merchant_order_id]), 0);
    });
  }

  test('the client\'s ledger and the audit', async () => {
    await runRunner(stack);
    await oracles(stack, db, ledger, heard);
  });
});
