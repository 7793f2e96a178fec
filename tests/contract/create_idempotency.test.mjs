// One merchant number, one order: the unique key decides, then the terms are compared.
import { test, describe } from 'node:test';
import assert from 'node:assert/strict';
import { suite, count, times } from '../lib/suite.mjs';
import { create, createOpen, expectError, expectOk, newNo, post, query, terms } from '../lib/client.mjs';
import { payByCallback } from '../lib/channel.mjs';
import { isRoot, rootDb } from '../lib/db.mjs';

const { stack, app1, app2, db } = await suite();
const send = (body, path = '/api/pay/create') => post(stack, app1, path, body);
const countOf = (no) => db.value('SELECT COUNT(*) FROM pay_order WHERE merchant_order_id = ?', [no]);

describe('the same number', () => {
  test('the same terms: 200 with the same order', async () => {
    const body = terms({ body: 'b', metadata: { a: 1 } });
    const first = expectOk(await send(body), 201);
    const second = expectOk(await send(body), 200);
    assert.deepEqual(second, first);
    assert.equal(await countOf(body.merchant_order_id), 1);
  });
  test('the alias makes and finds the same order', async () => {
    const body = terms();
    const first = expectOk(await send(body, '/payments'), 201);
    assert.deepEqual(expectOk(await send(body), 200), first);
  });
  for (const [name, change] of Object.entries({
    price: { price: 1235 }, currency: { currency: 'USD' }, subject: { subject: 'Coffee' }, 'subject by case': { subject: 'TEA' },
    'subject by a blank': { subject: 'Tea ' }, 'subject by accent': { subject: 'Téa' }, 'price one less': { price: 1233 },
  })) {
    test(`40900: another ${name}; the first is kept`, async () => {
      const order = await create(stack, app1);
      const res = await send(terms({ merchant_order_id: order.merchant_order_id, ...change }));
      const [[field, value]] = Object.entries(change);
      expectError(res, 40900, field);
      assert.match(res.json.msg, new RegExp(`^${field}: "?${value}"? is not "?${order[field]}"?, with which ${order.merchant_order_id} was created`), res.json.msg);
      const kept = await query(stack, app1, { order_no: order.order_no });
      assert.deepEqual([kept.price, kept.currency, kept.subject, kept.version], [1234, 'CNY', 'Tea', order.version]);
    });
  }
  test('other differences are ignored and change nothing', async () => {
    const body = terms({ body: 'one', user_id: 'u1', expire_in: 600, metadata: { a: 1 }, return_url: 'https://example.com/1' });
    const first = expectOk(await send(body), 201);
    const second = expectOk(await send({ ...body, body: 'two', user_id: 'u2', expire_in: 60, metadata: { b: 2 }, return_url: 'https://example.com/2', notify_url: 'https://example.com/n' }), 200);
    assert.deepEqual(second, first);
  });
  test('the answer shows the notify_url that counts: the first one', async () => {
    const body = terms({ notify_url: 'https://example.com/first' });
    assert.equal(expectOk(await send(body), 201).notify_url, body.notify_url);
    const again = expectOk(await send({ ...body, notify_url: 'https://example.com/second' }), 200);
    assert.equal(again.notify_url, body.notify_url);
    assert.equal((await query(stack, app1, { order_no: again.order_no })).notify_url, body.notify_url);
    assert.ok(!('notify_url' in await create(stack, app1)), 'absent when none was given');
  });
  test('a notify_url that is not public: made, with a warning', async () => {
    for (const [url, blocked] of [['http://10.0.0.1/', true], ['http://0x0a000001/n', true], ['http://169.254.169.254/', true], ['https://example.com/', undefined], ['http://127.0.0.1:9/', undefined]]) {
      const order = expectOk(await send(terms({ notify_url: url })), 201);
      assert.equal(order.notify_url_blocked, blocked, url);
      assert.equal((await query(stack, app1, { order_no: order.order_no })).notify_url_blocked, blocked, url);
    }
  });
  test('a bad field is refused even when the number is known', async () => {
    const order = await create(stack, app1);
    expectError(await send(terms({ merchant_order_id: order.merchant_order_id, expire_in: 1 })), 40001, 'expire_in');
  });
  test('numbers that differ by case or by what follows are different', async () => {
    const no = newNo('so');
    const made = [];
    for (const id of [no, no.toUpperCase(), `${no}.`, `${no}0`]) made.push((await create(stack, app1, { merchant_order_id: id, price: 1 + made.length })).order_no);
    assert.equal(new Set(made).size, 4);
    assert.equal((await query(stack, app1, { merchant_order_id: no })).order_no, made[0]);
    assert.equal((await query(stack, app1, { merchant_order_id: no.toUpperCase() })).order_no, made[1]);
  });
  test('a blank at the end is refused, never cut off', async () => {
    const no = newNo();
    await create(stack, app1, { merchant_order_id: no });
    expectError(await send(terms({ merchant_order_id: `${no} ` })), 40001, 'merchant_order_id');
  });
  test('belongs to the app: the other app\'s is another order', async () => {
    const no = newNo();
    const one = await create(stack, app1, { merchant_order_id: no });
    const two = await create(stack, app2, { merchant_order_id: no, price: 99 });
    assert.notEqual(one.order_no, two.order_no);
    assert.equal(await countOf(no), 2);
  });
});

