// A refund of a recharge: its price and its share of the bonus leave the balance first, and stay frozen until the
// channel has answered.
import { test, describe } from 'node:test';
import assert from 'node:assert/strict';
import { suite, count, times } from '../lib/suite.mjs';
import { expectError, expectOk, newNonce, post } from '../lib/client.mjs';
import { expectChannelError, moneyOf, refund, refundBody, refundCallback, sendRefundCallback } from '../lib/refund.mjs';
import { adjust, entriesOf, newUser, payByWallet, recharged, sumsOf } from '../lib/wallet.mjs';

const { stack, app1, db } = await suite();
const ask = (body, opts = {}) => post(stack, app1, '/api/pay/refund', body, opts);
const bonusOf = (refund_no) => db.value('SELECT bonus_price FROM pay_refund WHERE no = ?', [refund_no]).then(Number);
const balanced = async () => assert.deepEqual(await db.rows('SELECT journal FROM ledger_entry GROUP BY journal, currency HAVING SUM(price) <> 0'), []);

describe('done at once', () => {
  test('all of it: price and bonus are gone', async () => {
    const user = newUser();
    const order = await recharged(stack, app1, user, { bonus_price: 50 });
    const done = expectOk(await refund(stack, app1, order), 201);
    assert.deepEqual([done.status, done.refund_price], ['SUCCESS', 1000]);
    assert.deepEqual(await sumsOf(stack, app1, user), [0, 0, 0, 0]);
    const [entry] = (await entriesOf(stack, app1, user)).items;
    assert.deepEqual([entry.kind, entry.price, entry.balance, entry.refund_no, entry.order_no], ['recharge_refund', -1050, 0, done.refund_no, order.order_no]);
    const rows = await db.rows("SELECT account, SUM(price) AS sum FROM ledger_entry WHERE biz_type IN ('freeze', 'refund') AND biz_id = (SELECT id FROM pay_refund WHERE no = ?) GROUP BY account ORDER BY account", [done.refund_no]);
    assert.deepEqual(rows.map((r) => [r.account, Number(r.sum)]), [['bonus', 50], ['channel', 1000], ['frozen', 0], ['wallet', -1050]]);
    await balanced();
  });
  test('in parts: each takes its share, rounded down over all so far', async () => {
    const user = newUser();
    const order = await recharged(stack, app1, user, { price: 1000, bonus_price: 10 });
    const shares = [];
    for (const price of [333, 333, 333, 1]) shares.push(await bonusOf(expectOk(await refund(stack, app1, order, { refund_price: price }), 201).refund_no));
    assert.deepEqual(shares, [3, 3, 3, 1]);
    assert.deepEqual(await sumsOf(stack, app1, user), [0, 0, 0, 0]);
  });
  test('the largest sums: no overflow', async () => {
    const user = newUser();
    const order = await recharged(stack, app1, user, { price: 1e12, bonus_price: 1e12 });
    assert.equal(await bonusOf(expectOk(await refund(stack, app1, order, { refund_price: 999999999999 }), 201).refund_no), 999999999999);
    assert.deepEqual(await sumsOf(stack, app1, user), [2, 0, 1, 0]);
  });
});

describe('40907: what is to be taken is not there', () => {
  test('spent: refused, nothing is reserved, the nonce is free; what is left can go back', async () => {
    const user = newUser();
    const order = await recharged(stack, app1, user, { bonus_price: 50 });
    expectOk(await payByWallet(stack, app1, user, { price: 100 }), 201);
    const nonce = newNonce();
    expectError(await ask(refundBody(order), { auth: { nonce } }), 40907, null);
    assert.deepEqual(await moneyOf(stack, app1, order), ['SUCCESS', 0, 0]);
    assert.deepEqual(await sumsOf(stack, app1, user), [950, 0, 1000, 100]);
    expectOk(await ask(refundBody(order, { refund_price: 900 }), { auth: { nonce } }), 201);
    assert.deepEqual(await sumsOf(stack, app1, user), [5, 0, 100, 100]);
    expectError(await refund(stack, app1, order, { refund_price: 101 }), 40904);
  });
  test('twenty full refunds and twenty payments at once: never below nothing', async () => {
    const user = newUser();
    const order = await recharged(stack, app1, user, { bonus_price: 50 });
    const all = await times(40, (i) => (i % 2 ? refund(stack, app1, order) : payByWallet(stack, app1, user, { price: 300 })));
    const back = count(all.filter((_, i) => i % 2), (r) => r.status === 201);
    const paid = count(all.filter((_, i) => i % 2 === 0), (r) => r.status === 201);
    assert.ok((back === 1 && paid === 0) || (back === 0 && paid === 3), `${back} refunds, ${paid} payments`);
    const [balance] = await sumsOf(stack, app1, user);
    assert.equal(balance, 1050 - 1050 * back - 300 * paid);
    await balanced();
  });
});

describe('frozen until the channel has answered', () => {
  test('never: frozen; a callback ends it', async () => {
    const user = newUser();
    const order = await recharged(stack, app1, user, { bonus_price: 50 }, 'never');
    const open = expectOk(await refund(stack, app1, order, { refund_price: 500 }), 201);
    assert.equal(open.status, 'WAITING');
    assert.deepEqual(await sumsOf(stack, app1, user), [525, 525, 1000, 0]);
    const said = refundCallback(open, app1.channelSecret);
    for (let i = 0; i < 2; i++) assert.equal((await sendRefundCallback(stack, app1, said)).status, 200);
    assert.deepEqual(await sumsOf(stack, app1, user), [525, 0, 500, 0]);
    await balanced();
  });
  test('fail: on the balance again; fail_then_ok: frozen anew under its number', async () => {
    const user = newUser();
    const order = await recharged(stack, app1, user, { bonus_price: 50 }, 'fail_then_ok');
    const body = refundBody(order);
    expectChannelError(await ask(body), 50200);
    assert.deepEqual(await sumsOf(stack, app1, user), [1050, 0, 1000, 0]);
    expectOk(await payByWallet(stack, app1, user, { price: 1 }), 201);
    expectError(await ask(body), 40907);
    expectOk(await adjust(stack, app1, user, 1), 201);
    expectOk(await ask(body), 200);
    assert.deepEqual(await sumsOf(stack, app1, user), [0, 0, 0, 1]);
    await balanced();
  });
  test('failed here, done there, spent meanwhile: what lacks is booked as lost, with an alert', async () => {
    const user = newUser();
    const order = await recharged(stack, app1, user, { bonus_price: 50 }, 'fail');
    const failed = expectChannelError(await refund(stack, app1, order), 50200).data;
    expectOk(await payByWallet(stack, app1, user, { price: 1000 }), 201);
    assert.equal((await sendRefundCallback(stack, app1, refundCallback(failed, app1.channelSecret))).status, 200);
    assert.deepEqual(await moneyOf(stack, app1, order), ['REFUND', 1000, 0]);
    assert.deepEqual(await sumsOf(stack, app1, user), [0, 0, 0, 1000]);
    assert.equal(Number(await db.value("SELECT SUM(price) FROM ledger_entry WHERE account = 'shortfall' AND biz_id = (SELECT id FROM pay_refund WHERE no = ?)", [failed.refund_no])), -1000);
    assert.equal(Number(await db.value("SELECT COUNT(*) FROM pay_alert WHERE kind = 'wallet_shortfall' AND about = ?", [failed.refund_no])), 1);
    await balanced();
  });
});
