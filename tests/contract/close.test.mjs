// An order ends without a payment: by the merchant's close, or by its time. The channel is asked first.
import { test, describe } from 'node:test';
import assert from 'node:assert/strict';
import { suite, times } from '../lib/suite.mjs';
import { create, createOpen, expectError, expectOk, get, newNonce, post, postJson, query, request, strangerUlid } from '../lib/client.mjs';
import { payByCallback } from '../lib/channel.mjs';
import { payPage } from '../lib/page.mjs';
import { newApp } from '../lib/ctl.mjs';
import { until } from '../lib/wait.mjs';

const { stack, app1, app2, db, root } = await suite();
const close = (body, app = app1, opts = {}) => post(stack, app, '/api/pay/close', body, opts);
const status = async (order) => (await query(stack, app1, { order_no: order.order_no })).status;
const advance = async (seconds, app = app1) => expectOk(await post(stack, app, '/sandbox/clock', { advance: seconds }));
const becomes = (order, state, ms = 15000) => until(`${order.order_no} ${state}`, async () => await status(order) === state, ms);

describe('fields', () => {
  const rows = [
    ['nothing names the order', {}, undefined],
    ['both name the order', { order_no: strangerUlid(), merchant_order_id: 'x' }, undefined],
    ['an order_no of another alphabet', { order_no: 'I'.repeat(26) }, 'order_no'],
    ['a merchant_order_id of another alphabet', { merchant_order_id: 'a b' }, 'merchant_order_id'],
    ['an unknown member', { order_no: strangerUlid(), channel: 'mock' }, 'channel'],
  ];
  for (const [name, body, field] of rows) test(`40001: ${name}`, async () => expectError(await close(body), 40001, field));
  test('40400: an order that is not there, and another app\'s', async () => {
    const order = await createOpen(stack, app1);
    expectError(await close({ order_no: strangerUlid() }), 40400);
    expectError(await close({ order_no: order.order_no }, app2), 40400);
    assert.equal(await status(order), 'WAITING');
  });
});

describe('close', () => {
  for (const by of ['order_no', 'merchant_order_id']) {
    test(`by ${by}: 200, CLOSED, with no place to pay; its attempt is closed at the channel and here`, async () => {
      const order = await createOpen(stack, app1);
      const got = expectOk(await close({ [by]: order[by] }));
      assert.deepEqual([got.order_no, got.status, got.pay_url, got.pay_id, got.success_time],
        [order.order_no, 'CLOSED', undefined, undefined, undefined]);
      const seen = await query(stack, app1, { order_no: order.order_no });
      assert.deepEqual(seen.attempts.map((a) => a.status), ['CLOSED']);
      assert.doesNotMatch((await request(stack, { path: order.pay_url.slice(stack.base.length) })).text, /<button/);
    });
  }
  test('an order without an attempt', async () => {
    const order = await create(stack, app1);
    assert.equal(expectOk(await close({ order_no: order.order_no })).status, 'CLOSED');
  });
  test('again: 200; submit and create with a channel then answer 40902', async () => {
    const order = await createOpen(stack, app1);
    for (let i = 0; i < 3; i++) assert.equal(expectOk(await close({ order_no: order.order_no })).status, 'CLOSED');
    expectError(await post(stack, app1, '/api/pay/submit', { order_no: order.order_no, channel: 'mock' }), 40902);
    const again = await post(stack, app1, '/api/pay/create', { merchant_order_id: order.merchant_order_id, price: order.price, currency: order.currency, subject: order.subject });
    assert.equal(expectOk(again).status, 'CLOSED');
    assert.equal(await db.value('SELECT COUNT(*) FROM status_log s JOIN pay_order o ON o.id = s.data_id WHERE o.no = ? AND s.kind = \'order\' AND s.to_status = 20', [order.order_no]), 1);
  });
  test('a nonce is spent once, also by a repeated close', async () => {
    const order = await create(stack, app1);
    const nonce = newNonce();
    expectOk(await close({ order_no: order.order_no }, app1, { auth: { nonce } }));
    expectError(await close({ order_no: order.order_no }, app1, { auth: { nonce } }), 40103);
  });
  test('40901: paid, and paid at the channel without a callback', async () => {
    const paid = await createOpen(stack, app1);
    await payByCallback(stack, app1, paid);
    expectError(await close({ order_no: paid.order_no }), 40901);
    const silent = await createOpen(stack, app1);
    await payPage(stack, silent).choose('silent');
    expectError(await close({ order_no: silent.order_no }), 40901);
    assert.equal(await status(silent), 'SUCCESS');
  });
  test('twenty at once: one step, all 200', async () => {
    const order = await createOpen(stack, app1);
    for (const res of await times(20, () => close({ order_no: order.order_no }))) assert.equal(expectOk(res).status, 'CLOSED');
    assert.equal(await db.value('SELECT version FROM pay_order WHERE no = ?', [order.order_no]), 1);
  });
  test('close and payment at once: paid or closed, and never both', async () => {
    for (let i = 0; i < 10; i++) {
      const order = await createOpen(stack, app1);
      const [closed] = await Promise.all([close({ order_no: order.order_no }), payByCallback(stack, app1, order).catch(() => undefined)]);
      const now = await status(order);
      if (closed.status === 200) assert.equal(now, 'CLOSED');
      else { expectError(closed, 40901); assert.equal(now, 'SUCCESS'); }
    }
  });
});

