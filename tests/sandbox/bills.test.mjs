// The day's bill as Shroff reads it (`shroffctl channel bill`), of the played Alipay and WeChat Pay, in each of the
// scenarios bill-*: what is planted is in the lines, and a bill that is late, empty or wrong is said to be so.
import { test, describe, after } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readEnvFile } from '../lib/env.mjs';
import { startStack, stopStack } from '../lib/stack.mjs';
import { ctl, ctlOk, newApp, withFile } from '../lib/ctl.mjs';
import { expectOk, get, newNo, post, query, terms } from '../lib/client.mjs';
import { until } from '../lib/wait.mjs';

const stack = await startStack({ SHROFF_SANDBOX_TIME_SCALE: '100' });
after(() => stopStack(stack));
const app = await newApp(stack); // the demo app has these channels already
const env = readEnvFile(join(stack.state, 'sandbox.env'));
const read = (name) => readFileSync(env[name], 'utf8');

const ALIPAY = { app_id: env.ALIPAY_APP_ID, seller_id: env.ALIPAY_SELLER_ID, gateway: env.ALIPAY_GATEWAY, alipay_public_key: read('ALIPAY_PUBLIC_KEY_FILE') };
const WECHAT = {
  mchid: env.WECHAT_MCHID, appid: env.WECHAT_APPID, serial_no: env.WECHAT_MCH_SERIAL, base: env.WECHAT_BASE,
  public_key_id: env.WECHAT_PUBKEY_ID, public_key: read('WECHAT_PUBKEY_FILE'),
};
const KEY = { private_key: read('ALIPAY_APP_PRIVATE_KEY_FILE') };
const MCH = { private_key: read('WECHAT_MCH_PRIVATE_KEY_FILE'), apiv3_key: env.WECHAT_APIV3_KEY };

const channel = async (key, code, config, secrets) => {
  const made = await withFile(JSON.stringify(config), (c) => withFile(JSON.stringify(secrets), (s) => ctlOk(stack,
    ['channel', 'create', '--app', key, '--code', code, '--config-file', c, '--secrets-file', s, '--reason', 'test', '--json'])));
  return made.json.channel_id;
};
const id = {
  alipay_qr: await channel(app.key, 'alipay_qr', ALIPAY, KEY), wx_native: await channel(app.key, 'wx_native', WECHAT, MCH),
  mock: app.channelId, mock2: stack.app2.channelId,
  other: await channel(stack.app2.key, 'alipay_qr', { ...ALIPAY, seller_id: '2088000000000000' }, KEY),
};

const dayOf = (back) => new Date(Date.now() + 8 * 3_600_000 - back * 86_400_000).toISOString().slice(0, 10);
const bill = (code, day) => ctl(stack, ['channel', 'bill', String(id[code]), '--date', day, '--json']);
const lines = async (code, day) => {
  const r = await bill(code, day);
  assert.equal(r.code, 0, r.stderr);
  return r.json.items;
};
const control = async (path, body) => {
  const res = await fetch(`${env.SHROFF_SANDBOX_URL}/control/${path}`, { method: 'POST', body: JSON.stringify(body) });
  assert.equal(res.status, 200, await res.text());
};

// A payment of 88.00, at noon of a day unless it is to be paid now.
const pays = async (code, scenario, day) => {
  const subject = scenario ? `kettle sandbox:${scenario}` : '蓝水壶, "2 L" `x`';
  const order = expectOk(await post(stack, app, '/payments', terms({ price: 8800, subject, channel: code })), 201);
  if (code === 'alipay_qr') await (await fetch(order.display_content)).text(); // a trade exists once its code was scanned
  await control(`trades/${order.pay_id}`, { pay: true, ...(day ? { success_time: `${day}T12:00:00+08:00` } : {}) });
  return order;
};
const of = (rows, order) => rows.filter((l) => l.order_no === order.pay_id).map((l) => [l.kind, l.state, l.price, l.currency]);
const PAID = [['payment', 'SUCCESS', 8800, 'CNY']];

