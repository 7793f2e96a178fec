// shroffctl audit: clean on honest data, and each proof catches a violation planted by hand.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { pidsOf, stopStack, startStack } from '../lib/stack.mjs';
import { readerDb, rootDb } from '../lib/db.mjs';
import { ctl, ctlOk } from '../lib/ctl.mjs';
import { inForce, until } from '../lib/wait.mjs';
import { newNo, post, submitAnother } from '../lib/client.mjs';
import { sendCallback, signedCallback } from '../lib/channel.mjs';
import { paidOrder, refundBody, refundCallback, sendRefundCallback } from '../lib/refund.mjs';
import { sendTransferCallback, transfer, transferCallback } from '../lib/transfer.mjs';
import { adjust, newUser, payByWallet, recharged } from '../lib/wallet.mjs';
import { newLedger, payOne, sink } from './lib.mjs';

let wallet, frozen;     // order and refund numbers of one user's wallet
let stack, db, root, sql, heard, paid, twice, open, back, sent, shut;
const surplus = {};   // pay_id by kind of money that no order could take
before(async () => {
  stack = await startStack();
  db = readerDb(stack);
  root = rootDb(stack);
  heard = await sink(5);
  sql = await root.pool.getConnection();
  await sql.query('SET SESSION check_constraint_checks = 0, foreign_key_checks = 0');
  paid = await payOne(stack, stack.app1, newLedger(), heard.url);
  twice = await payOne(stack, stack.app1, newLedger(), heard.url);
  await sendCallback(stack, signedCallback({ ...twice, price: await priceOf(twice), currency: 'CNY' }, stack.app1.channelSecret));
  open = (await post(stack, stack.app1, '/payments', {
    merchant_order_id: newNo('A'), price: 500, currency: 'CNY', subject: 'Open', channel: 'mock', notify_url: heard.url,
  })).json.data;
  await sendCallback(stack, signedCallback(open, 'a wrong secret, refused'));
  // A refund that failed, then was done, then heard of once more; and one that waits.
  const order = await paidOrder(stack, stack.app1, 'fail_then_ok', { notify_url: heard.url });
  const body = refundBody(order, { refund_price: 400, notify_url: heard.url });
  for (let i = 0; i < 2; i++) back = (await post(stack, stack.app1, '/api/pay/refund', body)).json.data;
  await sendRefundCallback(stack, stack.app1, refundCallback(back, stack.app1.channelSecret));
  const waits = await paidOrder(stack, stack.app1, 'never', { notify_url: heard.url });
  await post(stack, stack.app1, '/api/pay/refund', refundBody(waits, { refund_price: 400 }));
  // A transfer that is open, then paid out.
  sent = (await transfer(stack, stack.app1, 'never', { notify_url: heard.url })).json.data;
  await sendTransferCallback(stack, stack.app1, transferCallback(sent, stack.app1.channelSecret));
  await transfer(stack, stack.app1, 'never', { notify_url: heard.url });
  await surplusMoney();
  await walletMoney();
  await closedAndTold();
  await until('told', async () => await db.value('SELECT COUNT(*) FROM notify_task WHERE status = 0') === 0, 20000);
});
after(async () => {
  sql?.release();
  await db?.close();
  await root?.close();
  heard?.close();
  if (stack) stopStack(stack);
});

// An order without a payment, whose end is told at its own address.
async function closedAndTold() {
  const set = (to) => ctlOk(stack, ['app', 'set', stack.app1.key, '--notify-closed', to, '--reason', 'test']);
  await set('1');
  await inForce();
  shut = (await post(stack, stack.app1, '/payments', { merchant_order_id: newNo('A'), price: 500, currency: 'CNY', subject: 'Shut', notify_url: heard.url })).json.data;
  await until('its end is told', async () => {
    await post(stack, stack.app1, '/api/pay/close', { order_no: shut.order_no });
    return await db.value("SELECT COUNT(*) FROM notify_task WHERE event = 'order.closed'") > 0;
  }, 5000);
  await set('0');
}

// A recharge, a payment, a part of each back: one at once, one that waits. The triggers that guard the ledger go, so
// that it can be falsified.
async function walletMoney() {
  const user = newUser(), more = { notify_url: heard.url };
  const filled = await recharged(stack, stack.app1, user, { bonus_price: 100, ...more }, 'never');
  wallet = { filled: filled.order_no, user };
  wallet.paid = (await payByWallet(stack, stack.app1, user, { price: 300, ...more })).json.data.order_no;
  wallet.back = (await post(stack, stack.app1, '/api/pay/refund', { order_no: wallet.paid, merchant_refund_id: newNo('R'), refund_price: 100 })).json.data.refund_no;
  frozen = (await post(stack, stack.app1, '/api/pay/refund', { order_no: wallet.filled, merchant_refund_id: newNo('R'), refund_price: 200 })).json.data.refund_no;
  assert.equal((await adjust(stack, stack.app1, user, 5)).status, 201);
  wallet.sent = (await transfer(stack, stack.app1, undefined, { channel: 'wallet', user_account: user, notify_url: heard.url })).json.data.transfer_no;
  for (const t of ['wallet_terms', 'wallet_birth', 'wallet_kept', 'ledger_entry_written', 'ledger_entry_kept', 'wallet_adjust_written', 'wallet_adjust_kept']) await q(`DROP TRIGGER ${t}`);
}
const OF_USER = 'user_id = ?';
const ENTRY = (kind, account = 'wallet') => `kind = '${kind}' AND account = '${account}' AND (wallet_id IS NULL OR wallet_id = (SELECT id FROM wallet WHERE user_id = ?))`;

// A second attempt that is paid, a second payment of one attempt, money for a closed order.
async function surplusMoney() {
  const made = async (subject) => (await post(stack, stack.app1, '/payments', { merchant_order_id: newNo('S'), price: 900, currency: 'CNY', subject, channel: 'mock', notify_url: heard.url })).json.data;
  const pays = async (attempt) => {
    const r = await sendCallback(stack, signedCallback({ ...attempt, price: 900, currency: 'CNY' }, stack.app1.channelSecret));
    assert.equal(r.status, 200, r.text);
  };
  const double = await made('Double');
  const second = (await submitAnother(stack, stack.app1, double)).json.data;
  const late = await made('Late');
  await q('UPDATE pay_order SET status = 20 WHERE no = ?', [late.order_no]);
  for (const attempt of [double, second, late]) await pays(attempt);
  surplus.double = second.pay_id;
  surplus.late = late.pay_id;
  surplus.second = (await one('SELECT x.no FROM pay_order_extension x JOIN pay_order_extension e ON e.id = x.of_id WHERE e.no = ?', [twice.pay_id])).no;
}