describe('order.closed', { skip: root ? false : 'plants a setting as root of the database' }, () => {
  test('only an app that asks for it is notified', async () => {
    const task = (order) => db.value('SELECT event FROM notify_task t JOIN pay_order o ON o.id = t.data_id AND t.type = 1 WHERE o.no = ?', [order.order_no]);
    const more = { notify_url: 'http://127.0.0.1:9/closed' };
    const quiet = await createOpen(stack, app1, more);
    expectOk(await close({ order_no: quiet.order_no }));
    assert.equal(await task(quiet), undefined);
    await root.rows('UPDATE pay_app SET notify_closed = 1 WHERE app_key = ?', [app1.key]);
    try {
      await new Promise((done) => setTimeout(done, 2000));
      const order = await createOpen(stack, app1, more);
      expectOk(await close({ order_no: order.order_no }));
      assert.equal(await task(order), 'order.closed');
      const body = JSON.parse(await db.value('SELECT t.body FROM notify_task t JOIN pay_order o ON o.id = t.data_id AND t.type = 1 WHERE o.no = ?', [order.order_no]));
      assert.deepEqual([body.type, body.data.status, body.data.order_no, body.data.version], ['order.closed', 'CLOSED', order.order_no, 1]);
    } finally { await root.rows('UPDATE pay_app SET notify_closed = 0 WHERE app_key = ?', [app1.key]); }
  });
});

describe('the end of an order\'s time', () => {
  test('it is closed by itself, with its attempt; then 40903, also for a submit', async () => {
    const order = await createOpen(stack, app1, { expire_in: 600 });
    await advance(601);
    await becomes(order, 'CLOSED');
    assert.deepEqual((await query(stack, app1, { order_no: order.order_no })).attempts.map((a) => a.status), ['CLOSED']);
    expectError(await post(stack, app1, '/api/pay/submit', { order_no: order.order_no, channel: 'mock' }), 40903);
  });
  test('what was paid there before its end is paid here', async () => {
    const order = await createOpen(stack, app1, { expire_in: 600 });
    await payPage(stack, order).choose('silent');
    await advance(601);
    await becomes(order, 'SUCCESS');
  });
  test('sixty of them', async () => {
    const orders = await times(60, (i) => (i % 2 ? createOpen : create)(stack, app1, { expire_in: 600 }));
    await advance(601);
    await until('all closed', async () => await db.value('SELECT COUNT(*) FROM pay_order WHERE no IN (?) AND status = 20', [orders.map((o) => o.order_no)]) === 60, 25000);
  });
});

