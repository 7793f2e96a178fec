// Every fault point of create, submit, callback, refund and runner: the process is killed there, once; then
// recovery, the client's ledger and a clean audit. The points stand before and after each step, so
// the one after a step is the one before the next. create and a usual callback are one CALL: inside it
// it is the table that is held, until the worker was killed or its connection was.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../lib/env.mjs';
import { stopStack, pidsOf, pidOf } from '../lib/stack.mjs';
import { readerDb, rootDb } from '../lib/db.mjs';
import { sleep, until } from '../lib/wait.mjs';
import { newNo, post } from '../lib/client.mjs';
import { ctl } from '../lib/ctl.mjs';
import { sendCallback, signedCallback } from '../lib/channel.mjs';
import { refundCallback, sendRefundCallback } from '../lib/refund.mjs';
import { sendTransferCallback, transferBody, transferCallback } from '../lib/transfer.mjs';
import { faultStack, heldAt as heldAtTable, insist, newLedger, oracles, payOne, plant, restJobs, runRunner, sink, wasHit } from './lib.mjs';

// point, which pass of it, the name reliability engineers know it by, and the program, where the gateway
// passes such a point too
const CREATE = [
  ['request.read', 1, 'C1 accepted'], ['request.signed', 1, 'C2 signature ok'],
  ['call.before', 1, 'before the CALL'], ['call.done', 1, 'C6 committed, no byte sent'],
  ['reply.begun', 1, 'C7 the reply begun, none of it sent'],
];
const CALLBACK = [
  ['request.read', 1, 'K1 bytes read'], ['call.before', 1, 'K3 order read, before the CALL'],
  ['call.done', 1, 'K8 committed, no reply'], ['reply.begun', 1, 'the reply begun, none of it sent'],
];
// A payment that is not the usual one, here a late one that is accepted, goes statement by statement.
const LATE = [
  ['order.locked', 1, 'K3 order locked'],
  ['order.updated', 1, 'K4 K5 attempt and order updated'], ['order.settled', 1, 'K6 task inserted'],
  ['callback.logged', 1, 'K2 raw row written, not committed'], ['commit.before', 1, 'before COMMIT'],
  ['commit.sent', 1, 'K7 COMMIT sent, unread'], ['commit.done', 1, 'K8 committed, no reply'],
];
// The tables a CALL writes to, in its order: held, the one before was written.
const CREATE_CALL = [
  ['api_nonce', 'begun'], ['pay_order', 'C3 nonce inserted'], ['pay_order_extension', 'C4 order inserted'],
];
const CALLBACK_CALL = [
  ['pay_order', 'begun'], ['pay_order_extension', 'K4 order updated'], ['notify_task', 'K5 attempt updated'],
  ['callback_log', 'K6 task inserted'],
];
const SUBMIT = [
  ['attempt.inserted', 1, 'S1 attempt inserted'],
  ['commit.sent', 1, 'COMMIT sent, unread'], ['commit.done', 1, 'S2 committed'],
  ['attempt.sent', 1, 'S3 the channel answered', { metadata: { mock: { submit: 'slow' } } }],
];
// A refund: its reservation, the channel's call, what the channel said.
const REFUND = [
  ['reserve.locked', 1, 'order locked'], ['refund.reserved', 1, 'R2 money reserved'], ['refund.inserted', 1, 'R1 row inserted'],
  ['commit.before', 1, 'before COMMIT'], ['commit.sent', 1, 'R3 COMMIT sent, unread'], ['commit.done', 1, 'R4 committed, not sent'],
  ['refund.sending', 1, 'R4 before the channel'], ['refund.sent', 1, 'R5 the channel answered'],
  ['refund.locked', 1, 'order locked again'], ['refund.updated', 1, 'refund and order updated'], ['refund.settled', 1, 'R6 result written'],
  ['commit.sent', 1, 'R5 the gateway is killed at its COMMIT', 'mockpay'], ['reply.begun', 1, 'R5 the gateway is killed, its reply begun', 'mockpay'],
  ['commit.sent', 2, 'R6 COMMIT of the result sent, unread', 'refund'], ['commit.done', 2, 'R7 committed, no reply', 'refund'],
  ['reply.begun', 1, 'the reply begun, none of it sent', 'refund'],
];
const REFUND_CALLBACK = [
  ['refund.locked', 1, 'order locked'], ['refund.updated', 1, 'refund and order updated'], ['refund.settled', 1, 'task inserted'],
  ['callback.logged', 1, 'raw row written, not committed'], ['commit.sent', 1, 'COMMIT sent, unread'], ['commit.done', 1, 'committed, no reply'],
];
// A transfer: its row, the channel's call, what the channel said.
const TRANSFER = [
  ['transfer.unknown', 1, 'number looked for'], ['transfer.inserted', 1, 'row inserted'], ['commit.before', 1, 'before COMMIT'],
  ['commit.sent', 1, 'COMMIT sent, unread'], ['commit.done', 1, 'committed, not sent'], ['transfer.sending', 1, 'before the channel'],
  ['transfer.sent', 1, 'the channel answered'], ['transfer.locked', 1, 'row locked'], ['transfer.updated', 1, 'row updated'],
  ['transfer.settled', 1, 'task inserted'], ['commit.sent', 2, 'COMMIT of the result sent, unread', 'transfer'],
  ['commit.done', 2, 'committed, no reply', 'transfer'], ['reply.begun', 1, 'the reply begun, none of it sent', 'transfer'],
];
const TRANSFER_CALLBACK = [
  ['transfer.locked', 1, 'row locked'], ['transfer.updated', 1, 'row updated'], ['transfer.settled', 1, 'task inserted'],
  ['callback.logged', 1, 'raw row written, not committed'], ['commit.sent', 1, 'COMMIT sent, unread'], ['commit.done', 1, 'committed, no reply'],
];
const RUNNER = [
  ['claim.updated', 1, 'N1 claim updated'], ['commit.sent', 1, 'claim: COMMIT sent, unread'],
  ['commit.done', 1, 'N2 claim committed'], ['post.running', 1, 'N3 POST sent, unread'],
  ['post.ended', 1, 'N4 answer read'], ['result.written', 1, 'N5 result written'],
  ['commit.sent', 2, 'N6 COMMIT sent, unread'], ['commit.done', 2, 'result committed'],
];

