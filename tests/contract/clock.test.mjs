// POST /sandbox/clock: what was to happen later happens now, at Shroff and at the mock gateway.
import { test, describe } from 'node:test';
import assert from 'node:assert/strict';
import { suite } from '../lib/suite.mjs';
import { createOpen, expectError, expectOk, newNonce, post, query } from '../lib/client.mjs';
import { newApp } from '../lib/ctl.mjs';
import { rootDb } from '../lib/db.mjs';
import { does, merchant } from '../lib/merchant.mjs';
import { payPage } from '../lib/page.mjs';
import { payByCallback } from '../lib/channel.mjs';
import { paidOrder, refund, refundQuery } from '../lib/refund.mjs';
import { transfer, transferQuery } from '../lib/transfer.mjs';
import { newUser, recharged, sumsOf } from '../lib/wallet.mjs';
import { until } from '../lib/wait.mjs';

const { stack, app1, app2, db, root, atEnd } = await suite();
const books = root ? rootDb(stack, 'sandbox') : undefined;
atEnd(() => books?.close());
const advance = async (app, seconds) => expectOk(await post(stack, app, '/sandbox/clock', { advance: seconds }));
const isNow = (what, read, wanted) => until(`${what}: ${wanted}`, async () => await read() === wanted, 8000, 50);
const owed = (column, no) => books.value(`SELECT TIMESTAMPDIFF(SECOND, create_time, due_time) FROM mock_callback WHERE ${column} = ?`, [no]);

describe('notifications', () => {
  test('a merchant that never acknowledges: all nine tries within five seconds', async (t) => {
    const m = await merchant(does.status(500));
    const app = await newApp(stack, { notifyUrl: m.url, schedule: 'seed' });
    const order = await createOpen(stack, app);
    const gaps = [15, 15, 30, 180, 1800, 1800, 1800, 3600];
    const began = Date.now();
    assert.equal((await payByCallback(stack, app, order)).status, 200);
    // What a merchant's developer can do: wait for a try, move the clock past the next gap (and its tenth).
    for (let n = 1; n <= 9; n++) {
      await m.waitHits(n);
      assert.equal(m.hits.length, n, 'not before its time');
      if (n < 9) await advance(app, Math.ceil(gaps[n - 1] * 1.1) + 1);
    }
    const took = Date.now() - began;
    t.diagnostic(`${took} ms`);
    assert.ok(took < 5000, `${took} ms`);
    const task = await until('given up', async () => {
      const row = (await db.rows('SELECT t.* FROM notify_task t JOIN pay_order o ON o.id = t.data_id AND t.type = 1 WHERE o.no = ?', [order.order_no]))[0];
      return row.status === 20 && row;
    });
    assert.equal(task.notify_times, 9);
    await advance(app, 31536000);
    await new Promise((done) => setTimeout(done, 500));
    assert.equal(m.hits.length, 9, 'given up');
    m.close();
  });
  test('one in hand is waited for: its next try moves too', async () => {
    const m = await merchant((res) => setTimeout(() => does.status(500)(res), 400), does.ack());
    const app = await newApp(stack, { notifyUrl: m.url });
    assert.equal((await payByCallback(stack, app, await createOpen(stack, app))).status, 200);
    await m.waitHits(1);
    await advance(app, 18);
    await m.waitHits(2, 8000);
    m.close();
  });
});

describe('what the gateway does later', () => {
  test('a callback 20 s late', async () => {
    const order = await createOpen(stack, app1);
    await payPage(stack, order).choose('late');
    const due = (await advance(app1, 21)).due;
    assert.equal(due.callbacks, 1);
    await isNow('the order', async () => (await query(stack, app1, { order_no: order.order_no })).status, 'SUCCESS');
  });
  test('a refund', async () => {
    const done = expectOk(await refund(stack, app1, await paidOrder(stack, app1, 'later')), 201);
    assert.equal(done.status, 'WAITING');
    assert.equal((await advance(app1, 5)).due.callbacks, 1);
    await isNow('the refund', async () => (await refundQuery(stack, app1, { refund_no: done.refund_no })).status, 'SUCCESS');
  });
  test('a transfer', async () => {
    const done = expectOk(await transfer(stack, app1, 'later'), 201);
    assert.equal((await advance(app1, 5)).due.callbacks, 1);
    await isNow('the transfer', async () => (await transferQuery(stack, app1, { transfer_no: done.transfer_no })).status, 'SUCCESS');
  });
  test('a refund of a recharge: what is frozen on the wallet goes with it', async () => {
    const user = newUser();
    const filled = await recharged(stack, app1, user, {}, 'later');
    expectOk(await refund(stack, app1, filled, { refund_price: 400 }), 201);
    assert.deepEqual((await sumsOf(stack, app1, user)).slice(0, 2), [600, 400]);
    await advance(app1, 6);
    await isNow('frozen', async () => (await sumsOf(stack, app1, user))[1], 0);
    assert.equal((await sumsOf(stack, app1, user))[0], 600);
  });
  test('what it says of the money it never decided is asked for as if the time had passed', async () => {
    const done = expectOk(await refund(stack, app1, await paidOrder(stack, app1, 'never')), 201);
    const asked = () => db.value('SELECT sync_times FROM pay_refund WHERE no = ?', [done.refund_no]);
    for (const seconds of [10, 30, 120, 600]) {
      const before = await asked();
      await advance(app1, Math.ceil(seconds * 1.1) + 1);
      await until('asked', async () => await asked() > before, 8000, 50);
    }
    assert.equal((await refundQuery(stack, app1, { refund_no: done.refund_no })).status, 'WAITING');
  });
  test('of this app alone, and a spent nonce moves nothing', { skip: !books && 'needs root' }, async () => {
    const [mine, theirs] = [await createOpen(stack, app1), await createOpen(stack, app2)];
    for (const order of [mine, theirs]) await payPage(stack, order).choose('late');
    const nonce = newNonce();
    expectOk(await post(stack, app1, '/sandbox/clock', { advance: 4 }, { auth: { nonce } }));
    expectError(await post(stack, app1, '/sandbox/clock', { advance: 4 }, { auth: { nonce } }), 40103);
    assert.deepEqual([await owed('pay_id', mine.pay_id), await owed('pay_id', theirs.pay_id)], [16, 20]);
  });
});
