// All or nothing: what fails in the middle leaves nothing behind, a request that waits too long for a lock is
// answered 503, and money for a closed order is never lost. Needs root, to hold locks and cause faults in the database.
import { test, describe } from 'node:test';
import assert from 'node:assert/strict';
import { suite } from '../lib/suite.mjs';
import { create, createOpen, expectError, expectOk, get, newNonce, post, query, terms } from '../lib/client.mjs';
import { payByCallback, sendCallback, signedCallback } from '../lib/channel.mjs';
import { ctlOk, newApp } from '../lib/ctl.mjs';
import { does, merchant } from '../lib/merchant.mjs';
import { sleep, until } from '../lib/wait.mjs';

const { stack, app1, db, root } = await suite();
const OPT = { skip: !root && 'needs root' };
const stateOf = async (order, app = app1) => (await query(stack, app, { order_no: order.order_no })).status;
const tasks = (order) => db.value('SELECT COUNT(*) FROM notify_task t JOIN pay_order o ON o.id = t.data_id AND t.type = 1 WHERE o.no = ?', [order.order_no]);
const logged = (body) => db.rows('SELECT * FROM callback_log WHERE body = ?', [JSON.stringify(body)]);

// f while every INSERT (or UPDATE) of a table fails.
async function withFault(table, when, f) {
  await root.rows(`CREATE OR REPLACE TRIGGER test_fault BEFORE ${when} ON ${table} FOR EACH ROW SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1030, MESSAGE_TEXT = 'planted'`);
  try { return await f(); } finally { await root.rows('DROP TRIGGER test_fault'); }
}
// f while a row (or rows) stays locked.
async function withLock(sql, params, f) {
  const conn = await root.pool.getConnection();
  await conn.query('BEGIN');
  await conn.query(sql, params);
  const release = async () => { await conn.query('ROLLBACK'); };
  try { return await f(release); } finally { await release(); conn.release(); }
}

describe('a fault in the middle', () => {
  for (const [table, when] of [['notify_task', 'INSERT'], ['pay_order', 'UPDATE'], ['pay_order_extension', 'UPDATE'], ['status_log', 'INSERT']]) {
    test(`callback, ${when} ${table} fails: 50000, nothing changed but the raw row; then it is taken`, OPT, async () => {
      const order = await createOpen(stack, app1, { notify_url: 'http://127.0.0.1:9/x' });
      const body = signedCallback(order, app1.channelSecret);
      await withFault(table, when, async () => {
        const res = await sendCallback(stack, body);
        expectError(res, 50000);
        assert.doesNotMatch(res.text, /planted|\b1030\b/);
      });
      assert.equal(await stateOf(order), 'WAITING');
      assert.equal(await tasks(order), 0);
      assert.equal((await query(stack, app1, { order_no: order.order_no })).attempts[0].status, 'WAITING');
      assert.equal((await logged(body)).length, 1, 'what came is on record all the same');
      assert.equal((await sendCallback(stack, body)).text, '{"code":0,"msg":"SUCCESS"}');
      assert.equal(await stateOf(order), 'SUCCESS');
      assert.equal(await tasks(order), 1);
    });
  }
  test('callback, its raw row cannot be written: 50000 or 50300, nothing changed', OPT, async () => {
    const order = await createOpen(stack, app1);
    await withFault('callback_log', 'INSERT', async () => {
      expectError(await payByCallback(stack, app1, order), [50000, 50300]);
      const refused = await sendCallback(stack, signedCallback(order, 'wrong'));
      expectError(refused, [50000, 50300, 40101]);
    });
    assert.equal(await stateOf(order), 'WAITING');
    assert.equal((await payByCallback(stack, app1, order)).status, 200);
  });
  for (const table of ['pay_order', 'pay_order_extension', 'api_nonce']) {
    test(`create with a channel, INSERT ${table} fails: 50000, no order, nonce unspent`, OPT, async () => {
      const [body, nonce] = [terms({ channel: 'mock' }), newNonce()];
      await withFault(table, 'INSERT', async () => expectError(await post(stack, app1, '/api/pay/create', body, { auth: { nonce } }), 50000));
      expectError(await get(stack, app1, `/api/pay/query?merchant_order_id=${body.merchant_order_id}`), 40400);
      expectOk(await post(stack, app1, '/api/pay/create', body, { auth: { nonce } }), 201);
    });
  }
  test('submit, INSERT pay_order_extension fails: 50000, nonce unspent', OPT, async () => {
    const [order, nonce] = [await create(stack, app1), newNonce()];
    const body = { order_no: order.order_no, channel: 'mock' };
    await withFault('pay_order_extension', 'INSERT', async () => expectError(await post(stack, app1, '/api/pay/submit', body, { auth: { nonce } }), 50000));
    assert.equal((await query(stack, app1, { order_no: order.order_no })).attempts.length, 0);
    expectOk(await post(stack, app1, '/api/pay/submit', body, { auth: { nonce } }), 201);
  });
});

