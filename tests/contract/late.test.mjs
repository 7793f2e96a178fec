// Money that its order cannot take, as merchant and operator see it: it comes late, or twice.
import { test, describe } from 'node:test';
import assert from 'node:assert/strict';
import { suite, inParallel, count } from '../lib/suite.mjs';
import { createOpen, expectError, expectOk, newNo, post, postJson, query, submitAnother, terms } from '../lib/client.mjs';
import { channelNo, payByCallback, sendCallback, signedCallback } from '../lib/channel.mjs';
import { ctl, ctlOk, newApp } from '../lib/ctl.mjs';
import { does, merchant } from '../lib/merchant.mjs';
import { until } from '../lib/wait.mjs';

const { stack, app1, db, root } = await suite();
const WHY = ['--reason', 'as the merchant asked'];
const FULL = Boolean(process.env.SHROFF_FULL);
const close = (app, order) => post(stack, app, '/api/pay/close', { order_no: order.order_no });
const paysAtGateway = async (attempt) => expectOk(await postJson(stack, '/api/pay/mock-callback', { pay_id: attempt.pay_id, status: 'SUCCESS' }));
const alertOf = async (attempt, kind) => (await ctlOk(stack, ['alerts', 'list', '--all', '--limit', '1000', '--json'])).json.items.find((a) => a.about === attempt.pay_id && a.kind === kind);
const decide = (alert, action, why = WHY) => ctl(stack, ['alerts', 'decide', String(alert.id), '--action', action, '--json', ...why]);
const refundsOf = async (app, order) => (await query(stack, app, { order_no: order.order_no })).refunds;
const wentBack = (app, order) => until('it went back', async () => {
  const all = await refundsOf(app, order);
  return all.length > 0 && all.every((r) => r.status === 'SUCCESS') && all;
}, 15000, 200);
async function appWith(policy) {
  const m = await merchant(does.ack());
  const app = await newApp(stack, { notifyUrl: m.url });
  await ctlOk(stack, ['app', 'set', app.key, '--late-payment', policy, '--refund-notify-url', m.url, ...WHY]);
  return { m, app };
}
const types = (m) => m.hits.map((h) => JSON.parse(h.text).type);
const clean = async () => assert.deepEqual((await ctl(stack, ['audit', '--json'])).json.items, []);

// The mock gateway: the payer was faster than the close.
async function paidAfterClose(app) {
  const order = await createOpen(stack, app, { price: 1000 });
  expectOk(await close(app, order));
  await paysAtGateway(order);
  return order;
}

