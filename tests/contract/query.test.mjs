// Asking about one order: selectors, members, /payments/{no}, the payer's status; refund/query's selectors.
import { test, describe } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, rep } from '../lib/suite.mjs';
import { TIME, create, createOpen, expectError, expectOk, get, newNo, query, request, strangerUlid } from '../lib/client.mjs';
import { payByCallback, callbackOf } from '../lib/channel.mjs';
import { logsOf } from '../lib/stack.mjs';

const { stack, app1, app2, db, root } = await suite();
const ask = (q, app = app1) => get(stack, app, `/api/pay/query${q}`);

describe('selectors', () => {
  test('each finds the order', async () => {
    const order = await createOpen(stack, app1);
    const answers = [];
    for (const k of ['order_no', 'merchant_order_id', 'pay_id']) answers.push(await query(stack, app1, { [k]: order[k] }));
    answers.push(expectOk(await get(stack, app1, `/payments/${order.order_no}`)));
    for (const a of answers) assert.deepEqual(a, answers[0]);
    assert.equal(answers[0].order_no, order.order_no);
  });
  test('an ended attempt\'s pay_id still finds it', async () => {
    const order = await createOpen(stack, app1);
    await payByCallback(stack, app1, order);
    assert.equal((await query(stack, app1, { pay_id: order.pay_id })).order_no, order.order_no);
  });
  test('a merchant number with every odd character of its alphabet, percent-encoded', async () => {
    const no = `${newNo()}_-*|.`;
    await create(stack, app1, { merchant_order_id: no });
    const q = no.replaceAll('|', '%7C').replaceAll('*', '%2A').replaceAll('.', '%2e');
    assert.equal(expectOk(await ask(`?merchant_order_id=${q}`)).merchant_order_id, no);
  });
  const no = strangerUlid();
  const rows = [
    ['none', '', undefined],
    ['an empty query', '?', undefined],
    ['two selectors', `?order_no=${no}&pay_id=${no}`, undefined],
    ['two other selectors', `?order_no=${no}&merchant_order_id=x`, undefined],
    ['three selectors', `?order_no=${no}&merchant_order_id=x&pay_id=${no}`, undefined],
    ['a repeated selector', `?order_no=${no}&order_no=${no}`, 'order_no'],
    ['a repeated selector, once percent-encoded', `?order_no=${no}&order%5Fno=${no}`, 'order_no'],
    ['an unknown parameter', `?order_no=${no}&x=1`, 'x'],
    ['an unknown parameter first', `?x=1&order_no=${no}`, 'x'],
    ['an unknown parameter without value', `?order_no=${no}&x`, 'x'],
    ['an empty order_no', '?order_no=', 'order_no'],
    ['an order_no without =', '?order_no', 'order_no'],
    ['an order_no of 25', `?order_no=${no.slice(1)}`, 'order_no'],
    ['an order_no of 27', `?order_no=${no}0`, 'order_no'],
    ['an order_no in small letters', `?order_no=${no.toLowerCase().replace(/^.{3}/, '0ab')}`, 'order_no'],
    ['an order_no with I, L, O, U', `?order_no=0${rep('I', 25)}`, 'order_no'],
    ['an order_no with SQL', "?order_no=%27%20OR%201=1--", 'order_no'],
    ['an order_no with %00', `?order_no=${no}%00`, 'order_no'],
    ['an order_no beyond ASCII', `?order_no=${no.slice(1)}%C3%A9`, 'order_no'],
    ['a broken escape', '?order_no=%zz', 'order_no'],
    ['an empty pay_id', '?pay_id=', 'pay_id'],
    ['a pay_id of another alphabet', '?pay_id=abc', 'pay_id'],
    ['an empty merchant_order_id', '?merchant_order_id=', 'merchant_order_id'],
    ['a merchant_order_id of 65', `?merchant_order_id=${rep('a', 65)}`, 'merchant_order_id'],
    ['a merchant_order_id with a blank', '?merchant_order_id=a%20b', 'merchant_order_id'],
    ['a merchant_order_id with +', '?merchant_order_id=a+b', 'merchant_order_id'],
    ['a merchant_order_id beyond ASCII', '?merchant_order_id=%E5%8D%95', 'merchant_order_id'],
    ['sync=2', `?order_no=${no}&sync=2`, 'sync'],
    ['sync=0', `?sync=0&order_no=${no}`, 'sync'],
  ];
  for (const [name, q, field] of rows) test(`40001: ${name}`, async () => expectError(await ask(q), 40001, field));
  test('40400: what is not there, and what is the other app\'s, look the same', async () => {
    const order = await createOpen(stack, app1);
    for (const k of ['order_no', 'merchant_order_id', 'pay_id']) {
      const theirs = await ask(`?${k}=${encodeURIComponent(order[k])}`, app2);
      const none = await ask(`?${k}=${k === 'merchant_order_id' ? newNo() : strangerUlid()}`, app2);
      expectError(theirs, 40400);
      expectError(none, 40400);
      assert.equal(theirs.json.msg, none.json.msg);
    }
  });
  test('an order_no is no pay_id and the other way round', async () => {
    const order = await createOpen(stack, app1);
    expectError(await ask(`?pay_id=${order.order_no}`), 40400);
    expectError(await ask(`?order_no=${order.pay_id}`), 40400);
  });
});

