// What a channel says of a transfer by callback, and what the merchant is sent at its end.
import { test, describe, after } from 'node:test';
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { suite, times } from '../lib/suite.mjs';
import { TIME, expectError, expectOk, post, strangerUlid } from '../lib/client.mjs';
import { ctlOk, disableApp, disableChannel, newApp } from '../lib/ctl.mjs';
import { does, merchant } from '../lib/merchant.mjs';
import { expectTransferError, sendTransferCallback, transfer, transferCallback, transferQuery } from '../lib/transfer.mjs';
import { inForce, until } from '../lib/wait.mjs';

const { Webhook } = createRequire(import.meta.url)('standardwebhooks');
const { stack, app1, app2, db } = await suite();
const sinks = [];
after(() => sinks.forEach((s) => s.close()));
const sink = async (...script) => { const m = await merchant(...script); sinks.push(m); return m; };

const open = async (app = app1, more = {}) => expectOk(await transfer(stack, app, 'never', more), 201);
const send = (done, more = {}, after_ = {}, app = app1) => sendTransferCallback(stack, app, transferCallback(done, app.channelSecret, more, after_));
const acknowledged = (res) => { assert.equal(res.status, 200, res.text); assert.deepEqual(res.json, { code: 0, msg: 'SUCCESS' }); };
const now = (done, app = app1) => transferQuery(stack, app, { transfer_no: done.transfer_no });
const verdictsOf = async (done) => (await db.rows("SELECT verdict FROM callback_log WHERE kind = 'transfer' AND body LIKE CONCAT('%', ?, '%') ORDER BY id", [done.transfer_no])).map((r) => r.verdict);
const alertsOf = async (done) => (await db.rows('SELECT kind FROM pay_alert WHERE about = ? ORDER BY id', [done.transfer_no])).map((r) => r.kind);

describe('callbacks', () => {
  test('SUCCESS ends it, and again is acknowledged again', async () => {
    const done = await open();
    const body = transferCallback(done, app1.channelSecret);
    acknowledged(await sendTransferCallback(stack, app1, body));
    acknowledged(await sendTransferCallback(stack, app1, body));
    const q = await now(done);
    assert.deepEqual([q.status, q.channel_transfer_no, q.version], ['SUCCESS', body.channel_transfer_no, 1]);
    assert.ok(Math.abs(Date.parse(q.success_time) - Date.parse(body.success_time)) < 1000);
    assert.deepEqual(await verdictsOf(done), ['ACCEPTED', 'REPEATED']);
  });
  for (const status of ['FAILED', 'CLOSED']) {
    test(`${status} ends it CLOSED`, async () => {
      const done = await open();
      acknowledged(await send(done, { status, success_time: undefined }));
      const q = await now(done);
      assert.deepEqual([q.status, q.channel_error_code, q.success_time], ['CLOSED', status, undefined]);
    });
  }
  test('before the answer: a transfer that waits is ended by it', async () => {
    const waiting = expectTransferError(await transfer(stack, app1, 'timeout'), 50201).data;
    acknowledged(await send(waiting));
    assert.equal((await now(waiting)).status, 'SUCCESS');
  });
  test('a hundred at once: one end', async () => {
    const done = await open();
    for (const res of await times(100, () => send(done))) acknowledged(res);
    assert.equal((await now(done)).version, 1);
    assert.equal((await verdictsOf(done)).filter((v) => v === 'ACCEPTED').length, 1);
  });
  test('SUCCESS and FAILED at once: one of them, and an alert that they differ', async () => {
    for (let i = 0; i < 5; i++) {
      const done = await open();
      for (const res of await Promise.all([send(done), send(done, { status: 'FAILED', success_time: undefined })])) acknowledged(res);
      assert.ok(['SUCCESS', 'CLOSED'].includes((await now(done)).status));
      assert.deepEqual((await verdictsOf(done)).sort(), ['ACCEPTED', 'OTHER_END']);
      assert.deepEqual(await alertsOf(done), ['transfer_other_end']);
    }
  });
  test('paid out after it failed: alerted, acknowledged, and CLOSED still', async () => {
    const failed = expectTransferError(await transfer(stack, app1, 'fail'), 50200).data;
    acknowledged(await send(failed));
    assert.equal((await now(failed)).status, 'CLOSED');
    assert.deepEqual(await alertsOf(failed), ['transfer_other_end']);
  });
  test('40906: another price or currency is on record, alerted, never SUCCESS', async () => {
    const done = await open();
    for (const more of [{ price: done.price + 1 }, { price: done.price - 1 }, { currency: 'USD' }]) expectError(await send(done, more), 40906);
    assert.equal((await now(done)).status, 'PROCESSING');
    assert.deepEqual([await verdictsOf(done), await alertsOf(done)], [['OTHER_PRICE', 'OTHER_PRICE', 'OTHER_PRICE'], ['other_price']]);
    acknowledged(await send(done));
  });
  test('40101: a wrong key, another app\'s channel, an unknown number, a refund\'s address', async () => {
    const done = await open();
    expectError(await send(done, {}, { sign: '0'.repeat(64) }), 40101);
    expectError(await sendTransferCallback(stack, app2, transferCallback(done, app2.channelSecret)), 40101);
    expectError(await sendTransferCallback(stack, app1, transferCallback({ ...done, transfer_no: strangerUlid() }, app1.channelSecret)), 40101);
    expectError(await sendTransferCallback(stack, app1, transferCallback(done, app1.channelSecret), '999999'), 40101);
    assert.equal((await now(done)).status, 'PROCESSING');
  });
  test('40001, 40102 and 40400', async () => {
    const done = await open();
    expectError(await send(done, { channel_transfer_no: undefined }), 40001, 'channel_transfer_no');
    expectError(await send(done, { transfer_no: undefined }), 40001, 'transfer_no');
    expectError(await send(done, { success_time: undefined }), 40001, 'success_time');
    expectError(await send(done, { timestamp: Math.floor(Date.now() / 1000) - 301 }), 40102);
    expectError(await sendTransferCallback(stack, app1, transferCallback(done, app1.channelSecret), 'x'), 40400);
  });
  test('a disabled app and channel still take them', async () => {
    const app = await newApp(stack);
    const done = await open(app);
    await disableChannel(stack, app);
    await disableApp(stack, app);
    await inForce();
    acknowledged(await send(done, {}, {}, app));
    assert.equal((await now(done, app)).status, 'SUCCESS');
  });
});

