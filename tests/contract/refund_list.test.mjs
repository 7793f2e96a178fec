// GET /api/pay/refunds: filters, paging by key, bounds; and an order's latest refunds.
import { test, describe, before } from 'node:test';
import assert from 'node:assert/strict';
import { suite } from '../lib/suite.mjs';
import { expectError, expectOk, get, query, strangerUlid } from '../lib/client.mjs';
import { newApp, withKey } from '../lib/ctl.mjs';
import { paidOrder, refund, refundQuery } from '../lib/refund.mjs';

const { stack, app1, app2 } = await suite();
const refunds = [];
let app, order;
const ask = (q = {}, who = app) => get(stack, who, `/api/pay/refunds${Object.keys(q).length ? `?${new URLSearchParams(q)}` : ''}`);
const list = async (q, who) => expectOk(await ask(q, who));
const nos = (data) => data.items.map((r) => r.refund_no);
const newest = () => refunds.map((r) => r.refund_no).reverse();

before(async () => {
  app = await newApp(stack);
  assert.deepEqual(await list(), { items: [] });
  order = await paidOrder(stack, app, undefined, { price: 1000 });
  const waits = await paidOrder(stack, app, 'never', { price: 1000 });
  for (let i = 0; i < 25; i++) refunds.push(expectOk(await refund(stack, app, i % 5 === 0 ? waits : order, { refund_price: i + 1 }), 201));
});

test('twenty at first, newest first; the next page is the last', async () => {
  const data = await list();
  assert.deepEqual(nos(data), newest().slice(0, 20));
  assert.equal(data.next, newest()[19]);
  const last = await list({ after: data.next });
  assert.deepEqual(nos(last), newest().slice(20));
  assert.equal(last.next, undefined);
});
test('pages of 7 give each refund once', async () => {
  const seen = [];
  for (let after, i = 0; i < 10; i++) {
    const data = await list({ limit: 7, ...(after ? { after } : {}) });
    seen.push(...nos(data));
    after = data.next;
    if (!after) break;
  }
  assert.deepEqual(seen, newest());
});
test('by state; by time', async () => {
  const open = refunds.filter((_, i) => i % 5 === 0).map((r) => r.refund_no).reverse();
  assert.deepEqual(nos(await list({ status: 'WAITING' })), open);
  assert.deepEqual(nos(await list({ status: 'SUCCESS', limit: 100 })), newest().filter((n) => !open.includes(n)));
  assert.deepEqual(await list({ status: 'FAILURE' }), { items: [] });
  const all = (await list({ limit: 100 })).items;
  const [a, b] = [all[20].create_time, all[5].create_time];
  assert.deepEqual(nos(await list({ from: a, to: b, limit: 100 })), all.filter((r) => r.create_time >= a && r.create_time < b).map((r) => r.refund_no));
});
test('an item is what refund/query answers', async () => {
  const [item] = (await list({ limit: 1 })).items;
  assert.deepEqual(item, await refundQuery(stack, app, { refund_no: item.refund_no }));
});
test('an app sees its own', async () => {
  assert.ok(!nos(await list({ limit: 100 }, app2)).some((no) => newest().includes(no)));
  expectError(await ask({ after: newest()[3] }, app2), 40400);
  expectError(await get(stack, app2, `/api/pay/refund/query?refund_no=${newest()[0]}`), 40400);
});
describe('refused', () => {
  for (const [name, q, field] of [
    ['a state of orders', { status: 'REFUND' }, 'status'], ['limit 0', { limit: 0 }, 'limit'], ['limit 101', { limit: 101 }, 'limit'],
    ['a time of another form', { from: 'yesterday' }, 'from'], ['after of another form', { after: 'x' }, 'after'], ['an unknown one', { x: 1 }, 'x'],
  ]) test(`40001: ${name}`, async () => expectError(await ask(q), 40001, field));
  test('40400: after a refund that is not there', async () => expectError(await ask({ after: strangerUlid() }), 40400));
  test('40300 without payment:query', async () => {
    await withKey(stack, null, { scopes: ['refund:execute'] }, async (key) => expectError(await ask({}, key), 40300));
  });
});
test('an order shows its latest 50 refunds, newest first', async () => {
  const busy = await paidOrder(stack, app1, undefined, { price: 1000 });
  const made = [];
  for (let i = 0; i < 53; i++) made.push(expectOk(await refund(stack, app1, busy, { refund_price: 1 }), 201).refund_no);
  const q = await query(stack, app1, { order_no: busy.order_no });
  assert.deepEqual(q.refunds.map((r) => r.refund_no), made.reverse().slice(0, 50));
  assert.equal(q.refund_price, 53);
});