describe('with a channel', () => {
  test('a repeat submits when nothing is open, and only then', async () => {
    const body = terms();
    const first = expectOk(await send(body), 201);
    assert.equal(first.pay_id, undefined);
    const second = expectOk(await send({ ...body, channel: 'mock' }), 200);
    assert.ok(second.pay_id);
    const third = expectOk(await send({ ...body, channel: 'mock' }), 200);
    assert.equal(third.pay_id, second.pay_id);
    assert.equal(third.pay_url, second.pay_url);
    assert.equal((await query(stack, app1, { order_no: first.order_no })).attempts.length, 1);
  });
  test('a repeat without it shows the open attempt', async () => {
    const body = terms({ channel: 'mock' });
    const first = expectOk(await send(body), 201);
    const { channel, ...plain } = body;
    assert.equal(expectOk(await send(plain), 200).pay_id, first.pay_id);
    assert.equal(channel, 'mock');
  });
  test('a paid order is answered as it stands, without another attempt', async () => {
    const body = terms({ channel: 'mock' });
    const order = expectOk(await send(body), 201);
    assert.equal((await payByCallback(stack, app1, order)).status, 200);
    const again = expectOk(await send(body), 200);
    assert.equal(again.status, 'SUCCESS');
    assert.equal(again.pay_id, undefined);
    assert.equal(again.pay_url, undefined);
    assert.equal((await query(stack, app1, { order_no: order.order_no })).attempts.length, 1);
  });
  test('40303 on a repeat too', async () => {
    const order = await create(stack, app1);
    expectError(await send(terms({ merchant_order_id: order.merchant_order_id, channel: 'nosuch' })), 40303);
  });
  test('a failed attempt is closed, a repeat opens the next', async () => {
    const order = await createOpen(stack, app1);
    assert.equal((await payByCallback(stack, app1, order, { status: 'FAILED', success_time: undefined })).status, 200);
    const again = expectOk(await send(terms({ merchant_order_id: order.merchant_order_id, channel: 'mock' })), 200);
    assert.ok(again.pay_id);
    assert.notEqual(again.pay_id, order.pay_id);
  });
});

describe('a hundred at once', () => {
  test('the same: one 201, ninety-nine 200, one order', async () => {
    const body = terms();
    const all = await times(100, () => send(body));
    assert.equal(count(all, (r) => r.status === 201), 1, all.map((r) => r.status).join());
    assert.equal(count(all, (r) => r.status === 200), 99, all.find((r) => ![200, 201].includes(r.status))?.text);
    assert.equal(new Set(all.map((r) => r.json.data.order_no)).size, 1);
    assert.equal(await countOf(body.merchant_order_id), 1);
  });
  test('the same with a channel: one order, one attempt', async () => {
    const body = terms({ channel: 'mock' });
    const all = await times(60, () => send(body));
    for (const r of all) assert.ok([200, 201].includes(r.status), r.text);
    assert.equal(count(all, (r) => r.status === 201), 1);
    assert.equal(await countOf(body.merchant_order_id), 1);
    const attempts = await db.value('SELECT COUNT(*) FROM pay_order_extension x JOIN pay_order o ON o.id = x.order_id WHERE o.merchant_order_id = ?', [body.merchant_order_id]);
    assert.equal(attempts, 1);
  });
  test('of two prices: one order, the others 40900', async () => {
    const no = newNo();
    const all = await times(100, (i) => send(terms({ merchant_order_id: no, price: 100 + (i % 2) })));
    assert.equal(await countOf(no), 1);
    const kept = await db.value('SELECT price FROM pay_order WHERE merchant_order_id = ?', [no]);
    assert.equal(count(all, (r) => r.status === 201), 1);
    all.forEach((r, i) => { if (r.status !== 201) { if (100 + (i % 2) === kept) expectOk(r, 200); else expectError(r, 40900); } });
  });
  test('of a hundred numbers: a hundred orders', async () => {
    const all = await times(100, () => send(terms()));
    for (const r of all) expectOk(r, 201);
    assert.equal(new Set(all.map((r) => r.json.data.order_no)).size, 100);
    assert.equal(new Set(all.map((r) => r.json.data.query_token)).size, 100);
  });
});

// A thousand repeats of one request would wait for each other at that row, and everybody else for a worker.
test('a repeat that changes nothing takes no lock on the order', { skip: isRoot ? false : 'needs root of the database' }, async () => {
  const open = terms({ channel: 'mock' }), plain = terms();
  for (const body of [open, plain]) expectOk(await send(body), 201);
  const root = rootDb(stack), locked = await root.pool.getConnection();
  try {
    await locked.query('BEGIN');
    await locked.query('SELECT id FROM pay_order WHERE merchant_order_id IN (?, ?) LOCK IN SHARE MODE', [open.merchant_order_id, plain.merchant_order_id]);
    expectOk(await send(open), 200);
    expectOk(await send(plain), 200);
    expectError(await send({ ...open, price: open.price + 1 }), 40900, 'price');
  } finally {
    await locked.query('ROLLBACK');
    locked.release();
    await root.close();
  }
});