describe('locks', () => {
  test('a callback waits for the winner and then acknowledges', OPT, async () => {
    const order = await createOpen(stack, app1);
    await withLock('SELECT * FROM pay_order WHERE no = ? FOR UPDATE', [order.order_no], async (release) => {
      const sent = payByCallback(stack, app1, order);
      await sleep(700);
      await release();
      assert.equal((await sent).status, 200);
    });
    assert.equal(await stateOf(order), 'SUCCESS');
  });
  for (const [name, sql] of [['order', 'SELECT * FROM pay_order WHERE no = ? FOR UPDATE'], ['attempt', 'SELECT x.* FROM pay_order_extension x JOIN pay_order o ON o.id = x.order_id WHERE o.no = ? FOR UPDATE']]) {
    test(`a callback whose wait for the ${name} runs out: 50300 with Retry-After, nothing changed, others go on`, OPT, async () => {
      const [order, other] = [await createOpen(stack, app1), await createOpen(stack, app1)];
      await withLock(sql, [order.order_no], async () => {
        const at = Date.now();
        const body = signedCallback(order, app1.channelSecret);
        const sent = sendCallback(stack, body);
        await until('another order is paid meanwhile', async () => (await payByCallback(stack, app1, other)).status === 200, 3000);
        const res = await sent;
        expectError(res, 50300);
        assert.match(String(res.headers['retry-after']), /^\d+$/);
        assert.ok(Date.now() - at < 9500, `${Date.now() - at} ms, less than nginx's patience`);
        assert.equal((await logged(body)).length, 1, 'what came is on record all the same');
      });
      assert.equal(await stateOf(order), 'WAITING');
      assert.equal((await payByCallback(stack, app1, order)).status, 200);
      assert.equal(await tasks(order), 1);
    });
  }
  test('create under a number whose order is still being made elsewhere: waits, then 50300 or the order', OPT, async () => {
    const body = terms();
    const first = await create(stack, app1, body);
    await withLock('SELECT * FROM pay_order WHERE no = ? FOR UPDATE', [first.order_no], async () => {
      const res = await post(stack, app1, '/api/pay/create', body);
      if (res.status !== 200) expectError(res, 50300);
    });
    assert.deepEqual(expectOk(await post(stack, app1, '/api/pay/create', body), 200), first);
  });
  test('a deadlock or a broken connection in the middle is run again, not answered as a failure', OPT, async () => {
    const order = await createOpen(stack, app1);
    await withLock('SELECT * FROM pay_order WHERE no = ? FOR UPDATE', [order.order_no], async (release) => {
      const sent = payByCallback(stack, app1, order);
      const waiting = await until('the callback waits', async () => (await root.rows("SELECT t.trx_mysql_thread_id AS id FROM information_schema.innodb_trx t WHERE t.trx_state = 'LOCK WAIT'"))[0], 2000, 150);    // InnoDB renews that table every 100 ms
      await root.rows(`KILL ${waiting.id}`).catch(() => {});
      await release();
      const res = await sent;
      assert.ok(res.status === 200 || [50300, 50301].includes(res.json?.code), res.text);
    });
    assert.equal((await payByCallback(stack, app1, order)).status, 200);
    assert.equal(await stateOf(order), 'SUCCESS');
    assert.equal(await tasks(order), 1);
  });
});

