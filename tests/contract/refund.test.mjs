// Money that goes back: the request, its refusals, each way in which a channel can answer.
import { test, describe } from 'node:test';
import assert from 'node:assert/strict';
import { suite, count, rep, times } from '../lib/suite.mjs';
import { TIME, ULID, create, expectError, expectOk, get, newNo, newNonce, post, query, strangerUlid } from '../lib/client.mjs';
import { disableApp, disableChannel, newApp, withKey } from '../lib/ctl.mjs';
import { expectChannelError, moneyOf, paidOrder, refund, refundBody, refundQuery } from '../lib/refund.mjs';
import { inForce, until } from '../lib/wait.mjs';

const { stack, app1, app2, db } = await suite();
const ask = (body, app = app1, opts = {}) => post(stack, app, '/api/pay/refund', body, opts);

describe('fields', () => {
  const good = (more = {}) => ({ order_no: strangerUlid(), merchant_refund_id: newNo('R'), refund_price: 1, ...more });
  const rows = [
    ['nothing names the order', good({ order_no: undefined }), undefined],
    ['both name the order', good({ merchant_order_id: 'x' }), undefined],
    ['no merchant_refund_id', good({ merchant_refund_id: undefined }), 'merchant_refund_id'],
    ['an empty merchant_refund_id', good({ merchant_refund_id: '' }), 'merchant_refund_id'],
    ['a merchant_refund_id of another alphabet', good({ merchant_refund_id: 'auto:1' }), 'merchant_refund_id'],
    ['a merchant_refund_id of 65', good({ merchant_refund_id: rep('r', 65) }), 'merchant_refund_id'],
    ['no refund_price', good({ refund_price: undefined }), 'refund_price'],
    ['refund_price 0', good({ refund_price: 0 }), 'refund_price'],
    ['refund_price -1', good({ refund_price: -1 }), 'refund_price'],
    ['refund_price as text', good({ refund_price: '1' }), 'refund_price'],
    ['refund_price 10^12 + 1', good({ refund_price: 1000000000001 }), 'refund_price'],
    ['a reason of 513', good({ reason: rep('r', 513) }), 'reason'],
    ['a control character in reason', good({ reason: 'a\u0007' }), 'reason'],
    ['a notify_url with a user', good({ notify_url: 'https://u@x.example/' }), 'notify_url'],
    ['expected_remaining -1', good({ expected_remaining: -1 }), 'expected_remaining'],
    ['expected_remaining as text', good({ expected_remaining: '1' }), 'expected_remaining'],
    ['an unknown member', good({ price: 1 }), 'price'],
  ];
  for (const [name, body, field] of rows) test(`40001: ${name}`, async () => expectError(await ask(body), 40001, field));
  test('40001 in a fraction and an exponent', async () => {
    for (const n of ['1.5', '1e2', '1.0']) {
      expectError(await ask(`{"order_no":"${strangerUlid()}","merchant_refund_id":"x","refund_price":${n}}`), 40001, 'refund_price');
    }
  });
  test('40400: an order that is not there, and the other app\'s', async () => {
    const order = await paidOrder(stack, app1);
    expectError(await ask(good()), 40400);
    expectError(await ask(good({ order_no: undefined, merchant_order_id: 'never-seen' })), 40400);
    expectError(await ask(refundBody(order), app2), 40400);
  });
  test('40300 without the scope refund:execute', async () => {
    const order = await paidOrder(stack, app1);
    await withKey(stack, null, { scopes: ['payment:create', 'payment:query'] }, async (key) => expectError(await ask(refundBody(order), key), 40300));
  });
  test('40103: a nonce is spent once; a refused request spends none', async () => {
    const order = await paidOrder(stack, app1);
    const nonce = newNonce();
    expectError(await ask(refundBody(order, { refund_price: 1001 }), app1, { auth: { nonce } }), 40904);
    expectOk(await ask(refundBody(order, { refund_price: 1 }), app1, { auth: { nonce } }), 201);
    expectError(await ask(refundBody(order, { refund_price: 1 }), app1, { auth: { nonce } }), 40103);
  });
});

