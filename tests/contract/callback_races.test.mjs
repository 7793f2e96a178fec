// Callbacks that arrive together: one change, one task, and everybody is acknowledged.
import { test, describe } from 'node:test';
import assert from 'node:assert/strict';
import { suite, count, inParallel, times } from '../lib/suite.mjs';
import { createOpen, expectOk, post, query, submitAnother, terms } from '../lib/client.mjs';
import { channelNo, sendCallback, signedCallback } from '../lib/channel.mjs';

const { stack, app1, db } = await suite();
const SECRET = app1.channelSecret;
const send = (order, more) => sendCallback(stack, signedCallback(order, SECRET, more));
const acked = (r) => r.status === 200 && r.text === '{"code":0,"msg":"SUCCESS"}';
const idOf = (order) => db.value('SELECT id FROM pay_order WHERE no = ?', [order.order_no]);
const tasks = async (order) => db.value('SELECT COUNT(*) FROM notify_task WHERE type = 1 AND data_id = ?', [await idOf(order)]);
const versionOf = (order) => db.value('SELECT version FROM pay_order WHERE no = ?', [order.order_no]);

describe('a hundred at once', () => {
  test('the same bytes: all acknowledged, one change, one task, a hundred rows on record', async () => {
    const order = await createOpen(stack, app1);
    const before = await versionOf(order);
    const body = signedCallback(order, SECRET);
    const all = await times(100, () => sendCallback(stack, body));
    assert.equal(count(all, acked), 100, all.find((r) => !acked(r))?.text);
    assert.equal(await tasks(order), 1);
    assert.equal(await versionOf(order), before + 1);
    assert.equal(await db.value('SELECT COUNT(*) FROM callback_log WHERE body = ?', [JSON.stringify(body)]), 100);
    const q = await query(stack, app1, { order_no: order.order_no });
    assert.deepEqual([q.status, q.attempts.length, q.attempts[0].status], ['SUCCESS', 1, 'SUCCESS']);
  });
  test('a thousand, fifty at a time: one change, one task, a thousand acknowledgements', async () => {
    const order = await createOpen(stack, app1);
    const body = signedCallback(order, SECRET);
    const all = await inParallel(Array.from({ length: 1000 }), 50, () => sendCallback(stack, body));
    assert.equal(count(all, acked), 1000, all.find((r) => !acked(r))?.text);
    assert.equal(await tasks(order), 1);
    assert.equal(await db.value('SELECT COUNT(*) FROM status_log WHERE kind = ? AND data_id = ?', ['order', await idOf(order)]), 1);
  });
  test('each with a nonce of its own', async () => {
    const order = await createOpen(stack, app1);
    const no = channelNo();
    const all = await times(100, () => send(order, { channel_order_no: no }));
    assert.equal(count(all, acked), 100, all.find((r) => !acked(r))?.text);
    assert.equal(await tasks(order), 1);
  });
  test('of which most are forged: the honest one pays', async () => {
    const order = await createOpen(stack, app1);
    const all = await times(60, (i) => sendCallback(stack, signedCallback(order, i === 30 ? SECRET : `x${i}`)));
    assert.equal(count(all, acked), 1);
    assert.equal(count(all, (r) => r.json.code === 40101), 59);
    assert.equal((await query(stack, app1, { order_no: order.order_no })).status, 'SUCCESS');
  });
});

describe('SUCCESS and CLOSED together', () => {
  test('in both orders, thirty times: always paid, always acknowledged', async () => {
    await inParallel(Array.from({ length: 30 }, (_, i) => i), 5, async (i) => {
      const order = await createOpen(stack, app1);
      const pay = () => send(order);
      const close = () => send(order, { status: i % 3 ? 'CLOSED' : 'FAILED', success_time: undefined });
      const all = await Promise.all(i % 2 ? [pay(), close()] : [close(), pay()]);
      assert.ok(all.every(acked), all.map((r) => r.text).join());
      const q = await query(stack, app1, { order_no: order.order_no });
      assert.deepEqual([q.status, q.attempts[0].status], ['SUCCESS', 'SUCCESS']);
      assert.equal(await tasks(order), 1);
    });
  });
  test('one after the other, both orders', async () => {
    for (const list of [['SUCCESS', 'CLOSED'], ['CLOSED', 'SUCCESS'], ['FAILED', 'CLOSED', 'SUCCESS', 'FAILED'], ['SUCCESS', 'SUCCESS', 'CLOSED']]) {
      const order = await createOpen(stack, app1);
      for (const status of list) assert.ok(acked(await send(order, { status, ...(status === 'SUCCESS' ? {} : { success_time: undefined }) })));
      const q = await query(stack, app1, { order_no: order.order_no });
      assert.deepEqual([q.status, q.attempts[0].status], ['SUCCESS', 'SUCCESS'], list.join());
      assert.equal(await tasks(order), 1);
    }
  });
});