const priceOf = async (order) => db.value('SELECT price FROM pay_order WHERE no = ?', [order.order_no]);
const audit = () => ctl(stack, ['audit', '--json']);
const q = (text, params = []) => sql.query(text, params);
const one = async (text, params = []) => (await q(text, params))[0][0];
const orderRow = (no) => one('SELECT * FROM pay_order WHERE no = ?', [no]);
const attemptRow = (no) => one('SELECT * FROM pay_order_extension WHERE no = ?', [no]);
// One column changed and put back, without the triggers' trace: those log changes of `status` alone.
const twist = (table, key, column, value) => ({
  plant: async () => {
    const before = (await one(`SELECT ${column} AS v FROM ${table} WHERE no = ?`, [key()])).v;
    await q(`UPDATE ${table} SET ${column} = ${value}, update_time = update_time WHERE no = ?`, [key()]);
    return () => q(`UPDATE ${table} SET ${column} = ?, update_time = update_time WHERE no = ?`, [before, key()]);
  },
});
// A table's columns, without those that the database makes of others.
const written = async (table) => (await one("SELECT GROUP_CONCAT(column_name) AS c FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = ? AND is_generated = 'NEVER'", [table])).c;
// A row replaced by a copy with other columns: what triggers refuse to change. `where` names one row.
const replaced = (table, where, sets) => ({
  plant: async () => {
    const [place, key] = where();
    await q(`CREATE OR REPLACE TEMPORARY TABLE kept SELECT * FROM ${table} WHERE ${place}`, [key]);
    await q(`CREATE OR REPLACE TEMPORARY TABLE other SELECT * FROM kept`);
    await q(`UPDATE other SET ${sets}`);
    const columns = await written(table);
    const put = async (from) => {
      await q(`DELETE FROM ${table} WHERE id IN (SELECT id FROM kept)`);
      await q(`INSERT INTO ${table} (${columns}) SELECT ${columns} FROM ${from}`);
    };
    await put('other');
    return () => put('kept');
  },
});

// What a trigger holds, planted without it.
const unguarded = (trigger, { plant }) => ({
  plant: async () => {
    const { 'SQL Original Statement': made } = await one(`SHOW CREATE TRIGGER ${trigger}`);
    await q(`DROP TRIGGER ${trigger}`);
    const undo = await plant();
    await q(made);
    return undo;
  },
});

const REFUND_OF = 'extension_id = (SELECT id FROM pay_order_extension WHERE no = ?)';
// The money of an attempt has no open alert, and no refund that is not FAILURE.
const abandoned = (kind, sets) => ({
  plant: async () => {
    const undo = await replaced('pay_refund', () => [REFUND_OF, surplus[kind]], sets).plant();
    const open_ = (await q('SELECT id FROM pay_alert WHERE about = ? AND closed_by IS NULL', [surplus[kind]]))[0].map((a) => a.id);
    await q("UPDATE pay_alert SET closed_by = 'x' WHERE about = ?", [surplus[kind]]);
    return async () => {
      await undo();
      if (open_.length > 0) await q('UPDATE pay_alert SET closed_by = NULL WHERE id IN (?)', [open_]);
    };
  },
});
const NO_REFUND = 'extension_id = 999999999';

const OF_PAID = () => ['type = 1 AND data_id = (SELECT id FROM pay_order WHERE no = ?)', paid.order_no];
// A paid order has no address and no task; its app has an address of its own since then, and was changed just now.
async function untold(since) {
  const { id, app_id } = await orderRow(paid.order_no);
  const { url } = await one('SELECT order_notify_url AS url FROM pay_app WHERE id = ?', [app_id]);
  await q('UPDATE pay_app SET order_notify_url = NULL WHERE id = ?', [app_id]);
  await q(`SET timestamp = UNIX_TIMESTAMP(${since})`);
  await q("UPDATE pay_app SET order_notify_url = 'http://127.0.0.1/' WHERE id = ?", [app_id]);
  await q('SET timestamp = DEFAULT');
  await q("UPDATE pay_app SET remark = CONCAT(remark, '.'), order_notify_since = UTC_TIMESTAMP(3) WHERE id = ?", [app_id]);
  await q('CREATE OR REPLACE TEMPORARY TABLE paid_was SELECT notify_url FROM pay_order WHERE id = ?', [id]);
  await q('CREATE OR REPLACE TEMPORARY TABLE task_was SELECT * FROM notify_task WHERE type = 1 AND data_id = ?', [id]);
  await q('DELETE FROM notify_task WHERE type = 1 AND data_id = ?', [id]);
  await q('UPDATE pay_order SET notify_url = NULL WHERE id = ?', [id]);
  return async () => {
    await q('UPDATE pay_order o JOIN paid_was w SET o.notify_url = w.notify_url WHERE o.id = ?', [id]);
    await q('INSERT INTO notify_task SELECT * FROM task_was');
    await q('UPDATE pay_app SET order_notify_url = ? WHERE id = ?', [url, app_id]);
  };
}
// A notification that an account with INSERT alone can make; `about` is what it is filed under.
async function forged(event, body, about = 'open', type = 1) {
  const order = { open: open.order_no, paid: paid.order_no }[about];
  const id = order ? (await orderRow(order)).id : (await attemptRow(surplus[about])).order_id;
  await q('SET @open = ?', [id]);
  await q(`INSERT INTO notify_task (no, app_id, type, event, data_id, version, notify_url, body, status, max_notify_times, next_notify_time)
    SELECT '01ARZ3NDEKTSV4RRFFQ69G5FAV', app_id, ?, ${event}, ?, 9, notify_url, ${body}, 20, max_notify_times, next_notify_time FROM notify_task WHERE type = 1 AND data_id = ?`, [type, id, (await orderRow(paid.order_no)).id]);
  return () => q("DELETE FROM notify_task WHERE no = '01ARZ3NDEKTSV4RRFFQ69G5FAV'");
}
// A journal that sums to nothing, under the name of a refund that is frozen; each row's wallet changes with it.
async function moved(rows) {
  const { id } = await one('SELECT id FROM pay_refund WHERE no = ?', [frozen]);
  const journal = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
  await q("INSERT INTO wallet (app_id, user_id, currency) SELECT 1, 'mallory', 'CNY'");
  for (const [i, [account, user, price]] of rows.entries()) {
    const w = user && await one('SELECT * FROM wallet WHERE user_id = ?', [user]);
    await q(`INSERT INTO ledger_entry (no, journal, app_id, account, wallet_id, currency, kind, biz_type, biz_id, step, price, balance, version) VALUES (?, ?, 1, ?, ?, 'CNY', ?, 'freeze', ?, 9, ?, ?, ?)`,
      [`${journal.slice(0, 25)}${i}`, journal, account, w?.id ?? null, `k${i}`, id, price, w ? w.balance + price : null, w ? w.version + 1 : null]);
    if (w) await q('UPDATE wallet SET balance = balance + ?, version = version + 1 WHERE id = ?', [price, w.id]);
  }
  return async () => {
    for (const [, user, price] of rows) if (user && user !== 'mallory') await q('UPDATE wallet SET balance = balance - ?, version = version - 1 WHERE user_id = ?', [price, user]);
    await q('DELETE FROM ledger_entry WHERE journal = ?', [journal]);
    await q("DELETE FROM wallet WHERE user_id = 'mallory'");
  };
}
async function conflict(verdict) {
  const { id } = await attemptRow(open.pay_id);
  await q('INSERT INTO callback_log (channel_id, headers, body, verdict, extension_id) SELECT channel_id, headers, body, ?, ? FROM callback_log WHERE verdict = "ACCEPTED" LIMIT 1', [verdict, id]);
  return () => q('DELETE FROM callback_log WHERE verdict = ?', [verdict]);
}

