// What a channel says of refunds: which callbacks are believed, in which order they are checked, what each changes,
// and what the merchant is told.
import { test, describe, after } from 'node:test';
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { suite, times, rep } from '../lib/suite.mjs';
import { TIME, create, expectError, expectOk, newNonce, now, post, query, strangerUlid } from '../lib/client.mjs';
import { sendCallback } from '../lib/channel.mjs';
import { ctlOk, disableChannel, newApp, newRsaApp } from '../lib/ctl.mjs';
import { merchant } from '../lib/merchant.mjs';
import { expectChannelError, moneyOf, paidOrder, refund, refundBody, refundCallback, refundQuery, sendRefundCallback } from '../lib/refund.mjs';
import { inForce } from '../lib/wait.mjs';

const { Webhook } = createRequire(import.meta.url)('standardwebhooks');
const { stack, app1, app2, db, root } = await suite();
const SECRET = app1.channelSecret;
const sinks = [];
after(() => sinks.forEach((s) => s.close()));
const sink = async () => { const m = await merchant(); sinks.push(m); return m; };

// A refund that waits for what the channel says.
async function waiting(more = {}, app = app1, callback = {}) {
  const order = await paidOrder(stack, app, 'never', {}, callback);
  const done = expectOk(await refund(stack, app, order, { refund_price: 400, ...more }), 201);
  assert.equal(done.status, 'WAITING');
  return { order, done };
}
const say = (done, more = {}, last = {}) => sendRefundCallback(stack, app1, refundCallback(done, SECRET, more, last));
const stateOf = async (done) => (await refundQuery(stack, app1, { refund_no: done.refund_no })).status;
function expectAck(res) {
  assert.equal(res.status, 200, res.text);
  assert.equal(res.text, '{"code":0,"msg":"SUCCESS"}');
}
const logged = (done) => db.rows("SELECT verdict, kind, extension_id, believed FROM callback_log WHERE body LIKE ? ORDER BY id", [`%${done.refund_no}%`]);

