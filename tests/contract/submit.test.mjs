// A further attempt to pay an order.
import { test, describe } from 'node:test';
import assert from 'node:assert/strict';
import { suite, rep, times } from '../lib/suite.mjs';
import { create, createOpen, expectError, expectOk, get, post, postJson, query, request, strangerUlid, terms } from '../lib/client.mjs';
import { payByCallback, signedCallback, sendCallback } from '../lib/channel.mjs';
import { payPage } from '../lib/page.mjs';

const { stack, app1, app2, db } = await suite();
const submit = (body, app = app1) => post(stack, app, '/api/pay/submit', body);
let extras = 0;
const another = (order) => submit({ order_no: order.order_no, channel: 'mock', channel_extras: { n: `${extras++}` } });
const advance = async (seconds) => expectOk(await post(stack, app1, '/sandbox/clock', { advance: seconds }));

describe('fields', () => {
  const rows = [
    ['nothing names the order', { channel: 'mock' }, undefined],
    ['both name the order', { order_no: strangerUlid(), merchant_order_id: 'x', channel: 'mock' }, undefined],
    ['no channel', { order_no: strangerUlid() }, 'channel'],
    ['an empty channel', { order_no: strangerUlid(), channel: '' }, 'channel'],
    ['a number for channel', { order_no: strangerUlid(), channel: 1 }, 'channel'],
    ['channel_extras not strings', { order_no: strangerUlid(), channel: 'mock', channel_extras: { a: 1 } }, 'channel_extras'],
    ['an order_no of another alphabet', { order_no: rep('I', 26), channel: 'mock' }, 'order_no'],
    ['an order_no cut short', { order_no: strangerUlid().slice(1), channel: 'mock' }, 'order_no'],
    ['an order_no in small letters', { order_no: `0${rep('a', 25)}`, channel: 'mock' }, 'order_no'],
    ['a number for order_no', { order_no: 1, channel: 'mock' }, 'order_no'],
    ['a merchant_order_id of another alphabet', { merchant_order_id: 'a b', channel: 'mock' }, 'merchant_order_id'],
    ['an unknown member', { order_no: strangerUlid(), channel: 'mock', price: 1 }, 'price'],
  ];
  for (const [name, body, field] of rows) test(`40001: ${name}`, async () => expectError(await submit(body), 40001, field));
  test('40001 does not repeat channel_extras, which may have an auth_code', async () => {
    const res = await submit({ order_no: strangerUlid(), channel: 'mock', channel_extras: { auth_code: 281234567890123456 } });
    expectError(res, 40001, 'channel_extras');
    assert.doesNotMatch(res.text, /2812345/);
  });
  test('40400: an order that is not there', async () => {
    expectError(await submit({ order_no: strangerUlid(), channel: 'mock' }), 40400);
    expectError(await submit({ merchant_order_id: 'never-seen', channel: 'mock' }), 40400);
  });
  test('40400: the other app\'s order', async () => {
    const order = await create(stack, app1);
    expectError(await submit({ order_no: order.order_no, channel: 'mock' }, app2), 40400);
    expectError(await submit({ merchant_order_id: order.merchant_order_id, channel: 'mock' }, app2), 40400);
  });
  test('40303: a channel that the app does not have', async () => {
    const order = await create(stack, app1);
    expectError(await submit({ order_no: order.order_no, channel: 'wx_none' }), 40303);
    assert.equal((await query(stack, app1, { order_no: order.order_no })).attempts.length, 0);
  });
});