for (const code of ['alipay_qr', 'wx_native']) {
  describe(code, () => {
    test('a day: what was paid, and what the scenarios plant', async () => {
      const day = dayOf(5);
      const plain = await pays(code, '', day), missing = await pays(code, 'bill-missing', day);
      const amount = await pays(code, 'bill-amount', day), next = await pays(code, 'bill-next-day', day);
      await pays(code, 'bill-extra', day);
      const odd = code === 'wx_native' && await pays(code, 'bill-odd-text', day);
      const rows = await lines(code, day);
      assert.deepEqual(of(rows, plain), PAID);
      assert.equal(rows.find((l) => l.order_no === plain.pay_id).time, `${dayOf(5)}T04:00:00.000Z`);
      assert.deepEqual([of(rows, missing), of(rows, next)], [[], []]);
      assert.deepEqual(of(rows, amount), [['payment', 'SUCCESS', 8801, 'CNY']]);
      if (odd) assert.deepEqual(of(rows, odd), PAID);
      assert.equal(rows.filter((l) => /^(UNKNOWN|NOBODY)/.test(l.order_no)).length, 1);
      assert.equal(rows.length, odd ? 5 : 4);
      assert.deepEqual(of(await lines(code, dayOf(4)), next), PAID);
    });

    test('a late bill is not there yet, an empty one has no lines', async () => {
      await pays(code, 'bill-late', dayOf(8));
      const late = await bill(code, dayOf(8));
      assert.notEqual(late.code, 0);
      assert.match(late.stderr, /has not made that day's bill yet/);
      await until('it is made', async () => (await bill(code, dayOf(8))).code === 0, 10_000, 250);
      await pays(code, 'bill-empty', dayOf(11));
      assert.deepEqual(await lines(code, dayOf(11)), []);
    });

    test('no bill of today, and none of what is no day', async () => {
      assert.notEqual((await bill(code, dayOf(0))).code, 0);
      assert.equal((await bill(code, '2026-13-01')).code, 2);
    });
  });
}

test('a file that is not what was announced, and the bill of another account, are not believed', async () => {
  await pays('wx_native', 'bill-wrong-hash', dayOf(14));
  const wrong = await bill('wx_native', dayOf(14));
  assert.deepEqual([wrong.code, wrong.stdout], [1, '']);
  assert.match(wrong.stderr, /the bill's SHA1 is [0-9a-f]{40}, not [0-9a-f]{40}/);
  const other = await bill('other', dayOf(5));
  assert.deepEqual([other.code, other.stdout], [1, '']);
  assert.match(other.stderr, /line 2: it is the bill of another account/);
});

test('the mock gateway: dated payments of one of its merchants, in pieces', async () => {
  const dated = async (price) => {
    const order = expectOk(await post(stack, app, '/payments', terms({ price, channel: 'mock' })), 201);
    const body = { pay_id: order.pay_id, status: 'SUCCESS', success_time: `${dayOf(3)}T12:00:00+08:00` };
    const res = await fetch(`${stack.base}/api/pay/mock-callback`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    assert.equal(res.status, 200, await res.text());
    return order;
  };
  const orders = [];
  for (let i = 1; i <= 45; i++) orders.push(await dated(i)); // a piece has 40 rows
  const rows = await lines('mock', dayOf(3));
  assert.deepEqual(rows.map((l) => [l.order_no, l.price]), orders.map((o, i) => [o.pay_id, i + 1]));
  assert.equal((await query(stack, app, { order_no: orders[0].order_no })).success_time, `${dayOf(3)}T04:00:00.000Z`);
  assert.deepEqual(await lines('mock', dayOf(4)), []);
  assert.deepEqual(await lines('mock2', dayOf(3)), []);
  const today = await bill('mock', dayOf(0));
  assert.equal(today.code, 1);
  assert.match(today.stderr, /has not made that day's bill yet \(the day is not over\)/);
});

test('refunds of a day', async () => {
  const refunded = async (code, scenario) => {
    const order = await pays(code, scenario);
    await until(`${order.order_no} is paid`, async () => (await query(stack, app, { order_no: order.order_no, sync: 1 })).status === 'SUCCESS', 20_000, 250);
    const r = expectOk(await post(stack, app, '/api/pay/refund', { order_no: order.order_no, merchant_refund_id: newNo('R'), refund_price: 3000, reason: '不要了' }), 201);
    await until(`${r.refund_no} is done`, async () => expectOk(await get(stack, app, `/api/pay/refund/query?refund_no=${r.refund_no}`), 200).status === 'SUCCESS', 20_000, 250);
    return { ...order, refund_no: r.refund_no };
  };
  const made = {};
  for (const code of ['alipay_qr', 'wx_native']) made[code] = [await refunded(code, ''), await refunded(code, 'bill-no-refund')];
  await control('clock', { advance: 86_400 });
  for (const [code, [plain, hidden]] of Object.entries(made)) {
    const rows = [...await lines(code, dayOf(1)), ...await lines(code, dayOf(2))]; // midnight may have passed meanwhile
    assert.deepEqual(of(rows, plain), [...PAID, ['refund', 'SUCCESS', 3000, 'CNY']]);
    assert.ok(rows.some((l) => l.refund_no === plain.refund_no && l.order_no === plain.pay_id));
    assert.deepEqual(of(rows, hidden), PAID);
  }
});
