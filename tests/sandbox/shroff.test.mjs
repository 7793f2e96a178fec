// Shroff's own drivers against the sandbox, through nginx, as a merchant's application uses them: each of the eleven
// channel codes is paid, refunded in part and for the rest, closed, and found by a question when no callback came.
import { test, describe, after } from 'node:test';
import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readEnvFile } from '../lib/env.mjs';
import { startStack, stopStack } from '../lib/stack.mjs';
import { ctl, ctlOk, withFile } from '../lib/ctl.mjs';
import { expectError, expectOk, get, newNo, post, query, terms } from '../lib/client.mjs';
import { sleep, until } from '../lib/wait.mjs';

const stack = await startStack({ SHROFF_SANDBOX_TIME_SCALE: '100' });
after(() => stopStack(stack));
const app = stack.app1;
const env = readEnvFile(join(stack.state, 'sandbox.env'));
const read = (name) => readFileSync(env[name], 'utf8');

const ALIPAY = { app_id: env.ALIPAY_APP_ID, seller_id: env.ALIPAY_SELLER_ID, gateway: env.ALIPAY_GATEWAY };
const BY_KEY = { ...ALIPAY, alipay_public_key: read('ALIPAY_PUBLIC_KEY_FILE') };
const BY_CERT = {
  ...ALIPAY, app_cert: read('ALIPAY_APP_CERT_FILE'), alipay_cert: read('ALIPAY_PUBLIC_CERT_FILE'), alipay_root_cert: read('ALIPAY_ROOT_CERT_FILE'),
};
// One has both keys, one the public key alone, one none: its certificates are fetched.
const FETCHES = {
  mchid: env.WECHAT_MCHID, appid: env.WECHAT_APPID, base: env.WECHAT_BASE, merchant_cert: readFileSync(join(stack.state, 'sandbox/wechat_mch_cert.pem'), 'utf8'),
};
const WECHAT = {
  mchid: env.WECHAT_MCHID, appid: env.WECHAT_APPID, serial_no: env.WECHAT_MCH_SERIAL, base: env.WECHAT_BASE,
  public_key_id: env.WECHAT_PUBKEY_ID, public_key: read('WECHAT_PUBKEY_FILE'),
  platform_serial: env.WECHAT_PLATFORM_SERIAL,
  platform_key: createPublicKey(read('WECHAT_PLATFORM_CERT_FILE')).export({ type: 'spki', format: 'pem' }),
};
const KEY = { private_key: read('ALIPAY_APP_PRIVATE_KEY_FILE') };
const SEALED = { ...KEY, aes_key: env.ALIPAY_AES_KEY };
const MCH = { private_key: read('WECHAT_MCH_PRIVATE_KEY_FILE'), apiv3_key: env.WECHAT_APIV3_KEY };

// ---- the payer: opens what is shown, then presses Pay on the cashier's page

const cashier = (channel, no) => env.SANDBOX_CASHIER_URL.replace('{channel}', channel).replace('{out_trade_no}', no).replace('{qr}', '');
async function press(url) {
  const res = await fetch(url, { method: 'POST', body: new URLSearchParams({ outcome: 'pay' }), redirect: 'manual' });
  assert.ok(res.status < 400, `${url}: ${res.status}`);
}
async function open(url) {
  const res = await fetch(url);
  assert.match(await res.text(), /<form[^>]*method="post"/i, url);
}
const onPage = async (o) => { await open(o.pay_url); await press(cashier('alipay', o.pay_id)); };
const inApp = async (o) => { await open(`${env.ALIPAY_GATEWAY}?${o.display_content}`); await press(cashier('alipay', o.pay_id)); };
const byScan = async (o) => { await open(o.display_content); await press(o.display_content); };
const inWechat = (o) => press(cashier('wechat', o.pay_id));

const OPENID = { openid: env.WECHAT_OPENID };
const CODES = {
  alipay_pc: { config: BY_KEY, secrets: KEY, shows: 'redirect', pay: onPage },
  alipay_wap: { config: BY_CERT, secrets: KEY, shows: 'redirect', pay: onPage },
  alipay_app: { config: BY_CERT, secrets: SEALED, shows: 'app', pay: inApp },
  alipay_qr: { config: BY_CERT, secrets: SEALED, shows: 'qr_code', pay: byScan },
  alipay_bar: { config: BY_KEY, secrets: SEALED, extras: { auth_code: '281234567890123456' }, asks: '281234567890123403' },
  wx_native: { config: WECHAT, secrets: MCH, shows: 'qr_code', pay: inWechat },
  wx_pub: { config: FETCHES, secrets: MCH, shows: 'app', pay: inWechat, extras: OPENID },
  wx_lite: { config: WECHAT, secrets: MCH, shows: 'app', pay: inWechat, extras: OPENID },
  wx_app: { config: WECHAT, secrets: MCH, shows: 'app', pay: inWechat },
  wx_wap: { config: FETCHES, secrets: MCH, shows: 'redirect', pay: inWechat },
  wx_bar: { config: WECHAT, secrets: MCH, extras: { auth_code: '130000000000000000' }, asks: '130000000000000003' },
};

const why = ['--reason', 'test'];
for (const [code, of] of Object.entries(CODES)) {
  await withFile(JSON.stringify(of.config), (config) => withFile(JSON.stringify(of.secrets), (secrets) =>
    ctlOk(stack, ['channel', 'create', '--app', app.key, '--code', code, '--config-file', config, '--secrets-file', secrets, ...why])));
}

// ---- the merchant

