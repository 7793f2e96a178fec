// Balances of a merchant's users: zeros at first, entries by pages, corrections once each.
import { test, describe } from 'node:test';
import assert from 'node:assert/strict';
import { suite, count, rep, times } from '../lib/suite.mjs';
import { TIME, ULID, create, expectError, expectOk, get, newNonce, post, query, strangerUlid, terms } from '../lib/client.mjs';
import { payByCallback, signedCallback, sendCallback } from '../lib/channel.mjs';
import { merchant } from '../lib/merchant.mjs';
import { adjust, adjustBody, entriesOf, newUser, recharge, rechargeBody, recharged, sumsOf, walletOf } from '../lib/wallet.mjs';

const { stack, app1, app2, db, atEnd } = await suite();
const ask = (body, app = app1, opts = {}) => post(stack, app, '/api/pay/wallet/adjust', body, opts);
const nos = (page) => page.items.map((e) => e.entry_no);

describe('fields', () => {
  const rows = [
    ['no user_id', { user_id: undefined }, 'user_id'], ['an empty user_id', { user_id: '' }, 'user_id'],
    ['a user_id of 65', { user_id: rep('u', 65) }, 'user_id'],
    ['no currency', { currency: undefined }, 'currency'], ['a currency that is none', { currency: 'XXX1' }, 'currency'],
    ['no merchant_adjust_id', { merchant_adjust_id: undefined }, 'merchant_adjust_id'],
    ['a merchant_adjust_id of another alphabet', { merchant_adjust_id: 'a b' }, 'merchant_adjust_id'],
    ['no price', { price: undefined }, 'price'], ['price 0', { price: 0 }, 'price'], ['price as text', { price: '1' }, 'price'],
    ['price 10^12 + 1', { price: 1000000000001 }, 'price'], ['price -10^12 - 1', { price: -1000000000001 }, 'price'],
    ['no reason', { reason: undefined }, 'reason'], ['a reason of 513', { reason: rep('r', 513) }, 'reason'],
    ['an unknown member', { amount: 1 }, 'amount'],
  ];
  for (const [name, more, field] of rows) test(`40001: ${name}`, async () => expectError(await ask(adjustBody(newUser(), 1, more)), 40001, field));
  test('40001: a price that is a fraction or an exponent', async () => {
    for (const n of ['1.5', '1e2', '-0.0']) {
      expectError(await ask(`{"user_id":"u","currency":"CNY","merchant_adjust_id":"x","price":${n},"reason":"r"}`), 40001, 'price');
    }
  });
  for (const [path, field] of [
    ['wallet?currency=CNY', 'user_id'], ['wallet?user_id=u', 'currency'], ['wallet?user_id=u&currency=cny', 'currency'], ['wallet?user_id=u&currency=CNY&x=1', 'x'],
    ['wallet/entries?user_id=u&currency=CNY&limit=0', 'limit'], ['wallet/entries?user_id=u&currency=CNY&limit=101', 'limit'],
    ['wallet/entries?user_id=u&currency=CNY&after=x', 'after'], ['wallet/entries?user_id=u&currency=CNY&from=yesterday', 'from'],
    ['wallet/entries?user_id=u&currency=CNY&status=SUCCESS', 'status'],
  ]) {
    test(`40001: ${path}`, async () => expectError(await get(stack, app1, `/api/pay/${path}`), 40001, field));
  }
});

describe('a wallet', () => {
  test('zeros until something is booked', async () => {
    const user = newUser();
    assert.deepEqual(await walletOf(stack, app1, user), { user_id: user, currency: 'CNY', balance: 0, frozen: 0, total_recharge: 0, total_expense: 0, version: 0 });
    assert.deepEqual(await entriesOf(stack, app1, user), { items: [] });
    expectError(await get(stack, app1, `/api/pay/wallet/entries?user_id=${user}&currency=CNY&after=${strangerUlid()}`), 40400);
  });
  test('one for each app, user and currency, byte for byte', async () => {
    const user = newUser();
    expectOk(await adjust(stack, app1, user, 100), 201);
    expectOk(await adjust(stack, app1, user, 7, { currency: 'JPY' }), 201);
    assert.equal((await walletOf(stack, app1, user)).balance, 100);
    assert.equal((await walletOf(stack, app1, user, 'JPY')).balance, 7);
    assert.equal((await walletOf(stack, app2, user)).balance, 0);
    assert.equal((await walletOf(stack, app1, user.toUpperCase())).balance, 0);
    assert.equal((await walletOf(stack, app1, `${user} `)).balance, 0);
    assert.equal((await walletOf(stack, app1, '用户 1')).balance, 0);
  });
});

