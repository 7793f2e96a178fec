// The channel wallet: orders paid from a balance at once, or refused; and the money back.
import { test, describe } from 'node:test';
import assert from 'node:assert/strict';
import { suite, count, times } from '../lib/suite.mjs';
import { create, createOpen, expectError, expectOk, newNo, newNonce, post, postJson, query, terms } from '../lib/client.mjs';
import { payByCallback, signedCallback } from '../lib/channel.mjs';
import { ctl } from '../lib/ctl.mjs';
import { merchant } from '../lib/merchant.mjs';
import { moneyOf, refund, refundBody } from '../lib/refund.mjs';
import { transferBody } from '../lib/transfer.mjs';
import { entriesOf, newUser, payByWallet, recharge, sumsOf, userWith, walletOf } from '../lib/wallet.mjs';

const { stack, app1, app2, db, root, atEnd } = await suite();
const submit = (order, more = {}) => post(stack, app1, '/api/pay/submit', { order_no: order.order_no, channel: 'wallet', ...more });

// Refused by the channel: the order's number is in `data`.
function expectRefused(res, code = 'NOT_ENOUGH_BALANCE') {
  assert.deepEqual([res.status, res.json?.code, res.json?.channel_error_code], [502, 50200, code], res.text);
  assert.ok(res.json.data.order_no, res.text);
  return res.json.data.order_no;
}

describe('create with the channel wallet', () => {
  test('SUCCESS in the same answer, display_mode none; the balance, the entry, the notification', async () => {
    const user = await userWith(stack, app1, 2000);
    const sink = await merchant();
    atEnd(() => sink.close());
    const order = expectOk(await payByWallet(stack, app1, user, { price: 1234, notify_url: sink.url }), 201);
    assert.deepEqual([order.status, order.display_mode, order.channel, order.paid_price, order.pay_url], ['SUCCESS', 'none', 'wallet', 1234, undefined]);
    assert.ok(order.success_time);
    assert.deepEqual(await sumsOf(stack, app1, user), [766, 0, 0, 1234]);
    const [entry] = (await entriesOf(stack, app1, user)).items;
    assert.deepEqual([entry.kind, entry.price, entry.balance, entry.order_no, entry.entry_no], ['payment', -1234, 766, order.order_no, order.channel_order_no]);
    const q = await query(stack, app1, { order_no: order.order_no });
    assert.deepEqual(q.attempts.map((a) => [a.channel, a.status]), [['wallet', 'SUCCESS']]);
    assert.equal(q.display_mode, undefined);
    const [hit] = await sink.waitHits(1);
    assert.deepEqual([JSON.parse(hit.text).type, JSON.parse(hit.text).data.channel], ['order.success', 'wallet']);
  });
  for (const [name, balance, row, then] of [
    ['covers it: nothing is there', 2000, undefined, (again) => expectOk(again, 201)],
    ['does not: the order is there, and says that it has no attempt', 1000,
      { attempts: 0, latest_no: null, latest_channel_code: null, latest_display_mode: null }, expectRefused],
  ]) {
    test(`its wallet, locked for too long, ${name}`, { skip: !root && 'only root may lock' }, async () => {
      const user = await userWith(stack, app1, balance);
      const holder = await root.pool.getConnection();
      try {
        await holder.query('START TRANSACTION');
        await holder.query('SELECT id FROM wallet WHERE user_id = ? FOR UPDATE', [user]);
        const body = terms({ user_id: user, channel: 'wallet' });
        expectError(await post(stack, app1, '/api/pay/create', body), [50300, 50301]);
        assert.deepEqual(await db.row('SELECT attempts, latest_no, latest_channel_code, latest_display_mode FROM pay_order WHERE merchant_order_id = ?', [body.merchant_order_id]), row);
        await holder.query('ROLLBACK');
        then(await post(stack, app1, '/api/pay/create', body));
      } finally { holder.destroy(); }
    });
  }
  test('50200 NOT_ENOUGH_BALANCE: the order is there, and payable', async () => {
    const user = await userWith(stack, app1, 1233);
    const no = expectRefused(await payByWallet(stack, app1, user));
    const q = await query(stack, app1, { order_no: no });
    assert.deepEqual([q.status, q.attempts.map((a) => [a.status, a.channel_error_code])], ['WAITING', [['CLOSED', 'NOT_ENOUGH_BALANCE']]]);
    assert.equal((await walletOf(stack, app1, user)).balance, 1233);
    expectRefused(await submit(q));
    const other = expectOk(await post(stack, app1, '/api/pay/submit', { order_no: no, channel: 'mock' }), 201);
    assert.equal((await payByCallback(stack, app1, other)).status, 200);
    assert.equal((await query(stack, app1, { order_no: no })).status, 'SUCCESS');
  });
  test('a user who never had a wallet: 50200', async () => expectRefused(await payByWallet(stack, app1, newUser())));
  test('the same again: refused again, then paid, then 200 with the order as it stands', async () => {
    const user = newUser();
    const body = { user_id: user, merchant_order_id: newNo() };
    const no = expectRefused(await payByWallet(stack, app1, user, body));
    assert.equal(expectRefused(await payByWallet(stack, app1, user, body)), no);
    expectOk(await post(stack, app1, '/api/pay/wallet/adjust', { user_id: user, currency: 'CNY', merchant_adjust_id: newNo('A'), price: 1234, reason: 'r' }), 201);
    const paid = expectOk(await payByWallet(stack, app1, user, body), 200);
    assert.deepEqual([paid.order_no, paid.status, paid.display_mode], [no, 'SUCCESS', 'none']);
    const again = expectOk(await payByWallet(stack, app1, user, body), 200);
    assert.deepEqual([again.order_no, again.status], [no, 'SUCCESS']);
    assert.deepEqual(await sumsOf(stack, app1, user), [0, 0, 0, 1234]);
  });
  test('40001 without a user_id: nothing is made', async () => {
    const body = terms({ channel: 'wallet' });
    expectError(await post(stack, app1, '/api/pay/create', body), 40001, 'user_id');
    expectError(await post(stack, app1, '/api/pay/create', { ...body, user_id: '' }), 40001, 'user_id');
    expectOk(await post(stack, app1, '/api/pay/create', { ...body, channel: undefined }), 201);
  });
  test('another currency is another balance', async () => {
    const user = await userWith(stack, app1, 5000);
    expectRefused(await payByWallet(stack, app1, user, { currency: 'USD' }));
  });
  test('40303 for an app without the channel, and for a disabled one', async () => {
    expectError(await payByWallet(stack, app2, newUser()), 40303);
  });
  test('twenty times at once: paid once', async () => {
    const user = await userWith(stack, app1, 5000);
    const body = { merchant_order_id: newNo() };
    const all = await times(20, () => payByWallet(stack, app1, user, body));
    assert.equal(count(all, (r) => r.status === 201), 1, all.map((r) => r.status).join());
    assert.equal(count(all, (r) => r.status === 200), 19);
    assert.deepEqual(await sumsOf(stack, app1, user), [3766, 0, 0, 1234]);
  });
  test('fifty orders at once on a balance for three', async () => {
    const user = await userWith(stack, app1, 1000);
    const all = await times(50, () => payByWallet(stack, app1, user, { price: 300 }));
    assert.equal(count(all, (r) => r.status === 201), 3, all.map((r) => r.status).join());
    assert.equal(count(all, (r) => r.json.channel_error_code === 'NOT_ENOUGH_BALANCE'), 47);
    assert.deepEqual(await sumsOf(stack, app1, user), [100, 0, 0, 900]);
  });
});