describe('late money, at the mock gateway', { concurrency: 3 }, () => {
  test('refund: it goes back within seconds, and the merchant hears of it', async () => {
    const { m, app } = await appWith('refund');
    const order = await paidAfterClose(app);
    const [back] = await wentBack(app, order);
    assert.deepEqual([back.cause, back.refund_price, back.merchant_refund_id, back.version], ['late', 1000, undefined, 1]);
    const q = await query(stack, app, { order_no: order.order_no });
    assert.deepEqual([q.status, q.refund_price, q.refunding_price, q.paid_price], ['CLOSED', 0, 0, undefined]);
    assert.deepEqual(q.attempts.map((a) => a.status), ['SUCCESS']);
    assert.equal((await alertOf(order, 'late_paid')).closed_by, 'shroff');
    await m.waitHits(1);
    const body = JSON.parse(m.hits[0].text);
    assert.deepEqual([body.type, body.data.cause, body.data.order_no, body.data.merchant_refund_id], ['refund.success', 'late', order.order_no, undefined]);
    m.close();
  });
  test('accept: the order is paid like any other', async () => {
    const { m, app } = await appWith('accept');
    const order = await paidAfterClose(app);
    const q = await query(stack, app, { order_no: order.order_no });
    assert.deepEqual([q.status, q.paid_price, q.refunds], ['SUCCESS', 1000, []]);
    await m.waitHits(1);
    assert.deepEqual(types(m), ['order.success']);
    m.close();
  });
  test('hold, then accept', async () => {
    const { m, app } = await appWith('hold');
    const order = await paidAfterClose(app);
    const alert = await alertOf(order, 'late_paid');
    assert.match(alert.text, /to decide: refund, accept or keep/);
    const r = await decide(alert, 'accept');
    assert.deepEqual([r.code, r.json?.action, r.json?.order_no, r.json?.decided], [0, 'accept', order.order_no, 'now'], r.stderr);
    assert.match((await decide(alert, 'accept')).json.decided, /^before/);
    const other = await decide(alert, 'refund');
    assert.equal(other.code, 1);
    assert.match(other.stderr, new RegExp(`it pays order ${order.order_no}`));
    assert.equal((await query(stack, app, { order_no: order.order_no })).status, 'SUCCESS');
    await m.waitHits(1);
    assert.deepEqual(types(m), ['order.success']);
    const log = await db.rows("SELECT what, why FROM admin_log WHERE on_what = ?", [`${alert.id} ${order.pay_id}`]);
    assert.deepEqual(log.map((l) => [l.what, l.why]), [['alert.accept', 'as the merchant asked']]);
    m.close();
  });
  test('hold, then refund, with --remark', async () => {
    const { m, app } = await appWith('hold');
    const order = await paidAfterClose(app);
    const alert = await alertOf(order, 'late_paid');
    assert.deepEqual(await refundsOf(app, order), []);
    assert.equal((await decide(alert, 'refund', ['--remark', 'the payer bought elsewhere'])).code, 0);
    const [back] = await wentBack(app, order);
    assert.equal(back.cause, 'late');
    const after = await alertOf(order, 'late_paid');
    assert.deepEqual([after.decision, Boolean(after.closed_by)], ['refund', true]);
    assert.match((await decide(alert, 'keep')).stderr, /refund [0-9A-Z]{26} of it was done already/);
    m.close();
  });
  test('hold, then keep: the audit leaves it alone', async () => {
    const { m, app } = await appWith('hold');
    const order = await paidAfterClose(app);
    assert.equal((await decide(await alertOf(order, 'late_paid'), 'keep')).code, 0);
    assert.equal((await query(stack, app, { order_no: order.order_no })).status, 'CLOSED');
    assert.deepEqual(await refundsOf(app, order), []);
    m.close();
  });
});

describe('double money, at the mock gateway', () => {
  test('both attempts are paid: one pays, the other goes back, the order does not change', async () => {
    const first = await createOpen(stack, app1, { price: 1000 });
    const second = expectOk(await submitAnother(stack, app1, first), 201);
    await paysAtGateway(second);
    await paysAtGateway(first);
    const [back] = await wentBack(app1, first);
    assert.deepEqual([back.cause, back.refund_price], ['duplicate', 1000]);
    const q = await query(stack, app1, { order_no: first.order_no });
    assert.deepEqual([q.status, q.refund_price, q.refunding_price, q.attempts.map((a) => a.status)], ['SUCCESS', 0, 0, ['SUCCESS', 'SUCCESS']]);
    assert.equal((await alertOf(first, 'duplicate_paid')).closed_by, 'shroff');
    // The merchant's own refund of all of it is not touched by that.
    expectOk(await post(stack, app1, '/api/pay/refund', { order_no: first.order_no, merchant_refund_id: newNo('R'), refund_price: 1000 }), 201);
    assert.equal((await query(stack, app1, { order_no: first.order_no })).status, 'REFUND');
  });
  test('the gateway knows no such payment: an operator decides', async () => {
    const order = await createOpen(stack, app1, { price: 1000 });
    await payByCallback(stack, app1, order);
    const again = signedCallback(order, app1.channelSecret, { channel_order_no: channelNo() });
    assert.equal((await sendCallback(stack, again)).status, 200);
    const second = (await query(stack, app1, { order_no: order.order_no })).attempts[0];
    assert.ok(await alertOf(second, 'duplicate_paid'));
    const r = await decide(await alertOf(second, 'duplicate_paid'), 'accept');
    assert.equal(r.code, 1);
    assert.match(r.stderr, /is under way|was done already|was paid by another payment/);
  });
});

test('order sync by an operator keeps a second payment and sends it back', async () => {
  const first = await createOpen(stack, app1, { price: 1000, metadata: { mock: { callback: 'lost' } } });
  const second = expectOk(await submitAnother(stack, app1, first), 201);
  await paysAtGateway(second);
  await payByCallback(stack, app1, { ...first, price: 1000 });
  await root.rows('UPDATE pay_order_extension SET next_sync_time = next_sync_time + INTERVAL 1 HOUR WHERE no = ?', [second.pay_id]);
  const r = await ctl(stack, ['order', 'sync', first.order_no]);
  assert.equal(r.code, 0, r.stderr + r.stdout);
  assert.ok(await alertOf(second, 'duplicate_paid'));
  assert.equal((await wentBack(app1, first))[0].cause, 'duplicate');
});