describe('/payments/{order_no}', () => {
  test('40400 for a number of another alphabet', async () => {
    for (const no of ['abc', '0', `0${rep('I', 25)}`, strangerUlid().toLowerCase(), `${strangerUlid()}0`, "%27", '%00', rep('0', 5000)]) {
      expectError(await get(stack, app1, `/payments/${no}`), [40400, 40000]);
    }
  });
  test('40400 for a merchant number, a pay_id, the other app\'s order', async () => {
    const order = await createOpen(stack, app1);
    expectError(await get(stack, app1, `/payments/${order.merchant_order_id}`), 40400);
    expectError(await get(stack, app1, `/payments/${order.pay_id}`), 40400);
    expectError(await get(stack, app2, `/payments/${order.order_no}`), 40400);
  });
  test('40001 for a parameter', async () => {
    const order = await create(stack, app1);
    expectError(await get(stack, app1, `/payments/${order.order_no}?x=1`), 40001, 'x');
  });
});

describe('what the answer holds', () => {
  test('an open order: attempts and no refunds', async () => {
    const order = await createOpen(stack, app1);
    const q = await query(stack, app1, { order_no: order.order_no });
    assert.deepEqual(q.refunds, []);
    assert.equal(q.attempts.length, 1);
    assert.deepEqual(Object.keys(q.attempts[0]).sort(), ['channel', 'create_time', 'pay_id', 'status']);
    assert.deepEqual([q.attempts[0].pay_id, q.attempts[0].channel, q.attempts[0].status], [order.pay_id, 'mock', 'WAITING']);
    assert.match(q.attempts[0].create_time, TIME);
    assert.equal(q.pay_id, order.pay_id);
    assert.equal(q.pay_url, order.pay_url);
    const { attempts, refunds, ...rest } = q;
    assert.deepEqual(rest, order);
    assert.ok(attempts && refunds);
  });
  test('a paid order: what came in, when, and no way to pay again', async () => {
    const order = await createOpen(stack, app1);
    const cb = callbackOf(order, { success_time: '2026-01-02T03:04:05.678Z' });
    assert.equal((await payByCallback(stack, app1, order, cb)).status, 200);
    const q = await query(stack, app1, { order_no: order.order_no });
    assert.equal(q.status, 'SUCCESS');
    assert.equal(q.paid_price, order.price);
    assert.equal(q.channel, 'mock');
    assert.equal(q.channel_order_no, cb.channel_order_no);
    assert.equal(q.success_time, '2026-01-02T03:04:05.678Z');
    assert.ok(q.version > order.version, 'the version grows with each change');
    for (const k of ['pay_id', 'pay_url', 'display_mode', 'display_content']) assert.equal(q[k], undefined, k);
    const [a] = q.attempts;
    assert.deepEqual([a.pay_id, a.status, a.channel_order_no, a.success_time], [order.pay_id, 'SUCCESS', cb.channel_order_no, '2026-01-02T03:04:05.678Z']);
  });
  test('a success_time in +08:00 is answered in UTC', async () => {
    const order = await createOpen(stack, app1);
    assert.equal((await payByCallback(stack, app1, order, { success_time: '2027-01-01T07:59:59+08:00' })).status, 200);
    assert.equal((await query(stack, app1, { order_no: order.order_no })).success_time, '2026-12-31T23:59:59.000Z');
  });
  test('a failed attempt is CLOSED, the order WAITING', async () => {
    const order = await createOpen(stack, app1);
    await payByCallback(stack, app1, order, { status: 'FAILED', success_time: undefined });
    const q = await query(stack, app1, { order_no: order.order_no });
    assert.equal(q.status, 'WAITING');
    assert.equal(q.attempts[0].status, 'CLOSED');
    assert.equal(q.pay_id, undefined);
  });
  test('answers that need credentials are no-store', async () => {
    const order = await create(stack, app1);
    for (const path of [`/api/pay/query?order_no=${order.order_no}`, `/payments/${order.order_no}`, '/payments?limit=1']) {
      assert.match(String((await get(stack, app1, path)).headers['cache-control']), /no-store/);
    }
  });
});