// On a channel whose callbacks are no JSON, or encrypted: the body does not say what they are about.
async function alipayConflict(kind, verdict, outNo) {
  const channel = await one("SELECT id FROM pay_channel WHERE code = 'alipay_qr' AND app_id = 1", []);
  await q("INSERT INTO callback_log (channel_id, kind, headers, body, verdict, extension_id, out_no) VALUES (?, ?, '{}', 'total_amount=9.00&sign=AAAA', ?, ?, ?)",
    [channel.id, kind, verdict, outNo ? null : (await attemptRow(open.pay_id)).id, outNo]);
  return () => q('DELETE FROM callback_log WHERE channel_id = ? AND verdict = ?', [channel.id, verdict]);
}

const PLANTED = [
  ['paid-once', 'the paid attempt says another price', replaced('pay_order_extension', () => ['no = ?', paid.pay_id], 'paid_price = paid_price + 1')],
  ['paid-once', 'the order names no attempt', replaced('pay_order', () => ['no = ?', paid.order_no], 'extension_id = NULL')],
  ['paid-once', 'the attempt is of another channel', replaced('pay_order', () => ['no = ?', paid.order_no], 'channel_id = 2')],
  ['paid-once', 'a waiting order carries marks of a payment', replaced('pay_order', () => ['no = ?', open.order_no], 'success_time = UTC_TIMESTAMP(3)')],
  ['paid-once', 'the paid attempt does not say when', replaced('pay_order_extension', () => ['no = ?', paid.pay_id], 'success_time = NULL')],
  ['latest-copied', 'a paid order that is gone, its attempt left behind', { plant: async () => {
    await q('CREATE TEMPORARY TABLE gone SELECT * FROM pay_order WHERE no = ?', [paid.order_no]);
    await q('DELETE FROM pay_order WHERE no = ?', [paid.order_no]);
    return () => q('INSERT INTO pay_order SELECT * FROM gone');
  } }],
  ['refund-sums', 'refund_price without a refund', replaced('pay_order', () => ['no = ?', paid.order_no], 'refund_price = 1')],
  ['refund-sums', 'reserved without a refund', twist('pay_order', () => paid.order_no, 'refunding_price', '1')],
  ['refund-sums', 'a refund done twice', { plant: async () => {
    await q(`INSERT INTO pay_refund (no, app_id, channel_id, channel_code, order_id, extension_id, merchant_order_id, merchant_refund_id, status, pay_price, refund_price, currency, success_time)
      SELECT '01ARZ3NDEKTSV4RRFFQ69G5FAV', app_id, channel_id, channel_code, order_id, extension_id, merchant_order_id, 'planted', 10, pay_price, refund_price, currency, success_time FROM pay_refund WHERE no = ?`, [back.refund_no]);
    return () => q("DELETE FROM pay_refund WHERE no = '01ARZ3NDEKTSV4RRFFQ69G5FAV'");
  } }],
  ['refund-sums', 'a refund of another price', replaced('pay_refund', () => ['no = ?', back.refund_no], 'refund_price = refund_price + 1')],
  ['refund-sums', 'a refund taken back by hand', replaced('pay_refund', () => ['no = ?', back.refund_no], 'status = 20, success_time = NULL')],
  ['refund-sums', 'all is back, and the order does not say so', { plant: async () => {
    const undo = await replaced('pay_order', () => ['no = ?', back.order_no], 'refund_price = price').plant();
    return undo;
  } }],
  ['refund-sums', 'automatic refunds of more than an attempt brought in', { plant: async () => {
    const { id } = await attemptRow(twice.pay_id);
    const second = await one('SELECT * FROM pay_order_extension WHERE of_id = ?', [id]);
    for (const no of ['01ARZ3NDEKTSV4RRFFQ69G5FAV', '01ARZ3NDEKTSV4RRFFQ69G5FAW']) {
      await q(`INSERT INTO pay_refund (no, app_id, channel_id, channel_code, order_id, extension_id, merchant_order_id, merchant_refund_id, pay_price, refund_price, currency, cause)
        SELECT ?, o.app_id, e.channel_id, e.channel_code, o.id, e.id, o.merchant_order_id, ?, e.price, e.price, e.currency, 'duplicate' FROM pay_order_extension e JOIN pay_order o ON o.id = e.order_id WHERE e.id = ?`, [no, `auto:${no}`, second.id]);
    }
    return () => q("DELETE FROM pay_refund WHERE merchant_refund_id LIKE 'auto:01ARZ%'");
  } }],
  ['refund-of-payment', 'a refund of an attempt that did not pay', { plant: async () => {
    const { id } = await attemptRow(open.pay_id);
    return replaced('pay_refund', () => ['no = ?', back.refund_no], `extension_id = ${id}`).plant();
  } }],
  ['refund-of-payment', 'a refund on another channel', replaced('pay_refund', () => ['no = ?', back.refund_no], "channel_id = (SELECT id FROM pay_channel WHERE app_id = 2 AND code = 'mock')")],
  ['refund-of-payment', 'the order forgot one of its refunds', twist('pay_order', () => back.order_no, 'refund_count', '0')],
  ['refund-of-payment', 'a refund that waits and is asked about no more', replaced('pay_refund', () => ['status = 0 AND id > ?', 0], 'next_sync_time = NULL')],
  ['refund-sums', 'a refund of a recharge that leaves the bonus', replaced('pay_refund', () => ['no = ?', frozen], 'bonus_price = 0')],
  ['refund-sums', 'a refund of a recharge that takes more of the bonus', replaced('pay_refund', () => ['no = ?', frozen], 'bonus_price = bonus_price + 2')],
  ['refund-sums', 'an automatic refund that takes a bonus', replaced('pay_refund', () => [REFUND_OF, surplus.late], 'bonus_price = 1')],
  ['refund-told-once', 'a refund whose end nobody is told', replaced('notify_task', () => ["event = 'refund.success' AND data_id = (SELECT id FROM pay_refund WHERE no = ?)", back.refund_no], 'data_id = 999999999')],
  ['refund-told-once', 'a refund that failed, told as done', replaced('pay_refund', () => ['no = ?', back.refund_no], 'status = 20, success_time = NULL')],
  ['refund-callbacks-agree', 'an accepted callback of another price', { plant: async () => {
    const row = await one("SELECT id, body FROM callback_log WHERE kind = 'refund'");
    await q('UPDATE callback_log SET body = JSON_SET(body, "$.price", 1) WHERE id = ?', [row.id]);
    return () => q('UPDATE callback_log SET body = ? WHERE id = ?', [row.body, row.id]);
  } }],
  ['transfer-open', 'one that is open and is asked about no more', replaced('pay_transfer', () => ['status = 5 AND id > ?', 0], 'next_sync_time = NULL')],
  ['transfer-open', 'one that was paid out at no time', replaced('pay_transfer', () => ['no = ?', sent.transfer_no], 'success_time = NULL')],
  ['transfer-told-once', 'one whose end nobody is told', replaced('notify_task', () => ["event = 'transfer.success' AND data_id = (SELECT id FROM pay_transfer WHERE no = ?)", sent.transfer_no], 'data_id = 999999999')],
  ['transfer-told-once', 'one that failed, told as paid out', replaced('pay_transfer', () => ['no = ?', sent.transfer_no], 'status = 20, success_time = NULL')],
  ['transfer-callbacks-agree', 'an accepted callback of another price', replaced('pay_transfer', () => ['no = ?', sent.transfer_no], 'price = price + 1')],
  ['out-states-replay', 'a transfer set back by hand', replaced('pay_transfer', () => ['no = ?', sent.transfer_no], 'status = 5, success_time = NULL')],
  ['out-states-replay', 'a refund whose way back left no trace', { plant: async () => {
    const { id } = await one('SELECT id FROM pay_refund WHERE no = ?', [back.refund_no]);
    await q("UPDATE status_log SET kind = 'x' WHERE kind = 'refund' AND data_id = ? AND from_status = 20", [id]);
    return () => q("UPDATE status_log SET kind = 'refund' WHERE kind = 'x' AND data_id = ?", [id]);
  } }],
  ['fee-fits', 'a fee above the price', replaced('pay_order', () => ['no = ?', paid.order_no], 'channel_fee_price = price + 1')],
  ['fee-fits', 'a fee that the rate does not give', replaced('pay_order', () => ['no = ?', paid.order_no], 'channel_fee_price = 7')],
  ['told-once', 'a paid order without its task', replaced('notify_task', () => ['type = 1 AND data_id = (SELECT id FROM pay_order WHERE no = ?)', paid.order_no], 'data_id = 999999999')],
  ['told-once', 'a paid order without its task, for the address that its app had then, and the app was changed since', { plant: () => untold("'2021-01-01'") }],
  ['told-once', 'two tasks of one event', { plant: async () => {
    const { id } = await orderRow(paid.order_no);
    await q(`INSERT INTO notify_task (no, app_id, type, event, data_id, version, notify_url, body, status, max_notify_times, next_notify_time)
      SELECT '01ARZ3NDEKTSV4RRFFQ69G5FAV', app_id, type, event, data_id, version + 1, notify_url, body, 20, max_notify_times, next_notify_time FROM notify_task WHERE type = 1 AND data_id = ?`, [id]);
    return () => q("DELETE FROM notify_task WHERE no = '01ARZ3NDEKTSV4RRFFQ69G5FAV'");
  } }],
  ['tries-logged', 'a try without its row', { plant: async () => {
    const { id } = await orderRow(paid.order_no);
    await q('UPDATE notify_task SET notify_times = notify_times + 1 WHERE type = 1 AND data_id = ?', [id]);
    return () => q('UPDATE notify_task SET notify_times = notify_times - 1 WHERE type = 1 AND data_id = ?', [id]);
  } }],
  ['tries-logged', 'a task in a state that does not exist, which no runner takes', replaced('notify_task', () => ['type = 1 AND data_id = (SELECT id FROM pay_order WHERE no = ?)', paid.order_no], 'status = 30')],
  ['tries-logged', 'one that says it is done, under a claim', replaced('notify_task', OF_PAID, 'claim_token = 7, notify_times = 0')],
  ['callbacks-agree', 'an accepted callback of another price', { plant: async () => {
    const { id } = await attemptRow(paid.pay_id);
    const row = await one("SELECT id, body FROM callback_log WHERE extension_id = ? AND verdict = 'ACCEPTED'", [id]);
    await q('UPDATE callback_log SET body = JSON_SET(body, "$.price", 1) WHERE id = ?', [row.id]);
    return () => q('UPDATE callback_log SET body = ? WHERE id = ?', [row.body, row.id]);
  } }],
  ['callbacks-agree', 'an accepted callback of an attempt that is not there', { plant: async () => {
    const { id } = await attemptRow(paid.pay_id);
    const row = await one("SELECT id FROM callback_log WHERE extension_id = ? AND verdict = 'ACCEPTED'", [id]);
    await q('UPDATE callback_log SET extension_id = 999999 WHERE id = ?', [row.id]);
    return () => q('UPDATE callback_log SET extension_id = ? WHERE id = ?', [id, row.id]);
  } }],
  ['states-replay', 'a step that no order may take', { plant: async () => {
    const { id } = await orderRow(open.order_no);
    await q("INSERT INTO status_log (kind, data_id, from_status, to_status) VALUES ('order', ?, 0, 30)", [id]);
    return () => q("DELETE FROM status_log WHERE kind = 'order' AND data_id = ?", [id]);
  } }],
  ['states-replay', 'legal steps that do not follow one another', { plant: async () => {
    const { id } = await orderRow(paid.order_no);
    for (const [from, to] of [[0, 20], [20, 10]]) await q("INSERT INTO status_log (kind, data_id, from_status, to_status) VALUES ('order', ?, ?, ?)", [id, from, to]);
    return () => q("DELETE FROM status_log WHERE kind = 'order' AND data_id = ? AND (from_status = 20 OR to_status = 20)", [id]);
  } }],
  ['states-replay', 'a log that begins in the middle', { plant: async () => {
    const { id } = await orderRow(paid.order_no);
    await q("UPDATE status_log SET from_status = 20 WHERE kind = 'order' AND data_id = ?", [id]);
    return () => q("UPDATE status_log SET from_status = 0 WHERE kind = 'order' AND data_id = ?", [id]);
  } }],
  ['states-replay', 'a change of state that left no trace', { plant: async () => {
    const { id } = await orderRow(paid.order_no);
    await q("UPDATE status_log SET kind = 'x' WHERE kind = 'order' AND data_id = ?", [id]);
    return () => q("UPDATE status_log SET kind = 'order' WHERE kind = 'x' AND data_id = ?", [id]);
  } }],
  ['number-once', 'two attempts with one number', { plant: async () => {
    const [a, b] = [await attemptRow(paid.pay_id), await attemptRow(twice.pay_id)];
    await q('ALTER TABLE pay_order_extension DROP KEY uk_channel_order_no');
    const back = await replaced('pay_order_extension', () => ['id = ?', b.id], `channel_order_no = '${a.channel_order_no}'`).plant();
    return async () => {
      await back();
      await q('ALTER TABLE pay_order_extension ADD UNIQUE KEY uk_channel_order_no (channel_order_no, number_scope)');
    };
  } }],
  ['number-once', 'two attempts of two codes of one family with one number', { plant: async () => {
    const [a, b] = [await attemptRow(paid.pay_id), await attemptRow(twice.pay_id)];
    await q('ALTER TABLE pay_order_extension DROP KEY uk_channel_order_no');
    const first = await replaced('pay_order_extension', () => ['id = ?', a.id], "channel_code = 'alipay_qr'").plant();
    await q('CREATE OR REPLACE TEMPORARY TABLE kept_first SELECT * FROM kept');
    const second = await replaced('pay_order_extension', () => ['id = ?', b.id], `channel_code = 'alipay_wap', channel_id = channel_id + 1, channel_order_no = '${a.channel_order_no}'`).plant();
    return async () => {
      await second();
      await q('CREATE OR REPLACE TEMPORARY TABLE kept SELECT * FROM kept_first');
      await first();
      await q('ALTER TABLE pay_order_extension ADD UNIQUE KEY uk_channel_order_no (channel_order_no, number_scope)');
    };
  } }],
  ['number-once', 'an order that names another number than its attempt', replaced('pay_order', () => ['no = ?', paid.order_no], "channel_order_no = 'X'")],
  ['number-once', 'an attempt that is not paid, with a number', replaced('pay_order_extension', () => ['no = ?', open.pay_id], "channel_order_no = 'X'")],
  ...[['transfer', () => sent.transfer_no], ['refund', () => back.refund_no]].map(([kind, no]) => ['number-once', `two ${kind}s with one number of the channel's`, { plant: async () => {
    const key = `uk_channel_${kind}_no`, { v } = await one(`SELECT channel_${kind}_no AS v FROM pay_${kind} WHERE no = ?`, [no()]);
    await q(`ALTER TABLE pay_${kind} DROP KEY ${key}`);
    const put = await replaced(`pay_${kind}`, () => ["channel_code = 'mock' AND no <> ?", no()], `channel_${kind}_no = '${v}'`).plant();
    return async () => {
      await put();
      await q(`ALTER TABLE pay_${kind} ADD UNIQUE KEY ${key} (channel_${kind}_no, number_scope)`);
    };
  } }]),
  ['transfer-callbacks-agree', 'an accepted callback under a number that its transfer lacks', replaced('pay_transfer', () => ['no = ?', sent.transfer_no], "channel_transfer_no = 'X'")],
  ['second-kept', 'an accepted callback whose payment no attempt has', { plant: async () => {
    const { id } = await attemptRow(paid.pay_id);
    const row = await one("SELECT id, body FROM callback_log WHERE extension_id = ? AND verdict = 'ACCEPTED'", [id]);
    await q('UPDATE callback_log SET verdict = "REPEATED", body = JSON_SET(body, "$.channel_order_no", "FORGOTTEN1") WHERE id = ?', [row.id]);
    return () => q('UPDATE callback_log SET verdict = "ACCEPTED", body = ? WHERE id = ?', [row.body, row.id]);
  } }],
  ['second-kept', 'a second payment without a refund or an open alert', abandoned('second', NO_REFUND)],
  ['second-kept', 'a second payment whose refund failed, its alert closed', abandoned('second', 'status = 20')],
  ['second-kept', 'a second payment that is not marked', replaced('pay_order_extension', () => ['no = ?', surplus.second], 'duplicate_paid = 0')],
  ['surplus-handled', 'a second attempt was paid: no refund, no open alert', abandoned('double', NO_REFUND)],
  ['surplus-handled', 'a second attempt was paid: its refund failed, its alert is closed', abandoned('double', 'status = 20')],
  ['closed-unpaid', 'money for a closed order: no refund, no open alert', abandoned('late', NO_REFUND)],
  ['closed-unpaid', 'money for a closed order: a refund of 1 of it, no open alert', abandoned('late', 'refund_price = 1')],
  ['surplus-handled', 'a second attempt was paid: a refund of cause merchant, no open alert', abandoned('double', "cause = 'merchant'")],
  ['paid-once', 'the attempt that paid is marked as a second payment', replaced('pay_order_extension', () => ['no = ?', paid.pay_id], 'duplicate_paid = 1')],
  ['refund-sums', 'an automatic refund taken from the order', replaced('pay_order', () => ['id = (SELECT order_id FROM pay_order_extension WHERE no = ?)', surplus.double], 'refund_price = price')],
  ['journals-balance', 'a row of another price', replaced('ledger_entry', () => [ENTRY('recharge', 'channel'), wallet.user], 'price = price - 1')],
  ['journals-balance', 'a row that is gone', replaced('ledger_entry', () => [ENTRY('payment', 'channel'), wallet.user], 'journal = no')],
  ['wallet-sums', 'a balance changed by hand', replaced('wallet', () => [OF_USER, wallet.user], 'balance = balance + 1')],
  ['wallet-sums', 'a frozen sum changed by hand', replaced('wallet', () => [OF_USER, wallet.user], 'frozen = frozen - 1')],
  ['wallet-sums', 'an entry that says another balance', replaced('ledger_entry', () => [ENTRY('payment'), wallet.user], 'balance = balance + 1')],
  ['wallet-sums', 'an entry of no wallet', replaced('ledger_entry', () => [ENTRY('payment'), wallet.user], 'wallet_id = 999999')],
  ['booked-once', 'a paid recharge that is not booked', replaced('ledger_entry', () => ["biz_type = 'order' AND biz_id = (SELECT id FROM pay_order WHERE no = ?)", wallet.filled], "biz_type = 'other'")],
  ['booked-once', 'a recharge without its bonus', replaced('pay_order', () => ['no = ?', wallet.filled], 'bonus_price = bonus_price + 1')],
  ['booked-once', 'a wallet payment booked as another order\'s', replaced('ledger_entry', () => ["biz_type = 'order' AND biz_id = (SELECT id FROM pay_order WHERE no = ?)", wallet.paid], 'biz_id = 999999999')],
  ['booked-once', 'a refund to a wallet that is not on it', replaced('ledger_entry', () => ["biz_type = 'refund' AND biz_id = (SELECT id FROM pay_refund WHERE no = ?)", wallet.back], "biz_type = 'other'")],
  ['booked-once', 'a refund of a recharge that is not frozen', replaced('ledger_entry', () => ["biz_type = 'freeze' AND biz_id = (SELECT id FROM pay_refund WHERE no = ?)", frozen], 'biz_id = 999999999')],
  ['booked-once', 'a refund that failed, its money still frozen', replaced('pay_refund', () => ['no = ?', frozen], 'status = 20')],
  ['booked-once', 'a transfer into a wallet that is not booked', replaced('ledger_entry', () => ["biz_type = 'transfer' AND biz_id = (SELECT id FROM pay_transfer WHERE no = ?)", wallet.sent], 'biz_id = 999999999')],
  ['booked-once', 'a correction that is not booked', replaced('wallet_adjust', () => ['price = 5 AND wallet_id = (SELECT id FROM wallet WHERE user_id = ?)', wallet.user], 'price = 6')],
  ['wallet-totals', 'recharges counted higher', replaced('wallet', () => [OF_USER, wallet.user], 'total_recharge = total_recharge + 1')],
  ['wallet-totals', 'payments counted lower', replaced('wallet', () => [OF_USER, wallet.user], 'total_expense = total_expense - 1')],
  ['entries-own', 'a recharge on another user\'s wallet', replaced('wallet', () => [OF_USER, wallet.user], "user_id = 'mallory'")],
  ['entries-own', 'money moved from one wallet to another under the name of a refund', { plant: () => moved([['wallet', 'mallory', 100], ['wallet', wallet.user, -100]]) }],
  ['entries-own', 'money put on a wallet under the name of a refund', { plant: () => moved([['wallet', wallet.user, 100], ['adjustment', null, -100]]) }],
  ['paid-once', 'an open attempt that can be paid with another price', replaced('pay_order_extension', () => ['no = ?', open.pay_id], 'price = 1')],
  ['owners-exist', 'an attempt on another app\'s channel', replaced('pay_order_extension', () => ['no = ?', open.pay_id], 'channel_id = (SELECT id FROM pay_channel WHERE app_id = 2 LIMIT 1)')],
  ['owners-exist', 'a transfer on another app\'s channel', replaced('pay_transfer', () => ['no = ?', sent.transfer_no], 'channel_id = (SELECT id FROM pay_channel WHERE app_id = 2 LIMIT 1)')],
  ['in-time', 'an order that never ends', twist('pay_order', () => open.order_no, 'expire_time', 'UTC_TIMESTAMP(3) + INTERVAL 10 YEAR')],
  ['told-truly', 'a notification of another price', replaced('notify_task', OF_PAID, "body = REPLACE(body, '\"price\":', '\"price\":1')")],
  ['told-truly', 'that says in its subject what its members should', replaced('notify_task', OF_PAID, `body = REPLACE(REPLACE(body, '"price":', '"price":1'), '"subject":"', CONCAT('"subject":"', REPLACE(SUBSTRING(body, LOCATE('"data":', body), 130), '"', '\\\\"')))`)],
  ['told-truly', 'of another app', replaced('notify_task', OF_PAID, 'app_id = 3 - app_id')],
  ['told-truly', 'under a name that only looks like the event', { plant: () => forged("'order.success '", "JSON_SET(body, '$.data.order_no', (SELECT no FROM pay_order WHERE id = @open))") }],
  ['told-truly', 'of a closed order that says it is paid', { plant: () => forged("'order.closed'", 'body', 'late') }],
  ['told-truly', 'of a type that does not exist', { plant: () => forged('event', 'body', 'paid', 9) }],
  ['in-time', 'an open attempt that is asked about no more', twist('pay_order_extension', () => open.pay_id, 'next_sync_time', 'NULL')],
  ['in-time', 'an open attempt that is asked about in ten years', twist('pay_order_extension', () => open.pay_id, 'next_sync_time', 'UTC_TIMESTAMP(3) + INTERVAL 10 YEAR')],
  ['in-time', 'a refund that is asked about in ten years', replaced('pay_refund', () => ['status = 0 AND id > ?', 0], 'next_sync_time = UTC_TIMESTAMP(3) + INTERVAL 10 YEAR')],
  ['in-time', 'a transfer that is asked about in ten years', replaced('pay_transfer', () => ['status = 5 AND id > ?', 0], 'next_sync_time = UTC_TIMESTAMP(3) + INTERVAL 10 YEAR')],
  ...[['its order once more', '"price":9,"order_no":"01ARZ3NDEKTSV4RRFFQ69G5FAV"'], ['another case', '"Order_No":"01ARZ3NDEKTSV4RRFFQ69G5FAV"'], ['an escaped name', '"\\\\u006frder_no":"01ARZ3NDEKTSV4RRFFQ69G5FAV"']]
    .map(([what, member]) => ['told-truly', `with ${what}: merchants take the last one`, replaced('notify_task', OF_PAID, `body = REPLACE(body, '}}', ',${member}}}')`)]),
  ['told-truly', 'with a second event', replaced('notify_task', OF_PAID, "body = REPLACE(body, '}}', '},\"type\":\"order.closed\"}')")],
  ['told-truly', 'under another number of the merchant\'s', replaced('notify_task', OF_PAID, "body = REPLACE(body, '\"merchant_order_id\":\"', '\"merchant_order_id\":\"x')")],
  ['told-truly', 'for another user', replaced('notify_task', OF_PAID, "body = JSON_SET(body, '$.data.user_id', 'mallory')")],
  ['told-truly', 'with other metadata', replaced('notify_task', OF_PAID, "body = JSON_SET(body, '$.data.metadata', JSON_OBJECT('cart', 7))")],
  ['told-truly', 'of a refund of another number', replaced('notify_task', () => ["event = 'refund.success' AND data_id = (SELECT id FROM pay_refund WHERE no = ?)", back.refund_no], "body = JSON_SET(body, '$.data.merchant_refund_id', 'x')")],
  ['told-steps', 'another sum as paid', replaced('notify_task', OF_PAID, "body = REPLACE(body, '\"paid_price\":', '\"paid_price\":1')")],
  ['told-steps', 'a paid order, told as closed', replaced('notify_task', OF_PAID, "event = 'order.closed', body = REPLACE(REPLACE(body, 'order.success', 'order.closed'), '\"SUCCESS\"', '\"CLOSED\"')")],
  ['told-steps', 'a refund that was done, told as failed', replaced('notify_task', () => ["event = 'refund.success' AND data_id = (SELECT id FROM pay_refund WHERE no = ?)", back.refund_no], "event = 'refund.failure', body = REPLACE(REPLACE(body, 'refund.success', 'refund.failure'), '\"SUCCESS\"', '\"FAILURE\"')")],
  ['told-steps', 'a transfer that was done, told as failed', replaced('notify_task', () => ["event = 'transfer.success' AND data_id = (SELECT id FROM pay_transfer WHERE no = ?)", sent.transfer_no], "event = 'transfer.failure', body = REPLACE(REPLACE(body, 'transfer.success', 'transfer.failure'), '\"SUCCESS\"', '\"CLOSED\"')")],
  ['told-steps', 'a version that is still to come', replaced('notify_task', OF_PAID, "version = 99, body = JSON_SET(body, '$.data.version', 99)")],
  ['told-steps', 'a closed order, told at another address', replaced('notify_task', () => ["event = 'order.closed' AND data_id = (SELECT id FROM pay_order WHERE no = ?)", shut.order_no], "notify_url = 'https://evil.example/n'")],
  ['told-steps', 'told at another address', replaced('notify_task', OF_PAID, "notify_url = 'https://evil.example/n'")],
  ['told-truly', 'of a transfer of another number', replaced('notify_task', () => ["event = 'transfer.success' AND data_id = (SELECT id FROM pay_transfer WHERE no = ?)", sent.transfer_no], "body = JSON_SET(body, '$.data.merchant_transfer_id', 'x')")],
  ['in-time', 'a first try in eight days', replaced('notify_task', OF_PAID, 'status = 0, notify_times = 0, next_notify_time = UTC_TIMESTAMP(3) + INTERVAL 8 DAY')],
  ['in-time', 'a claim for a day', replaced('notify_task', OF_PAID, 'status = 0, claim_token = 7, next_notify_time = UTC_TIMESTAMP(3) + INTERVAL 1 DAY')],
  ['in-time', 'put off again and again', replaced('notify_task', OF_PAID, 'status = 0, last_execute_time = UTC_TIMESTAMP(3) - INTERVAL 5 DAY, next_notify_time = UTC_TIMESTAMP(3) + INTERVAL 8 DAY')],
  ['in-time', 'a notification that is sent in ten years', replaced('notify_task', OF_PAID, 'status = 0, next_notify_time = UTC_TIMESTAMP(3) + INTERVAL 10 YEAR')],
  ['conflicts-alerted', 'money of another price, and no alert', { plant: () => conflict('OTHER_PRICE') }],
  ['conflicts-alerted', 'money of another price by Alipay, and no alert', { plant: () => alipayConflict('order', 'OTHER_PRICE', null) }],
  ['conflicts-alerted', 'a refund of another end by Alipay, and no alert', { plant: () => alipayConflict('refund', 'OTHER_END', back.refund_no) }],
  ['refund-callbacks-agree', 'a refund done under a second number, and no alert', replaced('pay_alert', () => ["kind = 'refunded_twice' AND about = ?", back.refund_no], "kind = 'x'")],
  ['surplus-handled', 'a second attempt was paid: no refund, and an open alert about its time alone', { plant: async () => {
    const undo = await abandoned('double', NO_REFUND).plant();
    await q("INSERT INTO pay_alert (kind, app_id, about, text) VALUES ('odd_time', 1, ?, 'x')", [surplus.double]);
    return async () => { await undo(); await q("DELETE FROM pay_alert WHERE kind = 'odd_time' AND about = ?", [surplus.double]); };
  } }],
  ['owners-exist', 'a refund of an app that is not there', replaced('pay_refund', () => ['no = ?', back.refund_no], 'app_id = 999999')],
  ['owners-exist', 'a transfer by the mock channel under the code of the wallet', unguarded('pay_transfer_birth', replaced('pay_transfer', () => ['no = ?', sent.transfer_no], "channel_code = 'wallet'"))],
  ['owners-exist', 'a transfer on a channel that is not there', replaced('pay_transfer', () => ['no = ?', sent.transfer_no], 'channel_id = 999999')],
  ['owners-exist', 'an order of a channel that is not there', replaced('pay_order', () => ['no = ?', paid.order_no], 'channel_id = 999999')],
  ['owners-exist', 'an order of an app that is not there', replaced('pay_order', () => ['no = ?', open.order_no], 'app_id = 999999')],
  ['owners-exist', 'an attempt on a channel that is not there', replaced('pay_order_extension', () => ['no = ?', open.pay_id], 'channel_id = 999999')],
  ...[['attempts', 'attempts + 1'], ['latest_no', "'01ARZ3NDEKTSV4RRFFQ69G5FAV'"], ['latest_channel_code', "'other'"], ['latest_create_time', 'latest_create_time + INTERVAL 1 SECOND'],
    ['latest_ended', '1'], ['latest_display_mode', 'NULL'], ['latest_display_content', "'x'"]].map(([column, value]) =>
    ['latest-copied', `an order with another ${column}`, twist('pay_order', () => open.order_no, column, value)]),
  ['in-time', 'an order that says it was asked about in years to come', replaced('pay_order', () => ['no = ?', open.order_no], "asked_time = '9999-12-31'")],
  ['not-late', 'a task due for an hour while a runner is alive', { plant: async () => {
    await payOne(stack, stack.app1, newLedger(), heard.url);      // so that a try began lately, however slow this machine is
    await until('a try is on record', async () => await db.value('SELECT COUNT(*) FROM notify_log WHERE create_time > UTC_TIMESTAMP(3) - INTERVAL 1 MINUTE') > 0, 20000);
    const { id } = await orderRow(paid.order_no);
    // In nobody's lane, so that the runner does not see it.
    await q(`INSERT INTO notify_task (no, app_id, type, event, data_id, version, notify_url, body, lane, max_notify_times, next_notify_time)
      SELECT '01ARZ3NDEKTSV4RRFFQ69G5FAV', app_id, type, 'order.other', data_id, version, notify_url, body, 9, max_notify_times, UTC_TIMESTAMP(3) - INTERVAL 1 HOUR FROM notify_task WHERE type = 1 AND data_id = ?`, [id]);
    return () => q("DELETE FROM notify_task WHERE no = '01ARZ3NDEKTSV4RRFFQ69G5FAV'");
  } }],
];