describe('an order that is not paid', () => {
  test('open: 40001, field order_no', async () => {
    const order = await create(stack, app1);
    expectError(await refund(stack, app1, order), 40001, 'order_no');
    expectError(await ask(refundBody(order, { order_no: undefined, merchant_order_id: order.merchant_order_id })), 40001, 'order_no');
  });
  test('expired: 40903', async () => {
    const order = await create(stack, app1, { expire_in: 60 });
    expectOk(await post(stack, app1, '/sandbox/clock', { advance: 61 }));
    expectError(await refund(stack, app1, order), 40903, null);
  });
});

describe('done at once', () => {
  test('all of it: 201, SUCCESS, the order is REFUND', async () => {
    const order = await paidOrder(stack, app1);
    const body = refundBody(order, { reason: 'sent back\nby post' });
    const got = expectOk(await ask(body), 201);
    assert.deepEqual(Object.keys(got).sort(), ['channel_refund_no', 'currency', 'merchant_refund_id', 'order_no', 'refund_no', 'refund_price', 'status', 'success_time']);
    assert.match(got.refund_no, ULID);
    assert.match(got.success_time, TIME);
    assert.deepEqual([got.order_no, got.merchant_refund_id, got.refund_price, got.currency, got.status], [order.order_no, body.merchant_refund_id, 1000, 'CNY', 'SUCCESS']);
    const q = await query(stack, app1, { order_no: order.order_no });
    assert.deepEqual([q.status, q.refund_price, q.refunding_price], ['REFUND', 1000, 0]);
    assert.equal(q.refunds.length, 1);
    const { reason, cause, create_time, version, ...rest } = q.refunds[0];
    assert.deepEqual(rest, got);
    assert.deepEqual([reason, cause, version], [body.reason, 'merchant', 1]);
    assert.match(create_time, TIME);
    assert.deepEqual(await refundQuery(stack, app1, { refund_no: got.refund_no }), q.refunds[0]);
    assert.deepEqual(await refundQuery(stack, app1, { merchant_refund_id: body.merchant_refund_id }), q.refunds[0]);
  });
  test('in parts, by merchant_order_id; the order stays SUCCESS until the last', async () => {
    const order = await paidOrder(stack, app1);
    const part = (refund_price) => ask(refundBody(order, { order_no: undefined, merchant_order_id: order.merchant_order_id, refund_price }));
    expectOk(await part(300), 201);
    assert.deepEqual(await moneyOf(stack, app1, order), ['SUCCESS', 300, 0]);
    expectOk(await part(300), 201);
    expectError(await part(401), 40904, null);
    expectOk(await part(400), 201);
    assert.deepEqual(await moneyOf(stack, app1, order), ['REFUND', 1000, 0]);
    expectError(await part(1), 40904);
    const q = await query(stack, app1, { order_no: order.order_no });
    assert.deepEqual(q.refunds.map((r) => r.refund_price), [400, 300, 300]);
  });
  test('40904: over what is left leaves no trace', async () => {
    const order = await paidOrder(stack, app1);
    const body = refundBody(order, { refund_price: 1001 });
    expectError(await ask(body), 40904);
    expectError(await get(stack, app1, `/api/pay/refund/query?merchant_refund_id=${body.merchant_refund_id}`), 40400);
    assert.deepEqual(await moneyOf(stack, app1, order), ['SUCCESS', 0, 0]);
  });
  test('40905: expected_remaining', async () => {
    const order = await paidOrder(stack, app1);
    expectError(await refund(stack, app1, order, { refund_price: 400, expected_remaining: 999 }), 40905, null);
    expectOk(await refund(stack, app1, order, { refund_price: 400, expected_remaining: 1000 }), 201);
    // stale comes before too much: the merchant's view is old
    expectError(await refund(stack, app1, order, { refund_price: 700, expected_remaining: 1000 }), 40905);
    expectError(await refund(stack, app1, order, { refund_price: 700, expected_remaining: 600 }), 40904);
    expectOk(await refund(stack, app1, order, { refund_price: 600, expected_remaining: 600 }), 201);
    expectError(await refund(stack, app1, order, { refund_price: 600, expected_remaining: 600 }), 40905);
    expectError(await refund(stack, app1, order, { refund_price: 1, expected_remaining: 0 }), 40904);
  });
});