describe('adjust', () => {
  test('201 with the entry, the same again 200', async () => {
    const user = newUser();
    const body = adjustBody(user, 1000);
    const first = expectOk(await ask(body), 201);
    assert.deepEqual(Object.keys(first), ['entry_no', 'kind', 'price', 'balance', 'merchant_adjust_id', 'create_time']);
    assert.match(first.entry_no, ULID);
    assert.match(first.create_time, TIME);
    assert.deepEqual([first.kind, first.price, first.balance, first.merchant_adjust_id], ['adjust', 1000, 1000, body.merchant_adjust_id]);
    expectOk(await adjust(stack, app1, user, -1), 201);
    assert.deepEqual(expectOk(await ask(body), 200), first);
    assert.deepEqual(expectOk(await ask({ ...body, reason: 'another' }), 200), first);
    assert.deepEqual(await sumsOf(stack, app1, user), [999, 0, 0, 0]);
  });
  test('40900: other terms under one number; another app\'s number is another one', async () => {
    const user = newUser();
    const body = adjustBody(user, 1000);
    expectOk(await ask(body), 201);
    assert.match(expectError(await ask({ ...body, price: 999 }), 40900, 'price').msg, /^price: 999 is not 1000, with which adjustment /);
    expectError(await ask({ ...body, user_id: newUser() }), 40900, 'user_id');
    expectError(await ask({ ...body, currency: 'USD' }), 40900, 'currency');
    expectOk(await ask(body, app2), 201);
  });
  test('40907: below nothing; the nonce is not spent, and nothing is left behind', async () => {
    const user = newUser();
    const nonce = newNonce();
    expectError(await ask(adjustBody(user, -1)), 40907, null);
    expectOk(await adjust(stack, app1, user, 10), 201);
    const body = adjustBody(user, -11);
    const res = await ask(body, app1, { auth: { nonce } });
    expectError(res, 40907);
    assert.match(res.json.msg, /holds 10, less than the 11/);
    assert.equal((await entriesOf(stack, app1, user)).items.length, 1);
    expectOk(await ask({ ...body, price: -10 }, app1, { auth: { nonce } }), 201);
    expectError(await ask({ ...body, price: -10 }, app1, { auth: { nonce } }), 40103);
    assert.equal((await walletOf(stack, app1, user)).balance, 0);
  });
  test('twenty times at once: one', async () => {
    const user = newUser();
    const body = adjustBody(user, 300);
    const all = await times(20, () => ask(body));
    assert.equal(count(all, (r) => r.status === 201), 1, all.map((r) => r.status).join());
    assert.equal(count(all, (r) => r.status === 200), 19);
    assert.equal(new Set(all.map((r) => r.json.data.entry_no)).size, 1);
    assert.equal((await walletOf(stack, app1, user)).balance, 300);
  });
  test('fifty that take a third at once: three', async () => {
    const user = newUser();
    expectOk(await adjust(stack, app1, user, 1000), 201);
    const all = await times(50, () => adjust(stack, app1, user, -300));
    assert.equal(count(all, (r) => r.status === 201), 3);
    assert.equal(count(all, (r) => r.json.code === 40907), 47);
    assert.equal((await walletOf(stack, app1, user)).balance, 100);
  });
});

describe('entries', () => {
  test('newest first, by pages, within bounds of time', async () => {
    const user = newUser();
    for (let i = 1; i <= 5; i++) expectOk(await adjust(stack, app1, user, i), 201);
    const all = await entriesOf(stack, app1, user);
    assert.deepEqual(all.items.map((e) => e.price), [5, 4, 3, 2, 1]);
    assert.deepEqual(all.items.map((e) => e.balance), [15, 10, 6, 3, 1]);
    assert.equal(all.next, undefined);
    const first = await entriesOf(stack, app1, user, { limit: 2 });
    assert.equal(first.next, first.items[1].entry_no);
    const second = await entriesOf(stack, app1, user, { limit: 3, after: first.next });
    assert.deepEqual([...nos(first), ...nos(second)], nos(all));
    assert.equal(second.next, undefined);
    const [newest] = all.items;
    assert.deepEqual((await entriesOf(stack, app1, user, { from: newest.create_time })).items.at(0), newest);
    assert.ok(!nos(await entriesOf(stack, app1, user, { to: newest.create_time })).includes(newest.entry_no));
    expectError(await get(stack, app1, `/api/pay/wallet/entries?user_id=${newUser()}&currency=CNY&after=${newest.entry_no}`), 40400);
  });
});