describe('status: the payer\'s browser', () => {
  const status = (q) => request(stack, { path: `/api/pay/status${q}` });
  test('exactly the public members, for scripts of any origin, no-store', async () => {
    const order = await createOpen(stack, app1, { return_url: 'https://example.com/back', body: 'secret', metadata: { a: 1 }, user_id: 'u' });
    const res = await status(`?token=${order.query_token}`);
    assert.deepEqual(expectOk(res), { order_no: order.order_no, status: 'WAITING', price: 1234, currency: 'CNY', subject: 'Tea', return_url: 'https://example.com/back', expire_time: order.expire_time });
    assert.equal(res.headers['access-control-allow-origin'], '*');
    assert.match(res.headers['access-control-expose-headers'], /\bRetry-After\b/, 'a page of another site may read when to ask again');
    assert.match(res.headers['cache-control'], /no-store/);
    await payByCallback(stack, app1, order);
    assert.equal(expectOk(await status(`?token=${order.query_token}`)).status, 'SUCCESS');
  });
  test('without a return_url it is left out', async () => {
    const order = await create(stack, app1);
    assert.deepEqual(Object.keys(expectOk(await status(`?token=${order.query_token}`))).sort(), ['currency', 'expire_time', 'order_no', 'price', 'status', 'subject']);
  });
  test('40001: no token, two tokens, an unknown parameter', async () => {
    const { query_token: t } = await create(stack, app1);
    expectError(await status(''), 40001, 'token');
    expectError(await status(`?token=${t}&token=${t}`), 40001, 'token');
    for (const more of ['x=1', 'from=singlemessage&isappinstalled=0', 'fbclid=IwAR0', '_=1700000000000', 'utm_source=%zz', '%zz=1', '=', 'x']) expectOk(await status(`?token=${t}&${more}`));
  });
  test('40400: any other token', async () => {
    const { query_token: t, order_no: no } = await create(stack, app1);
    const other = t.slice(0, -1) + (t.endsWith('A') ? 'B' : 'A');
    for (const bad of [other, t.slice(1), `${t}0`, 'x', no, "'%20OR%201=1", '%00', rep('a', 4000), '%C3%A9']) expectError(await status(`?token=${bad}`), 40400);
  });
  test('a token dies 24 h after the order\'s end', { skip: !root && 'needs root' }, async () => {
    const paidBefore = async (hours) => {
      const order = await createOpen(stack, app1);
      await payByCallback(stack, app1, order, { success_time: new Date(Date.now() - hours * 3_600_000).toISOString() });
      await root.rows(`UPDATE pay_order SET update_time = UTC_TIMESTAMP(3) - INTERVAL ${hours} HOUR, expire_time = UTC_TIMESTAMP(3) - INTERVAL ${hours} HOUR,
        create_time = UTC_TIMESTAMP(3) - INTERVAL ${hours + 1} HOUR WHERE no = ?`, [order.order_no]);
      return status(`?token=${order.query_token}`);
    };
    expectOk(await paidBefore(23));
    expectError(await paidBefore(25), 40400);
    // A channel's clock that is ahead does not keep the token alive.
    const ahead = await createOpen(stack, app1);
    await payByCallback(stack, app1, ahead, { success_time: new Date(Date.now() + 30 * 86_400_000).toISOString() });
    expectOk(await status(`?token=${ahead.query_token}`));
    await root.rows('UPDATE pay_order SET update_time = UTC_TIMESTAMP(3) - INTERVAL 25 HOUR WHERE no = ?', [ahead.order_no]);
    expectError(await status(`?token=${ahead.query_token}`), 40400);
  });
  test('it enters no log', async () => {
    const order = await create(stack, app1);
    await status(`?token=${order.query_token}`);
    await status(`?token=${order.query_token}&x=1`);
    await query(stack, app1, { order_no: order.order_no });
    for (const file of logsOf(stack)) assert.ok(!readFileSync(file, 'latin1').includes(order.query_token), `${file} holds a token`);
  });
});

describe('refund/query', () => {
  const ask = (q, app = app1) => get(stack, app, `/api/pay/refund/query${q}`);
  test('40400 for numbers that no object has', async () => {
    expectError(await ask(`?refund_no=${strangerUlid()}`), 40400);
    expectError(await ask('?merchant_refund_id=R1'), 40400);
  });
  const rows = [['none', '', undefined], ['both', `?refund_no=${strangerUlid()}&merchant_refund_id=R1`, undefined], ['a bad refund_no', '?refund_no=x', 'refund_no'],
    ['a repeated one', `?refund_no=${strangerUlid()}&refund_no=${strangerUlid()}`, 'refund_no'], ['an unknown one', '?merchant_refund_id=R1&x=1', 'x'],
    ['a bad merchant_refund_id', '?merchant_refund_id=a%20b', 'merchant_refund_id']];
  for (const [name, q, field] of rows) test(`40001: ${name}`, async () => expectError(await ask(q), 40001, field));
});

describe('the record behind it', () => {
  test('status_log has each change, from, to and when', async () => {
    const order = await createOpen(stack, app1);
    await payByCallback(stack, app1, order);
    const columns = (await db.rows('SHOW COLUMNS FROM status_log')).map((c) => c.Field);
    assert.ok(columns.length > 4, columns.join());
    const id = await db.value('SELECT id FROM pay_order WHERE no = ?', [order.order_no]);
    const log = await db.rows('SELECT * FROM status_log WHERE create_time > UTC_TIMESTAMP() - INTERVAL 1 MINUTE');
    const mine = log.filter((r) => Object.values(r).includes(id) || Object.values(r).includes(order.order_no));
    assert.ok(mine.length >= 1, 'the order\'s change is on record');
  });
});