describe('a further attempt', () => {
  for (const by of ['order_no', 'merchant_order_id']) {
    test(`by ${by}: 201 with the order and where to pay`, async () => {
      const order = await create(stack, app1);
      const got = expectOk(await submit({ [by]: order[by], channel: 'mock', channel_extras: { openid: 'x' } }), 201);
      assert.equal(got.order_no, order.order_no);
      assert.equal(got.status, 'WAITING');
      assert.ok(got.pay_url.startsWith(`${stack.base}/mockpay?pay_id=${got.pay_id}&token=`));
    });
  }
  test('with other extras while one is open: another pay_id; both can be seen; the page of the newest works', async () => {
    const order = await createOpen(stack, app1);
    const got = expectOk(await another(order), 201);
    assert.notEqual(got.pay_id, order.pay_id);
    const seen = await query(stack, app1, { order_no: order.order_no });
    assert.deepEqual(seen.attempts.map((a) => a.pay_id).sort(), [order.pay_id, got.pay_id].sort());
    assert.equal((await request(stack, { path: got.pay_url.slice(stack.base.length) })).status, 200);
  });
  test('the same channel and extras while one is open: 200 with that one, however often', async () => {
    const order = await createOpen(stack, app1);
    for (let i = 0; i < 5; i++) {
      const got = expectOk(await submit({ order_no: order.order_no, channel: 'mock' }), 200);
      assert.deepEqual([got.pay_id, got.pay_url], [order.pay_id, order.pay_url]);
    }
    const extras = { b: '2', a: '1' };
    const with_ = expectOk(await submit({ order_no: order.order_no, channel: 'mock', channel_extras: extras }), 201);
    assert.equal(expectOk(await submit({ order_no: order.order_no, channel: 'mock', channel_extras: { a: '1', b: '2' } }), 200).pay_id, with_.pay_id);
    assert.equal((await query(stack, app1, { order_no: order.order_no })).attempts.length, 2);
  });
  test('when what it shows lasts less than 30 s: that one is closed at the channel, and a new one made', async () => {
    const order = await createOpen(stack, app1, { expire_in: 60 });
    await advance(40);
    const got = expectOk(await submit({ order_no: order.order_no, channel: 'mock' }), 201);
    assert.notEqual(got.pay_id, order.pay_id);
    const seen = await query(stack, app1, { order_no: order.order_no });
    assert.deepEqual(seen.attempts.map((a) => [a.pay_id, a.status]), [[got.pay_id, 'WAITING'], [order.pay_id, 'CLOSED']]);
    const page = await request(stack, { path: order.pay_url.slice(stack.base.length) });
    assert.doesNotMatch(page.text, /<button/, 'nobody pays there any more');
  });
  test('42900: nine open at once, fifty-one in all; the latest twenty are shown', async () => {
    const order = await create(stack, app1);
    const ids = [];
    while (ids.length < 50) {
      const res = await another(order);
      if (res.status === 429) {
        expectError(res, 42900);
        assert.match(res.json.msg, /8 open attempts/);
        assert.equal(await db.value('SELECT COUNT(*) FROM pay_order_extension e JOIN pay_order o ON o.id = e.order_id WHERE o.no = ? AND e.status = 0', [order.order_no]), 8);
        for (const pay_id of ids.slice(-8)) await sendCallback(stack, signedCallback({ ...order, pay_id }, app1.channelSecret, { status: 'FAILED', success_time: undefined }));
      } else ids.push(expectOk(res, 201).pay_id);
    }
    for (const pay_id of ids.slice(-2)) await sendCallback(stack, signedCallback({ ...order, pay_id }, app1.channelSecret, { status: 'FAILED', success_time: undefined }));
    expectError(await another(order), 42900);
    const seen = await query(stack, app1, { order_no: order.order_no });
    assert.deepEqual(seen.attempts.map((a) => a.pay_id).sort(), ids.slice(30).sort());
  });
  test('ten at once: one attempt, given to all, and the order can be paid once', async () => {
    const order = await create(stack, app1);
    const all = await times(10, () => submit({ order_no: order.order_no, channel: 'mock' }));
    for (const r of all) expectOk(r, r.status === 201 ? 201 : 200);
    assert.equal(all.filter((r) => r.status === 201).length, 1);
    assert.equal(new Set(all.map((r) => r.json.data.pay_id)).size, 1);
    const last = await query(stack, app1, { order_no: order.order_no });
    assert.equal((await payByCallback(stack, app1, { ...last, pay_id: all[0].json.data.pay_id })).status, 200);
    assert.equal((await query(stack, app1, { order_no: order.order_no })).status, 'SUCCESS');
  });
});

describe('metadata.mock.submit: a channel that fails on demand', () => {
  const ask = (how, more = {}) => post(stack, app1, '/api/pay/create', terms({ channel: 'mock', metadata: { mock: { submit: how } }, ...more }));
  const failed = (res, code) => {
    assert.deepEqual([res.status, res.json?.code, typeof res.json?.data?.order_no], [502, code, 'string'], res.text);
    return res.json.data.order_no;
  };
  test('refused: 50200 with the order\'s number and the channel\'s words; submitted again it is refused again', async () => {
    const res = await ask('refused');
    const order_no = failed(res, 50200);
    assert.equal(res.json.channel_error_code, 'MOCK_REFUSED');
    assert.ok(res.json.channel_error_msg);
    failed(await submit({ order_no, channel: 'mock' }), 50200);
    const seen = await query(stack, app1, { order_no });
    assert.deepEqual(seen.attempts.map((a) => [a.status, a.channel_error_code]), [['CLOSED', 'MOCK_REFUSED'], ['CLOSED', 'MOCK_REFUSED']]);
    assert.equal(seen.status, 'WAITING');
  });
  test('unknown: 50201 with the order\'s number, the attempt stays open, and the money may come', async () => {
    const order_no = failed(await ask('unknown'), 50201);
    const seen = await query(stack, app1, { order_no });
    assert.deepEqual([seen.status, seen.attempts.map((a) => a.status), seen.pay_url], ['WAITING', ['WAITING'], undefined]);
    failed(await submit({ order_no, channel: 'mock' }), 50201);
    assert.equal((await query(stack, app1, { order_no })).attempts.length, 1, 'not tried twice while nobody knows');
    expectOk(await postJson(stack, '/api/pay/mock-callback', { pay_id: seen.attempts[0].pay_id, status: 'SUCCESS' }));
    assert.equal((await query(stack, app1, { order_no })).status, 'SUCCESS');
  });
  test('slow: 201 after 2 s', async () => {
    const at = Date.now();
    const order = expectOk(await ask('slow'), 201);
    assert.ok(Date.now() - at >= 1900);
    assert.equal(expectOk(await submit({ order_no: order.order_no, channel: 'mock' }), 200).pay_id, order.pay_id);
  });
});