describe('submit to the channel wallet', () => {
  test('SUCCESS in the same answer; afterwards 40901', async () => {
    const user = await userWith(stack, app1, 2000);
    const order = await create(stack, app1, { user_id: user });
    const nonce = newNonce();
    const paid = expectOk(await post(stack, app1, '/api/pay/submit', { order_no: order.order_no, channel: 'wallet' }, { auth: { nonce } }), 201);
    assert.deepEqual([paid.status, paid.display_mode], ['SUCCESS', 'none']);
    expectError(await post(stack, app1, '/api/pay/submit', { order_no: order.order_no, channel: 'wallet' }, { auth: { nonce } }), 40103);
    expectError(await submit(order), 40901);
    assert.deepEqual(await sumsOf(stack, app1, user), [766, 0, 0, 1234]);
  });
  test('40001 of an order without a user_id', async () => {
    assert.match(expectError(await submit(await create(stack, app1)), 40001, 'user_id').msg, /^user_id: the order has none/);
  });
  test('40001: a wallet does not fill itself', async () => {
    const user = await userWith(stack, app1, 2000);
    const says = /^channel: a wallet does not fill itself/;
    assert.match(expectError(await recharge(stack, app1, user, { channel: 'wallet' }), 40001, 'channel').msg, says);
    const order = expectOk(await recharge(stack, app1, user), 201);
    assert.match(expectError(await submit(order), 40001, 'channel').msg, says);
    assert.equal((await walletOf(stack, app1, user)).balance, 2000);
  });
  test('twenty times at once: paid once', async () => {
    const user = await userWith(stack, app1, 5000);
    const order = await create(stack, app1, { user_id: user });
    const all = await times(20, () => submit(order));
    assert.equal(count(all, (r) => r.status === 201), 1, all.map((r) => r.text).join());
    assert.equal(count(all, (r) => r.json.code === 40901), 19);
    assert.deepEqual(await sumsOf(stack, app1, user), [3766, 0, 0, 1234]);
  });
  test('beside an open attempt elsewhere: the other payment goes back by itself', async () => {
    const user = await userWith(stack, app1, 2000);
    const order = await createOpen(stack, app1, { user_id: user });
    expectOk(await submit(order), 201);
    assert.equal((await payByCallback(stack, app1, order)).status, 200);
    const q = await query(stack, app1, { order_no: order.order_no });
    assert.deepEqual([q.status, q.channel, q.refunds.map((r) => r.cause)], ['SUCCESS', 'wallet', ['duplicate']]);
    assert.deepEqual(await sumsOf(stack, app1, user), [766, 0, 0, 1234]);
  });
});