let stack, db, root, heard, back;
const ledger = newLedger();

before(async () => {
  stack = await faultStack();
  db = readerDb(stack);
  root = rootDb(stack);
  heard = await sink();
  back = await sink();        // of refunds
});
after(async () => {
  await db?.close();
  await root?.close();
  heard?.close();
  back?.close();
  if (stack) stopStack(stack);
});

const termsOf = (more = {}) => ({
  merchant_order_id: newNo('P'), price: 4321, currency: 'CNY', subject: 'Point', channel: 'mock',
  notify_url: heard.url, ...more,
});
// A worker notes after its answer that a key was used: that COMMIT is not the one that is meant.
const arm = async (line) => { await sleep(200); plant(stack, line); };

const heldAt = (...what) => heldAtTable(stack, root, ...what);

test('each point of the code is in a plan, and each plan\'s point in the code', () => {
  const files = (dir, end) => readdirSync(join(ROOT, dir), { recursive: true }).filter((f) => String(f).endsWith(end)).map((f) => readFileSync(join(ROOT, dir, String(f)), 'utf8'));
  const found = (texts, of) => [...new Set(texts.flatMap((t) => [...t.matchAll(of)].flatMap(([m]) => m.match(/\b[a-z]+\.[a-z]+\b/g))))].sort();
  const points = found(files('common', '.c'), /\bFP(_AFTER)?\(.*?\);/g).filter((p) => !p.startsWith('end.'));   // a path that only read
  assert.deepEqual(found(files('tests/fault', '.test.mjs'), /\['[a-z]+\.[a-z]+', (\d|pass)/g), points);
});

describe('killed at a point, once', () => {
  before(async () => {
    restJobs(stack);
    assert.equal((await ctl(stack, ['app', 'set', stack.app1.key, '--late-payment', 'accept', '--reason', 'test'])).code, 0);
    await sleep(1200);
  });

  for (const [table, name] of CREATE_CALL) {
    for (const cut of ['the worker', 'its connection']) {
      test(`create, inside the CALL (${name}): ${cut} is killed`, async () => {
        const terms = termsOf();
        const first = await heldAt(table, cut, () => post(stack, stack.app1, '/payments', terms));
        assert.deepEqual([first.status, first.json?.code], [503, 50301], first.text);
        const kept = await db.value('SELECT COUNT(*) FROM pay_order WHERE merchant_order_id = ?', [terms.merchant_order_id]);
        if (cut === 'its connection') assert.equal(kept, 0, 'all or nothing');
        const again = await insist(() => post(stack, stack.app1, '/payments', terms));
        assert.equal(again.status, kept ? 200 : 201, again.text);
        assert.equal(await db.value('SELECT COUNT(*) FROM pay_order_extension e JOIN pay_order o ON o.id = e.order_id WHERE o.merchant_order_id = ?', [terms.merchant_order_id]), 1);
        ledger.created.set(terms.merchant_order_id, again.json.data);
      });
    }
  }

  for (const [table, name] of CALLBACK_CALL) {
    for (const cut of ['the worker', 'its connection']) {
      test(`callback, inside the CALL (${name}): ${cut} is killed`, async () => {
        const order = (await insist(() => post(stack, stack.app1, '/payments', termsOf()))).json.data;
        const told = signedCallback(order, stack.app1.channelSecret);
        const first = await heldAt(table, cut, () => sendCallback(stack, told).catch((e) => ({ status: 0, text: String(e) })));
        assert.notEqual(first.status, 200, 'never acknowledged before it was done');
        if (cut === 'its connection') assert.equal(await db.value('SELECT status FROM pay_order WHERE no = ?', [order.order_no]), 0);
        const acked = await insist(() => sendCallback(stack, told));
        assert.deepEqual([acked.status, acked.text], [200, '{"code":0,"msg":"SUCCESS"}']);
        const id = await db.value('SELECT id FROM pay_order WHERE no = ?', [order.order_no]);
        assert.equal(await db.value('SELECT COUNT(*) FROM notify_task WHERE type = 1 AND data_id = ?', [id]), 1);
        assert.equal(await db.value("SELECT COUNT(*) FROM status_log WHERE kind = 'order' AND data_id = ?", [id]), 1);
        ledger.paid.set(order.order_no, order);
      });
    }
  }

  for (const [point, pass, name] of CREATE) {
    test(`create: ${name}`, async () => {
      const terms = termsOf();
      await arm(`${point} kill ${pass}`);
      const first = await post(stack, stack.app1, '/payments', terms);
      assert.ok(wasHit(stack), `the point ${point} was not passed`);
      assert.deepEqual([first.status, first.json?.code], [503, 50301], first.text);
      assert.ok(first.headers['retry-after'], 'Retry-After');
      const kept = await db.value('SELECT COUNT(*) FROM pay_order WHERE merchant_order_id = ?', [terms.merchant_order_id]);
      assert.equal(kept, ['call.done', 'reply.begun'].includes(point) ? 1 : 0, 'all or nothing');
      const again = await insist(() => post(stack, stack.app1, '/payments', terms));
      assert.ok([200, 201].includes(again.status), again.text);
      if (kept) assert.equal(again.status, 200);
      ledger.created.set(terms.merchant_order_id, again.json.data);
    });
  }

  for (const [point, pass, name, more] of SUBMIT) {
    test(`submit: ${name}`, async () => {
      const made = await insist(() => post(stack, stack.app1, '/payments', termsOf({ channel: undefined, ...more })));
      const order = made.json.data;
      await arm(`${point} kill ${pass}`);
      const first = await post(stack, stack.app1, '/api/pay/submit', { order_no: order.order_no, channel: 'mock' });
      assert.ok(wasHit(stack), 'passed');
      assert.equal(first.json?.code, 50301, first.text);
      const again = await insist(() => post(stack, stack.app1, '/api/pay/submit', { order_no: order.order_no, channel: 'mock' }));
      assert.ok([200, 201].includes(again.status), again.text);
      const acked = await insist(() => sendCallback(stack, signedCallback(again.json.data, stack.app1.channelSecret)));
      assert.equal(acked.status, 200, acked.text);
      ledger.paid.set(order.order_no, order);
    });
  }

  for (const [point, pass, name] of CALLBACK) {
    test(`callback: ${name}`, async () => {
      const made = await insist(() => post(stack, stack.app1, '/payments', termsOf()));
      const order = made.json.data;
      const told = signedCallback(order, stack.app1.channelSecret);
      await arm(`${point} kill ${pass}`);
      const first = await sendCallback(stack, told).catch((e) => ({ status: 0, text: String(e) }));
      assert.ok(wasHit(stack), 'passed');
      assert.notEqual(first.status, 200, 'never acknowledged before it was done');
      const acked = await insist(() => sendCallback(stack, told));
      assert.deepEqual([acked.status, acked.text], [200, '{"code":0,"msg":"SUCCESS"}']);
      assert.equal(await db.value('SELECT COUNT(*) FROM notify_task WHERE type = 1 AND data_id = (SELECT id FROM pay_order WHERE no = ?)', [order.order_no]), 1);
      ledger.paid.set(order.order_no, order);
    });
  }

  for (const [point, pass, name] of LATE) {
    test(`late payment: ${name}`, async () => {
      const order = (await insist(() => post(stack, stack.app1, '/payments', termsOf()))).json.data;
      await root.rows('UPDATE pay_order SET status = 20 WHERE no = ?', [order.order_no]);
      const told = signedCallback(order, stack.app1.channelSecret);
      await arm(`${point} kill ${pass}`);
      const first = await sendCallback(stack, told).catch((e) => ({ status: 0, text: String(e) }));
      assert.ok(wasHit(stack), 'passed');
      assert.notEqual(first.status, 200, 'never acknowledged before it was done');
      const acked = await insist(() => sendCallback(stack, told));
      assert.deepEqual([acked.status, acked.text], [200, '{"code":0,"msg":"SUCCESS"}']);
      assert.equal(await db.value("SELECT COUNT(*) FROM notify_task t JOIN pay_order o ON o.id = t.data_id WHERE o.no = ? AND t.event = 'order.success'", [order.order_no]), 1);
      ledger.paid.set(order.order_no, order);
    });
  }

  // Once, whatever happened before: the channel was asked at most once and says so, the sums agree.
  const doneOnce = async (order, body) => {
    const { refund_no } = (await insist(() => post(stack, stack.app1, '/api/pay/refund', body))).json.data;
    const said = refundCallback({ refund_no, refund_price: body.refund_price, currency: 'CNY' }, stack.app1.channelSecret);
    const acked = await insist(() => sendRefundCallback(stack, stack.app1, said));
    assert.deepEqual([acked.status, acked.text], [200, '{"code":0,"msg":"SUCCESS"}']);
    const rows = await db.rows('SELECT r.status, r.version, o.refund_price, o.refunding_price, o.refund_count FROM pay_refund r JOIN pay_order o ON o.id = r.order_id WHERE o.no = ?', [order.order_no]);
    assert.deepEqual(rows.map((r) => ({ ...r })), [{ status: 10, version: 1, refund_price: 4000, refunding_price: 0, refund_count: 1 }]);
    assert.equal(await db.value("SELECT COUNT(*) FROM notify_task t JOIN pay_refund r ON r.id = t.data_id WHERE t.type = 2 AND r.no = ?", [refund_no]), 1);
  };
  const refundable = async (play) => {
    const order = (await insist(() => post(stack, stack.app1, '/payments', termsOf({ metadata: { mock: { refund: play } } })))).json.data;
    const acked = await insist(() => sendCallback(stack, signedCallback(order, stack.app1.channelSecret)));
    assert.equal(acked.status, 200, acked.text);
    ledger.paid.set(order.order_no, order);
    return [order, { order_no: order.order_no, merchant_refund_id: newNo('R'), refund_price: 4000, notify_url: back.url }];
  };

  for (const [point, pass, name, program = ''] of REFUND) {
    test(`refund: ${name}`, async () => {
      const [order, body] = await refundable('now');
      await arm(`${point} kill ${pass} ${program}`);
      const first = await post(stack, stack.app1, '/api/pay/refund', body);
      assert.ok(wasHit(stack), `the point ${point} was not passed`);
      if (program === 'mockpay') assert.equal(first.json?.code, 50201, first.text);
      else assert.deepEqual([first.status, first.json?.code], [503, 50301], first.text);
      const row = await db.row('SELECT o.refund_price + o.refunding_price AS taken, COUNT(r.id) AS n FROM pay_order o LEFT JOIN pay_refund r ON r.order_id = o.id WHERE o.no = ? GROUP BY o.id', [order.order_no]);
      assert.equal(row.taken, row.n * 4000, 'money and row, or neither');
      await doneOnce(order, body);
    });
  }

  for (const [point, pass, name] of REFUND_CALLBACK) {
    test(`callback of a refund: ${name}`, async () => {
      const [order, body] = await refundable('never');
      const done = (await insist(() => post(stack, stack.app1, '/api/pay/refund', body))).json.data;
      await arm(`${point} kill ${pass}`);
      const first = await sendRefundCallback(stack, stack.app1, refundCallback(done, stack.app1.channelSecret)).catch((e) => ({ status: 0, text: String(e) }));
      assert.ok(wasHit(stack), 'passed');
      assert.notEqual(first.status, 200, 'never acknowledged before it was done');
      await doneOnce(order, body);
    });
  }

  // The same request again and the channel's callback: paid out once, with one notification.
  const paidOutOnce = async (body) => {
    const { transfer_no } = (await insist(() => post(stack, stack.app1, '/api/pay/transfer', body))).json.data;
    const said = transferCallback({ transfer_no, price: body.price, currency: body.currency }, stack.app1.channelSecret);
    const acked = await insist(() => sendTransferCallback(stack, stack.app1, said));
    assert.deepEqual([acked.status, acked.text], [200, '{"code":0,"msg":"SUCCESS"}']);
    const rows = await db.rows('SELECT id, status, version FROM pay_transfer WHERE merchant_transfer_id = ?', [body.merchant_transfer_id]);
    assert.deepEqual(rows.map(({ status, version }) => [status, version]), [[10, 1]]);
    assert.equal(await db.value('SELECT COUNT(*) FROM notify_task WHERE type = 3 AND data_id = ?', [rows[0].id]), 1);
  };
  for (const [point, pass, name, program = ''] of TRANSFER) {
    test(`transfer: ${name}`, async () => {
      const body = transferBody('now', { notify_url: back.url });
      await arm(`${point} kill ${pass} ${program}`);
      const first = await post(stack, stack.app1, '/api/pay/transfer', body);
      assert.ok(wasHit(stack), `the point ${point} was not passed`);
      assert.deepEqual([first.status, first.json?.code], [503, 50301], first.text);
      await paidOutOnce(body);
    });
  }
  for (const [point, pass, name] of TRANSFER_CALLBACK) {
    test(`callback of a transfer: ${name}`, async () => {
      const body = transferBody('never', { notify_url: back.url });
      const done = (await insist(() => post(stack, stack.app1, '/api/pay/transfer', body))).json.data;
      await arm(`${point} kill ${pass}`);
      const first = await sendTransferCallback(stack, stack.app1, transferCallback(done, stack.app1.channelSecret)).catch((e) => ({ status: 0, text: String(e) }));
      assert.ok(wasHit(stack), 'passed');
      assert.notEqual(first.status, 200, 'never acknowledged before it was done');
      await paidOutOnce(body);
    });
  }

  for (const [point, pass, name] of RUNNER) {
    test(`runner: ${name}`, async () => {
      await runRunner(stack);                      // what earlier tests left
      const order = await payOne(stack, stack.app1, ledger, heard.url);
      plant(stack, `${point} kill ${pass}`);
      assert.equal(await runRunner(stack), 'SIGKILL');
      assert.ok(wasHit(stack), 'passed');
      // The lease's end, without waiting 45 s for it.
      await root.rows('UPDATE notify_task SET next_notify_time = UTC_TIMESTAMP(3) WHERE status = 0 AND claim_token <> 0');
      await until('it is told after all', async () => {
        await runRunner(stack);
        return await db.value('SELECT t.status FROM notify_task t JOIN pay_order o ON o.id = t.data_id WHERE o.no = ?', [order.order_no]) === 10;
      }, 30000, 300);
      const copies = heard.hits.filter((h) => h.text.includes(order.order_no));
      assert.ok(copies.length >= 1 && copies.length <= 2, `${copies.length} copies`);
    });
  }

  test('afterwards: the client\'s record agrees, every merchant is notified, the audit is clean', async () => {
    await runRunner(stack);
    await oracles(stack, db, ledger, heard);
  });
});