describe('state', () => {
  test('40901: a paid order', async () => {
    const order = await createOpen(stack, app1);
    await payByCallback(stack, app1, order);
    expectError(await submit({ order_no: order.order_no, channel: 'mock' }), 40901);
    assert.equal((await query(stack, app1, { order_no: order.order_no })).attempts.length, 1);
  });
  test('40901: the earlier attempt turns out paid at its channel, whose callback never came', async () => {
    const order = await createOpen(stack, app1);
    await payPage(stack, order).choose('silent');
    assert.equal((await query(stack, app1, { order_no: order.order_no })).status, 'WAITING');
    expectError(await submit({ order_no: order.order_no, channel: 'mock' }), 40901);
    const paid = await query(stack, app1, { order_no: order.order_no });
    assert.equal(paid.status, 'SUCCESS');
    assert.equal(paid.attempts.length, 1);
    assert.equal(paid.paid_price, order.price);
    assert.ok(paid.channel_order_no);
    const id = await db.value('SELECT id FROM pay_order WHERE no = ?', [order.order_no]);
    assert.equal(await db.value('SELECT COUNT(*) FROM notify_task WHERE type = 1 AND data_id = ?', [id]), 1);
  });
  test('the same by repeating create: the order as it stands, paid or open, never a second attempt', async () => {
    const body = terms({ channel: 'mock' });
    const order = expectOk(await post(stack, app1, '/api/pay/create', body), 201);
    await payPage(stack, order).choose('silent');
    const again = expectOk(await post(stack, app1, '/api/pay/create', body), 200);
    assert.equal(again.order_no, order.order_no);
    assert.equal((await query(stack, app1, { order_no: order.order_no })).attempts.length, 1);
  });
  test('40903: after expire_time; money that arrives all the same pays it', async () => {
    const order = await createOpen(stack, app1, { expire_in: 60 });
    await advance(61);
    expectError(await submit({ order_no: order.order_no, channel: 'mock' }), 40903);
    const repeat = expectOk(await post(stack, app1, '/api/pay/create', terms({ merchant_order_id: order.merchant_order_id, channel: 'mock' })), 200);
    assert.equal(repeat.status, 'WAITING');
    for (const shown of [repeat, await query(stack, app1, { order_no: order.order_no })]) {
      assert.deepEqual([shown.pay_id, shown.pay_url, shown.display_mode, shown.display_content], [order.pay_id, undefined, undefined, undefined], 'no way to pay');
    }
    assert.equal((await query(stack, app1, { order_no: order.order_no })).attempts.length, 1, 'an expired order is not submitted again');
    assert.equal((await sendCallback(stack, signedCallback(order, app1.channelSecret))).status, 200);
    assert.equal((await query(stack, app1, { order_no: order.order_no })).status, 'SUCCESS');
    expectError(await submit({ order_no: order.order_no, channel: 'mock' }), 40901);
  });
  for (const [how, ask] of Object.entries({
    submit: (order) => submit({ order_no: order.order_no, channel: 'mock' }),
    'create again': (order) => post(stack, app1, '/api/pay/create', terms({ merchant_order_id: order.merchant_order_id, channel: 'mock' })),
    status: (order) => get(stack, app1, `/api/pay/status?token=${order.query_token}`),
  })) {
    test(`paid, no callback, expired: ${how} finds the money`, async () => {
      const order = await createOpen(stack, app1, { expire_in: 60 });
      await payPage(stack, order).choose('silent');
      await advance(61);
      const res = await ask(order);
      if (how === 'submit') expectError(res, 40901);
      else assert.equal(expectOk(res, 200).status, 'SUCCESS');
      const paid = await query(stack, app1, { order_no: order.order_no });
      assert.deepEqual([paid.status, paid.attempts.length, paid.paid_price], ['SUCCESS', 1, order.price]);
    });
  }
});