describe('recharge', () => {
  const rows = [
    ['no user_id', { user_id: undefined }, 'user_id'], ['an empty user_id', { user_id: '' }, 'user_id'],
    ['bonus_price -1', { bonus_price: -1 }, 'bonus_price'], ['bonus_price 10^12 + 1', { bonus_price: 1000000000001 }, 'bonus_price'],
    ['bonus_price as text', { bonus_price: '1' }, 'bonus_price'], ['price 0', { price: 0 }, 'price'], ['no subject', { subject: undefined }, 'subject'],
  ];
  for (const [name, more, field] of rows) test(`40001: ${name}`, async () => expectError(await recharge(stack, app1, newUser(), more), 40001, field));
  test('40001: create takes no bonus_price', async () => expectError(await post(stack, app1, '/api/pay/create', terms({ bonus_price: 1 })), 40001, 'bonus_price'));
  test('an order like any other, with its kind; nothing is booked before it is paid', async () => {
    const user = newUser();
    const order = expectOk(await recharge(stack, app1, user, { bonus_price: 50 }), 201);
    assert.deepEqual([order.kind, order.status, order.user_id, order.bonus_price], ['recharge', 'WAITING', user, undefined]);
    assert.equal((await query(stack, app1, { order_no: order.order_no })).kind, 'recharge');
    const listed = expectOk(await get(stack, app1, '/payments?limit=5')).items.find((o) => o.order_no === order.order_no);
    assert.equal(listed.kind, 'recharge');
    assert.equal((await create(stack, app1, { user_id: user })).kind, undefined);
    assert.deepEqual(await sumsOf(stack, app1, user), [0, 0, 0, 0]);
  });
  test('paid by callback: price and bonus are there, once, however often it is sent', async () => {
    const user = newUser();
    const sink = await merchant();
    atEnd(() => sink.close());
    const order = expectOk(await recharge(stack, app1, user, { channel: 'mock', bonus_price: 50, notify_url: sink.url }), 201);
    const body = signedCallback(order, app1.channelSecret);
    const all = await times(10, () => sendCallback(stack, body));
    for (const r of all) assert.equal(r.status, 200, r.text);
    assert.deepEqual(await sumsOf(stack, app1, user), [1050, 0, 1000, 0]);
    const { items } = await entriesOf(stack, app1, user);
    assert.deepEqual(items.map((e) => [e.kind, e.price, e.balance, e.order_no]), [['bonus', 50, 1050, order.order_no], ['recharge', 1000, 1000, order.order_no]]);
    const [hit] = await sink.waitHits(1);
    const told = JSON.parse(hit.text);
    assert.deepEqual([told.type, told.data.kind, told.data.user_id], ['order.success', 'recharge', user]);
    const rows = await db.rows("SELECT account, SUM(price) AS sum FROM ledger_entry WHERE biz_type = 'order' AND biz_id = (SELECT id FROM pay_order WHERE no = ?) GROUP BY account ORDER BY account", [order.order_no]);
    assert.deepEqual(rows.map((r) => [r.account, Number(r.sum)]), [['bonus', -50], ['channel', -1000], ['wallet', 1050]]);
  });
  test('without a bonus: one entry', async () => {
    const user = newUser();
    await recharged(stack, app1, user);
    assert.deepEqual((await entriesOf(stack, app1, user)).items.map((e) => [e.kind, e.price]), [['recharge', 1000]]);
  });
  test('by query alone, the callback lost', async () => {
    const user = newUser();
    const order = expectOk(await recharge(stack, app1, user, { channel: 'mock', bonus_price: 1, metadata: { mock: {} } }), 201);
    await payByCallback(stack, app1, order, { price: 1 });      // a conflict pays nothing
    assert.equal((await walletOf(stack, app1, user)).balance, 0);
    assert.equal((await payByCallback(stack, app1, order)).status, 200);
    assert.equal((await walletOf(stack, app1, user)).balance, 1001);
  });
  test('the same again 200; 40900 for another kind, user, bonus or price', async () => {
    const user = newUser();
    const body = rechargeBody(user, { bonus_price: 50 });
    const again = (more) => post(stack, app1, '/api/pay/wallet/recharge', { ...body, ...more });
    const first = expectOk(await again({}), 201);
    assert.deepEqual(expectOk(await again({}), 200), first);
    expectError(await again({ bonus_price: 51 }), 40900, 'bonus_price');
    expectError(await again({ bonus_price: undefined }), 40900, 'bonus_price');
    expectError(await again({ user_id: newUser() }), 40900, 'user_id');
    expectError(await again({ price: 999 }), 40900, 'price');
    const { bonus_price, ...plain } = body;
    expectError(await post(stack, app1, '/api/pay/create', plain), 40900, 'kind');
    const other = terms({ user_id: user });
    expectOk(await post(stack, app1, '/api/pay/create', other), 201);
    const res = await post(stack, app1, '/api/pay/wallet/recharge', other);
    expectError(res, 40900, 'kind');
    assert.match(res.json.msg, /kind: "recharge" is not "payment"/);
  });
  test('a second payment of a recharge is not on the balance: it goes back by itself', async () => {
    const user = newUser();
    const order = await recharged(stack, app1, user, { bonus_price: 5 });
    assert.equal((await payByCallback(stack, app1, order)).status, 200);
    assert.deepEqual(await sumsOf(stack, app1, user), [1005, 0, 1000, 0]);
  });
});