describe('the test clock', () => {
  test('it answers how many rows became due', async () => {
    const own = await newApp(stack);
    for (let i = 0; i < 3; i++) await createOpen(stack, own, { expire_in: 3600 });
    assert.deepEqual((await advance(30, own)).due, { orders: 0, attempts: 3, refunds: 0, transfers: 0, notifications: 0, callbacks: 0 });
    assert.deepEqual((await advance(3600, own)).due.orders, 3);
  });
});

describe('a callback that never comes', () => {
  test('the channel is asked by itself, and the order is paid', async () => {
    const order = await createOpen(stack, app1);
    await payPage(stack, order).choose('silent');
    assert.equal(await status(order), 'WAITING');
    await advance(10);
    await becomes(order, 'SUCCESS');
  });
  test('metadata.mock.callback "lost": the gateway pays and sends none; sync=1 finds it', async () => {
    const order = await createOpen(stack, app1, { metadata: { mock: { callback: 'lost' } } });
    const got = expectOk(await postJson(stack, '/api/pay/mock-callback', JSON.stringify({ pay_id: order.pay_id, status: 'SUCCESS' })));
    assert.equal(got.callback.http_status, 0);
    assert.equal(await status(order), 'WAITING');
    assert.equal(expectOk(await get(stack, app1, `/api/pay/query?order_no=${order.order_no}&sync=1`)).status, 'SUCCESS');
    assert.equal(await db.value('SELECT COUNT(*) FROM callback_log WHERE body LIKE ?', [`%${order.pay_id}%`]), 0);
  });
  test('query?sync=1 asks at once, for each selector', async () => {
    for (const by of ['order_no', 'merchant_order_id', 'pay_id']) {
      const order = await createOpen(stack, app1);
      await payPage(stack, order).choose('silent');
      const got = expectOk(await get(stack, app1, `/api/pay/query?${by}=${order[by]}&sync=1`));
      assert.deepEqual([got.order_no, got.status, got.attempts[0].status], [order.order_no, 'SUCCESS', 'SUCCESS']);
    }
  });
  test('sync=1 spends its nonce; the second within 2 s answers without asking', async () => {
    const order = await createOpen(stack, app1);
    const nonce = newNonce();
    const path = `/api/pay/query?order_no=${order.order_no}&sync=1`;
    assert.equal(expectOk(await get(stack, app1, path, { auth: { nonce } })).status, 'WAITING');
    expectError(await get(stack, app1, path, { auth: { nonce } }), 40103);
    await payPage(stack, order).choose('silent');
    assert.equal(expectOk(await get(stack, app1, path)).status, 'WAITING');
    await new Promise((done) => setTimeout(done, 2100));
    assert.equal(expectOk(await get(stack, app1, path)).status, 'SUCCESS');
  });
  test('sync=1 of what is not there, and of a paid order', async () => {
    expectError(await get(stack, app1, `/api/pay/query?order_no=${strangerUlid()}&sync=1`), 40400);
    const order = await createOpen(stack, app1);
    await payByCallback(stack, app1, order);
    assert.equal(expectOk(await get(stack, app1, `/api/pay/query?order_no=${order.order_no}&sync=1`)).status, 'SUCCESS');
  });
  test('an attempt that a newer one replaced is closed at its channel', async () => {
    const order = await createOpen(stack, app1);
    const next = expectOk(await post(stack, app1, '/api/pay/submit', { order_no: order.order_no, channel: 'mock', channel_extras: { n: '2' } }), 201);
    await advance(10);
    const states = async () => (await query(stack, app1, { order_no: order.order_no })).attempts.map((a) => a.status).join();
    await until('the older one is closed', async () => await states() === 'WAITING,CLOSED', 15000);
    await payByCallback(stack, app1, next);
    assert.equal(await status(order), 'SUCCESS');
  });
});