describe('two payments of one attempt, one payment of two orders, together', () => {
  test('ten times: one pays, the other is an attempt of its own, all acknowledged', async () => {
    await inParallel(Array.from({ length: 10 }, (_, i) => i), 4, async () => {
      const order = await createOpen(stack, app1);
      const numbers = [channelNo(), channelNo()];
      const all = await times(6, (i) => send(order, { channel_order_no: numbers[i % 2] }));
      assert.ok(all.every(acked), all.map((r) => r.text).join());
      const rows = await db.rows('SELECT status, duplicate_paid, channel_order_no FROM pay_order_extension WHERE order_id = ? ORDER BY id', [await idOf(order)]);
      assert.deepEqual(rows.map((r) => [r.status, r.duplicate_paid]), [[10, 0], [10, 1]]);
      assert.deepEqual(rows.map((r) => r.channel_order_no).sort(), numbers.sort());
      assert.equal(await tasks(order), 1);
    });
  });
  test('ten times: one order is paid, the others are 40906', async () => {
    await inParallel(Array.from({ length: 10 }, (_, i) => i), 4, async () => {
      const orders = await times(4, () => createOpen(stack, app1));
      const channel_order_no = channelNo();
      const all = await times(8, (i) => send(orders[i % 4], { channel_order_no }));
      const states = await times(4, async (i) => (await query(stack, app1, { order_no: orders[i].order_no })).status);
      assert.equal(count(states, (s) => s === 'SUCCESS'), 1);
      for (const [i, r] of all.entries()) {
        if (states[i % 4] === 'SUCCESS') assert.ok(acked(r), r.text);
        else assert.deepEqual([r.status, r.json.code], [409, 40906], r.text);
      }
    });
  });
});

describe('two attempts paid together', () => {
  test('ten times: one pays, the other is a duplicate, one task', async () => {
    await inParallel(Array.from({ length: 10 }, (_, i) => i), 4, async () => {
      const first = await createOpen(stack, app1);
      const second = expectOk(await submitAnother(stack, app1, first), 201);
      const all = await Promise.all([send(first), send(second), send(first), send(second)]);
      assert.ok(all.every(acked), all.map((r) => r.text).join());
      const rows = await db.rows('SELECT status, duplicate_paid FROM pay_order_extension WHERE no IN (?, ?)', [first.pay_id, second.pay_id]);
      assert.deepEqual(rows.map((r) => r.status), [10, 10]);
      assert.equal(count(rows, (r) => r.duplicate_paid === 1), 1);
      assert.equal(await tasks(first), 1);
    });
  });
});

describe('callback and submit, callback and create together', () => {
  test('a callback while the order is repeated with its channel: paid once, one task', async () => {
    await inParallel(Array.from({ length: 10 }, (_, i) => i), 3, async () => {
      const body = terms({ channel: 'mock' });
      const order = expectOk(await post(stack, app1, '/api/pay/create', body), 201);
      const [cb, again, sub] = await Promise.all([send(order), post(stack, app1, '/api/pay/create', body),
        post(stack, app1, '/api/pay/submit', { order_no: order.order_no, channel: 'mock' })]);
      assert.ok(acked(cb), cb.text);
      assert.equal(again.status, 200, again.text);
      assert.ok([200, 409].includes(sub.status), sub.text);
      assert.equal((await query(stack, app1, { order_no: order.order_no })).status, 'SUCCESS');
      assert.equal(await tasks(order), 1);
    });
  });
});