describe('audit', () => {
  test('is clean on honest data, refusals included', async () => {
    const r = await audit();
    assert.deepEqual([r.code, r.json.items], [0, []], r.stdout + r.stderr);
  });

  test('is clean when an app got its address after the order was paid', async () => {
    const undo = await untold('UTC_TIMESTAMP(3)');
    const r = await audit();
    await undo();
    assert.deepEqual([r.code, r.json.items], [0, []], r.stdout);
  });

  test('is clean when a conflict whose body names no number has its alert', async () => {
    const undo = await alipayConflict('refund', 'OTHER_END', back.refund_no);
    await q("INSERT INTO pay_alert (kind, app_id, about, text) VALUES ('refund_other_end', 1, ?, 'x')", [back.refund_no]);
    const r = await audit();
    await q("DELETE FROM pay_alert WHERE kind = 'refund_other_end' AND about = ?", [back.refund_no]);
    await undo();
    assert.deepEqual([r.code, r.json.items], [0, []], r.stdout);
  });

  for (const [proof, what, { plant }] of PLANTED) {
    test(`${proof}: ${what}`, async () => {
      const undo = await plant();
      const found = await audit();
      await undo();
      assert.equal(found.code, 1, `not caught: ${found.stdout}`);
      assert.ok(found.json.items.some((i) => i.proof === proof), `caught by others only: ${found.stdout}`);
      for (const i of found.json.items) assert.doesNotMatch(i.text, /"sign":\s*"[^…]|sign=[^…]/, 'a signature is not shown');
      const clean = await audit();
      assert.deepEqual([clean.code, clean.json.items], [0, []], 'put back');
    });
  }

  test('a process of it that is killed leaves it unproved', async () => {
    await q('LOCK TABLES pay_order WRITE, pay_order_extension WRITE');
    const running = audit();
    const at = await until('both wait', async () => {
      const waiting = await root.value("SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE USER = 'shroff_audit' AND INFO IS NOT NULL");
      const pids = pidsOf(stack, 'shroffctl');
      return Number(waiting) === 2 && pids.length === 3 && pids;
    }, 10000);
    process.kill(Math.max(...at), 'SIGKILL');
    await q('UNLOCK TABLES');
    assert.equal((await running).code, 75);
  });

  test('states and terms that triggers hold cannot even be planted', async () => {
    for (const [what, key] of [
      ['pay_order SET status = 20', paid.order_no], ['pay_order SET status = 0', paid.order_no], ['pay_order SET price = price + 1', open.order_no],
      ['pay_order SET refund_price = price + 1', paid.order_no], ['pay_order SET refund_price = 0', back.order_no], ['pay_order SET status = 10', open.order_no],
      ['pay_order_extension SET status = 20', paid.pay_id], ['pay_order_extension SET channel_id = 2', open.pay_id], ['pay_order_extension SET order_id = 1', open.pay_id],
      ['pay_refund SET status = 0', back.refund_no], ['pay_refund SET refund_price = 1', back.refund_no], ["pay_refund SET cause = 'late'", back.refund_no],
      ['pay_order SET success_time = success_time - INTERVAL 1 DAY', paid.order_no], ['pay_order_extension SET success_time = success_time - INTERVAL 1 DAY', paid.pay_id],
    ]) await assert.rejects(q(`UPDATE ${what} WHERE no = ?`, [key]), { errno: 1644 }, what);
    for (const sets of ["body = REPLACE(body, 'success', 'closed')", "notify_url = 'http://127.0.0.1/'", 'data_id = 999999999']) {
      await assert.rejects(q(`UPDATE notify_task SET ${sets} WHERE data_id = (SELECT id FROM pay_order WHERE no = ?)`, [paid.order_no]), { errno: 1644 }, sets);
    }
  });
});