describe('believed', () => {
  test('SUCCESS: acknowledged once the money is booked', async () => {
    const { order, done } = await waiting();
    const body = refundCallback(done, SECRET);
    expectAck(await sendRefundCallback(stack, app1, body));
    const q = await refundQuery(stack, app1, { refund_no: done.refund_no });
    assert.deepEqual([q.status, q.channel_refund_no, q.version], ['SUCCESS', body.channel_refund_no, 1]);
    assert.equal(Date.parse(q.success_time), Date.parse(body.success_time));
    assert.deepEqual(await moneyOf(stack, app1, order), ['SUCCESS', 400, 0]);
    const [row] = await logged(done);
    assert.deepEqual([row.verdict, row.kind, row.believed], ['ACCEPTED', 'refund', 1]);
    assert.equal(row.extension_id, await db.value('SELECT id FROM pay_order_extension WHERE no = ?', [order.pay_id]));
  });
  for (const status of ['FAILED', 'CLOSED']) {
    test(`${status}: the refund is FAILURE, its money is free again, and it can be tried again`, async () => {
      const { order, done } = await waiting();
      expectAck(await say(done, { status, success_time: undefined, error_code: 'NO_MONEY', error_msg: 'the account is empty' }));
      const q = await refundQuery(stack, app1, { refund_no: done.refund_no });
      assert.deepEqual([q.status, q.channel_error_code, q.channel_error_msg], ['FAILURE', 'NO_MONEY', 'the account is empty']);
      assert.deepEqual(await moneyOf(stack, app1, order), ['SUCCESS', 0, 0]);
      assert.equal(expectOk(await refund(stack, app1, order, { refund_price: 400, merchant_refund_id: done.merchant_refund_id }), 200).status, 'WAITING');
      assert.deepEqual(await moneyOf(stack, app1, order), ['SUCCESS', 0, 400]);
    });
  }
  test('repeated, 30 at once: acknowledged each time, applied once', async () => {
    const m = await sink();
    const { order, done } = await waiting({ notify_url: m.url });
    (await times(30, () => say(done))).forEach(expectAck);
    assert.deepEqual(await moneyOf(stack, app1, order), ['SUCCESS', 400, 0]);
    const rows = await logged(done);
    assert.equal(rows.filter((r) => r.verdict === 'ACCEPTED').length, 1);
    assert.equal(rows.filter((r) => r.verdict === 'REPEATED').length, 29);
    assert.equal((await m.waitHits(1)).length, 1);
  });
  const otherEnds = async (done) => Number(await db.value("SELECT COUNT(*) FROM pay_alert WHERE kind = 'refund_other_end' AND about = ?", [done.refund_no]));
  test('FAILED or CLOSED after SUCCESS changes nothing, and is alerted; SUCCESS after FAILED is what happened', async () => {
    for (const status of ['FAILED', 'CLOSED']) {
      const one = await waiting();
      expectAck(await say(one.done));
      expectAck(await say(one.done, { status, success_time: undefined }));
      assert.equal(await stateOf(one.done), 'SUCCESS');
      assert.deepEqual([(await logged(one.done)).at(-1).verdict, await otherEnds(one.done)], ['OTHER_END', 1]);
    }
    const two = await waiting();
    expectAck(await say(two.done, { status: 'FAILED', success_time: undefined }));
    expectAck(await say(two.done));
    assert.equal(await stateOf(two.done), 'SUCCESS');
    assert.deepEqual(await moneyOf(stack, app1, two.order), ['SUCCESS', 400, 0]);
    // The word of the first try, come late.
    expectAck(await say(two.done, { status: 'FAILED', success_time: undefined }));
    assert.deepEqual([(await logged(two.done)).at(-1).verdict, await otherEnds(two.done)], ['REPEATED', 0]);
  });
  test('SUCCESS after FAILED, when the rest does not cover it: 40904, an alert', async () => {
    const { order, done } = await waiting();
    expectAck(await say(done, { status: 'FAILED', success_time: undefined }));
    expectOk(await refund(stack, app1, order, { refund_price: 700 }), 201);
    expectError(await say(done), 40904);
    assert.equal(await stateOf(done), 'FAILURE');
    assert.equal(await db.value("SELECT COUNT(*) FROM pay_alert WHERE kind = 'over_refund' AND about = ?", [done.refund_no]), 1);
    assert.equal((await logged(done)).at(-1).verdict, 'OVER_REFUND');
  });
  test('signed with RSA2; of a disabled channel', async () => {
    const rsa = await newRsaApp(stack);
    const { done } = await waiting({}, rsa, { sign_type: 'RSA2' });
    expectAck(await sendRefundCallback(stack, rsa, refundCallback(done, rsa.channelSecret, { sign_type: 'RSA2' })));
    const app = await newApp(stack);
    const other = await waiting({}, app);
    await disableChannel(stack, app);
    await inForce();
    expectAck(await sendRefundCallback(stack, app, refundCallback(other.done, app.channelSecret)));
  });
});

describe('refused, and nothing is changed', () => {
  const rows = [
    ['40001 without refund_no', 40001, { refund_no: undefined }, {}, 'refund_no'],
    ['40001: a refund_no of another form', 40001, { refund_no: 'x' }, {}, 'refund_no'],
    ['40001 without channel_refund_no', 40001, { channel_refund_no: undefined }, {}, 'channel_refund_no'],
    ['40001: a channel_refund_no of 65', 40001, { channel_refund_no: rep('x', 65) }, {}, 'channel_refund_no'],
    ['40001: a state of another kind', 40001, { status: 'FAILURE' }, {}, 'status'],
    ['40001: the price as text', 40001, { price: '400' }, {}, 'price'],
    ['40001: SUCCESS without success_time', 40001, { success_time: undefined }, {}, 'success_time'],
    ['40101: the price changed after signing', 40101, {}, { price: 401 }],
    ['40101 without sign', 40101, {}, { sign: undefined }],
    ['40101: an unknown number', 40101, { refund_no: strangerUlid() }, {}],
    ['40102: an old timestamp', 40102, { timestamp: now() - 400 }, {}],
    ['40906: another price', 40906, { price: 401 }, {}],
    ['40906: another currency', 40906, { currency: 'USD' }, {}],
  ];
  for (const [name, code, more, last, field] of rows) {
    test(name, async () => {
      const { order, done } = await waiting();
      expectError(await say(done, more, last), code, field);
      assert.equal(await stateOf(done), 'WAITING');
      assert.deepEqual(await moneyOf(stack, app1, order), ['SUCCESS', 0, 400]);
    });
  }
  test('40906 leaves its verdict and an alert', async () => {
    const { done } = await waiting();
    expectError(await say(done, { price: 401 }), 40906);
    assert.deepEqual((await logged(done)).map((r) => r.verdict), ['OTHER_PRICE']);
    assert.equal(await db.value("SELECT COUNT(*) FROM pay_alert WHERE kind = 'other_price' AND about = ?", [done.refund_no]), 1);
  });
  test('another channel\'s address, another channel\'s key: 40101', async () => {
    const { done } = await waiting();
    expectError(await sendRefundCallback(stack, app1, refundCallback(done, SECRET), app2.channelId), 40101);
    expectError(await sendRefundCallback(stack, app1, refundCallback(done, app2.channelSecret)), 40101);
    expectError(await sendRefundCallback(stack, app1, refundCallback(done, SECRET), 999999), 40101);
    assert.equal(await stateOf(done), 'WAITING');
  });
  test('a callback of a payment does not fit here, nor this one there', async () => {
    const { order, done } = await waiting();
    expectError(await sendRefundCallback(stack, app1, refundCallback(done, SECRET, { refund_no: undefined, pay_id: order.pay_id })), 40001, 'refund_no');
    for (const path of ['/api/pay/callback', `/api/pay/notify/order/${app1.channelId}`]) {
      expectError(await sendCallback(stack, refundCallback(done, SECRET), path), 40001, 'pay_id');
    }
  });
});