describe('money back to the balance', () => {
  test('at once, in parts, until nothing is left', async () => {
    const user = await userWith(stack, app1, 2000);
    const order = expectOk(await payByWallet(stack, app1, user, { price: 1000 }), 201);
    const body = refundBody(order, { refund_price: 400 });
    const done = expectOk(await post(stack, app1, '/api/pay/refund', body), 201);
    assert.equal(done.status, 'SUCCESS');
    assert.deepEqual(await sumsOf(stack, app1, user), [1400, 0, 0, 600]);
    const [entry] = (await entriesOf(stack, app1, user)).items;
    assert.deepEqual([entry.kind, entry.price, entry.balance, entry.order_no, entry.refund_no], ['refund', 400, 1400, order.order_no, done.refund_no]);
    expectOk(await post(stack, app1, '/api/pay/refund', body), 200);
    expectError(await refund(stack, app1, order, { refund_price: 601 }), 40904);
    expectOk(await refund(stack, app1, order, { refund_price: 600 }), 201);
    assert.deepEqual(await moneyOf(stack, app1, order), ['REFUND', 1000, 0]);
    assert.deepEqual(await sumsOf(stack, app1, user), [2000, 0, 0, 0]);
  });
  test('twenty full ones at once: one', async () => {
    const user = await userWith(stack, app1, 1000);
    const order = expectOk(await payByWallet(stack, app1, user, { price: 1000 }), 201);
    const all = await times(20, () => refund(stack, app1, order));
    assert.equal(count(all, (r) => r.status === 201), 1);
    assert.deepEqual(await sumsOf(stack, app1, user), [1000, 0, 0, 0]);
  });
});

describe('a transfer on the channel wallet', () => {
  test('SUCCESS in the answer, once under one number; on the balance of user_account', async () => {
    const user = newUser();
    const body = transferBody(undefined, { channel: 'wallet', user_account: user });
    const all = await times(20, () => post(stack, app1, '/api/pay/transfer', body));
    assert.equal(count(all, (r) => r.status === 201), 1, all.map((r) => r.text).join());
    assert.equal(count(all, (r) => r.status === 200), 19);
    const done = expectOk(await post(stack, app1, '/api/pay/transfer', body), 200);
    assert.equal(done.status, 'SUCCESS');
    assert.deepEqual(await sumsOf(stack, app1, user), [700, 0, 0, 0]);
    const [entry] = (await entriesOf(stack, app1, user)).items;
    assert.deepEqual([entry.kind, entry.price, entry.transfer_no], ['transfer', 700, done.transfer_no]);
  });
});

describe('no stranger speaks for a wallet', () => {
  test('a callback at its number is answered like one at no channel\'s', async () => {
    const id = await db.value("SELECT c.id FROM pay_channel c JOIN pay_app a ON a.id = c.app_id WHERE c.code = 'wallet' AND a.app_key = ?", [app1.key]);
    const user = await userWith(stack, app1, 5000);
    const order = expectOk(await payByWallet(stack, app1, user), 201);
    for (const to of [id, 999999]) expectError(await postJson(stack, `/api/pay/notify/order/${to}`, signedCallback(order, app1.channelSecret)), 40101);
    expectError(await postJson(stack, '/api/pay/callback', signedCallback(order, app1.channelSecret)), 40101);
  });
  test('shroffctl makes it, once an app', async () => {
    const made = await ctl(stack, ['channel', 'create', '--app', app2.key, '--code', 'wallet', '--fee-rate', '0', '--reason', 'r', '--json']);
    assert.equal(made.code, 0, made.stderr);
    assert.notEqual((await ctl(stack, ['channel', 'create', '--app', app2.key, '--code', 'wallet', '--reason', 'r'])).code, 0);
  });
});