const order = (code, more = {}) => terms({
  price: 8800, subject: '蓝水壶 a=b & c', channel: code, user_ip: '203.0.113.7', return_url: 'https://shop.example/back?x=1',
  ...(CODES[code].extras ? { channel_extras: CODES[code].extras } : {}), ...more,
});
const make = async (code, more) => expectOk(await post(stack, app, '/payments', order(code, more)), 201);
const paid = (o, sync = {}) => until(`${o.order_no} is paid`, async () => {
  const now = await query(stack, app, { order_no: o.order_no, ...sync });
  return now.status === 'SUCCESS' && now;
}, 20_000, 250);
const refund = async (o, price) => {
  const first = expectOk(await post(stack, app, '/api/pay/refund', { order_no: o.order_no, merchant_refund_id: newNo('R'), refund_price: price, reason: '不要了' }), 201);
  return until(`${first.refund_no} is done`, async () => {
    const now = expectOk(await refundOf(first.refund_no), 200);
    return now.status === 'SUCCESS' && now;
  }, 20_000, 250);
};
const refundOf = (no) => get(stack, app, `/api/pay/refund/query?refund_no=${no}`);

describe('each channel code: paid, refunded in part, then the rest; another order closed', () => {
  for (const [code, of] of Object.entries(CODES)) {
    test(code, async () => {
      const o = await make(code);
      assert.equal(o.display_mode, of.pay ? of.shows : undefined);
      if (of.pay) await of.pay(o);
      const done = await paid(o);
      assert.deepEqual([done.channel, done.paid_price], [code, 8800]);
      assert.match(done.channel_order_no, /^\d{28}$/);
      await refund(o, 3000);
      await sleep(code.startsWith('wx') ? 700 : 0); // a minute between two refunds of one order, of the sandbox's time
      await refund(o, 5800);
      const end = await query(stack, app, { order_no: o.order_no });
      assert.deepEqual([end.status, end.refund_price, end.refunding_price], ['REFUND', 8800, 0]);
      expectError(await post(stack, app, '/api/pay/refund', { order_no: o.order_no, merchant_refund_id: newNo('R'), refund_price: 1, reason: 'r' }), 40904);
      if (!of.pay) return;
      const other = await make(code);
      assert.equal(expectOk(await post(stack, app, '/api/pay/close', { order_no: other.order_no }), 200).status, 'CLOSED');
    });
  }
});

describe('no callback comes', () => {
  for (const [code, more] of [['alipay_qr', { subject: 'kettle sandbox:notify-never' }], ['wx_native', { subject: 'kettle sandbox:notify-never' }]]) {
    test(`${code}: a question finds the payment`, async () => {
      const o = await make(code, more);
      await CODES[code].pay(o);
      await paid(o, { sync: 1 });
    });
  }
});

for (const [code, name] of [['alipay_qr', 'empty-answer'], ['wx_app', 'html-502']]) {
  test(`${code}, the answer is lost (${name}): 50201 with the order, and the payment is found all the same`, async () => {
    const res = await post(stack, app, '/payments', order(code, { subject: `kettle sandbox:${name}` }));
    assert.deepEqual([res.status, res.json.code], [502, 50201], res.text);
    const o = await query(stack, app, { order_no: res.json.data.order_no });
    assert.deepEqual([o.status, o.attempts.length], ['WAITING', 1]);
    if (!code.startsWith('wx')) return; // Alipay knows nothing until somebody scans
    await press(cashier('wechat', o.attempts[0].pay_id));
    await paid(o, { sync: 1 });
  });
}

describe('a bar code whose owner is asked first', () => {
  for (const code of ['alipay_bar', 'wx_bar']) {
    test(code, async () => {
      const o = await make(code, { channel_extras: { auth_code: CODES[code].asks } });
      assert.equal(o.status, 'WAITING');
      await paid(o, { sync: 1 });
    });
  }
});

describe('a transfer to a person', () => {
  for (const [code, user_account] of [['alipay_qr', '2088000200000002'], ['wx_native', env.WECHAT_OPENID]]) {
    test(code, async () => {
      const body = { merchant_transfer_id: newNo('P'), price: 150, currency: 'CNY', subject: 'bonus', channel: code, user_account };
      const first = expectOk(await post(stack, app, '/api/pay/transfer', body), 201);
      await until(`${first.transfer_no} is done`, async () =>
        expectOk(await get(stack, app, `/api/pay/transfer/query?transfer_no=${first.transfer_no}`), 200).status === 'SUCCESS', 30_000, 250);
      assert.equal(expectOk(await post(stack, app, '/api/pay/transfer', body), 200).transfer_no, first.transfer_no);
    });
  }
});

test('shroffctl says what is wrong with a configuration', async () => {
  const made = (config, secrets) => withFile(JSON.stringify(config), (c) => withFile(JSON.stringify(secrets), (s) =>
    ctl(stack, ['channel', 'create', '--app', stack.app2.key, '--code', 'alipay_qr', '--config-file', c, '--secrets-file', s, ...why])));
  for (const [config, secrets, says] of [
    [{ ...BY_CERT, app_cert: BY_CERT.alipay_cert }, KEY, /config\.app_cert must be the certificate of secrets\.private_key/],
    [ALIPAY, KEY, /config\.alipay_public_key must be there, or config\.app_cert/],
    [{ ...BY_KEY, app_cert: BY_CERT.app_cert }, KEY, /config\.alipay_public_key must be left out when there are certificates/],
    [BY_KEY, { ...KEY, aes_key: 'short' }, /secrets\.aes_key/],
    [{ ...BY_KEY, gatway: 'x' }, KEY, /gatway/],
  ]) {
    const r = await made(config, secrets);
    assert.notEqual(r.code, 0);
    assert.match(r.stderr, says);
  }
});

test('the audit is clean', async () => { await ctlOk(stack, ['audit']); });