describe('notifications', () => {
  const taskCount = (done) => db.value("SELECT COUNT(*) FROM notify_task t JOIN pay_transfer x ON x.id = t.data_id WHERE t.type = 3 AND x.no = ?", [done.transfer_no]);
  test('transfer.success, signed, with the transfer as it was', async () => {
    const m = await sink();
    const done = expectOk(await transfer(stack, app1, undefined, { notify_url: m.url, user_account: 'secret-account-1' }), 201);
    const [hit] = await m.waitHits(1);
    new Webhook(app1.webhookSecret).verify(hit.text, hit.headers);
    const event = JSON.parse(hit.text);
    assert.deepEqual([Object.keys(event), event.type], [['type', 'timestamp', 'data'], 'transfer.success']);
    assert.equal(event.timestamp, done.success_time);
    const { subject, channel, create_time, version, app_key, ...rest } = event.data;
    assert.deepEqual(rest, done);
    assert.deepEqual([subject, channel, version, app_key], ['A prize', 'mock', 1, app1.key]);
    assert.match(create_time, TIME);
    assert.equal(hit.url, `/notify/${app1.channelId}`);
    assert.ok(!hit.text.includes('secret-account-1'));
    assert.equal(await taskCount(done), 1);
  });
  test('transfer.failure', async () => {
    const m = await sink();
    const done = expectTransferError(await transfer(stack, app1, 'fail', { notify_url: m.url }), 50200).data;
    const [hit] = await m.waitHits(1);
    const event = JSON.parse(hit.text);
    assert.equal(event.type, 'transfer.failure');
    assert.deepEqual([event.data.transfer_no, event.data.status, event.data.channel_error_code], [done.transfer_no, 'CLOSED', 'MOCK_REFUSED']);
  });
  test('the app\'s address when the transfer has none; none at all makes no task', async () => {
    const app = await newApp(stack);
    assert.equal(await taskCount(expectOk(await transfer(stack, app), 201)), 0);
    const m = await sink(does.ack());
    await ctlOk(stack, ['app', 'set', app.key, '--transfer-notify-url', m.url, '--reason', 'contract test']);
    await inForce();
    const done = expectOk(await transfer(stack, app), 201);
    const [hit] = await m.waitHits(1);
    assert.equal(JSON.parse(hit.text).data.transfer_no, done.transfer_no);
  });
});

// channel_sync works beside the stack; the clock brings its next question forward.
describe('asked about unasked', () => {
  const advance = async (app, seconds) => expectOk(await post(stack, app, '/sandbox/clock', { advance: seconds }));
  test('an answer that was lost: paid, with its notification, once', async () => {
    const m = await sink();
    const app = await newApp(stack);
    const waiting = expectTransferError(await transfer(stack, app, 'timeout', { notify_url: m.url }), 50201).data;
    assert.equal(waiting.status, 'WAITING');
    await advance(app, 11);
    await until('it is paid out', async () => (await now(waiting, app)).status === 'SUCCESS', 15_000, 200);
    const [hit] = await m.waitHits(1);
    assert.equal(JSON.parse(hit.text).type, 'transfer.success');
    assert.equal(await db.value("SELECT COUNT(*) FROM status_log l JOIN pay_transfer t ON t.id = l.data_id WHERE l.kind = 'transfer' AND t.no = ?", [waiting.transfer_no]), 1);
  });
  test('a channel that never decides: asked again after 30 s, open still', async () => {
    const app = await newApp(stack);
    const done = await open(app);
    await advance(app, 11);
    const row = () => db.row('SELECT sync_times, TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(3), next_sync_time) AS wait, claim_token FROM pay_transfer WHERE no = ?', [done.transfer_no]);
    const asked = await until('it was asked about', async () => { const r = await row(); return r.sync_times === 1 && r; }, 15_000, 200);
    assert.ok(asked.wait > 20 && asked.wait <= 30, String(asked.wait));
    assert.equal((await now(done, app)).status, 'PROCESSING');
  });
});