describe('money for a closed order', () => {
  const closeByHand = (order) => root.rows('UPDATE pay_order SET status = 20 WHERE no = ?', [order.order_no]);
  const alertOf = (order) => db.rows('SELECT * FROM pay_alert ORDER BY id DESC LIMIT 50')
    .then((rows) => rows.filter((r) => [order.order_no, order.pay_id].some((n) => JSON.stringify(r).includes(n))));
  for (const policy of ['refund', 'hold', 'accept']) {
    test(`late_payment ${policy}`, OPT, async () => {
      const m = await merchant(does.ack());
      const app = await newApp(stack, { notifyUrl: m.url });
      await ctlOk(stack, ['app', 'set', app.key, '--late-payment', policy, '--reason', 'test']);
      const order = await createOpen(stack, app);
      await closeByHand(order);
      const res = await payByCallback(stack, app, order);
      assert.equal(res.text, '{"code":0,"msg":"SUCCESS"}', 'money is never refused: the gateway must not send it for ever');
      const q = await query(stack, app, { order_no: order.order_no });
      assert.equal(q.attempts[0].status, 'SUCCESS', 'what came in is on record');
      assert.equal(q.status, policy === 'accept' ? 'SUCCESS' : 'CLOSED');
      if (policy === 'accept') {
        await m.waitHits(1);
        assert.equal(JSON.parse(m.hits[0].text).type, 'order.success');
      } else {
        const alerts = (await alertOf(order)).filter((a) => a.kind === 'late_paid');
        assert.equal(alerts.length, 1);
        assert.deepEqual((q.refunds ?? []).map((r) => [r.cause, r.refund_price, r.merchant_refund_id]), policy === 'refund' ? [['late', order.price, undefined]] : []);
        assert.deepEqual([q.refund_price, policy === 'hold' && alerts[0].closed_by], [0, policy === 'hold' ? null : false]);
        assert.equal(await tasks(order), 0);
      }
      assert.equal((await payByCallback(stack, app, order)).status, 200, 'a repeat is acknowledged');
      m.close();
    });
  }
  test('FAILED for a closed order changes nothing', OPT, async () => {
    const order = await createOpen(stack, app1);
    await closeByHand(order);
    assert.equal((await payByCallback(stack, app1, order, { status: 'FAILED', success_time: undefined })).status, 200);
    assert.equal(await stateOf(order), 'CLOSED');
  });
  test('40902: a closed order takes no submit; repeating create answers it as it stands', OPT, async () => {
    const order = await create(stack, app1);
    await closeByHand(order);
    expectError(await post(stack, app1, '/api/pay/submit', { order_no: order.order_no, channel: 'mock' }), 40902);
    const again = expectOk(await post(stack, app1, '/api/pay/create', terms({ merchant_order_id: order.merchant_order_id, channel: 'mock' })), 200);
    assert.equal(again.status, 'CLOSED');
    assert.equal(again.pay_id, undefined);
    expectError(await post(stack, app1, '/api/pay/create', terms({ merchant_order_id: order.merchant_order_id, price: 1 })), 40900);
  });
});

describe('fees', () => {
  for (const [price, rate, fee] of [[1234, 6000, 7], [250, 6000, 2], [249, 6000, 1], [1, 6000, 0], [83, 6000, 0], [84, 6000, 1], [1000000000000, 6000, 6000000000], [7, 1000000, 7], [1, 1000000, 1], [1000000000000, 1000000, 1000000000000], [1, 500000, 1], [5, 0, 0]]) {
    test(`${rate} parts per million of ${price} are ${fee}, once and for all`, async () => {
      const app = await newApp(stack, { channelArgs: ['--fee-rate', String(rate)] });
      const order = await createOpen(stack, app, { price });
      await payByCallback(stack, app, order);
      const row = await db.row('SELECT channel_fee_rate AS r, channel_fee_price AS f FROM pay_order WHERE no = ?', [order.order_no]);
      assert.deepEqual([row.r, row.f], [rate, fee]);
    });
  }
});