describe('the same number again', () => {
  test('same terms: 200 with the refund as it stands, whatever else differs', async () => {
    const order = await paidOrder(stack, app1);
    const body = refundBody(order, { refund_price: 400, expected_remaining: 1000 });
    const first = expectOk(await ask(body), 201);
    assert.deepEqual(expectOk(await ask(body), 200), first);
    assert.deepEqual(expectOk(await ask({ ...body, reason: 'x', expected_remaining: 5, notify_url: 'https://example.com/n' }), 200), first);
    assert.deepEqual(expectOk(await ask({ ...body, order_no: undefined, merchant_order_id: order.merchant_order_id }), 200), first);
    assert.deepEqual(await moneyOf(stack, app1, order), ['SUCCESS', 400, 0]);
  });
  test('40900: another price, another order', async () => {
    const [order, other] = [await paidOrder(stack, app1), await paidOrder(stack, app1)];
    const body = refundBody(order, { refund_price: 400 });
    expectOk(await ask(body), 201);
    assert.match(expectError(await ask({ ...body, refund_price: 399 }), 40900, 'refund_price').msg, /^refund_price: 399 is not 400, with which refund R-\S+ was asked for/);
    expectError(await ask({ ...body, order_no: other.order_no }), 40900, 'order_no');
    expectError(await ask({ ...body, order_no: strangerUlid() }), 40400);
    assert.deepEqual(await moneyOf(stack, app1, other), ['SUCCESS', 0, 0]);
  });
  test('a second equal partial refund under its own number is one more', async () => {
    const order = await paidOrder(stack, app1);
    const [a, b] = [expectOk(await refund(stack, app1, order, { refund_price: 500 }), 201), expectOk(await refund(stack, app1, order, { refund_price: 500 }), 201)];
    assert.notEqual(a.refund_no, b.refund_no);
    assert.deepEqual(await moneyOf(stack, app1, order), ['REFUND', 1000, 0]);
  });
  test('twenty times at once: one refund', async () => {
    const order = await paidOrder(stack, app1);
    const body = refundBody(order, { refund_price: 600 });
    const all = await times(20, () => ask(body));
    assert.equal(count(all, (r) => r.status === 201), 1, all.map((r) => r.status).join());
    assert.equal(count(all, (r) => r.status === 200), 19);
    assert.equal(new Set(all.map((r) => r.json.data.refund_no)).size, 1);
    assert.deepEqual(await moneyOf(stack, app1, order), ['SUCCESS', 600, 0]);
  });
  test('two orders, one number, at once: one of them is refunded', async () => {
    const orders = [await paidOrder(stack, app1), await paidOrder(stack, app1)];
    const merchant_refund_id = newNo('R');
    const all = await times(10, (i) => ask(refundBody(orders[i % 2], { merchant_refund_id })));
    assert.equal(count(all, (r) => r.status === 201), 1);
    assert.equal(count(all, (r) => r.json.code === 40900), 5);
  });
  test('twenty full refunds at once under numbers of their own: one', async () => {
    const order = await paidOrder(stack, app1);
    const all = await times(20, () => refund(stack, app1, order));
    assert.equal(count(all, (r) => r.status === 201), 1);
    assert.equal(count(all, (r) => r.json.code === 40904), 19);
    assert.deepEqual(await moneyOf(stack, app1, order), ['REFUND', 1000, 0]);
  });
  test('fifty of 30 % at once: three', async () => {
    const order = await paidOrder(stack, app1);
    const all = await times(50, () => refund(stack, app1, order, { refund_price: 300 }));
    assert.equal(count(all, (r) => r.status === 201), 3);
    assert.equal(count(all, (r) => r.json.code === 40904), 47);
    assert.deepEqual(await moneyOf(stack, app1, order), ['SUCCESS', 900, 0]);
  });
});