describe('the notifications of refunds', () => {
  test('refund.success: signed, frozen, with the refund as it is', async () => {
    const m = await sink();
    const { order, done } = await waiting({ notify_url: m.url, reason: '太小' });
    expectAck(await say(done));
    const [hit] = await m.waitHits(1);
    assert.equal(hit.url, `/notify/${app1.channelId}`);
    new Webhook(app1.webhookSecret).verify(hit.text, hit.headers);
    const event = JSON.parse(hit.text);
    assert.deepEqual(Object.keys(event), ['type', 'timestamp', 'data']);
    assert.equal(event.type, 'refund.success');
    assert.match(event.timestamp, TIME);
    const q = await refundQuery(stack, app1, { refund_no: done.refund_no });
    assert.deepEqual(event.data, { ...q, merchant_order_id: order.merchant_order_id, app_key: app1.key });
    assert.equal(event.timestamp, q.success_time);
  });
  test('a failure, and the success of its next try: two events under two versions, each with its own snapshot', async () => {
    const m = await sink();
    const order = await paidOrder(stack, app1, 'fail_then_ok');
    const body = refundBody(order, { notify_url: m.url });
    expectChannelError(await post(stack, app1, '/api/pay/refund', body), 50200);
    await m.waitHits(1);
    expectOk(await post(stack, app1, '/api/pay/refund', body), 200);
    const events = (await m.waitHits(2)).map((h) => JSON.parse(h.text));
    assert.deepEqual(events.map((e) => [e.type, e.data.status, e.data.version, e.data.channel_error_code]),
      [['refund.failure', 'FAILURE', 1, 'MOCK_REFUSED'], ['refund.success', 'SUCCESS', 2, undefined]]);
    assert.notEqual(m.hits[0].headers['webhook-id'], m.hits[1].headers['webhook-id']);
  });
  test('without an address of its own: the app\'s; without any: no task', async () => {
    const m = await sink();
    const app = await newApp(stack);
    const first = await waiting({}, app);
    expectAck(await sendRefundCallback(stack, app, refundCallback(first.done, app.channelSecret)));
    assert.equal(await db.value('SELECT COUNT(*) FROM notify_task t JOIN pay_refund r ON r.id = t.data_id WHERE t.type = 2 AND r.no = ?', [first.done.refund_no]), 0);
    await ctlOk(stack, ['app', 'set', app.key, '--refund-notify-url', m.url, '--reason', 'test']);
    await inForce();
    const second = await waiting({}, app);
    expectAck(await sendRefundCallback(stack, app, refundCallback(second.done, app.channelSecret)));
    await m.waitHits(1);
  });
});

describe('an order that is closed', () => {
  test('40902', { skip: !root && 'only root may close it by hand' }, async () => {
    const order = await create(stack, app1);
    await root.rows('UPDATE pay_order SET status = 20 WHERE no = ?', [order.order_no]);
    expectError(await refund(stack, app1, order), 40902, null);
    assert.equal((await query(stack, app1, { order_no: order.order_no })).refunds.length, 0);
  });
});

test('a callback of 8 KiB and more is too large: 41300', async () => {
  const { done } = await waiting();
  expectError(await say(done, { pad: rep('x', 9000), nonce: newNonce() }), 41300);
});