test('a paid order\'s other attempt is closed at its channel within seconds', async () => {
  const first = await createOpen(stack, app1, { price: 1000 });
  const second = expectOk(await submitAnother(stack, app1, first), 201);
  await root.rows('UPDATE pay_order_extension SET create_time = create_time - INTERVAL 1 MINUTE, next_sync_time = next_sync_time + INTERVAL 1 HOUR WHERE no IN (?, ?)', [first.pay_id, second.pay_id]);
  await payByCallback(stack, app1, { ...second, price: 1000 });
  await until('it is closed', async () => (await query(stack, app1, { order_no: first.order_no })).attempts[1].status === 'CLOSED', 8000, 200);
});

describe('a callback and a close at once', () => {
  test(`${FULL ? 10000 : 200} times: paid, or closed and the money on its way back`, { timeout: FULL ? 3_600_000 : 180_000 }, async () => {
    const states = [];
    await inParallel(Array.from({ length: FULL ? 10000 : 200 }, (_, i) => i), 3, async (i) => {
      const order = await createOpen(stack, app1, { price: 1000 });
      const said = signedCallback({ ...order, price: 1000 }, app1.channelSecret);
      const pays = async () => { for (;;) { const r = await sendCallback(stack, said); if (r.status === 200) return r; assert.equal(r.status, 503, r.text); } };
      const later = (f) => new Promise((done, fail) => { setTimeout(() => f().then(done, fail), i % 5 * 4); });
      const [, closed] = await Promise.all(i % 2 ? [pays(), later(() => close(app1, order))] : [later(pays), close(app1, order)]);
      const q = await query(stack, app1, { order_no: order.order_no });
      states.push(q.status);
      assert.ok([200, 409, 502, 503].includes(closed.status), closed.text);
      if (closed.status === 200) assert.equal(closed.json.data.status, 'CLOSED');
      if (q.status === 'SUCCESS') assert.deepEqual([q.refunds, closed.status === 200], [[], false]);
      else assert.deepEqual([q.status, q.refunds.map((r) => [r.cause, r.refund_price])], ['CLOSED', [['late', 1000]]]);
    });
    console.log(`paid ${count(states, (s) => s === 'SUCCESS')}, closed ${count(states, (s) => s === 'CLOSED')}`);
    await clean();
  });
});

describe('what cannot be decided', () => {
  for (const [name, args, code, words] of [
    ['no such alert', ['999999999', '--action', 'keep', ...WHY], 1, /no alert has this number/],
    ['not a number', ['x', '--action', 'keep', ...WHY], 2, /an alert's number/],
    ['no action', ['1', ...WHY], 2, /--action is needed/],
    ['another action', ['1', '--action', 'lose', ...WHY], 2, /refund, accept or keep/],
    ['no reason', ['1', '--action', 'keep'], 2, /--reason is needed/],
    ['a long remark', ['1', '--action', 'keep', '--remark', 'y'.repeat(256)], 2, /at most 255/],
  ]) {
    test(name, async () => {
      const r = await ctl(stack, ['alerts', 'decide', ...args]);
      assert.deepEqual([r.code, r.stdout], [code, '']);
      assert.match(r.stderr, words);
    });
  }
  test('an alert that is about no money', async () => {
    const order = await createOpen(stack, app1);
    expectError(await sendCallback(stack, signedCallback(order, app1.channelSecret, { price: 5 })), 40906);
    const r = await decide(await alertOf(order, 'other_price'), 'keep');
    assert.equal(r.code, 1);
    assert.match(r.stderr, /alerts close/);
  });
});

test('a merchant\'s number can never be an automatic refund\'s', async () => {
  const order = await createOpen(stack, app1, terms({ channel: 'mock' }));
  await payByCallback(stack, app1, order);
  expectError(await post(stack, app1, '/api/pay/refund', { order_no: order.order_no, merchant_refund_id: `auto:${order.pay_id}`, refund_price: 1 }), 40001, 'merchant_refund_id');
});

test('the audit is clean after all this', clean);