describe('what the channel can do', () => {
  test('fail: 50200 with its words; what was reserved is free again; FAILURE on record', async () => {
    const order = await paidOrder(stack, app1, 'fail');
    const body = refundBody(order);
    const json = expectChannelError(await ask(body), 50200);
    assert.deepEqual([json.channel_error_code, json.data.status, json.data.channel_error_code], ['MOCK_REFUSED', 'FAILURE', 'MOCK_REFUSED']);
    assert.deepEqual(await moneyOf(stack, app1, order), ['SUCCESS', 0, 0]);
    const q = await refundQuery(stack, app1, { merchant_refund_id: body.merchant_refund_id });
    assert.deepEqual([q.status, q.channel_error_code, q.version, q.success_time], ['FAILURE', 'MOCK_REFUSED', 1, undefined]);
  });
  test('fail_then_ok: tried again under its own number, and done', async () => {
    const order = await paidOrder(stack, app1, 'fail_then_ok');
    const body = refundBody(order);
    const first = expectChannelError(await ask(body), 50200).data;
    const again = expectOk(await ask(body), 200);
    assert.deepEqual([again.refund_no, again.status, again.channel_error_code], [first.refund_no, 'SUCCESS', undefined]);
    assert.deepEqual(await moneyOf(stack, app1, order), ['REFUND', 1000, 0]);
    const steps = await db.rows("SELECT l.from_status AS f, l.to_status AS t FROM status_log l JOIN pay_refund r ON r.id = l.data_id WHERE l.kind = 'refund' AND r.no = ? ORDER BY l.id", [first.refund_no]);
    assert.deepEqual(steps.map(({ f, t }) => `${f}>${t}`), ['0>20', '20>0', '0>10']);
  });
  test('a failed one is tried again only while what is left covers it', async () => {
    const order = await paidOrder(stack, app1, 'fail_then_ok');
    const body = refundBody(order, { refund_price: 600 });
    expectChannelError(await ask(body), 50200);
    const other = refundBody(order, { refund_price: 500 });
    expectChannelError(await ask(other), 50200);
    expectOk(await ask(other), 200);
    expectError(await ask(body), 40904);
    expectError(await ask({ ...body, expected_remaining: 1000 }), 40905);
    assert.equal((await refundQuery(stack, app1, { merchant_refund_id: body.merchant_refund_id })).status, 'FAILURE');
    assert.deepEqual(await moneyOf(stack, app1, order), ['SUCCESS', 500, 0]);
  });
  test('timeout: 50201; it stays open with its money reserved, and 200 says so', async () => {
    const order = await paidOrder(stack, app1, 'timeout');
    const body = refundBody(order, { refund_price: 700 });
    const json = expectChannelError(await ask(body), 50201);
    assert.equal(json.data.status, 'WAITING');
    assert.deepEqual(await moneyOf(stack, app1, order), ['SUCCESS', 0, 700]);
    expectError(await refund(stack, app1, order, { refund_price: 301 }), 40904);
    assert.equal(expectOk(await ask(body), 200).status, 'WAITING');
    const row = await db.row('SELECT TIMESTAMPDIFF(MICROSECOND, create_time, next_sync_time) DIV 1000 AS gap, sync_times FROM pay_refund WHERE no = ?', [json.data.refund_no]);
    assert.deepEqual([row.gap, row.sync_times], [10000, 0]);
  });
  test('never: 201, WAITING', async () => {
    const order = await paidOrder(stack, app1, 'never');
    const got = expectOk(await refund(stack, app1, order, { refund_price: 700 }), 201);
    assert.equal(got.status, 'WAITING');
    assert.deepEqual(await moneyOf(stack, app1, order), ['SUCCESS', 0, 700]);
  });
  test('later: 201, WAITING, and its callback ends it', async () => {
    const order = await paidOrder(stack, app1, 'later');
    const got = expectOk(await refund(stack, app1, order), 201);
    assert.equal(got.status, 'WAITING');
    const done = await until('the refund is done', async () => {
      const q = await refundQuery(stack, app1, { refund_no: got.refund_no });
      return q.status === 'SUCCESS' && q;
    }, 15_000, 250);
    assert.match(done.success_time, TIME);
    assert.deepEqual(await moneyOf(stack, app1, order), ['REFUND', 1000, 0]);
  });
  test('a disabled app and a disabled channel still give money back', async () => {
    const app = await newApp(stack);
    const order = await paidOrder(stack, app);
    await disableChannel(stack, app);
    await disableApp(stack, app);
    await inForce();
    expectOk(await refund(stack, app, order), 201);
  });
});
