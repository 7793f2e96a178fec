// GET /payments: filters, paging by key, bounds.
import { test, describe, before } from 'node:test';
import assert from 'node:assert/strict';
import { suite, rep } from '../lib/suite.mjs';
import { create, createOpen, expectError, expectOk, get, strangerUlid } from '../lib/client.mjs';
import { newApp } from '../lib/ctl.mjs';
import { payByCallback } from '../lib/channel.mjs';

const { stack, app1, app2 } = await suite();
const orders = [];
let app;
const list = async (q = {}, who = app) => expectOk(await get(stack, who, `/payments${Object.keys(q).length ? `?${new URLSearchParams(q)}` : ''}`));
const nos = (data) => data.items.map((o) => o.order_no);
const newest = () => orders.map((o) => o.order_no).reverse();

before(async () => {
  app = await newApp(stack);
  assert.deepEqual(await list(), { items: [] });
  for (let i = 0; i < 25; i++) {
    const order = await createOpen(stack, app, { price: i + 1 });
    if (i % 5 === 0) assert.equal((await payByCallback(stack, app, order)).status, 200);
    orders.push(order);
  }
});

describe('items', () => {
  test('twenty at first, newest first, and the value for after', async () => {
    const data = await list();
    assert.deepEqual(nos(data), newest().slice(0, 20));
    assert.equal(data.next, newest()[19]);
  });
  test('the next page is the last and has no next', async () => {
    const data = await list({ after: newest()[19] });
    assert.deepEqual(nos(data), newest().slice(20));
    assert.equal(data.next, undefined);
  });
  for (const limit of [1, 7, 24, 25, 100]) {
    test(`pages of ${limit} give each order once`, async () => {
      const seen = [];
      let after;
      for (let i = 0; i < 30; i++) {
        const data = await list({ limit, ...(after ? { after } : {}) });
        assert.ok(data.items.length <= limit);
        seen.push(...nos(data));
        after = data.next;
        if (!after) break;
        assert.equal(data.items.length, limit, 'a page before the last is full');
      }
      assert.deepEqual(seen, newest());
    });
  }
  test('an item is the order', async () => {
    const [item] = (await list({ limit: 1 })).items;
    const order = orders.at(-1);
    for (const k of ['order_no', 'merchant_order_id', 'price', 'currency', 'subject', 'status', 'create_time', 'expire_time', 'version']) assert.deepEqual(item[k], order[k], k);
  });
});

describe('filters', () => {
  test('by status', async () => {
    const paid = orders.filter((_, i) => i % 5 === 0).map((o) => o.order_no).reverse();
    assert.deepEqual(nos(await list({ status: 'SUCCESS' })), paid);
    assert.deepEqual(nos(await list({ status: 'WAITING', limit: 100 })), newest().filter((n) => !paid.includes(n)));
    assert.deepEqual(await list({ status: 'CLOSED' }), { items: [] });
    assert.deepEqual(await list({ status: 'REFUND' }), { items: [] });
  });
  test('by status, in pages', async () => {
    const first = await list({ status: 'SUCCESS', limit: 3 });
    const second = await list({ status: 'SUCCESS', limit: 3, after: first.next });
    assert.equal(second.next, undefined);
    assert.equal(new Set([...nos(first), ...nos(second)]).size, 5);
  });
  test('from ≤ create_time < to', async () => {
    const [a, b] = [orders[5].create_time, orders[10].create_time];
    const want = orders.filter((o) => o.create_time >= a && o.create_time < b).map((o) => o.order_no).reverse();
    assert.ok(want.includes(orders[5].order_no) && !want.includes(orders[10].order_no));
    assert.deepEqual(nos(await list({ from: a, to: b })), want);
    assert.deepEqual(nos(await list({ from: b, to: a })), []);
    assert.deepEqual(nos(await list({ to: orders[0].create_time })), []);
    assert.deepEqual(nos(await list({ from: orders[24].create_time })), orders.filter((o) => o.create_time >= orders[24].create_time).map((o) => o.order_no).reverse());
  });
  test('RFC 3339 in other forms and zones is the same moment', async () => {
    const at = orders[5].create_time;
    const plus8 = new Date(Date.parse(at) + 8 * 3600_000).toISOString().replace('Z', '+08:00');
    const want = await list({ from: at, limit: 100 });
    assert.deepEqual(await list({ from: plus8, limit: 100 }), want);
    const raw = await get(stack, app, `/payments?from=${plus8}&limit=100`);
    assert.deepEqual(expectOk(raw), want, 'a raw + in the query');
    assert.deepEqual((await list({ from: '2020-01-01T00:00:00Z', limit: 100 })).items.length, 25);
    assert.deepEqual((await list({ to: '2020-01-01T00:00:00Z', limit: 100 })).items.length, 0);
  });
});

describe('40001', () => {
  const rows = [
    ['limit', ['0', '101', '-1', '1.5', 'abc', '', '1e1', '99999999999999999999', '%201', '+5']],
    ['status', ['PAID', 'success', '0', '10', '', 'SUCCESS,WAITING']],
    ['from', ['yesterday', '', '2026-01-01', '2026-13-01T00:00:00Z', '2026-02-30T00:00:00Z', '2026-01-01T25:00:00Z', '2026-01-01T00:00:00', '1700000000', '2026-01-01T00:00:00Z%00']],
    ['to', ['tomorrow', '2026-01-01T00:00:60', '0000-00-00T00:00:00Z']],
    ['after', ['x', '', '1', rep('I', 26)]],
  ];
  for (const [name, values] of rows) {
    for (const value of values) {
      test(`${name}=${value}`, async () => expectError(await get(stack, app, `/payments?${name}=${value.replace(/\+/g, '%2B')}`), 40001, name));
    }
    test(`${name} twice`, async () => {
      const good = { limit: '1', status: 'WAITING', from: '2026-01-01T00:00:00Z', to: '2026-01-01T00:00:00Z', after: strangerUlid() }[name];
      expectError(await get(stack, app, `/payments?${name}=${good}&${name}=${good}`), 40001, name);
    });
  }
  test('an unknown parameter', async () => expectError(await get(stack, app, '/payments?page=2'), 40001, 'page'));
});

describe('isolation', () => {
  test('no other app\'s order is ever listed, whatever after says', async () => {
    const foreign = await create(stack, app1);
    for (const o of (await list({ limit: 100 })).items) assert.ok(orders.some((x) => x.order_no === o.order_no));
    const res = await get(stack, app, `/payments?after=${foreign.order_no}`);
    if (res.status === 200) for (const o of res.json.data.items) assert.ok(orders.some((x) => x.order_no === o.order_no));
    else expectError(res, [40400, 40001]);
    for (const o of (await list({ limit: 100 }, app2)).items) assert.ok(!orders.some((x) => x.order_no === o.order_no));
  });
});
