// After everything the other files did: the proofs that no money was lost, in SQL. Each query must give no row.
// (zz: files run in the order of their names, this one last.)
import { test, describe } from 'node:test';
import assert from 'node:assert/strict';
import { suite } from '../lib/suite.mjs';
import { until } from '../lib/wait.mjs';

const { db } = await suite();
const none = (name, sql) => test(name, async () => assert.deepEqual(await db.rows(`${sql} LIMIT 10`), []));

describe('1: an order that is paid was paid once, by an attempt that agrees', () => {
  none('a SUCCESS order has its attempt, SUCCESS, of the same price, currency and channel', `
    SELECT o.no FROM pay_order o LEFT JOIN pay_order_extension x ON x.id = o.extension_id
     WHERE o.status IN (10, 30) AND NOT (x.status = 10 AND x.order_id = o.id AND x.duplicate_paid = 0 AND x.paid_price = o.price AND x.paid_currency = o.currency
       AND x.channel_id = o.channel_id AND x.channel_code = o.channel_code AND x.channel_order_no = o.channel_order_no AND ABS(TIMESTAMPDIFF(SECOND, x.success_time, o.success_time)) <= 1)`);
  none('every other SUCCESS attempt has a refund or an open alert', `
    SELECT x.no FROM pay_order_extension x JOIN pay_order o ON o.id = x.order_id
     WHERE x.status = 10 AND (o.extension_id IS NULL OR o.extension_id <> x.id)
       AND NOT EXISTS (SELECT 1 FROM pay_refund r WHERE r.extension_id = x.id)
       AND NOT EXISTS (SELECT 1 FROM pay_alert a WHERE (a.closed_by IS NULL OR a.decision = 'keep') AND a.about IN (x.no, o.no))`);
  none('a WAITING order holds no paid attempt', 'SELECT o.no FROM pay_order o JOIN pay_order_extension x ON x.order_id = o.id WHERE o.status = 0 AND x.status = 10');
  none('no attempt is SUCCESS with another price', 'SELECT no FROM pay_order_extension WHERE status = 10 AND (paid_price <> price OR paid_currency <> currency)');
});
describe('2: refunds add up', () => {
  none('done and open ones are what the order says, and fit its price', `
    SELECT o.no FROM pay_order o LEFT JOIN (SELECT order_id, SUM(IF(status = 10, refund_price, 0)) AS done, SUM(IF(status = 0, refund_price, 0)) AS open
      FROM pay_refund WHERE cause = 'merchant' GROUP BY order_id) r ON r.order_id = o.id
     WHERE o.refund_price <> COALESCE(r.done, 0) OR o.refunding_price <> COALESCE(r.open, 0) OR o.refund_price + o.refunding_price > o.price`);
  none('REFUND is when all is back', 'SELECT no FROM pay_order WHERE (status = 30) <> (refund_price = price)');
  none('a refund is of the attempt that paid, on its channel', `
    SELECT r.no FROM pay_refund r JOIN pay_order o ON o.id = r.order_id JOIN pay_order_extension x ON x.id = r.extension_id
     WHERE r.cause = 'merchant' AND NOT (x.id = o.extension_id AND x.status = 10 AND r.channel_id = x.channel_id AND r.app_id = o.app_id AND r.currency = o.currency)`);
  none('an order counts its refunds', 'SELECT o.no FROM pay_order o WHERE o.refund_count <> (SELECT COUNT(*) FROM pay_refund r WHERE r.order_id = o.id)');
});
describe('3: one task per event', () => {
  none('a SUCCESS order with a URL has one task', `
    SELECT o.no FROM pay_order o JOIN pay_app a ON a.id = o.app_id
     WHERE o.status = 10 AND COALESCE(o.notify_url, NULLIF(a.order_notify_url, '')) IS NOT NULL
       AND (SELECT COUNT(*) FROM notify_task t WHERE t.type = 1 AND t.data_id = o.id AND t.event = 'order.success') <> 1`);
  none('no task for an order that is not paid', "SELECT t.no FROM notify_task t JOIN pay_order o ON o.id = t.data_id WHERE t.type = 1 AND t.event = 'order.success' AND o.status NOT IN (10, 30)");
  none('a refund with a URL of its own that ended has one task of its version', `
    SELECT r.no FROM pay_refund r
     WHERE r.status <> 0 AND r.notify_url IS NOT NULL
       AND (SELECT COUNT(*) FROM notify_task t WHERE t.type = 2 AND t.data_id = r.id AND t.version = r.version
              AND t.event = IF(r.status = 10, 'refund.success', 'refund.failure')) <> 1`);
  none('a transfer with a URL that ended has one task', `
    SELECT t.no FROM pay_transfer t JOIN pay_app a ON a.id = t.app_id
     WHERE t.status IN (10, 20) AND t.notify_url IS NOT NULL
       AND (SELECT COUNT(*) FROM notify_task k WHERE k.type = 3 AND k.data_id = t.id AND k.version = t.version
              AND k.event = IF(t.status = 10, 'transfer.success', 'transfer.failure')) <> 1`);
  none('a task tells of its own app', 'SELECT t.no FROM notify_task t JOIN pay_order o ON o.id = t.data_id WHERE t.type = 1 AND (t.app_id <> o.app_id OR t.merchant_order_id <> o.merchant_order_id)');
});
describe('4 and 5: tasks', () => {
  test('none is due for long while a runner is at work', async () => {
    await until('all due tasks are taken', async () => (await db.value('SELECT COUNT(*) FROM notify_task WHERE status = 0 AND next_notify_time < UTC_TIMESTAMP(3) - INTERVAL 5 SECOND')) === 0, 20_000, 500);
  });
  test('log rows number the tries', async () => {
    await until('they agree', async () => (await db.rows(`
      SELECT t.no, t.notify_times, COUNT(l.id) AS n FROM notify_task t LEFT JOIN notify_log l ON l.task_id = t.id
       WHERE t.claim_token = 0 GROUP BY t.id, t.no, t.notify_times HAVING n <> t.notify_times LIMIT 5`)).length === 0, 15_000, 500);
  });
  none('a SUCCESS task has one row that says so, the last', `
    SELECT t.no FROM notify_task t WHERE t.status = 10 AND (SELECT COUNT(*) FROM notify_log l WHERE l.task_id = t.id AND l.status = 10) <> 1`);
  none('no task is over its number of tries', 'SELECT no FROM notify_task WHERE notify_times > max_notify_times + 1');
});
describe('7: what was accepted leads to an attempt with which it agrees', () => {
  none('accepted callbacks', "SELECT c.id FROM callback_log c LEFT JOIN pay_order_extension x ON x.id = c.extension_id WHERE c.verdict = 'ACCEPTED' AND c.kind <> 'transfer' AND (x.id IS NULL OR (c.kind = 'order' AND x.status = 0))");
  none('accepted callbacks of transfers', `
    SELECT c.id FROM callback_log c LEFT JOIN pay_transfer t ON t.no = JSON_VALUE(c.body, '$.transfer_no')
     WHERE c.verdict = 'ACCEPTED' AND c.kind = 'transfer' AND NOT (t.channel_id <=> c.channel_id AND t.price = JSON_VALUE(c.body, '$.price') AND t.status IN (10, 20))`);
  none('every row has a verdict', "SELECT id FROM callback_log WHERE verdict = '' OR verdict IS NULL");
  none('no row keeps credentials', "SELECT id FROM callback_log WHERE headers LIKE '%Authorization%' OR headers LIKE '%SHROFF-HMAC%' OR headers LIKE '%cookie%'");
});
describe('8: status_log replays to the state in the row, by legal steps only', () => {
  const LEGAL = { order: ['0>10', '0>20', '10>30', '20>10'], attempt: ['0>10', '0>20', '20>10'], refund: ['0>10', '0>20', '20>0'],
    transfer: ['0>5', '0>10', '0>20', '5>10', '5>20'] };
  for (const [kind, table] of [['order', 'pay_order'], ['attempt', 'pay_order_extension'], ['refund', 'pay_refund'], ['transfer', 'pay_transfer']]) {
    test(kind, async () => {
      const log = await db.rows('SELECT data_id AS id, from_status AS f, to_status AS t FROM status_log WHERE kind = ? ORDER BY status_log.id', [kind]);
      const state = new Map();
      for (const { id, f, t } of log) {
        assert.equal(f, state.get(id) ?? 0, `${kind} ${id}: a step from where it was not`);
        assert.ok(LEGAL[kind].includes(`${f}>${t}`), `${kind} ${id}: ${f}>${t}`);
        state.set(id, t);
      }
      for (const { id, status } of await db.rows(`SELECT id, status FROM ${table}`)) assert.equal(status, state.get(id) ?? 0, `${kind} ${id}`);
      assert.ok(state.size > 0);
    });
  }
});
describe('9: fees', () => {
  none('never above the price', 'SELECT no FROM pay_order WHERE channel_fee_price > price OR (status = 10 AND channel_fee_price IS NULL)');
});
describe('numbers', () => {
  none('an order and an attempt of one price', 'SELECT x.no FROM pay_order_extension x JOIN pay_order o ON o.id = x.order_id WHERE x.price <> o.price OR x.currency <> o.currency');
  none('a channel of the order\'s own app', 'SELECT x.no FROM pay_order_extension x JOIN pay_order o ON o.id = x.order_id JOIN pay_channel c ON c.id = x.channel_id WHERE c.app_id <> o.app_id');
});
